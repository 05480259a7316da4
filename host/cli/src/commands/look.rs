//! What the book shows: lists, sheets, histories, reports and the reasons behind their figures.

use super::record::{declaration, flags};
use crate::cli::Drawn;
use crate::config;
use crate::parts;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::Desk;
use baara_plugin_api::{Date, Effect, Id, KindDeclaration, Map, Refusal, Value};
use baara_reports::statements::{Asked, STATEMENTS, statement, why as explain};
use baara_reports::{
    Align, Cell, Column, Figure, NotDrawn, Period, PluginAsked, Said, Table, Words, entries_with, plugin_form, plugin_forms,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most attributes a list shows in columns.
const LISTED: usize = 8;

/// Things of a kind, or entries of a record kind.
pub(crate) fn list(session: &mut Session, kind: &str, drawn: &Drawn) -> Result<(), Failure> {
    let desk = session.desk()?;
    let ids: Vec<Id> = desk.book().open_of(kind).collect();
    let known = !ids.is_empty() || desk.book().kinds_of_things().iter().any(|k| k == kind);
    if !known && desk.registry().declaration(kind).is_some() {
        return entries(session, &desk, kind, drawn);
    }
    if !known && config::is_known_kind(kind).is_none() {
        declaration(&desk, kind)?; // Tells the nearest record kind.
    }
    let sites = chosen_sites(session, &desk, drawn.site.as_deref())?;
    let things: Vec<_> = {
        let book = desk.book();
        let reference = baara_book::REFERENCE.contains(&kind);
        let own = |id: &&Id| reference || drawn.site.is_none() || sites.contains(&book.home(id, Date::MAX));
        ids.iter().filter(own).filter_map(|id| book.thing(id, Date::MAX)).collect()
    };
    let mut often: BTreeMap<&str, usize> = BTreeMap::new();
    things.iter().flat_map(|t| t.values.keys()).filter(|k| !k.contains('.')).for_each(|k| *often.entry(k).or_default() += 1);
    let mut keys: Vec<(&str, usize)> = often.into_iter().collect();
    keys.sort_by_key(|(key, n)| (!matches!(*key, "label" | "name"), usize::MAX - n));
    keys.truncate(LISTED);
    let columns =
        [Column::words("id")].into_iter().chain(keys.iter().map(|(k, _)| Column::words(k))).chain([Column::words("since")]).collect();
    let mut table = Table::new(Said::new("report.list").with("kind", kind), columns);
    for thing in &things {
        let mut cells = vec![Cell::text(thing.id.as_str())];
        cells.extend(keys.iter().map(|(key, _)| shown(&session.words, &desk, kind, thing.values.get(*key))));
        cells.push(thing.since.into());
        table.push(thing.id.as_str(), cells);
    }
    session.draw(&table, drawn.format.as_deref());
    Ok(())
}

/// A value as a cell; sealed texts are opened for the reader.
fn shown(words: &Words, desk: &Desk, kind: &str, value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(text)) if text.starts_with("sealed:") => {
            desk.unsealed(text).ok().flatten().map_or_else(|| Cell::Word("sealed".to_owned()), Cell::Text)
        }
        Some(Value::String(text)) => match (text.parse(), text.parse()) {
            (Ok(amount), _) => Cell::Amount(amount),
            (_, Ok(day)) => Cell::Date(day),
            _ => Cell::text(text.as_str()),
        },
        Some(Value::Bool(flag)) => Cell::Flag(*flag),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
            Cell::text(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
        }
        Some(Value::Number(n)) => n.as_i64().map_or_else(|| Cell::text(n.to_string()), Cell::whole),
        Some(other) => Cell::text(small(words, desk, kind, other)),
    }
}

