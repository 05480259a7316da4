//! Who sits on a committee: its founding act, mandates by college, and their ends.

use super::{committee, count_rule, ensure, in_force, maybe, members, open_now, rules_of};
use baara_plugin_api::prelude::*;

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<Committee>(), Kind::of::<Mandate>(), Kind::of::<MandateEnd>()]
}

/// A committee, founded by an act.
#[derive(Form)]
struct Committee {
    label: String,
    label_en: Option<String>,
    act: String,
}

impl Record for Committee {
    const KIND: &'static str = "committee/1";
    fn writes() -> Grant {
        grant(&["committee", "rules"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["committee/exists"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let id = committee(&cmd.site);
        if book.thing(&id).is_some() {
            return Err(Refusal::new("committee/exists").with("committee", &id));
        }
        let effects =
            Effects::new().open(&id, [("label", self.label.into()), ("label-en", maybe(self.label_en)), ("act", self.act.into())]);
        Ok(ensure(effects, book, &rules_of(&cmd.site)))
    }
}

/// What somebody does on the committee.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Office {
    Chair,
    Secretary,
    Treasurer,
    Auditor,
    Member,
}

impl Office {
    /// True for the offices that one person at a time holds.
    fn is_single(self) -> bool {
        matches!(self, Office::Chair | Office::Secretary | Office::Treasurer)
    }
}

/// A person takes a seat on the committee for a college.
#[derive(Form)]
struct Mandate {
    #[field(of = "person")]
    person: Id,
    #[field(of = "college")]
    college: Id,
    office: Office,
    until: Option<Date>,
    act: String,
}

impl Record for Mandate {
    const KIND: &'static str = "mandate/1";
    fn writes() -> Grant {
        grant(&["mandate"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "mandate/wrong-college",
            "mandate/detainee-office",
            "mandate/already-sits",
            "mandate/office-held",
            "mandate/too-long",
            "mandate/ends-before",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&committee(&cmd.site))?;
        let (person, college) = (book.open(&self.person)?, book.open(&self.college)?);
        self.fits(&person, &college)?;
        self.seat_is_free(book)?;
        let until = self.last_day(cmd.date, book)?;
        let values = [
            ("person", self.person.as_str().into()),
            ("college", self.college.as_str().into()),
            ("office", self.office.code().into()),
            ("until", until.to_string().into()),
            ("act", self.act.into()),
        ];
        Ok(Effects::new().open(&Id::new("mandate", "$1"), values))
    }
}

impl Mandate {
    /// Staff sit for staff colleges, others for the others; a detainee directs and checks nobody (Mandela rule 40).
    fn fits(&self, person: &Thing, college: &Thing) -> Result<(), Refusal> {
        let is_staff = !person.flag("detainee") && !person.flag("external");
        if is_staff != college.flag("staff") {
            return Err(Refusal::new("mandate/wrong-college").with("person", &person.id).with("college", &college.id));
        }
        if person.flag("detainee") && self.office != Office::Member {
            return Err(Refusal::new("mandate/detainee-office").with("person", &person.id).with("office", self.office.code()));
        }
        Ok(())
    }

    fn seat_is_free(&self, book: &Book<'_>) -> Result<(), Refusal> {
        let members = members(book);
        if let Some(sits) = members.iter().find(|m| m.person == self.person) {
            return Err(Refusal::new("mandate/already-sits").with("person", &self.person).with("mandate", &sits.mandate));
        }
        let office = self.office.code();
        match members.iter().find(|m| self.office.is_single() && m.office == office) {
            Some(holder) => Err(Refusal::new("mandate/office-held").with("office", office).with("person", &holder.person)),
            None => Ok(()),
        }
    }

    /// The day asked for, no later than the rule lets it; the rule's own when none is asked for.
    fn last_day(&self, from: Date, book: &Book<'_>) -> Result<Date, Refusal> {
        let limit = count_rule(book, "mandate.months").map(|months| end_of(from, months));
        let until = match self.until {
            Some(until) => until,
            None => limit.clone()?,
        };
        match limit {
            _ if until < from => Err(Refusal::new("mandate/ends-before").with("until", until).with("from", from)),
            Ok(limit) if until > limit => Err(Refusal::new("mandate/too-long").with("until", until).with("limit", limit)),
            _ => Ok(until),
        }
    }
}

/// The last day of so many months that begin on `from`.
fn end_of(from: Date, months: u64) -> Date {
    let months = u32::try_from(months).unwrap_or(u32::MAX);
    from.checked_add_months(Months::new(months)).and_then(|day| day.pred_opt()).unwrap_or(Date::MAX)
}

/// A mandate ends: resignation, release, transfer, replacement. From that day on the person does not sit.
#[derive(Form)]
struct MandateEnd {
    #[field(of = "mandate")]
    mandate: Id,
    #[field(sealed)]
    reason: Option<String>,
    act: Option<String>,
}

impl Record for MandateEnd {
    const KIND: &'static str = "mandate-end/1";
    fn writes() -> Grant {
        grant(&["mandate"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["mandate-end/not-in-force"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        open_now(book, &self.mandate)?;
        let mandate = book.open(&self.mandate)?;
        if !in_force(&mandate, cmd.date) {
            return Err(Refusal::new("mandate-end/not-in-force").with("mandate", &self.mandate));
        }
        // The mandate stays open as a thing: a late sheet of an earlier meeting still finds it.
        let last = cmd.date.pred_opt().unwrap_or(cmd.date);
        let mut effects = Effects::new().set(&self.mandate, "until", last.to_string(), cmd.date);
        for (key, value) in [("end-reason", self.reason), ("end-act", self.act)] {
            if let Some(value) = value {
                effects = effects.set(&self.mandate, key, value, cmd.date);
            }
        }
        Ok(effects)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    fn mandate(person: &str, college: &str, office: &str) -> Value {
        json!({"person": format!("person/{person}"), "college": format!("college/{college}"), "office": office, "until": "2022-12-31", "act": "Décision 12"})
    }

    #[test]
    fn a_committee_is_founded_once() {
        let mut table = Table::bare();
        table.ok::<Committee>("2020-01-02", json!({"label": "COGES de Konséguéla", "act": "Décision N° 2020-275"}));
        table.refused::<Committee>("2020-01-03", json!({"label": "encore", "act": "x"}), "committee/exists");
    }

    #[test]
    fn staff_do_not_sit_for_families_nor_others_for_staff() {
        let mut table = Table::set();
        table.refused::<Mandate>("2020-01-06", mandate("kon-guard", "families", "member"), "mandate/wrong-college");
        table.refused::<Mandate>("2020-01-06", mandate("kon-imam", "staff", "member"), "mandate/wrong-college");
        table.ok::<Mandate>("2020-01-06", mandate("kon-imam", "families", "member"));
    }

    #[test]
    fn a_detainee_is_a_member_but_never_an_officer() {
        let mut table = Table::set();
        for office in ["chair", "secretary", "treasurer", "auditor"] {
            table.refused::<Mandate>("2020-01-06", mandate("kon-detainee2", "detainees", office), "mandate/detainee-office");
        }
        table.ok::<Mandate>("2020-01-06", mandate("kon-detainee2", "detainees", "member"));
    }

    #[test]
    fn one_person_has_one_seat_and_one_chair_sits() {
        let mut table = Table::set();
        table.refused::<Mandate>("2020-01-06", mandate("kon-ngo", "ngo", "member"), "mandate/already-sits");
        table.refused::<Mandate>("2020-01-06", mandate("kon-imam", "families", "chair"), "mandate/office-held");
    }

    #[test]
    fn the_office_is_free_again_the_day_the_mandate_ends() {
        let mut table = Table::set();
        let chair = table.mandate_of("kon-mayor");
        table.ok::<MandateEnd>("2020-03-01", json!({"mandate": chair.as_str()}));
        table.ok::<Mandate>("2020-03-01", mandate("kon-imam", "families", "chair"));
        table.refused::<MandateEnd>("2020-03-02", json!({"mandate": chair.as_str()}), "mandate-end/not-in-force");
        let before: Vec<Id> = table.at("2020-02-29", |book| members(book).into_iter().map(|m| m.person).collect());
        assert!(before.contains(&Id::new("person", "kon-mayor")), "he sat until the day before");
    }

    #[test]
    fn a_mandate_lasts_no_longer_than_the_rule() {
        let mut table = Table::set();
        let mut form = mandate("kon-imam", "families", "member");
        form["until"] = "2030-01-01".into();
        table.refused::<Mandate>("2020-01-06", form.clone(), "mandate/too-long");
        form["until"] = "2019-01-01".into();
        table.refused::<Mandate>("2020-01-06", form.clone(), "mandate/ends-before");
        form["until"] = Value::Null;
        let opened = table.ok::<Mandate>("2020-01-06", form);
        assert!(format!("{opened:?}").contains("2023-01-05"), "36 months less a day: {opened:?}");
    }

    #[test]
    fn without_a_rule_the_end_must_be_told() {
        let mut table = Table::set();
        table.rule("mandate.months", Value::Null);
        let mut form = mandate("kon-imam", "families", "member");
        table.ok::<Mandate>("2020-01-06", form.clone());
        form["person"] = "person/kon-detainee2".into();
        form["college"] = "college/detainees".into();
        form["until"] = Value::Null;
        table.refused::<Mandate>("2020-01-06", form, "rule/not-set");
    }
}
