//! `plugin check` lets the good through and finds the bad: for each check one plugin that fails it.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is wrong with the fixture, the case that must see it, and the code it is told under.
const BAD: &[(&str, &str, &str)] = &[
    ("MANIFEST", "manifest", "check/manifest"),
    ("EXPORTS", "exports", "check/exports"),
    ("IMPORTS", "imports", "check/imports"),
    ("LIBRARIES", "libraries", "check/libraries"),
    ("STACK", "stack", "plugin/executable-stack"),
    ("LOAD", "load", "plugin/not-loadable"),
    ("DESCRIPTION", "description", "check/description"),
    ("CHANGES", "description", "check/changes"),
    ("WORDS", "words", "check/words"),
    ("GRANTS", "grants", "check/grants"),
    ("THREADS", "threads", "check/threads"),
    ("FILES", "files", "check/files"),
    ("COMMANDS", "commands", "check/commands"),
    ("ANSWERS", "answers", "check/answers"),
    ("REFUSALS", "refusals", "check/refusals"),
    ("EFFECTS", "effects", "check/effects"),
    ("SPLITS", "splits", "check/splits"),
    ("HOSTILE", "hostile", "check/hostile"),
    ("CRASHED", "commands", "check/crashed"),
    ("READS", "reads", "check/reads"),
    ("TIME", "time", "check/time"),
    ("LEAKS", "leaks", "check/leaks"),
    ("NOISY", "commands", "check/noisy"),
    ("ENDLESS", "commands", "check/endless"),
];

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("baara-checks-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Scratch(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // A folder left behind harms nobody.
    }
}

/// The fixture with one thing wrong; nothing without a compiler.
fn built(scratch: &Scratch, what: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = scratch.0.join(format!("{}.so", what.to_lowercase()));
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", &format!("-DBAD_{what}")]);
    match what {
        "LIBRARIES" => drop(cc.args(["-Wl,--no-as-needed", "-lresolv"])),
        "STACK" => drop(cc.args(["-Wl,-z,execstack"])),
        "TRESPASS" => drop(cc.arg(format!("-DTRESPASS=\"{}\"", scratch.0.join("left").display()))),
        _ => {}
    }
    cc.arg("-I").arg(here.join("../../plugin-api/include")).arg(here.join("tests/fixtures/bad.c")).arg("-o").arg(&file);
    let Ok(output) = cc.output() else {
        // Not `eprintln!`, which the test runner keeps to itself.
        std::io::stderr().write_all(b"SKIPPED: no `cc` to build the bad plugins with\n").unwrap();
        return None;
    };
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    Some(file)
}

/// The exit code, and each case with its code.
fn check(file: &Path, how: &[&str]) -> (Option<i32>, Vec<(String, String)>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
    command.args(["plugin", "check"]).arg(file).args(how).arg("--json");
    let output = command.output().unwrap();
    let table: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (output.status.code(), table["rows"].as_array().unwrap().iter().map(|row| (text(row, "code"), text(row, "refused"))).collect())
}

#[test]
fn our_own_plugins_and_a_plain_one_pass_every_check() {
    let scratch = Scratch::new("good");
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let all = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins")).unwrap().map(Result::unwrap);
    let ours = all.filter(|entry| entry.path().join("Cargo.toml").exists()).map(|entry| entry.file_name().into_string().unwrap());
    let ours: Vec<String> = ours.map(|name| format!("lib{}.so", name.replace('-', "_"))).collect();
    let folders = [deps.clone(), deps.parent().unwrap().to_owned()];
    let there = ours.iter().filter_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.exists()));
    for file in there.chain(built(&scratch, "NOTHING")) {
        let (code, cases) = check(&file, &[]);
        let failed: Vec<_> = cases.iter().filter(|(_, code)| !code.is_empty()).collect();
        assert!(code == Some(0) && failed.is_empty(), "{}: {failed:?}", file.display());
        assert!(cases.len() >= 20, "every case ran: {}", cases.len());
    }
}

#[test]
fn each_bad_plugin_is_found() {
    let scratch = Scratch::new("bad");
    let mut wrong = Vec::new();
    for (what, case, code) in BAD {
        let Some(file) = built(&scratch, what) else { return };
        let (exit, cases) = check(&file, &["--only", case, "--patience", if *what == "ENDLESS" { "2" } else { "60" }]);
        if exit != Some(1) || !cases.iter().any(|(_, told)| told == code) {
            wrong.push(format!("{what}: expected {code}, exit {exit:?}, {cases:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_signature_is_looked_at_before_anything_runs() {
    let scratch = Scratch::new("signature");
    let Some(file) = built(&scratch, "NOTHING") else { return };
    let first = |(exit, cases): (Option<i32>, Vec<(String, String)>)| (exit, cases[0].0.clone(), cases[0].1.clone(), cases.len());
    assert_eq!(first(check(&file, &["--level", "1"])), (Some(0), "signature".to_owned(), String::new(), 6));
    std::fs::write(format!("{}.minisig", file.display()), "no signature").unwrap();
    let (exit, case, code, ran) = first(check(&file, &[]));
    assert_eq!((exit, case.as_str(), code.as_str()), (Some(1), "signature", "plugin/signature-damaged"));
    assert_eq!(ran, 6, "it is not loaded");
}

/// What a file does as it is loaded happens in a process that may do next to nothing.
#[test]
fn a_hostile_file_leaves_nothing_behind() {
    let scratch = Scratch::new("trespass");
    let Some(file) = built(&scratch, "TRESPASS") else { return };
    let output =
        Command::new(env!("CARGO_BIN_EXE_baara")).args(["--lang", "en", "plugin", "check", "--only", "load"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if said.contains("cannot confine") {
        return std::io::stderr().write_all(b"SKIPPED: nothing here confines a process\n").unwrap();
    }
    assert!(output.status.success(), "{said}");
    assert!(!scratch.0.join("left").exists(), "it wrote a file");
}

#[test]
fn a_check_that_breaks_on_a_message_names_it() {
    let scratch = Scratch::new("unknown");
    let output = Command::new(env!("CARGO_BIN_EXE_baara"))
        .args(["plugin", "case", "nonsense", "x.so", "--folder", ".", "--result", "r", "--json"])
        .current_dir(&scratch.0)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["refused"]["code"], "check/unknown");
}
