//! How long people work: a rest day a week, and hours no longer than the committee's parameters say.

use super::attendance::{Half, Sheet};
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The half-days each person of a site worked on one day, wherever they were.
fn halves(book: &Book<'_>, date: Date) -> BTreeMap<String, i64> {
    let book = book.at(date);
    let units = ["workshop", "farm"].into_iter().flat_map(|kind| book.things(kind));
    let mut halves = BTreeMap::new();
    for unit in units {
        for code in Sheet::of(&book, &unit).people() {
            *halves.entry(code).or_insert(0) += 1;
        }
    }
    halves
}

/// Warns of people who have no rest day, or whose week grows longer than it may: once, when it does.
pub(super) fn warn(effects: Effects, unit: &Thing, people: &BTreeSet<Id>, half: Half, book: &Book<'_>) -> Effects {
    let told = |effects: Effects, code: &str, person: &Id, more: [(&str, String); 2]| {
        let [one, two] = more;
        let args = [("person", person.to_string()), ("unit", unit.id.to_string()), one, two];
        effects.warn(code, &[person, &unit.id], args)
    };
    let effects = tired(people, book).into_iter().fold(effects, |effects, (person, days)| {
        told(effects, "attendance/no-rest-day", person, [("days", days.to_string()), ("date", book.date().to_string())])
    });
    over(unit, people, half, book).into_iter().fold(effects, |effects, (person, hours, limit)| {
        told(effects, "attendance/over-hours", person, [("hours", hours.to_string()), ("limit", limit.to_string())])
    })
}

/// Those for whom this day is one too many without a day of rest; told with the first half-day of that day.
fn tired<'p>(people: &'p BTreeSet<Id>, book: &Book<'_>) -> Vec<(&'p Id, u64)> {
    let Some(most) = book.rule("work.days-running").as_u64().filter(|most| (1..=31).contains(most)) else { return Vec::new() };
    let today = halves(book, book.date());
    let mut left: Vec<&Id> = people.iter().filter(|person| !today.contains_key(person.code())).collect();
    for back in 1..=most {
        if left.is_empty() {
            break;
        }
        let day = halves(book, book.date() - Days::new(back));
        left.retain(|person| day.contains_key(person.code()));
    }
    left.into_iter().map(|person| (person, most + 1)).collect()
}

/// Those whose week, from Monday on, becomes longer than the site's parameters with this half-day: minutes of a
/// half-day and hours of a week, which for a farm may be others.
fn over<'p>(unit: &Thing, people: &'p BTreeSet<Id>, half: Half, book: &Book<'_>) -> Vec<(&'p Id, i64, i64)> {
    let rule = |name: &str| book.rule(name).as_i64();
    let farm = if unit.id.kind() == "farm" { rule("work.week-hours.farm") } else { None };
    let (Some(minutes), Some(limit)) = (rule("work.half-day-minutes"), farm.or_else(|| rule("work.week-hours"))) else { return Vec::new() };
    let days = (0..=book.date().weekday().num_days_from_monday()).map(|back| halves(book, book.date() - Days::new(u64::from(back))));
    let mut worked: BTreeMap<String, i64> = BTreeMap::new();
    for (code, n) in days.flatten() {
        *worked.entry(code).or_insert(0) += n;
    }
    let over = |n: i64| n.saturating_mul(minutes) > limit.saturating_mul(60);
    let crosses = |person: &&Id| {
        let before = worked.get(person.code()).copied().unwrap_or(0);
        !over(before) && over(before + half.half_days())
    };
    let hours = |person: &Id| (worked.get(person.code()).copied().unwrap_or(0) + half.half_days()).saturating_mul(minutes) / 60;
    people.iter().filter(crosses).map(|person| (person, hours(person), limit)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{date, detainee, done, id, site, warnings};
    use super::*;
    use baara_plugin_api::testing::PaperBook;

    fn shop(rules: &[(&str, Value)]) -> (PaperBook, Id) {
        let mut book = site();
        book.put(&id("rules/kon"), date("2020-01-01"), rules);
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", "2020-06-01", json!({"person": person, "unit": "workshop/kon-couture"}));
        (book, person)
    }

    fn works(book: &mut PaperBook, person: &Id, day: u32, half: &str) -> Vec<String> {
        let fields = json!({"unit": "workshop/kon-couture", "person": person, "half": half});
        let effects = done(book, "attendance-one/1", &format!("2020-06-{day:02}"), fields);
        warnings(&effects).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_seventh_day_running_is_told_once() {
        let (mut book, person) = shop(&[("work.days-running", 6.into())]);
        for day in 8..14 {
            assert!(works(&mut book, &person, day, "day").is_empty(), "{day}");
        }
        assert_eq!(works(&mut book, &person, 14, "morning"), ["attendance/no-rest-day"]);
        assert!(works(&mut book, &person, 14, "afternoon").is_empty(), "told with the morning");
        assert!(works(&mut book, &person, 16, "day").is_empty(), "rested on the 15th");
    }

    #[test]
    fn a_week_longer_than_it_may_be_is_told_when_it_becomes_so() {
        let (mut book, person) = shop(&[("work.half-day-minutes", 240.into()), ("work.week-hours", 40.into())]);
        for day in 8..13 {
            assert!(works(&mut book, &person, day, "day").is_empty(), "five days of eight hours are forty");
        }
        assert_eq!(works(&mut book, &person, 13, "morning"), ["attendance/over-hours"]);
        assert!(works(&mut book, &person, 13, "afternoon").is_empty());
        assert!(works(&mut book, &person, 15, "day").is_empty(), "another week");
    }

    #[test]
    fn where_no_parameter_is_adopted_nothing_is_told() {
        let (mut book, person) = shop(&[]);
        assert!((1..=30).all(|day| works(&mut book, &person, day, "day").is_empty()));
    }
}
