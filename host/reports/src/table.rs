//! A report before it is drawn: columns and rows with stable codes, cells with exact figures.

use crate::Figure;
use baara_plugin_api::{Amount, Date, Id};
use std::collections::BTreeMap;

/// A report: what it is called, what it shows, and what must be said below it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// Its name, `harvest`, and the figures of its heading (period, site).
    pub title: Said,
    /// The columns, in reading order.
    pub columns: Vec<Column>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Row>,
    /// What the reader must know: perimeters, open series, provisional constitution.
    pub notes: Vec<Said>,
}

/// A code with the figures its words show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// The code, looked up in the locale files.
    pub code: String,
    /// The figures, in canonical form.
    pub args: BTreeMap<String, String>,
}

impl Said {
    /// A code without figures.
    #[must_use]
    pub fn new(code: &str) -> Said {
        Said { code: code.to_owned(), args: BTreeMap::new() }
    }

    /// Adds a figure.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl std::fmt::Display) -> Said {
        self.args.insert(key.to_owned(), value.to_string());
        self
    }
}

/// Where a column's text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Figures.
    Right,
}

/// One column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Stable name: JSON key, and the part after the dot in `why harvest mais-grain.weighed`.
    pub code: String,
    /// Where its text stands.
    pub align: Align,
    /// The unit of all its figures, when they share one.
    pub unit: Option<String>,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn words(code: &str) -> Column {
        Column { code: code.to_owned(), align: Align::Left, unit: None }
    }

    /// A column of figures whose unit stands elsewhere, or that have none.
    #[must_use]
    pub fn figures(code: &str) -> Column {
        Column { code: code.to_owned(), align: Align::Right, unit: None }
    }

    /// A column of figures in one unit.
    #[must_use]
    pub fn figures_in(code: &str, unit: &str) -> Column {
        Column { code: code.to_owned(), align: Align::Right, unit: Some(unit.to_owned()) }
    }
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Stable name: the part before the dot in `why harvest mais-grain.weighed`.
    pub code: String,
    /// Its cells, as many as there are columns.
    pub cells: Vec<Cell>,
}

/// One cell. Figures stay exact until they are drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// Text as it is: a name, a number of a series.
    Text(String),
    /// A code with words: a status, a choice.
    Word(String),
    /// A figure without unit of its own.
    Figure(Figure),
    /// A figure with its own unit.
    Amount(Amount),
    /// A civil day.
    Date(Date),
    /// A thing, shown by its label when the reader of the table knows it.
    Thing(Id),
    /// A thing's label alone, also for programs.
    Named(Id),
    /// Yes or no.
    Flag(bool),
    /// A sentence with its figures.
    Said(Said),
}

impl Cell {
    /// A whole number.
    #[must_use]
    pub fn whole(n: i64) -> Cell {
        Cell::Figure(Figure::whole(n))
    }

    /// Text; empty when there is none.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// A cell from a plugin's table: a figure with a decimal point, an amount, a part (`3/10`), an id, a date, the key of
    /// one of its words (`figure.waste`), the code of a choice (`workers`), or words.
    #[must_use]
    pub fn read(text: &str) -> Cell {
        if text.is_empty() {
            return Cell::Empty;
        }
        if let Some(figure) = Figure::parse(text) {
            return Cell::Figure(figure);
        }
        if let Ok(amount) = text.parse::<Amount>() {
            return Cell::Amount(amount);
        }
        if let Ok(date) = text.parse::<Date>() {
            return Cell::Date(date);
        }
        if let Some((part, whole)) = text.split_once('/').filter(|(part, whole)| [part, whole].iter().all(|n| is_whole(n))) {
            return read_part(part, whole).unwrap_or_else(|| Cell::Text(text.to_owned()));
        }
        if text.split_once('.').is_some_and(|(section, code)| [section, code].iter().all(|part| is_code(part))) {
            return Cell::Word(text.to_owned());
        }
        if is_code(text) {
            return Cell::Word(text.to_owned()); // A choice when it has words, else as it stands.
        }
        Id::parse(text).map_or_else(|_| Cell::Text(text.to_owned()), Cell::Thing)
    }
}

/// Hundredths as a share, tenths and thousandths as decimals; thirds stay thirds.
fn read_part(part: &str, whole: &str) -> Option<Cell> {
    if whole == "100" {
        return Some(Cell::Text(format!("{part}\u{a0}%")));
    }
    let is_ten = whole.starts_with('1') && whole[1..].bytes().all(|b| b == b'0');
    let scale = u8::try_from(whole.len() - 1).ok().filter(|_| is_ten)?;
    Some(Cell::Figure(Figure { count: part.parse().ok()?, scale }))
}

fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl From<Figure> for Cell {
    fn from(figure: Figure) -> Cell {
        Cell::Figure(figure)
    }
}

impl From<Amount> for Cell {
    fn from(amount: Amount) -> Cell {
        Cell::Amount(amount)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Cell {
        Cell::Date(date)
    }
}

impl From<Id> for Cell {
    fn from(id: Id) -> Cell {
        Cell::Thing(id)
    }
}

impl Table {
    /// A table with no rows yet.
    #[must_use]
    pub fn new(title: Said, columns: Vec<Column>) -> Table {
        Table { title, columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, code: &str, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "row {code} fits the columns");
        self.rows.push(Row { code: code.to_owned(), cells });
    }

    /// Adds a note.
    pub fn note(&mut self, note: Said) {
        self.notes.push(note);
    }

    /// A plugin's table: its first column names the rows; a name that comes again is numbered, `batch/kon-20-0001#2`.
    #[must_use]
    pub fn of_plugin(title: Said, table: &baara_plugin_api::Table) -> Table {
        // What somebody takes of a whole is told as it was voted: three tenths, not 0.3.
        let cell = |column: &str, text: &str| match Cell::read(text) {
            Cell::Figure(_) if column == "ratio" && text.contains('/') => Cell::text(text),
            read => read,
        };
        let is_figure = |at: usize, code: &str| {
            let mut cells = table.rows.iter().filter_map(|r| r.get(at)).filter(|c| !c.is_empty()).peekable();
            cells.peek().is_some() && cells.all(|c| matches!(cell(code, c), Cell::Figure(_) | Cell::Amount(_)))
        };
        let columns = table.columns.iter().enumerate();
        let columns = columns.map(|(at, code)| if is_figure(at, code) { Column::figures(code) } else { Column::words(code) }).collect();
        let mut drawn = Table::new(title, columns);
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &table.rows {
            let cells = table.columns.iter().enumerate().map(|(at, code)| row.get(at).map_or(Cell::Empty, |c| cell(code, c))).collect();
            let name = row.first().map_or("", String::as_str);
            let times = taken.entry(name).and_modify(|times| *times += 1).or_insert(1);
            let code = if *times == 1 { name.to_owned() } else { format!("{name}#{times}") };
            drawn.push(&code, cells);
        }
        drawn
    }
}
