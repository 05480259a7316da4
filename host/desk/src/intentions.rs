//! Facts are recorded at once; intentions wait for other people. Visas come after facts.

use crate::answers::Submission;
use crate::judge::{Bench, Judged, No, Ruling};
use crate::people;
use crate::reading::{Source, read_fields};
use baara_book::Entry;
use baara_book::allot::allot;
use baara_book::guards::{self, Act};
use baara_plugin_api::{Command, Date, Days, Effect, Effects, Id, Map, Refusal, Thing, Value, json};
use std::collections::BTreeMap;

/// How long an intention waits when no rule says: days.
const WAITS: i64 = 30;

/// Records an intention: the command, its effects as decided, who must endorse, until when. Nothing takes effect.
pub(crate) fn propose(bench: &Bench<'_>, sub: &Submission, ruling: Ruling, why: &str, reverses: Option<u64>) -> Result<Judged, No> {
    let today = sub.clock.today();
    let Ruling { cmd, effects, seals, plugin } = ruling;
    // It must be able to take effect now; it is judged again when it completes.
    let tried = allot(bench.book, &cmd.site, today, effects.clone(), &BTreeMap::new());
    let correcting = reverses.is_some();
    guards::check(bench.book, &crate::judge::act(&cmd, today, correcting), &tried)?;
    let subject = if correcting { "reverse" } else { cmd.kind.as_str() };
    let needs = people::endorsers(bench.book, &cmd.site, subject, cmd.date)?;
    let waits = bench.book.rule(&cmd.site, "endorse.days", cmd.date).as_i64().unwrap_or(WAITS);
    let until = today + Days::new(u64::try_from(waits).unwrap_or_default());
    let seq = bench.book.size() + 1;
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), cmd.kind.as_str().into());
    fields.insert("why".to_owned(), why.into());
    fields.insert("fields".to_owned(), Value::Object(cmd.fields.clone()));
    fields.insert("effects".to_owned(), serde_json::to_value(&effects).expect("effects are JSON"));
    fields.insert("needs".to_owned(), json!(needs));
    fields.insert("until".to_owned(), json!(until));
    if let Some(plugin) = plugin {
        fields.insert("plugin".to_owned(), plugin.into());
    }
    if let Some(reverses) = reverses {
        fields.insert("reverses".to_owned(), reverses.into());
    }
    let proposal = Effects::new().open(
        &Id::new("proposal", "$1"),
        [
            ("entry", seq.into()),
            ("kind", cmd.kind.as_str().into()),
            ("why", why.into()),
            ("by", cmd.by.as_str().into()),
            ("needs", json!(needs)),
            ("until", json!(until)),
            ("state", "waiting".into()),
        ],
    );
    let effects = allot(bench.book, &cmd.site, today, proposal.0, &BTreeMap::new());
    let opened = crate::intentions::first_opened(&effects);
    let cmd = Command { kind: "propose/1".to_owned(), fields, ..cmd };
    let entry = bench.entry(sub, cmd, effects, None, None, None);
    Ok(Judged { entry, seals, waiting: Some((opened, needs)), visa: Vec::new() })
}

pub(crate) fn first_opened(effects: &[Effect]) -> Id {
    effects
        .iter()
        .find_map(|e| if let Effect::Open { thing, .. } = e { Some(thing.clone()) } else { None })
        .expect("a proposal opens itself")
}

/// The paper an entry opened: its proposal, or its visa.
fn paper(bench: &Bench<'_>, site: &str, seq: u64) -> Result<Thing, Refusal> {
    let past = (bench.past)(seq).filter(|entry| entry.site == site);
    let papers =
        past.iter().flat_map(|entry| &entry.effects).filter_map(|e| if let Effect::Open { thing, .. } = e { Some(thing) } else { None });
    let id = papers.into_iter().find(|id| matches!(id.kind(), "proposal" | "visa"));
    id.and_then(|id| bench.book.thing(id, Date::MAX)).ok_or_else(|| Refusal::new("endorse/unknown").with("seq", seq))
}

