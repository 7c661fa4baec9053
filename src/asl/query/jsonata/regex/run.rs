//! The matcher: tries the branches of a pattern in order, and goes back where one fails.

use super::super::budget::Budget;
use super::super::error::R;
use super::compile::{Dir, Inst, Pc, Program};
use super::{Found, Set, fold, is_line_end, is_word};
use crate::base::Id;

/// Steps that cost one unit of fuel.
const STEPS: u32 = 8;

/// A slot that holds nothing.
const NONE: usize = usize::MAX;

pub(super) fn find(program: &Program, text: &str, from: usize, budget: &mut Budget) -> R<Option<Found>> {
    if let Some(literal) = &program.literal {
        let rest = text.get(from..).unwrap_or("");
        budget.spend_text(rest.len())?;
        let found = rest.find(literal.as_str()).map(|at| from + at..from + at + literal.len());
        return Ok(found.map(|range| Found { range, groups: Vec::new() }));
    }
    let patience = 20_000 + 8 * (text.len() as u64);
    let mut matcher = Matcher::new(program, text, budget, if program.has_back { u64::MAX } else { patience });
    match matcher.search(from)? {
        Answer::Yes => Ok(Some(matcher.found())),
        Answer::No => Ok(None),
        Answer::Impatient => {
            // Many ways to fail: again, remembering where they did.
            matcher.remember(from)?;
            match matcher.search(from)? {
                Answer::Yes => Ok(Some(matcher.found())),
                _ => Ok(None),
            }
        }
    }
}

enum Answer {
    Yes,
    No,
    Impatient,
}

/// What is left to try.
enum Job {
    Branch(Pc, usize),
    /// A greedy loop over one set, which can give back down to `min`, one character at a time.
    Shorter {
        next: Pc,
        at: usize,
        min: usize,
        dir: Dir,
    },
    /// A slot gets its former value back.
    Restore(u32, usize),
}

struct Matcher<'r> {
    program: &'r Program,
    text: &'r str,
    budget: &'r mut Budget,
    slots: Vec<usize>,
    jobs: Vec<Job>,
    steps: u32,
    patience: u64,
    /// A bit for each instruction and position that has been tried; empty as long as there is patience.
    tried: Vec<u64>,
    origin: usize,
    width: usize,
}

impl<'r> Matcher<'r> {
    fn new(program: &'r Program, text: &'r str, budget: &'r mut Budget, patience: u64) -> Self {
        Matcher {
            program,
            text,
            budget,
            slots: vec![NONE; program.slots as usize],
            jobs: Vec::new(),
            steps: 0,
            patience,
            tried: Vec::new(),
            origin: 0,
            width: 0,
        }
    }

    fn remember(&mut self, from: usize) -> R<()> {
        self.origin = from;
        self.width = self.text.len() - from + 1;
        let words = (self.width * self.program.insts.len()).div_ceil(64);
        self.budget.spend(words as u64 / 8)?;
        self.tried = vec![0; words];
        self.patience = u64::MAX;
        self.jobs.clear();
        Ok(())
    }

    /// Whether this was tried before; from now on it was.
    fn tried(&mut self, pc: Pc, at: usize) -> bool {
        let bit = pc.index() * self.width + (at - self.origin);
        match self.tried.get_mut(bit / 64) {
            Some(word) => {
                let mask = 1 << (bit % 64);
                let before = *word & mask != 0;
                *word |= mask;
                before
            }
            None => false,
        }
    }

    fn search(&mut self, from: usize) -> R<Answer> {
        let mut at = from;
        loop {
            if let Some(first) = &self.program.first {
                let rest = self.text.get(at..).unwrap_or("");
                let Some(skip) = rest.find(|c| first.has(c)) else { return Ok(Answer::No) };
                at += skip;
                self.budget.spend_text(skip)?;
            }
            self.slots.fill(NONE);
            match self.run(Pc::from_usize(0), at, false)? {
                Answer::No => {}
                answer => return Ok(answer),
            }
            match self.char(at, Dir::Ahead) {
                Some(c) => at += c.len_utf8(),
                None => return Ok(Answer::No),
            }
        }
    }

