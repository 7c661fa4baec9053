//! The page inside of another page: some of its panes, without its bar, and what the two pages say to each other.
//!
//! Not here: the panes, the store, and what a link or a message may say ([`workspace::embed`](crate::workspace::embed)). How
//! messages travel, and from whom they are taken, is in `www/embedded.ts`; the element that authors write is
//! `www/embed.ts`. An embed keeps nothing: whatever is done in it is gone with it.

mod dialog;
mod frame;
mod messages;

pub use dialog::EmbedDialog;
pub use frame::{Frame, frame, logo};
pub use messages::{changed, complain, heard, ready, workspace};

use super::host;
use super::panes::Action;
use super::simulate::{Heard, Tab};
use super::store::linked;
use crate::workspace::embed::{Embed, Pane, Wrong};
use crate::workspace::{Workspace, link};
use std::rc::Rc;
use yew::NodeRef;

/// How this page is embedded, and in what state.
#[derive(Debug)]
pub struct Embedded {
    pub shows: Embed,
    /// The panes that the link names, whether or not there is something to show in them.
    named: Vec<Pane>,
    /// What the link holds or names, as a link to all of the page.
    pub source: String,
    /// The link to all of the page.
    pub way: NodeRef,
    /// The document that Reset brings back.
    pub original: String,
    /// The tabs of the simulation, of those panes that are.
    pub tabs: Rc<[Tab]>,
    /// The weights that were told last.
    pub told: Vec<(u32, u8)>,
    /// What was played last, by tab: told to whoever says hello.
    pub heard: Vec<(Tab, Heard)>,
    /// Whether the page around this one is told anything: not before the whole program is there, for the first view does
    /// without its later part.
    pub speaks: bool,
}

impl Embedded {
    /// What an address asks for; nothing where it is the whole page that is wanted.
    pub fn open(fragment: &str) -> Option<(Embedded, Workspace)> {
        let mut shows = Embed::read(fragment)?;
        let named = shows.panes.clone();
        let workspace = linked(fragment).unwrap_or_else(|| Ok(Workspace::example())).unwrap_or_else(|what| {
            // An example in its place would be taken for it.
            shows.panes.clear();
            let place = if link::is_link(fragment) { "w" } else { "scenario" };
            shows.wrong.insert(0, Wrong::new(what, place, "ask the author of this page for a link that works"));
            Workspace::empty()
        });
        let source = ["w", "scenario"].iter().find_map(|key| Some(format!("#{key}={}", link::part(fragment, key)?)));
        let mut embedded = Embedded {
            tabs: Rc::from([]),
            source: source.unwrap_or_default(),
            way: NodeRef::default(),
            original: String::new(),
            told: Vec::new(),
            heard: Vec::new(),
            speaks: false,
            named,
            shows,
        };
        embedded.show(embedded.shows.panes.clone());
        Some((embedded, workspace))
    }

    /// Whether the address asks for an embed.
    pub fn is_wanted() -> bool {
        Embed::read(&host::fragment()).is_some()
    }

    /// There is a workspace that can be shown, whatever was wrong with the one of the link.
    pub fn has_workspace(&mut self, document: String) {
        self.original = document;
        self.shows.wrong.retain(|wrong| !matches!(&*wrong.place, "w" | "scenario"));
        if self.is_empty() {
            self.show(self.named.clone());
        }
    }

    /// Shows these panes.
    pub fn show(&mut self, panes: Vec<Pane>) {
        self.tabs = panes.iter().copied().filter_map(tab).collect();
        self.shows.panes = panes;
    }

    /// Whether there is anything to play with: a broken link, or names of no panes, are told and nothing else.
    pub fn is_empty(&self) -> bool {
        self.shows.panes.is_empty()
    }
}

/// The tab of the simulation that a pane is.
pub fn tab(pane: Pane) -> Option<Tab> {
    Some(match pane {
        Pane::Traffic => Tab::Traffic,
        Pane::Rollout => Tab::Rollout,
        Pane::Compare => Tab::Compare,
        Pane::Executions => Tab::Executions,
        Pane::Cost => Tab::Cost,
        Pane::Cli => Tab::Cli,
        _ => return None,
    })
}

/// Whether an action changes what is studied, and not what is played with: a read-only embed refuses it. Weights,
/// simulations and single executions are what an embed is for.
pub fn changes_workflow(action: &Action) -> bool {
    match action {
        Action::Type(_)
        | Action::Call(..)
        | Action::Publish(_)
        | Action::Behave(..)
        | Action::Unmock
        | Action::Inputs(_)
        | Action::Cli(_)
        | Action::Edit(_) => true,
        Action::LookAt(_)
        | Action::Route(..)
        | Action::Start { .. }
        | Action::Open(_)
        | Action::Select(_)
        | Action::SaveMocks
        | Action::Copy(..)
        | Action::CopyScript => false,
    }
}

fn say(message: crate::base::Value) {
    host::say(&message.to_json());
}
