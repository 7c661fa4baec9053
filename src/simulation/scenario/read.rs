//! Reading the document, with all that is wrong in it.

use super::{
    Alias, Effort, InputClass, MAX_EXECUTIONS, MAX_MINUTES, Price, Scenario, Throttle, Traffic, VERSION, Version,
    minutes, read_length,
};
use crate::base::document::{Findings, Members, Place, Range, listed};
use crate::base::sort::sort_by_key;
use crate::base::value::read::{Node, parse as parse_json};
use crate::base::{Delay, Diagnostic, Pointer, Text, Time};
use crate::engine::tasks::{Behaviour, read_millis};
use crate::simulation::alarm::{Alarm, Names, read_name};
use crate::simulation::metrics::Switches;
use crate::simulation::rollout::Strategy;

/// Updates of the alias by others.
const MAX_EDITS: usize = 10_000;
/// Outages of one group in one replication.
const MAX_OUTAGES: f64 = 100_000.0;
/// Rows of results that a page can hold.
const MAX_REPLICATIONS: f64 = 1_000_000.0;

const MEMBERS: [&str; 17] = [
    "weir",
    "$schema",
    "name",
    "seed",
    "horizon_ms",
    "replications",
    "precision",
    "twin",
    "traffic",
    "inputs",
    "versions",
    "alias",
    "alarms",
    "metrics",
    "strategy",
    "concurrency",
    "price",
];

pub(super) fn parse(text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let parsed = parse_json(text);
    if parsed.errors.is_empty() {
        return read(&parsed.root);
    }
    let finding = |error: crate::base::value::ReadError| {
        let finding = Diagnostic::error("not-json", Pointer::root(), error.span, error.message);
        match error.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    };
    Err(parsed.errors.into_iter().map(finding).collect())
}

pub(super) fn read(root: &Node) -> Result<Scenario, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let scenario = scenario(root, &mut findings);
    match scenario {
        Some(scenario) if !findings.has_errors() => Ok(scenario),
        _ => Err(findings.list),
    }
}

fn scenario(root: &Node, findings: &mut Findings) -> Option<Scenario> {
    let place = Place::root(root);
    let members = place.object(findings, &MEMBERS)?;
    read_version_of_format(&members, findings);
    let name = members.get("name").and_then(|at| read_name(&at, findings));
    let seed = match members.get("seed") {
        Some(at) => at.integer(Range::NOT_NEGATIVE.up_to(9_007_199_254_740_991.0), findings),
        None => Some(0),
    };
    let horizon = members.get("horizon_ms").map(|at| read_length(&at, findings));
    let effort = read_effort(&members, findings);
    let twin = members.get("twin").map_or(Some(true), |at| at.bool(findings));
    let traffic = members.required("traffic", findings).and_then(|at| Traffic::read(&at, findings));
    let inputs = members.get("inputs").map_or(Some(Vec::new()), |at| read_inputs(&at, findings));
    let classes: Vec<Text> = inputs.iter().flatten().map(|class| class.name.clone()).collect();
    let versions = members.required("versions", findings).and_then(|at| read_versions(&at, &classes, findings));
    let routes = members.required("alias", findings).and_then(|at| read_alias(&at, versions.as_deref(), findings));
    let to = members.get("strategy").and_then(|at| at.node.get("to").cloned().map(|to| (to, at.pointer.key("to"))));
    let metrics = members.get("metrics").map_or(Some(Switches::default()), |at| read_switches(&at, findings));
    let throttle = members.get("concurrency").map(|at| Throttle::read(&at, findings));
    let price = members.get("price").map_or(Some(Price::default()), |at| Price::read(&at, findings));
    // What follows needs to know which version is which.
    let (versions, mut routes) = (versions?, routes?);
    let new = target(&place, &versions, &routes, to, findings)?;
    routes.point_to(new);
    if new == routes.old
        && let Some(at) = members.get("strategy")
    {
        let name = versions.get(new).map_or("", |version| &version.name);
        let message = format!("version `{name}` takes all starts already: there is nothing to roll out");
        let finding = at.error("unknown-name", message);
        findings.push(finding.help("add the new version to `versions`, or leave `strategy` out"));
    }
    let names = Names {
        versions: versions.iter().map(|version| &*version.name).collect(),
        old: routes.old,
        new,
        alias: &routes.alias.name,
    };
    let alarms = members.get("alarms").map_or(Some(Vec::new()), |at| read_alarms(&at, &names, findings));
    let strategy = match members.get("strategy") {
        Some(at) => Strategy::read(&at, &names, alarms.as_deref().unwrap_or_default(), routes.split, findings),
        None => Some(Strategy::nothing()),
    };
    let scenario = Scenario {
        name,
        seed: seed?,
        horizon: horizon.map_or(Some(None), |read| read.map(Some))?,
        effort: effort?,
        twin: twin?,
        traffic: traffic?,
        inputs: inputs?,
        old: routes.old,
        new,
        versions,
        alias: routes.alias,
        alarms: alarms?,
        metrics: metrics?,
        strategy: strategy?,
        throttle: throttle.map_or(Some(None), |read| read.map(Some))?,
        price: price?,
        root: root.clone(),
    };
    check_size(&members, &scenario, findings);
    Some(scenario)
}

