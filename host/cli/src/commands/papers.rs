//! What is said about an entry: reversals, corrections, endorsements; and closings.

use super::record::{declaration, flags, submission, submit, tell};
use crate::cli::Common;
use crate::parts;
use crate::session::Session;
use crate::told::Failure;
use baara_desk::Desk;
use baara_plugin_api::{Date, Datelike, Field, FieldType, Id, Map, Refusal, Value};
use std::sync::Arc;

/// `reverse`, `endorse`, `decline`, `withdraw`: the site is the entry's own.
pub(crate) fn about(session: &mut Session, kind: &str, seq: u64, reason: Option<&str>, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let common = at_its_site(&desk, seq, common)?;
    let mut fields = Map::new();
    fields.insert("seq".to_owned(), seq.into());
    if let Some(reason) = reason {
        fields.insert("reason".to_owned(), reason.into());
    }
    let submission = submission(session, &desk, kind, fields, &common)?;
    submit(session, &desk, submission)
}

/// `reverse --with-dependents`: the entry and all that rest on it, newest first.
pub(crate) fn reverse_all(session: &mut Session, seq: u64, reason: &str, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let common = at_its_site(&desk, seq, common)?;
    let fields: Map = [("seq".to_owned(), seq.into()), ("reason".to_owned(), reason.into())].into_iter().collect();
    let submission = submission(session, &desk, "reverse", fields, &common)?;
    for answer in desk.reverse_with_dependents(submission) {
        tell(session, &desk, answer, "reverse")?;
    }
    Ok(())
}

/// `correct SEQ --reason why --field value`: what is not said again stays as it was.
pub(crate) fn correct(session: &mut Session, seq: u64, typed: &[String]) -> Result<(), Failure> {
    let desk = session.desk()?;
    let entry = desk.entry(seq)?.ok_or_else(|| unknown(&desk, seq))?.0;
    let mut form = declaration(&desk, &entry.kind)?;
    form.fields.push(Field { name: "reason".to_owned(), kind: FieldType::Text, required: true, sealed: true });
    let (mut fields, common) = flags(&form, typed)?;
    fields.insert("seq".to_owned(), seq.into());
    let common = Common { site: common.site.clone().or(Some(entry.site)), ..common };
    let submission = submission(session, &desk, "correct", fields, &common)?;
    submit(session, &desk, submission)
}

/// `close SCOPE`: the scope's name with `--place`, or the place itself.
pub(crate) fn close(session: &mut Session, scope: &str, place: Option<&str>, until: Option<&str>, common: &Common) -> Result<(), Failure> {
    let desk = session.desk()?;
    let until = match until {
        Some(text) => parts::day(text)?,
        None => session.clock(&desk)?.today().pred_opt().ok_or_else(|| Refusal::new("field/not-a-date").with("came", "-"))?,
    };
    let (scope, place) = match place {
        Some(place) => (scope.to_owned(), place.to_owned()),
        None => {
            let place = parts::thing(&desk.book(), scope)?;
            let year = until.month() == 12 && until.day() == 31;
            let scope = match place.kind() {
                "cash-box" => "cash-box-day",
                "store" => "store-month",
                "workshop" => "unit-month",
                "farm" => "farm-campaign",
                "facility" if year => "facility-year",
                "facility" => "facility-month",
                _ => {
                    return Err(Refusal::new("closing/other-place").with("place", &place).with("until", until).with("expected", "").into());
                }
            };
            (scope.to_owned(), place.to_string())
        }
    };
    let place = if place.contains('/') { place } else { within_scope(session, &desk, &scope, &place, common)?.to_string() };
    let mut fields = Map::new();
    fields.insert("scope".to_owned(), scope.into());
    fields.insert("place".to_owned(), place.into());
    fields.insert("until".to_owned(), Value::from(until.to_string()));
    let submission = submission(session, &desk, "close", fields, common)?;
    submit(session, &desk, submission)
}

/// A place by its bare code: of the kind its scope closes, with or without the facility before it.
fn within_scope(session: &mut Session, desk: &Arc<Desk>, scope: &str, named: &str, common: &Common) -> Result<Id, Failure> {
    let kinds: &[&str] = match scope {
        "cash-box-day" => &["cash-box"],
        "store-month" => &["store"],
        "unit-month" => &["workshop", "farm"],
        "farm-campaign" => &["farm"],
        _ => &["facility"],
    };
    let person = session.person(desk)?;
    let site = session.site(desk, common.site.as_deref(), Some(&person))?;
    let book = desk.book();
    let codes = [named.to_owned(), format!("{site}-{named}")];
    let all = kinds.iter().flat_map(|kind| codes.iter().filter_map(move |code| Id::parse(&format!("{kind}/{code}")).ok()));
    let found = all.into_iter().find(|id| book.thing(id, Date::MAX).is_some());
    found.map_or_else(|| parts::thing(&book, named), Ok)
}

fn at_its_site(desk: &Desk, seq: u64, common: &Common) -> Result<Common, Failure> {
    let entry = desk.entry(seq)?.ok_or_else(|| unknown(desk, seq))?.0;
    Ok(Common { site: common.site.clone().or(Some(entry.site)), ..common.clone() })
}

fn unknown(desk: &Desk, seq: u64) -> Failure {
    Refusal::new("entry/unknown").with("seq", seq).with("last", desk.book().size()).into()
}
