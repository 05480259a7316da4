//! Training: who learns what from whom, whether they finished, and the paper they take with them.

use baara_plugin_api::prelude::*;

/// A course begins for several people; the trainer may be a detainee.
#[derive(Form)]
pub(super) struct Training {
    subject: String,
    unit: Option<Id>,
    #[field(of = "person")]
    persons: Vec<Id>,
    #[field(of = "person")]
    trainer: Id,
    hours: u64,
}

impl Record for Training {
    const KIND: &'static str = "training/1";
    fn writes() -> Grant {
        grant(&["training"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["unit/not-a-unit", "training/nobody", "training/own-trainer", "training/twice", "training/not-present", "training/hours"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        if let Some(unit) = &self.unit {
            super::kind_of_unit(book, unit)?;
        }
        book.open(&self.trainer)?;
        if self.persons.is_empty() {
            return Err(Refusal::new("training/nobody"));
        }
        if !(1..=10_000).contains(&self.hours) {
            return Err(Refusal::new("training/hours").with("hours", self.hours));
        }
        let mut effects = Effects::new();
        for (n, id) in self.persons.iter().enumerate() {
            let person = book.open(id)?;
            if *id == self.trainer {
                return Err(Refusal::new("training/own-trainer").with("person", id));
            }
            if self.persons[..n].contains(id) {
                return Err(Refusal::new("training/twice").with("person", id));
            }
            if matches!(person.text("state"), "released" | "transferred") {
                return Err(Refusal::new("training/not-present").with("person", id).with("state", person.text("state")));
            }
            effects = effects.open(
                &Id::new("training", &format!("${}", n + 1)),
                [
                    ("person", id.as_str().into()),
                    ("subject", self.subject.as_str().into()),
                    ("unit", super::id_value(self.unit.as_ref())),
                    ("trainer", self.trainer.as_str().into()),
                    ("hours", self.hours.into()),
                ],
            );
        }
        Ok(effects)
    }
}

/// How one person's course ended.
#[derive(Form)]
struct Ended {
    #[field(of = "training")]
    training: Id,
    completed: bool,
}

/// A course ends, for each person in their own way.
#[derive(Form)]
pub(super) struct TrainingEnd {
    lines: Vec<Ended>,
}

impl Record for TrainingEnd {
    const KIND: &'static str = "training-end/1";
    fn writes() -> Grant {
        grant(&["training"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["training-end/nobody", "training-end/already"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.lines.is_empty() {
            return Err(Refusal::new("training-end/nobody"));
        }
        let (mut effects, mut seen) = (Effects::new(), Vec::new());
        for line in &self.lines {
            let training = book.open(&line.training)?;
            if training.values.contains_key("completed") || seen.contains(&&line.training) {
                return Err(Refusal::new("training-end/already").with("training", &line.training));
            }
            seen.push(&line.training);
            effects = effects.set(&line.training, "completed", line.completed, cmd.date);
            if !line.completed {
                effects = effects.close(&line.training);
            }
        }
        Ok(effects)
    }
}

/// The paper somebody takes with them. It says what they learnt, and nothing of where they were.
#[derive(Form)]
pub(super) struct Certificate {
    #[field(of = "training")]
    training: Id,
}

impl Record for Certificate {
    const KIND: &'static str = "certificate/1";
    fn writes() -> Grant {
        grant(&["training"], &[], &[], &[], &["certificate"])
    }
    fn refusals() -> &'static [&'static str] {
        &["certificate/not-completed"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let training = book.open(&self.training)?;
        if !training.flag("completed") {
            return Err(Refusal::new("certificate/not-completed").with("training", &self.training));
        }
        // Closed once it has its number: a second certificate is a reprint, not a new number.
        Ok(Effects::new().number("certificate").set(&self.training, "certificate", NUMBER, cmd.date).close(&self.training))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{detainee, done, id, refused, site, value};
    use super::*;

    const DAY: &str = "2020-06-12";

    #[test]
    fn a_course_opens_one_training_a_person() {
        let mut book = site();
        let (one, two, trainer) = (detainee(&mut book, 1, &[]), detainee(&mut book, 2, &[]), detainee(&mut book, 3, &[]));
        let fields = json!({"subject": "Couture", "unit": "workshop/kon-couture", "persons": [one, two], "trainer": trainer, "hours": 120});
        done(&mut book, "training/1", DAY, fields);
        assert_eq!(value(&book, &id("training/kon-20-0002"), "person", DAY), json!(two));
        assert_eq!(value(&book, &id("training/kon-20-0002"), "hours", DAY), json!(120));
    }

    #[test]
    fn a_course_needs_people_a_trainer_and_hours() {
        let mut book = site();
        let (one, trainer) = (detainee(&mut book, 1, &[]), detainee(&mut book, 3, &[]));
        let gone = detainee(&mut book, 4, &[("state", "released".into())]);
        let mut no = |persons: Value, hours: u64, code: &str| {
            let fields = json!({"subject": "Couture", "persons": persons, "trainer": trainer, "hours": hours});
            refused(&mut book, "training/1", DAY, fields, code);
        };
        no(json!([]), 10, "training/nobody");
        no(json!([trainer]), 10, "training/own-trainer");
        no(json!([one, one]), 10, "training/twice");
        no(json!([gone]), 10, "training/not-present");
        no(json!([one]), 0, "training/hours");
        let fields = json!({"subject": "Couture", "unit": "trade/soap", "persons": [one], "trainer": trainer, "hours": 4});
        refused(&mut book, "training/1", DAY, fields, "unit/not-a-unit");
    }

    #[test]
    fn only_those_who_finished_have_a_certificate_and_only_one() {
        let mut book = site();
        let (one, two, trainer) = (detainee(&mut book, 1, &[]), detainee(&mut book, 2, &[]), detainee(&mut book, 3, &[]));
        done(&mut book, "training/1", DAY, json!({"subject": "Couture", "persons": [one, two], "trainer": trainer, "hours": 120}));
        let first = json!({"training": "training/kon-20-0001"});
        refused(&mut book, "certificate/1", DAY, first.clone(), "certificate/not-completed");
        refused(&mut book, "training-end/1", DAY, json!({"lines": []}), "training-end/nobody");
        let lines = json!([{"training": "training/kon-20-0001", "completed": true}, {"training": "training/kon-20-0002"}]);
        done(&mut book, "training-end/1", "2020-09-12", json!({"lines": lines}));
        let again = json!({"lines": [{"training": "training/kon-20-0001", "completed": true}]});
        refused(&mut book, "training-end/1", "2020-09-12", again, "training-end/already");
        let effects = done(&mut book, "certificate/1", "2020-09-13", first.clone());
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, n: 1, .. } if series == "certificate")));
        refused(&mut book, "certificate/1", "2020-09-13", first, "thing/closed");
        refused(&mut book, "certificate/1", "2020-09-13", json!({"training": "training/kon-20-0002"}), "thing/closed");
    }
}
