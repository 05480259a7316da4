//! Letting a plugin in: proposed by its hash, endorsed by other people, and only then opened.
//!
//! Before the last endorsement nothing of the file runs: what is known of it is what its own section says. With the
//! last endorsement it is loaded, declares itself, and the declaration is recorded with the pin.

use crate::Desk;
use crate::answers::{Answer, Submission};
use crate::judge::{Bench, Judged, No, Ruling};
use crate::people;
use crate::plugins;
use crate::reading::{Source, read_fields};
use crate::registry::Registry;
use baara_loader::{Inspected, PluginRefused};
use baara_plugin_api::{Command, Date, Declaration, Effect, Effects, Id, Map, Refusal, Value};
use std::path::{Path, PathBuf};

/// Our own plugins, by id: `init` pins those whose files lie beside the program.
pub const OWN_PLUGINS: &[&str] = &[
    "sales",
    "revenue-sharing",
    "workshop-soap",
    "workshop-paving",
    "workshop-metal",
    "workshop-bakery",
    "workshop-mattresses",
    "workshop-dyeing",
    "workshop-joinery",
];

/// The file that a plugin of this id is built to.
#[must_use]
pub fn plugin_file(id: &str) -> String {
    format!("{}{}{}", std::env::consts::DLL_PREFIX, id.replace('-', "_"), std::env::consts::DLL_SUFFIX)
}

/// The kind that lets a plugin in.
pub(crate) const PIN: &str = "pin/1";

impl Desk {
    /// Proposes a plugin's file: it is kept beside the book under its hash, and waits there unopened.
    #[must_use]
    pub fn propose_pin(&self, file: &Path, sub: Submission) -> Answer {
        match keep(file, &self.shared.plugins) {
            Err(no) => Answer::Refused(no),
            Ok(sha256) => {
                let fields: Map = [("sha256".to_owned(), Value::from(sha256))].into_iter().collect();
                self.submit(Submission { kind: PIN.to_owned(), fields, source: Source::Program, ..sub })
            }
        }
    }
}

/// What the section of a file says of the plugin, without running any of it.
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) version: String,
}

/// Copies a file into the book's folder under its hash; what is kept is what was looked at.
fn keep(file: &Path, folder: &Path) -> Result<String, Refusal> {
    let inspected = baara_loader::inspect(file).map_err(|no| refusal(&no))?;
    let said = said(&inspected)?;
    let kept = kept(folder, inspected.sha256());
    if baara_loader::inspect(&kept).is_ok_and(|there| there.sha256() == inspected.sha256()) {
        return Ok(inspected.sha256().to_owned());
    }
    let draft = folder.join(format!(".{}-{}", inspected.sha256(), uuid::Uuid::now_v7()));
    let copied = std::fs::copy(file, &draft).and_then(|_| std::fs::rename(&draft, &kept));
    let whole = copied.is_ok() && baara_loader::inspect(&kept).is_ok_and(|there| there.sha256() == inspected.sha256());
    if whole {
        return Ok(inspected.sha256().to_owned());
    }
    let _ = std::fs::remove_file(&draft); // A draft that stays is in nobody's way.
    let _ = std::fs::remove_file(&kept); // It is not what was looked at.
    Err(Refusal::new("plugin/not-kept").with("plugin", said.id).with("file", file.display()))
}

fn kept(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(format!("{sha256}.so"))
}

/// The id and version that the section of a file says.
pub(crate) fn said(inspected: &Inspected) -> Result<Said, Refusal> {
    let manifest: Value = serde_json::from_str(inspected.manifest()).unwrap_or_default();
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(str::to_owned);
    let fits = |id: &String| Id::parse(&format!("plugin/{id}")).is_ok();
    match (text("id").filter(fits), text("version")) {
        (Some(id), Some(version)) => Ok(Said { id, version }),
        _ => Err(Refusal::new("plugin/manifest-damaged").with("file", inspected.path().display()).with("what", "id, version")),
    }
}

/// The loader's refusal as the desk's.
pub(crate) fn refusal(no: &PluginRefused) -> Refusal {
    no.args().into_iter().fold(Refusal::new(no.code()), |told, (key, value)| told.with(key, value))
}

/// Proposes a pin: who may, which file, and what its section says.
pub(crate) fn propose(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let (today, date) = bench.days(sub)?;
    let role = people::role_for(bench.book, &sub.site, &sub.person, sub.role.as_ref(), PIN, date)?;
    let declared = &bench.registry.declaration(PIN).expect("the desk's own kind").fields;
    let mut fields = read_fields(bench.book, &sub.site, date, declared, &sub.fields, sub.source).map_err(No::Fields)?;
    let (said, effects) = decide(bench, &fields, today)?;
    fields.insert("plugin".to_owned(), said.id.into());
    fields.insert("version".to_owned(), said.version.into());
    let cmd = Command {
        id: sub.id.clone(),
        site: sub.site.clone(),
        kind: PIN.to_owned(),
        by: sub.person.clone(),
        role,
        date: today,
        leave: None,
        fields,
    };
    bench.conclude(sub, Ruling { cmd, effects: effects.0, seals: Vec::new(), plugin: None }, None)
}

