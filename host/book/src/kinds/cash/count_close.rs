//! The end of a count: both figures are opened, compared, and the difference has a place of its own.

use super::counts::{FROZEN, place_counted, running};
use super::figures::{self, Figures, Line};
use super::{day, id, of_site, shown};
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A field that must be the very text sealed earlier: the host opens the seal and compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reveal {
    /// The record kind that says the text again.
    pub kind: &'static str,
    /// Its field with the text in clear.
    pub field: &'static str,
    /// Its field that names the thing.
    pub thing: &'static str,
    /// The thing's attribute with the seal.
    pub key: &'static str,
}

/// What the desk verifies before deciding; a text that differs is refused as `count/seal-differs`.
///
/// When one of these fields is empty, the desk may fill it in from the seal: by then both have counted.
pub const REVEALS: &[Reveal] = &[
    Reveal { kind: "count-close/1", field: "first-figures", thing: "count", key: "sealed" },
    Reveal { kind: "count-close/1", field: "second-figures", thing: "count", key: "sealed-second" },
];

/// Both figures in clear. When they agree, the book follows what is there; when not, both count again.
///
/// The host answers this kind's questions on the frozen place, and lets it move: it is what frees it.
#[derive(Form)]
pub(super) struct CountClose {
    #[field(of = "count")]
    count: Id,
    first_figures: String,
    second_figures: String,
}

impl Record for CountClose {
    const KIND: &'static str = "count-close/1";
    fn writes() -> Grant {
        let places = &["cash-box", "bank", "wallet", "store", "shortage", "fund", "found"];
        grant(&["count", "shortage", "lot"], FROZEN, places, &["*", "xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "count/not-open",
            "count/lapsed",
            "count/not-two",
            "count/disagree",
            "count/seal-differs",
            "count/not-figures",
            "count/not-a-denomination",
            "count/line-twice",
            "count/lot-of-other-item",
            "count/lot-missing",
            "count/wrong-unit",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let count = running(&self.count, cmd, book)?;
        if count.id_of("first").is_none() || count.id_of("second").is_none() {
            return Err(Refusal::new("count/not-two").with("count", &self.count));
        }
        let place = place_counted(&count)?;
        let read = |text: &str| figures::read(place.kind(), text)?.in_items(book);
        let (first, second) = (read(&self.first_figures)?, read(&self.second_figures)?);
        if first != second {
            return Err(Refusal::new("count/disagree").with("count", &self.count).with("place", &place));
        }
        let found = match first {
            Figures::Francs(_, total) => francs(total, &place, &self.count, cmd, book),
            Figures::Goods(lines) => goods(&lines, &place, &self.count, cmd, book),
        };
        Ok(found.set(&self.count, "state", "done", cmd.date).set(&self.count, "done-on", day(cmd.date), cmd.date).set(
            &place,
            "frozen",
            Value::Null,
            cmd.date,
        ))
    }
}

fn francs(counted: i64, place: &Id, count: &Id, cmd: &Command, book: &Book<'_>) -> Effects {
    let expected = book.francs(place);
    let effects = Effects::new().set(count, "counted", shown(Amount::francs(counted)), cmd.date).set(
        count,
        "expected",
        shown(Amount::francs(expected)),
        cmd.date,
    );
    let shortage = count.as_kind("shortage");
    if counted < expected {
        let effects = open_shortage(effects, &shortage, count, place);
        effects.francs(expected - counted, place, &shortage)
    } else {
        effects.francs(counted - expected, &of_site("fund", cmd, "unexplained"), place)
    }
}

fn goods(counted: &BTreeMap<Line, Amount>, store: &Id, count: &Id, cmd: &Command, book: &Book<'_>) -> Effects {
    let expected: BTreeMap<Line, Amount> = book.holdings_of(store).into_iter().map(|h| ((h.item, h.lot), h.balance)).collect();
    let lines: BTreeSet<&Line> = expected.keys().chain(counted.keys()).collect();
    let difference = |line: &Line| {
        let of = |side: &BTreeMap<Line, Amount>| side.get(line).map_or(0, |a| a.count());
        let like = expected.get(line).or(counted.get(line)).expect("a line is on one side");
        like.with_count(of(counted) - of(&expected))
    };
    let differences: Vec<(&Line, Amount)> = lines.into_iter().map(|line| (line, difference(line))).filter(|(_, d)| !d.is_zero()).collect();
    let shortage = count.as_kind("shortage");
    let mut effects = Effects::new().set(count, "differences", differences.len(), cmd.date);
    if differences.iter().any(|(_, d)| d.count() < 0) {
        effects = open_shortage(effects, &shortage, count, store);
    }
    let mut found = 0;
    for ((item, lot), difference) in differences {
        let amount = difference.with_count(difference.count().abs());
        effects = match lot {
            _ if difference.count() < 0 => effects.goods(item, amount, store, &shortage, lot.as_ref()),
            None => effects.moves(item, amount, &Id::new("found", &cmd.site), store),
            Some(like) => {
                // A lot to check: nothing releases it before somebody has looked at it.
                found += 1;
                let lot = Id::new("lot", &format!("${found}"));
                let unit = book.value(like, "unit");
                effects.open(&lot, [("item", id(item)), ("unit", unit), ("made", day(cmd.date))]).goods(
                    item,
                    amount,
                    &Id::new("found", &cmd.site),
                    store,
                    Some(&lot),
                )
            }
        };
    }
    effects
}

fn open_shortage(effects: Effects, shortage: &Id, count: &Id, place: &Id) -> Effects {
    effects.open(shortage, [("count", id(count)), ("place", id(place))])
}
