//! The picture of a workflow: where its states stand and how the ways between them run. Pure geometry; nothing here
//! draws, and nothing here knows what a state does.
//!
//! Layers from top to bottom, states in the layer behind the last state that leads to them, as few crossings as some
//! sweeps can find. Branches and item processors are laid out alone and stand in a box inside of their state.
//!
//! ```
//! use weir::asl::Definition;
//! use weir::graph::{Metrics, layout};
//! let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
//! let layout = layout(&Definition::parse(text), &Metrics::default());
//! assert!(layout.nodes[0].rect.y < layout.nodes[1].rect.y);
//! ```

mod layered;
mod place;

use crate::asl::{Definition, MachineId, StateId, StateType, Via};
use crate::base::Id;
use crate::base::sort::sort_by_key;
use layered::{Edge, Graph};

/// Lengths, in whatever unit the picture has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metrics {
    /// Of a state without machines inside.
    pub node_height: f64,
    /// The width of a name of so many characters is `padding + characters × character`.
    pub character: f64,
    pub padding: f64,
    pub min_width: f64,
    pub max_width: f64,
    /// The diameter of start and end.
    pub terminal: f64,
    /// Between neighbours in a layer.
    pub gap: f64,
    /// Between layers.
    pub layer_gap: f64,
    /// Around what stands inside of a state, and above it for its name.
    pub inset: f64,
    pub header: f64,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            node_height: 36.0,
            character: 7.2,
            padding: 40.0,
            min_width: 96.0,
            max_width: 240.0,
            terminal: 14.0,
            gap: 24.0,
            layer_gap: 34.0,
            inset: 14.0,
            header: 30.0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn center_x(self) -> f64 {
        self.x + self.width / 2.0
    }

    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub fn right(self) -> f64 {
        self.x + self.width
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    State(StateId),
    Start,
    End,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub rect: Rect,
}

/// The box of a branch or an item processor inside of its state.
#[derive(Clone, Debug)]
pub struct Group {
    pub machine: MachineId,
    pub rect: Rect,
}

#[derive(Clone, Debug)]
pub struct Way {
    pub from: NodeKind,
    pub to: NodeKind,
    /// What makes it happen; none from the start and to the end.
    pub via: Option<Via>,
    /// From the border of one to the border of the other; turns are where it passes a layer.
    pub points: Vec<(f64, f64)>,
    /// It leads back up.
    pub back: bool,
}

/// States come in the order of their ids; outer groups and ways before inner ones.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub nodes: Vec<Node>,
    pub groups: Vec<Group>,
    pub ways: Vec<Way>,
}

impl Layout {
    pub fn rect_of(&self, kind: NodeKind) -> Option<Rect> {
        self.nodes.iter().find(|node| node.kind == kind).map(|node| node.rect)
    }

    /// The innermost state at a point.
    pub fn state_at(&self, x: f64, y: f64) -> Option<StateId> {
        let inside = |rect: Rect| (rect.x..rect.right()).contains(&x) && (rect.y..rect.bottom()).contains(&y);
        let hits = self.nodes.iter().filter(|node| inside(node.rect));
        let smallest = hits.min_by(|a, b| a.rect.width.total_cmp(&b.rect.width))?;
        match smallest.kind {
            NodeKind::State(id) => Some(id),
            _ => None,
        }
    }

    fn shift(&mut self, dx: f64, dy: f64) {
        let move_rect = |rect: &mut Rect| (rect.x, rect.y) = (rect.x + dx, rect.y + dy);
        self.nodes.iter_mut().for_each(|node| move_rect(&mut node.rect));
        self.groups.iter_mut().for_each(|group| move_rect(&mut group.rect));
        for (x, y) in self.ways.iter_mut().flat_map(|way| &mut way.points) {
            (*x, *y) = (*x + dx, *y + dy);
        }
    }

    fn absorb(&mut self, inner: Layout) {
        self.nodes.extend(inner.nodes);
        self.groups.extend(inner.groups);
        self.ways.extend(inner.ways);
    }
}

