//! How a meeting stands, for whoever looks at it: who sits, whether there is a quorum, who has signed and who must.

use super::minutes::Signing;
use super::motions;
use super::quorum::{Outcome, Quorum, Seat, Tally, outcome};
use super::{count_rule, key_of, ratio_rule};
use baara_plugin_api::prelude::*;
use std::collections::BTreeSet;

pub use super::Member;

/// Everyone whose mandate is in force on the book's day, by person.
#[must_use]
pub fn members(book: &Book<'_>) -> Vec<Member> {
    super::members(book)
}

/// Those who may vote, against what a quorum asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// How many may vote.
    pub voters: usize,
    /// How many mandates are in force, those who stand aside taken off.
    pub in_office: i64,
    /// How many voters it takes.
    pub voters_needed: i64,
    /// The colleges they sit for.
    pub colleges: usize,
    /// How many colleges it takes.
    pub colleges_needed: u64,
    /// What stands in the way: `no-quorum-heads`, `staff-alone` or `no-quorum-colleges`.
    pub obstacle: Option<&'static str>,
}

impl Standing {
    fn of(seats: &[&Seat], recused: i64, quorum: Quorum) -> Standing {
        let voters = seats.len();
        let all_for = Tally { ayes: i64::try_from(voters).unwrap_or(i64::MAX), ..Tally::default() };
        let unanimous = Ratio::new(1, 1).expect("one over one");
        let found = outcome(seats, recused, quorum, all_for, unanimous);
        Standing {
            voters,
            in_office: quorum.in_office - recused,
            voters_needed: quorum.heads_needed(recused),
            colleges: seats.iter().map(|seat| &seat.college).collect::<BTreeSet<_>>().len(),
            colleges_needed: quorum.colleges,
            obstacle: (found != Outcome::Carried).then(|| found.code()),
        }
    }
}

/// Whether those noted as present make a quorum by the rules of the book's day.
///
/// # Errors
/// `rule/not-set` when the quorum was never decided.
pub fn of_meeting(book: &Book<'_>, meeting: &Thing) -> Result<Standing, Refusal> {
    let all = super::members(book);
    let quorum = Quorum {
        in_office: i64::try_from(all.len()).unwrap_or(i64::MAX),
        heads: ratio_rule(book, "quorum.heads")?,
        colleges: count_rule(book, "quorum.colleges")?,
    };
    let came = all.into_iter().filter(|m| meeting.text(&key_of("present", &m.person)) == "present");
    let seats: Vec<Seat> = came.map(|m| Seat { person: m.person, college: m.college, staff: m.staff }).collect();
    Ok(Standing::of(&seats.iter().collect::<Vec<_>>(), 0, quorum))
}

/// Whether those who may vote on a motion make a quorum, by the figures frozen with it.
#[must_use]
pub fn of_motion(motion: &Thing) -> Option<Standing> {
    let (quorum, _) = motions::frozen(motion)?;
    let all = motions::seats(motion);
    let voting: Vec<&Seat> = all.iter().filter(|seat| !motions::is_recused(motion, &seat.person)).collect();
    Some(Standing::of(&voting, i64::try_from(all.len() - voting.len()).unwrap_or(0), quorum))
}

/// Somebody of a motion's electorate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elector {
    /// Who.
    pub person: Id,
    /// For which college.
    pub college: Id,
    /// True once an interest is declared: no part in this motion.
    pub recused: bool,
    /// `for`, `against`, `abstain`; empty before the vote.
    pub vote: String,
}

/// Everybody who may vote on a motion, or stands aside, by person.
#[must_use]
pub fn electors(motion: &Thing) -> Vec<Elector> {
    let all = motions::seats(motion).into_iter();
    let told = all.map(|seat| Elector {
        recused: motions::is_recused(motion, &seat.person),
        vote: motion.text(&key_of("vote", &seat.person)).to_owned(),
        person: seat.person,
        college: seat.college,
    });
    told.collect()
}

/// One signature that minutes need: of an officer, or of a college counted in the quorum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// `chair`, `secretary`, or nothing for a college.
    pub office: Option<&'static str>,
    /// The college, when it is not an officer's.
    pub college: Option<Id>,
    /// Those whose signature would do.
    pub holders: Vec<Id>,
    /// Who has given it; an officer signs for their own college too.
    pub given: Option<Id>,
}

