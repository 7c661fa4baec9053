//! What a Task state meets when it calls: an outcome after a latency.

use super::guard::{Asked, Guard};
use super::laws::Latency;
use super::outages::{Outage, OutagePath};
use crate::base::document::{Findings, Members, Place, Range};
use crate::base::{Delay, Key, Text, Time, Value};
use std::ops::RangeInclusive;

/// The purpose of the draw that decides what comes of an attempt.
pub const OUTCOME: u64 = Key::word("outcome");
/// The purpose of the draw that decides how long it takes.
pub const LATENCY: u64 = Key::word("latency");

/// Guards of one behaviour: [`Circumstances::guards`] has a bit for each.
const MAX_GUARDS: usize = 64;

/// The world behind one Task state: the first rule that covers an attempt decides.
///
/// In a document it is a rule, or an array of rules:
/// ```json
/// {"classes": ["eu"], "attempts": {"from": 1, "to": 1}, "guard": "{% $states.input.amount > 100 %}",
///  "latency": {"kind": "exponential", "mean_ms": 40},
///  "outcomes": [{"p": 0.05, "outcome": "error", "error": "Declined", "cause": "no funds"},
///               {"outcome": "success", "output": {"status": "OK"}}]}
/// ```
/// One outcome may leave `p` out: it takes what the others leave. Where none does, that is a success with an
/// echo. Outcomes are laid side by side from 0 up in the order in which they are written, so two versions that list
/// the same error first fail the same executions as far as their probabilities allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    pub rules: Vec<Rule>,
    /// Of all rules.
    pub cases: Vec<Case>,
    guards: Vec<Guard>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The number of its [`Guard`] among those of the behaviour, where it has one.
    guard: Option<u32>,
    /// The input classes that it covers; all where none are named.
    pub classes: Vec<u32>,
    /// The attempts that it covers, from 1.
    pub attempts: RangeInclusive<u32>,
    /// Those of [`Behaviour::cases`] that it chooses from; the last takes the rest.
    cases: std::ops::Range<usize>,
    /// Whether a case can change its probability.
    shifting: bool,
}

/// One thing that may come of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The probability; of the case that takes the rest, what the others leave at the start.
    pub p: f64,
    pub outcome: Outcome,
    pub latency: Latency,
    pub drift: Option<Drift>,
    /// It happens only in the outages of a group.
    pub outage: Option<Outage>,
    /// The number of its group among those of the scenario; see [`Circumstances::outages`].
    pub group: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// `{"outcome": "success", "output": …}`; without `output`, what the call was given comes back ([`echo`](super::echo)).
    Success { output: Option<Value> },
    /// `{"outcome": "error", "error": "Declined", "cause": "no funds"}`
    Error { error: Text, cause: Option<Text> },
    /// `{"outcome": "timeout"}`: no answer until TimeoutSeconds; where the state has none, States.Timeout after the latency.
    Timeout,
    /// `{"outcome": "never"}`: no answer until TimeoutSeconds, and for ever where the state has none.
    Never,
}

/// `{"per": "minute", "slope": 0.005, "cap": 0.2}`: p grows (or shrinks) as the version gets older.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    pub per: DriftPer,
    pub slope: f64,
    /// p stays between 0 and this.
    pub cap: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftPer {
    /// Per minute since the version got its first share of traffic.
    Minute,
    /// Per execution of the version.
    Execution,
}

/// When and for whom an attempt is made.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The number of the input class.
    pub class: u32,
    /// From 1.
    pub attempt: u32,
    pub now: Time,
    /// When the version got its first share of traffic.
    pub live_since: Time,
    /// How many executions of the version were started before.
    pub number: u64,
    /// By the numbers of the groups.
    pub outages: &'a [OutagePath],
    /// Which guards of the behaviour hold, as [`Behaviour::guards`] tells.
    pub guards: u64,
}

impl Default for Circumstances<'_> {
    fn default() -> Self {
        let (now, live_since) = (Time::ZERO, Time::ZERO);
        Circumstances { class: 0, attempt: 1, now, live_since, number: 0, outages: &[], guards: 0 }
    }
}