/// Lays out a definition, as far as it can be read.
pub fn layout(definition: &Definition, metrics: &Metrics) -> Layout {
    // Inner machines have greater ids than the machine that holds them: from the last to the first, each finds the
    // ones inside of its states done.
    let mut done: Vec<Layout> = definition.machines.iter().map(|_| Layout::default()).collect();
    for machine in definition.machines.ids().rev() {
        let made = one(definition, machine, metrics, &mut done);
        if let Some(place) = done.get_mut(machine.index()) {
            *place = made;
        }
    }
    let mut whole = done.into_iter().next().unwrap_or_default();
    sort_by_key(&mut whole.nodes, |node| match node.kind {
        NodeKind::State(id) => id.index(),
        NodeKind::Start => usize::MAX - 1,
        NodeKind::End => usize::MAX,
    });
    whole
}

/// Lays out one machine; those inside of its states are taken out of `done`.
fn one(definition: &Definition, machine: MachineId, metrics: &Metrics, done: &mut [Layout]) -> Layout {
    let outer = definition.machines[machine].owner.is_none();
    let mut kinds = Vec::new();
    let mut graph = Graph::default();
    let mut inner: Vec<(usize, Layout)> = Vec::new();
    for id in &definition.machines[machine].states {
        let state = &definition.states[*id];
        let mut boxes = Layout::default();
        for held in &state.machines {
            let mut content = done.get_mut(held.index()).map(std::mem::take).unwrap_or_default();
            let x = boxes.width + metrics.inset;
            let rect = Rect {
                x,
                y: metrics.header,
                width: content.width + metrics.inset,
                height: content.height + metrics.inset,
            };
            content.shift(x + metrics.inset / 2.0, metrics.header + metrics.inset / 2.0);
            boxes.groups.push(Group { machine: *held, rect });
            boxes.width = rect.right();
            boxes.height = boxes.height.max(rect.bottom());
            boxes.absorb(content);
        }
        let name = metrics.padding + metrics.character * state.name.chars().count() as f64;
        let name = name.clamp(metrics.min_width, metrics.max_width);
        let (width, height) = if boxes.groups.is_empty() {
            (name, metrics.node_height)
        } else {
            (name.max(boxes.width + metrics.inset), boxes.height + metrics.inset)
        };
        inner.push((graph.add(width, height), boxes));
        kinds.push(NodeKind::State(*id));
    }
    add_edges(definition, machine, &mut graph, &mut kinds, outer.then_some(metrics.terminal));
    let placed = graph.place(metrics.gap, metrics.layer_gap);
    let mut layout = Layout { width: placed.width, height: placed.height, ..Layout::default() };
    for (kind, rect) in kinds.iter().zip(&placed.rects) {
        layout.nodes.push(Node { kind: *kind, rect: *rect });
    }
    let kind_of = |index: usize| kinds.get(index).copied().unwrap_or(NodeKind::End);
    for (edge, points) in graph.edges().iter().zip(placed.paths) {
        let back = points.first().zip(points.last()).is_some_and(|(first, last)| first.1 > last.1);
        layout.ways.push(Way { from: kind_of(edge.from), to: kind_of(edge.to), via: edge.via, points, back });
    }
    for (index, mut boxes) in inner {
        if let Some(rect) = placed.rects.get(index) {
            // What is inside stands in the middle of a state that its name has made wider.
            let slack = (rect.width - boxes.width - metrics.inset).max(0.0) / 2.0;
            boxes.shift(rect.x + slack, rect.y);
            layout.absorb(boxes);
        }
    }
    layout
}

