//! The queue of virtual time: what happens next.

use crate::base::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Entries by time; those of one time in the order in which they were made, so that nothing depends on the heap.
///
/// ```
/// use weir::base::Time;
/// use weir::engine::agenda::Agenda;
/// let mut agenda = Agenda::new();
/// agenda.add(Time::from_millis(5), "later");
/// agenda.add(Time::from_millis(1), "first");
/// agenda.add(Time::from_millis(1), "second");
/// let order: Vec<_> = std::iter::from_fn(|| agenda.next().map(|(_, what)| what)).collect();
/// assert_eq!(order, ["first", "second", "later"]);
/// ```
#[derive(Debug)]
pub struct Agenda<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    made: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at: Time,
    number: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub fn new() -> Agenda<T> {
        Agenda { heap: BinaryHeap::new(), made: 0 }
    }

    pub fn add(&mut self, at: Time, what: T) {
        self.heap.push(Reverse(Entry { at, number: self.made, what }));
        self.made += 1;
    }

    /// When the next entry is due.
    pub fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// Looks at the next entry.
    pub fn peek(&self) -> Option<(Time, &T)> {
        self.heap.peek().map(|Reverse(entry)| (entry.at, &entry.what))
    }

    /// Takes the next entry.
    #[expect(clippy::should_implement_trait, reason = "taking may be mixed with adding, so this is no iterator")]
    pub fn next(&mut self) -> Option<(Time, T)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.what))
    }

    /// Takes the next entry that is due by then.
    pub fn next_by(&mut self, at: Time) -> Option<(Time, T)> {
        if self.next_time()? <= at { self.next() } else { None }
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    pub fn clear(&mut self) {
        self.heap.clear();
    }

    /// Drops entries that are not wanted any more. A token that is stale is ignored anyway, so this only saves memory.
    pub fn retain(&mut self, mut wanted: impl FnMut(&T) -> bool) {
        self.heap.retain(|Reverse(entry)| wanted(&entry.what));
    }
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Agenda::new()
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
