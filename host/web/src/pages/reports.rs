//! Reports and the reason of every figure: the host's own, and those that plugins draw.

use crate::answers::{Problem, Reply, Shown};
use crate::form::{self, Draft};
use crate::layout::{page, wrong};
use crate::pages::tables::table;
use crate::visit::{Reading, Visit};
use baara_plugin_api::{FieldError, KindDeclaration, Map, Refusal};
use baara_reports::statements::{STATEMENTS, statement, why as because};
use baara_reports::{NotDrawn, Period, PluginAsked, Separated, Table, draw_json, draw_separated, plugin_form, plugin_forms};
use maud::{Markup, html};

/// A report that somebody asks for: one of the host's own, or a plugin's with its form.
enum Asked {
    Own(&'static str),
    Plugin(KindDeclaration),
}

impl Asked {
    fn read(visit: &Visit) -> Result<Asked, Problem> {
        let name = visit.param("name");
        let own = STATEMENTS.iter().find(|own| **own == name).map(|own| Asked::Own(own));
        own.or_else(|| plugin_form(visit.desk(), name).map(Asked::Plugin)).ok_or(Problem::NotFound)
    }

    fn title(&self, r: &Reading<'_>) -> String {
        match self {
            Asked::Own(name) => r.word(&format!("report-name.{name}")).to_owned(),
            Asked::Plugin(form) => r.words.table(&form.kind),
        }
    }

    /// What was typed into the form of a plugin's table.
    fn typed(&self, visit: &Visit) -> Map {
        match self {
            Asked::Own(_) => Map::new(),
            Asked::Plugin(form) => visit.query.form(&form.fields),
        }
    }

    /// True when a plugin's table waits for its form to be filled in.
    fn is_blank(&self, typed: &Map) -> bool {
        matches!(self, Asked::Plugin(form) if typed.is_empty() && form.fields.iter().any(|field| field.required))
    }
}

fn period(visit: &Visit) -> Result<Period, Refusal> {
    period_in(visit, "periode")
}

fn period_in(visit: &Visit, field: &str) -> Result<Period, Refusal> {
    let text = Some(visit.query.get(field)).filter(|text| !text.is_empty());
    Period::read(text, visit.clock().today())
}

/// The reports there are.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let forms = plugin_forms(visit.desk());
    Ok(visit.read(|r| {
        let title = r.word("web.reports").to_owned();
        let inner = html! {
            h1 { (title) }
            ul.cards { @for name in STATEMENTS { li {
                a href={ "/rapports/" (name) } { (r.word(&format!("report-name.{name}"))) } br;
                span.hint { (r.word(&format!("report-lead.{name}"))) }
            } } }
            @if !forms.is_empty() {
                h2 { (r.word("web.reports-of-plugins")) }
                ul.cards { @for form in &forms { li { a href={ "/rapports/" (name_of(form)) } { (r.words.table(&form.kind)) } } } }
            }
        };
        page(r, &title, &inner)
    }))
}

fn name_of(form: &KindDeclaration) -> &str {
    form.kind.split('/').next().unwrap_or_default()
}

/// What became of a question.
pub(crate) enum Answer<T> {
    Drawn(T),
    /// The form of a plugin's table is not filled in well.
    Fields(Vec<FieldError>),
    /// The plugin says no.
    Refused(Refusal),
}

