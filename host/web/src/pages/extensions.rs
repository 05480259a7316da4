//! The plugins, for whoever looks after them: what each may do, where it runs, how it behaved, and setting one aside.

use crate::answers::{Problem, Reply, Shown};
use crate::form::{capital, refused};
use crate::layout::page;
use crate::pages::visas::needs;
use crate::visit::{Reading, Visit};
use baara_desk::{Extension, PluginHealth, Proposal};
use baara_plugin_api::{Declaration, Grant, Id};
use baara_reports::{Said, said_of};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Of a fingerprint, what tells two files apart at a glance; the rest is behind a tap.
const SHORT: usize = 12;

/// Every plugin, let in or waiting.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let extensions = visit.desk().extensions()?;
    Ok(visit.read(|r| {
        let title = r.word("web.extensions").to_owned();
        let crash_only = extensions.iter().any(|extension| extension.hold == Some("crash-isolation"));
        let inner = html! {
            h1 { (title) }
            p { (r.word("web.extension-lead")) }
            @if crash_only { p.warning { (r.word("web.extension-crash-only")) } }
            @if extensions.is_empty() { p { (r.word("screen.no-plugin")) } }
            @for extension in &extensions { (one(r, extension)) }
        };
        page(r, &title, &inner)
    }))
}

/// Sets a plugin aside on this machine, or lets it work again.
pub(crate) fn send(visit: &Visit) -> Shown {
    let person = &visit.signed_in()?.person;
    let (plugin, today) = (visit.param("plugin"), visit.clock().today());
    match visit.form.get("what") {
        "quarantine" => visit.desk().quarantine_plugin(plugin, person, today)?,
        "release" => visit.desk().release_plugin(plugin, person, today)?,
        _ => return Err(Problem::NotFound),
    }
    Ok(Reply::See(format!("/extensions#{plugin}")))
}

fn one(r: &Reading<'_>, extension: &Extension) -> Markup {
    let aside = extension.state.as_ref().and_then(|state| state.health.quarantined_by.as_deref());
    html! {
        section.panel.waits[extension.standing != "loaded"] id=(extension.id) {
            h2 { (extension.id) " " span.hint { (extension.version) } }
            @if let Some(no) = &extension.trouble { div.problem { (refused(r, no)) } }
            dl.facts {
                dt { (r.word("web.extension-state")) }
                dd { (capital(&r.words.choice(&format!("plugin-{}", extension.standing)))) @if let Some(by) = aside { ", " (set_aside_by(r, by)) } }
                @if let Some(hold) = extension.hold {
                    dt { (r.word("web.extension-mode")) }
                    dd { (capital(&r.words.choice(&format!("mode-{hold}")))) @if let Some(n) = extension.state.as_ref().and_then(|state| state.process) { " (" (r.say(&Said::new("web.extension-process").with("n", n))) ")" } }
                }
                dt { (r.word("web.extension-signed")) } dd { (r.say(&said_of(&extension.signed))) }
                @if let Some(declared) = &extension.declaration { (brings(r, declared)) }
                @if let Some(state) = &extension.state { (conduct(r, &state.health)) }
            }
            (file(r, &extension.sha256))
            @if let Some(declared) = &extension.declaration { (writes(r, declared)) }
            @if let Some(proposal) = &extension.proposal { (waits(r, proposal)) }
            @if extension.state.is_some() && r.may("pin") { (acts(r, &extension.id, aside.is_some())) }
        }
    }
}

fn file(r: &Reading<'_>, sha256: &str) -> Markup {
    let short: String = sha256.chars().take(SHORT).collect();
    html! { details { summary { (r.word("web.extension-file")) (r.words.language().colon()) " " code { (short) "…" } } code { (sha256) } } }
}

/// Who set it aside: the host after its strikes, or a person.
fn set_aside_by(r: &Reading<'_>, by: &str) -> String {
    match Id::parse(by) {
        Ok(person) => r.say(&Said::new("web.extension-aside-by").with("person", r.label(&person))),
        Err(_) => r.word("web.extension-aside-by-host").to_owned(),
    }
}

