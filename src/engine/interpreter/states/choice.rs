//! Choice: the first rule that holds decides.

use super::super::run::{Fault, Work};
use super::super::strand::StrandId;
use super::super::{Execution, Failure, Now};
use crate::asl::QueryLanguage;
use crate::asl::program::{Choice, Condition, Next, Operand, Relation, State, Test};
use crate::asl::query::{Path, QueryError, Scope};
use crate::base::{Time, Value};
use crate::engine::history::Record;
use std::cmp::Ordering;

impl Execution {
    pub(in super::super) fn choose<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        choice: &Choice,
    ) -> Result<Work, Fault> {
        let input = self.effective_input(now, id, state)?;
        let mut chosen = choice.default.as_ref();
        let mut by_rule = false;
        for rule in &choice.rules {
            if self.query(now.at, id, &input, |scope| Ok(holds(&rule.condition, scope)))?? {
                chosen = Some(&rule.exit);
                by_rule = true;
                break;
            }
        }
        let Some(exit) = chosen else {
            let failure = Failure::new(
                "States.NoChoiceMatched",
                format!(
                    "An error occurred while executing the state '{}' (entered at the event id #{}). \
                     Failed to transition out of the state. The state does not point to a next state.",
                    state.name, self.strands[id].entered.0
                ),
            );
            return Err(Fault::Failure(failure));
        };
        // A rule speaks for itself; where none holds, the state does.
        let (output, assign) = match by_rule {
            true => (exit.output.as_ref(), exit.assign.as_ref()),
            false => (choice.io.output.as_ref(), choice.io.assign.as_ref()),
        };
        let result = if state.language == QueryLanguage::Jsonata { self.strands[id].input.clone() } else { input };
        let (output, assigned) = self.shape(now, id, state, result, output, assign)?;
        self.check_size(state, &output)?;
        self.check_assigned(id, state, &assigned)?;
        self.exit(now, id, output, assigned, Next::State(exit.next));
        Ok(Work::Under)
    }
}

fn holds(condition: &Condition, scope: &Scope<'_>) -> Result<bool, Fault> {
    match condition {
        Condition::Not(condition) => Ok(!holds(condition, scope)?),
        Condition::And(all) => {
            for condition in all {
                if !holds(condition, scope)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Condition::Or(any) => {
            for condition in any {
                if holds(condition, scope)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Condition::Jsonata(expression) => Ok(expression.expect(scope, "boolean")?.as_bool().unwrap_or(false)),
        Condition::Compare { variable, test } => {
            let value = match scope.read(variable) {
                Ok(value) => Some(value),
                Err(QueryError::Path { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            if let Test::IsPresent(expected) = test {
                return Ok(value.is_some() == *expected);
            }
            let Some(value) = value else { return Err(invalid(variable)) };
            passes(test, &value, scope)
        }
    }
}

fn invalid(path: &Path) -> Fault {
    Fault::Runtime(format!(
        "Invalid path '{}': The choice state's condition path references an invalid value.",
        path.text()
    ))
}

fn passes(test: &Test, value: &Value, scope: &Scope<'_>) -> Result<bool, Fault> {
    Ok(match test {
        Test::IsPresent(expected) => *expected,
        Test::IsNull(expected) => value.is_null() == *expected,
        Test::IsBoolean(expected) => value.as_bool().is_some() == *expected,
        Test::IsNumeric(expected) => value.as_number().is_some() == *expected,
        Test::IsString(expected) => value.as_str().is_some() == *expected,
        Test::IsTimestamp(expected) => timestamp(value).is_some() == *expected,
        Test::StringMatches(pattern) => value.as_str().is_some_and(|text| matches_pattern(pattern, text)),
        Test::String(relation, operand) => {
            let operand = resolve(operand, scope)?;
            // Java orders texts by UTF-16 units.
            let texts = value.as_str().zip(operand.as_str());
            compare(*relation, texts.map(|(a, b)| a.encode_utf16().cmp(b.encode_utf16())))
        }
        Test::Numeric(relation, operand) => {
            let operand = resolve(operand, scope)?;
            compare(*relation, value.as_number().zip(operand.as_number()).and_then(|(a, b)| a.partial_cmp(b)))
        }
        Test::Timestamp(relation, operand) => {
            let operand = resolve(operand, scope)?;
            compare(*relation, timestamp(value).zip(timestamp(&operand)).map(|(a, b)| a.cmp(&b)))
        }
        Test::Boolean(operand) => {
            let operand = resolve(operand, scope)?;
            value.as_bool().is_some() && value.as_bool() == operand.as_bool()
        }
    })
}

fn resolve(operand: &Operand, scope: &Scope<'_>) -> Result<Value, Fault> {
    match operand {
        Operand::Given(value) => Ok(value.clone()),
        Operand::Path(path) => scope.read(path).map_err(|_| invalid(path)),
    }
}

fn timestamp(value: &Value) -> Option<Time> {
    value.as_str().and_then(Time::from_rfc3339)
}

/// Values of different types compare to nothing, and nothing passes no test.
fn compare(relation: Relation, ordering: Option<Ordering>) -> bool {
    ordering.is_some_and(|ordering| match relation {
        Relation::Equals => ordering.is_eq(),
        Relation::LessThan => ordering.is_lt(),
        Relation::GreaterThan => ordering.is_gt(),
        Relation::LessThanEquals => ordering.is_le(),
        Relation::GreaterThanEquals => ordering.is_ge(),
    })
}

/// StringMatches: `*` stands for any number of characters, `\*` for itself, `\\` for a backslash.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Part {
        Any,
        One(char),
    }
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => Part::Any,
            '\\' => Part::One(chars.next().unwrap_or('\\')),
            c => Part::One(c),
        });
    }
    // Greedy with one point to come back to: linear in practice, at worst the product of the lengths.
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut back = None;
    while t < text.len() {
        match parts.get(p) {
            Some(Part::Any) => {
                back = Some((p, t));
                p += 1;
            }
            Some(Part::One(c)) if text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    parts.get(p..).unwrap_or_default().iter().all(|part| *part == Part::Any)
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("log-*.txt", "log-1.txt", true),
            ("log-*.txt", "log-1.txt.bak", false),
            ("*", "", true),
            ("a*b*c", "a1b2b3c", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("a\\\\*", "a\\b", true),
            ("", "", true),
            ("", "a", false),
            ("**a", "bba", true),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
    }
}
