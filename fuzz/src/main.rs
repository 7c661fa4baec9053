//! libFuzzer around one of the properties: the one that `WEIR_FUZZ` names. `cargo xtask fuzz` builds and runs it.
#![no_main]

mod properties;

use libfuzzer_sys::fuzz_target;
use properties::{Property, seeds};
use std::sync::OnceLock;
use std::time::Instant;

static PROPERTY: OnceLock<&Property> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("WEIR_FUZZ").unwrap_or_default();
        if name.is_empty() {
            properties::ALL.iter().for_each(|property| println!("{}", property.name));
            std::process::exit(0);
        }
        let property = properties::ALL.iter().find(|property| property.name == name);
        let property = property.unwrap_or_else(|| panic!("WEIR_FUZZ names no property: {name:?}"));
        let _ = PROPERTY.set(property);
        // Where seeds and words go, before libFuzzer looks for them.
        if let Some(folder) = std::env::var_os("WEIR_FUZZ_SEEDS") {
            seeds::write(property, folder.as_ref()).expect("the folder of the seeds can be written");
        }
    },
    |bytes: &[u8]| {
        let Some(property) = PROPERTY.get() else { return };
        let text = String::from_utf8_lossy(bytes);
        let (start, used) = (Instant::now(), processor_time());
        (property.holds)(&text);
        // Others may want the processor, too: what counts is what this thread had of it.
        if start.elapsed().as_secs() >= 1 {
            let seconds = processor_time() - used;
            assert!(seconds < properties::LONGEST, "it takes {seconds:.1} s");
        }
    }
);

/// Seconds of the processor that this thread has had; 0 where the system does not tell.
fn processor_time() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
