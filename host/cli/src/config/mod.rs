//! The configuration a user may propose: read whole, every mistake at once, then compared with the book.
//!
//! Each file is a list of things, `[[item]]` with a `code` and attributes, or `[rules.general]` for
//! one thing whose keys have dots. `config/baara.toml` alone holds settings, which never enter a book.

mod claims;
mod known;
mod locale;
mod mistake;
mod read;
mod settings;

pub(crate) use claims::claims;
pub(crate) use known::kind as is_known_kind;
pub(crate) use mistake::{Mistake, draw_mistakes, nearest};
pub(crate) use settings::Settings;

use baara_plugin_api::{Date, Id, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of `config/` as the program was built.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/config.rs"));

/// One file: its name below `config/`, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// `items.toml`, `templates/burkina.toml`.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) text: String,
}

/// One attribute that configuration asks for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Wanted {
    /// Whose.
    pub(crate) thing: Id,
    /// Which.
    pub(crate) key: String,
    /// The value as it stands in an entry.
    pub(crate) value: Value,
    /// From when on; the day it is recorded when absent.
    pub(crate) from: Option<Date>,
    /// Where it is written, `items.toml:12`.
    pub(crate) source: String,
}

/// All that `config/` asks for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Config {
    /// Things with their attributes, in reading order.
    pub(crate) wanted: Vec<Wanted>,
    /// Templates by name: off until somebody names one.
    pub(crate) templates: BTreeMap<String, Template>,
    /// The settings of this machine.
    pub(crate) settings: Settings,
}

/// A model to begin from: things to record, and rules that a founding act may state.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Template {
    /// Things, such as colleges.
    pub(crate) wanted: Vec<Wanted>,
    /// Rules by name.
    pub(crate) rules: Vec<(String, Value)>,
}

/// One difference between what configuration asks for and what the book says.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Difference {
    /// The thing is not in the book yet.
    Open { thing: Id, values: BTreeMap<String, Value>, from: Option<Date>, source: String },
    /// An attribute has another value, or none.
    Set { thing: Id, key: String, value: Value, was: Value, from: Option<Date>, source: String },
}

/// The files of a folder, or the program's own.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn sources(folder: Option<&Path>) -> std::io::Result<Vec<Source>> {
    match folder {
        None => Ok(EMBEDDED.iter().map(|(name, text)| Source { name: (*name).to_owned(), text: (*text).to_owned() }).collect()),
        Some(folder) => {
            let mut found = Vec::new();
            collect(folder, "", &mut found)?;
            found.sort_by(|a: &Source, b| a.name.cmp(&b.name));
            Ok(found)
        }
    }
}

fn collect(folder: &Path, under: &str, found: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{under}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            found.push(Source { text: std::fs::read_to_string(&path)?, name });
        }
    }
    Ok(())
}

/// The facts of the practice year, which only `baara demo` reads.
pub(crate) fn is_demo(source: &Source) -> bool {
    source.name.starts_with("demo/")
}

/// Reads all files: what they ask for, or every mistake in them.
///
/// # Errors
/// Every mistake, by file and place.
pub(crate) fn read(sources: &[Source]) -> Result<Config, Vec<Mistake>> {
    let (mut config, mut mistakes) = (Config::default(), Vec::new());
    let mut reading = read::Reading::new(sources);
    for source in sources.iter().filter(|s| !is_demo(s)) {
        if source.name == "baara.toml" {
            config.settings = settings::read(source, &mut mistakes);
        } else if source.name.starts_with("locale/") {
            locale::check(source, &mut mistakes);
        } else if !source.name.starts_with("templates/") {
            config.wanted.extend(reading.things(source, &mut mistakes));
        }
    }
    for source in sources {
        if let Some(name) = source.name.strip_prefix("templates/") {
            let mut own = reading.of_template();
            let wanted = own.things(source, &mut mistakes);
            own.check_ids(&mut mistakes);
            config.templates.insert(name.trim_end_matches(".toml").to_owned(), template(wanted));
        }
    }
    reading.check_ids(&mut mistakes);
    if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
}

