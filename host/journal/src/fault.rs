//! The ways the disk, the file or a caller can fail a journal.

use std::error::Error;
use std::fmt;

use rusqlite::ErrorCode;

use crate::hash::{Hash, hex};
use crate::verification::{Damage, DamageKind};

/// Why something could not be done. Brief on screen; the source holds what a log wants.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// A file would have been overwritten.
    Exists,
    /// There is no such file.
    Missing,
    /// The file is something else.
    NotABook,
    /// A later program wrote the file; it opens read-only for `verify`.
    Newer {
        /// The format it states.
        format: String,
    },
    /// Another process, or another part of this one, has the file open.
    Locked,
    /// The file is damaged.
    Damaged(Damage),
    /// The group does not continue the journal; nothing was written.
    OutOfOrder {
        /// The number that comes next.
        expected: u64,
        /// The number given.
        found: u64,
    },
    /// A record's leaf is not the hash of its bytes; nothing was written.
    WrongLeaf {
        /// The record.
        seq: u64,
    },
    /// A record is longer than a journal takes; nothing was written.
    TooLarge {
        /// The record.
        seq: u64,
        /// Its length.
        bytes: usize,
    },
    /// `meta` is written once, and only before the first entry; nothing was written.
    Begun,
    /// The file was opened for reading alone.
    ReadOnly,
    /// An earlier write failed, so what is on the disk is unknown: reopen and verify.
    Poisoned,
    /// A sealed value and its hash do not agree.
    Altered {
        /// The hash it was asked or offered under.
        hash: Hash,
    },
    /// The disk is full.
    Full {
        /// What was being done.
        doing: &'static str,
        /// What SQLite or the system said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The disk, the system or SQLite failed.
    Io {
        /// What was being done.
        doing: &'static str,
        /// What SQLite or the system said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Fault {
    /// The lasting name of this fault, for locales, logs and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Exists => "journal/exists",
            Fault::Missing => "journal/missing",
            Fault::NotABook => "journal/not-a-book",
            Fault::Newer { .. } => "journal/newer",
            Fault::Locked => "journal/locked",
            Fault::Damaged(_) => "journal/damaged",
            Fault::OutOfOrder { .. } => "journal/out-of-order",
            Fault::WrongLeaf { .. } => "journal/wrong-leaf",
            Fault::TooLarge { .. } => "journal/too-large",
            Fault::Begun => "journal/begun",
            Fault::ReadOnly => "journal/read-only",
            Fault::Poisoned => "journal/poisoned",
            Fault::Altered { .. } => "journal/altered",
            Fault::Full { .. } => "journal/full",
            Fault::Io { .. } => "journal/io",
        }
    }

    /// What an error of SQLite means, met while `doing` something.
    pub(crate) fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> Fault {
        move |error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Fault::NotABook,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Locked,
            Some(ErrorCode::DatabaseCorrupt) => Fault::unreadable(0, &error),
            Some(ErrorCode::DiskFull) => Fault::Full { doing, source: error.into() },
            _ => Fault::Io { doing, source: error.into() },
        }
    }

    /// What an error of the file system means, met while `doing` something.
    pub(crate) fn file(doing: &'static str) -> impl Fn(std::io::Error) -> Fault {
        move |error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Fault::Exists,
            std::io::ErrorKind::NotFound => Fault::Missing,
            std::io::ErrorKind::StorageFull => Fault::Full { doing, source: error.into() },
            _ => Fault::Io { doing, source: error.into() },
        }
    }

    /// SQLite stumbled over this entry.
    pub(crate) fn unreadable(seq: u64, error: &rusqlite::Error) -> Fault {
        Fault::damaged(seq, DamageKind::Unreadable(error.to_string()))
    }

    pub(crate) fn damaged(seq: u64, what: DamageKind) -> Fault {
        Fault::Damaged(Damage { seq, what })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Exists => write!(f, "the file exists already and is never overwritten"),
            Fault::Missing => write!(f, "there is no such file"),
            Fault::NotABook => write!(f, "the file is not a book"),
            Fault::Newer { format } => write!(f, "the book is in format {format}, newer than this program"),
            Fault::Locked => write!(f, "the book is open in another program"),
            Fault::Damaged(damage) => damage.fmt(f),
            Fault::OutOfOrder { expected, found } => write!(f, "entry {found} was offered where {expected} comes next"),
            Fault::WrongLeaf { seq } => write!(f, "entry {seq} was offered with a hash that is not its own"),
            Fault::TooLarge { seq, bytes } => write!(f, "entry {seq} has {bytes} bytes, more than a journal takes"),
            Fault::Begun => write!(f, "what a book says of itself is written once, before its first entry"),
            Fault::ReadOnly => write!(f, "the book was opened for reading alone"),
            Fault::Poisoned => write!(f, "an earlier write failed: close the book, open it again and verify it"),
            Fault::Altered { hash } => write!(f, "the value sealed as {} was altered", &hex(hash)[..12]),
            Fault::Full { doing, .. } => write!(f, "the disk is full, while {doing}"),
            Fault::Io { doing, .. } => write!(f, "the disk or the system failed, while {doing}"),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Fault::Full { source, .. } | Fault::Io { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
