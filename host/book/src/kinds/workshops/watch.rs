//! What only time shows of a workshop: people come to work and nothing that they make is recorded; lots that nobody lets go;
//! tickets that nobody pays.

use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::Past;
use std::collections::BTreeSet;

/// Days of attendance without a batch or a ticket after which somebody must ask, when no rule says.
const ATTENDED_DAYS: i64 = 20;
/// Days a lot may wait for its release after it was made, or after its cure, when no rule says.
const WAITING_DAYS: i64 = 30;
/// Days a ticket may wait for its payment, when no rule says.
const UNPAID_DAYS: i64 = 7;
/// Tickets that were paid are put away after so many days, and all that may be at once, so that few stay open.
const PAID_DAYS: i64 = 31;
/// The most tickets one round puts away: an entry has its limit.
const PUT_AWAY: usize = 300;

/// The daily round of a site's workshops.
#[derive(Form)]
pub(super) struct WorkshopWatch {}

impl Record for WorkshopWatch {
    const KIND: &'static str = "workshop-watch/1";
    const SWEEP: bool = true;
    fn writes() -> Grant {
        grant(&["ticket"], &["workshop.silent-since", "lot.wait-told"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["watch/nothing-new"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let limit = |rule: &str, usual: i64| book.rule(rule).as_i64().filter(|days| *days > 0).unwrap_or(usual);
        let (attended, waiting) = (limit("watch.attended-days", ATTENDED_DAYS), limit("watch.lot-days", WAITING_DAYS));
        let unpaid = limit("watch.ticket-days", UNPAID_DAYS);
        let mut effects = Effects::new();
        for unit in book.things("workshop").iter().filter_map(|id| book.thing(id)) {
            effects = silent(effects, &unit, attended, book);
            effects = lots_wait(effects, &unit, waiting, book);
            effects = tickets(effects, &unit, unpaid, book);
        }
        if effects.0.is_empty() { Err(Refusal::new("watch/nothing-new").with("site", &cmd.site)) } else { Ok(effects) }
    }
}

/// The team came for so many days since the last thing the workshop recorded. Told once for each silence.
fn silent(effects: Effects, unit: &Thing, limit: i64, book: &Book<'_>) -> Effects {
    let tickets = book.things_having("ticket", "unit", unit.id.as_str());
    let tickets = tickets.iter().filter_map(|id| book.thing(id)).map(|ticket| ticket.since);
    let last = Past::of(book, &unit.id).batches().iter().filter_map(|batch| batch.date("made")).chain(tickets).max();
    let since = last.unwrap_or(unit.since);
    let came = book.entries(&unit.id).into_iter().filter(|entry| entry.kind.starts_with("attendance") && entry.date > since);
    let days = i64::try_from(came.map(|entry| entry.date).collect::<BTreeSet<Date>>().len()).unwrap_or(i64::MAX);
    if days < limit || unit.date("silent-since") == Some(since) {
        return effects;
    }
    let args = [("unit", unit.id.to_string()), ("days", days.to_string()), ("since", since.to_string())];
    effects.warn("workshop/no-production", &[&unit.id], args).set(&unit.id, "silent-since", since.to_string(), book.date())
}

/// Lots still in a store that nobody released or rejected long after they could be. Told once for each.
fn lots_wait(mut effects: Effects, unit: &Thing, limit: i64, book: &Book<'_>) -> Effects {
    for lot in book.things_having("lot", "unit", unit.id.as_str()).iter().filter_map(|id| book.thing(id)) {
        let Some(since) = lot.date("ready").or_else(|| lot.date("made")) else { continue };
        let days = (book.date() - since).num_days();
        if lot.flag("released") || lot.flag("rejected") || lot.flag("wait-told") || days < limit || !is_there(&lot, book) {
            continue;
        }
        let args = [("lot", lot.id.to_string()), ("days", days.to_string()), ("since", since.to_string())];
        effects = effects.warn("workshop/lot-waits", &[&lot.id, &unit.id], args).set(&lot.id, "wait-told", true, book.date());
    }
    effects
}

/// Tickets that are neither paid nor given up: told once for each. Those long paid are put away.
fn tickets(mut effects: Effects, unit: &Thing, limit: i64, book: &Book<'_>) -> Effects {
    let open: Vec<Thing> = book.things_having("ticket", "unit", unit.id.as_str()).iter().filter_map(|id| book.thing(id)).collect();
    let ago = |day: Date| (book.date() - day).num_days();
    let owed = |ticket: &&Thing| ticket.text("receipt").is_empty() && !ticket.flag("free") && !ticket.flag("unpaid-told");
    for ticket in open.iter().filter(owed) {
        let days = ago(ticket.since);
        if days >= limit {
            let args = [("ticket", ticket.id.to_string()), ("unit", unit.id.to_string()), ("days", days.to_string())];
            effects =
                effects.warn("workshop/ticket-unpaid", &[&ticket.id, &unit.id], args).set(&ticket.id, "unpaid-told", true, book.date());
        }
    }
    let is_over = |ticket: &&Thing| ticket.text("state") == "done";
    let paid = |days: i64| open.iter().filter(is_over).filter(move |ticket| ticket.date("paid").is_some_and(|day| ago(day) >= days));
    if paid(2 * PAID_DAYS).next().is_some() {
        effects = paid(PAID_DAYS).take(PUT_AWAY).fold(effects, |effects, ticket| effects.close(&ticket.id));
    }
    effects
}

fn is_there(lot: &Thing, book: &Book<'_>) -> bool {
    let held = lot.id_of("item").map(|item| book.holdings_in("store", &item)).unwrap_or_default();
    held.iter().any(|held| held.lot.as_ref() == Some(&lot.id) && held.balance.count() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::goods::tests::shop;
    use super::*;
    use crate::kinds::people::tests::{date, detainee, done, id, refused, value, warnings};
    use baara_plugin_api::testing::PaperBook;

    const UNIT: &str = "workshop/kon-couture";

    fn works(book: &mut PaperBook, days: &[&str]) {
        for day in days {
            done(book, "attendance/1", day, json!({"unit": UNIT, "half": "morning", "all-assigned": true}));
        }
    }

    fn round(book: &mut PaperBook, day: &str) -> Vec<String> {
        warnings(&done(book, "workshop-watch/1", day, json!({}))).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn people_who_come_and_a_workshop_that_tells_of_nothing_are_asked_about_once() {
        let mut book = shop();
        book.put(&id("rules/kon"), date("2020-01-01"), &[("watch.attended-days", 3.into())]);
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", "2020-06-10", json!({"person": person, "unit": UNIT}));
        works(&mut book, &["2020-06-11", "2020-06-12"]);
        refused(&mut book, "workshop-watch/1", "2020-06-12", json!({}), "watch/nothing-new");
        works(&mut book, &["2020-06-15"]);
        assert_eq!(round(&mut book, "2020-06-15"), ["workshop/no-production"]);
        works(&mut book, &["2020-06-16"]);
        refused(&mut book, "workshop-watch/1", "2020-06-16", json!({}), "watch/nothing-new");
        book.put(&id("batch/kon-20-0009"), date("2020-06-17"), &[("unit", UNIT.into()), ("made", "2020-06-17".into())]);
        works(&mut book, &["2020-06-18", "2020-06-19", "2020-06-22"]);
        assert_eq!(round(&mut book, "2020-06-22"), ["workshop/no-production"], "another silence");
        assert_eq!(value(&book, &id(UNIT), "silent-since", "2020-06-22"), json!("2020-06-17"));
    }

    #[test]
    fn a_ticket_that_nobody_pays_is_asked_about_once() {
        let mut book = shop();
        let ticket = |book: &mut PaperBook, n: u8, more: &[(&str, Value)]| {
            let all = [&[("unit", UNIT.into()), ("state", "done".into())], more].concat();
            book.put(&id(&format!("ticket/kon-20-000{n}")), date("2020-06-01"), &all);
        };
        ticket(&mut book, 1, &[]);
        ticket(&mut book, 2, &[("receipt", "KON-2020-000001".into()), ("paid", "2020-06-02".into())]);
        ticket(&mut book, 3, &[("receipt", "KON-2020-000002".into()), ("paid", "2020-07-20".into())]);
        refused(&mut book, "workshop-watch/1", "2020-06-07", json!({}), "watch/nothing-new");
        assert_eq!(round(&mut book, "2020-06-08"), ["workshop/ticket-unpaid"]);
        refused(&mut book, "workshop-watch/1", "2020-06-09", json!({}), "watch/nothing-new");
        refused(&mut book, "workshop-watch/1", "2020-08-02", json!({}), "watch/nothing-new");
        assert!(round(&mut book, "2020-08-03").is_empty(), "one is put away");
        let left = Book::new(&book, "kon", date("2020-08-03")).things("ticket");
        assert_eq!(left, [id("ticket/kon-20-0001"), id("ticket/kon-20-0003")]);
    }

    #[test]
    fn a_lot_that_nobody_lets_go_is_asked_about_once() {
        let mut book = shop();
        let (lot, item) = (id("lot/kon-20-0009"), id("item/pave"));
        let cures = [("unit", UNIT.into()), ("item", "item/pave".into()), ("made", "2020-06-01".into()), ("ready", "2020-06-29".into())];
        book.put(&lot, date("2020-06-01"), &cures);
        refused(&mut book, "workshop-watch/1", "2020-07-29", json!({}), "watch/nothing-new");
        book.stock(&id("store/kon-magasin"), &item, Some(&lot), "12 piece".parse().unwrap());
        refused(&mut book, "workshop-watch/1", "2020-07-28", json!({}), "watch/nothing-new");
        assert_eq!(round(&mut book, "2020-07-29"), ["workshop/lot-waits"]);
        refused(&mut book, "workshop-watch/1", "2020-07-30", json!({}), "watch/nothing-new");
    }
}