fn read_version_of_format(members: &Members, findings: &mut Findings) {
    let Some(at) = members.required("weir", findings) else { return };
    match at.integer(Range::NOT_NEGATIVE, findings) {
        Some(VERSION) | None => {}
        Some(other) => {
            let finding = at.error("unknown-format", format!("a scenario of format {other} is not known here"));
            findings.push(finding.help(format!("this program reads format {VERSION}")));
        }
    }
}

fn read_effort(members: &Members, findings: &mut Findings) -> Option<Effort> {
    let replications = Range::between(1.0, MAX_REPLICATIONS);
    match (members.get("replications"), members.get("precision")) {
        (None, None) => Some(Effort::Replications(1)),
        (Some(at), None) => at.integer(replications, findings).map(Effort::Replications),
        (_, Some(at)) if members.get("replications").is_some() => {
            let finding = at.error("unknown-member", "both `replications` and `precision`");
            findings.push(finding.help("say how often, or how exactly"));
            None
        }
        (_, Some(at)) => {
            let precision = at.object(findings, &["half_width", "relative", "most"])?;
            let mut number = |key: &str, default: f64, range: Range| match precision.get(key) {
                Some(at) => at.number(range, findings),
                None => Some(default),
            };
            let half_width = number("half_width", 0.01, Range::between(1e-4, 0.5));
            let relative = number("relative", 0.1, Range::between(0.0, 10.0));
            let most = precision.get("most").map_or(Some(100_000), |at| at.integer(replications, findings));
            Some(Effort::Precision { half_width: half_width?, relative: relative?, most: most? })
        }
    }
}

fn read_inputs(place: &Place, findings: &mut Findings) -> Option<Vec<InputClass>> {
    let mut classes: Vec<InputClass> = Vec::new();
    let mut whole = true;
    for at in place.array(findings)? {
        let Some(members) = at.object(findings, &["name", "weight", "json"]) else {
            whole = false;
            continue;
        };
        let name = members.required("name", findings).and_then(|at| read_name(&at, findings));
        let range = Range::NOT_NEGATIVE.up_to(1e9);
        let weight = members.get("weight").map_or(Some(1.0), |at| at.number(range, findings));
        let json = members.get("json").map_or_else(|| crate::base::Object::new().into(), |at| at.node.to_value());
        let (Some(name), Some(weight)) = (name, weight) else {
            whole = false;
            continue;
        };
        if classes.iter().any(|class| class.name == name) {
            findings.push(at.error("duplicate-member", format!("two input classes are called `{name}`")));
        }
        classes.push(InputClass { name, up_to: 0.0, share: weight, json });
    }
    let sum: f64 = classes.iter().map(|class| class.share).sum();
    if whole && !classes.is_empty() && sum <= 0.0 {
        let finding = place.error("out-of-range", "the weights of the input classes add up to 0");
        findings.push(finding.help("give one class at least a weight above 0"));
    }
    if classes.len() > 1000 {
        findings.push(place.error("out-of-range", "more than 1000 input classes"));
    }
    let mut up_to = 0.0;
    for class in &mut classes {
        class.share /= sum;
        up_to += class.share;
        class.up_to = up_to;
    }
    whole.then_some(classes)
}

