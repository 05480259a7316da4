//! Goods that a batch takes out of a store, and those it makes.

use crate::{Amount, Book, Date, Effects, Form, Id, Refusal, Thing, Value};
use std::collections::BTreeMap;

/// What a batch took out of a store.
#[derive(Form, Clone, Debug)]
pub struct Input {
    /// The item.
    #[field(of = "item")]
    pub item: Id,
    /// How much of it, in its own unit.
    #[field(of = "item")]
    pub quantity: Amount,
    /// Where it lay.
    #[field(of = "store")]
    pub store: Id,
    /// Its lot, when the item is kept by lot.
    #[field(of = "lot")]
    pub lot: Option<Id>,
}

/// An item that lies in stores, and some of it: neither francs, nor work, nor a service.
///
/// # Errors
/// `goods/not-goods`, `goods/nothing`, `thing/unknown` or `thing/closed`.
pub fn good(book: &Book<'_>, id: &Id, quantity: Amount) -> Result<Thing, Refusal> {
    let item = book.open(id)?;
    if matches!(item.text("group"), "money" | "work" | "service") {
        return Err(Refusal::new("goods/not-goods").with("thing", id));
    }
    if quantity.is_zero() { Err(Refusal::new("goods/nothing").with("item", id)) } else { Ok(item) }
}

/// The same, with the lot that its item asks for: neither forgotten, nor of something else.
///
/// # Errors
/// Those of [`good`], `goods/lot-needed`, `goods/lot-not-kept` or `goods/other-lot`.
pub fn with_lot(book: &Book<'_>, id: &Id, quantity: Amount, lot: Option<&Id>) -> Result<Thing, Refusal> {
    let item = good(book, id, quantity)?;
    match lot {
        None if item.flag("by-lot") => Err(Refusal::new("goods/lot-needed").with("item", id)),
        Some(lot) if !item.flag("by-lot") => Err(Refusal::new("goods/lot-not-kept").with("item", id).with("lot", lot)),
        Some(lot) if book.open(lot)?.id_of("item").as_ref() != Some(id) => {
            Err(Refusal::new("goods/other-lot").with("item", id).with("lot", lot))
        }
        _ => Ok(item),
    }
}

/// What was made of one item: rejects took as much to make as good pieces.
#[derive(Clone, Debug)]
pub struct Made {
    /// The item.
    pub item: Thing,
    /// What may be sold.
    pub good: Amount,
    /// What may not.
    pub rejected: Amount,
    /// Both together.
    pub all: Amount,
}

impl Made {
    /// Reads what was made.
    ///
    /// # Errors
    /// `batch/too-large`, or those of [`good`].
    pub fn read(book: &Book<'_>, item: &Id, good: Amount, rejected: Option<Amount>) -> Result<Made, Refusal> {
        let rejected = rejected.unwrap_or_else(|| good.with_count(0));
        let all = sum(item, good, rejected)?;
        Ok(Made { item: self::good(book, item, all)?, good, rejected, all })
    }

    /// How it is kept with its batch.
    #[must_use]
    pub(super) fn told(&self) -> Value {
        crate::json!({"item": self.item.id, "good": self.good.to_string(), "rejected": self.rejected.to_string()})
    }
}

/// What a batch used, item by item.
///
/// # Errors
/// Those of [`with_lot`], `thing/…` for a store, or `batch/too-large`.
pub fn used(book: &Book<'_>, inputs: &[Input]) -> Result<BTreeMap<Id, Amount>, Refusal> {
    let mut used: BTreeMap<Id, Amount> = BTreeMap::new();
    for input in inputs {
        with_lot(book, &input.item, input.quantity, input.lot.as_ref())?;
        book.open(&input.store)?;
        let so_far = used.entry(input.item.clone()).or_insert_with(|| input.quantity.with_count(0));
        *so_far = sum(&input.item, *so_far, input.quantity)?;
    }
    Ok(used)
}

/// Two amounts of an item together.
fn sum(item: &Id, one: Amount, other: Amount) -> Result<Amount, Refusal> {
    one.plus(other).map_err(|_| Refusal::new("batch/too-large").with("item", item).with("came", other))
}

/// The beginning of a batch's lot: what it is of, who made it, when.
#[must_use]
pub fn lot_of(lot: &Id, item: &Id, unit: &Id, batch: &Id, made: Date, ready: Option<Date>) -> Effects {
    let text = |id: &Id| Value::from(id.as_str());
    let ready = ready.map_or(Value::Null, |day| day.to_string().into());
    let values = [("item", text(item)), ("unit", text(unit)), ("made", made.to_string().into()), ("batch", text(batch)), ("ready", ready)];
    Effects::new().open(lot, values)
}
