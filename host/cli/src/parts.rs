//! What several commands need: progress, secrets, facilities, people, periods.

use crate::told::Failure;
use baara_book::TheBook;
use baara_desk::Desk;
use baara_plugin_api::{Date, Datelike, Id, Months, Refusal};
use baara_reports::Words;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{BufRead, IsTerminal, Write};

/// A progress bar on a terminal, nothing elsewhere.
pub(crate) fn progress(words: &Words, code: &str, total: Option<u64>) -> ProgressBar {
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::no_length(),
    };
    let shape = if total.is_some() { "{msg} [{bar:30}] {pos}/{len}" } else { "{msg} {pos}" };
    bar.set_style(ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.set_message(words.word(code).to_owned());
    let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    bar.set_draw_target(target);
    bar
}

/// Asks for a line without showing what is typed; `None` when nobody answers.
pub(crate) fn ask(prompt: &str) -> Option<String> {
    let hide = |how: &str| drop(std::process::Command::new("stty").arg(how).status());
    let shown = std::io::stdin().is_terminal();
    if shown {
        eprint!("{prompt}");
        let _ = std::io::stderr().flush(); // The question may be lost, not the answer.
        hide("-echo");
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if shown {
        hide("echo");
        eprintln!();
    }
    read.ok().filter(|n| *n > 0).map(|_| line.trim_end_matches(['\n', '\r']).to_owned())
}

/// The facilities that keep this book: those with a committee of their own, else all there are.
pub(crate) fn sites(book: &TheBook) -> Vec<String> {
    let founded: Vec<String> = book.open_of("committee").map(|id| id.code().to_owned()).collect();
    if founded.is_empty() { book.open_of("facility").map(|id| id.code().to_owned()).collect() } else { founded }
}

/// A person by id, code, or code without the site when only one has it.
///
/// # Errors
/// When nobody, or several, are meant.
pub(crate) fn person(desk: &Desk, named: &str) -> Result<Id, Failure> {
    let book = desk.book();
    let code = named.strip_prefix("person/").unwrap_or(named);
    let unknown = || Failure::from(Refusal::new("person/unknown").with("person", named));
    let id = Id::parse(&format!("person/{code}")).map_err(|_| unknown())?;
    if book.thing(&id, Date::MAX).is_some() {
        return Ok(id);
    }
    let ending = format!("-{code}");
    let mut alike = book.open_of("person").filter(|p| p.code().ends_with(&ending));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Ok(only.clone()),
        _ => Err(unknown()),
    }
}

/// An id as typed, or the only thing with that code.
///
/// # Errors
/// When it is not in the book.
pub(crate) fn thing(book: &TheBook, named: &str) -> Result<Id, Failure> {
    let unknown = || Failure::from(Refusal::new("thing/unknown").with("thing", named));
    if let Ok(id) = Id::parse(named) {
        let place = !book.holdings_of(&id).is_empty();
        return if place || book.thing(&id, Date::MAX).is_some() { Ok(id) } else { Err(unknown()) };
    }
    let mut alike = book.names().filter(|id| id.code() == named && book.thing(id, Date::MAX).is_some());
    match (alike.next(), alike.next()) {
        (Some(only), None) => Ok(only.clone()),
        _ => Err(unknown()),
    }
}

/// A stretch of whole months.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Period {
    /// The first day.
    pub(crate) from: Date,
    /// The last day.
    pub(crate) until: Date,
    /// A crop campaign, April to March.
    pub(crate) campaign: bool,
}

/// Reads `2020`, `2020-06` or `2020/2021`; the current year when nothing is said.
///
/// # Errors
/// When it is none of them.
pub(crate) fn period(text: Option<&str>, today: Date) -> Result<Period, Failure> {
    let year = today.year().to_string();
    let text = text.unwrap_or(&year);
    let bad = || Failure::from(Refusal::new("period/unreadable").with("came", text));
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
    Ok(Period { from, until, campaign })
}

/// A day as people type it.
///
/// # Errors
/// When it is none.
pub(crate) fn day(text: &str) -> Result<Date, Failure> {
    let read = text.parse().ok().or_else(|| Date::parse_from_str(text, "%d/%m/%Y").ok());
    read.ok_or_else(|| Refusal::new("field/not-a-date").with("came", text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let read = period(Some(text), Date::from_ymd_opt(2021, 2, 3).unwrap()).ok().map(|p| (p.from.to_string(), p.until.to_string()));
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
