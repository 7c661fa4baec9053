//! How far an execution has come, by the names of states.

use crate::asl::Program;
use crate::base::Text;
use crate::engine::history::View;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The version that was executed; none is what the machine had without a version.
    pub version: Option<u32>,
    pub states: BTreeMap<Text, Visit>,
    /// Ways that were gone; none is the start.
    ways: BTreeSet<(Option<Text>, Text)>,
    pub current: Option<Text>,
}

/// What happened in a state so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    pub entered: u32,
    pub left: u32,
    pub failed: u32,
    /// Whether the execution is over, and this is where it failed.
    pub ended_here: bool,
}

impl Visit {
    pub fn class(self) -> &'static str {
        match self {
            Visit { ended_here: true, .. } => "failed",
            Visit { entered, left, .. } if entered > left => "active",
            Visit { failed: 1.., .. } => "retried",
            _ => "done",
        }
    }

    /// Never colour alone.
    pub fn sign(self) -> &'static str {
        match self.class() {
            "failed" => "×",
            "active" => "…",
            "retried" => "↻",
            _ => "✓",
        }
    }

    pub fn said(self) -> String {
        let times =
            if self.entered == 1 { "entered once".to_owned() } else { format!("entered {} times", self.entered) };
        let failed = if self.failed > 0 { format!(", {} attempts failed", self.failed) } else { String::new() };
        let end = if self.ended_here { ", the execution failed here" } else { "" };
        format!("{times}{failed}{end}")
    }
}

impl Path {
    /// `failed`: whether the execution has failed by then.
    pub fn of(program: &Program, version: Option<u32>, view: &View, failed: bool) -> Path {
        let name = |id| program.states.lookup(id).map(|state| state.name.clone());
        let current = view.current.and_then(name);
        let states = view.states.iter().filter_map(|(id, visits)| {
            let name = name(*id)?;
            let ended_here = failed && visits.is_active();
            let visit = Visit { entered: visits.entered, left: visits.left, failed: visits.failed, ended_here };
            Some((name, visit))
        });
        let way = |(from, to): &(Option<_>, _)| Some((from.and_then(name), name(*to)?));
        Path { version, states: states.collect(), ways: view.ways.keys().filter_map(way).collect(), current }
    }

    pub fn has_gone(&self, from: Option<&str>, to: Option<&str>) -> bool {
        match (from, to) {
            (from, Some(to)) => self.ways.iter().any(|(before, after)| before.as_deref() == from && **after == *to),
            // To the end: the last that was left.
            (Some(from), None) => {
                self.current.as_deref() == Some(from)
                    && self.states.get(from).is_some_and(|visit| visit.left > 0 && visit.entered == visit.left)
            }
            (None, None) => false,
        }
    }
}
