//! A table as text for a terminal or a mono-spaced print.

use crate::{Align, Cell, Column, Table, Words};
use unicode_width::UnicodeWidthStr;

/// Draws a table as aligned text: title, headings, rows, notes.
#[must_use]
pub fn draw_text(table: &Table, words: &Words) -> String {
    let headings: Vec<String> = table.columns.iter().map(|column| heading(table, column, words)).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(&row.cells, &table.columns, words)).collect();
    let widths: Vec<usize> =
        (0..headings.len()).map(|at| rows.iter().map(|r| r[at].width()).chain([headings[at].width()]).max().unwrap_or(0)).collect();
    let mut text = String::new();
    let title = words.say(&table.title);
    if !title.is_empty() {
        text.push_str(&title);
        text.push_str("\n\n");
    }
    let line = |cells: &[String]| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).zip(&table.columns).map(|((cell, width), c)| pad(cell, *width, c.align)).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    text.push_str(&line(&headings));
    text.push_str(&format!("{}\n", widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  ")));
    if rows.is_empty() {
        text.push_str(&format!("{}\n", words.word("screen.nothing")));
    }
    rows.iter().for_each(|row| text.push_str(&line(row)));
    if !table.notes.is_empty() {
        text.push('\n');
    }
    table.notes.iter().for_each(|note| text.push_str(&format!("* {}\n", words.say(note))));
    text
}

/// A column's words with its unit.
pub(crate) fn heading(table: &Table, column: &Column, words: &Words) -> String {
    let word = words.heading(&table.title, &column.code);
    match &column.unit {
        Some(unit) => format!("{word} ({})", if unit == "XOF" { "F" } else { unit }),
        None => word,
    }
}

fn cells(cells: &[Cell], columns: &[Column], words: &Words) -> Vec<String> {
    let shown =
        columns.iter().enumerate().map(|(at, column)| cells.get(at).map_or(String::new(), |c| words.cell(c, column.unit.is_some())));
    shown.map(|cell| cut(&cell.replace(['\n', '\r', '\t'], " "))).collect()
}

/// The widest cell of a terminal; `--format csv` and `json` cut nothing.
const WIDEST: usize = 110;

fn cut(cell: &str) -> String {
    if cell.width() <= WIDEST {
        return cell.to_owned();
    }
    let kept: String = cell.chars().take(WIDEST - 1).collect();
    format!("{kept}…")
}

fn pad(cell: &str, width: usize, align: Align) -> String {
    let blank = " ".repeat(width.saturating_sub(cell.width()));
    match align {
        Align::Left => format!("{cell}{blank}"),
        Align::Right => format!("{blank}{cell}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Figure, Language, Said};
    use baara_plugin_api::Amount;

    pub(crate) fn sample() -> Table {
        let mut table =
            Table::new(Said::new("Récolte"), vec![Column::words("crop"), Column::figures_in("weighed", "kg"), Column::figures("money")]);
        table.push("mais", vec![Cell::text("Maïs; grain"), "12500.500 kg".parse::<Amount>().unwrap().into(), Amount::francs(1500).into()]);
        table.push("mil", vec![Cell::text("=Mil"), Figure::whole(-7).into(), Cell::Empty]);
        table.note(Said::new("une note"));
        table
    }

    #[test]
    fn columns_stay_straight() {
        let text = draw_text(&sample(), &Words::new(Language::Fr));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Récolte");
        assert!(lines[4].starts_with("Maïs; grain") && lines[4].ends_with("1\u{202f}500\u{a0}F"), "{text}");
        assert!(lines[4].contains("12\u{202f}500,5"), "{text}");
        assert_eq!(lines[5].find("-7").map(|at| lines[5][..at].width() + 2), lines[4].find(",5").map(|at| lines[4][..at].width() + 2));
        assert!(text.ends_with("* une note\n"));
    }
}