/// Asks the host's own report, or a plugin's table.
fn ask<T>(
    visit: &Visit,
    asked: &Asked,
    period: &Period,
    own: impl Fn(&str, &baara_reports::statements::Asked<'_>) -> Option<T>,
    of_plugin: impl FnOnce(&PluginAsked<'_>, &KindDeclaration) -> Result<Option<T>, NotDrawn>,
) -> Result<Answer<T>, Problem> {
    let session = visit.signed_in()?;
    let drawn = match asked {
        Asked::Own(name) => {
            let sites = [session.site.clone()];
            baara_reports::ask(visit.desk(), period, &sites, &session.site, |asked| own(name, asked))?
        }
        Asked::Plugin(form) => {
            let typed = asked.typed(visit);
            let of = PluginAsked::about(&session.site, &session.person, Some(period), visit.clock().today(), &typed);
            match of_plugin(&of, form) {
                Ok(drawn) => drawn,
                Err(NotDrawn::Fields(errors)) => return Ok(Answer::Fields(errors)),
                Err(NotDrawn::Refused(no)) => return Ok(Answer::Refused(no)),
            }
        }
    };
    drawn.map(Answer::Drawn).ok_or(Problem::NotFound)
}

/// A report's table, drawn for whoever is signed in.
fn drawn(visit: &Visit, asked: &Asked, period: &Period) -> Result<Answer<Table>, Problem> {
    ask(visit, asked, period, statement, |of, form| of.draw(visit.desk(), form).map(Some))
}

/// The report or table a program asks for, of `period`.
pub(crate) fn for_a_program(visit: &Visit) -> Result<Answer<Table>, Problem> {
    drawn(visit, &Asked::read(visit)?, &period_in(visit, "period")?)
}

/// One report, as a page or as a file.
pub(crate) fn show(visit: &Visit) -> Shown {
    let asked = Asked::read(visit)?;
    let period = period(visit)?;
    let typed = asked.typed(visit);
    if asked.is_blank(&typed) || visit.query.has("_more") {
        return Ok(visit.read(|r| page(r, &asked.title(r), &body(r, &asked, &period, &typed, &Answer::Fields(Vec::new())))));
    }
    let answer = drawn(visit, &asked, &period)?;
    match (&answer, visit.query.get("format")) {
        (Answer::Drawn(drawn), "csv") => {
            let text = visit.read(|r| draw_separated(drawn, &r.words, Separated { mark: true, codes: false }));
            let name = format!("{}-{}.csv", visit.param("name"), period.shown.replace('/', "-"));
            Ok(Reply::File("text/csv; charset=utf-8", name, text.into_bytes()))
        }
        (Answer::Drawn(drawn), "json") => Ok(Reply::Json(200, visit.read(|r| draw_json(drawn, &r.words)))),
        (Answer::Drawn(_), _) => Ok(visit.read(|r| page(r, &asked.title(r), &body(r, &asked, &period, &typed, &answer)))),
        (Answer::Fields(_) | Answer::Refused(_), _) => {
            Ok(visit.read(|r| wrong(r, 422, &asked.title(r), &body(r, &asked, &period, &typed, &answer))))
        }
    }
}

fn body(r: &Reading<'_>, asked: &Asked, period: &Period, typed: &Map, answer: &Answer<Table>) -> Markup {
    let query = asked_again(r.visit, asked, period);
    let reason =
        |row: &str, column: &str| Some(format!("/pourquoi/{}/{}?{query}", r.visit.param("name"), part(&format!("{row}.{column}"))));
    html! {
        h1 { (asked.title(r)) }
        (asking(r, asked, period, typed, answer))
        @if let Answer::Drawn(drawn) = answer {
            (table(r, drawn, reason))
            @if drawn.rows.is_empty() { p { (r.word("web.nothing-found")) } }
        }
    }
}

/// The same question as part of an address.
fn asked_again(visit: &Visit, asked: &Asked, period: &Period) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("periode", &period.shown);
    if let Asked::Plugin(_) = asked {
        let ours = |name: &str| matches!(name, "periode" | "format" | "_more");
        visit.query.iter().filter(|(name, value)| !ours(name) && !value.is_empty()).for_each(|(name, value)| {
            query.append_pair(name, value);
        });
    }
    query.finish()
}

/// Part of an address.
fn part(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The period, what a plugin's table asks besides, and the report as a file.
fn asking(r: &Reading<'_>, asked: &Asked, period: &Period, typed: &Map, answer: &Answer<Table>) -> Markup {
    let (errors, refused) = match answer {
        Answer::Drawn(_) => (&[][..], None),
        Answer::Fields(errors) => (&errors[..], None),
        Answer::Refused(no) => (&[][..], Some(no)),
    };
    let blank = if r.visit.query.has("_more") { 5 } else { 1 };
    let draft = match asked {
        Asked::Own(_) => None,
        Asked::Plugin(form) => Some(Draft { errors, refused, blank, ..Draft::new(form, typed) }),
    };
    html! {
        @if let Some(draft) = &draft { (form::summary(r, draft)) }
        form.filters.noprint method="get" action={ "/rapports/" (r.visit.param("name")) } {
            @if let Some(draft) = &draft { (form::fields(r, draft)) }
            div.field {
                label for="c-periode" { (r.word("web.period")) }
                span.hint #c-periode-aide { (r.word("web.period-hint")) }
                input #c-periode name="periode" type="text" value=(period.shown) autocomplete="off" aria-describedby="c-periode-aide";
            }
            button.main type="submit" { (r.word("web.show")) }
            button.other type="submit" name="format" value="csv" { "CSV" }
        }
    }
}

/// Why a figure is what it is.
pub(crate) fn why(visit: &Visit) -> Shown {
    let asked = Asked::read(visit)?;
    let period = period(visit)?;
    let (row, column) = visit.param("cell").rsplit_once('.').ok_or(Problem::NotFound)?;
    let found =
        ask(visit, &asked, &period, |name, asked| because(name, asked, row, column), |of, form| of.why(visit.desk(), form, row, column))?;
    let found = match found {
        Answer::Drawn(found) => found,
        Answer::Refused(no) => return Err(no.into()),
        Answer::Fields(_) => return Err(Problem::NotFound),
    };
    let query = asked_again(visit, &asked, &period);
    Ok(visit.read(|r| {
        let title = r.word("web.why").to_owned();
        let inner = html! {
            p.hint { a href={ "/rapports/" (visit.param("name")) "?" (query) } { (asked.title(r)) } ", " (period.shown) }
            h1 { (title) }
            (table(r, &found, |_, _| None))
        };
        page(r, &title, &inner)
    }))
}
