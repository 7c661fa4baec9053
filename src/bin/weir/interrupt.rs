//! Ctrl-C while something plays that takes its time.

use crate::output;
use std::io::Write;

/// As shells tell of a program that SIGINT has ended.
const CODE: i32 = 130;

/// From now on Ctrl-C ends the command at once, with a sentence, and leaves no bar behind.
pub fn listen(what: &'static str) {
    let stop = move || {
        // Nobody else draws any more.
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{}weir: {what} was stopped, so there is no result", output::clear());
        std::process::exit(CODE);
    };
    // Where that cannot be had, Ctrl-C does what it always does. The tests in the browser compile this program, too, and
    // never run it.
    #[cfg(not(target_arch = "wasm32"))]
    let _ = ctrlc::set_handler(stop);
    #[cfg(target_arch = "wasm32")]
    let _ = stop;
}
