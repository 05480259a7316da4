//! Reads files of things: types checked, ids made whole, every mistake kept with its place.

use super::known::{COMMON, KNOWN, Known, ONE_A_FILE, Type, key, kind};
use super::mistake::{Mistake, nearest, place};
use super::{Source, Wanted};
use baara_plugin_api::{Amount, Date, Id, Ratio, Unit, Value};
use baara_reports::Said;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What all files together name: units and things.
pub(crate) struct Reading {
    units: BTreeSet<String>,
    things: BTreeMap<Id, Vec<(Option<Date>, String)>>,
    /// What was read, so that a file may say again what another says, and only that.
    values: BTreeMap<(Id, String, Option<Date>), Value>,
    /// What the other files name, when this reading is of one template.
    known: BTreeSet<Id>,
    named: Vec<(Source, Range<usize>, Id)>,
}

impl Reading {
    /// Begins with the units that any file declares.
    pub(crate) fn new(sources: &[Source]) -> Reading {
        let mut units: BTreeSet<String> = ["XOF", "piece", "half-day", "point"].map(str::to_owned).into();
        for source in sources.iter().filter(|s| !super::is_demo(s) && !s.name.starts_with("locale/")) {
            let (table, _) = DeTable::parse_recoverable(&source.text);
            let list = table.get_ref().get("unit").and_then(|u| u.get_ref().as_array());
            for unit in list.into_iter().flatten().filter_map(|u| u.get_ref().as_table()) {
                let named = ["code", "symbol"].iter().filter_map(|k| unit.get(*k)?.get_ref().as_str());
                units.extend(named.map(str::to_owned));
            }
        }
        Reading { units, things: BTreeMap::new(), values: BTreeMap::new(), known: BTreeSet::new(), named: Vec::new() }
    }

    /// A reading of one template, which may name things of the other files again.
    pub(crate) fn of_template(&self) -> Reading {
        let known = self.things.keys().cloned().collect();
        Reading { units: self.units.clone(), things: BTreeMap::new(), values: BTreeMap::new(), known, named: Vec::new() }
    }

    /// The things of one file.
    pub(crate) fn things(&mut self, source: &Source, mistakes: &mut Vec<Mistake>) -> Vec<Wanted> {
        let Some(table) = parse(source, mistakes) else { return Vec::new() };
        let mut wanted = Vec::new();
        let mut tables: Vec<_> = table.get_ref().iter().collect();
        tables.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in tables {
            let Some(known) = kind(name.get_ref()) else {
                let near = nearest(name.get_ref(), KNOWN.iter().map(|k| k.kind));
                mistakes.push(unknown(source, name.span(), "config.unknown-kind", name.get_ref(), near, KNOWN.iter().map(|k| k.kind)));
                continue;
            };
            match value.get_ref() {
                DeValue::Array(list) => {
                    for one in list.iter() {
                        match one.get_ref() {
                            DeValue::Table(table) => wanted.extend(self.thing(source, known, table, one.span(), None, mistakes)),
                            _ => mistakes.push(shape(source, one.span(), known)),
                        }
                    }
                }
                DeValue::Table(table) if ONE_A_FILE.contains(&known.kind) => {
                    let stem = source.name.rsplit('/').next().unwrap_or("").trim_end_matches(".toml");
                    wanted.extend(self.thing(source, known, table, name.span(), Some((stem, name.span())), mistakes));
                }
                DeValue::Table(named) => {
                    for (code, one) in named.iter() {
                        match one.get_ref() {
                            DeValue::Table(table) => {
                                wanted.extend(self.thing(source, known, table, code.span(), Some((code.get_ref(), code.span())), mistakes));
                            }
                            _ => mistakes.push(shape(source, code.span(), known)),
                        }
                    }
                }
                _ => mistakes.push(shape(source, name.span(), known)),
            }
        }
        wanted
    }

