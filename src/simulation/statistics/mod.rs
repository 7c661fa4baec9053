//! What numbers of executions can tell: intervals, tests, percentiles, sample sizes and sequential decisions.
//!
//! Pure functions in arithmetic that is the same on every platform; each names its formula and where it comes from.
//! Nothing here knows what an execution is.
//!
//! ```
//! use weir::simulation::statistics::{chi_square, wilson};
//! let share = wilson(95, 1000, 0.95);
//! assert!(share.low < 0.1 && 0.1 < share.high);
//! assert!(chi_square(&[905, 95], &[90.0, 10.0]).unwrap().p > 0.5);
//! ```

mod durations;
mod histogram;
mod interval;
mod moments;
mod packed;
mod sequential;
mod significance;
mod sizes;

pub use durations::{Hypoexponential, erlang_quantile, max_exponential_mean, max_exponential_quantile, sum_quantile};
pub use histogram::{Histogram, nearest_rank, percentile};
pub use interval::{Interval, clopper_pearson, mean_interval, order_statistic_ranks, wilson};
pub use moments::Moments;
pub use packed::Packed;
pub use sequential::{Sprt, SprtOutlook, Verdict};
pub use significance::{ChiSquare, RankSum, chi_square, fisher_greater, mann_whitney};
pub use sizes::{chance_of_none, executions_to_compare, executions_to_see};
