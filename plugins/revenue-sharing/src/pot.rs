//! What there is to share: the francs a fund collected in each month, and the work done for them, up to a day.

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// What a person did that is not shared yet.
#[derive(Clone, Default, Debug)]
pub(crate) struct Worked {
    /// Half-days times the points in force.
    pub(crate) points: Option<Amount>,
    /// Half-days.
    pub(crate) half_days: Option<Amount>,
}

/// The collected money of a workshop or farm.
pub(crate) fn sales_of(unit: &Id) -> Id {
    Id::new("fund", &format!("{}.sales", unit.code()))
}

/// The first day of a day's month.
pub(crate) fn month_of(day: Date) -> Date {
    day.with_day(1).expect("each month has a first day")
}

/// A day after all others: what is known in the end, late entries included.
pub(crate) fn in_the_end<'a>(book: &Book<'a>) -> Book<'a> {
    book.at(Date::from_ymd_opt(9999, 12, 31).expect("a day"))
}

/// The earlier distributions of a unit, by date.
fn earlier(unit: &Id, book: &Book<'_>) -> Vec<Thing> {
    let book = in_the_end(book);
    let ids = book.things_having("distribution", "unit", unit.as_str());
    let mut things: Vec<Thing> = ids.iter().filter_map(|id| book.thing(id)).collect();
    things.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    things
}

fn lines<'t>(thing: &'t Thing, key: &str) -> impl Iterator<Item = &'t Value> {
    thing.values.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn count(line: &Value, key: &str) -> i64 {
    line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count)
}

/// The francs of each month, refunds taken off, that no distribution has shared yet, up to the month of `until`.
///
/// An earlier distribution stands in the fund as money going back; it is taken out of the month it was posted in (its
/// own, or the first later one whose figures have room for it), and what it shared is taken out of the months it shared.
pub(crate) fn unshared_francs(unit: &Id, until: Date, book: &Book<'_>) -> Result<Vec<(Date, i64)>, Refusal> {
    let (fund, xof) = (sales_of(unit), items::xof());
    let since = book.open(&fund)?.since;
    let last = month_of(until);
    let flow: BTreeMap<Date, (i64, i64)> = std::iter::successors(Some(month_of(since)), |month| Some(*month + Months::new(1)))
        .take_while(|month| *month <= last.max(month_of(book.date())))
        .map(|month| (month, book.turnover(&fund, &xof, month, month)))
        .collect();
    let mut francs: BTreeMap<Date, i64> = flow.iter().map(|(month, (came, went))| (*month, went - came)).collect();
    let mut room: BTreeMap<Date, i64> = flow.iter().map(|(month, (came, _))| (*month, *came)).collect();
    for shared in earlier(unit, book) {
        let pot = shared.amount("pot").map_or(0, Amount::count);
        if let Some((month, room)) = room.range_mut(month_of(shared.since)..).find(|(_, room)| **room >= pot) {
            *room -= pot;
            *francs.entry(*month).or_default() += pot;
        }
        for line in lines(&shared, "months") {
            if let Some(month) = line["month"].as_str().and_then(|text| text.parse::<Date>().ok()) {
                *francs.entry(month).or_default() -= count(line, "francs");
            }
        }
    }
    Ok(francs.into_iter().filter(|(month, francs)| *month <= last && *francs != 0).collect())
}

/// What each person did for a unit up to `until` that is not shared yet.
pub(crate) fn unshared_work(unit: &Id, until: Date, book: &Book<'_>) -> BTreeMap<Id, Worked> {
    let mut people: BTreeMap<Id, Worked> = BTreeMap::new();
    let later: Vec<Thing> = earlier(unit, book).into_iter().filter(|shared| shared.since > until).collect();
    for (person, amount) in work_of(unit, &items::points(), "points", until, &later, book) {
        people.entry(person).or_default().points = Some(amount);
    }
    for (person, amount) in work_of(unit, &items::half_days(), "half-days", until, &later, book) {
        people.entry(person).or_default().half_days = Some(amount);
    }
    people
}

fn work_of(unit: &Id, item: &Id, key: &str, until: Date, later: &[Thing], book: &Book<'_>) -> Vec<(Id, Amount)> {
    let own = format!("{}.", unit.code());
    let next = month_of(until) + Months::new(1);
    let held = book.holdings_in("work", item).into_iter();
    let up_to = held.filter_map(|work| {
        let person = Id::new("person", work.place.code().strip_prefix(&own)?);
        let (came, went) = if next <= book.date() { book.turnover(&work.place, item, next, book.date()) } else { (0, 0) };
        // What later distributions took was earlier work: it is not here any more, and not work undone.
        let mine = |line: &&Value| line["person"] == person.as_str();
        let taken: i64 = later.iter().flat_map(|shared| lines(shared, "shares").filter(mine)).map(|line| count(line, key)).sum();
        let now = work.balance.count();
        let then = (now - (came - went + taken)).clamp(0, now.max(0));
        (then > 0).then(|| (person, work.balance.with_count(then)))
    });
    up_to.collect()
}
