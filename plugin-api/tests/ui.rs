//! What an author is told at compile time: each line of `tests/ui` that says `//~` is where the compiler points, and what
//! it says there; nothing else is wrong.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const FIXTURES: &[&str] = &["choices", "fields", "forms", "plugin", "records", "types"];

/// A package of the fixtures, built with the versions of this one.
fn package(folder: &Path) -> std::io::Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(folder.join("src/bin"))?;
    for name in FIXTURES {
        let file = format!("{name}.rs");
        std::fs::copy(own.join("tests/ui").join(&file), folder.join("src/bin").join(&file))?;
    }
    std::fs::copy(own.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = format!(
        "[package]\nname = \"ui\"\nedition = \"2024\"\n[dependencies]\nbaara-plugin-api.path = {:?}\n[lints.rust]\ndead_code = \"allow\"\n[workspace]\n",
        own.display().to_string()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)
}

/// The errors of each fixture: the line the compiler points at in it, and all it says there.
fn errors(folder: &Path) -> BTreeMap<String, Vec<(u64, String)>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--offline", "--quiet", "--keep-going", "--message-format", "json"]).current_dir(folder);
    let output = cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS").output().expect("cargo runs");
    let mut told: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).expect("cargo speaks JSON");
        let (said, name) = (&message["message"], message["target"]["name"].as_str().unwrap_or_default());
        if said["level"] == "error"
            && let Some(line) = pointed_at(said)
        {
            let notes = said["children"].as_array().into_iter().flatten().filter_map(|note| note["message"].as_str());
            let text = [said["message"].as_str().unwrap_or_default()].into_iter().chain(notes).collect::<Vec<_>>().join("\n");
            told.entry(name.to_owned()).or_default().push((line, text));
        }
    }
    assert!(!told.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    told
}

/// The author's line: where a macro is used, not where it is written.
fn pointed_at(said: &Value) -> Option<u64> {
    let mut span = said["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    while span["expansion"].is_object() && !span["file_name"].as_str()?.starts_with("src/bin/") {
        span = &span["expansion"]["span"];
    }
    span["line_start"].as_u64()
}

#[test]
fn an_author_is_told_what_to_write_and_where() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    package(&folder).expect("a folder of our own");
    let told = errors(&folder);
    for name in FIXTURES {
        let text = std::fs::read_to_string(folder.join(format!("src/bin/{name}.rs"))).expect("a fixture");
        let asked = (1_u64..).zip(text.lines()).filter_map(|(n, line)| Some((n, line.split_once("//~ ")?.1)));
        let mut said = told.get(*name).cloned().unwrap_or_default();
        for (line, what) in asked {
            let found = said.iter().any(|(at, text)| *at == line && text.contains(what));
            assert!(found, "{name}.rs:{line} should be told `{what}`, and was told {said:#?}");
            said.retain(|(at, _)| *at != line);
        }
        assert!(said.is_empty(), "{name}.rs was told more: {said:#?}");
    }
}
