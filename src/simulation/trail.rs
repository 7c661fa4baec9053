//! Where an execution went: the ways between states that it has gone, told by the names of the states.
//!
//! A trail is no history: it knows how often a way was gone and not when, so that of a million executions there are only a
//! few different ones, and each of them costs a number.

use crate::base::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A way between two states: none in the first place is where the flow begins, none in the second where it ends.
pub type Way = (Option<Text>, Option<Text>);

/// The ways that one execution has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trail {
    /// In order, each with how often it was gone.
    pub ways: Vec<(Way, u32)>,
    /// The state that it failed in, if it failed.
    pub failed_in: Option<Text>,
}

/// Where many executions went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Executions whose trails are known.
    pub executions: u64,
    /// How often each way was gone.
    pub ways: BTreeMap<Way, u64>,
    /// How many failed in a state.
    pub failed: BTreeMap<Text, u64>,
}

impl Flow {
    /// Adds so many executions that went one way.
    pub fn add(&mut self, trail: &Trail, count: u64) {
        self.executions += count;
        for (way, times) in &trail.ways {
            *self.ways.entry(way.clone()).or_default() += count * u64::from(*times);
        }
        if let Some(state) = &trail.failed_in {
            *self.failed.entry(state.clone()).or_default() += count;
        }
    }

    /// How often a state was entered.
    pub fn entered(&self, state: &str) -> u64 {
        let into = |((_, to), _): &(&Way, &u64)| to.as_deref() == Some(state);
        self.ways.iter().filter(into).map(|(_, count)| count).sum()
    }

    /// How often a way was gone.
    pub fn gone(&self, from: Option<&Text>, to: Option<&Text>) -> u64 {
        let way = (from.cloned(), to.cloned());
        self.ways.get(&way).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_add_up() {
        let [a, b] = ["A", "B"].map(|name| Some(Text::from(name)));
        let good = Trail {
            ways: vec![((None, a.clone()), 1), ((a.clone(), b.clone()), 2), ((b.clone(), None), 2)],
            failed_in: None,
        };
        let bad = Trail { ways: vec![((None, a.clone()), 1)], failed_in: a.clone() };
        let mut flow = Flow::default();
        flow.add(&good, 90);
        flow.add(&bad, 10);
        assert_eq!((flow.executions, flow.entered("A"), flow.entered("B")), (100, 100, 180));
        assert_eq!(
            (flow.gone(None, a.as_ref()), flow.gone(b.as_ref(), None), flow.gone(a.as_ref(), None)),
            (100, 180, 0)
        );
        assert_eq!(flow.failed.get("A"), Some(&10));
    }
}