fn read_versions(place: &Place, classes: &[Text], findings: &mut Findings) -> Option<Vec<Version>> {
    let members = place.free_object(findings)?;
    let mut versions = Vec::new();
    for (member, at) in members.iter() {
        if member.key.is_empty() || !member.key.bytes().all(|byte| byte.is_ascii_digit()) {
            let finding = at.error("unknown-name", format!("`{}` is no version number", member.key));
            findings.push(finding.help("versions are called `1`, `2`, `3`, …"));
        }
        let Some(version) = at.object(findings, &["definition", "behaviour"]) else { continue };
        let definition = version.required("definition", findings);
        if let Some(definition) = &definition
            && !definition.node.is_object()
        {
            findings.push(definition.error("wrong-type", "expected an object: the definition itself"));
        }
        let mut behaviours = Vec::new();
        if let Some(at) = version.get("behaviour")
            && let Some(tasks) = at.free_object(findings)
        {
            for (task, at) in tasks.iter() {
                let behaviour = Behaviour::read(&at, classes, findings);
                behaviours.extend(behaviour.map(|behaviour| (task.key.clone(), behaviour)));
            }
        }
        let Some(definition) = definition else { continue };
        versions.push(Version {
            name: member.key.clone(),
            definition: definition.node.clone(),
            definition_pointer: definition.pointer,
            behaviours,
        });
    }
    if members.iter().next().is_none() {
        findings.push(place.error("missing-member", "there is no version to run"));
    }
    (!versions.is_empty()).then_some(versions)
}

/// The alias, as far as it can be told before the target is known.
struct Routes {
    alias: Alias,
    old: usize,
    /// The other version that the alias routes to, and its weight.
    other: Option<(usize, u8)>,
    split: bool,
    /// Weights written by others: of which version.
    edits: Vec<(Time, Vec<(usize, u8)>)>,
}

impl Routes {
    /// Tells weights as those of the new version.
    fn point_to(&mut self, new: usize) {
        self.alias.weight = match self.other {
            Some((other, weight)) if other == new => weight,
            _ if self.old == new => 0,
            _ => 0,
        };
        let of_new = |routes: &[(usize, u8)]| routes.iter().find(|(version, _)| *version == new).map_or(0, |(_, w)| *w);
        self.alias.edits = self.edits.iter().map(|(at, routes)| (*at, of_new(routes))).collect();
        sort_by_key(&mut self.alias.edits, |(at, _)| *at);
    }
}

fn read_alias(place: &Place, versions: Option<&[Version]>, findings: &mut Findings) -> Option<Routes> {
    let members = place.object(findings, &["name", "weights", "propagation_ms", "edits"])?;
    let name = members.get("name").map_or(Some("PROD".into()), |at| read_name(&at, findings));
    let weights = members.required("weights", findings).and_then(|at| read_weights(&at, versions?, findings));
    let propagation = members.get("propagation_ms").map_or(Some(Delay::ZERO), |at| read_millis(&at, findings));
    let mut edits = Vec::new();
    if let Some(at) = members.get("edits") {
        let places = at.array(findings)?;
        if places.len() > MAX_EDITS {
            let message = format!("{} edits, at most {MAX_EDITS} are possible", places.len());
            findings.push(at.error("out-of-range", message));
            return None;
        }
        for place in places {
            let Some(edit) = place.object(findings, &["at_ms", "weights"]) else { continue };
            let time = edit.required("at_ms", findings).and_then(|at| read_millis(&at, findings));
            let weights = edit.required("weights", findings).and_then(|at| read_weights(&at, versions?, findings));
            if let (Some(time), Some(weights)) = (time, weights) {
                edits.push((Time::ZERO + time, weights));
            }
        }
    }
    let weights = weights?;
    let (old, _) = *weights.first()?;
    let alias = Alias { name: name?, weight: 0, propagation: propagation?, edits: Vec::new() };
    Some(Routes { alias, old, other: weights.get(1).copied(), split: weights.len() > 1, edits })
}

