//! What a link says of an embed, and what the page around an embed may ask of it.
//!
//! Not here: what is shown, and how messages travel (`src/ui/embed/`, `www/embedded.ts`).
//!
//! ```
//! use weir::workspace::embed::{Asked, Embed, Order, Pane};
//! let embed = Embed::read("#scenario=canary&embed=rollout,graph&theme=dark&readonly").unwrap();
//! assert_eq!(embed.panes, [Pane::Rollout, Pane::Graph]);
//! assert!(embed.is_readonly && embed.wrong.is_empty());
//! assert_eq!(embed.write(), "embed=rollout,graph&theme=dark&readonly");
//! assert!(Embed::read("#w=abc").is_none());
//!
//! assert_eq!(Asked::read(r#"{"weir": 1, "type": "open", "execution": 17}"#).order, Ok(Order::Open(17)));
//! let wrong = Asked::read(r#"{"weir": 1, "type": "fly"}"#).order.unwrap_err();
//! assert_eq!((&*wrong.what, &*wrong.place), ("`fly` is no message", "/type"));
//! ```

use super::link;
use crate::base::{Object, Text, Value};

/// The version of the vocabulary.
pub const VOCABULARY: i64 = 1;

/// What an embed can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Definition,
    Tasks,
    Input,
    Graph,
    /// Publishing, and the list of versions.
    Versions,
    /// The aliases, each with its weight.
    Alias,
    // From here on they are the tabs of one pane, which plays the traffic.
    Traffic,
    Rollout,
    Compare,
    Executions,
    Cost,
    Cli,
}

/// Each with its name and what it is, in the order in which they are offered.
pub const PANES: [(Pane, &str, &str); 12] = [
    (Pane::Graph, "graph", "Workflow"),
    (Pane::Alias, "alias", "Alias"),
    (Pane::Traffic, "traffic", "Traffic"),
    (Pane::Rollout, "rollout", "Rollout"),
    (Pane::Compare, "compare", "Compare"),
    (Pane::Executions, "executions", "Executions"),
    (Pane::Cost, "cost", "Cost"),
    (Pane::Cli, "cli", "AWS CLI"),
    (Pane::Versions, "versions", "Versions"),
    (Pane::Definition, "definition", "Definition"),
    (Pane::Tasks, "tasks", "Tasks"),
    (Pane::Input, "input", "Input"),
];

/// Where a link names none.
pub const USUAL: [Pane; 3] = [Pane::Graph, Pane::Alias, Pane::Traffic];

impl Pane {
    pub fn name(self) -> &'static str {
        PANES.iter().find(|(pane, ..)| *pane == self).map_or("", |(_, name, _)| name)
    }

    pub fn title(self) -> &'static str {
        PANES.iter().find(|(pane, ..)| *pane == self).map_or("", |(.., title)| title)
    }

    fn read(name: &str) -> Option<Pane> {
        PANES.iter().find(|(_, known, _)| *known == name).map(|(pane, ..)| *pane)
    }

    /// Whether it is a tab of the pane that plays the traffic.
    pub fn is_simulation(self) -> bool {
        matches!(self, Pane::Traffic | Pane::Rollout | Pane::Compare | Pane::Executions | Pane::Cost | Pane::Cli)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The one of the system, or of the page around it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn read(name: &str) -> Option<Theme> {
        [Theme::Auto, Theme::Light, Theme::Dark].into_iter().find(|theme| theme.name() == name)
    }
}

/// What is wrong with a link or a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub what: String,
    /// The parameter of the link, or a JSON pointer into the message.
    pub place: String,
    pub mend: String,
}

impl Wrong {
    pub fn new(what: impl Into<String>, place: impl Into<String>, mend: impl Into<String>) -> Wrong {
        Wrong { what: what.into(), place: place.into(), mend: mend.into() }
    }
}

/// How a link asks to be shown inside of another page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// From top to bottom; none where none of those that were named exists.
    pub panes: Vec<Pane>,
    pub theme: Theme,
    /// Whether the workflow stays as its author made it.
    pub is_readonly: bool,
    pub wrong: Vec<Wrong>,
}

fn names() -> String {
    PANES.map(|(_, name, _)| name).join(", ")
}

fn panes(names_of: &str, place: &str, wrong: &mut Vec<Wrong>) -> Vec<Pane> {
    let mut panes = Vec::new();
    for name in names_of.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()) {
        match Pane::read(&name) {
            Some(pane) if panes.contains(&pane) => {}
            Some(pane) => panes.push(pane),
            None => {
                let name: String = name.chars().take(40).collect();
                wrong.push(Wrong::new(
                    format!("there is no pane `{name}`"),
                    place,
                    format!("name some of {}", names()),
                ));
            }
        }
    }
    if panes.is_empty() && wrong.is_empty() { USUAL.to_vec() } else { panes }
}

