//! Why a call gave neither an answer nor a refusal.

use std::error::Error;
use std::fmt;

use crate::refused::PluginRefused;

/// What went wrong in a call; never the business's own no, which is [`Reply::Refused`](crate::Reply::Refused).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PluginFault {
    /// Too many strikes, or somebody set it aside; not called.
    Quarantined {
        /// How many still count.
        strikes: u32,
    },
    /// Its child ended and rests before it starts again; not called.
    Resting {
        /// How long still.
        ms: u64,
    },
    /// Its child could not take the file.
    NotLoaded(Box<PluginRefused>),
    /// Called again from within its own question; not called.
    ReEntered,
    /// It does not understand the message.
    BadMessage {
        /// Its own words.
        text: String,
    },
    /// It was asked to stop, and did.
    Cancelled,
    /// The call's memory did not suffice. A strike when the plugin filled it itself.
    Limit {
        /// Whether what it was told had left it half of the memory; else the book has more to tell than a call can hold,
        /// which is no plugin's fault.
        own: bool,
    },
    /// It found itself broken.
    Internal {
        /// Its own words.
        text: String,
    },
    /// It panicked, and caught it at the border. A strike.
    Panicked {
        /// The panic's words and place.
        text: String,
    },
    /// Its child ended in the middle of its work. A strike.
    Crashed {
        /// How it ended.
        ending: Ending,
        /// The last it printed, at most 4 kB.
        words: String,
    },
    /// It did not come back in time: a child is killed then, in process nobody can. A strike.
    TimedOut {
        /// What it had, before the end at twice as much.
        budget_ms: u64,
    },
    /// It broke the contract. A strike.
    Misbehaved {
        /// How.
        how: Misdeed,
    },
}

/// How a child ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// By a signal.
    Signal(i32),
    /// By itself, which no plugin may.
    Exit(i32),
}

/// How a plugin broke the contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misdeed {
    /// A status no version of the contract knows.
    UnknownStatus(i32),
    /// An answer that does not lie in the call's memory; not read.
    OutsideArena {
        /// The length it gave.
        len: usize,
    },
    /// An answer that is not UTF-8.
    NotText {
        /// The first byte that is not.
        at: usize,
    },
    /// It used the host's table with a context that is not its own.
    ForeignContext,
    /// It put more questions than a call may.
    Questions,
    /// It changed what belongs to the whole process, named here.
    Meddled(&'static str),
    /// Its child said what no child says.
    Protocol(&'static str),
    /// Its caller found an answer that is not what was promised.
    Promise,
}

impl PluginFault {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PluginFault::Quarantined { .. } => "plugin/quarantined",
            PluginFault::ReEntered => "plugin/re-entered",
            PluginFault::BadMessage { .. } => "plugin/bad-message",
            PluginFault::Cancelled => "plugin/cancelled",
            PluginFault::Limit { .. } => "plugin/limit",
            PluginFault::Internal { .. } => "plugin/internal",
            PluginFault::Panicked { .. } => "plugin/panicked",
            PluginFault::Resting { .. } => "plugin/resting",
            PluginFault::NotLoaded(refused) => refused.code(),
            PluginFault::Crashed { .. } => "plugin/crashed",
            PluginFault::TimedOut { .. } => "plugin/timed-out",
            PluginFault::Misbehaved { .. } => "plugin/misbehaved",
        }
    }

    /// What a sentence about it needs, by name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            PluginFault::Quarantined { strikes } => vec![("strikes", strikes.to_string())],
            PluginFault::BadMessage { text } | PluginFault::Internal { text } | PluginFault::Panicked { text } => {
                vec![("text", text.clone())]
            }
            PluginFault::Misbehaved { how } => vec![("how", how.to_string())],
            PluginFault::Resting { ms } => vec![("seconds", ms.div_ceil(1000).to_string())],
            PluginFault::NotLoaded(refused) => refused.args(),
            // Its last words are for the list of plugins, not for a person at the till.
            PluginFault::Crashed { ending, .. } => vec![("ending", ending.to_string())],
            PluginFault::TimedOut { budget_ms } => vec![("budget-ms", budget_ms.to_string())],
            PluginFault::ReEntered | PluginFault::Cancelled | PluginFault::Limit { .. } => Vec::new(),
        }
    }

    /// Whether it brings the plugin nearer to quarantine.
    pub fn is_strike(&self) -> bool {
        use PluginFault::{Crashed, Limit, Misbehaved, Panicked, TimedOut};
        matches!(self, Panicked { .. } | Misbehaved { .. } | Crashed { .. } | TimedOut { .. } | Limit { own: true })
    }

    /// What it was, in the host's own words: fit for a log, where nothing that a plugin said belongs, since it may name
    /// people and places.
    pub fn in_our_words(&self) -> String {
        match self {
            PluginFault::Panicked { .. } => "panicked".to_owned(),
            PluginFault::Internal { .. } => "broken inside".to_owned(),
            PluginFault::BadMessage { .. } => "message not understood".to_owned(),
            PluginFault::NotLoaded(_) => "not loaded".to_owned(),
            own => own.to_string(),
        }
    }
}