    fn thing(
        &mut self,
        source: &Source,
        known: &Known,
        table: &DeTable<'_>,
        at: Range<usize>,
        code: Option<(&str, Range<usize>)>,
        mistakes: &mut Vec<Mistake>,
    ) -> Vec<Wanted> {
        let own = table.get("code");
        let (code, code_at) = match (own.and_then(|c| c.get_ref().as_str()), own, code) {
            (Some(code), Some(value), _) => (code, value.span()),
            (None, None, Some((code, span))) => (code, span),
            (_, Some(value), _) => {
                mistakes.push(wrong_type(source, value.span(), "code", Type::Text));
                return Vec::new();
            }
            _ => {
                let said = Said::new("config.no-code").with("kind", known.kind);
                mistakes.push(Mistake::new(source, first_line(source, at), said, Said::new("config.no-code.try").with("kind", known.kind)));
                return Vec::new();
            }
        };
        let Ok(id) = Id::parse(&format!("{}/{code}", known.kind)) else {
            let said = Said::new("config.bad-code").with("came", code);
            mistakes.push(Mistake::new(source, code_at, said, Said::new("config.bad-code.try").with("near", plain(code))));
            return Vec::new();
        };
        let from = table.get("from").and_then(|day| {
            let read = date(day.get_ref());
            if read.is_none() {
                mistakes.push(wrong_type(source, day.span(), "from", Type::Day));
            }
            read
        });
        let dates = self.things.entry(id.clone()).or_default();
        if dates.iter().any(|(day, file)| *day == from && *file == source.name) {
            let said = Said::new("config.repeated").with("thing", format!("{} {code}", known.kind));
            mistakes.push(Mistake::new(source, code_at, said, Said::new("config.repeated.try")));
            return Vec::new();
        }
        dates.push((from, source.name.clone()));
        let first = dates.len() == 1;
        let mut wanted = Vec::new();
        let mut flat = Vec::new();
        flatten("", table, &mut flat);
        for (name, name_at, value) in flat.into_iter().filter(|(name, ..)| name != "code" && name != "from") {
            let of = key(COMMON, &name).or_else(|| key(known.keys, &name));
            let Some(of) = of else {
                let all = || known.keys.iter().chain(COMMON).map(|(k, _)| *k).filter(|k| !k.contains('*')).chain(["code", "from"]);
                mistakes.push(unknown(source, name_at, "config.unknown-key", &name, nearest(&name, all()), all()));
                continue;
            };
            if let Some(value) = self.value(source, &name, value, of, mistakes) {
                let (line, _) = place(&source.text, name_at.start);
                match self.values.insert((id.clone(), name.clone(), from), value.clone()) {
                    Some(said) if said == value => continue,
                    Some(said) => {
                        let wrong = Said::new("config.otherwise").with("thing", format!("{} {code}", known.kind)).with("key", &name);
                        let remedy =
                            Said::new("config.otherwise.try").with("said", said.as_str().map_or_else(|| said.to_string(), str::to_owned));
                        mistakes.push(Mistake::new(source, name_at, wrong, remedy));
                        continue;
                    }
                    None => {}
                }
                wanted.push(Wanted { thing: id.clone(), key: name, value, from, source: format!("{}:{line}", source.name) });
            }
        }
        for need in known.needs.iter().filter(|need| first && table.get(**need).is_none()) {
            let said = Said::new("config.missing-key").with("thing", format!("{} {code}", known.kind)).with("key", need);
            mistakes.push(Mistake::new(source, code_at.clone(), said, Said::new("config.missing-key.try").with("key", need)));
        }
        wanted
    }

