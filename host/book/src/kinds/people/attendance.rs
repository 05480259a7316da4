//! Work: assignments to a workshop or farm, and who was there each half-day.

use super::rest;
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The workshop or farm that an id names, open.
///
/// # Errors
/// `unit/not-a-unit`, `thing/unknown` or `thing/closed`.
pub(crate) fn kind_of_unit(book: &Book<'_>, unit: &Id) -> Result<Thing, Refusal> {
    match unit.kind() {
        "workshop" | "farm" => book.open(unit),
        _ => Err(Refusal::new("unit/not-a-unit").with("unit", unit)),
    }
}

/// Why a person may not work in a unit on the book's day; nothing when they may.
///
/// Asked when somebody is assigned, when their work is noted and when they are paid.
pub(crate) fn why_not(person: &Thing, unit: &Thing, book: &Book<'_>) -> Option<Refusal> {
    obstacles(person, unit, book).into_iter().next()
}

/// Every reason why not, the gravest first.
pub(super) fn obstacles(person: &Thing, unit: &Thing, book: &Book<'_>) -> Vec<Refusal> {
    let date = book.date();
    let told = |code: &str| Refusal::new(code).with("person", &person.id).with("unit", &unit.id);
    let trade = unit.id_of("trade").and_then(|trade| book.thing(&trade));
    let hazardous = trade::is_hazardous(book, unit);
    let outside = unit.flag("outside") || trade.is_some_and(|trade| trade.flag("outside"));
    let age = person.whole("birth-year").map(|born| i64::from(date.year()) - born);
    let unfit = trade::is_unfit(person, date);
    let barred = |limit: &&str| *limit == "all-work" || (*limit == "outside" && outside) || (*limit == "hazardous" && hazardous);

    let mut found = Vec::new();
    if !person.flag("detainee") {
        return vec![told("assign/not-a-detainee")];
    }
    if let Some(refusal) = absent(person) {
        return vec![refusal.with("unit", &unit.id)];
    }
    match age {
        None if hazardous => found.push(told("assign/age-unknown")),
        Some(age) if hazardous && age < 18 => found.push(told("assign/minor").with("age", age)),
        _ => {}
    }
    if unfit {
        found.push(told("assign/unfit"));
    }
    if let Some(limit) = person.list("restrictions").into_iter().find(|limit| barred(limit)) {
        found.push(told("assign/restricted").with("restriction", limit));
    }
    if person.text("status") != "convicted" && !person.flag("consent") {
        found.push(told("assign/no-consent").with("status", person.text("status")));
    }
    found
}

fn absent(person: &Thing) -> Option<Refusal> {
    let state = person.text("state");
    let gone = matches!(state, "released" | "transferred");
    gone.then(|| Refusal::new("assign/not-present").with("person", &person.id).with("state", state))
}

/// The open assignments of a person on the book's day.
pub(super) fn assignments_of(book: &Book<'_>, person: &Id) -> Vec<Id> {
    running(book, "person", person).into_iter().map(|one| one.id).collect()
}

/// The workshops and farms a person is assigned to on the book's day.
pub(super) fn units_of(book: &Book<'_>, person: &Id) -> Vec<Thing> {
    running(book, "person", person).iter().filter_map(|one| book.thing(&one.id_of("unit")?)).collect()
}

/// The people assigned to a unit on the book's day, by id.
fn team(book: &Book<'_>, unit: &Id) -> BTreeSet<Id> {
    running(book, "unit", unit).iter().filter_map(|one| one.id_of("person")).collect()
}

fn running(book: &Book<'_>, key: &str, value: &Id) -> Vec<Thing> {
    let found = book.things_having("assignment", key, value.as_str());
    let things = found.iter().filter_map(|id| book.thing(id));
    things.filter(|one| one.since <= book.date() && one.date("until").is_none_or(|until| book.date() <= until)).collect()
}

/// A person is proposed for a workshop or a farm. Who proposes is who records it.
#[derive(Form)]
pub(super) struct Assign {
    #[field(of = "person")]
    person: Id,
    unit: Id,
    until: Option<Date>,
}

