//! The same desk for programs: JSON in, JSON out, the same rights.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::pages::reports::{self, Answer as Asked};
use crate::visit::Visit;
use baara_desk::{Answer, Source, Submission};
use baara_plugin_api::{FieldError, Id, Refusal, Value};
use baara_reports::draw_json;
use serde_json::json;

/// The kinds and their forms.
pub(crate) fn kinds(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kinds: Vec<Value> =
        visit.desk().registry().offered().map(|d| json!({"kind": d.kind, "fields": d.fields, "refusals": d.refusals})).collect();
    Ok(Reply::Json(200, json!({"kinds": kinds})))
}

/// Records one form: its fields, and `_date`, `_leave`, `_id`.
pub(crate) fn record(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = visit.param("kind").to_owned();
    if visit.desk().registry().declaration(&kind).is_none() {
        return Err(Problem::NotFound);
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(&visit.body) else {
        return Ok(refused(visit, &Refusal::new("json/not-a-form")));
    };
    let mut own = |name: &str| fields.remove(name).and_then(|v| v.as_str().map(str::to_owned));
    let (date, leave, id) = (own("_date"), own("_leave"), own("_id"));
    let date = match date.map(|text| text.parse().map_err(|_| text)) {
        Some(Err(text)) => return Ok(refused(visit, &Refusal::new("field/not-a-date").with("came", text))),
        Some(Ok(date)) => Some(date),
        None => None,
    };
    let sub = Submission {
        id: id.unwrap_or_default(),
        date,
        leave: leave.and_then(|text| Id::parse(&text).ok()),
        source: Source::Program,
        clock: visit.clock(),
        ..Submission::new(&session.site, &kind, &session.person, fields)
    };
    Ok(match visit.desk().submit(sub) {
        Answer::Recorded(done) => Reply::Json(
            if done.again { 200 } else { 201 },
            json!({"ok": true, "seq": done.seq, "code": done.code, "opened": done.opened, "number": done.number,
                "warnings": done.warnings, "visa": done.visa, "again": done.again}),
        ),
        Answer::Waiting(waiting) => Reply::Json(
            202,
            json!({"ok": true, "waiting": true, "seq": waiting.seq, "code": waiting.code, "proposal": waiting.proposal, "needs": waiting.needs}),
        ),
        Answer::Fields(errors) => misread(visit, &kind, &errors),
        Answer::Refused(refusal) => refused(visit, &refusal),
        Answer::Fault(fault) => return Err(fault.into()),
    })
}

/// Fields that could not be read, in the words of their form.
fn misread(visit: &Visit, form: &str, errors: &[FieldError]) -> Reply {
    let told = |e: &FieldError| json!({"field": e.field, "code": e.code, "args": e.args, "text": visit.words().field_error(form, e)});
    Reply::Json(422, json!({"ok": false, "fields": errors.iter().map(told).collect::<Vec<_>>()}))
}

fn refused(visit: &Visit, refusal: &Refusal) -> Reply {
    let told = visit.words().refusal(refusal);
    Reply::Json(
        status_of(Some(refusal)),
        json!({"ok": false, "refused": {"code": refusal.code, "args": refusal.args, "happened": told.happened, "expected": told.expected, "try": told.attempt}}),
    )
}

/// An entry as it is kept, with its leaf hash.
pub(crate) fn entry(visit: &Visit) -> Shown {
    let site = visit.signed_in()?.site.clone();
    let seq: u64 = visit.param("seq").parse().map_err(|_| Problem::NotFound)?;
    let (entry, leaf) = visit.desk().entry(seq)?.filter(|(entry, _)| entry.site == site).ok_or(Problem::NotFound)?;
    // While a place is counted, nothing tells its movements.
    let frozen = {
        let book = visit.desk().book();
        entry.effects.iter().any(|effect| match effect {
            baara_plugin_api::Effect::Move { from, to, .. } => book.is_frozen(from) || book.is_frozen(to),
            _ => false,
        })
    };
    if frozen {
        return Ok(refused(visit, &Refusal::new("place/frozen").with("place", seq)));
    }
    let value: Value = serde_json::from_slice(&entry.bytes()).unwrap_or_default();
    Ok(Reply::Json(200, json!({"ok": true, "leaf": leaf, "entry": value})))
}

/// A report of this facility, or a table that a plugin draws of it.
pub(crate) fn report(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(match reports::for_a_program(visit)? {
        Asked::Drawn(table) => Reply::Json(200, visit.read(|r| draw_json(&table, &r.words))),
        Asked::Fields(errors) => misread(visit, visit.param("name"), &errors),
        Asked::Refused(refusal) => refused(visit, &refusal),
    })
}
