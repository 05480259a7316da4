//! What a plugin's author meets: one macro that makes the crate a plugin, and a test of its manners.

use crate::{Field, FieldType, Plugin, ThingDeclaration};
use std::collections::{BTreeMap, BTreeSet};

/// Makes this crate a plugin, from a sentence about it and a function that writes it down.
///
/// ```
/// use baara_plugin_api::{Plugin, baara_plugin};
///
/// /// Everything this plugin brings.
/// #[must_use]
/// pub fn plugin() -> Plugin {
///     Plugin {
///         id: env!("CARGO_PKG_NAME"),
///         version: env!("CARGO_PKG_VERSION"),
///         kinds: Vec::new(),
///         things: Vec::new(),
///         tables: Vec::new(),
///         words: Default::default(),
///     }
/// }
///
/// baara_plugin! { summary: "Does nothing yet", plugin: plugin }
/// # fn main() { assert!(PLUGIN_MANIFEST.contains("Does nothing yet")); }
/// ```
///
/// It gives the crate a constant `PLUGIN_MANIFEST` (id and version are the package's own, so that they cannot differ),
/// keeps the [`Plugin`] in a `LazyLock`, and exports the entry through [`export_plugin!`](crate::export_plugin).
/// The summary is a literal without quotation marks or backslashes, since it stands inside JSON text.
#[macro_export]
macro_rules! baara_plugin {
    (summary: $summary:literal, plugin: $plugin:expr $(,)?) => {
        /// What is known of this plugin before any of its code runs.
        pub const PLUGIN_MANIFEST: &str = ::core::concat!(
            "{\"id\":\"",
            ::core::env!("CARGO_PKG_NAME"),
            "\",\"version\":\"",
            ::core::env!("CARGO_PKG_VERSION"),
            "\",\"abi\":\"1.0\",\"summary\":\"",
            $summary,
            "\"}"
        );

        const _: () =
            ::core::assert!($crate::sdk::is_plain($summary), "the summary stands inside JSON: no quotation mark, backslash or line break");

        static THIS_PLUGIN: ::std::sync::LazyLock<$crate::Plugin> = ::std::sync::LazyLock::new($plugin);

        $crate::export_plugin! {
            manifest: PLUGIN_MANIFEST,
            describe: || $crate::describe(&THIS_PLUGIN),
            call: |message, host| $crate::answer_call(&THIS_PLUGIN, message, host),
        }
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "write `baara_plugin! { summary: \"one sentence\", plugin: plugin }`, where `plugin` is your `fn() -> Plugin`"
        );
    };
}

/// Whether a text can stand inside JSON as it is.
#[doc(hidden)]
#[must_use]
pub const fn is_plain(text: &str) -> bool {
    let (bytes, mut i) = (text.as_bytes(), 0);
    while i < bytes.len() {
        if matches!(bytes[i], b'"' | b'\\' | 0..=31) {
            return false;
        }
        i += 1;
    }
    true
}

/// A key of a thing; `sold.*` stands for every key that begins with `sold.`.
#[must_use]
pub fn key(name: &str, kind: FieldType) -> Field {
    Field { name: name.to_owned(), kind, required: false, sealed: false }
}

/// A kind of thing with its keys.
#[must_use]
pub fn thing(kind: &str, keys: Vec<Field>) -> ThingDeclaration {
    ThingDeclaration { kind: kind.to_owned(), keys }
}

/// The type of a key that names a thing of this kind.
#[must_use]
pub fn id_of(kind: &str) -> FieldType {
    FieldType::Id { of: kind.to_owned() }
}

/// Both languages of our locale files, read with [`words`](crate::words).
#[must_use]
pub fn both_languages(french: &str, english: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    [("fr", french), ("en", english)].map(|(language, text)| (language.to_owned(), crate::words(text))).into()
}

/// The typed form of a command, for a table: what [`Record::decide`](crate::Record::decide) is handed by itself.
///
/// # Errors
/// The first field that is missing or wrong.
pub fn read<F: crate::Form>(cmd: &crate::Command) -> Result<F, crate::Refusal> {
    crate::declaration::read(cmd)
}

/// Several lists of refusals as one, for [`Record::refusals`](crate::Record::refusals).
///
/// # Panics
/// When `N` is not the number of codes; used in a `const { }`, that is an error of compilation.
#[must_use]
pub const fn joined<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let (mut all, mut n, mut list) = ([""; N], 0, 0);
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].len() {
            all[n] = lists[list][i];
            (n, i) = (n + 1, i + 1);
        }
        list += 1;
    }
    assert!(n == N, "the number of codes");
    all
}

/// What a plugin still owes its users, in words for its author; empty when it is well mannered.
///
/// Its id and version are the manifest's; each kind, table, field and choice has a word in each language; each refusal
/// says what happened, what was expected and what to try; each thing it opens is one it declares or the core knows; a sweep
/// asks nothing and moves nothing.
#[must_use]
pub fn shortcomings(manifest: &str, plugin: &Plugin) -> Vec<String> {
    shortcomings_of(manifest, &plugin.declaration())
}

