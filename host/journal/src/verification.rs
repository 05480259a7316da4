//! What reading a whole journal found.

use std::fmt;

use crate::hash::Hash;

/// The outcome of reading every entry and the file around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many entries were read and found whole, from the first on.
    pub entries: u64,
    /// The Merkle root over those entries.
    pub root: Hash,
    /// Where the first doubt is; nothing behind it was judged.
    pub first_bad: Option<Damage>,
}

impl Verification {
    /// Whether nothing is wrong with the file taken alone. Whether it is the *right* file, only a hash kept elsewhere
    /// can tell.
    pub fn ok(&self) -> bool {
        self.first_bad.is_none()
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The entry it touches, or that should have come next; 0 for the file around the entries.
    pub seq: u64,
    /// What is wrong.
    pub what: DamageKind,
}

/// The ways a file can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// The entry is not there; the next one found, if any, has this number.
    Missing {
        /// The number found in its stead.
        found: Option<i64>,
    },
    /// The bytes and the leaf hash kept beside them do not agree.
    LeafDiffers,
    /// A column holds something that is no bytes or no hash.
    Malformed,
    /// SQLite cannot read the entry.
    Unreadable(String),
    /// All entries are whole, but SQLite finds the file around them wrong.
    Structure(String),
    /// All entries are whole, but the tables or triggers are not the ones this program makes.
    Schema,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage { seq, what } = self;
        match what {
            DamageKind::Missing { found: Some(found) } => write!(f, "entry {seq} is missing, {found} comes instead"),
            DamageKind::Missing { found: None } => write!(f, "entry {seq} is missing at the end"),
            DamageKind::LeafDiffers => write!(f, "entry {seq} and its hash do not agree"),
            DamageKind::Malformed => write!(f, "entry {seq} is not stored as bytes and a hash"),
            DamageKind::Unreadable(why) if *seq > 0 => write!(f, "entry {seq} cannot be read: {why}"),
            DamageKind::Unreadable(why) | DamageKind::Structure(why) => write!(f, "the file is damaged: {why}"),
            DamageKind::Schema => write!(f, "the tables are not as this program makes them"),
        }
    }
}
