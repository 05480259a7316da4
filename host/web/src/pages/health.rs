//! How the machine and the book are: for whoever looks after them. It names no person and no path.

use crate::answers::{Reply, Shown};
use crate::layout::page;
use crate::visit::{Reading, Visit};
use baara_desk::{Clock, Health, LOW_DISK};
use baara_plugin_api::Value;
use baara_reports::Said;
use maud::{Markup, html};
use serde_json::json;

/// Milliseconds in a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// A clock may be set back so far without a word, in milliseconds: it is set by hand, or by a network now and then.
const SLACK: i64 = 2 * 60 * 1000;
/// Nothing recorded for so many days: nobody wrote, or the clock has jumped ahead.
const LONG: i64 = 31;
/// The days after which a copy is old.
const WEEK: i64 = 7;

/// One plugin: its name, its version, and how it is.
struct Plugin {
    id: String,
    version: String,
    state: &'static str,
}

/// The state of the book, as a page or as JSON.
pub(crate) fn show(visit: &Visit) -> Shown {
    let health = visit.desk().health();
    let plugins: Vec<Plugin> = {
        let registry = visit.desk().registry();
        registry.plugins().map(|(d, ..)| Plugin { id: d.id.clone(), version: d.version.clone(), state: registry.standing(&d.id) }).collect()
    };
    let now = visit.clock();
    let mut warnings = warnings(&health, now.at(), visit.desk().is_practice());
    let ill = plugins.iter().filter(|plugin| plugin.state != "loaded");
    warnings.extend(ill.map(|plugin| Said::new("web.health-plugin").with("plugin", &plugin.id)));
    if visit.query.get("format") == "json" {
        return Ok(Reply::Json(200, told(visit, &health, &plugins, &warnings)));
    }
    Ok(visit.read(|r| {
        let title = r.word("web.health").to_owned();
        page(r, &title, &body(r, &title, &health, &plugins, &warnings))
    }))
}

/// What somebody should look at; empty when all is well. A practice book has a time of its own and needs no copy.
fn warnings(health: &Health, now: i64, practice: bool) -> Vec<Said> {
    let mut told = Vec::new();
    if !health.records {
        told.push(Said::new("web.health-stopped"));
    }
    if let Some(free) = health.free_bytes.filter(|free| *free < LOW_DISK) {
        told.push(Said::new("web.health-disk-low").with("free", free / 1_000_000));
    }
    if practice {
        return told;
    }
    if let Some(last) = health.last_at {
        if now + SLACK < last {
            told.push(Said::new("web.health-clock-behind").with("last", Clock::Practice { at: last }.today()));
        } else if now - last > LONG * DAY {
            told.push(Said::new("web.health-clock-ahead").with("days", (now - last) / DAY));
        }
    }
    match health.backup {
        None => told.push(Said::new("web.health-never-copied")),
        Some(copy) if now - copy.at > WEEK * DAY && copy.entries < health.entries => {
            told.push(Said::new("web.health-copy-old").with("days", (now - copy.at) / DAY).with("entries", health.entries - copy.entries));
        }
        Some(_) => {}
    }
    told
}

fn told(visit: &Visit, health: &Health, plugins: &[Plugin], warnings: &[Said]) -> Value {
    let day = |at: i64| Clock::Practice { at }.today();
    let plugins: Vec<Value> = plugins.iter().map(|p| json!({"id": p.id, "version": p.version, "state": p.state})).collect();
    let warnings: Vec<Value> = warnings.iter().map(|said| json!({"code": said.code, "text": visit.words().say(said)})).collect();
    json!({
        "ok": warnings.is_empty(), "version": env!("CARGO_PKG_VERSION"), "practice": visit.desk().is_practice(),
        "entries": health.entries, "records": health.records, "today": visit.clock().today(), "last_entry": health.last_at.map(day),
        "disk": {"free_bytes": health.free_bytes, "low_below": LOW_DISK},
        "backup": health.backup.map(|copy| json!({"day": day(copy.at), "entries": copy.entries})),
        "plugins": plugins, "warnings": warnings,
    })
}

