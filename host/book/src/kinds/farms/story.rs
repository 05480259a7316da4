//! A year of a farm and its stores in the real book, grants and guards and all.

use super::paper::{beginning, id, movements};
use crate::allot::allot;
use crate::entry::Entry;
use crate::guards::{self, Act};
use crate::world::TheBook;
use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::command;
use std::collections::BTreeMap;

/// Records a form as the desk does: decide, grant, leave, ids, guards, fold.
fn record(book: &mut TheBook, kind: &str, date: &str, fields: Value) -> Decided {
    let found = crate::kinds::built_in().into_iter().find(|k| k.declaration.kind == kind).expect("a built-in kind");
    let cmd = command(kind, date, fields);
    let act = Act { site: "kon", kind, date: cmd.date, today: cmd.date, leave: cmd.leave.as_ref(), fields: &cmd.fields, reversal: false };
    let decided = (found.decide)(&cmd, &Book::new(&book.view("kon"), "kon", cmd.date))?;
    guards::within(&found.declaration.writes, &decided.0)?;
    let effects = guards::with_leave(book, &act, decided.0)?;
    let effects = allot(book, "kon", cmd.date, effects, &BTreeMap::new());
    guards::check(book, &act, &effects)?;
    fold(book, &cmd, effects.clone());
    Ok(Effects(effects))
}

fn fold(book: &mut TheBook, cmd: &Command, effects: Vec<Effect>) {
    book.apply(&Entry::next(book.size() + 1, cmd, effects));
}

/// Records a form that must not be refused; gives its movements.
#[track_caller]
fn moved(book: &mut TheBook, kind: &str, date: &str, fields: Value) -> Vec<String> {
    movements(&record(book, kind, date, fields).unwrap_or_else(|refusal| panic!("{kind}: {refusal}")))
}

/// Configuration and a founding act: items, two facilities, three persons, a committee that decided.
fn founded() -> TheBook {
    let mut book = TheBook::new();
    let mut effects = Effects::new();
    let grain = |group: &str| [("unit", "kg".into()), ("scale", 3.into()), ("group", group.into()), ("by-lot", true.into())];
    effects = effects
        .open(&id("item/mais-grain"), grain("cereal"))
        .open(&id("item/uree"), [("unit", "kg".into()), ("scale", 3.into()), ("group", "input".into())])
        .open(&id("item/mouton"), [("unit", "head".into()), ("scale", 0.into()), ("group", "livestock".into()), ("by-lot", true.into())])
        .open(&id("rules/kon"), [("loss.allowance", "1/100".into())]);
    for facility in ["facility/kon", "facility/seg", "customer/kon-voisin"] {
        effects = effects.open(&id(facility), [("label", facility.into())]);
    }
    for (person, college) in [("kon-chief", "staff"), ("kon-mayor", "officials"), ("kon-20-0001", "staff")] {
        let person = Id::new("person", person);
        let seat = [("person", person.as_str().into()), ("college", format!("college/{college}").into())];
        effects = effects.open(&person, [("facility", "facility/kon".into())]).open(&person.as_kind("mandate"), seat);
    }
    for about in ["loss", "give", "eat"] {
        let adopted = [("about", about.into()), ("adopted", "2019-01-01".into())];
        effects = effects.open(&Id::new("decision", &format!("kon-{about}")), adopted);
    }
    let mut cmd = command("found/1", "2019-01-01", json!({}));
    cmd.date = beginning();
    fold(&mut book, &cmd, effects.0);
    book
}

/// A farm with maize sown on twenty hectares, and its stores.
fn sown() -> TheBook {
    let mut book = founded();
    let on = "2020-04-01";
    moved(&mut book, "farm/1", on, json!({"code": "ferme", "label": "Ferme"}));
    for store in ["magasin", "cuisine"] {
        moved(&mut book, "store/1", on, json!({"code": store, "label": store, "keeper": "person/kon-chief"}));
    }
    let plot = json!({"farm": "farm/kon-ferme", "code": "nord", "label": "Nord", "estate": "193 ha", "cultivable": "20 ha"});
    moved(&mut book, "plot/1", on, plot);
    moved(&mut book, "campaign/1", on, json!({"farm": "farm/kon-ferme", "year": 2020}));
    let plan = json!({"campaign": "campaign/kon-2020", "item": "item/mais-grain", "quantity": "45000.000 kg"});
    moved(&mut book, "plan/1", on, plan);
    moved(&mut book, "sowing/1", "2020-06-10", json!({"plot": "plot/kon-nord", "item": "item/mais-grain", "area": "20.0000 ha"}));
    book
}

