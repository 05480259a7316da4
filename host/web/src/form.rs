//! Forms from declarations: any kind, built in or a plugin's, has its page without a line of its own.

mod choices;
mod lines;

pub(crate) use choices::{Choice, choices, described, leaves};

use crate::visit::{Reading, once_key};
use baara_plugin_api::{Field, FieldError, FieldType, KindDeclaration, Map, Refusal, Value};
use baara_reports::Said;
use maud::{Markup, html};

/// A form as somebody is filling it in.
pub(crate) struct Draft<'d> {
    pub(crate) kind: &'d KindDeclaration,
    /// What was typed so far, as it was typed.
    pub(crate) typed: &'d Map,
    /// What is wrong with it.
    pub(crate) errors: &'d [FieldError],
    /// The book's no.
    pub(crate) refused: Option<&'d Refusal>,
    /// Empty lines offered below those filled in.
    pub(crate) blank: usize,
}

impl<'d> Draft<'d> {
    /// A form nobody has sent yet.
    pub(crate) fn new(kind: &'d KindDeclaration, typed: &'d Map) -> Draft<'d> {
        Draft { kind, typed, errors: &[], refused: None, blank: 3 }
    }

    /// What is wrong with a field, in words.
    fn error(&self, r: &Reading<'_>, path: &str) -> Option<String> {
        self.errors.iter().find(|e| e.field == path).map(|e| error_text(r, self.kind, e))
    }
}

/// What is wrong, and what to do, without the field's name.
pub(crate) fn error_text(r: &Reading<'_>, kind: &KindDeclaration, error: &FieldError) -> String {
    let name = error.field.rsplit('.').find(|part| part.parse::<u32>().is_err()).unwrap_or(&error.field);
    let mut args = error.args.clone();
    args.insert("field".to_owned(), r.words.field(&kind.kind, name));
    let told = r.words.refusal(&Refusal { code: error.code.clone(), args });
    let parts = [told.happened, told.expected, told.attempt];
    let said = parts.iter().filter(|part| !part.is_empty()).map(|part| capital(part)).collect::<Vec<_>>();
    said.join(". ")
}

/// The first letter large, as a sentence begins.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The box on top of a form that was not recorded: every mistake, each a link to its field.
pub(crate) fn summary(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    if draft.errors.is_empty() && draft.refused.is_none() {
        return html! {};
    }
    html! {
        div.problem #probleme role="alert" tabindex="-1" {
            h2 { (r.word("web.problem")) }
            @if !draft.errors.is_empty() {
                ul {
                    @for error in draft.errors {
                        li { a href={ "#" (anchor(&error.field)) } { (field_name(r, draft.kind, &error.field)) (r.words.language().colon()) " " (error_text(r, draft.kind, error)) } }
                    }
                }
            }
            @if let Some(refusal) = draft.refused { (refused(r, refusal)) }
            p { (r.word("web.nothing-recorded")) }
        }
    }
}

/// A refusal in its three parts.
pub(crate) fn refused(r: &Reading<'_>, refusal: &Refusal) -> Markup {
    let told = r.words.refusal(refusal);
    html! {
        p.happened { strong { (capital(&told.happened)) "." } }
        @if !told.expected.is_empty() { p { (r.word("screen.expected")) (r.words.language().colon()) " " (told.expected) "." } }
        @if !told.attempt.is_empty() { p { (r.word("screen.try")) (r.words.language().colon()) " " (told.attempt) "." } }
        p.code { (refusal.code) }
    }
}

/// `lines.2.item` as people read it.
fn field_name(r: &Reading<'_>, kind: &KindDeclaration, path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        [lines, at, inner, ..] => format!("{} {at}, {}", r.words.field(&kind.kind, lines), r.words.field(&kind.kind, inner)),
        _ => r.words.field(&kind.kind, path),
    }
}

/// Where a field stands on the page.
pub(crate) fn anchor(path: &str) -> String {
    format!("c-{}", path.replace('.', "-"))
}

/// What every form carries: its once-only key.
pub(crate) fn key(r: &Reading<'_>) -> Markup {
    let kept = r.visit.form.get("_key");
    let key = if kept.is_empty() { once_key() } else { kept.to_owned() };
    html! { input type="hidden" name="_key" value=(key); }
}

/// All fields of a kind.
pub(crate) fn fields(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    html! { @for one in &draft.kind.fields { (field(r, draft, one)) } }
}

/// One field of a kind, by its declaration.
pub(crate) fn field(r: &Reading<'_>, draft: &Draft<'_>, field: &Field) -> Markup {
    match &field.kind {
        FieldType::Lines { of } => lines::lines(r, draft, field, of),
        _ => single(r, draft, field, &field.name, draft.typed.get(&field.name)),
    }
}