    fn found(&self) -> Found {
        let slot = |at: u32| self.slots.get(at as usize).copied().filter(|at| *at != NONE);
        let range = |group: u32| Some(slot(2 * group)?..slot(2 * group + 1)?);
        Found { range: range(0).unwrap_or(0..0), groups: (1..=self.program.groups).map(range).collect() }
    }

    #[inline]
    fn char(&self, at: usize, dir: Dir) -> Option<char> {
        match dir {
            Dir::Ahead => match self.text.as_bytes().get(at) {
                Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
                Some(_) => self.text.get(at..)?.chars().next(),
                None => None,
            },
            Dir::Behind => self.text.get(..at)?.chars().next_back(),
        }
    }

    #[inline]
    fn moved(at: usize, c: char, dir: Dir) -> usize {
        match dir {
            Dir::Ahead => at + c.len_utf8(),
            Dir::Behind => at - c.len_utf8(),
        }
    }

    #[inline]
    fn has(&self, set: &Set, c: char) -> bool {
        if self.program.flags.ignore_case { set.has_folded(c) } else { set.has(c) }
    }

    fn save(&mut self, slot: u32, at: usize) {
        if let Some(old) = self.slots.get_mut(slot as usize) {
            self.jobs.push(Job::Restore(slot, *old));
            *old = at;
        }
    }

    fn step(&mut self) -> R<bool> {
        self.steps += 1;
        if self.steps >= STEPS {
            self.steps = 0;
            self.budget.spend(1)?;
            self.patience = self.patience.saturating_sub(u64::from(STEPS));
        }
        Ok(self.patience > 0)
    }

    /// Runs from an instruction up to a [`Inst::Match`]. A look-around runs in itself; its branches are not come back to.
    fn run(&mut self, pc: Pc, at: usize, inside: bool) -> R<Answer> {
        let base = self.jobs.len();
        let (mut pc, mut at) = (pc, at);
        let remembers = !self.tried.is_empty() && !inside;
        loop {
            if !self.step()? {
                return Ok(Answer::Impatient);
            }
            let next = Pc::from_usize(pc.index() + 1);
            let program = self.program;
            let goes_on = match &program.insts[pc] {
                Inst::Char(wanted, dir) => match self.char(at, *dir) {
                    Some(c) if c == *wanted || (program.flags.ignore_case && fold(c) == *wanted) => {
                        at = Self::moved(at, c, *dir);
                        Some(next)
                    }
                    _ => None,
                },
                Inst::Set(set, dir) => match self.char(at, *dir) {
                    Some(c) if self.has(set, c) => {
                        at = Self::moved(at, c, *dir);
                        Some(next)
                    }
                    _ => None,
                },
                Inst::Star(set, dir, greedy) => {
                    let further = self.char(at, *dir).filter(|c| self.has(set, *c));
                    if remembers && self.tried(pc, at) {
                        None
                    } else if let (Some(c), true) = (further, remembers || !*greedy) {
                        // One turn at a time.
                        let on = Self::moved(at, c, *dir);
                        if *greedy {
                            self.jobs.push(Job::Branch(next, at));
                            at = on;
                            Some(pc)
                        } else {
                            self.jobs.push(Job::Branch(pc, on));
                            Some(next)
                        }
                    } else {
                        let min = at;
                        while let Some(c) = self.char(at, *dir).filter(|c| *greedy && self.has(set, *c)) {
                            at = Self::moved(at, c, *dir);
                            self.step()?;
                        }
                        if at != min {
                            self.jobs.push(Job::Shorter { next, at, min, dir: *dir });
                        }
                        Some(next)
                    }
                }
                Inst::Split(first, second) => {
                    if remembers && self.tried(pc, at) {
                        None
                    } else {
                        self.jobs.push(Job::Branch(*second, at));
                        Some(*first)
                    }
                }
                Inst::Jump(to) => Some(*to),
                Inst::Save(slot) => {
                    self.save(*slot, at);
                    Some(next)
                }
                Inst::Progress(slot) => (self.slots.get(*slot as usize) != Some(&at)).then_some(next),
                Inst::Forget(from, to) => {
                    (*from..*to).for_each(|slot| self.save(slot, NONE));
                    Some(next)
                }
                Inst::Start => {
                    let before = self.char(at, Dir::Behind);
                    let starts = before.is_none_or(|c| program.flags.multiline && is_line_end(c));
                    starts.then_some(next)
                }
                Inst::End => {
                    let after = self.char(at, Dir::Ahead);
                    let ends = after.is_none_or(|c| program.flags.multiline && is_line_end(c));
                    ends.then_some(next)
                }
                Inst::Boundary(wanted) => {
                    let word = |c: Option<char>| c.is_some_and(is_word);
                    let boundary = word(self.char(at, Dir::Behind)) != word(self.char(at, Dir::Ahead));
                    (boundary == *wanted).then_some(next)
                }
                Inst::Back(group, dir) => self.back(*group, *dir, at)?.map(|moved| {
                    at = moved;
                    next
                }),
                Inst::Look { negated, next: behind } => {
                    let jobs = self.jobs.len();
                    let matched = match self.run(next, at, true)? {
                        Answer::Yes => true,
                        Answer::No => false,
                        Answer::Impatient => return Ok(Answer::Impatient),
                    };
                    if matched && *negated {
                        // What it captured is forgotten.
                        self.unwind(jobs);
                    } else if matched {
                        // Its branches are not come back to, but its captures may have to be undone.
                        let undo = self.jobs.split_off(jobs);
                        self.jobs.extend(undo.into_iter().filter(|job| matches!(job, Job::Restore(..))));
                    }
                    (matched != *negated).then_some(*behind)
                }
                Inst::Match => return Ok(Answer::Yes),
            };
            if let Some(on) = goes_on {
                pc = on;
                continue;
            }
            match self.resume(base) {
                Some((other, position)) => (pc, at) = (other, position),
                None => return Ok(Answer::No),
            }
        }
    }

