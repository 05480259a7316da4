//! Writes the commands of one facility in the order of its days.

use super::chance::Chance;
use super::facts::Facts;
use super::step::{Expect, Step};
use baara_plugin_api::{Date, Datelike, Days, Value, json};
use chrono::Weekday;

/// The commands of one facility, as they are written.
pub(super) struct Script<'f> {
    /// The facts.
    pub(super) facts: &'f Facts,
    /// The facility's code.
    pub(super) site: String,
    /// The day being written.
    pub(super) day: Date,
    /// What differs from day to day.
    pub(super) chance: Chance,
    seconds: i64,
    place: u64,
    labels: u64,
    /// All steps so far.
    pub(super) steps: Vec<Step>,
}

/// When the day's first command is written down: eight in the morning.
const MORNING: i64 = 8 * 3600;

impl<'f> Script<'f> {
    /// An empty script.
    pub(super) fn new(facts: &'f Facts, site: &str, place: usize, day: Date) -> Script<'f> {
        Script {
            facts,
            site: site.to_owned(),
            day,
            chance: Chance::of(&[site, "year"]),
            seconds: MORNING,
            place: u64::try_from(place).unwrap_or_default(),
            labels: 0,
            steps: Vec::new(),
        }
    }

    /// Begins a day.
    pub(super) fn on(&mut self, day: Date) {
        self.day = day;
        self.seconds = MORNING;
    }

    /// A person of the facility by their code.
    pub(super) fn person(&self, code: &str) -> String {
        format!("person/{}-{code}", self.site)
    }

    /// Something whose code begins with the site: `store/kon-magasin`.
    pub(super) fn of(&self, kind: &str, name: &str) -> String {
        format!("{kind}/{}-{name}", self.site)
    }

    fn step(&mut self, person: &str, kind: &str, leave: Option<&str>, fields: Value, expect: Expect) -> &mut Step {
        self.labels += 1;
        self.seconds += self.chance.between(20, 240).min((20 * 3600 - self.seconds).max(1));
        let midnight = self.day.and_hms_opt(0, 0, 0).expect("a midnight").and_utc().timestamp();
        let at = (midnight + self.seconds) * 1000;
        let ms = u64::try_from(at).unwrap_or_default();
        let id = format!("{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}", ms >> 16, ms & 0xffff, self.place, 0, self.labels);
        let fields = if let Value::Object(map) = fields { map } else { baara_plugin_api::Map::new() };
        self.steps.push(Step {
            site: self.site.clone(),
            at,
            date: None,
            person: person.to_owned(),
            kind: kind.to_owned(),
            leave: leave.map(str::to_owned),
            fields,
            expect,
            label: format!("s{}", self.labels),
            id,
        });
        self.steps.last_mut().expect("just put there")
    }

    /// A fact that takes effect; gives the name to refer to it by.
    pub(super) fn put(&mut self, person: &str, kind: &str, fields: Value) -> String {
        format!("@{}", self.step(person, kind, None, fields, Expect::Recorded).label)
    }

    /// A fact that rests on a decision.
    pub(super) fn put_under(&mut self, person: &str, kind: &str, leave: &str, fields: Value) -> String {
        format!("@{}", self.step(person, kind, Some(leave), fields, Expect::Recorded).label)
    }

    /// A fact of an earlier day, with the reason for its lateness.
    pub(super) fn put_late(&mut self, person: &str, kind: &str, on: Date, reason: &str, mut fields: Value) -> String {
        if (self.day - on).num_days() > 2 {
            fields["late-reason"] = reason.into();
        }
        let step = self.step(person, kind, None, fields, Expect::Recorded);
        step.date = Some(on);
        format!("@{}", step.label)
    }

    /// An intention, and the endorsements that complete it; the name refers to what it became.
    pub(super) fn propose(&mut self, person: &str, kind: &str, leave: Option<&str>, fields: Value, endorser: &str) -> String {
        let waiting = self.step(person, kind, leave, fields, Expect::Waiting).label.clone();
        self.endorse(&format!("@{waiting}"), endorser)
    }

    /// Somebody endorses an intention, or gives the visa of a fact.
    pub(super) fn endorse(&mut self, what: &str, endorser: &str) -> String {
        self.put(endorser, "endorse", json!({"seq": format!("{what}#")}))
    }

    /// The two witnesses of a loss give their visas: the first leaves it waiting for the second.
    pub(super) fn witnessed(&mut self, what: &str) {
        let form = json!({"seq": format!("{what}#")});
        self.step("droits", "endorse", None, form, Expect::Waiting);
        self.endorse(what, "familles");
    }

    /// A command that must be refused.
    pub(super) fn refused(&mut self, person: &str, kind: &str, leave: Option<&str>, fields: Value, code: &'static str) {
        self.step(person, kind, leave, fields, Expect::Refused(code));
    }

    /// The commands of a name drawn for a person: first name and family name.
    pub(super) fn name(&mut self, woman: bool) -> String {
        let people = &self.facts.people;
        let first = self.chance.pick(if woman { &people.women } else { &people.men }).clone();
        format!("{first} {}", self.chance.pick(&people.families))
    }
}

/// True on days people work: not on Sundays.
pub(super) fn is_workday(day: Date) -> bool {
    day.weekday() != Weekday::Sun
}

/// The first working day on or after a day.
pub(super) fn working(day: Date) -> Date {
    let mut day = day;
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day = day + Days::new(1);
    }
    day
}

/// The last day of a day's month.
pub(super) fn month_end(day: Date) -> Date {
    let first = day.with_day(1).expect("a month has a first day");
    first.checked_add_months(baara_plugin_api::Months::new(1)).and_then(|next| next.pred_opt()).expect("a month has a last day")
}

/// The first day of a day's month.
pub(super) fn month_start(day: Date) -> Date {
    day.with_day(1).expect("a month has a first day")
}

impl Script<'_> {
    /// Gives the last step a name of its own, so that another facility can refer to it.
    pub(super) fn call_it(&mut self, name: &str) {
        if let Some(step) = self.steps.last_mut() {
            name.clone_into(&mut step.label);
        }
    }
}