/// The same, with fifty tonnes harvested under the visa of the storekeeper.
fn harvested() -> TheBook {
    let mut book = sown();
    let fields = json!({"plot": "plot/kon-nord", "item": "item/mais-grain", "quantity": "50000.000 kg", "store": "store/kon-magasin"});
    let weighed = moved(&mut book, "harvest/1", "2020-10-05", fields);
    assert_eq!(weighed, ["field/kon-nord → store/kon-magasin: 50000.000 kg lot/kon-20-0001"]);
    book
}

fn released(book: &mut TheBook) {
    let cmd = command("endorse/1", "2020-10-05", json!({}));
    fold(book, &cmd, Effects::new().set(&id("lot/kon-20-0001"), "released", true, cmd.date).0);
}

fn grain(more: Value) -> Value {
    let mut fields = json!({"store": "store/kon-magasin", "item": "item/mais-grain", "lot": "lot/kon-20-0001", "quantity": "400.000 kg"});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn the_fields_are_worked_hit_and_estimated_and_nothing_moves() {
    let mut book = sown();
    let crop = json!({"plot": "plot/kon-nord", "item": "item/mais-grain"});
    let with = |more: Value| {
        let mut fields = crop.clone();
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let plough = json!({"plot": "plot/kon-nord", "what": "weeding", "area": "20 ha", "equipment": "charrue"});
    assert!(moved(&mut book, "operation/1", "2020-07-01", plough).is_empty());
    let flood = json!({"plot": "plot/kon-nord", "cause": "flood", "area": "2.5 ha", "lost-percent": 60,
                       "witness-one": "person/kon-chief", "witness-two": "person/kon-mayor"});
    assert!(moved(&mut book, "disaster/1", "2020-08-20", flood).is_empty());
    assert!(moved(&mut book, "forecast/1", "2020-08-25", with(json!({"quantity": "48000.000 kg"}))).is_empty());
    assert!(moved(&mut book, "crop-cut/1", "2020-09-20", with(json!({"square": "25 m2", "weight": "6.100 kg"}))).is_empty());
    let measured = json!({"plot": "plot/kon-nord", "estate": "193 ha", "cultivable": "21 ha"});
    assert!(moved(&mut book, "plot-measured/1", "2020-09-21", measured).is_empty());
    let hire = json!({"farm": "farm/kon-ferme", "equipment": "tracteur", "customer": "customer/kon-voisin", "hours": 5});
    assert!(moved(&mut book, "hire/1", "2020-10-01", hire).is_empty());
    assert!(moved(&mut book, "sowing-ended/1", "2020-11-01", json!({"sowing": "sowing/kon-20-0001", "why": "harvested"})).is_empty());
    let sacks = json!({"code": "sac-mais", "item": "item/mais-grain", "weighings": ["98.000 kg", "99.500 kg", "98.300 kg"]});
    assert!(moved(&mut book, "container/1", "2020-11-02", sacks).is_empty());
    let shop = json!({"code": "comptoir", "label": "sealed:00", "kind": "trader"});
    assert!(moved(&mut book, "supplier/1", "2020-11-02", shop.clone()).is_empty());
    assert!(moved(&mut book, "customer/1", "2020-11-02", shop).is_empty());
}

#[test]
fn an_unchecked_harvest_may_be_carried_but_not_eaten() {
    let mut book = harvested();
    let carried = json!({"from": "store/kon-magasin", "to": "store/kon-cuisine", "item": "item/mais-grain", "lot": "lot/kon-20-0001", "quantity": "400.000 kg"});
    assert_eq!(
        moved(&mut book, "stock-move/1", "2020-10-06", carried),
        ["store/kon-magasin → store/kon-cuisine: 400.000 kg lot/kon-20-0001"]
    );
    let eaten = || grain(json!({"leave": "decision/kon-eat"}));
    assert_eq!(record(&mut book, "kitchen/1", "2020-10-07", eaten()).unwrap_err().code, "guard/lot-not-released");
    released(&mut book);
    assert_eq!(moved(&mut book, "kitchen/1", "2020-10-07", eaten()), ["store/kon-magasin → eaten/kon: 400.000 kg lot/kon-20-0001"]);
    let given = grain(json!({"leave": "decision/kon-give", "receiver": "sealed:00"}));
    assert_eq!(moved(&mut book, "give/1", "2020-10-08", given), ["store/kon-magasin → given/kon: 400.000 kg lot/kon-20-0001"]);
    let seed = grain(json!({"plot": "plot/kon-nord"}));
    assert_eq!(moved(&mut book, "input-use/1", "2020-10-09", seed), ["store/kon-magasin → consumed/kon-ferme: 400.000 kg lot/kon-20-0001"]);
    let too_much = grain(json!({"leave": "decision/kon-eat", "quantity": "50000.000 kg"}));
    assert!(record(&mut book, "kitchen/1", "2020-10-10", too_much).unwrap_err().code.starts_with("guard/"));
}

#[test]
fn losses_use_the_allowance_then_wait_for_the_committee() {
    let mut book = harvested();
    let lost = || grain(json!({"cause": "insects", "witness-one": "person/kon-chief", "witness-two": "person/kon-mayor"}));
    assert_eq!(moved(&mut book, "loss/1", "2020-10-20", lost()), ["store/kon-magasin → lost/kon: 400.000 kg lot/kon-20-0001"]);
    let waits = moved(&mut book, "loss/1", "2020-10-20", lost());
    assert_eq!(waits, ["store/kon-magasin → shortage/kon-loss-201020-1: 400.000 kg lot/kon-20-0001"]);
    let again = moved(&mut book, "loss/1", "2020-10-20", lost());
    assert_eq!(again, ["store/kon-magasin → shortage/kon-loss-201020-2: 400.000 kg lot/kon-20-0001"]);
    let decided = json!({"shortage": "shortage/kon-loss-201020-1", "leave": "decision/kon-loss"});
    let gone = moved(&mut book, "loss-decided/1", "2020-11-01", decided);
    assert_eq!(gone, ["shortage/kon-loss-201020-1 → lost/kon: 400.000 kg lot/kon-20-0001"]);
}

#[test]
fn a_transfer_is_three_entries() {
    let mut book = harvested();
    released(&mut book);
    let sent = moved(&mut book, "dispatch/1", "2020-11-10", grain(json!({"to": "facility/seg"})));
    assert_eq!(sent, ["store/kon-magasin → transit/kon-20-0001: 400.000 kg lot/kon-20-0001"]);
    let number = book.thing(&id("transit/kon-20-0001"), "2020-11-10".parse().unwrap()).unwrap().text("number").to_owned();
    assert_eq!(number, "KON-2020-000001");
    let known = json!({"transit": "transit/kon-20-0001", "number": "SEG-2020-000003", "quantity": "390.000 kg"});
    let arrived = moved(&mut book, "dispatch-received/1", "2020-11-15", known);
    assert_eq!(arrived, ["transit/kon-20-0001 → to/kon.seg: 390.000 kg lot/kon-20-0001"]);
    let short = moved(&mut book, "transit-short/1", "2020-12-15", json!({"transit": "transit/kon-20-0001", "account": "sealed:00"}));
    assert_eq!(short, ["transit/kon-20-0001 → shortage/kon-transit-201215-1: 10.000 kg lot/kon-20-0001"]);
    let back = json!({"from": "facility/seg", "number": "SEG-2020-000009", "store": "store/kon-magasin", "item": "item/mais-grain",
                      "quantity": "90.000 kg", "unit": "farm/kon-ferme"});
    let received = moved(&mut book, "reception/1", "2020-12-20", back);
    assert_eq!(received, ["from/kon.seg → store/kon-magasin: 90.000 kg lot/kon-20-0002"]);
}

#[test]
fn animals_are_born_and_die() {
    let mut book = sown();
    let born = json!({"unit": "farm/kon-ferme", "item": "item/mouton", "quantity": "4 head", "store": "store/kon-magasin"});
    assert_eq!(moved(&mut book, "birth/2", "2020-12-01", born), ["produced/kon-ferme → store/kon-magasin: 4 head lot/kon-20-0001"]);
    let dead = json!({"store": "store/kon-magasin", "item": "item/mouton", "lot": "lot/kon-20-0001", "quantity": "1 head", "cause": "disease",
                      "witness-one": "person/kon-chief", "witness-two": "person/kon-mayor"});
    let waits = moved(&mut book, "death/1", "2020-12-09", dead);
    assert_eq!(waits, ["store/kon-magasin → shortage/kon-loss-201209-1: 1 head lot/kon-20-0001"]);
}
