//! What sales show: prices below the list, and amounts rounded where the price is not round.

use crate::finding::{Finding, Part, Shown};
use crate::limits::Limits;
use crate::span::Span;
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A sale, as much of it as is watched.
pub(crate) struct Sale {
    id: Id,
    on: Date,
    unit: Id,
    /// Francs in all.
    total: i64,
    /// Francs that the list would have asked for more.
    let_go: i64,
    below: bool,
    /// Francs for one whole unit, line by line.
    prices: Vec<i64>,
}

/// Every sale of some months that was not reversed, by id.
pub(crate) fn read(span: &Span, book: &Book<'_>) -> Vec<Sale> {
    let things = book.things("sale").into_iter().filter(|id| span.may_hold(id)).filter_map(|id| book.thing(&id));
    things.filter(|sale| span.holds(sale.since)).filter_map(|sale| sale_of(&sale)).collect()
}

fn sale_of(sale: &Thing) -> Option<Sale> {
    let total = sale.amount("total")?.count();
    let lines = sale.values.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let price = |line: &Value| line["price"].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count);
    Some(Sale {
        id: sale.id.clone(),
        on: sale.since,
        unit: sale.id_of("unit")?,
        total,
        let_go: sale.amount("list-total").map_or(0, |list| (list.count() - total).max(0)),
        below: sale.flag("below-list"),
        prices: lines.iter().map(price).collect(),
    })
}

fn units(sales: &[Sale]) -> BTreeSet<&Id> {
    sales.iter().map(|sale| &sale.unit).collect()
}

/// Units with sales below the list in force, from the limit on.
pub(crate) fn below_list(sales: &[Sale], now: &Span, before: &Span, limits: &Limits) -> Vec<Finding> {
    let of = |unit: &Id| {
        let part = |span: &Span| {
            let mine: Vec<&Sale> = sales.iter().filter(|sale| sale.unit == *unit && span.holds(sale.on)).collect();
            let below: Vec<&Sale> = mine.iter().copied().filter(|sale| sale.below).collect();
            (Part { some: below.len(), all: mine.len() }, below)
        };
        let ((found, below), (usual, _)) = (part(now), part(before));
        (found.some > 0 && found.reaches(limits.below_list)).then(|| Finding {
            check: "below-list",
            about: unit.clone(),
            what: Amount::francs(below.iter().map(|sale| sale.let_go).sum()).to_string(),
            found,
            usual,
            limit: limits.below_list,
            shown: Shown::Opened(below.iter().map(|sale| sale.id.clone()).collect()),
        })
    };
    units(sales).into_iter().filter_map(of).collect()
}

/// Units whose totals are round more often than the limit, though their prices are not.
///
/// A table at 15 000 francs is always round; such sales say nothing and are left out.
pub(crate) fn round_amounts(sales: &[Sale], now: &Span, before: &Span, limits: &Limits) -> Vec<Finding> {
    let round = |francs: i64| francs % limits.round_to == 0;
    let telling: Vec<&Sale> = sales.iter().filter(|sale| sale.total > 0 && sale.prices.iter().any(|price| !round(*price))).collect();
    let mut by_unit: BTreeMap<&Id, Vec<&Sale>> = BTreeMap::new();
    for sale in telling {
        by_unit.entry(&sale.unit).or_default().push(sale);
    }
    let of = |(unit, mine): (&Id, Vec<&Sale>)| {
        let part = |span: &Span| {
            let all: Vec<&Sale> = mine.iter().copied().filter(|sale| span.holds(sale.on)).collect();
            let some: Vec<Id> = all.iter().filter(|sale| round(sale.total)).map(|sale| sale.id.clone()).collect();
            (Part { some: some.len(), all: all.len() }, some)
        };
        let ((found, rounded), (usual, _)) = (part(now), part(before));
        let told = found.some > 0 && found.all as u64 >= limits.least && found.reaches(limits.round_share);
        told.then(|| Finding {
            check: "round-amounts",
            about: unit.clone(),
            what: Amount::francs(limits.round_to).to_string(),
            found,
            usual,
            limit: limits.round_share,
            shown: Shown::Opened(rounded),
        })
    };
    by_unit.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn a_sale_below_the_list_is_told_with_what_was_let_go() {
        let mut book = watched();
        (1..=19).for_each(|day| sale(&mut book, &format!("2020-05-{day:02}"), 1500, 1500, &[]));
        let cheap = [("below-list", true.into()), ("list-total", "1500 XOF".into())];
        sale(&mut book, "2020-05-20", 1200, 1200, &cheap);
        (1..=3).for_each(|day| sale(&mut book, &format!("2020-06-{day:02}"), 1500, 1500, &[]));
        sale(&mut book, "2020-06-04", 1100, 1100, &cheap);
        let rows = found(&book, "2020-06-30");
        assert_eq!(rows, [format!("watch/below-list | workshop/kon-savon | 400 XOF | 1 | 4 | 25.0 % | 5.0 % | 2.0 % | #{}", last(&book))]);
        assert_eq!(found(&book, "2020-07-31"), Vec::<String>::new());
    }

    #[test]
    fn totals_that_are_round_where_prices_are_not_are_told() {
        let mut book = watched();
        (1..=4).for_each(|day| sale(&mut book, &format!("2020-06-{day:02}"), 5000, 250, &[]));
        let only = found(&book, "2020-06-30");
        assert_eq!(only, Vec::<String>::new(), "four sales prove nothing");
        sale(&mut book, "2020-06-05", 1750, 250, &[]);
        let rows = found(&book, "2020-06-30");
        assert_eq!(rows.len(), 1);
        assert!(rows[0].starts_with("watch/round-amounts | workshop/kon-savon | 5000 XOF | 4 | 5 | 80.0 % |  | 50.0 % | #"), "{rows:?}");
    }

    #[test]
    fn a_price_that_is_round_itself_says_nothing() {
        let mut book = watched();
        (1..=9).for_each(|day| sale(&mut book, &format!("2020-06-{day:02}"), 30_000, 15_000, &[]));
        assert_eq!(found(&book, "2020-06-30"), Vec::<String>::new());
    }

    #[test]
    fn a_reversed_sale_is_not_watched() {
        let mut book = watched();
        sale(&mut book, "2020-06-04", 1100, 1100, &[("below-list", true.into()), ("list-total", "1500 XOF".into())]);
        assert_eq!(found(&book, "2020-06-30").len(), 1);
        book.apply("reverse/1", date("2020-06-05"), &id("person/kon-a"), &Effects::new().close(&id("sale/kon-20-0001")).0);
        assert_eq!(found(&book, "2020-06-30"), Vec::<String>::new());
    }
}
