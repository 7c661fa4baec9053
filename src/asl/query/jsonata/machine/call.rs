//! Calls: what is called, with what, and who is to blame when it fails.

use super::{At, Machine};
use crate::asl::query::jsonata::error::{R, Raised, internal, raise};
use crate::asl::query::jsonata::function::{
    Called, FrameId, Function, Lambda, Matcher, Partial, PartialNative, ProgramId, Thunk,
};
use crate::asl::query::jsonata::functions::{self, Native};
use crate::asl::query::jsonata::program::{Call, Node, Program, SiteId, Term, TermId};
use crate::asl::query::jsonata::signature;
use crate::asl::query::jsonata::value::{Kind, Val};
use crate::base::{Id, Value};
use std::rc::Rc;

/// What is called.
pub(in super::super) enum Proc {
    Native(Native),
    Function(Rc<Function>),
    /// Not a function.
    Other,
}

/// What a function of the language sees besides its arguments.
#[derive(Clone, Copy)]
pub(in super::super) struct Context<'c> {
    /// The context of the call.
    pub input: &'c Val,
    /// The variables around the call, for `$eval`.
    pub frame: FrameId,
}

/// The end of a function: its value, or a call in the last place that is still to be made.
pub(super) enum Flow {
    Done(Val),
    /// Frames up to this one are left before it is made.
    Tail(Thunk, Option<FrameId>),
}

const NULL: Val = Val::Json(Value::Null);

impl Proc {
    fn of(val: &Val) -> Proc {
        match val {
            Val::Function(function) => match &**function {
                Function::Native(native) => Proc::Native(*native),
                _ => Proc::Function(Rc::clone(function)),
            },
            _ => Proc::Other,
        }
    }
}

