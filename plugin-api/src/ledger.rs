//! What must be known of a book to judge what a command does to it.

use crate::{Amount, Date, Decision, Id, Unit, Value, items};
use std::borrow::Cow;

/// Kinds of things that belong to no site: everybody reads them.
pub const REFERENCE: &[&str] = &[
    "facility",
    "item",
    "role",
    "college",
    "reason",
    "trade",
    "crop",
    "unit",
    "indicator",
    "donor",
    "recipe",
    "template",
    "plugin",
    "publisher",
    "kind",
    "conversion",
];

/// From when a thing is, and whether it still is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Life {
    /// Its first day.
    pub since: Date,
    /// True once it has ended or is void.
    pub ended: bool,
}

/// Things, balances and counters: six facts a book keeps, and what follows from them.
pub trait Ledger {
    /// The life of a thing; `None` when it was never opened.
    fn life(&self, thing: &Id) -> Option<Life>;

    /// An attribute at a date; `null` counts as none.
    fn value_at(&self, thing: &Id, key: &str, date: Date) -> Option<Cow<'_, Value>>;

    /// The balance of a place in an item's smallest unit, of one lot or of what has none; owed places are below zero.
    fn balance(&self, place: &Id, item: &Id, lot: Option<&Id>) -> i64;

    /// What came into and went out of a place over whole months, all lots together, in the item's smallest unit.
    fn turnover(&self, place: &Id, item: &Id, from: Date, to: Date) -> (i64, i64);

    /// The last number of a host series of a site and year; 0 before the first.
    fn last_number(&self, site: &str, series: &str, year: i32) -> u64;

    /// The number in the last id of a kind that a site allotted in a year; 0 before the first.
    fn last_allotted(&self, kind: &str, site: &str, year: i32) -> u64;

    /// Unit and decimals of an item; `None` when it is not known as one.
    fn measure(&self, item: &Id) -> Option<(Unit, u8)> {
        let unit = self.value_at(item, "unit", Date::MAX)?.as_str().and_then(Unit::parse)?;
        let scale = self.value_at(item, "scale", Date::MAX).as_deref().and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok())?;
        Some((unit, scale))
    }

    /// `count` of an item's smallest unit as an amount.
    fn amount(&self, item: &Id, count: i64) -> Amount {
        let (unit, scale) = self.measure(item).unwrap_or((Unit::parse("unit").expect("a unit"), 0));
        Amount::new(count, scale, unit)
    }

    /// The facility a thing belongs to on a day: a person's by attribute, all others' by their code.
    fn home(&self, id: &Id, date: Date) -> String {
        if id.kind() == "person"
            && let Some(facility) = self.value_at(id, "facility", date).as_deref().and_then(Value::as_str).and_then(|s| Id::parse(s).ok())
        {
            return facility.code().to_owned();
        }
        id.site().to_owned()
    }

    /// A parameter: the site's own at the date, else the general one; `null` when nobody set it.
    fn rule(&self, site: &str, name: &str, date: Date) -> Value {
        let own = self.value_at(&Id::new("rules", site), name, date);
        own.or_else(|| self.value_at(&Id::new("rules", "general"), name, date)).map_or(Value::Null, Cow::into_owned)
    }

    /// True while two people count a place: nobody may see or move it.
    fn is_frozen(&self, place: &Id) -> bool {
        self.value_at(place, "frozen", Date::MAX).is_some()
    }

    /// A decision and what is left of its leave, in francs.
    fn decision(&self, id: &Id) -> Option<Decision> {
        let life = self.life(id).filter(|_| id.kind() == "decision")?;
        let text = |key: &str| self.value_at(id, key, Date::MAX).as_deref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let date = |key: &str| text(key).parse().ok();
        Some(Decision {
            id: id.clone(),
            about: text("about"),
            adopted: !life.ended && date("adopted").is_some_and(|_: Date| true),
            until: date("until"),
            left: self.balance(id, &items::leave(), None),
            purpose: Id::parse(&text("purpose")).ok(),
        })
    }
}
