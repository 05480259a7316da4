//! Who may do dangerous work: adults, fit, and taught.

use crate::{Book, Date, Datelike, Effects, Id, Thing, Value};

/// True when a workshop or farm, or its trade, is marked as dangerous: soda, welding, saws, dyes, cement dust.
#[must_use]
pub fn is_hazardous(book: &Book<'_>, unit: &Thing) -> bool {
    unit.flag("hazardous") || unit.id_of("trade").and_then(|trade| book.thing(&trade)).is_some_and(|trade| trade.flag("hazardous"))
}

/// True while a person was found unfit for work.
#[must_use]
pub fn is_unfit(person: &Thing, date: Date) -> bool {
    person.values.get("fit") == Some(&Value::Bool(false)) && person.date("unfit-until").is_none_or(|until| date <= until)
}

/// Warns of everybody who did dangerous work and is not an adult, not fit, or was never taught it there.
pub(super) fn watch(effects: Effects, book: &Book<'_>, unit: &Thing, persons: &[Id]) -> Effects {
    if !is_hazardous(book, unit) {
        return effects;
    }
    let people = persons.iter().filter_map(|person| book.thing(person)).filter(|person| person.flag("detainee"));
    people.fold(effects, |effects, person| {
        let oddity = oddity(book, unit, &person);
        let args = [("person", person.id.to_string()), ("workshop", unit.id.to_string())];
        oddity.into_iter().fold(effects, |effects, code| effects.warn(code, &[&person.id, &unit.id], args.clone()))
    })
}

fn oddity(book: &Book<'_>, unit: &Thing, person: &Thing) -> Option<&'static str> {
    let is_adult = person.whole("birth-year").is_some_and(|born| i64::from(book.date().year()) - born >= 18);
    let is_taught = || {
        let courses = book.things_having("training", "person", person.id.as_str());
        courses.iter().filter_map(|course| book.thing(course)).any(|course| course.id_of("unit").as_ref() == Some(&unit.id))
    };
    if !is_adult {
        Some("batch/minor")
    } else if is_unfit(person, book.date()) {
        Some("batch/unfit")
    } else {
        (!is_taught()).then_some("batch/untaught")
    }
}