/// A value within a line: lines as `Item: savon, Quantity: 12`, one after the other.
fn small(words: &Words, desk: &Desk, kind: &str, value: &Value) -> String {
    match value {
        Value::Array(list) => {
            list.iter().map(|one| small(words, desk, kind, one)).filter(|one| !one.is_empty()).collect::<Vec<_>>().join("; ")
        }
        Value::Object(object) => match serde_json::from_value::<Effect>(value.clone()) {
            Ok(effect) => effect_line(words, desk, &effect).unwrap_or_default(),
            Err(_) => pairs(words, desk, kind, object),
        },
        flat => words.cell(&shown(words, desk, kind, Some(flat)), false),
    }
}

/// Names and values in one line.
fn pairs<'v>(words: &Words, desk: &Desk, kind: &str, values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> String {
    // A record kind, `sale/1`, names its fields; a thing its attributes.
    let named = |key: &str| if kind.contains('/') { words.field(kind, key) } else { words.column(key) };
    let one = |(key, value): (&String, &Value)| format!("{}{} {}", named(key), words.language().colon(), small(words, desk, kind, value));
    values.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What an effect does, in one line; nothing of a place that is being counted.
fn effect_line(words: &Words, desk: &Desk, effect: &Effect) -> Option<String> {
    let hidden = |place: &Id| desk.book().is_frozen(place);
    let said = match effect {
        Effect::Move { from, to, .. } if hidden(from) || hidden(to) => return None,
        Effect::Move { item, amount, from, to, lot } => {
            let lot = lot.as_ref().map_or(String::new(), |l| format!(" [{}]", l.code()));
            let colon = words.language().colon();
            return Some(format!("{} {}{lot}{colon} {from} → {to}", baara_reports::shown_amount(*amount, words.language()), item.code()));
        }
        Effect::Open { thing, values } => {
            let line = words.say(
                &Said::new("effect.open").with("thing", format!("{} {}", words.word(&format!("thing.{}", thing.kind())), thing.code())),
            );
            let values = pairs(words, desk, thing.kind(), values);
            return Some(if values.is_empty() { line } else { format!("{line} ({values})") });
        }
        Effect::Close { thing, why } => {
            let why = serde_json::to_value(why).unwrap_or_default();
            Said::new("effect.close").with("thing", thing.as_str()).with("why", words.choice(why.as_str().unwrap_or_default()))
        }
        Effect::Set { thing, key, value, from } => Said::new(if value.is_null() { "effect.unset" } else { "effect.set" })
            .with("thing", thing.as_str())
            .with("key", words.column(key))
            .with("value", small(words, desk, thing.kind(), value))
            .with("from", from),
        Effect::Warn { warning, code, args, .. } => {
            let text = words.say(&args.iter().fold(Said::new(&format!("warning.{code}.text")), |said, (key, value)| said.with(key, value)));
            Said::new("effect.warn").with("warning", warning.code()).with("text", text)
        }
        Effect::Explain { warning, reason } => {
            let reason = small(words, desk, "explain", &Value::from(reason.as_str()));
            Said::new("effect.explain").with("warning", warning.code()).with("reason", reason)
        }
        Effect::Number { series, year, n, void } => {
            let code = if *void { "effect.void" } else { "effect.number" };
            Said::new(code).with("series", words.word(&format!("series.{series}"))).with("n", format!("{year}-{n:06}"))
        }
    };
    Some(words.say(&said))
}

