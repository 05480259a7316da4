//! Goods that leave for a fair: still ours, in somebody's keeping, until they are sold or come back.

use crate::goods::{self, Found, Wanted};
use baara_plugin_api::{JsonMap, prelude::*};

/// Goods that leave for a fair.
#[derive(Form)]
pub(crate) struct Consignment {
    /// The fair or shop.
    label: String,
    /// Who answers for the goods.
    #[field(of = "person")]
    keeper: Id,
    lines: Vec<GoodsLine>,
    /// When they should be back.
    until: Option<Date>,
}

/// One line of goods.
#[derive(Form)]
pub(crate) struct GoodsLine {
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "store")]
    store: Option<Id>,
}

fn value(goods: &Found) -> Value {
    let mut line = JsonMap::new();
    line.insert("item".to_owned(), goods.item.as_str().into());
    line.extend(goods.lot.iter().map(|lot| ("lot".to_owned(), lot.as_str().into())));
    line.insert("quantity".to_owned(), goods.quantity.to_string().into());
    line.into()
}

impl Record for Consignment {
    const KIND: &'static str = "consignment/1";

    fn writes() -> Grant {
        grant(&["consignment"], &[], &["store", "consignment"], &["*"], &["consignment"])
    }

    fn refusals() -> &'static [&'static str] {
        const { &sdk::joined::<7>(&[&["consignment/no-lines"], goods::REFUSALS]) }
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        if self.lines.is_empty() || self.lines.iter().any(|line| line.quantity.is_zero()) {
            return Err(Refusal::new("consignment/no-lines"));
        }
        book.open(&self.keeper)?;
        let wanted = self.lines.iter().map(|line| {
            let place = line.store.as_ref();
            Wanted { item: &line.item, lot: line.lot.as_ref(), quantity: line.quantity, place, unit: None }.found(book)
        });
        let found = wanted.collect::<Result<Vec<_>, _>>()?;
        goods::enough(&found, book)?;
        let consignment = Id::new("consignment", "$1");
        let effects = Effects::new().number("consignment").open(
            &consignment,
            [
                ("label", self.label.into()),
                ("keeper", json!(self.keeper)),
                ("until", json!(self.until)),
                ("number", NUMBER.into()),
                ("lines", found.iter().map(value).collect()),
            ],
        );
        Ok(found
            .iter()
            .fold(effects, |effects, goods| effects.goods(&goods.item, goods.quantity, &goods.place, &consignment, goods.lot.as_ref())))
    }
}

/// What was not sold comes back.
#[derive(Form)]
pub(crate) struct ConsignmentReturn {
    #[field(of = "consignment")]
    consignment: Id,
    /// Where it goes.
    #[field(of = "store")]
    store: Id,
    /// What comes back; everything that is left when nothing is said.
    lines: Vec<BackLine>,
}

/// One line of goods that come back.
#[derive(Form)]
pub(crate) struct BackLine {
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
}

impl Record for ConsignmentReturn {
    const KIND: &'static str = "consignment-return/1";

