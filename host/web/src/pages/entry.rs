//! An entry: what became of it, what it says, what moved, who must still see it, and what may be done about it.

use crate::answers::{Problem, Shown};
use crate::form::capital;
use crate::layout::page;
use crate::pages::papers::numbers;
use crate::pages::{correct, secrets, visas};
use crate::visit::{Reading, Visit};
use baara_book::Entry;
use baara_plugin_api::{Effect, Field, FieldType, Id, KindDeclaration, Value};
use baara_reports::{Said, shown_amount};
use maud::{Markup, html};

/// The page of an entry.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let seq: u64 = visit.param("seq").parse().map_err(|_| Problem::NotFound)?;
    let (entry, leaf) = visit.desk().entry(seq)?.ok_or(Problem::NotFound)?;
    if entry.site != session.site {
        return Err(Problem::NotFound);
    }
    let inner = inner_kind(&entry).to_owned();
    let kind = visit.desk().registry().declaration(&inner).cloned();
    Ok(visit.read(|r| {
        let title = format!("{}, n° {seq}", r.words.kind(&inner));
        let markup = html! {
            (banner(r, &entry, &leaf))
            h1 { (r.words.kind(&inner)) }
            p.hint { (r.words.value(&entry.date.to_string())) " · " (r.label(&entry.by.0)) " (" (r.label(&entry.by.1)) ") · n° " (seq) }
            (visas::given(r, &entry.effects))
            (visas::ask(r, seq))
            (secrets::offer(r, &entry))
            (facts(r, &entry, kind.as_ref()))
            (movements(r, &entry))
            (after(r, &entry, &inner))
            p.code { (r.word("web.code")) " " (leaf.get(..16).unwrap_or(&leaf)) }
        };
        page(r, &title, &markup)
    }))
}

/// The kind an entry is about: a proposal's own.
pub(crate) fn inner_kind(entry: &Entry) -> &str {
    if entry.kind == "propose/1" { entry.fields.get("kind").and_then(Value::as_str).unwrap_or(&entry.kind) } else { &entry.kind }
}

/// Very visible: it is done, it waits, or it was done before.
fn banner(r: &Reading<'_>, entry: &Entry, leaf: &str) -> Markup {
    let done = r.visit.query.get("fait");
    let number = entry.effects.iter().find_map(|e| match e {
        Effect::Number { year, n, void: false, .. } => Some(baara_book::allot::number_text(&entry.site, *year, *n)),
        _ => None,
    });
    let opened = baara_desk::opened_things(&entry.effects);
    let warnings =
        entry.effects.iter().filter_map(|e| if let Effect::Warn { code, args, .. } = e { Some(r.words.warning(code, args)) } else { None });
    let (class, word) = match done {
        "oui" => ("done", "web.done"),
        "endorse" => ("done", "web.endorsed"),
        "deja" => ("done", "web.done-before"),
        "propose" => ("waits", "web.proposed"),
        "decline" => ("waits", "web.declined"),
        "withdraw" => ("waits", "web.withdrawn"),
        _ => ("", ""),
    };
    html! {
        @if !word.is_empty() {
            div class={ "banner " (class) } role="status" {
                p { strong { (r.word(word)) } }
                @if let Some(number) = &number { p.number { (r.word("web.number")) " " (number) } }
                p { (r.word("web.code")) " " (leaf.get(..16).unwrap_or(leaf)) }
            }
        } @else if let Some(number) = &number { p.number { (r.word("web.number")) " " (number) } }
        @if has_receipt(entry) { p { a.button.other href={ "/papiers/recu/" (entry.seq) } { (r.word("web.paper-receipt")) } } }
        @for text in warnings { p.warning { (capital(&text)) } }
        @if done == "oui" {
            ul.next {
                @for id in opened.iter().take(4) { li { a href={ "/chose/" (id.kind()) "/" (id.code()) } { (r.words.find(&format!("thing.{}", id.kind())).unwrap_or(id.kind())) " " (id.code()) } } }
                li { a href={ "/noter/" (entry.kind.split('/').next().unwrap_or_default()) } { (r.word("web.another")) } }
                li { a href="/" { (r.word("web.back-home")) } }
            }
        }
    }
}

