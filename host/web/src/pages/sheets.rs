//! Field sheets to fill in by hand, for where no screen goes; their lines are keyed in a grid afterwards.
//!
//! Their numbers are registered before the first is printed, as those of a bought paper book are; each ends once, and the
//! ones that never came back stand on every sheet that is printed later.

use crate::answers::{Problem, Shown};
use crate::form::{Choice, choices, select};
use crate::layout::page;
use crate::pages::attendance;
use crate::pages::cash::{gaps, numbers_told};
use crate::pages::papers::{letterhead, marks, print, signatures};
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Id, Thing, Value};
use baara_reports::Said;
use maud::{Markup, html};

/// A sheet: its address, what its numbers are registered as, its title, its columns, who signs, the grid that keys it in, and its shape.
struct Sheet {
    name: &'static str,
    numbers: &'static str,
    title: &'static str,
    columns: &'static [&'static str],
    signs: &'static [&'static str],
    grid: &'static str,
    wide: bool,
}

const SHEETS: &[Sheet] = &[
    Sheet {
        name: "pesee",
        numbers: "weighing-sheet",
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
        numbers: "attendance-sheet",
        title: "web.paper-sheet-attendance",
        columns: &["web.sheet-name", "web.sheet-morning", "web.sheet-afternoon", "web.sheet-reason", "web.sheet-sign"],
        signs: &["web.sheet-sign-lead", "web.sheet-sign-guard"],
        grid: "/grille/attendance-one",
        wide: false,
    },
    Sheet {
        name: "perte",
        numbers: "loss-sheet",
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
const MOST: u64 = 20;

/// The registered numbers of this facility's sheets that a grid keys in; all that are open.
pub(crate) fn registered(r: &Reading<'_>, grid: &str) -> Vec<Thing> {
    let of_sheet = SHEETS.iter().find(|sheet| sheet.grid == grid).map_or("", |sheet| sheet.numbers);
    let series = r.book.open_at("series", r.site()).filter_map(|id| r.book.thing(&id, Date::MAX));
    series.filter(|series| !of_sheet.is_empty() && series.text("sheet") == of_sheet).collect()
}

/// Sheets to print; the name says which.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let sheet = SHEETS.iter().find(|sheet| sheet.name == visit.param("what")).ok_or(Problem::NotFound)?;
    Ok(visit.read(|r| {
        let title = r.word(sheet.title).to_owned();
        let all = registered(r, sheet.grid);
        let inner = html! {
            h1.noprint { (title) }
            @if let Some(series) = all.iter().find(|series| series.id.as_str() == r.visit.query.get("serie")).or(all.last()) {
                (run(r, sheet, series, &all))
            } @else {
                p.panel { (r.word("web.sheet-unregistered")) }
                div.actions { (register(r, sheet)) (others(r, sheet)) }
            }
        };
        page(r, &title, &inner)
    }))
}

/// The sheets of some registered numbers, and what is printed next.
fn run(r: &Reading<'_>, sheet: &Sheet, series: &Thing, all: &[Thing]) -> Markup {
    let asked = |name: &str| r.visit.query.get(name).parse::<u64>().ok();
    let copies = asked("n").unwrap_or(1).clamp(1, MOST);
    let (first, last) = bounds(series);
    let next = gaps(series).last.map_or(first, |used| used.saturating_add(1));
    let from = asked("de").unwrap_or(next).max(first);
    let numbers: Vec<u64> = still_open(series, from).take(usize::try_from(copies).unwrap_or(1)).collect();
    let units: Vec<Choice> = choices(r, "attendance", "unit", "any");
    let unit = Id::parse(r.visit.query.get("unit")).ok().filter(|id| units.iter().any(|one| one.value == id.as_str()));
    let team = unit.as_ref().map(|unit| attendance::team(r, unit, r.today)).unwrap_or_default();
    let names: Vec<String> = team.into_iter().map(|(name, person)| format!("{name} ({})", person.code())).collect();
    let runs: Vec<Choice> = all.iter().map(|one| Choice { value: one.id.to_string(), label: r.label(&one.id) }).collect();
    html! {
        div.noprint { (numbers_told(r, series)) }
        form.filters.noprint method="get" action={ "/papiers/feuilles/" (sheet.name) } {
            @if sheet.name == "pointage" {
                div.field { label for="c-unit" { (r.words.field("attendance", "unit")) } (select("c-unit", "unit", None, &units, unit.as_ref().map_or("", Id::as_str), r)) }
            }
            @if runs.len() > 1 {
                div.field { label for="c-serie" { (r.word("web.sheet-series")) } (select("c-serie", "serie", None, &runs, series.id.as_str(), r)) }
            }
            div.field { label for="c-de" { (r.word("web.sheet-first")) " (" (first) "–" (last) ")" } input #c-de name="de" type="text" inputmode="numeric" value=(from); }
            div.field { label for="c-n" { (r.word("web.sheet-copies")) } input #c-n name="n" type="text" inputmode="numeric" value=(copies); }
            button.main type="submit" { (r.word("web.show")) }
        }
        div.actions.noprint {
            (print(r, true)) a href=(sheet.grid) { (r.word("web.sheet-key-in")) }
            @if r.may("series-number") { a href={ "/noter/series-number?series=" (series.id) } { (r.word("web.sheet-ended")) } }
            (register(r, sheet))
            (others(r, sheet))
        }
        @for number in &numbers { (one(r, sheet, series, *number, unit.as_ref(), &names)) }
    }
}

/// The first and the last of the registered numbers.
fn bounds(series: &Thing) -> (u64, u64) {
    let bound = |key: &str| series.values.get(key).and_then(Value::as_u64).unwrap_or_default();
    (bound("from"), bound("to"))
}

/// The numbers from one on that have not ended.
fn still_open(series: &Thing, from: u64) -> impl Iterator<Item = u64> {
    let ended = |n: &u64| series.values.get(&format!("n.{n}")).is_some_and(|end| !end.is_null());
    (from..=bounds(series).1).filter(move |n| !ended(n))
}

/// The way to register numbers for a sheet.
fn register(r: &Reading<'_>, sheet: &Sheet) -> Markup {
    html! { @if r.may("series-register") { a href={ "/noter/series-register?sheet=" (sheet.numbers) } { (r.word("web.sheet-register")) } } }
}

fn others(r: &Reading<'_>, sheet: &Sheet) -> Markup {
    html! { @for other in SHEETS.iter().filter(|other| other.name != sheet.name) { a href={ "/papiers/feuilles/" (other.name) } { (r.word(other.title)) } } }
}

fn one(r: &Reading<'_>, sheet: &Sheet, series: &Thing, number: u64, unit: Option<&Id>, names: &[String]) -> Markup {
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
            (numbers_told(r, series))
            p.hint { (r.say(&Said::new("web.sheet-void"))) }
            (signatures(&signs))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    #[test]
    fn a_number_that_ended_is_not_printed_again() {
        let values = json!({"from": 11, "to": 15, "n.11": "keyed", "n.13": "void", "n.14": null});
        let values = values.as_object().unwrap().clone().into_iter().collect();
        let series = Thing { id: Id::new("series", "kon-pesee"), open: true, since: Date::MIN, values };
        assert_eq!(still_open(&series, 11).collect::<Vec<_>>(), [12, 14, 15]);
        assert_eq!(still_open(&series, 16).count(), 0);
    }
}
