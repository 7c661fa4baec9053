//! STAND-IN until the `paths` branch lands.
use super::{Path, QueryError};
use crate::base::Value;
#[derive(Debug)]
pub struct Call;
#[derive(Debug)]
pub struct SyntaxError {
    pub message: String,
}
impl Call {
    pub fn parse(_: &str) -> Result<Call, SyntaxError> {
        Err(SyntaxError { message: "no intrinsics yet".into() })
    }
    pub fn uses_entropy(&self) -> bool {
        false
    }
    pub fn paths(&self, _: &mut dyn FnMut(&Path)) {}
    pub fn evaluate(
        &self,
        _: &mut dyn FnMut(&Path) -> Result<Value, QueryError>,
        _: &mut dyn FnMut() -> u64,
    ) -> Result<Value, QueryError> {
        Ok(Value::Null)
    }
}
