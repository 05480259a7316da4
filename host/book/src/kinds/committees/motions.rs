//! Motions: opened with everything that decides them frozen, voted by name, closed by counting.

use super::meetings::sitting;
use super::quorum::{Outcome, Quorum, Seat, Tally, outcome};
use super::{count_rule, francs, key_of, maybe, members, open_now, ratio_rule};
use baara_plugin_api::prelude::*;

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<Motion>(), Kind::of::<Interest>(), Kind::of::<Vote>(), Kind::of::<MotionClose>(), Kind::of::<MotionWithdraw>()]
}

/// What a committee can decide.
#[derive(Choice, Clone, Copy, PartialEq, Eq)]
enum About {
    Spend,
    Prices,
    SharingKey,
    Distribution,
    Loss,
    Give,
    Eat,
    MicroProject,
    Rule,
    Opening,
    WriteOff,
}

impl About {
    /// True when it gives leave to move francs, so a ceiling must be told.
    fn needs_ceiling(self) -> bool {
        matches!(self, About::Spend | About::Distribution | About::Opening | About::WriteOff)
    }

    /// True when a ceiling has a meaning.
    fn may_have_ceiling(self) -> bool {
        self.needs_ceiling() || self == About::MicroProject
    }
}

/// A question is put to the members who are present.
#[derive(Form)]
struct Motion {
    #[field(of = "meeting")]
    meeting: Id,
    about: About,
    title: String,
    ceiling: Option<Money>,
    until: Option<Date>,
    purpose: Option<Id>,
    terms: Option<String>,
}

impl Record for Motion {
    const KIND: &'static str = "motion/1";
    fn writes() -> Grant {
        grant(&["motion"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "meeting/minuted",
            "meeting/other-day",
            "meeting/not-held",
            "motion/ceiling-missing",
            "motion/ceiling-useless",
            "motion/until-missing",
            "motion/until-past",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let meeting = sitting(book, &self.meeting)?;
        if meeting.text("state") != "held" {
            return Err(Refusal::new("meeting/not-held").with("meeting", &self.meeting));
        }
        self.terms_fit(cmd.date)?;
        if let Some(purpose) = &self.purpose {
            book.open(purpose)?;
        }
        let (electorate, quorum, majority) = (electorate(&meeting, book), self.quorum(book)?, self.majority(book)?);
        let values = [
            ("meeting", self.meeting.as_str().into()),
            ("about", self.about.code().into()),
            ("title", self.title.into()),
            ("ceiling", self.ceiling.map_or(Value::Null, |c| francs(c.0))),
            ("until", maybe(self.until)),
            ("purpose", maybe(self.purpose)),
            ("terms", maybe(self.terms)),
            ("electorate", electorate),
            ("quorum", quorum),
            ("majority", majority.to_string().into()),
            ("state", "open".into()),
        ];
        Ok(Effects::new().open(&Id::new("motion", "$1"), values))
    }
}

impl Motion {
    fn terms_fit(&self, today: Date) -> Result<(), Refusal> {
        let about = self.about;
        let no = |code: &str| Err(Refusal::new(code).with("about", about.code()));
        match (self.ceiling.filter(|c| c.0 > 0), self.until) {
            (None, _) if about.needs_ceiling() => no("motion/ceiling-missing"),
            (Some(_), _) if !about.may_have_ceiling() => no("motion/ceiling-useless"),
            (_, None) if about == About::Spend => no("motion/until-missing"),
            (_, Some(until)) if until < today => Err(Refusal::new("motion/until-past").with("until", until)),
            _ => Ok(()),
        }
    }

    /// The quorum as the rules have it today, to be kept with the motion.
    fn quorum(&self, book: &Book<'_>) -> Result<Value, Refusal> {
        let (heads, colleges) = (ratio_rule(book, "quorum.heads")?, count_rule(book, "quorum.colleges")?);
        Ok(json!({"colleges": colleges, "heads": heads.to_string(), "in-office": members(book).len()}))
    }

    /// The majority for this sort of decision, else the general one.
    fn majority(&self, book: &Book<'_>) -> Result<Ratio, Refusal> {
        ratio_rule(book, &format!("majority.{}", self.about.code())).or_else(|_| ratio_rule(book, "majority"))
    }
}

/// Those who are present and have a mandate, with their colleges, by person.
fn electorate(meeting: &Thing, book: &Book<'_>) -> Value {
    let present = members(book).into_iter().filter(|m| meeting.text(&key_of("present", &m.person)) == "present");
    present
        .map(|m| json!({"college": m.college.as_str(), "mandate": m.mandate.as_str(), "office": m.office, "person": m.person.as_str(), "staff": m.staff}))
        .collect()
}

/// The frozen electorate of a motion.
pub(super) fn seats(motion: &Thing) -> Vec<Seat> {
    let lines = motion.values.get("electorate").and_then(Value::as_array).cloned().unwrap_or_default();
    let id = |line: &Value, key: &str| line[key].as_str().and_then(|text| Id::parse(text).ok());
    let seat = |line: &Value| {
        Some(Seat { person: id(line, "person")?, college: id(line, "college")?, staff: line["staff"].as_bool().unwrap_or(true) })
    };
    lines.iter().filter_map(seat).collect()
}

/// An open motion of a meeting that sits today.
fn put(book: &Book<'_>, id: &Id) -> Result<Thing, Refusal> {
    let motion = open_now(book, id)?;
    if motion.text("state") != "open" {
        return Err(Refusal::new("motion/decided").with("motion", id).with("state", motion.text("state")));
    }
    let meeting = motion.id_of("meeting").ok_or_else(|| Refusal::new("thing/unknown").with("thing", id))?;
    sitting(book, &meeting)?;
    Ok(motion)
}

/// True when a member declared an interest in a motion.
pub(super) fn is_recused(motion: &Thing, person: &Id) -> bool {
    motion.values.contains_key(&key_of("recused", person))
}

fn vote_of<'a>(motion: &'a Thing, person: &Id) -> &'a str {
    motion.text(&key_of("vote", person))
}

