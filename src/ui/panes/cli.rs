//! AWS CLI: every action as the command that does it, and a line to type others.

use super::Action;
use crate::service::aws_cli;
use crate::ui::store::Line;
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct CliProps {
    pub transcript: Rc<[Line]>,
    pub on: Callback<Action>,
}

/// Lines that are shown; the script has them all.
const SHOWN: usize = 200;

#[component]
pub fn CliPane(props: &CliProps) -> Html {
    let typed = use_state(String::new);
    // How far back in the history the prompt is.
    let back = use_state(|| 0_usize);
    let proposed = use_state(Vec::<String>::new);
    let end = use_node_ref();
    use_effect_with(props.transcript.len(), {
        let end = end.clone();
        move |_| {
            if let Some(end) = end.cast::<HtmlElement>() {
                end.set_scroll_top(end.scroll_height());
            }
        }
    });
    let oninput = {
        let (typed, back, proposed) = (typed.clone(), back.clone(), proposed.clone());
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
            back.set(0);
            proposed.set(Vec::new());
        })
    };
    let onkeydown = {
        let (typed, back, proposed, transcript) =
            (typed.clone(), back.clone(), proposed.clone(), Rc::clone(&props.transcript));
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Tab" if !event.shift_key() && !typed.is_empty() => {
                let found = aws_cli::complete(&typed);
                // Nothing to add: the key leaves the field, as everywhere.
                let Some(common) = common(&found) else { return };
                let keep = typed.trim_end_matches(|c: char| !c.is_whitespace());
                let mut line = format!("{keep}{common}");
                if let [_] = found.as_slice() {
                    line.push(' ');
                }
                if line == *typed && found.len() < 2 {
                    return;
                }
                event.prevent_default();
                proposed.set(if found.len() > 1 { found } else { Vec::new() });
                typed.set(line);
            }
            key @ ("ArrowUp" | "ArrowDown") => {
                event.prevent_default();
                let count = transcript.iter().filter(|line| line.is_command()).count();
                let next = if key == "ArrowUp" { (*back + 1).min(count) } else { back.saturating_sub(1) };
                back.set(next);
                let line =
                    next.checked_sub(1).and_then(|n| transcript.iter().rev().filter(|line| line.is_command()).nth(n));
                typed.set(line.map_or_else(String::new, |line| line.command.to_string()));
            }
            _ => {}
        })
    };
    let onsubmit = {
        let (typed, back, proposed, on) = (typed.clone(), back.clone(), proposed.clone(), props.on.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if typed.trim().is_empty() {
                return;
            }
            let line = match typed.trim() {
                whole if whole.starts_with("aws") => whole.to_owned(),
                rest => format!("aws stepfunctions {rest}"),
            };
            on.emit(Action::Cli(line));
            typed.set(String::new());
            back.set(0);
            proposed.set(Vec::new());
        })
    };
    let copy = props.on.reform(|_: MouseEvent| Action::CopyScript);
    let from = props.transcript.len().saturating_sub(SHOWN);
    html! {
        <div class="cli">
            <div class="cli-lines" ref={end} tabindex="0" role="log" aria-label="commands">
                if !props.transcript.iter().any(Line::is_command) {
                    <p class="empty">{ "Whatever is done here is written as the AWS CLI command that does it: move a weight." }</p>
                }
                { for props.transcript.iter().enumerate().skip(from).map(|(n, line)| html! {
                    <div class="cli-line" key={n}>
                        <code class={if line.is_command() { "command" } else { "comment" }}>{ line.command.to_string() }</code>
                        { match &line.answer {
                            Ok(text) if text.is_empty() => Html::default(),
                            Ok(text) => html! { <pre>{ text.to_string() }</pre> },
                            Err(text) => html! { <pre class="bad">{ text.to_string() }</pre> },
                        } }
                    </div>
                }) }
            </div>
            if !proposed.is_empty() {
                <p class="hint" role="status">{ proposed.join("  ") }</p>
            }
            <form class="cli-prompt" {onsubmit}>
                <span aria-hidden="true">{ "$" }</span>
                <input type="text" class="code" aria-label="AWS CLI command" placeholder="aws stepfunctions list-state-machine-aliases --state-machine-arn …" autocomplete="off" autocapitalize="off" spellcheck="false" value={(*typed).clone()} {oninput} {onkeydown} />
                <button type="button" class="small" onclick={copy}>{ "Copy as script" }</button>
            </form>
        </div>
    }
}

/// What all words begin with.
fn common(words: &[String]) -> Option<&str> {
    let (first, rest) = words.split_first()?;
    let shared = |end: &usize| rest.iter().all(|word| word.get(..*end) == first.get(..*end));
    let end = (0..=first.len()).rev().filter(|end| first.is_char_boundary(*end)).find(shared)?;
    first.get(..end)
}
