//! `plugin list`, `plugin pin`, `plugin quarantine` and `plugin release`.

use super::record::{submission, tell};
use crate::cli::Common;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::{Extension, Proposal};
use baara_plugin_api::{Map, json};
use baara_reports::{Cell, Column, Said, Table, Words};

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
    for extension in desk.extensions()? {
        let row = extension.proposal.as_ref().map_or(extension.id.as_str(), |proposal| proposal.paper.as_str());
        table.push(row, cells(&session.words, &extension));
    }
    session.draw(&table, None);
    Ok(())
}

fn cells(words: &Words<'_>, extension: &Extension) -> Vec<Cell> {
    let health = extension.state.as_ref().map(|state| &state.health);
    let last = health.map_or("", |health| if health.last_signal.is_empty() { &health.last_fault } else { &health.last_signal });
    let kinds = extension.declaration.iter().flat_map(|declared| &declared.kinds).map(|kind| kind.kind.as_str());
    let waits = |proposal: &Proposal| {
        words.say(&Said::new("screen.plugin-waits").with("seq", proposal.seq).with("needs", proposal.needs.join(", ")))
    };
    let why = extension.trouble.as_ref().map(|no| words.refusal_line(no)).or_else(|| extension.proposal.as_ref().map(waits));
    vec![
        Cell::text(extension.id.as_str()),
        Cell::text(extension.version.as_str()),
        Cell::Word(format!("plugin-{}", extension.standing)),
        extension.hold.map_or(Cell::Empty, |hold| Cell::Word(format!("mode-{hold}"))),
        health.map_or(Cell::Empty, |health| Cell::whole(i64::try_from(health.strikes.len()).unwrap_or(i64::MAX))),
        Cell::text(last),
        Cell::text(kinds.collect::<Vec<_>>().join(" ")),
        Cell::text(extension.sha256.as_str()),
        Cell::text(why.unwrap_or_default()),
    ]
}
