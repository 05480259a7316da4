//! How a book and its disk are, for whoever looks after the machine: no person, no path.

use crate::Desk;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Free room below which the disk is told to be nearly full, in bytes: years of entries, but only one copy of a book.
pub const LOW_DISK: u64 = 500_000_000;

/// How the book is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Health {
    /// How many entries it has.
    pub entries: u64,
    /// When the last one was recorded, in milliseconds since 1970.
    pub last_at: Option<i64>,
    /// False after a fault: nothing is recorded until the book is opened again.
    pub records: bool,
    /// What the disk can still take, in bytes; `None` when the system does not say.
    pub free_bytes: Option<u64>,
    /// The last copy that was made and checked.
    pub backup: Option<Backup>,
}

/// A copy of the book that was checked in full when it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backup {
    /// When, in milliseconds since 1970 by the machine's clock.
    pub at: i64,
    /// How many entries it holds.
    pub entries: u64,
}

/// The note that a backup leaves beside the book. It is no truth of the book: it says what this machine has done.
const NOTE: &str = "last-backup";

impl Backup {
    /// Leaves the note. A disk that takes none leaves the older one: the copy itself is good.
    pub(crate) fn note(self, folder: &Path) {
        let part = folder.join("last-backup.part");
        let whole = std::fs::write(&part, format!("{} {}\n", self.at, self.entries));
        let _ = whole.and_then(|()| std::fs::rename(&part, folder.join(NOTE)));
    }

    fn read(folder: &Path) -> Option<Backup> {
        let text = std::fs::read_to_string(folder.join(NOTE)).ok()?;
        let (at, entries) = text.trim().split_once(' ')?;
        Some(Backup { at: at.parse().ok()?, entries: entries.parse().ok()? })
    }
}

impl Desk {
    /// How the book, its disk and its last copy are.
    #[must_use]
    pub fn health(&self) -> Health {
        let entries = self.book().size();
        let disk = rustix::fs::statvfs(self.folder()).ok();
        Health {
            entries,
            last_at: self.entry(entries).ok().flatten().map(|(entry, _)| entry.at),
            records: !self.shared.stopped.load(Ordering::Relaxed),
            free_bytes: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
            backup: Backup::read(self.folder()),
        }
    }
}