/// A member declares an interest and takes no part in a motion.
#[derive(Form)]
struct Interest {
    #[field(of = "motion")]
    motion: Id,
    #[field(of = "person")]
    person: Id,
    #[field(sealed)]
    nature: Option<String>,
}

impl Record for Interest {
    const KIND: &'static str = "interest/1";
    fn writes() -> Grant {
        grant(&["motion"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/minuted", "meeting/other-day", "motion/decided", "vote/not-elector", "interest/already", "interest/has-voted"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let motion = put(book, &self.motion)?;
        let no = |code: &str| Err(Refusal::new(code).with("motion", &self.motion).with("person", &self.person));
        if !seats(&motion).iter().any(|seat| seat.person == self.person) {
            return no("vote/not-elector");
        }
        if is_recused(&motion, &self.person) {
            return no("interest/already");
        }
        if !vote_of(&motion, &self.person).is_empty() {
            return no("interest/has-voted");
        }
        let nature = self.nature.map_or(Value::Bool(true), Value::String);
        Ok(Effects::new().set(&self.motion, &key_of("recused", &self.person), nature, cmd.date))
    }
}

/// How somebody votes.
#[derive(Choice, Clone, Copy)]
enum Stance {
    For,
    Against,
    Abstain,
}

/// One member's vote.
#[derive(Form)]
struct VoteLine {
    #[field(of = "person")]
    person: Id,
    vote: Stance,
}

/// Votes by name, or the consensus of all who may vote.
#[derive(Form)]
struct Vote {
    #[field(of = "motion")]
    motion: Id,
    lines: Vec<VoteLine>,
    consensus: bool,
}

impl Record for Vote {
    const KIND: &'static str = "vote/1";
    fn writes() -> Grant {
        grant(&["motion"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "meeting/minuted",
            "meeting/other-day",
            "motion/decided",
            "vote/empty",
            "vote/consensus-and-lines",
            "vote/not-elector",
            "vote/recused",
            "vote/already",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let motion = put(book, &self.motion)?;
        let seats = seats(&motion);
        let mut effects = Effects::new();
        for (person, stance) in self.stances(&motion, &seats)? {
            let no = |code: &str| Err(Refusal::new(code).with("motion", &self.motion).with("person", &person));
            if !seats.iter().any(|seat| seat.person == person) {
                return no("vote/not-elector");
            }
            if is_recused(&motion, &person) {
                return no("vote/recused");
            }
            let key = key_of("vote", &person);
            let told = effects.0.iter().any(|e| matches!(e, Effect::Set { key: k, .. } if *k == key));
            if told || !vote_of(&motion, &person).is_empty() {
                return no("vote/already");
            }
            effects = effects.set(&self.motion, &key, stance.code(), cmd.date);
        }
        Ok(effects)
    }
}

impl Vote {
    /// The lines as told, or everybody who may vote for it.
    fn stances(&self, motion: &Thing, seats: &[Seat]) -> Result<Vec<(Id, Stance)>, Refusal> {
        let all = || seats.iter().filter(|s| !is_recused(motion, &s.person)).map(|s| (s.person.clone(), Stance::For)).collect();
        match (self.consensus, self.lines.is_empty()) {
            (true, true) => Ok(all()),
            (true, false) => Err(Refusal::new("vote/consensus-and-lines").with("motion", &self.motion)),
            (false, true) => Err(Refusal::new("vote/empty").with("motion", &self.motion)),
            (false, false) => Ok(self.lines.iter().map(|line| (line.person.clone(), line.vote)).collect()),
        }
    }
}

/// The votes are counted.
#[derive(Form)]
struct MotionClose {
    #[field(of = "motion")]
    motion: Id,
}

impl Record for MotionClose {
    const KIND: &'static str = "motion-close/1";
    fn writes() -> Grant {
        grant(&["motion", "decision"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/minuted", "meeting/other-day", "motion/decided"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let motion = put(book, &self.motion)?;
        let (outcome, tally) = count(&motion)?;
        let state = if outcome == Outcome::Carried { "carried" } else { "failed" };
        let told = json!({"abstain": tally.abstained, "against": tally.noes, "for": tally.ayes});
        let effects = Effects::new().set(&self.motion, "state", state, cmd.date).set(&self.motion, "result", outcome.code(), cmd.date).set(
            &self.motion,
            "tally",
            told,
            cmd.date,
        );
        Ok(if outcome == Outcome::Carried { effects.then(decision(&motion)) } else { effects })
    }
}

/// Counts a motion by its own frozen figures.
fn count(motion: &Thing) -> Result<(Outcome, Tally), Refusal> {
    let all = seats(motion);
    let voting: Vec<&Seat> = all.iter().filter(|seat| !is_recused(motion, &seat.person)).collect();
    let votes = |code: &str| i64::try_from(voting.iter().filter(|s| vote_of(motion, &s.person) == code).count()).unwrap_or(0);
    let tally = Tally { ayes: votes("for"), noes: votes("against"), abstained: votes("abstain") };
    let recused = i64::try_from(all.len() - voting.len()).unwrap_or(0);
    let (quorum, majority) = frozen(motion).ok_or_else(|| Refusal::new("rule/not-set").with("rule", "quorum.heads"))?;
    Ok((outcome(&voting, recused, quorum, tally, majority), tally))
}

/// What a motion must reach, as it stood when it opened.
pub(super) fn frozen(motion: &Thing) -> Option<(Quorum, Ratio)> {
    let quorum = motion.values.get("quorum")?;
    let heads = Ratio::parse(quorum["heads"].as_str()?)?;
    let quorum = Quorum { in_office: quorum["in-office"].as_i64()?, heads, colleges: quorum["colleges"].as_u64()? };
    Some((quorum, Ratio::parse(motion.text("majority"))?))
}

/// The decision of a carried motion: it gives no leave until its minutes are signed.
fn decision(motion: &Thing) -> Effects {
    let same = |key: &'static str| (key, motion.values.get(key).cloned().unwrap_or(Value::Null));
    let values = ["meeting", "about", "title", "ceiling", "until", "purpose", "terms"].map(same);
    let mut effects = Effects::new().open(&Id::new("decision", "$1"), values);
    if let Some(Effect::Open { values, .. }) = effects.0.first_mut() {
        values.insert("motion".to_owned(), motion.id.as_str().into());
    }
    effects
}

/// A motion is taken back before it is counted.
#[derive(Form)]
struct MotionWithdraw {
    #[field(of = "motion")]
    motion: Id,
    #[field(sealed)]
    reason: Option<String>,
}

impl Record for MotionWithdraw {
    const KIND: &'static str = "motion-withdraw/1";
    fn writes() -> Grant {
        grant(&["motion"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/minuted", "meeting/other-day", "motion/decided"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        put(book, &self.motion)?;
        let effects = Effects::new().set(&self.motion, "state", "withdrawn", cmd.date).set(&self.motion, "result", "withdrawn", cmd.date);
        Ok(match self.reason {
            Some(reason) => effects.set(&self.motion, "reason", reason, cmd.date),
            None => effects,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    const DAY: &str = "2020-02-10";

    fn spend() -> Value {
        json!({"ceiling": "50000 XOF", "until": "2020-12-31", "purpose": "fund/kon-entretien"})
    }

    fn on(motion: &Id) -> Value {
        json!({"motion": motion.as_str()})
    }

    fn vote(motion: &Id, votes: &[(&str, &str)]) -> Value {
        let lines: Vec<Value> = votes.iter().map(|(p, v)| json!({"person": format!("person/{p}"), "vote": v})).collect();
        json!({"motion": motion.as_str(), "lines": lines})
    }

    #[test]
    fn a_motion_freezes_who_may_vote_and_what_it_must_reach() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        table.rule("quorum.colleges", 5.into());
        table.rule("majority", "1/1".into());
        let late = json!({"meeting": meeting.as_str(), "lines": [{"person": "person/kon-family", "presence": "present"}]});
        table.run("presence/1", "kon-chief", DAY, late).unwrap();
        table.refused::<Vote>(DAY, vote(&motion, &[("kon-family", "for")]), "vote/not-elector");
        table.ok::<Vote>(DAY, vote(&motion, &[("kon-mayor", "for"), ("kon-chief", "against"), ("kon-ngo", "for")]));
        let effects = table.ok::<MotionClose>(DAY, on(&motion));
        assert_eq!(table.value(motion.as_str(), "result"), "carried");
        assert_eq!(table.value(motion.as_str(), "tally"), r#"{"abstain":0,"against":1,"for":2}"#);
        let decision = super::super::table::opened(&effects, "decision");
        assert_eq!(table.value(decision.as_str(), "ceiling"), "50000 XOF");
        assert_eq!(table.value(decision.as_str(), "motion"), motion.as_str());
        assert_eq!((table.value(decision.as_str(), "adopted"), table.leave(decision.as_str())), ("null".to_owned(), 0));
    }

    #[test]
    fn a_motion_fails_for_want_of_a_college_and_is_recorded() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-guard2"]);
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        table.ok::<Vote>(DAY, json!({"motion": motion.as_str(), "consensus": true}));
        assert_eq!(table.ok::<MotionClose>(DAY, on(&motion)).0.len(), 3, "no decision");
        assert_eq!(table.value(motion.as_str(), "state"), "failed");
        assert_eq!(table.value(motion.as_str(), "result"), "no-quorum-colleges");
        table.refused::<MotionClose>(DAY, on(&motion), "motion/decided");
    }

    #[test]
    fn too_few_heads_staff_alone_and_a_tie_fail_each_in_their_name() {
        for (present, votes, rule, result) in [
            (vec!["kon-mayor", "kon-chief"], vec![], "1/2", "no-quorum-heads"),
            (vec!["kon-chief", "kon-guard2"], vec![], "1/3", "staff-alone"),
            (vec!["kon-mayor", "kon-chief", "kon-ngo"], vec![("kon-mayor", "for"), ("kon-chief", "against")], "1/2", "no-majority"),
        ] {
            let mut table = Table::set();
            table.rule("quorum.heads", rule.into());
            let meeting = table.held(DAY, &present);
            let motion = table.motion(&meeting, DAY, "spend", &spend());
            if !votes.is_empty() {
                table.ok::<Vote>(DAY, vote(&motion, &votes));
            }
            table.ok::<MotionClose>(DAY, on(&motion));
            assert_eq!(table.value(motion.as_str(), "result"), result);
        }
    }

    #[test]
    fn a_declared_interest_takes_the_seat_out_of_the_count() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        let interest = |who: &str| json!({"motion": motion.as_str(), "person": format!("person/{who}"), "nature": "sealed:0a"});
        table.refused::<Interest>(DAY, interest("kon-family"), "vote/not-elector");
        table.ok::<Interest>(DAY, interest("kon-ngo"));
        table.refused::<Interest>(DAY, interest("kon-ngo"), "interest/already");
        table.refused::<Vote>(DAY, vote(&motion, &[("kon-ngo", "for")]), "vote/recused");
        table.ok::<Vote>(DAY, vote(&motion, &[("kon-mayor", "for")]));
        table.refused::<Interest>(DAY, interest("kon-mayor"), "interest/has-voted");
        table.ok::<MotionClose>(DAY, on(&motion));
        assert_eq!(table.value(motion.as_str(), "result"), "no-quorum-heads", "2 of 5 are left");
    }

    #[test]
    fn each_votes_once() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        table.refused::<Vote>(DAY, on(&motion), "vote/empty");
        table.refused::<Vote>(DAY, vote(&motion, &[("kon-mayor", "for"), ("kon-mayor", "for")]), "vote/already");
        table.ok::<Vote>(DAY, vote(&motion, &[("kon-mayor", "for")]));
        table.refused::<Vote>(DAY, vote(&motion, &[("kon-mayor", "against")]), "vote/already");
        table.refused::<Vote>(DAY, json!({"motion": motion.as_str(), "consensus": true}), "vote/already");
        let mut both = vote(&motion, &[("kon-ngo", "for")]);
        both["consensus"] = true.into();
        table.refused::<Vote>(DAY, both, "vote/consensus-and-lines");
    }

    #[test]
    fn a_motion_says_what_it_lets_spend_and_until_when() {
        let mut table = Table::set();
        let convened = table.convene("2020-03-10");
        let form = |meeting: &Id, about: &str, ceiling: Value, until: Value| json!({"meeting": meeting.as_str(), "about": about, "title": "t", "ceiling": ceiling, "until": until});
        table.refused::<Motion>("2020-03-10", form(&convened, "eat", Value::Null, Value::Null), "meeting/not-held");
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        table.refused::<Motion>(DAY, form(&meeting, "spend", Value::Null, "2020-12-31".into()), "motion/ceiling-missing");
        table.refused::<Motion>(DAY, form(&meeting, "write-off", "0 XOF".into(), Value::Null), "motion/ceiling-missing");
        table.refused::<Motion>(DAY, form(&meeting, "prices", "5 XOF".into(), Value::Null), "motion/ceiling-useless");
        table.refused::<Motion>(DAY, form(&meeting, "spend", "5 XOF".into(), Value::Null), "motion/until-missing");
        table.refused::<Motion>(DAY, form(&meeting, "spend", "5 XOF".into(), "2020-02-09".into()), "motion/until-past");
        table.ok::<Motion>(DAY, form(&meeting, "distribution", "5 XOF".into(), Value::Null));
        table.refused::<Motion>("2020-02-11", form(&meeting, "eat", Value::Null, Value::Null), "meeting/other-day");
    }

    #[test]
    fn no_quorum_rule_no_motion() {
        for rule in ["quorum.heads", "quorum.colleges", "majority"] {
            let mut table = Table::set();
            let meeting = table.held(DAY, &["kon-mayor"]);
            table.rule(rule, Value::Null);
            let form = json!({"meeting": meeting.as_str(), "about": "eat", "title": "t"});
            assert_eq!(table.refused::<Motion>(DAY, form, "rule/not-set").args["rule"], rule);
        }
    }

    #[test]
    fn a_sort_of_decision_may_have_its_own_majority() {
        let mut table = Table::set();
        table.rule("majority.sharing-key", "2/3".into());
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo", "kon-family", "kon-detainee"]);
        let motion = table.motion(&meeting, DAY, "sharing-key", &json!({}));
        let votes =
            [("kon-mayor", "for"), ("kon-chief", "against"), ("kon-ngo", "for"), ("kon-family", "for"), ("kon-detainee", "against")];
        table.ok::<Vote>(DAY, vote(&motion, &votes));
        table.ok::<MotionClose>(DAY, on(&motion));
        assert_eq!(table.value(motion.as_str(), "result"), "no-majority", "3 of 5 is less than two thirds");
    }

    #[test]
    fn a_motion_withdrawn_takes_no_votes() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        table.ok::<MotionWithdraw>(DAY, on(&motion));
        assert_eq!(table.value(motion.as_str(), "state"), "withdrawn");
        table.refused::<Vote>(DAY, vote(&motion, &[("kon-mayor", "for")]), "motion/decided");
    }

    #[test]
    fn nothing_is_put_or_voted_after_the_minutes() {
        let mut table = Table::set();
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        table.minute(&meeting, DAY);
        table.refused::<Motion>(DAY, json!({"meeting": meeting.as_str(), "about": "eat", "title": "t"}), "meeting/minuted");
    }
}
