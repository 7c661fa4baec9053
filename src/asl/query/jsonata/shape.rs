//! From the tree as it is written to the tree as it is evaluated: paths become lists of steps, predicates and bindings
//! hang on their step, and each `%` finds the step whose item it means.

use super::error::{R, TIMEOUT, TOO_LONG, raise, raise_text};
use super::lexer::Symbol;
use super::regex::Regex;
use super::signature::Signature;
use super::syntax::{NodeId, NodeKind, Postfix, Tree};
use super::value::Val;
use crate::base::{IndexVec, Span, Text, Value};
use std::rc::Rc;

crate::id! {
    pub(super) ShapeId,
    /// A `%`, which is looking for its step.
    pub(super) SlotId,
}

#[derive(Debug)]
pub(super) struct Shape {
    pub kind: ShapeKind,
    pub span: Span,
    /// Paths and parents have no position.
    pub position: Option<u32>,
    pub keep: bool,
    /// Filters on the value of this; of a step in a path they are in `stages`.
    pub predicates: Vec<ShapeId>,
    pub stages: Vec<Stage>,
    pub group: Option<Group>,
    /// `@$v`
    pub focus: Option<Text>,
    /// `#$i`
    pub index: Option<Text>,
    /// The item before this step is bound to the label of this parent.
    pub ancestor: Option<SlotId>,
    /// It carries bindings along.
    pub tuple: bool,
    /// An array constructor at an end of a path.
    pub cons: bool,
    /// Parents inside that have not found their step.
    seeking: Vec<SlotId>,
}

#[derive(Debug)]
pub(super) enum ShapeKind {
    Name(Text),
    Variable(Text),
    String(Text),
    Number(f64),
    Bool(bool),
    Null,
    Regex(Rc<Regex>),
    Wildcard,
    Descendants,
    Parent(SlotId),
    Placeholder,
    Negate(ShapeId),
    Array(Vec<ShapeId>),
    Object(Vec<(ShapeId, ShapeId)>),
    Binary(Symbol, ShapeId, ShapeId),
    Apply(ShapeId, ShapeId),
    Bind(Text, ShapeId),
    Condition {
        condition: ShapeId,
        then: ShapeId,
        otherwise: Option<ShapeId>,
    },
    Block(Vec<ShapeId>),
    Call {
        procedure: ShapeId,
        arguments: Vec<ShapeId>,
        partial: bool,
    },
    Lambda {
        parameters: Vec<Text>,
        signature: Option<Rc<Signature>>,
        body: ShapeId,
    },
    Transform {
        pattern: ShapeId,
        update: ShapeId,
        delete: Option<ShapeId>,
    },
    Path {
        steps: Vec<ShapeId>,
        keep_singleton: bool,
        /// So many of the steps have been looked at.
        checked: usize,
        /// A step has been marked to keep arrays since.
        marked: bool,
    },
    /// A step that orders the items.
    Sort(Vec<(bool, ShapeId)>),
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    Filter(ShapeId),
    Index(Text),
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub pairs: Vec<(ShapeId, ShapeId)>,
    pub position: u32,
    pub span: Span,
}

/// Where a `%` looks: so many steps further up.
#[derive(Debug)]
pub(super) struct Slot {
    /// Parents that mean the same item share one.
    pub label: u32,
    level: i32,
}

#[derive(Debug)]
pub(super) struct Shapes {
    pub shapes: IndexVec<ShapeId, Shape>,
    pub slots: IndexVec<SlotId, Slot>,
}

/// # Errors
/// What only shows in the whole of a path: `S0207`, `S0209`, `S0210`, `S0213`, `S0215`, `S0216`, `S0217`.
pub(super) fn shape(tree: &Tree, root: NodeId) -> R<(Shapes, ShapeId)> {
    let mut shaper = Shaper { tree, out: Shapes { shapes: IndexVec::new(), slots: IndexVec::new() }, searched: 0 };
    let root = shaper.shape(root)?;
    let shape = &shaper.out.shapes[root];
    if matches!(shape.kind, ShapeKind::Parent(_)) || !shape.seeking.is_empty() {
        return Err(shaper.lost(root));
    }
    Ok((shaper.out, root))
}

