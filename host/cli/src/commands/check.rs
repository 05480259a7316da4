//! `plugin check`: runs every case of a level in a process of its own, and tells what became of each.

use crate::parts::progress;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::check::{CASES, Case, Verdict, case_named, sandbox};
use baara_desk::{Desk, signed_file};
use baara_plugin_api::{Refusal, Value, json};
use baara_reports::{Cell, Column, Said, Table, said_of};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A folder that goes away with the check.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Scratch> {
        let folder = std::env::temp_dir().join(format!("baara-check-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // A folder left behind harms nobody.
    }
}

/// Looks at a file, its signature first, then level by level; after the first level with a failed case it stops.
///
/// A case that takes longer than `patience` is ended: a plugin that hangs would hang a book.
pub(crate) fn check(session: &mut Session, file: &str, level: u8, only: Option<&str>, patience: Duration) -> Result<(), Failure> {
    let (file, desk) = (session.file(file), book_if_any(session)?);
    let scratch = Scratch::new().map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
    let columns =
        vec![Column::words("level"), Column::words("check"), Column::words("state"), Column::words("refused"), Column::words("why")];
    let mut table = Table::new(Said::new("report.plugin-check"), columns);
    let wanted: Vec<&Case> = match only {
        Some(name) => vec![named(name)?],
        None => CASES.iter().filter(|case| case.level <= level).collect(),
    };
    let (mut failed, mut stop_after) = (0, u8::MAX);
    // Read here and not apart: it runs nothing of the file, and asks the book whose key it is.
    if only.is_none() {
        let signed = signed_file(&file, desk.as_ref().map(|desk| desk.book()).as_deref());
        (failed, stop_after) = if signed.is_ok() { (0, u8::MAX) } else { (1, 1) };
        let shown = signed.map(|signed| session.words.say(&said_of(&signed)));
        table.push("signature", cells(session, 1, "signature", shown.as_deref()));
    }
    let bar = progress(&session.words, "screen.progress-check", u64::try_from(wanted.len()).ok());
    for case in wanted {
        if case.level > stop_after {
            break;
        }
        let verdict = apart(case, &file, &scratch.0, patience);
        bar.inc(1);
        if verdict.is_err() {
            (failed, stop_after) = (failed + 1, case.level);
        }
        table.push(case.name, cells(session, case.level, case.name, verdict.as_ref().map(|_| "")));
    }
    bar.finish_and_clear();
    if !sandbox().is_whole() {
        table.note(Said::new("note.check-unconfined"));
    }
    session.draw(&table, None);
    if failed > 0 { Err(Failure::NotGood) } else { Ok(()) }
}

/// What a case shows to people, or what is wrong.
fn cells(session: &Session, level: u8, name: &str, shown: Result<&str, &Refusal>) -> Vec<Cell> {
    let (state, code, why) = match shown {
        Ok(shown) => ("check-passed", String::new(), shown.to_owned()),
        Err(no) => ("check-failed", no.code.clone(), session.words.refusal(no).happened),
    };
    vec![Cell::text(level.to_string()), Cell::Word(format!("case-{name}")), Cell::Word(state.to_owned()), Cell::text(code), Cell::text(why)]
}

/// The book whose publishers are known here; a plugin may be checked where there is none.
fn book_if_any(session: &mut Session) -> Result<Option<Arc<Desk>>, Failure> {
    match session.desk() {
        Ok(desk) => Ok(Some(desk)),
        Err(Failure::Refused(no)) if no.code == "book/none" => Ok(None),
        Err(other) => Err(other),
    }
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Refusal {
    Refusal::new("file/unwritable").with("file", folder.display()).with("why", error)
}

/// Runs a case in a process of its own; one that must show the same twice, in two, in another second and another zone.
fn apart(case: &Case, file: &Path, scratch: &Path, patience: Duration) -> Verdict {
    let shown = in_a_process(case, file, scratch, patience, "UTC")?;
    if !case.twice {
        return Ok(shown);
    }
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = second();
    while second() == now {
        std::thread::yield_now();
    }
    if in_a_process(case, file, scratch, patience, "Pacific/Kiritimati")? == shown {
        return Ok(shown);
    }
    Err(Refusal::new("check/changes").with("what", case.name))
}

/// The program itself, once more, with one case to run: what the plugin breaks there stays there.
fn in_a_process(case: &Case, file: &Path, scratch: &Path, patience: Duration, zone: &str) -> Verdict {
    let (result, out, err) = (scratch.join("result"), scratch.join("out"), scratch.join("err"));
    let _ = fs::remove_file(&result); // There is none before the first case.
    let lost = |error: std::io::Error| unwritable(scratch, &error);
    let program = std::env::current_exe().map_err(lost)?;
    let mut command = Command::new(program);
    command.args(["plugin", "case", case.name]).arg(file).arg("--folder").arg(scratch).arg("--result").arg(&result);
    command.env("TZ", zone).stdin(Stdio::null());
    command.stdout(fs::File::create(&out).map_err(lost)?).stderr(fs::File::create(&err).map_err(lost)?);
    let mut child = command.spawn().map_err(lost)?;
    let ended = wait(&mut child, patience).map_err(lost)?;
    let said: String =
        [&out, &err].iter().filter_map(|path| fs::read(path).ok()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    let Some(ended) = ended else { return Err(Refusal::new("check/endless").with("seconds", patience.as_secs())) };
    let verdict = fs::read(&result).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(verdict) = verdict else { return Err(Refusal::new("check/crashed").with("what", format!("{ended} {}", short(&said)))) };
    if let Ok(refusal) = serde_json::from_value::<Refusal>(verdict["refused"].clone()) {
        return Err(refusal);
    }
    if !said.is_empty() {
        return Err(Refusal::new("check/noisy").with("what", short(&said)));
    }
    Ok(verdict["shown"].as_str().unwrap_or_default().to_owned())
}

fn short(text: &str) -> String {
    text.trim().chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Its end; nothing when it was ended.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn named(name: &str) -> Result<&'static Case, Refusal> {
    case_named(name).ok_or_else(|| Refusal::new("check/unknown").with("check", name))
}

/// Runs one case here and writes what it shows; the process is the case's own.
pub(crate) fn one(name: &str, file: &Path, folder: &Path, result: &Path) -> Result<(), Failure> {
    let unwritten = |error| unwritable(result, &error);
    // Opened first: a case that loads the file is confined from then on.
    let mut paper = fs::File::create(result).map_err(unwritten)?;
    let told = match named(name)?.run(file, folder) {
        Ok(shown) => json!({"shown": shown}),
        Err(refusal) => json!({"refused": refusal}),
    };
    paper.write_all(told.to_string().as_bytes()).map_err(unwritten)?;
    Ok(())
}
