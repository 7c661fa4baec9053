//! What is wrong with an expression, in the codes and the words of jsonata 2.0.6.

use super::function::Function;
use super::json;
use super::value::Val;
use crate::base::{Span, Text, Value};
use std::fmt;

/// An expression that does not compile, or that failed while it was evaluated.
#[derive(Clone, Debug)]
pub struct Error {
    /// `S…` for syntax, `T…` for types, `D…` for data; [`TIMEOUT`], [`MEMORY`] and [`INTERNAL`] besides.
    pub code: &'static str,
    /// The text of jsonata 2.0.6 for the code, with its inserts. AWS puts the code in front of it; see [`Error::tail`].
    pub message: String,
    /// The part of the expression that is at fault, in bytes.
    pub span: Span,
    /// The offset in UTF-16 units that jsonata 2.0.6 names: the end of a token, mostly of the outermost call.
    pub position: Option<u32>,
    /// The token that jsonata names: an operator, a name, the function that was called.
    pub token: Option<Value>,
    /// The value that was refused.
    pub value: Option<Value>,
}

/// The budget of steps or of nesting is used up.
pub const TIMEOUT: &str = "U1001";
/// A text, a sequence or the nesting of a value is beyond its limit.
pub const MEMORY: &str = "U1002";
/// What jsonata-js answers with an error of JavaScript, such as calling `$substring(?, 1)` with a number.
pub const INTERNAL: &str = "U1003";

pub(super) const TOO_LONG: &str = "Expression evaluation timeout: Check for infinite loop";
pub(super) const TOO_DEEP: &str =
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.";
pub(super) const TOO_LARGE: &str = "Expression evaluation memory limit exceeded: Check for excessive memory usage";

