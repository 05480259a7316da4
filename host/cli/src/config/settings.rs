//! `baara.toml`: what cannot change a figure or a right.

use super::Source;
use super::known::{Type, key};
use super::mistake::{Mistake, nearest};
use super::read::{parse, unknown, wrong_type};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// The settings of one machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Settings {
    /// The book's folder, when `--book` does not say.
    pub(crate) book: Option<String>,
    /// The language, when `--lang` does not say.
    pub(crate) language: Option<String>,
    /// Whether CSV files begin with a byte-order mark.
    pub(crate) csv_mark: bool,
    /// All settings as written, by their dotted name.
    pub(crate) all: BTreeMap<String, String>,
}

const KEYS: &[(&str, Type)] = &[
    ("book", Type::Text),
    ("language", Type::Choice(&["fr", "en"])),
    ("csv.mark", Type::Flag),
    ("serve.address", Type::Text),
    ("serve.hosts", Type::Text),
    ("serve.tls", Type::Flag),
    ("print.command", Type::Text),
    ("print.paper", Type::Choice(&["a4", "a5", "58mm", "80mm"])),
    ("plugins.require_sandbox", Type::Flag),
    ("plugins.require_signature", Type::Flag),
    ("plugins.in_process", Type::Flag),
    ("limits.late-days", Type::Whole),
    ("limits.late-visa-days", Type::Whole),
    ("limits.visa-days", Type::Whole),
    ("limits.proposal-days", Type::Whole),
];

/// Reads the settings of `baara.toml`.
pub(crate) fn read(source: &Source, mistakes: &mut Vec<Mistake>) -> Settings {
    let Some(table) = parse(source, mistakes) else { return Settings::default() };
    let mut settings = Settings::default();
    keys("", table.get_ref(), source, &mut settings, mistakes);
    let taken = |name: &str| settings.all.get(name).filter(|v| !v.is_empty()).cloned();
    let (book, language, csv_mark) = (taken("book"), taken("language"), taken("csv.mark").as_deref() == Some("true"));
    Settings { book, language, csv_mark, ..settings }
}

fn keys(under: &str, table: &DeTable<'_>, source: &Source, settings: &mut Settings, mistakes: &mut Vec<Mistake>) {
    for (name, value) in table.iter() {
        let whole = format!("{under}{}", name.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            keys(&format!("{whole}."), inner, source, settings, mistakes);
            continue;
        }
        let all = || KEYS.iter().map(|(k, _)| *k);
        let Some(of) = key(KEYS, &whole) else {
            mistakes.push(unknown(source, name.span(), "config.unknown-key", &whole, nearest(&whole, all()), all()));
            continue;
        };
        let text = match (of, value.get_ref()) {
            (Type::Text | Type::Choice(_), DeValue::String(text)) => Some(text.to_string()),
            (Type::Flag, DeValue::Boolean(flag)) => Some(flag.to_string()),
            (Type::Whole, DeValue::Integer(n)) => Some(n.to_string()),
            _ => None,
        };
        match (of, text) {
            (Type::Choice(choices), Some(text)) if !choices.contains(&text.as_str()) => {
                let near = nearest(&text, choices.iter().copied());
                mistakes.push(unknown(source, value.span(), "config.not-a-choice", &text, near, choices.iter().copied()));
            }
            (_, Some(text)) => {
                settings.all.insert(whole, text);
            }
            (_, None) => mistakes.push(wrong_type(source, value.span(), &whole, of)),
        }
    }
}
