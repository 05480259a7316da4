//! A prison on paper, for the tests of this plugin.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::{PaperBook, command};

/// The id written so.
pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

/// Koulikoro with 40 bars of soap, a customer, an officer, a price list, and four tickets: for two pieces ironed and for
/// three, a free one and another workshop's.
pub(crate) fn prison() -> PaperBook {
    let mut book = PaperBook::new();
    let day = "2020-01-01".parse().unwrap();
    let things: [(&str, &[(&str, Value)]); 17] = [
        ("person/kon-20-0001", &[]),
        ("workshop/kon-savon", &[]),
        ("workshop/kon-couture", &[]),
        ("fund/kon-savon.sales", &[("unit", "workshop/kon-savon".into())]),
        ("fund/kon-uncollected", &[]),
        ("item/savon", &[("unit", "piece".into()), ("scale", 0.into()), ("by-lot", true.into())]),
        ("item/sciure", &[("unit", "kg".into()), ("scale", 3.into())]),
        ("item/repassage", &[("unit", "piece".into()), ("scale", 0.into()), ("group", "service".into())]),
        ("item/table", &[("unit", "piece".into()), ("scale", 0.into())]),
        ("store/kon-magasin", &[]),
        ("cash-box/kon-caisse", &[]),
        ("wallet/kon-orange", &[]),
        ("customer/kon-awa", &[("kind", "public".into())]),
        ("customer/kon-agent", &[("kind", "staff".into())]),
        ("price-list/kon", &[("savon", "1500 XOF".into()), ("sciure", "25 XOF".into()), ("repassage", "200 XOF".into())]),
        (
            "lot/kon-20-0001",
            &[
                ("item", "item/savon".into()),
                ("unit", "workshop/kon-savon".into()),
                ("made", "2020-01-01".into()),
                ("released", true.into()),
            ],
        ),
        ("lot/kon-20-0002", &[("item", "item/savon".into()), ("unit", "workshop/kon-savon".into()), ("made", "2020-02-01".into())]),
    ];
    things.into_iter().for_each(|(thing, values)| book.put(&id(thing), day, values));
    let tickets = [
        (1, "kon-savon", "2 piece", false),
        (2, "kon-savon", "3 piece", false),
        (3, "kon-savon", "1 piece", true),
        (4, "kon-couture", "1 piece", false),
    ];
    for (n, workshop, quantity, free) in tickets {
        let unit = format!("workshop/{workshop}");
        let values: [(&str, Value); 4] =
            [("unit", unit.into()), ("item", "item/repassage".into()), ("quantity", quantity.into()), ("free", free.into())];
        book.put(&id(&format!("ticket/kon-20-000{n}")), day, &values);
    }
    for (lot, bars) in [("lot/kon-20-0001", 40), ("lot/kon-20-0002", 60)] {
        book.stock(&id("store/kon-magasin"), &id("item/savon"), Some(&id(lot)), pieces(bars));
    }
    book.stock(&id("store/kon-magasin"), &id("item/sciure"), None, "80.000 kg".parse().unwrap());
    book
}

/// So many pieces.
pub(crate) fn pieces(count: i64) -> Amount {
    Amount::new(count, 0, Unit::parse("piece").unwrap())
}

/// Records a command of kind `R`.
pub(crate) fn record<R: Record>(book: &mut PaperBook, date: &str, fields: Value) -> Decided {
    book.record(&Kind::of::<R>(), &command(R::KIND, date, fields))
}

/// The movements of some effects: `12 piece a → b (lot)`.
pub(crate) fn movements(effects: &Effects) -> Vec<String> {
    let line = |e: &Effect| match e {
        Effect::Move { amount, from, to, lot: None, .. } => Some(format!("{amount} {from} → {to}")),
        Effect::Move { amount, from, to, lot: Some(lot), .. } => Some(format!("{amount} {from} → {to} ({lot})")),
        _ => None,
    };
    effects.0.iter().filter_map(line).collect()
}

/// The values a thing of this kind was opened with.
pub(crate) fn opened(effects: &Effects, kind: &str) -> Value {
    let found = effects.0.iter().find_map(|e| match e {
        Effect::Open { thing, values } if thing.kind() == kind => Some(json!(values)),
        _ => None,
    });
    found.expect("it was opened")
}

/// Asks that a command is refused with this code.
#[track_caller]
pub(crate) fn refused<R: Record>(book: &mut PaperBook, date: &str, fields: Value, code: &str) -> Refusal {
    let refusal = record::<R>(book, date, fields).expect_err("a refusal");
    assert_eq!(refusal.code, code);
    assert!(R::refusals().contains(&code), "{code} is not declared");
    refusal
}
