//! A report's table on a page: figures to the right, each a link to its reason.

use crate::visit::Reading;
use baara_reports::{Align, Cell, Table};
use maud::{Markup, html};

/// More letters than this are folded: a list of forty lots makes no row of a table.
const LONG: usize = 90;

/// Draws a table; `why` gives the address of a figure's reason.
pub(crate) fn table(r: &Reading<'_>, table: &Table, why: impl Fn(&str, &str) -> Option<String>) -> Markup {
    let columns: Vec<(usize, &baara_reports::Column)> = table.columns.iter().enumerate().collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(r.say(&table.title)) {
            table {
                caption.sr { (r.say(&table.title)) }
                thead { tr { @for (_, column) in &columns {
                    th.right[column.align == Align::Right] scope="col" { (r.words.heading(&table.title, &column.code)) @if let Some(unit) = &column.unit { " (" (unit) ")" } }
                } } }
                tbody { @for row in &table.rows { tr { @for (at, column) in &columns {
                    @let cell = row.cells.get(*at).unwrap_or(&Cell::Empty);
                    @let shown = r.words.cell(cell, column.unit.is_some());
                    td.right[column.align == Align::Right].code-like[is_code(&shown)] {
                        @match (cell, why(&row.code, &column.code)) {
                            (Cell::Figure(_) | Cell::Amount(_), Some(place)) if !shown.is_empty() => a.why href=(place) title=(r.word("web.why")) { (shown) },
                            _ if shown.chars().count() > LONG => details { summary { (shown.chars().take(LONG / 2).collect::<String>()) "…" } (shown) },
                            (Cell::Thing(id), _) => a href={ "/chose/" (id.kind()) "/" (id.code()) } { (shown) },
                            _ => (shown),
                        }
                    }
                } } } }
            }
        }
        @for note in &table.notes { p.hint { (r.say(note)) } }
    }
}

/// A code or a number of a paper is not broken over lines.
fn is_code(shown: &str) -> bool {
    shown.len() <= 16 && shown.contains('-') && !shown.contains(' ')
}