/// A routing configuration: one or two versions, weights of 0 to 100 that add up to 100.
fn read_weights(place: &Place, versions: &[Version], findings: &mut Findings) -> Option<Vec<(usize, u8)>> {
    let members = place.free_object(findings)?;
    let mut routes = Vec::new();
    let mut whole = true;
    for (member, at) in members.iter() {
        let version = versions.iter().position(|version| version.name == member.key);
        if version.is_none() {
            let known: Vec<&str> = versions.iter().map(|version| &*version.name).collect();
            let finding = at.error("unknown-name", format!("there is no version `{}`", member.key));
            findings.push(finding.help(format!("one of {}", listed(&known))));
        }
        let weight = at.integer(Range::between(0.0, 100.0), findings);
        match (version, weight) {
            (Some(version), Some(weight)) => routes.push((version, weight as u8)),
            _ => whole = false,
        }
    }
    if !whole {
        return None;
    }
    if routes.is_empty() || routes.len() > 2 {
        let finding =
            place.error("out-of-range", format!("an alias points to one or two versions, not {}", routes.len()));
        findings.push(finding);
        return None;
    }
    let sum: u32 = routes.iter().map(|(_, weight)| u32::from(*weight)).sum();
    if sum != 100 {
        let received: Vec<String> = routes.iter().map(|(_, weight)| weight.to_string()).collect();
        let message =
            format!("Sum of routing configuration weights must equal 100. Received: [{}]", received.join(", "));
        findings.push(place.error("out-of-range", message));
        return None;
    }
    Some(routes)
}

/// The version that is rolled out: the strategy's `to`, else the other one.
fn target(
    place: &Place,
    versions: &[Version],
    routes: &Routes,
    to: Option<(Node, Pointer)>,
    findings: &mut Findings,
) -> Option<usize> {
    if let Some((node, pointer)) = to {
        let at = Place { node: &node, pointer };
        let name = at.string(findings)?;
        let found = versions.iter().position(|version| version.name == name);
        let Some(new) = found else {
            let known: Vec<&str> = versions.iter().map(|version| &*version.name).collect();
            let finding = at.error("unknown-name", format!("there is no version `{name}`"));
            findings.push(finding.help(format!("one of {}", listed(&known))));
            return None;
        };
        if routes.other.is_some_and(|(other, _)| other != new) {
            findings.push(
                at.error("unknown-name", "the alias would point to three versions").help(
                    "roll out the version that the alias routes a part to already, or let it route to one version",
                ),
            );
        }
        return Some(new);
    }
    if let Some((other, _)) = routes.other {
        return Some(other);
    }
    let mut others = (0..versions.len()).filter(|version| *version != routes.old);
    match (others.next(), others.next()) {
        (Some(only), None) => Some(only),
        // One version alone: nothing is rolled out.
        (None, _) => Some(routes.old),
        (Some(_), Some(_)) => {
            let finding = place.error("missing-member", "more than two versions, and nothing says which is rolled out");
            findings.push(finding.help("name it in the strategy: `\"to\": \"6\"`"));
            None
        }
    }
}

fn read_switches(place: &Place, findings: &mut Findings) -> Option<Switches> {
    let known = ["publish_delay_ms", "publish_zeros", "loss", "version_dimension_counts_alias_starts"];
    let members = place.object(findings, &known)?;
    let mut switches = Switches::default();
    if let Some(at) = members.get("publish_delay_ms") {
        switches.publish_delay = read_millis(&at, findings)?;
    }
    if let Some(at) = members.get("loss") {
        switches.loss = at.number(Range::PROBABILITY, findings)?;
    }
    if let Some(at) = members.get("publish_zeros") {
        switches.publish_zeros = at.bool(findings)?;
    }
    if let Some(at) = members.get("version_dimension_counts_alias_starts") {
        switches.version_dimension_counts_alias_starts = at.bool(findings)?;
    }
    Some(switches)
}

fn read_alarms(place: &Place, names: &Names, findings: &mut Findings) -> Option<Vec<Alarm>> {
    let mut alarms: Vec<Alarm> = Vec::new();
    let mut whole = true;
    for at in place.array(findings)? {
        match Alarm::read(&at, names, findings) {
            Some(alarm) if alarms.iter().any(|known| known.name == alarm.name) => {
                findings.push(at.error("duplicate-member", format!("two alarms are called `{}`", alarm.name)));
            }
            Some(alarm) => alarms.push(alarm),
            None => whole = false,
        }
    }
    if alarms.len() > 100 {
        findings.push(place.error("out-of-range", "more than 100 alarms"));
    }
    whole.then_some(alarms)
}

