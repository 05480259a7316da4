//! The snapshot beside the journal spares reading it again. It is believed only when an entry pins its very bytes.
//!
//! Every so often an entry carries, as `state`, the SHA-256 of the book just before it; those bytes are the file
//! `snapshot`. A file no entry pins, or that was changed, is deleted and made again from the journal.

use crate::Fault;
use crate::writer::Head;
use baara_book::entry::UnreadableEntry;
use baara_book::{Entry, TheBook};
use baara_journal::{Hash, Journal, hex, leaf_hash};
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{channel, sync_channel};

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

/// An entry as stored: its number, bytes and leaf.
type Stored = (u64, Vec<u8>, Hash);

/// An entry read and its hash checked, or its number and what is wrong with it.
type Checked = Result<(Entry<IgnoredAny>, Hash), (u64, &'static str)>;

/// How many entries go from thread to thread at once, and how many such batches may wait.
const BATCH: usize = 256;
const AHEAD: usize = 4;

fn check((seq, bytes, leaf): Stored) -> Checked {
    match Entry::read_to_fold(&bytes) {
        Ok(entry) if leaf_hash(&bytes) == leaf && entry.seq == seq => Ok((entry, leaf)),
        Ok(entry) if entry.seq != seq => Err((seq, "entry/broken-chain")),
        Ok(_) | Err(UnreadableEntry::Damaged(_)) => Err((seq, "entry/damaged")),
        Err(UnreadableEntry::Newer) => Err((seq, "entry/newer")),
    }
}

/// Folds the rest of the journal, checking each hash and that each entry follows the one before. On its way it makes
/// the snapshot again that the entry `again` pins. Entries are read and hashed on a second thread, in their order.
fn fold(journal: &Journal, opened: Opened, again: Option<(u64, &Path)>, progress: &mut dyn FnMut(u64)) -> Result<Opened, Fault> {
    let first = opened.book.size() + 1;
    let mut folding = Folding { opened, again, progress };
    std::thread::scope(|scope| {
        let (stored, inbox) = sync_channel::<Vec<Stored>>(AHEAD);
        let (outbox, checked) = channel::<Vec<Checked>>();
        scope.spawn(move || inbox.into_iter().try_for_each(|batch| outbox.send(batch.into_iter().map(check).collect())));
        let mut batch = Vec::with_capacity(BATCH);
        let scanned = journal.scan(first, |seq, bytes, leaf| {
            batch.push((seq, bytes.to_vec(), leaf));
            if batch.len() < BATCH {
                return ControlFlow::Continue(());
            }
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            let _ = stored.send(full); // The other thread ends only after this one.
            checked.try_iter().flatten().try_for_each(|entry| folding.take(entry)).map_or_else(ControlFlow::Break, ControlFlow::Continue)
        });
        if let Ok(ControlFlow::Break(fault)) = scanned {
            return Err(fault);
        }
        let _ = stored.send(batch);
        drop(stored);
        checked.into_iter().flatten().try_for_each(|entry| folding.take(entry))?;
        let _ = scanned?;
        Ok(folding.opened)
    })
}

struct Folding<'a> {
    opened: Opened,
    again: Option<(u64, &'a Path)>,
    progress: &'a mut dyn FnMut(u64),
}

impl Folding<'_> {
    fn take(&mut self, checked: Checked) -> Result<(), Fault> {
        let (entry, leaf) = checked.map_err(|(seq, code)| Fault::Entry { seq, code })?;
        let Opened { book, head, pinned } = &mut self.opened;
        if entry.prev != head.prev {
            return Err(Fault::Entry { seq: entry.seq, code: "entry/broken-chain" });
        }
        if let Some(state) = &entry.state {
            *pinned = entry.seq - 1;
            if let Some((_, folder)) = self.again.filter(|(pin, _)| *pin == entry.seq) {
                let (bytes, pin) = taken(book);
                if pin == *state {
                    write(folder, &bytes);
                }
            }
        }
        book.apply(&entry);
        *head = Head { prev: hex(&leaf), hlc: entry.hlc };
        if entry.seq.is_multiple_of(1000) {
            (self.progress)(entry.seq);
        }
        Ok(())
    }
}

/// Folds the whole journal into a new book, whatever lies beside it.
pub(crate) fn replay(journal: &Journal) -> Result<TheBook, Fault> {
    fold(journal, Opened::default(), None, &mut |_| {}).map(|opened| opened.book)
}