fn theme(name: &str, place: &str) -> Result<Theme, Wrong> {
    let short = || name.chars().take(40).collect::<String>();
    Theme::read(name)
        .ok_or_else(|| Wrong::new(format!("there is no theme `{}`", short()), place, "name auto, light or dark"))
}

impl Embed {
    /// The parts of a fragment that ask for an embed; nothing where it has no `embed`.
    pub fn read(fragment: &str) -> Option<Embed> {
        let named = link::part(fragment, "embed")?;
        let mut wrong = Vec::new();
        // Tools that put links together write commas so.
        let panes = panes(&named.replace("%2C", ",").replace("%2c", ","), "embed", &mut wrong);
        let theme = link::part(fragment, "theme").map(|name| theme(name, "theme")).unwrap_or(Ok(Theme::Auto));
        let theme = theme.unwrap_or_else(|found| {
            wrong.push(found);
            Theme::Auto
        });
        let is_readonly = link::part(fragment, "readonly").is_some_and(|value| !matches!(value, "false" | "0"));
        Some(Embed { panes, theme, is_readonly, wrong })
    }

    /// The parts of a fragment, without `#`.
    pub fn write(&self) -> String {
        let panes = self.panes.iter().map(|pane| pane.name()).collect::<Vec<_>>().join(",");
        let readonly = if self.is_readonly { "&readonly" } else { "" };
        format!("embed={panes}&theme={}{readonly}", self.theme.name())
    }
}

/// What the page around an embed wants changed; whatever it leaves out stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set {
    /// The id of a scenario of the gallery.
    pub scenario: Option<String>,
    /// The text of a workspace document.
    pub workspace: Option<String>,
    /// Of the alias that is shown, where it names none.
    pub alias: Option<Text>,
    /// (version, percent); where there is one, the rest goes to the alias's other version.
    pub weights: Vec<(u32, u8)>,
    pub panes: Option<Vec<Pane>>,
    pub theme: Option<Theme>,
    pub is_readonly: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Tell how things stand.
    Hello,
    Set(Box<Set>),
    /// Play it anew: what is shown, or the tab of this name.
    Run(Option<Pane>),
    Stop,
    /// A simulated execution by its number, from 1.
    Open(usize),
    /// Answer with the workspace.
    Export,
}

/// A message from the page around an embed.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Comes back with the answer.
    pub id: Option<Value>,
    pub order: Result<Order, Wrong>,
}

const ORDERS: &str = "there are hello, set, run, stop, open, export and fit";

impl Asked {
    /// Reads a message; whatever it is, there is an answer.
    pub fn read(text: &str) -> Asked {
        if text.len() > super::MAX_LENGTH {
            let wrong = Wrong::new("this message is larger than 20 MB", "", "send what is needed only");
            return Asked { id: None, order: Err(wrong) };
        }
        match Value::parse(text) {
            Ok(message) => {
                let id = message.get("id").filter(|id| matches!(id, Value::String(_) | Value::Number(_))).cloned();
                Asked { id, order: order(&message) }
            }
            Err(_) => Asked { id: None, order: Err(Wrong::new("this message is not JSON", "", "send an object")) },
        }
    }
}

fn order(message: &Value) -> Result<Order, Wrong> {
    match message.get("weir").and_then(Value::as_i64) {
        Some(VOCABULARY) => {}
        _ => return Err(Wrong::new("this message is of no version that is known here", "/weir", "send `weir: 1`")),
    }
    let kind = message.get("type").and_then(Value::as_str);
    match kind {
        Some("hello") => Ok(Order::Hello),
        Some("set") => set(message).map(|set| Order::Set(set.into())),
        Some("run") => match message.get("pane") {
            None => Ok(Order::Run(None)),
            Some(name) => match name.as_str().and_then(Pane::read).filter(|pane| pane.is_simulation()) {
                Some(pane) => Ok(Order::Run(Some(pane))),
                None => Err(Wrong::new("this pane plays nothing", "/pane", "name traffic, rollout or compare")),
            },
        },
        Some("stop") => Ok(Order::Stop),
        Some("open") => match message.get("execution").and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok()) {
            Some(number) if number > 0 => Ok(Order::Open(number)),
            _ => Err(Wrong::new(
                "`execution` is the number of a simulated execution",
                "/execution",
                "send a whole number from 1, as the executions pane numbers them",
            )),
        },
        Some("export") => Ok(Order::Export),
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            Err(Wrong::new(format!("`{other}` is no message"), "/type", ORDERS))
        }
        None => Err(Wrong::new("this message has no type", "/type", ORDERS)),
    }
}

