//! Laws of latency.

use crate::base::document::{Findings, Place, Range};
use crate::base::sort::sort;
use crate::base::special::{gamma_p, ln, normal_cdf, normal_quantile};
use crate::base::{Delay, Key};
use std::rc::Rc;

/// How long a task takes. All but the gamma law turn one uniform draw into a latency that rises with it, so that equal
/// draws are equally lucky under two laws.
#[derive(Clone, Debug, PartialEq)]
pub enum Latency {
    /// `{"kind": "constant", "ms": 40}`
    Constant(Delay),
    /// `{"kind": "uniform", "from_ms": 10, "to_ms": 40}`
    Uniform { from: Delay, to: Delay },
    /// `{"kind": "exponential", "mean_ms": 40}`
    Exponential { mean: Delay },
    /// `{"kind": "lognormal", "median_ms": 40, "sigma": 0.5}`: its logarithm is normal with deviation sigma.
    LogNormal { median: Delay, sigma: f64 },
    /// `{"kind": "gamma", "shape": 2, "mean_ms": 40}`
    Gamma { shape: f64, mean: Delay },
    /// `{"kind": "empirical", "values_ms": [31, 40, 52]}`: sorted; each as likely as the others.
    Empirical(Rc<[Delay]>),
    /// `{"kind": "mixture", "parts": [{"weight": 9, "latency": …}, {"weight": 1, "latency": …}]}`: the weights add up
    /// to 1.
    Mixture(Rc<[(f64, Latency)]>),
}

/// A mixture of mixtures of mixtures is deep enough.
const MAX_DEPTH: u32 = 4;
/// Measured latencies in one law.
const MAX_VALUES: usize = 100_000;
/// Ten years: longer than any execution may live.
const MAX_MS: f64 = 10.0 * 366.0 * 86_400_000.0;

const PART: u64 = Key::word("part");

impl Latency {
    pub const ZERO: Latency = Latency::Constant(Delay::ZERO);

    /// The latency that stands above the part `u` of all, where one draw decides.
    #[inline(always)]
    pub fn quantile(&self, u: f64) -> Option<Delay> {
        Some(match self {
            Latency::Constant(delay) => *delay,
            Latency::Uniform { from, to } => {
                let span = to.as_nanos().saturating_sub(from.as_nanos()) as f64;
                *from + nanos(u * span)
            }
            // 1 − u is never 0.
            Latency::Exponential { mean } => nanos(-ln(1.0 - u) * mean.as_nanos() as f64),
            Latency::LogNormal { median, sigma } => {
                nanos(libm::exp(sigma * normal_quantile(u)) * median.as_nanos() as f64)
            }
            Latency::Empirical(values) => {
                let at = (u * values.len() as f64) as usize;
                values.get(at).copied().unwrap_or_default()
            }
            Latency::Gamma { .. } | Latency::Mixture(_) => return None,
        })
    }

    /// [`draw`](Latency::draw), with the simplest laws in place: a loop of draws calls nothing then.
    #[inline(always)]
    pub fn draw_in_place(&self, key: Key) -> Delay {
        match self {
            Latency::Constant(delay) => *delay,
            Latency::Exponential { .. } => self.quantile(key.uniform()).unwrap_or_default(),
            other => other.draw(key),
        }
    }

    /// The latency that belongs to a key.
    pub fn draw(&self, key: Key) -> Delay {
        match self {
            Latency::Gamma { shape, mean } => nanos(gamma(*shape, key) / shape * mean.as_nanos() as f64),
            Latency::Mixture(parts) => {
                let mut left = key.with(PART).uniform();
                let mut drawn = &Latency::ZERO;
                for (weight, part) in parts.iter() {
                    drawn = part;
                    left -= weight;
                    if left < 0.0 {
                        break;
                    }
                }
                drawn.draw(key)
            }
            other => other.quantile(key.uniform()).unwrap_or_default(),
        }
    }

