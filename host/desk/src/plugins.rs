//! Pinned plugins: their declaration lives in the book, their file beside it.

use crate::hosting::House;
use crate::{Fault, pins};
use baara_book::TheBook;
use baara_loader::{Answers, Health, Isolation, Loaded, Misdeed, Mode, PluginFault, Reply};
use baara_plugin_api::{
    Ask, Book, Command, Date, Decided, Declaration, Effects, Id, Message, Refusal, Reply as Told, Table, Value, answered,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Built-in kinds alone.
const SAFE_MODE: &str = "plugin/safe-mode";
/// The pin has ended.
const REMOVED: &str = "plugin/removed";
/// The mode that `init` gives the plugins it pins; every other runs in a child.
pub(crate) const IN_PROCESS: &str = "in-process";

/// A plugin the book has pinned by the hash of its file.
pub(crate) struct Pinned {
    pub(crate) sha256: String,
    pub(crate) declaration: Declaration,
    loaded: Result<Loaded, Refusal>,
}

impl Pinned {
    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.is_ok()
    }

    /// Says no once its pin has ended.
    pub(crate) fn still_admitted(&self) -> Result<(), Refusal> {
        match &self.loaded {
            Err(no) if no.code == REMOVED => Err(no.clone()),
            _ => Ok(()),
        }
    }

    /// Why its kinds cannot be decided.
    pub(crate) fn trouble(&self) -> Option<Refusal> {
        match &self.loaded {
            Err(no) => Some(no.clone()),
            Ok(loaded) => loaded.is_quarantined().then(|| self.refusal(&PluginFault::Quarantined { strikes: loaded.strikes() })),
        }
    }

    /// Where it runs, its process if it is a child that runs now, and how it behaved; `None` when it cannot run.
    pub(crate) fn state(&self) -> Option<(Mode, Option<u32>, Health)> {
        let loaded = self.loaded.as_ref().ok()?;
        Some((loaded.mode(), loaded.process().map(|(id, _)| id), loaded.health()))
    }

    /// Its caller found a promise broken that its kinds make: a strike.
    pub(crate) fn broke_a_promise(&self) {
        if let Ok(loaded) = &self.loaded {
            loaded.broke_a_promise();
            self.log(loaded, &PluginFault::Misbehaved { how: Misdeed::Promise });
        }
    }

    /// Tells a strike to whoever looks after the machine: no path, and nothing the plugin said.
    fn log(&self, loaded: &Loaded, fault: &PluginFault) {
        let (id, code, strikes) = (&self.declaration.id, fault.code(), loaded.strikes());
        log::warn!("{code}: plugin {id}, {}; strike {strikes}", fault.in_our_words());
        if loaded.is_quarantined() {
            log::error!("plugin/quarantined: plugin {id} is called no more until somebody releases it, see `baara plugin list`");
        }
    }

    fn broke(&self, how: &str) -> Refusal {
        self.broke_a_promise();
        broke(&self.declaration.id, how)
    }

    /// A fault in the person's terms: which plugin, which file of the book's folder, and what it was.
    fn refusal(&self, fault: &PluginFault) -> Refusal {
        let file = format!("plugins/{}….so", self.sha256.get(..12).unwrap_or_default());
        let told = Refusal::new(fault.code()).with("plugin", &self.declaration.id).with("file", file);
        fault.args().into_iter().fold(told, |told, (key, value)| told.with(key, value))
    }

    /// Decides a command by the plugin's file.
    pub(crate) fn decide(&self, cmd: &Command, ask: &dyn Ask) -> Decided {
        match self.call(&Message::Decide { command: cmd.clone() }, ask)? {
            Told::Effects(effects) => Ok(Effects(effects)),
            Told::Table(_) => Err(self.broke("table")),
        }
    }

    /// Draws a table by the plugin's file; nothing is recorded.
    pub(crate) fn table(&self, cmd: &Command, ask: &dyn Ask) -> Result<Table, Refusal> {
        match self.call(&Message::Table { command: cmd.clone() }, ask)? {
            Told::Table(table) => Ok(table),
            Told::Effects(_) => Err(self.broke("effects")),
        }
    }

    fn call(&self, message: &Message, ask: &dyn Ask) -> Result<Told, Refusal> {
        let id = &self.declaration.id;
        let missing = || Refusal::new("plugin/missing").with("plugin", id).with("sha256", &self.sha256);
        let loaded =
            self.loaded.as_ref().map_err(|no| if [SAFE_MODE, REMOVED].contains(&no.code.as_str()) { no.clone() } else { missing() })?;
        let bytes = serde_json::to_vec(message).expect("a message is JSON");
        match loaded.call(&bytes, &mut Side(ask)) {
            Ok(Reply::Ok(bytes)) => serde_json::from_slice(&bytes).map_err(|e| self.broke(&e.to_string())),
            Ok(Reply::Refused(bytes)) => Err(serde_json::from_slice(&bytes).unwrap_or_else(|e| self.broke(&e.to_string()))),
            Err(fault) => {
                if fault.is_strike() {
                    self.log(loaded, &fault);
                }
                Err(self.refusal(&fault))
            }
        }
    }
}

