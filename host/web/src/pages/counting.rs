//! *Compter*: a blind count on its own page. Two people, each alone, then the comparison.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Draft};
use crate::layout::{page, wrong};
use crate::pages::entrance::people;
use crate::pages::record::{declaration, settle};
use crate::pages::secrets::proof;
use crate::pages::visas::in_whose_name;
use crate::visit::{Reading, Visit, once_key};
use baara_desk::Answer;
use baara_plugin_api::{Amount, Date, FieldError, Id, KindDeclaration, Map, Refusal, Thing, read_number};
use baara_reports::{Figure, Said};
use maud::{Markup, html};

/// Notes and coins, as they lie in the box.
const PIECES: &[i64] = &[10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5, 1];

/// Lines to write down what lies on the shelves, at first; a button brings as many again.
const SHELF_LINES: usize = 20;

/// The most lines of one count.
const MOST_LINES: usize = 400;

/// Begins a count: the place is frozen.
pub(crate) fn begin(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "count-begin")?;
    let typed = visit.form.form(&kind.fields);
    match visit.submit(&session, &kind.kind, typed.clone()) {
        Answer::Recorded(done) => {
            let count = done.opened.iter().find(|id| id.kind() == "count").ok_or(Problem::NotFound)?;
            Ok(Reply::See(format!("/comptage/{}", count.code())))
        }
        answer => settle(
            visit,
            answer,
            |r, errors, refused| html! { (form::summary(r, &Draft { errors, refused, ..Draft::new(&kind, &typed) })) p { a.button href="/caisse" { (r.word("web.cash-title")) } } },
            &kind,
        ),
    }
}

/// What a count waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    First,
    Second,
    Compare,
    Done,
    Lapsed,
}

fn step(count: &Thing) -> Step {
    match (count.text("state"), count.id_of("first"), count.id_of("second")) {
        ("done", ..) => Step::Done,
        ("lapsed", ..) => Step::Lapsed,
        (_, None, _) => Step::First,
        (_, Some(_), None) => Step::Second,
        (_, Some(_), Some(_)) => Step::Compare,
    }
}

fn count(r: &Reading<'_>) -> Result<Thing, Problem> {
    let id = Id::parse(&format!("count/{}", r.visit.param("code"))).map_err(|_| Problem::NotFound)?;
    r.book.thing(&id, Date::MAX).filter(|_| id.site() == r.site()).ok_or(Problem::NotFound)
}

/// The page of a count, by what it waits for.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    visit.read(|r| {
        let count = count(r)?;
        Ok(page(r, r.word("web.cash-count"), &body(r, &count, &[], None, None)))
    })
}

fn body(r: &Reading<'_>, count: &Thing, errors: &[FieldError], refused: Option<&Refusal>, total: Option<i64>) -> Markup {
    let Some(place) = count.id_of("place") else { return html! {} };
    let step = step(count);
    let problem = |name: &str| {
        let kind = r.visit.desk().registry().declaration(name).cloned();
        let typed = Map::new();
        kind.map(|kind| form::summary(r, &Draft { errors, refused, ..Draft::new(&kind, &typed) })).unwrap_or_default()
    };
    let name = |key: &str| count.id_of(key).map(|id| r.label(&id)).unwrap_or_default();
    html! {
        h1 { (r.word("web.cash-count")) }
        p.lead { strong { (r.label(&place)) } " · " (r.words.value(&count.since.to_string())) }
        @match step {
            Step::First => {
                (problem("count-first"))
                h2 { (r.word("web.count-first")) }
                p { (r.word("web.count-alone")) }
                (figures(r, count, &place, "count-first", total))
            }
            Step::Second => {
                (problem("count-second"))
                p.banner.done role="status" { (r.say(&Said::new("web.count-sealed").with("person", name("first")))) }
                h2 { (r.word("web.count-second")) }
                p { (r.word("web.count-other")) }
                (figures(r, count, &place, "count-second", total))
            }
            Step::Compare => {
                (problem("count-close"))
                p { (r.say(&Said::new("web.count-both").with("first", name("first")).with("second", name("second")))) }
                @if r.may("count-close") {
                    form method="post" action={ "/comptage/" (count.id.code()) } {
                        input type="hidden" name="_key" value=(once_key());
                        button.main type="submit" name="do" value="close" { (r.word("web.count-compare")) }
                    }
                } @else { p.panel { (r.word("web.count-treasurer")) } }
                details open[refused.is_some_and(|no| no.code == "count/disagree")] {
                    summary { (r.word("web.count-again")) }
                    (figures(r, count, &place, "count-first", total))
                }
            }
            Step::Done => { (problem("close")) (done(r, count, &place)) }
            Step::Lapsed => p.warning { (r.word("web.count-lapsed")) },
        }
        p { a href=(if place.kind() == "store" { "/magasin" } else { "/caisse" }) { (r.word(if place.kind() == "store" { "web.store-title" } else { "web.cash-title" })) } }
    }
}

