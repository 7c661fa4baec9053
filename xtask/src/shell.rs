//! Running other programs, and saying so.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What went wrong and how to mend it, a sentence each.
#[derive(Clone, Debug)]
pub struct Failure {
    pub what: String,
    pub mend: String,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Failure {
        Failure { what: what.into(), mend: mend.into() }
    }

    pub fn usage(what: impl Into<String>) -> Failure {
        Failure::new(what, "`cargo xtask help` lists the commands and their options")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xtask: {}\n  mend: {}", self.what, self.mend)
    }
}

/// The folder of the project.
pub fn root() -> PathBuf {
    // Cargo sets it when it runs this.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&own).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => std::env::current_dir().unwrap_or_default().join(folder),
        None => root().join("target"),
    }
}

/// Where this installs tools: first on the path of what it runs.
pub fn tools() -> PathBuf {
    target().join("tools/bin")
}

/// A program, run in the folder of the project with the installed tools on its path.
pub fn command<const N: usize>(program: &str, arguments: [&str; N]) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command.args(arguments).current_dir(root()).env("PATH", path());
    // Cargo sets these for this program; another cargo below would take them for its own.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
        command.env_remove(name);
    }
    command
}

/// Cargo, the one that runs this.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    command("cargo", arguments)
}

fn path() -> OsString {
    let before = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(tools()).chain(std::env::split_paths(&before))).unwrap_or(before)
}

/// Where a program is.
pub fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path()).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
}

/// What a program prints, where it exists and succeeds.
pub fn output(mut command: Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a program in the sight of the user.
pub fn run(mut command: Command, mend: &str) -> Result<()> {
    let line = describe(&command);
    println!("{}", dim(&format!("$ {line}")));
    let status = command.stdin(Stdio::null()).status();
    judge(&line, status, mend)
}

/// Runs a program beside others: each line that it prints is told to be its.
pub fn run_beside(label: &str, mut command: Command, mend: &str) -> Result<()> {
    let line = describe(&command);
    println!("{} {}", dim(&format!("{label:>12} |")), dim(&format!("$ {line}")));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let status = child.and_then(|mut child| {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(|| retell(label, out));
            scope.spawn(|| retell(label, err));
        });
        child.wait()
    });
    judge(&line, status, mend)
}

fn retell(label: &str, stream: Option<impl Read>) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        println!("{} {}", dim(&format!("{label:>12} |")), String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

fn judge(line: &str, status: std::io::Result<std::process::ExitStatus>, mend: &str) -> Result<()> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::new(format!("`{line}` failed"), mend)),
        Err(error) => Err(Failure::new(format!("`{line}` could not be run: {error}"), mend)),
    }
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().replace(&format!("{}/", root().display()), ""))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A line above what comes next.
pub fn heading(text: &str) {
    println!("\n{}", style("1", &format!("== {text}")));
}

pub fn dim(text: &str) -> String {
    style("2", text)
}

fn style(code: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
