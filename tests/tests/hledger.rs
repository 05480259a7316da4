//! What the real hledger says of our export: it is sound, and its balances are ours on every place and item.
//!
//! Without hledger this is said and passed over, but not where `CI=true`. `BAARA_BOOK` names another book to try.

use baara_desk::{Desk, exports::account};
use baara_tests::{Scratch, Story};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn hledger(file: &Path, args: &[&str]) -> String {
    let out = Command::new("hledger").arg("-f").arg(file).args(args).env("LANG", "C.UTF-8").output().expect("hledger runs");
    assert!(out.status.success(), "hledger {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("hledger writes UTF-8")
}

/// `1250.0000` and `1250` are one figure.
fn plain(figure: &str) -> String {
    if figure.contains('.') { figure.trim_end_matches('0').trim_end_matches('.').to_owned() } else { figure.to_owned() }
}

/// Account and item → figure, zeros left out.
type Balances = BTreeMap<(String, String), String>;

fn ours(desk: &Desk) -> Balances {
    let book = desk.book();
    let mut counts = BTreeMap::new();
    for held in book.all_holdings().into_iter().filter(|h| !book.is_frozen(&h.place)) {
        *counts.entry((held.place, held.item)).or_insert(0) += held.balance.count();
    }
    let figure = |amount: String| plain(amount.split(' ').next().unwrap_or_default());
    let kept = counts.into_iter().filter(|(_, count)| *count != 0);
    kept.map(|((place, item), n)| ((account(&place), item.code().to_owned()), figure(book.amount(&item, n).to_string()))).collect()
}

fn theirs(file: &Path) -> Balances {
    let table = hledger(file, &["balance", "--flat", "--no-total", "--layout=bare", "-O", "csv"]);
    let rows = table.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() == 3 && plain(&row[2]) != "0");
    rows.map(|row| ((row[0].clone(), row[1].clone()), plain(&row[2]))).collect()
}

fn is_there() -> bool {
    let found = Command::new("hledger").arg("--version").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "hledger must be there in CI");
    if !found {
        eprintln!("passed over: hledger is not installed here");
    }
    found
}

fn compare(desk: &Desk, scratch: &Scratch) {
    let file: PathBuf = scratch.path("book.journal");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).expect("a file"));
    desk.export_hledger(&mut out).expect("an export");
    std::io::Write::flush(&mut out).expect("written");
    hledger(&file, &["check", "--strict"]);
    let (ours, theirs) = (ours(desk), theirs(&file));
    assert!(!ours.is_empty(), "a book of nothing proves nothing");
    let differ: Vec<_> = ours.iter().filter(|(key, figure)| theirs.get(*key) != Some(figure)).map(|(k, f)| (k, f, theirs.get(k))).collect();
    assert!(differ.is_empty(), "ours, theirs: {differ:#?}");
    assert_eq!(ours.len(), theirs.len(), "hledger knows more balances than the book");
}

#[test]
fn hledger_reads_the_export_and_agrees_on_every_balance() {
    if !is_there() {
        return;
    }
    if let Ok(book) = std::env::var("BAARA_BOOK") {
        let desk = Desk::open(Path::new(&book), |_| {}).expect("the book opens");
        return compare(&desk, &Scratch::new());
    }
    let mut story = Story::new();
    story.tell(include_str!("../scenarios/path.md"));
    compare(&story.fixture().desk, &story.fixture().scratch);
}

#[test]
fn every_entry_stands_in_the_lines() {
    let mut story = Story::new();
    story.tell(include_str!("../scenarios/harvest.md"));
    let desk = &story.fixture().desk;
    let mut lines = Vec::new();
    desk.export_jsonl(&mut lines).expect("an export");
    let text = String::from_utf8(lines).expect("UTF-8");
    assert_eq!(text.lines().count() as u64, desk.book().size());
    for (seq, line) in (1..).zip(text.lines()) {
        let (entry, _) = desk.entry(seq).expect("readable").expect("there");
        assert_eq!(entry.bytes(), line.as_bytes(), "entry {seq} as kept");
    }
}
