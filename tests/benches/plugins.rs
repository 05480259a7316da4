//! What plugins cost: one call, a distribution, a crowd of them with hostile ones among them, and making a new one. Ratios
//! to floors of the same run; nothing is asserted.
//!
//! `cargo bench -p baara-tests --bench plugins` prints what the README's figures cite; `--call`, `--share`, `--crowd` and
//! `--fresh` print a part.

#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, missing_docs)] // Ratios of times, never of money.

use baara_desk::{Answer, Clock, Desk, Hosting, Submission};
use baara_loader::{Conducts, Inspected, Isolation, Loaded, Mode};
use baara_plugin_api::export::HostSide;
use baara_plugin_api::{Ask, Command, Date, Id, Map, Message, answer_call, json};
use baara_tests::{Fixture, Scratch, Shop, Story, best, library, project, rate};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() -> std::process::ExitCode {
    let part = std::env::args().nth(1).unwrap_or_default();
    if part == "plugin-runner" {
        // The child of a plugin, as `baara plugin-runner` is.
        return baara_loader::run_child(std::env::args_os().skip(2));
    }
    let parts: [(&str, fn()); 4] = [("--call", call), ("--share", share), ("--crowd", crowd), ("--fresh", fresh)];
    let known = parts.iter().any(|(name, _)| *name == part);
    parts.iter().filter(|(name, _)| !known || *name == part).for_each(|(_, run)| run());
    std::process::ExitCode::SUCCESS
}

/// This program, which becomes a plugin's child.
fn runner() -> Vec<OsString> {
    vec![std::env::current_exe().expect("a path").into(), "plugin-runner".into()]
}

/// One plugin's file as a book keeps it, loaded in either mode.
struct File {
    inspected: Inspected,
    folder: PathBuf,
    isolation: Arc<Isolation>,
}

impl File {
    fn new(desk: &Desk, sha256: &str) -> File {
        let folder = desk.folder().join("plugins");
        let inspected = baara_loader::inspect(&folder.join(format!("{sha256}.so"))).expect("the file");
        File { inspected, folder, isolation: Arc::new(Isolation::new(runner(), Conducts::default())) }
    }

    fn load(&self, mode: Mode) -> Loaded {
        baara_loader::load(&self.inspected, &self.folder, self.inspected.sha256(), mode, &self.isolation).expect("loaded")
    }
}

/// A plugin's function called through its file, against the same function linked in: one border between them.
fn call() {
    let (shop, entry) = Shop::open();
    let command = Command {
        id: entry.id,
        site: entry.site,
        kind: entry.kind,
        by: entry.by.0,
        role: entry.by.1,
        date: entry.date,
        leave: None,
        fields: entry.fields,
    };
    let message = serde_json::to_vec(&Message::Decide { command }).expect("a message");
    let file = File::new(&shop.desk, &entry.plugin.expect("a plugin decided it"));
    let loaded = file.load(Mode::InProcess);
    let book = shop.desk.book();
    let (host, linked) = (Host(book.view("kon")), sales::plugin());
    let reply = answer_call(&linked, &message, &host).expect("decided");
    assert_eq!(loaded.call(&message, &mut Host(book.view("kon"))), Ok(baara_loader::Reply::Ok(reply)), "both decide alike");
    let many = 20_000;
    let round = |call: &mut dyn FnMut()| best(5, || (0..many).for_each(|_| call())) * 1e3 / f64::from(many);
    let through = round(&mut || drop(loaded.call(&message, &mut Host(book.view("kon")))));
    let straight = round(&mut || drop(answer_call(&linked, &message, &host)));
    let ratio = through / straight;
    println!("A sale decided through its file {through:.2} µs, by the same function linked in {straight:.2} µs; ratio {ratio:.2}");
    let child = file.load(Mode::Child);
    let same = child.call(&message, &mut Host(book.view("kon")));
    assert_eq!(same, loaded.call(&message, &mut Host(book.view("kon"))), "and in a child");
    let apart = round(&mut || drop(child.call(&message, &mut Host(book.view("kon")))));
    println!("in a child {apart:.2} µs; ratio {:.2} to in process", apart / through);
    let described = round(&mut || drop(child.describe()));
    println!("a description, which asks nothing, in a child {described:.2} µs");
    let start = best(20, || file.load(Mode::Child).ready().expect("it starts"));
    println!("a child starts in {start:.2} ms ({:?})", file.isolation.sandbox());
}