/// Whether it ends, and before anyone grows old.
fn check_size(members: &Members, scenario: &Scenario, findings: &mut Findings) {
    let place = members.place();
    let traffic = &scenario.traffic;
    let expected = match (scenario.length(), traffic.count) {
        (None, None) => {
            let finding = place.error("missing-member", "nothing says when it ends");
            findings.push(finding.help("give `horizon_ms`, or the traffic's `stop`"));
            return;
        }
        (Some(length), count) => {
            let length = traffic.duration.map_or(length, |duration| duration.min(length));
            count.map_or(f64::INFINITY, |count| count as f64).min(traffic.rate.expected(length))
        }
        (None, Some(count)) => {
            // By count alone: the rate must bring so many within the longest time there is.
            let longest = Delay::from_secs(60 * MAX_MINUTES);
            if traffic.rate.expected(longest) < 2.0 * count as f64 + 100.0 {
                let finding = place.error("out-of-range", format!("{count} executions would take too long to start"));
                findings.push(finding.help("raise the rate, or give `horizon_ms`"));
            }
            count as f64
        }
    };
    let all = expected * scenario.effort.most() as f64;
    if all > MAX_EXECUTIONS {
        let most = libm::floor(MAX_EXECUTIONS / expected.max(1.0));
        let at = members.get("replications").or_else(|| members.get("precision"));
        let at = at.as_ref().unwrap_or(place);
        let message = format!("{all:.0} executions are more than {MAX_EXECUTIONS:.0}");
        let mend = if most >= 1.0 {
            format!("{most:.0} replications of {expected:.0} executions are possible")
        } else {
            "lower the rate or the time".to_owned()
        };
        findings.push(at.error("out-of-range", message).help(mend));
        return;
    }
    check_effort(members, scenario, expected, findings);
}

/// Whether the minutes, the looks at alarms and the outages are not too many, however few executions there are.
fn check_effort(members: &Members, scenario: &Scenario, expected: f64, findings: &mut Findings) {
    let longest = Delay::from_secs(60 * MAX_MINUTES);
    let length = scenario.length().map_or_else(
        || (expected / (scenario.traffic.rate.expected(longest) / MAX_MINUTES as f64)).min(MAX_MINUTES as f64),
        minutes,
    );
    let mut outages = 0.0;
    for version in &scenario.versions {
        for (task, behaviour) in &version.behaviours {
            for outage in behaviour.cases.iter().filter_map(|case| case.outage.as_ref()) {
                let count = outage.rate_per_min * length;
                outages += count;
                if count > MAX_OUTAGES {
                    let mut finding = members.place().error(
                        "out-of-range",
                        format!(
                            "{count:.0} outages of the group `{}`, at most {MAX_OUTAGES:.0} are possible",
                            outage.group
                        ),
                    );
                    finding.pointer = Pointer::root().key("versions").key(&version.name).key("behaviour").key(task);
                    findings.push(finding.help("lower `rate_per_min`, or simulate a shorter time"));
                    return;
                }
            }
        }
    }
    let per_min = expected / length.max(1.0);
    let tries = expected * scenario.throttle.map_or(0.0, |throttle| throttle.tries(per_min));
    let times = if scenario.twin { 2.0 } else { 1.0 };
    if times * tries * scenario.effort.most() as f64 > MAX_EXECUTIONS {
        let at = members.get("concurrency");
        let at = at.as_ref().unwrap_or(members.place());
        let message = format!("each of {expected:.0} starts may be tried {} times more", Throttle::MAX_TRIES);
        let finding = at.error("out-of-range", message);
        findings.push(finding.help("`\"on_throttle\": \"drop\"`, or fewer starts or replications"));
    }
    let alarms = scenario.alarms.iter().map(|alarm| alarm.effort() as f64).sum::<f64>();
    let looks = scenario.strategy.plan.looks(length);
    let each = times * (length * (1.0 + alarms) + looks + outages);
    let all = each * scenario.effort.most() as f64;
    if all > MAX_EXECUTIONS {
        let at = members.get("replications").or_else(|| members.get("precision"));
        let at = at.as_ref().unwrap_or(members.place());
        let most = libm::floor(MAX_EXECUTIONS / each);
        let message = format!(
            "{:.0} replications of {length:.0} minutes are too many minutes in which alarms are evaluated",
            scenario.effort.most()
        );
        let mend = match most >= 1.0 {
            true => format!("{most:.0} replications are possible, more of a shorter time, or without `twin`"),
            false => "shorten the time, the alarms' `range` and `period_s`, or look less often".to_owned(),
        };
        findings.push(at.error("out-of-range", message).help(mend));
    }
}
