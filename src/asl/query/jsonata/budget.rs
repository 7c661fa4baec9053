//! How much an evaluation may cost. All that grows with the input or with the expression pays here, so that a hostile
//! expression ends with an error and never with a frozen page.

use super::error::{MEMORY, R, TIMEOUT, TOO_DEEP, TOO_LARGE, TOO_LONG, raise_text};
use crate::base::value::MAX_DEPTH;

/// The limits of one evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps: about one for each part of the expression that is evaluated, and for every few elements or bytes that are
    /// copied or compared.
    pub fuel: u64,
    /// How deep evaluation may nest: a level for each part inside of a part. A function that calls itself in the last
    /// place does not nest.
    pub depth: u32,
    /// Elements of one array.
    pub items: usize,
    /// Bytes of one text.
    pub text: usize,
}

impl Limits {
    /// Those of Step Functions as measured: evaluation nests 100 deep, `[1..873782]` is the largest sequence, a text
    /// may have 2²² characters but not 2²³. Its time limit is not known; two million steps take some 0.1 s.
    pub const AWS: Limits = Limits { fuel: 2_000_000, depth: 100, items: 873_782, text: 6_990_256 };

    /// Those of the reference's own test suite, as far as it has any: `[1..1e7]` is the largest sequence.
    pub const REFERENCE: Limits = Limits { fuel: 50_000_000, depth: 500, items: 10_000_000, text: 100_000_000 };
}

/// The limits, and what is left of them.
#[derive(Debug)]
pub(super) struct Budget {
    pub limits: Limits,
    pub fuel: u64,
    pub depth: u32,
}

impl Budget {
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, fuel: limits.fuel, depth: 0 }
    }

    /// For what happens outside of evaluations.
    pub fn small() -> Budget {
        Budget::new(Limits { fuel: 100_000, ..Limits::AWS })
    }

    #[inline]
    pub fn spend(&mut self, steps: u64) -> R<()> {
        match self.fuel.checked_sub(steps) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => self.out_of_fuel(),
        }
    }

    #[cold]
    fn out_of_fuel(&mut self) -> R<()> {
        self.fuel = 0;
        Err(raise_text(TIMEOUT, TOO_LONG))
    }

    /// Pays for copying or comparing so many elements.
    #[inline]
    pub fn spend_items(&mut self, items: usize) -> R<()> {
        self.spend(items as u64 / 4 + 1)
    }

    /// Pays for copying or searching a text of so many bytes.
    #[inline]
    pub fn spend_text(&mut self, bytes: usize) -> R<()> {
        self.spend(bytes as u64 / 64 + 1)
    }

    /// As [`Budget::spend_text`], where a step is paid for something else: short texts are free.
    #[inline]
    pub fn spend_long_text(&mut self, bytes: usize) -> R<()> {
        if bytes < 64 { Ok(()) } else { self.spend_text(bytes) }
    }

    #[inline]
    pub fn allow_items(&self, items: usize) -> R<()> {
        if items <= self.limits.items { Ok(()) } else { Err(too_large()) }
    }

    #[inline]
    pub fn allow_text(&self, bytes: usize) -> R<()> {
        if bytes <= self.limits.text { Ok(()) } else { Err(too_large()) }
    }

    #[inline]
    pub fn allow_nesting(&self, depth: u32) -> R<()> {
        if depth <= MAX_DEPTH { Ok(()) } else { Err(too_large()) }
    }

    /// Enters a part of the expression: pays a step, and a level of nesting until [`Budget::leave`].
    #[inline]
    pub fn enter(&mut self) -> R<()> {
        self.visit()?;
        self.depth += 1;
        Ok(())
    }

    /// Enters a part that has none inside, and leaves it.
    #[inline]
    pub fn visit(&mut self) -> R<()> {
        self.spend(1)?;
        if self.depth >= self.limits.depth { too_deep() } else { Ok(()) }
    }

    #[inline]
    pub fn leave(&mut self) {
        self.depth -= 1;
    }
}

#[cold]
fn too_deep() -> R<()> {
    Err(raise_text(TIMEOUT, TOO_DEEP))
}

#[cold]
fn too_large() -> Box<super::error::Raised> {
    raise_text(MEMORY, TOO_LARGE)
}
