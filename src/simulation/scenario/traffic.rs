//! How executions are started: at what rate, by whom, until when.

use crate::base::Delay;
use crate::base::document::{Findings, Members, Place, Range};
use crate::engine::tasks::read_millis;

#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    pub rate: Rate,
    /// Executions that start at one instant.
    pub burst: Option<Burst>,
    /// So many executions and no more.
    pub count: Option<u64>,
    /// No start at or after this time.
    pub duration: Option<Delay>,
}

/// Starts per minute as a function of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// `{"kind": "constant", "per_min": 60}`: one every second, the first at 0.
    Constant { per_min: f64 },
    /// `{"kind": "poisson", "per_min": 60}`: exponential gaps.
    Poisson { per_min: f64 },
    /// `{"kind": "ramp", "from_per_min": 0, "to_per_min": 600, "over_ms": 600000}`: Poisson; the last rate stays.
    Ramp { from_per_min: f64, to_per_min: f64, over: Delay },
    /// `{"kind": "piecewise", "steps": [{"per_min": 10, "for_ms": 60000}, {"per_min": 60, "for_ms": 60000}]}`: Poisson;
    /// the last rate stays.
    Piecewise { steps: Vec<(f64, Delay)> },
    /// `{"kind": "diurnal", "mean_per_min": 100, "amplitude": 0.8, "period_ms": 86400000, "phase_ms": 0}`: Poisson of
    /// rate mean (1 + amplitude sin(2π (t + phase)/period)).
    Diurnal { mean_per_min: f64, amplitude: f64, period_min: u64, phase: Delay },
}

/// The law of the number of executions that start together; the rate stays that of executions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Burst {
    /// `{"kind": "fixed", "executions": 5}`
    Fixed(u32),
    /// `{"kind": "geometric", "mean": 5}`
    Geometric { mean: f64 },
}

impl Burst {
    pub fn mean(self) -> f64 {
        match self {
            Burst::Fixed(n) => f64::from(n),
            Burst::Geometric { mean } => mean,
        }
    }
}

/// More starts per minute than AWS grants anyone: those of a minute are put in order where decisions fall between them.
const MAX_RATE: f64 = 1e7;
/// Two years of minutes.
pub const MAX_MINUTES: u64 = 1_000_000;
/// More executions than a page can run while anyone waits.
pub const MAX_EXECUTIONS: f64 = 1e10;

impl Rate {
    /// The mean number of starts in [0, t).
    pub fn expected(&self, t: Delay) -> f64 {
        let t = minutes(t);
        match self {
            Rate::Constant { per_min } | Rate::Poisson { per_min } => per_min * t,
            Rate::Ramp { from_per_min, to_per_min, over } => {
                let over = minutes(*over);
                let rising = t.min(over);
                let slope = if over > 0.0 { (to_per_min - from_per_min) / over } else { 0.0 };
                from_per_min * rising + slope * rising * rising / 2.0 + to_per_min * (t - rising)
            }
            Rate::Piecewise { steps } => {
                let mut left = t;
                let mut sum = 0.0;
                for (per_min, length) in steps {
                    let part = minutes(*length).min(left);
                    sum += per_min * part;
                    left -= part;
                }
                sum + steps.last().map_or(0.0, |(per_min, _)| per_min * left)
            }
            Rate::Diurnal { mean_per_min, amplitude, period_min, phase } => {
                let turn = 2.0 * std::f64::consts::PI / *period_min as f64;
                let phase = minutes(*phase);
                let swing = libm::cos(turn * phase) - libm::cos(turn * (t + phase));
                mean_per_min * (t + amplitude / turn * swing)
            }
        }
    }

    /// The mean rate per minute at a time.
    pub fn at(&self, t: Delay) -> f64 {
        match self {
            Rate::Constant { per_min } | Rate::Poisson { per_min } => *per_min,
            Rate::Ramp { from_per_min, to_per_min, over } if t < *over => {
                from_per_min + (to_per_min - from_per_min) * (minutes(t) / minutes(*over))
            }
            Rate::Ramp { to_per_min, .. } => *to_per_min,
            Rate::Piecewise { steps } => {
                let mut end = Delay::ZERO;
                let mut now = 0.0;
                for (per_min, length) in steps {
                    now = *per_min;
                    end = end + *length;
                    if t < end {
                        break;
                    }
                }
                now
            }
            Rate::Diurnal { mean_per_min, amplitude, period_min, phase } => {
                let turn = 2.0 * std::f64::consts::PI / *period_min as f64;
                mean_per_min * (1.0 + amplitude * libm::sin(turn * (minutes(t) + minutes(*phase))))
            }
        }
    }