fn set(message: &Value) -> Result<Set, Wrong> {
    let mut set = Set::default();
    let known = ["weir", "type", "id", "scenario", "workspace", "alias", "weights", "embed", "theme", "readonly"];
    if let Some(other) = message.as_object().and_then(|object| object.keys().find(|key| !known.contains(&&***key))) {
        let (other, settings): (String, _) = (other.chars().take(40).collect(), known.get(3..).unwrap_or_default());
        let mend = format!("there are {}", settings.join(", "));
        return Err(Wrong::new(format!("`{other}` cannot be set"), format!("/{other}"), mend));
    }
    let text = |key: &str, mend: &str| match message.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Wrong::new(format!("`{key}` is a string"), format!("/{key}"), mend)),
    };
    set.scenario = text("scenario", "send the id of a scenario of the gallery")?.map(|id| id.to_string());
    set.alias = text("alias", "send the name of an alias")?.cloned();
    set.workspace = match message.get("workspace") {
        None => None,
        Some(Value::String(packed)) => {
            let packed = packed.trim_start_matches('#').trim_start_matches("w=");
            let mend = "send what stands after `w=` in a link, whole, or the document as an object";
            Some(link::decode(&format!("w={packed}")).map_err(|what| Wrong::new(what, "/workspace", mend))?)
        }
        Some(document) => Some(document.to_json()),
    };
    if let Some(names) = text("embed", "send the names of panes, with commas between them")? {
        let mut wrong = Vec::new();
        let panes = panes(names, "/embed", &mut wrong);
        if let Some(first) = wrong.into_iter().next() {
            return Err(first);
        }
        set.panes = Some(panes);
    }
    set.theme = text("theme", "send auto, light or dark")?.map(|name| theme(name, "/theme")).transpose()?;
    if let Some(value) = message.get("readonly") {
        let wrong = || Wrong::new("`readonly` is true or false", "/readonly", "send a boolean");
        set.is_readonly = Some(value.as_bool().ok_or_else(wrong)?);
    }
    if let Some(value) = message.get("weights") {
        let mend = "send an object such as `{\"1\": 90, \"2\": 10}`: versions and percent";
        let object = value.as_object().ok_or_else(|| Wrong::new("`weights` is an object", "/weights", mend))?;
        set.weights = weights(object, mend)?;
    }
    Ok(set)
}

