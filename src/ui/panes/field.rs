//! Fields that are taken over when they are left.

use crate::base::Value;
use crate::base::value::Number;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct TextFieldProps {
    pub label: AttrValue,
    pub value: AttrValue,
    #[prop_or_default]
    pub placeholder: AttrValue,
    pub onchange: Callback<String>,
}

/// A line of text; its label is for those who do not see.
#[component]
pub fn TextField(props: &TextFieldProps) -> Html {
    let onchange = props.onchange.reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().value());
    html! {
        <input type="text" aria-label={props.label.clone()} placeholder={props.placeholder.clone()} value={props.value.clone()} {onchange} autocomplete="off" spellcheck="false" />
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct JsonFieldProps {
    pub label: AttrValue,
    pub value: Value,
    pub onchange: Callback<Value>,
}

/// A value as JSON. What is not JSON stays as it is, with what is wrong below it, until it is.
#[component]
pub fn JsonField(props: &JsonFieldProps) -> Html {
    // What is wrong, and the text that it is wrong with.
    let wrong = use_state(|| None::<(String, String)>);
    let text = wrong.as_ref().map_or_else(|| props.value.to_pretty(), |(_, text)| text.clone());
    let rows = text.lines().count().clamp(1, 16);
    let onchange = {
        let (wrong, onchange) = (wrong.clone(), props.onchange.clone());
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            match Value::parse(&text) {
                Ok(value) => {
                    wrong.set(None);
                    onchange.emit(value);
                }
                Err(error) => {
                    let line =
                        text.get(..error.span.start as usize).map_or(1, |before| before.matches('\n').count() + 1);
                    wrong.set(Some((format!("not JSON, line {line}: {}", error.message), text)));
                }
            }
        })
    };
    html! {
        <>
            <textarea class="code" aria-label={props.label.clone()} aria-invalid={wrong.is_some().to_string()} rows={rows.to_string()} spellcheck="false" value={text} {onchange} />
            if let Some((wrong, _)) = &*wrong {
                <p class="hint bad" role="status">{ wrong.clone() }</p>
            }
        </>
    }
}

/// A number that a control has computed: 5, not 5.0.
pub fn num(value: f64) -> Value {
    Value::Number(Number::from_computed(value))
}
