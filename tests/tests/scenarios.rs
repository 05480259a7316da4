//! Runs every scenario of this folder and of the plugins, and tells which refusals nobody has provoked.

use baara_tests::{Fixture, Told, project, run_file};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Codes that no scenario provokes yet, though unit tests beside their code do. It only shrinks.
const NOT_YET: &str = include_str!("../scenarios/not-yet.txt");

/// Every scenario file, by path.
fn files() -> Vec<PathBuf> {
    let plugins = std::fs::read_dir(project().join("plugins")).expect("the plugins' folder");
    let folders = plugins.map(|entry| entry.expect("an entry").path().join("scenarios"));
    let mut files: Vec<PathBuf> = folders.chain([project().join("tests/scenarios")]).flat_map(|folder| markdown(&folder)).collect();
    files.sort();
    files
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ext| ext == "md")).collect()
}

/// All of them, on as many threads as the machine has cores.
fn run_all() -> Told {
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let left = Mutex::new(files().into_iter().filter(|path| path.to_string_lossy().contains(&only)).collect::<Vec<_>>());
    let told = Mutex::new(Told::default());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(path) = { left.lock().expect("no holder panics").pop() } {
                    let more = run_file(&path);
                    let mut all = told.lock().expect("no holder panics");
                    *all = std::mem::take(&mut *all).and(more);
                }
            });
        }
    });
    told.into_inner().expect("no holder panics")
}

/// Every code a kind declares, or that the core, the SDK's questions and the desk give: read from their sources.
fn codes() -> BTreeSet<String> {
    let fixture = Fixture::new();
    let declared: Vec<String> = fixture.desk.registry().declarations().flat_map(|kind| kind.refusals.clone()).collect();
    let mut codes: BTreeSet<String> = declared.into_iter().collect();
    for file in CORE {
        let text = std::fs::read_to_string(project().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = own.split("Refusal::new(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        codes.extend(quoted.map(str::to_owned));
        let fields = own.split('"').filter(|word| word.starts_with("field/") && !word.contains(' '));
        codes.extend(fields.map(str::to_owned));
    }
    codes
}

/// What only a Rust test can provoke, and the test of this folder that does.
const ELSEWHERE: &[&str] = &[
    "found/rule-missing",    // plugins.rs: an act that says too little founds nothing
    "found/too-few-persons", // the same
    "plugin/already-pinned", // plugins.rs: a plugin is pinned once
    "plugin/missing",        // plugins.rs: a changed file is not loaded
];

/// Where refusals are given besides the kinds.
const CORE: &[&str] = &[
    "host/book/src/guards.rs",
    "host/book/src/questions.rs",
    "host/book/src/reversal.rs",
    "host/desk/src/again.rs",
    "host/desk/src/corrections.rs",
    "host/desk/src/founding.rs",
    "host/desk/src/intentions.rs",
    "host/desk/src/judge.rs",
    "host/desk/src/people.rs",
    "host/desk/src/plugins.rs",
    "host/desk/src/reading.rs",
    "host/desk/src/writer.rs",
    "plugin-api/src/book.rs",
];

#[test]
fn every_scenario_goes_as_told_and_every_refusal_has_one() {
    let told = run_all();
    let failures: Vec<String> = told.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} of {} scenarios went another way:\n{}", failures.len(), told.scenarios, failures.join("\n"));
    if std::env::var("SCENARIO").is_ok() {
        return; // Some files only: nothing can be said of the rest.
    }
    let known = codes();
    let listed: BTreeSet<&str> = NOT_YET.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let missing: Vec<&str> = known
        .iter()
        .map(String::as_str)
        .filter(|code| !told.refusals.contains(*code) && !listed.contains(code) && !ELSEWHERE.contains(code))
        .collect();
    assert!(missing.is_empty(), "no scenario provokes these {} of {}:\n{}", missing.len(), known.len(), missing.join("\n"));
    let done: Vec<_> = listed.iter().filter(|code| told.refusals.contains(**code) || !known.contains(**code)).collect();
    assert!(done.is_empty(), "take these off the list of what is not yet told: {done:?}");
}
