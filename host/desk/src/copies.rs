//! Copies of a book and proofs about it: verify, backup, restore.

use crate::health::Backup;
use crate::snapshots::replay;
use crate::{Clock, Desk, Fault};
use baara_journal::{Journal, Sealed, hex, import_copy};
use std::path::Path;

/// What `verify` found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// How many entries were checked.
    pub entries: u64,
    /// The root of the tree of their hashes, in hex.
    pub root: String,
    /// The last leaf hash, in hex: the printed code.
    pub code: String,
    /// The digest of the state they fold into; empty when they do not.
    pub digest: String,
    /// The first thing wrong.
    pub damage: Option<Damage>,
    /// Sealed texts that do not match their seal.
    pub altered_seals: usize,
}

/// The first thing wrong with a book.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The entry, 0 for the file around them.
    pub seq: u64,
    /// `entry/damaged`, `entry/broken-chain`, `entry/newer`, `journal/damaged`.
    pub code: String,
    /// What, for a technician.
    pub what: String,
}

impl Verified {
    /// True when nothing is wrong.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.damage.is_none() && self.altered_seals == 0
    }
}

/// Checks every byte of a book that no process has open: the file, each hash, the chain, the seals, the fold.
///
/// # Errors
/// When the file cannot be opened as a book at all.
pub fn verify(folder: &Path, progress: impl FnMut(u64)) -> Result<Verified, Fault> {
    let journal = Journal::open_read_only(&folder.join("book.db"))?;
    let sealed = folder.join("people.db");
    let altered = if sealed.exists() { Sealed::open_read_only(&sealed)?.check()?.len() } else { 0 };
    verify_journal(&journal, altered, progress)
}

fn verify_journal(journal: &Journal, altered_seals: usize, progress: impl FnMut(u64)) -> Result<Verified, Fault> {
    let found = journal.verify(progress);
    let mut damage = found.first_bad.as_ref().map(|bad| Damage { seq: bad.seq, code: "journal/damaged".to_owned(), what: bad.to_string() });
    let mut digest = String::new();
    if damage.is_none() {
        match replay(journal) {
            Ok(book) => digest = book.digest(),
            Err(Fault::Entry { seq, code }) => damage = Some(Damage { seq, code: code.to_owned(), what: code.to_owned() }),
            Err(fault) => return Err(fault),
        }
    }
    Ok(Verified { entries: found.entries, root: hex(&found.root), code: hex(&journal.head().leaf), digest, damage, altered_seals })
}

/// Makes a book out of a backup: verified in full before it takes its place.
///
/// # Errors
/// When the backup is damaged, or a book is there already.
pub fn restore(backup: &Path, folder: &Path, progress: impl FnMut(u64)) -> Result<(), Fault> {
    std::fs::create_dir_all(folder.join("plugins"))?;
    import_copy(backup, &folder.join("book.db"), progress)?;
    let people = backup.with_extension("people.db");
    if people.exists() {
        std::fs::copy(&people, folder.join("people.db"))?;
    } else {
        Sealed::create(&folder.join("people.db"))?.close()?; // Without it, names are not known; figures are.
    }
    Ok(())
}

impl Desk {
    /// Checks the open book.
    ///
    /// # Errors
    /// When the journal cannot be read.
    ///
    /// # Panics
    /// When a holder panicked, which is a bug.
    pub fn verify(&self, progress: impl FnMut(u64) + Send + 'static) -> Result<Verified, Fault> {
        let altered = self.shared.sealed.lock().expect("no holder panics").check()?.len();
        self.with_journal(move |journal| verify_journal(journal, altered, progress))?
    }

    /// Writes one checkpointed file, and the sealed texts beside it (`.people.db`).
    ///
    /// # Errors
    /// When a file is there already, or cannot be written.
    ///
    /// # Panics
    /// When a holder panicked, which is a bug.
    pub fn backup(&self, to: &Path, progress: impl FnMut(u64) + Send + 'static) -> Result<(), Fault> {
        let target = to.to_owned();
        let copy = self.with_journal(move |journal| journal.backup(&target, progress))??;
        self.shared.sealed.lock().expect("no holder panics").backup(&to.with_extension("people.db"))?;
        Backup { at: Clock::Machine.at(), entries: copy.entries }.note(&self.folder);
        Ok(())
    }
}