fn broke(plugin: &str, how: &str) -> Refusal {
    Refusal::new("plugin/misbehaved").with("plugin", plugin).with("how", how.chars().take(120).collect::<String>())
}

/// The book's answers to a plugin's questions.
pub(crate) struct Side<'a>(pub(crate) &'a dyn Ask);

impl Answers for Side<'_> {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        answered(self.0, question)
    }
}

/// What a file says it is, read without trusting it with anything.
pub(crate) fn declaration_of(file: &Path, folder: &Path, isolation: &Arc<Isolation>, mode: Mode) -> Result<(String, Declaration), Fault> {
    let inspected = baara_loader::inspect(file).map_err(Fault::Plugin)?;
    let loaded = baara_loader::load(&inspected, folder, inspected.sha256(), mode, isolation).map_err(Fault::Plugin)?;
    let described = match loaded.describe() {
        Err(PluginFault::NotLoaded(refused)) => return Err(Fault::Plugin(*refused)),
        described => described.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()),
    };
    let declaration = described.ok_or_else(|| Fault::Io(std::io::Error::other("the plugin does not describe itself")))?;
    Ok((inspected.sha256().to_owned(), declaration))
}

/// Opens every plugin the book has pinned; a missing or changed file leaves its data readable and its kinds refused.
pub(crate) fn pinned(book: &TheBook, folder: &Path, house: &House) -> Vec<Arc<Pinned>> {
    let ids: Vec<Id> = book.open_of("plugin").collect();
    ids.iter().filter_map(|id| book.thing(id, Date::MAX)).filter_map(|thing| open(&thing.values, folder, house)).map(Arc::new).collect()
}

fn open(values: &std::collections::BTreeMap<String, Value>, folder: &Path, house: &House) -> Option<Pinned> {
    let sha256 = values.get("sha256")?.as_str()?.to_owned();
    let declaration: Declaration = serde_json::from_value(values.get("declaration")?.clone()).ok()?;
    let file: PathBuf = folder.join(format!("{sha256}.so"));
    let mode = house.mode(values.get("mode").and_then(Value::as_str) == Some(IN_PROCESS));
    let missing = || Refusal::new("plugin/missing").with("plugin", &declaration.id).with("sha256", &sha256);
    let removed = values.get("removed").and_then(Value::as_str);
    let loaded = match baara_loader::inspect(&file) {
        // What it brought stays readable; its file is not opened any more.
        _ if removed.is_some() => Err(Refusal::new(REMOVED).with("plugin", &declaration.id).with("since", removed.unwrap_or_default())),
        Err(_) if !file.exists() => Err(missing()),
        Err(no) => Err(pins::refusal(&no)),
        Ok(_) if house.safe_mode => Err(Refusal::new(SAFE_MODE).with("plugin", &declaration.id)),
        Ok(inspected) => baara_loader::load(&inspected, folder, &sha256, mode, &house.isolation).map_err(|no| pins::refusal(&no)),
    };
    Some(Pinned { sha256, declaration, loaded })
}

/// Decides a built-in kind.
pub(crate) fn decide_built_in(kind: &baara_plugin_api::Kind, cmd: &Command, ask: &dyn Ask) -> Decided {
    (kind.decide)(cmd, &Book::new(ask, &cmd.site, cmd.date))
}
