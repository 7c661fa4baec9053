//! An expression ready to run: terms by number, variables by place. It is immutable, and shared by all evaluations.

use super::functions::Native;
use super::lexer::Symbol as Operator;
use super::regex::Regex;
use super::signature::Signature;
use super::value::{Symbol, Val};
use crate::base::{IndexVec, Span, Text};
use std::cell::OnceCell;
use std::rc::Rc;

crate::id! {
    pub(super) TermId,
    pub(super) LambdaId,
    /// What a call may leave behind in its function for messages: who called it, and where.
    pub(super) SiteId,
    pub(super) ScopeId,
    /// A variable that the expression does not bind.
    pub(super) FreeId,
}

#[derive(Debug)]
pub(super) struct Program {
    pub terms: IndexVec<TermId, Node>,
    pub lambdas: IndexVec<LambdaId, Lambda>,
    pub sites: IndexVec<SiteId, Site>,
    pub scopes: IndexVec<ScopeId, Scope>,
    pub free: IndexVec<FreeId, Free>,
    /// Names of variables, and labels of parents.
    pub symbols: IndexVec<Symbol, Text>,
    pub root: TermId,
    /// The scope of the whole, if it binds variables.
    pub scope: ScopeId,
    /// Offsets of the source that lie behind characters of more than one byte; see [`Program::position`].
    pub wide: Vec<Wide>,
    /// The function that `~>` makes of two, compiled when it is first used.
    pub chain: OnceCell<Rc<Program>>,
}

/// A character of a source that is not ASCII: where it ends, and by how much bytes exceed UTF-16 units from there on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    pub end: u32,
    pub excess: u32,
}

#[derive(Debug)]
pub(super) struct Node {
    pub term: Term,
    pub span: Span,
    /// In bytes; what jsonata-js calls its position, which paths have not.
    pub position: Option<u32>,
}

#[derive(Debug)]
pub(super) enum Term {
    Literal(Val),
    /// `$`
    Context,
    /// `$$`
    Root,
    /// A parameter.
    Slot(Place),
    /// A variable that may be bound in several scopes, or not yet.
    Search(Box<Search>),
    Free(FreeId),
    Wildcard,
    Descendants,
    Regex(Rc<Regex>),
    Negate(TermId),
    Array {
        /// Whether an item is written as an array, and so stays one.
        items: Box<[(TermId, bool)]>,
        cons: bool,
    },
    Object(Box<Group>),
    Binary(Operator, TermId, TermId),
    Apply(TermId, TermId),
    /// `f(…)` behind `~>`.
    ApplyCall(TermId, Box<Call>),
    /// The slot is one of the innermost frame.
    Bind(u16, TermId),
    Condition {
        condition: TermId,
        then: TermId,
        otherwise: Option<TermId>,
    },
    Block {
        parts: Box<[TermId]>,
        /// There if it binds variables.
        scope: Option<ScopeId>,
    },
    Call(Box<Call>),
    /// A call in the last place of a function, which does not nest.
    Tail(Box<Call>),
    Partial(Box<Call>),
    Lambda(LambdaId),
    Transform(Box<Transform>),
    Path(Box<Path>),
    Decorated(Box<Decorated>),
}

/// A slot of the frame that is so many frames further out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub hops: u16,
    pub slot: u16,
}

