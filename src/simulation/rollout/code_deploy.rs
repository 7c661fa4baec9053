//! `{"kind": "codeDeploy", "name": "Canary10Percent5Minutes"}`: the predefined deployment configurations of CodeDeploy,
//! which has no part in Step Functions but whose names people know.

use super::steps::{Look, Steps};
use super::{all_at_once, canary, linear};
use crate::base::Delay;
use crate::base::document::{Findings, Members, listed, nearest};

/// Name, percentage, minutes; linear where the last is true.
const NAMES: [(&str, u8, u64, bool); 9] = [
    ("Canary10Percent5Minutes", 10, 5, false),
    ("Canary10Percent10Minutes", 10, 10, false),
    ("Canary10Percent15Minutes", 10, 15, false),
    ("Canary10Percent30Minutes", 10, 30, false),
    ("Linear10PercentEvery1Minute", 10, 1, true),
    ("Linear10PercentEvery2Minutes", 10, 2, true),
    ("Linear10PercentEvery3Minutes", 10, 3, true),
    ("Linear10PercentEvery10Minutes", 10, 10, true),
    ("AllAtOnce", 100, 0, false),
];

pub(super) fn read(members: &Members, bake: Delay, look: Look, findings: &mut Findings) -> Option<Steps> {
    let at = members.required("name", findings)?;
    let text = at.string(findings)?;
    // `CodeDeployDefault.LambdaCanary10Percent5Minutes` in full.
    let short = text.strip_prefix("CodeDeployDefault.").unwrap_or(&text);
    let short = short.strip_prefix("Lambda").unwrap_or(short);
    let Some((_, percent, minutes, is_linear)) = NAMES.iter().find(|(name, ..)| *name == short) else {
        let known = NAMES.map(|(name, ..)| name);
        let finding = at.error("unknown-name", format!("`{text}` is no predefined deployment configuration"));
        findings.push(match nearest(short, &known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("one of {}", listed(&known))),
        });
        return None;
    };
    let interval = Delay::from_secs(60 * minutes);
    Some(match (percent, is_linear) {
        (100, _) => all_at_once::plan(bake, look),
        (percent, true) => linear::plan(*percent, interval, bake, look),
        (percent, false) => canary::plan(*percent, interval, bake, look),
    })
}