impl Case {
    /// The probability under these circumstances.
    pub fn chance(&self, at: &Circumstances) -> f64 {
        if let Some(group) = self.group
            && !at.outages.get(group).is_some_and(|path| path.is_out(at.now))
        {
            return 0.0;
        }
        let Some(drift) = self.drift else { return self.p };
        let age = match drift.per {
            DriftPer::Minute => at.now.since(at.live_since).as_secs_f64() / 60.0,
            DriftPer::Execution => at.number as f64,
        };
        (self.p + drift.slope * age).clamp(0.0, drift.cap)
    }
}

impl Rule {
    /// Whether it covers an attempt if its guard holds.
    fn may_cover(&self, class: u32, attempt: u32) -> bool {
        self.attempts.contains(&attempt) && (self.classes.is_empty() || self.classes.contains(&class))
    }

    fn covers(&self, at: &Circumstances) -> bool {
        self.may_cover(at.class, at.attempt) && self.guard.is_none_or(|guard| at.guards >> guard & 1 == 1)
    }

    /// One that covers everything and never changes.
    fn of_all(cases: std::ops::Range<usize>) -> Rule {
        Rule { guard: None, classes: Vec::new(), attempts: 1..=u32::MAX, cases, shifting: false }
    }

    /// The number of its guard, where it has one.
    pub fn guard(&self) -> Option<u32> {
        self.guard
    }

    /// The number of the first of its cases among those of the behaviour.
    pub fn first_case(&self) -> usize {
        self.cases.start
    }

    /// Whether its probabilities are the same at all times.
    pub fn is_steady(&self) -> bool {
        !self.shifting
    }
}

impl Behaviour {
    /// A task that always succeeds after a latency, with `output` or else with an echo.
    pub fn always(output: Option<Value>, latency: Latency) -> Behaviour {
        let rest =
            Case { p: 1.0, outcome: Outcome::Success { output }, latency, drift: None, outage: None, group: None };
        Behaviour { rules: vec![Rule::of_all(0..1)], cases: vec![rest], guards: Vec::new() }
    }

    /// Which of its guards hold for an attempt, a bit for each. Those that decide nothing are not asked. What it cost
    /// is added to `steps`, those of JSONata.
    #[inline]
    pub fn guards(&self, class: u32, asked: &Asked, steps: &mut u64) -> u64 {
        if self.guards.is_empty() { 0 } else { self.ask_guards(class, asked, steps) }
    }

    fn ask_guards(&self, class: u32, asked: &Asked, steps: &mut u64) -> u64 {
        for rule in self.rules.iter().filter(|rule| rule.may_cover(class, asked.attempt)) {
            let Some(number) = rule.guard else { return 0 };
            if self.guards.get(number as usize).is_some_and(|guard| guard.holds(asked, steps)) {
                return 1 << number;
            }
        }
        0
    }

    /// The rule that decides an attempt, and its number. There always is one: the last covers everything.
    pub fn rule(&self, at: &Circumstances) -> Option<(usize, &Rule)> {
        self.rules.iter().enumerate().find(|(_, rule)| rule.covers(at))
    }

    /// The cases that a rule chooses from.
    pub fn cases_of(&self, rule: &Rule) -> &[Case] {
        self.cases.get(rule.cases.clone()).unwrap_or_default()
    }

    /// What comes of the attempt with that key: the number of the case, and the latency.
    #[inline]
    pub fn draw(&self, attempt: Key, at: &Circumstances) -> (usize, Delay) {
        let Some((_, rule)) = self.rule(at) else { return (0, Delay::ZERO) };
        let mut chosen = rule.cases.start;
        let mut latency = &Latency::ZERO;
        let mut left = if rule.cases.len() > 1 { attempt.with(OUTCOME).uniform() } else { 0.0 };
        let last = rule.cases.end.saturating_sub(1);
        for (n, case) in self.cases_of(rule).iter().enumerate() {
            chosen = rule.cases.start + n;
            latency = &case.latency;
            if chosen == last {
                break;
            }
            left -= if rule.shifting { case.chance(at) } else { case.p };
            if left < 0.0 {
                break;
            }
        }
        (chosen, latency.draw(attempt.with(LATENCY)))
    }

