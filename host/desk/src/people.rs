//! Who acts: the person, their roles on the day, and what a role may do. Rights are data in the book.

use baara_book::TheBook;
use baara_plugin_api::{Date, Id, Refusal, Value};

/// The roles a person has on a day.
pub(crate) fn roles(book: &TheBook, person: &Id, date: Date) -> Vec<Id> {
    let list = book.thing(person, date).map(|t| t.list("roles").iter().filter_map(|r| Id::parse(r).ok()).collect());
    list.unwrap_or_default()
}

/// True when a role may do a kind: its `may` names the kind, or `*`.
pub(crate) fn may(book: &TheBook, role: &Id, kind: &str, date: Date) -> bool {
    let name = kind.split('/').next().unwrap_or(kind);
    book.thing(role, date).is_some_and(|role| role.list("may").iter().any(|k| *k == name || *k == "*"))
}

/// The role in which a person does this kind here.
///
/// # Errors
/// `right/unknown-person`, `right/missing`.
pub(crate) fn role_for(book: &TheBook, site: &str, person: &Id, asked: Option<&Id>, kind: &str, date: Date) -> Result<Id, Refusal> {
    let known = book.thing(person, date).filter(|p| p.open && person.kind() == "person");
    if known.is_none() {
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
    book.thing(person, date).is_some_and(|p| p.list("sites").contains(&site))
}

/// The first need, `a|b` for either, that a person or their roles meet.
pub(crate) fn meets<'n>(book: &TheBook, person: &Id, needs: &'n [String], date: Date) -> Option<&'n String> {
    let roles = roles(book, person, date);
    // A need names roles, or the very person: a loss is seen by its own two witnesses.
    needs.iter().find(|need| need.split('|').any(|one| one == person.as_str() || roles.iter().any(|r| r.code() == one)))
}

/// Who must endorse a kind: rule `endorse.<kind>`, else `endorse`.
pub(crate) fn endorsers(book: &TheBook, site: &str, kind: &str, date: Date) -> Result<Vec<String>, Refusal> {
    let name = kind.split('/').next().unwrap_or(kind);
    let own = book.rule(site, &format!("endorse.{name}"), date);
    let rule = if own.is_null() { book.rule(site, "endorse", date) } else { own };
    let needs = list(&rule);
    if needs.is_empty() { Err(Refusal::new("rule/not-set").with("rule", format!("endorse.{name}"))) } else { Ok(needs) }
}

/// Whose visa a fact needs afterwards: rule `visa.<kind>`, nobody's when there is none.
pub(crate) fn visas(book: &TheBook, site: &str, kind: &str, date: Date) -> Vec<String> {
    let name = kind.split('/').next().unwrap_or(kind);
    list(&book.rule(site, &format!("visa.{name}"), date))
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl crate::Desk {
    /// True when a person has set a secret.
    ///
    /// # Errors
    /// When it cannot be read.
    ///
    /// # Panics
    /// When a holder panicked, which is a bug.
    pub fn has_secret(&self, person: &Id) -> Result<bool, crate::Fault> {
        Ok(self.shared.sealed.lock().expect("no holder panics").secret(person.as_str())?.is_some())
    }
}
