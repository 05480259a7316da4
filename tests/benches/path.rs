//! How fast the one path is, as ratios to floors measured in the same run. Nothing is asserted.
//!
//! `cargo bench -p baara-tests --bench path` prints the tables that the README's figures cite.

#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, missing_docs)] // Ratios of times, never of money.

use baara_desk::{Answer, Desk, Submission};
use baara_journal::Journal;
use baara_plugin_api::{Date, Id, Value, json};
use baara_tests::{Browser, Decade, SITE, Scratch, Shop, best, rate};
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

const RUN: Duration = Duration::from_millis(1500);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("--bulk") => bulk(),
        Some("--decade") => decade(),
        Some("--open") => opens(Path::new(&args[2])),
        Some("--serve") => serves(Path::new(&args[2])),
        _ => all(),
    }
}

fn all() {
    println!("Durable commands: a sale through form, plugin, guards, hash and commit, against ready-made bytes");
    println!("writers   rate/s   floor/s   ratio   p50 µs   p99 µs   floor p99 µs");
    for writers in [1, 8, 32, 128] {
        let (shop, sale) = Shop::open();
        let bytes = sale.bytes();
        let ours = rate(writers, RUN, |_| {
            let shop = shop.clone();
            Box::new(move || shop.sell())
        });
        let floor = Floor::new();
        let theirs = rate(writers, RUN, |_| {
            let (jobs, bytes) = (floor.jobs.clone(), bytes.clone());
            Box::new(move || {
                let (reply, done) = channel();
                jobs.send((bytes.clone(), reply)).expect("the floor runs");
                done.recv().expect("the floor answers");
            })
        });
        println!(
            "{writers:>7} {:>8.0} {:>9.0} {:>7.2} {:>8.0} {:>8.0} {:>14.0}",
            ours.rate,
            theirs.rate,
            ours.rate / theirs.rate,
            ours.p50,
            ours.p99,
            theirs.p99
        );
    }
    bulk();
    decade();
}

/// The same queue and acknowledgements with ready-made bytes in a journal of its own.
struct Floor {
    jobs: Sender<(Vec<u8>, Sender<()>)>,
    _scratch: Arc<Scratch>,
}

impl Floor {
    fn new() -> Floor {
        let scratch = Arc::new(Scratch::new());
        let connection = rusqlite::Connection::open(scratch.path("floor.db")).expect("a file");
        let pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE; PRAGMA wal_autocheckpoint=0;
            CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL) STRICT;";
        connection.execute_batch(pragmas).expect("a table");
        grow(&connection);
        let (jobs, inbox) = channel::<(Vec<u8>, Sender<()>)>();
        let kept = scratch.clone();
        std::thread::spawn(move || {
            let _kept = kept;
            while let Ok(first) = inbox.recv() {
                let mut group = vec![first];
                group.extend(std::iter::from_fn(|| inbox.try_recv().ok()).take(511));
                connection.execute_batch("BEGIN IMMEDIATE").expect("begins");
                for (bytes, _) in &group {
                    let mut insert = connection.prepare_cached("INSERT INTO entry(bytes, leaf) VALUES(?1, ?2)").expect("prepared");
                    insert.execute((bytes, [0_u8; 32].as_slice())).expect("inserted");
                }
                connection.execute_batch("COMMIT").expect("commits");
                group.into_iter().for_each(|(_, reply)| _ = reply.send(()));
            }
        });
        Floor { jobs, _scratch: scratch }
    }
}

/// The floor's log is grown and reused in place, as the journal's is.
fn grow(connection: &rusqlite::Connection) {
    connection.execute_batch("BEGIN; CREATE TABLE room(x BLOB);").expect("room");
    connection.execute("INSERT INTO room VALUES(zeroblob(16000000))", ()).expect("room");
    connection.execute_batch("DROP TABLE room; COMMIT; PRAGMA wal_checkpoint(PASSIVE);").expect("room");
}