/// Answers a plugin's questions, on either side of the border.
struct Host<'b>(baara_book::View<'b>);

impl Host<'_> {
    fn told(&self, question: &[u8]) -> Vec<u8> {
        let question = serde_json::from_slice(question).expect("a question");
        serde_json::to_vec(&self.0.ask(question)).expect("an answer")
    }
}

impl baara_loader::Answers for Host<'_> {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        self.told(question)
    }
}

impl HostSide for Host<'_> {
    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, String> {
        Ok(self.told(question))
    }

    fn cancelled(&self) -> bool {
        false
    }
}

/// How many sales a pot is made of.
const SALES: usize = 10_000;

/// Five people work in a workshop whose key is adopted; what they made is in the store.
const WORKSHOP: &str = r#"
```do
given kon-in-use
given kon-soap
2020-06-21 kon-secretary admit --name "Awa Sidibé" --committal 2020/0119 --sex f --birth-year 1991 --status convicted as awa
2020-06-21 kon-secretary admit --name "Issa Sow" --committal 2020/0120 --sex m --birth-year 1992 --status convicted as issa
2020-06-21 kon-secretary admit --name "Oumou Ba" --committal 2020/0121 --sex f --birth-year 1993 --status convicted as oumou
2020-06-21 kon-secretary assign --person @awa.person --unit workshop/kon-savon
2020-06-21 kon-secretary assign --person @issa.person --unit workshop/kon-savon
2020-06-21 kon-secretary assign --person @oumou.person --unit workshop/kon-savon
2020-06-30 kon-head attendance --unit workshop/kon-savon --half day --all-assigned yes
2020-06-30 kon-head goods-in --item item/savon --quantity 90000 --store store/kon-magasin --supplier supplier/kon-sada as soap
given kon-meets
2020-11-10 kon-secretary motion --meeting @meeting --about sharing-key --title Clé --terms "workers = 3/10; fund/kon-atelier = 7/10" as motion
2020-11-10 kon-secretary vote --motion @motion --consensus yes
2020-11-10 kon-secretary motion-close --motion @motion as key
given kon-signs
2020-11-12 kon-secretary sharing-key --unit workshop/kon-savon --from 2020-12-01 --parts to=workers,ratio=3/10 --parts to=fund/kon-atelier,ratio=7/10 --remainder fund/kon-atelier --base gross --reference PV --leave @key.decision as adopted waits
2020-11-12 kon-chair endorse @adopted
```
"#;

