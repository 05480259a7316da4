//! Animals are goods counted in heads: born into a pen, which is a store, and lost from it with witnesses.

use crate::kinds::people::kind_of_unit;
use crate::kinds::stock::goods::{self, with_goods};
use crate::kinds::stock::loss::{self, Lost};
use baara_plugin_api::prelude::*;

/// Animals are born.
#[derive(Form)]
pub(super) struct Birth {
    /// The farm, or the workshop that keeps animals.
    unit: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "store")]
    store: Id,
}

impl Record for Birth {
    const KIND: &'static str = "birth/2";

    fn writes() -> Grant {
        grant(&["lot"], &[], &["produced", "store"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["unit/not-a-unit", "stock/quantity-zero", "livestock/not-an-animal"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        kind_of_unit(book, &self.unit)?;
        book.open(&self.store)?;
        let item = animal(goods::measured(book, &self.item, self.quantity)?)?;
        let lot = item.flag("by-lot").then(|| Id::new("lot", "$1"));
        let born = [
            ("item", json!(self.item)),
            ("unit", json!(self.unit)),
            ("made", json!(cmd.date)),
            ("born", json!(self.quantity)),
            ("released", json!(true)),
        ];
        let effects = lot.iter().fold(Effects::new(), |effects, lot| effects.open(lot, born.clone()));
        Ok(effects.goods(&self.item, self.quantity, &self.unit.as_kind("produced"), &self.store, lot.as_ref()))
    }
}

/// What animals die of.
#[derive(Choice)]
enum Cause {
    Disease,
    Accident,
    Predator,
    Age,
    Hunger,
    Theft,
    Other,
}

/// Animals die or disappear: a loss like any other, with its witnesses and its allowance.
#[derive(Form)]
pub(super) struct Death {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    cause: Cause,
    #[field(of = "person")]
    witness_one: Id,
    #[field(of = "person")]
    witness_two: Id,
    #[field(sealed)]
    account: Option<String>,
}

impl Record for Death {
    const KIND: &'static str = "death/1";

    fn writes() -> Grant {
        loss::writes()
    }

    fn refusals() -> &'static [&'static str] {
        with_goods![
            "livestock/not-an-animal",
            "loss/same-witness",
            "loss/witness-is-author",
            "loss/witness-without-mandate",
            "loss/witnesses-of-one-college"
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        animal(book.open(&self.item)?)?;
        let lost = Lost {
            store: &self.store,
            item: &self.item,
            lot: self.lot.as_ref(),
            quantity: self.quantity,
            cause: self.cause.code(),
            witnesses: [&self.witness_one, &self.witness_two],
            account: self.account.as_deref(),
        };
        lost.decide(cmd, book)
    }
}

fn animal(item: Thing) -> Result<Thing, Refusal> {
    if item.text("group") == "livestock" { Ok(item) } else { Err(Refusal::new("livestock/not-an-animal").with("item", item.id)) }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn born(item: &str, quantity: &str) -> Value {
        json!({"unit": "farm/kon-ferme", "item": item, "quantity": quantity, "store": "store/kon-magasin"})
    }

    fn dead(item: &str, two: &str) -> Value {
        json!({"store": "store/kon-magasin", "item": item, "lot": "lot/kon-20-0901", "quantity": "1 head", "cause": "disease",
               "witness-one": "person/kon-20-0002", "witness-two": format!("person/{two}")})
    }

    #[test]
    fn lambs_are_produced_by_the_farm_and_a_dead_one_is_lost_or_waits() {
        let mut book = konseguela();
        let effects = record::<Birth>(&mut book, "2020-12-01", born("item/brebis", "4 head")).unwrap();
        assert_eq!(movements(&effects), ["produced/kon-ferme → store/kon-magasin: 4 head lot/kon-20-0901"]);
        assert!(thing(&book, "2020-12-01", "lot/kon-20-0901").flag("released"));
        let waits = record::<Death>(&mut book, "2020-12-09", dead("item/brebis", "kon-20-0003")).unwrap();
        assert_eq!(movements(&waits), ["store/kon-magasin → shortage/kon-loss-201209-1: 1 head lot/kon-20-0901"]);
        rule(&mut book, "loss.allowance.livestock", "1/4");
        let allowed = record::<Death>(&mut book, "2020-12-10", dead("item/brebis", "kon-20-0003")).unwrap();
        assert_eq!(movements(&allowed), ["store/kon-magasin → lost/kon: 1 head lot/kon-20-0901"]);
    }

    #[test]
    fn only_animals_are_born_and_die_and_two_colleges_see_it() {
        let mut book = konseguela();
        assert_eq!(refused::<Birth>(&mut book, "2020-12-01", born("item/uree", "4.000 kg")), "livestock/not-an-animal");
        assert_eq!(refused::<Birth>(&mut book, "2020-12-01", born("item/brebis", "0 head")), "stock/quantity-zero");
        assert_eq!(refused::<Death>(&mut book, "2020-12-09", dead("item/uree", "kon-20-0003")), "livestock/not-an-animal");
        record::<Birth>(&mut book, "2020-12-01", born("item/brebis", "4 head")).unwrap();
        assert_eq!(refused::<Death>(&mut book, "2020-12-09", dead("item/brebis", "kon-20-0002")), "loss/same-witness");
    }
}
