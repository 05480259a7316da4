//! `record`: a form from flags or from JSON, handed to the desk.

use crate::cli::Common;
use crate::config::nearest;
use crate::parts;
use crate::session::Session;
use crate::told::{Failure, told};
use baara_desk::{Answer, Desk, Registry, Source, Submission};
use baara_plugin_api::{Field, FieldError, FieldType, Id, KindDeclaration, Map, Refusal, Value, json};
use std::io::Read;
use std::sync::Arc;

/// Records one form, or all forms of a JSON list as one batch.
pub(crate) fn record(session: &mut Session, kind: &str, typed: &[String]) -> Result<(), Failure> {
    let desk = session.desk()?;
    let declaration = declaration(&desk, kind)?;
    if let Some(at) = typed.iter().position(|w| w == "--json-from") {
        let rest: Vec<String> = typed.iter().take(at).chain(typed.iter().skip(at + 2)).cloned().collect();
        let (_, common) = flags(&declaration, &rest)?;
        return record_json(session, &desk, &declaration, &common);
    }
    let (fields, common) = flags(&declaration, typed)?;
    let submission = submission(session, &desk, &declaration.kind, fields, &common)?;
    submit(session, &desk, submission)
}

/// The kind of this name, or the nearest one.
pub(crate) fn declaration(desk: &Desk, kind: &str) -> Result<KindDeclaration, Failure> {
    declared_in(&desk.registry(), kind)
}

/// The same among the kinds of a registry.
pub(crate) fn declared_in(registry: &Registry, kind: &str) -> Result<KindDeclaration, Failure> {
    registry.declaration(kind).cloned().ok_or_else(|| {
        let names: Vec<&str> = registry.offered().filter_map(|d| d.kind.split('/').next()).collect();
        match nearest(kind, names.iter().copied()) {
            Some(near) => Refusal::new("kind/misspelt").with("kind", kind).with("near", near).into(),
            None => Refusal::new("kind/unknown").with("kind", kind).into(),
        }
    })
}

/// One submission of now, by the person of the command line.
pub(crate) fn submission(session: &mut Session, desk: &Arc<Desk>, kind: &str, fields: Map, common: &Common) -> Result<Submission, Failure> {
    let person = session.person(desk)?;
    let site = session.site(desk, common.site.as_deref(), Some(&person))?;
    let id = |text: &Option<String>, kind: &str| {
        let whole = text.as_ref().map(|t| if t.contains('/') { t.clone() } else { format!("{kind}/{t}") });
        whole
            .map(|t| Id::parse(&t).map_err(|_| Failure::from(Refusal::new("field/not-an-id").with("came", &t).with("expected", kind))))
            .transpose()
    };
    Ok(Submission {
        id: common.id.clone().unwrap_or_default(),
        date: common.date.as_deref().map(parts::day).transpose()?,
        role: id(&common.role, "role")?,
        leave: id(&common.leave, "decision")?,
        clock: session.clock(desk)?,
        ..Submission::new(&site, kind, &person, fields)
    })
}

/// Hands a submission to the desk and says what became of it.
pub(crate) fn submit(session: &mut Session, desk: &Arc<Desk>, submission: Submission) -> Result<(), Failure> {
    let kind = submission.kind.clone();
    let answer = desk.submit(submission);
    tell(session, desk, answer, &kind)
}

/// Says what became of a submission.
pub(crate) fn tell(session: &mut Session, desk: &Arc<Desk>, answer: Answer, kind: &str) -> Result<(), Failure> {
    let (text, json) = told(desk, answer, kind, &session.words)?;
    if session.global.json {
        session.out.push_str(&format!("{json}\n"));
    } else {
        session.out.push_str(&format!("{text}\n"));
    }
    Ok(())
}

/// `--name value`: the form's own fields, and what every submission takes where the form has no such field.
pub(crate) fn flags(declaration: &KindDeclaration, typed: &[String]) -> Result<(Map, Common), Failure> {
    let (mut fields, mut common, mut errors) = (Map::new(), Common::default(), Vec::new());
    let mut words = typed.iter().peekable();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            errors.push(FieldError::new(word, "field/no-name").with("came", word));
            continue;
        };
        let (name, whole) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
        let field = declaration.fields.iter().find(|f| f.name == name || name.strip_suffix(".declared") == Some(f.name.as_str()));
        let is_flag = field.is_some_and(|f| f.kind == FieldType::Flag);
        let value = match whole {
            Some(value) => value,
            None if is_flag && words.peek().is_none_or(|next| next.starts_with("--")) => "oui".to_owned(),
            None => match words.next() {
                Some(value) => value.clone(),
                None => {
                    errors.push(FieldError::new(name, "field/missing"));
                    continue;
                }
            },
        };
        match (field, name) {
            (Some(field), _) => add(&mut fields, field, name, value),
            (None, "site") => common.site = Some(value),
            (None, "date") => common.date = Some(value),
            (None, "as-role") => common.role = Some(value),
            (None, "leave") => common.leave = Some(value),
            (None, "id") => common.id = Some(value),
            // An unknown field goes along: the desk tells it together with every other mistake.
            _ => drop(fields.insert(name.to_owned(), value.into())),
        }
    }
    if errors.is_empty() { Ok((fields, common)) } else { Err(Failure::Fields { kind: declaration.kind.clone(), errors }) }
}