impl fmt::Display for PluginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginFault::Quarantined { strikes } => write!(f, "in quarantine, {strikes} strikes"),
            PluginFault::Resting { ms } => write!(f, "rests for {ms} ms after its end"),
            PluginFault::NotLoaded(refused) => refused.fmt(f),
            PluginFault::Crashed { ending, .. } => write!(f, "its process ended: {ending}"),
            PluginFault::TimedOut { budget_ms } => write!(f, "did not come back, it had {budget_ms} ms"),
            PluginFault::ReEntered => f.write_str("called from within its own question"),
            PluginFault::BadMessage { text } => write!(f, "message not understood: {text}"),
            PluginFault::Cancelled => f.write_str("cancelled"),
            PluginFault::Limit { .. } => f.write_str("the call's memory did not suffice"),
            PluginFault::Internal { text } => write!(f, "broken inside: {text}"),
            PluginFault::Panicked { text } => write!(f, "panicked: {text}"),
            PluginFault::Misbehaved { how } => write!(f, "broke the contract: {how}"),
        }
    }
}

impl Error for PluginFault {}

impl fmt::Display for Misdeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misdeed::UnknownStatus(status) => write!(f, "unknown status {status}"),
            Misdeed::OutsideArena { len } => write!(f, "an answer of {len} bytes outside the call's memory"),
            Misdeed::NotText { at } => write!(f, "an answer that is not UTF-8 at byte {at}"),
            Misdeed::ForeignContext => f.write_str("a context that is not its own"),
            Misdeed::Questions => f.write_str("more questions than a call may put"),
            Misdeed::Meddled(what) => write!(f, "it changed {what} of the whole program"),
            Misdeed::Protocol(what) => write!(f, "on the line to the host, {what}"),
            Misdeed::Promise => f.write_str("an answer that is not what was promised"),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Ending::Exit(code) => return write!(f, "exit {code}"),
            Ending::Signal(libc::SIGSEGV) => "SIGSEGV",
            Ending::Signal(libc::SIGABRT) => "SIGABRT",
            Ending::Signal(libc::SIGILL) => "SIGILL",
            Ending::Signal(libc::SIGFPE) => "SIGFPE",
            Ending::Signal(libc::SIGBUS) => "SIGBUS",
            Ending::Signal(libc::SIGKILL) => "SIGKILL",
            Ending::Signal(libc::SIGTRAP) => "SIGTRAP",
            Ending::Signal(libc::SIGSYS) => "SIGSYS",
            Ending::Signal(libc::SIGXCPU) => "SIGXCPU",
            Ending::Signal(libc::SIGXFSZ) => "SIGXFSZ",
            Ending::Signal(number) => return write!(f, "signal {number}"),
        };
        f.write_str(name)
    }
}
