//! STAND-IN until the `paths` branch lands.
use crate::base::{Object, Text, Value};
use std::fmt;
use std::rc::Rc;

#[derive(Debug, PartialEq)]
pub enum Root {
    Input,
    Context,
    Variable(Text),
}
#[derive(Debug)]
pub struct Path {
    text: Text,
    root: Root,
    names: Vec<Text>,
}
#[derive(Debug)]
pub struct SyntaxError {
    pub message: String,
}
#[derive(Debug)]
pub struct PathError(String);
impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Path {
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        let mut parts = text.split('.');
        let head = parts.next().unwrap_or("");
        let root = match head {
            "$" => Root::Input,
            "$$" => Root::Context,
            h if h.starts_with('$') => Root::Variable(h[1..].into()),
            _ => return Err(SyntaxError { message: "bad path".into() }),
        };
        Ok(Path { text: text.into(), root, names: parts.map(Into::into).collect() })
    }
    pub fn root(&self) -> &Root {
        &self.root
    }
    pub fn text(&self) -> &Text {
        &self.text
    }
    pub fn leading_names(&self) -> Vec<&str> {
        self.names.iter().map(|n| &**n).collect()
    }
    pub fn missing_root(&self) -> PathError {
        PathError("no such variable".into())
    }
    pub fn select(&self, root: &Value) -> Result<Value, PathError> {
        let mut at = root;
        for n in &self.names {
            at = at.get(n).ok_or_else(|| PathError(format!("No results for path: $['{n}']")))?;
        }
        Ok(at.clone())
    }
    pub fn set(&self, root: &mut Value, value: Value) -> Result<(), PathError> {
        fn go(at: &mut Value, names: &[Text], value: Value) {
            match names {
                [] => *at = value,
                [n, rest @ ..] => {
                    if at.as_object().is_none() {
                        *at = Object::new().into();
                    }
                    if let Value::Object(o) = at {
                        Rc::make_mut(o).update(n, |v| go(v, rest, value));
                    }
                }
            }
        }
        go(root, &self.names, value);
        Ok(())
    }
}