/// What somebody counted, in the way of the place: pieces, lots or a balance.
fn figures(r: &Reading<'_>, count: &Thing, place: &Id, kind: &str, total: Option<i64>) -> Markup {
    let form = &r.visit.form;
    html! {
        form.narrow method="post" action={ "/comptage/" (count.id.code()) } autocomplete="off" {
            button.sr type="submit" name="do" value="total" tabindex="-1" { (r.word("web.count-total")) }
            (form::key(r))
            input type="hidden" name="kind" value=(kind);
            @match place.kind() {
                "cash-box" => {
                    @for value in PIECES {
                        div.row {
                            label for={ "c-" (value) } { (Figure::whole(*value).shown(r.words.language())) " F ×" }
                            input.count id={ "c-" (value) } name={ "d." (value) } type="text" inputmode="numeric" autocomplete="off" value=(form.get(&format!("d.{value}")));
                        }
                    }
                    @if let Some(total) = total { p.total role="status" { (r.word("web.sell-total")) " " (r.francs(total)) } }
                    button.other type="submit" name="do" value="total" { (r.word("web.count-total")) }
                }
                "store" => {
                    p.hint { (r.word("web.count-shelf")) }
                    datalist #c-lots { @for (code, label) in lots(r, place) { option value=(code) { (label) } } }
                    div.pair aria-hidden="true" { strong { (form::capital(r.word("web.count-lot"))) } strong { (r.word("web.paper-quantity")) } }
                    @for at in 1..=shelf_lines(r.visit) {
                        div.pair {
                            input id={ "c-w-" (at) } name={ "w." (at) } list="c-lots" type="text" autocomplete="off" value=(form.get(&format!("w.{at}"))) aria-label={ (r.word("web.line")) " " (at) ", " (r.word("web.count-lot")) };
                            input name={ "q." (at) } type="text" inputmode="decimal" autocomplete="off" value=(form.get(&format!("q.{at}"))) aria-label={ (r.word("web.line")) " " (at) ", " (r.word("web.paper-quantity")) };
                        }
                    }
                    button.more type="submit" name="do" value="more" { (r.word("web.more-lines")) }
                }
                _ => div.field {
                    label for="c-balance" { (r.word("web.count-balance")) }
                    input.figure #c-balance name="balance" type="text" inputmode="numeric" autocomplete="off" value=(form.get("balance"));
                }
            }
            (who(r, count, kind))
            div.actions { button.main type="submit" name="do" value="seal" { (r.word("web.count-seal")) } }
        }
    }
}

/// How many lines the shelves need: those filled in, and some more when asked.
fn shelf_lines(visit: &Visit) -> usize {
    let filled = (1..=MOST_LINES).rev().find(|at| !visit.form.get(&format!("w.{at}")).is_empty()).unwrap_or(0);
    let more = if visit.form.get("do") == "more" { SHELF_LINES } else { 0 };
    (filled.max(SHELF_LINES) + more).min(MOST_LINES)
}

/// Lots and goods that this store has ever had, without a figure.
fn lots(r: &Reading<'_>, store: &Id) -> Vec<(String, String)> {
    let held = r.book.holdings_of(store).into_iter();
    held.map(|h| match h.lot {
        Some(lot) => (lot.code().to_owned(), r.label(&h.item)),
        None => (h.item.code().to_owned(), r.label(&h.item)),
    })
    .collect()
}

