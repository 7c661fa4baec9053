//! The page: Yew components over the library.
//!
//! Not here: what anything means. Components read the same `Definition`, `Program`, events and reports that the rest of
//! the library makes, and every action is one of its operations. What is not Rust (the editor, the loader, the styles)
//! is in `www/`.
//!
//! The Content-Security-Policy allows no style attributes: a component sets classes, attributes of SVG, or properties
//! by the object model (`element.style().set_property`), never `style="…"`.
//!
//! ```no_run
//! weir::ui::trouble::install(); // before anything can go wrong
//! weir::ui::open(); // and the page is there
//! ```

mod app;
pub mod chart;
pub mod editor;
mod embed;
mod host;
mod inspector;
mod menu;
mod panes;
pub mod simulate;
mod splitter;
mod store;
mod theme;
pub mod trouble;
mod workflow;

/// Puts the page into the element `#app` of the document, in the place of what stands there.
pub fn open() {
    match gloo::utils::document().get_element_by_id("app") {
        Some(root) => {
            yew::Renderer::<app::App>::with_root(root).render();
        }
        None => trouble::tell("the document has no element `app`"),
    }
}
