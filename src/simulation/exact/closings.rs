//! How many executions are expected to close in a stretch of time, by how they close.

use crate::base::sort::sort;
use crate::base::{Delay, Time};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::Close;
use crate::simulation::runner::{Future, Runner};
use crate::simulation::scenario::{Rate, Scenario};

/// The way of the weight unless it is rolled back. Times are in nanoseconds.
pub(super) struct Path {
    /// From when, what weight of the new version.
    pub segments: Vec<(u64, u8)>,
    pub horizon: u64,
    /// The last minute whose evaluation can lead to a rollback.
    pub watched: u64,
    /// When 100 % is reached.
    pub full: Option<u64>,
}

/// Where the rate or a probability changes, a minute is cut into so many pieces, in each of which they change evenly:
/// about eight digits. They end, too, where a latency has a corner at the edge of a period.
const PIECES: u64 = 16;
/// Corners of this many different durations are heeded: each of more has little of the probability.
const MAX_CORNERS: usize = 200;

/// A stretch of time in which starts come at one rate and see one weight.
struct Piece {
    from: u64,
    to: u64,
    /// Expected starts in its two halves.
    halves: [f64; 2],
    /// The weight of the new version, from 0 to 1.
    weight: f64,
}

impl Piece {
    /// Expected starts in it.
    fn starts(&self) -> f64 {
        self.halves.iter().sum()
    }

    fn middle(&self) -> u64 {
        self.from + (self.to - self.from) / 2
    }

    /// The expected number of starts with a property, where `halves` are the starts that may have it, and `chances` the
    /// mean chances of it, in the two halves. Both change evenly: their product is that of the means and a twelfth of that
    /// of the slopes.
    fn product(halves: [f64; 2], chances: [f64; 2]) -> f64 {
        let ([a, b], [p, q]) = (halves, chances);
        (a + b) * (p + q) / 2.0 + (b - a) * (q - p) * 2.0 / 3.0
    }
}

impl Path {
    /// The time before `until` in pieces, by the minute or, where nothing changes, as long as the weight holds. Where
    /// something does, `cuts`, in ascending order, end pieces.
    fn pieces(&self, scenario: &Scenario, until: u64, steady: bool, by_minute: bool, cuts: &[u64]) -> Vec<Piece> {
        let length = scenario.traffic.duration.map_or(self.horizon, |duration| duration.as_nanos().min(self.horizon));
        let end = until.min(length);
        let fine = is_fine(scenario, steady);
        let step = match (fine, by_minute) {
            (true, _) => MINUTE / PIECES,
            (false, true) => MINUTE,
            (false, false) => u64::MAX,
        };
        let mut pieces = Vec::new();
        for (n, (from, weight)) in self.segments.iter().enumerate() {
            let to = self.segments.get(n + 1).map_or(u64::MAX, |(next, _)| *next).min(end);
            let mut now = *from;
            while now < to {
                let cut = cuts.get(cuts.partition_point(|cut| *cut <= now)).copied().unwrap_or(u64::MAX);
                let next = (now / step + 1).saturating_mul(step).min(to).min(cut);
                let expected = |nanos: u64| scenario.traffic.rate.expected(Delay::from_nanos(nanos));
                let (begin, middle, end) = (expected(now), expected(now + (next - now) / 2), expected(next));
                let halves = [middle - begin, end - middle];
                pieces.push(Piece { from: now, to: next, halves, weight: f64::from(*weight) / 100.0 });
                now = next;
            }
        }
        pieces
    }
}

/// Whether the rate or a probability changes all the time.
fn is_fine(scenario: &Scenario, steady: bool) -> bool {
    !steady || !matches!(scenario.traffic.rate, Rate::Poisson { .. })
}

/// Whether so many periods can be told while somebody waits: where something changes all the time, each of them asks for
/// all the pieces before it.
pub(super) fn is_quick(scenario: &Scenario, runner: &impl Runner, path: &Path, periods: u64) -> bool {
    let steady = runner.is_steady(scenario.old) && runner.is_steady(scenario.new);
    let pieces = if is_fine(scenario, steady) { path.watched * PIECES } else { path.segments.len() as u64 };
    periods.saturating_mul(pieces) <= 20_000_000
}