fn whole(sub: &Submission, bench: &Bench<'_>, declared: &str) -> Result<Map, No> {
    let declaration = bench.registry.declaration(declared).expect("the desk's own kind");
    read_fields(bench.book, &sub.site, sub.date.unwrap_or_else(|| sub.clock.today()), &declaration.fields, &sub.fields, Source::Program)
        .map_err(No::Fields)
}

/// Endorses a proposal or gives a visa. The last endorsement completes the proposal with its very effects.
pub(crate) fn endorse(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let fields = whole(sub, bench, "endorse/1")?;
    let seq = fields["seq"].as_u64().unwrap_or_default();
    let today = sub.clock.today();
    let paper = paper(bench, &sub.site, seq)?;
    let need = may_endorse(bench, sub, &paper, today)?;
    let left: Vec<String> = needs(&paper).into_iter().filter(|n| *n != need).collect();
    let code = sub.person.code();
    let past = (bench.past)(seq).ok_or_else(|| Refusal::new("endorse/unknown").with("seq", seq))?;
    let mut effects =
        Effects::new().set(&paper.id, &format!("endorsed.{code}"), need.as_str(), today).set(&paper.id, "needs", json!(left), today);
    let mut cmd = Command {
        id: sub.id.clone(),
        site: sub.site.clone(),
        kind: "endorse/1".to_owned(),
        by: sub.person.clone(),
        role: role_of(bench, sub, &need, today),
        date: today,
        leave: None,
        fields,
    };
    if !left.is_empty() {
        let entry = bench.entry(sub, cmd, effects.0, None, None, None);
        return Ok(Judged { entry, seals: Vec::new(), waiting: Some((paper.id, left)), visa: Vec::new() });
    }
    if paper.id.kind() == "visa" {
        effects = effects.set(&paper.id, "state", "given", today);
        for lot in lots_of(&past) {
            let waits = bench.book.thing(&lot, today).is_some_and(|t| t.open && t.flag("awaits-visa"));
            if waits {
                effects = effects.set(&lot, "released", true, past.date.max(bench.book.thing(&lot, today).map_or(past.date, |t| t.since)));
            }
        }
        let entry = bench.entry(sub, cmd, effects.0, None, None, None);
        return Ok(Judged { entry, seals: Vec::new(), waiting: None, visa: Vec::new() });
    }
    complete(bench, sub, &past, &paper, &mut cmd, effects)
}

fn complete(bench: &Bench<'_>, sub: &Submission, past: &Entry, paper: &Thing, cmd: &mut Command, state: Effects) -> Result<Judged, No> {
    let today = sub.clock.today();
    let decided: Vec<Effect> = serde_json::from_value(past.fields["effects"].clone()).expect("a proposal keeps its effects");
    let kind = past.fields["kind"].as_str().unwrap_or_default().to_owned();
    let fields = past.fields["fields"].as_object().cloned().unwrap_or_default();
    let reverses = past.fields.get("reverses").and_then(Value::as_u64);
    let all = state.set(&paper.id, "state", "done", today).then(Effects(decided));
    let act = Act {
        site: &sub.site,
        kind: &kind,
        date: past.date,
        today,
        leave: past.leave.as_ref(),
        fields: &fields,
        reversal: reverses.is_some(),
    };
    let original = reverses.and_then(|seq| (bench.past)(seq));
    let kept = original.map(|original| baara_book::reversal::kept_ids(&original, &all.0)).unwrap_or_default();
    let mut effects = allot(bench.book, &sub.site, today, all.0, &kept);
    if reverses.is_some() {
        effects = baara_book::reversal::reopen(effects, &kept.values().cloned().collect(), past.date);
    }
    guards::check(bench.book, &act, &effects)?;
    cmd.leave = past.leave.clone();
    cmd.kind.clone_from(&kind);
    cmd.fields = fields;
    // The entry is the kind's own, by its proposer; who endorsed stands on the proposal it completes.
    let endorser = (cmd.by.clone(), cmd.role.clone());
    cmd.fields.insert("endorsed-by".to_owned(), json!([endorser.0, endorser.1]));
    let cmd = Command { by: past.by.0.clone(), role: past.by.1.clone(), ..cmd.clone() };
    let plugin = past.fields.get("plugin").and_then(Value::as_str).map(str::to_owned);
    let entry = bench.entry(sub, cmd, effects, plugin, reverses, Some(past.seq));
    Ok(Judged { entry, seals: Vec::new(), waiting: None, visa: Vec::new() })
}

