//! Level 2: it is loaded and says what it is; nothing else comes of it.

use super::{Verdict, wrong};
use crate::hosting::passing;
use crate::pins;
use crate::registry::Registry;
use baara_book::guards::NEVER;
use baara_loader::{Isolation, Loaded};
use baara_plugin_api::{Declaration, Field, FieldType, Refusal, sdk};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// A plugin that has been loaded, with what it says of itself.
pub(super) struct Plugin {
    pub(super) loaded: Loaded,
    pub(super) manifest: String,
    pub(super) described: Vec<u8>,
    pub(super) declaration: Declaration,
}

/// Loads a file as a book that had pinned it would, in this process, which is confined from here on as a plugin's child
/// is: each case has one of its own, and its own folder, so that a file that ended one case is looked at in the next as
/// if nothing had happened.
pub(super) fn open(file: &Path, folder: &Path) -> Result<Plugin, Refusal> {
    let inspected = baara_loader::inspect(file).map_err(|no| pins::refusal(&no))?;
    let isolation = Arc::new(Isolation::new(Vec::new(), passing()));
    let own = folder.join(std::process::id().to_string());
    let loaded = baara_loader::load_to_look(&inspected, &own, &isolation);
    let loaded = loaded.map_err(|no| pins::refusal(&no))?;
    let described = loaded.describe().map_err(|fault| wrong("check/description", fault))?;
    let declaration = serde_json::from_slice(&described).map_err(|e| wrong("check/description", e))?;
    Ok(Plugin { loaded, manifest: inspected.manifest().to_owned(), described, declaration })
}

/// It loads and describes itself.
pub(super) fn load(file: &Path, folder: &Path) -> Verdict {
    open(file, folder).map(|_| String::new())
}

/// It says the same of itself each time, what its manifest says, and brings only what is its own to bring.
pub(super) fn description(file: &Path, folder: &Path) -> Verdict {
    let plugin = open(file, folder)?;
    if plugin.loaded.describe().ok().as_ref() != Some(&plugin.described) {
        return Err(wrong("check/description", "describe ≠ describe"));
    }
    let said = pins::said(&baara_loader::inspect(file).map_err(|no| pins::refusal(&no))?)?;
    if (said.id.as_str(), said.version.as_str()) != (plugin.declaration.id.as_str(), plugin.declaration.version.as_str()) {
        let (id, version) = (&plugin.declaration.id, &plugin.declaration.version);
        return Err(wrong("check/description", format!("{id} {version} ≠ {} {}", said.id, said.version)));
    }
    pins::fits(&Registry::core(), &plugin.declaration)?;
    let kinds = plugin.declaration.kinds.iter().chain(&plugin.declaration.tables);
    for kind in kinds {
        let named = kind.kind.split_once('/').is_some_and(|(name, version)| !name.is_empty() && version.parse::<u32>().is_ok());
        if !named {
            return Err(wrong("check/description", format!("{} ≠ kind/1", kind.kind)));
        }
        fields(&kind.kind, &kind.fields, &[])?;
    }
    String::from_utf8(plugin.described).map_err(|e| wrong("check/description", e))
}

/// Each field has one name, and what it is counted by is asked too, beside it or around it.
fn fields(of: &str, all: &[Field], outer: &[Field]) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    for field in all {
        let counted = match &field.kind {
            FieldType::Quantity { of } => all.iter().chain(outer).any(|other| other.name == *of),
            FieldType::Lines { of: inside } => fields(of, inside, all).map(|()| true)?,
            FieldType::Choice { of } => !of.is_empty(),
            _ => true,
        };
        if !names.insert(&field.name) || !counted {
            return Err(wrong("check/description", format!("{of}: {}", field.name)));
        }
    }
    Ok(())
}

/// It has words for all it brings, in both languages.
pub(super) fn words(file: &Path, folder: &Path) -> Verdict {
    let plugin = open(file, folder)?;
    let owed = sdk::shortcomings_of(&plugin.manifest, &plugin.declaration);
    match owed.first() {
        Some(first) => Err(wrong("check/words", first).with("more", owed.len() - 1)),
        None => Ok(String::new()),
    }
}

/// It asks to write nothing that no plugin may.
pub(super) fn grants(file: &Path, folder: &Path) -> Verdict {
    let plugin = open(file, folder)?;
    for kind in &plugin.declaration.kinds {
        let keys = kind.writes.keys.iter().map(|key| key.split('.').next().unwrap_or(key));
        let things = kind.writes.things.iter().map(String::as_str).chain(keys).filter(|name| NEVER.contains(name));
        let leave = kind.writes.items.iter().map(String::as_str).filter(|item| *item == "leave");
        if let Some(name) = things.chain(leave).next() {
            return Err(wrong("check/grants", format!("{}: {name}", kind.kind)));
        }
    }
    Ok(String::new())
}

fn listed(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// No thread of its own is left.
pub(super) fn threads(file: &Path, folder: &Path) -> Verdict {
    let before = listed("/proc/self/task");
    open(file, folder)?;
    let more = listed("/proc/self/task").difference(&before).count();
    if more > 0 { Err(wrong("check/threads", more)) } else { Ok(String::new()) }
}

/// No file, socket or pipe of its own is left open.
pub(super) fn files(file: &Path, folder: &Path) -> Verdict {
    let open_now = || -> BTreeSet<String> {
        let names = listed("/proc/self/fd").into_iter();
        names.filter_map(|fd| Some(format!("{fd} {}", std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?.display()))).collect()
    };
    let before = open_now();
    open(file, folder)?;
    // The loader itself keeps one: the byte that tells what ended a program.
    let marker = |left: &&String| left.contains(&format!("/{}/", std::process::id())) && left.ends_with(".running");
    match open_now().difference(&before).find(|left| !marker(left)) {
        Some(left) => Err(wrong("check/files", left)),
        None => Ok(String::new()),
    }
}