/// All futures of a version that starts at an instant, over the input classes.
fn futures(scenario: &Scenario, runner: &impl Runner, version: usize, at: u64) -> Result<Vec<Future>, String> {
    let start = Time::from_nanos(at);
    if scenario.inputs.len() < 2 {
        return runner.futures(version, 0, start, Time::ZERO);
    }
    let mut all = Vec::new();
    for (class, input) in scenario.inputs.iter().enumerate() {
        let of_class = runner.futures(version, class as u32, start, Time::ZERO)?;
        all.extend(of_class.into_iter().map(|future| Future { p: future.p * input.share, ..future }));
    }
    Ok(all)
}

fn is_bad(future: &Future) -> bool {
    matches!(future.close, Some(Close::Failed | Close::TimedOut))
}

/// P(an execution of a version ever fails), where that is the same at all times.
pub(super) fn failing(scenario: &Scenario, runner: &impl Runner, version: usize) -> Result<f64, String> {
    if !runner.is_steady(version) {
        return Err("the old version's probabilities drift".into());
    }
    let futures = futures(scenario, runner, version, 0)?;
    Ok(futures.iter().filter(|future| is_bad(future)).map(Future::ever).sum())
}

/// What is counted of executions that close.
pub(super) struct Counted<'a> {
    /// The version, and the part of the weight that leads to it.
    pub version: usize,
    pub is_new: bool,
    /// Which of them.
    pub which: &'a dyn Fn(&Future) -> bool,
    /// Only those that took longer than this.
    pub longer_than: Option<Delay>,
}

/// The expected number of executions that close in [from, to).
pub(super) fn expected(
    scenario: &Scenario,
    runner: &impl Runner,
    path: &Path,
    counted: &Counted,
    from: u64,
    to: u64,
) -> Result<f64, String> {
    let steady = runner.is_steady(counted.version);
    let known = if steady { Some(futures(scenario, runner, counted.version, 0)?) } else { None };
    let mut sum = 0.0;
    let cuts = if is_fine(scenario, steady) { cuts(scenario, runner, counted, from, to)? } else { Vec::new() };
    for piece in path.pieces(scenario, to, steady, false, &cuts) {
        let share = if counted.is_new { piece.weight } else { 1.0 - piece.weight };
        if share == 0.0 || piece.starts() == 0.0 {
            continue;
        }
        // The mean over the starts of a half of P(it closes within T − s): differences of integrals.
        let within = |future: &Future, from_start: u64, to_start: u64| {
            let up_to = |t: u64| {
                let integral = |x: u64| closing_integral(future, x, counted.longer_than);
                integral(t.saturating_sub(from_start)) - integral(t.saturating_sub(to_start))
            };
            (up_to(to) - up_to(from)) / (to_start - from_start).max(1) as f64
        };
        let middle = piece.middle();
        let halves = |future: &Future| [within(future, piece.from, middle), within(future, middle, piece.to)];
        let counts = |future: &&Future| (counted.which)(future);
        let met = match &known {
            Some(futures) if is_fine(scenario, steady) => {
                let product = |future| Piece::product(piece.halves, halves(future));
                futures.iter().filter(counts).map(product).sum::<f64>()
            }
            Some(futures) => {
                let whole = |future| within(future, piece.from, piece.to);
                piece.starts() * futures.iter().filter(counts).map(whole).sum::<f64>()
            }
            None => {
                let at = |nanos: u64| futures(scenario, runner, counted.version, nanos);
                let [first, second] = [at((piece.from + middle) / 2)?, at((middle + piece.to) / 2)?];
                let pairs = first.iter().zip(&second).filter(|(first, _)| (counted.which)(first));
                let product = |(first, second): (&Future, &Future)| {
                    // What may have it changes with the probability; that is no part of the chances then.
                    let chances = halves(first).map(|chance| if first.p > 0.0 { chance / first.p } else { 0.0 });
                    let [a, b] = piece.halves;
                    // Both change within the halves, too.
                    let more = (b - a) * (second.p - first.p) / 12.0;
                    Piece::product([a * first.p + more, b * second.p + more], chances)
                };
                if first.len() == second.len() {
                    pairs.map(product).sum::<f64>()
                } else {
                    // Something becomes possible or impossible within the piece.
                    let futures = at(middle)?;
                    let product = |future| Piece::product(piece.halves, halves(future));
                    futures.iter().filter(counts).map(product).sum::<f64>()
                }
            }
        };
        sum += share * met;
    }
    Ok(sum)
}

