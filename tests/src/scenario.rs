//! Reads and runs scenarios: Markdown whose fenced blocks are commands and what must come of them.
//!
//! | Block | Says |
//! |---|---|
//! | `do` | one command a line: `DATE PERSON kind --field value … as name`; all are recorded, but `… !CODE` is refused |
//! | `refused CODE` | the last command of the block above was refused; lines `key value` are what its text shows |
//! | `waiting NEED …` | the last command above waits for these roles |
//! | `shows` | what the book answers now, or `report NAME CODE = yes` when a report bears that note |
//! | `table NAME DATE PERSON --field value …` | the rows a plugin's table shows, cells parted by ` | `; `…` stands for the rest of a row |
//! | `config` | things and values in TOML, recorded as configuration; after the date, who proposes it |
//! | `plugin NAME` | a plugin built with the tests is let in by two people; with a body, a file of that name with the body's text |
//!
//! `DATE@DATE` is a day and the later day it was recorded, `DATE+3` three hours later. `@lot` is the last lot opened, `@name` the seq of the command
//! named so, `@name.lot` the lot it opened. `given NAME key=value` runs `given/NAME.md` with its `{key}` filled in.

use crate::fixture::{Fixture, morning, wanted};
use baara_book::places;
use baara_desk::{Answer, Clock, Submission};
use baara_plugin_api::{Date, Id, Map, Refusal, Value};
use baara_reports::statements::{Asked, statement};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// A scenario that went another way.
#[derive(Debug)]
pub struct Failure {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// What a run showed of the kinds.
#[derive(Default, Debug)]
pub struct Told {
    /// How many scenarios ran.
    pub scenarios: usize,
    /// The refusals that were provoked and expected, by code.
    pub refusals: BTreeMap<String, Refusal>,
    /// The kinds that were recorded.
    pub kinds: BTreeSet<String>,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

impl Told {
    /// Both together.
    #[must_use]
    pub fn and(mut self, more: Told) -> Told {
        self.scenarios += more.scenarios;
        self.refusals.extend(more.refusals);
        self.kinds.extend(more.kinds);
        self.failures.extend(more.failures);
        self
    }
}

/// Runs each scenario of a file in a fresh book.
///
/// # Panics
/// When the file cannot be read.
#[must_use]
pub fn run_file(path: &Path) -> Told {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut told = Told::default();
    for blocks in scenarios(&text) {
        told.scenarios += 1;
        let mut stage = Story::in_folder(path);
        let failures = stage.run(&blocks);
        told.failures.extend(failures.into_iter().map(|(line, what)| Failure { file: path.to_owned(), line, what }));
        told.refusals.append(&mut stage.refusals);
        told.kinds.append(&mut stage.kinds);
    }
    told
}

#[derive(Clone, Debug)]
struct Block {
    line: usize,
    head: String,
    body: Vec<(usize, String)>,
}

/// The blocks of each scenario: a heading `# …` begins a new one.
fn scenarios(text: &str) -> Vec<Vec<Block>> {
    let mut all: Vec<Vec<Block>> = Vec::new();
    let mut open: Option<Block> = None;
    for (n, line) in (1..).zip(text.lines()) {
        if all.is_empty() {
            all.push(Vec::new());
        }
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => all.last_mut().into_iter().for_each(|blocks| blocks.extend(open.take())),
            (Some(head), None) => open = Some(Block { line: n, head: head.trim().to_owned(), body: Vec::new() }),
            (None, Some(block)) => block.body.push((n, line.to_owned())),
            (None, None) if line.starts_with("# ") => all.push(Vec::new()),
            (None, None) => {}
        }
    }
    all.retain(|blocks| !blocks.is_empty());
    all
}

/// The last answer, until a block says what it was.
#[derive(Debug)]
enum Last {
    Nothing,
    Recorded(Vec<String>, Option<String>),
    Waiting(Vec<String>),
    Refused(Vec<Refusal>),
}

/// A book in which things are told one after the other.
pub struct Story {
    fixture: Fixture,
    folder: PathBuf,
    names: BTreeMap<String, String>,
    at: i64,
    last: Last,
    refusals: BTreeMap<String, Refusal>,
    kinds: BTreeSet<String>,
    failures: Vec<(usize, String)>,
}

type Went = Result<(), (usize, String)>;

impl Default for Story {
    fn default() -> Story {
        Story::new()
    }
}

impl Story {
    /// The fixture's book, before anything has happened.
    #[must_use]
    pub fn new() -> Story {
        Story::in_folder(&crate::project().join("tests/scenarios/law.md"))
    }