fn has_receipt(entry: &Entry) -> bool {
    numbers(entry, "receipt").iter().any(|(_, void)| !void)
}

/// What was filled in.
fn facts(r: &Reading<'_>, entry: &Entry, kind: Option<&KindDeclaration>) -> Markup {
    let fields = if entry.kind == "propose/1" { entry.fields.get("fields").and_then(Value::as_object) } else { Some(&entry.fields) };
    let declared = kind.map(|k| k.fields.as_slice()).unwrap_or_default();
    let Some(fields) = fields else { return html! {} };
    let name = inner_kind(entry);
    let others = fields.iter().filter(|(key, _)| declared.iter().all(|f| f.name != **key) && !key.ends_with(".declared"));
    // A correction's reason stands where a late entry's does.
    let named = |key: &str| {
        if key == "late-reason" && entry.reverses.is_some() { r.word("web.why-correct").to_owned() } else { r.words.field(name, key) }
    };
    let reason = Field { name: "late-reason".to_owned(), kind: FieldType::Text, required: false, sealed: false };
    html! {
        dl.facts {
            @for field in declared {
                @if let Some(value) = fields.get(&field.name) {
                    dt { (r.words.field(name, &field.name)) }
                    dd { (shown(r, name, Some(field), value)) }
                }
            }
            @for (key, value) in others {
                @if key == "endorsed-by" { (endorser(r, value)) } @else {
                    dt { (named(key)) }
                    dd { (shown(r, name, (key == "late-reason").then_some(&reason), value)) }
                }
            }
            @if let Some(leave) = &entry.leave {
                @let label = r.label(leave);
                dt { (r.word("web.leave")) } dd { (label) @if label != leave.code() { " (" (leave.code()) ")" } }
            }
        }
    }
}

/// Whose visa completed it: the person, their role, and the hash of what they saw, which is for `verify`.
fn endorser(r: &Reading<'_>, value: &Value) -> Markup {
    let id = |at: usize| value.get(at).and_then(Value::as_str).and_then(|text| Id::parse(text).ok());
    html! {
        @if let (Some(person), Some(role)) = (id(0), id(1)) { dt { (r.word("web.who-endorsed")) } dd { (r.label(&person)) " (" (r.label(&role)) ")" } }
    }
}

/// A kept value as people read it; a sealed text is opened for whoever may see this page.
pub(crate) fn shown(r: &Reading<'_>, kind: &str, field: Option<&Field>, value: &Value) -> Markup {
    match (field.map(|f| &f.kind), value) {
        (Some(FieldType::Lines { of }), Value::Array(lines)) => html! {
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                thead { tr { @for one in of { th scope="col" { (r.words.field(kind, &one.name)) } } } }
                tbody { @for line in lines { tr { @for one in of { td { @if let Some(cell) = line.get(&one.name) { (shown(r, kind, Some(one), cell)) } } } } } }
            } }
        },
        (_, Value::Array(list)) => {
            let one_of = |field: &Field| match &field.kind {
                FieldType::Many { of } => Some(Field { kind: (**of).clone(), ..field.clone() }),
                _ => None,
            };
            let of = field.and_then(one_of);
            html! { @for (at, one) in list.iter().enumerate() { @if at > 0 { ", " } (shown(r, kind, of.as_ref(), one)) } }
        }
        (Some(FieldType::Choice { .. }), Value::String(code)) => html! { (capital(&r.words.choice(code))) },
        (_, Value::String(text)) if text.starts_with("sealed:") => {
            let text = r.visit.desk().unsealed(text).ok().flatten();
            html! { @if let Some(text) = text { (text) } @else { em { (r.word("choice.sealed")) } } }
        }
        (Some(FieldType::Text), Value::String(text)) => html! { (text) },
        (_, Value::String(text)) => match Id::parse(text) {
            Ok(id) if r.book.thing(&id, r.today).is_some() => html! { a href={ "/chose/" (id.kind()) "/" (id.code()) } { (r.label(&id)) } },
            _ => html! { (r.words.value(text)) },
        },
        (_, Value::Bool(flag)) => html! { (r.word(if *flag { "screen.yes" } else { "screen.no" })) },
        (_, other) => html! { (other.to_string()) },
    }
}

