//! The life of a decision in the real book, guards and all: gift, meeting, vote, signatures, payments, end.

use super::table::{day, opened};
use crate::allot::allot;
use crate::entry::Entry;
use crate::guards::{self, Act};
use crate::world::TheBook;
use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::command;
use std::collections::BTreeMap;

/// Records a form as the desk does: decide, leave, ids, guards, fold.
fn record(book: &mut TheBook, kind: &str, by: &str, date: &str, fields: Value) -> Decided {
    let found = super::kinds().into_iter().find(|k| k.declaration.kind == kind).expect("a kind of committees");
    let mut cmd = command(kind, date, fields);
    cmd.by = Id::new("person", by);
    let act = Act { site: "kon", kind, date: cmd.date, today: cmd.date, leave: cmd.leave.as_ref(), fields: &cmd.fields, reversal: false };
    let decided = (found.decide)(&cmd, &Book::new(&book.view("kon"), "kon", cmd.date))?;
    guards::within(&found.declaration.writes, &plain(&decided.0))?;
    let effects = guards::with_leave(book, &act, decided.0)?;
    let effects = allot(book, "kon", cmd.date, effects, &BTreeMap::new());
    guards::check(book, &act, &effects)?;
    fold(book, &cmd, effects.clone());
    Ok(Effects(effects))
}

/// The effects a plugin could have too: the same check holds for them.
fn plain(effects: &[Effect]) -> Vec<Effect> {
    let of_plugins = |e: &&Effect| match e {
        Effect::Move { item, .. } => *item != items::leave(),
        Effect::Number { .. } => true,
        _ => false,
    };
    effects.iter().filter(of_plugins).cloned().collect()
}

fn fold(book: &mut TheBook, cmd: &Command, effects: Vec<Effect>) {
    book.apply(&Entry::next(book.size() + 1, cmd, effects));
}

/// A founded facility: three colleges, one seat each, the rules of its act, a bank account and a donor's fund.
fn founded() -> TheBook {
    let mut book = TheBook::new();
    let mut effects = Effects::new();
    for item in [items::xof(), items::leave()] {
        effects = effects.open(&item, [("unit", "XOF".into()), ("scale", 0.into())]);
    }
    for (college, person, office) in
        [("officials", "kon-mayor", "chair"), ("staff", "kon-chief", "secretary"), ("ngo", "kon-ngo", "treasurer")]
    {
        let (college, person) = (Id::new("college", college), Id::new("person", person));
        effects =
            effects.open(&college, [("staff", (office == "secretary").into())]).open(&person, [("facility", "facility/kon".into())]).open(
                &person.as_kind("mandate"),
                [("person", person.as_str().into()), ("college", college.as_str().into()), ("office", office.into())],
            );
    }
    let rules = [
        ("quorum.heads", "1/2".into()),
        ("quorum.colleges", 3.into()),
        ("majority", "1/2".into()),
        ("minutes.signing", "own".into()),
        ("meeting.notice-days", 5.into()),
    ];
    effects = effects.open(&Id::new("rules", "kon"), rules).open(&Id::new("committee", "kon"), []);
    for place in ["facility/kon", "bank/kon-bdm", "fund/kon-mandela", "supplier/kon-sona", "price-list/kon"] {
        effects = effects.open(&Id::parse(place).unwrap(), [("label", place.into())]);
    }
    let cmd = command("found/1", "2020-01-02", json!({}));
    fold(&mut book, &cmd, effects.0);
    book
}

/// The balance of a place.
fn has(book: &TheBook, place: &str, item: &Id) -> i64 {
    book.balance(&Id::parse(place).unwrap(), item, None)
}