fn decide(bench: &Bench<'_>, fields: &Map, day: Date) -> Result<(Said, Effects), Refusal> {
    let sha256 = fields.get("sha256").and_then(Value::as_str).unwrap_or_default();
    let well_formed = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    let inspected = if well_formed { baara_loader::inspect(&kept(bench.plugins, sha256)).ok() } else { None };
    let inspected = inspected.filter(|file| file.sha256() == sha256);
    let inspected = inspected.ok_or_else(|| Refusal::new("plugin/not-there").with("sha256", sha256))?;
    let said = said(&inspected)?;
    let thing = Id::new("plugin", &said.id);
    let known = bench.book.thing(&thing, Date::MAX);
    if known.as_ref().is_some_and(|t| t.text("sha256") == sha256) {
        return Err(Refusal::new("plugin/already-pinned").with("plugin", &said.id));
    }
    let values = [("sha256", Value::from(sha256)), ("version", said.version.as_str().into())];
    let effects = match known {
        // What other people let in runs in a child, whatever it takes the place of.
        Some(old) => {
            let demoted = (!old.text("mode").is_empty()).then_some(("mode", Value::from("child")));
            values.into_iter().chain(demoted).fold(Effects::new(), |all, (key, value)| all.set(&thing, key, value, day))
        }
        None => Effects::new().open(&thing, values),
    };
    Ok((said, effects))
}

/// The effects the same pin would have now.
pub(crate) fn decided_now(bench: &Bench<'_>, fields: &Map, day: Date) -> Result<Vec<Effect>, Refusal> {
    decide(bench, fields, day).map(|(_, effects)| effects.0)
}

/// Opens what everybody has endorsed, and adds what it declares to the pin.
pub(crate) fn declare(bench: &Bench<'_>, fields: &Map, day: Date) -> Result<Effect, Refusal> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let (_, declaration) =
        plugins::declaration_of(&kept(bench.plugins, text("sha256")), bench.plugins, bench.house, false).map_err(|no| match no {
            crate::Fault::Plugin(no) => refusal(&no),
            other => Refusal::new("plugin/misbehaved").with("plugin", text("plugin")).with("how", other),
        })?;
    if declaration.id != text("plugin") || declaration.version != text("version") {
        let how = format!("{} {} ≠ {} {}", declaration.id, declaration.version, text("plugin"), text("version"));
        return Err(Refusal::new("plugin/misbehaved").with("plugin", text("plugin")).with("how", how));
    }
    fits(bench.registry, &declaration)?;
    let thing = Id::new("plugin", &declaration.id);
    let value = serde_json::to_value(&declaration).expect("a declaration is JSON");
    Ok(Effect::Set { thing, key: "declaration".to_owned(), value, from: day })
}

/// A plugin brings kinds of its own: never the core's, nor another plugin's.
pub(crate) fn fits(registry: &Registry, declaration: &Declaration) -> Result<(), Refusal> {
    let name = |kind: &str| kind.split('/').next().unwrap_or(kind).to_owned();
    let others = registry.plugins().filter(|(other, ..)| other.id != declaration.id);
    let of_others: Vec<String> = others.flat_map(|(other, ..)| &other.kinds).map(|k| name(&k.kind)).collect();
    let of_core: Vec<String> = Registry::core().declarations().map(|k| name(&k.kind)).collect();
    let taken = declaration.kinds.iter().find(|k| of_core.contains(&name(&k.kind)) || of_others.contains(&name(&k.kind)));
    match taken {
        Some(kind) => Err(Refusal::new("plugin/kind-taken").with("plugin", &declaration.id).with("kind", &kind.kind)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::{Grant, KindDeclaration};

    #[test]
    fn a_plugin_brings_kinds_of_its_own() {
        let brings = |kind: &str| Declaration {
            id: "tannery".to_owned(),
            kinds: vec![KindDeclaration { kind: kind.to_owned(), fields: vec![], writes: Grant::default(), refusals: vec![] }],
            ..Declaration::default()
        };
        assert_eq!(fits(&Registry::core(), &brings("tanning/1")), Ok(()));
        for taken in ["harvest/1", "harvest/2", "endorse/7", "pin/1"] {
            assert_eq!(fits(&Registry::core(), &brings(taken)).unwrap_err().code, "plugin/kind-taken", "{taken}");
        }
    }
}