    /// Runs the blocks of a text.
    ///
    /// # Panics
    /// When something goes another way.
    #[track_caller]
    pub fn tell(&mut self, text: &str) {
        let blocks: Vec<Block> = scenarios(text).into_iter().flatten().collect();
        let failures = self.run(&blocks);
        assert!(failures.is_empty(), "{failures:#?}");
    }

    /// What a name stands for.
    ///
    /// # Panics
    /// When nothing is called so.
    #[must_use]
    pub fn named(&self, name: &str) -> &str {
        &self.names[name]
    }

    /// The open book.
    #[must_use]
    pub fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    /// Ends the desk; the folder stays until dropped.
    #[must_use]
    pub fn close(self) -> crate::Scratch {
        self.fixture.close()
    }

    fn in_folder(path: &Path) -> Story {
        Story {
            fixture: Fixture::new(),
            folder: path.parent().unwrap_or(path).to_owned(),
            names: BTreeMap::new(),
            at: 0,
            last: Last::Nothing,
            refusals: BTreeMap::new(),
            kinds: BTreeSet::new(),
            failures: Vec::new(),
        }
    }

    /// Runs all blocks; what goes wrong does not hide the rest.
    fn run(&mut self, blocks: &[Block]) -> Vec<(usize, String)> {
        for (i, block) in blocks.iter().enumerate() {
            let next = blocks.get(i + 1).map_or("", |b| b.head.split(' ').next().unwrap_or(""));
            let went = self.one(block, next);
            self.failures.extend(went.err());
        }
        std::mem::take(&mut self.failures)
    }

    fn one(&mut self, block: &Block, next: &str) -> Went {
        let (what, rest) = block.head.split_once(' ').unwrap_or((&block.head, ""));
        match what {
            "do" => self.block(block, next),
            "refused" => self.refused(block, rest.trim()),
            "waiting" => self.waiting(block, rest),
            "shows" => block.body.iter().filter(|l| !l.1.trim().is_empty()).try_for_each(|(n, line)| self.shows(*n, line)),
            "table" => self.table(block, rest).map_err(|e| (block.line, e)),
            "config" => self.config(block, rest.trim()),
            "plugin" => self.plugin(block, rest.trim()),
            "" | "text" => Ok(()),
            other => Err((block.line, format!("no block is called '{other}'"))),
        }
    }

