//! Values that have what a definition reads.
//!
//! Every path of a definition is put into one tree: where it leads, and what the comparisons, functions and fields that
//! it stands in want to find there. A value is drawn from the tree. Where a state hands on only a part (OutputPath, an
//! item, a member of a template), that part has all that the whole has, so that the next state finds it, too.

use std::collections::BTreeMap;
use weir::asl::query::intrinsic::Call;
use weir::asl::query::{Expression, Path, Root};
use weir::base::{Key, Text, Value};

/// So many different values are made of one definition.
const VALUES: u64 = 64;
/// So many parts are given all that the whole has.
const PARTS: usize = 10;

pub struct Inventor {
    values: Vec<Value>,
}

#[derive(Clone, Default)]
struct Spot {
    members: BTreeMap<String, Spot>,
    item: Option<Box<Spot>>,
    /// What is looked for here.
    candidates: Vec<Value>,
    may_be_absent: bool,
    /// Something is put into it.
    is_object: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Name(String),
    Item,
}

type Parts = Vec<Part>;

#[derive(Default)]
struct Reads {
    /// Where a path leads, and one thing that is wanted there.
    wanted: Vec<(Parts, Option<Value>)>,
    absent: Vec<Parts>,
    /// Parts that are handed on as wholes.
    handed_on: Vec<Parts>,
    /// Members of templates: by which name what is known later.
    renamed: Vec<(String, Parts)>,
    /// Where results are put.
    put: Vec<Parts>,
    /// Something works on an array as a whole.
    arrays: bool,
}

impl Inventor {
    pub fn new(definition: &Value, key: Key) -> Inventor {
        let mut reads = Reads::default();
        reads.collect(definition);
        reads.arrays |= reads.wanted.iter().any(|(parts, _)| parts.first() == Some(&Part::Item));
        reads.follow();
        let mut whole = Spot::default();
        for (parts, wanted) in &reads.wanted {
            whole.at(parts).candidates.extend(wanted.clone());
        }
        for parts in &reads.absent {
            whole.at(parts).may_be_absent = true;
        }
        for parts in &reads.put {
            for end in 0..parts.len() {
                whole.at(&parts[..end]).is_object = true;
            }
        }
        let plain = whole.clone();
        reads.handed_on.sort();
        reads.handed_on.dedup();
        for parts in reads.handed_on.iter().filter(|parts| !parts.is_empty()).take(PARTS) {
            whole.at(parts).merge(&plain);
        }
        let value = |n: u64| {
            let value = |n: u64| whole.draw(key.with(n), 0);
            // Some of what a whole state works on is an array: a Map runs over it, a path begins with an index.
            if reads.arrays && key.with(n).with(7).uniform() < 0.5 {
                (0..3).map(|m| value(VALUES + 3 * n + m)).collect()
            } else {
                value(n)
            }
        };
        Inventor { values: (0..VALUES).map(value).collect() }
    }

    pub fn value(&self, key: Key) -> Value {
        self.values[(key.with(99).bits() % VALUES) as usize].clone()
    }
}

impl Reads {
    fn collect(&mut self, value: &Value) {
        if let Some(items) = value.as_array() {
            items.iter().for_each(|item| self.collect(item));
        }
        if let Some(text) = value.as_str() {
            self.expression("", text);
        }
        let Some(object) = value.as_object() else { return };
        if let Some(variable) = object.get("Variable").and_then(Value::as_str) {
            let wants = object.iter().filter(|(key, _)| !matches!(&***key, "Variable" | "Next" | "Comment"));
            for (operator, operand) in wants {
                self.compared(variable, operator, operand);
            }
        }
        let is_map = object.get("Type").and_then(Value::as_str) == Some("Map");
        self.arrays |= is_map && !["ItemsPath", "Items", "ItemReader"].iter().any(|key| object.get(key).is_some());
        for (key, value) in object.iter() {
            match value.as_str() {
                Some(text) if text.starts_with("{%") => self.expression(key, text),
                Some(text) if key.ends_with(".$") => self.query(text, Some(key.trim_end_matches(".$"))),
                Some(text) if key.ends_with("Path") => self.path_field(key, text),
                _ => self.collect(value),
            }
        }
    }

