//! Things: the kinds there are, lists, sheets with their history, and search that ignores accents.

use crate::answers::{Problem, Shown};
use crate::form::{capital, described, text};
use crate::layout::page;
use crate::pages::entry::shown;
use crate::pages::secrets::offer_list;
use crate::visit::{Reading, Visit};
use baara_book::REFERENCE;
use baara_plugin_api::{Date, Id, Ratio, Value};
use baara_reports::{Cell, Said, shown_amount};
use maud::html;

/// Things on one page.
const SHOWN: usize = 200;

fn thing_word(r: &Reading<'_>, kind: &str) -> String {
    r.words.find(&format!("thing.{kind}")).unwrap_or(kind).to_owned()
}

/// A thing of this facility, or one that belongs to all.
fn is_ours(r: &Reading<'_>, id: &Id) -> bool {
    REFERENCE.contains(&id.kind()) || (id.kind() == "rules" && id.code() == "general") || r.book.home(id, Date::MAX) == r.site()
}

/// The kinds of things of this facility, with how many there are.
pub(crate) fn kinds(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let count = |kind: &str| r.book.open_of(kind).filter(|id| is_ours(r, id)).count();
        let mut kinds: Vec<(String, String, usize)> = r
            .book
            .kinds_of_things()
            .into_iter()
            .map(|kind| (thing_word(r, &kind), kind.clone(), count(&kind)))
            .filter(|k| k.2 > 0)
            .collect();
        kinds.sort_by_cached_key(|(word, ..)| baara_desk::fold(word));
        let title = r.word("web.things").to_owned();
        let inner = html! {
            h1 { (title) }
            ul.cards { @for (word, kind, n) in &kinds { li { a href={ "/liste/" (kind) } { (capital(word)) } " " span.hint { (n) } } } }
        };
        page(r, &title, &inner)
    }))
}

/// The things of a kind.
pub(crate) fn list(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = visit.param("kind").to_owned();
    let from: usize = visit.query.get("de").parse().unwrap_or(0);
    Ok(visit.read(|r| {
        let all: Vec<Id> = r.book.open_of(&kind).filter(|id| is_ours(r, id)).collect();
        let mut named: Vec<(String, &Id)> = all.iter().rev().skip(from).take(SHOWN).map(|id| (described(r, id), id)).collect();
        // Those with a name of their own by name, when all are here; what came of an act, the newest first.
        let are_named = all.first().is_some_and(|id| r.label(id) != id.code());
        if are_named && all.len() <= SHOWN {
            named.sort_by_cached_key(|(label, _)| baara_desk::fold(label));
        }
        let title = capital(&thing_word(r, &kind));
        let inner = html! {
            h1 { (title) }
            @if named.is_empty() { p { (r.word("web.nothing-found")) } }
            ul.cards { @for (label, id) in &named { li { a href={ "/chose/" (id.kind()) "/" (id.code()) } { (label) } " " span.hint { (state(r, id)) } } } }
            @if all.len() > from + SHOWN { p { a href={ "/liste/" (kind) "?de=" (from + SHOWN) } { (r.say(&Said::new("web.older"))) } } }
        };
        page(r, &title, &inner)
    }))
}

fn state(r: &Reading<'_>, id: &Id) -> String {
    let state = r.book.text_of(id, "state", Date::MAX).or_else(|| r.book.text_of(id, "on", Date::MAX));
    state.map(|state| if state.parse::<Date>().is_ok() { r.words.value(&state) } else { r.words.choice(&state) }).unwrap_or_default()
}

/// The sheet of a thing: what it is, what it holds, what happened to it.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let id = Id::parse(&format!("{}/{}", visit.param("kind"), visit.param("code"))).map_err(|_| Problem::NotFound)?;
    visit.read(|r| {
        let thing = r.book.thing(&id, Date::MAX);
        let holdings = r.book.holdings_of(&id);
        if (thing.is_none() && holdings.is_empty()) || !is_ours(r, &id) {
            return Err(Problem::NotFound);
        }
        let frozen = r.book.is_frozen(&id);
        let mut values: Vec<(String, Value)> = thing.iter().flat_map(|t| t.values.clone()).filter(|(_, v)| !text(Some(v)).is_empty()).collect();
        values.sort_by_key(|(key, _)| (!matches!(key.as_str(), "label" | "name"), key.clone()));
        let mentions = r.book.mentions(&id);
        let title = described(r, &id);
        let inner = html! {
            p.hint { a href={ "/liste/" (id.kind()) } { (capital(&thing_word(r, id.kind()))) } " · " (id.code()) }
            h1 { (title) }
            @if thing.as_ref().is_some_and(|t| !t.open) { p.warning { (r.word("note.ended")) } }
            (offer_list(r, &id))
            @if frozen { p.warning { (r.say(&Said::new("note.frozen").with("place", id.code()))) } }
            dl.facts {
                @for (key, value) in &values { dt { (key_word(r, key)) } dd { (attribute(r, value)) } }
            }
            @if !frozen && holdings.iter().any(|h| !h.balance.is_zero()) {
                h2 { (r.word("web.holds")) }
                div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                    thead { tr { th scope="col" { (r.words.column("item")) } th scope="col" { (r.words.column("lot")) } th.right scope="col" { (r.words.column("balance")) } } }
                    tbody { @for h in holdings.iter().filter(|h| !h.balance.is_zero()) { tr {
                        td { (r.label(&h.item)) } td.code-like { @if let Some(lot) = &h.lot { a href={ "/chose/lot/" (lot.code()) } { (lot.code()) } } }
                        td.right { (shown_amount(h.balance, r.words.language())) }
                    } } }
                } }
            }
            @if !frozen && !mentions.is_empty() {
                h2 { (r.word("web.history")) }
                ul.cards { @for m in mentions.iter().rev().take(60) {
                    li { a href={ "/entree/" (m.seq) } { (r.words.kind(&m.kind)) } " " span.hint { (r.words.value(&m.date.to_string())) " · " (r.label(&m.by)) } }
                } }
            }
        };
        Ok(page(r, &title, &inner))
    })
}