fn bulk() {
    let (shop, _) = Shop::open();
    let start = Instant::now();
    let many = 40_000;
    for _ in 0..many / 4_000 {
        let answers = shop.desk.submit_each((0..4_000).map(|_| shop.submission()).collect());
        assert!(answers.iter().all(|a| matches!(a, Answer::Recorded(_))));
    }
    println!("\nAn import of {many} sales: {:.0} commands/s", many as f64 / start.elapsed().as_secs_f64());
}

/// Ten years of a site: raw scan, replay with every hash checked, then opened by a process of its own.
fn decade() {
    let entries: u64 = std::env::var("BAARA_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let scratch = Scratch::new();
    let folder = scratch.path("book");
    let mut decade = Decade::new(&folder, entries);
    // The snapshot is behind by half of what it may be, as it is on an ordinary day.
    decade.write(&folder, entries - entries / 32);
    pin(&folder);
    decade.write(&folder, entries);
    let journal = Journal::open(&folder.join("book.db")).expect("a journal");
    let (size, mut touched) = (journal.head().size, 0_u64);
    let scan = best(3, || {
        let _ = journal.scan(1, |_, bytes, leaf| {
            touched += u64::from(bytes[bytes.len() / 2]) + u64::from(leaf[0]);
            ControlFlow::<()>::Continue(())
        });
    });
    drop(journal);
    let fold = best(3, || drop(Desk::open(&folder, |_| {})));
    let kept = std::fs::metadata(folder.join("snapshot")).map_or(0, |file| file.len());
    println!("\nTen years of a site, {size} entries ({touched} bytes looked at)");
    println!("raw scan {scan:.0} ms; snapshot {} kB; opening from it and the rest of the journal {fold:.0} ms", kept / 1000);
    let snapshot = std::fs::read(folder.join("snapshot")).expect("a snapshot");
    let replay = best(3, || {
        std::fs::write(folder.join("snapshot"), b"none").expect("damaged");
        drop(Desk::open(&folder, |_| {}));
    });
    println!("replay, every hash checked: {replay:.0} ms; ratio {:.1}", replay / scan);
    std::fs::write(folder.join("snapshot"), snapshot).expect("put back");
    let program = std::env::current_exe().expect("a path");
    let told = std::process::Command::new(program).arg("--open").arg(&folder).status();
    assert!(told.is_ok_and(|status| status.success()), "a process of its own opens it");
    refused(&folder);
    pages(&folder);
}

/// A sheet of 25 lines, all right but the last: the book takes the others back.
fn refused(folder: &Path) {
    let desk = Desk::open(folder, |_| {}).expect("opens");
    let line = |n: u32| {
        let Value::Object(fields) = json!({"code": format!("c{n}"), "label": "Client", "kind": if n == 25 { "?" } else { "public" }})
        else {
            panic!("fields are an object")
        };
        Submission::new(SITE, "customer", &Id::new("person", "ken-chef"), fields)
    };
    let took = best(5, || {
        let answers = desk.submit_whole((1..=25).map(line).collect());
        assert_eq!(answers.iter().filter(|answer| answer.is_no()).count(), 1, "{answers:?}");
    });
    println!("a refused sheet of 25 lines: {took:.1} ms");
}

/// The pages that people write on, and those that sum up.
const PAGES: [(&str, &[&str]); 3] = [
    ("entry pages, aim 10 ms", &["/", "/noter", "/noter/harvest", "/recoltes/nouvelle", "/pointage", "/depenses/nouvelle"]),
    ("dashboards, aim 50 ms", &["/tableau-de-bord", "/magasin", "/caisse", "/rapports/stock"]),
    ("a sheet to key in", &["/grille/loss"]),
];

/// Asks a book's pages, served by a process of their own, as one browser does.
fn pages(folder: &Path) {
    let start = Instant::now();
    let program = std::env::current_exe().expect("a path");
    let mut child =
        std::process::Command::new(program).arg("--serve").arg(folder).stdout(std::process::Stdio::piped()).spawn().expect("a process");
    let mut at = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut at).expect("it says where it answers");
    let opened = start.elapsed().as_secs_f64() * 1e3;
    let browser = Browser::at(at.trim()).signed_in("ken-chef");
    let first = browser.get("/");
    assert_eq!(first.status, 200, "{}", first.text);
    println!("\nPages of that book: cold start {opened:.0} ms, first page shown after {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("page                    p50 ms   p95 ms     kB");
    for (class, pages) in PAGES {
        let mut all = Vec::new();
        for page in pages {
            let (mut times, mut size) = (Vec::new(), 0);
            let end = Instant::now() + RUN; // A slow page is asked less often.
            while times.len() < 100 && (times.len() < 3 || Instant::now() < end) {
                let start = Instant::now();
                let came = browser.get(page);
                times.push(start.elapsed());
                assert_eq!(came.status, 200, "{page}: {}", came.text);
                size = came.text.len();
            }
            times.sort_unstable();
            println!("{page:<22} {:>8.1} {:>8.1} {:>6}", millis(&times, 50), millis(&times, 95), size / 1000);
            all.extend(times);
        }
        all.sort_unstable();
        println!("{class}: p50 {:.1} ms, p95 {:.1} ms", millis(&all, 50), millis(&all, 95));
    }
    println!("resident while serving {} MB, aim 120; at most {} MB", memory_mb(child.id(), "VmRSS:"), memory_mb(child.id(), "VmHWM:"));
    child.kill().expect("it served until now");
    child.wait().expect("it ended");
}

/// The time that so many of a hundred did not exceed, in milliseconds.
fn millis(sorted: &[Duration], percent: usize) -> f64 {
    sorted[(sorted.len() - 1) * percent / 100].as_secs_f64() * 1e3
}

/// Serves a book until it is killed, and says where.
fn serves(folder: &Path) {
    let desk = Arc::new(Desk::open(folder, |_| {}).expect("opens"));
    let settings = baara_web::Settings { address: "127.0.0.1:0".to_owned(), ..Default::default() };
    baara_web::serve(desk, &settings, |at| println!("{at}")).expect("serves");
}

/// One command by the ordinary path: it is due to pin a snapshot.
fn pin(folder: &Path) {
    let desk = Desk::open(folder, |_| {}).expect("opens");
    let Value::Object(fields) = json!({"code": "dupont", "label": "Dupont", "kind": "public"}) else { return };
    let answer = desk.submit(Submission::new(SITE, "customer", &Id::new("person", "ken-chef"), fields));
    assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
}

/// Opens a book, draws every report, and says how much memory that took.
fn opens(folder: &Path) {
    let start = Instant::now();
    let desk = Desk::open(folder, |_| {}).expect("opens");
    println!("opening in a fresh process {:.0} ms; resident {} MB", start.elapsed().as_secs_f64() * 1e3, resident_mb());
    let book = desk.book();
    println!("{} people, {} lots, {} holdings", book.all_of("person").len(), book.all_of("lot").len(), book.all_holdings().len());
    let day = |text: &str| -> Date { text.parse().expect("a day") };
    // Statements that show entries read the journal; these are of balances and months alone.
    let scan = |_: &[String], _: &mut dyn FnMut(&baara_book::Entry, &str)| {};
    let asked = baara_reports::statements::Asked {
        book: &book,
        scan: &scan,
        period: "2020".to_owned(),
        from: day("2020-01-01"),
        until: day("2020-12-31"),
        sites: vec![SITE.to_owned()],
        site: SITE.to_owned(),
    };
    for name in baara_reports::statements::STATEMENTS.iter().filter(|name| **name != "cash-book") {
        let mut rows = 0;
        let took = best(5, || rows = baara_reports::statements::statement(name, &asked).map_or(0, |table| table.rows.len()));
        println!("report {name}: {took:.2} ms, {rows} rows");
    }
    println!("resident after the reports {} MB", resident_mb());
}

fn resident_mb() -> u64 {
    memory_mb(std::process::id(), "VmRSS:")
}

/// A figure of a process's memory, in megabytes.
fn memory_mb(process: u32, figure: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(figure)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}
