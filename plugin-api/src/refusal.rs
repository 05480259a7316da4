//! The business says no: a stable code and the figures its text needs. The words are in locale files.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Why a command is not recorded. Nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable, `room/obstacle`: `sale/not-enough-left`.
    pub code: String,
    /// What the three parts of its text show: ids and amounts in canonical form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal with no figures yet.
    #[must_use]
    pub fn new(code: &str) -> Refusal {
        Refusal { code: code.to_owned(), args: BTreeMap::new() }
    }

    /// Adds a figure or an id to show.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Refusal {
        self.args.insert(key.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        self.args.iter().try_for_each(|(k, v)| write!(f, " {k}={v}"))
    }
}

impl std::error::Error for Refusal {}

/// One field that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldError {
    /// Which, `lines.2.quantity` inside a list (counted from 1).
    pub field: String,
    /// Stable: `field/missing`, `field/not-a-date` …
    pub code: String,
    /// What came, and what was expected.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl FieldError {
    /// An error of `field`.
    #[must_use]
    pub fn new(field: &str, code: &str) -> FieldError {
        FieldError { field: field.to_owned(), code: code.to_owned(), args: BTreeMap::new() }
    }

    /// Adds what the text shows.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> FieldError {
        self.args.insert(key.to_owned(), value.to_string());
        self
    }

    /// The same error inside `parent`.
    #[must_use]
    pub fn under(mut self, parent: &str) -> FieldError {
        self.field = format!("{parent}.{}", self.field);
        self
    }
}