    /// Whether starts are independent of each other.
    pub fn is_poisson(&self) -> bool {
        !matches!(self, Rate::Constant { .. })
    }
}

pub(in crate::simulation) fn minutes(t: Delay) -> f64 {
    t.as_nanos() as f64 / 60e9
}

impl Traffic {
    pub fn read(place: &Place, findings: &mut Findings) -> Option<Traffic> {
        #[derive(Clone, Copy)]
        enum Kind {
            Constant,
            Poisson,
            Ramp,
            Piecewise,
            Diurnal,
        }
        const KINDS: [(&str, Kind); 5] = [
            ("constant", Kind::Constant),
            ("poisson", Kind::Poisson),
            ("ramp", Kind::Ramp),
            ("piecewise", Kind::Piecewise),
            ("diurnal", Kind::Diurnal),
        ];
        let kind = place.free_object(findings)?.required("kind", findings)?.word(&KINDS, findings)?;
        let own: &[&str] = match kind {
            Kind::Constant | Kind::Poisson => &["per_min"],
            Kind::Ramp => &["from_per_min", "to_per_min", "over_ms"],
            Kind::Piecewise => &["steps"],
            Kind::Diurnal => &["mean_per_min", "amplitude", "period_ms", "phase_ms"],
        };
        let mut known = vec!["kind", "stop"];
        known.extend(own);
        if !matches!(kind, Kind::Constant) {
            known.push("burst");
        }
        let members = place.known_members(findings, &known)?;
        let rate = |key: &str, range: Range, findings: &mut Findings| {
            members.required(key, findings).and_then(|at| read_rate(&at, range, findings))
        };
        let rate = match kind {
            Kind::Constant => rate("per_min", Range::POSITIVE, findings).map(|per_min| Rate::Constant { per_min }),
            Kind::Poisson => rate("per_min", Range::POSITIVE, findings).map(|per_min| Rate::Poisson { per_min }),
            Kind::Ramp => {
                let from = rate("from_per_min", Range::NOT_NEGATIVE, findings);
                let to = rate("to_per_min", Range::NOT_NEGATIVE, findings);
                let over = members.required("over_ms", findings).and_then(|at| read_length(&at, findings));
                let ramp = (|| Some(Rate::Ramp { from_per_min: from?, to_per_min: to?, over: over? }))();
                if from == Some(0.0) && to == Some(0.0) {
                    findings.push(place.error("out-of-range", "both rates are 0: nothing ever starts"));
                }
                ramp
            }
            Kind::Piecewise => members.required("steps", findings).and_then(|at| read_steps(&at, findings)),
            Kind::Diurnal => read_diurnal(&members, findings),
        };
        let burst = members.get("burst").map(|at| read_burst(&at, findings));
        let (mut count, mut duration) = (None, None);
        if let Some(at) = members.get("stop")
            && let Some(stop) = at.object(findings, &["count", "duration_ms"])
        {
            count = stop.get("count").and_then(|at| at.integer(Range::between(1.0, MAX_EXECUTIONS), findings));
            duration = stop.get("duration_ms").and_then(|at| read_length(&at, findings));
            if stop.get("count").is_none() && stop.get("duration_ms").is_none() {
                let finding = at.error("missing-member", "nothing says when to stop");
                findings.push(finding.help("give `count` or `duration_ms`"));
            }
        }
        Some(Traffic { rate: rate?, burst: burst.map_or(Some(None), |read| read.map(Some))?, count, duration })
    }
}

/// Starts per minute.
fn read_rate(place: &Place, range: Range, findings: &mut Findings) -> Option<f64> {
    let before = findings.list.len();
    let rate = place.number(range.up_to(MAX_RATE), findings);
    if let Some(finding) = findings.list.get_mut(before)
        && place.node.as_number().is_some_and(|number| number.as_f64() > MAX_RATE)
    {
        finding.help = Some("ten million a minute are simulated at most; AWS lets nobody start as many".into());
    }
    rate
}

