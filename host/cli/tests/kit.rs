//! What `plugin new` writes builds, tests, passes the check and loads at once: every kind, both languages, an empty Cargo home, no network.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

const KINDS: &[&str] = &["workshop", "sales", "sharing", "report", "sweep"];

/// A folder with a book of one facility, in which plugins are made.
struct Bench {
    folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder); // A folder left behind harms nobody.
    }
}

impl Bench {
    fn new(name: &str) -> Bench {
        let folder = std::env::temp_dir().join(format!("baara-kit-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("cargo")).unwrap();
        Bench { folder }
    }

    /// The book: two persons, who can endorse what a third proposes.
    fn found(&self) {
        let head = "code=chef,name=Issa Cissé,sex=m,office=,roles=facility-head";
        let chair = "code=pres,name=Awa Traoré,sex=f,college=staff,office=chair,roles=chair";
        let sec = "code=sec,name=Moussa Keïta,sex=m,college=officials,office=secretary,roles=secretary";
        let init = ["init", "--site", "kon", "--act", "Acte 1", "--date", "2020-01-02", "--practice", "--template", "committee"];
        self.done(&[&init[..], &["--member", chair, "--member", sec, "--member", head, "--now", "2020-01-02"]].concat());
    }

    fn run(&self, words: &[&str]) -> Output {
        let book = self.folder.join("livre");
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        command.args(["--lang", "fr", "--book", book.to_str().unwrap()]).args(words).current_dir(&self.folder);
        command.output().expect("the program runs")
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    fn archive(&self) -> String {
        let archive = self.folder.join("sdk.tar.gz");
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        command.args(["plugin", "sdk", "--out"]).arg(&archive).current_dir(project());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        archive.to_str().unwrap().to_owned()
    }

    /// A reviewer finds nothing wrong with it.
    #[track_caller]
    fn good(&self, file: &Path) {
        let output = self.run(&["plugin", "check", file.to_str().unwrap()]);
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }

    /// Two more people let it in, and the book says that it is loaded.
    #[track_caller]
    fn let_in(&self, id: &str, file: &Path) {
        let pin = self.done(&["plugin", "pin", file.to_str().unwrap(), "--as", "chef", "--now", "2020-06-02", "--json"]);
        let seq = serde_json::from_str::<Value>(&pin).unwrap()["seq"].to_string();
        for person in ["sec", "pres"] {
            self.done(&["endorse", &seq, "--as", person, "--now", "2020-06-02"]);
        }
        let list: Value = serde_json::from_str(&self.done(&["plugin", "list", "--json"])).unwrap();
        let row = list["rows"].as_array().unwrap().iter().find(|row| row["plugin"] == id).unwrap_or_else(|| panic!("{list}")).clone();
        assert_eq!(row["state"], "plugin-loaded", "{row}");
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Not `eprintln!`, which the test runner keeps to itself.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Runs a tool in a plugin's folder; what it says is shown when it fails.
#[track_caller]
fn tool(command: &mut Command, folder: &Path) {
    let output = command.current_dir(folder).output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{}: {command:?}\n{}{}", folder.display(), text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_new_plugin_in_rust_is_green_without_a_network() {
    let bench = Bench::new("rust");
    bench.found();
    let archive = bench.archive();
    let size = std::fs::metadata(&archive).unwrap().len();
    assert!(size <= 5_000_000, "the SDK takes {size} bytes");
    // One folder for all, so that what they share is built once, and kept for the next run.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kit");
    for kind in KINDS {
        let (id, begun) = (format!("rust-{kind}"), Instant::now());
        bench.done(&["plugin", "new", &id, "--kind", kind, "--sdk", &archive]);
        let folder = bench.folder.join(&id);
        for what in ["test", "build"] {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args([what, "--offline", "--quiet"]).env("CARGO_HOME", bench.folder.join("cargo")).env("CARGO_TARGET_DIR", &target);
            tool(cargo.env_remove("RUSTFLAGS").env_remove("BAARA_BLESS"), &folder);
        }
        let file = target.join(format!("debug/librust_{kind}.so"));
        bench.good(&file);
        bench.let_in(&id, &file);
        say(&format!("new, tested, built, checked and loaded: {id} in {} ms", begun.elapsed().as_millis()));
    }
    assert!(bench.folder.join("cargo").read_dir().unwrap().all(|entry| entry.unwrap().file_name() != "registry"), "nothing was fetched");
}

#[test]
fn a_new_plugin_in_c_is_green() {
    if Command::new("make").arg("--version").output().is_err() || Command::new("cc").arg("--version").output().is_err() {
        return say("SKIPPED: no `make` or no `cc` to build plugins in C with");
    }
    let bench = Bench::new("c");
    bench.found();
    for kind in KINDS {
        let (id, begun) = (format!("c-{kind}"), Instant::now());
        bench.done(&["plugin", "new", &id, "--kind", kind, "--lang", "c"]);
        let folder = bench.folder.join(&id);
        tool(Command::new("make").arg("--quiet"), &folder);
        let file = folder.join(format!("{id}.so"));
        bench.good(&file);
        bench.let_in(&id, &file);
        say(&format!("new, built, checked and loaded: {id} in {} ms", begun.elapsed().as_millis()));
    }
}

#[test]
fn the_c_headers_compile_as_c11_and_cpp17() {
    let bench = Bench::new("headers");
    let source = bench.folder.join("headers.c");
    std::fs::write(
        &source,
        r#"#include "baara_json.h"
int main(void) {
    char text[BAARA_WORD];
    const char *message = JSON({"a": [1, {"b": "x\"y"}, "12.500 kg"], "c": {"c": "é"}, "d": "2020-12-31"});
    Json all = json_of((const uint8_t *)message, strlen(message));
    Amount amount;
    if (!json_text(json_get(json_get(all, "c"), "c"), text, sizeof text) || strcmp(text, "é")) return 1;
    if (!json_text(json_item(json_get(all, "a"), 2), text, sizeof text) || !amount_read(text, &amount)) return 2;
    if (amount.count != 12500 || amount.decimals != 3 || strcmp(amount.unit, "kg")) return 3;
    if (strcmp(amount_text(amount, text), "12.500 kg")) return 4;
    if (json_text(json_get(json_item(json_get(all, "a"), 1), "b"), text, sizeof text)) return 5; /* It has an escape. */
    if (json_get(all, "b").len || json_item(json_get(all, "a"), 3).len || json_whole(json_item(json_get(all, "a"), 0)) != 1) return 6;
    for (int64_t day = date_days("1999-12-30"); day < date_days("2101-01-02"); day++) {
        char date[BAARA_WORD];
        if (date_days(date_text(day, date)) != day) return 7;
    }
    if (strcmp(date_text(date_days("2020-02-28") + 2, text), "2020-03-01")) return 8;
    const char *broken[] = {"", "{", "[", "{\"a\"", "{\"a\":", "{\"a\": [}", "\"", "]", "{\"a\": \"\\"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        Json piece = json_of((const uint8_t *)broken[i], strlen(broken[i]));
        if (json_get(piece, "a").len && json_item(json_get(piece, "a"), 0).len) return 9;
    }
    const char *no_amounts[] = {"", "kg", "1", "1 ", "1. kg", ".5", "1.5.5 kg", "99999999999999999 kg", "1 aaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof no_amounts / sizeof *no_amounts; i++)
        if (amount_read(no_amounts[i], &amount)) return 10;
    return 0;
}
"#,
    )
    .unwrap();
    for (compiler, language, standard) in [("cc", "c", "-std=c11"), ("c++", "c++", "-std=c++17")] {
        let binary = bench.folder.join(language);
        let mut command = Command::new(compiler);
        command
            .args(["-x", language, standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
            .arg(project().join("plugin-api/include"));
        if Command::new(compiler).arg("--version").output().is_err() {
            say(&format!("SKIPPED: no `{compiler}` to compile the headers with"));
            continue;
        }
        tool(command.arg(&source).arg("-o").arg(&binary), &bench.folder);
        assert_eq!(Command::new(&binary).status().unwrap().code(), Some(0), "{language}");
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    let bench = Bench::new("refused");
    let refused = |words: &[&str], code: &str| {
        let output = bench.run(&[words, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["refused"]["code"], code);
    };
    refused(&["plugin", "new", "Une Ruche", "--kind", "workshop"], "kit/bad-id");
    refused(&["plugin", "new", "ruche", "--kind", "workshop", "--sdk", "nowhere.tar.gz"], "kit/no-sdk");
    refused(&["plugin", "new", "ruche", "--kind", "workshop", "--lang", "c", "--to", "."], "kit/folder-taken");
    refused(&["plugin", "sdk", "--out", "sdk.tar.gz"], "kit/not-packed");
}
