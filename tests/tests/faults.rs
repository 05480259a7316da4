//! What the world does to a book, and how it is told: entries that cannot be read, no folder, no room left.

use baara_desk::{Answer, Clock, Desk, Fault, Submission};
use baara_plugin_api::{Id, json};
use baara_tests::{Fixture, Scratch, without_room};
use std::path::Path;

/// Puts other bytes in the place of the last entry, with their own hash, as somebody with a database shell would.
fn rewrite(book: &Path, change: impl FnOnce(&str) -> String) {
    let conn = rusqlite::Connection::open(book.join("book.db")).expect("SQLite opens it");
    let last = "SELECT seq, bytes FROM entry ORDER BY seq DESC LIMIT 1";
    let (seq, bytes): (i64, Vec<u8>) = conn.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("an entry");
    let bytes = change(&String::from_utf8(bytes).expect("an entry is text")).into_bytes();
    let leaf = baara_journal::leaf_hash(&bytes);
    let guard: String =
        conn.query_row("SELECT sql FROM sqlite_schema WHERE name = 'entry_stays'", [], |row| row.get(0)).expect("a trigger");
    conn.execute_batch("DROP TRIGGER entry_stays").expect("an insider may");
    conn.execute("UPDATE entry SET bytes = ?1, leaf = ?2 WHERE seq = ?3", (&bytes, &leaf[..], seq)).expect("changed");
    conn.execute_batch(&guard).expect("and hide the trace");
}

#[track_caller]
fn check_open(change: impl FnOnce(&str) -> String, code: &str) {
    let scratch = Fixture::new().close();
    let book = scratch.path("book");
    rewrite(&book, change);
    let fault = Desk::open(&book, |_| {}).map(drop).expect_err("not opened to write");
    assert_eq!(fault.code(), code, "{fault}");
    let damage = baara_desk::verify(&book, |_| {}).expect("it opens for verify").damage.expect("told there too");
    assert_eq!(damage.code, code);
}

#[test]
fn an_entry_of_a_newer_program_opens_for_verify_alone() {
    check_open(|entry| entry.replacen("\"v\":1", "\"v\":2", 1), "entry/newer");
}

#[test]
fn an_entry_that_is_no_entry_is_told() {
    check_open(|_| "Cahier de récoltes, 2020".to_owned(), "entry/damaged");
}

#[test]
fn a_book_is_not_made_where_no_folder_can_be() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path("cahier"), "Cahier de récoltes, 2020").expect("a file");
    let fault = Desk::create(&scratch.path("cahier/livre"), true).map(drop).expect_err("a file is no folder");
    assert_eq!(fault.code(), "desk/io");
}

#[test]
fn a_full_disk_stops_the_book() {
    without_room("a_full_disk_stops_the_book", fill);
}

/// Enters stores, a hundred in a commit, until there is no room; what was acknowledged is there when the book opens again.
fn fill() {
    let fixture = Fixture::new();
    let by = Id::new("person", "kon-head");
    let enter = |first: u32| {
        let one = |n: u32| {
            let fields = json!({"code": format!("magasin-{n}"), "label": "Magasin ".repeat(60)});
            let clock = Clock::Practice { at: 1_600_000_000_000 + i64::from(n) };
            Submission { clock, ..Submission::new("kon", "store", &by, fields.as_object().expect("a form").clone()) }
        };
        fixture.desk.submit_each((first..first + 100).map(one).collect())
    };
    let mut kept = 0;
    let fault = loop {
        let answers = enter(kept);
        if let Some(Answer::Fault(fault)) = answers.into_iter().find(|answer| !matches!(answer, Answer::Recorded(_))) {
            break fault;
        }
        kept += 100;
    };
    assert!(fault.code().starts_with("journal/"), "{fault}");
    let Some(Answer::Fault(stopped @ Fault::Stopped)) = enter(kept).pop() else { panic!("it takes nothing more") };
    assert_eq!(stopped.code(), "desk/stopped");
    let scratch = fixture.close();
    let desk = Desk::open(&scratch.path("book"), |_| {}).expect("it opens again");
    let stores = desk.book().open_of("store").filter(|store| store.code().starts_with("kon-magasin-")).count();
    assert_eq!(u32::try_from(stores), Ok(kept), "every acknowledged entry is there, and no other");
}