/// The entries of a record kind within a period.
fn entries(session: &mut Session, desk: &Arc<Desk>, kind: &str, drawn: &Drawn) -> Result<(), Failure> {
    let declared = declaration(desk, kind)?;
    let clock = session.clock(desk)?;
    let period = drawn.period.as_deref().map(|p| Period::read(Some(p), clock.today())).transpose()?;
    let sites = chosen_sites(session, desk, drawn.site.as_deref())?;
    let mut columns = vec![Column::figures("seq"), Column::words("date"), Column::words("site"), Column::words("by")];
    columns.extend(declared.fields.iter().map(|f| Column::words(&f.name)));
    let mut table = Table::new(Said::new("report.list").with("kind", &declared.kind), columns);
    for (entry, _) in entries_with(desk, vec![format!("\"kind\":\"{}\"", declared.kind)])? {
        let within = period.as_ref().is_none_or(|p| entry.date >= p.from && entry.date <= p.until);
        if entry.kind != declared.kind || !within || !sites.contains(&entry.site) {
            continue;
        }
        let seq = i64::try_from(entry.seq).unwrap_or(0);
        let mut cells = vec![Cell::whole(seq), entry.date.into(), Cell::text(entry.site.as_str()), Cell::Thing(entry.by.0.clone())];
        cells.extend(declared.fields.iter().map(|f| shown(&session.words, desk, kind, entry.fields.get(&f.name))));
        table.push(&entry.seq.to_string(), cells);
    }
    session.draw(&table, drawn.format.as_deref());
    Ok(())
}

