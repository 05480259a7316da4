//! A submission becomes an entry, or a no: rights, reading, deciding, leave, guards, fact or intention.

use crate::answers::Submission;
use crate::hosting::House;
use crate::intentions;
use crate::people;
use crate::plugins::decide_built_in;
use crate::reading::read_fields;
use crate::registry::{Known, Registry, Way};
use baara_book::allot::allot;
use baara_book::entry::VERSION;
use baara_book::guards::{self, Act};
use baara_book::kinds::{REVEALS, at_pay, figures_fit};
use baara_book::{Entry, TheBook};
use baara_journal::Seal;
use baara_plugin_api::{Book, Command, Date, Effect, Effects, Field, FieldError, Id, Map, Refusal, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Why a submission gives no entry.
#[derive(Debug)]
pub(crate) enum No {
    Fields(Vec<FieldError>),
    Refused(Refusal),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> No {
        No::Refused(refusal)
    }
}

/// An entry still without its place, and what goes beside it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) entry: Entry,
    pub(crate) seals: Vec<Seal>,
    /// The proposal it opened, and who must endorse.
    pub(crate) waiting: Option<(Id, Vec<String>)>,
    pub(crate) visa: Vec<String>,
}

/// The two parties of a judgement.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) book: &'a TheBook,
    pub(crate) registry: &'a Registry,
    /// Reads an entry back by its seq, for endorsements and corrections.
    pub(crate) past: &'a dyn Fn(u64) -> Option<Entry>,
    /// Opens a seal, for texts that must be said again as they were sealed.
    pub(crate) unseal: &'a dyn Fn(&str) -> Option<String>,
    /// True for a member from outside of whom no paper list of codes was printed.
    pub(crate) lacks_list: &'a dyn Fn(&Id) -> bool,
    /// Practice books derive their seals' salts, so that the same year has the same bytes.
    pub(crate) practice: bool,
    /// Where the files of plugins lie.
    pub(crate) plugins: &'a Path,
    /// How they run.
    pub(crate) house: &'a House,
    /// True for what the day itself brings: it is the host's, and asks for nobody's right.
    pub(crate) host: bool,
}

/// What a command decided: its effects with leave, still without ids.
pub(crate) struct Ruling {
    pub(crate) cmd: Command,
    pub(crate) effects: Vec<Effect>,
    pub(crate) seals: Vec<Seal>,
    pub(crate) plugin: Option<String>,
}