#[test]
fn a_decision_lives_from_the_vote_to_its_last_franc() {
    let mut book = founded();
    let chief = "kon-chief";
    let gift = json!({"into": "bank/kon-bdm", "fund": "fund/kon-mandela", "amount": "300000 XOF", "donor": "sealed:cc"});
    record(&mut book, "gift-money/1", chief, "2020-01-20", gift).unwrap();

    let on = "2020-02-10";
    let call = json!({"on": on, "place": "greffe", "session": "ordinary", "agenda": ["outillage"]});
    let called = record(&mut book, "convocation/1", chief, "2020-02-06", call).unwrap();
    let meeting = opened(&called, "meeting");
    assert!(matches!(&called.0[1], Effect::Warn { about, .. } if about == std::slice::from_ref(&meeting)), "four days of five: {called:?}");
    let lines: Vec<Value> =
        ["kon-mayor", "kon-chief", "kon-ngo"].iter().map(|p| json!({"person": format!("person/{p}"), "presence": "present"})).collect();
    record(&mut book, "presence/1", chief, on, json!({"meeting": meeting.as_str(), "lines": lines})).unwrap();
    let motion = json!({"meeting": meeting.as_str(), "about": "spend", "title": "outillage", "ceiling": "100000 XOF",
                        "until": "2020-06-30", "purpose": "fund/kon-mandela"});
    let motion = opened(&record(&mut book, "motion/1", chief, on, motion).unwrap(), "motion");
    record(&mut book, "vote/1", chief, on, json!({"motion": motion.as_str(), "consensus": true})).unwrap();
    let decision = opened(&record(&mut book, "motion-close/1", chief, on, json!({"motion": motion.as_str()})).unwrap(), "decision");

    let spend = |amount: &str| {
        json!({"leave": decision.as_str(), "from": "bank/kon-bdm", "fund": "fund/kon-mandela",
               "lines": [{"purpose": "sealed:aa", "amount": amount}]})
    };
    let early = record(&mut book, "expense/1", chief, on, spend("5 XOF")).unwrap_err();
    assert_eq!(early.code, "leave/not-adopted");
    record(&mut book, "minutes/1", chief, on, json!({"meeting": meeting.as_str()})).unwrap();
    for person in ["kon-mayor", "kon-chief", "kon-ngo"] {
        record(&mut book, "sign/1", person, "2020-02-12", json!({"meeting": meeting.as_str()})).unwrap();
    }
    assert_eq!(has(&book, decision.as_str(), &items::leave()), 100_000);
    let number = book.thing(&meeting, day(on)).unwrap().text("minutes").to_owned();
    assert_eq!(number, "KON-2020-000001");

    record(&mut book, "expense/1", chief, "2020-02-20", spend("60000 XOF")).unwrap();
    let credit = json!({"leave": decision.as_str(), "supplier": "supplier/kon-sona", "fund": "fund/kon-mandela",
                        "lines": [{"purpose": "sealed:bb", "amount": "30000 XOF"}]});
    record(&mut book, "expense-credit/1", chief, "2020-02-21", credit).unwrap();
    let beyond = record(&mut book, "expense/1", chief, "2020-02-22", spend("10005 XOF")).unwrap_err();
    assert_eq!((beyond.code.as_str(), beyond.args["left"].as_str()), ("expense/beyond-ceiling", "10000 XOF"));
    let pay = json!({"from": "bank/kon-bdm", "supplier": "supplier/kon-sona", "amount": "30000 XOF"});
    record(&mut book, "pay-bill/1", chief, "2020-03-01", pay).unwrap();
    record(&mut book, "decision-end/1", chief, "2020-03-02", json!({"decision": decision.as_str()})).unwrap();
    assert_eq!(record(&mut book, "expense/1", chief, "2020-03-03", spend("5 XOF")).unwrap_err().code, "leave/expired");

    let francs = ["bank/kon-bdm", "fund/kon-mandela", "bill/kon-sona"].map(|place| has(&book, place, &items::xof()));
    assert_eq!(francs, [210_000, -210_000, 0]);
    let leave = ["committee/kon", decision.as_str(), "used/kon"].map(|place| has(&book, place, &items::leave()));
    assert_eq!(leave, [-90_000, 0, 90_000]);
}
