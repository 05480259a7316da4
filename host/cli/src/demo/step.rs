//! One command of the practice year, and what it is expected to become.

use baara_plugin_api::{Date, Map, Value};

/// What the desk should answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expect {
    /// It takes effect.
    Recorded,
    /// It waits for other people.
    Waiting,
    /// It is refused under this code: real years hold refusals too.
    Refused(&'static str),
}

/// A command before what it refers to is known.
///
/// A text that begins with `@` stands for what an earlier step of the same facility became: `@label` the first thing it
/// opened, `@label/lot.2` the third lot, `@label#` its place in the journal, `@label!` its number. `@kon:label!` is
/// another facility's. A text that begins with `=` is read from the book when the step's turn comes: see
/// [`super::resolve`].
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The facility.
    pub(crate) site: String,
    /// The moment it is written down, milliseconds since 1970.
    pub(crate) at: i64,
    /// The day it happened, when earlier.
    pub(crate) date: Option<Date>,
    /// The code of the person within the facility, `tresorier`.
    pub(crate) person: String,
    /// The record kind.
    pub(crate) kind: String,
    /// The decision whose leave it uses.
    pub(crate) leave: Option<String>,
    /// The form.
    pub(crate) fields: Map,
    /// What it should become.
    pub(crate) expect: Expect,
    /// How later steps call it.
    pub(crate) label: String,
    /// The command's own id, made from its moment and its place in the facility's script.
    pub(crate) id: String,
}

/// True when a value, or anything in it, must be filled in from what came before.
pub(super) fn refers(value: &Value, begins: char) -> bool {
    match value {
        Value::String(text) => text.starts_with(begins),
        Value::Array(list) => list.iter().any(|one| refers(one, begins)),
        Value::Object(map) => map.values().any(|one| refers(one, begins)),
        _ => false,
    }
}
