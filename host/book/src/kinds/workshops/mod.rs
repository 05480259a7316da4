//! The record kinds of workshops: projects, goods in and out, batches, services.

use baara_plugin_api::prelude::*;

mod batches;
mod goods;
mod projects;
mod tickets;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<projects::MicroProject>(),
        Kind::of::<projects::BudgetLine>(),
        Kind::of::<projects::Workshop>(),
        Kind::of::<projects::WorkshopClose>(),
        Kind::of::<goods::GoodsIn>(),
        Kind::of::<goods::GoodsIssue>(),
        Kind::of::<goods::GoodsReturn>(),
        Kind::of::<batches::Batch>(),
        Kind::of::<batches::TradeBatch>(),
        Kind::of::<batches::LotCheck>(),
        Kind::of::<tickets::Ticket>(),
        Kind::of::<tickets::TicketDone>(),
    ]
}

/// An open thing of one kind.
///
/// # Errors
/// `thing/unknown`, `thing/closed`, or `code` when it is of another kind.
fn open_as(book: &Book<'_>, id: &Id, kind: &str, code: &str) -> Result<Thing, Refusal> {
    let thing = book.open(id)?;
    if id.kind() == kind { Ok(thing) } else { Err(Refusal::new(code).with("thing", id)) }
}

/// An open workshop.
fn workshop(book: &Book<'_>, id: &Id) -> Result<Thing, Refusal> {
    open_as(book, id, "workshop", "workshop/not-a-workshop")
}

/// True for what people may put in a code: `a-z 0-9 -`, short enough for every place built from it.
fn is_code(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && (1..=20).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}
