//! The snapshot beside the journal spares reading it again. It is believed only when an entry pins its very bytes.
//!
//! Every so often an entry carries, as `state`, the SHA-256 of the book just before it; those bytes are the file
//! `snapshot`. A file no entry pins, or that was changed, is deleted and made again from the journal.

use crate::Fault;
use crate::writer::Head;
use baara_book::entry::UnreadableEntry;
use baara_book::{Entry, TheBook};
use baara_journal::{Journal, hex, leaf_hash};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The fewest entries between two snapshots: they fold in a few milliseconds.
const APART: u64 = 1000;

/// And the most, as a part of the journal: what snapshots cost stays in proportion.
const PART: u64 = 16;

/// A book as opened: folded up to its head.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) book: TheBook,
    pub(crate) head: Head,
    /// How many entries the newest pinned snapshot holds.
    pub(crate) pinned: u64,
}

/// How many entries apart snapshots are in a journal of this size.
fn apart(size: u64) -> u64 {
    APART.max(size / PART)
}

/// True when the next entry should pin a snapshot: a rule of numbers alone, so that the same year has the same bytes.
pub(crate) fn is_due(size: u64, pinned: u64) -> bool {
    size - pinned >= apart(size)
}

/// The file's bytes, and the hash that pins them: how many entries, then all the book remembers.
pub(crate) fn taken(book: &TheBook) -> (Vec<u8>, String) {
    let mut bytes = book.size().to_le_bytes().to_vec();
    bytes.append(&mut book.snapshot());
    let pin = hex(&Sha256::digest(&bytes).into());
    (bytes, pin)
}

/// Writes the file in one step. It is only a help: when the disk says no, the next opening reads the journal.
pub(crate) fn write(folder: &Path, bytes: &[u8]) {
    let part = folder.join("snapshot.part");
    let whole = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&part); // Left there by a power cut.
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?; // As private as the book.
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path(folder))
    };
    if whole().is_err() {
        let _ = std::fs::remove_file(&part); // What is left is overwritten the next time.
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("snapshot")
}

/// Opens a book from its snapshot and the entries after it, else from the whole journal.
pub(crate) fn open(journal: &Journal, folder: &Path, mut progress: impl FnMut(u64)) -> Result<Opened, Fault> {
    if let Some(opened) = recalled(journal, &path(folder)) {
        return fold(journal, opened, None, &mut progress);
    }
    let _ = std::fs::remove_file(path(folder)); // Most often there is none.
    fold(journal, Opened::default(), last_pin(journal)?.map(|seq| (seq, folder)), &mut progress)
}

/// The book of the snapshot, if the entry after it pins it.
fn recalled(journal: &Journal, path: &Path) -> Option<Opened> {
    let bytes = std::fs::read(path).ok()?;
    let size = u64::from_le_bytes(*bytes.first_chunk()?);
    let pinning = Entry::read(&journal.read(size.checked_add(1)?).ok()??).ok()?;
    if pinning.state? != hex(&Sha256::digest(&bytes).into()) {
        return None;
    }
    let (book, last) = (TheBook::recall(&bytes[8..])?, journal.read(size).ok()??);
    let head = Head { prev: hex(&leaf_hash(&last)), hlc: Entry::read(&last).ok()?.hlc };
    (book.size() == size).then_some(Opened { book, head, pinned: size })
}

/// The newest entry that pins a snapshot.
fn last_pin(journal: &Journal) -> Result<Option<u64>, Fault> {
    let size = journal.head().size;
    for seq in (1..=size).rev().take(usize::try_from(apart(size)).unwrap_or(usize::MAX) + 1) {
        let Ok(Some(bytes)) = journal.read(seq) else { return Ok(None) }; // The fold will name what is damaged.
        let pins = bytes.windows(9).any(|text| text == b"\"state\":\"");
        if pins && Entry::read(&bytes).is_ok_and(|entry| entry.state.is_some()) {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// Folds the rest of the journal, checking each hash and that each entry follows the one before. On its way it makes
/// the snapshot again that the entry `again` pins.
fn fold(journal: &Journal, opened: Opened, again: Option<(u64, &Path)>, progress: &mut dyn FnMut(u64)) -> Result<Opened, Fault> {
    let Opened { mut book, mut head, mut pinned } = opened;
    let wrong = journal.scan(book.size() + 1, |seq, bytes, leaf| {
        let code = match Entry::read_to_fold(bytes) {
            Ok(_) if leaf_hash(bytes) != leaf => Some("entry/damaged"),
            Ok(entry) if entry.seq != seq || entry.prev != head.prev => Some("entry/broken-chain"),
            Ok(entry) => {
                if entry.state.is_some() {
                    pinned = seq - 1;
                    if let Some((_, folder)) = again.filter(|(pin, _)| *pin == seq) {
                        let (bytes, pin) = taken(&book);
                        entry.state.as_ref().filter(|state| **state == pin).inspect(|_| write(folder, &bytes));
                    }
                }
                book.apply(&entry);
                head = Head { prev: hex(&leaf), hlc: entry.hlc };
                None
            }
            Err(UnreadableEntry::Newer) => Some("entry/newer"),
            Err(UnreadableEntry::Damaged(_)) => Some("entry/damaged"),
        };
        if seq % 1000 == 0 {
            progress(seq);
        }
        code.map_or(ControlFlow::Continue(()), |code| ControlFlow::Break(Fault::Entry { seq, code }))
    })?;
    match wrong {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(Opened { book, head, pinned }),
    }
}

/// Folds the whole journal into a new book, whatever lies beside it.
pub(crate) fn replay(journal: &Journal) -> Result<TheBook, Fault> {
    fold(journal, Opened::default(), None, &mut |_| {}).map(|opened| opened.book)
}
