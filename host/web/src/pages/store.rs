//! *Magasin*: what each store holds, lot by lot, what may leave, and the stock card on paper.

use crate::answers::{Problem, Shown};
use crate::form::capital;
use crate::layout::page;
use crate::pages::papers::{kept, letterhead, long_day, marks, numbers, print, signatures};
use crate::visit::{Reading, Visit, once_key};
use baara_book::Entry;
use baara_plugin_api::{Date, Effect, Holding, Id, Value};
use baara_reports::{Figure, Period, Said, shown_amount};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// What is done at a store every day: the kind, and its field that names the store.
const MAIN: &[(&str, &str)] = &[("goods-in", "store"), ("kitchen", "store"), ("loss", "store")];

/// How many lots of an item are shown: a phone shows no more; the report lists them all.
const LOTS: usize = 40;

/// What else is done there.
const ACTS: &[(&str, &str)] = &[("goods-issue", "from"), ("goods-return", "to"), ("dispatch", "store"), ("reception", "store")];

/// The stores of a facility.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.store-title").to_owned();
        let stores: Vec<Id> = r.book.open_at("store", r.site()).collect();
        let inner = html! {
            h1 { (title) }
            @if stores.is_empty() { p.panel { (r.word("web.store-none")) } }
            @for store in &stores { (one(r, store)) }
            ul.next {
                @if r.may("lot-check") { li { a href="/noter/lot-check" { (r.words.kind("lot-check")) } } }
                @if r.may("dispatch-received") { li { a href="/noter/dispatch-received" { (r.words.kind("dispatch-received")) } } }
                li { a href="/papiers/feuilles/pesee" { (r.word("web.paper-sheet-weighing")) } }
                li { a href="/papiers/feuilles/perte" { (r.word("web.paper-sheet-loss")) } }
                li { a href="/rapports/stock" { (r.word("report-name.stock")) } }
            }
        };
        page(r, &title, &inner)
    }))
}

/// A store: its goods, unless it is being counted.
fn one(r: &Reading<'_>, store: &Id) -> Markup {
    let frozen = r.book.text_of(store, "frozen", Date::MAX).and_then(|id| Id::parse(&id).ok());
    html! {
        section {
            h2 { (r.label(store)) }
            @if let Some(count) = frozen {
                p.warning { (r.word("web.cash-counting")) }
                p { a.button.main href={ "/comptage/" (count.code()) } { (r.word("web.cash-go-on")) } }
            } @else {
                div.actions {
                    @for (kind, field) in MAIN.iter().filter(|(kind, _)| r.may(kind)) {
                        a.button href={ "/noter/" (kind) "?" (field) "=" (store) } { (r.words.kind(kind)) }
                    }
                    @if r.may("count-begin") {
                        form method="post" action="/comptage" {
                            input type="hidden" name="_key" value=(once_key());
                            input type="hidden" name="place" value=(store);
                            button type="submit" { (r.word("web.cash-count")) }
                        }
                    }
                }
                ul.next {
                    @for (kind, field) in ACTS.iter().filter(|(kind, _)| r.may(kind)) {
                        li { a href={ "/noter/" (kind) "?" (field) "=" (store) } { (r.words.kind(kind)) } }
                    }
                }
                (held(r, store))
                p { a href={ "/papiers/fiche-stock/" (store.code()) } { (r.word("web.paper-stock-card")) } }
            }
        }
    }
}

/// The goods of a store by item, each with its lots and whether they may leave.
fn held(r: &Reading<'_>, store: &Id) -> Markup {
    let mut items: BTreeMap<Id, Vec<Holding>> = BTreeMap::new();
    for holding in r.book.holdings_of(store).into_iter().filter(|h| !h.balance.is_zero()) {
        items.entry(holding.item.clone()).or_default().push(holding);
    }
    let mut items: Vec<(String, Vec<Holding>)> = items.into_iter().map(|(item, lots)| (r.label(&item), lots)).collect();
    items.sort_by_cached_key(|(label, _)| baara_desk::fold(label));
    html! {
        @if items.is_empty() { p { (r.word("web.store-empty")) } }
        @for (label, lots) in &items {
            @let total = lots.iter().map(|h| h.balance.count()).sum::<i64>();
            details.panel {
                summary { (label) " · " strong { (shown_amount(lots[0].balance.with_count(total), r.words.language())) } }
                @if lots.iter().any(|h| h.lot.is_some()) {
                    ul.cards { @for holding in lots.iter().take(LOTS) { @if let Some(lot) = &holding.lot { li {
                        a href={ "/chose/lot/" (lot.code()) } { (lot.code()) } " "
                        strong { (shown_amount(holding.balance, r.words.language())) } " " span.hint { (standing(r, lot)) }
                    } } } }
                    @if let Some(more) = lots.len().checked_sub(LOTS).filter(|more| *more > 0) {
                        p { a href="/rapports/stock" { (r.say(&Said::new("web.store-more-lots").with("n", more))) } }
                    }
                }
                p { a href={ "/papiers/fiche-stock/" (store.code()) "?article=" (lots[0].item.code()) } { (r.word("web.paper-stock-card")) } }
            }
        }
    }
}

