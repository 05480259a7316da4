//! Goods that feed the facility or are given away: both need the committee's word.

use super::goods::{self, with_goods};
use baara_plugin_api::prelude::*;

/// Goods go from a store to the kitchen.
#[derive(Form)]
pub(super) struct Kitchen {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    kitchen: Option<String>,
}

impl Record for Kitchen {
    const KIND: &'static str = "kitchen/1";

    fn writes() -> Grant {
        grant(&[], &[], &["store", "eaten"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        with_goods!["kitchen/not-about-eating", "thing/code-unfit"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.store)?;
        goods::check(book, &self.item, self.lot.as_ref(), self.quantity)?;
        let standing = book.rule("eat.decision").as_str().and_then(|text| Id::parse(text).ok());
        goods::decided(book, cmd.leave.as_ref().or(standing.as_ref()), "eat", "kitchen/not-about-eating")?;
        let eaten = match &self.kitchen {
            Some(kitchen) => goods::spelled("eaten", kitchen, book)?,
            None => goods::place("eaten", book),
        };
        Ok(Effects::new().goods(&self.item, self.quantity, &self.store, &eaten, self.lot.as_ref()))
    }
}

/// Goods are given away.
#[derive(Form)]
pub(super) struct Gift {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    /// Whom it is given to; it stays in the entry, sealed.
    #[field(sealed)]
    receiver: String,
}

impl Record for Gift {
    const KIND: &'static str = "give/1";

    fn writes() -> Grant {
        grant(&["gift"], &[], &["store", "given"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        with_goods!["give/not-about-giving"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.store)?;
        goods::check(book, &self.item, self.lot.as_ref(), self.quantity)?;
        let decision = goods::decided(book, cmd.leave.as_ref(), "give", "give/not-about-giving")?;
        let gift = [
            ("receiver", json!(self.receiver)),
            ("item", json!(self.item)),
            ("lot", json!(self.lot)),
            ("quantity", json!(self.quantity)),
            ("decision", json!(decision.id)),
        ];
        let given = goods::place("given", book);
        Ok(Effects::new().open(&Id::new("gift", "$1"), gift).goods(&self.item, self.quantity, &self.store, &given, self.lot.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn grain(more: Value) -> Value {
        let mut fields =
            json!({"store": "store/kon-magasin", "item": "item/mais-grain", "lot": "lot/kon-20-0900", "quantity": "90.000 kg"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn the_kitchen_eats_under_a_standing_decision() {
        let mut book = konseguela();
        assert_eq!(refused::<Kitchen>(&mut book, "2020-11-10", grain(json!({}))), "leave/missing");
        decision(&mut book, "kon-20-0001", "eat");
        rule(&mut book, "eat.decision", "decision/kon-20-0001");
        let effects = record::<Kitchen>(&mut book, "2020-11-10", grain(json!({}))).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → eaten/kon: 90.000 kg lot/kon-20-0900"]);
        let named = record::<Kitchen>(&mut book, "2020-11-10", grain(json!({"kitchen": "cuisine"}))).unwrap();
        assert_eq!(movements(&named), ["store/kon-magasin → eaten/kon-cuisine: 90.000 kg lot/kon-20-0900"]);
    }

    #[test]
    fn the_kitchen_does_not_eat_under_a_decision_about_something_else() {
        let mut book = konseguela();
        decision(&mut book, "kon-20-0001", "give");
        let fields = || grain(json!({"leave": "decision/kon-20-0001"}));
        assert_eq!(refused::<Kitchen>(&mut book, "2020-11-10", fields()), "kitchen/not-about-eating");
        decision(&mut book, "kon-20-0002", "eat");
        let odd = grain(json!({"leave": "decision/kon-20-0002", "kitchen": "La cuisine"}));
        assert_eq!(refused::<Kitchen>(&mut book, "2020-11-10", odd), "thing/code-unfit");
        let until = [("about", json!("eat")), ("adopted", json!("2019-01-01")), ("until", json!("2020-10-31"))];
        book.put(&id("decision/kon-20-0003"), beginning(), &until);
        assert_eq!(refused::<Kitchen>(&mut book, "2020-11-10", grain(json!({"leave": "decision/kon-20-0003"}))), "leave/expired");
    }

    #[test]
    fn goods_are_given_by_decision() {
        let mut book = konseguela();
        decision(&mut book, "kon-20-0001", "give");
        decision(&mut book, "kon-20-0002", "eat");
        let given = |leave: Value| grain(json!({"leave": leave, "receiver": "sealed:00"}));
        let effects = record::<Gift>(&mut book, "2020-11-10", given(json!("decision/kon-20-0001"))).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → given/kon: 90.000 kg lot/kon-20-0900"]);
        let gift = thing(&book, "2020-11-10", "gift/kon-20-0001");
        assert_eq!((gift.text("decision"), gift.text("receiver")), ("decision/kon-20-0001", "sealed:00"));
        assert_eq!(refused::<Gift>(&mut book, "2020-11-10", given(Value::Null)), "leave/missing");
        assert_eq!(refused::<Gift>(&mut book, "2020-11-10", given(json!("decision/kon-20-0002"))), "give/not-about-giving");
    }
}
