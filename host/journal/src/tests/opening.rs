//! Only a book opens, and only once.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Scratch, check_fault, contents, group, insider, journal_of};
use crate::{Journal, Sealed};

#[test]
fn only_a_book_is_opened_and_nothing_else_is_touched() {
    let scratch = Scratch::new();
    let check = |name: &str, code| {
        let path = scratch.path(name);
        let before = fs::read(&path).ok();
        check_fault(Journal::open(&path), code);
        check_fault(Journal::open_read_only(&path), code);
        assert_eq!(fs::read(&path).ok(), before, "{name} was touched");
    };
    fs::write(scratch.path("letter.db"), "Cher Monsieur le Régisseur, ".repeat(400)).expect("written");
    fs::write(scratch.path("empty.db"), "").expect("written");
    let other = rusqlite::Connection::open(scratch.path("other.db")).expect("a file of SQLite");
    other.execute_batch("CREATE TABLE entry(seq INTEGER PRIMARY KEY)").expect("made");
    other.close().expect("closed");
    Sealed::create(&scratch.path("people.db")).expect("made").close().expect("closed");

    check("letter.db", "journal/not-a-book");
    check("empty.db", "journal/not-a-book");
    check("other.db", "journal/not-a-book");
    check("people.db", "journal/not-a-book");
    check("nothing.db", "journal/missing");
    check_fault(Journal::open(scratch.folder()), "journal/io");
}

#[test]
fn a_new_journal_never_replaces_a_file() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    fs::write(&path, "precious").expect("written");
    check_fault(Journal::create(&path), "journal/exists");
    assert_eq!(fs::read(&path).expect("readable"), b"precious");
    fs::write(scratch.path("lost.db-wal"), "a log without its file").expect("written");
    check_fault(Journal::create(&scratch.path("lost.db")), "journal/exists");
    check_fault(Journal::create(&scratch.path("no/such/folder.db")), "journal/missing");
}

#[test]
fn a_newer_book_opens_for_verification_alone() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    journal_of(&path, 3).close().expect("closed");
    let conn = insider(&path);
    conn.execute_batch("UPDATE meta SET value = 'baara-journal/2'").expect("updated");
    conn.close().expect("closed");
    check_fault(Journal::open(&path), "journal/newer");
    let mut journal = Journal::open_read_only(&path).expect("opened to read");
    assert!(journal.verify(|_| ()).ok());
    check_fault(journal.append(&group(4, 1)), "journal/read-only");
}

#[test]
fn a_book_is_open_once_in_a_process() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let journal = journal_of(&path, 1);
    check_fault(Journal::open(&path), "journal/locked");
    check_fault(Journal::open_read_only(&path), "journal/locked");
    journal.close().expect("closed");
    Journal::open(&path).expect("free again");
}

#[test]
fn a_journal_can_move_to_the_thread_that_writes() {
    fn moves<T: Send>() {}
    moves::<Journal>();
    moves::<Sealed>();
    moves::<crate::Fault>();
}

const OPENER: &str = "BAARA_JOURNAL_TEST_OPENER";

/// Plays another program, when `another_program_is_told_it_is_locked` starts it.
#[test]
fn opener() {
    if let Some(path) = std::env::var_os(OPENER) {
        let told = |outcome: Result<Journal, crate::Fault>| outcome.map_or_else(|fault| fault.code(), |_| "opened");
        let path = Path::new(&path);
        println!("\n{} {}", told(Journal::open(path)), told(Journal::open_read_only(path)));
    }
}

#[test]
fn another_program_is_told_it_is_locked() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let ask = || {
        let this = std::env::current_exe().expect("this test");
        let mut command = Command::new(this);
        command.args(["--exact", "tests::opening::opener", "--nocapture"]).env(OPENER, &path);
        String::from_utf8(command.output().expect("another program runs").stdout).expect("text")
    };
    let mut journal = journal_of(&path, 1);
    assert!(ask().contains("\njournal/locked journal/locked\n"));
    journal.append(&group(2, 1)).expect("appended");
    assert!(ask().contains("\njournal/locked journal/locked\n"));
    assert_eq!(contents(&journal), group(1, 2));
    journal.close().expect("closed");
    assert!(ask().contains("\nopened opened\n"));
}

#[test]
fn reading_leaves_the_folder_as_it_was() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let copy = scratch.path("copy.db");
    let journal = journal_of(&path, 3);
    // As after a power cut: the file, and a log with entries in it.
    fs::copy(&path, &copy).expect("copied");
    fs::copy(scratch.path("book.db-wal"), scratch.path("copy.db-wal")).expect("copied");
    drop(journal);

    let names = || {
        let folder = fs::read_dir(scratch.folder()).expect("a folder");
        let mut names: Vec<_> = folder.map(|file| file.expect("a file").path()).collect();
        names.sort();
        names.into_iter().map(|path| (fs::read(&path).expect("readable"), path)).collect::<Vec<_>>()
    };
    let before = names();
    for file in [&path, &copy] {
        let journal = Journal::open_read_only(file).expect("opened to read");
        assert_eq!(contents(&journal), group(1, 3));
        assert!(journal.verify(|_| ()).ok());
        journal.close().expect("closed");
    }
    assert!(names() == before, "reading changed the folder");
}

#[test]
fn a_statement_slipped_in_cannot_change_or_delete() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    journal_of(&path, 2).close().expect("closed");
    let conn = rusqlite::Connection::open(&path).expect("a file of SQLite");
    for sql in ["UPDATE entry SET bytes = x'00'", "DELETE FROM entry", "UPDATE meta SET value = ''", "DELETE FROM meta"] {
        conn.execute_batch(sql).expect_err(sql);
    }
    drop(conn);
    assert_eq!(contents(&Journal::open(&path).expect("reopened")), group(1, 2));
}
