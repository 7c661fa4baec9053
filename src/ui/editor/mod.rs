//! The text editor: CodeMirror as a component.
//!
//! Not here: what is right or wrong in the text. The page hands in diagnostics, completions and explanations made by
//! the library, with places as byte [`Span`]s of the text; this turns them into the editor's own terms and back. Until
//! the editor's module has arrived, and where it does not arrive, a plain text field does its work.
//!
//! ```ignore
//! html! { <Editor label="Definition" language={Language::Json} text={text} diagnostics={findings} {onchange} /> }
//! ```

mod diff;
mod host;

pub use diff::{Diff, DiffProps};

use crate::base::{Diagnostic, Severity, Span, Utf16};
use host::{Asked, Explanation, Finding, Module, Options, Proposal, Proposals, Range, View, encode};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    Json,
    Yaml,
    #[default]
    Plain,
}

impl Language {
    const fn name(self) -> &'static str {
        match self {
            Language::Json => "json",
            Language::Yaml => "yaml",
            Language::Plain => "plain",
        }
    }
}

/// Where the author asks for completions or an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub text: Rc<str>,
    /// The byte offset in it.
    pub at: u32,
    /// Asked for by a key, and not only by typing.
    pub explicit: bool,
}

/// Answers to a [`Question`], all for the same place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completions {
    /// What a chosen one replaces, up to the cursor: a byte offset.
    pub from: u32,
    pub options: Vec<Completion>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    pub label: AttrValue,
    /// A word or two behind the label.
    pub detail: Option<AttrValue>,
    /// A sentence or two beside the list.
    pub info: Option<AttrValue>,
    /// What is put in, where that is not the label.
    pub apply: Option<AttrValue>,
    /// CodeMirror's name of a kind, for its icon: `property`, `keyword`, `constant`, `variable`, `function`, …
    pub kind: Option<AttrValue>,
}

/// What is known about a place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    pub span: Span,
    pub text: AttrValue,
}

/// What a page may do with an editor besides rendering it; given to `onready`.
#[derive(Clone, Debug)]
pub struct Handle {
    view: View,
}

impl Handle {
    /// Selects the span in `text`, the text that the editor shows, scrolls to it and takes the focus there.
    pub fn go_to(&self, text: &str, span: Span) {
        let (from, to) = Utf16::new(text).range(span);
        self.view.go_to(from, to);
    }

