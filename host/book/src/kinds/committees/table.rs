//! A committee around a table, for tests: six members of five colleges, and people who are not members.

use super::{composition, meetings, minutes, motions, payments, rules};
use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::{PaperBook, command};

/// The words of committees in both languages.
pub(super) const LOCALES: [&str; 2] =
    [include_str!("../../../../../config/locale/fr/committees.toml"), include_str!("../../../../../config/locale/en/committees.toml")];

/// A paper book with a committee in it.
pub(super) struct Table {
    /// The book.
    pub(super) book: PaperBook,
}

/// The members: person, college, office.
const MEMBERS: [(&str, &str, &str); 6] = [
    ("kon-mayor", "officials", "chair"),
    ("kon-chief", "staff", "secretary"),
    ("kon-ngo", "ngo", "treasurer"),
    ("kon-guard2", "staff", "member"),
    ("kon-family", "families", "member"),
    ("kon-detainee", "detainees", "member"),
];

impl Table {
    /// Colleges, people, places and rules, but no committee yet.
    pub(super) fn bare() -> Table {
        let mut book = PaperBook::new();
        let day = day("2020-01-01");
        for college in ["staff", "officials", "ngo", "families", "detainees"] {
            book.put(&Id::new("college", college), day, &[("label", college.into()), ("staff", (college == "staff").into())]);
        }
        for person in ["kon-mayor", "kon-ngo", "kon-family", "kon-imam"] {
            book.put(&Id::new("person", person), day, &[("external", true.into())]);
        }
        for person in ["kon-detainee", "kon-detainee2"] {
            book.put(&Id::new("person", person), day, &[("detainee", true.into())]);
        }
        for person in ["kon-chief", "kon-guard", "kon-guard2"] {
            book.put(&Id::new("person", person), day, &[]);
        }
        book.put(
            &Id::new("rules", "kon"),
            day,
            &[
                ("quorum.heads", "1/2".into()),
                ("quorum.colleges", 3.into()),
                ("majority", "1/2".into()),
                ("mandate.months", 36.into()),
                ("meeting.notice-days", 5.into()),
                ("minutes.signing", "own-or-ink".into()),
            ],
        );
        for place in
            ["cash-box/kon-caisse", "bank/kon-bdm", "fund/kon-entretien", "fund/kon-mandela", "supplier/kon-sona", "item/mais-grain"]
        {
            book.put(&Id::parse(place).unwrap(), day, &[("label", place.into())]);
        }
        Table { book }
    }

    /// The committee in office since 2 January 2020.
    pub(super) fn set() -> Table {
        let mut table = Table::bare();
        table.run("committee/1", "kon-chief", "2020-01-02", json!({"label": "COGES", "act": "Décision N° 2020-275"})).unwrap();
        for (person, college, office) in MEMBERS {
            let form =
                json!({"person": format!("person/{person}"), "college": format!("college/{college}"), "office": office, "act": "PV n° 1"});
            table.run("mandate/1", "kon-chief", "2020-01-02", form).unwrap();
        }
        table
    }

    /// Sets a rule from the first day on; `null` takes it away.
    pub(super) fn rule(&mut self, name: &str, value: Value) {
        let set = Effects::new().set(&Id::new("rules", "kon"), name, value, day("2020-01-01"));
        self.book.apply("test", day("2020-01-01"), &Id::new("person", "test"), &set.0);
    }

    /// Records a form as somebody.
    pub(super) fn run(&mut self, kind: &str, by: &str, date: &str, fields: Value) -> Decided {
        let all = [composition::kinds(), meetings::kinds(), motions::kinds(), minutes::kinds(), rules::kinds(), payments::kinds()].concat();
        let found = all.iter().find(|k| k.declaration.kind == kind).expect("a kind of committees");
        let mut cmd = command(kind, date, fields);
        cmd.by = Id::new("person", by);
        let decided = self.book.record(found, &cmd);
        if let Err(refusal) = &decided {
            let common = ["thing/", "leave/", "rule/", "field/"].iter().any(|room| refusal.code.starts_with(room));
            assert!(common || found.declaration.refusals.contains(&refusal.code), "{kind} does not declare {}", refusal.code);
            texts_show_only(refusal);
        }
        decided
    }

    /// Records a form that is not refused.
    #[track_caller]
    pub(super) fn ok<R: Record>(&mut self, date: &str, fields: Value) -> Effects {
        self.run(R::KIND, "kon-chief", date, fields).unwrap_or_else(|r| panic!("{} was refused: {r}", R::KIND))
    }

    /// Records a form that is refused with this code; the book stays as it is.
    #[track_caller]
    pub(super) fn refused<R: Record>(&mut self, date: &str, fields: Value, code: &str) -> Refusal {
        let refusal = self.run(R::KIND, "kon-chief", date, fields).expect_err("a refusal");
        assert_eq!(refusal.code, code, "{refusal}");
        refusal
    }