    fn block(&mut self, block: &Block, next: &str) -> Went {
        let lines: Vec<_> = block.body.iter().filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with("//")).collect();
        for (i, (n, line)) in lines.iter().enumerate() {
            if let Some((command, code)) = line.rsplit_once(" !").filter(|(_, code)| code.contains('/') && !code.contains(' ')) {
                let told = self.line(*n, command).and_then(|()| self.refusal(*n, code).map(drop));
                self.failures.extend(told.err());
                self.last = Last::Nothing;
                continue;
            }
            if let Err(failure) = self.line(*n, line) {
                self.failures.push(failure);
                continue;
            }
            let last = i + 1 == lines.len();
            let expected = line.trim_end().ends_with(" waits");
            match &self.last {
                Last::Refused(refusals) if !(last && next == "refused") => {
                    self.failures
                        .push((*n, format!("refused: {}", refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))));
                }
                Last::Waiting(needs) if !(expected || last && next == "waiting") => {
                    self.failures.push((*n, format!("waits for {}", needs.join(", "))));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `given NAME key=value …`, `DATE sweep SITE`, or a command.
    fn line(&mut self, n: usize, line: &str) -> Went {
        let words = words(line).map_err(|e| (n, e))?;
        if words[0] == "given" {
            return self.given(n, &words[1..]);
        }
        let (date, clock) = self.days(&words[0]).map_err(|e| (n, e))?;
        if words.get(1).is_some_and(|w| w == "sweep") {
            let site = words.get(2).map_or("kon", String::as_str);
            let answers = self.fixture.desk.sweep(site, clock);
            self.last = Last::Nothing;
            return answers.into_iter().try_for_each(|answer| self.heard(answer, "sweep", None)).map_err(|e| (n, e));
        }
        let [person, kind, rest @ ..] = &words[1..] else { return Err((n, "DATE PERSON kind … expected".to_owned())) };
        let (sub, name) = self.submission(date, clock, person, kind, rest).map_err(|e| (n, e))?;
        let kind = sub.kind.clone();
        let answer = self.fixture.desk.submit(sub);
        self.heard(answer, &kind, name).map_err(|e| (n, e))
    }

    fn given(&mut self, n: usize, words: &[String]) -> Went {
        let name = words.first().map_or("", String::as_str);
        let own = self.folder.join(format!("given/{name}.md"));
        let path = if own.exists() { own } else { crate::project().join(format!("tests/scenarios/given/{name}.md")) };
        let mut text = std::fs::read_to_string(&path).map_err(|e| (n, format!("{}: {e}", path.display())))?;
        for pair in &words[1..] {
            let (key, value) = pair.split_once('=').ok_or_else(|| (n, format!("{pair}: key=value expected")))?;
            text = text.replace(&format!("{{{key}}}"), &self.fill(value).map_err(|e| (n, e))?);
        }
        let blocks: Vec<Block> = scenarios(&text).into_iter().flatten().collect();
        let outer = std::mem::take(&mut self.failures);
        let inner = self.run(&blocks);
        self.failures = outer;
        let told: Vec<String> = inner.into_iter().map(|(line, what)| format!("{}:{line}: {what}", path.display())).collect();
        if told.is_empty() { Ok(()) } else { Err((n, told.join("\n  "))) }
    }

    /// The day it happened, and when it is recorded: later than all before it.
    fn days(&mut self, word: &str) -> Result<(Date, Clock), String> {
        let (word, hours) = word.split_once('+').unwrap_or((word, "0"));
        let (date, recorded) = word.split_once('@').unwrap_or((word, word));
        let date = date.parse::<Date>().map_err(|_| format!("{date} is not a day"))?;
        let hours: i64 = hours.parse().map_err(|_| format!("{hours} is not a number of hours"))?;
        self.at = (self.at + 1000).max(morning(recorded) + hours * 3_600_000);
        Ok((date, Clock::Practice { at: self.at }))
    }

    fn submission(
        &self,
        date: Date,
        clock: Clock,
        person: &str,
        kind: &str,
        rest: &[String],
    ) -> Result<(Submission, Option<String>), String> {
        let person = self.fill(person)?;
        let person = if person.contains('/') { person } else { format!("person/{person}") };
        let person = Id::parse(&person).map_err(|e| e.to_string())?;
        let mut site = person.site().to_owned();
        let (mut fields, mut name, mut leave) = (Map::new(), None, None);
        let mut id = String::new();
        let mut words = rest.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} lacks its value")).and_then(|v| self.fill(v));
            match word.as_str() {
                "as" => name = Some(value()?),
                "waits" => {}
                "--leave" => leave = Some(Id::parse(&value()?).map_err(|e| e.to_string())?),
                "--at-site" => site = value()?,
                "--command-id" => id = value()?,
                flag if flag.starts_with("--") => put(&mut fields, &flag[2..], &value()?),
                seq => {
                    fields.insert("seq".to_owned(), self.fill(seq)?.into());
                }
            }
        }
        let mut sub = Submission { date: Some(date), leave, clock, id, ..Submission::new(&site, kind, &person, fields) };
        if sub.id.is_empty() {
            sub.id = practice_id(self.at);
        }
        Ok((sub, name))
    }

