//! Corrections are reversals: what was done is done backwards, and both stay.

use crate::allot::opened;
use crate::entry::Entry;
use crate::world::TheBook;
use baara_plugin_api::{Effect, Ending, Id, Refusal, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds that are never reversed, only followed.
const FOLLOWED: &[&str] = &[
    "vote",
    "sign",
    "sign-ink",
    "attest-ink",
    "presence",
    "interest",
    "motion-close",
    "motion-withdraw",
    "decision-end",
    "minutes",
    "close",
    "pin",
    "unpin",
    "publisher",
    "publisher-end",
    "endorse",
    "decline",
    "withdraw",
    "propose",
    "reverse",
    "found",
    "opening",
    "config",
    "count-begin",
    "count-first",
    "count-second",
    "count-close",
    "count-lapse",
    "overdue",
    "expire",
    "secret-reset",
    "code-list",
];

/// The host's own papers about an entry: what was endorsed stays endorsed.
const PAPERS: &[&str] = &["proposal", "visa", "warning"];

/// The effects that undo an entry, last first.
///
/// # Errors
/// `reverse/not-reversible`, `reverse/already`, or `reverse/rests-on` naming the entries that use what would be void.
pub fn inverse(book: &TheBook, entry: &Entry, keep: &BTreeSet<Id>) -> Result<Vec<Effect>, Refusal> {
    inverse_after(book, entry, keep, &BTreeSet::new())
}

/// The same, once the entries `after` are undone before it.
///
/// # Errors
/// As [`inverse`].
pub fn inverse_after(book: &TheBook, entry: &Entry, keep: &BTreeSet<Id>, after: &BTreeSet<u64>) -> Result<Vec<Effect>, Refusal> {
    let name = entry.kind.split('/').next().unwrap_or(&entry.kind);
    let closes = entry.effects.iter().any(|e| matches!(e, Effect::Close { why: Ending::Ended, .. } | Effect::Explain { .. }));
    if FOLLOWED.contains(&name) || closes || entry.reverses.is_some() && name == "reverse" {
        return Err(Refusal::new("reverse/not-reversible").with("seq", entry.seq).with("kind", &entry.kind));
    }
    if let Some(by) = book.reversed_by(entry.seq) {
        return Err(Refusal::new("reverse/already").with("seq", entry.seq).with("by", by));
    }
    let resting: BTreeSet<u64> = resting_on(book, entry, keep).difference(after).copied().collect();
    if !resting.is_empty() {
        let list: Vec<String> = resting.iter().rev().map(u64::to_string).collect();
        return Err(Refusal::new("reverse/rests-on").with("seq", entry.seq).with("entries", list.join(", ")));
    }
    Ok(entry.effects.iter().rev().filter_map(|effect| undo(book, entry, effect, keep)).collect())
}

fn undo(book: &TheBook, entry: &Entry, effect: &Effect, keep: &BTreeSet<Id>) -> Option<Effect> {
    match effect {
        Effect::Move { item, amount, from, to, lot } => {
            Some(Effect::Move { item: item.clone(), amount: *amount, from: to.clone(), to: from.clone(), lot: lot.clone() })
        }
        Effect::Open { thing, .. } if keep.contains(thing) => None,
        Effect::Open { thing, .. } => Some(Effect::Close { thing: thing.clone(), why: Ending::Void }),
        Effect::Set { thing, .. } if PAPERS.contains(&thing.kind()) => None,
        Effect::Set { thing, key, from, .. } => {
            let value = before(book, thing, key, entry.seq, *from);
            Some(Effect::Set { thing: thing.clone(), key: key.clone(), value, from: *from })
        }
        Effect::Warn { warning, .. } => Some(Effect::Explain { warning: warning.clone(), reason: format!("reversed {}", entry.seq) }),
        Effect::Number { series, year, n, .. } => Some(Effect::Number { series: series.clone(), year: *year, n: *n, void: true }),
        Effect::Close { .. } | Effect::Explain { .. } => None,
    }
}

/// The value an attribute had from that date before the entry said otherwise.
fn before(book: &TheBook, thing: &Id, key: &str, seq: u64, from: baara_plugin_api::Date) -> Value {
    let timeline = book.timeline(thing);
    let mut earlier = timeline.into_iter().filter(|(k, since, _, by)| k == key && *by < seq && *since <= from);
    earlier.next_back().map_or(Value::Null, |(_, _, value, _)| value)
}

/// Later entries that used a thing this one opened.
fn resting_on(book: &TheBook, entry: &Entry, keep: &BTreeSet<Id>) -> BTreeSet<u64> {
    let things = entry.effects.iter().filter(|e| matches!(e, Effect::Open { .. })).filter_map(opened);
    let things = things.filter(|id| !keep.contains(*id) && !PAPERS.contains(&id.kind()));
    let later = things
        .flat_map(|id| book.mentions(id))
        .filter(|m| m.seq > entry.seq && !m.kind.starts_with("endorse") && !m.kind.starts_with("reverse"));
    later.map(|m| m.seq).filter(|seq| book.reversed_by(*seq).is_none()).collect()
}

/// The ids a correction keeps: the new content's `$n`, kind by kind, takes those the original opened.
#[must_use]
pub fn kept_ids(entry: &Entry, new: &[Effect]) -> BTreeMap<Id, Id> {
    let mut old: BTreeMap<&str, Vec<&Id>> = BTreeMap::new();
    let opens = |e: &&Effect| matches!(e, Effect::Open { .. });
    for id in entry.effects.iter().filter(opens).filter_map(opened) {
        old.entry(id.kind()).or_default().push(id);
    }
    let mut kept = BTreeMap::new();
    for id in new.iter().filter(opens).filter_map(opened).filter(|id| id.is_asked()) {
        if let Some(ids) = old.get_mut(id.kind()).filter(|ids| !ids.is_empty()) {
            kept.insert(id.clone(), ids.remove(0).clone());
        }
    }
    kept
}

/// Turns the opening of what is kept into setting its values again.
#[must_use]
pub fn reopen(effects: Vec<Effect>, keep: &BTreeSet<Id>, from: baara_plugin_api::Date) -> Vec<Effect> {
    let again = |effect: Effect| match effect {
        Effect::Open { thing, values } if keep.contains(&thing) => {
            values.into_iter().map(|(key, value)| Effect::Set { thing: thing.clone(), key, value, from }).collect()
        }
        other => vec![other],
    };
    effects.into_iter().flat_map(again).collect()
}
