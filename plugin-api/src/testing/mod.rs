//! What an author's tests stand on: a book on paper, the host in memory, and files of what is expected.
//!
//! | You want to know | Use |
//! |---|---|
//! | what `decide` does to a book you lay out | [`PaperBook`], [`command`] |
//! | what a book that works would say to it, in the same codes | [`Host`] |
//! | that it stays so | [`golden`] |
//! | that it holds for every form | `Host::commands` (feature `proptest`), or [`Host::a_command`], and [`Host::lawful`] |

mod host;
mod paper;

pub use host::Host;
pub use paper::PaperBook;
/// The property tests that `Host::commands` makes commands for.
#[cfg(feature = "proptest")]
pub use proptest;

use crate::{Command, Date, Effect, Effects, Id, Map, Value};

/// A command for tests: site `kon`, by `person/kon-20-0001` in `role/tester`; the field `leave` names its decision.
///
/// # Panics
/// When the date is no civil day such as `2020-06-12`, or the fields are no object.
#[must_use]
pub fn command(kind: &str, date: &str, fields: Value) -> Command {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    Command {
        id: "0190a000-0000-7000-8000-000000000000".to_owned(),
        site: "kon".to_owned(),
        kind: kind.to_owned(),
        by: Id::new("person", "kon-20-0001"),
        role: Id::new("role", "tester"),
        date: date.parse().expect("a date"),
        leave: fields.get("leave").and_then(Value::as_str).and_then(|s| Id::parse(s).ok()),
        fields: fields.into_iter().filter(|(k, _)| k != "leave").collect::<Map>(),
    }
}

/// The id of this text, which a test knows to be one.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn id(text: &str) -> Id {
    text.parse().expect("an id")
}

/// The day of this text, which a test knows to be one.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn date(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The codes of the warnings among effects, in their order.
#[must_use]
pub fn warnings(effects: &Effects) -> Vec<&str> {
    effects.0.iter().filter_map(|e| if let Effect::Warn { code, .. } = e { Some(code.as_str()) } else { None }).collect()
}

/// The day on which the first lot among effects is released, if a day releases it.
#[must_use]
pub fn released(effects: &Effects) -> Option<String> {
    effects.0.iter().find_map(|e| match e {
        Effect::Set { key, from, .. } if key == "released" => Some(from.to_string()),
        _ => None,
    })
}

/// What effects move, as `20.000 kg store/a → consumed/b`.
#[must_use]
pub fn moves(effects: &Effects) -> Vec<String> {
    let told = |e: &Effect| match e {
        Effect::Move { amount, from, to, .. } => Some(format!("{amount} {from} → {to}")),
        _ => None,
    };
    effects.0.iter().filter_map(told).collect()
}

/// Holds a value against a file of the package, `tests/golden/batch.json`; with `BAARA_BLESS=1` the file is rewritten.
///
/// # Panics
/// When they differ: the message shows both. When there is no such file yet.
#[track_caller]
pub fn golden(file: &str, value: &impl serde::Serialize) {
    let now = serde_json::to_string_pretty(value).expect("what is held against a file is JSON") + "\n";
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = std::path::Path::new(&folder).join(file);
    if std::env::var_os("BAARA_BLESS").is_some() {
        return std::fs::write(&path, now).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    let before = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}; BAARA_BLESS=1 writes it", path.display()));
    assert!(before == now, "{file} says\n{before}\nand now it is\n{now}\nBAARA_BLESS=1 rewrites the file, when that is what you want");
}