    fn heard(&mut self, answer: Answer, kind: &str, name: Option<String>) -> Result<(), String> {
        if let Some(seq) = answer.seq() {
            self.names.insert("seq".to_owned(), seq.to_string());
            self.kinds.insert(kind.split('/').next().unwrap_or(kind).to_owned());
            name.iter().for_each(|name| drop(self.names.insert(name.clone(), seq.to_string())));
        }
        self.last = match answer {
            Answer::Recorded(recorded) => {
                for id in &recorded.opened {
                    self.names.insert(id.kind().to_owned(), id.to_string());
                    name.iter().for_each(|name| drop(self.names.insert(format!("{name}.{}", id.kind()), id.to_string())));
                }
                self.names_of_own_papers(recorded.seq)?;
                Last::Recorded(recorded.warnings, recorded.number)
            }
            Answer::Waiting(waiting) => Last::Waiting(waiting.needs),
            Answer::Refused(refusal) => Last::Refused(vec![refusal]),
            Answer::Fields(errors) => Last::Refused(
                errors
                    .into_iter()
                    .map(|e| Refusal { code: e.code, args: e.args.into_iter().chain([("field".to_owned(), e.field)]).collect() })
                    .collect(),
            ),
            Answer::Fault(fault) => return Err(format!("fault: {fault}")),
        };
        Ok(())
    }

    /// Warnings get names too: `@warning`.
    fn names_of_own_papers(&mut self, seq: u64) -> Result<(), String> {
        let entry = self.fixture.desk.entry(seq).map_err(|fault| fault.to_string())?;
        for effect in entry.into_iter().flat_map(|(entry, _)| entry.effects) {
            if let baara_plugin_api::Effect::Warn { warning, .. } = effect {
                self.names.insert("warning".to_owned(), warning.to_string());
            }
        }
        Ok(())
    }

    /// The last refusal, which must be this one.
    fn refusal(&mut self, n: usize, code: &str) -> Result<Refusal, (usize, String)> {
        let Last::Refused(refusals) = &self.last else { return Err((n, format!("not refused: {:?}", self.last))) };
        let Some(refusal) = refusals.iter().find(|r| r.code == code) else {
            let told = refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Err((n, format!("not {code} but {told}")));
        };
        self.refusals.insert(code.to_owned(), refusal.clone());
        Ok(refusal.clone())
    }

    fn refused(&mut self, block: &Block, code: &str) -> Went {
        let refusal = self.refusal(block.line, code)?;
        for (n, line) in block.body.iter().filter(|l| !l.1.trim().is_empty()) {
            let line = self.fill_all(line).map_err(|e| (*n, e))?;
            let (key, value) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let told = refusal.args.get(key).map_or("nothing", String::as_str);
            if told != value.trim() {
                return Err((*n, format!("{key} is {told}; {refusal}")));
            }
        }
        Ok(())
    }

    fn waiting(&self, block: &Block, needs: &str) -> Went {
        let Last::Waiting(found) = &self.last else { return Err((block.line, format!("not waiting: {:?}", self.last))) };
        let told: Vec<&str> = needs.split_whitespace().collect();
        if *found == told { Ok(()) } else { Err((block.line, format!("waits for {}", found.join(" ")))) }
    }

    fn config(&mut self, block: &Block, date: &str) -> Went {
        let text: String = block.body.iter().map(|(_, line)| format!("{line}\n")).collect();
        let (date, by) = date.split_once(' ').map_or((date, None), |(date, by)| (date, Some(by)));
        let proposed = by.is_some();
        let from = date.parse().map_err(|_| (block.line, format!("config DATE expected, not '{date}'")))?;
        let wanted = wanted(&text, from).map_err(|e| (block.line, e))?;
        let (_, clock) = self.days(date).map_err(|e| (block.line, e))?;
        let by = Id::new("person", by.unwrap_or("kon-chair"));
        if proposed {
            let answers = self.fixture.desk.propose_config("kon", &by, wanted, clock);
            return answers.into_iter().try_for_each(|answer| self.heard(answer, "config", None)).map_err(|e| (block.line, e));
        }
        self.fixture.desk.apply_config("kon", &by, wanted, clock).map(|_| ()).map_err(|e| (block.line, e.to_string()))
    }

