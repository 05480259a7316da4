//! A book on paper with the usual limits, for the tests of this plugin.

use baara_plugin_api::prelude::*;
pub(crate) use baara_plugin_api::testing::{PaperBook, command, date, id};

/// A book with the limits that `config/rules.toml` proposes.
pub(crate) fn watched() -> PaperBook {
    let mut book = PaperBook::new();
    let limits: [(&str, Value); 7] = [
        ("price-watch.usual-months", 12.into()),
        ("price-watch.least", 5.into()),
        ("price-watch.below-list", "1/50".into()),
        ("price-watch.round-to", 5000.into()),
        ("price-watch.round-share", "1/2".into()),
        ("price-watch.gap-days", 7.into()),
        ("price-watch.pair-share", "3/4".into()),
    ];
    book.put(&id("rules/general"), date("2018-01-01"), &limits);
    book
}

fn count(book: &PaperBook, kind: &str) -> usize {
    Book::new(book, "kon", Date::MAX).things(kind).len()
}

/// A sale of the soap workshop on a day.
pub(crate) fn sale(book: &mut PaperBook, day: &str, total: i64, price: i64, more: &[(&str, Value)]) {
    let line = json!([{"item": "item/savon", "price": format!("{price} XOF")}]);
    let values = [("unit", "workshop/kon-savon".into()), ("total", format!("{total} XOF").into()), ("lines", line)];
    let sale = Id::new("sale", &format!("kon-20-{:04}", count(book, "sale") + 1));
    book.put(&sale, date(day), &[&values[..], more].concat());
}

/// A number of the receipt book ends.
pub(crate) fn end(book: &mut PaperBook, day: &str, n: u64) {
    let ended = Effects::new().set(&id("series/kon-carnet"), &format!("n.{n}"), "keyed", date(day));
    book.apply("series-number/1", date(day), &id("person/kon-a"), &ended.0);
}

/// A paper that one person proposed and another endorsed; its entry is 101, 102 …
pub(crate) fn paper(book: &mut PaperBook, day: &str, by: &str, with: &str, why: &str, state: &str) {
    let n = count(book, "proposal") + 1;
    let (by, signed) = (format!("person/kon-{by}"), format!("endorsed.kon-{with}"));
    let values = [("entry", (100 + n).into()), ("by", by.into()), ("why", why.into()), ("state", state.into()), (&*signed, "chair".into())];
    book.put(&Id::new("proposal", &format!("kon-20-{n:04}")), date(day), &values);
}

/// The entry that recorded the last sale.
pub(crate) fn last(book: &PaperBook) -> u64 {
    let asked = Book::new(book, "kon", Date::MAX);
    asked.things("sale").last().and_then(|id| asked.entries(id).first().map(|entry| entry.seq)).unwrap_or(0)
}

/// The rows of the month that ends on a day.
pub(crate) fn found(book: &PaperBook, day: &str) -> Vec<String> {
    let cmd = command("price-watch/1", day, json!({}));
    let table = (crate::plugin().tables[0].1)(&cmd, &Book::new(book, "kon", cmd.date)).unwrap();
    table.rows.iter().map(|row| row.join(" | ")).collect()
}
