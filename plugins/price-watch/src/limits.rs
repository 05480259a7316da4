//! The limits beyond which something is told: dated rules, so that a committee may change them.

use baara_plugin_api::prelude::*;

/// The limits in force on a day.
pub(crate) struct Limits {
    /// Months before the period that say what is usual.
    pub(crate) usual_months: u64,
    /// Fewer cases than this prove nothing.
    pub(crate) least: u64,
    /// The part of sales below the list that is told.
    pub(crate) below_list: Ratio,
    /// What a rounded amount is a multiple of, in francs.
    pub(crate) round_to: i64,
    /// The part of rounded amounts that is told.
    pub(crate) round_share: Ratio,
    /// Days after which a number that was passed over is told.
    pub(crate) gap_days: u64,
    /// The part of papers with the same two signatures that is told.
    pub(crate) pair_share: Ratio,
}

impl Limits {
    /// Reads them.
    ///
    /// # Errors
    /// `rule/not-set`, naming the first that nobody set, or set to something it cannot be.
    pub(crate) fn on(day: Date, book: &Book<'_>) -> Result<Limits, Refusal> {
        let book = book.at(day);
        let missing = |name: &str| Refusal::new("rule/not-set").with("rule", name);
        let whole = |name: &str| book.rule(name).as_u64().ok_or_else(|| missing(name));
        let ratio = |name: &str| {
            let text = match book.rule(name) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Ratio::parse(&text).ok_or_else(|| missing(name))
        };
        let round_to = "price-watch.round-to";
        Ok(Limits {
            usual_months: whole("price-watch.usual-months")?,
            least: whole("price-watch.least")?,
            below_list: ratio("price-watch.below-list")?,
            round_to: i64::try_from(whole(round_to)?).ok().filter(|francs| *francs > 1).ok_or_else(|| missing(round_to))?,
            round_share: ratio("price-watch.round-share")?,
            gap_days: whole("price-watch.gap-days")?,
            pair_share: ratio("price-watch.pair-share")?,
        })
    }
}
