//! Definitions, in JSON or YAML: the checker, the compiler, the editor's hints, the picture.

use super::within;
use weir::asl::check::{Profile, Resources, check, invalid_definition};
use weir::asl::{Definition, compile, hints, substitutions};
use weir::graph::{Metrics, layout};

/// Findings have places; what has no errors compiles; the editor and the picture take anything.
pub fn checked(text: &str) {
    let definition = Definition::read(text);
    for (resources, express) in [(Resources::Aws, true), (Resources::Spec, false)] {
        let profile = Profile { resources, express, substitutions: false, ..Profile::default() };
        let findings = check(&definition, &profile);
        for finding in &findings {
            let diagnostic = &finding.diagnostic;
            within(text, diagnostic.span, &diagnostic.message);
            assert!(diagnostic.span.start < diagnostic.span.end || text.is_empty(), "nowhere: {diagnostic:?}");
            assert!(!diagnostic.message.is_empty(), "{diagnostic:?}");
            let _ = finding.to_aws(&definition);
        }
        let refused = findings.iter().any(|finding| finding.diagnostic.is_error());
        assert_eq!(invalid_definition(&definition, &findings).is_some(), refused);
        if let (false, Err(error)) = (refused, compile(&definition)) {
            panic!("no errors, and yet: {} {}", error.pointer, error.message);
        }
    }
    let length = text.len() as u32;
    let near = text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    for offset in [0, near % (length + 1), length / 2, length] {
        // A cursor stands between characters.
        let Some(offset) = (0..=offset).rev().find(|at| text.is_char_boundary(*at as usize)) else { continue };
        if let Some(hover) = hints::hover(&definition, offset) {
            within(text, hover.span, &hover.title);
        }
        if let Some(completion) = hints::complete(&definition, offset) {
            within(text, completion.span, "a completion");
        }
        let _ = definition.state_at(offset);
    }
    let picture = layout(&definition, &Metrics::default());
    for node in &picture.nodes {
        let rect = node.rect;
        assert!([rect.x, rect.y, rect.width, rect.height].iter().all(|length| length.is_finite()), "{rect:?}");
    }
    let filled = substitutions::fill(&definition.root.to_value(), &Default::default());
    super::data::written(&filled);
}
