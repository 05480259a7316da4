//! A facility on paper for the tests of stores and farms: its items, stores, people and committee.

use baara_plugin_api::FieldType;
use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::{PaperBook, command};
use std::collections::BTreeMap;

/// An id from its text.
pub(in crate::kinds) fn id(text: &str) -> Id {
    Id::parse(text).expect("an id")
}

/// The day things in the tests begin.
pub(in crate::kinds) fn beginning() -> Date {
    "2019-01-01".parse().expect("a date")
}

/// Konséguéla with a store, a kitchen store, grain kept by lot, urea in bulk, and a committee of two colleges.
pub(in crate::kinds) fn konseguela() -> PaperBook {
    let mut book = PaperBook::new();
    let mut put = |what: &str, values: &[(&str, Value)]| book.put(&id(what), beginning(), values);
    let grain = |group: &str| -> Vec<(&'static str, Value)> {
        vec![("unit", "kg".into()), ("scale", 3.into()), ("group", group.into()), ("by-lot", true.into())]
    };
    let maize = [("yield-low", json!(2000)), ("yield-usual", json!(2500)), ("yield-high", json!(5000))];
    put("item/mais-grain", &[grain("cereal"), maize.to_vec()].concat());
    put("item/niebe", &grain("legume"));
    put("item/uree", &[("unit", "kg".into()), ("scale", 3.into()), ("group", "material".into())]);
    put("item/brebis", &[("unit", "head".into()), ("scale", 0.into()), ("group", "livestock".into()), ("by-lot", true.into())]);
    put("store/kon-magasin", &[("label", "Magasin".into())]);
    put("store/kon-cuisine", &[("label", "Cuisine".into())]);
    put("facility/seg", &[]);
    put("facility/kon", &[]);
    put("rules/general", &[]);
    for (person, college) in [("kon-20-0002", "staff"), ("kon-20-0003", "elected"), ("kon-20-0004", "elected")] {
        put(&format!("person/{person}"), &[]);
        put(
            &format!("mandate/{person}"),
            &[("person", format!("person/{person}").into()), ("college", format!("college/{college}").into())],
        );
    }
    put("person/kon-20-0001", &[]);
    put("person/kon-20-0009", &[]);
    put("lot/kon-20-0900", &[("item", "item/mais-grain".into()), ("released", true.into())]);
    book
}

/// Sets a general rule from the beginning.
pub(in crate::kinds) fn rule(book: &mut PaperBook, name: &str, value: impl Into<Value>) {
    let effects = Effects::new().set(&id("rules/general"), name, value, beginning());
    book.apply("test", beginning(), &id("person/test"), &effects.0);
}

/// Puts a decision in the book, adopted since the beginning.
pub(in crate::kinds) fn decision(book: &mut PaperBook, code: &str, about: &str) {
    book.put(&Id::new("decision", code), beginning(), &[("about", about.into()), ("adopted", "2019-01-01".into())]);
}

/// Fills in a form of the kind `R` on a day.
pub(in crate::kinds) fn record<R: Record>(book: &mut PaperBook, date: &str, fields: Value) -> Decided {
    book.record(&Kind::of::<R>(), &command(R::KIND, date, fields))
}

/// The movements of the effects, one a line: `from → to: amount [lot]`.
pub(in crate::kinds) fn movements(effects: &Effects) -> Vec<String> {
    let line = |effect: &Effect| match effect {
        Effect::Move { amount, from, to, lot, .. } => {
            Some(lot.as_ref().map_or_else(|| format!("{from} → {to}: {amount}"), |lot| format!("{from} → {to}: {amount} {lot}")))
        }
        _ => None,
    };
    effects.0.iter().filter_map(line).collect()
}

/// The codes of the warnings in the effects.
pub(in crate::kinds) fn warnings(effects: &Effects) -> Vec<&str> {
    effects.0.iter().filter_map(|effect| if let Effect::Warn { code, .. } = effect { Some(code.as_str()) } else { None }).collect()
}

/// The code of the refusal; panics when it was recorded.
#[track_caller]
pub(in crate::kinds) fn refused<R: Record>(book: &mut PaperBook, date: &str, fields: Value) -> String {
    let code = record::<R>(book, date, fields).expect_err("refused").code;
    let own = R::refusals().contains(&code.as_str());
    assert!(own || ["thing/", "leave/", "rule/", "field/"].iter().any(|common| code.starts_with(common)), "{code} is not declared");
    code
}

/// The thing with this id as it stands on a day.
#[track_caller]
pub(in crate::kinds) fn thing(book: &PaperBook, date: &str, what: &str) -> Thing {
    Book::new(book, "kon", date.parse().expect("a date")).thing(&id(what)).expect("it is in the book")
}

/// Checks that kinds, fields, choices and refusals have words in French and English, with the same figures in both.
#[track_caller]
pub(in crate::kinds) fn worded(kinds: &[Kind], french: &[&str], english: &[&str]) {
    let read = |files: &[&str]| files.iter().flat_map(|text| baara_plugin_api::words(text)).collect::<BTreeMap<String, String>>();
    let (french, english) = (read(french), read(english));
    let has = |code: &str| {
        for words in [&french, &english] {
            assert!(words.get(code).is_some_and(|text| !text.is_empty() && !text.ends_with('.')), "{code} has no words");
        }
        assert_eq!(figures(&french[code]), figures(&english[code]), "{code} shows other figures in English");
    };
    for kind in kinds.iter().map(|kind| &kind.declaration) {
        has(&format!("kind.{}", kind.kind.split('/').next().expect("a name")));
        for field in &kind.fields {
            has(&format!("field.{}", field.name));
            if let FieldType::Choice { of } = &field.kind {
                of.iter().for_each(|choice| has(&format!("choice.{choice}")));
            }
        }
        for refusal in &kind.refusals {
            ["happened", "expected", "try"].iter().for_each(|part| has(&format!("refusal.{refusal}.{part}")));
        }
    }
}

/// The names in braces of a text, sorted.
fn figures(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
