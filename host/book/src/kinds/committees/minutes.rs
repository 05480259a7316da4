//! Minutes and their signature: what was carried becomes a decision in force, with its leave, and not before.

use super::motions::seats;
use super::{Member, committee, key_of, member_of, members, open_now};
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of this file.
pub(super) fn kinds() -> Vec<Kind> {
    vec![Kind::of::<Minutes>(), Kind::of::<Sign>(), Kind::of::<SignInk>(), Kind::of::<AttestInk>(), Kind::of::<DecisionEnd>()]
}

/// The minutes of a meeting: from now on nothing of it changes. Meetings signed in ink are listed again here.
#[derive(Form)]
struct Minutes {
    #[field(of = "meeting")]
    meeting: Id,
    #[field(sealed)]
    remarks: Option<String>,
}

impl Record for Minutes {
    const KIND: &'static str = "minutes/1";
    fn writes() -> Grant {
        grant(&["meeting"], &[], &[], &[], &["minutes"])
    }
    fn refusals() -> &'static [&'static str] {
        &["meeting/minuted", "meeting/not-held", "minutes/before-meeting", "minutes/motion-open"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let meeting = open_now(book, &self.meeting)?;
        self.may_be_written(&meeting, cmd.date, book)?;
        let mut effects = Effects::new().number("minutes").set(&self.meeting, "minutes", NUMBER, cmd.date).set(
            &self.meeting,
            "state",
            "minuted",
            cmd.date,
        );
        if let Some(remarks) = self.remarks {
            effects = effects.set(&self.meeting, "remarks", remarks, cmd.date);
        }
        let inked = signed_in_ink(book);
        if !inked.is_empty() {
            let list: Value = inked.iter().map(Id::as_str).collect();
            effects = effects.set(&self.meeting, "earlier-ink", list, cmd.date);
        }
        Ok(inked.iter().fold(effects, |effects, earlier| effects.set(earlier, "ink-listed", self.meeting.as_str(), cmd.date)))
    }
}

impl Minutes {
    fn may_be_written(&self, meeting: &Thing, date: Date, book: &Book<'_>) -> Result<(), Refusal> {
        match meeting.text("state") {
            "held" => (),
            "convened" => return Err(Refusal::new("meeting/not-held").with("meeting", &self.meeting)),
            _ => return Err(Refusal::new("meeting/minuted").with("meeting", &self.meeting)),
        }
        if let Some(on) = meeting.date("on").filter(|on| date < *on) {
            return Err(Refusal::new("minutes/before-meeting").with("on", on).with("date", date));
        }
        match motions_of(&self.meeting, book).iter().find(|motion| motion.text("state") == "open") {
            Some(open) => Err(Refusal::new("minutes/motion-open").with("motion", &open.id)),
            None => Ok(()),
        }
    }
}

/// The motions of a meeting, as they stand now.
pub(super) fn motions_of(meeting: &Id, book: &Book<'_>) -> Vec<Thing> {
    let book = super::now(book);
    book.things_having("motion", "meeting", meeting.as_str()).iter().filter_map(|id| book.thing(id)).collect()
}

/// Meetings whose minutes were signed in ink and that no later minutes have listed yet.
fn signed_in_ink(book: &Book<'_>) -> Vec<Id> {
    let book = super::now(book);
    let inked = book.things_having("meeting", "ink", true);
    inked.into_iter().filter(|id| book.value(id, "ink-listed").is_null()).collect()
}

/// Minutes that wait for signatures, or got them all already.
fn to_sign(meeting: &Id, book: &Book<'_>) -> Result<Thing, Refusal> {
    let written = book.open(meeting)?;
    match written.text("state") {
        "minuted" | "signed" => open_now(book, meeting),
        _ => Err(Refusal::new("sign/no-minutes").with("meeting", meeting)),
    }
}

/// Only the manners of signing that the rule allows: `own`, `ink` or `own-or-ink`.
fn manner_allowed(manner: &str, book: &Book<'_>) -> Result<(), Refusal> {
    match book.rule("minutes.signing").as_str() {
        None => Err(Refusal::new("rule/not-set").with("rule", "minutes.signing")),
        Some(allowed) if allowed == manner || allowed == "own-or-ink" => Ok(()),
        Some(allowed) => Err(Refusal::new("sign/manner").with("manner", manner).with("allowed", allowed)),
    }
}