/// The ways of a machine. The outermost has a start and an end besides.
fn add_edges(
    definition: &Definition,
    machine: MachineId,
    graph: &mut Graph,
    kinds: &mut Vec<NodeKind>,
    terminal: Option<f64>,
) {
    let states = &definition.machines[machine].states;
    let index_of =
        |name: &str| definition.state_named(machine, name).and_then(|id| states.iter().position(|known| *known == id));
    let start = definition.machines[machine].start_at().and_then(|(name, _)| index_of(name));
    graph.root = start;
    let end = terminal.map(|size| {
        let (from, to) = (graph.add(size, size), graph.add(size, size));
        kinds.extend([NodeKind::Start, NodeKind::End]);
        graph.root = Some(from);
        graph.sink = Some(to);
        if let Some(start) = start {
            graph.connect(Edge { from, to: start, via: None });
        }
        to
    });
    for (index, id) in states.iter().enumerate() {
        let state = &definition.states[*id];
        for transition in state.transitions() {
            if let Some(target) = index_of(&transition.target) {
                graph.connect(Edge { from: index, to: target, via: Some(transition.via) });
            }
        }
        let ends = state.is_terminal() && !(state.state_type == Some(StateType::Choice));
        if let Some(end) = end.filter(|_| ends) {
            graph.connect(Edge { from: index, to: end, via: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(a: Rect, b: Rect) -> bool {
        a.x < b.right() - 0.01 && b.x < a.right() - 0.01 && a.y < b.bottom() - 0.01 && b.y < a.bottom() - 0.01
    }

    /// No two states of one machine overlap, inner ones lie inside of theirs, all lies inside of the picture.
    fn check(definition: &Definition, layout: &Layout) {
        for (id, machine) in definition.machines.iter_enumerated() {
            let rects: Vec<Rect> =
                machine.states.iter().filter_map(|id| layout.rect_of(NodeKind::State(*id))).collect();
            assert_eq!(rects.len(), machine.states.len());
            for (n, a) in rects.iter().enumerate() {
                assert!(
                    a.x >= -0.01
                        && a.y >= -0.01
                        && a.right() <= layout.width + 0.01
                        && a.bottom() <= layout.height + 0.01
                );
                assert!(rects[n + 1..].iter().all(|b| !overlap(*a, *b)), "{a:?}");
            }
            if let Some(owner) = machine.owner {
                let outer = layout.rect_of(NodeKind::State(owner.state())).unwrap();
                let group = layout.groups.iter().find(|group| group.machine == id).unwrap().rect;
                for rect in rects.iter().chain([&group]) {
                    assert!(
                        rect.x >= outer.x
                            && rect.right() <= outer.right()
                            && rect.y >= outer.y
                            && rect.bottom() <= outer.bottom()
                    );
                }
            }
        }
        for way in &layout.ways {
            assert!(way.points.len() >= 2 && way.points.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
        }
    }

    #[test]
    fn a_diamond_with_a_loop() {
        let definition = Definition::parse(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Choice", "Choices": [{"Next": "B"}, {"Next": "C"}], "Default": "D"},
                "B": {"Type": "Pass", "Next": "D"}, "C": {"Type": "Task", "Next": "D", "Catch": [{"Next": "A"}, {"Next": "C"}]},
                "D": {"Type": "Succeed"}, "Lost": {"Type": "Pass", "Next": "Nowhere"}}}"#,
        );
        let layout = layout(&definition, &Metrics::default());
        check(&definition, &layout);
        let y = |name: &str| {
            layout.rect_of(NodeKind::State(definition.state_named(MachineId::from_usize(0), name).unwrap())).unwrap().y
        };
        assert!(y("A") < y("B") && y("B") == y("C") && y("C") < y("D"));
        assert_eq!(layout.ways.iter().filter(|way| way.back).count(), 2);
    }

    #[test]
    fn branches_stand_inside() {
        let definition = Definition::parse(
            r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A2"}, "A2": {"Type": "Pass", "End": true}}},
                {"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor":
                    {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": true}}}}}}]}}}"#,
        );
        check(&definition, &layout(&definition, &Metrics::default()));
    }

    #[test]
    fn anything_has_a_picture() {
        for text in [
            "",
            "{",
            "{\"States\": {\"A\": 1, \"A\": 2}}",
            "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Map\"}}}",
        ] {
            let definition = Definition::parse(text);
            check(&definition, &layout(&definition, &Metrics::default()));
        }
    }

    #[test]
    fn a_long_chain_and_a_wide_choice() {
        let mut states = String::new();
        let mut rules = String::new();
        for n in 0..200 {
            rules.push_str(&format!("{{\"Next\": \"S{n}\"}},"));
            states.push_str(&format!(",\"S{n}\": {{\"Type\": \"Pass\", \"Next\": \"S{}\"}}", (n * 7 + 3) % 200));
        }
        let text = format!(
            "{{\"StartAt\": \"C\", \"States\": {{\"C\": {{\"Type\": \"Choice\", \"Choices\": [{}]}}{states}}}}}",
            rules.trim_end_matches(',')
        );
        let definition = Definition::parse(&text);
        assert_eq!(definition.states.len(), 201);
        check(&definition, &layout(&definition, &Metrics::default()));
    }
}
