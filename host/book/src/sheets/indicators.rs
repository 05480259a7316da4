//! The donor's indicators, each with numerator, denominator, perimeter and date; and the claims once published.

use super::harvest::{campaigns, percent};
use super::{Scope, Sheet, Why};
use crate::TheBook;
use baara_plugin_api::{Amount, Id, Thing, Value};
use std::collections::BTreeSet;

struct Measured {
    value: String,
    unit: &'static str,
    numerator: String,
    denominator: String,
    target: String,
    why: Why,
}

/// A row an indicator that configuration recorded.
pub(super) fn indicators(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["code", "value", "unit", "baseline", "target", "numerator", "denominator", "perimeter", "date"]);
    for thing in book.all_of("indicator").iter().filter_map(|id| book.thing(id, scope.period.to)) {
        let Some(found) = measure(book, scope, thing.text("measure")) else { continue };
        let figure = |text: &str| text.split(' ').next().map(trimmed).unwrap_or_default();
        let code = thing.id.code().to_uppercase();
        let target = if found.target.is_empty() {
            Some(thing.text("target")).filter(|t| t.starts_with(|c: char| c.is_ascii_digit())).map(figure).unwrap_or_default()
        } else {
            found.target
        };
        sheet.row(
            &code,
            vec![
                code.clone(),
                found.value,
                found.unit.to_owned(),
                figure(thing.text("baseline")),
                target,
                found.numerator,
                found.denominator,
                thing.text("perimeter").to_owned(),
                scope.period.to.to_string(),
            ],
        );
        sheet.why(&code, "value", found.why);
    }
    sheet
}

/// What the report of the year claimed, beside what the book gives.
pub(super) fn published(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["claim", "place", "formula", "published", "recomputed", "book", "verdict"]);
    for thing in book.all_of("claim").iter().filter_map(|id| book.thing(id, TheBook::far_day())) {
        let measured = measure(book, scope, thing.text("measure")).map_or(String::new(), |m| m.value);
        let cells = ["claim", "place", "formula", "published", "recomputed"].map(|key| thing.text(key).to_owned());
        let code = thing.id.code().to_owned();
        sheet.row(&code, cells.into_iter().chain([measured, thing.text("verdict").to_owned()]).collect());
    }
    sheet
}

fn measure(book: &TheBook, scope: &Scope, name: &str) -> Option<Measured> {
    Some(match name {
        "cereals-weighed" => cereals(book, scope),
        "cereals-lost" => lost(book, scope),
        "convicts-trained" => convicts(book, scope),
        "people-trained" => count(trained(book, scope, "workshop", |_| true), "people-in-micro-projects"),
        "people-trained-on-farms" => count(trained(book, scope, "farm", |_| true), "people-on-farms"),
        "women-trained" => count(trained(book, scope, "", |p| p.text("sex") == "f"), "women"),
        "micro-projects" => count(open_things(book, scope, "micro-project", |id| id.to_string()), "micro-projects"),
        "micro-project-facilities" => {
            count(open_things(book, scope, "micro-project", |id| format!("facility/{}", id.site())), "facilities-with-micro-projects")
        }
        "farms" => count(open_things(book, scope, "farm", |id| id.to_string()), "farms"),
        _ => return None,
    })
}

fn is_cereal(book: &TheBook, item: &Id) -> bool {
    book.value_at(item, "group", TheBook::far_day()).and_then(Value::as_str) == Some("cereal")
}