impl Record for Assign {
    const KIND: &'static str = "assign/1";
    fn writes() -> Grant {
        grant(&["assignment"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "unit/not-a-unit",
            "assign/not-a-detainee",
            "assign/not-present",
            "assign/age-unknown",
            "assign/minor",
            "assign/unfit",
            "assign/restricted",
            "assign/no-consent",
            "assign/already",
            "assign/capacity",
            "assign/until-passed",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let (person, unit) = (book.open(&self.person)?, kind_of_unit(book, &self.unit)?);
        if let Some(refusal) = why_not(&person, &unit, book) {
            return Err(refusal);
        }
        let told = |code: &str| Refusal::new(code).with("person", &self.person).with("unit", &self.unit);
        if self.until.is_some_and(|until| until < cmd.date) {
            return Err(told("assign/until-passed"));
        }
        let team = team(book, &self.unit);
        if team.contains(&self.person) {
            return Err(told("assign/already"));
        }
        match unit.whole("capacity").and_then(|most| usize::try_from(most).ok()) {
            Some(most) if team.len() >= most => return Err(told("assign/capacity").with("capacity", most)),
            _ => {}
        }
        Ok(Effects::new().open(
            &Id::new("assignment", "$1"),
            [
                ("person", self.person.as_str().into()),
                ("unit", self.unit.as_str().into()),
                ("proposed-by", cmd.by.as_str().into()),
                ("until", self.until.map(|day| day.to_string()).into()),
            ],
        ))
    }
}

/// Why an assignment ends.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    Finished,
    OwnWish,
    Health,
    Conduct,
    OtherUnit,
    UnitClosed,
}

/// An assignment ends, for a reason.
#[derive(Form)]
pub(super) struct AssignmentEnd {
    #[field(of = "assignment")]
    assignment: Id,
    reason: Cause,
}

impl Record for AssignmentEnd {
    const KIND: &'static str = "assignment-end/1";
    fn writes() -> Grant {
        grant(&["assignment"], &[], &[], &[], &[])
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.assignment)?;
        Ok(Effects::new().set(&self.assignment, "reason", self.reason.code(), cmd.date).close(&self.assignment))
    }
}

/// The part of a day somebody worked.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Half {
    Morning,
    Afternoon,
    Day,
}

impl Half {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Half::Morning => &["morning"],
            Half::Afternoon => &["afternoon"],
            Half::Day => &["morning", "afternoon"],
        }
    }

    pub(super) fn half_days(self) -> i64 {
        if self == Half::Day { 2 } else { 1 }
    }
}

/// Somebody of the team who was not there; the reason says whether they are credited all the same.
#[derive(Form)]
struct Exception {
    #[field(of = "person")]
    person: Id,
    #[field(of = "reason")]
    reason: Id,
}

/// Who was there: the whole team at once, then the exceptions.
#[derive(Form)]
pub(super) struct Attendance {
    unit: Id,
    half: Half,
    all_assigned: bool,
    #[field(of = "person")]
    present: Vec<Id>,
    exceptions: Vec<Exception>,
}

const WORK_ITEMS: &[&str] = &["half-days", "points"];
const WORK_KEYS: &[&str] =
    &["workshop.attended-morning", "workshop.attended-afternoon", "farm.attended-morning", "farm.attended-afternoon"];
const NOTED: &[&str] = &[
    "unit/not-a-unit",
    "assign/not-a-detainee",
    "assign/not-present",
    "attendance/already",
    "attendance/elsewhere",
    "attendance/nobody",
    "attendance/not-in-team",
    "attendance/twice",
];