    /// The chair proposes a file, the secretary endorses it; a file that is no plugin is refused.
    fn plugin(&mut self, block: &Block, name: &str) -> Went {
        let file = if block.body.is_empty() {
            crate::library(name)
        } else {
            let (file, text) =
                (self.fixture.scratch.path(name), block.body.iter().map(|(_, line)| format!("{line}\n")).collect::<String>());
            std::fs::write(&file, text).map_err(|e| (block.line, e.to_string()))?;
            file
        };
        self.at += 1000;
        let sub = |kind: &str, by: &str, fields: Map, at: i64| Submission {
            clock: Clock::Practice { at },
            id: practice_id(at),
            ..Submission::new("kon", kind, &Id::new("person", by), fields)
        };
        let mut answer = self.fixture.desk.propose_pin(&file, sub("pin", "kon-chair", Map::new(), self.at));
        if let Answer::Waiting(waiting) = &answer {
            self.at += 1000;
            let fields: Map = [("seq".to_owned(), waiting.seq.into())].into_iter().collect();
            answer = self.fixture.desk.submit(sub("endorse", "kon-secretary", fields, self.at));
        }
        self.heard(answer, "pin", None).map_err(|e| (block.line, e))
    }

    /// `PLACE ITEM [LOT] = AMOUNT` · `THING KEY = VALUE` · `warned CODE …` · `number TEXT`.
    fn shows(&self, n: usize, line: &str) -> Went {
        let line = self.fill_all(line).map_err(|e| (n, e))?;
        let (left, expected) = line.split_once(" = ").unwrap_or((line.trim(), ""));
        let words: Vec<&str> = left.split_whitespace().collect();
        let found = match (words.as_slice(), &self.last) {
            (["warned", codes @ ..], Last::Recorded(warnings, _)) => {
                let missing = codes.iter().find(|code| !warnings.iter().any(|w| w == *code));
                return missing.map_or(Ok(()), |code| Err((n, format!("{code} is not among {warnings:?}"))));
            }
            (["number", number], Last::Recorded(_, found)) if found.as_deref() == Some(*number) => return Ok(()),
            (["number" | "warned", ..], last) => return Err((n, format!("{last:?}"))),
            ([place, item, lot @ ..], _) => self.answer(place, item, lot.first().copied()).map_err(|e| (n, e))?,
            _ => return Err((n, "nothing is asked".to_owned())),
        };
        if found == expected.trim() { Ok(()) } else { Err((n, format!("it is {found}"))) }
    }

    fn answer(&self, thing: &str, key: &str, lot: Option<&str>) -> Result<String, String> {
        if let ("report", Some(note)) = (thing, lot) {
            return self.notes(key).map(|notes| if notes.iter().any(|one| one == note) { "yes" } else { "no" }.to_owned());
        }
        let parse = |text: &str| Id::parse(text).map_err(|e| e.to_string());
        let (thing, book) = (parse(thing)?, self.fixture.desk.book());
        if places::class(&thing).is_some() && key.starts_with("item/") {
            let item = parse(key)?;
            let count = match lot {
                Some(lot) => book.balance(&thing, &item, Some(&parse(lot)?)),
                None => book.holdings_of(&thing).iter().filter(|h| h.item == item).map(|h| h.balance.count()).sum(),
            };
            return Ok(book.amount(&item, count).to_string());
        }
        let found = book.thing(&thing, Clock::Practice { at: self.at }.today()).ok_or_else(|| format!("there is no {thing}"))?;
        if key == "open" {
            return Ok(if found.open { "yes" } else { "no" }.to_owned());
        }
        Ok(match found.values.get(key) {
            None | Some(Value::Null) => "none".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(true)) => "yes".to_owned(),
            Some(Value::Bool(false)) => "no".to_owned(),
            Some(other) => other.to_string(),
        })
    }