impl Machine<'_> {
    /// `f(a, b)`; `applied` comes before the arguments that are written.
    pub(super) fn call(&mut self, at: At<'_>, call: &Call, input: &Val, applied: Option<Val>) -> R<Val> {
        let proc = self.procedure(at, call, input)?;
        let mut arguments = Vec::with_capacity(call.arguments.len() + usize::from(applied.is_some()));
        arguments.extend(applied);
        for argument in call.arguments.iter().flatten() {
            arguments.push(passed(self.eval(at, *argument, input)?));
        }
        let site = Some((at.id, call.site));
        // What is called by the name of a parameter is not known by it, except in the last place.
        if !matches!(&proc, Proc::Function(function) if !function.is_object()) {
            self.set_called(&proc, site, Some(at.program.sites[call.site].position));
        }
        let context = Context { input, frame: at.frame };
        self.apply(&proc, arguments, context).map_err(|mut raised| {
            let site = &at.program.sites[call.site];
            if raised.position.is_none_or(|position| position == 0) {
                raised.position = Some(site.position);
            }
            if !raised.token.as_ref().is_some_and(Val::is_truthy) {
                raised.token = site.token.clone();
            }
            if raised.span.is_none() && Self::is_main(at) {
                raised.span = Some(call.span);
            }
            raised
        })
    }

    /// What a call names.
    fn procedure(&mut self, at: At<'_>, call: &Call, input: &Val) -> R<Proc> {
        if let Some((native, free)) = call.native
            && self.is_native(at, free)
        {
            self.budget.visit()?;
            return Ok(Proc::Native(native));
        }
        let val = self.eval(at, call.procedure, input)?;
        self.not_meant(at, call, &val, input, "T1005")?;
        Ok(Proc::of(&val))
    }

    /// Helps those who forgot the `$`.
    fn not_meant(&mut self, at: At<'_>, call: &Call, val: &Val, input: &Val, code: &'static str) -> R<()> {
        if let (Val::Undefined, Some((name, variable))) = (val, &call.hint)
            && self.raw(at, *variable, input)?.is_truthy()
        {
            return Err(self.raise_at(at, call.span, call.position, code).token(name));
        }
        Ok(())
    }

    /// Leaves in a function who called it, and where.
    fn set_called(&mut self, proc: &Proc, site: Option<(ProgramId, SiteId)>, position: Option<u32>) {
        if let Some(called) = self.called_of(proc) {
            if site.is_some() {
                called.token.set(site);
            }
            called.position.set(position);
        }
    }

    fn called_of<'p>(&'p mut self, proc: &'p Proc) -> Option<&'p Called> {
        match proc {
            Proc::Native(native) => {
                let index = native.index();
                if self.natives.len() <= index {
                    self.natives.resize_with(index + 1, Called::default);
                }
                self.natives.get(index)
            }
            Proc::Function(function) => match &**function {
                Function::Lambda(lambda) => Some(&lambda.called),
                Function::Transform(transform) => Some(&transform.called),
                Function::PartialNative(partial) => Some(&partial.called),
                Function::Passed(_, called) => Some(called),
                _ => None,
            },
            Proc::Other => None,
        }
    }

    /// Calls a function, and the functions that it ends in.
    pub fn apply(&mut self, proc: &Proc, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
        let mut flow = self.apply_once(proc, arguments, context)?;
        loop {
            flow = match flow {
                Flow::Done(Val::Function(function)) => match &*function {
                    // It had predicates, which made a value of it.
                    Function::Thunk(thunk) => self.trampoline(thunk, None, context)?,
                    _ => return Ok(Val::Function(function)),
                },
                Flow::Done(val) => return Ok(val),
                Flow::Tail(thunk, until) => self.trampoline(&thunk, until, context)?,
            };
        }
    }

    /// Makes a call that stood in the last place of a function.
    fn trampoline(&mut self, thunk: &Thunk, until: Option<FrameId>, context: Context<'_>) -> R<Flow> {
        let program = self.program(thunk.program);
        let at = At { program: &program, id: thunk.program, frame: thunk.frame };
        let Term::Tail(call) = &program.terms[thunk.term].term else { return Ok(Flow::Done(Val::Undefined)) };
        let site = &program.sites[call.site];
        // jsonata-js leaves the name and the place in anything that can hold them.
        let mut can_be_named = false;
        let proc = match call.native {
            Some((native, free)) if self.is_native(at, free) => {
                self.budget.visit()?;
                Proc::Native(native)
            }
            _ => {
                let val = self.eval(at, call.procedure, &thunk.input)?;
                can_be_named = matches!(val.kind(), Kind::Array | Kind::Object);
                Proc::of(&val)
            }
        };
        let token = site.is_variable.then_some((thunk.program, call.site));
        self.set_called(&proc, token, site.procedure);
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in call.arguments.iter().flatten() {
            arguments.push(self.eval(at, *argument, &thunk.input)?);
        }
        if let Some(until) = until {
            self.leave_frames(thunk.frame, until);
        }
        let flow = self.apply_once(&proc, arguments, context);
        flow.map_err(|mut raised| {
            if can_be_named && matches!(proc, Proc::Other) {
                raised.token = self.site_token(token);
                raised.position = site.procedure;
            }
            if raised.span.is_none() && Self::is_main(at) {
                raised.span = Some(call.span);
            }
            raised
        })
    }

    /// Leaves the frames of a function that has ended: those of its blocks, and its own.
    fn leave_frames(&mut self, mut id: FrameId, until: FrameId) {
        while id != until {
            let Some(frame) = self.frames.get(id.index()).filter(|_| id.index() != 0) else { return };
            let parent = frame.parent;
            self.drop_frame(id);
            id = parent;
        }
    }

    fn apply_once(&mut self, proc: &Proc, arguments: Vec<Val>, context: Context<'_>) -> R<Flow> {
        let answer = match proc {
            Proc::Native(native) => self.native(*native, arguments, context).map(Flow::Done),
            Proc::Function(function) => self.apply_function(function, arguments, context),
            Proc::Other => return Err(raise("T1006")),
        };
        answer.map_err(|raised| self.blame_called(proc, raised))
    }

    fn blame_called(&mut self, proc: &Proc, mut raised: Box<Raised>) -> Box<Raised> {
        let Some(called) = self.called_of(proc) else { return raised };
        let (token, position) = (called.token.get(), called.position.get());
        if raised.token.is_none() {
            raised.token = self.site_token(token);
        }
        if let Some(position) = position {
            raised.position = Some(position);
        }
        raised
    }

    fn native(&mut self, native: Native, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
        let spec = functions::spec(native);
        self.budget.spend(1)?;
        let arguments = match spec.signature {
            Some(params) => {
                for argument in &arguments {
                    if let Some(elements) = argument.elements() {
                        self.budget.spend_items(elements.len() / 8)?;
                    }
                }
                signature::check(params, arguments, context.input)?
            }
            None => arguments,
        };
        (spec.run)(self, arguments, context)
    }

    fn apply_function(&mut self, function: &Rc<Function>, arguments: Vec<Val>, context: Context<'_>) -> R<Flow> {
        match &**function {
            Function::Native(native) => self.native(*native, arguments, context).map(Flow::Done),
            Function::Lambda(lambda) => self.apply_lambda(lambda, arguments, context),
            Function::Passed(inner, _) => {
                let context = Context { input: &NULL, ..context };
                self.apply(&proc_of(inner), arguments, context).map(Flow::Done)
            }
            Function::Regex(matcher) => self.apply_regex(matcher, &arguments).map(Flow::Done),
            Function::Next(matcher, text) => self.next_match(matcher, text).map(Flow::Done),
            Function::Transform(transform) => self.apply_transform(transform, arguments, context).map(Flow::Done),
            Function::Thunk(_) => Err(raise("T1006")),
            Function::PartialNative(partial) => {
                let mut given = arguments.into_iter();
                let filled = partial.arguments.iter().map(|argument| match argument {
                    Some(val) => val.clone(),
                    None => given.next().unwrap_or_default(),
                });
                let filled: Vec<Val> = filled.collect();
                self.apply_unchecked(&partial.function, filled, context).map(Flow::Done)
            }
        }
    }

    /// Calls a function of the language without its signature, as partial application does.
    fn apply_unchecked(&mut self, function: &Rc<Function>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
        let context = Context { input: &Val::Undefined, ..context };
        match &**function {
            Function::Native(native) => (functions::spec(*native).run)(self, arguments, context),
            Function::Transform(transform) => {
                self.transform(transform, arguments.into_iter().next().unwrap_or_default())
            }
            _ => match self.apply_function(function, arguments, context)? {
                Flow::Done(val) => Ok(val),
                Flow::Tail(..) => Err(internal("a call that was not made")),
            },
        }
    }

    fn apply_lambda(&mut self, lambda: &Lambda, arguments: Vec<Val>, context: Context<'_>) -> R<Flow> {
        let program = self.program(lambda.program);
        let code = &program.lambdas[lambda.lambda];
        let arguments = match (&code.signature, &lambda.partial) {
            (Some(signature), None) => signature::check(&signature.params, arguments, context.input)?,
            _ => arguments,
        };
        let frame = match code.scope {
            None => lambda.frame,
            Some(scope) => {
                let frame = self.push_frame(&program, lambda.program, scope, lambda.frame, None)?;
                let mut arguments = arguments.into_iter();
                match &lambda.partial {
                    None => {
                        for slot in &code.parameters {
                            self.set_slot(frame, *slot, arguments.next().unwrap_or_default());
                        }
                    }
                    Some(partial) => {
                        for (parameter, val) in &partial.given {
                            if let Some(slot) = code.parameters.get(*parameter) {
                                self.set_slot(frame, *slot, val.clone());
                            }
                        }
                        for parameter in &partial.open {
                            if let Some(slot) = code.parameters.get(*parameter) {
                                self.set_slot(frame, *slot, arguments.next().unwrap_or_default());
                            }
                        }
                    }
                }
                frame
            }
        };
        let at = At { program: &program, id: lambda.program, frame };
        Ok(match self.eval_tail(at, code.body, &lambda.input)? {
            Flow::Done(val) => {
                if code.scope.is_some() {
                    self.drop_frame(frame);
                }
                Flow::Done(val)
            }
            Flow::Tail(thunk, _) => Flow::Tail(thunk, Some(lambda.frame)),
        })
    }

    /// The value of a term in the last place of a function.
    fn eval_tail(&mut self, at: At<'_>, id: TermId, input: &Val) -> R<Flow> {
        let Node { term, .. } = &at.program.terms[id];
        match term {
            Term::Tail(_) => {
                self.budget.visit()?;
                let thunk = Thunk { program: at.id, term: id, frame: at.frame, input: input.clone() };
                Ok(Flow::Tail(thunk, None))
            }
            Term::Condition { condition, then, otherwise } => {
                self.budget.enter()?;
                let condition = self.eval(at, *condition, input)?;
                let flow = match (self.is_true(&condition)?, otherwise) {
                    (true, _) => self.eval_tail(at, *then, input)?,
                    (false, Some(otherwise)) => self.eval_tail(at, *otherwise, input)?,
                    (false, None) => Flow::Done(Val::Undefined),
                };
                self.budget.leave();
                Ok(flow)
            }
            Term::Block { parts, scope } => {
                self.budget.enter()?;
                let frame = match scope {
                    Some(scope) => self.push_frame(at.program, at.id, *scope, at.frame, None)?,
                    None => at.frame,
                };
                let inner = At { frame, ..at };
                let mut flow = Flow::Done(Val::Undefined);
                if let Some((last, before)) = parts.split_last() {
                    for part in before {
                        self.eval(inner, *part, input)?;
                    }
                    flow = self.eval_tail(inner, *last, input)?;
                }
                if let (Flow::Done(_), true) = (&flow, scope.is_some()) {
                    self.drop_frame(frame);
                }
                self.budget.leave();
                Ok(flow)
            }
            Term::Decorated(decorated) if decorated.predicates.is_empty() && decorated.group.is_none() => {
                self.eval_tail(at, decorated.inner, input)
            }
            _ => self.eval(at, id, input).map(Flow::Done),
        }
    }

    /// `f(?, 2)`
    pub(super) fn partial(&mut self, at: At<'_>, call: &Call, input: &Val) -> R<Val> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(argument.map(|argument| self.eval(at, argument, input)).transpose()?);
        }
        let val = self.eval(at, call.procedure, input)?;
        self.not_meant(at, call, &val, input, "T1007")?;
        let Val::Function(function) = &val else {
            let raised = self.raise_at(at, call.span, call.position, "T1008");
            return Err(match &at.program.sites[call.site].token {
                Some(token) => raised.token(token.clone()),
                None => raised,
            });
        };
        let partial = match &**function {
            Function::Lambda(lambda) => Function::Lambda(self.partial_lambda(lambda, arguments)),
            Function::PartialNative(partial) => {
                let mut more = arguments.into_iter();
                let arguments = partial.arguments.iter().map(|argument| match argument {
                    Some(val) => Some(val.clone()),
                    None => more.next().unwrap_or(Some(Val::Undefined)),
                });
                let (arguments, function) = (arguments.collect(), Rc::clone(&partial.function));
                Function::PartialNative(PartialNative { function, arguments, called: Called::default() })
            }
            // jsonata-js reads the parameters from the text of the function, and trips over two of them.
            Function::Passed(..) => return Err(raise("S0202").value(")").token("..").position(12)),
            Function::Native(native) if native.name() == "string" => {
                return Err(raise("S0208").value(2_usize).token("=").position(26));
            }
            other => {
                let count = match other {
                    // A function without parameters has one for that, which is lost.
                    Function::Native(native) => native.parameters().max(1),
                    Function::Regex(_) => 2,
                    _ => 1,
                };
                let mut arguments = arguments.into_iter();
                let arguments = (0..count).map(|_| arguments.next().unwrap_or(Some(Val::Undefined))).collect();
                let (function, called) = (Rc::clone(function), Called::default());
                Function::PartialNative(PartialNative { function, arguments, called })
            }
        };
        self.function(partial)
    }

    fn partial_lambda(&self, lambda: &Lambda, arguments: Vec<Option<Val>>) -> Lambda {
        let count = self.program(lambda.program).lambdas[lambda.lambda].parameters.len();
        let (mut given, before) = match &lambda.partial {
            Some(partial) => {
                let given = partial.given.iter().map(|(parameter, val)| (*parameter, val.clone())).collect();
                (given, partial.open.clone())
            }
            None => (Vec::new(), (0..count).collect()),
        };
        let mut arguments = arguments.into_iter();
        let mut open = Vec::new();
        for parameter in before {
            match arguments.next() {
                Some(None) => open.push(parameter),
                Some(Some(val)) => given.push((parameter, val)),
                None => given.push((parameter, Val::Undefined)),
            }
        }
        let Lambda { program, lambda: code, frame, .. } = *lambda;
        let (input, called) = (lambda.input.clone(), Called::default());
        Lambda { program, lambda: code, frame, input, partial: Some(Partial { given, open }), called }
    }

    /// `left ~> right`, where the right side is no call.
    pub(super) fn apply_operator(
        &mut self,
        at: At<'_>,
        node: &Node,
        left: TermId,
        right: TermId,
        input: &Val,
    ) -> R<Val> {
        let left = self.eval(at, left, input)?;
        let right = self.eval(at, right, input)?;
        if right.kind() != Kind::Function {
            let raised = self.raise_at(at, node.span, node.position.unwrap_or(0), "T2006");
            return Err(raised.value(right));
        }
        let context = Context { input: &NULL, frame: at.frame };
        let answer = if left.kind() == Kind::Function {
            let chain = self.chain(at.program)?;
            self.apply(&Proc::of(&chain), vec![left, right], context)
        } else {
            self.apply(&Proc::of(&right), vec![left], context)
        };
        answer.map_err(|mut raised| {
            if raised.span.is_none() && Self::is_main(at) {
                raised.span = Some(node.span);
            }
            raised
        })
    }

    /// The function that makes one function of two.
    fn chain(&mut self, program: &Program) -> R<Val> {
        const CHAIN: &str = "function($f, $g) { function($x){ $g($f($x)) } }";
        let compiled = match program.chain.get() {
            Some(compiled) => Rc::clone(compiled),
            None => {
                let (compiled, _) = crate::asl::query::jsonata::compile::compile(CHAIN, self.dialect)?;
                let compiled = Rc::new(compiled);
                // It is the same whoever sets it.
                let _ = program.chain.set(Rc::clone(&compiled));
                compiled
            }
        };
        let known = self.programs.iter().position(|running| Rc::ptr_eq(&running.program, &compiled));
        let id = match known {
            Some(known) => ProgramId(known as u32),
            None => self.add_program(Rc::clone(&compiled), None),
        };
        self.run_program(&compiled, id, FrameId::from_usize(0), &NULL)
    }

    /// Calls a function that a function was given, as `$map` does.
    pub fn invoke(&mut self, function: &Rc<Function>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
        let inner = match &**function {
            Function::Passed(inner, _) => inner,
            _ => function,
        };
        self.apply(&proc_of(inner), arguments, Context { input: &NULL, ..context })
    }

    pub fn arity(&self, function: &Function) -> usize {
        function.arity(|lambda| self.program(lambda.program).lambdas[lambda.lambda].parameters.len())
    }
}

