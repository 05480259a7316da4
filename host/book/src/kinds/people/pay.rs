//! Paying people: what is odd about it is told with the payment, and kept from nobody.

use super::attendance::{obstacles, units_of};
use crate::places::{Class, class};
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Adds what must be explained about the people a command pays.
///
/// Status, consent, age and fitness are looked at once more: who is still assigned to work they may not do, whose work
/// was warned about and nobody explained it, who left before they were paid. The money is owed all the same.
#[must_use]
pub fn at_pay(effects: Effects, book: &Book<'_>) -> Effects {
    let payees = payees(&effects);
    if payees.is_empty() {
        return effects;
    }
    let open = unexplained(book, &payees);
    payees.iter().fold(effects, |effects, person| {
        let Some(person) = book.thing(person) else { return effects };
        let found = oddities(&person, open.get(&person.id).copied().unwrap_or(0), book);
        found.into_iter().fold(effects, |effects, (code, args)| {
            let mut told = effects.warn(&code, &[&person.id], [("person", person.id.to_string())]);
            if let Some(Effect::Warn { args: kept, .. }) = told.0.last_mut() {
                kept.extend(args);
            }
            told
        })
    })
}

/// The people whose pécule a command pays out.
fn payees(effects: &Effects) -> BTreeSet<Id> {
    let paid = effects.0.iter().filter_map(|effect| match effect {
        Effect::Move { item, from, to, .. } if *item == items::xof() && to.kind() == "pecule" && class(from) == Some(Class::Held) => {
            Id::parse(&format!("person/{}", to.code().split_once('.')?.1)).ok()
        }
        _ => None,
    });
    paid.collect()
}

type Args = BTreeMap<String, String>;

fn oddities(person: &Thing, unexplained: usize, book: &Book<'_>) -> Vec<(String, Args)> {
    let mut found = Vec::new();
    if person.text("state") == "released" {
        found.push(("pay/after-release".to_owned(), Args::new()));
    }
    for unit in units_of(book, &person.id) {
        let told = obstacles(person, &unit, book).into_iter().filter(|no| no.code != "assign/not-present");
        found.extend(told.map(|no| {
            let unit = [("unit".to_owned(), unit.id.to_string())];
            (no.code.replace("assign/", "pay/"), no.args.into_iter().filter(|(k, _)| k != "person").chain(unit).collect())
        }));
    }
    if unexplained > 0 {
        found.push(("pay/unexplained".to_owned(), [("n".to_owned(), unexplained.to_string())].into_iter().collect()));
    }
    found
}

/// How many warnings about each payee's work nobody has explained.
fn unexplained(book: &Book<'_>, payees: &BTreeSet<Id>) -> BTreeMap<Id, usize> {
    const CODES: &[&str] = &["no-consent", "unfit", "minor", "age-unknown", "restricted"];
    let all = CODES.iter().flat_map(|code| book.things_having("warning", "code", format!("attendance/{code}")));
    let open = all.filter_map(|id| book.thing(&id)).filter(|warning| !warning.values.contains_key("explained"));
    let mut counted = BTreeMap::new();
    for warning in open {
        for person in warning.list("about").into_iter().filter_map(|id| Id::parse(id).ok()).filter(|id| payees.contains(id)) {
            *counted.entry(person).or_insert(0) += 1;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::super::tests::{date, detainee, done, id, site, warnings};
    use super::*;

    const DAY: &str = "2020-06-12";

    fn paying(person: &Id) -> Effects {
        let pecule = Id::new("pecule", &format!("kon.{}", person.code()));
        Effects::new().francs(500, &id("cash-box/kon-caisse"), &pecule)
    }

    #[track_caller]
    fn told(book: &baara_plugin_api::testing::PaperBook, person: &Id, expected: &[&str]) {
        let effects = at_pay(paying(person), &Book::new(book, "kon", date(DAY)));
        assert_eq!(warnings(&effects), expected);
    }

    #[test]
    fn who_may_work_and_worked_is_simply_paid() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", DAY, json!({"person": person, "unit": "workshop/kon-couture"}));
        told(&book, &person, &[]);
    }

    #[test]
    fn a_doctors_word_since_the_assignment_is_told_with_the_pay() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", "2020-06-01", json!({"person": person, "unit": "workshop/kon-couture"}));
        done(&mut book, "fitness/1", "2020-06-10", json!({"person": person, "finding": "unfit"}));
        told(&book, &person, &["pay/unfit"]);
    }

    #[test]
    fn work_without_consent_is_paid_and_told_until_somebody_explains_it() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[("status", "remand".into())]);
        let fields = json!({"unit": "workshop/kon-couture", "person": person, "half": "day"});
        let effects = done(&mut book, "attendance-one/1", DAY, fields);
        assert!(warnings(&effects).contains(&"attendance/no-consent"));
        let warning = id("warning/kon-20-0001");
        let mut said = vec![("code", "attendance/no-consent".into()), ("about", json!([person]))];
        book.put(&warning, date(DAY), &said);
        told(&book, &person, &["pay/unexplained"]);
        said.push(("explained", "feuille retrouvée".into()));
        book.put(&warning, date(DAY), &said);
        told(&book, &person, &[]);
    }

    #[test]
    fn pay_after_release_is_told_and_other_movements_are_not_pay() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[("state", "released".into())]);
        told(&book, &person, &["pay/after-release"]);
        let shared = Effects::new().francs(500, &Id::new("pecule", &format!("kon.{}", person.code())), &id("fund/kon-couture.sales"));
        assert!(warnings(&at_pay(shared, &Book::new(&book, "kon", date(DAY)))).is_empty());
    }
}