/// Whether a lot may leave: at once, from a day on, or once somebody has looked at it.
fn standing(r: &Reading<'_>, lot: &Id) -> String {
    let Some(thing) = r.book.thing(lot, r.today) else { return String::new() };
    if thing.flag("released") {
        let made = thing.date("made").map(|day| r.words.value(&day.to_string())).unwrap_or_default();
        return format!("{} · {made}", r.word("web.store-released"));
    }
    match release(r, lot).or_else(|| thing.date("ready").filter(|day| *day > r.today)) {
        Some(day) => format!("{} {}", r.word("web.store-curing"), r.words.value(&day.to_string())),
        None if thing.flag("awaits-visa") => r.word("web.store-awaits").to_owned(),
        None => r.word("web.store-to-check").to_owned(),
    }
}

/// The day a lot may leave, when that is known already.
fn release(r: &Reading<'_>, lot: &Id) -> Option<Date> {
    let lines = r.book.timeline(lot).into_iter();
    lines
        .filter(|(key, from, value, _)| key == "released" && *value == Value::Bool(true) && *from > r.today)
        .map(|(_, from, ..)| from)
        .min()
}

/// A line of a stock card.
struct Line {
    date: Date,
    seq: u64,
    number: String,
    kind: String,
    lot: String,
    count: i64,
}

/// The movements of one item in a store, in the order of their days, among entries kept since the first of them.
fn lines(entries: &[(Entry, String)], store: &Id, item: &Id) -> Vec<Line> {
    let mut lines = Vec::new();
    for (entry, _) in entries {
        let number = numbers(entry, "").into_iter().next().map(|(number, _)| number).unwrap_or_default();
        for effect in &entry.effects {
            let Effect::Move { item: of, amount, from, to, lot } = effect else { continue };
            let count = amount.count() * (i64::from(to == store) - i64::from(from == store));
            if of == item && count != 0 {
                let lot = lot.as_ref().map(|lot| lot.code().to_owned()).unwrap_or_default();
                lines.push(Line { date: entry.date, seq: entry.seq, number: number.clone(), kind: entry.kind.clone(), lot, count });
            }
        }
    }
    lines.sort_by_key(|line| (line.date, line.seq));
    lines
}

/// The stock card of a store: one item, some months.
pub(crate) fn card(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let store = Id::parse(&format!("store/{}", visit.param("store"))).map_err(|_| Problem::NotFound)?;
    if store.site() != session.site || visit.desk().book().thing(&store, Date::MAX).is_none() {
        return Err(Problem::NotFound);
    }
    let today = visit.clock().today();
    let text = Some(visit.query.get("periode")).filter(|text| !text.is_empty());
    let period = Period::read(text, today)?;
    let item = Id::parse(&format!("item/{}", visit.query.get("article"))).ok();
    let entries = match &item {
        Some(_) => kept(visit.desk(), &session.site, period.from, vec![format!("\"{store}\"")])?,
        None => Vec::new(),
    };
    Ok(visit.read(|r| {
        let title = r.word("web.paper-stock-card").to_owned();
        if r.book.is_frozen(&store) {
            return page(r, &title, &html! { h1 { (title) } p.warning { (r.word("web.cash-counting")) } });
        }
        let mut known: Vec<(String, Id)> = r.book.holdings_of(&store).into_iter().map(|h| (r.label(&h.item), h.item)).collect();
        known.sort();
        known.dedup();
        let inner = html! {
            h1.noprint { (title) " · " (r.label(&store)) }
            form.filters.noprint method="get" action={ "/papiers/fiche-stock/" (store.code()) } {
                div.field {
                    label for="c-article" { (capital(&r.words.column("item"))) }
                    select #c-article name="article" { @for (label, one) in &known { option value=(one.code()) selected[item.as_ref() == Some(one)] { (label) } } }
                }
                div.field {
                    label for="c-periode" { (r.word("web.period")) }
                    span.hint #c-periode-aide { (r.word("web.period-hint")) }
                    input #c-periode name="periode" type="text" value=(period.shown) autocomplete="off" aria-describedby="c-periode-aide";
                }
                button.main type="submit" { (r.word("web.show")) }
            }
            @if let Some(item) = item.as_ref().filter(|item| known.iter().any(|(_, one)| one == *item)) {
                div.actions.noprint { (print(r, true)) a href="/magasin" { (r.word("web.store-title")) } }
                (paper(r, &store, item, &period, &lines(&entries, &store, item)))
            }
        };
        page(r, &title, &inner)
    }))
}

