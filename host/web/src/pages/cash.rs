//! *Caisse*: the day of each cash box, and its sheet on paper.

use crate::answers::{Problem, Shown};
use crate::layout::page;
use crate::pages::counting::one_device;
use crate::pages::papers::{RECEIPTS, kept, letterhead, long_day, marks, numbers, paper_back, print, signatures};
use crate::visit::{Reading, Visit, once_key};
use baara_book::Entry;
use baara_plugin_api::{Date, Effect, Id, Thing, Value, items};
use baara_reports::{Figure, Said, francs_in_letters};
use maud::{Markup, html};

/// One movement of a box.
struct Line {
    seq: u64,
    number: String,
    kind: String,
    date: Date,
    net: i64,
}

/// The day of a box: what was there, what came and went, what should be there.
struct Day {
    opening: i64,
    lines: Vec<Line>,
}

impl Day {
    /// The day as posted: a late entry stands on the day the book took it. `entries` are those kept since that day; what
    /// was there before them is what they leave of today's balance.
    fn read(r: &Reading<'_>, place: &Id, day: Date, entries: &[(Entry, String)]) -> Day {
        let (mut opening, mut lines) = (balance(r, place), Vec::new());
        for (entry, _) in entries {
            let net = net(entry, &items::xof(), place);
            let posted = if net == 0 { Date::MIN } else { r.book.posted_as_kept(entry) };
            if posted >= day {
                opening -= net;
            }
            if posted == day {
                let number = numbers(entry, "").into_iter().next().map(|(number, _)| number).unwrap_or_default();
                lines.push(Line { seq: entry.seq, number, kind: entry.kind.clone(), date: entry.date, net });
            }
        }
        Day { opening, lines }
    }

    fn came(&self) -> i64 {
        self.lines.iter().map(|line| line.net.max(0)).sum()
    }

    fn went(&self) -> i64 {
        self.lines.iter().map(|line| (-line.net).max(0)).sum()
    }

    fn closing(&self) -> i64 {
        self.opening + self.came() - self.went()
    }
}

/// The francs a place holds.
fn balance(r: &Reading<'_>, place: &Id) -> i64 {
    let held = r.book.holdings_of(place).into_iter().filter(|h| h.item == items::xof());
    held.map(|h| h.balance.count()).sum()
}

/// What an entry adds to a place of one item, in its smallest unit.
fn net(entry: &Entry, item: &Id, place: &Id) -> i64 {
    let each = entry.effects.iter().map(|effect| match effect {
        Effect::Move { item: of, amount, from, to, .. } if of == item => {
            amount.count() * (i64::from(to == place) - i64::from(from == place))
        }
        _ => 0,
    });
    each.sum()
}

/// The cash boxes of a facility and their day.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let boxes: Vec<Id> = visit.read(|r| r.book.open_at("cash-box", &session.site).collect());
    let today = visit.clock().today();
    let entries = kept(visit.desk(), &session.site, today, boxes.iter().map(|id| format!("\"{id}\"")).collect())?;
    Ok(visit.read(|r| {
        let title = r.word("web.cash-title").to_owned();
        let inner = html! {
            h1 { (title) }
            p.lead { (r.words.value(&r.today.to_string())) }
            @if boxes.is_empty() { p.panel { (r.word("web.cash-none")) } }
            @for place in &boxes { (one(r, place, &entries)) }
            (accounts(r))
            ul.next {
                @if r.may("debt-payment") { li { a href="/noter/debt-payment" { (r.words.kind("debt-payment")) } } }
                @if r.may("deposit-confirmed") { li { a href="/noter/deposit-confirmed" { (r.words.kind("deposit-confirmed")) } } }
                li { a href="/papiers/recus" { (r.word("web.paper-receipts")) } }
                li { a href="/rapports/cash-book" { (r.word("report-name.cash-book")) } }
            }
        };
        page(r, &title, &inner)
    }))
}

