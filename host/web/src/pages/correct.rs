//! Correcting looks like an edit; the book keeps both.

use crate::answers::{Problem, Shown};
use crate::form::{self, Draft};
use crate::layout::page;
use crate::pages::entry::inner_kind;
use crate::pages::record::{declaration, fields, settle};
use crate::visit::{Reading, Visit};
use baara_book::Entry;
use baara_plugin_api::{KindDeclaration, Map, Value};
use maud::{Markup, html};

fn entry(visit: &Visit) -> Result<Entry, Problem> {
    let session = visit.signed_in()?;
    let seq: u64 = visit.param("seq").parse().map_err(|_| Problem::NotFound)?;
    let (entry, _) = visit.desk().entry(seq)?.ok_or(Problem::NotFound)?;
    if entry.site == session.site && entry.kind != "propose/1" { Ok(entry) } else { Err(Problem::NotFound) }
}

/// The form as it was recorded, to change.
pub(crate) fn show(visit: &Visit) -> Shown {
    let entry = entry(visit)?;
    let kind = declaration(visit, inner_kind(&entry))?;
    let mut typed = Map::new();
    for field in &kind.fields {
        let declared = entry.fields.get(&format!("{}.declared", field.name));
        if let Some(value) = declared.or_else(|| entry.fields.get(&field.name)) {
            typed.insert(field.name.clone(), opened(visit, value));
        }
    }
    Ok(visit.read(|r| page(r, &title(r, &kind), &body(r, &entry, &Draft::new(&kind, &typed)))))
}

/// Sealed texts as they were typed, for whoever corrects them.
fn opened(visit: &Visit, value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("sealed:") => visit.desk().unsealed(text).ok().flatten().unwrap_or_default().into(),
        Value::Array(list) => list.iter().map(|one| opened(visit, one)).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), opened(visit, v))).collect()),
        other => other.clone(),
    }
}

fn title(r: &Reading<'_>, kind: &KindDeclaration) -> String {
    format!("{} : {}", r.word("web.correct"), r.words.kind(&kind.kind))
}

/// Who else it takes to undo or correct an entry, in words: nobody, or why somebody.
pub(crate) fn rule(visit: &Visit, entry: &Entry) -> &'static str {
    let person = visit.session.as_ref().map(|session| &session.person);
    let now = visit.clock().at();
    person.map_or("alone-author", |person| baara_desk::why_not_alone(entry, person, now).unwrap_or("alone"))
}

/// The form that undoes an entry; of one with a receipt it asks whether the paper came back.
pub(crate) fn undo(r: &Reading<'_>, seq: u64, rule: &str, receipt: bool) -> Markup {
    html! {
        form method="post" action={ "/annuler/" (seq) } {
            (form::key(r))
            p.hint { (r.word(&format!("web.{rule}"))) }
            div.field { label for="c-reason" { (r.word("web.why-reverse")) } input #c-reason name="reason" type="text" maxlength="500" autocomplete="off"; }
            @if receipt {
                fieldset.field {
                    legend { (r.words.field("reverse", "paper-back")) }
                    div.choices { @for one in ["came-back", "not-back"] {
                        label { input type="radio" name="paper-back" value=(one) required; " " (form::capital(&r.words.choice(one))) }
                    } }
                }
            }
            button.other type="submit" { (r.word("web.reverse")) }
        }
    }
}

fn body(r: &Reading<'_>, entry: &Entry, draft: &Draft<'_>) -> Markup {
    html! {
        (form::summary(r, draft))
        h1 { (title(r, draft.kind)) }
        p.lead { (r.word("web.correct-lead")) }
        p.hint { (r.word(&format!("web.{}", rule(r.visit, entry)))) }
        form method="post" action={ "/corriger/" (entry.seq) } {
            (form::key(r))
            (form::fields(r, draft))
            div.field {
                label for="c-reason" { (r.word("web.why-correct")) }
                input #c-reason name="_reason" type="text" maxlength="500" value=(r.visit.form.get("_reason")) autocomplete="off";
            }
            div.actions { button.main type="submit" { (r.word("web.correct")) } a href={ "/entree/" (entry.seq) } { (r.word("web.cancel")) } }
        }
    }
}

/// Hands a correction to the desk: every field as it now stands.
pub(crate) fn send(visit: &Visit) -> Shown {
    let (session, entry) = (visit.signed_in()?.clone(), entry(visit)?);
    let kind = declaration(visit, inner_kind(&entry))?;
    let typed = fields(visit, &kind);
    let mut all = typed.clone();
    all.insert("seq".to_owned(), entry.seq.into());
    all.insert("reason".to_owned(), visit.form.get("_reason").into());
    let answer = visit.submit(&session, "correct", all);
    settle(visit, answer, |r, errors, refused| body(r, &entry, &Draft { errors, refused, ..Draft::new(&kind, &typed) }), &kind)
}

/// Hands a reversal to the desk.
pub(crate) fn reverse(visit: &Visit) -> Shown {
    let (session, entry) = (visit.signed_in()?.clone(), entry(visit)?);
    let kind = declaration(visit, "reverse")?;
    let mut all = Map::new();
    all.insert("seq".to_owned(), entry.seq.into());
    for name in ["reason", "paper-back"] {
        let typed = visit.form.get(name);
        if !typed.is_empty() {
            all.insert(name.to_owned(), typed.into());
        }
    }
    let answer = visit.submit(&session, "reverse", all.clone());
    let again = |r: &Reading<'_>, errors: &[_], refused: Option<&_>| {
        let draft = Draft { errors, refused, ..Draft::new(&kind, &all) };
        html! { (form::summary(r, &draft)) p { a.button href={ "/entree/" (entry.seq) } { (r.word("web.back-entry")) } } }
    };
    settle(visit, answer, again, &kind)
}
