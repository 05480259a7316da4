//! Letting a plugin in: proposed by its hash, endorsed by other people, and only then opened.
//!
//! Before the last endorsement the book believes nothing of the file but what its own section says; a reviewer may see
//! it describe itself in a sandbox that holds it whole. With the last endorsement it is loaded, declares itself, and the
//! declaration is recorded with the pin. A pin ends as it began: proposed, endorsed, and nothing of the past is touched.

use crate::Desk;
use crate::answers::{Answer, Submission};
use crate::judge::{Bench, Judged, No, Ruling};
use crate::people;
use crate::plugins;
use crate::publishers::{self, PUBLISHER, PUBLISHER_END};
use crate::reading::{Source, read_fields};
use crate::registry::Registry;
use baara_loader::{Inspected, PluginRefused};
use baara_plugin_api::{Command, Date, Declaration, Effect, Effects, Id, Map, Refusal, Thing, Value};
use std::path::{Path, PathBuf};

/// Our own plugins, by id: `init` pins those whose files lie beside the program.
pub const OWN_PLUGINS: &[&str] = &[
    "sales",
    "revenue-sharing",
    "workshop-soap",
    "workshop-tailoring",
    "workshop-paving",
    "workshop-metal",
    "workshop-bakery",
    "workshop-mattresses",
    "workshop-dyeing",
    "workshop-joinery",
    "workshop-livestock",
    "price-watch",
    "canteen",
];

/// The file that a plugin of this id is built to.
#[must_use]
pub fn plugin_file(id: &str) -> String {
    format!("{}{}{}", std::env::consts::DLL_PREFIX, id.replace('-', "_"), std::env::consts::DLL_SUFFIX)
}

/// The file of a plugin that came with the program: beside it, or where Cargo leaves it. The newest, since `cargo test` makes
/// one anew and leaves alone the one that `cargo build` laid beside the program.
#[must_use]
pub fn plugin_beside(id: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let beside = program.parent()?;
    let folders = [beside.to_owned(), beside.join("deps"), beside.join(".."), beside.join("../deps")];
    let files = folders.iter().map(|folder| folder.join(plugin_file(id))).filter(|file| file.exists());
    files.max_by_key(|file| file.metadata().and_then(|about| about.modified()).ok())
}

/// The kind that lets a plugin in.
pub(crate) const PIN: &str = "pin/1";
/// The kind that ends its stay.
pub(crate) const UNPIN: &str = "unpin/1";
/// The field of a pin that is kept to the byte: a text in one normal form would be another one than was signed.
const SIGNATURE: &str = "signature";

/// The kind whose right and whose endorsement a kind of ours asks for: whoever lets plugins in sees them out, and says
/// whose signatures count.
pub(crate) fn subject(kind: &str) -> &str {
    if [UNPIN, PUBLISHER, PUBLISHER_END].contains(&kind) { PIN } else { kind }
}

impl Desk {
    /// Proposes a plugin's file: it is kept beside the book under its hash, and waits there unopened; the signature beside
    /// the file goes into the entry. The submission may name `recorders`: roles that may record what it brings.
    #[must_use]
    pub fn propose_pin(&self, file: &Path, sub: Submission) -> Answer {
        let kept = keep(file, &self.shared.plugins).and_then(|(sha256, plugin)| Ok((sha256, publishers::beside(file, &plugin)?)));
        match kept {
            Err(no) => Answer::Refused(no),
            Ok((sha256, signature)) => {
                let mut sub = Submission { kind: PIN.to_owned(), source: Source::Program, ..sub };
                sub.fields.insert("sha256".to_owned(), sha256.into());
                sub.fields.extend(signature.map(|signature| (SIGNATURE.to_owned(), signature.text().into())));
                self.submit(sub)
            }
        }
    }
}

/// What the section of a file says of the plugin, without running any of it.
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) version: String,
}

