//! From the tree of a pattern to the instructions of the matcher.

use super::parse::{Node, Pattern, Repeat};
use super::{Flags, Set, fold};
use crate::base::{Id, IndexVec};

crate::id! {
    /// An instruction.
    pub(super) Pc,
}

#[derive(Debug)]
pub(super) enum Inst {
    /// This character comes next, or before where `back`.
    Char(char, Dir),
    Set(Box<Set>, Dir),
    /// As many characters of the set as there are, or as few as need be.
    Star(Box<Set>, Dir, bool),
    /// First this way, then that.
    Split(Pc, Pc),
    Jump(Pc),
    /// The position goes to a slot: where a group begins or ends, where a turn of a loop began.
    Save(u32),
    /// Fails where a turn of a loop has matched nothing.
    Progress(u32),
    /// Forgets what the slots hold, from and up to.
    Forget(u32, u32),
    Start,
    End,
    Boundary(bool),
    Back(u32, Dir),
    /// What follows up to a [`Inst::Match`] matches from here, or does not; goes on at the instruction named.
    Look {
        negated: bool,
        next: Pc,
    },
    Match,
}

/// Whether a part reads the text forwards, or backwards inside of a look-behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dir {
    Ahead,
    Behind,
}

#[derive(Debug)]
pub(super) struct Program {
    pub insts: IndexVec<Pc, Inst>,
    /// Two for the match, two for each group, one for each loop that could spin.
    pub slots: u32,
    pub groups: u32,
    pub flags: Flags,
    /// What a match can begin with, if that is known: most of a text is passed over by it.
    pub first: Option<Set>,
    /// The whole pattern, where it is nothing but these characters.
    pub literal: Option<String>,
    /// Whether a failure depends on more than the instruction and the position.
    pub has_back: bool,
}

const MAX_INSTS: usize = 20_000;

pub(super) fn program(pattern: &Pattern, flags: Flags) -> Result<Program, &'static str> {
    let slots = 2 * (pattern.groups + 1);
    let mut compiler = Compiler { insts: IndexVec::new(), slots, flags, has_back: false };
    compiler.emit(Inst::Save(0))?;
    compiler.node(&pattern.root, Dir::Ahead)?;
    compiler.emit(Inst::Save(1))?;
    compiler.emit(Inst::Match)?;
    let first = first(&pattern.root, flags).filter(|first| !first.nullable).map(|first| first.set);
    Ok(Program {
        insts: compiler.insts,
        slots: compiler.slots,
        groups: pattern.groups,
        flags,
        first,
        literal: if flags.ignore_case { None } else { literal(&pattern.root) },
        has_back: compiler.has_back,
    })
}

fn literal(node: &Node) -> Option<String> {
    match node {
        Node::Char(c) => Some(c.to_string()),
        Node::Concat(nodes) => nodes.iter().map(literal).collect(),
        _ => None,
    }
}

struct Compiler {
    insts: IndexVec<Pc, Inst>,
    slots: u32,
    flags: Flags,
    has_back: bool,
}

type C = Result<(), &'static str>;

