//! Sweeps: what a day brings by itself. They give commands, which take the usual path and are recorded once.
//!
//! A site is swept before its first command of a day, before a closing, and when a book begins to be served. Nobody
//! acts here, so `person/host` is written: no thing of the book, which has no right and cannot endorse anything.

use crate::answers::{Answer, Submission};
use crate::clock::Clock;
use crate::reading::Source;
use crate::registry::Registry;
use crate::writer::Job;
use crate::{Desk, people};
use baara_book::TheBook;
use baara_book::kinds::{PATIENCE, count_is_over};
use baara_plugin_api::{Answer as Told, Ask, Date, Id, KindDeclaration, Map, Question, Thing, Value};
use sha2::{Digest, Sha256};

impl Desk {
    /// Records what the day brings a site: expired intentions, lapsed counts, what has waited too long.
    ///
    /// It runs by itself before a site's first command of a day; a second run finds nothing new.
    #[must_use]
    pub fn sweep(&self, site: &str, clock: Clock) -> Vec<Answer> {
        self.sweep_sites(vec![site.to_owned()], clock)
    }

    /// The same for every facility of the book: when it begins to be served, and at midnight while it is.
    #[must_use]
    pub fn begin_day(&self, clock: Clock) -> Vec<Answer> {
        let sites = self.book().open_of("committee").map(|committee| committee.code().to_owned()).collect();
        self.sweep_sites(sites, clock)
    }

    fn sweep_sites(&self, sites: Vec<String>, clock: Clock) -> Vec<Answer> {
        self.ask(|reply| Job::Sweep { sites, clock, reply })
    }
}

/// What a day brings a site.
pub(crate) struct Due {
    /// What the desk found: each is recorded.
    pub(crate) found: Vec<Submission>,
    /// The rounds of the kinds that are sweeps: one that finds nothing is refused.
    pub(crate) rounds: Vec<Submission>,
}

/// What a day brings a site: a pure function of the world and the day. `None` for what is no site of the book.
pub(crate) fn due(book: &TheBook, registry: &Registry, site: &str, clock: Clock) -> Option<Due> {
    let today = clock.today();
    book.thing(&Id::parse(&format!("facility/{site}")).ok()?, today)?;
    let found = expired(book, site, today).chain(lapsed(book, site, today)).chain(overdue(book, site, today));
    let found = found.map(|(kind, key, value)| {
        let fields = Map::from_iter([(key.to_owned(), value.clone())]);
        command(site, kind, &value, fields, clock)
    });
    let rounds = registry.offered().filter(|kind| goes_by_itself(kind));
    let rounds = rounds.map(|kind| command(site, &kind.kind, &Value::Null, Map::new(), clock));
    Some(Due { found: found.collect(), rounds: rounds.collect() })
}

/// A sweep: nobody is asked, nothing is moved and no number is taken, whoever wrote it.
fn goes_by_itself(kind: &KindDeclaration) -> bool {
    kind.sweep && kind.writes.places.is_empty() && kind.writes.series.is_empty()
}

type Finding = (&'static str, &'static str, Value);

/// Intentions whose time is over.
fn expired(book: &TheBook, site: &str, today: Date) -> impl Iterator<Item = Finding> {
    let waiting = things(book, site, "proposal", Some("waiting"), today).into_iter();
    let over = waiting.filter(move |proposal| proposal.date("until").is_some_and(|until| until < today));
    over.filter_map(|proposal| Some(("expire/1", "seq", proposal.whole("entry")?.into())))
}

/// Counts that nobody finished by the end of their second day.
fn lapsed(book: &TheBook, site: &str, today: Date) -> impl Iterator<Item = Finding> {
    let open = things(book, site, "count", Some("open"), today).into_iter();
    open.filter(move |count| count_is_over(count, today)).map(|count| ("count-lapse/1", "count", count.id.as_str().into()))
}

/// Papers that have waited too long and were not warned about.
fn overdue(book: &TheBook, site: &str, today: Date) -> impl Iterator<Item = Finding> {
    PATIENCE.iter().flat_map(move |patience| {
        let limit = book.rule(site, patience.rule, today).as_i64().unwrap_or(patience.days);
        let visa = patience.kind == "visa";
        let papers = things(book, site, patience.kind, visa.then_some("open"), today).into_iter();
        let old = papers.filter(move |paper| !paper.flag("warned") && (today - paper.since).num_days() > limit);
        let waits = move |paper: &Thing| visa || book.holdings_of(&paper.id).iter().any(|held| !held.balance.is_zero());
        old.filter(waits).map(|paper| ("overdue/1", "paper", paper.id.as_str().into()))
    })
}

/// The open things of a kind at a site, in a state when one is named, by id.
fn things(book: &TheBook, site: &str, kind: &str, state: Option<&str>, today: Date) -> Vec<Thing> {
    let having = state.map(|state| ("state".to_owned(), Value::from(state)));
    let Told::Ids(ids) = book.view(site).ask(Question::Things { kind: kind.to_owned(), having, date: today }) else { return Vec::new() };
    ids.iter().filter_map(|id| book.thing(id, today)).collect()
}

fn command(site: &str, kind: &str, found: &Value, fields: Map, clock: Clock) -> Submission {
    let id = finding_id(site, kind, found, clock.today());
    Submission { id, clock, source: Source::Program, ..Submission::new(site, kind, &people::host(), fields) }
}

/// A command's id made from the day and what was found: the same finding on the same day is the same command.
fn finding_id(site: &str, kind: &str, value: &Value, day: Date) -> String {
    let midnight = day.and_hms_opt(0, 0, 0).map_or(0, |moment| moment.and_utc().timestamp_millis());
    let ms = u64::try_from(midnight).unwrap_or_default();
    let hash = baara_journal::hex(&Sha256::digest(format!("{site} {kind} {value}")).into());
    format!("{:08x}-{:04x}-7{}-8{}-{}", ms >> 16, ms & 0xffff, &hash[..3], &hash[3..6], &hash[6..18])
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::grant;

    #[test]
    fn only_a_sweep_that_moves_nothing_goes_by_itself() {
        let round = |sweep, writes| KindDeclaration { sweep, writes, ..KindDeclaration::form("round/1", Vec::new(), &[]) };
        let findings = || grant(&["finding"], &["lot.wait-told"], &[], &[], &[]);
        assert!(goes_by_itself(&round(true, findings())));
        assert!(!goes_by_itself(&round(false, findings())), "a kind that people record");
        assert!(!goes_by_itself(&round(true, grant(&[], &[], &["store"], &["*"], &[]))), "it moves goods");
        assert!(!goes_by_itself(&round(true, grant(&[], &[], &[], &[], &["receipt"]))), "it takes numbers");
    }

    #[test]
    fn the_same_finding_has_the_same_id_and_another_day_another() {
        let day: Date = "2020-06-12".parse().unwrap();
        let one = finding_id("kon", "expire/1", &17.into(), day);
        assert_eq!(one, finding_id("kon", "expire/1", &17.into(), day));
        assert_ne!(one, finding_id("kon", "expire/1", &18.into(), day));
        assert!(one < finding_id("kon", "expire/1", &17.into(), day.succ_opt().unwrap()), "ids follow the days");
        assert!(uuid::Uuid::parse_str(&one).is_ok_and(|id| id.get_version_num() == 7), "{one}");
    }
}