    /// What `{% … %}` reads of the input or of a result, and what it compares that with.
    fn expression(&mut self, field: &str, text: &str) {
        let Some(source) = Expression::source(text) else { return };
        let Ok(expression) = Expression::compile(source, "") else { return };
        for reference in expression.jsonata().states() {
            let Some((part, names)) = reference.path.split_first() else { continue };
            if !matches!(&**part, "input" | "result") {
                continue;
            }
            let mut parts: Parts = names.iter().map(|name| Part::Name(name.to_string())).collect();
            if field == "Items" {
                parts.push(Part::Item);
                self.handed_on.push(parts.clone());
            }
            if matches!(field, "Output" | "Arguments") {
                self.handed_on.push(parts.clone());
            }
            let behind = source.get(reference.span.end as usize..).unwrap_or("").trim_start();
            let operand = behind.trim_start_matches(['=', '!', '<', '>', '+', '-', '*', ' ']);
            let end = operand.find([' ', ')', ',', '?']).unwrap_or(operand.len());
            let literal = operand.get(..end).unwrap_or("").replace('\'', "\"");
            let compared = Value::parse(&literal).ok().filter(|_| operand.len() < behind.len());
            match compared {
                Some(Value::String(word)) => {
                    self.wanted.push((parts.clone(), Some(Value::String(word))));
                    self.wanted.push((parts, Some("other".into())));
                }
                Some(value) if value.as_f64().is_some() => {
                    let number = value.as_f64().unwrap_or_default();
                    for value in [number, number - 1.0, number + 1.0] {
                        self.wanted.push((parts.clone(), Some(value.into())));
                    }
                }
                Some(value) => self.wanted.push((parts, Some(value))),
                None => self.wanted.push((parts, None)),
            }
        }
    }

    fn compared(&mut self, variable: &str, operator: &str, operand: &Value) {
        let Some(parts) = parts(variable) else { return };
        let mut want = |value: Value| self.wanted.push((parts.clone(), Some(value)));
        match operator {
            "IsPresent" => self.absent.push(parts),
            "IsNull" => {
                want(Value::Null);
                want("some".into());
            }
            "IsNumeric" => want(7_i64.into()),
            "IsBoolean" => want(true.into()),
            "IsTimestamp" => want("2026-01-01T00:00:05Z".into()),
            "BooleanEquals" => {
                want(true.into());
                want(false.into());
            }
            "StringMatches" => {
                want(operand.as_str().unwrap_or_default().replace('*', "x").into());
                want("other".into());
            }
            _ if operator.starts_with("Numeric") => {
                let number = operand.as_f64().unwrap_or(1.0);
                for value in [number, number - 1.0, number + 1.0] {
                    want(value.into());
                }
            }
            _ if operator.starts_with("Timestamp") => {
                want(operand.clone());
                want("2030-01-01T00:00:00Z".into());
            }
            _ if operator.starts_with("String") => {
                want(operand.clone());
                want("other".into());
            }
            _ => {}
        }
    }

    fn path_field(&mut self, field: &str, text: &str) {
        if text.starts_with("States.") {
            return self.query(text, None);
        }
        let Some(mut parts) = parts(text) else { return };
        let wanted: Option<Value> = match field {
            "InputPath" | "OutputPath" => {
                self.handed_on.push(parts.clone());
                None
            }
            "ResultPath" => return self.put.push(parts),
            "ItemsPath" => {
                parts.push(Part::Item);
                self.handed_on.push(parts.clone());
                None
            }
            "TimestampPath" => Some("2026-01-01T00:00:05Z".into()),
            "SecondsPath" | "TimeoutSecondsPath" | "HeartbeatSecondsPath" => Some(3_i64.into()),
            "MaxConcurrencyPath" => Some(2_i64.into()),
            _ if field.starts_with("Numeric") => Some(5_i64.into()),
            _ if field.starts_with("Boolean") => Some(true.into()),
            _ if field.starts_with("Timestamp") => Some("2026-01-01T00:00:05Z".into()),
            _ => None,
        };
        self.wanted.push((parts, wanted));
    }

