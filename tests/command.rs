//! The native command, as a shell runs it.

use std::process::{Command, Output};

fn weir(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weir")).args(arguments).output().unwrap()
}

#[test]
fn says_its_version() {
    let output = weir(&["--version"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), concat!("weir ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_command_that_is_none_is_named_and_help_shown() {
    let output = weir(&["frobnicate"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("`frobnicate`") && text.contains("usage:"), "{text}");
}