fn template(wanted: Vec<Wanted>) -> Template {
    let (rules, rest): (Vec<Wanted>, Vec<Wanted>) = wanted.into_iter().partition(|w| w.thing.kind() == "rule");
    let wanted = rest.into_iter().filter(|w| !matches!(w.thing.kind(), "template" | "bureau" | "seat")).collect();
    Template { wanted, rules: rules.into_iter().map(|w| (w.key, w.value)).collect() }
}

/// What must be recorded so that the book says what configuration asks for.
///
/// `current` answers with the value in force, at the date or on the day of recording.
pub(crate) fn differences(
    wanted: &[Wanted],
    exists: &dyn Fn(&Id) -> bool,
    current: &dyn Fn(&Id, &str, Option<Date>) -> Value,
) -> Vec<Difference> {
    let mut differences: Vec<Difference> = Vec::new();
    let mut opened: BTreeSet<&Id> = BTreeSet::new();
    for want in wanted {
        if exists(&want.thing) {
            let was = current(&want.thing, &want.key, want.from);
            if was != want.value {
                differences.push(set(want, was));
            }
        } else if opened.insert(&want.thing) {
            let own: Vec<&Wanted> = wanted.iter().filter(|w| w.thing == want.thing && w.from == want.from).collect();
            let values = own.iter().map(|w| (w.key.clone(), w.value.clone())).collect();
            differences.push(Difference::Open { thing: want.thing.clone(), values, from: want.from, source: want.source.clone() });
            let later = wanted.iter().filter(|w| w.thing == want.thing && w.from != want.from);
            differences.extend(later.map(|w| set(w, Value::Null)));
        }
    }
    differences
}