fn needs(paper: &Thing) -> Vec<String> {
    paper.list("needs").into_iter().map(str::to_owned).collect()
}

fn lots_of(entry: &Entry) -> Vec<Id> {
    crate::judge::opened_things(&entry.effects).into_iter().filter(|id| id.kind() == "lot").collect()
}

/// The need of the paper this person meets: nobody endorses their own, nobody twice.
fn may_endorse(bench: &Bench<'_>, sub: &Submission, paper: &Thing, today: Date) -> Result<String, Refusal> {
    let state = paper.text("state");
    let over = state == "expired" || state == "waiting" && paper.date("until").is_some_and(|until| until < today);
    if !over && !matches!(state, "waiting" | "open") {
        return Err(Refusal::new("proposal/not-waiting").with("paper", &paper.id).with("state", state));
    }
    if over {
        return Err(Refusal::new("proposal/expired").with("paper", &paper.id).with("until", paper.text("until")));
    }
    let own = paper.text("by") == sub.person.as_str();
    let twice = paper.values.contains_key(&format!("endorsed.{}", sub.person.code()));
    if own || twice {
        return Err(Refusal::new("endorse/own").with("person", &sub.person).with("paper", &paper.id));
    }
    let needs = needs(paper);
    let met = people::meets(bench.book, &sub.person, &needs, today);
    met.cloned().ok_or_else(|| Refusal::new("endorse/not-needed").with("person", &sub.person).with("needs", needs.join(", ")))
}

/// The role that met a need; a witness named in person may have any, or none.
fn role_of(bench: &Bench<'_>, sub: &Submission, need: &str, today: Date) -> Id {
    let roles = people::roles(bench.book, &sub.person, today);
    let met = roles.iter().find(|r| need.split('|').any(|n| r.code() == n)).or(roles.first());
    met.cloned().unwrap_or_else(|| Id::new("role", "witness"))
}

/// Declines, withdraws or expires a proposal: it stays, and never takes effect.
pub(crate) fn end(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let name = sub.kind.split('/').next().unwrap_or_default();
    let kind = format!("{name}/1");
    let mut fields = whole(sub, bench, &kind)?;
    let seq = fields["seq"].as_u64().unwrap_or_default();
    let today = sub.clock.today();
    let paper = paper(bench, &sub.site, seq)?;
    let roles = || people::roles(bench.book, &sub.person, today).into_iter();
    let role = match name {
        "expire" if bench.host => Some(people::host_role()),
        "expire" => return Err(Refusal::new("kind/unknown").with("kind", &kind).into()),
        "decline" => {
            let need = may_endorse(bench, sub, &paper, today)?;
            roles().find(|r| need.split('|').any(|n| r.code() == n))
        }
        _ if paper.text("by") != sub.person.as_str() => return Err(Refusal::new("endorse/not-yours").with("paper", &paper.id).into()),
        _ => roles().next(),
    };
    if paper.id.kind() != "proposal" || paper.text("state") != "waiting" {
        return Err(Refusal::new("proposal/not-waiting").with("paper", &paper.id).with("state", paper.text("state")).into());
    }
    let mut seals = Vec::new();
    if let Some(reason) = fields.get("reason").and_then(Value::as_str).map(str::to_owned) {
        let token = bench.token(&sub.id, "reason", &reason, &mut seals);
        fields.insert("reason".to_owned(), token);
    }
    let state = match name {
        "decline" => "declined",
        "expire" => "expired",
        _ => "withdrawn",
    };
    let cmd = Command {
        id: sub.id.clone(),
        site: sub.site.clone(),
        kind,
        by: sub.person.clone(),
        role: role.unwrap_or_else(|| Id::new("role", "none")),
        date: today,
        leave: None,
        fields,
    };
    let effects = Effects::new().set(&paper.id, "state", state, today).0;
    let entry = bench.entry(sub, cmd, effects, None, None, None);
    Ok(Judged { entry, seals, waiting: None, visa: Vec::new() })
}