/// A thing's sheet, or an entry's.
pub(crate) fn show(session: &mut Session, named: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    if let Ok(seq) = named.parse::<u64>() {
        return show_entry(session, &desk, seq);
    }
    let id = parts::thing(&desk.book(), named)?;
    let columns = vec![Column::words("key"), Column::words("value"), Column::words("from")];
    let mut table = Table::new(Said::new("report.show").with("thing", &id), columns);
    let (thing, mut lines, holdings, frozen, ended) = {
        let book = desk.book();
        let thing = book.thing(&id, Date::MAX);
        let ended = thing.as_ref().is_some_and(|t| !t.open);
        (thing, book.timeline(&id), book.holdings_of(&id), book.is_frozen(&id), ended)
    };
    if let Some(thing) = &thing {
        table.push("since", vec![Cell::Word("column.since".to_owned()), thing.since.into(), Cell::Empty]);
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    lines.dedup_by(|later, first| later.0 == first.0); // Only the newest value of each key: `history` has all.
    for (key, from, value, _) in &lines {
        table.push(key, vec![Cell::text(session.words.column(key)), shown(&session.words, &desk, id.kind(), Some(value)), (*from).into()]);
    }
    if frozen {
        table.note(Said::new("note.frozen").with("place", id.code()));
    }
    for holding in holdings.iter().filter(|h| !frozen && !h.balance.is_zero()) {
        let what = holding.lot.as_ref().map_or(String::new(), |lot| format!(" ({})", lot.code()));
        let code = format!("holds.{}{what}", holding.item.code());
        table.push(&code, vec![Cell::text(format!("{}{what}", holding.item.code())), holding.balance.into(), Cell::Empty]);
    }
    if ended {
        table.note(Said::new("note.ended"));
    }
    session.draw(&table, None);
    Ok(())
}

fn show_entry(session: &mut Session, desk: &Arc<Desk>, seq: u64) -> Result<(), Failure> {
    let unknown = || Refusal::new("entry/unknown").with("seq", seq).with("last", desk.book().size());
    let (entry, leaf) = desk.entry(seq)?.ok_or_else(unknown)?;
    if session.global.json {
        let value: Value = serde_json::from_slice(&entry.bytes()).unwrap_or_default();
        session.out.push_str(&format!("{}\n", baara_plugin_api::json!({"ok": true, "leaf": leaf, "entry": value})));
        return Ok(());
    }
    let columns = vec![Column::words("key"), Column::words("value")];
    let mut table = Table::new(Said::new("report.entry").with("seq", seq).with("kind", &entry.kind), columns);
    let mut push = |key: &str, value: Cell| table.push(key, vec![Cell::Word(format!("column.{key}")), value]);
    push("date", entry.date.into());
    push("site", Cell::text(entry.site.as_str()));
    push("by", Cell::Thing(entry.by.0.clone()));
    push("role", Cell::Thing(entry.by.1.clone()));
    push("leaf", Cell::text(leaf));
    for (key, number) in [("completes", entry.completes), ("reverses", entry.reverses), ("batch", entry.batch)] {
        if let Some(number) = number {
            push(key, Cell::whole(i64::try_from(number).unwrap_or(0)));
        }
    }
    for (name, value) in &entry.fields {
        table.push(
            &format!("fields.{name}"),
            vec![Cell::text(session.words.field(&entry.kind, name)), shown(&session.words, desk, &entry.kind, Some(value))],
        );
    }
    for (at, effect) in entry.effects.iter().enumerate() {
        let mut lines = match effect {
            Effect::Open { thing, .. } => {
                vec![effect_line(&session.words, desk, &Effect::Open { thing: thing.clone(), values: BTreeMap::new() })]
            }
            other => vec![effect_line(&session.words, desk, other)],
        };
        // What is new shows its values one under the other.
        if let Effect::Open { thing, values } = effect {
            lines.extend(values.iter().map(|one| Some(format!("   {}", pairs(&session.words, desk, thing.kind(), [one])))));
        }
        for line in lines.into_iter().flatten() {
            table.push(&format!("effect-{}", at + 1), vec![Cell::Word("column.effect".to_owned()), Cell::text(line)]);
        }
    }
    if let Some(by) = desk.book().reversed_by(seq) {
        table.note(Said::new("note.reversed-by").with("seq", by));
    }
    session.draw(&table, None);
    Ok(())
}

/// The entries that concerned a thing, and every value it had.
pub(crate) fn history(session: &mut Session, named: &str) -> Result<(), Failure> {
    let desk = session.desk()?;
    let id = parts::thing(&desk.book(), named)?;
    let columns = vec![
        Column::figures("seq"),
        Column::words("date"),
        Column::words("kind"),
        Column::words("by"),
        Column::words("key"),
        Column::words("value"),
        Column { code: "in".to_owned(), align: Align::Right, unit: None },
        Column { code: "out".to_owned(), align: Align::Right, unit: None },
    ];
    let mut table = Table::new(Said::new("report.history").with("thing", &id), columns);
    let (timeline, frozen) = {
        let book = desk.book();
        (book.timeline(&id), book.is_frozen(&id))
    };
    for (entry, _) in entries_with(&desk, vec![format!("\"{id}\"")])? {
        let head = |code: &str, mut rest: Vec<Cell>| {
            let seq = i64::try_from(entry.seq).unwrap_or(0);
            let kind = Cell::Word(format!("kind.{}", entry.kind.split('/').next().unwrap_or("")));
            let mut cells = vec![Cell::whole(seq), entry.date.into(), kind, Cell::Thing(entry.by.0.clone())];
            cells.append(&mut rest);
            (code.to_owned(), cells)
        };
        let mut lines = Vec::new();
        for (key, _, value, _) in timeline.iter().filter(|(.., seq)| *seq == entry.seq) {
            let cells =
                vec![Cell::text(session.words.column(key)), shown(&session.words, &desk, id.kind(), Some(value)), Cell::Empty, Cell::Empty];
            lines.push(head(&format!("{}.{key}", entry.seq), cells));
        }
        for (at, effect) in entry.effects.iter().enumerate().filter(|_| !frozen) {
            let Effect::Move { item, amount, from, to, .. } = effect else { continue };
            let (came, went) = (*to == id, *from == id);
            if (came || went) && !desk.book().is_frozen(if came { from } else { to }) {
                let cell = |yes: bool| if yes { Cell::Amount(*amount) } else { Cell::Empty };
                let other = if came { from } else { to };
                lines.push(head(
                    &format!("{}.{}", entry.seq, at + 1),
                    vec![Cell::Thing(item.clone()), Cell::text(other.as_str()), cell(came), cell(went)],
                ));
            }
        }
        if lines.is_empty() && !frozen {
            lines.push(head(&entry.seq.to_string(), vec![Cell::Empty; 4]));
        }
        lines.into_iter().for_each(|(code, cells)| table.push(&code, cells));
    }
    if frozen {
        table.note(Said::new("note.frozen").with("place", id.code()));
    }
    session.draw(&table, None);
    Ok(())
}

/// The facilities a report is about: all there are, or the one named.
fn chosen_sites(session: &Session, desk: &Desk, named: Option<&str>) -> Result<Vec<String>, Failure> {
    match named {
        None | Some("all") => {
            let book = desk.book();
            let mut sites = baara_reports::sites(&book);
            if sites.is_empty() {
                sites = book.open_of("facility").map(|id| id.code().to_owned()).collect();
            }
            Ok(sites)
        }
        Some(site) => Ok(vec![session.site(desk, Some(site), None)?]),
    }
}

/// Draws a report of the core, of the published claims, or of a plugin.
pub(crate) fn report(session: &mut Session, name: &str, drawn: &Drawn, typed: &[String]) -> Result<(), Failure> {
    let desk = session.desk()?;
    let clock = session.clock(&desk)?;
    let period = Period::read(drawn.period.as_deref(), clock.today())?;
    let table = if name == "published" {
        published(session, &desk, drawn, &period)?
    } else if STATEMENTS.contains(&name) {
        ask(session, &desk, drawn, &period, |asked| statement(name, asked))?.ok_or_else(|| no_report(&desk, name))?
    } else {
        let of = OfPlugin::read(session, &desk, name, drawn, typed)?;
        of.ask(session, &desk, drawn, |asked| asked.draw(&desk, &of.form))?
    };
    session.draw(&table, drawn.format.as_deref());
    Ok(())
}

/// Why a cell is what it is.
pub(crate) fn why(session: &mut Session, report: &str, cell: &str, drawn: &Drawn, typed: &[String]) -> Result<(), Failure> {
    let desk = session.desk()?;
    let clock = session.clock(&desk)?;
    let period = Period::read(drawn.period.as_deref(), clock.today())?;
    let of = if STATEMENTS.contains(&report) { None } else { Some(OfPlugin::read(session, &desk, report, drawn, typed)?) };
    let found = match (cell.rsplit_once('.'), &of) {
        (Some((row, column)), None) => ask(session, &desk, drawn, &period, |asked| explain(report, asked, row, column))?,
        (Some((row, column)), Some(of)) => of.ask(session, &desk, drawn, |asked| asked.why(&desk, &of.form, row, column))?,
        (None, _) => None,
    };
    let Some(table) = found else {
        let drawn = match &of {
            None => ask(session, &desk, drawn, &period, |asked| statement(report, asked))?,
            Some(of) => Some(of.ask(session, &desk, drawn, |asked| asked.draw(&desk, &of.form))?),
        };
        let example = drawn.and_then(|t| Some(format!("{}.{}", t.rows.first()?.code, t.columns.last()?.code))).unwrap_or_default();
        return Err(Refusal::new("report/no-such-cell").with("report", report).with("cell", cell).with("example", example).into());
    };
    session.draw(&table, drawn.format.as_deref());
    Ok(())
}

fn no_report(desk: &Desk, name: &str) -> Failure {
    let forms = plugin_forms(desk);
    let of_plugins = forms.iter().filter_map(|form| form.kind.split('/').next());
    let names: Vec<&str> = STATEMENTS.iter().copied().chain(["published"]).chain(of_plugins).collect();
    Refusal::new("report/unknown").with("report", name).with("reports", names.join(", ")).into()
}

/// Asks a statement of the book.
fn ask<T>(session: &Session, desk: &Desk, drawn: &Drawn, period: &Period, ask: impl Fn(&Asked<'_>) -> T) -> Result<T, Failure> {
    let sites = chosen_sites(session, desk, drawn.site.as_deref())?;
    Ok(baara_reports::ask(desk, period, &sites, drawn.site.as_deref().unwrap_or("all"), ask)?)
}

/// A plugin's own table, as it was asked for on the command line.
struct OfPlugin {
    form: KindDeclaration,
    site: String,
    person: Id,
    date: Option<Date>,
    typed: Map,
}

impl OfPlugin {
    fn read(session: &mut Session, desk: &Arc<Desk>, name: &str, drawn: &Drawn, typed: &[String]) -> Result<OfPlugin, Failure> {
        let form = plugin_form(desk, name).ok_or_else(|| no_report(desk, name))?;
        let (typed, common) = flags(&form, typed)?;
        let person = session.person(desk)?;
        let site = session.site(desk, drawn.site.as_deref().or(common.site.as_deref()), Some(&person))?;
        let date = common.date.as_deref().map(parts::day).transpose()?;
        Ok(OfPlugin { form, site, person, date, typed })
    }

    /// Asks for it; the period of `drawn` says until when, if anything does.
    fn ask<T>(
        &self,
        session: &Session,
        desk: &Arc<Desk>,
        drawn: &Drawn,
        ask: impl FnOnce(&PluginAsked<'_>) -> Result<T, NotDrawn>,
    ) -> Result<T, Failure> {
        let today = session.clock(desk)?.today();
        let period = drawn.period.as_deref().map(|text| Period::read(Some(text), today)).transpose()?;
        let mut asked = PluginAsked::about(&self.site, &self.person, period.as_ref(), today, &self.typed);
        asked.date = self.date.unwrap_or(asked.date);
        ask(&asked).map_err(|no| match no {
            NotDrawn::Fields(errors) => Failure::Fields { kind: self.form.kind.clone(), errors },
            NotDrawn::Refused(no) => no.into(),
        })
    }
}

/// The claims of `config/demo/published.toml` beside what the book says.
fn published(session: &Session, desk: &Desk, drawn: &Drawn, period: &Period) -> Result<Table, Failure> {
    let folder = session.global.config.as_deref().map(|c| session.file(c));
    let sources = config::sources(folder.as_deref()).unwrap_or_default();
    let claims = config::claims(&sources).map_err(|mistakes| Failure::Config { mistakes, sources: sources.clone() })?;
    let columns = vec![
        Column::words("claim"),
        Column::words("source"),
        Column::words("printed"),
        Column::words("formula"),
        Column::figures("recomputed"),
        Column::words("unit"),
        Column::words("verdict"),
        Column::figures("book"),
        Column::words("book-unit"),
        Column::words("note"),
    ];
    let mut table = Table::new(Said::new("report.published").with("period", &period.shown), columns);
    let mut asked: BTreeMap<String, Option<Table>> = BTreeMap::new();
    for claim in claims {
        if !asked.contains_key(&claim.report) {
            let drawn = ask(session, desk, drawn, period, |asked| statement(&claim.report, asked))?;
            asked.insert(claim.report.clone(), drawn);
        }
        let beside = asked[&claim.report].as_ref();
        let (row, column) = claim.cell.rsplit_once('.').unwrap_or(("", ""));
        let book = beside.and_then(|t| find(t, row, column)).unwrap_or(Cell::Empty);
        let unit = beside.and_then(|t| find(t, row, "unit")).unwrap_or(Cell::Empty);
        let cells = vec![
            Cell::text(claim.claim),
            Cell::text(claim.place),
            Cell::text(claim.printed),
            Cell::text(claim.formula),
            Figure::parse(&claim.recomputed).map_or_else(|| Cell::text(claim.recomputed.as_str()), Cell::Figure),
            Cell::text(claim.unit),
            Cell::Word(format!("verdict-{}", claim.verdict)),
            book,
            unit,
            Cell::text(claim.note),
        ];
        table.push(&claim.code, cells);
    }
    Ok(table)
}

fn find(table: &Table, row: &str, column: &str) -> Option<Cell> {
    let at = table.columns.iter().position(|c| c.code == column)?;
    table.rows.iter().find(|r| r.code == row)?.cells.get(at).cloned()
}
