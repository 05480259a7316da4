//! The hostile cases of `tests/hostile.toml` that concern the loader: each row is run in its mode and ends as it says.
//! After each: this process is alive, and another plugin answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use baara_loader::{Loaded, Mode, PluginFault, Reply, inspect};
use serde::Deserialize;

use crate::folder::{Echo, Folder, check_fixture, impatient, isolation, ok};
use crate::world::said_elsewhere;

/// A row of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    mode: String,
    code: String,
    room: String,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// A plugin to load with these flags, and what to send it.
struct Run {
    id: &'static str,
    flags: &'static [&'static str],
    message: fn(&Folder) -> String,
    /// Which of several calls shows the outcome.
    calls: usize,
}

const fn says(id: &'static str, message: fn(&Folder) -> String) -> Run {
    Run { id, flags: &[], message, calls: 1 }
}

const fn loads(id: &'static str, flags: &'static [&'static str]) -> Run {
    Run { id, flags, message: |_| "constructor".into(), calls: 1 }
}

fn here() -> String {
    std::process::id().to_string()
}

const RUNS: &[Run] = &[
    loads("13-constructor-acts", &["-DCTOR_ACTS"]),
    loads("14-constructor-exits", &["-DCTOR_EXIT"]),
    loads("14-constructor-aborts", &["-DCTOR_ABORT"]),
    loads("14-constructor-sleeps", &["-DCTOR_SLEEP"]),
    says("24-abort", |_| "abort".into()),
    says("26-segfault", |_| "segfault".into()),
    says("26-illegal", |_| "illegal".into()),
    says("26-divide", |_| "divide".into()),
    says("27-exit", |_| "exit".into()),
    says("27-_exit", |_| "_exit".into()),
    says("28-loop", |_| "loop".into()),
    says("28-sleep", |_| "sleep".into()),
    says("28-deadlock", |_| "deadlock".into()),
    says("29-patient", |_| "patient".into()),
    says("30-stack", |_| "deep".into()),
    says("31-memory", |_| "hungry".into()),
    says("36-thread", |_| "elsewhere".into()),
    says("56-other-call", |_| "forge call".into()),
    says("56-length", |_| "forge length".into()),
    says("56-kind", |_| "forge kind".into()),
    says("56-ready-again", |_| "forge ready".into()),
    says("56-short-reply", |_| "forge reply".into()),
    Run { id: "56-two-replies", flags: &[], message: |_| "forge twice".into(), calls: 2 },
    says("56-hangs-up", |_| "hang up".into()),
    says("56-floods", |_| "flood".into()),
    says("57-reads-passwd", |_| "read /etc/passwd".into()),
    says("57-reads-process", |_| "read /proc/self/environ".into()),
    says("57-reads-neighbour", |folder| format!("read {}", folder.file("book.db", b"entries").display())),
    says("58-writes", |folder| format!("write {}", folder.path.join("written").display())),
    says("58-chdir", |_| "chdir /tmp".into()),
    says("58-socket", |_| "socket".into()),
    says("58-unix-socket", |_| "unix socket".into()),
    says("58-exec", |_| "exec /bin/true".into()),
    says("58-fork", |_| "fork".into()),
    says("59-signals-host", |_| format!("kill {}", here())),
    says("59-traces-host", |_| format!("trace {}", here())),
    says("60-prints", |_| "print".into()),
    says("60-complains", |_| "complain".into()),
    says("61-handler", |_| "handler".into()),
    says("25-unwinds", |_| "unwind".into()),
    Run { id: "33-leaks", flags: &[], message: |_| "leak".into(), calls: 200 },
    says("M10-a-million-questions", |_| "ask a million times".into()),
    says("M12-asks-from-a-thread", |_| "ask elsewhere".into()),
];

fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile.toml");
    let cases: Cases = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    cases.case.into_iter().filter(|case| case.room == "loader").collect()
}

/// The words of a good answer, or the code of a fault.
fn outcome(folder: &Folder, run: &Run) -> Option<String> {
    let library = folder.compile("hostile.so", run.flags)?;
    let loaded = match folder.load(&inspect(&library).unwrap()) {
        Err(refused) => return Some(refused.code().to_owned()),
        Ok(loaded) => loaded,
    };
    let message = (run.message)(folder);
    if folder.mode == Mode::InProcess && run.id == "61-handler" {
        // What it changes belongs to the whole program, and other tests run in this one.
        return Some(said_elsewhere(&library, &folder.cache(), &message));
    }
    let mut told = None;
    for _ in 0..run.calls {
        told = Some(loaded.call(message.as_bytes(), &mut Echo));
    }
    check_strikes(&loaded, told.as_ref()?);
    Some(match told? {
        Ok(Reply::Ok(bytes) | Reply::Refused(bytes)) => String::from_utf8(bytes).unwrap(),
        Err(fault) => fault.code().to_owned(),
    })
}

#[track_caller]
fn check_strikes(loaded: &Loaded, told: &Result<Reply, PluginFault>) {
    match told {
        Ok(_) => assert_eq!(loaded.strikes(), 0),
        Err(fault) => {
            assert!(fault.is_strike(), "{fault}");
            assert!(loaded.strikes() >= 1);
            assert_eq!(loaded.health().last_fault, fault.code());
        }
    }
}

#[test]
fn each_hostile_case_ends_as_its_row_says() {
    let cwd = std::env::current_dir().unwrap();
    for case in cases() {
        let run = RUNS.iter().find(|run| run.id == case.id).unwrap_or_else(|| panic!("{} has no run", case.id));
        let mode = if case.mode == "child" { Mode::Child } else { Mode::InProcess };
        let waits = case.code == "plugin/timed-out" || ["29-patient", "56-floods"].contains(&run.id);
        let folder = Folder::with(mode, if waits { impatient() } else { isolation() });
        let Some(code) = outcome(&folder, run) else { return };
        assert_eq!(code, case.code, "{} ({})", case.id, case.mode);
        assert_eq!(std::env::current_dir().unwrap(), cwd);
        assert_eq!(Folder::new(mode).good().unwrap().call(b"hello", &mut Echo), ok("hello"), "after {}", case.id);
    }
}

#[test]
fn each_run_has_its_row_and_each_row_is_there_once() {
    let cases = cases();
    let rows: BTreeSet<(&str, &str)> = cases.iter().map(|case| (case.id.as_str(), case.mode.as_str())).collect();
    assert_eq!(rows.len(), cases.len());
    let told: BTreeSet<&str> = rows.iter().map(|row| row.0).collect();
    assert_eq!(told, RUNS.iter().map(|run| run.id).collect());
    assert!(rows.iter().all(|row| matches!(row.1, "child" | "in-process")));
}

#[test]
fn what_is_refused_before_any_of_it_runs_is_refused_alike() {
    check_fixture(&["-DUNDEFINED", "-DCTOR_ABORT"], "plugin/not-loadable", "missing_fn");
    check_fixture(&["-DNO_MANIFEST", "-DCTOR_ABORT"], "plugin/no-manifest", "no section");
}