/// A field of a kind by its name: hand-shaped pages choose theirs.
pub(crate) fn named(r: &Reading<'_>, draft: &Draft<'_>, name: &str) -> Markup {
    draft.kind.fields.iter().find(|f| f.name == name).map_or_else(|| html! {}, |one| field(r, draft, one))
}

/// A field that is no list of lines, under its path.
fn single(r: &Reading<'_>, draft: &Draft<'_>, field: &Field, path: &str, value: Option<&Value>) -> Markup {
    let error = draft.error(r, path);
    let id = anchor(path);
    let label = r.words.field(&draft.kind.kind, &field.name);
    let hint = hint(r, draft.kind, field);
    let described = [hint.is_some().then(|| format!("{id}-aide")), error.is_some().then(|| format!("{id}-erreur"))];
    let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let described = (!described.is_empty()).then_some(described);
    let optional = html! { @if !field.required { " " span.optional { (r.word("web.optional")) } } };
    let notes = html! {
        @if let Some(hint) = &hint { span.hint id={ (id) "-aide" } { (hint) } }
        @if let Some(error) = &error { span.error id={ (id) "-erreur" } { span.sr { (r.word("web.error")) } (error) } }
    };
    let group = |legend: Markup, inner: Markup| {
        html! { fieldset.field.wrong[error.is_some()] id=(id) aria-describedby=[described.as_deref()] { legend { (legend) } (notes) (inner) } }
    };
    match &field.kind {
        FieldType::Flag => html! {
            div.field.tick.wrong[error.is_some()] {
                (notes)
                label for=(id) {
                    input id=(id) type="checkbox" name=(path) value="oui" checked[is_yes(value)] aria-describedby=[described.as_deref()];
                    " " (label)
                }
            }
        },
        FieldType::Choice { of } if of.len() <= 6 => {
            let chosen = text(value);
            group(
                html! { (label) (optional) },
                html! {
                    div.choices {
                        @for (at, one) in of.iter().enumerate() {
                            label { input type="radio" name=(path) value=(one) checked[*one == chosen] id=[(at == 0).then(|| format!("{id}-1"))]; " " (capital(&r.words.choice(one))) }
                        }
                    }
                },
            )
        }
        FieldType::Many { of } if matches!(**of, FieldType::Id { .. }) => {
            let FieldType::Id { of: kind } = &**of else { return html! {} };
            let ticked = texts(value);
            group(
                html! { (label) (optional) },
                html! {
                    div.choices {
                        @for one in choices(r, &draft.kind.kind, &field.name, kind) {
                            label { input type="checkbox" name=(path) value=(one.value) checked[ticked.contains(&one.value)]; " " (one.label) }
                        }
                    }
                },
            )
        }
        kind => html! {
            div.field.wrong[error.is_some()] {
                label for=(id) { (label) (optional) }
                (notes)
                @match kind {
                    FieldType::Choice { of } => (select(&id, path, described.as_deref(), &of.iter().map(|c| Choice { value: c.clone(), label: capital(&r.words.choice(c)) }).collect::<Vec<_>>(), &text(value), r)),
                    FieldType::Id { of } => (id_box(r, draft, field, of, &id, path, described.as_deref(), &text(value))),
                    FieldType::Date => input id=(id) name=(path) type="date" value=(text(value)) aria-describedby=[described.as_deref()];,
                    FieldType::Text if is_long(&field.name) => textarea id=(id) name=(path) rows="3" maxlength="500" aria-describedby=[described.as_deref()] { (text(value)) },
                    FieldType::Text => input id=(id) name=(path) type="text" maxlength="500" value=(text(value)) autocomplete="off" aria-describedby=[described.as_deref()];,
                    FieldType::Many { .. } => input id=(id) name=(path) type="text" value=(texts(value).join("; ")) autocomplete="off" aria-describedby=[described.as_deref()];,
                    FieldType::Whole => input.figure id=(id) name=(path) type="text" inputmode="numeric" value=(text(value)) autocomplete="off" aria-describedby=[described.as_deref()];,
                    _ => input.figure id=(id) name=(path) type="text" inputmode="decimal" value=(text(value)) autocomplete="off" aria-describedby=[described.as_deref()];,
                }
            }
        },
    }
}