/// What moved from where to where; a place that is being counted tells nothing.
fn movements(r: &Reading<'_>, entry: &Entry) -> Markup {
    let proposed: Vec<Effect> = match entry.fields.get("effects") {
        Some(effects) if entry.kind == "propose/1" => serde_json::from_value(effects.clone()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let all = if entry.kind == "propose/1" { &proposed } else { &entry.effects };
    let lines = all.iter().filter_map(|effect| match effect {
        Effect::Move { item, amount, from, to, lot } if !r.book.is_frozen(from) && !r.book.is_frozen(to) => {
            Some((item, amount, from, to, lot))
        }
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    let place = |id: &Id| {
        let kind = r.words.find(&format!("place.{}", id.kind())).unwrap_or(id.kind()).to_owned();
        let label = r.label(id);
        // A place of one person's is called after them: `kay.kay-20-0057`.
        let owner =
            id.code().split_once('.').map(|(_, code)| Id::new("person", code)).filter(|person| r.book.thing(person, r.today).is_some());
        if let Some(owner) = owner {
            format!("{kind} {}", r.label(&owner))
        } else if label == id.code() {
            format!("{kind} {label}")
        } else {
            label
        }
    };
    html! {
        @if !lines.is_empty() {
            h2 { (r.word(if entry.kind == "propose/1" { "web.would-move" } else { "web.moved" })) }
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                thead { tr { th scope="col" { (r.words.column("item")) } th.right scope="col" { (r.words.column("amount")) } th scope="col" { (r.word("web.from")) } th scope="col" { (r.word("web.to")) } } }
                tbody { @for (item, amount, from, to, lot) in lines { tr {
                    td { (r.label(item)) @if let Some(lot) = lot { " " span.hint { (lot.code()) } } }
                    td.right { (shown_amount(*amount, r.words.language())) }
                    td { (place(from)) } td { (place(to)) }
                } } }
            } }
        }
    }
}

/// What may be done about it.
fn after(r: &Reading<'_>, entry: &Entry, inner: &str) -> Markup {
    let gone = r.book.reversed_by(entry.seq);
    let of_desk = || baara_desk::host_kinds().iter().any(|kind| kind.kind == entry.kind);
    let may = gone.is_none()
        && r.may_undo(inner)
        && !["propose/1", "config/1", "found/1", "sweep/1"].contains(&entry.kind.as_str())
        && !of_desk();
    html! {
        @if let Some(by) = gone { p.warning { a href={ "/entree/" (by) } { (r.say(&Said::new("note.reversed-by").with("seq", by))) } } }
        @if let Some(reverses) = entry.reverses { p { a href={ "/entree/" (reverses) } { (r.say(&Said::new("web.reverses").with("seq", reverses))) } } }
        @if let Some(completes) = entry.completes { p { a href={ "/entree/" (completes) } { (r.say(&Said::new("web.completes").with("seq", completes))) } } }
        @if may {
            details.panel {
                summary { (r.word("web.something-wrong")) }
                @if r.may(inner) { p { a.button.other href={ "/corriger/" (entry.seq) } { (r.word("web.correct")) } } }
                (correct::undo(r, entry.seq, correct::rule(r.visit, entry), has_receipt(entry)))
            }
        }
    }
}
