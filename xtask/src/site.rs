//! The page: served while it is worked on, or built to be put somewhere.

use crate::shell::{Failure, Result, command, dim, find, heading, run, target};
use crate::tools::{self, Tool};
use std::io::{IsTerminal, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the first load should weigh, in kB after brotli, what it may weigh, and what all files may.
const TARGET: &str = "600";
const CEILING: &str = "620";
const CEILING_OF_ALL: &str = "1020";

/// What Trunk builds with.
const TOOLS: [Tool; 4] = [Tool::WasmTarget, Tool::Trunk, Tool::WasmBindgen, Tool::NpmPackages];

const TRUNK_MENDS: &str = "see what cargo, Trunk or www/build.mjs say above";

/// For a small module, besides its profile: a structure is copied by one instruction and not field by field, and the
/// rounds of SHA-2 are not unrolled. Neither shows in the speed of the engine. And names of functions that say of which types
/// they are, by which www/later.txt tells them apart. Cargo adds these to what `.cargo/config.toml` gives; only the
/// environment can give them to one profile.
pub const SMALL: (&str, &str) = (
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "-C symbol-mangling-version=v0 -C llvm-args=-max-store-memcpy=1 --cfg sha2_backend_soft=\"compact\"",
);

/// Builds `dist/` and tells the sizes of its files.
pub fn build() -> Result<()> {
    tools::need(&TOOLS)?;
    heading("building the site");
    let mut trunk = trunk(["build", "--release", "--cargo-profile", "site", "--dist", "dist"]);
    trunk.env(SMALL.0, SMALL.1);
    run(trunk, TRUNK_MENDS)?;
    run(
        command("node", ["www/sizes.mjs", "dist", TARGET, CEILING, CEILING_OF_ALL]),
        "find what grew in the table above (`git stash` and build again to compare), or name in www/later.txt what can wait",
    )
}

pub fn serve(arguments: &[String]) -> Result<()> {
    let (mut wanted, mut open, mut dev) = (None, true, false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => {
                let value = arguments.next().map(String::as_str).unwrap_or_default();
                let port = value.parse::<u16>().map_err(|_| Failure::usage(format!("`{value}` is no port")))?;
                wanted = Some(port);
            }
            "--no-open" => open = false,
            "--dev" => dev = true,
            other => return Err(Failure::usage(format!("`{other}` means nothing here"))),
        }
    }
    let is_free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    let port = match wanted {
        Some(port) if is_free(port) => port,
        Some(port) => {
            return Err(Failure::new(format!("port {port} is taken"), "choose another one, or leave out `--port`"));
        }
        None => (8080..8180)
            .find(|port| is_free(*port))
            .ok_or_else(|| Failure::new("no port from 8080 to 8179 is free", "choose one by `--port N`"))?,
    };

    tools::need(&TOOLS)?;
    heading("building the page, and serving it when it is built");
    if !dev {
        println!("{}", dim("optimised as it is published; `--dev` builds faster"));
    }
    let dist = target().join("serve");
    let port = port.to_string();
    let mut trunk = trunk(["serve", "--port", &port]);
    trunk.arg("--dist").arg(&dist);
    if !dev {
        trunk.args(["--release", "--cargo-profile", "site"]).env(SMALL.0, SMALL.1);
    }
    // Trunk takes the place of this program, so that whoever ends it ends Trunk; who tells where it serves is another.
    let own = std::env::current_exe().map_err(|error| Failure::new(error.to_string(), "run this by `cargo xtask`"))?;
    let open = open && std::io::stdout().is_terminal();
    let mut announcer = Command::new(own);
    announcer.args([ANNOUNCE, &port, if open { "open" } else { "" }]).stdin(Stdio::null());
    announcer.spawn().map_err(|error| Failure::new(error.to_string(), "open the address that Trunk names"))?;
    replace(trunk)
}

#[cfg(unix)]
fn replace(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(Failure::new(format!("Trunk could not be run: {error}"), "remove target/tools and try again"))
}

#[cfg(not(unix))]
fn replace(command: Command) -> Result<()> {
    run(command, TRUNK_MENDS)
}

/// Not for users: `serve` runs it beside Trunk.
pub const ANNOUNCE: &str = "announce";

/// Waits until the page is served, and says where.
pub fn announce(arguments: &[String]) -> Result<()> {
    let [port, open] = arguments else { return Err(Failure::usage("`announce` is not for users")) };
    let (address, start) = (format!("http://127.0.0.1:{port}/"), Instant::now());
    let parent = parent();
    while !answers(port) {
        std::thread::sleep(Duration::from_millis(200));
        if parent != self::parent() || start.elapsed() > Duration::from_secs(3600) {
            return Ok(()); // Trunk is gone, and has said why.
        }
    }
    heading(&format!("Weir is at {address}    (Ctrl+C ends it)"));
    if open == "open" {
        open_browser(&address);
    }
    Ok(())
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

/// Whether a page is there: Trunk listens, and its first build succeeded.
fn answers(port: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(String::from_utf8_lossy(&head).into_owned())
    };
    ask().is_ok_and(|head| head.ends_with(" 200"))
}

/// Where there is a desktop to open one on.
fn open_browser(address: &str) {
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let mut opener = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut start = Command::new("cmd");
        start.args(["/C", "start"]);
        start
    } else if desktop && find("xdg-open").is_some() {
        Command::new("xdg-open")
    } else {
        return;
    };
    // The address is on the screen: who has no browser loses nothing.
    let _ = opener.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

fn trunk<const N: usize>(arguments: [&str; N]) -> Command {
    let mut trunk = command("trunk", arguments);
    // Some set it for other programs; Trunk takes nothing but `true` and `false` for it.
    trunk.env_remove("NO_COLOR").env("TRUNK_SKIP_VERSION_CHECK", "true");
    trunk
}
