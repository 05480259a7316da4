//! No damage is silent: it is named, or what is read is still what was written.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::{Scratch, bytes, check_fault, contents, group, insider, journal_of};
use crate::{Damage, DamageKind, Head, Journal, Record, Verification};

fn verified(path: &Path) -> Verification {
    Journal::open_read_only(path).expect("opened to read").verify(|_| ())
}

#[track_caller]
fn check_damage(path: &Path, seq: u64, what: DamageKind) {
    assert_eq!(verified(path).first_bad, Some(Damage { seq, what }));
}

/// A journal of five entries, changed by an insider.
fn changed(scratch: &Scratch, sql: &str) -> std::path::PathBuf {
    let path = scratch.path("book.db");
    journal_of(&path, 5).close().expect("closed");
    let conn = insider(&path);
    conn.execute_batch(sql).expect("changed");
    conn.close().expect("closed");
    path
}

#[test]
fn every_changed_byte_of_an_entry_names_the_entry() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    journal_of(&path, 3).close().expect("closed");
    let conn = insider(&path);
    let write = |seq: u64, bytes: &[u8]| {
        conn.execute("UPDATE entry SET bytes = ?1 WHERE seq = ?2", (bytes, i64::try_from(seq).expect("small"))).expect("updated");
    };
    for seq in 1..=3 {
        for at in 0..bytes(seq).len() {
            let mut altered = bytes(seq);
            altered[at] ^= 1 << (at % 8);
            write(seq, &altered);
            let verification = verified_under(&conn, &path);
            let expected = Some(Damage { seq, what: DamageKind::LeafDiffers });
            assert_eq!((verification.first_bad, verification.entries), (expected, seq - 1), "byte {at}");
        }
        write(seq, &bytes(seq));
    }
}

/// Verifies while the insider's connection is open but idle: its file is no log.
fn verified_under(conn: &rusqlite::Connection, path: &Path) -> Verification {
    conn.query_row("PRAGMA journal_mode=DELETE", (), |_| Ok(())).expect("no log beside the file");
    verified(path)
}

#[test]
fn gaps_and_misplaced_entries_are_named() {
    let check = |sql: &str, seq, what| check_damage(&changed(&Scratch::new(), sql), seq, what);
    check("DELETE FROM entry WHERE seq = 3", 3, DamageKind::Missing { found: Some(4) });
    check("DELETE FROM entry WHERE seq = 1", 1, DamageKind::Missing { found: Some(2) });
    check("UPDATE entry SET seq = 0 WHERE seq = 1", 1, DamageKind::Missing { found: Some(0) });
    check("UPDATE entry SET seq = 9 WHERE seq = 5", 5, DamageKind::Missing { found: Some(9) });
    check("UPDATE entry SET leaf = x'00' WHERE seq = 4", 4, DamageKind::Malformed);
    check("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 4", 4, DamageKind::LeafDiffers);
    check("UPDATE entry SET bytes = x'' WHERE seq = 5", 5, DamageKind::LeafDiffers);
}

#[test]
fn tables_that_are_not_ours_are_named() {
    let scratch = Scratch::new();
    let path = changed(&scratch, "SELECT 1"); // The triggers are gone, nothing else.
    check_damage(&path, 0, DamageKind::Schema);
    let conn = rusqlite::Connection::open(&path).expect("a file of SQLite");
    conn.execute_batch("UPDATE meta SET value = 'baara-journal/x'").expect("updated");
    conn.close().expect("closed");
    check_fault(Journal::open(&path), "journal/not-a-book");
    assert!(!verified(&path).ok());
}

#[test]
fn scan_and_read_do_not_pass_over_damage_in_silence() {
    let scratch = Scratch::new();
    let path = changed(&scratch, "DELETE FROM entry WHERE seq = 3; UPDATE entry SET bytes = x'00' WHERE seq = 4");
    let journal = Journal::open(&path).expect("its end is whole");
    check_fault(journal.scan(1, |_, _, _| std::ops::ControlFlow::<()>::Continue(())), "journal/damaged");
    check_fault(journal.read(3), "journal/damaged");
    check_fault(journal.read(4), "journal/damaged");
    check_fault(journal.root(), "journal/damaged");
    check_fault(journal.backup(&scratch.path("copy.db"), |_| ()), "journal/damaged");
    assert!(!scratch.path("copy.db").exists() && !scratch.path("copy.db.part").exists());
}

