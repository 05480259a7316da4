//! Names that last: `kind/code`, unique, never reused, never renamed.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The longest id, in bytes.
pub const MAX_ID: usize = 64;

/// Names one thing for ever, as text `kind/code` (`a-z 0-9 - .`).
///
/// The part of the code before the first `-` or `.` is the *site* for everything that belongs to a
/// facility: `lot/kon-20-0007`, `store/kon-magasin`, `work/kon-savon.kon-20-0012`. Reference things
/// (`item/mais-grain`) have no site. In effects, a code `$1` asks the host to allot one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

/// Why a text is not an id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadId(pub String);

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not an id: expected kind/code with a-z 0-9 - . and at most {MAX_ID} bytes", self.0)
    }
}

impl std::error::Error for BadId {}

impl Id {
    /// The id `kind/code`.
    ///
    /// # Panics
    /// When the parts do not form an id; use [`Id::parse`] for what people typed.
    #[must_use]
    pub fn new(kind: &str, code: &str) -> Id {
        Id::parse(&format!("{kind}/{code}")).expect("kind and code form an id")
    }

    /// Reads an id.
    ///
    /// # Errors
    /// When the text is not `kind/code`.
    pub fn parse(text: &str) -> Result<Id, BadId> {
        let bad = || BadId(text.chars().take(MAX_ID).collect());
        let (kind, code) = text.split_once('/').ok_or_else(bad)?;
        let kind_ok = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let plain = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        let code_ok = !code.is_empty() && (plain(code) || code.strip_prefix('$').is_some_and(|n| !n.is_empty() && plain(n)));
        if kind_ok && code_ok && text.len() <= MAX_ID { Ok(Id(text.into())) } else { Err(bad()) }
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What sort of thing it names.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once('/').expect("an id has a slash").0
    }

    /// The name within its kind.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.split_once('/').expect("an id has a slash").1
    }

    /// The facility's code: what stands before the first `-` or `.` of the code.
    #[must_use]
    pub fn site(&self) -> &str {
        let code = self.code();
        &code[..code.find(['-', '.']).unwrap_or(code.len())]
    }

    /// The id of another kind with the same code: `person/kon-20-0001` → `pecule/kon-20-0001`.
    #[must_use]
    pub fn as_kind(&self, kind: &str) -> Id {
        Id::new(kind, self.code())
    }

    /// True while the host has not allotted the code yet (`lot/$1`).
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.code().starts_with('$')
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Id {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Id, BadId> {
        Id::parse(text)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Id, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Id::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_kind_code_and_site() {
        let id = Id::new("work", "kon-savon.kon-20-0012");
        assert_eq!((id.kind(), id.code(), id.site()), ("work", "kon-savon.kon-20-0012", "kon"));
        assert_eq!(Id::new("facility", "kon").site(), "kon");
        assert!(Id::new("lot", "$1").is_asked());
    }

    #[test]
    fn a_bad_id_is_refused() {
        for text in ["", "lot", "lot/", "/x", "Lot/x", "lot/é", "lot/a b", "lot/a/b", "lot/$", &format!("lot/{}", "x".repeat(61))] {
            assert!(Id::parse(text).is_err(), "{text}");
        }
    }
}
