//! Reversals and corrections: both entries stay, and the second says what it undoes.

use crate::Desk;
use crate::answers::{Answer as Told, Submission};
use crate::judge::{Bench, Judged, No, Ruling};
use crate::people;
use crate::reading::read_fields;
use baara_book::guards::{self, Act};
use baara_book::reversal::{inverse, inverse_after, kept_ids, reopen};
use baara_book::{Entry, TheBook};
use baara_plugin_api::{Answer, Ask, Command, Date, Effect, Id, Map, Question, Refusal, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::channel;

/// How long its author may undo an entry alone: ten minutes, in milliseconds.
const ALONE_FOR: i64 = 10 * 60 * 1000;

fn original(bench: &Bench<'_>, sub: &Submission) -> Result<(Entry, Map), No> {
    let declaration = bench.registry.declaration("reverse").expect("the desk's own kind");
    let after = sub.kind.starts_with("reverse");
    let own = |k: &String| matches!(k.as_str(), "seq" | "reason") || after && matches!(k.as_str(), "after" | "paper-back");
    let raw: Map = sub.fields.iter().filter(|(k, _)| own(k)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let fields = read_fields(bench.book, &sub.site, sub.clock.today(), &declaration.fields, &raw, sub.source).map_err(No::Fields)?;
    let seq = fields["seq"].as_u64().unwrap_or_default();
    let past = (bench.past)(seq).filter(|entry| entry.site == sub.site).ok_or_else(|| Refusal::new("reverse/unknown").with("seq", seq))?;
    Ok((past, fields))
}

/// Why a person needs somebody else to undo or correct an entry; nothing when they may do it alone.
///
/// Alone, its author may, within ten minutes, what took no number, moved no francs and took nothing out of a store:
/// `alone-number`, `alone-francs`, `alone-store`, `alone-author`, `alone-late`. `at` is in milliseconds.
#[must_use]
pub fn why_not_alone(past: &Entry, person: &Id, at: i64) -> Option<&'static str> {
    let any = |is: fn(&Effect) -> bool| past.effects.iter().any(is);
    let number = any(|effect| matches!(effect, Effect::Number { .. }));
    let francs = any(|effect| matches!(effect, Effect::Move { item, .. } if *item == baara_plugin_api::items::xof()));
    let store = any(|effect| matches!(effect, Effect::Move { from, .. } if from.kind() == "store"));
    let late = at - past.at > ALONE_FOR;
    let all = [
        (number, "alone-number"),
        (francs, "alone-francs"),
        (store, "alone-store"),
        (past.by.0 != *person, "alone-author"),
        (late, "alone-late"),
    ];
    all.into_iter().find(|(holds, _)| *holds).map(|(_, why)| why)
}

fn alone(sub: &Submission, past: &Entry) -> bool {
    why_not_alone(past, &sub.person, sub.clock.at()).is_none()
}

/// Undoes an entry: at once by its author when nothing grave was done, else with other people's endorsement.
pub(crate) fn reverse(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let (past, mut fields) = original(bench, sub)?;
    let today = sub.clock.today();
    let role = people::role_for(bench.book, &sub.site, &sub.person, sub.role.as_ref(), &past.kind, today)?;
    let after: BTreeSet<u64> = fields.get("after").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect();
    for entry in &after {
        if waiting_reversal(bench.book, &sub.site, *entry, today).is_none() {
            return Err(Refusal::new("reverse/not-proposed").with("seq", past.seq).with("entry", entry).into());
        }
    }
    let effects = inverse_after(bench.book, &past, &BTreeSet::new(), &after)?;
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
    ruling.effects = self::renewed(bench, &past, ruling.cmd.date, ruling.effects)?;
    let alone = alone(sub, &past);
    bench.conclude(&renewed, ruling, Some((past.seq, alone))).map_err(|no| rests_on(bench, &past, no))
}

/// The effects that undo an entry today.
pub(crate) fn undone(bench: &Bench<'_>, original: &Entry) -> Result<Vec<Effect>, Refusal> {
    inverse(bench.book, original, &BTreeSet::new())
}

/// The effects that put new content in an entry's place: it keeps the ids the original opened.
pub(crate) fn renewed(bench: &Bench<'_>, original: &Entry, date: Date, effects: Vec<Effect>) -> Result<Vec<Effect>, Refusal> {
    let kept: BTreeMap<Id, Id> = kept_ids(original, &effects);
    let keep: BTreeSet<Id> = kept.values().cloned().collect();
    let undone = inverse(bench.book, original, &keep)?;
    let again = baara_book::allot::put_given(effects, &kept);
    Ok(undone.into_iter().chain(reopen(again, &keep, date)).collect())
}

/// The proposal that waits to undo an entry.
fn waiting_reversal(book: &TheBook, site: &str, seq: u64, today: Date) -> Option<Id> {
    let having = Some(("reverses".to_owned(), seq.into()));
    let Answer::Ids(ids) = book.view(site).ask(Question::Things { kind: "proposal".to_owned(), having, date: today }) else { return None };
    ids.into_iter().find(|id| book.thing(id, today).is_some_and(|paper| paper.text("state") == "waiting"))
}

/// An entry and all that rest on it, newest first.
///
/// # Errors
/// When one of them cannot be undone at all.
fn with_dependents(bench: &Bench<'_>, site: &str, seq: u64, today: Date) -> Result<Vec<u64>, Refusal> {
    let (mut found, mut left) = (BTreeSet::new(), vec![seq]);
    while let Some(seq) = left.pop() {
        if found.insert(seq) {
            left.extend(dependents(bench, site, seq, today)?);
        }
    }
    Ok(found.into_iter().rev().collect())
}

/// The entries that use what this one opened, or else those whose reversal its balances need.
fn dependents(bench: &Bench<'_>, site: &str, seq: u64, today: Date) -> Result<Vec<u64>, Refusal> {
    let entry = (bench.past)(seq).filter(|entry| entry.site == site).ok_or_else(|| Refusal::new("reverse/unknown").with("seq", seq))?;
    let listed =
        |no: &Refusal| no.args.get("entries").into_iter().flat_map(|list| list.split(", ")).filter_map(|n| n.parse().ok()).collect();
    let effects = match inverse(bench.book, &entry, &BTreeSet::new()) {
        Ok(effects) => effects,
        Err(no) if no.code == "reverse/rests-on" => return Ok(listed(&no)),
        Err(no) => return Err(no),
    };
    let (fields, kind) = (Map::new(), "reverse/1");
    let act = Act { site, kind, date: today, today, leave: entry.leave.as_ref(), fields: &fields, reversal: true };
    let judged = guards::check(bench.book, &act, &effects).map_err(|no| rests_on(bench, &entry, no.into()));
    match judged {
        Err(No::Refused(no)) if no.code == "reverse/rests-on" => Ok(listed(&no)),
        Err(No::Refused(no)) => Err(no),
        _ => Ok(Vec::new()),
    }
}

impl Desk {
    /// Proposes to undo an entry and all that rest on it, newest first: each waits for its own endorsement, in that order.
    ///
    /// What is proposed already is not proposed twice. At the first no, the answers end.
    #[must_use]
    pub fn reverse_with_dependents(&self, sub: Submission) -> Vec<Told> {
        let (tell, told) = channel();
        let (site, today) = (sub.site.clone(), sub.clock.today());
        let whole = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        let seq = sub.fields.get("seq").and_then(whole).unwrap_or_default();
        let answers = self.host(move |bench| {
            let all = with_dependents(bench, &site, seq, today)?;
            let waits = |seq: &u64| waiting_reversal(bench.book, &site, *seq, today).is_some();
            let all: Vec<(u64, bool)> = all.iter().map(|seq| (*seq, waits(seq))).collect();
            let _ = tell.send(all); // Whoever asked may have gone.
            Ok(Vec::new())
        });
        let Ok(all) = told.try_recv() else { return answers };
        let (mut answers, mut before) = (Vec::new(), Vec::new());
        for (entry, waits) in all {
            if !waits {
                let mut fields = sub.fields.clone();
                fields.insert("seq".to_owned(), entry.into());
                if !before.is_empty() {
                    fields.insert("after".to_owned(), before.clone().into());
                }
                let id = if entry == seq { sub.id.clone() } else { String::new() };
                let answer = self.submit(Submission { id, kind: "reverse/1".to_owned(), fields, ..sub.clone() });
                let (no, at_once) = (answer.is_no(), matches!(answer, Told::Recorded(_)));
                answers.push(answer);
                if no {
                    return answers;
                }
                if at_once {
                    continue;
                }
            }
            before.push(Value::from(entry));
        }
        answers
    }
}
