//! The journal on a real disk, from outside.

mod appending;
mod copies;
mod cuts;
mod damage;
mod health;
mod opening;
mod people;
mod scratch;

use std::ops::ControlFlow;
use std::path::Path;

use crate::{Journal, Record};
use scratch::Scratch;

/// Entry `seq` as these tests write it.
fn bytes(seq: u64) -> Vec<u8> {
    format!("{{\"v\":1,\"seq\":{seq},\"text\":\"douze sacs de maïs\"}}").into_bytes()
}

/// A group of entries from `first` on.
fn group(first: u64, count: u64) -> Vec<Record> {
    (first..first + count).map(|seq| Record::new(seq, bytes(seq))).collect()
}

/// A journal with this many entries, appended one by one.
fn journal_of(path: &Path, count: u64) -> Journal {
    let mut journal = Journal::create(path).expect("a new journal");
    (1..=count).for_each(|seq| journal.append(&group(seq, 1)).expect("appended"));
    journal
}

/// All that `scan` shows.
fn contents(journal: &Journal) -> Vec<Record> {
    let mut seen = Vec::new();
    let end = journal.scan(1, |seq, bytes, leaf| {
        seen.push(Record { seq, bytes: bytes.to_vec(), leaf });
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end.expect("readable"), ControlFlow::Continue(()));
    seen
}

/// A connection without any of our rules, as an insider has it.
fn insider(path: &Path) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(path).expect("a file of SQLite");
    conn.execute_batch("DROP TRIGGER entry_stays; DROP TRIGGER entry_lasts; DROP TRIGGER meta_stays").expect("an insider drops triggers");
    conn
}

#[track_caller]
fn check_fault<T>(outcome: Result<T, crate::Fault>, code: &str) {
    match outcome {
        Ok(_) => panic!("expected {code}, but it was done"),
        Err(fault) => assert_eq!(fault.code(), code, "{fault}"),
    }
}
