//! The record kinds of committees: collegiality is the control, so money and rules wait for signed minutes.

use baara_plugin_api::prelude::*;

mod composition;
mod meetings;
mod minutes;
mod motions;
mod payments;
mod quorum;
mod rules;
pub mod standing;
#[cfg(test)]
mod story;
#[cfg(test)]
mod table;

pub use payments::is_spendable;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    [composition::kinds(), meetings::kinds(), motions::kinds(), minutes::kinds(), rules::kinds(), payments::kinds()].concat()
}

/// A member of the committee as of a day: whose mandate, for which college, in which office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Who.
    pub person: Id,
    /// By which mandate.
    pub mandate: Id,
    /// For which college.
    pub college: Id,
    /// True when the college is prison staff.
    pub staff: bool,
    /// `chair`, `secretary`, `treasurer`, `auditor` or `member`.
    pub office: String,
}

/// Everyone whose mandate is in force on the book's day, by person.
fn members(book: &Book<'_>) -> Vec<Member> {
    let mandates = book.things("mandate").into_iter().filter_map(|id| book.thing(&id));
    let mut members: Vec<Member> = mandates.filter(|m| in_force(m, book.date())).filter_map(|m| member(&m, book)).collect();
    members.sort_by(|a, b| a.person.cmp(&b.person));
    members
}

fn in_force(mandate: &Thing, day: Date) -> bool {
    mandate.since <= day && mandate.date("until").is_none_or(|until| day <= until)
}

fn member(mandate: &Thing, book: &Book<'_>) -> Option<Member> {
    let college = mandate.id_of("college")?;
    Some(Member {
        person: mandate.id_of("person")?,
        mandate: mandate.id.clone(),
        staff: book.value(&college, "staff").as_bool().unwrap_or(false),
        office: mandate.text("office").to_owned(),
        college,
    })
}

/// The mandate of a person on the book's day.
fn member_of(book: &Book<'_>, person: &Id) -> Option<Member> {
    members(book).into_iter().find(|m| m.person == *person)
}

/// The same book as it stands now: whether a meeting is closed does not depend on the day a late entry is dated.
fn now<'a>(book: &Book<'a>) -> Book<'a> {
    book.at(Date::from_ymd_opt(9999, 12, 31).expect("a day"))
}

/// A thing that must be open, with its values as they stand now.
fn open_now(book: &Book<'_>, id: &Id) -> Result<Thing, Refusal> {
    now(book).open(id)
}

/// The key of an attribute kept one a person, `present.kon-20-0001`.
fn key_of(prefix: &str, person: &Id) -> String {
    format!("{prefix}.{}", person.code())
}

/// The committee of a site, which is also the place its leave comes from.
fn committee(site: &str) -> Id {
    Id::new("committee", site)
}

/// The rules of a site.
fn rules_of(site: &str) -> Id {
    Id::new("rules", site)
}

/// Opens a reference thing of the site when this is the first time it is needed.
fn ensure(effects: Effects, book: &Book<'_>, id: &Id) -> Effects {
    if now(book).thing(id).is_some() { effects } else { effects.open(id, []) }
}

/// A rule that is a ratio, `1/2`.
fn ratio_rule(book: &Book<'_>, name: &str) -> Result<Ratio, Refusal> {
    let value = book.rule(name);
    let ratio = value.as_str().and_then(Ratio::parse).or_else(|| value.as_u64().and_then(|n| Ratio::new(n, 1)));
    ratio.ok_or_else(|| not_set(name))
}

/// A rule that is a count.
fn count_rule(book: &Book<'_>, name: &str) -> Result<u64, Refusal> {
    u64::try_from(book.whole_rule(name)?).map_err(|_| not_set(name))
}

fn not_set(name: &str) -> Refusal {
    Refusal::new("rule/not-set").with("rule", name)
}

/// The decision a command cites: adopted, not ended, and about one of these.
fn adopted_about(cmd: &Command, book: &Book<'_>, abouts: &[&str]) -> Result<Thing, Refusal> {
    let decision = book.adopted(cmd.leave.as_ref())?;
    if !abouts.contains(&decision.about.as_str()) {
        return Err(Refusal::new("decision/other-about").with("decision", &decision.id).with("about", &decision.about));
    }
    open_now(book, &decision.id)
}

/// Francs as they stand in values, `5000 XOF`.
fn francs(count: i64) -> Value {
    Amount::francs(count).to_string().into()
}

/// An optional value for an effect: `null` is left out.
fn maybe<T: ToString>(value: Option<T>) -> Value {
    value.map_or(Value::Null, |v| v.to_string().into())
}

#[cfg(test)]
mod tests {
    use baara_plugin_api::{Field, FieldType};
    use std::collections::BTreeSet;

    /// The codes of every word a form shows: its fields, those of its lines, and what may be chosen.
    fn words_of(fields: &[Field]) -> Vec<String> {
        let inside = |field: &Field| match &field.kind {
            FieldType::Lines { of } => words_of(of),
            FieldType::Choice { of } => of.iter().map(|code| format!("choice.{code}")).collect(),
            _ => Vec::new(),
        };
        fields.iter().flat_map(|f| [vec![format!("field.{}", f.name)], inside(f)].concat()).collect()
    }

    #[test]
    fn every_kind_field_choice_and_refusal_has_words_in_both_languages() {
        for text in super::table::LOCALES {
            let words = baara_plugin_api::words(text);
            let mut missing = BTreeSet::new();
            let mut want = |code: String| {
                if words.get(&code).is_none_or(String::is_empty) {
                    missing.insert(code);
                }
            };
            for kind in super::kinds() {
                want(format!("kind.{}", kind.declaration.kind.split_once('/').unwrap().0));
                words_of(&kind.declaration.fields).into_iter().for_each(&mut want);
                for code in &kind.declaration.refusals {
                    ["happened", "expected", "try"].iter().for_each(|part| want(format!("refusal.{code}.{part}")));
                }
            }
            want("warning.meeting/short-notice.text".to_owned());
            assert!(missing.is_empty(), "{missing:#?}");
            assert!(words.values().all(|w| !w.ends_with('.')), "no final full stop");
        }
    }
}
