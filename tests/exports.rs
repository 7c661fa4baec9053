//! What is exported, of each preset to each format. The templates stay in `target/tmp/exports`: `cargo xtask test` has
//! cfn-lint read them.

use weir::base::Value;
use weir::simulation::presets::PRESETS;
use weir::workspace::Workspace;
use weir::workspace::export::{Format, export};
use weir::workspace::import;

#[test]
fn presets_are_exported_and_come_back() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("exports");
    // What an older test wrote is not what is tested.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut shifting = 0;
    for preset in PRESETS {
        let workspace = Workspace::from_scenario(preset.document, "order-flow", None).unwrap();
        let machine = workspace.account.machine("order-flow").unwrap();
        let newest = machine.aliases[0].routing.routes().iter().map(|route| route.version).max().unwrap();
        let definition = Value::parse(&machine.versions[&newest].revision.definition).unwrap();
        for (name, format) in Format::WORDS {
            let made = export(&workspace, None, format).unwrap();
            assert!(made.notes.iter().all(|note| made.text.contains(note)), "{} {name}", preset.id);
            assert!(!made.notes.iter().any(|note| note.contains("has errors")), "{} {name}", preset.id);
            if !matches!(format, Format::CloudFormation | Format::Sam) {
                continue;
            }
            let template = Value::parse(&made.text).unwrap();
            let found = import::definitions(&template);
            assert_eq!(Value::parse(found[0].1.as_deref().unwrap()).unwrap(), definition, "{} {name}", preset.id);
            shifting += usize::from(made.text.contains("\"Percentage\""));
            std::fs::write(folder.join(format!("{}.{name}.json", preset.id)), &made.text).unwrap();
        }
    }
    println!(
        "{} presets in {} formats; {shifting} templates shift traffic step by step",
        PRESETS.len(),
        Format::WORDS.len()
    );
    assert!(shifting > 0);
}
