//! Behaviour recorded on real AWS, case by case (`conformance/aws` of the shared data, or `$WEIR_CONFORMANCE`).
//!
//! Every case runs. Those that are known to fail stand in `conformance/known_failures.txt` with the reason; a failure
//! that is not listed fails the test, and so does a listed case that passes.

#[path = "conformance/api.rs"]
mod api;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/execution.rs"]
mod execution;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weir::base::Value;

fn data() -> Option<PathBuf> {
    let from_env = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    from_env.into_iter().chain([beside]).find(|path| path.join("aws").is_dir())
}

fn known_failures() -> BTreeMap<String, String> {
    let text = include_str!("conformance/known_failures.txt");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(": "))
        .map(|(id, reason)| (id.trim().to_owned(), reason.trim().to_owned()))
        .collect()
}

/// Reads a case with its placeholders bound, the longest first.
fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a readable case");
    let plain = Value::parse(&text).expect("a case in JSON");
    let mut bindings: Vec<(String, String)> = Vec::new();
    for (token, value) in
        plain.get("bindings").and_then(Value::as_object).into_iter().flat_map(weir::base::Object::iter)
    {
        let value = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
        bindings.push((token.to_string(), value));
    }
    bindings.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
    bind(&plain, &bindings, true)
}

fn bind(value: &Value, bindings: &[(String, String)], top: bool) -> Value {
    match value {
        Value::String(text) => {
            let bound =
                bindings.iter().fold(text.to_string(), |text, (token, value)| text.replace(token.as_str(), value));
            Value::from(bound)
        }
        Value::Array(items) => items.iter().map(|item| bind(item, bindings, false)).collect(),
        Value::Object(members) => Value::object(members.iter().map(|(key, value)| {
            let keep = top && matches!(&**key, "bindings" | "placeholders" | "id" | "masks");
            (key.clone(), if keep { value.clone() } else { bind(value, bindings, false) })
        })),
        other => other.clone(),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for area in std::fs::read_dir(folder).expect("a folder of areas").flatten() {
        for file in std::fs::read_dir(area.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|extension| extension == "json") {
                found.push(file.path());
            }
        }
    }
    found.sort();
    found
}

/// Runs all cases of a kind, prints the table, and gives the surprises.
fn run(kind: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let Some(data) = data() else {
        println!("conformance: no data at ../shared/conformance or $WEIR_CONFORMANCE; {kind} not run");
        return;
    };
    let known = known_failures();
    let filter = std::env::var("WEIR_CASE").ok();
    let mut areas: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut surprises = Vec::new();
    for path in files(&data.join("aws").join(kind)) {
        let area = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let id = format!("{kind}/{area}/{name}");
        if filter.as_ref().is_some_and(|filter| !id.contains(filter.as_str())) {
            continue;
        }
        let result = check(&read(&path));
        let counts = areas.entry(area).or_default();
        match (&result, known.get(&id)) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => surprises.push(format!("{id}: listed as a known failure, but passes")),
            (Err(_), Some(reason)) => println!("known failure {id}: {reason}"),
            (Err(error), None) => surprises.push(format!("{id}: {error}")),
        }
        counts.0 += u32::from(result.is_ok());
        counts.1 += 1;
    }
    println!("\n{kind:<24}passed  failed");
    for (area, (passed, all)) in &areas {
        println!("{area:<24}{passed:>6}{:>8}", all - passed);
    }
    let (passed, all) = areas.values().fold((0, 0), |(p, a), (passed, all)| (p + passed, a + all));
    println!(
        "conformance {kind}: {passed} of {all} passed ({:.2} %)",
        100.0 * f64::from(passed) / f64::from(all.max(1))
    );
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

#[test]
fn executions() {
    run("executions", execution::check);
}

#[test]
fn api_calls() {
    run("api", api::check);
}