    fn value(&mut self, source: &Source, name: &str, value: &Spanned<DeValue<'_>>, of: Type, mistakes: &mut Vec<Mistake>) -> Option<Value> {
        let text = value.get_ref().as_str();
        let read = match of {
            Type::Text => text.map(Value::from),
            Type::Flag => value.get_ref().as_bool().map(Value::from),
            Type::Whole => whole(value.get_ref()).map(Value::from),
            Type::Day => date(value.get_ref()).map(|d| Value::from(d.to_string())),
            Type::Ratio => text.filter(|t| Ratio::parse(t).is_some()).map(Value::from),
            Type::Amount => match text.and_then(|t| t.parse::<Amount>().ok()) {
                Some(amount) => {
                    return self.unit(source, value.span(), amount.unit().as_str(), mistakes).then(|| Value::from(amount.to_string()));
                }
                None => None,
            },
            Type::Unit => match text {
                Some(unit) => return self.unit(source, value.span(), unit, mistakes).then(|| Value::from(unit)),
                None => None,
            },
            Type::Choice(choices) => match text {
                Some(choice) if choices.contains(&choice) => Some(Value::from(choice)),
                Some(choice) => {
                    let near = nearest(choice, choices.iter().copied());
                    mistakes.push(unknown(source, value.span(), "config.not-a-choice", choice, near, choices.iter().copied()));
                    return None;
                }
                None => None,
            },
            Type::Thing(kind) => text.and_then(|t| self.id(source, value.span(), kind, t)).map(|id| Value::from(id.as_str())),
            Type::Texts => return self.list(source, name, value, Type::Text, of, mistakes),
            Type::Tables(keys) => return self.tables(source, name, value, keys, of, mistakes),
            Type::Any => any(value.get_ref()),
        };
        if read.is_none() {
            mistakes.push(wrong_type(source, value.span(), name, of));
        }
        read
    }

    fn list(
        &mut self,
        source: &Source,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        each: Type,
        of: Type,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Value> {
        let Some(list) = value.get_ref().as_array() else {
            mistakes.push(wrong_type(source, value.span(), name, of));
            return None;
        };
        list.iter().map(|one| self.value(source, name, one, each, mistakes)).collect()
    }

    fn tables(
        &mut self,
        source: &Source,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        keys: &[(&'static str, Type)],
        of: Type,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Value> {
        let Some(list) = value.get_ref().as_array() else {
            mistakes.push(wrong_type(source, value.span(), name, of));
            return None;
        };
        let mut read = Vec::new();
        for one in list.iter() {
            let Some(table) = one.get_ref().as_table() else {
                mistakes.push(wrong_type(source, one.span(), name, of));
                continue;
            };
            let mut object = baara_plugin_api::Map::new();
            for (inner, value) in table.iter() {
                match key(keys, inner.get_ref()) {
                    Some(of) => {
                        if let Some(value) = self.value(source, inner.get_ref(), value, of, mistakes) {
                            object.insert(inner.get_ref().to_string(), value);
                        }
                    }
                    None => {
                        let all = || keys.iter().map(|(k, _)| *k);
                        mistakes.push(unknown(
                            source,
                            inner.span(),
                            "config.unknown-key",
                            inner.get_ref(),
                            nearest(inner.get_ref(), all()),
                            all(),
                        ));
                    }
                }
            }
            read.push(Value::Object(object));
        }
        Some(Value::Array(read))
    }

    fn unit(&self, source: &Source, at: Range<usize>, unit: &str, mistakes: &mut Vec<Mistake>) -> bool {
        let known = self.units.contains(unit) && Unit::parse(unit).is_some();
        if !known {
            let units = || self.units.iter().map(String::as_str);
            mistakes.push(unknown(source, at, "config.unknown-unit", unit, nearest(unit, units()), units()));
        }
        known
    }

    fn id(&mut self, source: &Source, at: Range<usize>, kind: &str, text: &str) -> Option<Id> {
        let whole = if text.contains('/') { text.to_owned() } else { format!("{kind}/{text}") };
        let id = Id::parse(&whole).ok().filter(|id| id.kind() == kind)?;
        self.named.push((source.clone(), at, id.clone()));
        Some(id)
    }

    /// Tells the things that are named and stand in no file.
    pub(crate) fn check_ids(&self, mistakes: &mut Vec<Mistake>) {
        for (source, at, id) in self.named.iter().filter(|(.., id)| !self.things.contains_key(id) && !self.known.contains(id)) {
            let codes = || self.things.keys().chain(&self.known).filter(|other| other.kind() == id.kind()).map(Id::code);
            let near = nearest(id.code(), codes());
            mistakes.push(unknown(source, at.clone(), "config.unknown-thing", id.as_str(), near, codes()));
        }
    }
}

/// A file as TOML, or its mistakes.
pub(crate) fn parse<'a>(source: &'a Source, mistakes: &mut Vec<Mistake>) -> Option<Spanned<DeTable<'a>>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let said = Said::new("config.syntax").with("message", error.message());
        let near = "config.syntax.try";
        mistakes.push(Mistake::new(source, error.span().unwrap_or(0..0), said, Said::new(near)));
    }
    errors.is_empty().then_some(table)
}

/// A key with its dots, where it stands, and its value.
type Flat<'t, 'i> = (String, Range<usize>, &'t Spanned<DeValue<'i>>);

/// Keys of tables within tables are joined by dots.
fn flatten<'t, 'i>(under: &str, table: &'t DeTable<'i>, flat: &mut Vec<Flat<'t, 'i>>) {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in keys {
        let whole = format!("{under}{}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(&format!("{whole}."), inner, flat),
            _ => flat.push((whole, name.span(), value)),
        }
    }
}

/// A mistake about a name that does not exist, with the nearest one or all of them.
pub(crate) fn unknown<'a>(
    source: &Source,
    at: Range<usize>,
    code: &str,
    came: &str,
    near: Option<&str>,
    all: impl Iterator<Item = &'a str>,
) -> Mistake {
    let remedy = match near {
        Some(near) => Said::new("config.near").with("near", near),
        None => Said::new("config.one-of").with("all", all.take(24).collect::<Vec<_>>().join(", ")),
    };
    Mistake::new(source, at, Said::new(code).with("came", came), remedy)
}

