//! What *Aujourd'hui* shows to who writes nothing: the inspector, who reads everything, and the administrator, who keeps the machine.

use crate::answers::Problem;
use crate::layout::sign;
use crate::pages::{cash, entrance, health, visas};
use crate::sessions::Session;
use crate::visit::{Reading, Visit};
use baara_book::Entry;
use baara_desk::Codes;
use baara_plugin_api::{Date, Days, Id};
use baara_reports::Said;
use maud::{Markup, html};
use std::sync::mpsc::channel;

/// How far back late entries are told, in days.
const RECENT: u64 = 31;

/// How many lines of each list are shown; the rest is in the reports.
const SHOWN: usize = 5;

/// What an administrator watches over though others decide it: who may come in, in which role, with which plugin.
const WATCHED: &[&str] = &["person", "role-give", "role-take", "secret-reset", "code-list", "pin", "config"];

/// What must be asked before the book is held still, for the homes of these roles; nothing for all others.
pub(crate) struct Asked {
    inspector: Option<Inspected>,
    administrator: Option<Kept>,
}

/// What the journal answers.
struct Inspected {
    last: Option<(Entry, String)>,
    late: Vec<Entry>,
}

/// What the machine and the file of people answer.
struct Kept {
    health: health::State,
    without: Vec<Id>,
    used_up: Vec<Id>,
}

impl Asked {
    /// Asks for whoever is signed in.
    pub(crate) fn of(visit: &Visit, session: &Session) -> Result<Asked, Problem> {
        let has = |role: &str| session.roles.iter().any(|own| own.code() == role);
        Ok(Asked {
            inspector: if has("inspector") { Some(Inspected::of(visit, &session.site)?) } else { None },
            administrator: if has("administrator") { Some(Kept::of(visit, &session.site)?) } else { None },
        })
    }

    /// The sections of a home, after what everybody sees.
    pub(crate) fn show(&self, r: &Reading<'_>) -> Markup {
        html! {
            @if let Some(inspected) = &self.inspector { (inspected.show(r)) }
            @if let Some(kept) = &self.administrator { (kept.show(r)) }
        }
    }

    /// The tiles that lead these roles on.
    pub(crate) fn tiles(&self, r: &Reading<'_>) -> Markup {
        let tile = |mark: &str, word: &str, to: &str| html! { a.tile href=(to) { (sign(mark)) strong { (r.word(word)) } } };
        html! {
            @if self.inspector.is_some() {
                (tile("pointage", "report-name.exceptions", "/rapports/exceptions"))
                (tile("depense", "web.journal", "/journal"))
            }
            @if self.administrator.is_some() { (tile("rapport", "web.health", "/sante")) }
            @if self.inspector.is_some() || self.administrator.is_some() { (tile("reunion", "web.who", "/qui-peut-quoi")) }
        }
    }
}

impl Inspected {
    fn of(visit: &Visit, site: &str) -> Result<Inspected, Problem> {
        let size = visit.desk().book().size();
        let last = visit.desk().entry(size)?;
        let since = visit.clock().today().checked_sub_days(Days::new(RECENT)).unwrap_or(Date::MIN);
        let (send, came) = channel();
        visit.desk().entries_since(since, move |bytes, _| {
            // Whoever writes late says why: this name finds their entries among all others.
            if bytes.windows(LATE.len()).any(|part| part == LATE.as_bytes()) {
                drop(send.send(bytes.to_vec()));
            }
        })?;
        let late = came.into_iter().filter_map(|bytes| Entry::read(&bytes).ok());
        let mut late: Vec<Entry> = late.filter(|entry| entry.site == site && entry.fields.contains_key("late-reason")).collect();
        late.reverse();
        Ok(Inspected { last, late })
    }