    pub fn focus(&self) {
        self.view.focus();
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub struct EditorProps {
    /// Its accessible name, unlike that of other editors: a text that a crash interrupts is kept under it.
    pub label: AttrValue,
    /// What it shows at first, and whenever `revision` changes. In between the text is the author's: a page that is
    /// slow to hand back what it heard from `onchange` overwrites nothing.
    pub text: Rc<str>,
    #[prop_or_default]
    pub revision: u32,
    #[prop_or_default]
    pub language: Language,
    #[prop_or_default]
    pub read_only: bool,
    /// Places are in the text that was last heard from `onchange`.
    #[prop_or_default]
    pub diagnostics: Rc<[Diagnostic]>,
    /// Places to be marked, such as the state that is selected in the graph.
    #[prop_or_default]
    pub highlights: Rc<[Span]>,
    /// Hears the whole text after each change that the author makes.
    #[prop_or_default]
    pub onchange: Callback<Rc<str>>,
    #[prop_or_default]
    pub onready: Callback<Handle>,
    #[prop_or_default]
    pub completions: Option<Callback<Question, Completions>>,
    #[prop_or_default]
    pub hover: Option<Callback<Question, Option<Hover>>>,
}

pub struct Editor {
    parent: NodeRef,
    /// What the author sees: the last text put in or heard.
    text: Rc<str>,
    open: Option<Open>,
}

/// The editor's module is there. The closures live as long as the view that calls them.
struct Open {
    view: View,
    _on_change: Closure<dyn FnMut(String)>,
    completions: Option<Source>,
    hover: Option<Source>,
}

type Source = Closure<dyn FnMut(JsValue) -> JsValue>;

pub enum Message {
    Loaded(Module),
    /// The module did not come; the plain field stays.
    Missing(JsValue),
    Typed(Rc<str>),
}

impl Component for Editor {
    type Message = Message;
    type Properties = EditorProps;

    fn create(ctx: &Context<Self>) -> Editor {
        ctx.link().send_future(async {
            match host::load().await {
                Ok(module) => Message::Loaded(module.unchecked_into()),
                Err(error) => Message::Missing(error),
            }
        });
        Editor { parent: NodeRef::default(), text: Rc::clone(&ctx.props().text), open: None }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Loaded(module) => {
                let Some(parent) = self.parent.cast::<Element>() else { return false };
                self.open = Some(self.put_in(ctx, &module, &parent));
                true
            }
            Message::Missing(error) => {
                gloo::console::error!("weir: the editor could not be loaded", error);
                false
            }
            Message::Typed(text) => {
                self.text = Rc::clone(&text);
                ctx.props().onchange.emit(text);
                // The plain field shows what its value says.
                self.open.is_none()
            }
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &EditorProps) -> bool {
        let new = ctx.props();
        if new.revision != old.revision {
            self.text = Rc::clone(&new.text);
        }
        let text = Rc::clone(&self.text);
        let Some(open) = &mut self.open else { return true };
        if new.revision != old.revision {
            open.view.set_doc(&text);
        }
        if new.language != old.language {
            open.view.set_language(new.language.name());
        }
        if new.read_only != old.read_only {
            open.view.set_read_only(new.read_only);
        }
        if new.revision != old.revision || new.diagnostics != old.diagnostics {
            open.show_diagnostics(&text, &new.diagnostics);
        }
        if new.revision != old.revision || new.highlights != old.highlights {
            open.show_highlights(&text, &new.highlights);
        }
        if new.completions != old.completions {
            open.ask_for_completions(new.completions.as_ref());
        }
        if new.hover != old.hover {
            open.ask_for_hovers(new.hover.as_ref());
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let oninput = ctx.link().callback(|event: InputEvent| {
            Message::Typed(event.target_unchecked_into::<HtmlTextAreaElement>().value().into())
        });
        html! {
            <div class="editor">
                // The view's own: nothing is rendered into it.
                <div class="editor-view" ref={self.parent.clone()} hidden={self.open.is_none()} />
                if self.open.is_none() {
                    <textarea
                        class="editor-plain"
                        aria-label={props.label.clone()}
                        readonly={props.read_only}
                        spellcheck="false"
                        value={self.text.to_string()}
                        {oninput}
                    />
                }
            </div>
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(open) = self.open.take() {
            open.view.destroy();
        }
    }
}

impl Editor {
    fn put_in(&self, ctx: &Context<Self>, module: &Module, parent: &Element) -> Open {
        let props = ctx.props();
        let options = Options {
            doc: &self.text,
            language: props.language.name(),
            read_only: props.read_only,
            aria_label: &props.label,
        };
        let view = module.create(parent, &encode(&options));
        let link = ctx.link().clone();
        let on_change = Closure::<dyn FnMut(String)>::new(move |text: String| {
            link.send_message(Message::Typed(text.into()));
        });
        view.on_change(Some(on_change.as_ref().unchecked_ref()));
        let mut open = Open { view, _on_change: on_change, completions: None, hover: None };
        open.show_diagnostics(&self.text, &props.diagnostics);
        open.show_highlights(&self.text, &props.highlights);
        open.ask_for_completions(props.completions.as_ref());
        open.ask_for_hovers(props.hover.as_ref());
        props.onready.emit(Handle { view: open.view.clone() });
        open
    }
}

impl Open {
    fn show_diagnostics(&self, text: &str, diagnostics: &[Diagnostic]) {
        let utf16 = Utf16::new(text);
        let findings: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| {
                let (from, to) = utf16.range(diagnostic.span);
                let severity = match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                Finding { from, to, severity, message: &diagnostic.message, help: diagnostic.help.as_deref() }
            })
            .collect();
        self.view.set_diagnostics(&encode(&findings));
    }

    fn show_highlights(&self, text: &str, spans: &[Span]) {
        let utf16 = Utf16::new(text);
        let range = |span: &Span| {
            let (from, to) = utf16.range(*span);
            Range { from, to }
        };
        self.view.set_highlights(&encode(&spans.iter().map(range).collect::<Vec<_>>()));
    }

    fn ask_for_completions(&mut self, callback: Option<&Callback<Question, Completions>>) {
        let source = callback.cloned().map(|callback| {
            answer(move |question, utf16| {
                let found = callback.emit(question);
                let options = found.options.iter().map(proposal).collect();
                encode(&Proposals { from: utf16.from_byte(found.from), options })
            })
        });
        self.view.set_completions(source.as_ref().map(|source| source.as_ref().unchecked_ref()));
        self.completions = source;
    }

    fn ask_for_hovers(&mut self, callback: Option<&Callback<Question, Option<Hover>>>) {
        let source = callback.cloned().map(|callback| {
            answer(move |question, utf16| match callback.emit(question) {
                Some(hover) => {
                    let (from, to) = utf16.range(hover.span);
                    encode(&Explanation { from, to, text: &hover.text })
                }
                None => JsValue::NULL,
            })
        });
        self.view.set_hover(source.as_ref().map(|source| source.as_ref().unchecked_ref()));
        self.hover = source;
    }
}

fn proposal(completion: &Completion) -> Proposal<'_> {
    Proposal {
        label: &completion.label,
        detail: completion.detail.as_deref(),
        info: completion.info.as_deref(),
        apply: completion.apply.as_deref(),
        kind: completion.kind.as_deref(),
    }
}

/// A function for JavaScript that answers questions, in offsets of bytes.
fn answer(reply: impl Fn(Question, &Utf16) -> JsValue + 'static) -> Source {
    Closure::new(move |asked| match serde_wasm_bindgen::from_value::<Asked>(asked) {
        Ok(asked) => {
            let utf16 = Utf16::new(&asked.doc);
            let at = utf16.to_byte(asked.at);
            reply(Question { text: asked.doc.into(), at, explicit: asked.explicit }, &utf16)
        }
        Err(_) => JsValue::NULL,
    })
}
