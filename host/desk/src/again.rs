//! A command that comes twice: the first answer again when it is the same, a refusal when only its id is.

use crate::answers::{Answer, Submission, Waiting};
use crate::desk::from_hex;
use crate::intentions::first_opened;
use crate::reading::read_fields;
use crate::registry::Registry;
use crate::writer::recorded;
use baara_book::{Entry, TheBook};
use baara_journal::{Sealed, hex};
use baara_plugin_api::{Effect, Id, Map, Refusal, Value};

/// What a second coming is compared with.
pub(crate) struct Memory<'a> {
    pub(crate) book: &'a TheBook,
    pub(crate) registry: &'a Registry,
    pub(crate) sealed: &'a Sealed,
}

impl Memory<'_> {
    /// The answer `entry` got, if `sub` is the command it recorded.
    pub(crate) fn answer(&self, sub: &Submission, entry: Option<&Entry>) -> Answer {
        match entry.filter(|entry| self.is_same(sub, entry)) {
            Some(entry) => first_answer(entry),
            None => Answer::Refused(Refusal::new("command/same-id-other-content").with("id", &sub.id)),
        }
    }

    fn is_same(&self, sub: &Submission, entry: &Entry) -> bool {
        let name = |kind: &str| kind.split('/').next().unwrap_or(kind).to_owned();
        let whole = |fields: &Map| fields.get("seq").and_then(Value::as_u64);
        let proposed = entry.kind == "propose/1";
        let reverses = entry.reverses.or_else(|| entry.fields.get("reverses").and_then(Value::as_u64));
        let asked = sub.fields.get("seq").and_then(|v| v.as_u64().or_else(|| v.as_str()?.trim().parse().ok()));
        match name(&sub.kind).as_str() {
            // The last endorsement is recorded as the kind it completes, under the proposer's name.
            "endorse" if entry.completes.is_some() => {
                entry.completes == asked && entry.fields.get("endorsed-by").is_some_and(|by| by[0] == sub.person.as_str())
            }
            "endorse" | "decline" | "withdraw" if entry.by.0 == sub.person => {
                name(&entry.kind) == name(&sub.kind) && whole(&entry.fields) == asked
            }
            "correct" => entry.by.0 == sub.person && reverses == asked,
            kind => {
                let kept = if proposed { entry.fields.get("kind").and_then(Value::as_str).unwrap_or_default() } else { &entry.kind };
                let fields = if proposed { entry.fields.get("fields").and_then(Value::as_object) } else { Some(&entry.fields) };
                let same_head = entry.by.0 == sub.person
                    && entry.site == sub.site
                    && name(kept) == kind
                    && sub.date.is_none_or(|date| date == entry.date)
                    && (sub.leave.is_none() || sub.leave == entry.leave);
                same_head && fields.is_some_and(|fields| self.are_same(sub, entry, kept, fields))
            }
        }
    }

    /// The form as kept, names put back, against the form as it came.
    fn are_same(&self, sub: &Submission, entry: &Entry, kind: &str, kept: &Map) -> bool {
        let Some(declaration) = self.registry.declaration(kind) else { return false };
        let Ok(read) = read_fields(self.book, &sub.site, entry.date, &declaration.fields, &sub.fields, sub.source) else { return false };
        let kept: Map = kept.iter().filter(|(key, _)| key.as_str() != "endorsed-by").map(|(k, v)| (k.clone(), self.plain(v))).collect();
        kept == read
    }

    fn plain(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let hash = text.strip_prefix("sealed:").and_then(from_hex);
                let found = hash.and_then(|hash| self.sealed.get(&hash).ok().flatten());
                found.and_then(|(_, bytes)| String::from_utf8(bytes).ok()).map_or_else(|| value.clone(), Value::from)
            }
            Value::Array(list) => list.iter().map(|one| self.plain(one)).collect(),
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), self.plain(v))).collect::<Map>().into(),
            other => other.clone(),
        }
    }
}

/// Recorded, or still waiting, as it was told the first time.
fn first_answer(entry: &Entry) -> Answer {
    let code = hex(&baara_journal::leaf_hash(&entry.bytes()));
    let texts = |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    if entry.kind == "propose/1" {
        let needs = entry.fields.get("needs").map(texts).unwrap_or_default();
        return Answer::Waiting(Waiting { seq: entry.seq, code, proposal: first_opened(&entry.effects), needs });
    }
    let left: Option<(Id, Vec<String>)> = entry.effects.iter().find_map(|effect| match effect {
        Effect::Set { thing, key, value, .. } if key == "needs" && entry.kind == "endorse/1" => Some((thing.clone(), texts(value))),
        _ => None,
    });
    match left.filter(|(_, needs)| !needs.is_empty()) {
        Some((proposal, needs)) => Answer::Waiting(Waiting { seq: entry.seq, code, proposal, needs }),
        None => Answer::Recorded(recorded(entry, code, Vec::new(), true)),
    }
}
