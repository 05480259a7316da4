//! Reports and the reason of every figure.

use crate::answers::{Problem, Reply, Shown};
use crate::layout::page;
use crate::pages::tables::table;
use crate::visit::{Reading, Visit};
use baara_plugin_api::Refusal;
use baara_reports::statements::{STATEMENTS, statement, why as because};
use baara_reports::{Period, Separated, draw_json, draw_separated};
use maud::{Markup, html};

fn period(visit: &Visit) -> Result<Period, Refusal> {
    let text = Some(visit.query.get("periode")).filter(|text| !text.is_empty());
    Period::read(text, visit.clock().today())
}

/// The reports there are.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.reports").to_owned();
        let inner = html! {
            h1 { (title) }
            ul.cards { @for name in STATEMENTS { li {
                a href={ "/rapports/" (name) } { (r.word(&format!("report-name.{name}"))) } br;
                span.hint { (r.word(&format!("report-lead.{name}"))) }
            } } }
        };
        page(r, &title, &inner)
    }))
}

/// One report, as a page or as a file.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?;
    let name = STATEMENTS.iter().find(|name| **name == visit.param("name")).ok_or(Problem::NotFound)?;
    let period = period(visit)?;
    let sites = [session.site.clone()];
    let drawn =
        baara_reports::ask(visit.desk(), &period, &sites, &session.site, |asked| statement(name, asked))?.ok_or(Problem::NotFound)?;
    match visit.query.get("format") {
        "csv" => {
            let text = visit.read(|r| draw_separated(&drawn, &r.words, Separated { mark: true, codes: false }));
            Ok(Reply::File("text/csv; charset=utf-8", format!("{name}-{}.csv", period.shown.replace('/', "-")), text.into_bytes()))
        }
        "json" => Ok(Reply::Json(200, visit.read(|r| draw_json(&drawn, &r.words)))),
        _ => Ok(visit.read(|r| {
            let title = r.word(&format!("report-name.{name}")).to_owned();
            let reason = |row: &str, column: &str| {
                Some(format!("/pourquoi/{name}/{}?periode={}", part(&format!("{row}.{column}")), part(&period.shown)))
            };
            let inner = html! {
                h1 { (title) }
                (asking(r, name, &period))
                (table(r, &drawn, reason))
                @if drawn.rows.is_empty() { p { (r.word("web.nothing-found")) } }
            };
            page(r, &title, &inner)
        })),
    }
}

/// Part of an address.
fn part(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The period, and the report as a file.
fn asking(r: &Reading<'_>, name: &str, period: &Period) -> Markup {
    html! {
        form.filters.noprint method="get" action={ "/rapports/" (name) } {
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
    let session = visit.signed_in()?;
    let name = STATEMENTS.iter().find(|name| **name == visit.param("name")).ok_or(Problem::NotFound)?;
    let period = period(visit)?;
    let (row, column) = visit.param("cell").rsplit_once('.').ok_or(Problem::NotFound)?;
    let sites = [session.site.clone()];
    let found = baara_reports::ask(visit.desk(), &period, &sites, &session.site, |asked| because(name, asked, row, column))?;
    let found = found.ok_or(Problem::NotFound)?;
    Ok(visit.read(|r| {
        let title = r.word("web.why").to_owned();
        let inner = html! {
            p.hint { a href={ "/rapports/" (name) "?periode=" (part(&period.shown)) } { (r.word(&format!("report-name.{name}"))) } ", " (period.shown) }
            h1 { (title) }
            (table(r, &found, |_, _| None))
        };
        page(r, &title, &inner)
    }))
}