/// What the minutes of a meeting need and have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signatures {
    /// The chair's, the secretary's, then one of each college.
    pub needed: Vec<Signature>,
    /// Who signed, and how: `own` or `ink`.
    pub given: Vec<(Id, String)>,
    /// Who may sign and has not yet.
    pub open: Vec<Id>,
}

/// What the minutes of a meeting need and have: the book is asked as of today.
#[must_use]
pub fn signatures(book: &Book<'_>, meeting: &Thing) -> Signatures {
    let signing = Signing::of(meeting, book);
    let manner = |person: &Id| meeting.text(&key_of("signed", person)).to_owned();
    let has = |person: &&Id| !manner(person).is_empty();
    let offices = ["chair", "secretary"].into_iter().zip(&signing.officers);
    let mut needed: Vec<Signature> = offices
        .map(|(office, holders)| Signature {
            office: Some(office),
            college: None,
            holders: holders.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect(),
            given: holders.iter().find(has).cloned(),
        })
        .collect();
    needed.extend(signing.colleges.iter().map(|(college, present)| {
        let officers = signing.officers.iter().flatten().filter(|p| signing.college_of.get(*p) == Some(college));
        Signature {
            office: None,
            college: Some(college.clone()),
            holders: present.iter().cloned().collect(),
            given: officers.chain(present).find(has).cloned(),
        }
    }));
    let (signed, open): (Vec<&Id>, Vec<&Id>) = signing.college_of.keys().filter(|p| signing.may_sign(p)).partition(|p| has(p));
    Signatures { needed, given: signed.into_iter().map(|p| (p.clone(), manner(p))).collect(), open: open.into_iter().cloned().collect() }
}

/// The motions of a meeting, in the order they were put.
#[must_use]
pub fn motions_of(book: &Book<'_>, meeting: &Id) -> Vec<Thing> {
    super::minutes::motions_of(meeting, book)
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    const DAY: &str = "2020-02-10";

    fn now(table: &Table, id: &Id) -> Thing {
        table.at("2030-01-01", |book| book.thing(id)).unwrap()
    }

    #[test]
    fn a_meeting_tells_what_its_quorum_lacks() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-chief", "kon-guard2", "kon-mayor"]);
        let standing = table.at(DAY, |book| of_meeting(book, &now(&table, &meeting))).unwrap();
        let expected =
            Standing { voters: 3, in_office: 6, voters_needed: 3, colleges: 2, colleges_needed: 3, obstacle: Some("no-quorum-colleges") };
        assert_eq!(standing, expected);
        let enough = table.held("2020-02-11", &["kon-chief", "kon-ngo", "kon-mayor"]);
        let standing = table.at("2020-02-11", |book| of_meeting(book, &now(&table, &enough))).unwrap();
        assert_eq!((standing.colleges, standing.obstacle), (3, None));
    }

    #[test]
    fn who_stands_aside_is_taken_off_a_motion() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-chief", "kon-ngo", "kon-mayor"]);
        let motion = table.motion(&meeting, DAY, "eat", &json!({}));
        table.run("interest/1", "kon-chief", DAY, json!({"motion": motion.as_str(), "person": "person/kon-ngo"})).unwrap();
        let motion = now(&table, &motion);
        let standing = of_motion(&motion).unwrap();
        assert_eq!((standing.voters, standing.in_office, standing.obstacle), (2, 5, Some("no-quorum-heads")));
        assert_eq!(electors(&motion).iter().filter(|e| e.recused).count(), 1);
    }

    #[test]
    fn signatures_are_told_by_office_and_college() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-chief", "kon-ngo", "kon-mayor"]);
        table.minute(&meeting, DAY);
        table.sign(&meeting, DAY, "kon-mayor").unwrap();
        let found = table.at(DAY, |book| signatures(book, &now(&table, &meeting)));
        let given: Vec<bool> = found.needed.iter().map(|s| s.given.is_some()).collect();
        // The chair signs for the officials too; secretary, NGO and staff are missing.
        assert_eq!(given, [true, false, false, true, false]);
        assert_eq!(found.given, [(Id::new("person", "kon-mayor"), "own".to_owned())]);
        assert_eq!(found.open.len(), 2);
    }
}