/// Who must sign, and who may: worked out from the meeting, never from who happens to be there when signing.
pub(super) struct Signing {
    /// For the chair and for the secretary: those whose signature stands for the office.
    pub(super) officers: [Vec<Id>; 2],
    /// For each college counted in the quorum: its members who were present.
    pub(super) colleges: BTreeMap<Id, BTreeSet<Id>>,
    /// The college of everybody above.
    pub(super) college_of: BTreeMap<Id, Id>,
}

impl Signing {
    /// The offices are those of the meeting's day, or of today when somebody was replaced since.
    pub(super) fn of(meeting: &Thing, book: &Book<'_>) -> Signing {
        let then = book.at(meeting.date("on").unwrap_or(book.date()));
        let (members_then, members_now) = (members(&then), members(book));
        let sitting: Vec<&Member> = members_then.iter().chain(&members_now).collect();
        let holders = |office: &str| sitting.iter().filter(|m| m.office == office).map(|m| m.person.clone()).collect();
        let came = members_then.iter().filter(|m| meeting.text(&key_of("present", &m.person)) == "present");
        let mut counted: BTreeSet<(Id, Id)> = came.map(|m| (m.college.clone(), m.person.clone())).collect();
        let electors = motions_of(&meeting.id, book).iter().flat_map(seats).collect::<Vec<_>>();
        counted.extend(electors.into_iter().map(|seat| (seat.college, seat.person)));
        let mut colleges: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let mut college_of: BTreeMap<Id, Id> = sitting.iter().rev().map(|m| (m.person.clone(), m.college.clone())).collect();
        for (college, person) in counted {
            college_of.insert(person.clone(), college.clone());
            colleges.entry(college).or_default().insert(person);
        }
        Signing { officers: [holders("chair"), holders("secretary")], colleges, college_of }
    }

    /// The chair, the secretary, and those who were present.
    pub(super) fn may_sign(&self, person: &Id) -> bool {
        self.officers.iter().flatten().any(|p| p == person) || self.colleges.values().any(|present| present.contains(person))
    }

    /// True when the chair, the secretary and one of each college counted have signed; the officers count for their own.
    fn is_complete(&self, signed: &BTreeSet<Id>) -> bool {
        let officers = self.officers.iter().all(|holders| holders.iter().any(|p| signed.contains(p)));
        let mut stood_for: BTreeSet<&Id> =
            self.officers.iter().flatten().filter(|p| signed.contains(*p)).filter_map(|p| self.college_of.get(p)).collect();
        stood_for.extend(self.colleges.iter().filter(|(_, present)| !present.is_disjoint(signed)).map(|(college, _)| college));
        officers && self.colleges.keys().all(|college| stood_for.contains(college))
    }
}

/// Who has signed so far.
fn signatures(meeting: &Thing, signing: &Signing) -> BTreeSet<Id> {
    signing.college_of.keys().filter(|p| !meeting.text(&key_of("signed", p)).is_empty()).cloned().collect()
}

/// Adds signatures; the last one adopts what the meeting carried and gives its leave.
fn add_signatures(meeting: &Thing, signing: &Signing, persons: &[Id], manner: &str, cmd: &Command, book: &Book<'_>) -> Decided {
    let mut signed = signatures(meeting, signing);
    let mut effects = Effects::new();
    for person in persons {
        if !signing.may_sign(person) {
            return Err(Refusal::new("sign/not-entitled").with("person", person).with("meeting", &meeting.id));
        }
        if !signed.insert(person.clone()) {
            return Err(Refusal::new("sign/already").with("person", person).with("meeting", &meeting.id));
        }
        effects = effects.set(&meeting.id, &key_of("signed", person), manner, cmd.date);
    }
    let completes = meeting.text("state") == "minuted" && signing.is_complete(&signed);
    Ok(if completes { effects.set(&meeting.id, "state", "signed", cmd.date).then(adopt(&meeting.id, cmd, book)) } else { effects })
}

/// Each decision of the meeting is in force from today, with leave up to its ceiling.
fn adopt(meeting: &Id, cmd: &Command, book: &Book<'_>) -> Effects {
    let book = super::now(book);
    let decisions = book.things_having("decision", "meeting", meeting.as_str()).into_iter().filter_map(|id| book.thing(&id));
    decisions.filter(|decision| decision.date("adopted").is_none()).fold(Effects::new(), |effects, decision| {
        let ceiling = decision.amount("ceiling").unwrap_or(Amount::francs(0));
        effects.set(&decision.id, "adopted", cmd.date.to_string(), cmd.date).moves(
            &items::leave(),
            ceiling,
            &committee(&cmd.site),
            &decision.id,
        )
    })
}

