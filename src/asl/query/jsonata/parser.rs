//! From tokens to a tree: Pratt's top-down operator precedence, as jsonata-js parses.

use super::error::{R, TIMEOUT, TOO_DEEP, raise, raise_text};
use super::lexer::{Lexer, Symbol, Token, TokenKind};
use super::signature::Signature;
use super::syntax::{Node, NodeId, NodeKind, Postfix, Tree};
use super::value::Val;
use crate::base::{IndexVec, Span, Text, Value};
use std::rc::Rc;

/// Parts of an expression nest at most this deep when it is written: what parses, compiles and evaluates it recurses
/// no deeper.
pub(super) const MAX_NESTING: u32 = 400;

/// The tree of an expression, and its root.
///
/// # Errors
/// The first mistake, with code, text and position of jsonata 2.0.6.
pub(super) fn parse(source: &str) -> R<(Tree, NodeId)> {
    let mut lexer = Lexer::new(source);
    let token = lexer.next(false)?;
    let mut parser = Parser { source, lexer, token, tree: IndexVec::new(), heights: Vec::new(), depth: 0, end: 0 };
    let root = parser.expression(0)?;
    match parser.token.kind {
        TokenKind::End => Ok((parser.tree, root)),
        _ => Err(raise("S0201").token(shown(&parser.token)).at(parser.token.span).position(parser.token.span.end)),
    }
}

struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s>,
    /// The token that comes next.
    token: Token,
    tree: Tree,
    /// How deep each node of the tree nests.
    heights: Vec<u32>,
    depth: u32,
    /// Where the last token that was taken ends.
    end: u32,
}

/// A token in a message.
fn shown(token: &Token) -> Val {
    match &token.kind {
        TokenKind::Name(text) | TokenKind::Variable(text) | TokenKind::String(text) => Val::from(text),
        TokenKind::Number(number) => Val::Float(*number),
        TokenKind::Bool(bool) => Val::from(*bool),
        TokenKind::Null => Val::Json(Value::Null),
        TokenKind::Regex(_) => Val::Json(crate::base::Object::new().into()),
        TokenKind::Symbol(symbol) => Val::from(symbol.text()),
        TokenKind::End => Val::from("(end)"),
    }
}

impl<'s> Parser<'s> {
    /// Takes the token, and reads on. After an operand a `/` divides.
    fn take(&mut self, after_operand: bool) -> R<Token> {
        let next = self.lexer.next(after_operand)?;
        let taken = std::mem::replace(&mut self.token, next);
        self.end = taken.span.end;
        Ok(taken)
    }

    fn is(&self, symbol: Symbol) -> bool {
        matches!(self.token.kind, TokenKind::Symbol(next) if next == symbol)
    }

    fn expect(&mut self, symbol: Symbol, after_operand: bool) -> R<()> {
        if self.is(symbol) {
            self.take(after_operand)?;
            return Ok(());
        }
        let code = if matches!(self.token.kind, TokenKind::End) { "S0203" } else { "S0202" };
        let raised = raise(code).value(symbol.text()).token(shown(&self.token));
        Err(raised.at(self.token.span).position(self.token.span.end))
    }

    fn span_of(&self, node: NodeId) -> Span {
        self.tree[node].span
    }

    fn height(&self, node: NodeId) -> u32 {
        use crate::base::Id;
        self.heights.get(node.index()).copied().unwrap_or(0)
    }

    /// Adds a node that ends where the last token does. `inner` are its parts, `left` the one that it follows, which
    /// nests no deeper for it.
    fn node(
        &mut self,
        kind: NodeKind,
        start: u32,
        token: Span,
        left: Option<NodeId>,
        inner: impl IntoIterator<Item = NodeId>,
    ) -> R<NodeId> {
        let below = inner.into_iter().map(|node| self.height(node) + 1).max().unwrap_or(0);
        let height = left.map_or(0, |left| self.height(left)).max(below);
        let span = Span::new(start, self.end.max(token.end));
        if height > MAX_NESTING {
            return Err(raise_text(TIMEOUT, TOO_DEEP).at(span));
        }
        self.heights.push(height);
        Ok(self.tree.push(Node { kind, span, position: token.end, keep: false }))
    }

