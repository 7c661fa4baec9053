//! The small controls of the pane.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct NumberProps {
    pub label: AttrValue,
    pub value: f64,
    pub min: f64,
    pub max: f64,
    #[prop_or(1.0)]
    pub step: f64,
    /// Whether only whole numbers will do.
    #[prop_or(true)]
    pub whole: bool,
    /// What stands behind it.
    #[prop_or_default]
    pub unit: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    /// Whether the label is only for those who do not see.
    #[prop_or(false)]
    pub hides_label: bool,
    pub onchange: Callback<f64>,
}

/// A number that is taken over when it is left, or by Enter; what is out of its range goes to the nearest end.
#[component]
pub fn Number(props: &NumberProps) -> Html {
    let node = use_node_ref();
    let take = {
        let (node, props) = (node.clone(), props.clone());
        move || {
            let Some(input) = node.cast::<HtmlInputElement>() else { return };
            let read =
                input.value().replace([',', ' ', '\u{a0}'], "").parse::<f64>().ok().filter(|value| value.is_finite());
            let value = read.map_or(props.value, |value| {
                let value = value.clamp(props.min, props.max);
                if props.whole { value.round() } else { value }
            });
            input.set_value(&value.to_string());
            if value != props.value {
                props.onchange.emit(value);
            }
        }
    };
    let onchange = Callback::from(move |_: Event| take());
    html! {
        <label class={classes!("number-field", props.class.clone())}>
            <span class={if props.hides_label { "unseen" } else { "name" }}>{ props.label.clone() }</span>
            <input
                ref={node}
                type="number"
                inputmode={if props.whole { "numeric" } else { "decimal" }}
                min={props.min.to_string()}
                max={props.max.to_string()}
                step={if props.whole { props.step.to_string() } else { "any".to_owned() }}
                value={props.value.to_string()}
                {onchange}
            />
            if !props.unit.is_empty() {
                <span class="unit">{ props.unit.clone() }</span>
            }
        </label>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct ChoiceProps {
    pub label: AttrValue,
    /// (value, words)
    pub options: Vec<(AttrValue, AttrValue)>,
    pub value: AttrValue,
    #[prop_or(false)]
    pub hides_label: bool,
    pub onchange: Callback<String>,
}

/// One of several.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let onchange = {
        let onchange = props.onchange.clone();
        Callback::from(move |event: Event| onchange.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    html! {
        <label class="choice-field">
            <span class={if props.hides_label { "unseen" } else { "name" }}>{ props.label.clone() }</span>
            <select {onchange}>
                { for props.options.iter().map(|(value, words)| html! {
                    <option value={value.clone()} selected={*value == props.value}>{ words.clone() }</option>
                }) }
            </select>
        </label>
    }
}
