//! The page as a part of another one: what it draws then, and what that page may ask of it.

use super::{App, Msg, routes};
use crate::service::aws_cli;
use crate::ui::embed::{self, Embedded, Frame, frame};
use crate::ui::panes::Action;
use crate::ui::panes::inputs::InputsPane;
use crate::ui::panes::versions::{MOVE, Part, VersionsPane, routing};
use crate::ui::simulate::{Heard, Order};
use crate::ui::theme;
use crate::workspace::embed::{Asked, Order as Ask, Pane, Set, Wrong};
use crate::workspace::{Workspace, link};
use std::rc::Rc;
use yew::prelude::*;

impl App {
    #[inline(never)]
    pub(super) fn tell_weights(&mut self) {
        let now = routes(&self.view);
        if let Some(embedded) = self.embed.as_mut().filter(|embedded| *embedded.told != *now) {
            embedded.told = now.to_vec();
            embed::changed(self.view.alias.as_ref(), now);
        }
    }

    pub(super) fn hear(&mut self, heard: Heard) {
        let Some(embedded) = &mut self.embed else { return };
        if embedded.speaks {
            embed::heard(&heard);
        }
        if let Some(tab) = heard.tab() {
            embedded.heard.retain(|(known, _)| *known != tab);
            embedded.heard.push((tab, heard));
        }
    }

    /// How things stand, for who has just come.
    fn greet(&mut self) {
        let Some(embedded) = &mut self.embed else { return };
        embedded.speaks = true;
        embedded.told = routes(&self.view).to_vec();
        embed::ready(&embedded.shows, self.view.alias.as_ref(), &embedded.told);
        embedded.shows.wrong.iter().for_each(|wrong| embed::complain(wrong, None));
        embedded.heard.iter().for_each(|(_, heard)| embed::heard(heard));
    }

    /// Whether the workflow stays as the author of an embed made it.
    pub(super) fn is_fixed(&self) -> bool {
        self.embed.as_ref().is_some_and(|embedded| embedded.shows.is_readonly)
    }

    pub(super) fn refuse(&mut self, ctx: &Context<Self>) {
        let text = "This is to be played with, not to be changed: open it in the playground for that.";
        self.tell(ctx, text.to_owned(), false, false);
    }

    /// The panes of an embed, in its order, and what stands around them. The simulation stands where its first tab is
    /// named; where none is, it plays unseen for the workflow and for the page around this one.
    pub(super) fn embedded(&self, ctx: &Context<Self>, embedded: &Embedded) -> Html {
        let (link, on) = (ctx.link(), &self.hands.on);
        let mut panes: Vec<(Pane, Html)> = Vec::new();
        let mut unseen = !embedded.is_empty();
        for pane in embedded.shows.panes.iter().copied() {
            let versions = |part| html! { <VersionsPane view={Rc::clone(&self.view)} {part} on={on.clone()} /> };
            let contents = match pane {
                Pane::Definition => html! { <div class="left">{ self.definition() }</div> },
                Pane::Tasks => self.tasks(),
                Pane::Input => html! {
                    <fieldset class="bare" disabled={self.is_fixed()}><InputsPane inputs={self.view.inputs.clone()} on={on.clone()} /></fieldset>
                },
                Pane::Graph => self.workflow(),
                Pane::Versions => versions(Part::Versions),
                Pane::Alias => versions(Part::Aliases),
                // A tab of what stands already.
                _ if !unseen => continue,
                _ => {
                    unseen = false;
                    html! { <>{ self.simulation(Some(Rc::clone(&embedded.tabs))) }{ self.inspector(ctx) }</> }
                }
            };
            panes.push((pane, contents));
        }
        let more = html! {
            <>
                if unseen {
                    { self.simulation(Some(Rc::clone(&embedded.tabs))) }
                    if self.opened.is_some() { <div class="embed-execution">{ self.inspector(ctx) }</div> }
                }
                { self.notice(ctx) }
            </>
        };
        let has_changed = self.view.can_undo.is_some();
        frame(Frame {
            shows: &embedded.shows,
            machine: &self.view.machine,
            panes,
            more,
            source: &embedded.source,
            way: embedded.way.clone(),
            on_leave: link.callback(|()| Msg::Leave),
            on_reset: has_changed.then(|| link.callback(|()| Msg::Reset)),
        })
    }

    /// The link to the whole page opens what is here now.
    #[inline(never)]
    pub(super) fn leave(&self) {
        if let Some(way) = self.embed.as_ref().and_then(|embedded| embedded.way.cast::<web_sys::Element>()) {
            let _ = way.set_attribute("href", &format!("./#{}", link::encode(&self.store.document())));
        }
    }

