//! A copy is the whole journal in one file, or it is not there.

use std::fs;

use super::{Scratch, check_fault, contents, group, insider, journal_of};
use crate::{Journal, import_copy};

#[test]
fn a_backup_opens_by_itself_and_equals_the_journal() {
    let scratch = Scratch::new();
    let elsewhere = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = Journal::create(&path).expect("a new journal");
    journal.set_meta("site", "kon").expect("said");
    journal.append(&group(1, 2500)).expect("appended");
    let copy = elsewhere.path("stick.db");
    let mut reported = Vec::new();
    let verification = journal.backup(&copy, |entries| reported.push(entries)).expect("copied");
    assert_eq!(reported, [1024, 2048, 2500]);
    assert_eq!(verification.root, journal.root().expect("a root"));
    assert_eq!(fs::read_dir(elsewhere.folder()).expect("a folder").count(), 1, "one file, nothing beside it");

    check_fault(journal.backup(&copy, |_| ()), "journal/exists");
    journal.append(&group(2501, 1)).expect("the journal goes on");
    let read = Journal::open_read_only(&copy).expect("opened to read");
    assert_eq!((read.head().size, contents(&read)), (2500, group(1, 2500)));
    assert_eq!(read.meta("site").expect("readable").as_deref(), Some("kon"));
    drop(read);
    let mut restored = Journal::open(&copy).expect("a copy is a journal");
    restored.append(&group(2501, 1)).expect("a restored journal goes on");
    assert_eq!(restored.head(), journal.head());
}

#[test]
fn a_copy_comes_home_with_its_log_or_not_at_all() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let journal = journal_of(&path, 4);
    fs::copy(&path, scratch.path("cut.db")).expect("copied");
    fs::copy(scratch.path("book.db-wal"), scratch.path("cut.db-wal")).expect("copied");
    drop(journal);

    let home = scratch.path("home.db");
    assert_eq!(import_copy(&scratch.path("cut.db"), &home, |_| ()).expect("imported").entries, 4);
    assert_eq!(contents(&Journal::open(&home).expect("opened")), group(1, 4));
    check_fault(import_copy(&path, &home, |_| ()), "journal/exists");
    fs::write(scratch.path("stale.db-wal"), "the log of a file that is gone").expect("written");
    check_fault(import_copy(&path, &scratch.path("stale.db"), |_| ()), "journal/exists");

    let conn = insider(&path);
    conn.execute_batch("UPDATE entry SET bytes = x'00' WHERE seq = 2").expect("updated");
    conn.close().expect("closed");
    check_fault(import_copy(&path, &scratch.path("bad.db"), |_| ()), "journal/damaged");
    assert!(!scratch.path("bad.db").exists() && !scratch.path("bad.db.part").exists());
}

#[test]
fn what_an_interrupted_copy_left_is_swept_away() {
    let scratch = Scratch::new();
    let journal = journal_of(&scratch.path("book.db"), 1);
    fs::write(scratch.path("copy.db.part"), "half a copy").expect("written");
    journal.backup(&scratch.path("copy.db"), |_| ()).expect("copied");
    assert!(!scratch.path("copy.db.part").exists());
}
