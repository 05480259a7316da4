//! Field sheets to fill in by hand, numbered, for where no screen goes; their lines are keyed in a grid afterwards.

use crate::answers::{Problem, Shown};
use crate::form::{Choice, choices, select};
use crate::layout::page;
use crate::pages::attendance;
use crate::pages::papers::{letterhead, marks, print, signatures};
use crate::visit::{Reading, Visit};
use baara_plugin_api::Id;
use baara_reports::Said;
use maud::{Markup, html};

/// A sheet: its address, its letter, its title, its columns, who signs, the grid that keys it in, and its shape.
struct Sheet {
    name: &'static str,
    letter: &'static str,
    title: &'static str,
    columns: &'static [&'static str],
    signs: &'static [&'static str],
    grid: &'static str,
    wide: bool,
}

const SHEETS: &[Sheet] = &[
    Sheet {
        name: "pesee",
        letter: "PE",
        title: "web.paper-sheet-weighing",
        columns: &[
            "web.sheet-day",
            "web.sheet-plot",
            "web.sheet-crop",
            "web.sheet-containers",
            "web.sheet-weight",
            "web.sheet-state",
            "web.sheet-store",
            "web.sheet-remark",
        ],
        signs: &["web.sheet-sign-field", "web.sheet-sign-keeper", "web.sheet-sign-guard"],
        grid: "/grille/harvest",
        wide: true,
    },
    Sheet {
        name: "pointage",
        letter: "PO",
        title: "web.paper-sheet-attendance",
        columns: &["web.sheet-name", "web.sheet-morning", "web.sheet-afternoon", "web.sheet-reason", "web.sheet-sign"],
        signs: &["web.sheet-sign-lead", "web.sheet-sign-guard"],
        grid: "/grille/attendance-one",
        wide: false,
    },
    Sheet {
        name: "perte",
        letter: "PV",
        title: "web.paper-sheet-loss",
        columns: &[
            "web.sheet-day",
            "web.sheet-store",
            "web.sheet-item",
            "web.sheet-lot",
            "web.paper-quantity",
            "web.sheet-cause",
            "web.sheet-remark",
        ],
        signs: &["web.store-keeper", "web.sheet-witness-one", "web.sheet-witness-two"],
        grid: "/grille/loss",
        wide: true,
    },
];

/// Lines on a sheet, as many as the grid takes.
const LINES: usize = 25;

/// Lines on a sheet on its side.
const WIDE_LINES: usize = 13;

/// The most sheets of one print.
const MOST: u32 = 20;

/// Sheets to print; the name says which.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let sheet = SHEETS.iter().find(|sheet| sheet.name == visit.param("what")).ok_or(Problem::NotFound)?;
    let copies = visit.query.get("n").parse().unwrap_or(1).clamp(1, MOST);
    // The minute of printing makes each number a new one.
    let minutes = visit.clock().at() / 60_000;
    Ok(visit.read(|r| {
        let title = r.word(sheet.title).to_owned();
        let units: Vec<Choice> = choices(r, "attendance", "unit", "any");
        let unit = Id::parse(visit.query.get("unit")).ok().filter(|id| units.iter().any(|one| one.value == id.as_str()));
        let team = unit.as_ref().map(|unit| attendance::team(r, unit, r.today)).unwrap_or_default();
        let names: Vec<String> = team.into_iter().map(|(name, person)| format!("{name} ({})", person.code())).collect();
        let inner = html! {
            h1.noprint { (title) }
            form.filters.noprint method="get" action={ "/papiers/feuilles/" (sheet.name) } {
                @if sheet.name == "pointage" {
                    div.field { label for="c-unit" { (r.words.field("attendance", "unit")) } (select("c-unit", "unit", None, &units, unit.as_ref().map_or("", Id::as_str), r)) }
                }
                div.field { label for="c-n" { (r.word("web.sheet-copies")) } input #c-n name="n" type="text" inputmode="numeric" value=(copies); }
                button.main type="submit" { (r.word("web.show")) }
            }
            div.actions.noprint {
                (print(r, true)) a href=(sheet.grid) { (r.word("web.sheet-key-in")) }
                @for other in SHEETS.iter().filter(|other| other.name != sheet.name) { a href={ "/papiers/feuilles/" (other.name) } { (r.word(other.title)) } }
            }
            @for copy in 1..=copies { (one(r, sheet, &number(r.site(), sheet.letter, minutes, copy), unit.as_ref(), &names)) }
        };
        page(r, &title, &inner)
    }))
}

/// `KAY-PE-27A3F-1`: the facility, the sheet, the minute it was printed, which of that print.
fn number(site: &str, letter: &str, minutes: i64, copy: u32) -> String {
    format!("{}-{letter}-{minutes:X}-{copy}", site.to_uppercase())
}

fn one(r: &Reading<'_>, sheet: &Sheet, number: &str, unit: Option<&Id>, names: &[String]) -> Markup {
    let lines = if sheet.wide { WIDE_LINES } else { LINES.max(names.len() + 2) };
    let class = if sheet.wide { "paper a4 wide" } else { "paper a4" };
    let signs: Vec<&str> = sheet.signs.iter().map(|word| r.word(word)).collect();
    html! {
        article class=(class) {
            (letterhead(r))
            h1 { (r.word(sheet.title)) " N° " (number) }
            (marks(r, r.today))
            p { (r.word("web.sheet-where")) " : " @match unit { Some(unit) => strong { (r.label(unit)) }, None => "…………………………………………" } " " (r.word("web.sheet-when")) " : ……… / ……… / 20……" }
            div.scroll tabindex="0" role="region" aria-label=(r.word(sheet.title)) { table.blank {
                thead { tr { th { "N°" } @for column in sheet.columns { th { (r.word(column)) } } } }
                tbody { @for at in 1..=lines { tr {
                    td.right { (at) }
                    @for (column, _) in sheet.columns.iter().enumerate() { td { @if column == 0 { @if let Some(name) = names.get(at - 1) { (name) } } } }
                } } }
            } }
            p.hint { (r.say(&Said::new("web.sheet-void"))) }
            (signatures(&signs))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_of_one_print_have_numbers_of_their_own() {
        assert_eq!(number("kay", "PE", 26_927_000, 1), "KAY-PE-19ADF98-1");
        assert_ne!(number("kay", "PE", 26_927_000, 2), number("kay", "PE", 26_927_001, 2));
    }
}