    /// P(latency ≤ x).
    pub fn cdf(&self, x: Delay) -> f64 {
        let nanos = x.as_nanos() as f64;
        match self {
            Latency::Constant(delay) => f64::from(u8::from(*delay <= x)),
            Latency::Uniform { from, to } => {
                let (from, to) = (from.as_nanos() as f64, to.as_nanos() as f64);
                if nanos >= to { 1.0 } else { ((nanos - from) / (to - from)).max(0.0) }
            }
            Latency::Exponential { mean } if mean.as_nanos() == 0 => 1.0,
            Latency::Exponential { mean } => -libm::expm1(-nanos / mean.as_nanos() as f64),
            Latency::LogNormal { median, .. } if median.as_nanos() == 0 => 1.0,
            Latency::LogNormal { .. } if x == Delay::ZERO => 0.0,
            Latency::LogNormal { median, sigma } => {
                let off = libm::log(nanos / median.as_nanos() as f64);
                if *sigma == 0.0 { f64::from(u8::from(off >= 0.0)) } else { normal_cdf(off / sigma) }
            }
            Latency::Gamma { mean, .. } if mean.as_nanos() == 0 => 1.0,
            Latency::Gamma { shape, mean } => gamma_p(*shape, nanos * shape / mean.as_nanos() as f64),
            Latency::Empirical(values) => values.partition_point(|value| *value <= x) as f64 / values.len() as f64,
            Latency::Mixture(parts) => parts.iter().map(|(weight, part)| weight * part.cdf(x)).sum(),
        }
    }

    /// Adds the latencies at which [`cdf`](Latency::cdf) jumps or has a corner.
    pub fn corners(&self, out: &mut Vec<Delay>) {
        match self {
            Latency::Constant(delay) => out.push(*delay),
            Latency::Uniform { from, to } => out.extend([*from, *to]),
            Latency::Exponential { .. } | Latency::LogNormal { .. } | Latency::Gamma { .. } => {
                // A deviation or mean of nothing is a jump.
                out.push(self.constant().unwrap_or(Delay::ZERO));
            }
            Latency::Empirical(values) => out.extend(values.iter()),
            Latency::Mixture(parts) => parts.iter().for_each(|(_, part)| part.corners(out)),
        }
    }

    /// ∫₀ˣ P(latency ≤ y) dy = x F(x) − E[X; X ≤ x], in nanoseconds.
    pub fn cdf_integral(&self, x: Delay) -> f64 {
        let nanos = x.as_nanos() as f64;
        if let Some(constant) = self.constant() {
            return x.as_nanos().saturating_sub(constant.as_nanos()) as f64;
        }
        match self {
            Latency::Constant(_) => 0.0,
            Latency::Uniform { from, to } => {
                let (from, to) = (from.as_nanos() as f64, to.as_nanos() as f64);
                let inside = (nanos.min(to) - from).max(0.0);
                inside * inside / (2.0 * (to - from)) + (nanos - to).max(0.0)
            }
            Latency::Exponential { mean } => {
                let mean = mean.as_nanos() as f64;
                nanos + mean * libm::expm1(-nanos / mean)
            }
            Latency::LogNormal { median, sigma } => {
                let off = libm::log(nanos / median.as_nanos() as f64) / sigma;
                if x == Delay::ZERO {
                    0.0
                } else {
                    nanos * normal_cdf(off) - self.mean_nanos() * normal_cdf(off - sigma)
                }
            }
            Latency::Gamma { shape, mean } => {
                let mean = mean.as_nanos() as f64;
                let scaled = nanos * shape / mean;
                nanos * gamma_p(*shape, scaled) - mean * gamma_p(shape + 1.0, scaled)
            }
            Latency::Empirical(values) => {
                let left = |value: &Delay| x.as_nanos().saturating_sub(value.as_nanos()) as f64;
                values.iter().map(left).sum::<f64>() / values.len() as f64
            }
            Latency::Mixture(parts) => parts.iter().map(|(weight, part)| weight * part.cdf_integral(x)).sum(),
        }
    }

    /// The mean in nanoseconds.
    pub fn mean_nanos(&self) -> f64 {
        match self {
            Latency::Constant(delay) => delay.as_nanos() as f64,
            Latency::Uniform { from, to } => (from.as_nanos() as f64 + to.as_nanos() as f64) / 2.0,
            Latency::Exponential { mean } | Latency::Gamma { mean, .. } => mean.as_nanos() as f64,
            Latency::LogNormal { median, sigma } => median.as_nanos() as f64 * libm::exp(sigma * sigma / 2.0),
            Latency::Empirical(values) => {
                values.iter().map(|value| value.as_nanos() as f64).sum::<f64>() / values.len() as f64
            }
            Latency::Mixture(parts) => parts.iter().map(|(weight, part)| weight * part.mean_nanos()).sum(),
        }
    }