/// The forms, reports and things it adds.
fn brings(r: &Reading<'_>, declared: &Declaration) -> Markup {
    let forms: Vec<String> = declared.kinds.iter().map(|form| r.words.kind(&form.kind)).collect();
    let tables: Vec<String> = declared.tables.iter().map(|table| r.words.table(&table.kind)).collect();
    let things: Vec<String> = declared.things.iter().map(|thing| thing_word(r, &thing.kind)).collect();
    let all = [("web.extension-forms", forms), ("web.extension-tables", tables), ("web.extension-things", things)];
    html! { @for (word, names) in all.iter().filter(|(_, names)| !names.is_empty()) { dt { (r.word(word)) } dd { (names.join(", ")) } } }
}

fn thing_word(r: &Reading<'_>, kind: &str) -> String {
    r.words.find(&format!("thing.{kind}")).unwrap_or(kind).to_owned()
}

/// How it behaved on this machine.
fn conduct(r: &Reading<'_>, health: &PluginHealth) -> Markup {
    let signal = Some(health.last_signal.as_str()).filter(|signal| !signal.is_empty());
    html! {
        dt { (r.word("web.extension-strikes")) } dd { (health.strikes.len()) }
        @if !health.last_fault.is_empty() {
            dt { (r.word("web.extension-last-end")) }
            dd { code { (health.last_fault) } @if let Some(signal) = signal { " (" (signal) ")" } @if health.demoted { br; (r.word("web.extension-demoted")) } }
        }
        @if !health.last_words.is_empty() {
            dt { (r.word("web.extension-last-words")) }
            dd { details { summary { (health.last_words.lines().last().unwrap_or_default().chars().take(60).collect::<String>()) } pre { (health.last_words) } } }
        }
    }
}

/// What its forms may write, all together: anything else is refused.
fn writes(r: &Reading<'_>, declared: &Declaration) -> Markup {
    let all = |part: fn(&Grant) -> &Vec<String>, name: &dyn Fn(&str) -> String| {
        let codes: BTreeSet<&String> = declared.kinds.iter().flat_map(|kind| part(&kind.writes)).collect();
        codes.into_iter().map(|code| name(code)).collect::<Vec<_>>().join(", ")
    };
    let place = |kind: &str| r.words.find(&format!("place.{kind}")).unwrap_or(kind).to_owned();
    let item = |code: &str| if code == "*" { r.word("web.extension-any-goods").to_owned() } else { r.label(&Id::new("item", code)) };
    let told = [
        ("web.extension-write-things", all(|grant| &grant.things, &|kind| thing_word(r, kind))),
        ("web.extension-write-keys", all(|grant| &grant.keys, &str::to_owned)),
        ("web.extension-write-places", all(|grant| &grant.places, &place)),
        ("web.extension-write-items", all(|grant| &grant.items, &item)),
        ("web.extension-write-series", all(|grant| &grant.series, &str::to_owned)),
    ];
    html! {
        @if told.iter().any(|(_, text)| !text.is_empty()) {
            details {
                summary { (r.word("web.extension-writes")) }
                dl.facts { @for (word, text) in told.iter().filter(|(_, text)| !text.is_empty()) { dt { (capital(r.word(word))) } dd { (text) } } }
            }
        }
    }
}

/// A pin that waits, with the way to it for the people of the facility that proposed it.
fn waits(r: &Reading<'_>, proposal: &Proposal) -> Markup {
    html! {
        p { (r.say(&Said::new("web.needs").with("needs", needs(r, &proposal.needs)))) }
        @if proposal.site == r.site() { p { a.button href={ "/entree/" (proposal.seq) } { (r.word("web.extension-proposed")) } } }
    }
}

fn acts(r: &Reading<'_>, plugin: &str, aside: bool) -> Markup {
    let (what, word) = if aside { ("release", "web.extension-release") } else { ("quarantine", "web.extension-set-aside") };
    html! {
        form method="post" action={ "/extensions/" (plugin) } {
            button.other type="submit" name="what" value=(what) aria-label={ (r.word(word)) " " (plugin) } { (r.word(word)) }
        }
    }
}