/// Copies a file into the book's folder under its hash; what is kept is what was looked at. Gives the hash and the id.
fn keep(file: &Path, folder: &Path) -> Result<(String, String), Refusal> {
    let inspected = baara_loader::inspect(file).map_err(|no| refusal(&no))?;
    let said = said(&inspected)?;
    let kept = kept(folder, inspected.sha256());
    if baara_loader::inspect(&kept).is_ok_and(|there| there.sha256() == inspected.sha256()) {
        return Ok((inspected.sha256().to_owned(), said.id));
    }
    let draft = folder.join(format!(".{}-{}", inspected.sha256(), uuid::Uuid::now_v7()));
    let copied = std::fs::copy(file, &draft).and_then(|_| std::fs::rename(&draft, &kept));
    let whole = copied.is_ok() && baara_loader::inspect(&kept).is_ok_and(|there| there.sha256() == inspected.sha256());
    if whole {
        return Ok((inspected.sha256().to_owned(), said.id));
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

/// Proposes a pin, a publisher or the end of either: who may, which file, plugin or key, and what comes of it.
pub(crate) fn propose(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let name = sub.kind.split('/').next().unwrap_or_default();
    let kind = [PIN, UNPIN, PUBLISHER, PUBLISHER_END].into_iter().find(|kind| kind.split('/').next() == Some(name)).unwrap_or(PIN);
    let (today, date) = bench.days(sub)?;
    let role = people::role_for(bench.book, &sub.site, &sub.person, sub.role.as_ref(), PIN, date)?;
    let declared = &bench.registry.declaration(kind).expect("the desk's own kind").fields;
    let mut raw = sub.fields.clone();
    let signature = if kind == PIN { raw.remove(SIGNATURE) } else { None };
    let mut fields = read_fields(bench.book, &sub.site, date, declared, &raw, sub.source).map_err(No::Fields)?;
    fields.extend(signature.map(|signature| (SIGNATURE.to_owned(), signature)));
    let mut seals = Vec::new();
    bench.seal(declared, &mut fields, &sub.id, &mut seals);
    let effects = decide(bench, kind, &mut fields, today)?;
    let cmd = Command {
        id: sub.id.clone(),
        site: sub.site.clone(),
        kind: kind.to_owned(),
        by: sub.person.clone(),
        role,
        date: today,
        leave: None,
        fields,
    };
    bench.conclude(sub, Ruling { cmd, effects: effects.0, seals, plugin: None }, None)
}

/// What each of these kinds decides; what a pin found in its file is added to its fields.
fn decide(bench: &Bench<'_>, kind: &str, fields: &mut Map, day: Date) -> Result<Effects, Refusal> {
    match kind {
        UNPIN => ended(bench, fields, "plugin", day),
        PUBLISHER => publishers::let_in(bench, fields, day),
        PUBLISHER_END => ended(bench, fields, "publisher", day),
        _ => pinned(bench, fields, day),
    }
}

fn pinned(bench: &Bench<'_>, fields: &mut Map, day: Date) -> Result<Effects, Refusal> {
    let sha256 = fields.get("sha256").and_then(Value::as_str).unwrap_or_default().to_owned();
    let well_formed = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    let inspected = if well_formed { baara_loader::inspect(&kept(bench.plugins, &sha256)).ok() } else { None };
    let inspected = inspected.filter(|file| file.sha256() == sha256);
    let inspected = inspected.ok_or_else(|| Refusal::new("plugin/not-there").with("sha256", &sha256))?;
    let said = said(&inspected)?;
    let signature = fields.get(SIGNATURE).map(|text| publishers::read(text, &said.id)).transpose()?;
    let signed = publishers::signed(Some(bench.book), &inspected, &said.id, signature.as_ref())?;
    if bench.house.require_signature {
        signed.required(&said.id)?;
    }
    fields.extend([("plugin".to_owned(), said.id.as_str().into()), ("version".to_owned(), said.version.as_str().into())]);
    let signed = signed.kept();
    fields.retain(|key, _| signed.iter().all(|(kept, _)| kept != key));
    fields.extend(signed.iter().filter_map(|(key, value)| Some(((*key).to_owned(), Value::from((*value)?)))));
    let thing = Id::new("plugin", &said.id);
    let known = bench.book.thing(&thing, Date::MAX);
    let recorders = fields.get("recorders").filter(|roles| roles.as_array().is_some_and(|roles| !roles.is_empty()));
    let new_roles = |old: &Thing| recorders.is_some() && recorders != old.values.get("recorders");
    // The same file with a signature that it did not have: somebody stands for it now.
    let new_signer = |old: &Thing| signed.iter().any(|(key, value)| value.is_some_and(|value| value != old.text(key)));
    let same = |old: &Thing| old.text("sha256") == sha256 && old.text("removed").is_empty() && !new_roles(old) && !new_signer(old);
    if known.as_ref().is_some_and(same) {
        return Err(Refusal::new("plugin/already-pinned").with("plugin", &said.id));
    }
    let values = [("sha256", Value::from(sha256.as_str())), ("version", said.version.as_str().into())];
    Ok(match known {
        Some(old) => {
            // What other people let in runs in a child, whatever it takes the place of.
            let demoted = (!old.text("mode").is_empty() && old.text("sha256") != sha256).then_some(("mode", Value::from("child")));
            let returned = (!old.text("removed").is_empty()).then_some(("removed", Value::Null));
            let named = recorders.map(|roles| ("recorders", roles.clone()));
            let changed = signed.iter().filter(|(key, value)| value.unwrap_or_default() != old.text(key));
            let signed = changed.map(|(key, value)| (*key, value.map_or(Value::Null, Value::from)));
            let all = values.into_iter().chain(named).chain(demoted).chain(returned).chain(signed);
            all.fold(Effects::new(), |all, (key, value)| all.set(&thing, key, value, day))
        }
        None => {
            let [sha256, version] = values;
            let [with, publisher, comment] = signed.map(|(key, value)| (key, value.map_or(Value::Null, Value::from)));
            let recorders = ("recorders", recorders.cloned().unwrap_or_default());
            Effects::new().open(&thing, [sha256, version, recorders, with, publisher, comment])
        }
    })
}

/// The end of a plugin's stay, or of what a publisher's signatures count: what came of it stays in the book. A plugin's
/// kinds are not recorded any more; what was let in under a signature stays in, since its hash is pinned.
fn ended(bench: &Bench<'_>, fields: &Map, what: &str, day: Date) -> Result<Effects, Refusal> {
    let named = fields.get(what).and_then(Value::as_str).unwrap_or_default();
    let unknown = || Refusal::new("thing/unknown").with("thing", named);
    let thing = Id::parse(named).ok().and_then(|id| bench.book.thing(&id, Date::MAX)).ok_or_else(unknown)?;
    let name = Some(thing.text("label")).filter(|label| !label.is_empty()).unwrap_or_else(|| thing.id.code());
    match thing.text("removed") {
        "" => Ok(Effects::new().set(&thing.id, "removed", day.to_string(), day)),
        since => Err(Refusal::new(&format!("{what}/already-removed")).with(what, name).with("since", since)),
    }
}

/// The effects the same proposal would have now.
pub(crate) fn decided_now(bench: &Bench<'_>, asked: &Command) -> Result<Vec<Effect>, Refusal> {
    decide(bench, &asked.kind, &mut asked.fields.clone(), asked.date).map(|effects| effects.0)
}

/// Opens what everybody has endorsed, and adds to the pin what it declares and the kinds it brings.
pub(crate) fn declare(bench: &Bench<'_>, fields: &Map, day: Date) -> Result<Vec<Effect>, Refusal> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let (_, declaration) =
        plugins::declaration_of(&kept(bench.plugins, text("sha256")), bench.plugins, &bench.house.isolation, bench.house.mode(false))
            .map_err(|no| match no {
                crate::Fault::Plugin(no) => refusal(&no),
                other => Refusal::new("plugin/misbehaved").with("plugin", text("plugin")).with("how", other),
            })?;
    if declaration.id != text("plugin") || declaration.version != text("version") {
        let how = format!("{} {} ≠ {} {}", declaration.id, declaration.version, text("plugin"), text("version"));
        return Err(Refusal::new("plugin/misbehaved").with("plugin", text("plugin")).with("how", how));
    }
    fits(bench.registry, &declaration)?;
    let thing = Id::new("plugin", &declaration.id);
    let kinds: Vec<&str> = declaration.kinds.iter().filter_map(|kind| kind.kind.split('/').next()).collect();
    let kinds = Value::from(kinds);
    let value = serde_json::to_value(&declaration).expect("a declaration is JSON");
    Ok(Effects::new().set(&thing, "declaration", value, day).set(&thing, "kinds", kinds, day).0)
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
    use baara_plugin_api::KindDeclaration;

    #[test]
    fn a_plugin_brings_kinds_of_its_own() {
        let brings = |kind: &str| Declaration {
            id: "tannery".to_owned(),
            kinds: vec![KindDeclaration::form(kind, vec![], &[])],
            ..Declaration::default()
        };
        assert_eq!(fits(&Registry::core(), &brings("tanning/1")), Ok(()));
        for taken in ["harvest/1", "harvest/2", "endorse/7", "pin/1"] {
            assert_eq!(fits(&Registry::core(), &brings(taken)).unwrap_err().code, "plugin/kind-taken", "{taken}");
        }
    }
}
