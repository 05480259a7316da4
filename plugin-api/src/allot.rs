//! Ids and numbers: plugins write `$1`, the host puts the next one, with the site in it.

use crate::ledger::Ledger;
use crate::{Date, Datelike, Effect, Id, NUMBER, Value};
use std::collections::BTreeMap;

/// Puts lasting ids for `kind/$1`, the next numbers, and [`NUMBER`] where it is written.
///
/// `given` says ids that are already decided (a correction keeps those the original opened).
#[must_use]
pub fn allot(book: &impl Ledger, site: &str, today: Date, effects: Vec<Effect>, given: &BTreeMap<Id, Id>) -> Vec<Effect> {
    let mut names = given.clone();
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    for id in effects.iter().filter_map(opened).filter(|id| id.is_asked()) {
        if names.contains_key(id) {
            continue;
        }
        let n = next.entry(id.kind().to_owned()).or_insert_with(|| book.last_allotted(id.kind(), site, today.year()));
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
    let names = Names { names, number: text };
    effects.iter_mut().for_each(|effect| names.rename(effect));
    effects
}

/// Puts only the ids that are already decided; the others, and numbers, are still to be allotted.
#[must_use]
pub fn put_given(effects: Vec<Effect>, given: &BTreeMap<Id, Id>) -> Vec<Effect> {
    let asked = effects.iter().filter_map(opened).filter(|id| id.is_asked());
    let mut names: BTreeMap<Id, Id> = asked.map(|id| (id.clone(), id.clone())).collect();
    names.extend(given.iter().map(|(asked, id)| (asked.clone(), id.clone())));
    let (names, mut effects) = (Names { names, number: None }, effects);
    effects.iter_mut().for_each(|effect| names.rename(effect));
    effects
}

/// How a number is shown and printed: `KON-2020-000017`.
#[must_use]
pub fn number_text(site: &str, year: i32, n: u64) -> String {
    format!("{}-{year}-{n:06}", site.to_uppercase())
}

/// Site, year and number of an id that the host allotted: `lot/kon-20-0007`.
#[must_use]
pub fn allotted(id: &Id) -> Option<(&str, i32, u64)> {
    let mut parts = id.code().split('-');
    let (site, year, n) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = parts.next().is_none() && year.len() == 2 && n.len() >= 4;
    Some((site, 2000 + year.parse::<i32>().ok()?, n.parse().ok()?)).filter(|_| fits)
}

/// The thing an effect opens.
#[must_use]
pub fn opened(effect: &Effect) -> Option<&Id> {
    match effect {
        Effect::Open { thing: id, .. } | Effect::Warn { warning: id, .. } => Some(id),
        _ => None,
    }
}

/// What stands for what a plugin wrote.
struct Names {
    names: BTreeMap<Id, Id>,
    number: Option<String>,
}

impl Names {
    fn rename(&self, effect: &mut Effect) {
        match effect {
            Effect::Move { from, to, lot, .. } => [Some(from), Some(to), lot.as_mut()].into_iter().flatten().for_each(|id| self.id(id)),
            Effect::Open { thing, values } => {
                self.id(thing);
                values.values_mut().for_each(|value| self.value(value));
            }
            Effect::Close { thing, .. } => self.id(thing),
            Effect::Set { thing, value, .. } => {
                self.id(thing);
                self.value(value);
            }
            Effect::Warn { warning, about, .. } => {
                self.id(warning);
                about.iter_mut().for_each(|id| self.id(id));
            }
            Effect::Explain { warning, .. } => self.id(warning),
            Effect::Number { .. } => {}
        }
    }

    fn id(&self, id: &mut Id) {
        if id.is_asked() {
            *id = self.named(id);
        }
    }

    /// `transit/$1` names what `kind/$1` was opened as when only another kind of the same mark was opened.
    fn named(&self, id: &Id) -> Id {
        let other = || self.names.iter().find(|(asked, _)| asked.code() == id.code()).map(|(_, got)| got.as_kind(id.kind()));
        self.names.get(id).cloned().or_else(other).unwrap_or_else(|| id.clone())
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) if text == NUMBER => self.number.iter().for_each(|number| text.clone_from(number)),
            Value::String(text) if text.contains("/$") => {
                if let Ok(id) = Id::parse(text) {
                    self.named(&id).as_str().clone_into(text);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|one| self.value(one)),
            Value::Object(map) => map.values_mut().for_each(|one| self.value(one)),
            _ => {}
        }
    }
}
