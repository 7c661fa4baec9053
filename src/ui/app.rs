//! The whole page.

use super::editor::{Editor, Language};
use super::simulate::{Document, SimulatePane};
use super::theme::ThemeToggle;
use super::trouble;
use crate::asl::{Definition, compile};
use crate::base::Diagnostic;
use crate::worker::{Reply, Request, Worker};
use std::rc::Rc;
use yew::prelude::*;

const DEFINITION: &str = "Definition";

#[component]
pub fn App() -> Html {
    let definition = use_state(|| match trouble::rescued(DEFINITION) {
        Some(text) => Rc::from(text),
        None => Rc::<str>::from(include_str!("../../www/examples/order.asl.json")),
    });
    let diagnostics = use_memo(definition.clone(), |definition| -> Rc<[Diagnostic]> {
        compile(&Definition::parse(definition)).err().into_iter().collect()
    });
    let onchange = {
        let definition = definition.clone();
        Callback::from(move |text| definition.set(text))
    };
    let main = use_node_ref();
    let scenario = use_state(super::simulate::example);
    let on_settings = {
        let scenario = scenario.clone();
        Callback::from(move |settings: Rc<str>| {
            if let Some(merged) = Document::merged(&scenario, &settings) {
                scenario.set(merged);
            }
        })
    };
    let on_weight = {
        let scenario = scenario.clone();
        Callback::from(move |weight: u8| {
            if let Some(moved) = Document::read(&scenario).map(|document| document.with_weight(weight)) {
                scenario.set(moved);
            }
        })
    };
    let on_preset = {
        let scenario = scenario.clone();
        Callback::from(move |preset: crate::simulation::presets::Preset| scenario.set(preset.document.into()))
    };
    // A plain link to `#main` would overwrite the fragment of the address.
    let skip = {
        let main = main.clone();
        Callback::from(move |click: MouseEvent| {
            click.prevent_default();
            if let Some(main) = main.cast::<web_sys::HtmlElement>() {
                let _ = main.focus();
            }
        })
    };
    html! {
        <>
            <a class="skip" href="#main" onclick={skip}>{ "Skip to the definition" }</a>
            <header class="bar">
                <h1>{ "Weir" }</h1>
                <p class="tagline">{ "see where your executions go before you deploy" }</p>
                <ThemeToggle />
            </header>
            <main id="main" tabindex="-1" ref={main}>
                <section class="panel" aria-label={DEFINITION}>
                    <h2>{ DEFINITION }</h2>
                    <Editor
                        label={DEFINITION}
                        language={Language::Json}
                        text={(*definition).clone()}
                        diagnostics={(*diagnostics).clone()}
                        {onchange}
                    />
                </section>
                <SimulatePane scenario={(*scenario).clone()} {on_settings} {on_weight} {on_preset} />
            </main>
            <footer class="bar"><WorkerLine /></footer>
        </>
    }
}

/// What a worker answers to a ping.
#[component]
fn WorkerLine() -> Html {
    let answer = use_state(|| None);
    use_effect_with((), {
        let answer = answer.clone();
        move |()| {
            let worker = Worker::start(
                move |reply| {
                    if let Reply::Pong { version } = reply {
                        answer.set(Some(version));
                    }
                },
                trouble_of_worker,
            );
            worker.post(&Request::Ping);
            move || drop(worker)
        }
    });
    html! {
        <p role="status">
            { match answer.as_ref() {
                Some(version) => format!("a worker of version {version} answers"),
                None => "waiting for a worker".to_owned(),
            } }
        </p>
    }
}

fn trouble_of_worker(why: String) {
    trouble::tell(&format!("in a worker: {why}"));
}
