//! The record kinds of people: who they are, what they may do, and where they work.

use baara_plugin_api::prelude::*;

pub(crate) mod attendance;
mod detainees;
mod pay;
mod rest;
mod secrets;
mod training;

pub(crate) use attendance::kind_of_unit;
pub use pay::at_pay;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<Person>(),
        Kind::of::<RoleGive>(),
        Kind::of::<RoleTake>(),
        Kind::of::<secrets::SecretReset>(),
        Kind::of::<secrets::CodeList>(),
        Kind::of::<detainees::Admit>(),
        Kind::of::<detainees::Status>(),
        Kind::of::<detainees::Restrict>(),
        Kind::of::<detainees::Fitness>(),
        Kind::of::<detainees::Consent>(),
        Kind::of::<detainees::TransferPerson>(),
        Kind::of::<detainees::Release>(),
        Kind::of::<attendance::Assign>(),
        Kind::of::<attendance::AssignmentEnd>(),
        Kind::of::<attendance::Attendance>(),
        Kind::of::<attendance::AttendanceOne>(),
        Kind::of::<training::Training>(),
        Kind::of::<training::TrainingEnd>(),
        Kind::of::<training::Certificate>(),
    ]
}

/// Every figure by sex is available from this.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Sex {
    F,
    M,
}

/// A person who is not a detainee: staff, elected, from an organisation, a family, a customer.
#[derive(Form)]
struct Person {
    #[field(sealed)]
    name: String,
    sex: Sex,
    birth_year: Option<u64>,
    external: bool,
    #[field(of = "facility")]
    facility: Option<Id>,
    #[field(sealed)]
    phone: Option<String>,
}