fn proc_of(function: &Rc<Function>) -> Proc {
    match &**function {
        Function::Native(native) => Proc::Native(*native),
        _ => Proc::Function(Rc::clone(function)),
    }
}

/// An argument: a function becomes one of JavaScript.
fn passed(val: Val) -> Val {
    match val {
        Val::Function(function) => match &*function {
            Function::Passed(..) => Val::Function(function),
            _ => Val::Function(Rc::new(Function::Passed(function, Called::default()))),
        },
        other => other,
    }
}

/// Something that finds in a text: its answers are read by `$match`, `$replace`, `$split`, `$contains`.
impl Machine<'_> {
    fn apply_regex(&mut self, matcher: &Rc<Matcher>, arguments: &[Val]) -> R<Val> {
        let text = functions::to_text(arguments.first().unwrap_or(&Val::Undefined), &mut self.budget)?;
        let from = arguments.get(1).and_then(Val::as_f64).unwrap_or(0.0);
        self.match_from(matcher, &text.into(), from)
    }

    /// `from` counts UTF-16 units.
    fn match_from(&mut self, matcher: &Rc<Matcher>, text: &crate::base::Text, from: f64) -> R<Val> {
        match functions::byte_offset(text, from) {
            Some(from) => self.match_at(matcher, text, from),
            None => {
                matcher.last.set(0);
                Ok(Val::Undefined)
            }
        }
    }

    fn match_at(&mut self, matcher: &Rc<Matcher>, text: &crate::base::Text, from: usize) -> R<Val> {
        let Some(found) = matcher.regex.find(text, from, &mut self.budget)? else {
            matcher.last.set(0);
            return Ok(Val::Undefined);
        };
        matcher.last.set(found.range.end);
        let part = |range: std::ops::Range<usize>| Val::from(text.get(range).unwrap_or(""));
        let groups = found.groups.iter().map(|group| group.clone().map(part).unwrap_or_default()).collect();
        let groups = self.array(groups)?;
        let next = Val::Function(Rc::new(Function::Next(Rc::clone(matcher), text.clone())));
        let (start, end) = (found.range.start, found.range.end);
        self.object(vec![
            ("match".into(), part(found.range)),
            ("start".into(), functions::unit_offset(text, start).into()),
            ("end".into(), functions::unit_offset(text, end).into()),
            ("groups".into(), groups),
            ("next".into(), next),
        ])
    }

    fn next_match(&mut self, matcher: &Rc<Matcher>, text: &crate::base::Text) -> R<Val> {
        if matcher.last.get() >= text.len() {
            return Ok(Val::Undefined);
        }
        let next = self.match_at(matcher, text, matcher.last.get())?;
        let empty = next.members().and_then(|members| members.get("match"));
        if empty.is_some_and(|found| found.as_str() == Some("")) {
            return Err(raise("D1004").value(&matcher.regex.source).position(matcher.position));
        }
        Ok(next)
    }
}
