//! Plugins built against every released SDK, kept as they were: they load and answer as they did, for ever.
//!
//! `tests/compat/README.md` says how one more is added.

use baara_desk::Source;
use baara_loader::{Answers, Conducts, Inspected, Isolation, Mode, Reply, inspect, load};
use baara_plugin_api::{Answer, Ask, Command, Date, Declaration, Id, Message, Question, Value, json};
use baara_tests::{Scratch, Story, hosting, project};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every kept library, gzipped, with its record beside it.
fn kept() -> Vec<(PathBuf, PathBuf)> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let releases = inside(&project().join("tests/compat")).into_iter().filter(|path| path.is_dir());
    let files = releases.flat_map(|release| inside(&release)).filter(|path| path.to_string_lossy().ends_with(".so.gz"));
    let mut files: Vec<_> = files.map(|file| (file.clone(), file.with_extension("").with_extension("json"))).collect();
    files.sort();
    files
}

/// The library as it was.
fn unpacked(library: &Path, scratch: &Scratch) -> Inspected {
    let packed = std::fs::File::open(library).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
    let file = scratch.path("kept.so");
    let mut whole = std::fs::File::create(&file).expect("a file");
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut whole).unwrap_or_else(|e| panic!("{}: {e}", library.display()));
    inspect(&file).unwrap_or_else(|e| panic!("{}: {e}", library.display()))
}

/// Loads a kept library in a mode; its copies lie in a folder of their own.
fn open(inspected: &Inspected, cache: &Scratch, mode: Mode) -> baara_loader::Loaded {
    let isolation = Arc::new(Isolation::new(hosting().runner, Conducts::default()));
    load(inspected, &cache.path("plugins"), inspected.sha256(), mode, &isolation).expect("it loads")
}

/// The answers that were given when the record was made.
struct Recorded<'r>(&'r serde_json::Map<String, Value>);

impl Answers for Recorded<'_> {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        let question = std::str::from_utf8(question).expect("the loader puts texts alone");
        let answer = self.0.get(question).unwrap_or_else(|| panic!("it never asked this before: {question}"));
        answer.as_str().expect("answers are kept as texts").as_bytes().to_vec()
    }
}

/// A reply as it is kept.
fn told(reply: Reply) -> Value {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("replies are texts");
    match reply {
        Reply::Ok(bytes) => json!({"ok": text(bytes)}),
        Reply::Refused(bytes) => json!({"refused": text(bytes)}),
    }
}

#[test]
fn plugins_of_every_released_sdk_answer_as_before() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        // Not `eprintln!`, which the test runner keeps to itself.
        return std::io::stderr().write_all(b"SKIPPED: the kept plugins are built for x86-64 Linux\n").expect("somebody reads");
    }
    assert!(!kept().is_empty());
    for (library, record) in kept() {
        let scratch = Scratch::new();
        let inspected = unpacked(&library, &scratch);
        if !record.exists() && std::env::var_os("BAARA_BLESS").is_some() {
            make(&inspected, &record);
        }
        let record: Value = serde_json::from_slice(&std::fs::read(&record).expect("its record")).expect("a record is JSON");
        assert_eq!(record["sha256"], inspected.sha256(), "{} is another file", library.display());
        for mode in [Mode::InProcess, Mode::Child] {
            let cache = Scratch::new();
            let loaded = open(&inspected, &cache, mode);
            let described: Value = serde_json::from_slice(&loaded.describe().expect("it describes itself")).expect("JSON");
            assert_eq!(described, record["describes"], "{} {mode:?}", library.display());
            serde_json::from_value::<Declaration>(described).expect("this host reads what it declares");
            let answers = record["answers"].as_object().expect("its answers");
            for call in record["calls"].as_array().expect("its calls") {
                let message = call["message"].as_str().expect("messages are kept as texts");
                let reply = loaded.call(message.as_bytes(), &mut Recorded(answers)).expect("it answers");
                if let Reply::Ok(bytes) = &reply {
                    serde_json::from_slice::<baara_plugin_api::Reply>(bytes).expect("this host reads what it answers");
                }
                assert_eq!(told(reply), call["reply"], "{} {mode:?}: {message}", library.display());
            }
            assert_eq!(loaded.strikes(), 0);
        }
    }
}

