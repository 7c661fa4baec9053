//! DEFINITION: the text, and what is wrong with it.

use super::Action;
use crate::asl::Definition;
use crate::base::{Diagnostic, Severity, Span};
use crate::ui::editor::{Editor, Handle, Language};
use crate::ui::store;
use std::rc::Rc;
use yew::prelude::*;

pub const LABEL: &str = "Definition";

#[derive(Clone, PartialEq, Properties)]
pub struct DefinitionProps {
    pub draft: Rc<str>,
    /// The draft as it was when it was last looked at: places are in it.
    pub seen: Rc<str>,
    /// Changes when the text is another for another reason than typing.
    pub revision: u32,
    pub diagnostics: Rc<[Diagnostic]>,
    pub selected: Option<Rc<str>>,
    #[prop_or_default]
    pub read_only: bool,
    pub on: Callback<Action>,
}

#[component]
pub fn DefinitionPane(props: &DefinitionProps) -> Html {
    let handle = use_mut_ref(|| None::<Handle>);
    let onready = {
        let handle = Rc::clone(&handle);
        Callback::from(move |ready: Handle| *handle.borrow_mut() = Some(ready))
    };
    let onchange = props.on.reform(Action::Type);
    let selected = use_memo((props.selected.clone(), Rc::clone(&props.seen)), |(selected, seen)| {
        let name = selected.as_ref()?;
        let definition = Definition::read(seen);
        definition.states.iter().find(|state| *state.name == **name).map(|state| state.name_span)
    });
    // A state that was chosen in the picture is gone to in the text.
    use_effect_with((props.selected.clone(), props.revision), {
        let (handle, seen, selected) = (Rc::clone(&handle), Rc::clone(&props.seen), *selected);
        move |_| {
            if let (Some(span), Some(handle)) = (selected, handle.borrow().as_ref()) {
                handle.go_to(&seen, span);
            }
        }
    });
    let highlights: Rc<[Span]> = selected.into_iter().collect();
    let language = if props.draft.trim_start().starts_with(['{', '[']) || props.draft.trim().is_empty() {
        Language::Json
    } else {
        Language::Yaml
    };
    html! {
        <>
            <Editor
                label={LABEL}
                {language}
                text={Rc::clone(&props.draft)}
                revision={props.revision}
                read_only={props.read_only}
                diagnostics={Rc::clone(&props.diagnostics)}
                {highlights}
                {onchange}
                {onready}
                completions={Callback::from(|question| store::complete(&question))}
                hover={Callback::from(|question| store::hover(&question))}
            />
            <Problems draft={Rc::clone(&props.seen)} diagnostics={Rc::clone(&props.diagnostics)} go={Callback::from({
                let (handle, seen) = (Rc::clone(&handle), Rc::clone(&props.seen));
                move |span| {
                    if let Some(handle) = handle.borrow().as_ref() {
                        handle.go_to(&seen, span);
                    }
                }
            })} />
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ProblemsProps {
    draft: Rc<str>,
    diagnostics: Rc<[Diagnostic]>,
    go: Callback<Span>,
}

/// The strip under the editor: how many there are, and each with its line.
#[component]
fn Problems(props: &ProblemsProps) -> Html {
    let is_open = use_state(|| false);
    let errors = props.diagnostics.iter().filter(|finding| finding.is_error()).count();
    let warnings = props.diagnostics.len() - errors;
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let said = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (0, n) => plural(n, "warning"),
        (n, 0) => plural(n, "error"),
        (e, w) => format!("{}, {}", plural(e, "error"), plural(w, "warning")),
    };
    let toggle = {
        let is_open = is_open.clone();
        Callback::from(move |_| is_open.set(!*is_open))
    };
    let line = |at: u32| props.draft.get(..at as usize).map_or(1, |before| before.matches('\n').count() + 1);
    let shown = *is_open || errors > 0;
    html! {
        <section class="findings" aria-label="Problems">
            <button type="button" class={classes!("findings-head", (errors > 0).then_some("bad"))} aria-expanded={shown.to_string()} onclick={toggle} disabled={props.diagnostics.is_empty()}>
                <span role="status">{ said }</span>
            </button>
            if shown && !props.diagnostics.is_empty() {
                <ul>
                    { for props.diagnostics.iter().take(50).map(|finding| {
                        let (go, span) = (props.go.clone(), finding.span);
                        let error = finding.severity == Severity::Error;
                        html! {
                            <li>
                                <button type="button" onclick={move |_| go.emit(span)}>
                                    <span class={if error { "sign bad" } else { "sign warn" }} aria-label={if error { "error" } else { "warning" }}>{ if error { "×" } else { "!" } }</span>
                                    <span class="where">{ format!("line {}", line(finding.span.start)) }</span>
                                    <span class="what">{ finding.message.clone() }
                                        if let Some(help) = &finding.help { <em>{ format!(" — {help}") }</em> }
                                    </span>
                                </button>
                            </li>
                        }
                    }) }
                </ul>
            }
        </section>
    }
}