    /// Asks the book at a day.
    pub(super) fn at<T>(&self, date: &str, ask: impl FnOnce(&Book<'_>) -> T) -> T {
        ask(&Book::new(&self.book, "kon", day(date)))
    }

    /// What an attribute is now, as text.
    pub(super) fn value(&self, thing: &str, key: &str) -> String {
        let value = self.at("2030-01-01", |book| book.value(&Id::parse(thing).unwrap(), key));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    /// The leave a place has.
    pub(super) fn leave(&self, place: &str) -> i64 {
        self.at("2030-01-01", |book| book.holding(&Id::parse(place).unwrap(), &items::leave()).map_or(0, Amount::count))
    }

    /// The mandate of a member.
    pub(super) fn mandate_of(&self, person: &str) -> Id {
        self.at("2020-01-10", |book| super::member_of(book, &Id::new("person", person)).expect("a member").mandate)
    }

    /// A meeting called for a day, five days before.
    pub(super) fn convene(&mut self, on: &str) -> Id {
        let called = day(on) - Days::new(5);
        let form = json!({"on": on, "place": "greffe", "session": "ordinary", "agenda": ["divers"]});
        opened(&self.run("convocation/1", "kon-chief", &called.to_string(), form).unwrap(), "meeting")
    }

    /// A meeting held with these members present.
    pub(super) fn held(&mut self, on: &str, present: &[&str]) -> Id {
        let meeting = self.convene(on);
        let lines: Vec<Value> = present.iter().map(|p| json!({"person": format!("person/{p}"), "presence": "present"})).collect();
        self.run("presence/1", "kon-chief", on, json!({"meeting": meeting.as_str(), "lines": lines})).unwrap();
        meeting
    }

    /// A motion opened on a meeting, with fields beside `meeting`, `about` and `title`.
    pub(super) fn motion(&mut self, meeting: &Id, on: &str, about: &str, more: &Value) -> Id {
        let mut form = json!({"meeting": meeting.as_str(), "about": about, "title": "une décision"});
        for (key, value) in more.as_object().unwrap() {
            form[key] = value.clone();
        }
        opened(&self.run("motion/1", "kon-chief", on, form).unwrap(), "motion")
    }

    /// A motion put, voted by consensus and closed; gives the decision.
    pub(super) fn carried(&mut self, meeting: &Id, on: &str, about: &str, more: &Value) -> Id {
        let motion = self.motion(meeting, on, about, more);
        self.run("vote/1", "kon-chief", on, json!({"motion": motion.as_str(), "consensus": true})).unwrap();
        opened(&self.run("motion-close/1", "kon-chief", on, json!({"motion": motion.as_str()})).unwrap(), "decision")
    }

    /// Writes the minutes.
    pub(super) fn minute(&mut self, meeting: &Id, date: &str) {
        self.run("minutes/1", "kon-chief", date, json!({"meeting": meeting.as_str()})).unwrap();
    }

    /// Signs the minutes with one's own secret.
    pub(super) fn sign(&mut self, meeting: &Id, date: &str, person: &str) -> Decided {
        self.run("sign/1", person, date, json!({"meeting": meeting.as_str()}))
    }

    /// A decision of a full meeting, voted, minuted and signed on one day.
    pub(super) fn adopted(&mut self, on: &str, about: &str, more: &Value) -> Id {
        let meeting = self.held(on, &["kon-mayor", "kon-chief", "kon-ngo"]);
        let decision = self.carried(&meeting, on, about, more);
        self.minute(&meeting, on);
        for person in ["kon-mayor", "kon-chief", "kon-ngo"] {
            self.sign(&meeting, on, person).unwrap();
        }
        decision
    }
}

/// Every figure a refusal's text shows in `{…}` is one that the refusal gives.
fn texts_show_only(refusal: &Refusal) {
    for locale in LOCALES {
        let words = baara_plugin_api::words(locale);
        for part in ["happened", "expected", "try"] {
            let Some(text) = words.get(&format!("refusal.{}.{part}", refusal.code)) else { continue };
            let shown = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            shown.for_each(|name| assert!(refusal.args.contains_key(name), "{}: no {name} in {:?}", refusal.code, refusal.args));
        }
    }
}

/// A day.
pub(super) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The thing of a kind that effects open.
#[track_caller]
pub(super) fn opened(effects: &Effects, kind: &str) -> Id {
    let opens = effects.0.iter().filter_map(|e| if let Effect::Open { thing, .. } = e { Some(thing) } else { None });
    opens.into_iter().find(|id| id.kind() == kind).cloned().unwrap_or_else(|| panic!("no {kind} in {effects:?}"))
}