    fn expression(&mut self, power: u32) -> R<NodeId> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(raise_text(TIMEOUT, TOO_DEEP).at(self.token.span));
        }
        let token = self.take(true)?;
        let mut left = self.prefix(token)?;
        while let TokenKind::Symbol(symbol) = self.token.kind {
            if symbol.power() <= power {
                break;
            }
            let token = self.take(false)?;
            left = self.infix(symbol, token.span, left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What a token begins.
    fn prefix(&mut self, token: Token) -> R<NodeId> {
        let Token { kind, span } = token;
        let start = span.start;
        let leaf = match kind {
            TokenKind::Name(name) => NodeKind::Name(name),
            TokenKind::Variable(name) => NodeKind::Variable(name),
            TokenKind::String(text) => NodeKind::String(text),
            TokenKind::Number(number) => NodeKind::Number(number),
            TokenKind::Bool(bool) => NodeKind::Bool(bool),
            TokenKind::Null => NodeKind::Null,
            TokenKind::Regex(regex) => NodeKind::Regex(regex),
            TokenKind::End => NodeKind::End,
            TokenKind::Symbol(symbol) => match symbol {
                Symbol::Star => NodeKind::Wildcard,
                Symbol::StarStar => NodeKind::Descendants,
                Symbol::Percent => NodeKind::Parent,
                // As field names.
                Symbol::And | Symbol::Or | Symbol::In => NodeKind::Name(symbol.text().into()),
                Symbol::Minus => {
                    let operand = self.expression(70)?;
                    return self.node(NodeKind::Negate(operand), start, span, None, [operand]);
                }
                Symbol::OpenParen => return self.block(span),
                Symbol::OpenBracket => return self.array(span),
                Symbol::OpenBrace => {
                    let pairs = self.pairs()?;
                    let parts: Vec<NodeId> = pairs.iter().flat_map(|(key, value)| [*key, *value]).collect();
                    return self.node(NodeKind::Object(pairs), start, span, None, parts);
                }
                Symbol::Bar => return self.transform(span),
                other => return Err(raise("S0211").token(other.text()).at(span).position(span.end)),
            },
        };
        self.node(leaf, start, span, None, [])
    }

    fn block(&mut self, open: Span) -> R<NodeId> {
        let mut parts = Vec::new();
        while !self.is(Symbol::CloseParen) {
            parts.push(self.expression(0)?);
            if !self.is(Symbol::Semicolon) {
                break;
            }
            self.take(false)?;
        }
        self.expect(Symbol::CloseParen, true)?;
        self.node(NodeKind::Block(parts.clone()), open.start, open, None, parts)
    }

    fn array(&mut self, open: Span) -> R<NodeId> {
        let mut parts = Vec::new();
        if !self.is(Symbol::CloseBracket) {
            loop {
                let mut item = self.expression(0)?;
                if self.is(Symbol::DotDot) {
                    let dots = self.take(false)?.span;
                    let last = self.expression(0)?;
                    let start = self.span_of(item).start;
                    let range = NodeKind::Binary(Symbol::DotDot, item, last);
                    item = self.node(range, start, dots, None, [item, last])?;
                }
                parts.push(item);
                if !self.is(Symbol::Comma) {
                    break;
                }
                self.take(false)?;
            }
        }
        self.expect(Symbol::CloseBracket, true)?;
        self.node(NodeKind::Array(parts.clone()), open.start, open, None, parts)
    }

    /// The members of an object, of which the brace is read already.
    fn pairs(&mut self) -> R<Vec<(NodeId, NodeId)>> {
        let mut pairs = Vec::new();
        if !self.is(Symbol::CloseBrace) {
            loop {
                let key = self.expression(0)?;
                self.expect(Symbol::Colon, false)?;
                let value = self.expression(0)?;
                pairs.push((key, value));
                if !self.is(Symbol::Comma) {
                    break;
                }
                self.take(false)?;
            }
        }
        self.expect(Symbol::CloseBrace, true)?;
        Ok(pairs)
    }

    fn transform(&mut self, open: Span) -> R<NodeId> {
        let pattern = self.expression(0)?;
        self.expect(Symbol::Bar, false)?;
        let update = self.expression(0)?;
        let delete = if self.is(Symbol::Comma) {
            self.take(false)?;
            Some(self.expression(0)?)
        } else {
            None
        };
        self.expect(Symbol::Bar, false)?;
        let parts = [pattern, update].into_iter().chain(delete);
        self.node(NodeKind::Transform { pattern, update, delete }, open.start, open, None, parts)
    }

    /// What follows an operand.
    fn infix(&mut self, symbol: Symbol, token: Span, left: NodeId) -> R<NodeId> {
        let start = self.span_of(left).start;
        match symbol {
            Symbol::OpenParen => self.call(token, left),
            Symbol::OpenBracket => {
                if self.is(Symbol::CloseBracket) {
                    // `[]` marks the step before all predicates.
                    let step = self.predicated(left);
                    self.tree[step].keep = true;
                    self.take(false)?;
                    return Ok(left);
                }
                let predicate = self.expression(0)?;
                self.expect(Symbol::CloseBracket, true)?;
                let kind = NodeKind::Postfix(left, Postfix::Predicate(predicate, self.predicated(left)));
                self.node(kind, start, token, Some(left), [predicate])
            }
            Symbol::OpenBrace => {
                let pairs = self.pairs()?;
                let parts: Vec<NodeId> = pairs.iter().flat_map(|(key, value)| [*key, *value]).collect();
                self.node(NodeKind::Postfix(left, Postfix::Group(pairs)), start, token, Some(left), parts)
            }
            Symbol::Caret => {
                let terms = self.sort_terms()?;
                let parts: Vec<NodeId> = terms.iter().map(|(_, term)| *term).collect();
                self.node(NodeKind::Postfix(left, Postfix::Sort(terms)), start, token, Some(left), parts)
            }
            Symbol::At | Symbol::Hash => {
                let right = self.expression(80)?;
                let NodeKind::Variable(name) = &self.tree[right].kind else {
                    let node = &self.tree[right];
                    return Err(raise("S0214").token(symbol.text()).at(node.span).position(node.position));
                };
                let name = name.clone();
                let postfix = if symbol == Symbol::At { Postfix::Focus(name) } else { Postfix::Index(name) };
                self.node(NodeKind::Postfix(left, postfix), start, token, Some(left), [])
            }
            Symbol::Dot => {
                let step = self.expression(75)?;
                self.node(NodeKind::Postfix(left, Postfix::Step(step)), start, token, Some(left), [step])
            }
            Symbol::Question => {
                let then = self.expression(0)?;
                let otherwise = if self.is(Symbol::Colon) {
                    self.take(false)?;
                    Some(self.expression(0)?)
                } else {
                    None
                };
                let parts = [left, then].into_iter().chain(otherwise);
                self.node(NodeKind::Condition { condition: left, then, otherwise }, start, token, None, parts)
            }
            Symbol::Bind => {
                if !matches!(self.tree[left].kind, NodeKind::Variable(_)) {
                    let node = &self.tree[left];
                    return Err(raise("S0212").token(self.value_of(left)).at(node.span).position(node.position));
                }
                // It binds to the right.
                let right = self.expression(symbol.power() - 1)?;
                self.node(NodeKind::Bind(left, right), start, token, None, [right])
            }
            Symbol::Chain => {
                let right = self.expression(symbol.power())?;
                self.node(NodeKind::Apply(left, right), start, token, None, [left, right])
            }
            operator => {
                let right = self.expression(operator.power())?;
                self.node(NodeKind::Binary(operator, left, right), start, token, None, [left, right])
            }
        }
    }

    /// The step that the predicates at the end of a node stand behind.
    fn predicated(&self, node: NodeId) -> NodeId {
        match self.tree[node].kind {
            NodeKind::Postfix(_, Postfix::Predicate(_, step)) => step,
            _ => node,
        }
    }

    fn sort_terms(&mut self) -> R<Vec<(bool, NodeId)>> {
        self.expect(Symbol::OpenParen, false)?;
        let mut terms = Vec::new();
        loop {
            let descending = self.is(Symbol::Greater);
            if descending || self.is(Symbol::Less) {
                self.take(false)?;
            }
            terms.push((descending, self.expression(0)?));
            if !self.is(Symbol::Comma) {
                break;
            }
            self.take(false)?;
        }
        self.expect(Symbol::CloseParen, false)?;
        Ok(terms)
    }

    /// A call, or the definition of a function: `function($a, $b)<nn:n>{ $a + $b }`.
    fn call(&mut self, open: Span, procedure: NodeId) -> R<NodeId> {
        let start = self.span_of(procedure).start;
        let mut arguments = Vec::new();
        let mut partial = false;
        if !self.is(Symbol::CloseParen) {
            loop {
                if self.is(Symbol::Question) {
                    let token = self.take(false)?.span;
                    arguments.push(self.node(NodeKind::Placeholder, token.start, token, None, [])?);
                    partial = true;
                } else {
                    arguments.push(self.expression(0)?);
                }
                if !self.is(Symbol::Comma) {
                    break;
                }
                self.take(false)?;
            }
        }
        self.expect(Symbol::CloseParen, true)?;
        let defines = matches!(&self.tree[procedure].kind, NodeKind::Name(name) if matches!(&**name, "function" | "λ"));
        // In backquotes it is a field like any other for us; jsonata-js takes it for the keyword as well.
        if !defines {
            let parts: Vec<NodeId> = std::iter::once(procedure).chain(arguments.iter().copied()).collect();
            return self.node(NodeKind::Call { procedure, arguments, partial }, start, open, None, parts);
        }
        let mut parameters: Vec<Text> = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            match &self.tree[*argument].kind {
                NodeKind::Variable(name) => parameters.push(name.clone()),
                _ => {
                    let node = &self.tree[*argument];
                    let raised = raise("S0208").token(self.value_of(*argument)).value(at + 1);
                    return Err(raised.at(node.span).position(node.position));
                }
            }
        }
        let signature = if self.is(Symbol::Less) { Some(self.signature()?) } else { None };
        self.expect(Symbol::OpenBrace, false)?;
        let body = self.expression(0)?;
        self.expect(Symbol::CloseBrace, false)?;
        self.node(NodeKind::Lambda { parameters, signature, body }, start, open, None, [body])
    }

    fn signature(&mut self) -> R<Rc<Signature>> {
        let open = self.token.span;
        let mut text = String::from("<");
        let mut depth = 1;
        while depth > 0 && !self.is(Symbol::OpenBrace) && !matches!(self.token.kind, TokenKind::End) {
            self.take(false)?;
            match self.token.kind {
                TokenKind::Symbol(Symbol::Greater) => depth -= 1,
                TokenKind::Symbol(Symbol::Less) => depth += 1,
                _ => {}
            }
            match shown(&self.token) {
                Val::Json(Value::String(part)) => text.push_str(&part),
                other => text.push_str(&super::json::for_message(&other)),
            }
        }
        let whole = Span::new(open.start, self.token.span.end);
        self.expect(Symbol::Greater, false)?;
        match Signature::parse(&text) {
            Ok(signature) => Ok(Rc::new(signature)),
            Err(raised) => {
                let offset = raised.position.unwrap_or(0);
                Err(raised.at(whole).position(open.end + offset))
            }
        }
    }

    /// What jsonata-js keeps as the value of a node, for messages.
    fn value_of(&self, node: NodeId) -> Val {
        let node = &self.tree[node];
        match &node.kind {
            NodeKind::Name(text) | NodeKind::Variable(text) | NodeKind::String(text) => Val::from(text),
            NodeKind::Number(number) => Val::Float(*number),
            NodeKind::Bool(bool) => Val::from(*bool),
            NodeKind::Null => Val::Json(Value::Null),
            NodeKind::Regex(_) => Val::Json(crate::base::Object::new().into()),
            NodeKind::End => Val::from("(end)"),
            // Of all else it is the token that made the node, which ends at its position.
            _ => {
                let before = self.source.get(..node.position as usize).unwrap_or("");
                let symbol = ["**", "..", ":=", "!=", "<=", ">=", "~>", "and", "or", "in"]
                    .into_iter()
                    .find(|text| before.ends_with(text))
                    .or_else(|| before.get(before.len().saturating_sub(1)..))
                    .unwrap_or("");
                Val::from(symbol)
            }
        }
    }
}
