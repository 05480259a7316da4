//! `config apply` and `config check`: what configuration proposes.

use crate::cli::{Common, Config as What};
use crate::config::{self, Config, Source};
use crate::parts;
use crate::session::Session;
use crate::told::{Failure, told};
use baara_desk::Wanted;
use baara_plugin_api::{Date, Refusal, Value, json};
use baara_reports::{Cell, Column, Said, Table};

/// Runs one of the two.
pub(crate) fn config(session: &mut Session, what: &What) -> Result<(), Failure> {
    match what {
        What::Check => {
            let (config, sources) = read(session)?;
            let said = Said::new("screen.config-read").with("files", sources.len()).with("n", config.wanted.len());
            session.say(&said, &json!({"ok": true, "files": sources.len(), "attributes": config.wanted.len()}));
            Ok(())
        }
        What::Apply { dry_run, templates, common } => apply(session, *dry_run, templates, common),
    }
}

/// Reads the configuration the command names.
pub(crate) fn read(session: &Session) -> Result<(Config, Vec<Source>), Failure> {
    let folder = session.global.config.as_deref().map(|c| session.file(c));
    let sources = config::sources(folder.as_deref()).map_err(|e| {
        let shown = folder.as_ref().map(|f| f.display().to_string()).unwrap_or_default();
        Refusal::new("file/unreadable").with("file", shown).with("why", e.kind())
    })?;
    match config::read(&sources) {
        Ok(config) => Ok((config, sources)),
        Err(mistakes) => Err(Failure::Config { mistakes, sources }),
    }
}

/// What the desk records: each attribute from its own day, or from this one.
pub(crate) fn wanted(config: &[config::Wanted], day: Date) -> Vec<Wanted> {
    let one =
        |w: &config::Wanted| Wanted { thing: w.thing.clone(), key: w.key.clone(), value: w.value.clone(), from: w.from.unwrap_or(day) };
    config.iter().map(one).collect()
}

/// The template of this name.
pub(crate) fn template<'c>(config: &'c Config, name: &str) -> Result<&'c config::Template, Failure> {
    config.templates.get(name).ok_or_else(|| {
        let names: Vec<&str> = config.templates.keys().map(String::as_str).collect();
        Refusal::new("template/unknown").with("template", name).with("templates", names.join(", ")).into()
    })
}

fn apply(session: &mut Session, dry_run: bool, templates: &[String], common: &Common) -> Result<(), Failure> {
    let (config, _) = read(session)?;
    let desk = session.desk()?;
    let mut all = config.wanted.clone();
    for name in templates {
        all.extend(template(&config, name)?.wanted.iter().cloned());
    }
    let clock = session.clock(&desk)?;
    let day = common.date.as_deref().map(parts::day).transpose()?.unwrap_or_else(|| clock.today());
    if dry_run {
        let table = differences(&desk, &all, day);
        session.draw(&table, None);
        return Ok(());
    }
    let person = session.person(&desk)?;
    let site = session.site(&desk, common.site.as_deref(), Some(&person))?;
    let answers = desk.propose_config(&site, &person, wanted(&all, day), clock);
    if answers.is_empty() {
        session.say(&Said::new("screen.nothing-to-apply"), &json!({"ok": true, "entries": []}));
        return Ok(());
    }
    let mut entries = Vec::new();
    for answer in answers {
        let (text, json) = told(&desk, answer, "config", &session.words)?;
        if !session.global.json {
            session.out.push_str(&format!("{text}\n"));
        }
        entries.push(json);
    }
    if session.global.json {
        session.out.push_str(&format!("{}\n", json!({"ok": true, "entries": entries})));
    }
    Ok(())
}

/// What would be recorded, with the file and line that asks for it.
fn differences(desk: &baara_desk::Desk, all: &[config::Wanted], day: Date) -> Table {
    let columns = vec![
        Column::words("thing"),
        Column::words("key"),
        Column::words("was"),
        Column::words("value"),
        Column::words("from"),
        Column::words("source"),
    ];
    let mut table = Table::new(Said::new("report.config"), columns);
    let book = desk.book();
    let exists = |id: &baara_plugin_api::Id| book.thing(id, Date::MAX).is_some();
    let current = |id: &baara_plugin_api::Id, key: &str, from: Option<Date>| {
        book.thing(id, from.unwrap_or(day)).and_then(|t| t.values.get(key).cloned()).unwrap_or(Value::Null)
    };
    let shown =
        |value: &Value| value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned);
    for difference in config::differences(all, &exists, &current) {
        let (thing, lines, from, source) = match difference {
            config::Difference::Open { thing, values, from, source } => {
                (thing, values.into_iter().map(|(k, v)| (k, Value::Null, v)).collect::<Vec<_>>(), from, source)
            }
            config::Difference::Set { thing, key, value, was, from, source } => (thing, vec![(key, was, value)], from, source),
        };
        for (key, was, value) in lines {
            let cells = vec![
                Cell::text(thing.as_str()),
                Cell::text(key.as_str()),
                Cell::text(shown(&was)),
                Cell::text(shown(&value)),
                from.unwrap_or(day).into(),
                Cell::text(source.as_str()),
            ];
            table.push(&format!("{thing}.{key}"), cells);
        }
    }
    table
}
