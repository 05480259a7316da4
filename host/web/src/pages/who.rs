//! *Qui peut faire quoi*: who has which role here, who may record what, and whose visa it takes. All read in the book.

use crate::answers::Shown;
use crate::layout::page;
use crate::pages::entrance::people;
use crate::pages::record::{subject, subjects};
use crate::pages::visas::needs;
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Id, Value};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// The page.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kinds: Vec<String> = visit.desk().registry().offered().map(|d| name(&d.kind).to_owned()).collect();
    Ok(visit.read(|r| {
        let title = r.word("web.who-title").to_owned();
        let holders = holders(r);
        let inner = html! {
            h1 { (title) }
            p.lead { (r.word("web.who-lead")) }
            h2 { (r.word("web.who-roles")) }
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                thead { tr { th scope="col" { (r.word("web.who-role")) } th scope="col" { (r.word("web.who-here")) } } }
                tbody { @for (role, persons) in &holders { tr {
                    th scope="row" { (r.label(role)) }
                    td { @if persons.is_empty() { span.hint { (r.word("web.who-nobody")) } } @for person in persons { (r.label(person)) br; } }
                } } }
            } }
            h2 { (r.word("web.who-acts")) }
            (acts(r, &kinds, &holders))
            h2 { (r.word("web.who-endorses")) }
            p { (r.word("web.who-endorses-lead")) }
            (rules(r, "endorse"))
            h2 { (r.word("web.who-visas")) }
            p { (r.word("web.who-visas-lead")) }
            (rules(r, "visa"))
        };
        page(r, &title, &inner)
    }))
}

fn name(kind: &str) -> &str {
    kind.split('/').next().unwrap_or(kind)
}

/// Every role with those who have it at this facility.
fn holders(r: &Reading<'_>) -> BTreeMap<Id, Vec<Id>> {
    let mut all: BTreeMap<Id, Vec<Id>> = r.book.open_of("role").map(|role| (role.clone(), Vec::new())).collect();
    for person in people(r, r.site()) {
        for role in baara_desk::roles_of(r.book, &person, r.today) {
            all.entry(role).or_default().push(person.clone());
        }
    }
    all
}

/// For each subject a table: the act, and the roles that may record it.
fn acts(r: &Reading<'_>, kinds: &[String], holders: &BTreeMap<Id, Vec<Id>>) -> Markup {
    let may: Vec<(&Id, BTreeSet<String>)> = holders
        .keys()
        .filter_map(|role| Some((role, r.book.thing(role, r.today)?.list("may").into_iter().map(str::to_owned).collect())))
        .collect();
    let mut by: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for kind in kinds {
        let roles: Vec<String> =
            may.iter().filter(|(_, may)| may.contains(kind) || may.contains("*")).map(|(role, _)| r.label(role)).collect();
        if !roles.is_empty() {
            by.entry(subject(kind)).or_default().push((r.words.kind(kind), roles.join(", ")));
        }
    }
    html! {
        @for subject in subjects() { @if let Some(lines) = by.get(subject) {
            details {
                summary { (r.word(&format!("subject.{subject}"))) " (" (lines.len()) ")" }
                div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                    thead { tr { th scope="col" { (r.word("web.who-act")) } th scope="col" { (r.word("web.who-who")) } } }
                    tbody { @for (act, roles) in lines { tr { th scope="row" { (act) } td { (roles) } } } }
                } }
            }
        } }
    }
}

/// The rules of one sort, this facility's own before the general ones.
fn rules(r: &Reading<'_>, sort: &str) -> Markup {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for site in ["general", r.site()] {
        let Some(thing) = r.book.thing(&Id::new("rules", site), Date::MAX) else { continue };
        for (key, value) in &thing.values {
            let Some(list) = value.as_array() else { continue };
            let kind = if key == sort { Some("") } else { key.strip_prefix(&format!("{sort}.")) };
            if let Some(kind) = kind {
                found.insert(kind.to_owned(), list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            }
        }
        for (key, value) in &thing.values {
            if let (Some(kind), Some(text)) = (key.strip_prefix(&format!("{sort}.")).filter(|k| !k.ends_with(".act")), value.as_str()) {
                found.insert(kind.to_owned(), vec![text.to_owned()]);
            }
        }
    }
    let called = |kind: &str| match kind {
        "" => r.word("web.who-all-else").to_owned(),
        "late" => r.word("web.who-late").to_owned(),
        kind => r.words.kind(kind),
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
            thead { tr { th scope="col" { (r.word("web.who-act")) } th scope="col" { (r.word("web.who-whose")) } } }
            tbody { @for (kind, list) in &found { tr { th scope="row" { (called(kind)) } td { (needs(r, list)) } } } }
        } }
    }
}