/// A field said twice is a list.
fn add(fields: &mut Map, field: &Field, name: &str, value: String) {
    let value = Value::from(value);
    let many = matches!(field.kind, FieldType::Many { .. } | FieldType::Lines { .. });
    match fields.get_mut(name) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = json!([first.clone(), value]),
        None if many && matches!(field.kind, FieldType::Lines { .. }) => drop(fields.insert(name.to_owned(), json!([value]))),
        None => drop(fields.insert(name.to_owned(), value)),
    }
}

/// A form as JSON: its fields, and `date`, `site`, `leave`, `as-role`, `id` where the form has no such field.
fn record_json(session: &mut Session, desk: &Arc<Desk>, declaration: &KindDeclaration, common: &Common) -> Result<(), Failure> {
    let text = match &session.passed.input {
        Some(input) => input.clone(),
        None => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).map_err(|e| fault("input/unreadable", &e))?;
            text
        }
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|e| Refusal::new("json/unreadable").with("line", e.line()).with("column", e.column()).with("why", e.to_string()))?;
    let list = value.as_array().cloned();
    let batch = list.is_some();
    let mut submissions = Vec::new();
    for one in list.unwrap_or_else(|| vec![value]) {
        let Value::Object(mut fields) = one else { return Err(Refusal::new("json/not-a-form").into()) };
        let mut own = common.clone();
        let declared = |name: &str| declaration.fields.iter().any(|f| f.name == name);
        for (name, place) in
            [("site", &mut own.site), ("date", &mut own.date), ("as-role", &mut own.role), ("leave", &mut own.leave), ("id", &mut own.id)]
        {
            if !declared(name)
                && let Some(Value::String(text)) = fields.remove(name)
            {
                *place = Some(text);
            }
        }
        let submission = submission(session, desk, &declaration.kind, fields, &own)?;
        submissions.push(Submission { source: Source::Program, ..submission });
    }
    if !batch {
        let one = submissions.pop().ok_or_else(|| Refusal::new("json/not-a-form"))?;
        return submit(session, desk, one);
    }
    let answers = desk.submit_whole(submissions);
    let told: Result<Vec<_>, Failure> = answers.into_iter().map(|answer| told(desk, answer, &declaration.kind, &session.words)).collect();
    for (text, json) in told? {
        let line = if session.global.json { json.to_string() } else { text };
        session.out.push_str(&format!("{line}\n"));
    }
    Ok(())
}

pub(crate) fn fault(code: &str, error: &std::io::Error) -> Failure {
    Failure::Fault { code: code.to_owned(), text: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale() -> KindDeclaration {
        let field = |name: &str, kind: FieldType| Field { name: name.to_owned(), kind, required: false, sealed: false };
        let fields = vec![
            field("customer", FieldType::Text),
            field("date", FieldType::Date),
            field("paid", FieldType::Flag),
            field("lines", FieldType::Lines { of: Vec::new() }),
            field("tags", FieldType::Many { of: Box::new(FieldType::Text) }),
        ];
        KindDeclaration::form("sale/1", fields, &[])
    }

    fn read(line: &str) -> Result<(Map, Common), Failure> {
        flags(&sale(), &line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn flags_fill_in_the_form_and_the_rest_the_submission() {
        let (fields, common) =
            read("--customer Awa --paid --lines item=a --lines item=b --tags x --tags=y --site kon --date 2020-06-01").unwrap();
        assert_eq!(Value::Object(fields)["lines"], json!(["item=a", "item=b"]));
        assert_eq!(common.site.as_deref(), Some("kon"));
        let (fields, common) = read("--date 2020-06-01 --paid non --tags x --tags y").unwrap();
        let fields = Value::Object(fields);
        assert_eq!((&fields["date"], &fields["paid"], &fields["tags"]), (&json!("2020-06-01"), &json!("non"), &json!(["x", "y"])));
        assert!(common.date.is_none(), "the form's own field comes first");
    }

    #[test]
    fn a_value_without_a_name_is_told_and_an_unknown_name_is_left_to_the_desk() {
        let Err(Failure::Fields { errors, .. }) = read("--customer Awa stray") else { panic!("a mistake") };
        assert_eq!(errors[0].code, "field/no-name");
        assert!(read("--custmer Awa").unwrap().0.contains_key("custmer"));
    }
}
