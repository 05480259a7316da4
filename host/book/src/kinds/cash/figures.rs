//! What a counter writes down: pieces of each note and coin, a statement's balance, or lots on the shelves.
//!
//! - a cash box: `10000x3 5000x2 25x1` (value × pieces; `0` when empty);
//! - a bank or mobile money account: the balance of the statement, `125 000`;
//! - a store: `mais-grain/kon-20-0007=12.500 kg; fil=3 piece` (item/lot = quantity; `0` when empty).

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Notes and coins of the franc CFA in use.
const DENOMINATIONS: &[i64] = &[10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5, 1];

/// An item, and its lot when it has one.
type Line = (Id, Option<Id>);

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
pub(super) fn read(place_kind: &str, text: &str) -> Result<Figures, Refusal> {
    match place_kind {
        "store" => goods(text),
        "cash-box" => pieces(text),
        _ => {
            let total = read_number(text, 0).map_err(|_| not_figures(text))?;
            Ok(Figures::Francs(BTreeMap::new(), total))
        }
    }
}

fn not_figures(part: &str) -> Refusal {
    Refusal::new("count/not-figures").with("part", part.chars().take(60).collect::<String>())
}

fn pieces(text: &str) -> Result<Figures, Refusal> {
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
    Ok(Figures::Francs(pieces, total))
}

fn goods(text: &str) -> Result<Figures, Refusal> {
    let mut lines = BTreeMap::new();
    if text.trim().is_empty() {
        return Err(not_figures(text));
    }
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty() && *part != "0") {
        let (what, quantity) = part.split_once('=').ok_or_else(|| not_figures(part))?;
        let quantity: Amount = quantity.trim().parse().map_err(|_| not_figures(part))?;
        let named = |kind: &str, code: &str| Id::parse(&format!("{kind}/{}", code.trim())).map_err(|_| not_figures(part));
        let line = match what.split_once('/') {
            Some((item, lot)) => (named("item", item)?, Some(named("lot", lot)?)),
            None => (named("item", what)?, None),
        };
        if quantity.count() < 0 {
            return Err(not_figures(part));
        }
        if lines.insert(line, quantity).is_some() {
            return Err(Refusal::new("count/line-twice").with("line", what.trim()));
        }
    }
    Ok(Figures::Goods(lines))
}

impl Figures {
    /// The same figures in each item's own unit and decimals, checked against the book.
    pub(super) fn in_items(self, book: &Book<'_>) -> Result<Figures, Refusal> {
        let Figures::Goods(lines) = self else { return Ok(self) };
        let mut exact = BTreeMap::new();
        for (line, quantity) in lines {
            let quantity = in_item(&line, quantity, book)?;
            if !quantity.is_zero() {
                exact.insert(line, quantity);
            }
        }
        Ok(Figures::Goods(exact))
    }
}

fn in_item((item, lot): &Line, quantity: Amount, book: &Book<'_>) -> Result<Amount, Refusal> {
    let thing = book.open(item)?;
    match lot {
        Some(lot) if book.open(lot)?.id_of("item").as_ref() != Some(item) => {
            return Err(Refusal::new("count/lot-of-other-item").with("lot", lot).with("item", item));
        }
        None if thing.flag("by-lot") => return Err(Refusal::new("count/lot-missing").with("item", item)),
        _ => {}
    }
    let scale = thing.whole("scale").and_then(|s| u8::try_from(s).ok()).unwrap_or(0);
    let finer = scale.checked_sub(quantity.scale()).and_then(|more| 10i64.checked_pow(u32::from(more)));
    match finer.and_then(|times| quantity.count().checked_mul(times)) {
        Some(count) if quantity.unit().as_str() == thing.text("unit") => Ok(Amount::new(count, scale, quantity.unit())),
        _ => Err(Refusal::new("count/wrong-unit")
            .with("item", item)
            .with("came", quantity)
            .with("unit", thing.text("unit"))
            .with("decimals", scale)),
    }
}