/// Tonnes without useless zeros, from a count of the item's smallest unit (kilograms of `scale` decimals).
fn tonnes(count: i128, scale: u8) -> String {
    let unit = 10_i128.pow(u32::from(scale) + 3);
    let (sign, count) = if count < 0 { ("-", -count) } else { ("", count) };
    let part = format!("{:0>width$}", count % unit, width = usize::from(scale) + 3);
    trimmed(&format!("{sign}{}.{part}", count / unit))
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// Weighed into store from plots, of the cereal group. A year's figure is that of the campaign which begins in it.
fn cereals(book: &TheBook, scope: &Scope) -> Measured {
    let mut why = Why::new("weighed-into-store");
    let mut total = 0_i128;
    for field in book.all_of("plot").iter().filter(|id| scope.covers(id)).map(|id| id.as_kind("field")) {
        for h in book.holdings_of(&field).iter().filter(|h| is_cereal(book, &h.item)) {
            let (back, out) = book.flow(&field, &h.item, scope.period);
            if out != back {
                total += i128::from(out - back) * 10_i128.pow(3 - u32::from(h.balance.scale().min(3)));
                why.source(format!("{field} {}", h.item.code()), h.balance.with_count(out - back));
            }
        }
    }
    let mut planned = 0_i128;
    for campaign in campaigns(book, scope) {
        for (key, value) in &campaign.values {
            let plan =
                key.strip_prefix("plan.").map(|code| Id::new("item", code)).zip(value.as_str().and_then(|s| s.parse::<Amount>().ok()));
            if let Some((item, amount)) = plan
                && is_cereal(book, &item)
            {
                planned += i128::from(amount.count()) * 10_i128.pow(3 - u32::from(amount.scale().min(3)));
            }
        }
    }
    why.excluded.push(("forecast crop-cut".to_owned(), "not-weighed".to_owned()));
    let value = tonnes(total, 3);
    let target = if planned == 0 { String::new() } else { tonnes(planned, 3) };
    Measured { numerator: value.clone(), value, unit: "t", denominator: String::new(), target, why }
}

/// Lost from stores, of the cereal group.
fn lost(book: &TheBook, scope: &Scope) -> Measured {
    let mut why = Why::new("lost-from-store");
    let mut total = 0_i128;
    for h in book.all_holdings().iter().filter(|h| h.place.kind() == "lost" && scope.covers(&h.place) && is_cereal(book, &h.item)) {
        let (came, back) = book.flow(&h.place, &h.item, scope.period);
        total += i128::from(came - back) * 10_i128.pow(3 - u32::from(h.balance.scale().min(3)));
        why.source(format!("{} {}", h.place, h.item.code()), h.balance.with_count(came - back));
    }
    let value = tonnes(total, 3);
    Measured { numerator: value.clone(), value, unit: "t", denominator: String::new(), target: String::new(), why }
}

/// The trainings completed in the period.
fn completed<'b>(book: &'b TheBook, scope: &'b Scope) -> impl Iterator<Item = Thing> + 'b {
    let all = book.all_of("training").into_iter().filter(|id| scope.covers(id));
    all.filter_map(|id| book.thing(&id, scope.period.to)).filter(|t| t.flag("completed") && ended_in(book, t, scope))
}

fn ended_in(book: &TheBook, training: &Thing, scope: &Scope) -> bool {
    let set = book.timeline(&training.id).into_iter().find(|(key, _, value, _)| key == "completed" && value.as_bool() == Some(true));
    set.is_some_and(|(_, from, _, _)| scope.period.has(from))
}

/// The people trained in units of a kind (any when empty) who fit.
fn trained(book: &TheBook, scope: &Scope, unit: &str, fits: impl Fn(&Thing) -> bool) -> BTreeSet<String> {
    let of_unit = |t: &Thing| unit.is_empty() || t.id_of("unit").is_some_and(|id| id.kind() == unit);
    let people = completed(book, scope).filter(of_unit).filter_map(|t| t.id_of("person"));
    people.filter(|p| book.thing(p, scope.period.to).is_some_and(|p| fits(&p))).map(|p| p.to_string()).collect()
}

fn count(of: BTreeSet<String>, formula: &str) -> Measured {
    let value = of.len().to_string();
    let why = Why { formula: formula.to_owned(), sources: of.into_iter().map(|id| (id, "1".to_owned())).collect(), excluded: Vec::new() };
    Measured { numerator: value.clone(), value, unit: "persons", denominator: String::new(), target: String::new(), why }
}

fn open_things(book: &TheBook, scope: &Scope, kind: &str, name: impl Fn(&Id) -> String) -> BTreeSet<String> {
    let all = book.all_of(kind).into_iter().filter(|id| scope.covers(id));
    all.filter(|id| book.thing(id, scope.period.to).is_some_and(|t| t.since <= scope.period.to)).map(|id| name(&id)).collect()
}

/// Distinct convicts trained, over distinct convicts present at least one day.
fn convicts(book: &TheBook, scope: &Scope) -> Measured {
    let mut present = BTreeSet::new();
    for id in book.all_of("person").into_iter().filter(|id| scope.covers(id)) {
        if was_convict(book, &id, scope) {
            present.insert(id.to_string());
        }
    }
    let trained: BTreeSet<String> = trained(book, scope, "", |_| true).into_iter().filter(|p| present.contains(p)).collect();
    let (part, whole) = (i64::try_from(trained.len()).unwrap_or(0), i64::try_from(present.len()).unwrap_or(0));
    let mut why = Why::new("convicts-trained-over-convicts-present");
    why.source("trained", part);
    why.source("present", whole);
    Measured {
        value: percent(part, whole),
        unit: "%",
        numerator: part.to_string(),
        denominator: whole.to_string(),
        target: String::new(),
        why,
    }
}

/// A detainee who was convicted and inside on some day of the period.
fn was_convict(book: &TheBook, id: &Id, scope: &Scope) -> bool {
    let Some(person) = book.thing(id, TheBook::far_day()).filter(|p| p.flag("detainee") && p.since <= scope.period.to) else {
        return false;
    };
    let line = book.timeline(id);
    let convicted = line.iter().filter(|l| l.0 == "status" && l.2.as_str() == Some("convicted")).map(|l| l.1).min();
    let left = line.iter().filter(|l| l.0 == "state" && l.2.as_str() == Some("released")).map(|l| l.1).min();
    let inside = left.is_none_or(|day| day >= scope.period.from);
    person.since <= scope.period.to && inside && convicted.is_some_and(|day| day <= scope.period.to)
}