    fn show(&self, r: &Reading<'_>) -> Markup {
        let changed = changed(r);
        let lapsed: Vec<Id> =
            r.book.open_at("count", r.site()).filter(|id| r.book.text_of(id, "state", Date::MAX).as_deref() == Some("lapsed")).collect();
        let missing = cash::missing_numbers(r);
        let day = |date: Date| r.words.value(&date.to_string());
        html! {
            section {
                h2 { (r.word("web.home-journal")) }
                dl.facts {
                    dt { (r.word("web.entries")) } dd { (r.words.value(&r.book.size().to_string())) }
                    @if let Some((entry, leaf)) = &self.last {
                        dt { (r.word("web.health-last")) } dd { "n° " (entry.seq) ", " (day(entry.date)) br; span.code { (r.word("web.code")) " " (leaf.get(..16).unwrap_or(leaf)) } }
                    }
                }
            }
            (list(r, "web.home-late", &self.late, |entry| html! {
                a href={ "/entree/" (entry.seq) } { (r.words.kind(super::entry::inner_kind(entry))) } br;
                span.hint { (day(entry.date)) " · " (r.label(&entry.by.0)) " · n° " (entry.seq) }
            }))
            @if self.late.len() > SHOWN { p { a href="/rapports/late" { (r.word("report-name.late")) " (" (self.late.len()) ")" } } }
            (list(r, "web.home-changed", &changed, |(before, after)| html! {
                a href={ "/entree/" (after) } { (r.say(&Said::new("web.home-changed-by").with("before", before).with("after", after))) }
            }))
            (list(r, "web.home-lapsed", &lapsed, |id| html! {
                a href={ "/chose/count/" (id.code()) } { (crate::form::described(r, id)) }
            }))
            (list(r, "web.home-missing", &missing, |(label, numbers)| html! { (label) (r.words.language().colon()) " " strong { (numbers.join(", ")) } }))
        }
    }
}

/// The field by which a late entry is known, as an entry's bytes hold it.
const LATE: &str = "\"late-reason\":";

/// The last reversals and corrections here: the entry that was wrong, and the one that says so.
fn changed(r: &Reading<'_>) -> Vec<(u64, u64)> {
    let here = |who: &Id| who.site() == r.site() || r.book.home(who, Date::MAX) == r.site();
    let own = |seq: u64| r.book.newest(seq + 1, 1, |_, who, _| here(who)).first().is_some_and(|mention| mention.seq == seq);
    r.book.reversals().filter(|(_, after)| own(*after)).take(SHOWN).collect()
}

impl Kept {
    fn of(visit: &Visit, site: &str) -> Result<Kept, Problem> {
        let health = health::State::of(visit);
        let people = visit.read(|r| entrance::people(r, site));
        // Practice books ask nobody for a secret.
        let real: Vec<Id> = if visit.desk().is_practice() { Vec::new() } else { people };
        let mut without = Vec::new();
        let mut used_up = Vec::new();
        for person in real {
            let codes = visit.desk().codes(&visit.desk().book(), &person)?;
            if codes == Codes::UsedUp {
                used_up.push(person.clone());
            }
            if !visit.desk().has_secret(&person)? {
                without.push(person);
            }
        }
        Ok(Kept { health, without, used_up })
    }

    fn show(&self, r: &Reading<'_>) -> Markup {
        let watched = |paper: &visas::Paper| {
            visas::kind_of(r, paper).is_some_and(|kind| WATCHED.contains(&kind.split('/').next().unwrap_or_default()))
        };
        let waiting: Vec<visas::Paper> = visas::all_papers(r).into_iter().filter(watched).collect();
        let person =
            |id: &Id| html! { a href={ "/chose/person/" (id.code()) } { (r.label(id)) } br; span.hint { (entrance::roles(r, id)) } };
        html! {
            section { h2 { (r.word("web.health")) } (self.health.show(r)) }
            section { (self.health.plugins(r)) }
            (list(r, "web.home-waiting", &waiting, |paper| visas::card(r, paper)))
            @if r.visit.desk().is_practice() {
                section { h2 { (r.word("web.home-without")) } p { (r.word("web.practice-no-secret")) } }
            } @else {
                (list(r, "web.home-without", &self.without, person))
                (list(r, "web.home-used-up", &self.used_up, person))
            }
        }
    }
}

/// A heading, how many there are, and the first of them; or that there is none.
fn list<T>(r: &Reading<'_>, title: &str, all: &[T], line: impl Fn(&T) -> Markup) -> Markup {
    html! {
        section {
            h2 { (r.word(title)) @if all.len() > 1 { " (" (all.len()) ")" } }
            @if all.is_empty() { p { (r.word("web.home-none")) } } @else { ul.cards { @for one in all.iter().take(SHOWN) { li { (line(one)) } } } }
        }
    }
}
