//! Runs every scenario of this folder and of the plugins; each refusal has one, and words in both languages.

use baara_plugin_api::{Refusal, words};
use baara_reports::{Language, Words};
use baara_tests::{Fixture, Told, project, run_file};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

/// What happens outside a command, and the file of the tests that provoke it.
const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "host/cli/tests/command_line.rs",
        &[
            "book/exists",
            "book/none",
            "clock/not-practice",
            "demo/broken",
            "entry/unknown",
            "field/no-name",
            "file/unreadable",
            "file/unwritable",
            "found/member",
            "found/rule",
            "found/rule-missing",
            "found/too-few-persons",
            "import/empty",
            "import/no-such-column",
            "import/not-utf8",
            "import/too-many-cells",
            "input/unreadable",
            "json/not-a-form",
            "json/unreadable",
            "kind/misspelt",
            "period/unreadable",
            "person/first-by-others",
            "person/must-wait",
            "person/no-secret",
            "person/practice-no-secret",
            "person/short-secret",
            "person/unknown",
            "person/which",
            "person/wrong-secret",
            "report/no-such-cell",
            "report/unknown",
            "serve/cannot-listen",
            "serve/no-certificate",
            "serve/open-elsewhere",
            "site/unknown",
            "template/unknown",
        ],
    ),
    ("host/cli/tests/kit.rs", &["kit/bad-id", "kit/folder-taken", "kit/no-sdk", "kit/not-packed"]),
    (
        "host/cli/tests/checks.rs",
        &[
            "check/answers",
            "check/changes",
            "check/commands",
            "check/crashed",
            "check/description",
            "check/effects",
            "check/endless",
            "check/exports",
            "check/files",
            "check/grants",
            "check/hostile",
            "check/imports",
            "check/leaks",
            "check/libraries",
            "check/manifest",
            "check/noisy",
            "check/reads",
            "check/refusals",
            "check/splits",
            "check/threads",
            "check/time",
            "check/unknown",
            "check/words",
        ],
    ),
    ("host/cli/src/session.rs", &["site/which"]),
    (
        "host/journal/src/tests/appending.rs",
        &["journal/begun", "journal/full", "journal/out-of-order", "journal/poisoned", "journal/too-large", "journal/wrong-leaf"],
    ),
    ("host/journal/src/tests/damage.rs", &["journal/damaged"]),
    (
        "host/journal/src/tests/opening.rs",
        &["journal/exists", "journal/io", "journal/locked", "journal/missing", "journal/newer", "journal/not-a-book", "journal/read-only"],
    ),
    ("host/journal/src/tests/people.rs", &["journal/altered"]),
    ("host/desk/src/pins.rs", &["plugin/kind-taken"]),
    (
        "host/loader/tests/hostile/main.rs",
        &[
            "plugin/aborts-on-panic",
            "plugin/disagrees",
            "plugin/executable-stack",
            "plugin/foreign-entry",
            "plugin/hash-differs",
            "plugin/manifest-damaged",
            "plugin/manifest-not-text",
            "plugin/newer-minor",
            "plugin/no-entry",
            "plugin/no-manifest",
            "plugin/not-a-file",
            "plugin/not-cached",
            "plugin/not-loadable",
            "plugin/not-pinned",
            "plugin/other-major",
            "plugin/re-entered",
            "plugin/slot-missing",
            "plugin/too-big",
            "plugin/unreadable",
            "plugin/writable-by-others",
            "plugin/wrong-machine",
        ],
    ),
    ("tests/tests/faults.rs", &["desk/io", "desk/stopped", "entry/damaged", "entry/newer"]),
    ("tests/tests/laws.rs", &["entry/broken-chain"]),
    (
        "tests/tests/pinning.rs",
        &[
            "plugin/already-removed",
            "plugin/needs-endorsement",
            "plugin/not-kept",
            "plugin/not-signed",
            "plugin/publisher-unknown",
            "plugin/removed",
            "plugin/signature-damaged",
            "plugin/signature-wrong",
            "publisher/already",
            "publisher/already-removed",
            "publisher/bad-key",
        ],
    ),
    ("host/loader/tests/hostile/world.rs", &["plugin/no-sandbox", "plugin/not-started", "plugin/resting"]),
    ("tests/hostile.toml", &["plugin/crashed", "plugin/timed-out"]),
    ("tests/tests/plugins.rs", &["plugin/missing", "plugin/safe-mode"]),
    (
        "tests/tests/secrets.rs",
        &[
            "code-list/nothing-waits",
            "code-list/own",
            "person/choose-first",
            "person/no-code-left",
            "person/no-list",
            "person/secret-differs",
            "person/wrong-code",
            "secret-reset/nothing-waits",
        ],
    ),
];

/// Every scenario file, by path.
fn files() -> Vec<PathBuf> {
    let plugins = std::fs::read_dir(project().join("plugins")).expect("the plugins' folder");
    let folders = plugins.map(|entry| entry.expect("an entry").path().join("scenarios"));
    let mut files: Vec<PathBuf> = folders.chain([project().join("tests/scenarios")]).flat_map(|folder| inside(&folder, "md")).collect();
    files.sort();
    files
}

fn inside(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ext| ext == ending)).collect()
}

/// All of them, once, on as many threads as the machine has cores.
fn told() -> &'static Told {
    static TOLD: LazyLock<Told> = LazyLock::new(|| {
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
    });
    &TOLD
}