/// The starts from which on, or until which, something can have closed at the edges of a period.
fn cuts(scenario: &Scenario, runner: &impl Runner, counted: &Counted, from: u64, to: u64) -> Result<Vec<u64>, String> {
    let mut corners = Vec::new();
    for future in futures(scenario, runner, counted.version, 0)?.iter().filter(|future| (counted.which)(future)) {
        let first = corners.len();
        match &future.latency {
            Some(latency) => latency.corners(&mut corners),
            None => corners.push(Delay::ZERO),
        }
        corners.extend(future.cut);
        if let Some(own) = corners.get_mut(first..) {
            own.iter_mut()
                .for_each(|corner| *corner = future.offset + future.cut.map_or(*corner, |cut| cut.min(*corner)));
        }
        if corners.len() > 100 * MAX_CORNERS {
            break;
        }
    }
    corners.extend(counted.longer_than);
    sort(&mut corners);
    corners.dedup();
    corners.truncate(MAX_CORNERS);
    let before = |edge: u64| corners.iter().filter_map(move |corner| edge.checked_sub(corner.as_nanos()));
    let mut cuts: Vec<u64> = before(from).chain(before(to)).collect();
    // And where the rate has a corner itself.
    match &scenario.traffic.rate {
        Rate::Ramp { over, .. } => cuts.push(over.as_nanos()),
        Rate::Piecewise { steps } => {
            let ends = steps.iter().scan(0_u64, |sum, (_, length)| {
                *sum = sum.saturating_add(length.as_nanos());
                Some(*sum)
            });
            cuts.extend(ends.take(MAX_CORNERS));
        }
        _ => {}
    }
    sort(&mut cuts);
    Ok(cuts)
}

/// ∫₀ˣ P(the future happens and closes within y of its start, but not within `longer_than`) dy.
fn closing_integral(future: &Future, x: u64, longer_than: Option<Delay>) -> f64 {
    let whole = |x: u64| {
        let left = x.saturating_sub(future.offset.as_nanos());
        match (&future.latency, future.cut) {
            _ if future.close.is_none() => 0.0,
            (None, _) => future.p * left as f64,
            (Some(latency), Some(cut)) if left > cut.as_nanos() => {
                let beyond = (left - cut.as_nanos()) as f64;
                future.p * (latency.cdf_integral(cut) + latency.cdf(cut) * beyond)
            }
            (Some(latency), _) => future.p * latency.cdf_integral(Delay::from_nanos(left)),
        }
    };
    match longer_than {
        None => whole(x),
        Some(limit) => {
            let limit_nanos = limit.as_nanos();
            if x <= limit_nanos {
                return 0.0;
            }
            whole(x) - whole(limit_nanos) - future.within(limit) * (x - limit_nanos) as f64
        }
    }
}

/// The expected numbers of executions that are started on the new version and of those that ever fail, where `survives`
/// is P(it is not rolled back up to an instant).
pub(super) fn exposure(
    scenario: &Scenario,
    runner: &impl Runner,
    path: &Path,
    new: usize,
    survives: impl Fn(u64) -> f64,
) -> Result<(f64, f64), String> {
    let steady = runner.is_steady(new);
    let known = if steady { Some(futures(scenario, runner, new, 0)?) } else { None };
    let fails = |futures: &[Future]| futures.iter().filter(|future| is_bad(future)).map(Future::ever).sum::<f64>();
    let (mut started, mut failures) = (0.0, 0.0);
    for piece in path.pieces(scenario, u64::MAX, steady, true, &[]) {
        let survives = piece.weight * survives(piece.from);
        started += piece.starts() * survives;
        failures += survives
            * match &known {
                Some(futures) => piece.starts() * fails(futures),
                None => {
                    let at = |nanos: u64| Ok::<f64, String>(fails(&futures(scenario, runner, new, nanos)?));
                    let middle = piece.middle();
                    Piece::product(piece.halves, [at((piece.from + middle) / 2)?, at((middle + piece.to) / 2)?])
                }
            };
    }
    Ok((started, failures))
}