impl Error {
    /// What AWS writes behind `… threw an error during evaluation`: `. T1006: Attempted to invoke a non-function`; its
    /// own limits have no code: `: Expression evaluation timeout: Check for infinite loop`.
    pub fn tail(&self) -> String {
        match self.code {
            TIMEOUT | MEMORY => format!(": {}", self.message),
            code => format!(". {code}: {}", self.message),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

/// An error on its way up. Calls that it passes add where and in what it happened, and the text is made at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Raised {
    pub code: &'static str,
    /// The part of the main expression that raised it.
    pub span: Option<Span>,
    /// What jsonata-js would say; see [`Error::position`].
    pub position: Option<u32>,
    pub token: Option<Val>,
    pub value: Val,
    pub value2: Val,
    pub index: Option<u32>,
    /// The element type of an array that a signature asked for.
    pub element: Option<&'static str>,
    /// The exponent of `$power`, or the name of the function that met a malformed URL.
    pub extra: Val,
    /// Given instead of made from a template.
    pub message: Option<String>,
}

pub(super) type R<T> = Result<T, Box<Raised>>;

pub(super) fn raise(code: &'static str) -> Box<Raised> {
    Box::new(Raised { code, ..Raised::default() })
}

/// An error without a template.
pub(super) fn raise_text(code: &'static str, message: impl Into<String>) -> Box<Raised> {
    Box::new(Raised { code, message: Some(message.into()), ..Raised::default() })
}

/// What JavaScript would refuse by itself.
pub(super) fn internal(message: &str) -> Box<Raised> {
    raise_text(INTERNAL, message)
}

impl Raised {
    pub fn value(mut self: Box<Self>, value: impl Into<Val>) -> Box<Self> {
        self.value = value.into();
        self
    }

    pub fn value2(mut self: Box<Self>, value: Val) -> Box<Self> {
        self.value2 = value;
        self
    }

    pub fn token(mut self: Box<Self>, token: impl Into<Val>) -> Box<Self> {
        self.token = Some(token.into());
        self
    }

    pub fn index(mut self: Box<Self>, index: usize) -> Box<Self> {
        self.index = Some(index as u32);
        self
    }

    pub fn extra(mut self: Box<Self>, extra: impl Into<Val>) -> Box<Self> {
        self.extra = extra.into();
        self
    }

    pub fn at(mut self: Box<Self>, span: Span) -> Box<Self> {
        self.span = Some(span);
        self
    }

    pub fn position(mut self: Box<Self>, position: u32) -> Box<Self> {
        self.position = Some(position);
        self
    }

    /// The text for people.
    pub fn text(&self) -> String {
        let template = match template(self.code) {
            Some(template) => template,
            None => return self.message.clone().unwrap_or_default(),
        };
        // First the raw inserts, then the quoted ones; a raw insert may bring quoted ones along, as in jsonata-js.
        let raw = insert(template, "{{{", "}}}", |name| match name {
            "message" => self.message.clone().unwrap_or_else(|| "undefined".to_owned()),
            "token" => plain(self.token.as_ref().unwrap_or(&Val::Undefined)),
            "functionName" => plain(&self.extra),
            _ => "undefined".to_owned(),
        });
        insert(&raw, "{{", "}}", |name| match name {
            "token" => json::for_message(self.token.as_ref().unwrap_or(&Val::Undefined)),
            "value" => json::for_message(&self.value),
            "value2" => json::for_message(&self.value2),
            "index" => self.index.map_or_else(|| "undefined".to_owned(), |index| index.to_string()),
            "type" => self.element.map_or_else(|| "undefined".to_owned(), |element| format!("\"{element}\"")),
            "exp" => json::for_message(&self.extra),
            "message" => match &self.message {
                Some(message) => json::for_message(&Val::from(message.as_str())),
                None => "undefined".to_owned(),
            },
            _ => "undefined".to_owned(),
        })
    }

    pub fn into_error(self, whole: Span) -> Error {
        let shown = |val: &Val| match val {
            Val::Undefined => None,
            Val::Function(function) if !matches!(**function, Function::Native(_)) => None,
            val => json::to_value(val).ok().flatten(),
        };
        Error {
            code: self.code,
            message: self.text(),
            span: self.span.unwrap_or(whole),
            position: self.position,
            token: self.token.as_ref().and_then(shown),
            value: shown(&self.value),
        }
    }
}

fn plain(val: &Val) -> String {
    match val.as_str() {
        Some(text) => text.to_owned(),
        None => json::for_message(val),
    }
}

/// Replaces every `open name close` of a text, scanning it once.
fn insert(text: &str, open: &str, close: &str, mut made: impl FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        // The name has at least one character and no closing brace.
        let Some((name, behind)) = after.split_once('}') else { break };
        let Some(behind) = behind.strip_prefix(close.get(1..).unwrap_or("")).filter(|_| !name.is_empty()) else {
            // Not an insert here; one may begin at the next character.
            let step = before.len() + 1;
            out.push_str(rest.get(..step).unwrap_or(rest));
            rest = rest.get(step..).unwrap_or("");
            continue;
        };
        out.push_str(before);
        out.push_str(&made(name));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The catalogue of jsonata 2.0.6, whose texts users and AWS show.
fn template(code: &str) -> Option<&'static str> {
    Some(match code {
        "S0101" => "String literal must be terminated by a matching quote",
        "S0102" => "Number out of range: {{token}}",
        "S0103" => "Unsupported escape sequence: \\{{token}}",
        "S0104" => "The escape sequence \\u must be followed by 4 hex digits",
        "S0105" => "Quoted property name must be terminated with a backquote (`)",
        "S0106" => "Comment has no closing tag",
        "S0201" => "Syntax error: {{token}}",
        "S0202" => "Expected {{value}}, got {{token}}",
        "S0203" => "Expected {{value}} before end of expression",
        "S0204" => "Unknown operator: {{token}}",
        "S0207" => "Unexpected end of expression",
        "S0208" => "Parameter {{value}} of function definition must be a variable name (start with $)",
        "S0209" => "A predicate cannot follow a grouping expression in a step",
        "S0210" => "Each step can only have one grouping expression",
        "S0211" => "The symbol {{token}} cannot be used as a unary operator",
        "S0212" => "The left side of := must be a variable name (start with $)",
        "S0213" => "The literal value {{value}} cannot be used as a step within a path expression",
        "S0214" => "The right side of {{token}} must be a variable name (start with $)",
        "S0215" => "A context variable binding must precede any predicates on a step",
        "S0216" => "A context variable binding must precede the 'order-by' clause on a step",
        "S0217" => "The object representing the 'parent' cannot be derived from this expression",
        "S0301" => "Empty regular expressions are not allowed",
        "S0302" => "No terminating / in regular expression",
        "S0401" => "Type parameters can only be applied to functions and arrays",
        "S0402" => "Choice groups containing parameterized types are not supported",
        "T0410" => "Argument {{index}} of function {{token}} does not match function signature",
        "T0411" => "Context value is not a compatible type with argument {{index}} of function {{token}}",
        "T0412" => "Argument {{index}} of function {{token}} must be an array of {{type}}",
        "D1001" => "Number out of range: {{value}}",
        "D1002" => "Cannot negate a non-numeric value: {{value}}",
        "T1003" => "Key in object structure must evaluate to a string; got: {{value}}",
        "D1004" => "Regular expression matches zero length string",
        "T1005" => "Attempted to invoke a non-function. Did you mean ${{{token}}}?",
        "T1006" => "Attempted to invoke a non-function",
        "T1007" => "Attempted to partially apply a non-function. Did you mean ${{{token}}}?",
        "T1008" => "Attempted to partially apply a non-function",
        "D1009" => "Multiple key definitions evaluate to same key: {{value}}",
        "D1010" => "Attempted to access the Javascript object prototype",
        "T1010" => {
            "The matcher function argument passed to function {{token}} does not return the correct object structure"
        }
        "T2001" => "The left side of the {{token}} operator must evaluate to a number",
        "T2002" => "The right side of the {{token}} operator must evaluate to a number",
        "T2003" => "The left side of the range operator (..) must evaluate to an integer",
        "T2004" => "The right side of the range operator (..) must evaluate to an integer",
        "T2006" => "The right side of the function application operator ~> must be a function",
        "T2007" => "Type mismatch when comparing values {{value}} and {{value2}} in order-by clause",
        "T2008" => "The expressions within an order-by clause must evaluate to numeric or string values",
        "T2009" => {
            "The values {{value}} and {{value2}} either side of operator {{token}} must be of the same data type"
        }
        "T2010" => "The expressions either side of operator {{token}} must evaluate to numeric or string values",
        "T2011" => "The insert/update clause of the transform expression must evaluate to an object: {{value}}",
        "T2012" => {
            "The delete clause of the transform expression must evaluate to a string or array of strings: {{value}}"
        }
        "T2013" => {
            "The transform expression clones the input object using the $clone() function.  This has been overridden in the current scope by a non-function."
        }
        "D2014" => {
            "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  Attempted to allocate {{value}}."
        }
        "D3001" => "Attempting to invoke string function on Infinity or NaN",
        "D3010" => "Second argument of replace function cannot be an empty string",
        "D3011" => "Fourth argument of replace function must evaluate to a positive number",
        "D3012" => "Attempted to replace a matched string with a non-string value",
        "D3020" => "Third argument of split function must evaluate to a positive number",
        "D3030" => "Unable to cast value to a number: {{value}}",
        "D3040" => "Third argument of match function must evaluate to a positive number",
        "D3050" => "The second argument of reduce function must be a function with at least two arguments",
        "D3060" => "The sqrt function cannot be applied to a negative number: {{value}}",
        "D3061" => {
            "The power function has resulted in a value that cannot be represented as a JSON number: base={{value}}, exponent={{exp}}"
        }
        "D3070" => {
            "The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function"
        }
        "D3080" => "The picture string must only contain a maximum of two sub-pictures",
        "D3081" => "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
        "D3082" => "The sub-picture must not contain more than one instance of the 'percent' character",
        "D3083" => "The sub-picture must not contain more than one instance of the 'per-mille' character",
        "D3084" => "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
        "D3085" => {
            "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'"
        }
        "D3086" => {
            "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character"
        }
        "D3087" => {
            "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character"
        }
        "D3088" => "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
        "D3089" => "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
        "D3090" => {
            "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'"
        }
        "D3091" => {
            "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'"
        }
        "D3092" => {
            "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'"
        }
        "D3093" => {
            "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'"
        }
        "D3100" => "The radix of the formatBase function must be between 2 and 36.  It was given {{value}}",
        "D3110" => "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {{value}}",
        "D3120" => "Syntax error in expression passed to function eval: {{value}}",
        "D3121" => "Dynamic error evaluating the expression passed to function eval: {{value}}",
        "D3130" => {
            "Formatting or parsing an integer as a sequence starting with {{value}} is not supported by this implementation"
        }
        "D3131" => "In a decimal digit pattern, all digits must be from the same decimal group",
        "D3132" => "Unknown component specifier {{value}} in date/time picture string",
        "D3133" => {
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {{value}}"
        }
        "D3134" => "The timezone integer format specifier cannot have more than four digits",
        "D3135" => "No matching closing bracket ']' in date/time picture string",
        "D3136" => "The date/time picture string is missing specifiers required to parse the timestamp",
        "D3137" => "{{{message}}}",
        "D3138" => "The $single() function expected exactly 1 matching result.  Instead it matched more.",
        "D3139" => "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
        "D3140" => "Malformed URL passed to ${{{functionName}}}(): {{value}}",
        "D3141" => "{{{message}}}",
        _ => return None,
    })
}

impl From<&Text> for Val {
    fn from(text: &Text) -> Val {
        Val::Json(Value::String(text.clone()))
    }
}
