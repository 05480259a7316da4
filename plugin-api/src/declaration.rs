//! What a plugin (or the core) brings: record kinds with their forms, thing kinds with their keys, grants.

use crate::{Book, Date, Effects, Field, Form, Id, Map, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything a plugin declares, recorded with its pin so that the host shows its data without it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Default)]
pub struct Declaration {
    /// The plugin's id, `sales`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The record kinds it decides.
    pub kinds: Vec<KindDeclaration>,
    /// The thing kinds it adds.
    pub things: Vec<ThingDeclaration>,
    /// The tables it can draw.
    #[serde(default)]
    pub tables: Vec<KindDeclaration>,
    /// Words by language, then by code: `fr` → `kind.sale` → `Vente`.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}

/// A form and what filling it in may write.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KindDeclaration {
    /// Its name and version, `sale/1`.
    pub kind: String,
    /// What it asks.
    pub fields: Vec<Field>,
    /// What it may write.
    pub writes: Grant,
    /// The refusals it may give.
    #[serde(default)]
    pub refusals: Vec<String>,
    /// True for a sweep: the host fills it in by itself, once a day before a site's first command. A sweep asks nothing and
    /// moves nothing; what it finds it warns of, and writes down so that it is told once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sweep: bool,
}

impl KindDeclaration {
    /// A form that writes nothing, such as a table's.
    #[must_use]
    pub fn form(kind: &str, fields: Vec<Field>, refusals: &[&str]) -> KindDeclaration {
        let refusals = refusals.iter().map(|&code| code.to_owned()).collect();
        KindDeclaration { kind: kind.to_owned(), fields, writes: Grant::default(), refusals, sweep: false }
    }
}

/// What a kind may write; anything else is refused as `plugin/outside-grant`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Default)]
pub struct Grant {
    /// Thing kinds it may open and close, and whose keys it may set.
    #[serde(default)]
    pub things: Vec<String>,
    /// Single keys of other kinds it may set, `lot.released`.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Kinds of places it may move to and from.
    #[serde(default)]
    pub places: Vec<String>,
    /// Items it may move; `*` for goods of any kind (never leave).
    #[serde(default)]
    pub items: Vec<String>,
    /// Series it may take numbers of.
    #[serde(default)]
    pub series: Vec<String>,
}

/// A kind of thing and its typed keys.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ThingDeclaration {
    /// The kind, `sale`.
    pub kind: String,
    /// Its keys, as fields.
    pub keys: Vec<Field>,
}

/// A filled-in form, typed and dated, as `decide` sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Command {
    /// Made by the client, time-ordered (UUIDv7): the same id is recorded once.
    pub id: String,
    /// The facility's code.
    pub site: String,
    /// The record kind, `sale/1`.
    pub kind: String,
    /// The person who acts.
    pub by: Id,
    /// In which role.
    pub role: Id,
    /// The day it happened.
    pub date: Date,
    /// The decision whose leave it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Id>,
    /// The form, canonical.
    pub fields: Map,
}

/// What `decide` gives.
pub type Decided = Result<Effects, Refusal>;

/// A record kind: a form, and what filling it in means. Built in or a plugin's, it is the same trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record kind",
    label = "no record kind",
    note = "write `impl Record for {Self}`: its `KIND`, what it may write, and `decide`"
)]
pub trait Record: Form {
    /// Its name and version, `sale/1`.
    const KIND: &'static str;

    /// True for a sweep: a kind without required fields that the host records by itself, once a day.
    const SWEEP: bool = false;

    /// What it may write.
    fn writes() -> Grant;

    /// The refusals it may give itself.
    fn refusals() -> &'static [&'static str] {
        &[]
    }

    /// Decides. Same view and command, same answer; nothing is read but `book`.
    ///
    /// # Errors
    /// A refusal, when the business says no.
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided;
}

/// A record kind as a value: its declaration, and its deciding behind one function.
#[derive(Clone)]
pub struct Kind {
    /// What it asks and may write.
    pub declaration: KindDeclaration,
    /// Reads the form and decides.
    pub decide: fn(&Command, &Book<'_>) -> Decided,
}

impl Kind {
    /// The kind `R`.
    #[must_use]
    pub fn of<R: Record>() -> Kind {
        let form = KindDeclaration::form(R::KIND, R::fields(), R::refusals());
        let declaration = KindDeclaration { writes: R::writes(), sweep: R::SWEEP, ..form };
        Kind { declaration, decide: |cmd, book| read::<R>(cmd)?.decide(cmd, book) }
    }
}

/// The typed form of a command; the first field error as a refusal.
pub(crate) fn read<F: Form>(cmd: &Command) -> Result<F, Refusal> {
    F::read(&cmd.fields).map_err(|errors| {
        let first = errors.into_iter().next().expect("a failed reading has an error");
        let mut refusal = Refusal { code: first.code, args: first.args };
        refusal.args.insert("field".to_owned(), first.field);
        refusal
    })
}

/// Makes a grant from lists of names.
#[must_use]
pub fn grant(things: &[&str], keys: &[&str], places: &[&str], items: &[&str], series: &[&str]) -> Grant {
    let own = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect();
    Grant { things: own(things), keys: own(keys), places: own(places), items: own(items), series: own(series) }
}
