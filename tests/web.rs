//! What only a browser can show: `cargo xtask test --only wasm`. The page as its users meet it is tested in `e2e/`.

#![cfg(target_arch = "wasm32")]

use js_sys::{Function, JsString, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use weir::base::{Span, Utf16};
use weir::worker::{Reply, Request, Task, decode, encode};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn offsets_are_those_of_javascript() {
    let text = "{\"naïve\": \"😀 € 𝄞\"}\n";
    let utf16 = Utf16::new(text);
    let javascript = JsString::from(text);
    for (byte, c) in text.char_indices() {
        let (from, to) = utf16.range(Span::new(byte as u32, (byte + c.len_utf8()) as u32));
        assert_eq!(String::from(javascript.slice(from, to)), c.to_string());
    }
    assert_eq!(utf16.from_byte(text.len() as u32), javascript.length());
}

#[wasm_bindgen_test]
fn messages_of_workers_come_through() {
    let sent = Reply::Pong { version: "1".into() };
    assert_eq!(decode::<Reply>(&encode(&sent)), Some(sent));
    let sent = Request::Open { run: 3, task: Task::Rollout, scenario: "{}".into() };
    assert_eq!(decode::<Request>(&encode(&sent)), Some(sent));
    assert_eq!(decode::<Request>(&Object::new().into()), None);
    assert_eq!(decode::<Request>(&js_sys::Uint8Array::from(&[250_u8][..])), None);
}

#[wasm_bindgen_test]
fn trouble_is_told_to_the_page() {
    let page = Object::new();
    let tell = Function::new_with_args("what", "this.told = what");
    Reflect::set(&page, &"trouble".into(), &tell).unwrap();
    Reflect::set(&js_sys::global(), &"weir".into(), &page).unwrap();
    weir::ui::trouble::tell("the roof");
    assert_eq!(Reflect::get(&page, &"told".into()).unwrap(), JsValue::from("the roof"));
}