fn weights(object: &Object, mend: &str) -> Result<Vec<(u32, u8)>, Wrong> {
    let mut weights = Vec::new();
    for (version, weight) in object.iter() {
        let shown: String = version.chars().take(40).collect();
        let wrong = |what: String| Wrong::new(what, format!("/weights/{shown}"), mend);
        let number = version.parse::<u32>().map_err(|_| wrong(format!("`{shown}` is no version")))?;
        let percent = weight.as_i64().and_then(|weight| u8::try_from(weight).ok()).filter(|weight| *weight <= 100);
        let what = || wrong(format!("the weight of version {number} is a whole number from 0 to 100"));
        weights.push((number, percent.ok_or_else(what)?));
    }
    let sum: u32 = weights.iter().map(|(_, weight)| u32::from(*weight)).sum();
    match weights.len() {
        1 => Ok(weights),
        2 if sum == 100 => Ok(weights),
        2 => Err(Wrong::new(format!("the weights add up to {sum}, and must to 100"), "/weights", mend)),
        count => Err(Wrong::new(format!("an alias has one or two versions, and these are {count}"), "/weights", mend)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_say_what_is_shown() {
        let read = |fragment: &str| Embed::read(fragment).unwrap();
        assert_eq!(read("#w=x&embed").panes, USUAL);
        assert_eq!(read("embed=&readonly=false").panes, USUAL);
        assert!(!read("embed=&readonly=false").is_readonly);
        assert_eq!(read("embed=Traffic%2Cgraph,,traffic").panes, [Pane::Traffic, Pane::Graph]);
        for (pane, name, _) in PANES {
            let embed = read(&format!("embed={name}"));
            assert_eq!((embed.panes.as_slice(), embed.wrong.len()), ([pane].as_slice(), 0));
            assert_eq!(read(&embed.write()), embed);
        }
        for fragment in ["", "#", "#w=embed", "w=x&embedded=1", "scenario=embed"] {
            assert_eq!(Embed::read(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn what_does_not_exist_is_told() {
        let embed = Embed::read("#embed=grap,alias&theme=pink").unwrap();
        assert_eq!((embed.panes.as_slice(), embed.theme), ([Pane::Alias].as_slice(), Theme::Auto));
        let [pane, theme] = embed.wrong.as_slice() else { panic!("{:?}", embed.wrong) };
        assert_eq!((&*pane.what, &*pane.place), ("there is no pane `grap`", "embed"));
        assert!(pane.mend.contains("graph, alias, traffic") && theme.mend.contains("light"));
        // Nothing is shown in the place of what was meant.
        assert!(Embed::read("embed=grap").unwrap().panes.is_empty());
    }

    #[test]
    fn orders() {
        let read = |text: &str| Asked::read(text).order.unwrap();
        let Order::Set(set) = read(
            r#"{"weir": 1, "type": "set", "weights": {"1": 75, "2": 25}, "alias": "PROD", "theme": "dark",
                "embed": "graph,cost", "readonly": true, "scenario": "canary"}"#,
        ) else {
            panic!()
        };
        assert_eq!((set.weights.as_slice(), set.alias.as_deref()), ([(1, 75), (2, 25)].as_slice(), Some("PROD")));
        assert_eq!((set.theme, set.is_readonly), (Some(Theme::Dark), Some(true)));
        assert_eq!(set.panes.as_deref(), Some([Pane::Graph, Pane::Cost].as_slice()));
        assert_eq!(read(r#"{"weir": 1, "type": "run", "pane": "rollout"}"#), Order::Run(Some(Pane::Rollout)));
        assert_eq!(read(r#"{"weir": 1, "type": "stop"}"#), Order::Stop);
        assert_eq!(read(r#"{"weir": 1, "type": "hello", "fits": true}"#), Order::Hello);
        assert_eq!(Asked::read(r#"{"weir": 1, "type": "export", "id": 4}"#).id, Some(Value::from(4_i64)));
        let document = crate::workspace::Workspace::example().to_json();
        for workspace in [document.clone(), Value::from(link::encode(&document)).to_json()] {
            let message = format!(r#"{{"weir": 1, "type": "set", "workspace": {workspace}}}"#);
            let Order::Set(set) = read(&message) else { panic!() };
            assert_eq!(set.workspace.as_deref(), Some(&*document));
        }
    }

    #[test]
    fn bad_messages_are_answered() {
        for (text, place, part) in [
            ("", "", "not JSON"),
            ("[]", "/weir", "no version"),
            (r#"{"weir": 2, "type": "run"}"#, "/weir", "no version"),
            (r#"{"weir": 1}"#, "/type", "no type"),
            (r#"{"weir": 1, "type": 7}"#, "/type", "no type"),
            (r#"{"weir": 1, "type": "open"}"#, "/execution", "number"),
            (r#"{"weir": 1, "type": "open", "execution": -1}"#, "/execution", "number"),
            (r#"{"weir": 1, "type": "open", "execution": 1e99}"#, "/execution", "number"),
            (r#"{"weir": 1, "type": "run", "pane": "graph"}"#, "/pane", "plays nothing"),
            (r#"{"weir": 1, "type": "set", "speed": 1}"#, "/speed", "cannot be set"),
            (r#"{"weir": 1, "type": "set", "theme": "pink"}"#, "/theme", "no theme"),
            (r#"{"weir": 1, "type": "set", "theme": 1}"#, "/theme", "a string"),
            (r#"{"weir": 1, "type": "set", "embed": "grap"}"#, "/embed", "no pane"),
            (r#"{"weir": 1, "type": "set", "readonly": "yes"}"#, "/readonly", "true or false"),
            (r#"{"weir": 1, "type": "set", "workspace": "abc"}"#, "/workspace", "cut off"),
            (r#"{"weir": 1, "type": "set", "weights": 10}"#, "/weights", "an object"),
            (r#"{"weir": 1, "type": "set", "weights": {}}"#, "/weights", "one or two"),
            (r#"{"weir": 1, "type": "set", "weights": {"2": 10.5}}"#, "/weights/2", "whole number"),
            (r#"{"weir": 1, "type": "set", "weights": {"2": 1000}}"#, "/weights/2", "whole number"),
            (r#"{"weir": 1, "type": "set", "weights": {"two": 10}}"#, "/weights/two", "no version"),
            (r#"{"weir": 1, "type": "set", "weights": {"1": 10, "2": 10}}"#, "/weights", "add up to 20"),
        ] {
            let wrong = Asked::read(text).order.unwrap_err();
            assert_eq!(wrong.place, place, "{text}: {wrong:?}");
            assert!(wrong.what.contains(part) && !wrong.mend.is_empty(), "{text}: {wrong:?}");
        }
    }
}
