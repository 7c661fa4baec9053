//! What JSONata stands on in any program (values, texts and their places, paths, intrinsic functions, times), and with the feature
//! `jsonata` JSONata beside it. Nothing calls this; the difference of the two modules is what JSONata weighs.

use std::hint::black_box;
use weir::asl::query::Path;
use weir::asl::query::intrinsic::{Call, Failure};
use weir::base::{Time, Value};

/// The compiler is not to know the text.
fn text() -> String {
    black_box(String::new())
}

#[unsafe(no_mangle)]
pub extern "C" fn without() -> usize {
    let input = Value::parse(&text()).unwrap_or_default();
    // With places, as a definition is read.
    let places = black_box(weir::base::value::read::parse(&text())).errors.len();
    let value = match Call::parse(&text()) {
        Err(error) => Value::from(error.message.as_str()),
        Ok(call) => {
            let failure = |reason: String| Failure { call: "".into(), reason };
            let mut select = |path: &Path| path.select(&input).map_err(|error| failure(error.to_string()));
            call.evaluate::<Failure>(&mut select, &mut || black_box(7)).unwrap_or_default()
        }
    };
    let time = Time::from_rfc3339(&text()).unwrap_or(Time::ZERO);
    places + black_box(value.to_json()).len() + black_box(time.to_rfc3339()).len()
}

#[cfg(feature = "jsonata")]
#[unsafe(no_mangle)]
pub extern "C" fn with() -> usize {
    use weir::asl::query::jsonata::{Dialect, Fixed, Jsonata};
    let answer = match Jsonata::compile(&text(), Dialect::Aws) {
        Err(error) => Value::from(error.message),
        Ok(jsonata) => match jsonata.evaluate(Value::parse(&text()).ok().as_ref(), &mut Fixed::default()) {
            Ok(answer) => answer.value().cloned().unwrap_or_default(),
            Err(error) => Value::from(error.message),
        },
    };
    black_box(answer.to_json()).len()
}