    /// The rows of a plugin's table, these and no others.
    fn table(&mut self, block: &Block, head: &str) -> Result<(), String> {
        let words = words(head)?;
        let [name, day, person, rest @ ..] = words.as_slice() else { return Err("NAME DATE PERSON … expected".to_owned()) };
        let (date, clock) = self.days(day)?;
        let (sub, _) = self.submission(date, clock, person, name, rest)?;
        let desk = &self.fixture.desk;
        let form = desk.registry().plugins().flat_map(|(d, ..)| &d.tables).find(|t| t.kind.split('/').next() == Some(name)).cloned();
        let form = form.ok_or_else(|| format!("no plugin draws {name}"))?;
        let fields = baara_desk::read_fields(&desk.book(), &sub.site, date, &form.fields, &sub.fields, baara_desk::Source::People);
        let table = desk.table(&sub.site, name, &sub.person, date, fields.map_err(|e| format!("{e:?}"))?).map_err(|no| no.to_string())?;
        let found: Vec<String> = table.rows.iter().map(|row| row.join(" | ")).collect();
        let told = block.body.iter().filter(|(_, line)| !line.trim().is_empty()).map(|(_, line)| self.fill(line));
        let told = told.collect::<Result<Vec<_>, _>>()?;
        let same = |(line, row): (&String, &String)| line.strip_suffix('…').map_or(line == row, |begins| row.starts_with(begins));
        if told.len() == found.len() && told.iter().zip(&found).all(same) { Ok(()) } else { Err(format!("it shows {found:#?}")) }
    }

    /// The codes of what stands below a report of the year.
    fn notes(&self, report: &str) -> Result<Vec<String>, String> {
        let (book, day) = (self.fixture.desk.book(), |text: &str| text.parse().map_err(|_| format!("{text} is not a day")));
        let asked = Asked {
            book: &book,
            scan: &|_, _| {},
            period: "2020".to_owned(),
            from: day("2020-01-01")?,
            until: day("2020-12-31")?,
            sites: vec!["kon".to_owned()],
            site: "kon".to_owned(),
        };
        let table = statement(report, &asked).ok_or_else(|| format!("there is no report {report}"))?;
        Ok(table.notes.into_iter().map(|note| note.code).collect())
    }

    /// Puts in what names stand for, wherever they stand in a word.
    fn fill(&self, text: &str) -> Result<String, String> {
        let Some(at) = text.find('@') else { return Ok(text.to_owned()) };
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches('.');
        let (name, code) = name.strip_suffix(".code").map_or((name, false), |name| (name, true));
        let value = self.names.get(name).ok_or_else(|| format!("nothing is called @{name}"))?;
        let value = if code { value.split_once('/').map_or(value.as_str(), |(_, code)| code) } else { value.as_str() };
        let used = name.len() + if code { ".code".len() } else { 0 };
        Ok(format!("{}{value}{}", &text[..at], self.fill(&rest[used..])?))
    }

    fn fill_all(&self, line: &str) -> Result<String, String> {
        self.fill(line.trim())
    }
}

/// Time-ordered, and the same again in the next run.
fn practice_id(at: i64) -> String {
    let ms = u64::try_from(at).unwrap_or_default();
    format!("{:08x}-{:04x}-7000-8000-000000000000", ms >> 16, ms & 0xffff)
}

/// A field given twice is a list; `[…]` and `{…}` are JSON.
fn put(fields: &mut Map, key: &str, text: &str) {
    let value = match text.chars().next() {
        Some('[' | '{') => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        _ => Value::from(text),
    };
    match fields.get_mut(key) {
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
        None => drop(fields.insert(key.to_owned(), value)),
    }
}

/// Words parted by spaces; `"…"` and `'…'` keep theirs.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut begun = false;
    for c in line.trim().chars() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => word.push(c),
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (None, ' ') if begun || !word.is_empty() => {
                words.push(std::mem::take(&mut word));
                begun = false;
            }
            (None, ' ') => {}
            (None, _) => word.push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    if words.is_empty() { Err("an empty line".to_owned()) } else { Ok(words) }
}
