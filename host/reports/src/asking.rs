//! Asking an open book: periods, facilities, labels, and the entries behind figures.

use crate::Language;
use crate::figures::shown_date;
use crate::statements::{Asked, Scan};
use baara_book::{Entry, TheBook};
use baara_desk::{Desk, Fault};
use baara_plugin_api::{Date, Datelike, Id, Months, Refusal};
use std::cell::RefCell;
use std::sync::mpsc::channel;

/// A stretch of whole months.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period {
    /// As it was asked for: `2020`, `2020-06`, `2020/2021`.
    pub shown: String,
    /// The first day, the first of a month.
    pub from: Date,
    /// The last day, the last of a month.
    pub until: Date,
    /// A crop campaign, April to March.
    pub campaign: bool,
}

impl Period {
    /// Reads `2020`, `2020-06` or `2020/2021`; the year of `today` when nothing is said.
    ///
    /// # Errors
    /// `period/unreadable`.
    pub fn read(text: Option<&str>, today: Date) -> Result<Period, Refusal> {
        let year = today.year().to_string();
        let text = text.unwrap_or(&year);
        let bad = || Refusal::new("period/unreadable").with("came", text);
        let first = |year: &str, month: u32| {
            let fits = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
            year.parse().ok().filter(|_| fits).and_then(|y| Date::from_ymd_opt(y, month, 1))
        };
        let (from, months, campaign) = if let Some((one, two)) = text.split_once('/') {
            let follows = one.parse::<i32>().ok().and_then(|y| y.checked_add(1)) == two.parse().ok();
            (first(one, 4).filter(|_| follows), 12, true)
        } else if let Some((year, month)) = text.split_once('-') {
            (month.parse().ok().filter(|_| month.len() == 2).and_then(|m| first(year, m)), 1, false)
        } else {
            (first(text, 1), 12, false)
        };
        let from = from.ok_or_else(bad)?;
        let until = from.checked_add_months(Months::new(months)).and_then(|d| d.pred_opt()).ok_or_else(bad)?;
        Ok(Period { shown: text.to_owned(), from, until, campaign })
    }
}

/// The facilities that keep this book: those with a committee of their own, else all there are.
#[must_use]
pub fn sites(book: &TheBook) -> Vec<String> {
    let codes = |kind: &str| book.open_of(kind).map(|id| id.code().to_owned()).collect::<Vec<_>>();
    let founded = codes("committee");
    if founded.is_empty() { codes("facility") } else { founded }
}

/// A thing's label in a language; a person's name when it is here. The book's guard is the reader's own.
#[must_use]
pub fn label(desk: &Desk, book: &TheBook, id: &Id, language: Language) -> Option<String> {
    let text = |key: &str| book.text_of(id, key, Date::MAX);
    let english = if language == Language::En { text("label-en") } else { None };
    let Some(words) = english.or_else(|| text("label")).or_else(|| text("name")) else { return of_a_key(desk, book, id, language) };
    if words.starts_with("sealed:") { desk.unsealed(&words).ok().flatten() } else { Some(words) }
}

/// A sharing key has no name of its own: it is told by whose it is and since when.
fn of_a_key(desk: &Desk, book: &TheBook, id: &Id, language: Language) -> Option<String> {
    let key = book.thing(id, Date::MAX).filter(|_| id.kind() == "key")?;
    let unit = label(desk, book, &key.id_of("unit")?, language)?;
    Some(format!("{unit}, {}", shown_date(key.date("from")?, language)))
}

/// The entries whose bytes hold one of some texts, with their leaf hash, read from the journal.
///
/// # Errors
/// When the journal cannot be read.
pub fn entries_with(desk: &Desk, needles: Vec<String>) -> Result<Vec<(Entry, String)>, Fault> {
    let (send, entries) = channel();
    desk.entries(move |bytes, leaf| {
        let text = std::str::from_utf8(bytes).unwrap_or("");
        if needles.iter().any(|n| text.contains(n.as_str())) {
            drop(send.send((bytes.to_vec(), leaf.to_owned())));
        }
    })?;
    Ok(entries.into_iter().filter_map(|(bytes, leaf)| Some((Entry::read(&bytes).ok()?, leaf))).collect())
}

/// The times a statement is asked again because entries came in between.
const TRIES: usize = 4;

/// Asks a statement of an open book, for some facilities; `site` is how they were asked for.
///
/// Entries are read from the journal while nobody holds the world, since the writer may be waiting for
/// it: the statement is asked once to hear which entries it needs, then again with them.
///
/// # Errors
/// When the journal cannot be read.
pub fn ask<T>(desk: &Desk, period: &Period, sites: &[String], site: &str, ask: impl Fn(&Asked<'_>) -> T) -> Result<T, Fault> {
    let asked = |scan: &Scan<'_>| {
        let book = desk.book();
        let (from, until) = (period.from, period.until);
        let (sites, site) = (sites.to_vec(), site.to_owned());
        let asked = Asked { book: &book, scan, period: period.shown.clone(), from, until, sites, site };
        (ask(&asked), book.size())
    };
    let needles = RefCell::new(Vec::new());
    let listen = |wanted: &[String], _: &mut dyn FnMut(&Entry, &str)| needles.borrow_mut().extend_from_slice(wanted);
    let (mut answer, mut size) = asked(&listen);
    let needles = needles.into_inner();
    for _ in 0..TRIES {
        if needles.is_empty() {
            break;
        }
        let entries = entries_with(desk, needles.clone())?;
        let tell = |wanted: &[String], each: &mut dyn FnMut(&Entry, &str)| {
            let own = |entry: &Entry| {
                let text = String::from_utf8(entry.bytes()).unwrap_or_default();
                wanted.iter().any(|n| text.contains(n.as_str()))
            };
            entries.iter().filter(|(entry, _)| own(entry)).for_each(|(entry, leaf)| each(entry, leaf));
        };
        let before = size;
        (answer, size) = asked(&tell);
        if size == before {
            break;
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let read =
            Period::read(Some(text), Date::from_ymd_opt(2021, 2, 3).unwrap()).ok().map(|p| (p.from.to_string(), p.until.to_string()));
        assert_eq!(read, expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{text}");
    }

    #[test]
    fn periods_are_years_months_and_campaigns() {
        check("2020", Some(("2020-01-01", "2020-12-31")));
        check("2020-02", Some(("2020-02-01", "2020-02-29")));
        check("2020/2021", Some(("2020-04-01", "2021-03-31")));
        for bad in ["", "20", "2020-13", "2020-1", "2020/2022", "juin", "2020-06-01"] {
            check(bad, None);
        }
    }
}
