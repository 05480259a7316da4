//! `plugin list`, `plugin pin`, `plugin quarantine` and `plugin release`.

use super::record::{submission, tell};
use crate::cli::Common;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::Mode;
use baara_plugin_api::{Date, Map, Thing, json};
use baara_reports::{Cell, Column, Said, Table};
use std::cell::LazyCell;

/// Proposes a plugin's file, which waits unopened until others have endorsed it.
pub(crate) fn pin(session: &mut Session, file: &str, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let submission = submission(session, &desk, "pin", Map::new(), common)?;
    let file = session.file(file);
    let answer = desk.propose_pin(&file, submission);
    tell(session, &desk, answer, "pin")
}

/// Sets a plugin aside on this machine.
pub(crate) fn quarantine(session: &mut Session, plugin: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    let (person, clock) = (session.person(&desk)?, session.clock(&desk)?);
    desk.quarantine_plugin(plugin, &person, clock.today())?;
    session.say(&Said::new("screen.plugin-set-aside").with("plugin", plugin), &json!({"plugin": plugin, "quarantined": true}));
    Ok(())
}

/// Lets a plugin work again.
pub(crate) fn release(session: &mut Session, plugin: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    let (person, clock) = (session.person(&desk)?, session.clock(&desk)?);
    desk.release_plugin(plugin, &person, clock.today())?;
    session.say(&Said::new("screen.plugin-released").with("plugin", plugin), &json!({"plugin": plugin, "quarantined": false}));
    Ok(())
}

/// The pinned plugins with their state, then those that wait.
pub(crate) fn list(session: &mut Session) -> Result<(), Failure> {
    let desk = session.desk()?;
    let columns = vec![
        Column::words("plugin"),
        Column::words("version"),
        Column::words("state"),
        Column::words("mode"),
        Column::figures("strikes"),
        Column::words("last-end"),
        Column::words("kinds"),
        Column::words("pin"),
        Column::words("why"),
    ];
    let mut table = Table::new(Said::new("report.plugins"), columns);
    let registry = desk.registry();
    // Found by trying, and only when there is a child to hold.
    let held = LazyCell::new(|| if desk.sandbox().is_whole() { "mode-sandbox" } else { "mode-crash-isolation" });
    for (declared, sha256, _) in registry.plugins() {
        let kinds: Vec<&str> = declared.kinds.iter().map(|k| k.kind.as_str()).collect();
        let trouble = registry.trouble(&declared.id);
        let state = format!("plugin-{}", registry.standing(&declared.id));
        let hosted = registry.state(&declared.id);
        let health = hosted.as_ref().map(|hosted| hosted.health.clone()).unwrap_or_default();
        let cells = vec![
            Cell::text(declared.id.as_str()),
            Cell::text(declared.version.as_str()),
            Cell::Word(state),
            hosted.as_ref().map_or(Cell::Empty, |hosted| match hosted.mode {
                Mode::InProcess => Cell::Word("mode-in-process".to_owned()),
                Mode::Child => Cell::Word((*held).to_owned()),
            }),
            Cell::whole(i64::try_from(health.strikes.len()).unwrap_or(i64::MAX)),
            Cell::text(if health.last_signal.is_empty() { health.last_fault } else { health.last_signal }),
            Cell::text(kinds.join(" ")),
            Cell::text(sha256),
            Cell::text(trouble.map_or_else(String::new, |no| session.words.refusal(&no).happened)),
        ];
        table.push(&declared.id, cells);
    }
    drop(registry); // The writer may want it while the entries are read.
    let waiting: Vec<Thing> = {
        let book = desk.book();
        let open = book.open_of("proposal").filter_map(|id| book.thing(&id, Date::MAX));
        open.filter(|paper| paper.text("kind") == "pin/1" && paper.text("state") == "waiting").collect()
    };
    for paper in waiting {
        let seq = u64::try_from(paper.whole("entry").unwrap_or_default()).unwrap_or_default();
        let Some((entry, _)) = desk.entry(seq)? else { continue };
        let text = |key: &str| entry.fields["fields"].get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let needs = paper.list("needs").join(", ");
        let why = session.words.say(&Said::new("screen.plugin-waits").with("seq", seq).with("needs", needs));
        let cells = vec![
            Cell::text(text("plugin")),
            Cell::text(text("version")),
            Cell::Word("plugin-waits".to_owned()),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::text(""),
            Cell::text(text("sha256")),
            Cell::text(why),
        ];
        table.push(paper.id.as_str(), cells);
    }
    session.draw(&table, None);
    Ok(())
}