/// A length of time that is not nothing and not longer than a simulation may be.
pub(in crate::simulation) fn read_length(place: &Place, findings: &mut Findings) -> Option<Delay> {
    let before = findings.list.len();
    let range = Range::POSITIVE.up_to(60_000.0 * MAX_MINUTES as f64);
    let Some(millis) = place.number(range, findings) else {
        // The mend stands with what is too long, not with what is no length.
        if let Some(finding) = findings.list.get_mut(before)
            && place.node.as_number().is_some_and(|number| number.as_f64() > 0.0)
        {
            finding.help = Some("milliseconds: simulate a part of it".into());
        }
        return None;
    };
    // What is shorter than a nanosecond is one.
    Some(Delay::from_nanos(((millis * 1e6 + 0.5) as u64).max(1)))
}

/// How often somebody looks. Metrics come by the minute, so more often than each second shows nothing, and costs much.
pub(in crate::simulation) fn read_rhythm(place: &Place, findings: &mut Findings) -> Option<Delay> {
    let before = findings.list.len();
    let range = Range::between(1000.0, 60_000.0 * MAX_MINUTES as f64);
    let millis = place.number(range, findings);
    if millis.is_none()
        && let Some(finding) = findings.list.get_mut(before)
    {
        finding.help = Some("metrics are published once a minute: 60000 looks at each".into());
    }
    Some(Delay::from_nanos((millis? * 1e6 + 0.5) as u64))
}

fn read_steps(place: &Place, findings: &mut Findings) -> Option<Rate> {
    let mut steps = Vec::new();
    for at in place.array(findings)? {
        let Some(members) = at.object(findings, &["per_min", "for_ms"]) else { continue };
        let per_min =
            members.required("per_min", findings).and_then(|at| read_rate(&at, Range::NOT_NEGATIVE, findings));
        let length = members.required("for_ms", findings).and_then(|at| read_length(&at, findings));
        steps.extend(per_min.zip(length));
    }
    if steps.iter().all(|(per_min, _)| *per_min == 0.0) && !findings.has_errors() {
        findings.push(place.error("out-of-range", "no step has a rate above 0: nothing ever starts"));
    }
    let sum = steps.iter().map(|(_, length)| minutes(*length)).sum::<f64>();
    if sum > MAX_MINUTES as f64 {
        findings.push(place.error("out-of-range", format!("the steps are longer than {MAX_MINUTES} minutes")));
    }
    Some(Rate::Piecewise { steps })
}

fn read_diurnal(members: &Members, findings: &mut Findings) -> Option<Rate> {
    let mean = members.required("mean_per_min", findings).and_then(|at| read_rate(&at, Range::POSITIVE, findings));
    let amplitude = members.required("amplitude", findings).and_then(|at| at.number(Range::PROBABILITY, findings));
    let period_min = match members.get("period_ms") {
        None => Some(1440),
        Some(at) => at.number(Range::between(60_000.0, 31.0 * 86_400_000.0), findings).and_then(|millis| {
            let whole = libm::trunc(millis / 60_000.0);
            if whole * 60_000.0 != millis {
                findings.push(at.error("out-of-range", "the period must be a whole number of minutes"));
                return None;
            }
            Some(whole as u64)
        }),
    };
    let phase = match members.get("phase_ms") {
        Some(at) => read_millis(&at, findings),
        None => Some(Delay::ZERO),
    };
    Some(Rate::Diurnal { mean_per_min: mean?, amplitude: amplitude?, period_min: period_min?, phase: phase? })
}

fn read_burst(place: &Place, findings: &mut Findings) -> Option<Burst> {
    let members = place.object(findings, &["kind", "executions", "mean"])?;
    let kind = members.required("kind", findings)?.word(&[("fixed", true), ("geometric", false)], findings)?;
    let range = Range::between(1.0, 100_000.0);
    if kind {
        let executions = members.required("executions", findings)?.integer(range, findings)?;
        Some(Burst::Fixed(executions as u32))
    } else {
        Some(Burst::Geometric { mean: members.required("mean", findings)?.number(range, findings)? })
    }
}
