//! Goods on their way out: from which place and lot, and whether they may leave.

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// The refusals [`Wanted::found`] and [`enough`] may give.
pub(crate) const REFUSALS: &[&str] = &[
    "sale/store-missing",
    "sale/lot-missing",
    "sale/lot-of-other-item",
    "sale/lot-of-other-unit",
    "sale/lot-still-curing",
    "sale/not-enough-left",
];

/// What somebody wants to take out.
pub(crate) struct Wanted<'a> {
    /// What.
    pub(crate) item: &'a Id,
    /// Of which lot; the oldest that suffices when it is not said.
    pub(crate) lot: Option<&'a Id>,
    /// How much.
    pub(crate) quantity: Amount,
    /// From where; services need no place.
    pub(crate) place: Option<&'a Id>,
    /// Who made it, when that matters.
    pub(crate) unit: Option<&'a Id>,
}

/// What will be taken out, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What.
    pub(crate) item: Id,
    /// Of which lot.
    pub(crate) lot: Option<Id>,
    /// How much.
    pub(crate) quantity: Amount,
    /// From where.
    pub(crate) place: Id,
}

/// True for work done for somebody: it has no store.
pub(crate) fn is_service(item: &Id, book: &Book<'_>) -> bool {
    book.value(item, "group") == "service"
}

impl Wanted<'_> {
    /// The place and lot it is taken from.
    pub(crate) fn found(&self, book: &Book<'_>) -> Result<Found, Refusal> {
        book.open(self.item)?;
        let place = match (self.place, self.unit) {
            (Some(place), _) => place.clone(),
            (None, Some(unit)) if is_service(self.item, book) => unit.as_kind("produced"),
            (None, _) => return Err(Refusal::new("sale/store-missing").with("item", self.item)),
        };
        let by_lot = book.value(self.item, "by-lot") == true;
        let lot = match self.lot {
            Some(lot) => {
                self.sellable(lot, book)?;
                Some(lot.clone())
            }
            None if by_lot && place.kind() != "produced" => Some(self.oldest(&place, book)?),
            None => None,
        };
        Ok(Found { item: self.item.clone(), lot, quantity: self.quantity, place })
    }

    fn sellable(&self, lot: &Id, book: &Book<'_>) -> Result<(), Refusal> {
        let thing = book.open(lot)?;
        if thing.id_of("item").as_ref() != Some(self.item) {
            return Err(Refusal::new("sale/lot-of-other-item").with("lot", lot).with("item", self.item).with("of", thing.text("item")));
        }
        match (self.unit, thing.id_of("unit")) {
            (Some(unit), Some(maker)) if *unit != maker => {
                return Err(Refusal::new("sale/lot-of-other-unit").with("lot", lot).with("unit", unit).with("of", maker));
            }
            _ => {}
        }
        if thing.flag("released") {
            return Ok(());
        }
        let refusal = Refusal::new("sale/lot-still-curing").with("lot", lot).with("date", book.date());
        Err(match release(lot, book) {
            Some(day) => refusal.with("until", day),
            None => refusal.with("until", "-"),
        })
    }

    /// The oldest released lot of the place that has enough of it.
    fn oldest(&self, place: &Id, book: &Book<'_>) -> Result<Id, Refusal> {
        let inside = book.holdings_of(place).into_iter().filter(|h| h.item == *self.item && h.balance.count() >= self.quantity.count());
        let lots = inside.filter_map(|h| h.lot).filter(|lot| self.sellable(lot, book).is_ok());
        let oldest = lots.min_by_key(|lot| (book.value(lot, "made").as_str().unwrap_or_default().to_owned(), lot.clone()));
        oldest.ok_or_else(|| Refusal::new("sale/lot-missing").with("item", self.item).with("place", place).with("asked", self.quantity))
    }
}

/// The day a lot will be released, when that is already set within the next 511 days.
fn release(lot: &Id, book: &Book<'_>) -> Option<Date> {
    let released = |days: u64| book.at(book.date() + Days::new(days)).value(lot, "released") == true;
    let (mut before, mut on) = (0, 511);
    if !released(on) {
        return None;
    }
    while on - before > 1 {
        let middle = (before + on) / 2;
        if released(middle) { on = middle } else { before = middle }
    }
    Some(book.date() + Days::new(on))
}

/// Refuses more than a lot, or an item without lots, has left where it is taken from.
///
/// A place that does not answer (it is being counted) is left to the host's own guards.
pub(crate) fn enough(found: &[Found], book: &Book<'_>) -> Result<(), Refusal> {
    let mut asked: BTreeMap<(&Id, &Id, Option<&Id>), Amount> = BTreeMap::new();
    for one in found.iter().filter(|one| one.place.kind() != "produced") {
        let sum = asked.entry((&one.place, &one.item, one.lot.as_ref())).or_insert(one.quantity.with_count(0));
        *sum = sum.with_count(sum.count().saturating_add(one.quantity.count()));
    }
    for ((place, item, lot), asked) in asked {
        let left = match lot {
            Some(lot) => book.holding_of_lot(place, item, lot),
            None => book.holding(place, item),
        };
        if let Some(left) = left.filter(|left| left.unit() == asked.unit() && left.count() < asked.count()) {
            let what = lot.unwrap_or(item);
            return Err(Refusal::new("sale/not-enough-left")
                .with("lot", what)
                .with("place", place)
                .with("left", left)
                .with("asked", asked));
        }
    }
    Ok(())
}