#[test]
fn rows_that_end_before_the_head_are_named() {
    let scratch = Scratch::new();
    let mut journal = journal_of(&scratch.path("book.db"), 5);
    journal.believe(Head { size: 6, leaf: [0; 32] });
    let expected = Damage { seq: 6, what: DamageKind::Missing { found: None } };
    assert_eq!(journal.verify(|_| ()).first_bad, Some(expected));
    check_fault(journal.root(), "journal/damaged");
    check_fault(journal.read(6), "journal/damaged");
    check_fault(journal.backup(&scratch.path("copy.db"), |_| ()), "journal/damaged");
}

#[test]
fn every_flipped_byte_of_the_file_is_named_or_changes_nothing() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    let mut journal = journal_of(&path, 4);
    journal.append(&[Record::new(5, b"0123456789".repeat(700))]).expect("an entry over several pages");
    journal.append(&group(6, 1)).expect("appended");
    let whole = contents(&journal);
    journal.close().expect("closed");
    assert!(verified(&path).ok());

    let file = fs::read(&path).expect("readable");
    let disk = fs::OpenOptions::new().write(true).open(&path).expect("writable");
    let owners = owners(&file, &whole);
    assert!(owners.iter().flatten().count() > 5 * bytes(1).len() + 4000, "most bytes of entries are found");
    let mut harmless = 0;
    for at in 0..file.len() {
        disk.write_all_at(&[file[at] ^ 1 << (at % 8)], u64::try_from(at).expect("small")).expect("flipped");
        match Journal::open_read_only(&path) {
            Err(_) => assert_eq!(owners[at], None, "byte {at} of an entry keeps the file from opening"),
            Ok(journal) => match journal.verify(|_| ()).first_bad {
                Some(damage) => {
                    let expected = owners[at].map(|seq| Damage { seq, what: DamageKind::LeafDiffers });
                    assert!(expected.is_none() || expected == Some(damage), "byte {at} names the wrong entry");
                }
                None => {
                    assert_eq!(owners[at], None, "byte {at} of an entry is flipped in silence");
                    assert!(contents(&journal) == whole, "byte {at} changes what is read, in silence");
                    harmless += 1;
                }
            },
        }
        disk.write_all_at(&file[at..=at], u64::try_from(at).expect("small")).expect("put back");
    }
    assert!(harmless < file.len(), "some byte matters");
    assert!(verified(&path).ok());
}

/// Which entry each byte of the file belongs to; of an entry over several pages, the pieces that fill one.
fn owners(file: &[u8], entries: &[Record]) -> Vec<Option<u64>> {
    let mut owners = vec![None; file.len()];
    for Record { seq, bytes, .. } in entries {
        for piece in bytes.chunks(4000).filter(|piece| piece.len() == bytes.len() || piece.len() == 4000) {
            let starts = file.windows(piece.len()).enumerate().filter(|(_, window)| window == &piece);
            starts.for_each(|(from, _)| owners[from..from + piece.len()].fill(Some(*seq)));
        }
    }
    owners
}

#[test]
fn a_file_cut_short_or_overwritten_is_named_without_panic() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    journal_of(&path, 200).close().expect("closed");
    let file = fs::read(&path).expect("readable");
    for pages in 0..file.len() / 4096 {
        fs::write(&path, &file[..pages * 4096]).expect("cut short");
        if let Ok(journal) = Journal::open_read_only(&path) {
            assert!(!journal.verify(|_| ()).ok(), "{pages} pages left pass for a journal");
        }
        let mut wiped = file.clone();
        wiped[pages * 4096..][..4096].fill(0);
        fs::write(&path, &wiped).expect("wiped");
        if let Ok(journal) = Journal::open_read_only(&path) {
            assert!(!journal.verify(|_| ()).ok(), "a journal without page {pages} passes");
        }
    }
}
