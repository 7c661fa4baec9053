//! Evaluates terms.
//!
//! The machine recurses over the terms of a program, so its depth is bounded by the budget; what it recurses into below
//! that (comparing, copying, writing values) is bounded by how deep values nest.

mod call;
mod construct;
mod operators;
mod path;
mod rows;
mod sort;
mod transform;

pub(super) use call::Context;

use super::budget::Budget;
use super::error::{R, Raised, raise};
use super::function::{Called, FrameId, Function, Lambda, Matcher, ProgramId, Thunk, Transform};
use super::program::{
    Candidate, Decorated, Fallback, FreeId, Node, Place, Program, ScopeId, Search, SiteId, Term, TermId,
};
use super::value::{KEEP, Kind, List, OUTER, Record, Row, SEQUENCE, Seq, TUPLES, Val};
use super::{Dialect, Environment, functions, json};
use crate::base::{Id, Span, Text, Time, Value};
use std::rc::Rc;

pub(super) struct Machine<'e> {
    environment: &'e mut dyn Environment,
    pub dialect: Dialect,
    pub budget: Budget,
    programs: Vec<Running>,
    frames: Vec<Frame>,
    /// Frames that nobody can see any more.
    spare: Vec<FrameId>,
    /// `$$`
    root: Val,
    now: Option<Time>,
    natives: Vec<Called>,
}

/// A program of this evaluation.
struct Running {
    program: Rc<Program>,
    /// What its free variables are, of those that were asked for.
    free: Vec<Option<Val>>,
    /// Where a program of `$eval` looks for its variables.
    outer: Option<FrameId>,
}

/// Variables bound at one visit of a scope.
struct Frame {
    parent: FrameId,
    slots: Vec<Option<Val>>,
    row: Option<Row>,
    captured: bool,
    program: ProgramId,
    scope: ScopeId,
}

/// Where evaluation is: in which program, among which variables.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    pub program: &'p Program,
    pub id: ProgramId,
    pub frame: FrameId,
}

const MAIN: ProgramId = ProgramId(0);

