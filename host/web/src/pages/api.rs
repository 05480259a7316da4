//! The same desk for programs: JSON in, JSON out, the same rights, described as OpenAPI from the kinds' own declarations.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::pages::reports::{self, Answer as Asked};
use crate::visit::Visit;
use baara_desk::{Answer, Source, Submission};
use baara_plugin_api::{Field, FieldError, FieldType, Id, Map, Refusal, Value};
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

/// What can be asked, as OpenAPI 3.1; the forms come from the declarations, plugins' too.
pub(crate) fn openapi(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let own = baara_desk::host_kinds();
    let mut paths = Map::new();
    for declared in visit.desk().registry().offered().filter(|d| own.iter().all(|o| o.kind != d.kind)) {
        let name = declared.kind.split('/').next().unwrap_or_default();
        let mut properties = properties(&declared.fields);
        for (common, kind) in [("_date", "date"), ("_leave", "id"), ("_id", "uuid"), ("late-reason", "text")] {
            properties.insert(common.to_owned(), json!({"type": "string", "format": kind}));
        }
        let required: Vec<&str> = declared.fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
        let schema = json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
        let answers = json!({
            "200": {"description": "the same form had been recorded before"}, "201": {"description": "recorded"},
            "202": {"description": "waits for other people's visa"}, "403": {"description": "not this person's to record"},
            "422": {"description": "refused, or fields that could not be read"},
        });
        paths.insert(
            format!("/api/record/{name}"),
            json!({"post": {"summary": visit.words().kind(&declared.kind), "operationId": name, "responses": answers,
                "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}}}),
        );
    }
    let get = |summary: &str, name: Option<&str>| {
        let parameters: Vec<Value> =
            name.map(|n| json!({"name": n, "in": "path", "required": true, "schema": {"type": "string"}})).into_iter().collect();
        json!({"get": {"summary": summary, "parameters": parameters, "responses": {"200": {"description": "found"}, "404": {"description": "not here"}}}})
    };
    paths.insert("/api/kinds".to_owned(), get("the kinds and their forms", None));
    paths.insert("/api/entry/{seq}".to_owned(), get("an entry as it is kept", Some("seq")));
    paths.insert(
        "/api/report/{name}".to_owned(),
        get("a report, ?period=2020; or a plugin's table, with the fields of its form too", Some("name")),
    );
    Ok(Reply::Json(
        200,
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Baara", "version": env!("CARGO_PKG_VERSION"),
                "description": "Sign in on /connexion; the session's cookie and an Origin header of our own go with every post."},
            "paths": paths,
        }),
    ))
}

fn properties(fields: &[Field]) -> Map {
    fields.iter().map(|field| (field.name.clone(), schema(&field.kind))).collect()
}

fn schema(kind: &FieldType) -> Value {
    match kind {
        FieldType::Text => json!({"type": "string", "maxLength": 500}),
        FieldType::Whole => json!({"type": "integer", "minimum": 0}),
        FieldType::Flag => json!({"type": "boolean"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Ratio => json!({"type": "string", "examples": ["3/10", "0.141"]}),
        FieldType::Money => json!({"type": "string", "examples": ["5000 XOF"]}),
        FieldType::Quantity { of } => json!({"type": "string", "description": format!("an amount of {of}"), "examples": ["12.500 kg"]}),
        FieldType::Id { of } => json!({"type": "string", "description": format!("the id of a thing of kind {of}")}),
        FieldType::Choice { of } => json!({"type": "string", "enum": of}),
        FieldType::Many { of } => json!({"type": "array", "items": schema(of)}),
        FieldType::Lines { of } => {
            let required: Vec<&str> = of.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
            json!({"type": "array", "items": {"type": "object", "properties": properties(of), "required": required}})
        }
    }
}