    /// Reads a rule or an array of rules; `classes` are the names of the input classes.
    pub fn read(place: &Place, classes: &[Text], findings: &mut Findings) -> Option<Behaviour> {
        let mut behaviour = Behaviour { rules: Vec::new(), cases: Vec::new(), guards: Vec::new() };
        let before = findings.list.len();
        if place.node.is_array() {
            for rule in place.array(findings)? {
                behaviour.read_rule(&rule, classes, findings);
            }
        } else {
            behaviour.read_rule(place, classes, findings);
        }
        // What no rule covers succeeds at once.
        let whole = |rule: &Rule| rule.classes.is_empty() && rule.attempts == (1..=u32::MAX) && rule.guard.is_none();
        if !behaviour.rules.iter().any(whole) {
            let start = behaviour.cases.len();
            behaviour.cases.extend(Behaviour::always(None, Latency::ZERO).cases);
            let cases = start..behaviour.cases.len();
            behaviour.rules.push(Rule::of_all(cases));
        }
        (findings.list.iter().skip(before).all(|finding| !finding.is_error())).then_some(behaviour)
    }

    fn read_rule(&mut self, place: &Place, classes: &[Text], findings: &mut Findings) -> Option<()> {
        let members = place.object(findings, &["classes", "attempts", "guard", "latency", "outcomes"])?;
        let covered = read_classes(&members, classes, findings);
        let guard = match members.get("guard") {
            Some(at) => self.read_guard(&at, findings).map(Some),
            None => Some(None),
        };
        let attempts = read_attempts(&members, findings);
        let latency = match members.get("latency") {
            Some(at) => Latency::read(&at, findings),
            None => Some(Latency::ZERO),
        };
        let start = self.cases.len();
        let mut rest = None;
        let mut sum = 0.0;
        let mut steady_sum = 0.0;
        if let Some(at) = members.get("outcomes") {
            for place in at.array(findings)? {
                let Some((case, open)) = read_case(&place, latency.as_ref(), findings) else { continue };
                if !open {
                    sum += case.p;
                    steady_sum += if case.outage.is_none() { case.p } else { 0.0 };
                    self.cases.push(case);
                } else if rest.replace(case).is_some() {
                    let finding = place.error("missing-member", "a second outcome without `p`");
                    findings.push(finding.help("only one outcome may take what the others leave"));
                }
            }
            if sum > 1.0 + 1e-9 {
                let finding = at.error("out-of-range", format!("the probabilities add up to {sum}, which is over 1"));
                findings.push(finding.help("the rest goes to the outcome without `p`, or to success"));
            }
        }
        let mut rest = rest.unwrap_or_else(|| Case {
            p: 1.0,
            outcome: Outcome::Success { output: None },
            latency: latency.clone().unwrap_or(Latency::ZERO),
            drift: None,
            outage: None,
            group: None,
        });
        rest.p = (1.0 - steady_sum).max(0.0);
        self.cases.push(rest);
        let cases = start..self.cases.len();
        let shifting = self.cases.iter().skip(start).any(|case| case.drift.is_some() || case.outage.is_some());
        self.rules.push(Rule { guard: guard?, classes: covered?, attempts: attempts?, cases, shifting });
        Some(())
    }

    fn read_guard(&mut self, place: &Place, findings: &mut Findings) -> Option<u32> {
        let guard = Guard::read(place, findings)?;
        if self.guards.len() == MAX_GUARDS {
            let finding = place.error("out-of-range", format!("more than {MAX_GUARDS} guards of one task"));
            findings.push(finding.help("classes of input tell apart what guards would"));
            return None;
        }
        self.guards.push(guard);
        Some(self.guards.len() as u32 - 1)
    }
}

fn read_classes(members: &Members, classes: &[Text], findings: &mut Findings) -> Option<Vec<u32>> {
    let Some(at) = members.get("classes") else { return Some(Vec::new()) };
    let mut covered = Vec::new();
    for place in at.array(findings)? {
        let name = place.string(findings)?;
        match classes.iter().position(|class| *class == name) {
            Some(class) => covered.push(class as u32),
            None => {
                let known: Vec<&str> = classes.iter().map(|class| &**class).collect();
                let finding = place.error("unknown-name", format!("there is no input class `{name}`"));
                findings.push(match known.is_empty() {
                    true => finding.help("name the classes in `inputs`"),
                    false => finding.help(format!("one of {}", crate::base::document::listed(&known))),
                });
            }
        }
    }
    if covered.is_empty() {
        findings.push(at.error("out-of-range", "a rule for no class").help("leave `classes` out to cover all"));
    }
    Some(covered)
}