fn set(want: &Wanted, was: Value) -> Difference {
    let (thing, key, value) = (want.thing.clone(), want.key.clone(), want.value.clone());
    Difference::Set { thing, key, value, was, from: want.from, source: want.source.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;
    use baara_reports::{Language, Words};

    fn source(name: &str, text: &str) -> Source {
        Source { name: name.to_owned(), text: text.to_owned() }
    }

    #[track_caller]
    fn mistake(name: &str, text: &str, code: &str, at: (usize, usize), says: &str) {
        let all = [source("units.toml", "[[unit]]\ncode = \"kg\"\nlabel = \"kilogramme\"\n"), source(name, text)];
        let mistakes = read(&all).expect_err("there is a mistake");
        let found = mistakes.iter().find(|m| m.said.code == code).unwrap_or_else(|| panic!("{code} in {mistakes:?}"));
        assert_eq!((found.line, found.column), at, "{found:?}");
        let drawn = draw_mistakes(&mistakes, &all, &Words::new(Language::Fr));
        assert!(drawn.contains(says), "{drawn}");
        assert!(drawn.contains(&format!("{name}:{}:{}", at.0, at.1)), "{drawn}");
    }

    const ITEM: &str = "[[item]]\ncode = \"mais-grain\"\nlabel = \"Maïs grain\"\nunit = \"kg\"\nscale = 3\ngroup = \"cereal\"\n";

    #[test]
    fn things_are_read_with_their_types_and_dates() {
        let text = format!("{ITEM}by-lot = true\n[rules.general]\nfrom = 2018-01-01\n\"quorum.heads\" = \"1/2\"\nlate.days = 2\n");
        let config =
            read(&[source("units.toml", "[[unit]]\ncode = \"kg\"\nlabel = \"kilogramme\"\n"), source("items.toml", &text)]).unwrap();
        let find = |thing: &str, key: &str| config.wanted.iter().find(|w| w.thing.as_str() == thing && w.key == key).unwrap();
        assert_eq!(find("item/mais-grain", "scale").value, json!(3));
        assert_eq!(find("item/mais-grain", "by-lot").value, json!(true));
        assert_eq!(find("rules/general", "quorum.heads").value, json!("1/2"));
        let late = find("rules/general", "late.days");
        assert_eq!((&late.value, late.from.unwrap().to_string().as_str()), (&json!(2), "2018-01-01"));
        assert_eq!(find("item/mais-grain", "label").source, "items.toml:3");
    }

    #[test]
    fn an_unknown_key_is_told_with_its_neighbour() {
        mistake("items.toml", &ITEM.replace("label", "lable"), "config.unknown-key", (3, 1), "label");
    }

    #[test]
    fn a_wrong_type_is_told_with_what_to_write() {
        mistake("items.toml", &ITEM.replace("scale = 3", "scale = \"3\""), "config.wrong-type", (5, 9), "un nombre entier");
        mistake("items.toml", &ITEM.replace("\"Maïs grain\"", "0.5"), "config.wrong-type", (3, 9), "guillemets");
    }

    #[test]
    fn an_unknown_unit_kind_choice_or_thing_is_told() {
        mistake("items.toml", &ITEM.replace("\"kg\"", "\"kgs\""), "config.unknown-unit", (4, 8), "kg");
        mistake("items.toml", &ITEM.replace("[[item]]", "[[itme]]"), "config.unknown-kind", (1, 3), "item");
        mistake("items.toml", &ITEM.replace("\"cereal\"", "\"cereals\""), "config.not-a-choice", (6, 9), "cereal");
        let recipe = format!("{ITEM}[[recipe]]\ncode = \"x\"\nlabel = \"X\"\nproduct = \"mais-grian\"\n");
        mistake("recipes.toml", &recipe, "config.unknown-thing", (10, 11), "mais-grain");
    }

    #[test]
    fn a_missing_bad_or_repeated_code_is_told() {
        mistake("items.toml", &ITEM.replace("code = \"mais-grain\"\n", ""), "config.no-code", (1, 1), "code");
        mistake("items.toml", &ITEM.replace("mais-grain", "Maïs Grain"), "config.bad-code", (2, 8), "mais-grain");
        mistake("items.toml", &format!("{ITEM}{ITEM}"), "config.repeated", (8, 8), "mais-grain");
    }

    #[test]
    fn unreadable_toml_is_told_where() {
        mistake("items.toml", &ITEM.replace("\"mais-grain\"", "\"mais-grain"), "config.syntax", (2, 19), "items.toml");
    }

    #[test]
    fn a_mistake_in_words_or_settings_is_told() {
        mistake("locale/fr/x.toml", "[refusal.\"a/b\"]\nhapened = \"x\"\n", "config.unknown-key", (2, 1), "happened");
        mistake("baara.toml", "langage = \"fr\"\n", "config.unknown-key", (1, 1), "language");
        mistake("baara.toml", "language = \"de\"\n", "config.not-a-choice", (1, 12), "fr");
    }

    #[test]
    fn only_differences_are_recorded() {
        let config = read(&[source("units.toml", "[[unit]]\ncode = \"kg\"\nlabel = \"kilogramme\"\nlabel-en = \"kilogram\"\n")]).unwrap();
        let nothing = differences(&config.wanted, &|_| false, &|_, _, _| Value::Null);
        assert!(matches!(&nothing[..], [Difference::Open { values, .. }] if values.len() == 2), "{nothing:?}");
        let labelled = differences(&config.wanted, &|_| true, &|_, key, _| if key == "label" { json!("kilo") } else { json!("kilogram") });
        assert!(matches!(&labelled[..], [Difference::Set { key, was, .. }] if key == "label" && *was == json!("kilo")), "{labelled:?}");
        assert!(
            differences(&config.wanted, &|_| true, &|_, key, _| json!(if key == "label" { "kilogramme" } else { "kilogram" })).is_empty()
        );
    }

    #[test]
    fn our_own_configuration_has_no_mistake() {
        let all = sources(None).unwrap();
        let words = Words::new(Language::Fr);
        let config = read(&all).unwrap_or_else(|mistakes| panic!("{}", draw_mistakes(&mistakes, &all, &words)));
        assert!(config.wanted.iter().filter(|w| w.thing.kind() == "facility" && w.key == "label").count() >= 24);
        assert_eq!(Words::codes(Language::Fr), Words::codes(Language::En), "both languages have the same codes");
    }
}