    /// The next branch to try, with all undone that was done since it was left.
    fn resume(&mut self, base: usize) -> Option<(Pc, usize)> {
        while self.jobs.len() > base {
            match self.jobs.pop()? {
                Job::Branch(pc, at) => return Some((pc, at)),
                Job::Shorter { next, at, min, dir } => {
                    let back = if dir == Dir::Ahead { Dir::Behind } else { Dir::Ahead };
                    let at = Self::moved(at, self.char(at, back)?, back);
                    if at != min {
                        self.jobs.push(Job::Shorter { next, at, min, dir });
                    }
                    return Some((next, at));
                }
                Job::Restore(slot, old) => {
                    if let Some(value) = self.slots.get_mut(slot as usize) {
                        *value = old;
                    }
                }
            }
        }
        None
    }

    fn unwind(&mut self, base: usize) {
        while self.jobs.len() > base {
            if let Some(Job::Restore(slot, old)) = self.jobs.pop()
                && let Some(value) = self.slots.get_mut(slot as usize)
            {
                *value = old;
            }
        }
    }

    /// Where the text goes on behind a repetition of what a group has captured. A group that has nothing matches there.
    fn back(&mut self, group: u32, dir: Dir, at: usize) -> R<Option<usize>> {
        let slot = |slot: u32| self.slots.get(slot as usize).copied().filter(|at| *at != NONE);
        let (Some(from), Some(to)) = (slot(2 * group), slot(2 * group + 1)) else { return Ok(Some(at)) };
        let captured = self.text.get(from..to).unwrap_or("");
        self.budget.spend_text(captured.len())?;
        let fits = |other: &str| {
            captured == other
                || (self.program.flags.ignore_case && captured.chars().map(fold).eq(other.chars().map(fold)))
        };
        let count = captured.chars().count();
        Ok(match dir {
            Dir::Ahead => {
                let rest = self.text.get(at..).unwrap_or("");
                let end = rest.char_indices().nth(count).map_or(rest.len(), |(end, _)| end);
                rest.get(..end).filter(|other| fits(other)).map(|other| at + other.len())
            }
            Dir::Behind => {
                let rest = self.text.get(..at).unwrap_or("");
                let start = match count.checked_sub(1) {
                    None => at,
                    Some(last) => rest.char_indices().rev().nth(last).map_or(0, |(start, _)| start),
                };
                rest.get(start..).filter(|other| fits(other)).map(|other| at - other.len())
            }
        })
    }
}
