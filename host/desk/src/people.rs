//! Who acts: the person, their roles on the day, and what a role may do. Rights are data in the book.

use baara_book::TheBook;
use baara_plugin_api::{Date, Id, Map, Refusal, Value};

/// Who is written where nobody acted and only a day passed: no thing of the book, so it has no right and no secret.
pub(crate) fn host() -> Id {
    Id::new("person", "host")
}

/// The role beside it.
pub(crate) fn host_role() -> Id {
    Id::new("role", "host")
}

/// The roles a person has on a day.
pub(crate) fn roles(book: &TheBook, person: &Id, date: Date) -> Vec<Id> {
    texts(book.value_at(person, "roles", date).as_deref()).filter_map(|role| Id::parse(role).ok()).collect()
}

/// True when a role may do a kind: its `may` names the kind, or `*`, or the right came with the kind's plugin.
pub(crate) fn may(book: &TheBook, role: &Id, kind: &str, date: Date) -> bool {
    let name = kind.split('/').next().unwrap_or(kind);
    texts(book.value_at(role, "may", date).as_deref()).any(|kind| kind == name || kind == "*") || came_with_plugin(book, role, name, date)
}

/// A right that was endorsed together with a plugin: to all its kinds, for the roles its pin names.
fn came_with_plugin(book: &TheBook, role: &Id, name: &str, date: Date) -> bool {
    book.open_of("plugin").any(|plugin| {
        let lists = |key: &str, wanted: &str| texts(book.value_at(&plugin, key, date).as_deref()).any(|one| one == wanted);
        lists("recorders", role.as_str()) && lists("kinds", name)
    })
}

/// The role in which a person does this kind here.
///
/// # Errors
/// `right/unknown-person`, `right/missing`.
pub(crate) fn role_for(book: &TheBook, site: &str, person: &Id, asked: Option<&Id>, kind: &str, date: Date) -> Result<Id, Refusal> {
    if person.kind() != "person" || !book.is_open(person) {
        return Err(Refusal::new("right/unknown-person").with("person", person));
    }
    let missing = || Refusal::new("right/missing").with("person", person).with("kind", kind).with("site", site);
    if book.home(person, date) != site && !works_at(book, person, site, date) {
        return Err(missing());
    }
    let roles = roles(book, person, date);
    match asked {
        Some(role) => roles.contains(role).then(|| role.clone()).filter(|role| may(book, role, kind, date)).ok_or_else(missing),
        None => roles.into_iter().find(|role| may(book, role, kind, date)).ok_or_else(missing),
    }
}

fn works_at(book: &TheBook, person: &Id, site: &str, date: Date) -> bool {
    texts(book.value_at(person, "sites", date).as_deref()).any(|own| own == site)
}

/// The first need, `a|b` for either, that a person or their roles meet.
pub(crate) fn meets<'n>(book: &TheBook, person: &Id, needs: &'n [String], date: Date) -> Option<&'n String> {
    let roles = roles(book, person, date);
    // A need names roles, or the very person: a loss is seen by its own two witnesses.
    needs.iter().find(|need| need.split('|').any(|one| one == person.as_str() || roles.iter().any(|r| r.code() == one)))
}

/// Fields that name somebody who attests: they say so themselves, with their own secret, or it stays open.
const ATTESTING: &[&str] = &["second", "witness-one", "witness-two"];

/// The persons a form names as attesting it.
pub(crate) fn attesters(fields: &Map) -> Vec<String> {
    ATTESTING.iter().filter_map(|field| fields.get(*field)?.as_str().map(str::to_owned)).collect()
}

/// Who must endorse a kind: those who attest it and rule `endorse.<kind>`; rule `endorse` where neither says.
pub(crate) fn endorsers(book: &TheBook, site: &str, kind: &str, fields: &Map, date: Date) -> Result<Vec<String>, Refusal> {
    let name = kind.split('/').next().unwrap_or(kind);
    let mut needs = attesters(fields);
    let own = book.rule(site, &format!("endorse.{name}"), date);
    // Their own names come first: who attests does not also stand for a role.
    needs.extend(list(&if own.is_null() && needs.is_empty() { book.rule(site, "endorse", date) } else { own }));
    if needs.is_empty() { Err(Refusal::new("rule/not-set").with("rule", format!("endorse.{name}"))) } else { Ok(needs) }
}