impl Record for Attendance {
    const KIND: &'static str = "attendance/1";
    fn writes() -> Grant {
        grant(&[], WORK_KEYS, &["worker", "work"], WORK_ITEMS, &[])
    }
    fn refusals() -> &'static [&'static str] {
        NOTED
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let unit = kind_of_unit(book, &self.unit)?;
        let team = team(book, &self.unit);
        let mut people = BTreeSet::new();
        if self.all_assigned {
            people.extend(team.iter().cloned());
        }
        for person in &self.present {
            let of_the_team = self.all_assigned && team.contains(person);
            if !people.insert(person.clone()) && !of_the_team {
                return Err(Refusal::new("attendance/twice").with("person", person));
            }
        }
        let mut excused = BTreeSet::new();
        for line in &self.exceptions {
            let reason = book.open(&line.reason)?;
            if !team.contains(&line.person) {
                return Err(Refusal::new("attendance/not-in-team").with("person", &line.person).with("unit", &self.unit));
            }
            if !excused.insert(&line.person) || self.present.contains(&line.person) {
                return Err(Refusal::new("attendance/twice").with("person", &line.person));
            }
            if reason.flag("paid") {
                people.insert(line.person.clone());
            } else {
                people.remove(&line.person);
            }
        }
        if people.is_empty() {
            return Err(Refusal::new("attendance/nobody").with("unit", &self.unit));
        }
        note(&unit, &team, &people, self.half, cmd, book)
    }
}

/// One person who came late to the list, or whose sheet was found later.
#[derive(Form)]
pub(super) struct AttendanceOne {
    unit: Id,
    #[field(of = "person")]
    person: Id,
    half: Half,
}

impl Record for AttendanceOne {
    const KIND: &'static str = "attendance-one/1";
    fn writes() -> Grant {
        grant(&[], WORK_KEYS, &["worker", "work"], WORK_ITEMS, &[])
    }
    fn refusals() -> &'static [&'static str] {
        NOTED
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let unit = kind_of_unit(book, &self.unit)?;
        note(&unit, &team(book, &self.unit), &BTreeSet::from([self.person]), self.half, cmd, book)
    }
}

/// Credits each person, in half-days and in the points in force that day.
fn note(unit: &Thing, team: &BTreeSet<Id>, people: &BTreeSet<Id>, half: Half, cmd: &Command, book: &Book<'_>) -> Decided {
    let mut sheet = Sheet::of(book, &unit.id);
    sheet.add(&unit.id, people, half)?;
    nowhere_else(&unit.id, people, half, book)?;
    let worker = Id::new("worker", &cmd.site);
    let half_days = half.half_days();
    let points = half_days.saturating_mul(unit.whole("points").unwrap_or(1));
    let mut effects = Effects::new();
    for id in people {
        let person = book.open(id)?;
        let found = obstacles(&person, unit, book);
        if let Some(refusal) = found.iter().find(|r| matches!(r.code.as_str(), "assign/not-present" | "assign/not-a-detainee")) {
            return Err(refusal.clone());
        }
        let work = Id::new("work", &format!("{}.{}", unit.id.code(), id.code()));
        effects = effects.moves(&items::half_days(), counted(book, &items::half_days(), half_days)?, &worker, &work);
        effects = effects.moves(&items::points(), counted(book, &items::points(), points)?, &worker, &work);
        // Work that should not have been done was done: it is owed, and somebody must explain it.
        for obstacle in &found {
            let code = obstacle.code.replace("assign/", "attendance/");
            effects = effects.warn(&code, &[id, &unit.id], [("person", id.to_string()), ("unit", unit.id.to_string())]);
        }
        if !team.contains(id) {
            effects = effects.warn("attendance/not-assigned", &[id, &unit.id], [("person", id.to_string()), ("unit", unit.id.to_string())]);
        }
    }
    let effects = rest::warn(effects, unit, people, half, book);
    let keys = half.parts().iter();
    Ok(keys.fold(effects, |effects, part| effects.set(&unit.id, &format!("attended-{part}"), sheet.value(part, cmd.date), cmd.date)))
}

fn counted(book: &Book<'_>, item: &Id, count: i64) -> Result<Amount, Refusal> {
    let item = book.open(item)?;
    let unit = Unit::parse(item.text("unit")).unwrap_or(Unit::XOF);
    let scale = item.whole("scale").and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
    let count = count.saturating_mul(10i64.saturating_pow(u32::from(scale)));
    Ok(Amount::new(count, scale, unit))
}

