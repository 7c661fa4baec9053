//! Operators on values.

use super::{At, Machine, is_numeric};
use crate::asl::query::jsonata::error::{R, raise};
use crate::asl::query::jsonata::function::Function;
use crate::asl::query::jsonata::lexer::Symbol as Operator;
use crate::asl::query::jsonata::program::{Node, TermId};
use crate::asl::query::jsonata::value::{Kind, List, SEQUENCE, Val};
use crate::base::Value;
use std::cmp::Ordering;
use std::rc::Rc;

impl Machine<'_> {
    pub(super) fn negate(&mut self, at: At<'_>, node: &Node, operand: TermId, input: &Val) -> R<Val> {
        let val = self.eval(at, operand, input)?;
        if val.is_undefined() {
            return Ok(val);
        }
        match val.as_f64().filter(|_| is_numeric(&val).unwrap_or(false)) {
            Some(number) => Ok(Val::Float(-number)),
            None => {
                is_numeric(&val)?;
                let raised = self.raise_at(at, node.span, node.position.unwrap_or(0), "D1002");
                Err(raised.token("-").value(val))
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        at: At<'_>,
        node: &Node,
        operator: Operator,
        left: TermId,
        right: TermId,
        input: &Val,
    ) -> R<Val> {
        let left = self.eval(at, left, input)?;
        if let Operator::And | Operator::Or = operator {
            // Errors of the right side are taken for errors of the operator, as in jsonata-js.
            let answer = self.logic(at, operator, left, right, input);
            return answer.map_err(|raised| self.blame(at, node, raised, operator.text()));
        }
        let right = self.eval(at, right, input)?;
        self.operate(operator, left, right).map_err(|raised| self.blame(at, node, raised, operator.text()))
    }

    fn logic(&mut self, at: At<'_>, operator: Operator, left: Val, right: TermId, input: &Val) -> R<Val> {
        let left = self.is_true(&left)?;
        if left == (operator == Operator::Or) {
            return Ok(left.into());
        }
        let right = self.eval(at, right, input)?;
        Ok(self.is_true(&right)?.into())
    }

    fn operate(&mut self, operator: Operator, left: Val, right: Val) -> R<Val> {
        match operator {
            Operator::Plus | Operator::Minus | Operator::Star | Operator::Slash | Operator::Percent => {
                arithmetic(operator, left, right)
            }
            Operator::Equal | Operator::NotEqual => {
                if left.is_undefined() || right.is_undefined() {
                    return Ok(Val::FALSE);
                }
                let equal = self.equal(&left, &right)?;
                Ok((equal == (operator == Operator::Equal)).into())
            }
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                self.comparison(operator, left, right)
            }
            Operator::Concat => self.concat(left, right),
            Operator::In => self.includes(left, right),
            Operator::DotDot => self.range(left, right),
            _ => Ok(Val::Undefined),
        }
    }

    fn concat(&mut self, left: Val, right: Val) -> R<Val> {
        let left = self.string(&left, false)?;
        let right = self.string(&right, false)?;
        let (first, second) = (left.as_str().unwrap_or(""), right.as_str().unwrap_or(""));
        if second.is_empty() && !left.is_undefined() {
            return Ok(left);
        }
        if first.is_empty() && !right.is_undefined() {
            return Ok(right);
        }
        let length = first.len() + second.len();
        self.budget.allow_text(length)?;
        self.budget.spend_text(length)?;
        let mut text = String::with_capacity(length);
        text.push_str(first);
        text.push_str(second);
        Ok(Val::from(text))
    }

    fn includes(&mut self, left: Val, right: Val) -> R<Val> {
        if left.is_undefined() || right.is_undefined() {
            return Ok(Val::FALSE);
        }
        let Some(elements) = right.elements() else {
            self.budget.spend_long_text(left.as_str().map_or(0, str::len))?;
            return Ok(identical(&left, &right).into());
        };
        self.budget.spend_items(elements.len())?;
        for element in elements.iter() {
            if let (Some(a), Some(b)) = (element.as_str(), left.as_str())
                && a.len() == b.len()
            {
                self.budget.spend_long_text(a.len())?;
            }
            if identical(&element, &left) {
                return Ok(true.into());
            }
        }
        Ok(Val::FALSE)
    }

    fn range(&mut self, left: Val, right: Val) -> R<Val> {
        let integer = |val: &Val| val.as_f64().filter(|number| number.is_finite() && libm::trunc(*number) == *number);
        let (first, last) = (integer(&left), integer(&right));
        if first.is_none() && !left.is_undefined() {
            return Err(raise("T2003").value(left));
        }
        if last.is_none() && !right.is_undefined() {
            return Err(raise("T2004").value(right));
        }
        let (Some(first), Some(last)) = (first, last) else { return Ok(Val::Undefined) };
        if first > last {
            return Ok(Val::Undefined);
        }
        let size = last - first + 1.0;
        if size > 1e7 {
            return Err(raise("D2014").value(size));
        }
        self.budget.allow_items(size as usize)?;
        Ok(Val::List(Rc::new(List::range(first, size as usize, SEQUENCE))))
    }

    fn comparison(&mut self, operator: Operator, left: Val, right: Val) -> R<Val> {
        let comparable = |val: &Val| matches!(val.kind(), Kind::Undefined | Kind::String | Kind::Number);
        let plain = |val: &Val| matches!(val.kind(), Kind::String | Kind::Number);
        if !comparable(&left) || !comparable(&right) {
            return Err(raise("T2010").value(if plain(&left) { right } else { left }));
        }
        if left.is_undefined() || right.is_undefined() {
            return Ok(Val::Undefined);
        }
        if left.kind() != right.kind() {
            return Err(raise("T2009").value(left).value2(right));
        }
        let order = self.order(&left, &right)?;
        Ok(match operator {
            Operator::Less => order == Some(Ordering::Less),
            Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Greater => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
        .into())
    }

    /// How JavaScript orders two numbers or two texts; nothing if one is not a number at all.
    pub fn order(&mut self, left: &Val, right: &Val) -> R<Option<Ordering>> {
        if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
            // Character by character.
            self.budget.spend_long_text(left.len().min(right.len()).saturating_mul(4))?;
            return Ok(Some(order_texts(left, right)));
        }
        Ok(left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)))
    }

    /// Whether two values are equal all the way down; numbers as doubles.
    pub fn equal(&mut self, left: &Val, right: &Val) -> R<bool> {
        self.budget.spend(1)?;
        match (left, right) {
            (Val::Json(a), Val::Json(b)) if a.is_same(b) => return Ok(true),
            (Val::List(a), Val::List(b)) if Rc::ptr_eq(a, b) => return Ok(true),
            (Val::Function(a), Val::Function(b)) => return Ok(Function::is_same(a, b)),
            _ => {}
        }
        match (left.kind(), right.kind()) {
            (Kind::Null, Kind::Null) => Ok(true),
            (Kind::Bool, Kind::Bool) => Ok(left.as_bool() == right.as_bool()),
            (Kind::Number, Kind::Number) => Ok(left.as_f64() == right.as_f64()),
            (Kind::String, Kind::String) => {
                let (a, b) = (left.as_str().unwrap_or(""), right.as_str().unwrap_or(""));
                self.budget.spend_text(a.len().min(b.len()))?;
                Ok(a == b)
            }
            (Kind::Array, Kind::Array) => {
                let (Some(a), Some(b)) = (left.elements(), right.elements()) else { return Ok(false) };
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    if !self.equal(&a, &b)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Kind::Object, Kind::Object) => {
                let (Some(a), Some(b)) = (left.members(), right.members()) else { return Ok(false) };
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, a) in a.iter() {
                    let Some(b) = b.get(key) else { return Ok(false) };
                    if !self.equal(&a, &b)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Kind::Undefined, Kind::Undefined) => Ok(true),
            _ => Ok(false),
        }
    }
}

