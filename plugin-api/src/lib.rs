#![doc = include_str!("../README.md")]
// A page without a word, or with a link to nowhere, helps no author.
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

extern crate self as baara_plugin_api;

pub mod abi;
pub mod allot;
mod amount;
mod book;
mod declaration;
mod effect;
pub mod export;
mod form;
pub mod guards;
mod id;
pub mod items;
pub mod laws;
pub mod ledger;
pub mod limits;
mod message;
pub mod places;
pub mod practice;
mod refusal;
pub mod sdk;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trade;

pub use amount::{Amount, BadNumber, MAX_COUNT, Ratio, Rounding, Unfit, Unit, read_number, split};
pub use baara_plugin_api_derive::{Choice, Form};
pub use book::{Answer, Ask, Book, Decision, Holding, Mention, Question, Thing};
pub use chrono::NaiveDate as Date;
pub use chrono::{Datelike, Days, Months};
pub use declaration::{Command, Decided, Declaration, Grant, Kind, KindDeclaration, Record, ThingDeclaration, grant};
pub use effect::{Effect, Effects, Ending, NUMBER};
pub use form::{Field, FieldType, FieldValue, Form, Money, read_field};
pub use id::{BadId, Id, MAX_ID};
pub use message::{Draw, Message, Plugin, Reply, Table, answer_call, answered, describe, words};
pub use refusal::{FieldError, Refusal};
pub use serde_json::{Map as JsonMap, Value, json};

/// The fields of a filled-in form: name → value, by name.
pub type Map = serde_json::Map<String, Value>;

/// Everything a record kind needs, in one `use`.
pub mod prelude {
    pub use crate::{
        Amount, Book, Choice, Command, Date, Datelike, Days, Decided, Effect, Effects, Field, FieldValue, Form, Grant, Id, Kind, Money,
        Months, NUMBER, Plugin, Ratio, Record, Refusal, Rounding, Table, Thing, ThingDeclaration, Unit, Value, grant, items, json,
        read_number, sdk, split, trade,
    };
}
