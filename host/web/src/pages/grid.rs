//! *Grille*: twenty-five lines of one kind, keyed in from a sheet, recorded all together or not at all.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Choice, capital, choices};
use crate::layout::{page, wrong};
use crate::pages::record::declaration;
use crate::pages::sheets::registered;
use crate::visit::{Reading, Visit};
use baara_desk::{Answer, Submission};
use baara_plugin_api::{Date, Field, FieldType, Id, KindDeclaration, Map, Refusal};
use baara_reports::Said;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Lines of a grid, as many as a sheet has.
const LINES: usize = 25;

/// Where what is wrong with the sheet's own number stands among the lines.
const SHEET: usize = 0;

/// What is wrong, by line, in words.
type Wrong = BTreeMap<usize, Vec<(String, String)>>;

/// A kind that fits on one line.
fn fitting(visit: &Visit) -> Result<KindDeclaration, Problem> {
    let kind = declaration(visit, visit.param("kind"))?;
    let simple = kind.fields.iter().all(|field| !matches!(field.kind, FieldType::Lines { .. }));
    if simple { Ok(kind) } else { Err(Problem::NotFound) }
}

/// The empty grid of a kind, or what was recorded a moment ago.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = fitting(visit)?;
    Ok(visit.read(|r| page(r, &title(r, &kind), &body(r, &kind, &Wrong::new()))))
}

fn title(r: &Reading<'_>, kind: &KindDeclaration) -> String {
    format!("{} : {}", r.word("web.sheet-grid"), r.words.kind(&kind.kind))
}

fn name_of(kind: &KindDeclaration) -> &str {
    kind.kind.split('/').next().unwrap_or_default()
}

fn body(r: &Reading<'_>, kind: &KindDeclaration, wrong: &Wrong) -> Markup {
    let name = name_of(kind);
    let recorded = r.visit.query.get("fait");
    let lists: BTreeMap<&str, Vec<(String, String)>> =
        kind.fields.iter().filter_map(|field| Some((field.name.as_str(), list(r, kind, field)?))).collect();
    html! {
        @if !recorded.is_empty() {
            div.banner.done role="status" {
                p { strong { (r.say(&Said::new("web.sheet-recorded").with("n", recorded))) } }
                p { a href={ "/entree/" (r.visit.query.get("de")) } { "n° " (r.visit.query.get("de")) } " – " a href={ "/entree/" (r.visit.query.get("a")) } { "n° " (r.visit.query.get("a")) } }
            }
        }
        @if !wrong.is_empty() {
            div.problem #probleme role="alert" tabindex="-1" {
                h2 { (r.say(&Said::new("web.sheet-wrong").with("n", wrong.len()))) }
                ul { @for (line, errors) in wrong { @for (field, text) in errors {
                    @if *line == SHEET { li { a href="#c-numero" { (r.word("web.sheet-number")) " : " (text) } } }
                    @else { li { a href={ "#" (anchor(*line, if field.is_empty() { &kind.fields[0].name } else { field })) } {
                        (r.word("web.line")) " " (line) @if !field.is_empty() { ", " (r.words.field(name, field)) } " : " (text)
                    } } }
                } } }
                p { (r.word("web.nothing-recorded")) }
            }
        }
        h1 { (title(r, kind)) }
        p { (r.word("web.sheet-lead")) }
        @if !r.may(&kind.kind) { p.panel { (r.word("web.not-yours")) } } @else {
            @for (field, list) in &lists { datalist id={ "liste-" (field) } { @for (value, label) in list { option value=(value) { @if label != value { (label) } } } } }
            form method="post" action={ "/grille/" (name) } data-draft=[(!kind.fields.iter().any(|f| f.sealed)).then(|| title(r, kind))] {
                (form::key(r))
                (sheet(r, name))
                div.scroll.grid tabindex="0" role="region" aria-label=(title(r, kind)) { table {
                    thead { tr {
                        th scope="col" { "N°" } th scope="col" { (r.word("web.paper-date")) }
                        @for field in &kind.fields { th scope="col" { (r.words.field(name, &field.name)) @if !field.required { " " span.optional { (r.word("web.optional")) } } } }
                    } }
                    tbody { @for line in 1..=LINES { tr.bad[wrong.contains_key(&line)] {
                        td.n { (line) }
                        td { input type="date" name={ (line) "._date" } max=(r.today) value=(typed(r, line, "_date")) aria-label={ (r.word("web.line")) " " (line) ", " (r.word("web.paper-date")) }; }
                        @for field in &kind.fields { td { (cell(r, kind, field, line, lists.contains_key(field.name.as_str()))) } }
                    } } }
                } }
                p.hint { (r.word("web.sheet-same")) }
                div.actions { button.main type="submit" { (r.word("web.sheet-record")) } a href="/" { (r.word("web.cancel")) } }
            }
        }
    }
}

