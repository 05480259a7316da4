//! What `plugin new` writes builds, tests, passes the check and loads at once: every kind, both languages, an empty Cargo
//! home, no network; and the tutorial runs from its first block to its last.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
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
        let pin = self.done(&["plugin", "add", file.to_str().unwrap(), "--as", "chef", "--now", "2020-06-02", "--json"]);
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

/// A block of the tutorial: its language, the file it is or changes, and its text.
struct Block<'t> {
    language: &'t str,
    file: &'t str,
    text: &'t str,
}

/// The fenced blocks of a page, in order.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut rest = page;
    let mut blocks = Vec::new();
    while let Some((_, from)) = rest.split_once("\n```") {
        let (head, from) = from.split_once('\n').expect("a fence has a line of its own");
        let (text, after) = from.split_once("```\n").expect("a block has an end");
        let (language, file) = head.split_once(' ').unwrap_or((head, ""));
        blocks.push(Block { language, file, text });
        rest = after;
    }
    blocks
}

/// The text with each change of a diff made: what `-` and spaces say is there once, and makes room for `+` and spaces.
#[track_caller]
fn changed(text: &str, diff: &str) -> String {
    diff.split("@@\n").fold(text.to_owned(), |text, change| {
        let side =
            |not: char| change.lines().filter(|line| !line.starts_with(not)).map(|line| format!("{}\n", &line[1..])).collect::<String>();
        let (old, new) = (side('+'), side('-'));
        assert_eq!(text.matches(&old).count(), 1, "once in the template:\n{old}");
        text.replace(&old, &new)
    })
}

/// The program with all that lies beside it where it is installed.
fn installed(bench: &Bench) -> PathBuf {
    let bin = bench.folder.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_baara"));
    std::fs::copy(program, bin.join("baara")).unwrap();
    std::fs::copy(bench.archive(), bin.join("baara-sdk.tar.gz")).unwrap();
    for id in ["sales", "revenue-sharing"] {
        let built = baara_desk::plugin_beside(id).unwrap_or_else(|| {
            let mut cargo = Command::new(env!("CARGO"));
            tool(cargo.args(["build", "--quiet", "-p", "sales", "-p", "revenue-sharing"]), &project());
            baara_desk::plugin_beside(id).expect("it was built on the line above")
        });
        std::fs::copy(built, bin.join(baara_desk::plugin_file(id))).unwrap();
    }
    bin
}

/// Every block of `plugins/README.md` in one shell, as a reader types them; what a `text` block shows was printed.
#[test]
fn the_tutorial_runs_from_its_first_block_to_its_last() {
    if ["make", "cc", "bash"].iter().any(|name| Command::new(name).arg("--version").output().is_err()) {
        return say("SKIPPED: the tutorial needs `bash`, and `make` and `cc` for its plugin in C");
    }
    let bench = Bench::new("tutorial");
    let bin = installed(&bench);
    let page = std::fs::read_to_string(project().join("plugins/README.md")).unwrap();
    let blocks = blocks(&page);
    let work = bench.folder.join("work");
    std::fs::create_dir_all(&work).unwrap();
    // The shell lives through all its blocks and says after each how it is; between two of them files are written.
    let mut shell = Command::new("bash");
    shell.args(["-eu", "-o", "pipefail"]).current_dir(&work).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let path = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{path}", bin.display())).env("CARGO_HOME", bench.folder.join("cargo"));
    // What is built on the way is kept for the next run.
    shell.env("CARGO_BUILD_BUILD_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial"));
    for name in ["LC_ALL", "LC_MESSAGES", "CARGO_TARGET_DIR", "RUSTFLAGS", "BAARA_BLESS", "BAARA_BOOK", "BAARA_AS"] {
        shell.env_remove(name);
    }
    let mut shell = shell.spawn().unwrap();
    let (mut typed, mut answers) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()).lines());
    let log = bench.folder.join("said");
    let mut said = String::new();
    for Block { language, file, text } in &blocks {
        let path = work.join(file);
        match *language {
            "sh" => {
                // A shell that ended takes nothing any more; its silence is told below.
                let _ = write!(typed, "{{\n{text}}} < /dev/null > {} 2>&1\necho done\n", log.display());
                let done = answers.next().is_some_and(|line| line.is_ok_and(|line| line == "done"));
                said = std::fs::read_to_string(&log).unwrap_or_default();
                assert!(done, "this block failed:\n{text}\n{said}");
            }
            "text" => {
                let missing = text.lines().find(|line| !said.contains(line));
                assert!(missing.is_none(), "{missing:?} was not printed:\n{said}");
            }
            "diff" => std::fs::write(&path, changed(&std::fs::read_to_string(&path).unwrap(), text)).unwrap(),
            _ => {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, text).unwrap();
            }
        }
    }
    drop(typed);
    assert!(shell.wait().unwrap().success());
    assert!(blocks.len() > 20, "the page was read: {} blocks", blocks.len());
}

/// Ends what it holds, even when the test fails.
struct Ends(std::process::Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill(); // It may have ended.
        let _ = self.0.wait();
    }
}

/// What a browser gets: the whole answer, headers and all.
fn asked(address: &str, head: &str, cookie: &str, body: &str) -> String {
    let mut line = TcpStream::connect(address).unwrap();
    let request = format!("{head} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\nConnection: close\r\n");
    let form = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    line.write_all(if body.is_empty() { request + "\r\n" } else { request + &form }.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    answer
}

/// The page of a form, as somebody sees it who has signed in.
fn form_page(address: &str, path: &str) -> String {
    let entered = asked(address, "POST /connexion", "", "site=kon&qui=person%2Fkon-author");
    let cookie = entered.split("et-cookie: ").nth(1).unwrap_or_else(|| panic!("{entered}")).split(';').next().unwrap();
    asked(address, &format!("GET {path}"), cookie, "")
}

/// A change of a label is seen in the browser after the save; one that does not build leaves the last good form.
#[test]
fn a_form_is_shown_while_it_is_being_written() {
    if Command::new("make").arg("--version").output().is_err() || Command::new("cc").arg("--version").output().is_err() {
        return say("SKIPPED: no `make` or no `cc` to build plugins in C with");
    }
    let bench = Bench::new("dev");
    bench.done(&["plugin", "new", "pottery", "--kind", "workshop", "--lang", "c"]);
    let mut dev = Command::new(env!("CARGO_BIN_EXE_baara"));
    dev.args(["--lang", "fr", "plugin", "dev", "pottery", "--listen", "127.0.0.1:0"]).current_dir(&bench.folder);
    let mut dev = Ends(dev.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(dev.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |what: &str| lines.find(|line| line.contains(what)).unwrap_or_else(|| panic!("`{what}` is said"));
    let shown = |line: String| {
        let (address, path) = line.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
        form_page(address, &format!("/{path}"))
    };
    let source = bench.folder.join("pottery/pottery.c");
    let before = std::fs::read_to_string(&source).unwrap();
    assert!(shown(until("/noter/pottery-batch")).contains("Matière"));
    std::fs::write(&source, before.replace("Matière", "Argile")).unwrap();
    let page = shown(until("/noter/pottery-batch"));
    assert!(page.contains("Argile") && !page.contains("Matière"), "{page}");
    std::fs::write(&source, "this is no C").unwrap();
    until("ne passe pas");
    std::fs::write(&source, before).unwrap();
    assert!(shown(until("/noter/pottery-batch")).contains("Matière"));
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