/// The pot of many sales shared among five people, in both modes: the figures of a distribution before it is voted.
fn share() {
    let mut story = Story::new();
    story.tell(WORKSHOP);
    let lot = story.named("soap.lot").to_owned();
    let desk = &story.fixture().desk;
    let sell = |n: usize| {
        let line = json!({"item": "item/savon", "lot": lot, "quantity": "1 piece", "store": "store/kon-magasin"});
        let fields = json!({"unit": "workshop/kon-savon", "means": "cash", "place": "cash-box/kon-caisse", "lines": [line]});
        let day: Date = "2020-08-03".parse().expect("a day");
        let clock = Clock::Practice { at: 1_606_900_000_000 + i64::try_from(n).expect("small") };
        let reason = json!("cahier du mois recopié");
        let mut fields: Map = fields.as_object().expect("a form").clone();
        fields.insert("late-reason".to_owned(), reason);
        Submission { date: Some(day), clock, ..Submission::new("kon", "sale", &Id::new("person", "kon-cashier"), fields) }
    };
    let answers = desk.submit_each((0..SALES).map(sell).collect());
    let refused = answers.iter().find(|answer| answer.is_no());
    assert!(refused.is_none(), "{refused:?}");
    let sha256 = {
        let registry = desk.registry();
        registry.plugins().find(|(plugin, ..)| plugin.id == "revenue-sharing").map(|(_, sha256, _)| sha256.to_owned())
    };
    let file = File::new(desk, &sha256.expect("it is pinned"));
    let command = Command {
        id: String::new(),
        site: "kon".to_owned(),
        kind: "simulation/1".to_owned(),
        by: Id::new("person", "kon-secretary"),
        role: Id::new("role", "secretary"),
        date: "2020-12-15".parse().expect("a day"),
        leave: None,
        fields: json!({"unit": "workshop/kon-savon", "until": "2020-11-30"}).as_object().expect("a form").clone(),
    };
    let message = serde_json::to_vec(&Message::Table { command }).expect("a message");
    let book = desk.book();
    let told = |mode| {
        let loaded = file.load(mode);
        let Ok(baara_loader::Reply::Ok(table)) = loaded.call(&message, &mut Host(book.view("kon"))) else { panic!("a table") };
        let text = String::from_utf8(table).expect("text");
        let took = best(200, || drop(loaded.call(&message, &mut Host(book.view("kon"))))) * 1e3;
        (took, text)
    };
    let ((inside, one), (apart, two)) = (told(Mode::InProcess), told(Mode::Child));
    assert_eq!(one, two, "both share alike");
    println!(
        "\nA pot of {SALES} sales shared among 5 people: in process {inside:.0} µs, in a child {apart:.0} µs; ratio {:.2}, aim 3",
        apart / inside
    );
}

/// How many plugins there are in a crowd, and how many of them are hostile.
const CROWD: (usize, usize) = (50, 10);
/// What hostile ones do, in turn: what is a strike at once, what hangs first, and what takes time and memory first.
const MISCHIEF: [(&str, &[&str]); 3] = [
    ("set aside at once", &["panics", "answers-nonsense", "leaves", "draws-a-table", "panics"]),
    ("two of them never answer", &["never-answers", "panics", "answers-nonsense", "leaves", "draws-a-table"]),
    ("two of them reply more than they may", &["talks-too-much", "panics", "answers-nonsense", "leaves", "draws-a-table"]),
];
/// How long a crowd is kept busy: longer than it takes to set the hostile ones aside.
const BUSY: Duration = Duration::from_secs(20);
const WRITERS: usize = 8;

/// Commands of good plugins, each in a child, with and without hostile ones that get their share of the commands.
fn crowd() {
    let (all, hostile) = CROWD;
    println!("\n{all} plugins in children, {WRITERS} writers, commands in turn: of the {} good ones, a second", all - hostile);
    let without = busy(&[]);
    println!("none hostile {without:.0}/s");
    for (what, mischief) in MISCHIEF {
        let with = busy(mischief);
        println!("{hostile} hostile, {what}, {with:.0}/s; ratio {:.2}, aim 0.8", with / without);
    }
}