/// `present.kon-awa` reads as the word of `present` and the person.
fn key_word(r: &Reading<'_>, key: &str) -> String {
    match key.split_once('.') {
        Some((head, code)) => {
            let person = Id::parse(&format!("person/{code}")).ok().filter(|id| r.book.thing(id, Date::MAX).is_some());
            format!("{} {}", capital(&r.words.column(head)), person.map_or_else(|| code.to_owned(), |id| r.label(&id)))
        }
        // What names another thing is told by that thing's own word.
        None => capital(&r.words.find(&format!("thing.{key}")).map_or_else(|| r.words.column(key), str::to_owned)),
    }
}

/// The name of a trade's figure, or how well it is known.
fn of_trades<'r>(r: &'r Reading<'_>, code: &str) -> Option<&'r str> {
    r.words.find(&format!("figure.{code}")).or_else(|| r.words.find(&format!("confidence.{}", code.to_ascii_lowercase())))
}

fn attribute(r: &Reading<'_>, value: &Value) -> maud::Markup {
    match value {
        Value::Object(map) => {
            html! { @for (at, (key, one)) in map.iter().enumerate() { @if at > 0 { ", " } (r.words.column(key)) " " (attribute(r, one)) } }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => html! { ul { @for one in list { li { (attribute(r, one)) } } } },
        Value::String(code) if of_trades(r, code).is_some() => html! { (of_trades(r, code).unwrap_or_default()) },
        Value::String(code) if r.words.find(&format!("choice.{code}")).is_some() => html! { (capital(&r.words.choice(code))) },
        Value::String(ratio) if Ratio::parse(ratio).is_some_and(|_| ratio.contains('/')) => {
            html! { (r.words.cell(&Cell::read(ratio), false)) }
        }
        other => shown(r, "", None, other),
    }
}

/// Search by name, label, alias, code, entry number or printed number.
pub(crate) fn search(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let asked = visit.query.get("q").to_owned();
    let wanted = baara_desk::fold(&asked);
    if let Ok(seq) = asked.parse::<u64>()
        && visit.desk().entry(seq)?.is_some_and(|(entry, _)| entry.site == visit.signed_in().map(|s| s.site.clone()).unwrap_or_default())
    {
        return Ok(crate::answers::Reply::See(format!("/entree/{seq}")));
    }
    Ok(visit.read(|r| {
        let mut found: Vec<(String, Id)> = Vec::new();
        if wanted.chars().count() >= 2 {
            for id in r.book.names().filter(|id| is_ours(r, id) && r.book.thing(id, Date::MAX).is_some()) {
                let aliases = || r.book.thing(&id, Date::MAX).map(|t| t.list("aliases").join(" ")).unwrap_or_default();
                let number = || r.book.text_of(&id, "number", Date::MAX).unwrap_or_default();
                let label = described(r, &id);
                if [label.as_str(), id.code()].iter().any(|t| baara_desk::fold(t).contains(&wanted))
                    || baara_desk::fold(&number()).contains(&wanted)
                    || baara_desk::fold(&aliases()).contains(&wanted)
                {
                    found.push((label, id));
                }
            }
        }
        // What begins with the words comes first, then whole things before lots and papers of every day.
        let daily = |id: &Id| matches!(id.kind(), "lot" | "sale" | "assignment" | "visa" | "warning" | "proposal");
        found.sort_by_cached_key(|(label, id)| {
            let label = baara_desk::fold(label);
            (daily(id), !label.starts_with(&wanted), label)
        });
        found.truncate(SHOWN);
        let title = r.word("web.search").to_owned();
        let inner = html! {
            h1 { (title) }
            form.filters method="get" action="/chercher" role="search" {
                div.field { label for="c-q" { (r.word("web.search-what")) } input #c-q name="q" type="search" value=(asked); }
                button.main type="submit" { (r.word("web.search")) }
            }
            @if !asked.is_empty() && found.is_empty() { p role="status" { (r.word("web.nothing-found")) } }
            ul.cards { @for (label, id) in &found { li { a href={ "/chose/" (id.kind()) "/" (id.code()) } { (label) } " " span.hint { (thing_word(r, id.kind())) " · " (id.code()) } } } }
        };
        page(r, &title, &inner)
    }))
}