/// A box: its figures, unless it is being counted; then only the way to the count.
fn one(r: &Reading<'_>, place: &Id, entries: &[(Entry, String)]) -> Markup {
    let frozen = r.book.text_of(place, "frozen", Date::MAX).and_then(|id| Id::parse(&id).ok());
    html! {
        section {
            h2 { (r.label(place)) }
            @if let Some(count) = frozen {
                p.warning { (r.word("web.cash-counting")) }
                p { a.button.main href={ "/comptage/" (count.code()) } { (r.word("web.cash-go-on")) } }
            } @else {
                @let day = Day::read(r, place, r.today, entries);
                dl.facts {
                    dt { (r.word("web.cash-opening")) } dd { (r.francs(day.opening)) }
                    dt { (r.word("web.cash-came")) } dd { (r.francs(day.came())) }
                    dt { (r.word("web.cash-went")) } dd { (r.francs(day.went())) }
                    dt { (r.word("web.cash-should")) } dd.total { (r.francs(day.closing())) }
                }
                div.actions {
                    @if r.may("count-begin") {
                        form method="post" action="/comptage" {
                            input type="hidden" name="_key" value=(once_key());
                            input type="hidden" name="place" value=(place);
                            button.main type="submit" { (r.word("web.cash-count")) }
                        }
                    }
                    @if r.may("deposit") { a href={ "/noter/deposit?cash-box=" (place) } { (r.words.kind("deposit")) } }
                    @if r.may("expense") { a href={ "/noter/expense?from=" (place) } { (r.words.kind("expense")) } }
                    a href={ "/papiers/caisse/" (place.code()) "/" (r.today) } { (r.word("web.cash-sheet")) }
                }
                @if !day.lines.is_empty() {
                    details {
                        summary { (r.say(&Said::new("web.cash-lines").with("n", day.lines.len()))) }
                        ul.cards { @for line in day.lines.iter().rev() { li {
                            a href={ "/entree/" (line.seq) } { (r.words.kind(&line.kind)) } " " strong { (r.francs(line.net)) } " " span.hint { (line.number) }
                        } } }
                    }
                }
            }
        }
    }
}

/// Banks and wallets, each with its balance unless it is being counted.
fn accounts(r: &Reading<'_>) -> Markup {
    let places: Vec<Id> = ["bank", "wallet"].into_iter().flat_map(|kind| r.book.open_at(kind, r.site())).collect();
    html! {
        @if !places.is_empty() {
            h2 { (r.word("web.cash-accounts")) }
            ul.cards { @for place in &places { li {
                a href={ "/chose/" (place.kind()) "/" (place.code()) } { (r.label(place)) } " "
                @if r.book.is_frozen(place) { span.hint { (r.word("web.cash-counting")) } } @else { strong { (r.francs(balance(r, place))) } }
            } } }
        }
    }
}

/// The sheet of a box and a day, to sign.
pub(crate) fn sheet(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let place = Id::parse(&format!("cash-box/{}", visit.param("box"))).map_err(|_| Problem::NotFound)?;
    let day: Date = visit.param("day").parse().map_err(|_| Problem::NotFound)?;
    if place.site() != session.site || visit.desk().book().thing(&place, Date::MAX).is_none() {
        return Err(Problem::NotFound);
    }
    let own = kept(visit.desk(), &session.site, day, vec![format!("\"{place}\""), RECEIPTS.to_owned()])?;
    let newest = visit.desk().book().size();
    let newest = visit.desk().entry(newest)?.map(|(entry, leaf)| (entry.seq, leaf));
    let counted = counted(visit, &place, day)?;
    Ok(visit.read(|r| {
        let title = r.word("web.cash-sheet").to_owned();
        let inner = if r.book.is_frozen(&place) {
            html! { h1 { (title) } p.warning { (r.word("web.cash-counting")) } }
        } else {
            let of_day: Vec<&Entry> = own.iter().map(|(entry, _)| entry).filter(|entry| entry.date == day).collect();
            let code = own.last().map(|(entry, leaf)| (entry.seq, leaf.clone())).or(newest);
            html! {
                div.actions.noprint {
                    (print(r, true))
                    @if let Some(before) = day.pred_opt() { a href={ "/papiers/caisse/" (place.code()) "/" (before) } { "← " (r.words.value(&before.to_string())) } }
                    @if let Some(after) = day.succ_opt().filter(|after| *after <= r.today) { a href={ "/papiers/caisse/" (place.code()) "/" (after) } { (r.words.value(&after.to_string())) " →" } }
                    a href="/caisse" { (r.word("web.cash-title")) }
                }
                (paper(r, &place, day, &Day::read(r, &place, day, &own), &of_day, counted.as_ref(), code.as_ref()))
            }
        };
        page(r, &title, &inner)
    }))
}