/// `===` of JavaScript: arrays and objects only if they are the same thing.
pub(in super::super) fn identical(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Json(Value::Array(_) | Value::Object(_)), Val::Json(_)) => match (a, b) {
            (Val::Json(a), Val::Json(b)) => a.is_same(b),
            _ => false,
        },
        (Val::List(a), Val::List(b)) => Rc::ptr_eq(a, b),
        (Val::Record(a), Val::Record(b)) => Rc::ptr_eq(a, b),
        (Val::Function(a), Val::Function(b)) => Function::is_same(a, b),
        (Val::Undefined, Val::Undefined) => true,
        _ => match (a.kind(), b.kind()) {
            (Kind::Number, Kind::Number) => a.as_f64() == b.as_f64(),
            (Kind::String, Kind::String) => a.as_str() == b.as_str(),
            (Kind::Bool, Kind::Bool) => a.as_bool() == b.as_bool(),
            (Kind::Null, Kind::Null) => true,
            _ => false,
        },
    }
}

fn arithmetic(operator: Operator, left: Val, right: Val) -> R<Val> {
    if !left.is_undefined() && !is_numeric(&left)? {
        return Err(raise("T2001").value(left));
    }
    if !right.is_undefined() && !is_numeric(&right)? {
        return Err(raise("T2002").value(right));
    }
    let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return Ok(Val::Undefined) };
    Ok(Val::Float(match operator {
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        Operator::Star => left * right,
        Operator::Slash => left / right,
        _ => libm::fmod(left, right),
    }))
}

/// By UTF-16 units: what is beyond U+FFFF comes before U+E000.
fn order_texts(left: &str, right: &str) -> Ordering {
    let place = |c: char| (u32::from(c) > 0xFFFF, u32::from(c) >= 0xE000);
    let mut rest = right.chars();
    for a in left.chars() {
        let Some(b) = rest.next() else { return Ordering::Greater };
        if a != b {
            return match (place(a), place(b)) {
                ((true, _), (false, true)) => Ordering::Less,
                ((false, true), (true, _)) => Ordering::Greater,
                _ => a.cmp(&b),
            };
        }
    }
    if rest.next().is_some() { Ordering::Less } else { Ordering::Equal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_ordered_by_units() {
        assert_eq!(order_texts("a", "b"), Ordering::Less);
        assert_eq!(order_texts("ab", "a"), Ordering::Greater);
        assert_eq!(order_texts("😀", "\u{e000}"), Ordering::Less);
        assert_eq!(order_texts("\u{e000}", "😀"), Ordering::Greater);
        assert_eq!(order_texts("\u{d7ff}", "😀"), Ordering::Less);
    }
}
