//! Web workers: what page and worker say to each other, the worker's side, and the page's pool of them.
//!
//! Page and worker are the same WebAssembly module, compiled once by the page (`www/main.ts`) and posted to each worker
//! (`www/worker.ts`). Not here: what is computed. A worker plays pieces of a scenario ([`Task`]) in slices, so that it
//! hears of a Stop between two of them; the [`Pool`] hands pieces out and puts what comes back in order, so that one
//! worker and ten give the same bytes.
//!
//! ```no_run
//! use weir::worker::{Pool, Task, Update};
//! let pool = Pool::new();
//! let run = pool.run(Task::Rollout, "{ … }".into(), |update| match update {
//!     Update::Report { report, is_last } => println!("{} replications, last: {is_last}", report.replications),
//!     Update::Problems(problems) => println!("{}", problems[0].message),
//!     _ => {}
//! });
//! drop(run); // and it stops
//! ```

mod handle;
mod job;
pub mod later;
mod pool;
mod serve;
mod wire;

pub use handle::Worker;
pub use pool::{Pool, Progress, Run, Update};
pub use serve::serve;
pub use wire::{Reply, Request, Task, WireDetail, decode, encode};

use crate::base::Diagnostic;
use serde::{Deserialize, Serialize};

/// A finding about the scenario, on its way from a worker to whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where in the scenario, as a JSON pointer.
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
}

impl From<Diagnostic> for Problem {
    fn from(found: Diagnostic) -> Problem {
        Problem { pointer: found.pointer.as_str().to_owned(), message: found.message, help: found.help }
    }
}