/// Which of the registered sheets these lines were written on, where there are any.
fn sheet(r: &Reading<'_>, name: &str) -> Markup {
    let runs: Vec<Choice> =
        registered(r, &format!("/grille/{name}")).iter().map(|one| Choice { value: one.id.to_string(), label: r.label(&one.id) }).collect();
    let asked = r.visit.form.get("serie");
    let chosen = if asked.is_empty() { runs.last().map_or("", |run| run.value.as_str()) } else { asked };
    html! {
        @if !runs.is_empty() {
            div.pair {
                div.field { label for="c-serie" { (r.word("web.sheet-series")) } (form::select("c-serie", "serie", None, &runs, chosen, r)) }
                div.field { label for="c-numero" { (r.word("web.sheet-number")) } input #c-numero.figure name="numero" type="text" inputmode="numeric" autocomplete="off" value=(r.visit.form.get("numero")); }
            }
        }
    }
}

fn anchor(line: usize, field: &str) -> String {
    format!("g-{line}-{field}")
}

fn typed<'v>(r: &'v Reading<'_>, line: usize, field: &str) -> &'v str {
    r.visit.form.get(&format!("{line}.{field}"))
}

/// What may be written in a column that names things: codes, each with its label.
fn list(r: &Reading<'_>, kind: &KindDeclaration, field: &Field) -> Option<Vec<(String, String)>> {
    let FieldType::Id { of } = &field.kind else { return None };
    let site = format!("{}-", r.site());
    // Labels of stores or plots repeat from facility to facility; codes do not.
    let value = |id: &str| match Id::parse(id) {
        Ok(id) if of != "any" => id.code().strip_prefix(site.as_str()).unwrap_or(id.code()).to_owned(),
        _ => id.to_owned(),
    };
    Some(choices(r, &kind.kind, &field.name, of).into_iter().map(|one| (value(&one.value), one.label)).collect())
}

fn cell(r: &Reading<'_>, kind: &KindDeclaration, field: &Field, line: usize, listed: bool) -> Markup {
    let (id, name) = (anchor(line, &field.name), format!("{line}.{}", field.name));
    let label = format!("{} {line}, {}", r.word("web.line"), r.words.field(&kind.kind, &field.name));
    let value = typed(r, line, &field.name);
    let list = listed.then(|| format!("liste-{}", field.name));
    html! {
        @match &field.kind {
            FieldType::Choice { of } => select id=(id) name=(name) aria-label=(label) {
                option value="" {}
                @for one in of { option value=(one) selected[one == value] { (capital(&r.words.choice(one))) } }
            },
            FieldType::Flag => input id=(id) name=(name) type="checkbox" value="oui" checked[value == "oui"] aria-label=(label);,
            FieldType::Date => input id=(id) name=(name) type="date" value=(value) aria-label=(label);,
            FieldType::Text | FieldType::Id { .. } | FieldType::Many { .. } => input id=(id) name=(name) type="text" maxlength="500" list=[list] value=(value) autocomplete="off" aria-label=(label);,
            _ => input id=(id) name=(name) type="text" inputmode="decimal" value=(value) autocomplete="off" aria-label=(label);,
        }
    }
}

/// The lines that were filled in: the number of each, its day and its fields.
fn filled(visit: &Visit, kind: &KindDeclaration) -> Vec<(usize, String, Map)> {
    let line = |at: usize| {
        let mut fields = Map::new();
        for field in &kind.fields {
            let value = visit.form.get(&format!("{at}.{}", field.name));
            if !value.is_empty() {
                fields.insert(field.name.clone(), value.into());
            }
        }
        (at, visit.form.get(&format!("{at}._date")).to_owned(), fields)
    };
    (1..=LINES).map(line).filter(|(.., fields)| !fields.is_empty()).collect()
}

/// The once-only key of a line: the form's own with the line's number in its last digits.
///
/// A form without a key gets new ones from the desk.
fn key_of(key: &str, line: usize) -> String {
    if key.is_empty() {
        return String::new();
    }
    let head: String = key.chars().take(key.chars().count().saturating_sub(4)).collect();
    format!("{head}{line:04x}")
}

/// A day as typed or as the browser sends it; none is today, which the desk puts.
fn day(text: &str) -> Result<Option<Date>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().ok().or_else(|| Date::parse_from_str(text, "%d/%m/%Y").ok());
    day.map(Some).ok_or_else(|| Refusal::new("field/not-a-date").with("came", text))
}

