//! A plugin's file before anybody endorses it: what it brings, and how that differs from what is pinned now.

use crate::hosting::passing;
use crate::{Desk, Fault, Signed, people, pins, plugins, publishers};
use baara_loader::{Isolation, Mode};
use baara_plugin_api::{Date, Declaration, Field, FieldType, Id, KindDeclaration, Refusal};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A file that may be proposed.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// The plugin's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of the file, in lower-case hex: what the pin names.
    pub sha256: String,
    /// Who stands for it.
    pub signed: Signed,
    /// The contract it was built with.
    pub abi: (u16, u16),
    /// Version and SHA-256 of the file that is pinned under this id now.
    pub pinned: Option<(String, String)>,
    /// What it brings, beside what the pinned one brings; `None` where no sandbox could hold it while it says so.
    pub lines: Option<Vec<Line>>,
    /// The kinds it brings, by name, each with the roles that may record it today.
    pub recorders: BTreeMap<String, Vec<Id>>,
}

/// One thing a plugin brings or asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What it is.
    pub part: Part,
    /// Whose, `honey-batch/1 used`.
    pub name: String,
    /// How it differs from the pinned plugin.
    pub change: Change,
    /// What it was there.
    pub was: String,
    /// What it is here.
    pub now: String,
}

/// What a plugin can bring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// A record kind.
    Kind,
    /// A field of its form.
    Field,
    /// What it may write: things, keys, places, items, series.
    Writes,
    /// The refusals it may give.
    Refuses,
    /// A kind of thing, with its keys.
    Thing,
    /// A table, with what it asks.
    Table,
}

impl Part {
    /// Its name in words for people and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Part::Kind => "part-kind",
            Part::Field => "part-field",
            Part::Writes => "part-writes",
            Part::Refuses => "part-refuses",
            Part::Thing => "part-thing",
            Part::Table => "part-table",
        }
    }
}

/// How a line differs from the pinned plugin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Only the new file has it.
    Added,
    /// Only the pinned one has it.
    Removed,
    /// Both, and not the same.
    Changed,
    /// Both.
    Same,
}

impl Change {
    /// Its name in words for people and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Change::Added => "change-added",
            Change::Removed => "change-removed",
            Change::Changed => "change-changed",
            Change::Same => "change-same",
        }
    }
}

impl Desk {
    /// Looks at a file as the people who endorse it should: nothing is recorded, and it runs only in a child that a
    /// whole sandbox holds, to describe itself.
    ///
    /// # Errors
    /// When it is no plugin, does not describe itself, or brings what is not its own to bring.
    pub fn candidate(&self, file: &Path, today: Date) -> Result<Candidate, Refusal> {
        let inspected = baara_loader::inspect(file).map_err(|no| pins::refusal(&no))?;
        let said = pins::said(&inspected)?;
        let signed = publishers::signed(Some(&self.book()), &inspected, &said.id, publishers::beside(file, &said.id)?.as_ref())?;
        if self.shared.house.require_signature {
            signed.required(&said.id)?;
        }
        let declaration = self.described(file, &said.id)?;
        if let Some(declaration) = &declaration {
            pins::fits(&self.registry(), declaration)?;
        }
        let known = self.book().thing(&Id::new("plugin", &said.id), Date::MAX).filter(|thing| thing.text("removed").is_empty());
        let before: Option<Declaration> =
            known.as_ref().and_then(|thing| serde_json::from_value(thing.values.get("declaration")?.clone()).ok());
        let kinds = declaration.iter().flat_map(|d| &d.kinds).filter_map(|kind| kind.kind.split('/').next());
        let recorders = kinds.map(|kind| (kind.to_owned(), people::recorders_of(&self.book(), kind, today))).collect();
        Ok(Candidate {
            id: said.id,
            version: said.version,
            sha256: inspected.sha256().to_owned(),
            signed,
            abi: inspected.abi(),
            pinned: known.map(|thing| (thing.text("version").to_owned(), thing.text("sha256").to_owned())),
            lines: declaration.map(|declaration| compared(&parts(before.as_ref()), &parts(Some(&declaration)))),
            recorders,
        })
    }

    /// What a file says of itself, if this machine can hold it meanwhile.
    fn described(&self, file: &Path, id: &str) -> Result<Option<Declaration>, Refusal> {
        let runner = self.shared.house.isolation.runner.clone();
        let isolation = Arc::new(Isolation { require_sandbox: true, ..Isolation::new(runner, passing()) });
        match plugins::declaration_of(file, &self.shared.plugins, &isolation, Mode::Child) {
            Ok((_, declaration)) => Ok(Some(declaration)),
            Err(Fault::Plugin(no)) if no.code() == "plugin/no-sandbox" => Ok(None),
            Err(Fault::Plugin(no)) => Err(pins::refusal(&no)),
            Err(other) => Err(Refusal::new("plugin/misbehaved").with("plugin", id).with("how", other)),
        }
    }
}

