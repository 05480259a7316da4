//! The words of the pages: the program's own and those of the plugins that are pinned now.

use baara_desk::Desk;
use baara_reports::{Language, Words};
use std::sync::{Arc, PoisonError, RwLock};

/// The words of both languages, as they are with some plugins.
pub(crate) struct Dictionaries {
    /// The files whose words are in it, by their hash.
    plugins: Vec<String>,
    french: Words<'static>,
    english: Words<'static>,
}

impl Dictionaries {
    fn new(desk: &Desk) -> Dictionaries {
        let registry = desk.registry();
        let words = |language: Language| {
            let mut words = Words::new(language);
            for (declaration, ..) in registry.plugins() {
                words.add_plugin(declaration);
            }
            words
        };
        let plugins = registry.plugins().map(|(_, sha256, _)| sha256.to_owned()).collect();
        Dictionaries { plugins, french: words(Language::Fr), english: words(Language::En) }
    }

    pub(crate) fn of(&self, language: Language) -> &Words<'static> {
        match language {
            Language::Fr => &self.french,
            Language::En => &self.english,
        }
    }
}

/// The words that are spoken now: a plugin let in while pages are served brings its own.
pub(crate) struct Spoken(RwLock<Arc<Dictionaries>>);

impl Spoken {
    pub(crate) fn new(desk: &Desk) -> Spoken {
        Spoken(RwLock::new(Arc::new(Dictionaries::new(desk))))
    }

    /// The words as the pins are; made anew only when one has changed.
    pub(crate) fn now(&self, desk: &Desk) -> Arc<Dictionaries> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if desk.registry().plugins().map(|(_, sha256, _)| sha256).eq(known.plugins.iter().map(String::as_str)) {
            return known;
        }
        let new = Arc::new(Dictionaries::new(desk));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        new
    }
}
