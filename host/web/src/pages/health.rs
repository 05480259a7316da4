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

/// All that is told: the book and its disk, each plugin, and what somebody should look at.
pub(crate) struct State {
    health: Health,
    plugins: Vec<Plugin>,
    warnings: Vec<Said>,
}

/// The state of the book, as a page or as JSON.
pub(crate) fn show(visit: &Visit) -> Shown {
    let state = State::of(visit);
    if visit.query.get("format") == "json" {
        return Ok(Reply::Json(200, state.told(visit)));
    }
    Ok(visit.read(|r| {
        let title = r.word("web.health").to_owned();
        page(r, &title, &html! { h1 { (title) } (state.show(r)) (state.plugins(r)) })
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

impl State {
    /// Asks the machine and the journal: before the book is held still.
    pub(crate) fn of(visit: &Visit) -> State {
        let health = visit.desk().health();
        let plugins: Vec<Plugin> = {
            let registry = visit.desk().registry();
            let one = |id: &str, version: &str| Plugin { id: id.to_owned(), version: version.to_owned(), state: registry.standing(id) };
            registry.plugins().map(|(d, ..)| one(&d.id, &d.version)).collect()
        };
        let mut warnings = warnings(&health, visit.clock().at(), visit.desk().is_practice());
        let site = visit.session.as_ref().filter(|_| !visit.desk().is_practice()).map(|session| session.site.clone());
        if site.is_some_and(|site| visit.read(|r| !baara_desk::all_have_helpers(r.book, &site, r.today))) {
            warnings.push(Said::new("screen.helpless"));
        }
        let ill = plugins.iter().filter(|plugin| plugin.state != "loaded");
        warnings.extend(ill.map(|plugin| Said::new("web.health-plugin").with("plugin", &plugin.id)));
        State { health, plugins, warnings }
    }

    fn told(&self, visit: &Visit) -> Value {
        let (health, day) = (&self.health, |at: i64| Clock::Practice { at }.today());
        let plugins: Vec<Value> = self.plugins.iter().map(|p| json!({"id": p.id, "version": p.version, "state": p.state})).collect();
        let warnings: Vec<Value> = self.warnings.iter().map(|said| json!({"code": said.code, "text": visit.words().say(said)})).collect();
        json!({
            "ok": warnings.is_empty(), "version": env!("CARGO_PKG_VERSION"), "practice": visit.desk().is_practice(),
            "entries": health.entries, "records": health.records, "today": visit.clock().today(), "last_entry": health.last_at.map(day),
            "disk": {"free_bytes": health.free_bytes, "low_below": LOW_DISK},
            "backup": health.backup.map(|copy| json!({"day": day(copy.at), "entries": copy.entries})),
            "plugins": plugins, "warnings": warnings,
        })
    }

    /// What somebody should look at, and the figures of the machine.
    pub(crate) fn show(&self, r: &Reading<'_>) -> Markup {
        let (health, day) = (&self.health, |at: i64| r.words.value(&Clock::Practice { at }.today().to_string()));
        html! {
            @if self.warnings.is_empty() { p { (r.word("web.health-well")) } } @else {
                div.problem role="alert" { ul { @for said in &self.warnings { li { (r.say(said)) } } } }
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
        }
    }

    /// The plugins, each with how it is; more of them for whoever has signed in.
    pub(crate) fn plugins(&self, r: &Reading<'_>) -> Markup {
        let title = r.word("report.plugins");
        html! {
            h2 { @if r.visit.session.is_some() { a href="/extensions" { (title) } } @else { (title) } }
            ul.cards { @for plugin in &self.plugins { li { (plugin.id) " " (plugin.version) " " span.hint { (r.word(&format!("choice.plugin-{}", plugin.state))) } } } }
        }
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
