//! Detainees: admission, status, restrictions, fitness, consent, transfer and release.

use super::attendance::assignments_of;
use super::{Sex, born, id_value};
use baara_plugin_api::prelude::*;

/// Where a detainee stands before the law. Only `convicted` may be assigned without consent.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Remand,
    Charged,
    Accused,
    Convicted,
}

/// What a detainee may not do.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Limit {
    AllWork,
    Outside,
    Hazardous,
}

/// A detainee enters: the minimum, and nothing else, is kept.
#[derive(Form)]
pub(super) struct Admit {
    #[field(sealed)]
    name: String,
    #[field(sealed)]
    committal: String,
    sex: Sex,
    birth_year: Option<u64>,
    status: Standing,
    release: Option<Date>,
    restrictions: Vec<Limit>,
    /// Who they were at the facility they come from.
    former: Option<String>,
}

impl Record for Admit {
    const KIND: &'static str = "admit/1";
    fn writes() -> Grant {
        grant(&["person"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/birth-year", "admit/release-passed"]
    }
    fn decide(self, cmd: &Command, _: &Book<'_>) -> Decided {
        born(self.birth_year, cmd.date)?;
        ahead(self.release, cmd.date, "admit/release-passed")?;
        let mut limits: Vec<&str> = self.restrictions.iter().map(Limit::code).collect();
        limits.sort_unstable();
        limits.dedup();
        Ok(Effects::new().open(
            &Id::new("person", "$1"),
            [
                ("detainee", true.into()),
                ("name", self.name.into()),
                ("committal", self.committal.into()),
                ("sex", self.sex.code().into()),
                ("birth-year", self.birth_year.into()),
                ("status", self.status.code().into()),
                ("state", "present".into()),
                ("facility", Id::new("facility", &cmd.site).as_str().into()),
                ("release", self.release.map(|day| day.to_string()).into()),
                ("restrictions", limits.into()),
                ("former", self.former.into()),
            ],
        ))
    }
}

/// A change of standing before the law, with the release expected from it.
#[derive(Form)]
pub(super) struct Status {
    #[field(of = "person")]
    person: Id,
    status: Standing,
    release: Option<Date>,
}

impl Record for Status {
    const KIND: &'static str = "status/1";
    fn writes() -> Grant {
        grant(&[], &["person.status", "person.release"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-a-detainee", "person/not-present", "status/unchanged", "status/release-passed"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = present(book, &self.person)?;
        ahead(self.release, cmd.date, "status/release-passed")?;
        if person.text("status") == self.status.code() && self.release.is_none() {
            return Err(Refusal::new("status/unchanged").with("person", &self.person).with("status", self.status.code()));
        }
        let mut effects = Effects::new().set(&self.person, "status", self.status.code(), cmd.date);
        if let Some(day) = self.release {
            effects = effects.set(&self.person, "release", day.to_string(), cmd.date);
        }
        let at_work = || !assignments_of(book, &self.person).is_empty();
        if self.status != Standing::Convicted && !person.flag("consent") && at_work() {
            effects = effects.warn("status/no-consent", &[&self.person], [("person", self.person.to_string())]);
        }
        Ok(effects)
    }
}

/// A work a detainee may not do, or may do again.
#[derive(Form)]
pub(super) struct Restrict {
    #[field(of = "person")]
    person: Id,
    restriction: Limit,
    lifted: bool,
}

impl Record for Restrict {
    const KIND: &'static str = "restriction/1";
    fn writes() -> Grant {
        grant(&[], &["person.restrictions"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-a-detainee", "person/not-present", "restriction/unchanged"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = present(book, &self.person)?;
        let code = self.restriction.code();
        let mut limits = person.list("restrictions");
        if limits.contains(&code) != self.lifted {
            return Err(Refusal::new("restriction/unchanged").with("person", &self.person).with("restriction", code));
        }
        if self.lifted {
            limits.retain(|limit| *limit != code)
        } else {
            limits.push(code)
        }
        limits.sort_unstable();
        Ok(Effects::new().set(&self.person, "restrictions", limits, cmd.date))
    }
}

/// What the doctor found: nothing more than the answer is kept.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Finding {
    Fit,
    Unfit,
}

/// A doctor's finding on fitness for work.
#[derive(Form)]
pub(super) struct Fitness {
    #[field(of = "person")]
    person: Id,
    finding: Finding,
    /// The last day a finding of unfitness holds; empty when it has no end.
    until: Option<Date>,
}

impl Record for Fitness {
    const KIND: &'static str = "fitness/1";
    fn writes() -> Grant {
        grant(&[], &["person.fit", "person.unfit-until"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-a-detainee", "person/not-present", "fitness/until-passed"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        present(book, &self.person)?;
        ahead(self.until, cmd.date, "fitness/until-passed")?;
        let until = self.until.filter(|_| self.finding == Finding::Unfit).map(|day| day.to_string());
        let effects = Effects::new().set(&self.person, "fit", self.finding == Finding::Fit, cmd.date);
        Ok(effects.set(&self.person, "unfit-until", until, cmd.date))
    }
}

/// Consent to work, dated, before a witness; work is offered, so it may always be withdrawn.
#[derive(Form)]
pub(super) struct Consent {
    #[field(of = "person")]
    person: Id,
    withdrawn: bool,
    #[field(of = "person")]
    witness: Option<Id>,
}

impl Record for Consent {
    const KIND: &'static str = "consent/1";
    fn writes() -> Grant {
        grant(&["assignment"], &["person.consent", "person.consent-witness"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-a-detainee", "person/not-present", "consent/unchanged", "consent/own-witness"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = present(book, &self.person)?;
        if let Some(witness) = &self.witness {
            book.open(witness)?;
        }
        if self.witness.as_ref() == Some(&self.person) {
            return Err(Refusal::new("consent/own-witness").with("person", &self.person));
        }
        if person.flag("consent") != self.withdrawn {
            return Err(Refusal::new("consent/unchanged").with("person", &self.person));
        }
        let effects = Effects::new().set(&self.person, "consent", !self.withdrawn, cmd.date);
        let effects = effects.set(&self.person, "consent-witness", id_value(self.witness.as_ref()), cmd.date);
        // The convicted may be assigned without consent: their withdrawal is kept, and ends nothing.
        let stops = self.withdrawn && person.text("status") != "convicted";
        Ok(if stops { effects.then(end_all(book, &self.person, "own-wish", cmd.date)) } else { effects })
    }
}

/// A person leaves for another facility, which admits them under its own number.
#[derive(Form)]
pub(super) struct TransferPerson {
    #[field(of = "person")]
    person: Id,
    #[field(of = "facility")]
    to: Id,
}

impl Record for TransferPerson {
    const KIND: &'static str = "transfer-person/1";
    fn writes() -> Grant {
        grant(&["assignment"], &["person.state", "person.facility"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-present", "transfer/same-facility"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        here(&book.open(&self.person)?)?;
        book.open(&self.to)?;
        if self.to.code() == cmd.site {
            return Err(Refusal::new("transfer/same-facility").with("person", &self.person).with("to", &self.to));
        }
        let effects = end_all(book, &self.person, "transfer", cmd.date).set(&self.person, "state", "transferred", cmd.date).set(
            &self.person,
            "facility",
            self.to.as_str(),
            cmd.date,
        );
        Ok(unpaid(effects, book, cmd, &self.person, "transfer/pecule-unpaid"))
    }
}

/// A detainee goes free. It is a status: what they are owed stays on the book until it is paid.
#[derive(Form)]
pub(super) struct Release {
    #[field(of = "person")]
    person: Id,
}

impl Record for Release {
    const KIND: &'static str = "release/1";
    fn writes() -> Grant {
        grant(&["assignment"], &["person.state"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/not-a-detainee", "person/not-present"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        present(book, &self.person)?;
        let effects = end_all(book, &self.person, "release", cmd.date).set(&self.person, "state", "released", cmd.date);
        Ok(unpaid(effects, book, cmd, &self.person, "release/pecule-unpaid"))
    }
}

/// The pécule must be settled before somebody goes: what is left is a warning, with the work not shared yet.
fn unpaid(effects: Effects, book: &Book<'_>, cmd: &Command, person: &Id, code: &str) -> Effects {
    let owed = -book.francs(&Id::new("pecule", &format!("{}.{}", cmd.site, person.code())));
    if owed == 0 {
        return effects;
    }
    effects.warn(code, &[person], [("person", person.to_string()), ("balance", Amount::francs(owed).to_string())])
}

fn end_all(book: &Book<'_>, person: &Id, reason: &str, date: Date) -> Effects {
    assignments_of(book, person).iter().fold(Effects::new(), |effects, one| effects.set(one, "reason", reason, date).close(one))
}

fn present(book: &Book<'_>, person: &Id) -> Result<Thing, Refusal> {
    let thing = book.open(person)?;
    if !thing.flag("detainee") {
        return Err(Refusal::new("person/not-a-detainee").with("person", person));
    }
    here(&thing)?;
    Ok(thing)
}

fn here(person: &Thing) -> Result<(), Refusal> {
    match person.text("state") {
        state @ ("released" | "transferred") => Err(Refusal::new("person/not-present").with("person", &person.id).with("state", state)),
        _ => Ok(()),
    }
}

fn ahead(day: Option<Date>, date: Date, code: &str) -> Result<(), Refusal> {
    match day {
        Some(day) if day < date => Err(Refusal::new(code).with("day", day)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{detainee, done, id, refused, site, value, warnings};
    use super::*;

    const DAY: &str = "2020-06-12";

    #[test]
    fn a_detainee_is_admitted_with_the_minimum() {
        let mut book = site();
        let fields = json!({"name": "sealed:a", "committal": "sealed:b", "sex": "m", "birth-year": 1998, "status": "remand",
            "release": "2021-01-15", "restrictions": ["outside", "outside"]});
        done(&mut book, "admit/1", DAY, fields);
        let person = id("person/kon-20-0001");
        let told = |key| value(&book, &person, key, DAY);
        assert_eq!((told("state"), told("status"), told("detainee")), (json!("present"), json!("remand"), json!(true)));
        assert_eq!((told("restrictions"), told("release")), (json!(["outside"]), json!("2021-01-15")));
        let sealed: Vec<String> = Admit::fields().into_iter().filter(|f| f.sealed).map(|f| f.name).collect();
        assert_eq!(sealed, ["name", "committal"]);
    }

    #[test]
    fn an_admission_cannot_expect_a_release_that_has_passed() {
        let fields = json!({"name": "sealed:a", "committal": "sealed:b", "sex": "m", "status": "remand", "release": "2020-01-15"});
        refused(&mut site(), "admit/1", DAY, fields, "admit/release-passed");
        let fields = json!({"name": "sealed:a", "committal": "sealed:b", "sex": "m", "status": "remand", "birth-year": 1850});
        refused(&mut site(), "admit/1", DAY, fields, "person/birth-year");
    }

    #[test]
    fn a_status_changes_and_keeps_its_past() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[("status", "remand".into())]);
        refused(&mut book, "status/1", DAY, json!({"person": person, "status": "remand"}), "status/unchanged");
        let passed = json!({"person": person, "status": "convicted", "release": "2020-06-01"});
        refused(&mut book, "status/1", DAY, passed, "status/release-passed");
        done(&mut book, "status/1", DAY, json!({"person": person, "status": "convicted", "release": "2022-06-12"}));
        assert_eq!(value(&book, &person, "status", "2020-06-11"), json!("remand"));
        assert_eq!(value(&book, &person, "status", DAY), json!("convicted"));
        assert_eq!(value(&book, &person, "release", DAY), json!("2022-06-12"));
    }

    #[test]
    fn somebody_untried_again_and_still_assigned_is_warned_about() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", DAY, json!({"person": person, "unit": "workshop/kon-couture"}));
        let effects = done(&mut book, "status/1", DAY, json!({"person": person, "status": "accused"}));
        assert_eq!(warnings(&effects), ["status/no-consent"]);
    }

    #[test]
    fn only_detainees_who_are_here_have_a_status() {
        let mut book = site();
        book.put(&id("person/kon-20-0009"), "2020-01-01".parse().expect("a date"), &[]);
        let gone = detainee(&mut book, 8, &[("state", "released".into())]);
        refused(&mut book, "status/1", DAY, json!({"person": "person/kon-20-0009", "status": "remand"}), "person/not-a-detainee");
        let refusal = refused(&mut book, "release/1", DAY, json!({"person": gone}), "person/not-present");
        assert_eq!(refusal.args["state"], "released");
    }

    #[test]
    fn a_restriction_is_set_once_and_lifted_once() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        let set = json!({"person": person, "restriction": "outside"});
        done(&mut book, "restriction/1", DAY, set.clone());
        assert_eq!(value(&book, &person, "restrictions", DAY), json!(["outside"]));
        refused(&mut book, "restriction/1", DAY, set, "restriction/unchanged");
        let lift = json!({"person": person, "restriction": "outside", "lifted": true});
        done(&mut book, "restriction/1", "2020-06-13", lift.clone());
        assert_eq!(value(&book, &person, "restrictions", "2020-06-13"), json!([]));
        refused(&mut book, "restriction/1", "2020-06-13", lift, "restriction/unchanged");
    }

    #[test]
    fn unfitness_has_an_end_that_lies_ahead() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        let fields = json!({"person": person, "finding": "unfit", "until": "2020-06-01"});
        refused(&mut book, "fitness/1", DAY, fields, "fitness/until-passed");
        done(&mut book, "fitness/1", DAY, json!({"person": person, "finding": "unfit", "until": "2020-06-30"}));
        assert_eq!(value(&book, &person, "unfit-until", DAY), json!("2020-06-30"));
        done(&mut book, "fitness/1", "2020-06-20", json!({"person": person, "finding": "fit"}));
        assert_eq!(value(&book, &person, "fit", "2020-06-20"), json!(true));
        assert_eq!(value(&book, &person, "unfit-until", "2020-06-20"), Value::Null);
    }

    #[test]
    fn withdrawn_consent_ends_the_work_of_the_untried() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[("status", "remand".into())]);
        refused(&mut book, "consent/1", DAY, json!({"person": person, "withdrawn": true}), "consent/unchanged");
        refused(&mut book, "consent/1", DAY, json!({"person": person, "witness": person}), "consent/own-witness");
        done(&mut book, "consent/1", DAY, json!({"person": person}));
        done(&mut book, "assign/1", DAY, json!({"person": person, "unit": "workshop/kon-couture"}));
        done(&mut book, "consent/1", "2020-06-20", json!({"person": person, "withdrawn": true}));
        assert_eq!(value(&book, &person, "consent", "2020-06-19"), json!(true));
        let view = Book::new(&book, "kon", "2020-06-20".parse().expect("a date"));
        assert!(assignments_of(&view, &person).is_empty());
    }

    #[test]
    fn a_release_ends_work_and_tells_what_is_still_owed() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        done(&mut book, "assign/1", DAY, json!({"person": person, "unit": "workshop/kon-couture"}));
        book.stock(&id("pecule/kon.kon-20-0007"), &items::xof(), None, Amount::francs(-4250));
        let effects = done(&mut book, "release/1", "2020-06-20", json!({"person": person}));
        assert_eq!(warnings(&effects), ["release/pecule-unpaid"]);
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Warn { args, .. } if args["balance"] == "4250 XOF")));
        assert_eq!(value(&book, &person, "state", "2020-06-20"), json!("released"));
        let view = Book::new(&book, "kon", "2020-06-20".parse().expect("a date"));
        assert!(view.open(&person).is_ok() && assignments_of(&view, &person).is_empty());
    }

    #[test]
    fn a_release_with_nothing_owed_warns_of_nothing() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        let effects = done(&mut book, "release/1", DAY, json!({"person": person}));
        assert!(warnings(&effects).is_empty());
    }

    #[test]
    fn a_transfer_goes_to_another_facility() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        refused(&mut book, "transfer-person/1", DAY, json!({"person": person, "to": "facility/kon"}), "transfer/same-facility");
        book.stock(&id("pecule/kon.kon-20-0007"), &items::xof(), None, Amount::francs(-5));
        let effects = done(&mut book, "transfer-person/1", DAY, json!({"person": person, "to": "facility/kou"}));
        assert_eq!(warnings(&effects), ["transfer/pecule-unpaid"]);
        assert_eq!(value(&book, &person, "facility", DAY), json!("facility/kou"));
        refused(&mut book, "transfer-person/1", DAY, json!({"person": person, "to": "facility/kou"}), "person/not-present");
    }
}
