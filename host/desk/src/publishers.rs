//! Whose signatures on plugins count: keys that are proposed, endorsed by other people and struck off as plugins are.
//!
//! A signature says who stands for a file; whether the file works here is still for those who endorse it to say.

use crate::judge::Bench;
use crate::{Desk, pins};
use baara_book::TheBook;
use baara_loader::{Inspected, PublisherKey, Signature};
use baara_plugin_api::{Date, Effects, Id, Map, Refusal, Value};
use std::path::Path;

/// The kind that lets a publisher's signatures count.
pub(crate) const PUBLISHER: &str = "publisher/1";
/// The kind that ends it.
pub(crate) const PUBLISHER_END: &str = "publisher-end/1";

/// What a pin keeps of a signature: the key's number, the publisher when the book knew it, and what the publisher signed
/// beside the file.
const KEYS: [&str; 3] = ["signed-with", "publisher", "trusted-comment"];

/// Who stands for a plugin's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signed {
    /// Nobody: it has no signature.
    Nobody,
    /// Somebody whose key the book does not know, or has struck off: nothing is proved.
    Unknown {
        /// The key's number, sixteen hex figures.
        key: String,
    },
    /// A publisher, whose key made the signature of this very file.
    Publisher {
        /// Whose.
        publisher: Id,
        /// The name the book has for them.
        name: String,
        /// What they signed beside the file.
        comment: String,
    },
}

impl Signed {
    /// Says no to what no known publisher signed.
    pub(crate) fn required(&self, plugin: &str) -> Result<(), Refusal> {
        match self {
            Signed::Nobody => Err(Refusal::new("plugin/not-signed").with("plugin", plugin)),
            Signed::Unknown { key } => Err(Refusal::new("plugin/publisher-unknown").with("plugin", plugin).with("key", key)),
            Signed::Publisher { .. } => Ok(()),
        }
    }

    /// What a pin keeps of it, each under its key.
    pub(crate) fn kept(&self) -> [(&'static str, Option<&str>); 3] {
        let [with, by, beside] = KEYS;
        match self {
            Signed::Nobody => [(with, None), (by, None), (beside, None)],
            Signed::Unknown { key } => [(with, Some(key)), (by, None), (beside, None)],
            Signed::Publisher { publisher, comment, .. } => {
                [(with, Some(publisher.code())), (by, Some(publisher.as_str())), (beside, Some(comment))]
            }
        }
    }

    /// Who it was, by what a pin has kept under the same keys.
    pub(crate) fn read<'v>(book: &TheBook, kept: impl Fn(&str) -> &'v str) -> Signed {
        let [key, publisher, comment] = KEYS.map(kept);
        match Id::parse(publisher) {
            Ok(publisher) => {
                let name = book.text_of(&publisher, "label", Date::MAX).unwrap_or_else(|| publisher.code().to_owned());
                Signed::Publisher { publisher, name, comment: comment.to_owned() }
            }
            Err(_) if key.is_empty() => Signed::Nobody,
            Err(_) => Signed::Unknown { key: key.to_owned() },
        }
    }
}

/// A publisher, as the book has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Publisher {
    /// `publisher/` and the key's number.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its key, as `minisign` writes it.
    pub key: String,
    /// The day it was let in.
    pub since: String,
    /// The day since when its signatures count no more; `None` while they do.
    pub removed: Option<String>,
}

impl Desk {
    /// The publishers in the order they were let in, those that were struck off among them.
    #[must_use]
    pub fn publishers(&self) -> Vec<Publisher> {
        let book = self.book();
        let things = book.open_of("publisher").filter_map(|id| book.thing(&id, Date::MAX));
        let text = |text: &str| text.to_owned();
        let publisher = |thing: baara_plugin_api::Thing| Publisher {
            name: text(thing.text("label")),
            key: text(thing.text("key")),
            since: thing.since.to_string(),
            removed: Some(text(thing.text("removed"))).filter(|day| !day.is_empty()),
            id: thing.id,
        };
        things.map(publisher).collect()
    }
}

/// Who stands for a file, by the signature beside it and the publishers of a book; without a book, every key is unknown.
///
/// # Errors
/// When the file is no plugin, or its signature is damaged or of another file.
pub fn signed_file(file: &Path, book: Option<&TheBook>) -> Result<Signed, Refusal> {
    let inspected = baara_loader::inspect(file).map_err(|no| pins::refusal(&no))?;
    let plugin = pins::said(&inspected)?.id;
    signed(book, &inspected, &plugin, beside(file, &plugin)?.as_ref())
}

/// The signature beside a file.
pub(crate) fn beside(file: &Path, plugin: &str) -> Result<Option<Signature>, Refusal> {
    Signature::beside(file).map_err(|_| damaged(plugin))
}

/// A signature as a form brings it.
pub(crate) fn read(value: &Value, plugin: &str) -> Result<Signature, Refusal> {
    value.as_str().and_then(|text| Signature::parse(text).ok()).ok_or_else(|| damaged(plugin))
}

fn damaged(plugin: &str) -> Refusal {
    Refusal::new("plugin/signature-damaged").with("plugin", plugin)
}

/// Who stands for a file with this signature: a key that the book knows has made it, or the file is refused.
pub(crate) fn signed(book: Option<&TheBook>, file: &Inspected, plugin: &str, signature: Option<&Signature>) -> Result<Signed, Refusal> {
    let Some(signature) = signature else { return Ok(Signed::Nobody) };
    let publisher = Id::new("publisher", signature.key());
    let known = book.and_then(|book| book.thing(&publisher, Date::MAX)).filter(|known| known.text("removed").is_empty());
    let Some(known) = known else { return Ok(Signed::Unknown { key: signature.key().to_owned() }) };
    let name = known.text("label").to_owned();
    match PublisherKey::parse(known.text("key")).and_then(|key| signature.comment(file, &key)) {
        Some(comment) => Ok(Signed::Publisher { publisher, name, comment }),
        None => Err(Refusal::new("plugin/signature-wrong").with("plugin", plugin).with("publisher", name)),
    }
}

/// A publisher let in: the number of its key names it, so that no key has two owners.
pub(crate) fn let_in(bench: &Bench<'_>, fields: &Map, day: Date) -> Result<Effects, Refusal> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, written) = (text("name"), text("key"));
    let key = PublisherKey::parse(written).ok_or_else(|| Refusal::new("publisher/bad-key").with("came", written))?;
    let publisher = Id::new("publisher", key.id());
    let Some(old) = bench.book.thing(&publisher, Date::MAX) else {
        return Ok(Effects::new().open(&publisher, [("label", name.into()), ("key", written.into())]));
    };
    if old.text("removed").is_empty() || old.text("key") != written {
        return Err(Refusal::new("publisher/already").with("publisher", old.text("label")).with("key", key.id()));
    }
    Ok(Effects::new().set(&publisher, "label", name, day).set(&publisher, "removed", Value::Null, day))
}
