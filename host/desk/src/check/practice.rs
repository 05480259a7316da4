//! The made-up facility as a real book.

use baara_book::entry::VERSION;
use baara_book::{Entry, TheBook};
use baara_plugin_api::practice::{self, Known, SITE};
use baara_plugin_api::{Date, Declaration, Effect, Id, Map, json};

/// The book and what can be named in it.
pub(super) struct Practice {
    pub(super) book: TheBook,
    pub(super) known: Known,
}

impl Practice {
    /// The book as it is before a plugin does anything, with the plugin's declaration in it.
    pub(super) fn new(declaration: &Declaration) -> Practice {
        let begun = practice::begun();
        let mut practice = Practice { book: TheBook::new(), known: Known::new() };
        practice.apply("setup/1", begun, practice::beginning());
        let pin = json!({"sha256": "", "version": declaration.version, "declaration": declaration});
        let values = pin.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
        let thing = Id::new("plugin", "under-check");
        practice.apply("pin/1", begun, vec![Effect::Open { thing, values }]);
        practice
    }

    /// Folds effects, and remembers what they open.
    pub(super) fn apply(&mut self, kind: &str, date: Date, effects: Vec<Effect>) {
        practice::learn(&mut self.known, &effects);
        let seq = self.book.size() + 1;
        self.book.apply(&Entry {
            v: VERSION,
            seq,
            prev: String::new(),
            id: format!("0190a000-0000-7000-8000-{seq:012}"),
            site: SITE.to_owned(),
            kind: kind.to_owned(),
            by: (Id::new("person", "kon-20-0001"), Id::new("role", "tester")),
            date,
            at: date.and_hms_opt(8, 0, 0).unwrap_or_default().and_utc().timestamp_millis(),
            hlc: 0,
            leave: None,
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            state: None,
            fields: Map::new(),
            effects,
        });
    }
}