impl Compiler {
    fn emit(&mut self, inst: Inst) -> Result<Pc, &'static str> {
        if self.insts.len() >= MAX_INSTS {
            return Err("Regular expression too large");
        }
        Ok(self.insts.push(inst))
    }

    fn next(&self) -> Pc {
        self.insts.next_id()
    }

    fn node(&mut self, node: &Node, dir: Dir) -> C {
        match node {
            Node::Empty => {}
            Node::Char(c) => {
                self.emit(Inst::Char(if self.flags.ignore_case { fold(*c) } else { *c }, dir))?;
            }
            Node::Set(set) => {
                self.emit(Inst::Set(Box::new(set.clone()), dir))?;
            }
            Node::Start => {
                self.emit(Inst::Start)?;
            }
            Node::End => {
                self.emit(Inst::End)?;
            }
            Node::Boundary(inside) => {
                self.emit(Inst::Boundary(*inside))?;
            }
            Node::Group(node, None) => self.node(node, dir)?,
            Node::Group(node, Some(group)) => {
                let (from, to) = (2 * group, 2 * group + 1);
                let (first, last) = if dir == Dir::Ahead { (from, to) } else { (to, from) };
                self.emit(Inst::Save(first))?;
                self.node(node, dir)?;
                self.emit(Inst::Save(last))?;
            }
            Node::Concat(nodes) => match dir {
                Dir::Ahead => nodes.iter().try_for_each(|node| self.node(node, dir))?,
                Dir::Behind => nodes.iter().rev().try_for_each(|node| self.node(node, dir))?,
            },
            Node::Either(nodes) => self.either(nodes, dir)?,
            Node::Repeat(repeat) => self.repeat(repeat, dir)?,
            Node::Look { node, behind, negated } => {
                let look = self.emit(Inst::Match)?;
                self.node(node, if *behind { Dir::Behind } else { Dir::Ahead })?;
                self.emit(Inst::Match)?;
                let next = self.next();
                self.patch(look, Inst::Look { negated: *negated, next });
            }
            Node::Back(group) => {
                self.has_back = true;
                self.emit(Inst::Back(*group, dir))?;
            }
        }
        Ok(())
    }

    fn patch(&mut self, pc: Pc, inst: Inst) {
        if let Some(old) = self.insts.lookup_mut(pc) {
            *old = inst;
        }
    }

    fn either(&mut self, nodes: &[Node], dir: Dir) -> C {
        let mut jumps = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            if at + 1 == nodes.len() {
                self.node(node, dir)?;
                break;
            }
            let split = self.emit(Inst::Match)?;
            let branch = self.next();
            self.node(node, dir)?;
            jumps.push(self.emit(Inst::Match)?);
            let next = self.next();
            self.patch(split, Inst::Split(branch, next));
        }
        let end = self.next();
        jumps.into_iter().for_each(|jump| self.patch(jump, Inst::Jump(end)));
        Ok(())
    }

    fn repeat(&mut self, repeat: &Repeat, dir: Dir) -> C {
        let Repeat { node, min, max, greedy, groups } = repeat;
        for _ in 0..*min {
            self.turn(node, dir, *groups)?;
        }
        let both = |first, second| if *greedy { Inst::Split(first, second) } else { Inst::Split(second, first) };
        match max {
            None => {
                if let Node::Set(set) = single(node, self.flags) {
                    self.emit(Inst::Star(Box::new(set), dir, *greedy))?;
                    return Ok(());
                }
                let split = self.emit(Inst::Match)?;
                let body = self.next();
                self.guarded(node, dir, *groups)?;
                self.emit(Inst::Jump(split))?;
                let end = self.next();
                self.patch(split, both(body, end));
            }
            Some(max) => {
                let mut splits = Vec::new();
                for _ in *min..*max {
                    splits.push(self.emit(Inst::Match)?);
                    self.guarded(node, dir, *groups)?;
                }
                let end = self.next();
                for split in splits {
                    self.patch(split, both(Pc::from_usize(split.index() + 1), end));
                }
            }
        }
        Ok(())
    }

    fn turn(&mut self, node: &Node, dir: Dir, groups: (u32, u32)) -> C {
        if groups.0 < groups.1 {
            self.emit(Inst::Forget(2 * groups.0, 2 * groups.1))?;
        }
        self.node(node, dir)
    }

    /// A turn that counts only if it moves on.
    fn guarded(&mut self, node: &Node, dir: Dir, groups: (u32, u32)) -> C {
        if !nullable(node) {
            return self.turn(node, dir, groups);
        }
        let slot = self.slots;
        self.slots += 1;
        self.emit(Inst::Save(slot))?;
        self.turn(node, dir, groups)?;
        self.emit(Inst::Progress(slot))?;
        Ok(())
    }
}

/// A node that is one character, as a set.
fn single(node: &Node, flags: Flags) -> Node {
    match node {
        Node::Char(c) => {
            let mut set = Set::default();
            set.add(*c, *c);
            if flags.ignore_case {
                set.add(fold(*c), fold(*c));
            }
            Node::Set(set)
        }
        Node::Set(set) => Node::Set(set.clone()),
        Node::Group(node, None) => single(node, flags),
        _ => Node::Empty,
    }
}

fn nullable(node: &Node) -> bool {
    match node {
        Node::Char(_) | Node::Set(_) => false,
        Node::Group(node, _) => nullable(node),
        Node::Concat(nodes) => nodes.iter().all(nullable),
        Node::Either(nodes) => nodes.iter().any(nullable),
        Node::Repeat(repeat) => repeat.min == 0 || nullable(&repeat.node),
        Node::Empty | Node::Start | Node::End | Node::Boundary(_) | Node::Look { .. } | Node::Back(_) => true,
    }
}

/// What a node can begin with, and whether it can be empty.
struct First {
    set: Set,
    nullable: bool,
}

/// Nothing where that is not worth knowing.
fn first(node: &Node, flags: Flags) -> Option<First> {
    Some(match node {
        Node::Char(_) | Node::Set(_) => {
            let Node::Set(one) = single(node, flags) else { return None };
            let mut set = Set::default();
            for code in 0..128_u8 {
                let c = char::from(code);
                if if flags.ignore_case { one.has_folded(c) } else { one.has(c) } {
                    set.add(c, c);
                }
            }
            // Beyond ASCII anything may begin a match.
            set.ranges.push(('\u{80}', char::MAX));
            First { set, nullable: false }
        }
        Node::Group(node, _) => first(node, flags)?,
        Node::Concat(nodes) => {
            let mut sum = First { set: Set::default(), nullable: true };
            for node in nodes {
                let next = first(node, flags)?;
                sum.set.add_set(&next.set);
                sum.nullable = next.nullable;
                if !sum.nullable {
                    break;
                }
            }
            sum
        }
        Node::Either(nodes) => {
            let mut sum = First { set: Set::default(), nullable: false };
            for node in nodes {
                let next = first(node, flags)?;
                sum.set.add_set(&next.set);
                sum.nullable |= next.nullable;
            }
            sum
        }
        Node::Repeat(repeat) => {
            let mut inner = first(&repeat.node, flags)?;
            inner.nullable |= repeat.min == 0;
            inner
        }
        Node::Empty | Node::Start | Node::End | Node::Boundary(_) | Node::Look { .. } => {
            First { set: Set::default(), nullable: true }
        }
        Node::Back(_) => return None,
    })
}
