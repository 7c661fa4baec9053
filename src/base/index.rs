//! Vectors that are indexed by a type of their own, so that the number of a state is never taken for that of a path.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A number that stands for one element of one kind of [`IndexVec`]; made with [`id!`](crate::id).
pub trait Id: Copy + Eq {
    fn from_usize(index: usize) -> Self;
    fn index(self) -> usize;
}

/// Declares newtype ids: `id! { /// The number of a state. pub StateId }`.
#[macro_export]
macro_rules! id {
    ($($(#[$doc:meta])* $vis:vis $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(u32);

        impl $crate::base::Id for $name {
            fn from_usize(index: usize) -> Self {
                $name(index as u32)
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

/// A `Vec<T>` whose index is the id type `I`. Elements are only added, so an id that `push` gave stays good.
#[derive(Clone, Debug)]
pub struct IndexVec<I, T> {
    items: Vec<T>,
    ids: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> IndexVec<I, T> {
    pub const fn new() -> Self {
        IndexVec { items: Vec::new(), ids: PhantomData }
    }

    pub fn push(&mut self, item: T) -> I {
        let id = I::from_usize(self.items.len());
        self.items.push(item);
        id
    }

    /// The id that the next `push` will give.
    pub fn next_id(&self) -> I {
        I::from_usize(self.items.len())
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The element, where the id may be of another vector. (Not called `get`, so that indexing by an id of this vector
    /// is not taken for indexing that may fail.)
    pub fn lookup(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }

    pub fn lookup_mut(&mut self, id: I) -> Option<&mut T> {
        self.items.get_mut(id.index())
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::from_usize)
    }

    pub fn iter_enumerated(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (I::from_usize(index), item))
    }

    pub fn clear(&mut self) {
        self.items.clear();
    }
}

impl<I: Id, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(items: A) -> Self {
        IndexVec { items: items.into_iter().collect(), ids: PhantomData }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "an id is only made by the vector that it indexes, and elements are never removed"
)]
impl<I: Id, T> Index<I> for IndexVec<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "an id is only made by the vector that it indexes, and elements are never removed"
)]
impl<I: Id, T> IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}
