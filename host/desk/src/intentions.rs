//! Facts are recorded at once; intentions wait for other people. Visas come after facts.

use crate::answers::Submission;
use crate::judge::{Bench, Judged, No, Ruling};
use crate::reading::{Source, read_fields};
use crate::registry::{Known, Way};
use crate::{corrections, people, pins};
use baara_book::Entry;
use baara_book::allot::allot;
use baara_book::guards::{self, Act};
use baara_plugin_api::{Book, Command, Date, Days, Effect, Effects, Id, Map, Refusal, Thing, Value, json};
use std::collections::BTreeMap;

/// How long an intention waits when no rule says: days.
const WAITS: i64 = 30;

/// Records an intention: the command, its effects as decided, who must endorse, until when. Nothing takes effect.
pub(crate) fn propose(bench: &Bench<'_>, sub: &Submission, ruling: Ruling, why: &str, reverses: Option<u64>) -> Result<Judged, No> {
    let today = sub.clock.today();
    let Ruling { cmd, effects, seals, plugin } = ruling;
    let correcting = reverses.is_some();
    // It must be able to take effect now, unless others are to be undone before it; it is judged again when it completes.
    if !cmd.fields.contains_key("after") {
        let tried = allot(bench.book, &cmd.site, today, effects.clone(), &BTreeMap::new());
        guards::check(bench.book, &crate::judge::act(&cmd, today, correcting), &tried)?;
    }
    let subject = match cmd.kind.as_str() {
        _ if correcting => "reverse",
        kind => pins::subject(kind),
    };
    let needs = people::endorsers(bench.book, &cmd.site, subject, &cmd.fields, cmd.date)?;
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
            ("reverses", reverses.map_or(Value::Null, Value::from)),
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

/// The entry a paper is about, and the paper it opened: its proposal, or its visa.
fn cited(bench: &Bench<'_>, site: &str, fields: &mut Map) -> Result<(Entry, Thing), Refusal> {
    let seq = fields["seq"].as_u64().unwrap_or_default();
    let unknown = || Refusal::new("endorse/unknown").with("seq", seq);
    let past = (bench.past)(seq).filter(|entry| entry.site == site).ok_or_else(unknown)?;
    let opened = past.effects.iter().filter_map(|e| if let Effect::Open { thing, .. } = e { Some(thing) } else { None });
    let id = opened.into_iter().find(|id| matches!(id.kind(), "proposal" | "visa"));
    let paper = id.and_then(|id| bench.book.thing(id, Date::MAX)).ok_or_else(unknown)?;
    // What was read is what is spoken of, to the byte.
    fields.insert("leaf".to_owned(), baara_journal::hex(&baara_journal::leaf_hash(&past.bytes())).into());
    Ok((past, paper))
}

fn whole(sub: &Submission, bench: &Bench<'_>, declared: &str) -> Result<Map, No> {
    let declaration = bench.registry.declaration(declared).expect("the desk's own kind");
    read_fields(bench.book, &sub.site, sub.date.unwrap_or_else(|| sub.clock.today()), &declaration.fields, &sub.fields, Source::Program)
        .map_err(No::Fields)
}

/// Endorses a proposal or gives a visa. The last endorsement completes the proposal with its very effects.
pub(crate) fn endorse(bench: &Bench<'_>, sub: &Submission) -> Result<Judged, No> {
    let mut fields = whole(sub, bench, "endorse/1")?;
    let today = sub.clock.today();
    let (past, paper) = cited(bench, &sub.site, &mut fields)?;
    let need = may_endorse(bench, sub, &paper, today)?;
    let left: Vec<String> = needs(&paper).into_iter().filter(|n| *n != need).collect();
    let code = sub.person.code();
    let mut effects =
        Effects::new().set(&paper.id, &format!("endorsed.{code}"), need.as_str(), today).set(&paper.id, "needs", json!(left), today);
    if let Some(device) = fields.get("device") {
        effects = effects.set(&paper.id, &format!("device.{code}"), device.clone(), today);
    }
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

/// The last endorsement: the very effects that were endorsed, if the same would be decided today.
fn complete(bench: &Bench<'_>, sub: &Submission, past: &Entry, paper: &Thing, cmd: &mut Command, state: Effects) -> Result<Judged, No> {
    let today = sub.clock.today();
    let mut decided: Vec<Effect> = serde_json::from_value(past.fields["effects"].clone()).expect("a proposal keeps its effects");
    let kind = past.fields["kind"].as_str().unwrap_or_default().to_owned();
    let fields = past.fields["fields"].as_object().cloned().unwrap_or_default();
    let reverses = past.fields.get("reverses").and_then(Value::as_u64);
    let original = reverses.and_then(|seq| (bench.past)(seq));
    let asked = Command {
        id: past.id.clone(),
        site: past.site.clone(),
        kind: kind.clone(),
        by: past.by.0.clone(),
        role: past.by.1.clone(),
        date: past.date,
        leave: past.leave.clone(),
        fields: fields.clone(),
    };
    let now = decided_now(bench, &asked, original.as_ref(), today)?;
    let acts = |effects: &[Effect]| effects.iter().filter(|e| !matches!(e, Effect::Warn { .. })).cloned().collect::<Vec<_>>();
    if now.as_ref().is_some_and(|now| acts(now) != acts(&decided)) || said_since(bench, past.seq, &decided, now.is_some()) {
        return Err(Refusal::new("intention/overtaken").with("paper", &paper.id).with("seq", past.seq).with("kind", &kind).into());
    }
    if kind == pins::PIN {
        decided.extend(pins::declare(bench, &fields, past.date)?);
    }
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
    let effects = allot(bench.book, &sub.site, today, all.0, &BTreeMap::new());
    guards::check(bench.book, &act, &effects)?;
    let leaf = cmd.fields["leaf"].clone();
    cmd.leave = past.leave.clone();
    cmd.kind.clone_from(&kind);
    cmd.fields = fields;
    // The entry is the kind's own, by its proposer; who endorsed stands on the proposal it completes.
    let endorser = (cmd.by.clone(), cmd.role.clone());
    cmd.fields.insert("endorsed-by".to_owned(), json!([endorser.0, endorser.1, leaf]));
    let cmd = Command { by: past.by.0.clone(), role: past.by.1.clone(), ..cmd.clone() };
    let plugin = past.fields.get("plugin").and_then(Value::as_str).map(str::to_owned);
    let entry = bench.entry(sub, cmd, effects, plugin, reverses, Some(past.seq));
    Ok(Judged { entry, seals: Vec::new(), waiting: None, visa: Vec::new() })
}

/// What has begun since the first day must not stand in the way either: two mandates for one seat. The committee's
/// leave is judged on the first day only.
fn still_fits(bench: &Bench<'_>, known: &Known, asked: &Command, today: Date) -> Result<(), Refusal> {
    let Way::BuiltIn(kind) = &known.way else { return Ok(()) };
    let view = bench.book.view(&asked.site);
    match (kind.decide)(asked, &Book::new(&view, &asked.site, today)) {
        Err(no) if !no.code.starts_with("leave/") => Err(no),
        _ => Ok(()),
    }
}

/// True when somebody has meanwhile said otherwise of the same attribute: from a later day, which deciding again on
/// the first day does not see, or from any day when nothing can decide again.
fn said_since(bench: &Bench<'_>, seq: u64, effects: &[Effect], is_decided_again: bool) -> bool {
    effects.iter().any(|effect| match effect {
        Effect::Set { thing, key, from, .. } => {
            let mut line = bench.book.timeline(thing).into_iter().filter(|(k, ..)| k == key);
            line.any(|(_, day, _, said)| said > seq && (day > *from || !is_decided_again))
        }
        _ => false,
    })
}

/// The effects a waiting command would have if it were asked today, ids and numbers still to be allotted. `None` when
/// only the guards can tell: configuration, or a plugin whose file is not here.
fn decided_now(bench: &Bench<'_>, asked: &Command, original: Option<&Entry>, today: Date) -> Result<Option<Vec<Effect>>, Refusal> {
    match (asked.kind.as_str(), original) {
        (kind, _) if pins::subject(kind) == pins::PIN => return pins::decided_now(bench, asked).map(Some),
        ("reverse/1", Some(original)) => return corrections::undone(bench, original).map(Some),
        _ => {}
    }
    let known = bench.registry.find(&asked.kind);
    if let Some(Way::Plugin(plugin)) = known.map(|known| &known.way) {
        plugin.still_admitted()?;
    }
    let Some(known) = known.filter(|known| known.way.can_decide()) else { return Ok(None) };
    let (effects, _) = bench.decided(known, asked, today)?;
    if original.is_none() {
        still_fits(bench, known, asked, today)?;
    }
    match original {
        Some(original) => corrections::renewed(bench, original, asked.date, effects).map(Some),
        None => Ok(Some(effects)),
    }
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
    let today = sub.clock.today();
    let (_, paper) = cited(bench, &sub.site, &mut fields)?;
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