    /// The one latency that it always is, where it is.
    pub fn constant(&self) -> Option<Delay> {
        match self {
            Latency::Constant(delay) => Some(*delay),
            Latency::Uniform { from, to } if from == to => Some(*from),
            Latency::LogNormal { median, sigma } if *sigma == 0.0 => Some(*median),
            Latency::Exponential { mean } | Latency::Gamma { mean, .. } if *mean == Delay::ZERO => Some(*mean),
            Latency::Empirical(values) if values.first() == values.last() => values.first().copied(),
            _ => None,
        }
    }

    /// Reads a law; the forms are told at the variants.
    pub fn read(place: &Place, findings: &mut Findings) -> Option<Latency> {
        Latency::read_at(place, findings, 0)
    }

    fn read_at(place: &Place, findings: &mut Findings, depth: u32) -> Option<Latency> {
        #[derive(Clone, Copy)]
        enum Kind {
            Constant,
            Uniform,
            Exponential,
            LogNormal,
            Gamma,
            Empirical,
            Mixture,
        }
        const KINDS: [(&str, Kind); 7] = [
            ("constant", Kind::Constant),
            ("uniform", Kind::Uniform),
            ("exponential", Kind::Exponential),
            ("lognormal", Kind::LogNormal),
            ("gamma", Kind::Gamma),
            ("empirical", Kind::Empirical),
            ("mixture", Kind::Mixture),
        ];
        if depth > MAX_DEPTH {
            findings.push(place.error("too-deep", "mixtures nest too deep"));
            return None;
        }
        let kind = place.free_object(findings)?.required("kind", findings)?.word(&KINDS, findings)?;
        let known: &[&str] = match kind {
            Kind::Constant => &["kind", "ms"],
            Kind::Uniform => &["kind", "from_ms", "to_ms"],
            Kind::Exponential => &["kind", "mean_ms"],
            Kind::LogNormal => &["kind", "median_ms", "sigma"],
            Kind::Gamma => &["kind", "shape", "mean_ms"],
            Kind::Empirical => &["kind", "values_ms"],
            Kind::Mixture => &["kind", "parts"],
        };
        let members = place.known_members(findings, known)?;
        let millis = |key: &str, findings: &mut Findings| {
            members.required(key, findings).and_then(|at| read_millis(&at, findings))
        };
        Some(match kind {
            Kind::Constant => Latency::Constant(millis("ms", findings)?),
            Kind::Exponential => Latency::Exponential { mean: millis("mean_ms", findings)? },
            Kind::Uniform => {
                let (from, to) = (millis("from_ms", findings), millis("to_ms", findings));
                let (from, to) = (from?, to?);
                if from > to {
                    findings.push(place.error("out-of-range", "`from_ms` is greater than `to_ms`"));
                    return None;
                }
                Latency::Uniform { from, to }
            }
            Kind::LogNormal => {
                let median = millis("median_ms", findings);
                let range = Range::between(0.0, 10.0);
                let sigma = members.required("sigma", findings).and_then(|at| at.number(range, findings));
                Latency::LogNormal { median: median?, sigma: sigma? }
            }
            Kind::Gamma => {
                let mean = millis("mean_ms", findings);
                let range = Range::between(0.01, 1e6);
                let shape = members.required("shape", findings).and_then(|at| at.number(range, findings));
                Latency::Gamma { shape: shape?, mean: mean? }
            }
            Kind::Empirical => {
                let at = members.required("values_ms", findings)?;
                let places = at.array(findings)?;
                if places.is_empty() || places.len() > MAX_VALUES {
                    let message = format!("{} values, between 1 and {MAX_VALUES} are possible", places.len());
                    findings.push(at.error("out-of-range", message));
                    return None;
                }
                let mut values: Vec<Delay> =
                    places.iter().map(|at| read_millis(at, findings)).collect::<Option<_>>()?;
                sort(&mut values);
                Latency::Empirical(values.into())
            }
            Kind::Mixture => Latency::Mixture(read_parts(&members.required("parts", findings)?, findings, depth)?),
        })
    }
}