/// So many steps may be gone back over in search of parents.
const MAX_SEARCH: u32 = 1_000_000;

struct Shaper<'t> {
    tree: &'t Tree,
    out: Shapes,
    searched: u32,
}

impl Shaper<'_> {
    fn push(&mut self, kind: ShapeKind, span: Span, position: Option<u32>) -> ShapeId {
        self.out.shapes.push(Shape {
            kind,
            span,
            position,
            keep: false,
            predicates: Vec::new(),
            stages: Vec::new(),
            group: None,
            focus: None,
            index: None,
            ancestor: None,
            tuple: false,
            cons: false,
            seeking: Vec::new(),
        })
    }

    fn path(&mut self, steps: Vec<ShapeId>, span: Span) -> ShapeId {
        self.push(ShapeKind::Path { steps, keep_singleton: false, checked: 0, marked: false }, span, None)
    }

    fn steps(&self, path: ShapeId) -> &[ShapeId] {
        match &self.out.shapes[path].kind {
            ShapeKind::Path { steps, .. } => steps,
            _ => &[],
        }
    }

    fn is_path(&self, shape: ShapeId) -> bool {
        matches!(self.out.shapes[shape].kind, ShapeKind::Path { .. })
    }

    /// The last step of a path, or the thing itself.
    fn last_step(&self, shape: ShapeId) -> ShapeId {
        self.steps(shape).last().copied().unwrap_or(shape)
    }

    fn shape(&mut self, node: NodeId) -> R<ShapeId> {
        // What stands behind a step nests to the left, without end; it is unrolled here.
        let mut behind = Vec::new();
        let mut at = node;
        while let NodeKind::Postfix(left, _) = &self.tree[at].kind {
            behind.push(at);
            at = *left;
        }
        let mut shape = self.plain(at)?;
        self.keep(at, shape);
        for postfix in behind.into_iter().rev() {
            shape = self.postfix(postfix, shape)?;
            self.keep(postfix, shape);
        }
        Ok(shape)
    }

    fn keep(&mut self, node: NodeId, shape: ShapeId) {
        if self.tree[node].keep {
            self.out.shapes[shape].keep = true;
        }
    }

    fn all(&mut self, nodes: &[NodeId]) -> R<Vec<ShapeId>> {
        nodes.iter().map(|node| self.shape(*node)).collect()
    }

    fn plain(&mut self, id: NodeId) -> R<ShapeId> {
        let tree = self.tree;
        let node = &tree[id];
        let (span, position) = (node.span, node.position);
        let leaf = match &node.kind {
            NodeKind::Name(name) => {
                let step = self.push(ShapeKind::Name(name.clone()), span, Some(position));
                self.out.shapes[step].keep = node.keep;
                let path = self.path(vec![step], span);
                self.keep_singleton(path, node.keep);
                return Ok(path);
            }
            NodeKind::Parent => {
                let label = self.out.slots.len() as u32;
                let slot = self.out.slots.push(Slot { label, level: 1 });
                return Ok(self.push(ShapeKind::Parent(slot), span, None));
            }
            NodeKind::End => return Err(raise("S0207").token("(end)").at(span).position(position)),
            NodeKind::Variable(name) => ShapeKind::Variable(name.clone()),
            NodeKind::String(text) => ShapeKind::String(text.clone()),
            NodeKind::Number(number) => ShapeKind::Number(*number),
            NodeKind::Bool(bool) => ShapeKind::Bool(*bool),
            NodeKind::Null => ShapeKind::Null,
            NodeKind::Regex(regex) => ShapeKind::Regex(Rc::clone(regex)),
            NodeKind::Wildcard => ShapeKind::Wildcard,
            NodeKind::Descendants => ShapeKind::Descendants,
            NodeKind::Placeholder => ShapeKind::Placeholder,
            NodeKind::Negate(operand) => {
                let operand = self.shape(*operand)?;
                if let ShapeKind::Number(number) = &mut self.out.shapes[operand].kind {
                    *number = -*number;
                    return Ok(operand);
                }
                let negate = self.push(ShapeKind::Negate(operand), span, Some(position));
                self.seek_for(negate, &[operand]);
                return Ok(negate);
            }
            NodeKind::Array(items) => {
                let items = self.all(items)?;
                let array = self.push(ShapeKind::Array(items.clone()), span, Some(position));
                self.seek_for(array, &items);
                return Ok(array);
            }
            NodeKind::Object(pairs) => {
                let pairs = self.pairs(pairs)?;
                let parts: Vec<ShapeId> = pairs.iter().flat_map(|(key, value)| [*key, *value]).collect();
                let object = self.push(ShapeKind::Object(pairs), span, Some(position));
                self.seek_for(object, &parts);
                return Ok(object);
            }
            NodeKind::Binary(operator, left, right) => {
                let (left, right) = (self.shape(*left)?, self.shape(*right)?);
                let binary = self.push(ShapeKind::Binary(*operator, left, right), span, Some(position));
                self.seek_for(binary, &[left, right]);
                return Ok(binary);
            }
            NodeKind::Apply(left, right) => {
                let (left, right) = (self.shape(*left)?, self.shape(*right)?);
                let keep = self.out.shapes[left].keep || self.out.shapes[right].keep;
                let apply = self.push(ShapeKind::Apply(left, right), span, Some(position));
                self.out.shapes[apply].keep = keep;
                return Ok(apply);
            }
            NodeKind::Bind(left, right) => {
                let NodeKind::Variable(name) = &tree[*left].kind else {
                    return Err(raise("S0212").at(span).position(position));
                };
                let value = self.shape(*right)?;
                let bind = self.push(ShapeKind::Bind(name.clone(), value), span, Some(position));
                self.seek_for(bind, &[value]);
                return Ok(bind);
            }
            NodeKind::Condition { condition, then, otherwise } => {
                let condition = self.shape(*condition)?;
                let then = self.shape(*then)?;
                let otherwise = otherwise.map(|node| self.shape(node)).transpose()?;
                let kind = ShapeKind::Condition { condition, then, otherwise };
                let shape = self.push(kind, span, Some(position));
                let parts: Vec<ShapeId> = [condition, then].into_iter().chain(otherwise).collect();
                self.seek_for(shape, &parts);
                return Ok(shape);
            }
            NodeKind::Block(parts) => {
                let parts = self.all(parts)?;
                let cons = parts.iter().any(|part| {
                    let first = self.steps(*part).first();
                    self.out.shapes[*part].cons || first.is_some_and(|step| self.out.shapes[*step].cons)
                });
                let block = self.push(ShapeKind::Block(parts.clone()), span, Some(position));
                self.seek_for(block, &parts);
                self.out.shapes[block].cons = cons;
                return Ok(block);
            }
            NodeKind::Call { procedure, arguments, partial } => {
                let arguments = self.all(arguments)?;
                let procedure = self.shape(*procedure)?;
                let kind = ShapeKind::Call { procedure, arguments: arguments.clone(), partial: *partial };
                let call = self.push(kind, span, Some(position));
                self.seek_for(call, &arguments);
                return Ok(call);
            }
            NodeKind::Lambda { parameters, signature, body } => {
                let body = self.shape(*body)?;
                let (parameters, signature) = (parameters.clone(), signature.clone());
                return Ok(self.push(ShapeKind::Lambda { parameters, signature, body }, span, Some(position)));
            }
            NodeKind::Transform { pattern, update, delete } => {
                let pattern = self.shape(*pattern)?;
                let update = self.shape(*update)?;
                let delete = delete.map(|node| self.shape(node)).transpose()?;
                return Ok(self.push(ShapeKind::Transform { pattern, update, delete }, span, Some(position)));
            }
            // Unrolled by `shape`.
            NodeKind::Postfix(..) => return Err(raise("S0207").at(span).position(position)),
        };
        Ok(self.push(leaf, span, Some(position)))
    }

    fn pairs(&mut self, pairs: &[(NodeId, NodeId)]) -> R<Vec<(ShapeId, ShapeId)>> {
        pairs.iter().map(|(key, value)| Ok((self.shape(*key)?, self.shape(*value)?))).collect()
    }

    fn keep_singleton(&mut self, path: ShapeId, keep: bool) {
        if let ShapeKind::Path { keep_singleton, .. } = &mut self.out.shapes[path].kind {
            *keep_singleton |= keep;
        }
    }

    fn postfix(&mut self, id: NodeId, left: ShapeId) -> R<ShapeId> {
        let tree = self.tree;
        let node = &tree[id];
        let (span, position) = (node.span, node.position);
        let NodeKind::Postfix(_, postfix) = &node.kind else { return Ok(left) };
        match postfix {
            Postfix::Step(step) => self.step(left, *step, span),
            Postfix::Predicate(predicate, _) => {
                let step = self.last_step(left);
                if self.out.shapes[step].group.is_some() {
                    return Err(raise("S0209").at(span).position(position));
                }
                let predicate = self.shape(*predicate)?;
                for slot in self.out.shapes[predicate].seeking.clone() {
                    if self.out.slots[slot].level == 1 {
                        self.seek(step, slot)?;
                    } else {
                        self.out.slots[slot].level -= 1;
                    }
                }
                if !self.out.shapes[predicate].seeking.is_empty() {
                    self.seek_for(step, &[predicate]);
                }
                let in_path = self.is_path(left);
                let step = &mut self.out.shapes[step];
                if in_path {
                    step.stages.push(Stage::Filter(predicate));
                } else {
                    step.predicates.push(predicate);
                }
                self.out.shapes[left].span = self.out.shapes[left].span.cover(span);
                Ok(left)
            }
            Postfix::Group(pairs) => {
                if self.out.shapes[left].group.is_some() {
                    return Err(raise("S0210").at(span).position(position));
                }
                let pairs = self.pairs(pairs)?;
                self.out.shapes[left].group = Some(Group { pairs, position, span });
                self.out.shapes[left].span = self.out.shapes[left].span.cover(span);
                Ok(left)
            }
            Postfix::Sort(terms) => {
                let path = if self.is_path(left) { left } else { self.path(vec![left], span) };
                let mut shaped = Vec::new();
                for (descending, term) in terms {
                    shaped.push((*descending, self.shape(*term)?));
                }
                let parts: Vec<ShapeId> = shaped.iter().map(|(_, term)| *term).collect();
                let sort = self.push(ShapeKind::Sort(shaped), span, Some(position));
                self.seek_for(sort, &parts);
                self.add_steps(path, &[sort], span);
                self.resolve_parents(path)?;
                Ok(path)
            }
            Postfix::Focus(name) => {
                let step = self.last_step(left);
                let keep = node.keep;
                let step = &mut self.out.shapes[step];
                if !step.stages.is_empty() || !step.predicates.is_empty() {
                    return Err(raise("S0215").at(span).position(position));
                }
                if matches!(step.kind, ShapeKind::Sort(_)) {
                    return Err(raise("S0216").at(span).position(position));
                }
                step.keep |= keep;
                step.focus = Some(name.clone());
                step.tuple = true;
                if let ShapeKind::Path { marked, .. } = &mut self.out.shapes[left].kind {
                    *marked |= keep;
                }
                Ok(left)
            }
            Postfix::Index(name) => {
                let path = if self.is_path(left) {
                    left
                } else {
                    let step = &mut self.out.shapes[left];
                    step.stages = std::mem::take(&mut step.predicates).into_iter().map(Stage::Filter).collect();
                    self.path(vec![left], span)
                };
                let step = self.last_step(path);
                let step = &mut self.out.shapes[step];
                if step.stages.is_empty() {
                    step.index = Some(name.clone());
                } else {
                    step.stages.push(Stage::Index(name.clone()));
                }
                step.tuple = true;
                Ok(path)
            }
        }
    }

    fn add_steps(&mut self, path: ShapeId, more: &[ShapeId], span: Span) {
        let shape = &mut self.out.shapes[path];
        shape.span = shape.span.cover(span);
        if let ShapeKind::Path { steps, .. } = &mut shape.kind {
            steps.extend_from_slice(more);
        }
    }

    /// `left.step`
    fn step(&mut self, left: ShapeId, step: NodeId, span: Span) -> R<ShapeId> {
        let path = if self.is_path(left) { left } else { self.path(vec![left], span) };
        if let ShapeKind::Parent(slot) = self.out.shapes[left].kind {
            self.out.shapes[path].seeking = vec![slot];
        }
        let rest = self.shape(step)?;
        if self.is_path(rest) {
            let more = self.steps(rest).to_vec();
            self.add_steps(path, &more, span);
        } else {
            let shape = &mut self.out.shapes[rest];
            if !shape.predicates.is_empty() {
                shape.stages = std::mem::take(&mut shape.predicates).into_iter().map(Stage::Filter).collect();
            }
            self.add_steps(path, &[rest], span);
        }
        let (new, mut keep) = match &mut self.out.shapes[path].kind {
            ShapeKind::Path { steps, checked, marked, .. } => {
                let new = steps.get(*checked..).unwrap_or(&[]).to_vec();
                *checked = steps.len();
                (new, std::mem::take(marked))
            }
            _ => (Vec::new(), false),
        };
        for step in &new {
            let shape = &mut self.out.shapes[*step];
            keep |= shape.keep;
            let literal = match &shape.kind {
                ShapeKind::String(text) => {
                    shape.kind = ShapeKind::Name(text.clone());
                    continue;
                }
                ShapeKind::Number(number) => Val::Float(*number),
                ShapeKind::Bool(bool) => Val::from(*bool),
                ShapeKind::Null => Val::Json(Value::Null),
                _ => continue,
            };
            let raised = raise("S0213").value(literal).at(shape.span);
            return Err(raised.position(shape.position.unwrap_or(0)));
        }
        self.keep_singleton(path, keep);
        let steps = self.steps(path);
        for end in [steps.first().copied(), steps.last().copied()].into_iter().flatten() {
            let shape = &mut self.out.shapes[end];
            shape.cons |= matches!(shape.kind, ShapeKind::Array(_));
        }
        self.resolve_parents(path)?;
        Ok(path)
    }

    /// What the parts still seek, the whole seeks.
    fn seek_for(&mut self, whole: ShapeId, parts: &[ShapeId]) {
        // Seldom is there any.
        for part in parts {
            let shape = &self.out.shapes[*part];
            let mut slots = shape.seeking.clone();
            if let ShapeKind::Parent(slot) = shape.kind {
                slots.push(slot);
            }
            self.out.shapes[whole].seeking.append(&mut slots);
        }
    }

    /// Lets the parents in the last step of a path look through the steps before it.
    fn resolve_parents(&mut self, path: ShapeId) -> R<()> {
        let Some(last) = self.steps(path).last() else { return Ok(()) };
        let shape = &self.out.shapes[*last];
        let mut slots = shape.seeking.clone();
        if let ShapeKind::Parent(slot) = shape.kind {
            slots.push(slot);
        }
        if slots.is_empty() {
            return Ok(());
        }
        let steps = self.steps(path).to_vec();
        self.search(steps.len())?;
        let before = steps.split_last().map_or(&[][..], |(_, before)| before);
        for slot in slots {
            let mut before = before;
            while self.out.slots[slot].level > 0 {
                let Some((mut step, rest)) = before.split_last() else {
                    self.out.shapes[path].seeking.push(slot);
                    break;
                };
                before = rest;
                // Of steps that bind their item one after the other, all stay at the item before the first.
                while let Some((previous, rest)) = before.split_last()
                    && self.out.shapes[*step].focus.is_some()
                    && self.out.shapes[*previous].focus.is_some()
                {
                    step = previous;
                    before = rest;
                }
                self.seek(*step, slot)?;
            }
        }
        Ok(())
    }

    /// Going back over steps is what could take long.
    fn search(&mut self, steps: usize) -> R<()> {
        self.searched = self.searched.saturating_add(steps as u32);
        if self.searched > MAX_SEARCH { Err(raise_text(TIMEOUT, TOO_LONG)) } else { Ok(()) }
    }

    /// Looks for the item that a parent means at this step.
    fn seek(&mut self, step: ShapeId, slot: SlotId) -> R<()> {
        self.search(1)?;
        let shape = &mut self.out.shapes[step];
        match &shape.kind {
            ShapeKind::Name(_) | ShapeKind::Wildcard => {
                self.out.slots[slot].level -= 1;
                if self.out.slots[slot].level == 0 {
                    if let Some(known) = shape.ancestor {
                        self.out.slots[slot].label = self.out.slots[known].label;
                    }
                    shape.ancestor = Some(slot);
                    shape.tuple = true;
                }
            }
            ShapeKind::Parent(_) => self.out.slots[slot].level += 1,
            ShapeKind::Block(parts) => {
                if let Some(last) = parts.last().copied() {
                    shape.tuple = true;
                    self.seek(last, slot)?;
                }
            }
            ShapeKind::Path { steps, .. } => {
                let steps = steps.clone();
                shape.tuple = true;
                self.search(steps.len())?;
                for (at, step) in steps.iter().rev().enumerate() {
                    if at > 0 && self.out.slots[slot].level <= 0 {
                        break;
                    }
                    self.seek(*step, slot)?;
                }
            }
            _ => return Err(self.lost(step)),
        }
        Ok(())
    }

    fn lost(&self, id: ShapeId) -> Box<super::error::Raised> {
        let shape = &self.out.shapes[id];
        let raised = raise("S0217").token(type_name(&shape.kind)).at(shape.span);
        match shape.position {
            Some(position) => raised.position(position),
            None => raised,
        }
    }
}

/// What jsonata-js calls the type of a node.
fn type_name(kind: &ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Name(_) => "name",
        ShapeKind::Variable(_) => "variable",
        ShapeKind::String(_) => "string",
        ShapeKind::Number(_) => "number",
        ShapeKind::Bool(_) | ShapeKind::Null => "value",
        ShapeKind::Regex(_) => "regex",
        ShapeKind::Wildcard => "wildcard",
        ShapeKind::Descendants => "descendant",
        ShapeKind::Parent(_) => "parent",
        ShapeKind::Placeholder => "operator",
        ShapeKind::Negate(_) | ShapeKind::Array(_) | ShapeKind::Object(_) => "unary",
        ShapeKind::Binary(..) => "binary",
        ShapeKind::Apply(..) => "apply",
        ShapeKind::Bind(..) => "bind",
        ShapeKind::Condition { .. } => "condition",
        ShapeKind::Block(_) => "block",
        ShapeKind::Call { partial: false, .. } => "function",
        ShapeKind::Call { partial: true, .. } => "partial",
        ShapeKind::Lambda { .. } => "lambda",
        ShapeKind::Transform { .. } => "transform",
        ShapeKind::Path { .. } => "path",
        ShapeKind::Sort(_) => "sort",
    }
}