impl Bench<'_> {
    /// Judges a submission to the end.
    pub(crate) fn judge(&self, sub: &Submission) -> Result<Judged, No> {
        let name = sub.kind.split('/').next().unwrap_or("");
        if matches!(name, "endorse" | "sign") && !self.host && (self.lacks_list)(&sub.person) {
            return Err(Refusal::new("person/no-list").with("person", &sub.person).into());
        }
        match name {
            "endorse" => intentions::endorse(self, sub),
            "decline" | "withdraw" | "expire" => intentions::end(self, sub),
            "pin" | "unpin" | "publisher" | "publisher-end" => crate::pins::propose(self, sub),
            "reverse" => crate::corrections::reverse(self, sub),
            "correct" => crate::corrections::correct(self, sub),
            _ => {
                let ruling = self.rule(sub)?;
                self.conclude(sub, ruling, None)
            }
        }
    }

    /// Rights, reading and deciding: the effects a filled-in form would have.
    pub(crate) fn rule(&self, sub: &Submission) -> Result<Ruling, No> {
        let known = self.registry.find(&sub.kind).ok_or_else(|| Refusal::new("kind/unknown").with("kind", &sub.kind))?;
        let kind = known.declaration.kind.clone();
        let (today, date) = self.days(sub)?;
        let role = if self.host {
            people::host_role()
        } else {
            people::role_for(self.book, &sub.site, &sub.person, sub.role.as_ref(), &kind, date)?
        };
        if let Way::Plugin(plugin) = &known.way {
            plugin.still_admitted()?; // Before a form is read that would be for nothing.
        }
        let raw = self.said_again(&kind, sub)?;
        let mut fields = read_fields(self.book, &sub.site, date, &known.declaration.fields, &raw, sub.source).map_err(No::Fields)?;
        self.figures_fit(&kind, &fields)?;
        late(today, date, &fields)?;
        let mut seals = Vec::new();
        self.seal(&known.declaration.fields, &mut fields, &sub.id, &mut seals);
        if let Some(reason) = fields.get("late-reason").and_then(Value::as_str).map(str::to_owned) {
            let token = self.token(&sub.id, "late-reason", &reason, &mut seals);
            fields.insert("late-reason".to_owned(), token);
        }
        let cmd = Command {
            id: sub.id.clone(),
            site: sub.site.clone(),
            kind,
            by: sub.person.clone(),
            role,
            date,
            leave: sub.leave.clone(),
            fields,
        };
        let (effects, plugin) = self.decided(known, &cmd, today)?;
        Ok(Ruling { cmd, effects, seals, plugin })
    }

    /// What a kind decides of a command as it is kept, with the leave it needs, and the file that decided it.
    pub(crate) fn decided(&self, known: &Known, cmd: &Command, today: Date) -> Result<(Vec<Effect>, Option<String>), Refusal> {
        let counting = cmd.kind.starts_with("count-");
        let view = if counting { self.book.view_counting(&cmd.site) } else { self.book.view(&cmd.site) };
        let (decided, plugin) = match &known.way {
            Way::BuiltIn(kind) => (decide_built_in(kind, cmd, &view)?, None),
            Way::Plugin(plugin) => {
                let decided = plugin.decide(cmd, &view)?;
                guards::within(&known.declaration.writes, &decided.0).inspect_err(|_| plugin.broke_a_promise())?;
                guards::shown_as_typed(&cmd.fields, &decided.0)?;
                (decided, Some(plugin.sha256.clone()))
            }
            Way::Desk => return Err(Refusal::new("kind/unknown").with("kind", &cmd.kind)),
        };
        let effects = guards::with_leave(self.book, &act(cmd, today, false), decided.0)?;
        Ok((at_pay(Effects(effects), &Book::new(&view, &cmd.site, cmd.date)).0, plugin))
    }

    /// Texts sealed by two people and now said in clear: filled in from the seals, and equal to them.
    fn said_again(&self, kind: &str, sub: &Submission) -> Result<Map, Refusal> {
        let mut raw = sub.fields.clone();
        for reveal in REVEALS.iter().filter(|r| r.kind == kind) {
            let Some(thing) = raw.get(reveal.thing).and_then(Value::as_str) else { continue };
            let named = Id::parse(thing).or_else(|_| Id::parse(&format!("{}/{thing}", reveal.thing)));
            let token = named.ok().and_then(|id| self.book.thing(&id, Date::MAX)).map(|t| t.text(reveal.key).to_owned());
            let Some(sealed) = token.and_then(|token| (self.unseal)(&token)) else { continue };
            let said = raw.get(reveal.field).and_then(Value::as_str).unwrap_or("").trim();
            if !said.is_empty() && said != sealed {
                return Err(Refusal::new("count/seal-differs").with("field", reveal.field));
            }
            raw.insert(reveal.field.to_owned(), sealed.into());
        }
        Ok(raw)
    }

    /// What a counter typed is told at once when it cannot be figures: afterwards only its seal is seen.
    fn figures_fit(&self, kind: &str, fields: &Map) -> Result<(), Refusal> {
        if !matches!(kind, "count-first/1" | "count-second/1") {
            return Ok(());
        }
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or("");
        let place = Id::parse(text("count")).ok().and_then(|id| self.book.thing(&id, Date::MAX)).and_then(|t| t.id_of("place"));
        place.map_or(Ok(()), |place| figures_fit(place.kind(), text("figures")))
    }

    /// A fact takes effect, an intention waits.
    pub(crate) fn conclude(&self, sub: &Submission, ruling: Ruling, reverses: Option<(u64, bool)>) -> Result<Judged, No> {
        let today = sub.clock.today();
        let act = act(&ruling.cmd, today, reverses.is_some());
        let why = match reverses {
            Some((_, alone)) => (!alone).then_some("reversal"),
            None => guards::why_intention(self.book, &act, &ruling.effects),
        };
        if let Some(why) = why {
            return intentions::propose(self, sub, ruling, why, reverses.map(|r| r.0));
        }
        let mut effects = ruling.effects;
        let visa = if reverses.is_none() { self.visas(&ruling.cmd, today) } else { Vec::new() };
        if !visa.is_empty() {
            effects.push(self.visa(&visa, &ruling.cmd.by));
        }
        let effects = allot(self.book, &ruling.cmd.site, today, effects, &BTreeMap::new());
        guards::check(self.book, &act, &effects)?;
        let entry = self.entry(sub, ruling.cmd, effects, ruling.plugin, reverses.map(|r| r.0), None);
        Ok(Judged { entry, seals: ruling.seals, waiting: None, visa })
    }

    fn visas(&self, cmd: &Command, today: Date) -> Vec<String> {
        let mut needs = people::visas(self.book, &cmd.site, &cmd.kind, cmd.date);
        needs.iter_mut().for_each(|need| *need = others(need, cmd.role.code()));
        needs.extend(people::attesters(&cmd.fields));
        if (today - cmd.date).num_days() > 7 {
            needs.extend(people::visas(self.book, &cmd.site, "late", cmd.date));
        }
        needs.dedup();
        needs
    }

    fn visa(&self, needs: &[String], by: &Id) -> Effect {
        let values = [
            ("entry", Value::from(self.book.size() + 1)),
            ("needs", needs.iter().map(String::as_str).collect::<Vec<_>>().into()),
            ("by", by.as_str().into()),
            ("state", "open".into()),
        ];
        Effect::Open { thing: Id::new("visa", "$visa"), values: values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect() }
    }

    pub(crate) fn days(&self, sub: &Submission) -> Result<(Date, Date), Refusal> {
        let today = sub.clock.today();
        let date = sub.date.unwrap_or(today);
        if date > today {
            return Err(Refusal::new("guard/future-date").with("date", date).with("today", today));
        }
        Ok((today, date))
    }

    /// The entry with everything but its place in the chain, which the writer gives.
    pub(crate) fn entry(
        &self,
        sub: &Submission,
        cmd: Command,
        effects: Vec<Effect>,
        plugin: Option<String>,
        reverses: Option<u64>,
        completes: Option<u64>,
    ) -> Entry {
        Entry {
            v: VERSION,
            seq: self.book.size() + 1,
            prev: String::new(),
            id: sub.id.clone(),
            site: cmd.site,
            kind: cmd.kind,
            by: (cmd.by, cmd.role),
            date: cmd.date,
            at: sub.clock.at(),
            hlc: 0,
            leave: cmd.leave,
            completes,
            reverses,
            batch: None,
            plugin,
            state: None,
            fields: cmd.fields,
            effects,
        }
    }

    pub(crate) fn seal(&self, declared: &[Field], fields: &mut Map, path: &str, seals: &mut Vec<Seal>) {
        for field in declared {
            let Some(value) = fields.get_mut(&field.name) else { continue };
            let path = format!("{path}.{}", field.name);
            if let baara_plugin_api::FieldType::Lines { of } = &field.kind {
                for (i, line) in value.as_array_mut().into_iter().flatten().enumerate() {
                    if let Value::Object(line) = line {
                        self.seal(of, line, &format!("{path}.{i}"), seals);
                    }
                }
            } else if field.sealed
                && let Value::String(text) = value
            {
                let text = text.clone();
                *value = self.token(&path, "", &text, seals);
            }
        }
    }

    /// What stands in the entry for a sealed text: the hash of sixteen random bytes and the text.
    pub(crate) fn token(&self, path: &str, name: &str, text: &str, seals: &mut Vec<Seal>) -> Value {
        let salt: [u8; 16] = if self.practice {
            Sha256::digest(format!("{path}.{name}"))[..16].try_into().expect("sixteen bytes")
        } else {
            *uuid::Uuid::new_v4().as_bytes()
        };
        let seal = Seal::new(salt, text.as_bytes().to_vec());
        let token = format!("sealed:{}", baara_journal::hex(&seal.hash));
        seals.push(seal);
        token.into()
    }
}