/// The number of the sheet, as ended by its lines.
fn keyed(visit: &Visit) -> Map {
    let fields = [("series", visit.form.get("serie")), ("number", visit.form.get("numero")), ("ended", "keyed")];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// Hands all lines to the desk as one batch, with the number of the sheet they stand on.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = fitting(visit)?;
    let lines = filled(visit, &kind);
    let (mut bad, mut status) = (Wrong::new(), 422);
    let (mut subs, mut numbers) = (Vec::new(), Vec::new());
    let (mut date, written) = (None, lines.len());
    for (at, text, fields) in lines {
        match day(&text) {
            // A day written once holds for the lines below it.
            Ok(own) => date = own.or(date),
            Err(refusal) => {
                let told = visit.read(|r| told(r, &refusal));
                bad.entry(at).or_default().push(("_date".to_owned(), told));
            }
        }
        let mut sub = Submission { clock: visit.clock(), date, ..Submission::new(&session.site, &kind.kind, &session.person, fields) };
        sub.id = key_of(visit.form.get("_key"), at);
        subs.push(sub);
        numbers.push(at);
    }
    if subs.is_empty() {
        return Ok(Reply::See(format!("/grille/{}", name_of(&kind))));
    }
    let of_sheet = declaration(visit, "series-number")?;
    if !visit.form.get("numero").is_empty() {
        // Keyed with its lines or not at all: the number of a sheet ends once.
        let mut sub = Submission { clock: visit.clock(), ..Submission::new(&session.site, &of_sheet.kind, &session.person, keyed(visit)) };
        sub.id = key_of(visit.form.get("_key"), SHEET);
        subs.push(sub);
        numbers.push(SHEET);
    }
    if bad.is_empty() {
        let answers = visit.desk().submit_whole(subs);
        if !answers.iter().any(Answer::is_no) {
            let seqs: Vec<u64> = answers.iter().filter_map(Answer::seq).collect();
            let (first, last) = (seqs.iter().min().copied().unwrap_or(0), seqs.iter().max().copied().unwrap_or(0));
            return Ok(Reply::See(format!("/grille/{}?fait={written}&de={first}&a={last}", name_of(&kind))));
        }
        for (answer, at) in answers.into_iter().zip(numbers) {
            match answer {
                Answer::Fault(fault) => return Err(fault.into()),
                Answer::Fields(errors) => visit.read(|r| {
                    let kind = if at == SHEET { &of_sheet } else { &kind };
                    let all = errors.iter().map(|e| (e.field.clone(), form::error_text(r, kind, e)));
                    bad.entry(at).or_default().extend(all);
                }),
                Answer::Refused(refusal) => {
                    status = status_of(Some(&refusal)); // Each line is of the same kind and person.
                    let text = visit.read(|r| told(r, &refusal));
                    bad.entry(at).or_default().push((String::new(), text));
                }
                Answer::Recorded(_) | Answer::Waiting(_) => {}
            }
        }
    }
    Ok(visit.read(|r| wrong(r, status, &title(r, &kind), &body(r, &kind, &bad))))
}

/// A refusal in one line, with its code as every page of a refusal has it.
fn told(r: &Reading<'_>, refusal: &Refusal) -> String {
    let told = r.words.refusal(refusal);
    let parts = [told.happened, told.expected, told.attempt];
    let text = parts.iter().filter(|part| !part.is_empty()).map(|part| capital(part)).collect::<Vec<_>>().join(". ");
    format!("{text} ({})", refusal.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_key_of_its_own_that_is_the_same_next_time() {
        let key = "019ab23c-4d5e-7f60-8123-456789abcdef";
        assert_eq!(key_of(key, 1), "019ab23c-4d5e-7f60-8123-456789ab0001");
        assert_eq!(key_of(key, 25), "019ab23c-4d5e-7f60-8123-456789ab0019");
        assert_eq!(key_of("", 3), "");
    }

    #[test]
    fn a_day_is_read_as_browsers_and_people_write_it() {
        let day_of = |text: &str| day(text).map(|day| day.map(|day| day.to_string()));
        assert_eq!(day_of(""), Ok(None));
        assert_eq!(day_of("2020-03-02"), Ok(Some("2020-03-02".to_owned())));
        assert_eq!(day_of("02/03/2020"), Ok(Some("2020-03-02".to_owned())));
        assert!(day_of("demain").is_err());
    }
}
