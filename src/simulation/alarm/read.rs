//! Reading alarms, and what else asks the metrics, from a scenario document.

use super::{Alarm, AlarmState, Operator, Point, TreatMissing, Window};
use crate::base::Text;
use crate::base::document::{Findings, Members, Place, Range, listed, nearest};
use crate::simulation::metrics::{Dimension, Measure, Metric, Query, Statistic};

/// What the names in a scenario stand for.
pub(in crate::simulation) struct Names<'a> {
    /// The versions, by their places.
    pub versions: Vec<&'a str>,
    pub old: usize,
    pub new: usize,
    pub alias: &'a str,
}

/// The most that CloudWatch lets N periods last: a day, and a week where they are an hour or longer. (PutMetricAlarm.)
fn max_minutes(period: u64) -> u64 {
    if period < 60 { 1440 } else { 7 * 1440 }
}

impl Alarm {
    pub(in crate::simulation) fn read(place: &Place, names: &Names, findings: &mut Findings) -> Option<Alarm> {
        let members = place.object(
            findings,
            &[
                "name",
                "metric",
                "statistic",
                "ratio",
                "dimension",
                "operator",
                "threshold",
                "period_s",
                "N",
                "M",
                "range",
                "treatMissing",
                "lowSample",
                "window",
                "initial",
                "before",
            ],
        )?;
        let name = members.required("name", findings).and_then(|at| read_name(&at, findings));
        let query = read_query(&members, names, findings);
        let operator = members.required("operator", findings).and_then(|at| at.word(&Operator::WORDS, findings));
        let threshold = members.required("threshold", findings).and_then(|at| at.number(Range::ANY, findings));
        let period = read_period(&members, findings);
        let mut whole = |key: &str, default: u64, range: Range| match members.get(key) {
            Some(at) => at.integer(range, findings),
            None => Some(default),
        };
        let periods = whole("N", 1, Range::between(1.0, 1000.0));
        let datapoints = whole("M", periods.unwrap_or(1), Range::between(1.0, 1000.0));
        let least = periods.unwrap_or(1);
        let default = u64::from(Alarm::default_range(least as u32));
        let range = whole("range", default, Range::between(least as f64, 2000.0));
        if let (Some(n), Some(m)) = (periods, datapoints)
            && m > n
            && let Some(at) = members.get("M")
        {
            let finding = at.error("out-of-range", format!("{m} of {n} datapoints can never breach"));
            findings.push(finding.help("`M` is at most `N`"));
        }
        if let (Some(n), Some(period)) = (periods, period)
            && n * period > max_minutes(period)
        {
            let (most, minutes) = (max_minutes(period) / period, if period == 1 { "minute" } else { "minutes" });
            let length = if period < 60 { "day" } else { "seven days" };
            let message = format!("{n} periods of {period} {minutes} are longer than CloudWatch's {length}");
            let at = members.get("N").unwrap_or_else(|| place.clone());
            findings.push(at.error("out-of-range", message).help(format!("`N` is at most {most} here")));
        }
        let missing = optional_word(&members, "treatMissing", TreatMissing::Missing, &TreatMissing::WORDS, findings);
        let low = [("evaluate", false), ("ignore", true)];
        let ignore_low_samples = optional_word(&members, "lowSample", false, &low, findings);
        let windows = [("sliding", Window::Sliding), ("wallclock", Window::Wallclock)];
        let window = optional_word(&members, "window", Window::Sliding, &windows, findings);
        let states =
            [("OK", AlarmState::Ok), ("INSUFFICIENT_DATA", AlarmState::InsufficientData), ("ALARM", AlarmState::Alarm)];
        let initial = optional_word(&members, "initial", AlarmState::Ok, &states, findings);
        let befores = [("notBreaching", Point::Ok), ("missing", Point::Missing), ("breaching", Point::Breaching)];
        let before = optional_word(&members, "before", Point::Ok, &befores, findings);
        Some(Alarm {
            name: name?,
            query: query?,
            operator: operator?,
            threshold: threshold?,
            period: period? as u32,
            periods: periods? as u32,
            datapoints: datapoints? as u32,
            range: range? as u32,
            missing: missing?,
            ignore_low_samples: ignore_low_samples?,
            window: window?,
            initial: initial?,
            before: before?,
        })
    }
}

