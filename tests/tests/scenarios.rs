//! Runs every scenario of this folder and of the plugins, and tells which refusals nobody has provoked.

use baara_tests::{Told, project, run_file};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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

#[test]
fn every_scenario_goes_as_told() {
    let told = run_all();
    let failures: Vec<String> = told.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} of {} scenarios went another way:\n{}", failures.len(), told.scenarios, failures.join("\n"));
    assert!(told.scenarios > 0);
}