pub(crate) fn wrong_type(source: &Source, at: Range<usize>, name: &str, of: Type) -> Mistake {
    Mistake::new(source, at, Said::new("config.wrong-type").with("key", name), Said::new(of.code()))
}

fn shape(source: &Source, at: Range<usize>, known: &Known) -> Mistake {
    let said = Said::new("config.shape").with("kind", known.kind);
    Mistake::new(source, at, said, Said::new("config.shape.try").with("kind", known.kind))
}

fn first_line(source: &Source, at: Range<usize>) -> Range<usize> {
    let end = source.text[at.start..].find('\n').map_or(source.text.len(), |n| at.start + n);
    at.start..end.min(at.end).max(at.start)
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}

fn date(value: &DeValue<'_>) -> Option<Date> {
    match value {
        DeValue::Datetime(day) => day.to_string().parse().ok(),
        other => other.as_str()?.parse().ok(),
    }
}

/// A value of a rule: no floats, which would not be exact.
fn any(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(text.to_string())),
        DeValue::Boolean(flag) => Some(Value::from(*flag)),
        DeValue::Integer(_) => whole(value).map(Value::from),
        DeValue::Datetime(_) => date(value).map(|d| Value::from(d.to_string())),
        DeValue::Array(list) => list.iter().map(|one| any(one.get_ref())).collect::<Option<Vec<_>>>().map(Value::Array),
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(k, v)| Some((k.get_ref().to_string(), any(v.get_ref())?)));
            pairs.collect::<Option<baara_plugin_api::Map>>().map(Value::Object)
        }
        DeValue::Float(_) => None,
    }
}

/// A code that may be written instead: small letters without accents, `-` between words.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' | '.' => plain.push(letter),
            'à' | 'â' | 'ä' => plain.push('a'),
            'é' | 'è' | 'ê' | 'ë' => plain.push('e'),
            'î' | 'ï' => plain.push('i'),
            'ô' | 'ö' => plain.push('o'),
            'ù' | 'û' | 'ü' => plain.push('u'),
            'ç' => plain.push('c'),
            _ if !plain.is_empty() && !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.trim_end_matches('-').to_owned()
}