/// Who counts: whoever is signed in, or another on the same device with their own secret.
fn who(r: &Reading<'_>, count: &Thing, kind: &str) -> Markup {
    let Some(session) = &r.visit.session else { return html! {} };
    let barred = if kind == "count-second" { count.id_of("first") } else { None };
    let may = |person: &Id| barred.as_ref() != Some(person) && baara_desk::may_record(r.book, person, r.site(), kind, r.today);
    let mine = may(&session.person);
    let others: Vec<Id> = people(r, r.site()).into_iter().filter(|person| *person != session.person && may(person)).collect();
    let asked = r.visit.form.get("qui");
    let chosen = if asked.is_empty() && mine { session.person.to_string() } else { asked.to_owned() };
    let list = html! {
        div.field {
            label for="c-qui" { (r.word("web.count-who")) }
            select #c-qui name="qui" {
                @if mine { option value=(session.person) selected[chosen == session.person.as_str()] { (r.label(&session.person)) } }
                @else { option value="" { (r.word("web.choose")) } }
                @for person in &others { option value=(person) selected[chosen == person.as_str()] { (r.label(person)) } }
            }
        }
        (proof(r, &others.iter().collect::<Vec<_>>(), "", mine.then_some("web.count-secret")))
    };
    html! {
        @if mine { details open[!asked.is_empty() && asked != session.person.as_str()] { summary { (r.word("web.count-someone")) } (list) } } @else { (list) }
    }
}

/// The outcome: what was there, what the book expected, and the closing of the day.
fn done(r: &Reading<'_>, count: &Thing, place: &Id) -> Markup {
    let amount = |key: &str| count.amount(key).map(Amount::count);
    let shortage = Id::new("shortage", count.id.code());
    let short = r.book.thing(&shortage, Date::MAX).is_some();
    let closed = r.book.thing(place, Date::MAX).and_then(|thing| thing.date("closed-until"));
    let day = count.date("done-on").unwrap_or(r.today);
    html! {
        div.banner.done role="status" { p { strong { (r.word("web.count-done")) } } }
        dl.facts {
            @if let (Some(counted), Some(expected)) = (amount("counted"), amount("expected")) {
                dt { (r.word("web.cash-counted")) } dd { (r.francs(counted)) }
                dt { (r.word("web.cash-expected")) } dd { (r.francs(expected)) }
                dt { (r.word("web.cash-gap")) } dd { (r.francs(counted - expected)) }
            }
            @if let Some(n) = count.whole("differences") { dt { (r.word("web.count-differences")) } dd { (n) } }
        }
        (one_device(r, count))
        @if short { p.warning { (r.word("web.count-short")) " " a href={ "/chose/shortage/" (shortage.code()) } { (r.word("web.count-see-short")) } } }
        @if place.kind() == "cash-box" {
            @if closed.is_some_and(|closed| closed >= day) { p { (r.word("web.count-day-closed")) } }
            @else if r.may("close") {
                form method="post" action={ "/comptage/" (count.id.code()) } {
                    input type="hidden" name="_key" value=(once_key());
                    button.main type="submit" name="do" value="day" { (r.word("web.count-close-day")) }
                }
            }
            p { a.button.other href={ "/papiers/caisse/" (place.code()) "/" (day) } { (r.word("web.cash-sheet")) } }
        }
    }
}

/// That both counters typed on one person's device, where it was so.
pub(crate) fn one_device(r: &Reading<'_>, count: &Thing) -> Markup {
    html! { @if let Some(device) = baara_book::kinds::one_device(count) { p { (r.say(&Said::new("web.count-one-device").with("device", r.label(&device)))) } } }
}

/// What was written down, as figures the book reads.
fn written(visit: &Visit, place: &Id) -> Result<(String, i64), Vec<FieldError>> {
    let form = &visit.form;
    match place.kind() {
        "cash-box" => {
            let typed: Vec<(i64, &str)> = PIECES.iter().map(|value| (*value, form.get(&format!("d.{value}")))).collect();
            pieces(&typed)
        }
        "store" => {
            let lines = (1..=MOST_LINES).map(|at| (form.get(&format!("w.{at}")), form.get(&format!("q.{at}"))));
            let filled: Vec<String> = lines
                .filter(|(what, quantity)| !what.is_empty() || !quantity.is_empty())
                .map(|(what, quantity)| format!("{what}={quantity}"))
                .collect();
            Ok((if filled.is_empty() { "0".to_owned() } else { filled.join("; ") }, 0))
        }
        _ => Ok((form.get("balance").to_owned(), 0)),
    }
}

