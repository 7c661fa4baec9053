//! The rules of a Choice state (States Language, "Choice State").

use super::reader::Reader;
use super::state::{assign, target};
use crate::asl::program::{Choice, Condition, Exit, Io, Operand, Relation, Rule, Test};
use crate::asl::{Definition, QueryLanguage, State};
use crate::base::Diagnostic;

pub(super) fn choice(definition: &Definition, state: &State, at: &Reader<'_>, io: Io) -> Result<Choice, Diagnostic> {
    let mut rules = Vec::new();
    for (n, rule) in at.required("Choices")?.elements()?.iter().enumerate() {
        let condition = match state.language {
            QueryLanguage::JsonPath => condition(rule)?,
            QueryLanguage::Jsonata => {
                let at = rule.required("Condition")?;
                match at.expression(&format!("Choices[{n}]/Condition"))? {
                    Some(expression) => Condition::Jsonata(expression),
                    None if at.boolean()? => Condition::And(Vec::new()),
                    None => Condition::Or(Vec::new()),
                }
            }
        };
        let next = target(definition, state, &rule.required("Next")?)?;
        let place = format!("Choices[{n}]/");
        let output = rule.get("Output").map(|at| at.template(&format!("{place}Output"), state.language)).transpose()?;
        let assign = assign(rule, &place, state.language)?;
        rules.push(Rule { condition, exit: Exit { next, output, assign } });
    }
    let default = match at.get("Default") {
        // What the state itself says of Output and Assign holds where no rule matches; `io` has it.
        Some(default) => Some(Exit { next: target(definition, state, &default)?, output: None, assign: None }),
        None => None,
    };
    Ok(Choice { rules, default, io })
}

fn condition(at: &Reader<'_>) -> Result<Condition, Diagnostic> {
    if let Some(not) = at.get("Not") {
        return Ok(Condition::Not(Box::new(condition(&not)?)));
    }
    if let Some(all) = at.get("And") {
        return all.elements()?.iter().map(condition).collect::<Result<_, _>>().map(Condition::And);
    }
    if let Some(any) = at.get("Or") {
        return any.elements()?.iter().map(condition).collect::<Result<_, _>>().map(Condition::Or);
    }
    let variable = at.required("Variable")?.path()?;
    for member in at.node.members() {
        let operand = Reader::new(&member.value, at.pointer.key(&member.key));
        if let Some(test) = test(&member.key, &operand)? {
            return Ok(Condition::Compare { variable, test });
        }
    }
    Err(at.error("missing-field", "a choice rule needs a comparison"))
}

/// The comparison that a field is, if it is one.
fn test(key: &str, at: &Reader<'_>) -> Result<Option<Test>, Diagnostic> {
    let expected = || at.boolean();
    Ok(Some(match key {
        "IsPresent" => Test::IsPresent(expected()?),
        "IsNull" => Test::IsNull(expected()?),
        "IsBoolean" => Test::IsBoolean(expected()?),
        "IsNumeric" => Test::IsNumeric(expected()?),
        "IsString" => Test::IsString(expected()?),
        "IsTimestamp" => Test::IsTimestamp(expected()?),
        "StringMatches" => Test::StringMatches(at.text()?),
        _ => {
            let (name, is_path) = key.strip_suffix("Path").map_or((key, false), |name| (name, true));
            let (kind, relation) = match split(name) {
                Some(parts) => parts,
                None => return Ok(None),
            };
            let operand = if is_path { Operand::Path(at.path()?) } else { Operand::Given(at.value()) };
            match kind {
                "String" => Test::String(relation, operand),
                "Numeric" => Test::Numeric(relation, operand),
                "Timestamp" => Test::Timestamp(relation, operand),
                "Boolean" if relation == Relation::Equals => Test::Boolean(operand),
                _ => return Ok(None),
            }
        }
    }))
}

fn split(name: &str) -> Option<(&str, Relation)> {
    const RELATIONS: [(&str, Relation); 5] = [
        ("LessThanEquals", Relation::LessThanEquals),
        ("GreaterThanEquals", Relation::GreaterThanEquals),
        ("LessThan", Relation::LessThan),
        ("GreaterThan", Relation::GreaterThan),
        ("Equals", Relation::Equals),
    ];
    RELATIONS.iter().find_map(|(suffix, relation)| name.strip_suffix(suffix).map(|kind| (kind, *relation)))
}
