//! The counting of a motion: quorum by heads and by colleges, then the majority. Figures in, an outcome out.

use baara_plugin_api::prelude::*;
use std::collections::BTreeSet;

/// Someone who was present when a motion opened, and may vote on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Seat {
    /// Who.
    pub(super) person: Id,
    /// For which college.
    pub(super) college: Id,
    /// True when the college is prison staff.
    pub(super) staff: bool,
}

/// The figures a motion must reach, frozen when it opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quorum {
    /// How many mandates were in force.
    pub(super) in_office: i64,
    /// The share of them that must be present, at least.
    pub(super) heads: Ratio,
    /// How many colleges must be present, at least.
    pub(super) colleges: u64,
}

impl Quorum {
    /// How many must be there when some stand aside.
    pub(super) fn heads_needed(self, recused: i64) -> i64 {
        self.heads.of(self.in_office - recused, Rounding::Up).unwrap_or(i64::MAX)
    }
}

/// Votes cast. Abstentions are told, not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tally {
    /// For.
    pub(super) ayes: i64,
    /// Against.
    pub(super) noes: i64,
    /// Abstained.
    pub(super) abstained: i64,
}

/// How a motion ends, in the order the reasons are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// Too few members.
    NoQuorumHeads,
    /// Enough members, but all of them prison staff: whatever the rules say, they never suffice.
    StaffAlone,
    /// Too few colleges.
    NoQuorumColleges,
    /// A quorum, but too few votes for.
    NoMajority,
    /// It passes.
    Carried,
}

impl Outcome {
    /// The word kept on the motion.
    pub(super) fn code(self) -> &'static str {
        match self {
            Outcome::NoQuorumHeads => "no-quorum-heads",
            Outcome::StaffAlone => "staff-alone",
            Outcome::NoQuorumColleges => "no-quorum-colleges",
            Outcome::NoMajority => "no-majority",
            Outcome::Carried => "carried",
        }
    }
}

/// The outcome for the seats that may vote, when `recused` others may not: for this motion those are no members.
///
/// Recusing somebody never helps to reach the quorum: it takes more from those present than from those in office.
pub(super) fn outcome(seats: &[&Seat], recused: i64, quorum: Quorum, tally: Tally, majority: Ratio) -> Outcome {
    let needed = quorum.heads_needed(recused);
    let colleges: BTreeSet<&Id> = seats.iter().map(|seat| &seat.college).collect();
    if seats.is_empty() || i64::try_from(seats.len()).unwrap_or(i64::MAX) < needed {
        Outcome::NoQuorumHeads
    } else if seats.iter().all(|seat| seat.staff) {
        Outcome::StaffAlone
    } else if u64::try_from(colleges.len()).unwrap_or(u64::MAX) < quorum.colleges {
        Outcome::NoQuorumColleges
    } else if passes(tally, majority) {
        Outcome::Carried
    } else {
        Outcome::NoMajority
    }
}

/// At least the share of votes cast, and always more for than against: a tie never passes.
fn passes(tally: Tally, majority: Ratio) -> bool {
    let needed = majority.of(tally.ayes + tally.noes, Rounding::Up).unwrap_or(i64::MAX);
    tally.ayes >= needed && tally.ayes > tally.noes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `"ggge"`: three guards and an elected official may vote; guards and social workers (`s`) are staff.
    #[track_caller]
    fn check(seats: &str, recused: i64, in_office: i64, votes: [i64; 3], majority: &str, expected: Outcome) {
        let seat = |(i, c): (usize, char)| Seat {
            person: Id::new("person", &format!("kon-{i}")),
            college: Id::new("college", &c.to_string()),
            staff: "gs".contains(c),
        };
        let seats: Vec<Seat> = seats.chars().enumerate().map(seat).collect();
        let quorum = Quorum { in_office, heads: Ratio::parse("1/2").unwrap(), colleges: 3 };
        let tally = Tally { ayes: votes[0], noes: votes[1], abstained: votes[2] };
        let found = outcome(&seats.iter().collect::<Vec<_>>(), recused, quorum, tally, Ratio::parse(majority).unwrap());
        assert_eq!(found, expected);
    }

    #[test]
    fn half_of_those_in_office_must_be_there() {
        check("gen", 0, 7, [3, 0, 0], "1/2", Outcome::NoQuorumHeads);
        check("genf", 0, 7, [4, 0, 0], "1/2", Outcome::Carried);
        check("", 0, 0, [0, 0, 0], "1/2", Outcome::NoQuorumHeads);
    }

    #[test]
    fn staff_alone_never_suffice() {
        check("ggggggggg", 0, 9, [9, 0, 0], "1/2", Outcome::StaffAlone);
        check("gggggsgggg", 0, 10, [10, 0, 0], "1/2", Outcome::StaffAlone);
    }

    #[test]
    fn enough_heads_of_too_few_colleges_decide_nothing() {
        check("ggggggggge", 0, 10, [10, 0, 0], "1/2", Outcome::NoQuorumColleges);
        check("gggen", 0, 5, [5, 0, 0], "1/2", Outcome::Carried);
    }

    #[test]
    fn a_recused_member_counts_for_nothing() {
        check("gen", 1, 6, [3, 0, 0], "1/2", Outcome::Carried);
        check("gee", 1, 6, [3, 0, 0], "1/2", Outcome::NoQuorumColleges);
        check("gen", 1, 8, [3, 0, 0], "1/2", Outcome::NoQuorumHeads);
    }

    #[test]
    fn a_tie_never_passes_and_abstentions_are_not_cast() {
        check("ggenn", 0, 5, [2, 2, 1], "1/2", Outcome::NoMajority);
        check("ggenn", 0, 5, [2, 1, 2], "1/2", Outcome::Carried);
        check("ggenn", 0, 5, [0, 0, 5], "1/2", Outcome::NoMajority);
    }

    #[test]
    fn two_thirds_and_unanimity_are_reached_exactly() {
        check("gggenn", 0, 6, [4, 2, 0], "2/3", Outcome::Carried);
        check("gggenn", 0, 6, [3, 2, 1], "2/3", Outcome::NoMajority);
        check("gggenn", 0, 6, [6, 0, 0], "1/1", Outcome::Carried);
        check("gggenn", 0, 6, [5, 1, 0], "1/1", Outcome::NoMajority);
    }
}
