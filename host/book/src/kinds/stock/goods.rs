//! What every movement of goods checks in the same words: its amount, its item, its lot, its name.

use baara_plugin_api::Decision;
use baara_plugin_api::prelude::*;

/// The refusals of [`check`], before a kind's own.
macro_rules! with_goods {
    ($($own:literal),* $(,)?) => {
        &[
            "stock/quantity-zero",
            "stock/lot-missing",
            "stock/lot-not-kept",
            "stock/lot-of-another-item",
            $($own),*
        ]
    };
}
pub(in crate::kinds) use with_goods;

/// The id of something people name themselves: `<kind>/<site>-<code>`, not taken yet.
///
/// # Errors
/// `thing/code-unfit` or `thing/code-taken`.
pub(in crate::kinds) fn named(kind: &str, code: &str, book: &Book<'_>) -> Result<Id, Refusal> {
    let id = spelled(kind, code, book)?;
    match book.thing(&id) {
        Some(_) => Err(Refusal::new("thing/code-taken").with("thing", id)),
        None => Ok(id),
    }
}

/// The id of something people name themselves, taken or not; the site may be typed or left out.
///
/// # Errors
/// `thing/code-unfit`.
pub(in crate::kinds) fn spelled(kind: &str, code: &str, book: &Book<'_>) -> Result<Id, Refusal> {
    let site = book.site();
    let name = code.strip_prefix(site).and_then(|rest| rest.strip_prefix('-')).unwrap_or(code);
    let unfit = || Refusal::new("thing/code-unfit").with("code", code);
    let full = format!("{kind}/{site}-{name}");
    if name.is_empty() { Err(unfit()) } else { Id::parse(&full).map_err(|_| unfit()) }
}

/// Checks goods before they move: a known item, an amount of it above zero, and its lot when it is kept by lot.
///
/// # Errors
/// See [`with_goods`]; also `thing/unknown` and `thing/closed`.
pub(in crate::kinds) fn check(book: &Book<'_>, item: &Id, lot: Option<&Id>, quantity: Amount) -> Result<Thing, Refusal> {
    let item = measured(book, item, quantity)?;
    match lot {
        None if item.flag("by-lot") => Err(Refusal::new("stock/lot-missing").with("item", &item.id)),
        Some(lot) if !item.flag("by-lot") => Err(Refusal::new("stock/lot-not-kept").with("item", &item.id).with("lot", lot)),
        Some(lot) if book.open(lot)?.id_of("item").as_ref() != Some(&item.id) => {
            Err(Refusal::new("stock/lot-of-another-item").with("item", &item.id).with("lot", lot))
        }
        _ => Ok(item),
    }
}

/// The item, when the amount is above zero; its unit and decimals were read with it.
///
/// # Errors
/// `stock/quantity-zero`, `thing/unknown` or `thing/closed`.
pub(in crate::kinds) fn measured(book: &Book<'_>, item: &Id, quantity: Amount) -> Result<Thing, Refusal> {
    let item = book.open(item)?;
    if quantity.is_zero() {
        return Err(Refusal::new("stock/quantity-zero").with("item", &item.id));
    }
    Ok(item)
}

/// A place of the site that needs no thing of its own, `lost/kon`.
pub(in crate::kinds) fn place(kind: &str, book: &Book<'_>) -> Id {
    Id::new(kind, book.site())
}

/// A shortage of this kind's own, by its day: a count's shortage has the count's code, which the host allots.
pub(in crate::kinds) fn shortage(why: &str, book: &Book<'_>) -> Id {
    let day = book.date().format("%y%m%d");
    let mut codes = (1_u32..).map(|n| Id::new("shortage", &format!("{}-{why}-{day}-{n}", book.site())));
    codes.find(|id| book.thing(id).is_none()).expect("some number is free")
}

/// A decision that is adopted, usable on the day and about `about`.
///
/// # Errors
/// `leave/*` when it is missing, unknown, not adopted or over; `wrong` when it is about something else.
pub(in crate::kinds) fn decided(book: &Book<'_>, leave: Option<&Id>, about: &str, wrong: &str) -> Result<Decision, Refusal> {
    let decision = book.adopted(leave)?;
    if decision.about == about {
        return Ok(decision);
    }
    Err(Refusal::new(wrong).with("decision", decision.id).with("about", decision.about))
}
