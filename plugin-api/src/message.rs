//! The messages of a plugin call: one JSON text each way, and how a plugin answers them.

use crate::export::{Failure, HostSide};
use crate::{Answer, Ask, Book, Command, Declaration, Effect, Kind, KindDeclaration, Question, Refusal, ThingDeclaration, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the host asks of a plugin.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case", try_from = "Flat")]
pub enum Message {
    /// Decide a command.
    Decide {
        /// The command.
        command: Command,
    },
    /// Draw a table: a simulation, or a report of the plugin's own. Nothing is recorded.
    Table {
        /// Its name and arguments, as a command that is never recorded.
        command: Command,
    },
}

/// A message as it lies in the bytes: read in one pass, which a tagged enum is not.
#[derive(Deserialize)]
struct Flat {
    call: String,
    command: Command,
}

impl TryFrom<Flat> for Message {
    type Error = String;

    fn try_from(Flat { call, command }: Flat) -> Result<Message, String> {
        match call.as_str() {
            "decide" => Ok(Message::Decide { command }),
            "table" => Ok(Message::Table { command }),
            _ => Err(format!("no call '{call}' is known")),
        }
    }
}

/// What a plugin answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To `decide`.
    Effects(Vec<Effect>),
    /// To `table`.
    Table(Table),
}

/// Rows under columns; figures are text with a decimal point.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    /// Column codes; their words are in locale files.
    pub columns: Vec<String>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
}

/// Draws a table from a command that is never recorded.
///
/// Its day is the last of the period a report is asked for, or today while that lasts. When its form has the dates `from` and
/// `until`, or a whole number of `months`, and nobody filled them in, they are those of the period.
pub type Draw = fn(&Command, &Book<'_>) -> Result<Table, Refusal>;

/// A plugin as its author writes it down.
#[derive(Clone, Default)]
pub struct Plugin {
    /// Its id, `sales`.
    pub id: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The record kinds it decides.
    pub kinds: Vec<Kind>,
    /// The thing kinds it adds.
    pub things: Vec<ThingDeclaration>,
    /// The tables it draws, with the form of their arguments.
    pub tables: Vec<(KindDeclaration, Draw)>,
    /// Words: language → TOML or JSON text of code → word, flat.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}

impl Plugin {
    /// What it declares.
    #[must_use]
    pub fn declaration(&self) -> Declaration {
        Declaration {
            id: self.id.to_owned(),
            version: self.version.to_owned(),
            kinds: self.kinds.iter().map(|k| k.declaration.clone()).collect(),
            things: self.things.clone(),
            tables: self.tables.iter().map(|t| t.0.clone()).collect(),
            words: self.words.clone(),
        }
    }
}

/// The bytes a plugin gives to `describe`.
#[must_use]
pub fn describe(plugin: &Plugin) -> Vec<u8> {
    serde_json::to_vec(&plugin.declaration()).expect("a declaration is JSON")
}

struct HostAsk<'a>(&'a dyn HostSide);

impl Ask for HostAsk<'_> {
    fn ask(&self, question: Question) -> Answer {
        let question = serde_json::to_vec(&question).expect("a question is JSON");
        let answer = self.0.ask(&question).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        answer.unwrap_or_else(|| Answer::Refused(Refusal::new("plugin/bad-question")))
    }
}

/// What a book answers to the bytes of a question: one that is none of the nine is refused as `plugin/bad-question`.
#[must_use]
pub fn answered(ask: &dyn Ask, question: &[u8]) -> Vec<u8> {
    let answer = match serde_json::from_slice::<Question>(question) {
        Ok(question) => ask.ask(question),
        Err(error) => Answer::Refused(Refusal::new("plugin/bad-question").with("what", error)),
    };
    serde_json::to_vec(&answer).expect("an answer is JSON")
}

/// Answers one call of the host: reads the message, decides, writes the reply.
///
/// # Errors
/// A refusal of the plugin, or a message it cannot read.
pub fn answer_call(plugin: &Plugin, message: &[u8], host: &dyn HostSide) -> Result<Vec<u8>, Failure> {
    let message: Message = serde_json::from_slice(message).map_err(|e| Failure::BadMessage(e.to_string()))?;
    let ask = HostAsk(host);
    let reply = match &message {
        Message::Decide { command } => {
            let kind = plugin.kinds.iter().find(|k| k.declaration.kind == command.kind).ok_or_else(|| unknown(command))?;
            (kind.decide)(command, &Book::new(&ask, &command.site, command.date)).map(|effects| Reply::Effects(effects.0))
        }
        Message::Table { command } => {
            let table = plugin.tables.iter().find(|t| t.0.kind == command.kind).ok_or_else(|| unknown(command))?;
            (table.1)(command, &Book::new(&ask, &command.site, command.date)).map(Reply::Table)
        }
    };
    match reply {
        Ok(reply) => Ok(serde_json::to_vec(&reply).expect("a reply is JSON")),
        Err(refusal) => Err(Failure::Refused(serde_json::to_vec(&refusal).expect("a refusal is JSON"))),
    }
}

fn unknown(command: &Command) -> Failure {
    Failure::BadMessage(format!("no kind {} here", command.kind))
}

/// Reads flat words from a locale file's TOML-like text: `code = "text"` lines, `[section]` prefixes.
///
/// Kept to what our locale files use, so that a plugin needs no TOML reader of its own.
#[must_use]
pub fn words(text: &str) -> BTreeMap<String, String> {
    let (mut section, mut words) = (String::new(), BTreeMap::new());
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.replace('"', "");
        } else if let Some((key, value)) = line.split_once(" = ") {
            let key = key.trim().trim_matches('"');
            let code = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
            let text: String =
                serde_json::from_str::<Value>(value.trim()).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            words.insert(code, text);
        }
    }
    words
}
