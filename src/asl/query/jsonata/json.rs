//! Values as JSON: the text of `$string`, the inserts of messages, and the result of an expression.

use super::budget::Budget;
use super::error::{MEMORY, R, TOO_LARGE, raise, raise_text};
use super::number;
use super::value::{Members, Val};
use crate::base::value::MAX_DEPTH;
use crate::base::{Array, Number, Object, Text, Value};
use std::rc::Rc;

/// Inserts longer than this are cut.
const INSERT: usize = 64 * 1024;

/// `JSON.stringify(value)` for a message.
pub(super) fn for_message(val: &Val) -> String {
    if val.is_undefined() || is_omitted(val) {
        return "undefined".to_owned();
    }
    let mut writer = Writer { out: String::new(), limit: INSERT, style: Style::Message, budget: None };
    // The only failure is that the text is too long; what there is serves.
    let _ = writer.value(val, None);
    writer.out
}

/// `$string`: functions are empty, numbers have 15 digits at most. `exact` integers are written whole, as AWS does.
pub(super) fn string(val: &Val, pretty: bool, exact: bool, budget: &mut Budget) -> R<String> {
    let limit = budget.limits.text;
    let mut writer = Writer { out: String::new(), limit, style: Style::String { exact }, budget: Some(budget) };
    writer.value(val, pretty.then_some(0))?;
    Ok(writer.out)
}

/// A function of JavaScript, which `JSON.stringify` leaves out.
fn is_omitted(val: &Val) -> bool {
    matches!(val, Val::Function(function) if !function.is_object())
}

enum Style {
    Message,
    String { exact: bool },
}

struct Writer<'b> {
    out: String,
    limit: usize,
    style: Style,
    budget: Option<&'b mut Budget>,
}

impl Writer<'_> {
    fn value(&mut self, val: &Val, indent: Option<usize>) -> R<()> {
        if let Some(budget) = &mut self.budget {
            budget.spend(2)?;
        }
        if self.out.len() > self.limit {
            return Err(raise_text(MEMORY, TOO_LARGE));
        }
        match val {
            Val::Undefined => self.out.push_str("null"),
            Val::Json(value) => self.json(value, indent)?,
            Val::Float(float) => self.number(*float)?,
            Val::Function(_) if matches!(self.style, Style::Message) && is_omitted(val) => self.out.push_str("null"),
            Val::Function(_) => self.out.push_str(r#""""#),
            Val::List(list) => {
                self.sequence('[', ']', list.elements().iter().map(|val| (None, val)), indent)?;
            }
            Val::Record(_) => {
                if let Some(members) = val.members() {
                    self.members(members, indent)?;
                }
            }
        }
        Ok(())
    }

    fn json(&mut self, value: &Value, indent: Option<usize>) -> R<()> {
        match value {
            Value::Number(number) => match (number, &self.style) {
                (Number::Int(_), Style::String { exact: true }) => number.write_json(&mut self.out),
                (number, _) => self.number(number.as_f64())?,
            },
            Value::Array(array) => {
                let items = array.iter().map(|value| (None, Val::Json(value.clone())));
                self.sequence('[', ']', items, indent)?;
            }
            Value::Object(object) => self.members(Members::Json(object), indent)?,
            scalar => scalar.write_json(&mut self.out),
        }
        Ok(())
    }

    fn number(&mut self, float: f64) -> R<()> {
        if let Some(budget) = &mut self.budget
            && libm::trunc(float) != float
        {
            // Its digits are looked for, and looked for again where there are too many.
            budget.spend(48)?;
        }
        match self.style {
            _ if float.is_nan() => self.out.push_str("null"),
            Style::Message if float.is_infinite() => self.out.push_str("null"),
            Style::Message => number::write(float, &mut self.out),
            Style::String { .. } if float.is_infinite() => return Err(raise("D1001").value(float)),
            Style::String { .. } => number::write_rounded(float, &mut self.out),
        }
        Ok(())
    }

    fn members(&mut self, members: Members<'_>, indent: Option<usize>) -> R<()> {
        let is_message = matches!(self.style, Style::Message);
        let defined = members.iter().filter(|(_, val)| !(val.is_undefined() || is_message && is_omitted(val)));
        self.sequence('{', '}', defined.map(|(key, val)| (Some(key), val)), indent)
    }

    fn sequence<'k>(
        &mut self,
        open: char,
        close: char,
        items: impl Iterator<Item = (Option<&'k Text>, Val)>,
        indent: Option<usize>,
    ) -> R<()> {
        self.out.push(open);
        let inner = indent.map(|indent| indent + 1);
        let mut first = true;
        for (key, val) in items {
            if !first {
                self.out.push(',');
            }
            first = false;
            self.line(inner);
            if let Some(key) = key {
                crate::base::value::write_string(key, &mut self.out);
                self.out.push_str(if inner.is_some() { ": " } else { ":" });
            }
            self.value(&val, inner)?;
        }
        if !first {
            self.line(indent);
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self, indent: Option<usize>) {
        if let Some(indent) = indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", indent));
        }
    }
}

