//! What is drawn of a definition: boxes, ways and frames, with what is said of each.

use crate::asl::{Definition, StateType, Via};
use crate::base::value::read::Node;
use crate::base::{Id, Text, Value};
use crate::graph::{Metrics, NodeKind, Rect, layout};
use std::collections::BTreeMap;

/// How a state differs from the one of that name in another definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Added,
    Changed,
}

impl Change {
    pub const fn sign(self) -> &'static str {
        match self {
            Change::Same => "",
            Change::Added => "+",
            Change::Changed => "~",
        }
    }

    pub const fn class(self) -> &'static str {
        match self {
            Change::Same => "",
            Change::Added => "added",
            Change::Changed => "changed",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Box {
    pub name: Text,
    pub kind: Option<StateType>,
    pub rect: Rect,
    /// For those who do not see: `Charge, Task, leads to WasCharged; on States.ALL to Refund`.
    pub said: String,
    pub holds_others: bool,
    pub change: Change,
    /// The boxes that its ways lead to, and those that ways lead to it from, by their places.
    pub next: Vec<usize>,
    pub before: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// None: the start, and the end.
    pub from: Option<Text>,
    pub to: Option<Text>,
    /// The path of SVG.
    pub path: String,
    pub is_catch: bool,
    /// What makes it happen; nothing for Next.
    pub label: String,
    /// Where that is written.
    pub at: (f64, f64),
    /// Which side of the way has room for it.
    pub to_left: bool,
    /// Whether another way before it joins the same two states: which of them was gone is not told.
    pub is_double: bool,
    /// Whether it is one of several that leave the same state.
    pub is_fork: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    pub boxes: Vec<Box>,
    pub terminals: Vec<(Rect, bool)>,
    pub groups: Vec<Rect>,
    pub ways: Vec<Way>,
    /// States of the other definition that are not in this one.
    pub removed: Vec<Text>,
}

/// The longest that is written beside a way.
const LABEL: usize = 34;

impl Picture {
    /// The picture of a definition, and what has changed since `before`. None where there is nothing to be drawn.
    pub fn of(definition: &Definition, before: Option<&Definition>) -> Option<Picture> {
        if definition.states.is_empty() {
            return None;
        }
        let laid = layout(definition, &Metrics { padding: 52.0, ..Metrics::default() });
        let states = before.into_iter().flat_map(|before| before.states.iter());
        let mut old: BTreeMap<&str, Value> = BTreeMap::new();
        old.extend(states.map(|state| (&*state.name, own(&state.node))));
        // Where in the picture each state is.
        let mut places = vec![None; definition.states.iter().count()];
        let mut picture = Picture { width: laid.width, height: laid.height, ..Picture::default() };
        for node in &laid.nodes {
            let NodeKind::State(id) = node.kind else {
                picture.terminals.push((node.rect, node.kind == NodeKind::Start));
                continue;
            };
            let Some(state) = definition.states.lookup(id) else { continue };
            let mut said = format!("{}, {}", state.name, state.state_type.map_or("no type", StateType::name));
            for transition in state.transitions() {
                let label = label_of(state, transition.via);
                let word = if label.is_empty() { "leads".to_owned() } else { label };
                said += &format!("; {word} to {}", transition.target);
            }
            if state.is_terminal() {
                said += "; ends";
            }
            let change = match (before, old.get(&*state.name)) {
                (None, _) => Change::Same,
                (_, None) => Change::Added,
                (_, Some(known)) if *known == own(&state.node) => Change::Same,
                _ => Change::Changed,
            };
            if let Some(place) = places.get_mut(id.index()) {
                *place = Some(picture.boxes.len());
            }
            picture.boxes.push(Box {
                name: state.name.clone(),
                kind: state.state_type,
                rect: node.rect,
                said,
                holds_others: !state.machines.is_empty(),
                change,
                next: Vec::new(),
                before: Vec::new(),
            });
        }
        picture.groups = laid.groups.iter().map(|group| group.rect).collect();
        // How many ways leave each box.
        let mut leaving = vec![0_u32; picture.boxes.len()];
        let mut ends = Vec::new();
        let place = |kind: NodeKind| match kind {
            NodeKind::State(id) => places.get(id.index()).copied().flatten(),
            _ => None,
        };
        for way in &laid.ways {
            let (from, to) = (place(way.from), place(way.to));
            let mut is_double = false;
            if let (Some(from), Some(to)) = (from, to) {
                if let Some(found) = picture.boxes.get_mut(from) {
                    is_double = found.next.contains(&to);
                    found.next.push(to);
                }
                picture.boxes.get_mut(to).map(|found| found.before.push(from)).unwrap_or_default();
            }
            from.and_then(|from| leaving.get_mut(from)).map(|ways| *ways += 1).unwrap_or_default();
            let label = match (way.from, way.via) {
                (NodeKind::State(id), Some(via)) => {
                    definition.states.lookup(id).map(|state| label_of(state, via)).unwrap_or_default()
                }
                _ => String::new(),
            };
            let [first, second, ..] = *way.points.as_slice() else { continue };
            let name = |place: Option<usize>| picture.boxes.get(place?).map(|state| state.name.clone());
            let (from_name, to_name) = (name(from), name(to));
            ends.push(from);
            picture.ways.push(Way {
                from: from_name,
                to: to_name,
                is_double,
                is_fork: false,
                path: curve(&way.points),
                is_catch: matches!(way.via, Some(Via::Catch(_))),
                label,
                at: (first.0 + (second.0 - first.0) * 0.6, first.1 + (second.1 - first.1) * 0.55),
                to_left: second.0 < first.0,
            });
        }
        for (way, from) in picture.ways.iter_mut().zip(ends) {
            way.is_fork = from.and_then(|from| leaving.get(from)).is_some_and(|ways| *ways > 1);
        }
        for state in definition.states.iter() {
            old.remove(&*state.name);
        }
        picture.removed = old.keys().map(|name| Text::from(*name)).collect();
        Some(picture)
    }
}

/// A state without the states inside of it: those are compared by themselves.
fn own(node: &Node) -> Value {
    let mut value = node.to_value().as_object().cloned().unwrap_or_default();
    for key in ["Branches", "Iterator", "ItemProcessor"] {
        value.remove(key);
    }
    value.into()
}

/// What makes a way happen, in a few words; nothing for Next.
fn label_of(state: &crate::asl::State, via: Via) -> String {
    let text = match via {
        Via::Next => String::new(),
        Via::Default => "else".to_owned(),
        Via::Choice(n) => {
            let rule = state.node.get("Choices").map(Node::elements).unwrap_or_default().get(n);
            rule.map(|rule| condition(&rule.to_value())).unwrap_or_default()
        }
        Via::Catch(n) => {
            let catcher = state.node.get("Catch").map(Node::elements).unwrap_or_default().get(n);
            let errors = catcher.and_then(|catcher| catcher.get("ErrorEquals")).map(Node::elements).unwrap_or_default();
            errors.iter().filter_map(Node::as_str).collect::<Vec<_>>().join(", ")
        }
    };
    if text.chars().count() > LABEL { text.chars().take(LABEL - 1).chain(['…']).collect() } else { text }
}

/// `$.total > 10`
fn condition(rule: &Value) -> String {
    if let Some(condition) = rule.get("Condition").and_then(Value::as_str) {
        return condition.trim_start_matches("{%").trim_end_matches("%}").trim().to_owned();
    }
    for (key, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = rule.get(key).and_then(Value::as_array) {
            return rules.iter().map(condition).collect::<Vec<_>>().join(word);
        }
    }
    if let Some(inner) = rule.get("Not") {
        return format!("not {}", condition(inner));
    }
    let variable = rule.get("Variable").and_then(Value::as_str).unwrap_or_default();
    let mut members = rule.as_object().into_iter().flat_map(crate::base::Object::iter);
    let test = members.find(|(key, _)| !matches!(&***key, "Variable" | "Next" | "Comment" | "Assign" | "Output"));
    let Some((operator, value)) = test else { return variable.to_owned() };
    let operator = operator.trim_end_matches("Path");
    let sign = [
        ("GreaterThanEquals", "≥"),
        ("LessThanEquals", "≤"),
        ("GreaterThan", ">"),
        ("LessThan", "<"),
        ("Equals", "="),
        ("Matches", "matches"),
    ]
    .into_iter()
    .find(|(ending, _)| operator.ends_with(ending))
    .map_or(operator, |(_, sign)| sign);
    format!("{variable} {sign} {}", value.to_json())
}

/// A curve through the points: upright where it leaves and where it arrives.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (n, pair) in points.windows(2).enumerate() {
        let [(x1, y1), (x2, y2)] = *pair else { continue };
        if n == 0 {
            path += &format!("M{x1:.1} {y1:.1}");
        }
        let middle = (y1 + y2) / 2.0;
        path += &format!("C{x1:.1} {middle:.1} {x2:.1} {middle:.1} {x2:.1} {y2:.1}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_has_changed() {
        let before = Definition::parse(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}, "C": {"Type": "Fail"}}}"#,
        );
        let after = Definition::parse(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "D"}, "B": {"Type": "Succeed"}, "D": {"Type": "Wait", "Seconds": 1, "Next": "B"}}}"#,
        );
        let picture = Picture::of(&after, Some(&before)).unwrap();
        let changes: Vec<_> = picture.boxes.iter().map(|state| (&*state.name, state.change)).collect();
        assert_eq!(changes, [("A", Change::Changed), ("B", Change::Same), ("D", Change::Added)]);
        assert_eq!(picture.removed, ["C".into()]);
        assert_eq!(picture.boxes[0].next, [2]);
        assert_eq!(picture.boxes[1].before, [2]);
    }

    #[test]
    fn says_what_makes_a_way_happen() {
        let definition = Definition::parse(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.n", "NumericGreaterThan": 0}, {"Variable": "$.n", "NumericLessThanEquals": 9}], "Next": "B"}], "Default": "C"},
                "B": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
                "C": {"Type": "Fail"}}}"#,
        );
        let picture = Picture::of(&definition, None).unwrap();
        assert_eq!(picture.boxes[0].said, "A, Choice; $.n > 0 and $.n ≤ 9 to B; else to C");
        assert_eq!(picture.boxes[1].said, "B, Task; States.ALL to C; ends");
    }
}