/// A box for a thing: a list to choose from, or a line to type its code or name in when the list would be too long.
#[expect(clippy::too_many_arguments, reason = "the parts of one control, all of them named")]
fn id_box(
    r: &Reading<'_>,
    draft: &Draft<'_>,
    field: &Field,
    of: &str,
    id: &str,
    path: &str,
    described: Option<&str>,
    value: &str,
) -> Markup {
    let list = choices(r, &draft.kind.kind, &field.name, of);
    if list.is_empty() || list.len() > choices::LONGEST {
        return html! { input id=(id) name=(path) type="text" value=(value) autocomplete="off" aria-describedby=[described]; };
    }
    // The only thing it could be is chosen already.
    let value = if value.is_empty() && field.required && list.len() == 1 { &list[0].value } else { value };
    select(id, path, described, &list, value, r)
}

/// A list to choose one from.
pub(crate) fn select(id: &str, path: &str, described: Option<&str>, list: &[Choice], value: &str, r: &Reading<'_>) -> Markup {
    let known = value.is_empty() || list.iter().any(|c| c.value == value);
    html! {
        select id=(id) name=(path) aria-describedby=[described] {
            option value="" selected[value.is_empty()] { (r.word("web.choose")) }
            @if !known { option value=(value) selected { (value) } }
            @for one in list { option value=(one.value) selected[one.value == value] { (one.label) } }
        }
    }
}

fn hint(r: &Reading<'_>, kind: &KindDeclaration, field: &Field) -> Option<String> {
    let name = kind.kind.split('/').next().unwrap_or_default();
    let own = r.words.find(&format!("hint.{name}.{}", field.name)).or_else(|| r.words.find(&format!("hint.{}", field.name)));
    if let Some(own) = own {
        return Some(own.to_owned());
    }
    let general = match &field.kind {
        FieldType::Money => "web.hint-money",
        FieldType::Quantity { of } => {
            let unit = baara_plugin_api::Id::parse(of).ok().and_then(|item| r.book.measure(&item));
            return Some(match unit {
                Some((unit, _)) => r.say(&Said::new("web.hint-unit").with("unit", unit)),
                None => quantity_hint(r),
            });
        }
        FieldType::Ratio => "web.hint-ratio",
        FieldType::Many { of } if !matches!(**of, FieldType::Id { .. }) => "web.hint-many",
        _ => return None,
    };
    Some(r.word(general).to_owned())
}

/// A number, and the containers that are calibrated here.
fn quantity_hint(r: &Reading<'_>) -> String {
    let names = r
        .book
        .open_at("container", r.site())
        .map(|id| id.code().strip_prefix(r.site()).unwrap_or(id.code()).trim_start_matches('-').to_owned());
    let names: Vec<String> = names.take(4).collect();
    if names.is_empty() {
        r.word("web.hint-quantity").to_owned()
    } else {
        r.say(&Said::new("web.hint-containers").with("names", names.join(", ")))
    }
}

/// Free text that tells a story gets room for it.
fn is_long(name: &str) -> bool {
    matches!(name, "account" | "remark" | "remarks" | "reason" | "motive" | "terms" | "purpose" | "guests" | "work" | "late-reason")
}

fn is_yes(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => matches!(text.as_str(), "oui" | "yes" | "true" | "1"),
        _ => false,
    }
}

/// A value as somebody would type it.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().map(|one| text(Some(one))).collect(),
        Some(Value::String(one)) if !one.is_empty() => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// The day it happened, the decision it uses, and why it comes late: what every kind takes besides its own fields.
pub(crate) fn besides(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let typed = r.visit.form.get("_date");
    let asked = r.visit.query.get("_date");
    let day = [typed, asked].into_iter().find(|d| !d.is_empty()).map_or_else(|| r.today.to_string(), str::to_owned);
    let late = draft.refused.is_some_and(|no| no.code == "entry/late-needs-reason") || draft.typed.contains_key("late-reason");
    let leaves = if leaves::uses(draft.kind) { leaves(r) } else { Vec::new() };
    let refused = draft.refused.is_some_and(|no| no.code.starts_with("leave/"));
    html! {
        @if late {
            div.field {
                label for="c-late-reason" { (r.words.field(&draft.kind.kind, "late-reason")) }
                textarea #c-late-reason name="late-reason" rows="2" maxlength="500" { (text(draft.typed.get("late-reason"))) }
            }
        }
        @if leaves::uses(draft.kind) {
            div.field.wrong[refused] {
                label for="c-leave" { (r.word("web.leave")) }
                span.hint #c-leave-aide { (r.word("web.leave-hint")) }
                (select("c-leave", "_leave", Some("c-leave-aide"), &leaves, [r.visit.form.get("_leave"), r.visit.query.get("_leave")].into_iter().find(|l| !l.is_empty()).unwrap_or(""), r))
            }
        }
        div.field {
            label for="c-date" { (r.word("web.date")) }
            input #c-date name="_date" type="date" value=(day) max=(r.today);
        }
    }
}
