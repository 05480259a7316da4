//! Reversals and corrections: both entries stay, and the second says what it undoes.

use crate::answers::Submission;
use crate::judge::{Bench, Judged, No, Ruling, is_grave};
use crate::people;
use crate::reading::read_fields;
use baara_book::Entry;
use baara_book::reversal::{inverse, kept_ids, reopen};
use baara_plugin_api::{Command, Effect, Id, Map, Refusal, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How long its author may undo an entry alone: ten minutes, in milliseconds.
const ALONE_FOR: i64 = 10 * 60 * 1000;

fn original(bench: &Bench<'_>, sub: &Submission) -> Result<(Entry, Map), No> {
    let declaration = bench.registry.declaration("reverse").expect("the desk's own kind");
    let own = |k: &String| matches!(k.as_str(), "seq" | "reason");
    let raw: Map = sub.fields.iter().filter(|(k, _)| own(k)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let fields = read_fields(bench.book, &sub.site, sub.clock.today(), &declaration.fields, &raw, sub.source).map_err(No::Fields)?;
    let seq = fields["seq"].as_u64().unwrap_or_default();
    let past = (bench.past)(seq).filter(|entry| entry.site == sub.site).ok_or_else(|| Refusal::new("reverse/unknown").with("seq", seq))?;
    Ok((past, fields))
}

/// True when its author may undo it alone: at once, and nothing grave was done.
fn alone(sub: &Submission, past: &Entry) -> bool {
    past.by.0 == sub.person && sub.clock.at() - past.at <= ALONE_FOR && !is_grave(&past.effects)
}

/// Undoes an entry: at once by its author when nothing grave was done, else with other people's endorsement.
pub(crate) fn reverse(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let (past, mut fields) = original(bench, sub)?;
    let today = sub.clock.today();
    let role = people::role_for(bench.book, &sub.site, &sub.person, sub.role.as_ref(), &past.kind, today)?;
    let effects = inverse(bench.book, &past, &BTreeSet::new())?;
    let mut seals = Vec::new();
    let reason = fields["reason"].as_str().unwrap_or_default().to_owned();
    let token = bench.token(&sub.id, "reason", &reason, &mut seals);
    fields.insert("reason".to_owned(), token);
    let cmd = Command {
        id: sub.id.clone(),
        site: sub.site.clone(),
        kind: "reverse/1".to_owned(),
        by: sub.person.clone(),
        role,
        date: today,
        leave: past.leave.clone(),
        fields,
    };
    let alone = alone(sub, &past);
    bench.conclude(sub, Ruling { cmd, effects, seals, plugin: None }, Some((past.seq, alone))).map_err(|no| rests_on(bench, &past, no))
}

/// When a balance stands in the way, the later entries that took what this one had brought, newest first.
fn rests_on(bench: &Bench<'_>, past: &Entry, no: No) -> No {
    let No::Refused(refusal) = &no else { return no };
    let owed = match refusal.code.as_str() {
        "guard/negative" => false,
        "guard/owed-positive" => true,
        _ => return no,
    };
    let is = |key: &str, id: &Id| refusal.args.get(key).is_some_and(|text| text == id.as_str());
    let took = |effect: &Effect| match effect {
        Effect::Move { item, from, to, lot, .. } => {
            is("place", if owed { to } else { from }) && is("item", item) && lot.as_ref().is_none_or(|lot| is("lot", lot))
        }
        _ => false,
    };
    let later = (past.seq + 1..=bench.book.size()).rev().filter(|seq| bench.book.reversed_by(*seq).is_none());
    let resting: Vec<String> =
        later.filter(|seq| (bench.past)(*seq).is_some_and(|entry| entry.effects.iter().any(took))).map(|seq| seq.to_string()).collect();
    if resting.is_empty() {
        return no;
    }
    Refusal::new("reverse/rests-on").with("seq", past.seq).with("entries", resting.join(", ")).into()
}

/// Undoes an entry and records its new content in one; it keeps the ids the original opened.
pub(crate) fn correct(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let (past, own) = original(bench, sub)?;
    let changes = sub.fields.iter().filter(|(k, _)| !matches!(k.as_str(), "seq" | "reason"));
    // What is not said again stays as it was; sealed texts too.
    let mut fields: Map = past.fields.iter().filter(|(k, _)| k.as_str() != "endorsed-by").map(|(k, v)| (k.clone(), v.clone())).collect();
    fields.extend(changes.map(|(k, v)| (k.clone(), v.clone())));
    let reason = own["reason"].as_str().unwrap_or_default();
    fields.insert("late-reason".to_owned(), Value::from(reason));
    let renewed = Submission {
        kind: past.kind.clone(),
        date: Some(sub.date.unwrap_or(past.date)),
        leave: sub.leave.clone().or_else(|| past.leave.clone()),
        fields,
        ..sub.clone()
    };
    let mut ruling = bench.rule(&renewed)?;
    let kept: BTreeMap<_, _> = kept_ids(&past, &ruling.effects);
    let keep: BTreeSet<_> = kept.values().cloned().collect();
    let undone = inverse(bench.book, &past, &keep)?;
    let again = baara_book::allot::allot(bench.book, &sub.site, sub.clock.today(), ruling.effects, &kept);
    ruling.effects = undone.into_iter().chain(reopen(again, &keep, renewed.date.unwrap_or(past.date))).collect();
    let alone = alone(sub, &past);
    bench.conclude(&renewed, ruling, Some((past.seq, alone))).map_err(|no| rests_on(bench, &past, no))
}
