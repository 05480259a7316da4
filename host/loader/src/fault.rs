//! Why a call gave neither an answer nor a refusal.

use std::error::Error;
use std::fmt;

/// What went wrong in a call; never the business's own no, which is [`Reply::Refused`](crate::Reply::Refused).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PluginFault {
    /// Too many strikes since the program started; not called.
    Quarantined {
        /// How many.
        strikes: u32,
    },
    /// Called again from within its own question; not called.
    ReEntered,
    /// It does not understand the message.
    BadMessage {
        /// Its own words.
        text: String,
    },
    /// It was asked to stop, and did.
    Cancelled,
    /// The arena did not suffice.
    Limit,
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
    /// It broke the contract. A strike.
    Misbehaved {
        /// How.
        how: Misdeed,
    },
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
}

impl PluginFault {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PluginFault::Quarantined { .. } => "plugin/quarantined",
            PluginFault::ReEntered => "plugin/re-entered",
            PluginFault::BadMessage { .. } => "plugin/bad-message",
            PluginFault::Cancelled => "plugin/cancelled",
            PluginFault::Limit => "plugin/limit",
            PluginFault::Internal { .. } => "plugin/internal",
            PluginFault::Panicked { .. } => "plugin/panicked",
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
            PluginFault::ReEntered | PluginFault::Cancelled | PluginFault::Limit => Vec::new(),
        }
    }

    /// Whether it brings the plugin nearer to quarantine.
    pub fn is_strike(&self) -> bool {
        matches!(self, PluginFault::Panicked { .. } | PluginFault::Misbehaved { .. })
    }
}

impl fmt::Display for PluginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginFault::Quarantined { strikes } => write!(f, "in quarantine after {strikes} strikes"),
            PluginFault::ReEntered => f.write_str("called from within its own question"),
            PluginFault::BadMessage { text } => write!(f, "message not understood: {text}"),
            PluginFault::Cancelled => f.write_str("cancelled"),
            PluginFault::Limit => f.write_str("the call's memory did not suffice"),
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
        }
    }
}