    fn writes() -> Grant {
        grant(&["consignment"], &[], &["store", "consignment"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["consignment-return/more-than-out"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.consignment)?;
        let mut out = book.holdings_of(&self.consignment);
        let mut effects = Effects::new();
        if self.lines.is_empty() {
            for held in &mut out {
                effects = effects.goods(&held.item, held.balance, &self.consignment, &self.store, held.lot.as_ref());
                held.balance = held.balance.with_count(0);
            }
        }
        for line in &self.lines {
            let held = out.iter_mut().find(|h| h.item == line.item && h.lot == line.lot);
            let left = held.as_ref().map_or(line.quantity.with_count(0), |h| h.balance);
            let Some(held) = held.filter(|h| h.balance.unit() == line.quantity.unit() && h.balance.count() >= line.quantity.count()) else {
                let refusal = Refusal::new("consignment-return/more-than-out").with("item", line.lot.as_ref().unwrap_or(&line.item));
                return Err(refusal.with("out", left).with("asked", line.quantity));
            };
            held.balance = held.balance.with_count(held.balance.count() - line.quantity.count());
            effects = effects.goods(&line.item, line.quantity, &self.consignment, &self.store, line.lot.as_ref());
        }
        let empty = out.iter().all(|held| held.balance.is_zero());
        Ok(if empty { effects.close(&self.consignment) } else { effects })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{id, movements, prison, record, refused};
    use crate::sale::Sale;

    fn to_the_fair(quantity: &str) -> Value {
        json!({
            "label": "Foire de Bamako", "keeper": "person/kon-20-0001",
            "lines": [{"item": "item/savon", "lot": "lot/kon-20-0001", "quantity": quantity, "store": "store/kon-magasin"}],
        })
    }

    #[test]
    fn goods_go_to_a_fair_are_sold_there_and_the_rest_comes_back() {
        let mut book = prison();
        let effects = record::<Consignment>(&mut book, "2020-12-01", to_the_fair("30 piece")).unwrap();
        assert_eq!(movements(&effects), ["30 piece store/kon-magasin → consignment/kon-20-0001 (lot/kon-20-0001)"]);
        let line = json!({"item": "item/savon", "quantity": "18 piece", "consignment": "consignment/kon-20-0001"});
        let sale = json!({"unit": "workshop/kon-savon", "means": "cash", "place": "cash-box/kon-caisse", "lines": [line]});
        let effects = record::<Sale>(&mut book, "2020-12-05", sale).unwrap();
        assert_eq!(movements(&effects)[0], "18 piece consignment/kon-20-0001 → sold/kon-savon (lot/kon-20-0001)");
        let back = json!({"consignment": "consignment/kon-20-0001", "store": "store/kon-magasin"});
        let effects = record::<ConsignmentReturn>(&mut book, "2020-12-12", back).unwrap();
        assert_eq!(movements(&effects), ["12 piece consignment/kon-20-0001 → store/kon-magasin (lot/kon-20-0001)"]);
        let asked = Book::new(&book, "kon", "2020-12-13".parse().unwrap());
        assert!(!asked.thing(&id("consignment/kon-20-0001")).unwrap().open);
    }

    #[test]
    fn what_is_missing_stays_with_the_keeper() {
        let mut book = prison();
        record::<Consignment>(&mut book, "2020-12-01", to_the_fair("30 piece")).unwrap();
        let back = |quantity: &str| {
            let line = json!({"item": "item/savon", "lot": "lot/kon-20-0001", "quantity": quantity});
            json!({"consignment": "consignment/kon-20-0001", "store": "store/kon-magasin", "lines": [line]})
        };
        refused::<ConsignmentReturn>(&mut book, "2020-12-12", back("31 piece"), "consignment-return/more-than-out");
        record::<ConsignmentReturn>(&mut book, "2020-12-12", back("28 piece")).unwrap();
        let asked = Book::new(&book, "kon", "2020-12-13".parse().unwrap());
        assert!(asked.thing(&id("consignment/kon-20-0001")).unwrap().open);
        assert_eq!(asked.holding(&id("consignment/kon-20-0001"), &id("item/savon")).unwrap().count(), 2);
    }

    #[test]
    fn only_what_is_there_and_released_goes() {
        let mut none = to_the_fair("30 piece");
        none["lines"] = json!([]);
        refused::<Consignment>(&mut prison(), "2020-12-01", none, "consignment/no-lines");
        refused::<Consignment>(&mut prison(), "2020-12-01", to_the_fair("41 piece"), "sale/not-enough-left");
        let mut curing = to_the_fair("30 piece");
        curing["lines"][0]["lot"] = "lot/kon-20-0002".into();
        refused::<Consignment>(&mut prison(), "2020-12-01", curing, "sale/lot-still-curing");
    }
}