/// The same of a plugin in any language, by what it declares.
#[must_use]
pub fn shortcomings_of(manifest: &str, declaration: &crate::Declaration) -> Vec<String> {
    let mut owed = BTreeSet::new();
    let read: crate::Value = serde_json::from_str(manifest).unwrap_or_default();
    for (key, is) in [("id", &declaration.id), ("version", &declaration.version)] {
        if read[key] != is.as_str() {
            owed.insert(format!("the manifest's {key} is {}, the plugin's {is}", read[key]));
        }
    }
    let kinds = declaration.kinds.iter().chain(&declaration.tables).map(|kind| kind.kind.as_str());
    for twice in twice(kinds).into_iter().chain(twice(declaration.things.iter().map(|thing| thing.kind.as_str()))) {
        owed.insert(format!("two are called {twice}"));
    }
    for sweep in declaration.kinds.iter().filter(|kind| kind.sweep) {
        let asks = sweep.fields.iter().filter(|field| field.required);
        owed.extend(asks.map(|field| format!("{} is a sweep, and nobody fills in {}", sweep.kind, field.name)));
        if !(sweep.writes.places.is_empty() && sweep.writes.series.is_empty()) {
            owed.insert(format!("{} is a sweep, and moves goods or takes numbers", sweep.kind));
        }
    }
    for language in ["fr", "en"] {
        let none = BTreeMap::new();
        let words = declaration.words.get(language).unwrap_or(&none);
        let mut want = |code: String, other: Option<String>| {
            let said = |code: &str| words.get(code).is_some_and(|word| !word.is_empty());
            if !said(&code) && !other.as_deref().is_some_and(said) {
                owed.insert(format!("{language}: no word for {code}"));
            }
        };
        for (kind, section) in declaration.kinds.iter().map(|k| (k, "kind")).chain(declaration.tables.iter().map(|t| (t, "table"))) {
            let name = kind.kind.split('/').next().unwrap_or_default();
            want(format!("{section}.{name}"), None);
            fields(name, &kind.fields, &mut want);
            for code in &kind.refusals {
                ["happened", "expected", "try"].into_iter().for_each(|part| want(format!("refusal.{code}.{part}"), None));
            }
        }
        for thing in &declaration.things {
            want(format!("thing.{}", thing.kind), None);
            fields(&thing.kind, &thing.keys, &mut want);
        }
    }
    owed.into_iter().collect()
}

fn twice<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

fn fields(of: &str, fields_of: &[Field], want: &mut impl FnMut(String, Option<String>)) {
    for field in fields_of {
        let name = field.name.trim_end_matches(".*");
        want(format!("field.{name}"), Some(format!("field.{of}.{name}")));
        match &field.kind {
            FieldType::Choice { of: codes } => {
                codes.iter().for_each(|code| want(format!("choice.{code}"), Some(format!("choice.{name}.{code}"))));
            }
            FieldType::Lines { of: inner } => fields(of, inner, want),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[derive(Form)]
    struct Greeting {
        how: String,
    }

    impl Record for Greeting {
        const KIND: &'static str = "greeting/1";
        fn writes() -> Grant {
            Grant::default()
        }
        fn refusals() -> &'static [&'static str] {
            &["greeting/rude"]
        }
        fn decide(self, _: &Command, _: &Book<'_>) -> Decided {
            if self.how == "hey" { Err(Refusal::new("greeting/rude")) } else { Ok(Effects::new()) }
        }
    }

    fn greeter(french: &str) -> Plugin {
        let words = both_languages(french, french);
        Plugin { id: "greeter", version: "1.0.0", kinds: vec![Kind::of::<Greeting>()], things: vec![], tables: vec![], words }
    }

    #[test]
    fn a_plugin_owes_its_users_words() {
        let owed = shortcomings(r#"{"id":"greeter","version":"2.0.0"}"#, &greeter("[kind]\ngreeting = \"Salut\""));
        assert!(owed.contains(&"the manifest's version is \"2.0.0\", the plugin's 1.0.0".to_owned()), "{owed:?}");
        assert!(owed.contains(&"fr: no word for field.how".to_owned()));
        let two = Plugin { kinds: vec![Kind::of::<Greeting>(), Kind::of::<Greeting>()], ..greeter("") };
        assert!(shortcomings("{}", &two).contains(&"two are called greeting/1".to_owned()));
        assert!(owed.contains(&"en: no word for refusal.greeting/rude.try".to_owned()));
        let said = "[kind]\ngreeting = \"Salut\"\n[field]\n\"greeting.how\" = \"Comment\"\n[refusal.\"greeting/rude\"]\nhappened = \"a\"\nexpected = \"b\"\ntry = \"c\"";
        assert_eq!(shortcomings(r#"{"id":"greeter","version":"1.0.0"}"#, &greeter(said)), Vec::<String>::new());
    }
}