fn paper(r: &Reading<'_>, store: &Id, item: &Id, period: &Period, lines: &[Line]) -> Markup {
    let zero = r.book.amount(item, 0);
    let figure = |count: i64| Figure::from(zero.with_count(count)).shown(r.words.language());
    let one_way = |count: i64, sign: i64| if count * sign > 0 { figure(count.abs()) } else { String::new() };
    let held = r.book.holdings_of(store).into_iter().filter(|held| held.item == *item);
    let since = lines.iter().filter(|line| line.date >= period.from).map(|line| line.count).sum::<i64>();
    let mut balance = held.map(|held| held.balance.count()).sum::<i64>() - since;
    let within: Vec<&Line> = lines.iter().filter(|line| (period.from..=period.until).contains(&line.date)).collect();
    let sum = |sign: i64| within.iter().map(|line| (line.count * sign).max(0)).sum::<i64>();
    html! {
        article.paper.a4 {
            (letterhead(r))
            h1 { (r.word("web.paper-stock-card")) }
            (marks(r, period.until.min(r.today)))
            dl {
                dt { (r.word("web.store-store")) } dd { (r.label(store)) }
                dt { (r.words.column("item")) } dd { (r.label(item)) " (" (r.words.language().unit(zero.unit().as_str(), 0)) ")" }
                dt { (r.word("web.period")) } dd { (long_day(r, period.from)) " – " (long_day(r, period.until.min(r.today))) }
            }
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.paper-stock-card")) { table {
                thead { tr {
                    th { (r.word("web.paper-date")) } th { (r.word("web.store-document")) } th { (r.word("web.cash-what")) } th { (r.words.column("lot")) }
                    th.right { (r.word("web.store-in")) } th.right { (r.word("web.store-out")) } th.right { (r.word("web.store-stock")) }
                } }
                tbody {
                    tr { td { (r.words.value(&period.from.to_string())) } td {} td { (r.word("web.store-carried")) } td {} td {} td {} td.right { (figure(balance)) } }
                    @for line in &within {
                        @let () = balance += line.count;
                        tr {
                            td { (r.words.value(&line.date.to_string())) }
                            td.code-like { @if line.number.is_empty() { "n° " (line.seq) } @else { (line.number) } }
                            td { (r.words.kind(&line.kind)) } td.code-like { (line.lot) }
                            td.right { (one_way(line.count, 1)) } td.right { (one_way(line.count, -1)) } td.right { (figure(balance)) }
                        }
                    }
                    tr.sum { td {} td {} td { (r.word("web.store-sum")) } td {} td.right { (figure(sum(1))) } td.right { (figure(sum(-1))) } td.right { (figure(balance)) } }
                }
            } }
            (signatures(&[r.word("web.store-keeper"), r.word("web.store-checked")]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::{Effects, json};

    fn entry(seq: u64, date: &str, effects: Effects) -> (Entry, String) {
        let kept = json!({
            "v": 1, "seq": seq, "prev": "", "id": "", "site": "kon", "kind": "goods-in/1", "by": ["person/kon-a", "role/storekeeper"],
            "date": date, "at": 0, "hlc": 0, "fields": {}, "effects": effects.0,
        });
        let entry = Entry::read(kept.to_string().as_bytes()).unwrap();
        (entry, String::new())
    }

    #[test]
    fn a_card_follows_the_days_and_knows_in_from_out() {
        let (store, other, item) = (Id::new("store", "kon-a"), Id::new("store", "kon-b"), Id::new("item", "mil"));
        let kg = |text: &str| text.parse::<baara_plugin_api::Amount>().unwrap();
        let came = Effects::new().moves(&item, kg("12.500 kg"), &other, &store);
        let went = Effects::new().moves(&item, kg("2.500 kg"), &store, &other);
        let entries = [entry(7, "2020-03-02", went), entry(8, "2020-03-01", came)];
        let told: Vec<(u64, i64)> = lines(&entries, &store, &item).iter().map(|line| (line.seq, line.count)).collect();
        assert_eq!(told, [(8, 12_500), (7, -2_500)]);
        assert!(lines(&entries, &store, &Id::new("item", "savon")).is_empty());
    }
}