fn read_attempts(members: &Members, findings: &mut Findings) -> Option<RangeInclusive<u32>> {
    let Some(at) = members.get("attempts") else { return Some(1..=u32::MAX) };
    let range = at.object(findings, &["from", "to"])?;
    let mut end = |key: &str, default: u32| match range.get(key) {
        Some(at) => at.integer(Range::between(1.0, 1e6), findings).map(|n| n as u32),
        None => Some(default),
    };
    let (from, to) = (end("from", 1), end("to", u32::MAX));
    let (from, to) = (from?, to?);
    if from > to {
        findings.push(at.error("out-of-range", "`from` is greater than `to`"));
        return None;
    }
    Some(from..=to)
}

/// A case, and whether it takes what the others leave.
fn read_case(place: &Place, latency: Option<&Latency>, findings: &mut Findings) -> Option<(Case, bool)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Success,
        Error,
        Timeout,
        Never,
    }
    const KINDS: [(&str, Kind); 4] =
        [("success", Kind::Success), ("error", Kind::Error), ("timeout", Kind::Timeout), ("never", Kind::Never)];
    let known = ["p", "outcome", "output", "error", "cause", "latency", "drift", "correlated"];
    let members = place.object(findings, &known)?;
    let kind = members.required("outcome", findings).and_then(|at| at.word(&KINDS, findings));
    let p = members.get("p").map(|at| at.number(Range::PROBABILITY, findings));
    let latency = match members.get("latency") {
        Some(at) => Latency::read(&at, findings),
        None => latency.cloned(),
    };
    let drift = members.get("drift").map(|at| read_drift(&at, findings));
    let outage = members.get("correlated").map(|at| Outage::read(&at, findings));
    let open = p.is_none();
    if open && (drift.is_some() || outage.is_some()) {
        let finding = place.error("missing-member", "an outcome with `drift` or `correlated` needs its `p`");
        findings.push(finding.help("`p` is where the drift begins, and the probability while the outage lasts"));
    }
    for (key, kinds) in [("output", Kind::Success), ("error", Kind::Error), ("cause", Kind::Error)] {
        if let Some(at) = members.get(key)
            && kind.is_some_and(|kind| kind != kinds)
        {
            findings.push(at.error("unknown-member", format!("`{key}` says nothing for this outcome")));
        }
    }
    let outcome = match kind? {
        Kind::Success => Outcome::Success { output: members.get("output").map(|at| at.node.to_value()) },
        Kind::Error => Outcome::Error {
            error: members.required("error", findings).and_then(|at| at.string(findings))?,
            cause: members.get("cause").and_then(|at| at.string(findings)),
        },
        Kind::Timeout => Outcome::Timeout,
        Kind::Never => Outcome::Never,
    };
    let case = Case {
        p: p.unwrap_or(Some(0.0))?,
        outcome,
        latency: latency?,
        drift: drift.map_or(Some(None), |read| read.map(Some))?,
        outage: outage.map_or(Some(None), |read| read.map(Some))?,
        group: None,
    };
    Some((case, open))
}