/// Pieces by value as `10000x3 500x2`, and what they make; every figure that is none.
fn pieces(typed: &[(i64, &str)]) -> Result<(String, i64), Vec<FieldError>> {
    let (mut parts, mut total, mut errors) = (Vec::new(), 0_i64, Vec::new());
    for (value, text) in typed.iter().filter(|(_, text)| !text.is_empty()) {
        match read_number(text, 0).ok().filter(|n| *n <= 100_000) {
            Some(0) => {}
            Some(n) => {
                parts.push(format!("{value}x{n}"));
                total += value * n;
            }
            None => errors.push(FieldError::new(&value.to_string(), "field/not-a-number").with("came", text)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok((if parts.is_empty() { "0".to_owned() } else { parts.join(" ") }, total))
}

/// The person who acts: whoever is signed in, or the one who typed their own secret on this device.
fn hand(visit: &Visit) -> Result<Result<Id, Refusal>, Problem> {
    match in_whose_name(visit, visit.signed_in()?) {
        Err(Problem::Refused(refusal)) => Ok(Err(refusal)),
        named => named.map(Ok),
    }
}

/// Seals figures, compares both, or closes the day.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let count = visit.read(count)?;
    let place = count.id_of("place").ok_or(Problem::NotFound)?;
    let here = format!("/comptage/{}", count.id.code());
    let again = |errors: &[FieldError], refused: Option<&Refusal>, total: Option<i64>| {
        let status = if errors.is_empty() && refused.is_none() { 200 } else { status_of(refused) };
        visit.read(|r| {
            let markup = body(r, &count, errors, refused, total);
            if status == 200 { page(r, r.word("web.cash-count"), &markup) } else { wrong(r, status, r.word("web.cash-count"), &markup) }
        })
    };
    let mut fields = Map::new();
    let (kind, person): (KindDeclaration, Id) = match visit.form.get("do") {
        "close" => {
            fields.insert("count".to_owned(), count.id.as_str().into());
            (declaration(visit, "count-close")?, session.person.clone())
        }
        "day" => {
            let day = count.date("done-on").unwrap_or_else(|| visit.clock().today());
            fields.insert("scope".to_owned(), "cash-box-day".into());
            fields.insert("place".to_owned(), place.as_str().into());
            fields.insert("until".to_owned(), day.to_string().into());
            (declaration(visit, "close")?, session.person.clone())
        }
        what => {
            let (text, total) = match written(visit, &place) {
                Ok(written) => written,
                Err(errors) => return Ok(again(&errors, None, None)),
            };
            if what != "seal" {
                return Ok(again(&[], None, Some(total)));
            }
            let name = if visit.form.get("kind") == "count-second" { "count-second" } else { "count-first" };
            fields.insert("count".to_owned(), count.id.as_str().into());
            fields.insert("figures".to_owned(), text.into());
            let person = match hand(visit)? {
                Ok(person) => person,
                Err(refusal) => return Ok(again(&[], Some(&refusal), None)),
            };
            // Whose device it was is seen here, never typed.
            if person != session.person {
                fields.insert("device".to_owned(), session.person.as_str().into());
            }
            (declaration(visit, name)?, person)
        }
    };
    match visit.submit_as(&person, &session.site, &kind.kind, fields) {
        Answer::Recorded(_) => Ok(Reply::See(here)),
        Answer::Waiting(waiting) => Ok(Reply::See(format!("/entree/{}?fait=propose", waiting.seq))),
        Answer::Fault(fault) => Err(fault.into()),
        Answer::Fields(errors) => Ok(again(&errors, None, None)),
        Answer::Refused(refusal) => Ok(again(&[], Some(&refusal), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_written_as_the_book_reads_them() {
        let typed = [(10_000, "3"), (5_000, ""), (500, " 2 "), (25, "0"), (5, "1")];
        assert_eq!(pieces(&typed), Ok(("10000x3 500x2 5x1".to_owned(), 31_005)));
        assert_eq!(pieces(&[(500, "")]), Ok(("0".to_owned(), 0)));
    }

    #[test]
    fn every_figure_that_is_none_is_told() {
        let errors = pieces(&[(10_000, "trois"), (500, "2"), (100, "-1")]).unwrap_err();
        assert_eq!(errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["10000", "100"]);
    }
}