/// Whose visa a fact needs afterwards: rule `visa.<kind>`, nobody's when there is none.
pub(crate) fn visas(book: &TheBook, site: &str, kind: &str, date: Date) -> Vec<String> {
    let name = kind.split('/').next().unwrap_or(kind);
    list(&book.rule(site, &format!("visa.{name}"), date))
}

/// The texts of a list; of nothing, none.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn list(value: &Value) -> Vec<String> {
    texts(Some(value)).map(str::to_owned).collect()
}

/// True when a person may record this kind at a site on a day: the right a submission is judged by.
#[must_use]
pub fn may_record(book: &TheBook, person: &Id, site: &str, kind: &str, date: Date) -> bool {
    role_for(book, site, person, None, kind, date).is_ok()
}

/// True when everybody who may do something at a site could be given a new secret by others, were theirs forgotten.
#[must_use]
pub fn all_have_helpers(book: &TheBook, site: &str, date: Date) -> bool {
    let people = people_at(book, site, date);
    people.iter().all(|person| has_helpers(book, site, person, &people, date))
}

/// Who has a role at a site.
pub(crate) fn people_at(book: &TheBook, site: &str, date: Date) -> Vec<Id> {
    let here = |id: &Id| book.home(id, Date::MAX) == site && !roles(book, id, date).is_empty();
    book.open_of("person").filter(here).collect()
}

/// True when some of these people could give a person a new secret: one to record the reset, and whoever must endorse it.
pub(crate) fn has_helpers(book: &TheBook, site: &str, person: &Id, people: &[Id], date: Date) -> bool {
    const RESET: &str = "secret-reset";
    let needs = endorsers(book, site, RESET, &Map::new(), date).unwrap_or_default();
    let but = |by: &Id| people.iter().filter(|id| *id != person && *id != by).collect::<Vec<_>>();
    let mut recorders = people.iter().filter(|id| *id != person && may_record(book, id, site, RESET, date));
    recorders.any(|by| all_met(book, &needs, &but(by), date))
}

/// True when these people could meet every need, each of them one.
fn all_met(book: &TheBook, needs: &[String], people: &[&Id], date: Date) -> bool {
    let Some((need, others)) = needs.split_first() else { return true };
    people.iter().any(|person| {
        let rest: Vec<&Id> = people.iter().copied().filter(|other| other != person).collect();
        meets(book, person, std::slice::from_ref(need), date).is_some() && all_met(book, others, &rest, date)
    })
}

/// The roles that may record a kind, by id.
#[must_use]
pub fn recorders_of(book: &TheBook, kind: &str, date: Date) -> Vec<Id> {
    let mut roles: Vec<Id> = book.open_of("role").filter(|role| may(book, role, kind, date)).collect();
    roles.sort_unstable();
    roles
}

/// The roles a person has on a day.
#[must_use]
pub fn roles_of(book: &TheBook, person: &Id, date: Date) -> Vec<Id> {
    roles(book, person, date)
}

/// The proposals and visas of a site that wait, oldest first, each with what it still needs.
#[must_use]
pub fn waiting_at(book: &TheBook, site: &str, date: Date) -> Vec<(Id, Vec<String>)> {
    let waits = |id: &Id| book.text_of(id, "state", date).is_some_and(|state| state == "waiting" || state == "open");
    let both = ["proposal", "visa"].into_iter().flat_map(|kind| book.open_at(kind, site));
    let papers = both.filter(waits).filter_map(|id| book.thing(&id, date));
    let mut papers: Vec<_> = papers
        .map(|t| (t.values.get("entry").and_then(Value::as_u64), t.id.clone(), t.list("needs").into_iter().map(str::to_owned).collect()))
        .collect();
    papers.sort_unstable();
    papers.into_iter().map(|(_, id, needs)| (id, needs)).collect()
}

/// True when a person meets one of the needs, by a role or in their own name, and did not write the paper themselves.
#[must_use]
pub fn may_endorse(book: &TheBook, person: &Id, paper: &Id, needs: &[String], date: Date) -> bool {
    let own = book.text_of(paper, "by", date).as_deref() == Some(person.as_str());
    !own && meets(book, person, needs, date).is_some()
}