/// True when some files only are run: nothing can be said of the rest.
fn in_part() -> bool {
    std::env::var("SCENARIO").is_ok()
}

/// Every code that may be met: what kinds declare, what the host and the kit give, what has words.
fn codes() -> BTreeSet<String> {
    let fixture = Fixture::new();
    let declared: Vec<String> = fixture.desk.registry().declarations().flat_map(|kind| kind.refusals.clone()).collect();
    let mut codes: BTreeSet<String> = declared.into_iter().chain(spoken("fr").into_keys()).collect();
    for folder in ["host", "plugin-api/src"] {
        sources(&project().join(folder), &mut |path, text| {
            let is_fault = path.ends_with("fault.rs") || path.ends_with("refused.rs");
            let given = text.split("Refusal::new(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            let quoted = text.split('"').filter(|word| is_code(word) && (is_fault || word.starts_with("field/")));
            codes.extend(given.filter(|code| is_code(code)).chain(quoted).map(str::to_owned));
        });
    }
    codes
}

fn is_code(text: &str) -> bool {
    text.split_once('/').is_some_and(|(subject, rest)| {
        !subject.is_empty() && rest.len() > 1 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-/".contains(&b))
    })
}

/// Shows each source of ours without its tests.
fn sources(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "tests" | "examples" | "demo" | "templates") {
            sources(&path, each);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !matches!(name.as_str(), "tests.rs" | "testing.rs") {
            let text = std::fs::read_to_string(&path).expect("a text");
            each(&path, text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

/// The refusals a language has words for, each with its parts.
fn spoken(language: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let plugins = std::fs::read_dir(project().join("plugins")).expect("the plugins' folder");
    let folders = plugins.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let own = folders.map(|folder| folder.join(format!("locale/{language}.toml")));
    let mut spoken: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in inside(&project().join("config/locale").join(language), "toml").into_iter().chain(own) {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for (key, word) in words(&text) {
            if let Some((code, part)) = key.strip_prefix("refusal.").and_then(|key| key.rsplit_once('.')) {
                let twice = spoken.entry(code.to_owned()).or_default().insert(part.to_owned(), word);
                assert!(twice.is_none(), "{}: {code} has its words elsewhere too", file.display());
            }
        }
    }
    spoken
}

#[test]
fn every_scenario_goes_as_told() {
    let told = told();
    let failures: Vec<String> = told.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} of {} scenarios went another way:\n{}", failures.len(), told.scenarios, failures.join("\n"));
}

#[test]
fn every_refusal_is_provoked() {
    if in_part() {
        return;
    }
    let (known, told) = (codes(), told());
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().flat_map(|(_, codes)| *codes).copied().collect();
    let missing: Vec<&String> =
        known.iter().filter(|code| !told.refusals.contains_key(*code) && !elsewhere.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no scenario provokes these {} of {}: {missing:#?}", missing.len(), known.len());
    let unknown: Vec<&String> = told.refusals.keys().filter(|code| !known.contains(*code)).collect();
    assert!(unknown.is_empty(), "these are refused, and no kind declares them: {unknown:?}");
    let told_too: Vec<&&str> = elsewhere.iter().filter(|code| told.refusals.contains_key(**code) || !known.contains(**code)).collect();
    assert!(told_too.is_empty(), "a scenario tells these, or nobody gives them any more: {told_too:?}");
    for (file, codes) in ELSEWHERE {
        let text = std::fs::read_to_string(project().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let tests = if file.contains("/src/") { text.split("#[cfg(test)]").last().unwrap_or_default() } else { &text };
        let not: Vec<_> = codes.iter().filter(|code| !tests.contains(&format!("\"{code}\""))).collect();
        assert!(not.is_empty(), "{file} does not provoke {not:?}");
    }
}

/// Happened, expected, try: nothing missing, and no `{figure}` that the refusal does not bring.
#[test]
fn every_refusal_is_told_in_three_parts_and_both_languages() {
    let (fixture, known, told) = (Fixture::new(), codes(), told());
    let mut wrong = Vec::new();
    for (name, language) in [("fr", Language::Fr), ("en", Language::En)] {
        let spoken = spoken(name);
        for code in &known {
            let said = spoken.get(code).cloned().unwrap_or_default();
            let lacks = ["happened", "expected", "try"].into_iter().filter(|part| said.get(*part).is_none_or(String::is_empty));
            wrong.extend(lacks.map(|part| format!("{name}: no \"{part}\" for {code}")));
        }
        let mut words = Words::new(language);
        for (declaration, ..) in fixture.desk.registry().plugins() {
            declaration.words.iter().for_each(|(language, own)| words.add(language, own.clone()));
        }
        let open = |refusal: &Refusal| {
            let told = words.refusal(refusal);
            [told.happened, told.expected, told.attempt].into_iter().find(|part| part.contains('{'))
        };
        wrong.extend(told.refusals.values().filter_map(|r| Some(format!("{name}: {} says \"{}\"", r.code, open(r)?))));
        // A fault is told by its code alone.
        let faults = known.iter().filter(|code| ["journal/", "desk/"].iter().any(|subject| code.starts_with(subject)));
        wrong.extend(faults.filter_map(|code| Some(format!("{name}: {code} says \"{}\"", open(&Refusal::new(code))?))));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
