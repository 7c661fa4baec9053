//! A condition of a rule: a JSONata expression over what the task is called with.

use crate::asl::query::Expression;
use crate::asl::query::jsonata::{Answer, Dialect, Environment, Jsonata, Limits};
use crate::base::document::{Findings, Place, listed, nearest};
use crate::base::{Text, Time, Value};
use std::rc::Rc;

/// What one evaluation may cost. It is asked once per attempt, of thousands of executions: little.
const LIMITS: Limits = Limits { fuel: 100_000, items: 10_000, text: 1 << 20, ..Limits::AWS };

/// Variables besides `$states.input`.
const VARIABLES: [&str; 2] = ["class", "attempt"];

/// `{% $states.input.amount > 100 and $attempt = 1 %}`: whether a rule covers an attempt.
///
/// `$states.input` is what the task is called with, as Parameters or Arguments made it; `$class` the name of the input
/// class, where there are any; `$attempt` is 1 at first. It holds where it gives `true`, and neither where it gives
/// anything else nor where it fails. It is a function of these values: it may read no clock and draw no lots.
#[derive(Clone, Debug)]
pub struct Guard {
    text: Text,
    jsonata: Rc<Jsonata>,
}

/// Two guards of one text are one.
impl PartialEq for Guard {
    fn eq(&self, other: &Guard) -> bool {
        self.text == other.text
    }
}

/// What a guard is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub input: &'a Value,
    pub class: Option<&'a Text>,
    /// From 1.
    pub attempt: u32,
}

impl Guard {
    pub(super) fn read(place: &Place, findings: &mut Findings) -> Option<Guard> {
        let text = place.string(findings)?;
        let Some(source) = Expression::source(&text) else {
            let finding = place.error("not-jsonata", "expected a JSONata expression");
            findings.push(finding.help(format!("write it between `{{%` and `%}}`: `{{% {} %}}`", text.trim())));
            return None;
        };
        let before = findings.list.len();
        let jsonata = match Jsonata::compile(source, Dialect::Aws) {
            Ok(jsonata) => jsonata,
            Err(error) => {
                findings.push(place.error("not-jsonata", error.message.clone()));
                return None;
            }
        };
        for read in jsonata.context() {
            let finding = place.error("not-jsonata", read.message());
            findings.push(finding.help("what the task is called with is `$states.input`"));
        }
        for free in jsonata.free_variables().filter(|free| !VARIABLES.contains(&&*free.name)) {
            let finding = place.error("unknown-name", format!("there is no variable `${}`", free.name));
            findings.push(match nearest(&free.name, &VARIABLES) {
                Some(near) => finding.help(format!("did you mean `${near}`?")),
                None => finding.help(format!("a guard sees {}", listed(&["$states.input", "$class", "$attempt"]))),
            });
        }
        for read in jsonata.states() {
            let member = read.path.first().filter(|member| &***member != "input");
            findings.list.extend(member.map(|member| {
                let finding = place.error("unknown-name", format!("a guard sees no `$states.{member}`"));
                finding.help("what the task is called with is `$states.input`")
            }));
        }
        let uses = jsonata.uses();
        if uses.clock || uses.entropy {
            let message = if uses.clock { "a guard reads the clock" } else { "a guard draws random numbers" };
            let finding = place.error("not-a-function", message);
            findings.push(finding.help("chance is what `p` is for, and time what `drift` is for"));
        }
        (findings.list.len() == before).then(|| Guard { text, jsonata: Rc::new(jsonata) })
    }

    /// Whether it holds. Adds what that cost to `steps`.
    pub(super) fn holds(&self, asked: &Asked, steps: &mut u64) -> bool {
        let answer = self.jsonata.evaluate(None, &mut Surroundings { asked, steps });
        matches!(answer, Ok(Answer::Value(Value::Bool(true))))
    }
}

struct Surroundings<'a, 's> {
    asked: &'a Asked<'a>,
    steps: &'s mut u64,
}

impl Environment for Surroundings<'_, '_> {
    fn limits(&self) -> Limits {
        LIMITS
    }

    fn variable(&mut self, name: &str) -> Option<Value> {
        match name {
            "states" => Some(Value::object([("input", self.asked.input.clone())])),
            "class" => self.asked.class.map(|class| Value::from(&**class)),
            "attempt" => Some(Value::from(i64::from(self.asked.attempt))),
            _ => None,
        }
    }

    fn states(&mut self, member: &str) -> Option<Value> {
        (member == "input").then(|| self.asked.input.clone())
    }

    // Neither is ever asked: what would ask is refused.
    fn now(&mut self) -> Time {
        Time::ZERO
    }

    fn random(&mut self) -> u64 {
        0
    }

    fn spent(&mut self, steps: u64) {
        *self.steps += steps;
    }
}