impl<'e> Machine<'e> {
    pub fn new(program: Rc<Program>, dialect: Dialect, environment: &'e mut dyn Environment) -> Machine<'e> {
        let budget = Budget::new(environment.limits());
        let mut machine = Machine {
            environment,
            dialect,
            budget,
            programs: Vec::with_capacity(1),
            frames: Vec::new(),
            spare: Vec::new(),
            root: Val::Undefined,
            now: None,
            natives: Vec::new(),
        };
        machine.add_program(program, None);
        machine
    }

    /// Evaluates the program.
    pub fn run(&mut self, input: Option<&Value>) -> R<Val> {
        self.root = input.map_or(Val::Undefined, |value| Val::Json(value.clone()));
        let program = self.program(MAIN);
        // An array as input is one item, not many.
        let input = match &self.root {
            array @ Val::Json(Value::Array(_)) => Seq::One(array.clone()).into_list(SEQUENCE | OUTER),
            other => other.clone(),
        };
        self.run_program(&program, MAIN, FrameId::from_usize(0), &input)
    }

    fn run_program(&mut self, program: &Program, id: ProgramId, outer: FrameId, input: &Val) -> R<Val> {
        let frame = match program.scopes[program.scope].slots.is_empty() {
            true => outer,
            false => self.push_frame(program, id, program.scope, outer, None)?,
        };
        self.eval(At { program, id, frame }, program.root, input)
    }

    fn add_program(&mut self, program: Rc<Program>, outer: Option<FrameId>) -> ProgramId {
        let free = vec![None; program.free.len()];
        self.programs.push(Running { program, free, outer });
        ProgramId(self.programs.len() as u32 - 1)
    }

    fn program(&self, id: ProgramId) -> Rc<Program> {
        // INVARIANT: ids come from `add_program`, and programs are never removed.
        #[expect(clippy::indexing_slicing, reason = "an id is made by adding a program, and none is removed")]
        Rc::clone(&self.programs[id.0 as usize].program)
    }

    // Frames

    fn push_frame(
        &mut self,
        program: &Program,
        id: ProgramId,
        scope: ScopeId,
        parent: FrameId,
        row: Option<Row>,
    ) -> R<FrameId> {
        let Scope { slots, captured } = &program.scopes[scope];
        self.budget.spend(if *captured { 4 } else { 1 })?;
        if self.frames.is_empty() {
            // The frame that has nothing, and no parent.
            let none = FrameId::from_usize(0);
            self.frames.push(Frame {
                parent: none,
                slots: Vec::new(),
                row: None,
                captured: true,
                program: MAIN,
                scope: ScopeId::from_usize(0),
            });
        }
        if let Some(spare) = self.spare.pop()
            && let Some(frame) = self.frames.get_mut(spare.index())
        {
            frame.parent = parent;
            frame.slots.resize(slots.len(), None);
            frame.row = row;
            frame.captured = *captured;
            frame.program = id;
            frame.scope = scope;
            return Ok(spare);
        }
        let slots = vec![None; slots.len()];
        self.frames.push(Frame { parent, slots, row, captured: *captured, program: id, scope });
        Ok(FrameId::from_usize(self.frames.len() - 1))
    }

    /// Leaves a frame. If no function can have seen it, it is used again.
    fn drop_frame(&mut self, id: FrameId) {
        if let Some(frame) = self.frames.get_mut(id.index())
            && !frame.captured
        {
            frame.slots.clear();
            frame.row = None;
            self.spare.push(id);
        }
    }

    fn frame(&self, mut id: FrameId, hops: u16) -> Option<&Frame> {
        for _ in 0..hops {
            id = self.frames.get(id.index())?.parent;
        }
        self.frames.get(id.index())
    }

    fn slot(&self, frame: FrameId, place: Place) -> Option<&Val> {
        self.frame(frame, place.hops)?.slots.get(usize::from(place.slot))?.as_ref()
    }

    fn set_slot(&mut self, frame: FrameId, slot: u16, val: Val) {
        if let Some(known) = self.frames.get_mut(frame.index()).and_then(|frame| frame.slots.get_mut(usize::from(slot)))
        {
            *known = Some(val);
        }
    }

    fn search(&mut self, at: At<'_>, search: &Search) -> Val {
        for candidate in &search.candidates {
            let found = match candidate {
                Candidate::Slot(place) => self.slot(at.frame, *place),
                Candidate::Row { hops, name } => {
                    self.frame(at.frame, *hops).and_then(|frame| frame.row.as_ref()).and_then(|row| row.get(*name))
                }
            };
            if let Some(found) = found {
                return found.clone();
            }
        }
        match search.fallback {
            Fallback::Free(free) => self.free(at, free),
            Fallback::Root => self.root.clone(),
            Fallback::Nothing => Val::Undefined,
        }
    }

    /// A variable from outside, which is asked for once.
    fn free(&mut self, at: At<'_>, id: FreeId) -> Val {
        let index = at.id.0 as usize;
        let Some(running) = self.programs.get(index) else { return Val::Undefined };
        if let Some(Some(known)) = running.free.get(id.index()) {
            return known.clone();
        }
        let free = &at.program.free[id];
        if let Some(outer) = running.outer {
            // What `$eval` sees may change while it runs.
            return self.by_name(outer, &free.name);
        }
        let found = match &free.member {
            Some(member) => self.environment.states(member),
            None => self.environment.variable(&free.name),
        };
        let val = match (found, free.native) {
            (Some(value), _) => Val::Json(value),
            (None, Some(native)) => Val::Function(Rc::new(Function::Native(native))),
            (None, None) => Val::Undefined,
        };
        if let Some(known) = self.programs.get_mut(index).and_then(|running| running.free.get_mut(id.index())) {
            *known = Some(val.clone());
        }
        val
    }

    /// Looks a variable up by name, as only `$eval` must.
    fn by_name(&mut self, frame: FrameId, name: &Text) -> Val {
        let mut id = frame;
        while let Some(frame) = self.frames.get(id.index()).filter(|_| id.index() != 0) {
            let program = self.program(frame.program);
            let symbols = &program.scopes[frame.scope].slots;
            let slot = symbols.iter().position(|symbol| program.symbols[*symbol] == *name);
            if let Some(Some(val)) = slot.and_then(|slot| frame.slots.get(slot)) {
                return val.clone();
            }
            let bound = frame.row.iter().flat_map(|row| row.bound.iter());
            if let Some((_, val)) = bound.into_iter().find(|(symbol, _)| program.symbols[*symbol] == *name) {
                return val.clone();
            }
            id = frame.parent;
        }
        if &**name == "$" {
            return self.root.clone();
        }
        match (self.environment.variable(name), functions::find(name, self.dialect)) {
            (Some(value), _) => Val::Json(value),
            (None, Some(native)) => Val::Function(Rc::new(Function::Native(native))),
            (None, None) => Val::Undefined,
        }
    }

    /// Whether nothing from outside takes the place of a function of the language.
    fn is_native(&mut self, at: At<'_>, id: FreeId) -> bool {
        match self.free(at, id) {
            Val::Function(function) => matches!(*function, Function::Native(_)),
            _ => false,
        }
    }

    pub fn now(&mut self) -> Time {
        *self.now.get_or_insert_with(|| self.environment.now())
    }

    pub fn random(&mut self) -> u64 {
        self.environment.random()
    }

    /// What the evaluation has cost.
    pub fn settle(&mut self) {
        let spent = self.budget.limits.fuel - self.budget.fuel;
        self.environment.spent(spent);
    }

    // Terms

    /// The value of a term.
    pub fn eval(&mut self, at: At<'_>, id: TermId, input: &Val) -> R<Val> {
        let node = &at.program.terms[id];
        match &node.term {
            Term::Literal(val) => {
                self.budget.visit()?;
                Ok(val.clone())
            }
            Term::Context
            | Term::Root
            | Term::Slot(_)
            | Term::Search(_)
            | Term::Free(_)
            | Term::Regex(_)
            | Term::Lambda(_)
            | Term::Tail(_)
            | Term::Transform(_) => {
                self.budget.visit()?;
                Ok(self.raw(at, id, input)?.collapse())
            }
            _ => {
                self.budget.enter()?;
                let val = self.raw(at, id, input)?.collapse();
                self.budget.leave();
                Ok(val)
            }
        }
    }

    /// The value of a term, where a sequence does not stand for its only element yet.
    fn raw(&mut self, at: At<'_>, id: TermId, input: &Val) -> R<Val> {
        let node = &at.program.terms[id];
        match &node.term {
            Term::Literal(val) => Ok(val.clone()),
            Term::Context => Ok(unwrapped(input)),
            Term::Root => Ok(self.root.clone()),
            Term::Slot(place) => Ok(self.slot(at.frame, *place).cloned().unwrap_or_default()),
            Term::Search(search) => Ok(self.search(at, search)),
            Term::Free(free) => Ok(self.free(at, *free)),
            Term::Wildcard => self.wildcard(input),
            Term::Descendants => self.descendants(input),
            Term::Regex(regex) => {
                let position = node.position.map_or(0, |offset| at.program.position(offset));
                let matcher = Matcher { regex: Rc::clone(regex), last: Default::default(), position };
                Ok(Val::Function(Rc::new(Function::Regex(Rc::new(matcher)))))
            }
            Term::Negate(operand) => self.negate(at, node, *operand, input),
            Term::Array { items, cons } => self.array_of(at, items, *cons, input),
            Term::Object(group) => self.grouped(at, group, input),
            Term::Binary(operator, left, right) => self.binary(at, node, *operator, *left, *right, input),
            Term::Apply(left, right) => self.apply_operator(at, node, *left, *right, input),
            Term::ApplyCall(left, call) => {
                let left = self.eval(at, *left, input)?;
                self.call(at, call, input, Some(left))
            }
            Term::Bind(slot, value) => {
                let val = self.eval(at, *value, input)?;
                self.set_slot(at.frame, *slot, val.clone());
                Ok(val)
            }
            Term::Condition { condition, then, otherwise } => {
                let condition = self.eval(at, *condition, input)?;
                match (self.is_true(&condition)?, otherwise) {
                    (true, _) => self.eval(at, *then, input),
                    (false, Some(otherwise)) => self.eval(at, *otherwise, input),
                    (false, None) => Ok(Val::Undefined),
                }
            }
            Term::Block { parts, scope } => {
                let frame = match scope {
                    Some(scope) => self.push_frame(at.program, at.id, *scope, at.frame, None)?,
                    None => at.frame,
                };
                let inner = At { frame, ..at };
                let mut val = Val::Undefined;
                for part in parts {
                    val = self.eval(inner, *part, input)?;
                }
                if scope.is_some() {
                    self.drop_frame(frame);
                }
                Ok(val)
            }
            Term::Call(call) => self.call(at, call, input, None),
            Term::Tail(_) => {
                let thunk = Thunk { program: at.id, term: id, frame: at.frame, input: input.clone() };
                self.function(Function::Thunk(thunk))
            }
            Term::Partial(call) => self.partial(at, call, input),
            Term::Lambda(lambda) => {
                let (called, input) = (Called::default(), input.clone());
                let lambda = Lambda { program: at.id, lambda: *lambda, frame: at.frame, input, partial: None, called };
                self.function(Function::Lambda(lambda))
            }
            Term::Transform(_) => {
                let transform = Transform { program: at.id, term: id, frame: at.frame, called: Called::default() };
                self.function(Function::Transform(transform))
            }
            Term::Path(path) => self.path(at, path, input),
            Term::Decorated(decorated) => self.decorated(at, decorated, input),
        }
    }

    fn decorated(&mut self, at: At<'_>, decorated: &Decorated, input: &Val) -> R<Val> {
        let mut val = self.raw(at, decorated.inner, input)?;
        for filter in &decorated.predicates {
            val = self.filter(at, filter, val)?;
        }
        if let Some(group) = &decorated.group {
            val = self.grouped(at, group, &val)?;
        }
        Ok(match val {
            Val::List(list) if decorated.keep && list.flags & SEQUENCE != 0 && list.flags & TUPLES == 0 => {
                let flags = list.flags | KEEP;
                Val::List(list.flagged(flags))
            }
            other => other,
        })
    }

    // Values, with the budget looked at

    pub fn function(&self, function: Function) -> R<Val> {
        self.budget.allow_nesting(function.depth())?;
        Ok(Val::Function(Rc::new(function)))
    }

    pub fn list(&mut self, vals: Vec<Val>, flags: u8) -> R<Val> {
        self.budget.allow_items(vals.len())?;
        let list = List::new(vals, flags);
        self.budget.allow_nesting(list.depth())?;
        Ok(Val::List(Rc::new(list)))
    }

    /// An array that is a value: JSON, if its elements are.
    pub fn array(&mut self, vals: Vec<Val>) -> R<Val> {
        self.budget.allow_items(vals.len())?;
        if vals.iter().any(|val| !is_json(val)) {
            return self.list(vals, 0);
        }
        let array: crate::base::Array = vals.into_iter().filter_map(|val| val.into_json().ok()).collect();
        self.budget.allow_nesting(array.depth())?;
        Ok(Val::Json(array.into()))
    }

    /// A sequence that stands for its only element, if it has just one.
    pub fn sequence(&mut self, seq: Seq, keep: bool) -> R<Val> {
        match seq {
            Seq::Many(vals) => self.list(vals, if keep { SEQUENCE | KEEP } else { SEQUENCE }),
            Seq::One(only) if keep => self.list(vec![only], SEQUENCE | KEEP),
            other => Ok(other.collapse(keep)),
        }
    }

    /// A sequence that may be looked at as such.
    pub fn raw_sequence(&mut self, seq: Seq) -> R<Val> {
        match seq {
            Seq::Empty => self.list(Vec::new(), SEQUENCE),
            Seq::One(only) => self.list(vec![only], SEQUENCE),
            Seq::Many(vals) => self.list(vals, SEQUENCE),
        }
    }

    /// An object of members that are in the order of JavaScript, with keys that differ.
    pub fn object(&mut self, members: Vec<(Text, Val)>) -> R<Val> {
        self.budget.allow_items(members.len())?;
        self.budget.spend(members.len() as u64 + 4)?;
        if members.iter().any(|(_, val)| !is_json(val)) {
            let record: Record = members.into_iter().collect();
            self.budget.allow_nesting(record.depth())?;
            return Ok(Val::Record(Rc::new(record)));
        }
        let members = members.into_iter().filter_map(|(key, val)| Some((key, val.into_json().ok()?)));
        let object: crate::base::Object = members.collect();
        self.budget.allow_nesting(object.depth())?;
        Ok(Val::Json(object.into()))
    }

    pub fn text(&mut self, text: String) -> R<Val> {
        self.budget.allow_text(text.len())?;
        Ok(Val::from(text))
    }

    /// `$string`
    pub fn string(&mut self, val: &Val, pretty: bool) -> R<Val> {
        match val {
            Val::Undefined => Ok(Val::Undefined),
            text @ Val::Json(Value::String(_)) => Ok(text.clone()),
            Val::Function(_) => Ok(Val::from("")),
            Val::Float(float) if !float.is_finite() => Err(raise("D3001").value(*float)),
            other => {
                let exact = self.dialect == Dialect::Aws;
                let text = json::string(&unwrapped(other), pretty, exact, &mut self.budget)?;
                self.budget.spend_text(text.len())?;
                self.text(text)
            }
        }
    }

    // Blame

    fn is_main(at: At<'_>) -> bool {
        at.id == MAIN
    }

    /// An error at a term, where jsonata-js gives it a position.
    fn raise_at(&self, at: At<'_>, span: Span, position: u32, code: &'static str) -> Box<Raised> {
        let mut raised = raise(code).position(at.program.position(position));
        if Self::is_main(at) {
            raised.span = Some(span);
        }
        raised
    }

    /// An error that an operator takes on itself.
    fn blame(&self, at: At<'_>, node: &Node, mut raised: Box<Raised>, token: &'static str) -> Box<Raised> {
        raised.position = node.position.map(|offset| at.program.position(offset));
        raised.token = Some(Val::from(token));
        if raised.span.is_none() && Self::is_main(at) {
            raised.span = Some(node.span);
        }
        raised
    }

    /// `$eval`
    pub fn eval_source(&mut self, source: &str, input: &Val, frame: FrameId) -> R<Val> {
        self.budget.spend_text(source.len())?;
        let wrapped = |code: &'static str, raised: Box<Raised>| {
            // The budget is not renewed by it.
            if matches!(raised.code, super::error::TIMEOUT | super::error::MEMORY) {
                return raised;
            }
            raise(code).value(raised.text())
        };
        let (program, _) = super::compile::compile(source, self.dialect).map_err(|raised| wrapped("D3120", raised))?;
        let program = Rc::new(program);
        let id = self.add_program(Rc::clone(&program), Some(frame));
        let depth = self.budget.depth;
        let answer = self.run_program(&program, id, frame, input);
        self.budget.depth = depth;
        answer.map_err(|raised| wrapped("D3121", raised))
    }

