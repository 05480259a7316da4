//! What several commands need: progress, secrets, facilities, people, periods.

use crate::told::Failure;
use baara_book::TheBook;
use baara_desk::Desk;
use baara_plugin_api::{Date, Id, Refusal};
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
        (Some(only), None) => Ok(only),
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
        (Some(only), None) => Ok(only),
        _ => Err(unknown()),
    }
}

/// A day as people type it.
///
/// # Errors
/// When it is none.
pub(crate) fn day(text: &str) -> Result<Date, Failure> {
    let read = text.parse().ok().or_else(|| Date::parse_from_str(text, "%d/%m/%Y").ok());
    read.ok_or_else(|| Refusal::new("field/not-a-date").with("came", text).into())
}
