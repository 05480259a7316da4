//! An entry: a command and its effects, who and when, as kept in the journal.

use baara_plugin_api::{Date, Effect, Id, Map};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The format of entries this program writes.
pub const VERSION: u32 = 1;

/// The largest entry, in bytes.
pub const MAX_BYTES: usize = baara_plugin_api::limits::ENTRY_BYTES;

/// One line of the journal. Keys stand in this order in the bytes; `effects` is last.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<Form = Map> {
    /// Format version.
    pub v: u32,
    /// Place in the journal, from 1.
    pub seq: u64,
    /// Leaf hash of the entry before, in hex; zeros for the first.
    pub prev: String,
    /// The command's id, made by the client (UUIDv7).
    pub id: String,
    /// The facility's code.
    pub site: String,
    /// The record kind, `sale/1`.
    pub kind: String,
    /// The person and the role they acted in.
    pub by: (Id, Id),
    /// The civil day it happened.
    pub date: Date,
    /// The machine's time when it was recorded, milliseconds since 1970.
    pub at: i64,
    /// A clock that never goes back.
    pub hlc: i64,
    /// The decision whose leave it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Id>,
    /// The seq of the proposal it completes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes: Option<u64>,
    /// The seq of the entry it reverses or corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<u64>,
    /// The first seq of the batch it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// SHA-256 of the plugin that decided it, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// SHA-256 of the snapshot taken of the book just before it, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The form as filled in, canonical. Folding needs it not: [`Entry::read_to_fold`] passes over it.
    pub fields: Form,
    /// What it does.
    pub effects: Vec<Effect>,
}

impl Entry {
    /// The bytes that are kept and hashed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an entry is JSON")
    }

    /// Reads kept bytes.
    ///
    /// # Errors
    /// When they are not an entry this program knows.
    pub fn read(bytes: &[u8]) -> Result<Entry, UnreadableEntry> {
        read(bytes)
    }

    /// Reads kept bytes without their form.
    ///
    /// # Errors
    /// When they are not an entry this program knows.
    pub fn read_to_fold(bytes: &[u8]) -> Result<Entry<IgnoredAny>, UnreadableEntry> {
        read(bytes)
    }
}

fn read<'b, Form: Deserialize<'b>>(bytes: &'b [u8]) -> Result<Entry<Form>, UnreadableEntry> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    match serde_json::from_slice(bytes) {
        // What a newer program means by the same words is not known here.
        Ok(Entry { v, .. }) if v > VERSION => Err(UnreadableEntry::Newer),
        Ok(entry) => Ok(entry),
        Err(_) if serde_json::from_slice::<Version>(bytes).is_ok_and(|head| head.v > VERSION) => Err(UnreadableEntry::Newer),
        Err(error) => Err(UnreadableEntry::Damaged(error.to_string())),
    }
}

#[cfg(test)]
impl Entry {
    /// A command with its effects as the next entry, for tests that fold without a journal.
    pub(crate) fn next(seq: u64, cmd: &baara_plugin_api::Command, effects: Vec<Effect>) -> Entry {
        Entry {
            v: VERSION,
            seq,
            prev: String::new(),
            id: format!("{seq:032x}"),
            site: cmd.site.clone(),
            kind: cmd.kind.clone(),
            by: (cmd.by.clone(), cmd.role.clone()),
            date: cmd.date,
            at: 0,
            hlc: 0,
            leave: cmd.leave.clone(),
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            state: None,
            fields: cmd.fields.clone(),
            effects,
        }
    }
}

/// Why bytes are not an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UnreadableEntry {
    /// Written by a newer program.
    Newer,
    /// Not what was written.
    Damaged(String),
}
