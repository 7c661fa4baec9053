//! Keeping the workspace in the browser, and having it again.

use crate::ui::{host, trouble};
use crate::workspace::{Workspace, link};
use gloo::timers::callback::Timeout;

const KEY: &str = "weir.workspace";
/// What could not be read stays here, so that nothing is lost.
const BROKEN: &str = "weir.workspace.broken";
/// What was here before a link was opened.
const BEFORE: &str = "weir.workspace.before";
/// Changes are written when there were none for so long, in milliseconds.
const SETTLES: u32 = 300;

/// How the workspace on the page and the one in the browser stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Saved {
    #[default]
    Kept,
    /// There are changes that will be written in a moment.
    Changed,
    /// The browser did not take it: its storage is full, or not allowed.
    Refused,
    /// Another tab has written since.
    Elsewhere,
}

/// Where the workspace that the page opens on comes from.
#[derive(Debug)]
pub struct Restored {
    pub workspace: Workspace,
    /// What the user should know about it.
    pub notice: Option<String>,
    /// Whether it came from the link in the address.
    pub from_link: bool,
    /// The document that was kept, where a link takes its place.
    pub behind: Option<String>,
}

/// The workspace that a fragment holds (`w=`), or names (`scenario=`); nothing where it does neither.
pub fn linked(fragment: &str) -> Option<Result<Workspace, String>> {
    if link::is_link(fragment) {
        let workspace = link::decode(fragment).and_then(|text| {
            Workspace::parse(&text).map_err(|findings| {
                let first = findings.first().map_or("", |finding| &finding.message);
                format!("the workspace in the link cannot be opened: {first}")
            })
        });
        return Some(workspace);
    }
    link::part(fragment, "scenario").map(Workspace::of_gallery)
}

/// The workspace of the link in the address; else the one in the browser; else the example.
pub fn restore() -> Restored {
    let mut notice = None;
    let storage = host::storage();
    let put = |key: &str, text: &str| storage.as_ref().is_some_and(|storage| storage.set_item(key, text).is_ok());
    let stored = storage.as_ref().and_then(|storage| storage.get_item(KEY).ok().flatten());
    match linked(&host::fragment()) {
        Some(Ok(workspace)) => {
            let document = workspace.to_json();
            let behind = stored.filter(|stored| *stored != document);
            if let Some(behind) = &behind {
                // Undo has it until the page is left; then it is still here.
                put(BEFORE, behind);
            }
            return Restored { workspace, notice: None, from_link: true, behind };
        }
        Some(Err(error)) => notice = Some(error),
        None => {}
    }
    if let Some(text) = stored {
        match Workspace::parse(&text) {
            Ok(workspace) => return Restored { workspace, notice, from_link: false, behind: None },
            Err(findings) => {
                // It may be worth something to a human.
                put(BROKEN, &text);
                let first = findings.first().map_or(String::new(), |finding| finding.message.clone());
                notice = Some(format!(
                    "the workspace that this browser kept cannot be read ({first}); it stays in its storage as `{BROKEN}`, and this is the example"
                ));
            }
        }
    }
    Restored { workspace: Workspace::example(), notice, from_link: false, behind: None }
}

/// Writes the workspace when it has come to rest.
#[derive(Debug, Default)]
pub struct Keep {
    timer: Option<Timeout>,
}

impl Keep {
    /// Something has changed: `write` is called in a moment, unless more changes follow.
    pub fn later(&mut self, write: impl FnOnce() + 'static) {
        self.timer = Some(Timeout::new(SETTLES, write));
    }

    pub fn write(&mut self, document: &str) -> Saved {
        self.timer = None;
        if trouble::is_troubled() {
            return Saved::Refused;
        }
        match host::storage().map(|storage| storage.set_item(KEY, document)) {
            Some(Ok(())) => Saved::Kept,
            _ => Saved::Refused,
        }
    }

    pub fn is_ours(key: Option<String>) -> bool {
        key.as_deref() == Some(KEY)
    }
}
