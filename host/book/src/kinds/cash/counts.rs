//! Blind counts: the place is frozen, two people count without seeing the book or each other.

use super::{id, place_of};
use baara_plugin_api::prelude::*;

const COUNTED: &[&str] = &["cash-box", "bank", "wallet", "store"];

/// A count begins: the place is frozen until it is done or lapses.
#[derive(Form)]
pub(super) struct CountBegin {
    place: Id,
}

impl Record for CountBegin {
    const KIND: &'static str = "count-begin/1";
    fn writes() -> Grant {
        grant(&["count"], FROZEN, &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/other-place", "count/already-open"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let place = place_of(COUNTED, &self.place, book)?;
        if let Some(count) = place.id_of("frozen") {
            return Err(Refusal::new("count/already-open").with("place", &self.place).with("count", count));
        }
        let count = Id::new("count", "$1");
        Ok(Effects::new().open(&count, [("place", id(&self.place)), ("state", "open".into())]).set(
            &self.place,
            "frozen",
            id(&count),
            cmd.date,
        ))
    }
}

/// The keys that freeze and free a place.
pub(super) const FROZEN: &[&str] = &["cash-box.frozen", "bank.frozen", "wallet.frozen", "store.frozen"];

/// The first counter's figures, sealed until the second has counted. After both, it begins a recount.
#[derive(Form)]
pub(super) struct CountFirst {
    #[field(of = "count")]
    count: Id,
    #[field(sealed)]
    figures: String,
    /// Whose device it was typed on, when not the counter's own.
    #[field(of = "person")]
    device: Option<Id>,
}

impl Record for CountFirst {
    const KIND: &'static str = "count-first/1";
    fn writes() -> Grant {
        grant(&["count"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["count/not-open", "count/lapsed", "count/awaits-second"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let count = running(&self.count, cmd, book)?;
        let recount = count.id_of("second").is_some();
        match count.id_of("first") {
            Some(first) if !recount => {
                return Err(Refusal::new("count/awaits-second").with("count", &self.count).with("first", first));
            }
            _ => {}
        }
        let effects = Effects::new().set(&self.count, "first", id(&cmd.by), cmd.date).set(&self.count, "sealed", self.figures, cmd.date);
        let effects = typed_on(effects, &count, "first-on", self.device.as_ref(), cmd);
        if !recount {
            return Ok(effects);
        }
        let times = count.whole("recounts").unwrap_or(0) + 1;
        let effects = typed_on(effects, &count, "second-on", None, cmd);
        Ok(effects.set(&self.count, "second", Value::Null, cmd.date).set(&self.count, "sealed-second", Value::Null, cmd.date).set(
            &self.count,
            "recounts",
            times,
            cmd.date,
        ))
    }
}

/// Another person's figures, counted alone.
#[derive(Form)]
pub(super) struct CountSecond {
    #[field(of = "count")]
    count: Id,
    #[field(sealed)]
    figures: String,
    /// Whose device it was typed on, when not the counter's own.
    #[field(of = "person")]
    device: Option<Id>,
}

impl Record for CountSecond {
    const KIND: &'static str = "count-second/1";
    fn writes() -> Grant {
        grant(&["count"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["count/not-open", "count/lapsed", "count/awaits-first", "count/same-person", "count/both-given"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let count = running(&self.count, cmd, book)?;
        let refused = |code: &str| Err(Refusal::new(code).with("count", &self.count));
        match (count.id_of("first"), count.id_of("second")) {
            (None, _) => refused("count/awaits-first"),
            (_, Some(_)) => refused("count/both-given"),
            (Some(first), None) if first == cmd.by => {
                Err(Refusal::new("count/same-person").with("count", &self.count).with("person", first))
            }
            _ => {
                let effects = Effects::new().set(&self.count, "second", id(&cmd.by), cmd.date);
                let effects = effects.set(&self.count, "sealed-second", self.figures, cmd.date);
                Ok(typed_on(effects, &count, "second-on", self.device.as_ref(), cmd))
            }
        }
    }
}

/// Whose device figures were typed on, when it was not the counter's own; a recount forgets the one before.
fn typed_on(effects: Effects, count: &Thing, key: &str, device: Option<&Id>, cmd: &Command) -> Effects {
    match device {
        Some(device) if *device != cmd.by => effects.set(&count.id, key, id(device), cmd.date),
        _ if count.id_of(key).is_some() => effects.set(&count.id, key, Value::Null, cmd.date),
        _ => effects,
    }
}

/// The person on whose device both counters typed; `None` when each had one, or when one has not counted yet.
#[must_use]
pub fn one_device(count: &Thing) -> Option<Id> {
    let device = |who: &str, on: &str| count.id_of(on).or_else(|| count.id_of(who));
    device("first", "first-on").filter(|first| count.id_of("second").is_some() && device("second", "second-on").as_ref() == Some(first))
}

/// A count that nobody finished by the end of the next day; the daily sweep records it.
#[derive(Form)]
pub(super) struct CountLapse {
    #[field(of = "count")]
    count: Id,
}

impl Record for CountLapse {
    const KIND: &'static str = "count-lapse/1";
    fn writes() -> Grant {
        grant(&["count"], FROZEN, &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["count/not-open", "count/still-running"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let count = open_count(&self.count, book)?;
        let last = last_day(&count);
        if !count_is_over(&count, cmd.date) {
            return Err(Refusal::new("count/still-running").with("count", &self.count).with("until", last));
        }
        let place = place_counted(&count)?;
        Ok(Effects::new().set(&self.count, "state", "lapsed", cmd.date).set(&place, "frozen", Value::Null, cmd.date).warn(
            "count/lapsed",
            &[&self.count, &place],
            [("count", self.count.to_string()), ("place", place.to_string()), ("begun", count.since.to_string())],
        ))
    }
}

/// A count that is neither done nor lapsed.
fn open_count(count: &Id, book: &Book<'_>) -> Result<Thing, Refusal> {
    let thing = book.open(count)?;
    if thing.text("state") == "open" {
        Ok(thing)
    } else {
        Err(Refusal::new("count/not-open").with("count", count).with("state", thing.text("state")))
    }
}

/// An open count whose time is not over.
pub(super) fn running(count: &Id, cmd: &Command, book: &Book<'_>) -> Result<Thing, Refusal> {
    let thing = open_count(count, book)?;
    let last = last_day(&thing);
    if count_is_over(&thing, cmd.date) { Err(Refusal::new("count/lapsed").with("count", count).with("until", last)) } else { Ok(thing) }
}

/// The place a count is of.
pub(super) fn place_counted(count: &Thing) -> Result<Id, Refusal> {
    count.id_of("place").ok_or_else(|| Refusal::new("thing/unknown").with("thing", count.text("place")))
}

fn last_day(count: &Thing) -> Date {
    count.since + Days::new(1)
}

/// True when nobody may finish a count any more: its second day has passed.
#[must_use]
pub fn count_is_over(count: &Thing, today: Date) -> bool {
    today > last_day(count)
}
