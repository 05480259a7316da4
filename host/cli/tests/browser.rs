//! The README's first command, then real browsers on the book it made.
//!
//! Needs node, Debian's chromium and firefox-esr, and `npm ci` in `tests/browser`. Without them this is said and passed
//! over, but not where `CI=true`. Screenshots of every page lie in `target/screenshots` afterwards.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// The program under test.
const BAARA: &str = env!("CARGO_BIN_EXE_baara");

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tests = root.join("tests/browser");
    let there = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let mut missing: Vec<&str> = ["node", "chromium", "firefox-esr"].into_iter().filter(|program| !there(program)).collect();
    if !tests.join("node_modules").is_dir() {
        missing.push("tests/browser/node_modules (npm ci)");
    }
    if !missing.is_empty() {
        println!("browser tests passed over: not here: {}", missing.join(", "));
        return ExitCode::from(u8::from(std::env::var("CI").as_deref() == Ok("true")));
    }
    let folder = std::env::temp_dir().join(format!("baara-browser-{}", std::process::id()));
    let outcome = make(&folder.join("practice")).and_then(|()| visit(&tests, &folder.join("practice")));
    let _ = std::fs::remove_dir_all(&folder); // Only practice books, made again next time.
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            println!("browser tests: {text}");
            ExitCode::FAILURE
        }
    }
}

/// Makes a practice year as the README says: the command prints where its pages are, and ends well when it is stopped.
fn make(book: &Path) -> Result<(), String> {
    let mut serving = Command::new(BAARA)
        .args(["demo", "--listen", "127.0.0.1:0", "--book"])
        .arg(book)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("baara demo: {e}"))?;
    let lines = BufReader::new(serving.stdout.take().ok_or("baara demo says nothing")?).lines();
    let is_told = lines.map_while(Result::ok).any(|line| line.contains("http://"));
    let stopped =
        Command::new("kill").arg(serving.id().to_string()).status().is_ok() && serving.wait().is_ok_and(|status| status.success());
    match (is_told, stopped) {
        (true, true) => Ok(()),
        (false, _) => Err("baara demo printed no address".to_owned()),
        (true, false) => Err("the program did not end well when it was stopped".to_owned()),
    }
}

/// Lets the browsers at copies of the book.
fn visit(tests: &Path, book: &Path) -> Result<(), String> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
    match Command::new("node").arg("run.mjs").args([Path::new(BAARA), book, &out]).current_dir(tests).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("something does not hold".to_owned()),
        Err(e) => Err(format!("node: {e}")),
    }
}
