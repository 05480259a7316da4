//! What all papers share: the letterhead, the marks, the places to sign, and how they are printed.

use crate::layout::facility;
use crate::visit::Reading;
use baara_book::Entry;
use baara_desk::{Desk, Fault};
use baara_plugin_api::{Date, Datelike, Effect, Value};
use baara_reports::Language;
use baara_reports::statements::is_provisional;
use maud::{Markup, html};
use std::sync::mpsc::channel;

/// The entries of a facility, recorded on a day or later, whose bytes hold one of some texts; in order, with their leaf
/// hash.
///
/// Asked before the book is held still.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn kept(desk: &Desk, site: &str, since: Date, needles: Vec<String>) -> Result<Vec<(Entry, String)>, Fault> {
    let (send, entries) = channel();
    let own = format!("\"site\":\"{site}\"");
    desk.entries_since(since, move |bytes, leaf| {
        let text = std::str::from_utf8(bytes).unwrap_or("");
        if text.contains(&own) && needles.iter().any(|n| text.contains(n.as_str())) {
            drop(send.send((bytes.to_vec(), leaf.to_owned())));
        }
    })?;
    let read = entries.into_iter().filter_map(|(bytes, leaf)| Some((Entry::read(&bytes).ok()?, leaf)));
    Ok(read.filter(|(entry, _)| entry.site == site).collect())
}

/// What the bytes of an entry hold that took or gave up the number of a receipt.
pub(crate) const RECEIPTS: &str = "\"series\":\"receipt\"";

/// The numbers an entry took from a host series, as printed; a void one says so.
pub(crate) fn numbers(entry: &Entry, series: &str) -> Vec<(String, bool)> {
    let each = entry.effects.iter().filter_map(|effect| match effect {
        Effect::Number { series: of, year, n, void } if of == series || series.is_empty() => {
            Some((baara_book::allot::number_text(&entry.site, *year, *n), *void))
        }
        _ => None,
    });
    each.collect()
}

/// Whether a cancelled receipt's paper came back, as its cancelling says.
pub(crate) fn paper_back<'w>(r: &'w Reading<'_>, undone: &Entry) -> &'w str {
    r.word(match undone.fields.get("paper-back").and_then(Value::as_str) {
        Some("came-back") => "web.paper-came-back",
        Some(_) => "web.paper-not-back",
        None => "web.paper-not-said",
    })
}

/// A day as papers write it: `12 juin 2020`.
pub(crate) fn long_day(r: &Reading<'_>, day: Date) -> String {
    let (n, month) = (day.day(), r.words.language().month(day.month()));
    let first = n == 1 && r.words.language() == Language::Fr;
    format!("{n}{} {month} {}", if first { "er" } else { "" }, day.year())
}

/// The ministry on the left, the republic on the right: as acts of the administration begin.
pub(crate) fn letterhead(r: &Reading<'_>) -> Markup {
    html! {
        div.letterhead lang="fr" {
            div { (r.word("web.paper-ministry")) span.rule {} (r.word("web.paper-directorate")) span.rule {} strong { (facility(r, r.site())) } }
            div { (r.word("web.paper-republic")) br; em { (r.word("web.paper-motto")) } span.rule {} }
        }
    }
}

/// What every print says of its book: practice, and whose rules still hold.
///
/// A paper of a day before the first minutes were signed stays provisional, whenever it is printed.
pub(crate) fn marks(r: &Reading<'_>, day: Date) -> Markup {
    html! {
        div.marks {
            @if r.visit.desk().is_practice() { p.mark { (r.word("web.paper-practice")) } }
            @if is_provisional(r.book, r.site(), day) { p.mark.soft { (r.word("screen.constitution")) } }
        }
    }
}

/// Places to sign, each with its title.
pub(crate) fn signatures(titles: &[&str]) -> Markup {
    html! { div.signatures { @for title in titles { div { span { (title) } } } } }
}

/// How this paper is printed: a button where scripts run, a sentence where they do not.
pub(crate) fn print(r: &Reading<'_>, main: bool) -> Markup {
    html! {
        button.main[main].other[!main] type="button" data-print hidden { (r.word("web.paper-print")) }
        span.hint.noscript { (r.word("web.paper-print-how")) }
    }
}