fn body(r: &Reading<'_>, title: &str, health: &Health, plugins: &[Plugin], warnings: &[Said]) -> Markup {
    let day = |at: i64| r.words.value(&Clock::Practice { at }.today().to_string());
    html! {
        h1 { (title) }
        @if warnings.is_empty() { p { (r.word("web.health-well")) } } @else {
            div.problem role="alert" { ul { @for said in warnings { li { (r.say(said)) } } } }
        }
        dl.facts {
            dt { (r.word("web.entries")) } dd { (r.words.value(&health.entries.to_string())) }
            @if let Some(last) = health.last_at { dt { (r.word("web.health-last")) } dd { (day(last)) } }
            dt { (r.word("web.machine-day")) } dd { (r.words.value(&r.today.to_string())) }
            @if let Some(free) = health.free_bytes { dt { (r.word("web.health-disk")) } dd { (r.say(&Said::new("web.health-megabytes").with("n", free / 1_000_000))) } }
            dt { (r.word("web.health-copy")) }
            dd { @match health.backup {
                Some(copy) => { (day(copy.at)) ", " (r.say(&Said::new("web.health-copy-of").with("entries", copy.entries))) },
                None => (r.word("web.health-none")),
            } }
            dt { (r.words.column("version")) } dd { (env!("CARGO_PKG_VERSION")) }
        }
        h2 { @if r.visit.session.is_some() { a href="/extensions" { (r.word("report.plugins")) } } @else { (r.word("report.plugins")) } }
        ul.cards { @for plugin in plugins { li { (plugin.id) " " (plugin.version) " " span.hint { (r.word(&format!("choice.plugin-{}", plugin.state))) } } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_desk::Backup;

    /// A book that is well: written yesterday, copied three days ago, with room.
    const NOW: i64 = 1_600_000_000_000;
    const WELL: Health = Health {
        entries: 100,
        last_at: Some(NOW - DAY),
        records: true,
        free_bytes: Some(LOW_DISK),
        backup: Some(Backup { at: NOW - 3 * DAY, entries: 90 }),
    };

    #[track_caller]
    fn check(health: Health, expected: &[&str]) {
        let told: Vec<String> = warnings(&health, NOW, false).into_iter().map(|said| said.code).collect();
        assert_eq!(told, expected, "{health:?}");
    }

    #[test]
    fn what_somebody_should_look_at_is_told() {
        check(WELL, &[]);
        check(Health { records: false, ..WELL }, &["web.health-stopped"]);
        check(Health { free_bytes: Some(LOW_DISK - 1), ..WELL }, &["web.health-disk-low"]);
        check(Health { free_bytes: None, ..WELL }, &[]);
        check(Health { last_at: Some(NOW + DAY), ..WELL }, &["web.health-clock-behind"]);
        check(Health { last_at: Some(NOW + SLACK), ..WELL }, &[]);
        check(Health { last_at: Some(NOW - 40 * DAY), ..WELL }, &["web.health-clock-ahead"]);
        check(Health { backup: None, ..WELL }, &["web.health-never-copied"]);
        check(Health { backup: Some(Backup { at: NOW - 8 * DAY, entries: 90 }), ..WELL }, &["web.health-copy-old"]);
        check(Health { backup: Some(Backup { at: NOW - 8 * DAY, entries: 100 }), ..WELL }, &[]);
    }

    #[test]
    fn a_practice_book_has_its_own_time_and_needs_no_copy() {
        let odd = Health { last_at: Some(NOW + 400 * DAY), backup: None, ..WELL };
        assert!(warnings(&odd, NOW, true).is_empty());
        assert_eq!(warnings(&Health { records: false, ..odd }, NOW, true).len(), 1);
    }
}