impl Record for Person {
    const KIND: &'static str = "person/1";
    fn writes() -> Grant {
        grant(&["person"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["person/birth-year"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        born(self.birth_year, cmd.date)?;
        let facility = self.facility.unwrap_or_else(|| Id::new("facility", &cmd.site));
        book.open(&facility)?;
        Ok(Effects::new().open(
            &Id::new("person", "$1"),
            [
                ("name", self.name.into()),
                ("sex", self.sex.code().into()),
                ("birth-year", self.birth_year.into()),
                ("external", yes(self.external)),
                ("facility", facility.as_str().into()),
                ("phone", self.phone.into()),
            ],
        ))
    }
}

/// Gives a role to a person.
#[derive(Form)]
struct RoleGive {
    #[field(of = "person")]
    person: Id,
    #[field(of = "role")]
    role: Id,
}

impl Record for RoleGive {
    const KIND: &'static str = "role-give/1";
    fn writes() -> Grant {
        grant(&[], &["person.roles"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["role-give/already", "role-give/staff-only"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let (person, role) = (book.open(&self.person)?, book.open(&self.role)?);
        let no = |code: &str| Err(Refusal::new(code).with("person", &self.person).with("role", &self.role));
        let mut roles = person.list("roles");
        if roles.contains(&self.role.as_str()) {
            return no("role-give/already");
        }
        if person.flag("detainee") && role.flag("staff-only") {
            return no("role-give/staff-only");
        }
        roles.push(self.role.as_str());
        roles.sort_unstable();
        Ok(Effects::new().set(&self.person, "roles", roles, cmd.date))
    }
}

/// Takes a role from a person.
#[derive(Form)]
struct RoleTake {
    #[field(of = "person")]
    person: Id,
    #[field(of = "role")]
    role: Id,
}

impl Record for RoleTake {
    const KIND: &'static str = "role-take/1";
    fn writes() -> Grant {
        grant(&[], &["person.roles"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["role-take/not-held"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = book.open(&self.person)?;
        let roles = person.list("roles");
        if !roles.contains(&self.role.as_str()) {
            return Err(Refusal::new("role-take/not-held").with("person", &self.person).with("role", &self.role));
        }
        let left: Vec<&str> = roles.into_iter().filter(|role| *role != self.role.as_str()).collect();
        Ok(Effects::new().set(&self.person, "roles", left, cmd.date))
    }
}

/// A year of birth that a living person may have.
fn born(year: Option<u64>, date: Date) -> Result<(), Refusal> {
    let now = u64::try_from(date.year()).unwrap_or_default();
    match year {
        Some(year) if year > now || year + 120 < now => Err(Refusal::new("person/birth-year").with("year", year)),
        _ => Ok(()),
    }
}

/// Yes, or nothing: a flag that nobody ticked is not kept.
pub(crate) fn yes(flag: bool) -> Value {
    if flag { true.into() } else { Value::Null }
}

/// An id as an attribute holds it; nothing when there is none.
pub(crate) fn id_value(id: Option<&Id>) -> Value {
    id.map_or(Value::Null, |id| id.as_str().into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command};

    /// A site with a facility, two trades, two workshops, a farm, reasons and roles.
    pub(crate) fn site() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        book.put(&id("facility/kon"), day, &[("label", "Konséguéla".into())]);
        book.put(&id("facility/kou"), day, &[("label", "Koutiala".into())]);
        book.put(&id("donor/pnud"), day, &[]);
        book.put(&id("trade/tailoring"), day, &[]);
        book.put(&id("trade/soap"), day, &[("hazardous", true.into())]);
        book.put(&id("workshop/kon-couture"), day, &[("trade", "trade/tailoring".into()), ("capacity", 3.into())]);
        book.put(&id("workshop/kon-savon"), day, &[("trade", "trade/soap".into()), ("points", 2.into())]);
        book.put(&id("farm/kon-champ"), day, &[("outside", true.into())]);
        book.put(&id("reason/sick"), day, &[("paid", true.into())]);
        book.put(&id("reason/own-wish"), day, &[]);
        book.put(&id("role/cashier"), day, &[("staff-only", true.into())]);
        book.put(&id("role/member"), day, &[]);
        book
    }

    pub(crate) fn id(text: &str) -> Id {
        text.parse().expect("an id")
    }

    pub(crate) fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    /// Puts a convicted adult, changed as told.
    pub(crate) fn detainee(book: &mut PaperBook, n: u32, changes: &[(&str, Value)]) -> Id {
        let person = Id::new("person", &format!("kon-20-{n:04}"));
        let mut values = vec![
            ("detainee", Value::from(true)),
            ("status", "convicted".into()),
            ("state", "present".into()),
            ("facility", "facility/kon".into()),
            ("birth-year", 1990.into()),
        ];
        values.retain(|(key, _)| !changes.iter().any(|(changed, _)| changed == key));
        values.extend(changes.iter().cloned());
        book.put(&person, date("2020-01-02"), &values);
        person
    }

    /// Records, and tells the refusal's code and arguments when refused.
    pub(crate) fn record(book: &mut PaperBook, kind: &str, on: &str, fields: Value) -> Result<Effects, Refusal> {
        let built_in = crate::kinds::built_in();
        let kind_of = built_in.iter().find(|k| k.declaration.kind == kind).expect("a built-in kind");
        let decided = book.record(kind_of, &command(kind, on, fields));
        if let Err(refusal) = &decided {
            let declared = kind_of.declaration.refusals.contains(&refusal.code);
            let common = ["thing/", "leave/", "rule/", "field/"].iter().any(|room| refusal.code.starts_with(room));
            assert!(declared || common, "{kind} gives {} without declaring it", refusal.code);
            if declared {
                ["happened", "expected", "try"].iter().for_each(|part| filled(&format!("refusal.{}.{part}", refusal.code), &refusal.args));
            }
        }
        for effect in decided.iter().flat_map(|effects| &effects.0) {
            if let Effect::Warn { code, args, .. } = effect {
                filled(&format!("warning.{code}.text"), args);
            }
        }
        decided
    }

    /// Every figure a text shows must come with the refusal or warning.
    fn filled(name: &str, args: &Words) {
        for words in [french(), english()] {
            let holes = words[name].split('{').skip(1).filter_map(|rest| rest.split('}').next());
            holes.for_each(|hole| assert!(args.contains_key(hole), "{name} shows {hole}, which is not told"));
        }
    }

    #[track_caller]
    pub(crate) fn done(book: &mut PaperBook, kind: &str, on: &str, fields: Value) -> Effects {
        record(book, kind, on, fields).expect("it is recorded")
    }

    #[track_caller]
    pub(crate) fn refused(book: &mut PaperBook, kind: &str, on: &str, fields: Value, code: &str) -> Refusal {
        let refusal = record(book, kind, on, fields).expect_err("it is refused");
        assert_eq!(refusal.code, code, "{refusal}");
        refusal
    }

    /// The codes of the warnings among effects.
    pub(crate) fn warnings(effects: &Effects) -> Vec<&str> {
        effects.0.iter().filter_map(|e| if let Effect::Warn { code, .. } = e { Some(code.as_str()) } else { None }).collect()
    }

    /// The movements as `amount item: from → to [lot]`.
    pub(crate) fn moves(effects: &Effects) -> Vec<String> {
        let told = |e: &Effect| match e {
            Effect::Move { amount, from, to, lot: Some(lot), .. } => Some(format!("{amount}: {from} → {to} [{lot}]")),
            Effect::Move { amount, from, to, lot: None, .. } => Some(format!("{amount}: {from} → {to}")),
            _ => None,
        };
        effects.0.iter().filter_map(told).collect()
    }

    /// What an attribute is on a day.
    pub(crate) fn value(book: &PaperBook, thing: &Id, key: &str, on: &str) -> Value {
        Book::new(book, "kon", date(on)).value(thing, key)
    }

    #[test]
    fn a_person_is_kept_with_a_sealed_name() {
        let mut book = site();
        done(&mut book, "person/1", "2020-06-12", json!({"name": "sealed:ab", "sex": "f", "external": true}));
        let person = id("person/kon-20-0001");
        assert_eq!(value(&book, &person, "name", "2020-06-12"), json!("sealed:ab"));
        assert_eq!(value(&book, &person, "external", "2020-06-12"), json!(true));
        assert_eq!(value(&book, &person, "facility", "2020-06-12"), json!("facility/kon"));
        assert!(Person::fields().iter().filter(|f| f.sealed).map(|f| f.name.as_str()).eq(["name", "phone"]));
    }

    #[test]
    fn nobody_is_born_in_the_future() {
        let fields = json!({"name": "sealed:ab", "sex": "m", "birth-year": 2021});
        refused(&mut site(), "person/1", "2020-06-12", fields, "person/birth-year");
    }

    #[test]
    fn a_role_is_given_once_and_taken_back() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        let fields = json!({"person": person, "role": "role/member"});
        done(&mut book, "role-give/1", "2020-06-12", fields.clone());
        assert_eq!(value(&book, &person, "roles", "2020-06-12"), json!(["role/member"]));
        refused(&mut book, "role-give/1", "2020-06-12", fields.clone(), "role-give/already");
        done(&mut book, "role-take/1", "2020-06-13", fields.clone());
        assert_eq!(value(&book, &person, "roles", "2020-06-13"), json!([]));
        refused(&mut book, "role-take/1", "2020-06-13", fields, "role-take/not-held");
    }

    #[test]
    fn a_role_must_exist_and_some_are_for_staff_only() {
        let mut book = site();
        let person = detainee(&mut book, 7, &[]);
        refused(&mut book, "role-give/1", "2020-06-12", json!({"person": person, "role": "role/x"}), "thing/unknown");
        refused(&mut book, "role-give/1", "2020-06-12", json!({"person": person, "role": "role/cashier"}), "role-give/staff-only");
    }

    type Words = std::collections::BTreeMap<String, String>;

    fn french() -> Words {
        let files =
            [include_str!("../../../../../config/locale/fr/people.toml"), include_str!("../../../../../config/locale/fr/workshops.toml")];
        files.into_iter().flat_map(baara_plugin_api::words).collect()
    }

    fn english() -> Words {
        let files =
            [include_str!("../../../../../config/locale/en/people.toml"), include_str!("../../../../../config/locale/en/workshops.toml")];
        files.into_iter().flat_map(baara_plugin_api::words).collect()
    }

    #[test]
    fn every_form_refusal_and_warning_has_its_words_in_both_languages() {
        use baara_plugin_api::FieldType;
        fn asked(fields: &[Field], names: &mut Vec<String>) {
            for field in fields {
                names.push(format!("field.{}", field.name));
                let kind = if let FieldType::Many { of } = &field.kind { of } else { &field.kind };
                match kind {
                    FieldType::Lines { of } => asked(of, names),
                    FieldType::Choice { of } => names.extend(of.iter().map(|code| format!("choice.{code}"))),
                    _ => {}
                }
            }
        }
        let (french, english) = (french(), english());
        assert!(french.keys().eq(english.keys()), "both languages have the same words");
        let mut names: Vec<String> = Vec::new();
        for kind in [kinds(), crate::kinds::workshops::kinds()].concat() {
            names.push(format!("kind.{}", kind.declaration.kind.trim_end_matches("/1")));
            asked(&kind.declaration.fields, &mut names);
            let parts = |code: &String| ["happened", "expected", "try"].map(|part| format!("refusal.{code}.{part}"));
            names.extend(kind.declaration.refusals.iter().flat_map(parts));
        }
        let sources = [
            include_str!("attendance.rs"),
            include_str!("detainees.rs"),
            include_str!("../workshops/batches.rs"),
            include_str!("../workshops/tickets.rs"),
        ];
        let warned = sources.iter().flat_map(|text| text.split("warn(\"").skip(1)).filter_map(|rest| rest.split('"').next());
        names.extend(warned.filter(|code| code.contains('/')).map(|code| format!("warning.{code}.text")));
        names.extend(["minor", "age-unknown", "unfit", "restricted", "no-consent"].map(|code| format!("warning.attendance/{code}.text")));
        let missing: Vec<&String> = names.iter().filter(|name| french.get(*name).is_none_or(String::is_empty)).collect();
        assert!(missing.is_empty(), "without words: {missing:?}");
    }
}