type Parts = BTreeMap<(Part, String), String>;

/// All that a declaration says, each thing under its name.
fn parts(declaration: Option<&Declaration>) -> Parts {
    let mut parts = Parts::new();
    for kind in declaration.iter().flat_map(|d| &d.kinds) {
        parts.insert((Part::Kind, kind.kind.clone()), String::new());
        parts.extend(kind.fields.iter().map(|field| ((Part::Field, format!("{} {}", kind.kind, field.name)), shape(field))));
        parts.extend(writes(kind));
        if !kind.refusals.is_empty() {
            parts.insert((Part::Refuses, kind.kind.clone()), kind.refusals.join(", "));
        }
    }
    let names = |fields: &[Field]| fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    parts.extend(declaration.iter().flat_map(|d| &d.things).map(|thing| ((Part::Thing, thing.kind.clone()), names(&thing.keys))));
    parts.extend(declaration.iter().flat_map(|d| &d.tables).map(|table| ((Part::Table, table.kind.clone()), names(&table.fields))));
    parts
}

fn writes(kind: &KindDeclaration) -> impl Iterator<Item = ((Part, String), String)> {
    let grant = &kind.writes;
    let lists =
        [("things", &grant.things), ("keys", &grant.keys), ("places", &grant.places), ("items", &grant.items), ("series", &grant.series)];
    let asked = lists.into_iter().filter(|(_, list)| !list.is_empty());
    asked.map(|(what, list)| ((Part::Writes, format!("{} {what}", kind.kind)), list.join(", ")))
}

/// A field in a few words: its type, and whether it must be filled in or is sealed.
fn shape(field: &Field) -> String {
    let mut words = vec![kind_of(&field.kind)];
    words.extend(field.required.then(|| "required".to_owned()));
    words.extend(field.sealed.then(|| "sealed".to_owned()));
    words.join(", ")
}

fn kind_of(of: &FieldType) -> String {
    match of {
        FieldType::Id { of } => format!("id {of}"),
        FieldType::Quantity { of } => format!("quantity {of}"),
        FieldType::Choice { of } => format!("choice {}", of.join("|")),
        FieldType::Many { of } => format!("many {}", kind_of(of)),
        FieldType::Lines { of } => format!("lines {}", of.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join("|")),
        plain => format!("{plain:?}").to_lowercase(),
    }
}

/// Both sides of each name that either has.
fn compared(before: &Parts, after: &Parts) -> Vec<Line> {
    let mut names: Vec<&(Part, String)> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let line = |key: &(Part, String)| {
        let (was, now) = (before.get(key), after.get(key));
        let change = match (was, now) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (was, now) if was == now => Change::Same,
            _ => Change::Changed,
        };
        let text = |side: Option<&String>| side.cloned().unwrap_or_default();
        Line { part: key.0, name: key.1.clone(), change, was: text(was), now: text(now) }
    };
    names.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::Grant;

    fn tannery(fields: &[(&str, bool)], places: &[&str]) -> Declaration {
        let field =
            |(name, required): &(&str, bool)| Field { name: (*name).to_owned(), kind: FieldType::Text, required: *required, sealed: false };
        let kind = KindDeclaration {
            writes: Grant { places: places.iter().map(|place| (*place).to_owned()).collect(), ..Grant::default() },
            ..KindDeclaration::form("tanning/1", fields.iter().map(field).collect(), &["tanning/no-bark"])
        };
        Declaration { id: "tannery".to_owned(), kinds: vec![kind], ..Declaration::default() }
    }

    #[test]
    fn a_difference_names_what_is_added_removed_and_changed() {
        let (old, new) =
            (tannery(&[("hides", true), ("bark", true)], &["store"]), tannery(&[("hides", false), ("lime", true)], &["store", "lost"]));
        let lines = compared(&parts(Some(&old)), &parts(Some(&new)));
        let told: Vec<String> = lines.iter().map(|l| format!("{} {}: {} → {}", l.change.code(), l.name, l.was, l.now)).collect();
        assert_eq!(
            told,
            [
                "change-same tanning/1:  → ",
                "change-removed tanning/1 bark: text, required → ",
                "change-changed tanning/1 hides: text, required → text",
                "change-added tanning/1 lime:  → text, required",
                "change-changed tanning/1 places: store → store, lost",
                "change-same tanning/1: tanning/no-bark → tanning/no-bark",
            ]
        );
    }
}
