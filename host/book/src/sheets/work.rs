//! Workshops and the people in them: work, output, sales, shares.

use super::{Scope, Sheet, Why};
use crate::TheBook;
use baara_plugin_api::{Amount, Id, items};
use std::collections::BTreeSet;

/// One row a workshop: who worked, what was made, what it earned.
pub(super) fn workshops(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&[
        "facility",
        "workshop",
        "trade",
        "micro-project",
        "people",
        "women",
        "half-days",
        "trained",
        "products",
        "collected",
        "shared",
        "fund",
    ]);
    let work = work_places(book, scope);
    let trainings: Vec<_> =
        book.all_of("training").into_iter().filter(|id| scope.covers(id)).filter_map(|id| book.thing(&id, scope.period.to)).collect();
    for id in book.all_of("workshop").into_iter().filter(|id| scope.covers(id)) {
        let Some(shop) = book.thing(&id, scope.period.to) else { continue };
        let code = id.code().to_owned();
        let mut why = Why::new("half-days-worked");
        let (mut half_days, mut people) = (0, BTreeSet::new());
        for (unit, person, came) in work.iter().filter(|w| w.0 == code) {
            half_days += came;
            people.insert(person.clone());
            why.source(format!("work/{unit}.{person}"), came);
        }
        let women =
            people.iter().filter(|p| book.thing(&Id::new("person", p), scope.period.to).is_some_and(|p| p.text("sex") == "f")).count();
        let trained: BTreeSet<&str> = trainings
            .iter()
            .filter(|t| t.text("unit") == id.as_str() && t.flag("completed") && scope.period.has(t.since.max(scope.period.from)))
            .map(|t| t.text("person"))
            .collect();
        let produced = Id::new("produced", &code);
        let products: Vec<String> = book
            .holdings_of(&produced)
            .iter()
            .filter_map(|h| {
                let (back, out) = book.flow(&produced, &h.item, scope.period);
                (out > back).then(|| format!("{} {}", h.balance.with_count(out - back).figure(), h.item.code()))
            })
            .collect();
        let fund = Id::new("fund", &format!("{code}.sales"));
        let (shared, collected) = book.flow(&fund, &items::xof(), scope.period);
        let left = -book.balance_at(&fund, &items::xof(), scope.period.to);
        sheet.row(
            &code,
            vec![
                format!("facility/{}", id.site()),
                id.to_string(),
                shop.text("trade").to_owned(),
                shop.text("micro-project").to_owned(),
                people.len().to_string(),
                women.to_string(),
                half_days.to_string(),
                trained.len().to_string(),
                products.join(", "),
                Amount::francs(collected).to_string(),
                Amount::francs(shared).to_string(),
                Amount::francs(left).to_string(),
            ],
        );
        sheet.why(&code, "half-days", why);
        let mut why = Why::new("collected-into-sales-fund");
        why.source(&fund, Amount::francs(collected));
        sheet.why(&code, "collected", why);
    }
    sheet
}

/// Unit code, person code and half-days worked in the period.
fn work_places(book: &TheBook, scope: &Scope) -> Vec<(String, String, i64)> {
    let mut found = Vec::new();
    for h in book.all_holdings() {
        if h.place.kind() != "work" || h.item != items::half_days() || !scope.covers(&h.place) {
            continue;
        }
        let Some((unit, person)) = h.place.code().split_once('.') else { continue };
        let (came, _) = book.flow(&h.place, &items::half_days(), scope.period);
        if came > 0 {
            found.push((unit.to_owned(), person.to_owned(), came));
        }
    }
    found
}

/// One row a person: credited, paid, still owed.
pub(super) fn pecule(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["person", "sex", "status", "state", "opening", "credited", "paid", "owed"]);
    for h in book.all_holdings() {
        if h.place.kind() != "pecule" || !scope.covers(&h.place) {
            continue;
        }
        let Some(person) = h.place.code().split_once('.').map(|(_, code)| Id::new("person", code)) else { continue };
        let Some(thing) = book.thing(&person, scope.period.to) else { continue };
        let (paid, credited) = book.flow(&h.place, &items::xof(), scope.period);
        let owed = -book.balance_at(&h.place, &items::xof(), scope.period.to);
        let before = owed - credited + paid;
        if (before, credited, paid) == (0, 0, 0) {
            continue;
        }
        let francs = |n: i64| Amount::francs(n).to_string();
        let code = h.place.code().to_owned();
        sheet.row(
            &code,
            vec![
                person.to_string(),
                thing.text("sex").to_owned(),
                thing.text("status").to_owned(),
                thing.text("state").to_owned(),
                francs(before),
                francs(credited),
                francs(paid),
                francs(owed),
            ],
        );
        let mut why = Why::new("pecule");
        why.source("opening", francs(before));
        why.source("credited", francs(credited));
        why.source("paid", francs(-paid));
        sheet.why(&code, "owed", why);
    }
    sheet
}