/// The count of a box that was finished on a day: the thing, and the figures both found.
fn counted(visit: &Visit, place: &Id, day: Date) -> Result<Option<(Thing, String)>, Problem> {
    let found = visit.read(|r| {
        let counts = r.book.open_at("count", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX));
        let done = counts.filter(|count| count.text("state") == "done" && count.date("done-on") == Some(day));
        let last = done.filter(|count| count.id_of("place").as_ref() == Some(place)).last()?;
        let closing = r.book.mentions(&last.id).into_iter().filter(|m| m.kind.starts_with("count-close/")).map(|m| m.seq).max();
        Some((last, closing))
    });
    let Some((count, seq)) = found else { return Ok(None) };
    let entry = match seq {
        Some(seq) => visit.desk().entry(seq)?,
        None => None,
    };
    let figures = entry.and_then(|(entry, _)| entry.fields.get("first-figures").and_then(Value::as_str).map(str::to_owned));
    Ok(Some((count, figures.unwrap_or_default())))
}

fn paper(
    r: &Reading<'_>,
    place: &Id,
    day: Date,
    own: &Day,
    receipts: &[&Entry],
    counted: Option<&(Thing, String)>,
    code: Option<&(u64, String)>,
) -> Markup {
    let mut balance = own.opening;
    let each = |entry: &&Entry| {
        let entry = *entry;
        numbers(entry, "receipt").into_iter().map(|(number, void)| (number, void.then(|| paper_back(r, entry)))).collect::<Vec<_>>()
    };
    let mut taken: Vec<(String, Option<&str>)> = receipts.iter().flat_map(each).collect();
    taken.sort();
    let amount = |count: i64| Figure::whole(count).shown(r.words.language());
    let in_or_out = |net: i64, sign: i64| if net * sign > 0 { amount(net.abs()) } else { String::new() };
    html! {
        article.paper.a5 {
            (letterhead(r))
            h1 { (r.word("web.cash-sheet")) }
            p.center { strong { (r.label(place)) } ", " (long_day(r, day)) }
            (marks(r, day))
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.cash-sheet")) { table {
                thead { tr {
                    th { (r.word("web.cash-number")) } th { (r.word("web.cash-what")) } th.right { (r.word("web.cash-in")) } th.right { (r.word("web.cash-out")) } th.right { (r.word("web.cash-balance")) }
                } }
                tbody {
                    tr { td {} td { (r.word("web.cash-opening")) } td {} td {} td.right { (amount(own.opening)) } }
                    @for line in &own.lines {
                        @let () = balance += line.net;
                        tr {
                            td.code-like { @if line.number.is_empty() { "n° " (line.seq) } @else { (line.number) } }
                            td { (r.words.kind(&line.kind)) @if line.date != day { " (" (r.word("web.cash-late")) " " (r.words.value(&line.date.to_string())) ")" } }
                            td.right { (in_or_out(line.net, 1)) } td.right { (in_or_out(line.net, -1)) } td.right { (amount(balance)) }
                        }
                    }
                    tr.sum { td {} td { (r.word("web.cash-sum")) } td.right { (amount(own.came())) } td.right { (amount(own.went())) } td.right { (amount(own.closing())) } }
                }
            } }
            p.letters { (r.word("web.cash-stated")) " : " (francs_in_letters(u64::try_from(own.closing()).unwrap_or(0))) "." }
            h2 { (r.word("web.cash-numbers")) }
            p { @if taken.is_empty() { (r.word("web.cash-no-numbers")) }
                @for (at, (number, void)) in taken.iter().enumerate() { @if at > 0 { ", " } @if let Some(back) = void { s { (number) } " (" (r.word("web.paper-void")) ", " (back) ")" } @else { (number) } } }
            (series(r))
            h2 { (r.word("web.cash-counted")) }
            @match counted {
                None => p { (r.word("web.cash-not-counted")) },
                Some((count, figures)) => { (billets(r, count, figures)) }
            }
            (signatures(&[r.word("web.cash-sign-treasurer"), r.word("web.cash-sign-second"), r.word("web.cash-sign-chair")]))
            @if let Some((seq, leaf)) = code { p.code { "n° " (seq) " · " (r.word("web.code")) " " (leaf.get(..16).unwrap_or(leaf)) } }
        }
    }
}

