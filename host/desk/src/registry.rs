//! The record kinds this book knows: built in, of a pinned plugin, and the desk's own.

use crate::plugins::Pinned;
use baara_loader::{Health, Mode};
use baara_plugin_api::{Declaration, Field, FieldType, Kind, KindDeclaration, Refusal, ThingDeclaration};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a plugin runs, and how it behaved on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// In process or in a child.
    pub mode: Mode,
    /// The process of a child that runs now.
    pub process: Option<u32>,
    /// Its strikes and its last end.
    pub health: Health,
}

/// How a kind is decided.
#[derive(Clone)]
pub(crate) enum Way {
    /// By the core.
    BuiltIn(Kind),
    /// By a plugin's file.
    Plugin(Arc<Pinned>),
    /// By the desk itself: endorsements, corrections, configuration.
    Desk,
}

impl Way {
    /// True when something here can decide: not the desk's own papers, nor a plugin whose file is missing.
    pub(crate) fn can_decide(&self) -> bool {
        match self {
            Way::BuiltIn(_) => true,
            Way::Plugin(plugin) => plugin.is_loaded(),
            Way::Desk => false,
        }
    }
}

/// A kind and how it is decided.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) declaration: KindDeclaration,
    pub(crate) way: Way,
}

impl Known {
    /// False of a plugin's kind once its stay has ended.
    fn is_offered(&self) -> bool {
        !matches!(&self.way, Way::Plugin(plugin) if plugin.still_admitted().is_err())
    }
}

/// All kinds by name with version; the newest version answers to the bare name.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<String, Known>,
    plugins: Vec<Arc<Pinned>>,
}

impl Registry {
    /// The built-in kinds and the desk's own.
    #[must_use]
    pub fn core() -> Registry {
        let mut registry = Registry::default();
        for kind in baara_book::kinds::built_in() {
            registry.insert(kind.declaration.clone(), Way::BuiltIn(kind));
        }
        for declaration in host_kinds() {
            registry.insert(declaration, Way::Desk);
        }
        registry
    }

    fn insert(&mut self, declaration: KindDeclaration, way: Way) {
        self.kinds.insert(declaration.kind.clone(), Known { declaration, way });
    }

    pub(crate) fn add(&mut self, plugin: &Arc<Pinned>) {
        self.plugins.retain(|p| p.declaration.id != plugin.declaration.id);
        self.kinds.retain(|_, known| !matches!(&known.way, Way::Plugin(p) if p.declaration.id == plugin.declaration.id));
        self.plugins.push(plugin.clone());
        for declaration in &plugin.declaration.kinds {
            self.insert(declaration.clone(), Way::Plugin(plugin.clone()));
        }
    }

    pub(crate) fn find(&self, kind: &str) -> Option<&Known> {
        self.kinds.get(kind).or_else(|| {
            let prefix = format!("{kind}/");
            self.kinds.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix)).last().map(|(_, known)| known)
        })
    }

    /// A kind's declaration, by name with or without version.
    #[must_use]
    pub fn declaration(&self, kind: &str) -> Option<&KindDeclaration> {
        self.find(kind).map(|known| &known.declaration)
    }

    /// Every kind's declaration, by name.
    pub fn declarations(&self) -> impl Iterator<Item = &KindDeclaration> {
        self.kinds.values().map(|known| &known.declaration)
    }

    /// The kinds that may still be recorded: all but those of plugins whose stay has ended.
    pub fn offered(&self) -> impl Iterator<Item = &KindDeclaration> {
        self.kinds.values().filter(|known| known.is_offered()).map(|known| &known.declaration)
    }

    /// True when a kind, named with or without version, may still be recorded by those whose role says so.
    #[must_use]
    pub fn offers(&self, kind: &str) -> bool {
        self.find(kind).is_some_and(Known::is_offered)
    }

    /// The declarations of the pinned plugins.
    pub fn plugins(&self) -> impl Iterator<Item = (&Declaration, &str, bool)> {
        self.plugins.iter().map(|p| (&p.declaration, p.sha256.as_str(), p.is_loaded()))
    }

    /// Why a pinned plugin's kinds cannot be decided here; `None` when they can.
    #[must_use]
    pub fn trouble(&self, plugin: &str) -> Option<Refusal> {
        self.plugins.iter().find(|p| p.declaration.id == plugin)?.trouble()
    }

    /// How a pinned plugin is, in a word: `loaded`, `missing`, `quarantined`, `removed`, `safe-mode` or `refused`.
    #[must_use]
    pub fn standing(&self, plugin: &str) -> &'static str {
        match self.trouble(plugin).as_ref().map(|no| no.code.as_str()) {
            None => "loaded",
            Some("plugin/missing") => "missing",
            Some("plugin/quarantined") => "quarantined",
            Some("plugin/removed") => "removed",
            Some("plugin/safe-mode") => "safe-mode",
            Some(_) => "refused",
        }
    }

    /// Where a pinned plugin runs and how it behaved; `None` when it cannot run here.
    #[must_use]
    pub fn state(&self, plugin: &str) -> Option<State> {
        let (mode, process, health) = self.plugins.iter().find(|p| p.declaration.id == plugin)?.state()?;
        Some(State { mode, process, health })
    }

    /// The thing kinds that plugins added.
    pub fn things(&self) -> impl Iterator<Item = &ThingDeclaration> {
        self.plugins.iter().flat_map(|p| &p.declaration.things)
    }

    pub(crate) fn plugin_with_table(&self, table: &str) -> Option<(&Arc<Pinned>, &KindDeclaration)> {
        self.plugins.iter().find_map(|p| p.declaration.tables.iter().find(|t| t.kind.split('/').next() == Some(table)).map(|t| (p, t)))
    }
}