/// The good commands answered a second, while the hostile plugins do these things.
fn busy(mischief: &'static [&'static str]) -> f64 {
    let (all, hostile) = CROWD;
    let scratch = of_many(all);
    let hosting = Hosting { runner: runner(), in_process: false, ..Hosting::default() };
    let desk = Arc::new(Desk::open_with(&scratch.path("book"), hosting, |_| {}).expect("opens"));
    let (turn, good) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let _ = rate(WRITERS, BUSY, |_| {
        let (desk, turn, good) = (desk.clone(), turn.clone(), good.clone());
        Box::new(move || {
            let n = turn.fetch_add(1, Ordering::Relaxed) % all;
            let what = if n < hostile { mischief.get(n % mischief.len().max(1)).copied() } else { None };
            let answer = desk.submit(remark(n, what.unwrap_or("remarks")));
            if n >= hostile {
                assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
                good.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let aside = desk.registry().plugins().filter(|(plugin, ..)| desk.registry().standing(&plugin.id) == "quarantined").count();
    println!("  {aside} set aside at the end");
    good.load(Ordering::Relaxed) as f64 / BUSY.as_secs_f64()
}

fn remark(n: usize, what: &str) -> Submission {
    let fields = json!({"what": what, "about": "store/kon-magasin"});
    let clock = Clock::Practice { at: 1_604_300_000_000 };
    let kind = name(n);
    Submission { clock, ..Submission::new("kon", &kind, &Id::new("person", "kon-keeper"), fields.as_object().expect("a form").clone()) }
}

/// The name of one of a crowd, as long as the first one's.
fn name(n: usize) -> String {
    format!("mischi{n:02}")
}

/// A book that pins so many plugins, alike but for their names.
fn of_many(many: usize) -> Scratch {
    let (fixture, scratch) = (Fixture::new(), Scratch::new());
    let clock = Clock::Practice { at: 1_577_952_000_000 };
    let bytes = std::fs::read(library("mischief")).expect("its file");
    for n in 0..many {
        let file = scratch.path(&format!("{}.so", name(n)));
        std::fs::write(&file, renamed(&bytes, &name(n))).expect("a file");
        let pinned = fixture.desk.pin("kon", &Id::new("person", "kon-chair"), &file, clock).expect("a plugin");
        assert!(matches!(pinned, Answer::Recorded(_)), "{pinned:?}");
    }
    let fields = json!({"code": "magasin", "label": "Magasin"}).as_object().expect("a form").clone();
    let store = Submission { clock, ..Submission::new("kon", "store", &Id::new("person", "kon-head"), fields) };
    assert!(matches!(fixture.desk.submit(store), Answer::Recorded(_)));
    fixture.close()
}

/// The same library under another name of the same length; its symbols keep theirs, which are looked up by their hash.
fn renamed(bytes: &[u8], name: &str) -> Vec<u8> {
    let old = b"mischief";
    let mut renamed = bytes.to_vec();
    for at in 0..bytes.len() - old.len() {
        let symbol = at > 0 && (bytes[at - 1] == b'.' || bytes[at - 1].is_ascii_digit());
        if bytes[at..].starts_with(old) && !symbol {
            renamed[at..at + old.len()].copy_from_slice(name.as_bytes());
        }
    }
    renamed
}

/// From nothing to a plugin that the check finds nothing wrong with: written, built with nothing built before, checked.
fn fresh() {
    let target = std::env::current_exe().expect("a path");
    let built = target.ancestors().nth(2).map(|folder| folder.join("baara")).filter(|program| program.exists());
    let Some(baara) = built else { return println!("\nA fresh plugin: passed over, `cargo build --release -p baara` comes first") };
    let scratch = Scratch::new();
    let sdk = scratch.path("sdk.tar.gz");
    run(std::process::Command::new(&baara).args(["plugin", "sdk", "--out"]).arg(&sdk), project());
    let start = Instant::now();
    let new = ["plugin", "new", "my-bench", "--kind", "workshop", "--sdk"];
    run(std::process::Command::new(&baara).args(new).arg(&sdk), scratch.as_ref());
    let (folder, home) = (scratch.path("my-bench"), scratch.path("cargo"));
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline"]).env("CARGO_HOME", home).env("CARGO_TARGET_DIR", scratch.path("target"));
    run(cargo.env_remove("RUSTFLAGS"), &folder);
    let built = start.elapsed().as_secs_f64();
    run(std::process::Command::new(&baara).args(["plugin", "check"]).arg(scratch.path("target/debug/libmy_bench.so")), &folder);
    println!("\nA fresh plugin: written and built in {built:.1} s, checked after {:.1} s, aim 60", start.elapsed().as_secs_f64());
}

/// Runs a tool in a folder; what it says is shown when it fails.
fn run(command: &mut std::process::Command, folder: &Path) {
    let output = command.current_dir(folder).stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", said(&output.stdout), said(&output.stderr));
}
