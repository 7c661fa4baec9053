//! The languages inside of definitions: paths, intrinsic functions, JSONata, and its regular expressions.

use super::data::written;
use super::{parts, within};
use weir::asl::query::Path;
use weir::asl::query::intrinsic::{Call, Failure};
use weir::asl::query::jsonata::{Answer, Dialect, Environment, Fixed, Jsonata, Limits};
use weir::base::{Time, Value};

fn document(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|_| Value::from(text))
}

/// A path, and what it is read from: an indefinite one gives an array; what is set is there.
pub fn path(text: &str) {
    let [source, data] = parts(text);
    let value = document(data);
    match Path::parse(source) {
        Ok(path) => {
            assert_eq!(&**path.text(), source);
            let again = Path::parse(path.canonical());
            let found = path.select(&value);
            if let Ok(found) = &found {
                assert!(path.is_definite() || found.as_array().is_some(), "{source}");
                written(found);
            }
            if let (true, Ok(again)) = (path.is_reference_path(), again) {
                assert_eq!(again.select(&value).ok(), found.ok(), "{source} is not {}", path.canonical());
            }
            let mut changed = value.clone();
            if path.set(&mut changed, Value::from(9_i64)).is_ok() {
                assert!(path.is_reference_path(), "{source}");
                assert_eq!(path.select(&changed).ok(), Some(Value::from(9_i64)), "{source}");
                written(&changed);
            }
        }
        Err(error) => {
            within(source, error.span, &error.message);
            assert!(!error.message.is_empty());
        }
    }
}

pub fn intrinsic(text: &str) {
    let [source, data] = parts(text);
    let value = document(data);
    match Call::parse(source) {
        Ok(call) => {
            let mut paths = 0;
            call.paths(&mut |_| paths += 1);
            let mut resolve = |path: &Path| {
                let told = |error: weir::asl::query::path::PathError| Failure {
                    call: source.into(),
                    reason: error.to_string(),
                };
                path.select(&value).map_err(told)
            };
            if let Ok(found) = call.evaluate::<Failure>(&mut resolve, &mut || 7) {
                written(&found);
            }
        }
        Err(error) => {
            within(source, error.span, &error.message);
            assert!(!error.message.is_empty());
        }
    }
}

/// Remembers how many steps were spent.
struct Counted(Fixed, u64);

impl Environment for Counted {
    fn limits(&self) -> Limits {
        self.0.limits()
    }
    fn variable(&mut self, name: &str) -> Option<Value> {
        self.0.variable(name)
    }
    fn states(&mut self, member: &str) -> Option<Value> {
        self.0.states(member)
    }
    fn now(&mut self) -> Time {
        self.0.now()
    }
    fn random(&mut self) -> u64 {
        self.0.random()
    }
    fn spent(&mut self, steps: u64) {
        self.1 = steps;
    }
}

/// Steps that an evaluation may take: a part of what states have, so that a second is much for it in a build that counts.
const FUEL: u64 = 400_000;

fn evaluate(source: &str, dialect: Dialect, input: &Value, variable: Option<Value>) {
    let jsonata = match Jsonata::compile(source, dialect) {
        Ok(jsonata) => jsonata,
        Err(error) => return within(source, error.span, &error.message),
    };
    for free in jsonata.free_variables() {
        free.spans.iter().for_each(|span| within(source, *span, &free.name));
    }
    for read in jsonata.states() {
        within(source, read.span, "a read of $states");
    }
    let mut environment = Counted(Fixed { limits: Limits { fuel: FUEL, ..Limits::AWS }, ..Fixed::default() }, 0);
    environment.0.variables.insert("states".to_owned(), Value::object([("input", input.clone())]));
    environment.0.variables.extend(variable.map(|value| ("t".to_owned(), value)));
    match jsonata.evaluate(Some(input), &mut environment) {
        Ok(Answer::Value(value)) => written(&value),
        Ok(_) => {}
        Err(error) => within(source, error.span, &error.message),
    }
    assert!(environment.1 <= FUEL, "{} steps", environment.1);
}

/// An expression and its input, in both dialects.
pub fn jsonata(text: &str) {
    let [source, data] = parts(text);
    let input = document(data);
    evaluate(source, Dialect::Aws, &input, None);
    evaluate(source, Dialect::Reference, &input, None);
}

/// A pattern and a text, as JSONata and as a filter of a path has it.
pub fn regex(text: &str) {
    let [pattern, data] = parts(text);
    let subject = Value::from(data);
    for source in [
        format!("$match($t, /{pattern}/)"),
        format!("$replace($t, /{pattern}/i, '<$0$1>', 50)"),
        format!("$split($t, /{pattern}/m)"),
    ] {
        evaluate(&source, Dialect::Reference, &Value::Null, Some(subject.clone()));
    }
    if let Ok(path) = Path::parse(&format!("$[?(@ =~ /{pattern}/i)]")) {
        let _ = path.select(&Value::array([subject]));
    }
}