    #[inline(never)]
    pub(super) fn reset(&mut self, ctx: &Context<Self>) {
        let original = self.embed.as_ref().map(|embedded| Workspace::parse(&embedded.original));
        if let Some(Ok(workspace)) = original {
            self.place(ctx, "reset", workspace);
        }
    }

    /// Another workspace in an embed.
    fn place(&mut self, ctx: &Context<Self>, what: &str, workspace: Workspace) {
        self.store.replace(what, workspace);
        self.selected = None;
        self.opened = None;
        self.path = None;
        self.revision += 1;
        self.refresh(ctx);
    }

    /// What the page around this one asks for.
    #[inline(never)]
    pub(super) fn obey(&mut self, ctx: &Context<Self>, message: &str) {
        let Asked { id, order } = Asked::read(message);
        let mut done = Ok(());
        match order {
            Ok(Ask::Hello) => self.greet(),
            Ok(Ask::Set(set)) => done = self.set(ctx, *set),
            Ok(Ask::Run(pane)) => {
                let tab = pane.and_then(embed::tab);
                let shown = self.embed.as_ref().map_or(&[][..], |embedded| &*embedded.tabs);
                match tab.filter(|tab| !shown.contains(tab)) {
                    Some(_) => {
                        let what = "this embed does not show that pane";
                        done = Err(Wrong::new(what, "/pane", "name it in `embed`, too"));
                    }
                    None => self.give(Order::Play(tab)),
                }
            }
            Ok(Ask::Stop) => self.give(Order::Stop),
            Ok(Ask::Open(number)) => self.give(Order::Open(number)),
            Ok(Ask::Export) => embed::workspace(&self.store.document(), id.clone()),
            Err(wrong) => done = Err(wrong),
        }
        if let Err(wrong) = done {
            embed::complain(&wrong, id);
        }
    }

    fn give(&mut self, order: Order) {
        let number = self.order.map_or(0, |(number, _)| number);
        self.order = Some((number + 1, order));
    }

    fn set(&mut self, ctx: &Context<Self>, set: Set) -> Result<(), Wrong> {
        let mend = "ask for a link that works, or export the workspace again";
        let wanted = match (&set.workspace, &set.scenario) {
            (Some(text), _) => Some(Workspace::parse(text).map_err(|findings| {
                let first = findings.first();
                let place = first.map_or("", |finding| finding.pointer.as_str());
                let what = first.map_or("", |finding| &*finding.message);
                Wrong::new(
                    what,
                    format!("/workspace{place}"),
                    first.and_then(|first| first.help.clone()).unwrap_or_else(|| mend.into()),
                )
            })?),
            (None, Some(id)) => {
                Some(Workspace::of_gallery(id).map_err(|what| Wrong::new(what, "/scenario", "name one of these"))?)
            }
            (None, None) => None,
        };
        if let Some(workspace) = wanted {
            let document = workspace.to_json();
            self.place(ctx, "workspace of the page", workspace);
            if let Some(embedded) = &mut self.embed {
                embedded.has_workspace(document);
            }
        }
        if let Some(embedded) = &mut self.embed {
            embedded.shows.is_readonly = set.is_readonly.unwrap_or(embedded.shows.is_readonly);
            if let Some(shown) = set.theme {
                embedded.shows.theme = shown;
                theme::show(shown);
            }
            if let Some(panes) = set.panes {
                embedded.shows.wrong.clear();
                embedded.show(panes);
            }
        }
        if let Some(alias) = set.alias {
            if !self.view.aliases.iter().any(|known| known.name == alias) {
                return Err(Wrong::new(
                    format!("there is no alias `{alias}`"),
                    "/alias",
                    "name one that the workspace has",
                ));
            }
            self.act(ctx, Action::LookAt(alias));
        }
        if set.weights.is_empty() {
            return Ok(());
        }
        let no_alias = || Wrong::new("the workspace has no alias", "/weights", "publish a version and make one");
        let alias = self.view.alias.clone().ok_or_else(no_alias)?;
        let other = |version: u32| routes(&self.view).iter().map(|(known, _)| *known).find(|known| *known != version);
        let weights = match *set.weights.as_slice() {
            [(version, weight)] if weight < 100 => {
                let nobody = || Wrong::new("the alias has no other version", "/weights", "name two versions");
                vec![(other(version).ok_or_else(nobody)?, 100 - weight), (version, weight)]
            }
            _ => set.weights,
        };
        let request = routing(&self.view.machine_arn, &alias, &weights);
        let answer = self.store.call(MOVE, "UpdateStateMachineAlias", &request);
        self.refresh(ctx);
        answer.map(drop).map_err(|error| {
            Wrong::new(aws_cli::told("UpdateStateMachineAlias", &error), "/weights", "name versions that are published")
        })
    }
}