/// Somebody is in one place at a time.
fn nowhere_else(unit: &Id, people: &BTreeSet<Id>, half: Half, book: &Book<'_>) -> Result<(), Refusal> {
    let others = ["workshop", "farm"].into_iter().flat_map(|kind| book.things(kind)).filter(|other| other != unit);
    for other in others {
        let sheet = Sheet::of(book, &other);
        if let Some((person, part)) = sheet.first_of(people, half) {
            return Err(Refusal::new("attendance/elsewhere").with("person", person).with("unit", &other).with("half", part));
        }
    }
    Ok(())
}

/// Who has been noted in a unit on one day, by half: one dated value a unit and half-day, not one a person.
///
/// Each half has its own key, so that correcting a morning leaves the afternoon alone.
pub(super) struct Sheet(BTreeMap<String, BTreeSet<String>>);

impl Sheet {
    pub(super) fn of(book: &Book<'_>, unit: &Id) -> Sheet {
        let today = book.date().to_string();
        let part = |half: &str| {
            let kept = book.value(unit, &format!("attended-{half}"));
            let codes = kept["people"].as_array().into_iter().flatten().filter_map(Value::as_str);
            (half.to_owned(), codes.filter(|_| kept["day"].as_str() == Some(&today)).map(str::to_owned).collect())
        };
        Sheet(Half::Day.parts().iter().map(|half| part(half)).collect())
    }

    /// The code of each person, once for each half-day.
    pub(super) fn people(self) -> impl Iterator<Item = String> {
        self.0.into_values().flatten()
    }

