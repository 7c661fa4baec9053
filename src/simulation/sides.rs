//! One of each: for the version that the alias points to before the rollout, and for the one that is rolled out.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides<T> {
    pub old: T,
    pub new: T,
}

impl<T> Sides<T> {
    #[inline(always)]
    pub fn of(&self, new: bool) -> &T {
        if new { &self.new } else { &self.old }
    }

    #[inline(always)]
    pub fn of_mut(&mut self, new: bool) -> &mut T {
        if new { &mut self.new } else { &mut self.old }
    }

    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> Sides<U> {
        Sides { old: f(&self.old), new: f(&self.new) }
    }

    /// The old one first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.old, &self.new].into_iter()
    }

    /// Does something with each and its counterpart.
    pub fn zip<U>(&mut self, other: &Sides<U>, mut f: impl FnMut(&mut T, &U)) {
        f(&mut self.old, &other.old);
        f(&mut self.new, &other.new);
    }
}
