//! Scenarios to begin with, each with what is to be learnt from it. Each is a test too: what is said here is computed.
//!
//! ```
//! use weir::simulation::{presets::PRESETS, scenario::Scenario};
//! assert!(PRESETS.iter().all(|preset| Scenario::parse(preset.document).is_ok()));
//! ```

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// A stable name, as in a link.
    pub id: &'static str,
    /// The scenario.
    #[serde(skip)]
    pub document: &'static str,
    /// What to expect, with the numbers.
    pub expectation: &'static str,
}

macro_rules! presets {
    ($($id:literal: $expectation:literal,)*) => {
        /// In the order in which they are learnt from.
        pub const PRESETS: &[Preset] = &[$(Preset {
            id: $id,
            document: include_str!(concat!($id, ".json")),
            expectation: $expectation,
        },)*];
    };
}

presets! {
    "blue-green": "All executions start on version 6, which fails 30 %. The alarm hears of it after a minute: rollback, 36 failures.",
    "canary": "Version 6 fails 20 %. The canary always finds out, after 2.33 minutes on average, at the price of 4.8 failures.",
    "linear": "Version 6 fails 8 %. Each minute brings more of it: rollback after 3.79 minutes on average, 7.7 failures.",
    "slow-leak": "Version 6 gets worse by half a percent a minute. The canary of 5 minutes ends too early to see it (P < .0001); the watch of 10 minutes after it does (P = 1.000). Unwatched it would be 219 failures in half an hour.",
    "intermittent": "Version 6 fails 1 %. 60.7 % of such canaries see no failure at all; 30 minutes at 10 % show one with 95 % probability.",
    "latency-regression": "8 % of executions are slow. The p90 of 100 executions sees that in 17.6 % of the minutes only; p99 would want 1,000 executions in a period, which a canary of 10 a minute has after 100 minutes.",
    "some-inputs": "One input in 200 always fails on version 6. 77.9 % of all canaries meet none: look at the failure rate by input class.",
    "changes-nothing": "Version 6 is version 5, which fails 0.1 %. With ≥ 1 in 2 of 3 minutes, 12.5 % of rollouts are rolled back for nothing; with ≥ 1 in one minute 65.0 %, with ≥ 2 in 2 of 3 minutes 0.04 %.",
    "retries-hide": "A task of version 6 fails 20 % of its attempts and is tried four times. The alarm rings in 7.7 % of canaries instead of 99.995 %; what shows is 0.248 more transitions per execution.",
    "long-workflow": "Executions take two minutes, and alarms hear of failures when executions end: rollback after 3.73 minutes on average instead of 1.73.",
    "wrong-dimension": "The alarm looks at the alias, where the new version is one in ten: a minute breaches with 4.7 % probability instead of 39.3 %.",
    "quiet-night": "One execution in two minutes, of which 5 % fail, 3 of 3: 31 % of rollouts are rolled back, 0.3 % with missing data as notBreaching, 98 % as breaching. The data are the same.",
    "watch-ends": "The canary is so small that the alarm, which counts failures, rings in 4.9 % of rollouts. Then everyone is on version 6 and nobody looks: 121 failures in half an hour, where watching 10 minutes more makes it 12.",
    "stuck-alarm": "The alarm rings because of version 5, and so the fix is refused: set `on_alarm_at_start` to `ignore`.",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::exact::{Exact, exact};
    use crate::simulation::report::Report;
    use crate::simulation::runner;
    use crate::simulation::scenario::Scenario;
    use crate::simulation::simulate;
    use crate::simulation::statistics::wilson;

    fn text(id: &str) -> String {
        PRESETS.iter().find(|preset| preset.id == id).unwrap().document.to_owned()
    }

    fn solved(text: &str) -> Exact {
        let scenario = Scenario::parse(text).unwrap_or_else(|findings| panic!("{findings:#?}"));
        exact(&scenario, &runner(&scenario).unwrap()).unwrap_or_else(|reasons| panic!("{reasons:?}"))
    }

    fn played(text: &str) -> Report {
        simulate(text).unwrap_or_else(|findings| panic!("{findings:#?}"))
    }

    #[track_caller]
    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected} ± {tolerance}");
    }

    #[test]
    fn rollbacks() {
        for (id, minutes, failures) in [("blue-green", 1.0, 36.0), ("canary", 2.33, 4.8), ("linear", 3.79, 7.7)] {
            let answer = solved(&text(id));
            near(answer.passage.total(), 1.0, 5e-4);
            near(answer.passage.mean().unwrap(), minutes, 0.005);
            near(answer.failures_new, failures, 0.06);
        }
    }

    #[test]
    fn slow_leak() {
        let answer = solved(&text("slow-leak"));
        assert!(answer.passage.by(5) < 1e-4);
        near(answer.passage.total(), 1.0, 5e-4);
        let unwatched = text("slow-leak").replace(r#""bake_ms": 600000"#, r#""bake_ms": 0"#);
        near(solved(&unwatched).failures_new, 219.0, 0.5);
    }

    #[test]
    fn unseen() {
        let report = played(&text("intermittent"));
        let warning = report.warnings.iter().find(|warning| warning.code == "unseen-failures").unwrap();
        assert!(warning.message.starts_with("60.7 % of all canaries see no failure"), "{}", warning.message);
        assert!(warning.mend.starts_with("a canary of 29.9 min"), "{}", warning.mend);
        let canary_only = text("some-inputs").replace(r#""horizon_ms": 1800000"#, r#""horizon_ms": 300000"#);
        let rows = played(&canary_only).rows;
        let none = rows.iter().filter(|row| row.failed.new == 0).count() as u64;
        assert!(wilson(none, rows.len() as u64, 0.999).contains(0.7788), "{none}");
        let report = played(&text("some-inputs"));
        let classes = &report.versions[1].classes;
        assert_eq!((classes[0].failure_rate.value, classes[1].failure_rate.value), (0.0, 1.0));
    }

    #[test]
    fn latency_regression() {
        let report = played(&text("latency-regression"));
        let breaching = report.alarms[0].breaching;
        assert!(wilson((breaching.value * breaching.of as f64) as u64, breaching.of, 0.999).contains(0.1757));
    }

    #[test]
    fn changes_nothing() {
        let two_of_three = text("changes-nothing");
        near(solved(&two_of_three).false_rollback, 0.125, 5e-4);
        let once = two_of_three.replace(r#""N": 3"#, r#""N": 1"#).replace(r#""M": 2"#, r#""M": 1"#);
        near(solved(&once).false_rollback, 0.650, 5e-4);
        let twice = two_of_three.replace(r#""threshold": 1"#, r#""threshold": 2"#);
        near(solved(&twice).false_rollback, 0.0004, 5e-5);
    }

    #[test]
    fn retries() {
        let answer = solved(&text("retries-hide"));
        // What fails in the last seconds of the canary is heard of after it.
        near(answer.passage.total(), 0.0769, 0.001);
        let without = text("retries-hide").replace(r#""MaxAttempts": 3"#, r#""MaxAttempts": 0"#);
        near(solved(&without).passage.total(), 0.99995, 1e-5);
        let report = played(&text("retries-hide"));
        near(report.versions[1].transitions_per_execution - report.versions[0].transitions_per_execution, 0.248, 0.01);
        assert!(report.warnings.iter().any(|warning| warning.code == "retries-hide"));
    }

    #[test]
    fn long_workflow() {
        near(solved(&text("long-workflow")).passage.mean().unwrap(), 3.73, 0.005);
        let instant = text("long-workflow").replace("120000", "0");
        near(solved(&instant).passage.mean().unwrap(), 1.73, 0.005);
    }

    #[test]
    fn wrong_dimension() {
        near(solved(&text("wrong-dimension")).points[0].breaching, 0.0467, 5e-5);
        let right = text("wrong-dimension").replace(r#""Alias": "PROD""#, r#""Version": "6""#);
        near(solved(&right).points[0].breaching, 0.3935, 5e-5);
        let report = played(&text("wrong-dimension"));
        assert!(report.warnings.iter().any(|warning| warning.code == "alias-dimension"));
    }

    #[test]
    fn quiet_night() {
        for (treat, p) in [("missing", 0.3140), ("notBreaching", 0.0027), ("breaching", 0.9751)] {
            let treated =
                text("quiet-night").replace(r#""treatMissing": "missing""#, &format!(r#""treatMissing": "{treat}""#));
            near(solved(&treated).passage.total(), p, 5e-5);
        }
    }

    #[test]
    fn watch_ends() {
        let answer = solved(&text("watch-ends"));
        near(answer.passage.total(), 0.049, 5e-4);
        near(answer.failures_new, 121.3, 0.1);
        let watched = text("watch-ends").replace(r#""bake_ms": 0"#, r#""bake_ms": 600000"#);
        near(solved(&watched).failures_new, 11.7, 0.1);
        let report = played(&text("watch-ends"));
        assert!(report.warnings.iter().any(|warning| warning.code == "watch-ends-at-promotion"));
    }

    #[test]
    fn stuck_alarm() {
        let report = played(&text("stuck-alarm"));
        assert_eq!(report.rollout.as_ref().unwrap().refused, report.replications);
        let said = &report.run.as_ref().unwrap().decisions[0].sentence;
        assert!(said.contains("SAM issue 716"), "{said}");
        let ignored =
            text("stuck-alarm").replace(r#""kind": "canary""#, r#""on_alarm_at_start": "ignore", "kind": "canary""#);
        assert!(played(&ignored).rollout.unwrap().refused == 0);
    }

    /// The presets are as the published schema says.
    #[test]
    fn presets_keep_the_schema() {
        for preset in PRESETS {
            let document = crate::base::Value::parse(preset.document).unwrap();
            assert_eq!(crate::simulation::scenario::schema::refusal(&document), None, "{}", preset.id);
            let report = played(preset.document);
            assert!(report.executions > 0, "{}", preset.id);
        }
    }
}
