//! A prison on paper, for the tests of this plugin.

use crate::terms::Canteen;
use baara_plugin_api::prelude::*;
pub(crate) use baara_plugin_api::testing::{PaperBook, command, date, id, moves};

/// Konséguéla with the places of a canteen, its goods, buyers, and decisions.
pub(crate) fn prison() -> PaperBook {
    let mut book = PaperBook::new();
    let here = || [("detainee", true.into()), ("facility", "facility/kon".into())];
    let lot = |unit: &str, made: &str, released: bool| {
        [("item", "item/savon".into()), ("unit", unit.into()), ("made", made.into()), ("released", released.into())]
    };
    let decided = |about: &str| [("about", about.into()), ("adopted", Value::from("2020-01-10"))];
    let bare: [(&str, &[(&str, Value)]); 21] = [
        ("person/kon-20-0001", &[]),
        ("person/kon-drissa", &here()),
        ("person/kon-salif", &here()),
        ("person/kon-free", &[("detainee", true.into()), ("state", "released".into())]),
        ("person/kon-away", &[("detainee", true.into()), ("facility", "facility/kit".into())]),
        ("workshop/kon-cantine", &[]),
        ("workshop/kon-savon", &[]),
        ("store/kon-cantine", &[]),
        ("cash-box/kon-cantine", &[]),
        ("cash-box/kon-caisse", &[]),
        ("fund/kon-cantine", &[]),
        ("fund/kon-cantine.sales", &[]),
        ("fund/kon-entraide", &[]),
        ("item/sucre", &[("unit", "kg".into()), ("scale", 3.into())]),
        ("item/the", &[("unit", "piece".into()), ("scale", 0.into())]),
        ("item/savon", &[("unit", "piece".into()), ("scale", 0.into()), ("by-lot", true.into())]),
        ("price-list/kon", &[("sucre", "600 XOF".into()), ("savon", "201 XOF".into())]),
        ("lot/kon-old", &lot("workshop/kon-cantine", "2020-01-05", true)),
        ("lot/kon-new", &lot("workshop/kon-cantine", "2020-02-05", true)),
        ("lot/kon-curing", &lot("workshop/kon-cantine", "2020-02-20", false)),
        ("lot/kon-others", &lot("workshop/kon-savon", "2020-01-01", true)),
    ];
    bare.into_iter().for_each(|(thing, values)| book.put(&id(thing), date("2020-01-01"), values));
    let standing = [("purpose", Value::from("fund/kon-entraide")), ("terms", "margin = 1/10; month = 5000 XOF".into())];
    book.put(&id("decision/kon-canteen"), date("2020-01-10"), &[&decided("rule")[..], &standing[..]].concat());
    book.put(&id("decision/kon-free"), date("2020-01-10"), &decided("rule"));
    book.put(&id("decision/kon-prices"), date("2020-01-10"), &decided("prices"));
    let store = id("store/kon-cantine");
    book.stock(&store, &id("item/sucre"), None, "20.000 kg".parse().unwrap());
    for (lot, pieces) in [("lot/kon-new", 21), ("lot/kon-old", 4), ("lot/kon-curing", 30), ("lot/kon-others", 10)] {
        book.stock(&store, &id("item/savon"), Some(&id(lot)), format!("{pieces} piece").parse().unwrap());
    }
    for (place, francs) in [
        ("pecule/kon.kon-drissa", -2000),
        ("pecule/kon.kon-salif", -20_000),
        ("fund/kon-cantine", -50_000),
        ("fund/kon-entraide", 0),
        ("cash-box/kon-caisse", 72_000),
    ] {
        book.stock(&id(place), &items::xof(), None, Amount::francs(francs));
    }
    book
}

/// The terms the committee decided, changed where `more` says.
pub(crate) fn terms(more: Value) -> Value {
    let mut fields = json!({
        "label": "Cantine", "unit": "workshop/kon-cantine", "store": "store/kon-cantine", "cash-box": "cash-box/kon-cantine",
        "pecules": "cash-box/kon-caisse", "fund": "fund/kon-cantine", "margin": "1/10", "month": "5000 XOF",
        "leave": "decision/kon-canteen",
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

/// The same prison once its canteen is open.
pub(crate) fn canteen() -> PaperBook {
    let mut book = prison();
    record::<Canteen>(&mut book, "2020-02-01", terms(json!({}))).unwrap();
    book
}

/// Records a command of kind `R`.
pub(crate) fn record<R: Record>(book: &mut PaperBook, day: &str, fields: Value) -> Decided {
    book.record(&Kind::of::<R>(), &command(R::KIND, day, fields))
}

/// Asks that a command is refused with this code.
#[track_caller]
pub(crate) fn refused<R: Record>(book: &mut PaperBook, day: &str, fields: Value, code: &str) -> Refusal {
    let refusal = record::<R>(book, day, fields).expect_err("a refusal");
    assert_eq!(refusal.code, code);
    assert!(code.starts_with("leave/") || R::refusals().contains(&code), "{code} is not declared");
    refusal
}
