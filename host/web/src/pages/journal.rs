//! The journal: what was written, newest first.

use crate::answers::Shown;
use crate::layout::page;
use crate::visit::Visit;
use baara_plugin_api::{Date, Id};
use baara_reports::Said;
use maud::html;

/// Entries on one page.
const SHOWN: usize = 40;

/// The newest entries of this facility, by kind and person when asked.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let before = visit.query.get("avant").parse().unwrap_or(u64::MAX);
    let (kind, by) = (visit.query.get("genre").to_owned(), Id::parse(visit.query.get("qui")).ok());
    let mut kinds: Vec<String> = visit.desk().registry().declarations().map(|d| d.kind.clone()).collect();
    Ok(visit.read(|r| {
        let here = |who: &Id| who.site() == session.site || r.book.home(who, Date::MAX) == session.site;
        let fits = |k: &str, who: &Id, _: Date| {
            here(who) && (kind.is_empty() || k.split('/').next() == Some(kind.as_str())) && by.as_ref().is_none_or(|by| by == who)
        };
        let found = r.book.newest(before, SHOWN, fits);
        let last = found.last().map(|m| m.seq);
        kinds.sort_by_cached_key(|k| baara_desk::fold(&r.words.kind(k)));
        let people = super::entrance::people(r, &session.site);
        let title = r.word("web.journal").to_owned();
        let inner = html! {
            h1 { (title) }
            form.filters method="get" action="/journal" {
                div.field { label for="c-genre" { (r.words.column("kind")) } select #c-genre name="genre" {
                    option value="" { (r.word("web.all")) }
                    @for k in &kinds { @let name = k.split('/').next().unwrap_or_default(); option value=(name) selected[name == kind] { (r.words.kind(k)) } }
                } }
                div.field { label for="c-qui" { (r.words.column("by")) } select #c-qui name="qui" {
                    option value="" { (r.word("web.all")) }
                    @for person in &people { option value=(person) selected[by.as_ref() == Some(person)] { (r.label(person)) } }
                } }
                button.other type="submit" { (r.word("web.filter")) }
            }
            @if found.is_empty() { p { (r.word("web.nothing-found")) } }
            ul.cards { @for one in &found {
                li { a href={ "/entree/" (one.seq) } { (r.words.kind(&one.kind)) } br;
                    span.hint { (r.words.value(&one.date.to_string())) " · " (r.label(&one.by)) " · n° " (one.seq) } }
            } }
            @if let Some(last) = last.filter(|_| found.len() == SHOWN) {
                p { a href={ "/journal?avant=" (last) "&genre=" (kind) "&qui=" (by.as_ref().map_or("", Id::as_str)) } { (r.say(&Said::new("web.older"))) } }
            }
        };
        page(r, &title, &inner)
    }))
}