    fn first_of<'p>(&self, people: &'p BTreeSet<Id>, half: Half) -> Option<(&'p Id, &'static str)> {
        let parts = half.parts().iter();
        parts.flat_map(|part| people.iter().map(move |person| (person, *part))).find(|(person, part)| self.0[*part].contains(person.code()))
    }

    fn add(&mut self, unit: &Id, people: &BTreeSet<Id>, half: Half) -> Result<(), Refusal> {
        if let Some((person, part)) = self.first_of(people, half) {
            return Err(Refusal::new("attendance/already").with("person", person).with("unit", unit).with("half", part));
        }
        for part in half.parts() {
            self.0.entry((*part).to_owned()).or_default().extend(people.iter().map(|person| person.code().to_owned()));
        }
        Ok(())
    }

    fn value(&self, part: &str, date: Date) -> Value {
        json!({"day": date.to_string(), "people": self.0[part]})
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{detainee, done, id, moves, refused, site, value, warnings};
    use super::*;
    use baara_plugin_api::testing::PaperBook;

    const DAY: &str = "2020-06-12";

    fn assign(book: &mut PaperBook, person: &Id, unit: &str) {
        done(book, "assign/1", DAY, json!({"person": person, "unit": unit}));
    }

    #[track_caller]
    fn no(changes: &[(&str, Value)], unit: &str, code: &str) {
        let mut book = site();
        let person = detainee(&mut book, 7, changes);
        let refusal = refused(&mut book, "assign/1", DAY, json!({"person": person, "unit": unit}), code);
        assert_eq!((refusal.args["person"].as_str(), refusal.args["unit"].as_str()), (person.as_str(), unit));
    }

    #[test]
    fn a_convicted_person_is_assigned_and_the_proposer_is_kept() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        assign(&mut book, &person, "workshop/kon-couture");
        let assignment = id("assignment/kon-20-0001");
        assert_eq!(value(&book, &assignment, "person", DAY), json!(person));
        assert_eq!(value(&book, &assignment, "proposed-by", DAY), json!("person/kon-20-0001"));
    }

    #[test]
    fn an_assignment_is_refused_with_its_reason() {
        no(&[("state", "released".into())], "workshop/kon-couture", "assign/not-present");
        no(&[("state", "transferred".into())], "workshop/kon-couture", "assign/not-present");
        no(&[("detainee", false.into())], "workshop/kon-couture", "assign/not-a-detainee");
        no(&[("birth-year", 2003.into())], "workshop/kon-savon", "assign/minor");
        no(&[("birth-year", Value::Null)], "workshop/kon-savon", "assign/age-unknown");
        no(&[("fit", false.into())], "workshop/kon-couture", "assign/unfit");
        no(&[("fit", false.into()), ("unfit-until", DAY.into())], "workshop/kon-couture", "assign/unfit");
        no(&[("restrictions", json!(["outside"]))], "farm/kon-champ", "assign/restricted");
        no(&[("restrictions", json!(["hazardous"]))], "workshop/kon-savon", "assign/restricted");
        no(&[("restrictions", json!(["all-work"]))], "workshop/kon-couture", "assign/restricted");
        no(&[("status", "remand".into())], "workshop/kon-couture", "assign/no-consent");
    }

    #[test]
    fn the_same_person_may_do_other_work() {
        let mut book = site();
        let young = detainee(&mut book, 1, &[("birth-year", 2003.into())]);
        assign(&mut book, &young, "workshop/kon-couture");
        let inside = detainee(&mut book, 2, &[("restrictions", json!(["outside"]))]);
        assign(&mut book, &inside, "workshop/kon-savon");
        let willing = detainee(&mut book, 3, &[("status", "remand".into()), ("consent", true.into())]);
        assign(&mut book, &willing, "farm/kon-champ");
        let healed = detainee(&mut book, 4, &[("fit", false.into()), ("unfit-until", "2020-06-11".into())]);
        assign(&mut book, &healed, "farm/kon-champ");
    }

    #[test]
    fn a_unit_takes_each_person_once_and_no_more_than_it_holds() {
        let mut book = site();
        let people: Vec<Id> = (1..=4).map(|n| detainee(&mut book, n, &[])).collect();
        people[..2].iter().for_each(|person| assign(&mut book, person, "workshop/kon-couture"));
        let again = json!({"person": people[0], "unit": "workshop/kon-couture"});
        refused(&mut book, "assign/1", DAY, again, "assign/already");
        assign(&mut book, &people[2], "workshop/kon-couture");
        let fourth = json!({"person": people[3], "unit": "workshop/kon-couture"});
        let refusal = refused(&mut book, "assign/1", DAY, fourth.clone(), "assign/capacity");
        assert_eq!(refusal.args["capacity"], "3");
        done(&mut book, "assignment-end/1", DAY, json!({"assignment": "assignment/kon-20-0001", "reason": "own-wish"}));
        done(&mut book, "assign/1", DAY, fourth);
    }

    #[test]
    fn an_assignment_is_to_a_unit_and_ends_ahead() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        refused(&mut book, "assign/1", DAY, json!({"person": person, "unit": "trade/soap"}), "unit/not-a-unit");
        let passed = json!({"person": person, "unit": "farm/kon-champ", "until": "2020-06-01"});
        refused(&mut book, "assign/1", DAY, passed, "assign/until-passed");
    }

    #[test]
    fn the_team_is_noted_at_once_with_its_exceptions() {
        let mut book = site();
        let people: Vec<Id> = (1..=3).map(|n| detainee(&mut book, n, &[])).collect();
        people.iter().for_each(|person| assign(&mut book, person, "workshop/kon-savon"));
        let effects = done(
            &mut book,
            "attendance/1",
            DAY,
            json!({"unit": "workshop/kon-savon", "half": "day", "all-assigned": true,
                "exceptions": [{"person": people[0], "reason": "reason/sick"}, {"person": people[1], "reason": "reason/own-wish"}]}),
        );
        assert_eq!(
            moves(&effects),
            [
                "2 half-day: worker/kon → work/kon-savon.kon-20-0001",
                "4 point: worker/kon → work/kon-savon.kon-20-0001",
                "2 half-day: worker/kon → work/kon-savon.kon-20-0003",
                "4 point: worker/kon → work/kon-savon.kon-20-0003",
            ]
        );
        assert!(warnings(&effects).is_empty());
    }

    #[test]
    fn nobody_is_noted_twice_in_one_half() {
        let mut book = site();
        let people: Vec<Id> = (1..=2).map(|n| detainee(&mut book, n, &[])).collect();
        people.iter().for_each(|person| assign(&mut book, person, "workshop/kon-savon"));
        let morning = json!({"unit": "workshop/kon-savon", "half": "morning", "present": [people[0]]});
        done(&mut book, "attendance/1", DAY, morning.clone());
        refused(&mut book, "attendance/1", DAY, morning.clone(), "attendance/already");
        let whole = json!({"unit": "workshop/kon-savon", "half": "day", "all-assigned": true});
        refused(&mut book, "attendance/1", DAY, whole, "attendance/already");
        done(&mut book, "attendance-one/1", DAY, json!({"unit": "workshop/kon-savon", "half": "morning", "person": people[1]}));
        done(&mut book, "attendance/1", DAY, json!({"unit": "workshop/kon-savon", "half": "afternoon", "all-assigned": true}));
        let one = json!({"unit": "workshop/kon-savon", "half": "afternoon", "person": people[1]});
        refused(&mut book, "attendance-one/1", DAY, one, "attendance/already");
        done(&mut book, "attendance/1", "2020-06-13", morning.clone());
        let late = refused(&mut book, "attendance/1", DAY, morning, "attendance/already");
        assert_eq!(late.args["person"], people[0].as_str());
    }

    #[test]
    fn nobody_is_in_two_units_at_once() {
        let mut book = site();
        let person = detainee(&mut book, 1, &[]);
        assign(&mut book, &person, "workshop/kon-savon");
        assign(&mut book, &person, "workshop/kon-couture");
        done(&mut book, "attendance/1", DAY, json!({"unit": "workshop/kon-savon", "half": "morning", "all-assigned": true}));
        let day = json!({"unit": "workshop/kon-couture", "half": "day", "all-assigned": true});
        refused(&mut book, "attendance/1", DAY, day, "attendance/elsewhere");
        done(&mut book, "attendance/1", DAY, json!({"unit": "workshop/kon-couture", "half": "afternoon", "all-assigned": true}));
    }

    #[test]
    fn work_done_without_consent_is_owed_and_warned_about() {
        let mut book = site();
        let person = detainee(&mut book, 1, &[("status", "remand".into())]);
        let effects = done(&mut book, "attendance/1", DAY, json!({"unit": "farm/kon-champ", "half": "morning", "present": [person]}));
        assert_eq!(moves(&effects).len(), 2);
        assert_eq!(warnings(&effects), ["attendance/no-consent", "attendance/not-assigned"]);
    }

    #[test]
    fn the_absent_and_strangers_are_refused_by_name() {
        let mut book = site();
        let here = detainee(&mut book, 1, &[]);
        let gone = detainee(&mut book, 2, &[("state", "released".into())]);
        assign(&mut book, &here, "farm/kon-champ");
        let fields = json!({"unit": "farm/kon-champ", "half": "morning", "all-assigned": true, "present": [gone]});
        let refusal = refused(&mut book, "attendance/1", DAY, fields, "assign/not-present");
        assert_eq!(refusal.args["person"], gone.as_str());
        let staff = detainee(&mut book, 3, &[("detainee", false.into())]);
        let fields = json!({"unit": "farm/kon-champ", "half": "morning", "present": [staff]});
        refused(&mut book, "attendance/1", DAY, fields, "assign/not-a-detainee");
    }

    #[test]
    fn a_sheet_is_refused_when_it_makes_no_sense() {
        let mut book = site();
        let (one, two) = (detainee(&mut book, 1, &[]), detainee(&mut book, 2, &[]));
        assign(&mut book, &one, "farm/kon-champ");
        let sheet = |present: Value, exceptions: Value| json!({"unit": "farm/kon-champ", "half": "morning", "present": present, "exceptions": exceptions});
        refused(&mut book, "attendance/1", DAY, sheet(json!([]), json!([])), "attendance/nobody");
        refused(&mut book, "attendance/1", DAY, sheet(json!([one, one]), json!([])), "attendance/twice");
        let stranger = json!([{"person": two, "reason": "reason/sick"}]);
        refused(&mut book, "attendance/1", DAY, sheet(json!([one]), stranger), "attendance/not-in-team");
        let both = json!([{"person": one, "reason": "reason/sick"}]);
        refused(&mut book, "attendance/1", DAY, sheet(json!([one]), both), "attendance/twice");
    }
}