    /// What stands behind a key that ends in `.$`.
    fn query(&mut self, text: &str, name: Option<&str>) {
        if !text.starts_with("States.") {
            let Some(parts) = parts(text) else { return };
            if let Some(name) = name {
                self.renamed.push((name.to_owned(), parts.clone()));
            }
            return self.wanted.push((parts, None));
        }
        let Ok(call) = Call::parse(text) else { return };
        let mut from = 0;
        call.paths(&mut |path: &Path| {
            if *path.root() != Root::Input {
                return;
            }
            let at = text[from..].find(&**path.text()).map_or(from, |at| from + at);
            from = at;
            let Some(mut parts) = parts(path.text()) else { return };
            let before = &text[..at];
            let function = before.rfind("States.").map_or("", |start| &before[start + 7..]);
            let (function, arguments) = function.split_once('(').unwrap_or((function, ""));
            let first = !arguments.contains(',');
            let wanted: Option<Value> = match function {
                "ArrayLength" | "ArrayUnique" | "ArrayGetItem" | "ArrayContains" | "ArrayPartition" if first => {
                    parts.push(Part::Item);
                    None
                }
                "ArrayGetItem" => Some(0_i64.into()),
                "MathAdd" | "MathRandom" | "ArrayRange" | "ArrayPartition" => Some(1_i64.into()),
                "StringToJson" => Some(r#"{"made": "up"}"#.into()),
                "StringSplit" => Some("a/b-c d,e:f.g_h".into()),
                "Base64Decode" => Some("YWJj".into()),
                "Base64Encode" => Some("abc".into()),
                "JsonMerge" => Some(Value::object([("made", Value::from("up"))])),
                _ => None,
            };
            self.wanted.push((parts, wanted));
        });
    }

    /// What is read of a result that was put somewhere, or by another name, is a part of the result itself.
    fn follow(&mut self) {
        for _ in 0..2 {
            let mut more = Vec::new();
            for (parts, wanted) in &self.wanted {
                for put in self.put.iter().filter(|put| !put.is_empty()) {
                    if let Some(rest) = parts.strip_prefix(put.as_slice()) {
                        more.push((rest.to_vec(), wanted.clone()));
                    }
                }
                for (name, from) in &self.renamed {
                    let at = parts.iter().position(|part| matches!(part, Part::Name(part) if part == name));
                    if let Some(rest) = at.and_then(|at| parts.get(at + 1..)) {
                        more.push(([from.as_slice(), rest].concat(), wanted.clone()));
                    }
                }
            }
            let known: std::collections::BTreeSet<Parts> = self.wanted.iter().map(|(parts, _)| parts.clone()).collect();
            let new = |(parts, wanted): &(Parts, Option<Value>)| {
                parts.len() < 12 && (wanted.is_some() || !known.contains(parts))
            };
            self.wanted.extend(more.into_iter().filter(new).take(2000));
        }
    }
}

impl Spot {
    fn at(&mut self, parts: &[Part]) -> &mut Spot {
        parts.iter().fold(self, |spot, part| match part {
            Part::Name(name) => spot.members.entry(name.clone()).or_default(),
            Part::Item => spot.item.get_or_insert_default(),
        })
    }

    fn merge(&mut self, other: &Spot) {
        // What is compared is a value, and nothing that is handed on.
        if !self.candidates.is_empty() {
            return;
        }
        for (name, spot) in &other.members {
            self.members.entry(name.clone()).or_insert_with(|| spot.clone());
        }
    }

    fn draw(&self, key: Key, depth: u32) -> Value {
        if depth > 30 {
            return Value::Null;
        }
        if let Some(item) = self.item.as_ref().filter(|_| self.members.is_empty()) {
            return (0..1 + key.bits() % 3).map(|n| item.draw(key.with(n), depth + 1)).collect();
        }
        if !self.members.is_empty() {
            let there =
                self.members.iter().filter(|(name, spot)| !spot.may_be_absent || key.with_str(name).uniform() < 0.6);
            return Value::object(
                there.map(|(name, spot)| (Text::from(&**name), spot.draw(key.with_str(name).with(1), depth + 1))),
            );
        }
        match self.candidates.len() {
            0 if self.is_object => Value::object::<Text>([]),
            0 => "made-up".into(),
            count => self.candidates[(key.bits() % count as u64) as usize].clone(),
        }
    }
}

/// The parts of a path into the input, or into that of the execution; none of other paths. All that finds many is an
/// item.
fn parts(text: &str) -> Option<Parts> {
    let path = Path::parse(text).ok()?;
    let canonical = path.canonical();
    let inside = match path.root() {
        Root::Input => canonical.strip_prefix('$')?,
        Root::Context => canonical.split_once("['Execution']['Input']")?.1,
        Root::Variable(_) => return None,
    };
    let mut parts = Vec::new();
    let mut rest = inside;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("['") {
            let (name, after) = quoted.split_once("']")?;
            // `['a','b']`: any of them will do.
            parts.push(Part::Name(name.split("','").next()?.to_owned()));
            rest = after;
        } else if rest.starts_with('[') {
            parts.push(Part::Item);
            rest = rest.split_once(']').map_or("", |(_, after)| after);
        } else {
            rest = &rest[rest.chars().next()?.len_utf8()..];
        }
    }
    Some(parts)
}