/// The notes and coins both counters found, and the difference from the book.
fn billets(r: &Reading<'_>, count: &Thing, figures: &str) -> Markup {
    let francs_of = |key: &str| count.amount(key).map_or(0, baara_plugin_api::Amount::count);
    let (counted, expected) = (francs_of("counted"), francs_of("expected"));
    let pieces: Vec<(&str, i64)> = figures
        .split_whitespace()
        .filter_map(|part| part.split_once('x'))
        .filter_map(|(value, n)| Some((value, n.parse().ok()?)))
        .collect();
    let people = ["first", "second"].into_iter().filter_map(|key| count.id_of(key)).map(|id| r.label(&id)).collect::<Vec<_>>().join(", ");
    html! {
        p { @for (at, (value, n)) in pieces.iter().enumerate() { @if at > 0 { " + " } (n) " × " (value.parse().map_or_else(|_| (*value).to_owned(), |v| Figure::whole(v).shown(r.words.language()))) } }
        p { strong { (r.word("web.cash-counted")) " : " (r.francs(counted)) } ", " (r.word("web.cash-expected")) " : " (r.francs(expected)) ", " (r.word("web.cash-gap")) " : " (r.francs(counted - expected)) }
        p { (people) }
        (one_device(r, count))
    }
}

/// The paper books in use: which numbers below the last one used are not accounted for. Field sheets tell their own.
fn series(r: &Reading<'_>) -> Markup {
    let books = r.book.open_at("series", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX));
    html! { @for book in books.filter(|book| book.text("sheet").is_empty()) { (numbers_told(r, &book)) } }
}

/// The numbers of one paper book or of the field sheets of one print run, as every sheet tells them.
pub(crate) fn numbers_told(r: &Reading<'_>, series: &Thing) -> Markup {
    let gaps = gaps(series);
    html! {
        p { (r.label(&series.id)) " : "
            @match gaps.last { None => { (r.word("web.cash-book-unused")) }, Some(last) => { (r.say(&Said::new("web.cash-book-last").with("n", last))) } }
            @if !gaps.open.is_empty() { ", " strong { (r.word("web.cash-book-open")) " " (gaps.open.join(", ")) } }
            @if !gaps.void.is_empty() { ", " (r.word("web.cash-book-void")) " " (gaps.void.join(", ")) }
        }
    }
}

/// The paper books of which numbers never came back, each with these numbers.
pub(crate) fn missing_numbers(r: &Reading<'_>) -> Vec<(String, Vec<String>)> {
    let books = r.book.open_at("series", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX));
    books.map(|book| (r.label(&book.id), gaps(&book).open)).filter(|(_, open)| !open.is_empty()).collect()
}

/// A paper book: the highest number that ended, and below it those still open, void or lost.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Gaps {
    pub(crate) last: Option<u64>,
    open: Vec<String>,
    void: Vec<String>,
}

pub(crate) fn gaps(series: &Thing) -> Gaps {
    let ended = |n: u64| series.values.get(&format!("n.{n}")).and_then(Value::as_str);
    let from = series.values.get("from").and_then(Value::as_u64).unwrap_or(1);
    let last = series.values.iter().filter(|(_, v)| !v.is_null()).filter_map(|(key, _)| key.strip_prefix("n.")?.parse::<u64>().ok()).max();
    let all = || from..=last.unwrap_or(0);
    Gaps {
        last,
        open: ranges(all().filter(|n| ended(*n).is_none())),
        void: ranges(all().filter(|n| matches!(ended(*n), Some("void" | "lost")))),
    }
}

/// `3, 4, 5, 9` as `3–5` and `9`.
fn ranges(numbers: impl Iterator<Item = u64>) -> Vec<String> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == n => *end = n,
            _ => runs.push((n, n)),
        }
    }
    runs.into_iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    #[test]
    fn numbers_that_never_came_back_are_gaps() {
        let values = json!({"from": 1, "to": 50, "n.1": "keyed", "n.2": "void", "n.5": "keyed", "n.8": "lost"});
        let values = values.as_object().unwrap().clone().into_iter().collect();
        let series = Thing { id: Id::new("series", "kon-carnet"), open: true, since: Date::MIN, values };
        assert_eq!(gaps(&series), Gaps { last: Some(8), open: vec!["3–4".into(), "6–7".into()], void: vec!["2".into(), "8".into()] });
    }

    #[test]
    fn a_book_nobody_used_has_no_gap() {
        let series =
            Thing { id: Id::new("series", "kon-carnet"), open: true, since: Date::MIN, values: [("from".to_owned(), json!(1))].into() };
        assert_eq!(gaps(&series), Gaps { last: None, open: Vec::new(), void: Vec::new() });
    }

    #[test]
    fn a_day_adds_up() {
        let line = |net| Line { seq: 1, number: String::new(), kind: String::new(), date: Date::MIN, net };
        let day = Day { opening: 10_000, lines: vec![line(1_500), line(-4_000), line(250)] };
        assert_eq!((day.came(), day.went(), day.closing()), (1_750, 4_000, 7_750));
    }
}
