//! INPUT: what executions are started with: classes, each with its weight.

use super::Action;
use super::field::{JsonField, TextField, num};
use crate::base::{Object, Value};
use crate::ui::simulate::parts::Number;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct InputsProps {
    pub inputs: Value,
    pub on: Callback<Action>,
}

#[component]
pub fn InputsPane(props: &InputsProps) -> Html {
    let classes: Vec<Value> = props.inputs.as_array().map(|list| list.iter().cloned().collect()).unwrap_or_default();
    let emit = {
        let on = props.on.clone();
        move |list: Vec<Value>| on.emit(Action::Inputs(list.into_iter().collect()))
    };
    let weight = |class: &Value| class.get("weight").and_then(Value::as_f64).unwrap_or(1.0);
    let total: f64 = classes.iter().map(weight).sum();
    let many = classes.len() > 1;
    let add = {
        let (emit, list) = (emit.clone(), classes.clone());
        Callback::from(move |_: MouseEvent| {
            let mut list = list.clone();
            let free = (1..).map(|n| format!("input-{n}"));
            let taken =
                |name: &String| list.iter().any(|class| class.get("name").and_then(Value::as_str) == Some(name));
            let name = free.into_iter().find(|name| !taken(name)).unwrap_or_default();
            let json = list.last().and_then(|last| last.get("json")).cloned().unwrap_or_else(|| Object::new().into());
            list.push(Value::object([
                ("name", Value::from(name.as_str())),
                ("weight", Value::from(1_i64)),
                ("json", json),
            ]));
            emit(list);
        })
    };
    html! {
        <div class="form-pane">
            <p class="hint">{ if classes.is_empty() { "Executions start with {}." } else { "Executions start with one of these, by weight." } }</p>
            { for classes.iter().enumerate().map(|(n, class)| {
                let edit = {
                    let (emit, list) = (emit.clone(), classes.clone());
                    move |key: &'static str, value: Value| {
                        let mut list = list.clone();
                        if let Some(entry) = list.get_mut(n) {
                            let mut object = entry.as_object().cloned().unwrap_or_default();
                            object.insert(key.into(), value);
                            *entry = object.into();
                        }
                        emit(list);
                    }
                };
                let remove = {
                    let (emit, list) = (emit.clone(), classes.clone());
                    Callback::from(move |_: MouseEvent| {
                        let mut list = list.clone();
                        list.remove(n);
                        emit(list);
                    })
                };
                let name = class.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                let (set_name, set_weight, set_json) = (edit.clone(), edit.clone(), edit);
                html! {
                    <section class="task" key={n} aria-label={format!("input {name}")}>
                        <header class="outcome">
                            <TextField label="name of the input" value={name.clone()} onchange={Callback::from(move |text: String| set_name("name", text.as_str().into()))} />
                            if many {
                                <Number label="weight" value={weight(class)} min={0.0} max={1e9} whole={false} onchange={Callback::from(move |value| set_weight("weight", num(value)))} />
                                <span class="hint">{ format!("{:.1} %", 100.0 * weight(class) / total.max(1e-12)) }</span>
                            }
                            <button type="button" class="small quiet" onclick={remove} aria-label={format!("remove the input {name}")} title="remove">{ "×" }</button>
                        </header>
                        <JsonField label={format!("JSON of {name}")} value={class.get("json").cloned().unwrap_or_default()} onchange={Callback::from(move |value| set_json("json", value))} />
                    </section>
                }
            }) }
            <button type="button" class="small" onclick={add}>{ "Add an input" }</button>
        </div>
    }
}
