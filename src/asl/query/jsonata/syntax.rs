//! The tree that an expression is written as.

use super::lexer::Symbol;
use super::regex::Regex;
use super::signature::Signature;
use crate::base::{IndexVec, Span, Text};
use std::rc::Rc;

crate::id! {
    pub(super) NodeId,
}

pub(super) type Tree = IndexVec<NodeId, Node>;

#[derive(Debug)]
pub(super) struct Node {
    pub kind: NodeKind,
    pub span: Span,
    /// The end of the token that made it: what jsonata-js calls its position.
    pub position: u32,
    /// `[]` follows: a sequence of one stays an array.
    pub keep: bool,
}

#[derive(Debug)]
pub(super) enum NodeKind {
    Name(Text),
    Variable(Text),
    String(Text),
    Number(f64),
    Bool(bool),
    Null,
    Regex(Rc<Regex>),
    /// `*`
    Wildcard,
    /// `**`
    Descendants,
    /// `%`
    Parent,
    /// `?` for an argument.
    Placeholder,
    /// Nothing where an expression should be.
    End,
    Negate(NodeId),
    Array(Vec<NodeId>),
    Object(Vec<(NodeId, NodeId)>),
    /// `+ - * / % = != < <= > >= & and or in`, and `..` inside of an array.
    Binary(Symbol, NodeId, NodeId),
    /// `~>`
    Apply(NodeId, NodeId),
    Bind(NodeId, NodeId),
    Condition {
        condition: NodeId,
        then: NodeId,
        otherwise: Option<NodeId>,
    },
    Block(Vec<NodeId>),
    Call {
        procedure: NodeId,
        arguments: Vec<NodeId>,
        /// Some of them are placeholders.
        partial: bool,
    },
    Lambda {
        parameters: Vec<Text>,
        signature: Option<Rc<Signature>>,
        body: NodeId,
    },
    Transform {
        pattern: NodeId,
        update: NodeId,
        delete: Option<NodeId>,
    },
    /// What stands behind a step.
    Postfix(NodeId, Postfix),
}

#[derive(Debug)]
pub(super) enum Postfix {
    /// `left.step`
    Step(NodeId),
    /// `left[predicate]`, and the step that it and the predicates before it stand behind.
    Predicate(NodeId, NodeId),
    /// `left{key: value}`
    Group(Vec<(NodeId, NodeId)>),
    /// `left^(<a, >b)`; whether a term is descending.
    Sort(Vec<(bool, NodeId)>),
    /// `left@$v`
    Focus(Text),
    /// `left#$i`
    Index(Text),
}
