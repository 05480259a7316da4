//! A table as CSV for a spreadsheet in French: semicolons, decimal commas.

use crate::{Cell, Figure, Table, Words};

/// How a table is separated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Separated {
    /// True to begin with a byte-order mark, which old spreadsheets need to read accents.
    pub mark: bool,
    /// True for stable codes in the first line instead of words.
    pub codes: bool,
}

/// Draws a table as CSV. Days are `2020-06-12`; figures have a decimal comma and no groups.
#[must_use]
pub fn draw_separated(table: &Table, words: &Words, how: Separated) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let headings = table.columns.iter().map(|c| if how.codes { c.code.clone() } else { crate::text::heading(table, c, words) });
    let rows = table
        .rows
        .iter()
        .map(|row| row.cells.iter().zip(&table.columns).map(|(c, column)| cell(c, column.unit.is_some(), words)).collect());
    for record in std::iter::once(headings.collect::<Vec<String>>()).chain(rows) {
        writer.write_record(&record).expect("memory takes every record");
    }
    let bytes = writer.into_inner().expect("memory takes every record");
    let text = String::from_utf8(bytes).expect("text in, text out");
    if how.mark { format!("\u{feff}{text}") } else { text }
}

fn cell(cell: &Cell, unit: bool, words: &Words) -> String {
    match cell {
        Cell::Figure(figure) => figure.comma(),
        Cell::Amount(amount) if unit => Figure::from(*amount).comma(),
        Cell::Amount(amount) => format!("{} {}", Figure::from(*amount).comma(), amount.unit()),
        Cell::Date(date) => date.to_string(),
        other => harmless(words.cell(other, unit)),
    }
}

/// Text that a spreadsheet would run as a formula gets an apostrophe before it.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn a_spreadsheet_reads_it_and_runs_nothing() {
        let words = Words::new(Language::Fr);
        let text = draw_separated(&crate::text::tests::sample(), &words, Separated { mark: true, codes: true });
        assert_eq!(text, "\u{feff}crop;weighed;money\r\n\"Maïs; grain\";12500,5;1500 XOF\r\n'=Mil;-7;\r\n");
    }
}
