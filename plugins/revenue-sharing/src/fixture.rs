//! A workshop on paper, for the tests of this plugin.

use baara_plugin_api::prelude::*;
pub(crate) use baara_plugin_api::testing::{PaperBook, command};

/// The id written so.
pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A soap workshop with workers; its first key gives them 3/10, each later one half.
pub(crate) fn workshop(keys: &[&str]) -> PaperBook {
    let mut book = PaperBook::new();
    let things: [(&str, &[(&str, Value)]); 8] = [
        ("workshop/kon-savon", &[]),
        ("fund/kon-savon.sales", &[]),
        ("fund/kon-roulement", &[]),
        ("cash-box/kon-caisse", &[]),
        ("person/kon-20-0001", &[]),
        ("person/kon-20-0002", &[("detainee", true.into()), ("state", "present".into())]),
        ("person/kon-20-0003", &[("detainee", true.into()), ("state", "present".into())]),
        ("person/kon-20-0004", &[("detainee", true.into()), ("state", "present".into())]),
    ];
    things.into_iter().for_each(|(thing, values)| book.put(&id(thing), day("2020-01-01"), values));
    for (n, from) in keys.iter().enumerate() {
        let ratios = if n == 0 { ("3/10", "7/10") } else { ("1/2", "1/2") };
        let decision = adopt(&mut book, "sharing-key", 0);
        let key = json!({
            "unit": "workshop/kon-savon", "from": from, "remainder": "fund/kon-roulement", "base": "gross", "reference": "PV 3",
            "parts": [{"to": "workers", "ratio": ratios.0}, {"to": "fund/kon-roulement", "ratio": ratios.1}], "leave": decision,
        });
        record::<crate::key::SharingKey>(&mut book, "2020-01-01", key).unwrap();
    }
    book
}

/// An adopted decision with so much leave.
pub(crate) fn adopt(book: &mut PaperBook, about: &str, leave: i64) -> String {
    let taken = |book: &PaperBook, id: &Id| Book::new(book, "kon", day("2020-01-01")).thing(id).is_some();
    let decision = (1..).map(|n| Id::new("decision", &format!("kon-20-{n:04}"))).find(|id| !taken(book, id)).unwrap();
    book.put(&decision, day("2020-01-01"), &[("about", about.into()), ("adopted", "2020-01-01".into())]);
    book.stock(&decision, &items::leave(), None, Amount::francs(leave));
    decision.to_string()
}

fn moved(book: &mut PaperBook, date: &str, effects: Effects) {
    book.apply("test/1", day(date), &id("person/kon-20-0001"), &effects.0);
}

/// Cash sales.
pub(crate) fn sells(book: &mut PaperBook, date: &str, francs: i64) {
    moved(book, date, Effects::new().francs(francs, &id("fund/kon-savon.sales"), &id("cash-box/kon-caisse")));
}

/// A refund.
pub(crate) fn refunds(book: &mut PaperBook, date: &str, francs: i64) {
    moved(book, date, Effects::new().francs(francs, &id("cash-box/kon-caisse"), &id("fund/kon-savon.sales")));
}

/// Days worked: person, points, half-days.
pub(crate) fn works(book: &mut PaperBook, date: &str, people: &[(&str, i64, i64)]) {
    for (person, points, half_days) in people {
        let place = Id::new("work", &format!("kon-savon.{person}"));
        let amount = |count, unit| Amount::new(count, 0, Unit::parse(unit).unwrap());
        let effects = Effects::new().moves(&items::points(), amount(*points, "point"), &id("worker/kon"), &place).moves(
            &items::half_days(),
            amount(*half_days, "half-day"),
            &id("worker/kon"),
            &place,
        );
        moved(book, date, effects);
    }
}

/// A person leaves.
pub(crate) fn becomes(book: &mut PaperBook, person: &str, state: &str) {
    moved(book, "2020-04-03", Effects::new().set(&Id::new("person", person), "state", state, day("2020-04-03")));
}

/// Records a command of kind `R`.
pub(crate) fn record<R: Record>(book: &mut PaperBook, date: &str, fields: Value) -> Decided {
    book.record(&Kind::of::<R>(), &command(R::KIND, date, fields))
}

/// The movements of some effects: `12 point a → b`.
pub(crate) fn movements(effects: &Effects) -> Vec<String> {
    let line = |e: &Effect| match e {
        Effect::Move { amount, from, to, .. } => Some(format!("{amount} {from} → {to}")),
        _ => None,
    };
    effects.0.iter().filter_map(line).collect()
}

/// Asks that a command is refused with this code.
#[track_caller]
pub(crate) fn refused<R: Record>(book: &mut PaperBook, date: &str, fields: Value, code: &str) -> Refusal {
    let refusal = record::<R>(book, date, fields).expect_err("a refusal");
    assert_eq!(refusal.code, code);
    assert!(R::refusals().contains(&code), "{code} is not declared");
    refusal
}
