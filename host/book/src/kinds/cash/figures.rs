//! What a counter writes down: pieces of each note and coin, a statement's balance, or lots on the shelves.
//!
//! - a cash box: `10000x3 5000x2 25x1` (value × pieces; `0` when empty);
//! - a bank or mobile money account: the balance of the statement, `125 000`;
//! - a store: `kon-20-0007=12.500 kg; fil=3` (lot or item = quantity, with or without its unit; `0` when empty).
//!   A lot may be written with its item, `mais-grain/kon-20-0007=12,5`.

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Notes and coins of the franc CFA in use.
const DENOMINATIONS: &[i64] = &[10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5, 1];

/// An item, and its lot when it has one.
pub(super) type Line = (Id, Option<Id>);

/// Figures as written down, before the book says what each line is.
#[derive(Debug)]
pub(super) enum Written {
    /// Pieces by value, and what they make together.
    Francs(BTreeMap<i64, i64>, i64),
    /// What is counted, and how much of it.
    Goods(Vec<(String, String)>),
}

/// Figures as counted; equal when two people found the same.
#[derive(PartialEq, Debug)]
pub(super) enum Figures {
    /// Pieces by value, and what they make together.
    Francs(BTreeMap<i64, i64>, i64),
    /// Quantities by item and lot.
    Goods(BTreeMap<Line, Amount>),
}

/// Tells a counter at once whether figures can be read, before they are sealed.
///
/// The desk calls it with the kind of the place for `figures` of `count-first` and `count-second`,
/// because `decide` sees only the seal.
///
/// # Errors
/// `count/not-figures`, `count/not-a-denomination` or `count/line-twice`.
pub fn figures_fit(place_kind: &str, text: &str) -> Result<(), Refusal> {
    read(place_kind, text).map(|_| ())
}

/// Reads figures for a kind of place.
pub(super) fn read(place_kind: &str, text: &str) -> Result<Written, Refusal> {
    match place_kind {
        "store" => goods(text),
        "cash-box" => pieces(text),
        _ => {
            let total = read_number(text, 0).map_err(|_| not_figures(text))?;
            Ok(Written::Francs(BTreeMap::new(), total))
        }
    }
}

fn not_figures(part: &str) -> Refusal {
    Refusal::new("count/not-figures").with("part", part.chars().take(60).collect::<String>())
}

fn pieces(text: &str) -> Result<Written, Refusal> {
    let mut pieces = BTreeMap::new();
    for part in text.split_whitespace().filter(|part| *part != "0") {
        let (value, n) = part.split_once(['x', 'X', '×']).ok_or_else(|| not_figures(part))?;
        let (value, n): (i64, u32) = (value.parse().map_err(|_| not_figures(part))?, n.parse().map_err(|_| not_figures(part))?);
        if !DENOMINATIONS.contains(&value) {
            return Err(Refusal::new("count/not-a-denomination").with("value", value));
        }
        if pieces.insert(value, i64::from(n)).is_some() {
            return Err(Refusal::new("count/line-twice").with("line", value));
        }
    }
    if text.trim().is_empty() {
        return Err(not_figures(text));
    }
    pieces.retain(|_, n| *n > 0);
    let total = pieces.iter().map(|(value, n)| value * n).sum();
    Ok(Written::Francs(pieces, total))
}

fn goods(text: &str) -> Result<Written, Refusal> {
    if text.trim().is_empty() {
        return Err(not_figures(text));
    }
    let mut lines = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty() && *part != "0") {
        let (what, quantity) = part.split_once('=').ok_or_else(|| not_figures(part))?;
        let (what, quantity) = (what.trim(), quantity.trim());
        let named = what.split('/').all(|code| Id::parse(&format!("lot/{code}")).is_ok());
        // `12,500` may be read twice: it is refused here, while the counter can still say which.
        let read = quantity.parse::<Amount>().map_or_else(|_| read_number(quantity, 3).is_ok(), |amount| amount.count() >= 0);
        if !named || !read {
            return Err(not_figures(part));
        }
        lines.push((what.to_owned(), quantity.to_owned()));
    }
    Ok(Written::Goods(lines))
}

impl Written {
    /// The figures in each item's own unit and decimals; lines of nothing are left out.
    pub(super) fn in_items(self, book: &Book<'_>) -> Result<Figures, Refusal> {
        let lines = match self {
            Written::Francs(pieces, total) => return Ok(Figures::Francs(pieces, total)),
            Written::Goods(lines) => lines,
        };
        let mut counted = BTreeMap::new();
        for (what, quantity) in lines {
            let line = line(&what, book)?;
            let quantity = quantity_of(&line.0, &quantity, book)?;
            if counted.insert(line, quantity).is_some() {
                return Err(Refusal::new("count/line-twice").with("line", what));
            }
        }
        counted.retain(|_, quantity| !quantity.is_zero());
        Ok(Figures::Goods(counted))
    }
}

/// Which item, and which lot: a code alone is an item's, or else a lot's.
fn line(what: &str, book: &Book<'_>) -> Result<Line, Refusal> {
    let (item, lot) = match what.split_once('/') {
        Some((item, lot)) => (Some(Id::new("item", item)), Some(Id::new("lot", lot))),
        None if book.thing(&Id::new("item", what)).is_some() => (Some(Id::new("item", what)), None),
        None => (None, Some(Id::new("lot", what))),
    };
    let Some(lot) = lot else {
        let item = item.expect("a line without lot has an item");
        return if book.open(&item)?.flag("by-lot") { Err(Refusal::new("count/lot-missing").with("item", item)) } else { Ok((item, None)) };
    };
    let of = book.open(&lot)?.id_of("item").ok_or_else(|| Refusal::new("thing/unknown").with("thing", &lot))?;
    match item {
        Some(item) if item != of => Err(Refusal::new("count/lot-of-other-item").with("lot", lot).with("item", item)),
        _ => Ok((of, Some(lot))),
    }
}

fn quantity_of(item: &Id, text: &str, book: &Book<'_>) -> Result<Amount, Refusal> {
    let thing = book.open(item)?;
    let scale = thing.whole("scale").and_then(|s| u8::try_from(s).ok()).unwrap_or(0);
    let wrong = || {
        let refusal = Refusal::new("count/wrong-unit").with("item", item).with("came", text);
        refusal.with("unit", thing.text("unit")).with("decimals", scale)
    };
    let unit = Unit::parse(thing.text("unit")).ok_or_else(wrong)?;
    let Ok(amount) = text.parse::<Amount>() else {
        return read_number(text, scale).map(|count| Amount::new(count, scale, unit)).map_err(|_| wrong());
    };
    let finer = scale.checked_sub(amount.scale()).and_then(|more| 10i64.checked_pow(u32::from(more)));
    match finer.and_then(|times| amount.count().checked_mul(times)) {
        Some(count) if amount.unit() == unit => Ok(Amount::new(count, scale, unit)),
        _ => Err(wrong()),
    }
}
