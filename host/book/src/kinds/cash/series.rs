//! Paper books and field sheets with printed numbers: registered before they leave the safe, each number ended once.

use super::{maybe, named};
use baara_plugin_api::prelude::*;

/// The most numbers one book has.
const LARGEST: u64 = 10_000;

/// A book of printed numbers, before it leaves the safe.
#[derive(Form)]
pub(super) struct SeriesRegister {
    code: String,
    label: String,
    first_number: u64,
    last_number: u64,
    #[field(of = "person")]
    keeper: Option<Id>,
    /// The blank sheet that is printed with these numbers; a bought book has none.
    sheet: Option<Sheet>,
}

/// Blank sheets to fill in by hand.
#[derive(Choice, PartialEq, Clone, Copy)]
#[expect(clippy::enum_variant_names, reason = "a code has one word on the screen, and a loss is also what a motion is about")]
enum Sheet {
    WeighingSheet,
    AttendanceSheet,
    LossSheet,
}

impl Record for SeriesRegister {
    const KIND: &'static str = "series-register/1";
    fn writes() -> Grant {
        grant(&["series"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/bad-code", "cash/already-there", "series/bad-range"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let series = named("series", &self.code, cmd, book)?;
        let (from, to) = (self.first_number, self.last_number);
        if from == 0 || to < from || to - from >= LARGEST {
            return Err(Refusal::new("series/bad-range").with("from", from).with("to", to).with("largest", LARGEST));
        }
        if let Some(keeper) = &self.keeper {
            book.open(keeper)?;
        }
        let keeper = maybe(self.keeper.as_ref().map(Id::as_str));
        let sheet = maybe(self.sheet.map(|sheet| sheet.code()));
        let values = [("label", self.label.into()), ("from", from.into()), ("to", to.into()), ("keeper", keeper), ("sheet", sheet)];
        Ok(Effects::new().open(&series, values))
    }
}

/// How one number of a paper book ended.
#[derive(Form)]
pub(super) struct SeriesNumber {
    #[field(of = "series")]
    series: Id,
    number: u64,
    ended: Ended,
    #[field(sealed)]
    reason: Option<String>,
}

/// What became of a number.
#[derive(Choice, PartialEq, Clone, Copy)]
enum Ended {
    Keyed,
    Void,
    Lost,
}

impl Record for SeriesNumber {
    const KIND: &'static str = "series-number/1";
    fn writes() -> Grant {
        grant(&["series"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["series/outside", "series/already-ended", "series/needs-reason"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let series = book.open(&self.series)?;
        let bound = |key| series.values.get(key).and_then(Value::as_u64).unwrap_or(0);
        let (from, to) = (bound("from"), bound("to"));
        if !(from..=to).contains(&self.number) {
            let refusal = Refusal::new("series/outside").with("series", &self.series).with("number", self.number);
            return Err(refusal.with("from", from).with("to", to));
        }
        let key = format!("n.{}", self.number);
        if let Some(ended) = series.values.get(&key).and_then(Value::as_str) {
            return Err(Refusal::new("series/already-ended").with("series", &self.series).with("number", self.number).with("ended", ended));
        }
        if self.ended == Ended::Lost && self.reason.is_none() {
            return Err(Refusal::new("series/needs-reason").with("number", self.number));
        }
        let effects = Effects::new().set(&self.series, &key, self.ended.code(), cmd.date);
        Ok(if self.ended == Ended::Lost {
            let args = [("series", self.series.to_string()), ("number", self.number.to_string())];
            effects.warn("series/number-lost", &[&self.series], args)
        } else {
            effects
        })
    }
}