/// Somebody signs the minutes in person, with their own secret.
#[derive(Form)]
struct Sign {
    #[field(of = "meeting")]
    meeting: Id,
    /// Whose device it was signed on, when not the signer's own.
    #[field(of = "person")]
    device: Option<Id>,
}

impl Record for Sign {
    const KIND: &'static str = "sign/1";
    fn writes() -> Grant {
        grant(&["meeting"], &["decision.adopted"], &["committee", "decision"], &["leave"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["sign/no-minutes", "sign/manner", "sign/not-entitled", "sign/already"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        manner_allowed("own", book)?;
        let meeting = to_sign(&self.meeting, book)?;
        let mut signed = add_signatures(&meeting, &Signing::of(&meeting, book), std::slice::from_ref(&cmd.by), "own", cmd, book)?;
        if let Some(device) = &self.device {
            signed = signed.set(&meeting.id, &key_of("signed-on", &cmd.by), device.as_str(), cmd.date);
        }
        Ok(signed)
    }
}

/// Minutes printed with the journal's code were signed in ink: a member says who signed, and names a second witness.
///
/// Nothing takes effect yet: one person's word is not enough, the witness attests in person.
#[derive(Form)]
struct SignInk {
    #[field(of = "meeting")]
    meeting: Id,
    #[field(of = "person")]
    witness: Id,
    #[field(of = "person")]
    signers: Vec<Id>,
    code: String,
}

impl Record for SignInk {
    const KIND: &'static str = "sign-ink/1";
    fn writes() -> Grant {
        grant(&["meeting"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "sign/no-minutes",
            "sign/manner",
            "sign/not-entitled",
            "sign/already",
            "sign-ink/nobody",
            "sign-ink/not-a-member",
            "sign-ink/detainee",
            "sign-ink/same-college",
            "sign-ink/staff-alone",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        manner_allowed("ink", book)?;
        let meeting = to_sign(&self.meeting, book)?;
        if self.signers.is_empty() {
            return Err(Refusal::new("sign-ink/nobody").with("meeting", &self.meeting));
        }
        two_colleges(book, &cmd.by, &self.witness)?;
        add_signatures(&meeting, &Signing::of(&meeting, book), &self.signers, "ink", cmd, book)?;
        let signers: Vec<&str> = self.signers.iter().map(Id::as_str).collect();
        let claim = json!({"by": cmd.by.as_str(), "code": self.code, "signers": signers, "witness": self.witness.as_str()});
        Ok(Effects::new().set(&self.meeting, "ink-claim", claim, cmd.date))
    }
}

/// The second witness attests in person to the signatures in ink: from now on they count.
#[derive(Form)]
struct AttestInk {
    #[field(of = "meeting")]
    meeting: Id,
}

impl Record for AttestInk {
    const KIND: &'static str = "attest-ink/1";
    fn writes() -> Grant {
        grant(&["meeting"], &["decision.adopted"], &["committee", "decision"], &["leave"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "sign/no-minutes",
            "sign/manner",
            "sign/not-entitled",
            "sign/already",
            "attest-ink/nothing",
            "attest-ink/other-witness",
            "sign-ink/not-a-member",
            "sign-ink/detainee",
            "sign-ink/same-college",
            "sign-ink/staff-alone",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        manner_allowed("ink", book)?;
        let meeting = to_sign(&self.meeting, book)?;
        let claim = claim(&meeting).ok_or_else(|| Refusal::new("attest-ink/nothing").with("meeting", &self.meeting))?;
        if claim.witness != cmd.by {
            return Err(Refusal::new("attest-ink/other-witness").with("meeting", &self.meeting).with("witness", &claim.witness));
        }
        two_colleges(book, &claim.by, &claim.witness)?;
        let effects = add_signatures(&meeting, &Signing::of(&meeting, book), &claim.signers, "ink", cmd, book)?;
        let witnesses = json!([claim.by.as_str(), claim.witness.as_str()]);
        Ok(effects.set(&self.meeting, "ink", true, cmd.date).set(&self.meeting, "ink-code", claim.code, cmd.date).set(
            &self.meeting,
            "ink-witnesses",
            witnesses,
            cmd.date,
        ))
    }
}

/// What somebody said about signatures in ink, while the witness has not attested.
struct Claim {
    by: Id,
    witness: Id,
    signers: Vec<Id>,
    code: String,
}

fn claim(meeting: &Thing) -> Option<Claim> {
    let claim = meeting.values.get("ink-claim")?;
    let id = |value: &Value| value.as_str().and_then(|text| Id::parse(text).ok());
    Some(Claim {
        by: id(&claim["by"])?,
        witness: id(&claim["witness"])?,
        signers: claim["signers"].as_array()?.iter().filter_map(id).collect(),
        code: claim["code"].as_str()?.to_owned(),
    })
}

/// Two members of different colleges, not both of the staff.
fn two_colleges(book: &Book<'_>, first: &Id, second: &Id) -> Result<(), Refusal> {
    let (first, second) = (attester(book, first)?, attester(book, second)?);
    if first.college == second.college {
        return Err(Refusal::new("sign-ink/same-college").with("college", &first.college));
    }
    if first.staff && second.staff {
        return Err(Refusal::new("sign-ink/staff-alone").with("person", &first.person).with("witness", &second.person));
    }
    Ok(())
}

/// A member in office who may attest: a detainee validates nothing.
fn attester(book: &Book<'_>, person: &Id) -> Result<Member, Refusal> {
    if book.value(person, "detainee").as_bool() == Some(true) {
        return Err(Refusal::new("sign-ink/detainee").with("person", person));
    }
    member_of(book, person).ok_or_else(|| Refusal::new("sign-ink/not-a-member").with("person", person))
}

/// A decision ends: what is left of its leave goes back to the committee.
#[derive(Form)]
struct DecisionEnd {
    #[field(of = "decision")]
    decision: Id,
    #[field(sealed)]
    reason: Option<String>,
}

impl Record for DecisionEnd {
    const KIND: &'static str = "decision-end/1";
    fn writes() -> Grant {
        grant(&["decision"], &[], &["committee", "decision"], &["leave"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["decision-end/not-adopted", "decision-end/already"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let values = open_now(book, &self.decision)?;
        let decision = book.decision(&self.decision).ok_or_else(|| Refusal::new("leave/unknown").with("decision", &self.decision))?;
        if values.date("adopted").is_none_or(|adopted| cmd.date < adopted) {
            return Err(Refusal::new("decision-end/not-adopted").with("decision", &self.decision));
        }
        if values.date("ended").is_some() && decision.left == 0 {
            return Err(Refusal::new("decision-end/already").with("decision", &self.decision));
        }
        // It stays open as a thing: a payment reversed later still finds where to give its leave back.
        let last = cmd.date.pred_opt().unwrap_or(cmd.date);
        let effects = Effects::new()
            .moves(&items::leave(), Amount::francs(decision.left), &self.decision, &committee(&cmd.site))
            .set(&self.decision, "until", last.to_string(), cmd.date)
            .set(&self.decision, "ended", cmd.date.to_string(), cmd.date);
        Ok(match self.reason {
            Some(reason) => effects.set(&self.decision, "end-reason", reason, cmd.date),
            None => effects,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    const DAY: &str = "2020-02-10";
    const FIVE: [&str; 5] = ["kon-mayor", "kon-chief", "kon-ngo", "kon-family", "kon-detainee"];

    fn spend() -> Value {
        json!({"ceiling": "50000 XOF", "until": "2020-12-31"})
    }

    fn about(meeting: &Id) -> Value {
        json!({"meeting": meeting.as_str()})
    }

    /// A meeting with a carried motion, minuted; the meeting and its decision.
    fn minuted(present: &[&str]) -> (Table, Id, Id) {
        let mut table = Table::set();
        let meeting = table.held(DAY, present);
        let decision = table.carried(&meeting, DAY, "spend", &spend());
        table.minute(&meeting, "2020-02-12");
        (table, meeting, decision)
    }

    #[test]
    fn minutes_need_a_meeting_held_with_every_motion_counted() {
        let mut table = Table::set();
        let convened = table.convene("2020-02-20");
        table.refused::<Minutes>("2020-02-20", about(&convened), "meeting/not-held");
        let meeting = table.held(DAY, &["kon-mayor", "kon-chief", "kon-ngo"]);
        table.refused::<Minutes>("2020-02-09", about(&meeting), "minutes/before-meeting");
        let motion = table.motion(&meeting, DAY, "spend", &spend());
        assert_eq!(table.refused::<Minutes>(DAY, about(&meeting), "minutes/motion-open").args["motion"], motion.as_str());
        table.run("motion-close/1", "kon-chief", DAY, json!({"motion": motion.as_str()})).unwrap();
        let effects = table.ok::<Minutes>("2020-02-12", about(&meeting));
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, n: 1, .. } if series == "minutes")));
        table.refused::<Minutes>("2020-02-12", about(&meeting), "meeting/minuted");
    }

    #[test]
    fn there_is_no_leave_until_the_last_college_has_signed() {
        let (mut table, meeting, decision) = minuted(&FIVE);
        for person in ["kon-mayor", "kon-chief", "kon-ngo", "kon-family"] {
            table.sign(&meeting, "2020-02-13", person).unwrap();
            assert_eq!(table.leave(decision.as_str()), 0, "after {person}");
            assert_eq!(table.value(decision.as_str(), "adopted"), "null");
        }
        let last = table.sign(&meeting, "2020-02-14", "kon-detainee").unwrap();
        let moved = Effects::new().moves(&items::leave(), Amount::francs(50_000), &Id::new("committee", "kon"), &decision);
        assert!(last.0.contains(&moved.0[0]), "{last:?}");
        assert_eq!(table.value(decision.as_str(), "adopted"), "2020-02-14");
        assert_eq!(table.value(meeting.as_str(), "state"), "signed");
        assert_eq!((table.leave(decision.as_str()), table.leave("committee/kon")), (50_000, -50_000));
    }

    #[test]
    fn nobody_signs_instead_of_the_chair() {
        let (mut table, meeting, decision) = minuted(&FIVE);
        for person in ["kon-chief", "kon-ngo", "kon-family", "kon-detainee"] {
            table.sign(&meeting, "2020-02-13", person).unwrap();
        }
        assert_eq!(table.leave(decision.as_str()), 0);
        table.sign(&meeting, "2020-02-13", "kon-mayor").unwrap();
        assert_eq!(table.leave(decision.as_str()), 50_000);
    }

    #[test]
    fn chair_and_secretary_count_for_their_own_college() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-guard2", "kon-ngo"]);
        for person in ["kon-mayor", "kon-ngo", "kon-chief"] {
            table.sign(&meeting, "2020-02-13", person).unwrap();
        }
        assert_eq!(table.leave(decision.as_str()), 50_000, "the secretary stands for the staff");
    }

    #[test]
    fn a_new_chair_may_sign_what_the_old_one_left_unsigned() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        let chair = table.mandate_of("kon-mayor");
        table.run("mandate-end/1", "kon-chief", "2020-03-01", json!({"mandate": chair.as_str()})).unwrap();
        let form = json!({"person": "person/kon-imam", "college": "college/officials", "office": "chair", "act": "PV n° 3"});
        table.run("mandate/1", "kon-chief", "2020-03-01", form).unwrap();
        for person in ["kon-imam", "kon-chief", "kon-ngo"] {
            table.sign(&meeting, "2020-03-02", person).unwrap();
        }
        assert_eq!(table.leave(decision.as_str()), 50_000);
    }

    #[test]
    fn only_those_concerned_sign_once_and_after_the_minutes() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        assert_eq!(table.sign(&meeting, "2020-02-11", "kon-mayor").unwrap_err().code, "sign/no-minutes");
        assert_eq!(table.sign(&meeting, "2020-02-13", "kon-family").unwrap_err().code, "sign/not-entitled");
        table.sign(&meeting, "2020-02-13", "kon-mayor").unwrap();
        assert_eq!(table.sign(&meeting, "2020-02-13", "kon-mayor").unwrap_err().code, "sign/already");
        table.sign(&meeting, "2020-02-13", "kon-chief").unwrap();
        table.sign(&meeting, "2020-02-13", "kon-ngo").unwrap();
        assert_eq!(table.leave(decision.as_str()), 50_000, "given once");
    }

    #[test]
    fn the_rule_says_how_minutes_are_signed() {
        let (mut table, meeting, _) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        table.rule("minutes.signing", Value::Null);
        assert_eq!(table.sign(&meeting, "2020-02-13", "kon-mayor").unwrap_err().code, "rule/not-set");
        table.rule("minutes.signing", "ink".into());
        assert_eq!(table.sign(&meeting, "2020-02-13", "kon-mayor").unwrap_err().code, "sign/manner");
    }

    fn ink(meeting: &Id, witness: &str, signers: &[&str]) -> Value {
        let signers: Vec<String> = signers.iter().map(|p| format!("person/{p}")).collect();
        json!({"meeting": meeting.as_str(), "witness": format!("person/{witness}"), "signers": signers, "code": "7F3A 19C2"})
    }

    /// Somebody records signatures in ink, and the witness attests to them.
    fn inked(table: &mut Table, meeting: &Id, witness: &str, signers: &[&str]) {
        table.ok::<SignInk>("2020-02-13", ink(meeting, witness, signers));
        table.run("attest-ink/1", witness, "2020-02-14", about(meeting)).unwrap();
    }

    #[test]
    fn minutes_signed_in_ink_are_attested_by_two_colleges_and_listed_again() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        inked(&mut table, &meeting, "kon-family", &["kon-mayor", "kon-ngo", "kon-chief"]);
        assert_eq!(table.leave(decision.as_str()), 50_000);
        assert_eq!(table.value(decision.as_str(), "adopted"), "2020-02-14");
        assert_eq!(table.value(meeting.as_str(), "signed.kon-ngo"), "ink");
        assert_eq!(table.value(meeting.as_str(), "ink-witnesses"), r#"["person/kon-chief","person/kon-family"]"#);
        for (day, listed) in [("2020-03-10", format!("[\"{meeting}\"]")), ("2020-04-10", "null".to_owned())] {
            let next = table.held(day, &["kon-mayor", "kon-chief", "kon-ngo"]);
            table.minute(&next, day);
            assert_eq!(table.value(next.as_str(), "earlier-ink"), listed);
        }
    }

    #[test]
    fn one_persons_word_about_ink_gives_no_leave() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        table.refused::<AttestInk>("2020-02-13", about(&meeting), "attest-ink/nothing");
        table.ok::<SignInk>("2020-02-13", ink(&meeting, "kon-family", &["kon-mayor", "kon-ngo", "kon-chief"]));
        assert_eq!((table.leave(decision.as_str()), table.value(meeting.as_str(), "signed.kon-mayor")), (0, "null".to_owned()));
        let refusal = table.refused::<AttestInk>("2020-02-13", about(&meeting), "attest-ink/other-witness");
        assert_eq!(refusal.args["witness"], "person/kon-family");
    }

    #[test]
    fn ink_and_own_signatures_add_up() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        table.sign(&meeting, "2020-02-13", "kon-chief").unwrap();
        inked(&mut table, &meeting, "kon-ngo", &["kon-mayor"]);
        assert_eq!(table.leave(decision.as_str()), 0);
        inked(&mut table, &meeting, "kon-mayor", &["kon-ngo"]);
        assert_eq!(table.leave(decision.as_str()), 50_000);
        assert_eq!(table.run("attest-ink/1", "kon-mayor", "2020-02-14", about(&meeting)).unwrap_err().code, "sign/already");
    }

    #[test]
    fn ink_is_not_attested_by_just_anybody() {
        let (mut table, meeting, _) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-family", &[]), "sign-ink/nobody");
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-imam", &["kon-mayor"]), "sign-ink/not-a-member");
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-detainee", &["kon-mayor"]), "sign-ink/detainee");
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-guard2", &["kon-mayor"]), "sign-ink/same-college");
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-chief", &["kon-mayor"]), "sign-ink/same-college");
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-family", &["kon-guard2"]), "sign/not-entitled");
        let social =
            Effects::new().open(&Id::new("college", "social"), [("staff", true.into())]).open(&Id::new("person", "kon-social"), []);
        table.book.apply("test", super::super::table::day("2020-01-01"), &Id::new("person", "test"), &social.0);
        let seat = json!({"person": "person/kon-social", "college": "college/social", "office": "member", "act": "PV n° 2"});
        table.run("mandate/1", "kon-chief", "2020-02-11", seat).unwrap();
        table.refused::<SignInk>("2020-02-13", ink(&meeting, "kon-social", &["kon-mayor"]), "sign-ink/staff-alone");
    }

    #[test]
    fn a_decision_that_ends_gives_back_what_is_left() {
        let (mut table, meeting, decision) = minuted(&["kon-mayor", "kon-chief", "kon-ngo"]);
        let form = json!({"decision": decision.as_str()});
        table.refused::<DecisionEnd>("2020-02-13", form.clone(), "decision-end/not-adopted");
        for person in ["kon-mayor", "kon-chief", "kon-ngo"] {
            table.sign(&meeting, "2020-02-13", person).unwrap();
        }
        table.ok::<DecisionEnd>("2020-03-01", form.clone());
        assert_eq!((table.leave(decision.as_str()), table.leave("committee/kon")), (0, 0));
        let cited = table.at("2020-03-01", |book| book.adopted(Some(&decision)).unwrap_err().code);
        assert_eq!(cited, "leave/expired");
        table.refused::<DecisionEnd>("2020-03-02", form, "decision-end/already");
    }
}