    fn site_token(&self, site: Option<(ProgramId, SiteId)>) -> Option<Val> {
        let (program, site) = site?;
        self.program(program).sites[site].token.clone()
    }
}

use super::program::Scope;

fn is_json(val: &Val) -> bool {
    match val {
        Val::Json(_) => true,
        Val::Float(float) => float.is_finite(),
        _ => false,
    }
}

/// The context without the wrapper that makes one item of an input that is an array.
fn unwrapped(input: &Val) -> Val {
    match input {
        Val::List(list) if list.flags & OUTER != 0 => list.elements().at(0),
        other => other.clone(),
    }
}

/// Whether it is a number; an infinite one is an error.
pub(super) fn is_numeric(val: &Val) -> R<bool> {
    match val {
        Val::Float(float) if float.is_infinite() => Err(raise("D1001").value(*float)),
        Val::Float(float) => Ok(!float.is_nan()),
        other => Ok(other.kind() == Kind::Number),
    }
}

impl Machine<'_> {
    pub fn is_true(&mut self, val: &Val) -> R<bool> {
        Ok(self.boolean(val)? == Some(true))
    }

    /// `$boolean`: nothing for nothing.
    pub fn boolean(&mut self, val: &Val) -> R<Option<bool>> {
        Ok(Some(match val {
            Val::Undefined => return Ok(None),
            Val::Json(Value::Bool(bool)) => *bool,
            Val::Json(Value::Null) => false,
            Val::Json(Value::String(text)) => !text.is_empty(),
            Val::Json(Value::Number(_)) | Val::Float(_) => is_numeric(val)? && val.as_f64() != Some(0.0),
            Val::Json(Value::Array(_)) | Val::List(_) => {
                let Some(elements) = val.elements() else { return Ok(Some(false)) };
                // Arrays in it may be the same many times over.
                self.budget.spend_items(elements.len())?;
                if elements.len() == 1 {
                    return self.boolean(&elements.at(0));
                }
                let mut any = false;
                for element in elements.iter() {
                    any |= self.boolean(&element)? == Some(true);
                }
                any
            }
            Val::Json(Value::Object(object)) => !object.is_empty(),
            Val::Record(record) => record.len() > 0,
            Val::Function(function) => function.is_object(),
        }))
    }
}
