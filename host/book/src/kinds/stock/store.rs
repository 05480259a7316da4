//! Stores, and goods carried from one store to another of the same facility.

use super::goods::{self, with_goods};
use baara_plugin_api::prelude::*;

/// A store is opened.
#[derive(Form)]
pub(super) struct OpenStore {
    code: String,
    label: String,
    label_en: Option<String>,
    #[field(of = "person")]
    keeper: Option<Id>,
}

impl Record for OpenStore {
    const KIND: &'static str = "store/1";

    fn writes() -> Grant {
        grant(&["store"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["thing/code-unfit", "thing/code-taken"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let store = goods::named("store", &self.code, book)?;
        if let Some(keeper) = &self.keeper {
            book.open(keeper)?;
        }
        let facility = goods::place("facility", book);
        Ok(Effects::new().open(
            &store,
            [
                ("label", json!(self.label)),
                ("label-en", json!(self.label_en)),
                ("facility", json!(facility)),
                ("keeper", json!(self.keeper)),
            ],
        ))
    }
}

/// Goods are carried from one store to another of the same facility.
#[derive(Form)]
pub(super) struct StockMove {
    #[field(of = "store")]
    from: Id,
    #[field(of = "store")]
    to: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
}

impl Record for StockMove {
    const KIND: &'static str = "stock-move/1";

    fn writes() -> Grant {
        grant(&[], &[], &["store"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        with_goods!["stock-move/same-store", "stock-move/store-of-another-site"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.from == self.to {
            return Err(Refusal::new("stock-move/same-store").with("store", &self.from));
        }
        for store in [&self.from, &self.to] {
            if store.site() != cmd.site {
                return Err(Refusal::new("stock-move/store-of-another-site").with("store", store).with("site", &cmd.site));
            }
            book.open(store)?;
        }
        goods::check(book, &self.item, self.lot.as_ref(), self.quantity)?;
        Ok(Effects::new().goods(&self.item, self.quantity, &self.from, &self.to, self.lot.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn carried(to: &str, item: &str, lot: Value, quantity: &str) -> Value {
        json!({"from": "store/kon-magasin", "to": to, "item": item, "lot": lot, "quantity": quantity})
    }

    #[test]
    fn a_store_takes_its_site_and_its_name() {
        let mut book = konseguela();
        record::<OpenStore>(&mut book, "2020-05-01", json!({"code": "silo", "label": "Silo", "keeper": "person/kon-20-0002"})).unwrap();
        assert_eq!(thing(&book, "2020-05-01", "store/kon-silo").text("facility"), "facility/kon");
        record::<OpenStore>(&mut book, "2020-05-01", json!({"code": "kon-grenier", "label": "Grenier"})).unwrap();
        thing(&book, "2020-05-01", "store/kon-grenier");
        assert_eq!(refused::<OpenStore>(&mut book, "2020-05-02", json!({"code": "silo", "label": "Silo"})), "thing/code-taken");
        for code in ["Le silo", "", "kon-", "$1"] {
            assert_eq!(refused::<OpenStore>(&mut book, "2020-05-02", json!({"code": code, "label": "Silo"})), "thing/code-unfit", "{code}");
        }
    }

    #[test]
    fn goods_change_stores_with_their_lot() {
        let mut book = konseguela();
        let fields = carried("store/kon-cuisine", "item/mais-grain", json!("lot/kon-20-0900"), "50.000 kg");
        let effects = record::<StockMove>(&mut book, "2020-11-01", fields).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → store/kon-cuisine: 50.000 kg lot/kon-20-0900"]);
        let bulk =
            record::<StockMove>(&mut book, "2020-11-01", carried("store/kon-cuisine", "item/uree", Value::Null, "50.000 kg")).unwrap();
        assert_eq!(movements(&bulk), ["store/kon-magasin → store/kon-cuisine: 50.000 kg"]);
    }

    #[test]
    fn goods_do_not_move_under_a_wrong_lot_amount_or_store() {
        let mut book = konseguela();
        book.put(&id("store/seg-magasin"), beginning(), &[]);
        let lot = || json!("lot/kon-20-0900");
        let mut check = |to: &str, item: &str, lot: Value, quantity: &str, code: &str| {
            assert_eq!(refused::<StockMove>(&mut book, "2020-11-01", carried(to, item, lot, quantity)), code);
        };
        check("store/kon-magasin", "item/mais-grain", lot(), "1.000 kg", "stock-move/same-store");
        check("store/seg-magasin", "item/mais-grain", lot(), "1.000 kg", "stock-move/store-of-another-site");
        check("store/kon-cuisine", "item/mais-grain", Value::Null, "1.000 kg", "stock/lot-missing");
        check("store/kon-cuisine", "item/uree", lot(), "1.000 kg", "stock/lot-not-kept");
        check("store/kon-cuisine", "item/niebe", lot(), "1.000 kg", "stock/lot-of-another-item");
        check("store/kon-cuisine", "item/mais-grain", lot(), "0.000 kg", "stock/quantity-zero");
        check("store/kon-nulle", "item/mais-grain", lot(), "1.000 kg", "thing/unknown");
    }
}