fn read_parts(place: &Place, findings: &mut Findings, depth: u32) -> Option<Rc<[(f64, Latency)]>> {
    let places = place.array(findings)?;
    let mut parts = Vec::new();
    let mut whole = true;
    for at in &places {
        let Some(members) = at.object(findings, &["weight", "latency"]) else {
            whole = false;
            continue;
        };
        let weight =
            members.required("weight", findings).and_then(|at| at.number(Range::NOT_NEGATIVE.up_to(1e9), findings));
        let latency = members.required("latency", findings).and_then(|at| Latency::read_at(&at, findings, depth + 1));
        match (weight, latency) {
            (Some(weight), Some(latency)) => parts.push((weight, latency)),
            _ => whole = false,
        }
    }
    let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
    if whole && sum <= 0.0 {
        let finding = place.error("out-of-range", "the weights of the parts add up to 0");
        findings.push(finding.help("give one part at least a weight above 0"));
        return None;
    }
    parts.iter_mut().for_each(|(weight, _)| *weight /= sum);
    whole.then(|| parts.into())
}

/// A number of milliseconds, as documents give lengths of time.
pub fn read_millis(place: &Place, findings: &mut Findings) -> Option<Delay> {
    let millis = place.number(Range::between(0.0, MAX_MS), findings)?;
    Some(nanos(millis * 1e6))
}

/// The nearest nanosecond. (`as` saturates, and sends NaN to 0.)
#[inline(always)]
fn nanos(nanos: f64) -> Delay {
    let nanos = nanos + 0.5;
    // What fits is faster by way of a signed number.
    Delay::from_nanos(if (0.0..9e18).contains(&nanos) { nanos as i64 as u64 } else { nanos as u64 })
}

