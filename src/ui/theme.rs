//! Light and dark: what the system says until the user says otherwise.

use super::host;
use crate::workspace::embed;
use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

/// The name under which `www/main.ts` looks for it before this program runs, so that the page does not flash.
const KEY: &str = "weir.theme";

impl Theme {
    const fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    const fn other(self) -> Theme {
        match self {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        }
    }

    /// What the document shows now.
    fn current() -> Theme {
        let root = gloo::utils::document_element();
        let system_is_dark = || {
            let query = gloo::utils::window().match_media("(prefers-color-scheme: dark)");
            query.ok().flatten().is_some_and(|query| query.matches())
        };
        match root.get_attribute("data-theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ if system_is_dark() => Theme::Dark,
            _ => Theme::Light,
        }
    }

    fn choose(self) {
        // Neither can fail in a way that matters: a page that may store nothing is of the system's theme next time.
        let _ = gloo::utils::document_element().set_attribute("data-theme", self.name());
        if let Some(storage) = host::storage() {
            let _ = storage.set_item(KEY, self.name());
        }
    }
}

/// Shows a theme and keeps it nowhere.
pub fn show(theme: embed::Theme) {
    let root = gloo::utils::document_element();
    let _ = match theme {
        embed::Theme::Auto => root.remove_attribute("data-theme"),
        named => root.set_attribute("data-theme", named.name()),
    };
}

/// The button that turns the page from light to dark and back.
#[component]
pub fn ThemeToggle() -> Html {
    let theme = use_state(Theme::current);
    let onclick = {
        let theme = theme.clone();
        Callback::from(move |_| {
            // The system's may have changed since the last look.
            let next = Theme::current().other();
            next.choose();
            theme.set(next);
        })
    };
    let label = format!("switch to the {} theme", theme.other().name());
    html! {
        <button class="icon-button" type="button" {onclick} aria-label={label.clone()} title={label}>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                <circle cx="12" cy="12" r="8.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M12 3.75a8.25 8.25 0 0 1 0 16.5z" fill="currentColor" />
            </svg>
        </button>
    }
}