#[derive(Debug)]
pub(super) struct Search {
    /// From the inside out.
    pub candidates: Box<[Candidate]>,
    pub fallback: Fallback,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Candidate {
    Slot(Place),
    /// What a row of a path binds.
    Row {
        hops: u16,
        name: Symbol,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fallback {
    Free(FreeId),
    Root,
    Nothing,
}

#[derive(Debug)]
pub(super) struct Scope {
    /// The names of its slots, parameters first.
    pub slots: Vec<Symbol>,
    /// A function inside may outlive it.
    pub captured: bool,
}

/// A variable that comes from outside.
#[derive(Debug)]
pub(super) struct Free {
    pub name: Text,
    /// A member of `$states`, asked for by itself.
    pub member: Option<Text>,
    /// The function of the language by that name, if nothing outside has it.
    pub native: Option<Native>,
}

#[derive(Debug)]
pub(super) struct Lambda {
    /// The slot of each parameter.
    pub parameters: Box<[u16]>,
    /// There if it has parameters or binds variables.
    pub scope: Option<ScopeId>,
    pub signature: Option<Rc<Signature>>,
    pub body: TermId,
}

#[derive(Debug)]
pub(super) struct Call {
    pub procedure: TermId,
    /// The function of the language that it names, if nothing else has the name.
    pub native: Option<(Native, FreeId)>,
    /// Nothing is a placeholder of a partial application.
    pub arguments: Box<[Option<TermId>]>,
    pub site: SiteId,
    /// The variable that was meant, where a field is called.
    pub hint: Option<(Text, TermId)>,
    pub span: Span,
    pub position: u32,
}

#[derive(Debug)]
pub(super) struct Site {
    /// The name of the function, or what else was called.
    pub token: Option<Val>,
    /// In UTF-16 units.
    pub position: u32,
    /// Of the procedure, which is what a tail call goes by.
    pub procedure: Option<u32>,
    pub is_variable: bool,
}

#[derive(Debug)]
pub(super) struct Transform {
    pub pattern: TermId,
    pub update: TermId,
    pub delete: Option<TermId>,
    /// The `$clone` in scope.
    pub clone: TermId,
}

#[derive(Debug)]
pub(super) struct Decorated {
    pub inner: TermId,
    pub predicates: Box<[Filter]>,
    pub group: Option<Group>,
    pub keep: bool,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub term: TermId,
    /// A number as it is written: an index.
    pub index: Option<f64>,
    /// There in a path with bindings.
    pub scope: Option<ScopeId>,
}

#[derive(Debug)]
pub(super) struct Group {
    pub pairs: Box<[Pair]>,
    /// All keys are texts that differ, so that there is nothing to group for a single item.
    pub plain: bool,
    /// There in a path with bindings.
    pub scope: Option<ScopeId>,
    pub span: Span,
    pub position: u32,
}

#[derive(Debug)]
pub(super) struct Pair {
    pub key: TermId,
    /// The key, if it is a text as it is written.
    pub literal: Option<Text>,
    pub value: TermId,
}

#[derive(Debug)]
pub(super) struct Path {
    pub steps: Box<[Step]>,
    /// The first step is a variable: the path begins there, whatever the context is.
    pub absolute: bool,
    pub keep: bool,
    /// From this step on rows are carried along.
    pub rows_from: Option<usize>,
    /// The rows are the result, for a path around it.
    pub gives_rows: bool,
    pub group: Option<Group>,
}

#[derive(Debug)]
pub(super) struct Step {
    pub kind: StepKind,
    pub stages: Box<[Stage]>,
    pub focus: Option<Symbol>,
    pub index: Option<Symbol>,
    pub ancestor: Option<Symbol>,
    /// An array constructor that a path begins with is evaluated once.
    pub cons: bool,
    /// There in a path with bindings.
    pub scope: Option<ScopeId>,
}

#[derive(Debug)]
pub(super) enum StepKind {
    Name(Text),
    Term(TermId),
    Sort(Sort),
}

#[derive(Debug)]
pub(super) struct Sort {
    /// Whether a term is descending.
    pub terms: Box<[(bool, TermId)]>,
    pub scope: Option<ScopeId>,
    pub span: Span,
    pub position: u32,
}

#[derive(Debug)]
pub(super) enum Stage {
    Filter(Filter),
    Index(Symbol),
}

impl Program {
    /// An offset in bytes as one in UTF-16 units.
    pub fn position(&self, offset: u32) -> u32 {
        position(&self.wide, offset)
    }
}

pub(super) fn position(wide: &[Wide], offset: u32) -> u32 {
    let before = wide.partition_point(|wide| wide.end <= offset);
    let excess = before.checked_sub(1).and_then(|at| wide.get(at)).map_or(0, |wide| wide.excess);
    offset - excess
}

pub(super) fn wide(source: &str) -> Vec<Wide> {
    let mut excess = 0;
    let mut wide = Vec::new();
    for (at, c) in source.char_indices().filter(|(_, c)| !c.is_ascii()) {
        excess += (c.len_utf8() - c.len_utf16()) as u32;
        wide.push(Wide { end: (at + c.len_utf8()) as u32, excess });
    }
    wide
}
