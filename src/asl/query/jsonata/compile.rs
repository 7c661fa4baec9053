//! From shapes to terms: variables find their frames, and what a caller wants to know of an expression is noted.

use super::analysis::{Analysis, ContextReference, FreeVariable, StatesReference};
use super::error::{R, TIMEOUT, TOO_DEEP, raise_text};
use super::functions;
use super::program::{
    Call, Candidate, Decorated, Fallback, Filter, Free, FreeId, Group, Lambda, Node, Pair, Path, Place, Program, Scope,
    ScopeId, Search, Site, SiteId, Sort, Stage, Step, StepKind, Term, TermId, Transform, position, wide,
};
use super::shape::{self, Shape, ShapeId, ShapeKind, Shapes};
use super::value::{Symbol, Val};
use super::{Dialect, parser, shape::shape};
use crate::base::{IndexVec, Number, Span, Text, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::OnceCell;

/// # Errors
/// The first mistake of the expression.
pub(super) fn compile(source: &str, dialect: Dialect) -> R<(Program, Analysis)> {
    if u32::try_from(source.len()).is_err() {
        return Err(raise_text(TIMEOUT, TOO_DEEP));
    }
    let wide = wide(source);
    let compiled = parser::parse(source).and_then(|(tree, root)| shape(&tree, root)).and_then(|(shapes, root)| {
        let mut compiler = Compiler::new(&shapes, dialect, wide.clone());
        let scope = compiler.open(&[root], ScopeKind::Plain, &[]);
        let term = compiler.term(root)?;
        let scope = compiler.close(scope);
        Ok(compiler.finish(term, scope))
    });
    compiled.map_err(|mut raised| {
        raised.position = raised.position.map(|offset| position(&wide, offset));
        raised
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    /// The whole, or a block.
    Plain,
    Lambda,
    /// A part of a path with bindings, evaluated once for each row.
    Row,
}

struct Open {
    id: ScopeId,
    kind: ScopeKind,
    slots: Vec<Symbol>,
    parameters: usize,
    /// Which slots have a value by now.
    bound: Vec<bool>,
}

impl Open {
    fn has_frame(&self) -> bool {
        self.kind == ScopeKind::Row || !self.slots.is_empty()
    }
}

struct Compiler<'s> {
    shapes: &'s Shapes,
    dialect: Dialect,
    terms: IndexVec<TermId, Node>,
    lambdas: IndexVec<super::program::LambdaId, Lambda>,
    sites: IndexVec<SiteId, Site>,
    scopes: IndexVec<ScopeId, Scope>,
    free: IndexVec<FreeId, Free>,
    free_by_name: FxHashMap<(Text, Option<Text>), FreeId>,
    symbols: IndexVec<Symbol, Text>,
    symbol_by_name: FxHashMap<Text, Symbol>,
    /// Names that `@` and `#` bind somewhere.
    row_names: FxHashSet<Symbol>,
    stack: Vec<Open>,
    wide: Vec<super::program::Wide>,
    /// `$eval` may make functions anywhere.
    all_captured: bool,
    /// A call in the last place is held as a value, together with its frames.
    holding: bool,
    /// The context is that of the whole expression.
    at_top: bool,
    analysis: Analysis,
    /// Where a variable is in `analysis.free`.
    noted: FxHashMap<Text, usize>,
}

impl<'s> Compiler<'s> {
    fn new(shapes: &'s Shapes, dialect: Dialect, wide: Vec<super::program::Wide>) -> Self {
        let mut compiler = Compiler {
            shapes,
            dialect,
            terms: IndexVec::new(),
            lambdas: IndexVec::new(),
            sites: IndexVec::new(),
            scopes: IndexVec::new(),
            free: IndexVec::new(),
            free_by_name: FxHashMap::default(),
            symbols: IndexVec::new(),
            symbol_by_name: FxHashMap::default(),
            row_names: FxHashSet::default(),
            stack: Vec::new(),
            wide,
            all_captured: false,
            holding: false,
            at_top: true,
            analysis: Analysis::default(),
            noted: FxHashMap::default(),
        };
        for shape in shapes.shapes.iter() {
            let indexes = shape.stages.iter().filter_map(|stage| match stage {
                shape::Stage::Index(name) => Some(name),
                shape::Stage::Filter(_) => None,
            });
            for name in shape.focus.iter().chain(&shape.index).chain(indexes) {
                let symbol = compiler.symbol(name);
                compiler.row_names.insert(symbol);
            }
            let is_eval = matches!(&shape.kind, ShapeKind::Variable(name) if &**name == "eval");
            compiler.all_captured |= is_eval && dialect == Dialect::Reference;
        }
        compiler
    }

    fn finish(self, root: TermId, scope: ScopeId) -> (Program, Analysis) {
        let program = Program {
            terms: self.terms,
            lambdas: self.lambdas,
            sites: self.sites,
            scopes: self.scopes,
            free: self.free,
            symbols: self.symbols,
            root,
            scope,
            wide: self.wide,
            chain: OnceCell::new(),
        };
        (program, self.analysis)
    }

    fn symbol(&mut self, name: &Text) -> Symbol {
        if let Some(symbol) = self.symbol_by_name.get(name) {
            return *symbol;
        }
        let symbol = self.symbols.push(name.clone());
        self.symbol_by_name.insert(name.clone(), symbol);
        symbol
    }

    fn push(&mut self, term: Term, span: Span, position: Option<u32>) -> TermId {
        self.terms.push(Node { term, span, position })
    }

    // Scopes

    /// Opens a scope around parts, and finds which variables they bind in it.
    fn open(&mut self, parts: &[ShapeId], kind: ScopeKind, parameters: &[Symbol]) -> ScopeId {
        let id = self.scopes.push(Scope { slots: Vec::new(), captured: self.all_captured || self.holding });
        let mut slots: Vec<Symbol> = Vec::new();
        for symbol in parameters {
            if !slots.contains(symbol) {
                slots.push(*symbol);
            }
        }
        let parameters = slots.len();
        let mut known: FxHashSet<Symbol> = slots.iter().copied().collect();
        for part in parts {
            self.binds(*part, &mut |symbol| {
                if known.insert(symbol) {
                    slots.push(symbol);
                }
            });
        }
        let bound = (0..slots.len()).map(|slot| slot < parameters).collect();
        self.stack.push(Open { id, kind, slots, parameters, bound });
        id
    }

    fn close(&mut self, id: ScopeId) -> ScopeId {
        if let Some(open) = self.stack.pop() {
            self.scopes[id].slots = open.slots;
        }
        id
    }

    /// Shows the variables that a part binds in the scope it stands in.
    fn binds(&mut self, part: ShapeId, see: &mut impl FnMut(Symbol)) {
        let shapes = self.shapes;
        let shape = &shapes.shapes[part];
        let mut inner: Vec<ShapeId> = Vec::new();
        match &shape.kind {
            ShapeKind::Bind(name, value) => {
                let symbol = self.symbol(name);
                see(symbol);
                inner.push(*value);
            }
            // These have scopes of their own.
            ShapeKind::Block(_) | ShapeKind::Lambda { .. } => {}
            ShapeKind::Negate(operand) => inner.push(*operand),
            ShapeKind::Array(items) => inner.extend(items),
            ShapeKind::Object(pairs) => inner.extend(pairs.iter().flat_map(|(key, value)| [*key, *value])),
            ShapeKind::Binary(_, left, right) | ShapeKind::Apply(left, right) => inner.extend([*left, *right]),
            ShapeKind::Condition { condition, then, otherwise } => {
                inner.extend([*condition, *then].into_iter().chain(*otherwise));
            }
            ShapeKind::Call { procedure, arguments, .. } => {
                inner.push(*procedure);
                inner.extend(arguments);
            }
            ShapeKind::Transform { pattern, update, delete } => {
                inner.extend([*pattern, *update].into_iter().chain(*delete));
            }
            ShapeKind::Sort(terms) => inner.extend(terms.iter().map(|(_, term)| *term)),
            ShapeKind::Path { steps, .. } => {
                let rows_from = steps.iter().position(|step| shapes.shapes[*step].tuple).unwrap_or(steps.len());
                for step in steps.iter().take(rows_from) {
                    inner.push(*step);
                    for stage in &shapes.shapes[*step].stages {
                        if let shape::Stage::Filter(filter) = stage {
                            inner.push(*filter);
                        }
                    }
                }
                if rows_from < steps.len() {
                    inner.into_iter().for_each(|part| self.binds(part, see));
                    return;
                }
            }
            _ => {}
        }
        if !shape.tuple {
            inner.extend(&shape.predicates);
            if let Some(group) = &shape.group {
                inner.extend(group.pairs.iter().flat_map(|(key, value)| [*key, *value]));
            }
        }
        inner.into_iter().for_each(|part| self.binds(part, see));
    }

    fn capture(&mut self) {
        for open in &self.stack {
            self.scopes[open.id].captured = true;
        }
    }

    /// Where a variable may be bound, from the inside out; whether it surely is.
    fn candidates(&self, symbol: Symbol) -> (Vec<Candidate>, bool) {
        let mut candidates = Vec::new();
        let (mut hops, mut surely) = (0, false);
        let mut inside_lambda = false;
        for open in self.stack.iter().rev() {
            if let Some(slot) = open.slots.iter().position(|known| *known == symbol) {
                candidates.push(Candidate::Slot(Place { hops, slot: slot as u16 }));
                if slot < open.parameters {
                    return (candidates, true);
                }
                // A function is called after it was defined, when what is around it is bound.
                surely |= inside_lambda || open.bound.get(slot) == Some(&true);
            }
            if open.kind == ScopeKind::Row && self.row_names.contains(&symbol) {
                candidates.push(Candidate::Row { hops, name: symbol });
                surely = true;
            }
            hops += u16::from(open.has_frame());
            inside_lambda |= open.kind == ScopeKind::Lambda;
        }
        (candidates, surely)
    }

    fn free(&mut self, name: &Text, member: Option<&Text>) -> FreeId {
        let key = (name.clone(), member.cloned());
        if let Some(free) = self.free_by_name.get(&key) {
            return *free;
        }
        let native = if member.is_none() { functions::find(name, self.dialect) } else { None };
        let free = self.free.push(Free { name: name.clone(), member: member.cloned(), native });
        self.free_by_name.insert(key, free);
        free
    }

    /// The term that looks a variable up. `told`: the author wrote it there.
    fn variable(&mut self, name: &Text, told: Option<Span>) -> Term {
        if name.is_empty() {
            if let Some(span) = told.filter(|_| self.at_top) {
                self.analysis.context.push(ContextReference { name: "$".into(), span });
            }
            return Term::Context;
        }
        let symbol = self.symbol(name);
        let (candidates, surely) = self.candidates(symbol);
        if let ([Candidate::Slot(place)], true) = (candidates.as_slice(), surely)
            && self.is_parameter(*place, symbol)
        {
            return Term::Slot(*place);
        }
        let root = &**name == "$";
        if let Some(span) = told.filter(|_| !surely) {
            if root {
                self.analysis.context.push(ContextReference { name: name.clone(), span });
            } else {
                self.note_free(name, span);
            }
        }
        let fallback = if root { Fallback::Root } else { Fallback::Free(self.free(name, None)) };
        match (candidates.is_empty(), fallback) {
            (true, Fallback::Root) => Term::Root,
            (true, Fallback::Free(free)) => Term::Free(free),
            _ => Term::Search(Box::new(Search { candidates: candidates.into(), fallback })),
        }
    }

    fn is_parameter(&self, place: Place, symbol: Symbol) -> bool {
        let mut frames = self.stack.iter().rev().filter(|open| open.has_frame());
        let open = frames.nth(usize::from(place.hops));
        open.is_some_and(|open| open.slots.iter().take(open.parameters).any(|known| *known == symbol))
    }

    fn note_free(&mut self, name: &Text, span: Span) {
        match functions::find(name, self.dialect) {
            Some(_) => {}
            None if &**name == "states" => {
                self.analysis.states.push(StatesReference { path: Vec::new(), span });
            }
            None => {
                let free = &mut self.analysis.free;
                let place = *self.noted.entry(name.clone()).or_insert(free.len());
                match free.get_mut(place) {
                    Some(free) => free.spans.push(span),
                    None => free.push(FreeVariable { name: name.clone(), spans: vec![span] }),
                }
            }
        }
    }

    /// Compiles with another context than that of the whole expression.
    fn inside<T>(&mut self, compile: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        let before = std::mem::replace(&mut self.at_top, false);
        let compiled = compile(self);
        self.at_top = before;
        compiled
    }

    // Terms

    fn term(&mut self, id: ShapeId) -> R<TermId> {
        let shapes = self.shapes;
        let shape = &shapes.shapes[id];
        let term = self.core(shape)?;
        let inner = self.push(term, shape.span, shape.position);
        self.decorated(shape, inner)
    }

    fn decorated(&mut self, shape: &Shape, inner: TermId) -> R<TermId> {
        if matches!(shape.kind, ShapeKind::Path { .. }) {
            return Ok(inner);
        }
        let literal = matches!(self.terms[inner].term, Term::Literal(_));
        if shape.predicates.is_empty() && shape.group.is_none() && (!shape.keep || literal) {
            return Ok(inner);
        }
        let predicates = self.inside(|compiler| {
            let predicates = shape.predicates.iter();
            predicates.map(|predicate| compiler.filter(*predicate, shape.tuple)).collect::<R<Box<[Filter]>>>()
        })?;
        let group = match &shape.group {
            Some(group) => Some(self.inside(|compiler| compiler.group(group, shape.tuple))?),
            None => None,
        };
        let decorated = Decorated { inner, predicates, group, keep: shape.keep };
        Ok(self.push(Term::Decorated(Box::new(decorated)), shape.span, shape.position))
    }

    fn core(&mut self, shape: &Shape) -> R<Term> {
        Ok(match &shape.kind {
            ShapeKind::String(text) => Term::Literal(text.into()),
            // JSON has no negative zero.
            ShapeKind::Number(number) if *number == 0.0 => Term::Literal(Val::Float(*number)),
            ShapeKind::Number(number) => Term::Literal(Val::Json(Value::Number(Number::from_computed(*number)))),
            ShapeKind::Bool(bool) => Term::Literal((*bool).into()),
            ShapeKind::Null => Term::Literal(Val::Json(Value::Null)),
            // Only reached as an argument, which is looked at before.
            ShapeKind::Placeholder => Term::Literal(Val::Undefined),
            ShapeKind::Variable(name) => {
                let term = self.variable(name, Some(shape.span));
                let free = match &term {
                    Term::Free(free) => Some(*free),
                    Term::Search(search) => match search.fallback {
                        Fallback::Free(free) => Some(free),
                        _ => None,
                    },
                    _ => None,
                };
                if let Some(native) = free.and_then(|free| self.free[free].native) {
                    self.analysis.uses.see_value(native);
                }
                term
            }
            ShapeKind::Regex(regex) => Term::Regex(regex.clone()),
            ShapeKind::Wildcard => Term::Wildcard,
            ShapeKind::Descendants => Term::Descendants,
            ShapeKind::Parent(slot) => {
                let label = self.label(*slot);
                let mut candidates = Vec::new();
                let mut hops = 0;
                for open in self.stack.iter().rev() {
                    if open.kind == ScopeKind::Row {
                        candidates.push(Candidate::Row { hops, name: label });
                    }
                    hops += u16::from(open.has_frame());
                }
                Term::Search(Box::new(Search { candidates: candidates.into(), fallback: Fallback::Nothing }))
            }
            ShapeKind::Negate(operand) => Term::Negate(self.term(*operand)?),
            ShapeKind::Array(items) => {
                let mut terms = Vec::with_capacity(items.len());
                for item in items {
                    let array = matches!(self.shapes.shapes[*item].kind, ShapeKind::Array(_));
                    terms.push((self.term(*item)?, array));
                }
                Term::Array { items: terms.into(), cons: shape.cons }
            }
            ShapeKind::Object(pairs) => {
                let position = shape.position.unwrap_or(0);
                let group = shape::Group { pairs: pairs.clone(), position, span: shape.span };
                Term::Object(Box::new(self.group(&group, false)?))
            }
            ShapeKind::Binary(operator, left, right) => Term::Binary(*operator, self.term(*left)?, self.term(*right)?),
            ShapeKind::Apply(left, right) => {
                let left = self.term(*left)?;
                let shape = &self.shapes.shapes[*right];
                match &shape.kind {
                    // Predicates behind it are not looked at, as in jsonata-js.
                    ShapeKind::Call { procedure, arguments, partial: false } => {
                        Term::ApplyCall(left, Box::new(self.call(shape, *procedure, arguments, true)?))
                    }
                    _ => Term::Apply(left, self.term(*right)?),
                }
            }
            ShapeKind::Bind(name, value) => {
                let value = self.term(*value)?;
                let symbol = self.symbol(name);
                let slot = self.stack.last().and_then(|open| open.slots.iter().position(|known| *known == symbol));
                let slot = slot.unwrap_or(0);
                Term::Bind(slot as u16, value)
            }
            ShapeKind::Condition { condition, then, otherwise } => {
                let condition = self.term(*condition)?;
                let then = self.term(*then)?;
                let otherwise = otherwise.map(|id| self.term(id)).transpose()?;
                Term::Condition { condition, then, otherwise }
            }
            ShapeKind::Block(parts) => self.block(parts, false)?,
            ShapeKind::Call { procedure, arguments, partial } => {
                let call = Box::new(self.call(shape, *procedure, arguments, *partial)?);
                if *partial { Term::Partial(call) } else { Term::Call(call) }
            }
            ShapeKind::Lambda { parameters, signature, body } => {
                self.capture();
                let parameters: Vec<Symbol> = parameters.iter().map(|name| self.symbol(name)).collect();
                let scope = self.open(&[*body], ScopeKind::Lambda, &parameters);
                let places = self.places(&parameters);
                let body = self.tail(*body)?;
                let has_frame = self.stack.last().is_some_and(Open::has_frame);
                let scope = Some(self.close(scope)).filter(|_| has_frame);
                let signature = signature.clone();
                Term::Lambda(self.lambdas.push(Lambda { parameters: places, scope, signature, body }))
            }
            ShapeKind::Transform { pattern, update, delete } => {
                self.capture();
                let clone = self.variable(&"clone".into(), None);
                let clone = self.push(clone, shape.span, shape.position);
                let transform = self.inside(|compiler| {
                    let pattern = compiler.term(*pattern)?;
                    let update = compiler.term(*update)?;
                    let delete = delete.map(|id| compiler.term(id)).transpose()?;
                    Ok(Transform { pattern, update, delete, clone })
                })?;
                Term::Transform(Box::new(transform))
            }
            ShapeKind::Path { steps, keep_singleton, .. } => {
                Term::Path(Box::new(self.path(shape, steps, *keep_singleton)?))
            }
            // Only ever steps.
            ShapeKind::Name(_) | ShapeKind::Sort(_) => Term::Literal(Val::Undefined),
        })
    }

    fn places(&self, parameters: &[Symbol]) -> Box<[u16]> {
        let slots = self.stack.last().map_or(&[][..], |open| &open.slots);
        let slot = |symbol: &Symbol| slots.iter().position(|known| known == symbol).unwrap_or(0) as u16;
        parameters.iter().map(slot).collect()
    }

    fn label(&mut self, slot: shape::SlotId) -> Symbol {
        // No variable can have this name.
        let name = format!("!{}", self.shapes.slots[slot].label);
        self.symbol(&name.into())
    }

    fn block(&mut self, parts: &[ShapeId], tail: bool) -> R<Term> {
        let scope = self.open(parts, ScopeKind::Plain, &[]);
        let mut terms = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            terms.push(if tail && at + 1 == parts.len() { self.tail(*part)? } else { self.term(*part)? });
            let mut bound = *part;
            while let ShapeKind::Bind(name, value) = &self.shapes.shapes[bound].kind {
                let symbol = self.symbol(name);
                if let Some(open) = self.stack.last_mut()
                    && let Some(slot) = open.slots.iter().position(|known| *known == symbol)
                    && let Some(flag) = open.bound.get_mut(slot)
                {
                    *flag = true;
                }
                bound = *value;
            }
        }
        let has_frame = self.stack.last().is_some_and(Open::has_frame);
        let scope = Some(self.close(scope)).filter(|_| has_frame);
        Ok(Term::Block { parts: terms.into(), scope })
    }

    /// A term in the last place of a function: a call there does not nest.
    fn tail(&mut self, id: ShapeId) -> R<TermId> {
        let shapes = self.shapes;
        let shape = &shapes.shapes[id];
        let term = match &shape.kind {
            ShapeKind::Call { procedure, arguments, partial: false } if shape.predicates.is_empty() => {
                let call = Box::new(self.call(shape, *procedure, arguments, false)?);
                // Grouping and `[]` behind it are not looked at, as in jsonata-js.
                return Ok(self.push(Term::Tail(call), shape.span, shape.position));
            }
            ShapeKind::Condition { condition, then, otherwise } => {
                let condition = self.term(*condition)?;
                let then = self.tail(*then)?;
                let otherwise = otherwise.map(|id| self.tail(id)).transpose()?;
                Term::Condition { condition, then, otherwise }
            }
            ShapeKind::Block(parts) => {
                // Predicates and grouping are applied to the call itself, before it is made.
                let held = !shape.predicates.is_empty() || shape.group.is_some();
                if held {
                    self.capture();
                }
                let held = held || self.holding;
                let before = std::mem::replace(&mut self.holding, held);
                let term = self.block(parts, true)?;
                self.holding = before;
                term
            }
            _ => return self.term(id),
        };
        let inner = self.push(term, shape.span, shape.position);
        self.decorated(shape, inner)
    }

    /// `more`: it gets other arguments than those written.
    fn call(&mut self, shape: &Shape, procedure: ShapeId, arguments: &[ShapeId], more: bool) -> R<Call> {
        let mut terms = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let placeholder = matches!(self.shapes.shapes[*argument].kind, ShapeKind::Placeholder);
            terms.push(if placeholder { None } else { Some(self.term(*argument)?) });
        }
        let shapes = self.shapes;
        let called = &shapes.shapes[procedure];
        let plain = called.predicates.is_empty() && called.group.is_none();
        let term = match &called.kind {
            ShapeKind::Variable(name) if plain => {
                let term = self.variable(name, Some(called.span));
                self.push(term, called.span, called.position)
            }
            _ => self.term(procedure)?,
        };
        let native = match &self.terms[term].term {
            Term::Free(free) => self.free[*free].native.map(|native| (native, *free)),
            _ => None,
        };
        if let Some((native, _)) = native.filter(|_| more) {
            self.analysis.uses.see_value(native);
        } else if let Some((native, _)) = native {
            let literals: Vec<Option<&Val>> = terms
                .iter()
                .map(|term| match term.map(|term| &self.terms[term].term) {
                    Some(Term::Literal(val)) => Some(val),
                    _ => None,
                })
                .collect();
            self.analysis.uses.see_call(native, &literals);
        }
        let hint = match &called.kind {
            ShapeKind::Path { steps, .. } => match steps.first().map(|step| &shapes.shapes[*step].kind) {
                Some(ShapeKind::Name(name)) => {
                    let name = name.clone();
                    let looked_up = self.variable(&name, None);
                    Some((name, self.push(looked_up, called.span, None)))
                }
                _ => None,
            },
            _ => None,
        };
        let token = match &called.kind {
            ShapeKind::Path { steps, .. } => steps.first().and_then(|step| value_of(&shapes.shapes[*step].kind)),
            kind => value_of(kind),
        };
        let offset = shape.position.unwrap_or(0);
        let site = self.sites.push(Site {
            token,
            position: position(&self.wide, offset),
            procedure: called.position.map(|offset| position(&self.wide, offset)),
            is_variable: matches!(called.kind, ShapeKind::Variable(_)),
        });
        Ok(Call { procedure: term, native, arguments: terms.into(), site, hint, span: shape.span, position: offset })
    }

    fn filter(&mut self, id: ShapeId, rows: bool) -> R<Filter> {
        let index = match &self.shapes.shapes[id].kind {
            ShapeKind::Number(number) => Some(*number),
            _ => None,
        };
        let scope = rows.then(|| self.open(&[id], ScopeKind::Row, &[]));
        let term = self.term(id)?;
        let scope = scope.map(|scope| self.close(scope));
        Ok(Filter { term, index, scope })
    }

    fn group(&mut self, group: &shape::Group, rows: bool) -> R<Group> {
        let parts: Vec<ShapeId> = group.pairs.iter().flat_map(|(key, value)| [*key, *value]).collect();
        let scope = rows.then(|| self.open(&parts, ScopeKind::Row, &[]));
        let mut pairs = Vec::with_capacity(group.pairs.len());
        for (key, value) in &group.pairs {
            let literal = match &self.shapes.shapes[*key].kind {
                ShapeKind::String(text) => Some(text.clone()),
                _ => None,
            };
            pairs.push(Pair { key: self.term(*key)?, literal, value: self.term(*value)? });
        }
        let scope = scope.map(|scope| self.close(scope));
        let mut known = FxHashSet::default();
        let plain = pairs.iter().all(|pair| match &pair.literal {
            Some(key) => super::value::array_index(key).is_none() && known.insert(key.clone()),
            None => false,
        });
        Ok(Group { pairs: pairs.into(), plain, scope, span: group.span, position: group.position })
    }

    fn path(&mut self, shape: &Shape, steps: &[ShapeId], keep_singleton: bool) -> R<Path> {
        let shapes = self.shapes;
        let rows_from = steps.iter().position(|step| shapes.shapes[*step].tuple);
        let first = steps.first().map(|step| &shapes.shapes[*step].kind);
        let absolute = matches!(first, Some(ShapeKind::Variable(_)));
        let mut compiled = Vec::with_capacity(steps.len());
        let mut rest = steps;
        if let Some(step) = self.states_member(steps) {
            compiled.push(step);
            rest = steps.get(2..).unwrap_or(&[]);
        }
        for id in rest {
            let at = compiled.len();
            let rows = rows_from.is_some_and(|from| at >= from);
            let step = &shapes.shapes[*id];
            compiled.push(if at == 0 {
                self.step(*id, step, true, rows)?
            } else {
                self.inside(|compiler| compiler.step(*id, step, false, rows))?
            });
        }
        let group = match &shape.group {
            Some(group) => Some(self.inside(|compiler| compiler.group(group, rows_from.is_some()))?),
            None => None,
        };
        Ok(Path {
            steps: compiled.into(),
            absolute,
            keep: keep_singleton || shape.keep,
            rows_from,
            gives_rows: shape.tuple,
            group,
        })
    }

    /// `$states.input` as one step, so that nobody has to build the whole of `$states`; notes what of it is read.
    fn states_member(&mut self, steps: &[ShapeId]) -> Option<Step> {
        let shapes = self.shapes;
        let [first, second, ..] = steps else { return None };
        let (first, second) = (&shapes.shapes[*first], &shapes.shapes[*second]);
        let (ShapeKind::Variable(name), ShapeKind::Name(member)) = (&first.kind, &second.kind) else { return None };
        let plain = |shape: &Shape| {
            !shape.tuple && shape.focus.is_none() && shape.index.is_none() && shape.predicates.is_empty()
        };
        if &**name != "states" || !first.stages.is_empty() || !plain(first) {
            return None;
        }
        let symbol = self.symbol(name);
        if !self.candidates(symbol).0.is_empty() {
            return None;
        }
        // The names that are read for certain, and the text that reads them.
        let (mut path, mut span) = (Vec::new(), first.span);
        for step in steps.iter().skip(1) {
            let step = &shapes.shapes[*step];
            let ShapeKind::Name(name) = &step.kind else { break };
            path.push(name.clone());
            span = span.cover(step.span);
            if !step.stages.is_empty() || !plain(step) {
                break;
            }
        }
        if self.dialect == Dialect::Reference || steps.iter().any(|step| shapes.shapes[*step].tuple) {
            // The path stays as it is; only what it reads is noted, instead of the whole.
            return None;
        }
        self.analysis.states.push(StatesReference { path, span });
        let free = self.free(name, Some(member));
        let term = self.push(Term::Free(free), first.span.cover(second.span), second.position);
        let stages = self.inside(|compiler| compiler.stages(second, false)).ok()?;
        let (focus, index, ancestor) = (None, None, None);
        Some(Step { kind: StepKind::Term(term), stages, focus, index, ancestor, cons: false, scope: None })
    }

    fn stages(&mut self, step: &Shape, rows: bool) -> R<Box<[Stage]>> {
        let mut stages = Vec::with_capacity(step.stages.len());
        for stage in &step.stages {
            stages.push(match stage {
                shape::Stage::Filter(filter) => Stage::Filter(self.inside(|compiler| compiler.filter(*filter, rows))?),
                shape::Stage::Index(name) => Stage::Index(self.symbol(name)),
            });
        }
        Ok(stages.into())
    }

    fn step(&mut self, id: ShapeId, step: &Shape, first: bool, rows: bool) -> R<Step> {
        let scope = rows.then(|| self.open(&[id], ScopeKind::Row, &[]));
        let kind = match &step.kind {
            ShapeKind::Name(name) => {
                if self.at_top && first {
                    self.analysis.context.push(ContextReference { name: name.clone(), span: step.span });
                }
                StepKind::Name(name.clone())
            }
            ShapeKind::Sort(terms) => {
                let terms = self.inside(|compiler| {
                    terms.iter().map(|(descending, term)| Ok((*descending, compiler.term(*term)?))).collect()
                })?;
                let position = step.position.unwrap_or(0);
                StepKind::Sort(Sort { terms, scope: None, span: step.span, position })
            }
            _ => StepKind::Term(self.term(id)?),
        };
        let scope = scope.map(|scope| self.close(scope));
        let kind = match kind {
            StepKind::Sort(sort) => StepKind::Sort(Sort { scope, ..sort }),
            kind => kind,
        };
        let stages = self.stages(step, rows)?;
        let focus = step.focus.as_ref().map(|name| self.symbol(name));
        let index = step.index.as_ref().map(|name| self.symbol(name));
        let ancestor = step.ancestor.map(|slot| self.label(slot));
        Ok(Step { kind, stages, focus, index, ancestor, cons: first && step.cons, scope })
    }
}

/// What jsonata-js keeps as the value of a node, which messages name as the function that was called.
fn value_of(kind: &ShapeKind) -> Option<Val> {
    Some(match kind {
        ShapeKind::Name(text) | ShapeKind::Variable(text) | ShapeKind::String(text) => text.into(),
        ShapeKind::Number(number) => Val::Float(*number),
        ShapeKind::Bool(bool) => (*bool).into(),
        ShapeKind::Null => Val::Json(Value::Null),
        ShapeKind::Regex(_) => Val::Json(crate::base::Object::new().into()),
        ShapeKind::Wildcard => "*".into(),
        ShapeKind::Descendants => "**".into(),
        ShapeKind::Negate(_) => "-".into(),
        ShapeKind::Array(_) => "[".into(),
        ShapeKind::Object(_) => "{".into(),
        ShapeKind::Binary(operator, ..) => operator.text().into(),
        ShapeKind::Apply(..) => "~>".into(),
        ShapeKind::Bind(..) => ":=".into(),
        ShapeKind::Call { .. } => "(".into(),
        _ => return None,
    })
}
