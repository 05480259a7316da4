//! The world failed us: what we did, and the source.

use std::fmt;

/// A fault: told briefly, never with people's data.
#[derive(Debug)]
pub enum Fault {
    /// The journal or the people's file.
    Journal(baara_journal::Fault),
    /// A plugin could not be opened.
    Plugin(baara_loader::PluginRefused),
    /// An entry is not readable, or does not follow the one before.
    Entry {
        /// Which.
        seq: u64,
        /// `entry/newer`, `entry/damaged`, `entry/broken-chain`.
        code: &'static str,
    },
    /// A file or folder.
    Io(std::io::Error),
    /// The writer has stopped after an earlier fault: reopen the book.
    Stopped,
}

impl Fault {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Fault::Journal(fault) => fault.code(),
            Fault::Plugin(refused) => refused.code(),
            Fault::Entry { code, .. } => code,
            Fault::Io(_) => "desk/io",
            Fault::Stopped => "desk/stopped",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Journal(fault) => fault.fmt(f),
            Fault::Plugin(refused) => refused.fmt(f),
            Fault::Entry { seq, code } => write!(f, "{code}: entry {seq}"),
            Fault::Io(error) => write!(f, "desk/io: {}", error.kind()),
            Fault::Stopped => f.write_str("desk/stopped: the book must be opened again"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<baara_journal::Fault> for Fault {
    fn from(fault: baara_journal::Fault) -> Fault {
        Fault::Journal(fault)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::Io(error)
    }
}