fn read_drift(place: &Place, findings: &mut Findings) -> Option<Drift> {
    let members = place.object(findings, &["per", "slope", "cap"])?;
    let words = [("minute", DriftPer::Minute), ("execution", DriftPer::Execution)];
    let per = members.required("per", findings).and_then(|at| at.word(&words, findings));
    let slope = members.required("slope", findings).and_then(|at| at.number(Range::between(-1.0, 1.0), findings));
    let cap = match members.get("cap") {
        Some(at) => at.number(Range::PROBABILITY, findings),
        None => Some(1.0),
    };
    Some(Drift { per: per?, slope: slope?, cap: cap? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::value::read::parse;

    fn read(text: &str) -> (Option<Behaviour>, Vec<(String, String)>) {
        let mut findings = Findings::default();
        let classes = ["eu".into(), "us".into()];
        let behaviour = Behaviour::read(&Place::root(&parse(text).root), &classes, &mut findings);
        (behaviour, findings.list.into_iter().map(|f| (f.pointer.to_string(), f.message)).collect())
    }

    fn behaviour(text: &str) -> Behaviour {
        let (behaviour, findings) = read(text);
        assert_eq!(findings, [], "{text}");
        behaviour.unwrap()
    }

    fn share(behaviour: &Behaviour, case: usize, at: &Circumstances) -> f64 {
        let n = 40_000;
        (0..n).filter(|n| behaviour.draw(Key::new(2).with(*n), at).0 == case).count() as f64 / n as f64
    }

    #[test]
    fn cases_have_their_probabilities() {
        let task = behaviour(
            r#"{"outcomes": [{"p": 0.2, "outcome": "error", "error": "A"}, {"outcome": "success", "output": 1},
                {"p": 0.1, "outcome": "timeout"}], "latency": {"kind": "constant", "ms": 7}}"#,
        );
        let at = Circumstances::default();
        for (case, p) in [(0, 0.2), (1, 0.1), (2, 0.7)] {
            assert!((share(&task, case, &at) - p).abs() < 0.01);
            assert!((task.cases[case].p - p).abs() < 1e-12);
        }
        assert_eq!(task.cases[2].outcome, Outcome::Success { output: Some(Value::from(1_i64)) });
        assert_eq!(task.draw(Key::new(1), &at).1, Delay::from_millis(7));
    }

    #[test]
    fn a_larger_probability_fails_the_same_and_more() {
        let [small, large] = [0.01, 0.05]
            .map(|p| behaviour(&format!(r#"{{"outcomes": [{{"p": {p}, "outcome": "error", "error": "A"}}]}}"#)));
        for n in 0..10_000 {
            let at = Circumstances::default();
            let (a, b) = (small.draw(Key::new(n), &at).0, large.draw(Key::new(n), &at).0);
            assert!(b <= a, "what fails under 1 % fails under 5 %");
        }
    }

    #[test]
    fn rules_by_class_and_attempt() {
        let task = behaviour(
            r#"[{"classes": ["us"], "attempts": {"to": 1}, "outcomes": [{"outcome": "error", "error": "A"}]},
                {"attempts": {"from": 3}, "outcomes": [{"outcome": "never"}]}]"#,
        );
        let case = |class, attempt| {
            let (case, _) = task.draw(Key::new(1), &Circumstances { class, attempt, ..Circumstances::default() });
            &task.cases[case].outcome
        };
        assert!(matches!(case(1, 1), Outcome::Error { .. }));
        assert!(matches!(case(0, 1), Outcome::Success { .. }));
        assert!(matches!(case(1, 2), Outcome::Success { .. }));
        assert!(matches!(case(0, 3), Outcome::Never));
    }

    #[test]
    fn rules_by_guard() {
        let task = behaviour(
            r#"[{"guard": "{% $states.input.amount > 100 %}", "outcomes": [{"outcome": "error", "error": "TooMuch"}]},
                {"classes": ["us"], "guard": "{% $class = 'us' and $attempt = 2 %}", "outcomes": [{"outcome": "never"}]},
                {"attempts": {"to": 5}, "outcomes": [{"outcome": "error", "error": "Rest"}]},
                {"guard": "{% true %}", "outcomes": [{"outcome": "timeout"}]}]"#,
        );
        let us = Text::from("us");
        let mut steps = 0;
        let mut case = |input: &str, class: Option<u32>, attempt| {
            let input = Value::parse(input).unwrap();
            let asked = Asked { input: &input, class: class.map(|_| &us), attempt };
            let guards = task.guards(class.unwrap_or(0), &asked, &mut steps);
            let at = Circumstances { class: class.unwrap_or(0), attempt, guards, ..Circumstances::default() };
            task.cases[task.draw(Key::new(1), &at).0].outcome.clone()
        };
        let error = |name: &str| Outcome::Error { error: name.into(), cause: None };
        assert_eq!(case(r#"{"amount": 101}"#, None, 1), error("TooMuch"));
        assert_eq!(case(r#"{"amount": 100}"#, None, 1), error("Rest"));
        // What is not there, and what fails, does not hold.
        assert_eq!(case("{}", None, 1), error("Rest"));
        assert_eq!(case(r#"{"amount": "101"}"#, None, 1), error("Rest"));
        assert_eq!(case("{}", Some(1), 1), error("Rest"));
        assert_eq!(case("{}", Some(1), 2), Outcome::Never);
        assert_eq!(case("{}", None, 2), error("Rest"));
        assert_eq!(case("{}", None, 6), Outcome::Timeout);
        assert!(steps > 0);
    }

    /// A guard that does not come to an end does not hold, and does not hold anybody up.
    #[test]
    fn hostile_guards_end() {
        let task = behaviour(
            r#"{"guard": "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}", "outcomes": [{"outcome": "never"}]}"#,
        );
        let mut steps = 0;
        let asked = Asked { input: &Value::Null, class: None, attempt: 1 };
        assert_eq!(task.guards(0, &asked, &mut steps), 0);
        assert!(steps <= 200_000, "{steps}");
    }

    #[test]
    fn drifts_and_outages_shift_the_chance() {
        let mut task = behaviour(
            r#"{"outcomes": [
                {"p": 0, "outcome": "error", "error": "Leak", "drift": {"per": "minute", "slope": 0.01, "cap": 0.3}},
                {"p": 0.5, "outcome": "error", "error": "Down", "correlated": {"group": "db", "rate_per_min": 1, "mean_ms": 6000}}]}"#,
        );
        task.cases[1].group = Some(0);
        let path = task.cases[1].outage.as_ref().unwrap().path(Key::new(1), Time::ZERO, Time::from_millis(3_600_000));
        let (begin, _) = path.spans()[0];
        let outages = [path];
        let at = |now: Time| Circumstances { now, outages: &outages, ..Circumstances::default() };
        let minute = |n: u64| Time::from_millis(n * 60_000);
        assert_eq!(task.cases[0].chance(&at(Time::ZERO)), 0.0);
        assert!((task.cases[0].chance(&at(minute(12))) - 0.12).abs() < 1e-12);
        assert_eq!(task.cases[0].chance(&at(minute(50))), 0.3);
        assert_eq!(task.cases[1].chance(&at(Time::ZERO)), 0.0);
        assert!((share(&task, 1, &at(begin)) - 0.5).abs() < 0.01);
    }

    #[test]
    fn refuses_what_cannot_be() {
        for (text, pointer, message) in [
            (
                r#"{"outcomes": [{"p": 1.2, "outcome": "timeout"}]}"#,
                "/outcomes/0/p",
                "`1.2` is out of range: it must be at least 0 and at most 1",
            ),
            (
                r#"{"outcomes": [{"p": 0.6, "outcome": "timeout"}, {"p": 0.6, "outcome": "never"}]}"#,
                "/outcomes",
                "the probabilities add up to 1.2, which is over 1",
            ),
            (
                r#"{"outcomes": [{"outcome": "timeout"}, {"outcome": "never"}]}"#,
                "/outcomes/1",
                "a second outcome without `p`",
            ),
            (r#"{"outcomes": [{"p": 0.1, "outcome": "error"}]}"#, "/outcomes/0", "`error` is missing"),
            (
                r#"{"outcomes": [{"p": 0.1, "outcome": "never", "cause": "x"}]}"#,
                "/outcomes/0/cause",
                "`cause` says nothing for this outcome",
            ),
            (r#"{"guard": true}"#, "/guard", "expected a string, found a boolean"),
            (r#"{"guard": "$states.input.a"}"#, "/guard", "expected a JSONata expression"),
            (r#"{"guard": "{% $states.input. %}"}"#, "/guard", "Unexpected end of expression"),
            (
                r#"[{}, {"guard": "{% amount > 1 %}"}]"#,
                "/1/guard",
                "Reference to 'amount' at the top level is not supported.",
            ),
            (r#"{"guard": "{% $clas = 'eu' %}"}"#, "/guard", "there is no variable `$clas`"),
            (
                r#"{"guard": "{% $states.context.Execution.Name = 'x' %}"}"#,
                "/guard",
                "a guard sees no `$states.context`",
            ),
            (r#"{"guard": "{% $millis() > 5 %}"}"#, "/guard", "a guard reads the clock"),
            (r#"{"guard": "{% $random() > 0.5 %}"}"#, "/guard", "a guard draws random numbers"),
            (r#"{"classes": ["uk"]}"#, "/classes/0", "there is no input class `uk`"),
            (r#"{"attempts": {"from": 3, "to": 2}}"#, "/attempts", "`from` is greater than `to`"),
            (
                r#"{"outcomes": [{"outcome": "never", "drift": {"per": "minute", "slope": 0.1}}]}"#,
                "/outcomes/0",
                "an outcome with `drift` or `correlated` needs its `p`",
            ),
        ] {
            let (_, findings) = read(text);
            assert_eq!(findings.first().map(|(p, m)| (&**p, &**m)), Some((pointer, message)), "{text}");
        }
    }
}
