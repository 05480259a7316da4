//! How a command ends: what it printed, or why not.

use crate::config::{Mistake, Source, draw_mistakes};
use baara_desk::{Answer, Desk};
use baara_plugin_api::{Effect, FieldError, Refusal, Value, json};
use baara_reports::{Said, Words};

/// What a command leaves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Done {
    /// Its output.
    pub(crate) out: String,
    /// What it said beside.
    pub(crate) err: String,
    /// Its exit code.
    pub(crate) code: u8,
}

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The business says no.
    Refused(Refusal),
    /// Fields of a form.
    Fields { kind: String, errors: Vec<FieldError> },
    /// Lines of a file.
    Lines(Vec<BadLine>),
    /// Mistakes in configuration.
    Config { mistakes: Vec<Mistake>, sources: Vec<Source> },
    /// The world failed us.
    Fault { code: String, text: String },
    /// The book was altered: told already.
    Broken,
    /// What was looked at is not good: told already.
    NotGood,
    /// Another process did it: this is what it printed.
    Elsewhere(Done),
}

/// One line of a file that cannot be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BadLine {
    /// The line of the file, from 1.
    pub(crate) line: u64,
    /// The column, from 1; 0 when it is the whole line.
    pub(crate) column: usize,
    /// The column's name.
    pub(crate) name: String,
    /// The stable code.
    pub(crate) code: String,
    /// What is wrong and what to do.
    pub(crate) text: String,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Refused(_) | Failure::Fields { .. } | Failure::Lines(_) | Failure::Config { .. } | Failure::NotGood => 1,
            Failure::Fault { .. } | Failure::Broken => 3,
            Failure::Elsewhere(done) => done.code,
        }
    }

    /// For people.
    pub(crate) fn text(&self, words: &Words) -> String {
        match self {
            Failure::Refused(refusal) => words.refusal_lines(refusal),
            Failure::Fields { kind, errors } => {
                let mut text = format!("{}\n", words.say(&Said::new("screen.fields-wrong").with("n", errors.len())));
                errors.iter().for_each(|e| text.push_str(&format!("  {}\n", words.field_error(kind, e))));
                text
            }
            Failure::Lines(lines) => {
                let mut text = format!("{}\n", words.say(&Said::new("screen.bad-lines").with("n", lines.len())));
                for bad in lines {
                    let column = if bad.column == 0 { "-".to_owned() } else { format!("{} ({})", bad.column, bad.name) };
                    let said = Said::new("screen.bad-line").with("line", bad.line).with("column", column).with("text", &bad.text);
                    text.push_str(&format!("  {}\n", words.say(&said)));
                }
                text
            }
            Failure::Config { mistakes, sources } => draw_mistakes(mistakes, sources, words),
            Failure::Fault { code, text } => {
                let told = words.refusal(&Refusal::new(code));
                let known = if told.happened == *code {
                    String::new()
                } else {
                    format!("{}\n{}\n{}\n", told.happened, told.expected, told.attempt)
                };
                format!("{} [{code}]\n{known}{text}\n", words.word("screen.fault"))
            }
            Failure::Broken | Failure::NotGood => String::new(),
            Failure::Elsewhere(done) => done.err.clone(),
        }
    }

    /// For programs.
    pub(crate) fn json(&self, words: &Words) -> Value {
        match self {
            Failure::Refused(refusal) => {
                let told = words.refusal(refusal);
                json!({"ok": false, "refused": {
                    "code": refusal.code, "args": refusal.args, "happened": told.happened, "expected": told.expected, "try": told.attempt,
                }})
            }
            Failure::Fields { kind, errors } => {
                let all: Vec<Value> = errors
                    .iter()
                    .map(|e| json!({"field": e.field, "code": e.code, "args": e.args, "text": words.field_error(kind, e)}))
                    .collect();
                json!({"ok": false, "fields": all})
            }
            Failure::Lines(lines) => {
                let all: Vec<Value> = lines
                    .iter()
                    .map(|b| json!({"line": b.line, "column": b.column, "name": b.name, "code": b.code, "text": b.text}))
                    .collect();
                json!({"ok": false, "lines": all})
            }
            Failure::Config { mistakes, .. } => {
                json!({"ok": false, "config": mistakes.iter().map(|m| m.json(words)).collect::<Vec<_>>()})
            }
            Failure::Fault { code, text } => json!({"ok": false, "fault": {"code": code, "text": text}}),
            Failure::Broken | Failure::NotGood => json!({"ok": false}),
            Failure::Elsewhere(_) => Value::Null,
        }
    }
}

/// What became of one submission, in words and for programs.
pub(crate) fn told(desk: &Desk, answer: Answer, kind: &str, words: &Words) -> Result<(String, Value), Failure> {
    match answer {
        Answer::Recorded(recorded) => {
            let code = if recorded.again { "screen.recorded-again" } else { "screen.recorded" };
            let leaf: String = recorded.code.chars().take(12).collect();
            let mut lines = vec![words.say(&Said::new(code).with("seq", recorded.seq).with("kind", words.kind(kind)).with("leaf", leaf))];
            if !recorded.opened.is_empty() {
                let ids: Vec<&str> = recorded.opened.iter().map(|id| id.as_str()).collect();
                lines.push(words.say(&Said::new("screen.allotted").with("ids", ids.join(", "))));
            }
            if let Some(number) = &recorded.number {
                lines.push(words.say(&Said::new("screen.number").with("number", number)));
            }
            let warnings = warnings(desk, recorded.seq, words);
            for (_, text) in &warnings {
                lines.push(words.say(&Said::new("screen.warning").with("text", text)));
            }
            if !recorded.visa.is_empty() {
                lines.push(words.say(&Said::new("screen.visa-needed").with("needs", recorded.visa.join(", "))));
            }
            let warnings: Vec<Value> = warnings.into_iter().map(|(code, text)| json!({"code": code, "text": text})).collect();
            let json = json!({
                "ok": true, "seq": recorded.seq, "code": recorded.code, "opened": recorded.opened, "number": recorded.number,
                "warnings": warnings, "visa": recorded.visa, "again": recorded.again,
            });
            Ok((lines.join("\n"), json))
        }
        Answer::Waiting(waiting) => {
            let said = Said::new("screen.proposed").with("seq", waiting.seq).with("kind", words.kind(kind));
            let text = words.say(&said.with("needs", waiting.needs.join(", ")));
            let json = json!({
                "ok": true, "waiting": true, "seq": waiting.seq, "code": waiting.code, "proposal": waiting.proposal, "needs": waiting.needs,
            });
            Ok((text, json))
        }
        Answer::Fields(errors) => Err(Failure::Fields { kind: kind.to_owned(), errors }),
        Answer::Refused(refusal) => Err(Failure::Refused(refusal)),
        Answer::Fault(fault) => Err(fault.into()),
    }
}

/// The warnings of an entry, with their figures.
fn warnings(desk: &Desk, seq: u64, words: &Words) -> Vec<(String, String)> {
    let effects = desk.entry(seq).ok().flatten().map(|(entry, _)| entry.effects).unwrap_or_default();
    let told = effects.into_iter().filter_map(|effect| match effect {
        Effect::Warn { code, args, .. } => Some((code.clone(), words.warning(&code, &args))),
        _ => None,
    });
    told.collect()
}
