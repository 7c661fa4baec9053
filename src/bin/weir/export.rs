//! `weir export FILE --as FORMAT`

use crate::Stop;
use crate::arguments::{Arguments, read};
use crate::print;
use crate::simulate::{only, tell};
use weir::base::Value;
use weir::base::document::nearest;
use weir::workspace::Workspace;
use weir::workspace::export::{Format, export as write};

pub fn export(mut arguments: Arguments) -> Result<bool, Stop> {
    let names = || Format::WORDS.map(|(name, _)| name);
    let format =
        arguments.value("--as")?.ok_or_else(|| Stop::Usage(format!("`--as` which of {}?", names().join(", "))))?;
    let Some((_, format)) = Format::WORDS.into_iter().find(|(name, _)| *name == format) else {
        let near = nearest(&format, &names()).map(|near| format!("; did you mean `{near}`?"));
        return Err(Stop::Usage(format!("nothing is written as `{format}`{}", near.unwrap_or_default())));
    };
    let alias = arguments.value("--alias")?;
    let file = only(arguments, &["--as", "--alias"])?;
    let text = read(&file)?;
    // A scenario with its versions in it is a workspace, too, but for a name.
    let is_scenario = Value::parse(&text).is_ok_and(|value| value.get("versions").is_some());
    let workspace =
        if is_scenario { Workspace::from_scenario(&text, "workflow", None) } else { Workspace::parse(&text) };
    let workspace = match workspace {
        Ok(workspace) => workspace,
        Err(findings) => return Ok(tell(&file, &text, &findings)),
    };
    match write(&workspace, alias.as_deref(), format) {
        Ok(export) => {
            print::out(&export.text);
            export.notes.iter().for_each(|note| eprintln!("note: {note}"));
            Ok(true)
        }
        Err(why) => Err(Stop::Usage(format!("`{file}`: {why}"))),
    }
}