/// Puts questions to an open book, and keeps what was answered.
struct Recording<'b> {
    book: baara_book::View<'b>,
    answers: BTreeMap<String, Value>,
}

impl Answers for Recording<'_> {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        let asked: Question = serde_json::from_slice(question).expect("a question");
        let answer: Answer = self.book.ask(asked);
        let bytes = serde_json::to_vec(&answer).expect("an answer is JSON");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        self.answers.insert(text(question), text(&bytes).into());
        bytes
    }
}

/// Makes the record of a library that has none yet: what it answers about a small book, in process.
fn make(inspected: &Inspected, record: &Path) {
    let mut story = Story::new();
    story.tell("```do\ngiven kon-in-use\ngiven kon-soap\n```\n");
    let book = story.fixture().desk.book();
    let cache = Scratch::new();
    let loaded = open(inspected, &cache, Mode::InProcess);
    let describes: Value = serde_json::from_slice(&loaded.describe().expect("it describes itself")).expect("JSON");
    let declared: Declaration = serde_json::from_value(describes.clone()).expect("a declaration");
    let date: Date = "2020-06-30".parse().expect("a day");
    let mut host = Recording { book: book.view("kon"), answers: BTreeMap::new() };
    let mut calls = Vec::new();
    for (n, (kind, fields)) in commands().into_iter().enumerate() {
        let form = declared.kinds.iter().find(|form| form.kind == kind).unwrap_or_else(|| panic!("it has no {kind}"));
        let raw = fields.as_object().expect("a form").clone();
        let fields = baara_desk::read_fields(&book, "kon", date, &form.fields, &raw, Source::People).expect("a form well filled in");
        let command = Command {
            id: format!("019f0000-0000-7000-8000-{n:012x}"),
            site: "kon".to_owned(),
            kind: kind.to_owned(),
            by: Id::new("person", "kon-head"),
            role: Id::new("role", "facility-head"),
            date,
            leave: None,
            fields,
        };
        let message = serde_json::to_string(&Message::Decide { command }).expect("a message");
        let reply = told(loaded.call(message.as_bytes(), &mut host).expect("it answers"));
        calls.push(json!({"message": message, "reply": reply}));
    }
    let whole = json!({"sha256": inspected.sha256(), "describes": describes, "calls": calls, "answers": host.answers});
    std::fs::write(record, format!("{whole:#}\n")).expect("the record is kept");
}

/// What a soap workshop may send: batches that are right, odd, and wrong.
fn commands() -> Vec<(&'static str, Value)> {
    let batch = |fat: &str, kilograms: &str, lye: &str, bars: &str| {
        let fats = json!([{"fat": fat, "quantity": kilograms, "store": "store/kon-atelier"}]);
        json!({"workshop": "workshop/kon-savon", "fats": fats, "lye": "item/soude", "lye-used": lye, "lye-store": "store/kon-atelier",
            "water": "3,5", "discount": "5", "product": "item/savon", "bars": bars, "bar-grams": "100", "store": "store/kon-magasin"})
    };
    let all = [
        batch("item/karite", "10", "1,22", "140"),
        batch("item/karite", "10", "1,5", "140"),
        batch("item/karite", "10", "0,9", "140"),
        batch("item/karite", "10", "1,22", "0"),
        batch("item/karite", "10", "1,22", "400"),
        batch("item/karite", "60", "7,5", "800"),
        batch("item/uree", "10", "1,22", "140"),
    ];
    all.into_iter().map(|fields| ("soap-batch/1", fields)).collect()
}
