//! `plugin publisher list`, `plugin publisher add` and `plugin publisher remove`.

use super::record::{submission, submit};
use crate::cli::Common;
use crate::session::Session;
use crate::told::Failure;
use baara_plugin_api::{Map, Value};
use baara_reports::{Cell, Column, Said, Table};

/// The publishers, those that were removed among them.
pub(crate) fn list(session: &mut Session) -> Result<(), Failure> {
    let desk = session.desk()?;
    let columns = vec![
        Column::words("publisher"),
        Column::words("key-number"),
        Column::words("publisher-key"),
        Column::words("state"),
        Column::words("since"),
    ];
    let mut table = Table::new(Said::new("report.publishers"), columns);
    for publisher in desk.publishers() {
        let state = if publisher.removed.is_some() { "publisher-removed" } else { "publisher-counts" };
        let cells = vec![
            Cell::text(publisher.name),
            Cell::text(publisher.id.code()),
            Cell::text(publisher.key),
            Cell::Word(state.to_owned()),
            Cell::text(publisher.removed.unwrap_or(publisher.since)),
        ];
        table.push(publisher.id.as_str(), cells);
    }
    session.draw(&table, None);
    Ok(())
}

/// Proposes that somebody's signatures count.
pub(crate) fn add(session: &mut Session, name: &str, key: &str, common: &Common) -> Result<(), Failure> {
    propose(session, "publisher", [("name", Some(name)), ("key", Some(key))], common)
}

/// Proposes that somebody's signatures count no more.
pub(crate) fn remove(session: &mut Session, publisher: &str, reason: Option<&str>, common: &Common) -> Result<(), Failure> {
    propose(session, "publisher-end", [("publisher", Some(publisher)), ("reason", reason)], common)
}

fn propose(session: &mut Session, kind: &str, fields: [(&str, Option<&str>); 2], common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let fields: Map = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect();
    let submission = submission(session, &desk, kind, fields, common)?;
    submit(session, &desk, submission)
}
