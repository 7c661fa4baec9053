//! The bar at the top, with its menus, and what is said below it where the workspace cannot be kept.

use super::{App, Msg, Shown, preset_message, read_file};
use crate::simulation::presets::PRESETS;
use crate::ui::embed;
use crate::ui::menu::{Item, Menu};
use crate::ui::store::Saved;
use crate::ui::theme::ThemeToggle;
use crate::workspace::Workspace;
use crate::workspace::export::Format;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

impl App {
    pub(super) fn header(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let item = |label: &'static str, about: &'static str, on: Callback<()>| Item {
            label: label.into(),
            about: (!about.is_empty()).then(|| about.into()),
            on,
        };
        let mut scenarios = vec![
            item(
                "orders",
                "Version 2 fails its charge for 5 % of the orders, PROD 90/10.",
                link.callback(|()| Msg::Replace("orders", Workspace::example().into())),
            ),
            item(
                "empty",
                "One machine, nothing published.",
                link.callback(|()| Msg::Replace("empty", Workspace::empty().into())),
            ),
        ];
        scenarios.extend(PRESETS.iter().map(|preset| Item {
            label: preset.id.into(),
            about: Some(preset.expectation.into()),
            on: link.callback(move |()| preset_message(preset)),
        }));
        let open = {
            let file = self.file.clone();
            Callback::from(move |()| {
                if let Some(input) = file.cast::<HtmlInputElement>() {
                    input.click();
                }
            })
        };
        let files = vec![
            item(
                "Open …",
                "A workspace, a definition in JSON or YAML, a CloudFormation or SAM template, what describe-state-machine says, or a MockConfigFile.json.",
                open,
            ),
            item(
                "Save the workspace",
                "Everything: versions, aliases, behaviours, scenario.",
                link.callback(|()| Msg::Export("workspace")),
            ),
            item("Save the definition", "The text in the editor.", link.callback(|()| Msg::Export("definition"))),
            item(
                "Save the scenario",
                "For `weir simulate` on the command line.",
                link.callback(|()| Msg::Export("scenario")),
            ),
        ];
        let write = |label, about, format| item(label, about, link.callback(move |()| Msg::Write(format)));
        let exports = vec![
            write(
                "CloudFormation template",
                "Machine, version, alias with its deployment preference, alarms.",
                Format::CloudFormation,
            ),
            write("SAM template", "The same as AWS::Serverless::StateMachine.", Format::Sam),
            write("CDK stack", "The same in TypeScript.", Format::Cdk),
            write("Terraform module", "The same in HCL; weights are a variable.", Format::Terraform),
            item(
                "AWS CLI script",
                "What makes what is here, and then what was done.",
                link.callback(|()| Msg::Export("script")),
            ),
        ];
        let (word, class) = match self.saved {
            Saved::Kept => ("saved", "good"),
            Saved::Changed => ("saving …", ""),
            Saved::Refused => ("not saved", "bad"),
            Saved::Elsewhere => ("changed in another tab", "bad"),
        };
        let chosen = {
            let link = link.clone();
            Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                let file = input.files().and_then(|files| files.get(0));
                input.set_value("");
                if let Some(file) = file {
                    link.send_future(read_file(file));
                }
            })
        };
        let undo = |label: &'static str, again: bool, what: &Option<Rc<str>>, sign: &'static str| {
            let title = what.as_ref().map_or_else(|| format!("{label}: nothing"), |what| format!("{label}: {what}"));
            html! {
                <button type="button" class="icon-button" onclick={link.callback(move |_| Msg::Undo(again))} disabled={what.is_none()} aria-label={title.clone()} {title}>{ sign }</button>
            }
        };
        html! {
            <header class="bar">
                <a class="skip" href="#main" onclick={Callback::from(|click: MouseEvent| {
                    // The fragment of the address is the workspace's.
                    click.prevent_default();
                    let main = gloo::utils::document().get_element_by_id("main");
                    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
                        let _ = main.focus();
                    }
                })}>{ "Skip to the panes" }</a>
                <h1>{ embed::logo() }{ "Weir" }</h1>
                <Menu label="Scenario" items={scenarios} />
                <span class={classes!("saved", class)} role="status">{ word }</span>
                { undo("Undo", false, &self.view.can_undo, "↶") }
                { undo("Redo", true, &self.view.can_redo, "↷") }
                <span class="spacer" />
                <button type="button" onclick={link.callback(|_| Msg::Show(Some(Shown::Share)))}>{ "Share" }</button>
                <button type="button" onclick={link.callback(|_| Msg::Show(Some(Shown::Embed)))}>{ "Embed" }</button>
                <input type="file" ref={self.file.clone()} hidden={true} accept=".json,.yaml,.yml,.asl" onchange={chosen} />
                <Menu label="File" items={files} />
                <Menu label="Export" items={exports} />
                <ThemeToggle />
                <button type="button" class="icon-button"  aria-label="keyboard shortcuts" title="keyboard shortcuts" onclick={link.callback(|_| Msg::Show(Some(Shown::Shortcuts)))}>{ "?" }</button>
            </header>
        }
    }

    pub(super) fn banner(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        match self.saved {
            Saved::Refused => html! {
                <div class="banner" role="alert">
                    <span>{ "This browser does not take the workspace: its storage is full, or not allowed. Keep it as a file." }</span>
                    <button type="button" onclick={link.callback(|_| Msg::Export("workspace"))}>{ "Download" }</button>
                    <button type="button" onclick={link.callback(|_| Msg::Save)}>{ "Try again" }</button>
                </div>
            },
            Saved::Elsewhere => html! {
                <div class="banner" role="alert">
                    <span>{ "Another tab has changed this workspace. Which one shall be kept?" }</span>
                    <button type="button" onclick={link.callback(|_| Msg::Settle { theirs: true })}>{ "The other one" }</button>
                    <button type="button" onclick={link.callback(|_| Msg::Settle { theirs: false })}>{ "This one" }</button>
                </div>
            },
            _ => Html::default(),
        }
    }
}