fn field(name: &str, kind: FieldType, required: bool, sealed: bool) -> Field {
    Field { name: name.to_owned(), kind, required, sealed }
}

/// The desk's own kinds: what they ask. Their effects are written by the desk.
#[must_use]
pub fn host_kinds() -> Vec<KindDeclaration> {
    let kind = KindDeclaration::form;
    let seq = || field("seq", FieldType::Whole, true, false);
    let reason = |required| field("reason", FieldType::Text, required, true);
    vec![
        kind(
            "endorse/1",
            // Whose device it was given on, when not the endorser's own.
            vec![seq(), field("device", FieldType::Id { of: "person".to_owned() }, false, false)],
            &["endorse/own", "endorse/not-needed", "endorse/unknown", "proposal/not-waiting", "proposal/expired"],
        ),
        kind("decline/1", vec![seq(), reason(true)], &["endorse/own", "endorse/not-needed", "endorse/unknown", "proposal/not-waiting"]),
        kind("withdraw/1", vec![seq(), reason(false)], &["endorse/unknown", "endorse/not-yours", "proposal/not-waiting"]),
        kind(
            "pin/1",
            vec![
                field("sha256", FieldType::Text, true, false),
                // Roles that may record what it brings, beside those whose own list says so.
                field("recorders", FieldType::Many { of: Box::new(FieldType::Id { of: "role".to_owned() }) }, false, false),
                // As the file beside the plugin's has it.
                field("signature", FieldType::Text, false, false),
            ],
            &[
                "plugin/not-there",
                "plugin/already-pinned",
                "plugin/kind-taken",
                "plugin/needs-endorsement",
                "plugin/signature-damaged",
                "plugin/signature-wrong",
                "plugin/publisher-unknown",
                "plugin/not-signed",
            ],
        ),
        kind(
            "unpin/1",
            vec![field("plugin", FieldType::Id { of: "plugin".to_owned() }, true, false), reason(false)],
            &["plugin/already-removed"],
        ),
        kind(
            "publisher/1",
            vec![field("name", FieldType::Text, true, false), field("key", FieldType::Text, true, false)],
            &["publisher/bad-key", "publisher/already"],
        ),
        kind(
            "publisher-end/1",
            vec![field("publisher", FieldType::Id { of: "publisher".to_owned() }, true, false), reason(false)],
            &["publisher/already-removed"],
        ),
        kind("expire/1", vec![seq()], &["endorse/unknown", "proposal/not-waiting"]),
        kind(
            "reverse/1",
            vec![
                seq(),
                reason(true),
                field("after", FieldType::Many { of: Box::new(FieldType::Whole) }, false, false),
                // Of a receipt: whether the customer's paper came back.
                field("paper-back", FieldType::Choice { of: vec!["came-back".to_owned(), "not-back".to_owned()] }, false, false),
            ],
            &["reverse/not-reversible", "reverse/already", "reverse/rests-on", "reverse/unknown", "reverse/not-proposed"],
        ),
        kind("correct/1", vec![seq(), reason(true)], &["reverse/not-reversible", "reverse/already", "reverse/rests-on", "reverse/unknown"]),
    ]
}
