//! Ids and numbers: plugins write `$1`, the host puts the next one, with the site in it.

use crate::world::TheBook;
use baara_plugin_api::{Date, Datelike, Effect, Id, NUMBER, Value};
use std::collections::BTreeMap;

/// Puts lasting ids for `kind/$1`, the next numbers, and [`NUMBER`] where it is written.
///
/// `given` says ids that are already decided (a correction keeps those the original opened).
#[must_use]
pub fn allot(book: &TheBook, site: &str, today: Date, effects: Vec<Effect>, given: &BTreeMap<Id, Id>) -> Vec<Effect> {
    let mut names = given.clone();
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    let index = &book.index;
    for id in effects.iter().filter_map(opened).filter(|id| id.is_asked()) {
        if names.contains_key(id) {
            continue;
        }
        let key = (id.kind().to_owned(), site.to_owned(), today.year());
        let n = next.entry(id.kind().to_owned()).or_insert_with(|| index.counters.get(&key).copied().unwrap_or(0));
        *n += 1;
        names.insert(id.clone(), Id::new(id.kind(), &format!("{site}-{:02}-{n:04}", today.year().rem_euclid(100))));
    }
    let mut taken: BTreeMap<String, u64> = BTreeMap::new();
    let mut text = None;
    let mut effects = effects;
    for effect in &mut effects {
        if let Effect::Number { series, year, n, void: false } = effect
            && *n == 0
        {
            let last = taken.entry(series.clone()).or_insert_with(|| book.last_number(site, series, today.year()));
            *last += 1;
            (*year, *n) = (today.year(), *last);
            text = Some(number_text(site, today.year(), *last));
        }
    }
    effects.into_iter().map(|effect| rename(effect, &names, text.as_deref())).collect()
}

/// Puts only the ids that are already decided; the others, and numbers, are still to be allotted.
#[must_use]
pub fn put_given(effects: Vec<Effect>, given: &BTreeMap<Id, Id>) -> Vec<Effect> {
    let asked = effects.iter().filter_map(opened).filter(|id| id.is_asked());
    let mut names: BTreeMap<Id, Id> = asked.map(|id| (id.clone(), id.clone())).collect();
    names.extend(given.iter().map(|(asked, id)| (asked.clone(), id.clone())));
    effects.into_iter().map(|effect| rename(effect, &names, None)).collect()
}

/// How a number is shown and printed: `KON-2020-000017`.
#[must_use]
pub fn number_text(site: &str, year: i32, n: u64) -> String {
    format!("{}-{year}-{n:06}", site.to_uppercase())
}

/// The thing an effect opens.
#[must_use]
pub fn opened(effect: &Effect) -> Option<&Id> {
    match effect {
        Effect::Open { thing: id, .. } | Effect::Warn { warning: id, .. } => Some(id),
        _ => None,
    }
}

fn rename(effect: Effect, names: &BTreeMap<Id, Id>, number: Option<&str>) -> Effect {
    let id = |id: Id| if id.is_asked() { named(&id, names) } else { id };
    let value = |value: Value| rewrite(value, names, number);
    match effect {
        Effect::Move { item, amount, from, to, lot } => Effect::Move { item, amount, from: id(from), to: id(to), lot: lot.map(id) },
        Effect::Open { thing, values } => {
            Effect::Open { thing: id(thing), values: values.into_iter().map(|(k, v)| (k, value(v))).collect() }
        }
        Effect::Close { thing, why } => Effect::Close { thing: id(thing), why },
        Effect::Set { thing, key, value: v, from } => Effect::Set { thing: id(thing), key, value: value(v), from },
        Effect::Warn { warning, code, about, args } => {
            Effect::Warn { warning: id(warning), code, about: about.into_iter().map(id).collect(), args }
        }
        Effect::Explain { warning, reason } => Effect::Explain { warning: id(warning), reason },
        Effect::Number { .. } => effect,
    }
}

/// `transit/$1` names what `kind/$1` was opened as when only another kind of the same mark was opened.
fn named(id: &Id, names: &BTreeMap<Id, Id>) -> Id {
    names
        .get(id)
        .cloned()
        .or_else(|| names.iter().find(|(asked, _)| asked.code() == id.code()).map(|(_, got)| got.as_kind(id.kind())))
        .unwrap_or_else(|| id.clone())
}

fn rewrite(value: Value, names: &BTreeMap<Id, Id>, number: Option<&str>) -> Value {
    match value {
        Value::String(s) if s == NUMBER => number.map_or(Value::String(s), Value::from),
        Value::String(s) if s.contains("/$") => match Id::parse(&s) {
            Ok(id) => Value::from(named(&id, names).as_str()),
            Err(_) => Value::String(s),
        },
        Value::Array(list) => list.into_iter().map(|v| rewrite(v, names, number)).collect::<Vec<_>>().into(),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, rewrite(v, names, number))).collect()),
        other => other,
    }
}
