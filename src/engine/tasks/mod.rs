//! What tasks do that nobody really calls: how long they take, whether they fail, and when all of them fail together.
//!
//! A [`Behaviour`] stands for the world behind one Task state; whoever drives an execution asks it once per attempt.
//! It draws by key (`base::Key`), so an attempt can be asked again and answers the same. It runs nothing itself.
//!
//! ```
//! use weir::base::{Key, value::read::parse, document::{Findings, Place}};
//! use weir::engine::tasks::{Behaviour, Circumstances};
//! let text = r#"{"outcomes": [{"p": 0.25, "outcome": "error", "error": "Declined"}], "latency": {"kind": "exponential", "mean_ms": 40}}"#;
//! let behaviour = Behaviour::read(&Place::root(&parse(text).root), &[], &mut Findings::default()).unwrap();
//! let failed = (0..1000).filter(|n| behaviour.draw(Key::new(*n), &Circumstances::default()).0 == 0).count();
//! assert!((200..300).contains(&failed));
//! ```

mod behaviour;
mod echo;
mod guard;
mod laws;
pub mod mock;
mod outages;

pub use behaviour::{Behaviour, Case, Circumstances, Drift, DriftPer, LATENCY, OUTCOME, Outcome, Rule};
pub use echo::echo;
pub use guard::Asked;
pub use laws::{Latency, read_millis};
pub use outages::{Outage, OutagePath};