/// A gamma variate of scale 1 (Marsaglia and Tsang 2000). Its trials are keyed by their number; one in twenty needs a
/// second.
fn gamma(shape: f64, key: Key) -> f64 {
    if shape < 1.0 {
        let boost = libm::pow(1.0 - key.uniform(), 1.0 / shape);
        return gamma(shape + 1.0, key.with(PART)) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    for trial in 0..64 {
        let trial = key.with(trial);
        let z = normal_quantile(trial.with(0).uniform());
        let v = (1.0 + c * z) * (1.0 + c * z) * (1.0 + c * z);
        if v > 0.0 && z.is_finite() {
            let u = 1.0 - trial.with(1).uniform();
            if libm::log(u) < 0.5 * z * z + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::value::read::parse;

    fn law(text: &str) -> Latency {
        let mut findings = Findings::default();
        let law = Latency::read(&Place::root(&parse(text).root), &mut findings);
        assert!(findings.list.is_empty(), "{text}: {:?}", findings.list);
        law.unwrap()
    }

    const LAWS: [&str; 9] = [
        r#"{"kind": "constant", "ms": 40}"#,
        r#"{"kind": "uniform", "from_ms": 10, "to_ms": 40}"#,
        r#"{"kind": "exponential", "mean_ms": 40}"#,
        r#"{"kind": "lognormal", "median_ms": 40, "sigma": 0.5}"#,
        r#"{"kind": "gamma", "shape": 2.5, "mean_ms": 40}"#,
        r#"{"kind": "gamma", "shape": 0.4, "mean_ms": 40}"#,
        r#"{"kind": "empirical", "values_ms": [31, 52, 40, 40]}"#,
        r#"{"kind": "mixture", "parts": [{"weight": 9, "latency": {"kind": "exponential", "mean_ms": 10}},
            {"weight": 1, "latency": {"kind": "constant", "ms": 500}}]}"#,
        r#"{"kind": "lognormal", "median_ms": 40, "sigma": 0}"#,
    ];

    /// Draws follow the distribution function (Kolmogorov–Smirnov) and have the mean.
    #[test]
    fn draws_follow_the_law() {
        const N: usize = 40_000;
        for text in LAWS {
            let law = law(text);
            let mut draws: Vec<Delay> = (0..N).map(|n| law.draw(Key::new(11).with(n as u64))).collect();
            draws.sort_unstable();
            // Where the law has steps, the empirical one is compared at their upper ends.
            let mut worst = 0.0_f64;
            for (n, pair) in draws.windows(2).enumerate() {
                if pair[0] != pair[1] {
                    worst = worst.max((law.cdf(pair[0]) - (n + 1) as f64 / N as f64).abs());
                }
            }
            assert!(worst < 2.2 / (N as f64).sqrt(), "{text}: {worst}");
            let mean = draws.iter().map(|delay| delay.as_nanos() as f64).sum::<f64>() / N as f64;
            assert!((mean / law.mean_nanos() - 1.0).abs() < 0.04, "{text}: {mean}");
            assert_eq!(law.constant().is_some(), draws.first() == draws.last(), "{text}");
        }
    }

    #[test]
    fn integral_is_that_of_the_distribution() {
        for text in LAWS {
            let law = law(text);
            let end = 90_000_000;
            let steps = 20_000;
            let middle = |n: u64| law.cdf(Delay::from_nanos((2 * n + 1) * end / (2 * steps)));
            let sum = (0..steps).map(middle).sum::<f64>() * (end / steps) as f64;
            let integral = law.cdf_integral(Delay::from_nanos(end));
            assert!((sum - integral).abs() < 1e-4 * end as f64, "{text}: {sum} {integral}");
        }
    }

    #[test]
    fn extreme_laws_stay_in_range() {
        let wide = law(r#"{"kind": "lognormal", "median_ms": 300000000000, "sigma": 10}"#);
        assert!((0..100).any(|n| wide.draw(Key::new(n)) == Delay::MAX));
        for text in LAWS {
            let law = law(text);
            assert!(law.cdf(Delay::MAX) > 1.0 - 1e-12 && law.cdf(Delay::ZERO) >= 0.0, "{text}");
        }
        assert_eq!(law(r#"{"kind": "exponential", "mean_ms": 0}"#).draw(Key::new(1)), Delay::ZERO);
        assert_eq!(law(r#"{"kind": "gamma", "shape": 1, "mean_ms": 0}"#).cdf(Delay::ZERO), 1.0);
    }

    #[test]
    fn refuses_what_is_no_law() {
        for (text, pointer, message) in [
            ("3", "", "expected an object, found a number"),
            (r#"{"ms": 3}"#, "", "`kind` is missing"),
            (r#"{"kind": "normal"}"#, "/kind", "`normal` is not known here"),
            (r#"{"kind": "constant"}"#, "", "`ms` is missing"),
            (r#"{"kind": "constant", "ms": 3, "mean_ms": 3}"#, "/mean_ms", "unknown member `mean_ms`"),
            (
                r#"{"kind": "constant", "ms": -1}"#,
                "/ms",
                "`-1` is out of range: it must be at least 0 and at most 316224000000",
            ),
            (r#"{"kind": "uniform", "from_ms": 9, "to_ms": 3}"#, "", "`from_ms` is greater than `to_ms`"),
            (r#"{"kind": "empirical", "values_ms": []}"#, "/values_ms", "0 values, between 1 and 100000 are possible"),
            (r#"{"kind": "mixture", "parts": []}"#, "/parts", "the weights of the parts add up to 0"),
            (r#"{"kind": "mixture", "parts": [{"weight": 1}]}"#, "/parts/0", "`latency` is missing"),
        ] {
            let mut findings = Findings::default();
            Latency::read(&Place::root(&parse(text).root), &mut findings);
            let told: Vec<_> = findings.list.iter().map(|f| (f.pointer.as_str(), &*f.message)).collect();
            assert_eq!(told, [(pointer, message)], "{text}");
        }
        let mut deep = r#"{"kind": "constant", "ms": 1}"#.to_owned();
        (0..10).for_each(|_| deep = format!(r#"{{"kind": "mixture", "parts": [{{"weight": 1, "latency": {deep}}}]}}"#));
        let mut findings = Findings::default();
        assert_eq!(Latency::read(&Place::root(&parse(&deep).root), &mut findings), None);
        assert_eq!(findings.list[0].code, "too-deep");
    }
}
