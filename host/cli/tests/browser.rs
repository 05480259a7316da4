//! The README's first command, then real browsers on the pages it serves.
//!
//! Needs node, Debian's chromium and firefox-esr, and `npm ci` in `tests/browser`. Without them this is said and passed
//! over, but not where `CI=true`. Screenshots of every page lie in `target/screenshots` afterwards.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

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
    let outcome = run(&tests, &folder);
    let _ = std::fs::remove_dir_all(&folder); // Only a practice book, made again next time.
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            println!("browser tests: {text}");
            ExitCode::FAILURE
        }
    }
}

/// Serves a practice year as the README says and lets the browsers at it.
fn run(tests: &Path, folder: &Path) -> Result<(), String> {
    let told = |what: &str, e: &dyn std::fmt::Display| format!("{what}: {e}");
    let mut serving = Command::new(env!("CARGO_BIN_EXE_baara"))
        .args(["demo", "--listen", "127.0.0.1:0", "--book"])
        .arg(folder.join("practice"))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| told("baara demo", &e))?;
    let lines = BufReader::new(serving.stdout.take().ok_or("baara demo says nothing")?).lines();
    let address = lines.map_while(Result::ok).find_map(|line| {
        let at = line.find("http://")?;
        line[at..].split_whitespace().next().map(|address| address.trim_end_matches('/').to_owned())
    });
    let outcome = match address {
        None => Err("baara demo printed no address".to_owned()),
        Some(address) => {
            let out: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
            let status = Command::new("node").arg("run.mjs").arg(&address).arg(&out).current_dir(tests).status();
            match status {
                Ok(status) if status.success() => Ok(()),
                Ok(_) => Err("something does not hold".to_owned()),
                Err(e) => Err(told("node", &e)),
            }
        }
    };
    let stopped =
        Command::new("kill").arg(serving.id().to_string()).status().is_ok() && serving.wait().is_ok_and(|status| status.success());
    outcome.and(if stopped { Ok(()) } else { Err("the program did not end well when it was stopped".to_owned()) })
}
