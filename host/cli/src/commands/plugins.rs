//! `plugin list`, `plugin add`, `plugin remove`, `plugin quarantine` and `plugin release`.

use super::record::{submission, submit};
use crate::cli::Common;
use crate::session::Session;
use crate::told::{Failure, told};
use baara_desk::{Candidate, Change, Extension, Line, Part, Proposal, Signed};
use baara_plugin_api::{Map, Value, json};
use baara_reports::{Cell, Column, Said, Table, Words, said_of};
use std::collections::{BTreeMap, BTreeSet};

/// Shows what a plugin's file brings, and proposes it: it waits unopened until others have endorsed it.
pub(crate) fn add(session: &mut Session, file: &str, roles: &[String], dry_run: bool, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let (clock, path) = (session.clock(&desk)?, session.file(file));
    let roles: Vec<String> = roles.iter().map(|role| if role.contains('/') { role.clone() } else { format!("role/{role}") }).collect();
    let candidate = desk.candidate(&path, clock.today())?;
    let mut shown = describe(session, &candidate, &roles);
    if dry_run {
        return answer(session, json!({"ok": true, "plugin": shown}));
    }
    let fields: Map = [("recorders".to_owned(), json!(roles))].into_iter().collect();
    let submission = submission(session, &desk, "pin", fields, common)?;
    let (text, mut json) = told(&desk, desk.propose_pin(&path, submission), "pin", &session.words)?;
    if !session.global.json {
        session.out.push_str(&format!("\n{text}\n"));
    }
    json["plugin"] = shown.take();
    answer(session, json)
}

/// Says what a file is, draws what it brings, and says who may record it; gives the same for programs.
fn describe(session: &mut Session, candidate: &Candidate, roles: &[String]) -> Value {
    let Candidate { id, version, sha256, signed, abi, pinned, lines, recorders } = candidate;
    let recorders: BTreeMap<&String, Vec<String>> = recorders
        .iter()
        .map(|(kind, known)| {
            let all: BTreeSet<String> = known.iter().map(ToString::to_string).chain(roles.iter().cloned()).collect();
            (kind, all.into_iter().collect())
        })
        .collect();
    if !session.global.json {
        let abi = format!("{}.{}", abi.0, abi.1);
        let mut said =
            vec![Said::new("screen.candidate").with("plugin", id).with("version", version).with("sha256", sha256).with("abi", abi)];
        said.push(said_of(signed));
        said.push(Said::new("screen.candidate-reads"));
        said.push(match pinned {
            Some((version, sha256)) => Said::new("screen.candidate-replaces").with("version", version).with("sha256", &sha256[..12]),
            None => Said::new("screen.candidate-new"),
        });
        said.extend(lines.is_none().then(|| Said::new("screen.candidate-unseen")));
        said.iter().for_each(|said| session.out.push_str(&format!("{}\n", session.words.say(said))));
        if let Some(lines) = lines {
            session.out.push('\n');
            let table = brought(lines);
            session.draw(&table, None);
        }
        let nobody: Vec<&str> = recorders.iter().filter(|(_, roles)| roles.is_empty()).map(|(kind, _)| kind.as_str()).collect();
        for (kind, roles) in recorders.iter().filter(|(_, roles)| !roles.is_empty()) {
            let labels: Vec<String> = roles.iter().map(|role| session.words.value(role)).collect();
            let said = Said::new("screen.candidate-recorders").with("kind", kind).with("roles", labels.join(", "));
            session.out.push_str(&format!("{}\n", session.words.say(&said)));
        }
        if !nobody.is_empty() {
            let said = Said::new("screen.candidate-nobody").with("kinds", nobody.join(", "));
            session.out.push_str(&format!("{}\n", session.words.say(&said)));
        }
    }
    let lines: Option<Vec<Value>> = lines.as_ref().map(|lines| {
        let one = |line: &Line| json!({"part": line.part.code(), "name": line.name, "change": line.change.code(), "was": line.was, "now": line.now});
        lines.iter().map(one).collect()
    });
    json!({
        "id": id, "version": version, "sha256": sha256, "abi": [abi.0, abi.1], "signed": signer(signed),
        "pinned": pinned.as_ref().map(|(version, sha256)| json!({"version": version, "sha256": sha256})),
        "brings": lines, "recorders": recorders,
    })
}

/// Who stands for a file, for programs.
fn signer(signed: &Signed) -> Value {
    match signed {
        Signed::Nobody => Value::Null,
        Signed::Unknown { key } => json!({"key": key}),
        Signed::Publisher { publisher, name, comment } => json!({"key": publisher.code(), "publisher": name, "comment": comment}),
    }
}

/// What a reviewer reads: all that is new or gone, and of what stays only what it may do.
fn brought(lines: &[Line]) -> Table {
    let columns = ["part", "name", "change", "was", "now"].map(Column::words).to_vec();
    let mut table = Table::new(Said::new("report.candidate"), columns);
    let quiet = |line: &&Line| line.change == Change::Same && matches!(line.part, Part::Field | Part::Refuses);
    for line in lines.iter().filter(|line| !quiet(line)) {
        let cells = vec![
            Cell::Word(line.part.code().to_owned()),
            Cell::text(line.name.as_str()),
            Cell::Word(line.change.code().to_owned()),
            Cell::text(line.was.as_str()),
            Cell::text(line.now.as_str()),
        ];
        table.push(&format!("{}.{}", line.part.code(), line.name), cells);
    }
    table
}

/// For programs; people have read it already.
fn answer(session: &mut Session, json: Value) -> Result<(), Failure> {
    if session.global.json {
        session.out.push_str(&format!("{json}\n"));
    }
    Ok(())
}

/// Proposes the end of a pin.
pub(crate) fn remove(session: &mut Session, plugin: &str, reason: Option<&str>, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let named = plugin.strip_prefix("plugin/").unwrap_or(plugin);
    let mut fields: Map = [("plugin".to_owned(), Value::from(format!("plugin/{named}")))].into_iter().collect();
    fields.extend(reason.map(|reason| ("reason".to_owned(), reason.into())));
    let submission = submission(session, &desk, "unpin", fields, common)?;
    submit(session, &desk, submission)
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
        Column::words("signed"),
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
        Cell::text(words.say(&said_of(&extension.signed))),
        Cell::text(why.unwrap_or_default()),
    ]
}
