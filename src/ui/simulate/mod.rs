//! The SIMULATE pane: the alias's traffic played in workers, and what it comes to.
//!
//! The pane knows no store. It is handed a scenario document (`src/simulation/scenario/schema.json`) and hands back what
//! the user makes of it: settings, the weight of the newer version, an execution to be opened. Everything it shows is
//! counted by [`simulation`](crate::simulation), in workers or, where only a weight has moved, here.
//!
//! ```no_run
//! use weir::ui::simulate::SimulatePane;
//! use yew::prelude::*;
//! #[component]
//! fn Page() -> Html {
//!     let scenario = use_state(weir::ui::simulate::example);
//!     html! { <SimulatePane scenario={(*scenario).clone()} /> }
//! }
//! ```

mod alarms;
mod compare;
mod cost;
mod document;
mod executions;
mod explain;
mod field;
mod pane;
pub mod parts;
mod rollout;
mod strategy;
mod sweep;
mod traffic;

pub use document::Document;
pub use explain::Explain;
pub use pane::{Props, SimulatePane, Tab};
pub use rollout::sentence;

use crate::simulation::arrivals::MINUTE;
use crate::simulation::customers::{Customers, Told};
use crate::simulation::report::Report;
use crate::simulation::trail::Flow;
use std::rc::Rc;

/// An execution that is to be looked at: all that its draws are keyed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub replication: u64,
    /// Its minute, and its place among the starts of it.
    pub minute: u64,
    pub index: u32,
    /// Its start in nanoseconds.
    pub at: u64,
    pub class: u32,
    pub version: Rc<str>,
}

impl Opened {
    pub(super) fn of(customers: &Customers, n: usize, weight: u8, old: &str, new: &str) -> Option<Opened> {
        let at = *customers.at.get(n)?;
        let version = if customers.goes_to_new(n, weight) { new } else { old };
        Some(Opened {
            replication: 0,
            minute: at / MINUTE,
            index: *customers.index.get(n)?,
            at,
            class: u32::from(*customers.class.get(n)?),
            version: version.into(),
        })
    }
}

/// What the pane can be told to do by others than the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Play anew what is shown, or this tab.
    Play(Option<Tab>),
    Stop,
    /// The execution of this number, from 1.
    Open(usize),
}

/// What the pane tells others than the user.
#[derive(Clone, Debug)]
pub enum Heard {
    Traffic(Rc<Told>),
    Rollout(Rc<Report>),
    /// It was told to open one that there is not.
    NoSuch {
        number: usize,
        of: usize,
    },
}

impl Heard {
    /// Whose results these are.
    pub fn tab(&self) -> Option<Tab> {
        match self {
            Heard::Traffic(_) => Some(Tab::Traffic),
            Heard::Rollout(_) => Some(Tab::Rollout),
            Heard::NoSuch { .. } => None,
        }
    }
}

/// Where the customers go on each version, as far as they are counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// The names of the versions, the old one first; one where there is but one.
    pub versions: Vec<(Rc<str>, Flow)>,
}

impl Flows {
    pub(super) fn of(told: &Told, customers: &Customers) -> Flows {
        let flow = |counts: &[u32]| {
            let mut flow = Flow::default();
            for (trail, count) in customers.trails.iter().zip(counts).filter(|(_, count)| **count > 0) {
                flow.add(trail, u64::from(*count));
            }
            flow
        };
        // Where there is one version, it is the old one.
        let flows = told.versions.iter().zip(told.trails.iter());
        Flows { versions: flows.map(|(version, counts)| (Rc::clone(&version.version), flow(counts))).collect() }
    }
}

/// The scenario that the page opens on: an order workflow whose version 2 fails its charge for 5 % of the orders.
pub fn example() -> Rc<str> {
    include_str!("../../../www/examples/order.scenario.json").into()
}
