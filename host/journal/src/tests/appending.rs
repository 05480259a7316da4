//! What is appended is there, what does not fit changes nothing.

use std::ops::ControlFlow;

use super::{Scratch, bytes, check_fault, contents, group, journal_of};
use crate::{Head, Journal, MAX_ENTRY_BYTES, Record, TIDY_AT_BYTES, leaf_hash, tree};

#[test]
fn what_is_appended_is_there_when_reopened() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = journal_of(&path, 3);
    journal.append(&group(4, 5)).expect("appended");
    journal.append(&[]).expect("an empty group is nothing to do");
    let expected = Head { size: 8, leaf: leaf_hash(&bytes(8)) };
    assert_eq!(journal.head(), expected);
    journal.close().expect("closed");

    let journal = Journal::open(&path).expect("reopened");
    assert_eq!(journal.head(), expected);
    assert_eq!(contents(&journal), group(1, 8));
    assert_eq!(journal.read(5).expect("readable"), Some(bytes(5)));
    assert_eq!(journal.read(0).expect("readable"), None);
    assert_eq!(journal.read(9).expect("readable"), None);
    assert!(journal.verify(|_| ()).ok());
}

#[test]
fn an_empty_journal_has_the_head_and_root_of_nothing() {
    let scratch = Scratch::new();
    let journal = journal_of(&scratch.path("book.db"), 0);
    assert_eq!(journal.head(), Head::default());
    assert_eq!(journal.root().expect("a root"), tree::root_of([]));
    let verification = journal.verify(|_| ());
    assert!(verification.ok());
    assert_eq!(verification.entries, 0);
}

#[test]
fn a_scan_starts_where_it_is_told_and_stops_when_told() {
    let scratch = Scratch::new();
    let journal = journal_of(&scratch.path("book.db"), 10);
    let mut seen = Vec::new();
    let end = journal.scan(4, |seq, _, _| {
        seen.push(seq);
        if seq == 6 { ControlFlow::Break("six") } else { ControlFlow::Continue(()) }
    });
    assert_eq!(end.expect("readable"), ControlFlow::Break("six"));
    assert_eq!(seen, [4, 5, 6]);
    let nothing = journal.scan(11, |seq, _, _| ControlFlow::Break(seq));
    assert_eq!(nothing.expect("readable"), ControlFlow::Continue(()));
}

#[test]
fn the_root_is_the_same_kept_up_or_made_anew() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = journal_of(&path, 5);
    let root = |count| tree::root_of(group(1, count).into_iter().map(|record| record.leaf));
    assert_eq!(journal.root().expect("a root"), root(5));
    journal.append(&group(6, 4)).expect("appended");
    assert_eq!(journal.root().expect("a root"), root(9));
    assert_eq!(journal.verify(|_| ()).root, root(9));
    journal.close().expect("closed");
    assert_eq!(Journal::open(&path).expect("reopened").root().expect("a root"), root(9));
}

#[test]
fn a_group_that_does_not_fit_is_refused_whole_and_the_journal_goes_on() {
    let scratch = Scratch::new();
    let mut journal = journal_of(&scratch.path("book.db"), 2);
    check_fault(journal.append(&group(4, 1)), "journal/out-of-order");
    check_fault(journal.append(&group(2, 1)), "journal/out-of-order");
    check_fault(journal.append(&[group(3, 1), group(5, 1)].concat()), "journal/out-of-order");
    let wrong = Record { leaf: [7; 32], ..Record::new(4, bytes(4)) };
    check_fault(journal.append(&[Record::new(3, bytes(3)), wrong]), "journal/wrong-leaf");
    let large = Record::new(3, vec![b' '; MAX_ENTRY_BYTES + 1]);
    check_fault(journal.append(&[large]), "journal/too-large");
    assert_eq!(contents(&journal), group(1, 2));

    journal.append(&[Record::new(3, vec![b' '; MAX_ENTRY_BYTES])]).expect("the longest entry fits");
    assert_eq!(journal.head().size, 3);
}

#[test]
fn a_failed_write_poisons_and_loses_nothing_acknowledged() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = journal_of(&path, 2);
    journal.starve();
    let large = |seq| Record::new(seq, vec![b'x'; MAX_ENTRY_BYTES]);
    check_fault(journal.append(&[Record::new(3, bytes(3)), large(4)]), "journal/full");
    check_fault(journal.append(&group(3, 1)), "journal/poisoned");
    check_fault(journal.tidy(), "journal/poisoned");
    check_fault(journal.set_meta("site", "kon"), "journal/poisoned");
    assert_eq!(contents(&journal), group(1, 2), "half a group is never seen");
    journal.close().expect("closed");

    let mut journal = Journal::open(&path).expect("reopened");
    assert!(journal.verify(|_| ()).ok());
    assert_eq!(contents(&journal), group(1, 2));
    journal.append(&group(3, 1)).expect("a reopened journal goes on");
}

#[test]
fn a_book_says_what_it_is_once_and_before_it_begins() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = Journal::create(&path).expect("a new journal");
    journal.set_meta("site", "kon").expect("said");
    check_fault(journal.set_meta("site", "bko"), "journal/begun");
    check_fault(journal.set_meta("format", "other/1"), "journal/begun");
    journal.append(&group(1, 1)).expect("appended");
    check_fault(journal.set_meta("name", "late"), "journal/begun");
    journal.close().expect("closed");
    let journal = Journal::open(&path).expect("reopened");
    assert_eq!(journal.meta("site").expect("readable").as_deref(), Some("kon"));
    assert_eq!(journal.meta("format").expect("readable").as_deref(), Some(crate::FORMAT));
    assert_eq!(journal.meta("name").expect("readable"), None);
}

#[test]
fn the_log_is_written_again_in_place() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = Journal::create(&path).expect("a new journal");
    journal.make_room().expect("room");
    journal.make_room().expect("room is made once");
    let length = || std::fs::metadata(scratch.path("book.db-wal")).expect("a log").len();
    assert_eq!(length(), TIDY_AT_BYTES);
    let mut most = 0;
    for round in 0..60 {
        let first = round * 64 + 1;
        let big = |seq| Record::new(seq, vec![b'x'; 20_000]);
        journal.append(&(first..first + 64).map(big).collect::<Vec<_>>()).expect("appended");
        most = most.max(journal.wal_bytes().expect("measured"));
        if journal.wal_bytes().expect("measured") > TIDY_AT_BYTES / 2 {
            journal.tidy().expect("tidied");
            assert_eq!(journal.wal_bytes().expect("measured"), 0);
        }
    }
    assert!(most > TIDY_AT_BYTES / 2, "the log was put to work");
    assert_eq!(length(), TIDY_AT_BYTES, "77 MB went through a log that never grew");
    assert!(journal.verify(|_| ()).ok());
    journal.close().expect("closed");
    assert!(!scratch.path("book.db-wal").exists(), "a closed journal is one file");
}
