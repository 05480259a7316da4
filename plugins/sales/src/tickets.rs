//! Services are paid by their tickets: work that took no number beforehand is the receipt easiest to hide.

use crate::goods::is_service;
use baara_plugin_api::prelude::*;

/// The refusals of [`paid_by`].
pub(crate) const REFUSALS: &[&str] = &["sale/ticket-missing", "sale/ticket-unfit"];

/// The tickets that a line of a workshop's sale pays: the one it names, else one for just as much, else the oldest that add
/// up to it.
///
/// A farm has none, and goods need none. `taken` are those of the lines before.
pub(crate) fn paid_by(
    (item, quantity): (&Id, Amount),
    named: Option<&Id>,
    unit: &Id,
    taken: &[Id],
    book: &Book<'_>,
) -> Result<Vec<Id>, Refusal> {
    if let Some(ticket) = named {
        let thing = book.open(ticket)?;
        let fits = is_unpaid(&thing, unit, item) && !taken.contains(ticket) && worth(&thing, quantity) == quantity.count();
        return if fits {
            Ok(vec![ticket.clone()])
        } else {
            Err(Refusal::new("sale/ticket-unfit").with("ticket", ticket).with("item", item))
        };
    }
    if unit.kind() != "workshop" || !is_service(item, book) {
        return Ok(Vec::new());
    }
    let all = book.things_having("ticket", "unit", unit.as_str());
    let mut waiting: Vec<Thing> = all.iter().filter(|id| !taken.contains(id)).filter_map(|id| book.thing(id)).collect();
    waiting.retain(|ticket| is_unpaid(ticket, unit, item));
    waiting.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    if let Some(same) = waiting.iter().find(|ticket| worth(ticket, quantity) == quantity.count()) {
        return Ok(vec![same.id.clone()]);
    }
    let mut left = quantity.count();
    let mut paid = Vec::new();
    for ticket in &waiting {
        let count = worth(ticket, quantity);
        if count <= left {
            left -= count;
            paid.push(ticket.id.clone());
        }
    }
    if left == 0 {
        return Ok(paid);
    }
    let open: i64 = waiting.iter().map(|ticket| worth(ticket, quantity)).sum();
    Err(Refusal::new("sale/ticket-missing")
        .with("item", item)
        .with("unit", unit)
        .with("asked", quantity)
        .with("waiting", quantity.with_count(open)))
}

/// A free ticket is never paid, another only once.
fn is_unpaid(ticket: &Thing, unit: &Id, item: &Id) -> bool {
    let is = |key: &str, id: &Id| ticket.text(key) == id.as_str();
    is("unit", unit) && is("item", item) && !ticket.flag("free") && ticket.text("receipt").is_empty()
}

/// How much a ticket is for, in the smallest unit of `like`; one whole unit when it does not say.
fn worth(ticket: &Thing, like: Amount) -> i64 {
    ticket.amount("quantity").map_or(10_i64.pow(u32::from(like.scale())), Amount::count)
}
