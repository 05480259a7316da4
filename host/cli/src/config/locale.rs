//! Checks the files of words: their sections, the parts of a refusal, and that every word is text.

use super::Source;
use super::known::Type;
use super::mistake::{Mistake, nearest};
use super::read::{parse, unknown, wrong_type};
use toml::de::{DeTable, DeValue};

const SECTIONS: &[&str] = &[
    "refusal",
    "kind",
    "field",
    "choice",
    "warning",
    "screen",
    "report",
    "column",
    "note",
    "config",
    "thing",
    "role",
    "setting",
    "type",
    "web",
    "subject",
    "hint",
    "lead",
    "report-name",
    "report-lead",
    "effect",
    "place",
    "unit",
    "result",
    "usage",
    "command",
    "argument",
    "placeholder",
    "rule",
    "state",
    "name",
];

/// Finds the mistakes of one file of words.
pub(crate) fn check(source: &Source, mistakes: &mut Vec<Mistake>) {
    let Some(table) = parse(source, mistakes) else { return };
    for (section, value) in table.get_ref().iter() {
        let name = section.get_ref().as_ref();
        if !SECTIONS.contains(&name) {
            let near = nearest(name, SECTIONS.iter().copied());
            mistakes.push(unknown(source, section.span(), "config.unknown-section", name, near, SECTIONS.iter().copied()));
            continue;
        }
        match value.get_ref() {
            DeValue::Table(table) => match name {
                "refusal" => parts(source, table, &["happened", "expected", "try"], mistakes),
                "warning" => parts(source, table, &["text"], mistakes),
                _ => texts(source, table, mistakes),
            },
            _ => mistakes.push(wrong_type(source, value.span(), name, Type::Tables(&[]))),
        }
    }
}

fn parts(source: &Source, table: &DeTable<'_>, allowed: &[&'static str], mistakes: &mut Vec<Mistake>) {
    for (code, value) in table.iter() {
        let Some(table) = value.get_ref().as_table() else {
            mistakes.push(wrong_type(source, value.span(), code.get_ref(), Type::Tables(&[])));
            continue;
        };
        for (part, _) in table.iter().filter(|(part, _)| !allowed.contains(&part.get_ref().as_ref())) {
            let near = nearest(part.get_ref(), allowed.iter().copied());
            mistakes.push(unknown(source, part.span(), "config.unknown-key", part.get_ref(), near, allowed.iter().copied()));
        }
        texts(source, table, mistakes);
    }
}

fn texts(source: &Source, table: &DeTable<'_>, mistakes: &mut Vec<Mistake>) {
    for (name, value) in table.iter() {
        match value.get_ref() {
            DeValue::String(_) => {}
            DeValue::Table(inner) => texts(source, inner, mistakes),
            _ => mistakes.push(wrong_type(source, value.span(), name.get_ref(), Type::Text)),
        }
    }
}