fn optional_word<T: Copy>(
    members: &Members,
    key: &str,
    default: T,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<T> {
    match members.get(key) {
        Some(at) => at.word(words, findings),
        None => Some(default),
    }
}

/// 1 to 256 characters.
pub(in crate::simulation) fn read_name(place: &Place, findings: &mut Findings) -> Option<Text> {
    let name = place.string(findings)?;
    if name.is_empty() || name.chars().count() > 256 {
        findings.push(place.error("out-of-range", "a name has 1 to 256 characters"));
        return None;
    }
    Some(name)
}

/// Whole minutes.
fn read_period(members: &Members, findings: &mut Findings) -> Option<u64> {
    let Some(at) = members.get("period_s") else { return Some(1) };
    let seconds = at.integer(Range::between(1.0, 86_400.0), findings)?;
    if seconds % 60 != 0 {
        let finding = at.error("out-of-range", format!("a period of {seconds} s is no whole number of minutes"));
        findings.push(finding.help("Step Functions publishes its metrics once a minute: take a multiple of 60"));
        return None;
    }
    Some(seconds / 60)
}

/// The stretch of time that a check looks back over, in minutes.
pub(in crate::simulation) fn read_window(place: &Place, findings: &mut Findings) -> Option<u64> {
    let millis = place.number(Range::between(60_000.0, 86_400_000.0), findings)?;
    if libm::trunc(millis / 60_000.0) * 60_000.0 != millis {
        let finding = place.error("out-of-range", format!("`{millis}` is no whole number of minutes"));
        findings.push(finding.help("Step Functions publishes its metrics once a minute: take a multiple of 60000"));
        return None;
    }
    Some((millis / 60_000.0) as u64)
}

/// `metric`, `statistic` and `dimension`, or `ratio` and `dimension`.
pub(in crate::simulation) fn read_query(members: &Members, names: &Names, findings: &mut Findings) -> Option<Query> {
    let dimension = members.required("dimension", findings).and_then(|at| read_dimension(&at, names, findings));
    let measure = match (members.get("ratio"), members.get("metric")) {
        (Some(at), None) => {
            if let Some(statistic) = members.get("statistic") {
                let finding = statistic.error("unknown-member", "`statistic` says nothing for a ratio");
                findings.push(finding.help("a ratio is one of sums"));
            }
            let ratio = at.object(findings, &["num", "den"])?;
            let mut counts = |key: &str| ratio.required(key, findings).and_then(|at| read_counts(&at, findings));
            let (above, below) = (counts("num"), counts("den"));
            Some(Measure::Ratio(above?, below?))
        }
        (None, Some(at)) => {
            let metric = at.word(&Metric::WORDS, findings);
            let statistic = members.required("statistic", findings).and_then(|at| read_statistic(&at, findings));
            if metric == Some(Metric::ExecutionThrottled) && dimension.is_some_and(|d| d != Dimension::Machine) {
                let finding = at.error("unknown-name", "`ExecutionThrottled` is published for the machine only");
                findings.push(finding.help("give the alarm the dimension `{}`"));
            }
            Some(Measure::Statistic(metric?, statistic?))
        }
        (ratio, _) => {
            let message = if ratio.is_some() { "both `metric` and `ratio`" } else { "neither `metric` nor `ratio`" };
            let finding = members.place().error("missing-member", message);
            findings.push(finding.help("an alarm looks at a `metric` with a `statistic`, or at a `ratio` of sums"));
            None
        }
    };
    Some(Query { dimension: dimension?, measure: measure? })
}

fn read_counts(place: &Place, findings: &mut Findings) -> Option<Vec<Metric>> {
    let mut read = |at: &Place| {
        let metric = at.word(&Metric::WORDS, findings)?;
        if metric == Metric::ExecutionTime {
            let finding = at.error("unknown-name", "`ExecutionTime` is no count");
            findings.push(finding.help("take it as the `metric` of the alarm"));
            return None;
        }
        Some(metric)
    };
    if !place.node.is_array() {
        return Some(vec![read(place)?]);
    }
    let places = place.array(&mut Findings::default())?;
    let counts: Option<Vec<Metric>> = places.iter().map(read).collect();
    if places.is_empty() {
        findings.push(place.error("out-of-range", "a sum of nothing"));
    }
    counts
}

fn read_statistic(place: &Place, findings: &mut Findings) -> Option<Statistic> {
    const WORDS: [(&str, Statistic); 7] = [
        ("Sum", Statistic::Sum),
        ("Average", Statistic::Average),
        ("Minimum", Statistic::Minimum),
        ("Maximum", Statistic::Maximum),
        ("Min", Statistic::Minimum),
        ("Max", Statistic::Maximum),
        ("SampleCount", Statistic::SampleCount),
    ];
    let text = place.string(findings)?;
    if let Some((_, statistic)) = WORDS.iter().find(|(word, _)| *word == &*text) {
        return Some(*statistic);
    }
    let percent = text.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
    if let Some(percent) = percent.filter(|percent| (0.0..=100.0).contains(percent) && *percent > 0.0) {
        return Some(Statistic::Percentile(percent / 100.0));
    }
    let finding = place.error("unknown-word", format!("`{text}` is no statistic"));
    let known = WORDS.map(|(word, _)| word);
    findings.push(match nearest(&text, &known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => {
            finding.help("one of `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`")
        }
    });
    None
}

/// `{"Version": "6"}`, `{"Alias": "PROD"}`, or `{}` for the whole machine.
fn read_dimension(place: &Place, names: &Names, findings: &mut Findings) -> Option<Dimension> {
    let members = place.object(findings, &["Version", "Alias"])?;
    match (members.get("Version"), members.get("Alias")) {
        (None, None) => Some(Dimension::Machine),
        (Some(_), Some(at)) => {
            let finding = at.error("unknown-name", "there is no metric with both a Version and an Alias dimension");
            findings.push(finding.help("`Version` alone tells the new version apart"));
            None
        }
        (None, Some(at)) => {
            let name = at.string(findings)?;
            if *name == *names.alias {
                return Some(Dimension::Alias);
            }
            let finding =
                at.error("unknown-name", format!("an alarm on nothing: the alias is called `{}`", names.alias));
            findings.push(finding.help("no execution is started through another alias"));
            None
        }
        (Some(at), None) => {
            let name = at.string(findings)?;
            let known = [names.old, names.new].map(|version| names.versions.get(version).copied().unwrap_or(""));
            // Where there is one version alone, it is the old one that gets the executions.
            if known[0] == &*name {
                return Some(Dimension::OldVersion);
            }
            if known[1] == &*name {
                return Some(Dimension::NewVersion);
            }
            let finding = at.error("unknown-name", format!("an alarm on nothing: version `{name}` gets no executions"));
            findings.push(finding.help(format!("one of {}", listed(&known))));
            None
        }
    }
}