/// The result as JSON; nothing if it is or holds a function. What is undefined inside of an array is null, a number
/// that is not finite is its name as a string: so AWS answers.
pub(super) fn to_value(val: &Val) -> R<Option<Value>> {
    convert(val.clone(), &mut Budget::small())
}

/// As [`to_value`], of a value that may be moved from.
pub(super) fn convert(val: Val, budget: &mut Budget) -> R<Option<Value>> {
    budget.spend(1)?;
    Ok(Some(match val {
        Val::Json(value) => value,
        Val::Float(float) if float.is_finite() => Value::Number(Number::from_computed(float)),
        Val::Float(float) => Value::from(number::to_string(float)),
        Val::Undefined => Value::Null,
        Val::Function(_) => return Ok(None),
        Val::List(list) => {
            let mut array = Array::with_capacity(list.len());
            for val in list.into_vals() {
                let Some(value) = convert(val, budget)? else { return Ok(None) };
                array.push(value);
            }
            array.into()
        }
        Val::Record(record) => {
            let mut object = Object::with_capacity(record.len());
            for (key, val) in record.into_members() {
                if val.is_undefined() {
                    continue;
                }
                let Some(value) = convert(val, budget)? else { return Ok(None) };
                object.insert(key, value);
            }
            object.into()
        }
    }))
}

/// A deep copy in which nothing is shared, as `$clone` makes by way of JSON: numbers lose what is beyond 15 digits.
pub(super) fn clone(val: &Val, budget: &mut Budget) -> R<Value> {
    budget.spend(3)?;
    Ok(match val {
        Val::Json(Value::Array(_)) | Val::List(_) => {
            let mut array = Array::new();
            for item in val.elements().into_iter().flat_map(super::value::Elements::iter) {
                array.push(clone(&item, budget)?);
            }
            array.into()
        }
        Val::Json(Value::Object(_)) | Val::Record(_) => {
            let mut object = Object::new();
            for (key, item) in val.members().into_iter().flat_map(Members::iter) {
                if !item.is_undefined() {
                    object.insert(key.clone(), clone(&item, budget)?);
                }
            }
            Value::Object(Rc::new(object))
        }
        Val::Json(Value::Number(number)) => {
            let exact = number.as_f64();
            let rounded = number::to_precision_15(exact);
            let fits = rounded == exact && !matches!(number, Number::Big(_));
            if fits { Value::Number(number.clone()) } else { Value::Number(Number::from_computed(rounded)) }
        }
        Val::Json(scalar) => scalar.clone(),
        Val::Float(float) if float.is_nan() => Value::Null,
        Val::Float(float) if float.is_infinite() => return Err(raise("D1001").value(*float)),
        Val::Float(float) => Value::Number(Number::from_computed(number::to_precision_15(*float))),
        Val::Function(_) => Value::from(""),
        Val::Undefined => Value::Null,
    })
}

/// A text as `JSON.parse` reads it; nothing if it is not JSON.
pub(super) fn parse(text: &str) -> Option<Value> {
    Value::parse(text).ok().filter(|value| value.depth() <= MAX_DEPTH)
}