/// What the guards see of a command.
pub(crate) fn act(cmd: &Command, today: Date, reversal: bool) -> Act<'_> {
    Act { site: &cmd.site, kind: &cmd.kind, date: cmd.date, today, leave: cmd.leave.as_ref(), fields: &cmd.fields, reversal }
}

/// Of `a|b`, the one the actor is not: who declared a harvest is not who received it.
fn others(need: &str, role: &str) -> String {
    let left: Vec<&str> = need.split('|').filter(|r| *r != role).collect();
    if left.is_empty() { need.to_owned() } else { left.join("|") }
}

/// After two days a late entry says why.
fn late(today: Date, date: Date, fields: &Map) -> Result<(), Refusal> {
    let days = (today - date).num_days();
    if days > 2 && !fields.contains_key("late-reason") {
        return Err(Refusal::new("entry/late-needs-reason").with("date", date).with("days", days));
    }
    Ok(())
}

/// The things an entry opened, but for the host's own papers.
#[must_use]
pub fn opened_things(effects: &[Effect]) -> Vec<Id> {
    let own = |id: &&Id| !matches!(id.kind(), "visa" | "proposal" | "warning");
    effects.iter().filter_map(|e| if let Effect::Open { thing, .. } = e { Some(thing) } else { None }).filter(own).cloned().collect()
}
