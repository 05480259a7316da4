//! Goods that come back: to a lot that must be checked again, and the money the other way.

use crate::credit::{in_the_end, unpaid};
use crate::{goods, till};
use baara_plugin_api::{JsonMap, prelude::*};
use std::collections::BTreeMap;

/// Goods that come back.
#[derive(Form)]
pub(crate) struct Return {
    /// The sale they were part of.
    #[field(of = "sale")]
    sale: Id,
    lines: Vec<ReturnLine>,
    /// The cash box or wallet that pays back what was paid.
    place: Option<Id>,
    #[field(sealed)]
    motive: Option<String>,
}

/// One line of a return.
#[derive(Form)]
pub(crate) struct ReturnLine {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "store")]
    store: Option<Id>,
}

/// How much of an item, and its francs.
#[derive(Clone, Copy, Default)]
struct Sum {
    quantity: i64,
    francs: i64,
}

/// What the lines of some things add up to, by item.
fn lines_of<'t>(things: impl Iterator<Item = &'t Thing>) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for line in things.filter_map(|thing| thing.values.get("lines")?.as_array()).flatten() {
        let count = |key: &str| line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count);
        let sum = sums.entry(line["item"].as_str().unwrap_or_default().to_owned()).or_default();
        *sum = Sum { quantity: sum.quantity + count("quantity"), francs: sum.francs + count("total") };
    }
    sums
}

/// The francs of `quantity` out of all that was sold.
fn share(sold: Sum, quantity: i64) -> i64 {
    let ratio = u64::try_from(quantity).ok().zip(u64::try_from(sold.quantity).ok()).and_then(|(n, of)| Ratio::new(n, of));
    ratio.and_then(|ratio| ratio.of(sold.francs, Rounding::Half)).unwrap_or(0)
}

impl Return {
    /// The francs each line gives back; together with earlier returns never more than was paid.
    fn refunds(&self, sale: &Thing, book: &Book<'_>) -> Result<Vec<i64>, Refusal> {
        let book = in_the_end(book);
        let sold = lines_of(std::iter::once(sale));
        let earlier: Vec<Thing> = book.things_having("return", "sale", sale.id.as_str()).iter().filter_map(|id| book.thing(id)).collect();
        let mut back = lines_of(earlier.iter());
        let mut refunds = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let Some(sold) = sold.get(line.item.as_str()).copied() else {
                return Err(Refusal::new("return/not-sold").with("item", &line.item).with("sale", &sale.id));
            };
            let before = back.entry(line.item.as_str().to_owned()).or_default();
            let after = before.quantity + line.quantity.count();
            if after > sold.quantity {
                return Err(Refusal::new("return/more-than-sold")
                    .with("item", &line.item)
                    .with("sold", line.quantity.with_count(sold.quantity))
                    .with("returned", line.quantity.with_count(before.quantity))
                    .with("asked", line.quantity));
            }
            refunds.push(share(sold, after) - share(sold, before.quantity));
            before.quantity = after;
        }
        Ok(refunds)
    }
}

impl Record for Return {
    const KIND: &'static str = "return/1";

    fn writes() -> Grant {
        grant(&["return", "lot"], &[], &["store", "sold", "produced", "fund", "cash-box", "wallet", "debt"], &["*", "xof"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "return/no-lines",
            "return/not-sold",
            "return/more-than-sold",
            "return/store-missing",
            "return/place-missing",
            "return/wrong-place",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.lines.is_empty() || self.lines.iter().any(|line| line.quantity.is_zero()) {
            return Err(Refusal::new("return/no-lines"));
        }
        let sale = book.open(&self.sale)?;
        let unit = sale.id_of("unit").ok_or_else(|| Refusal::new("thing/unknown").with("thing", &self.sale))?;
        let refunds = self.refunds(&sale, book)?;

        let mut effects = Effects::new();
        let mut lines: Vec<Value> = Vec::new();
        for (n, (line, refund)) in self.lines.iter().zip(&refunds).enumerate() {
            let lot = Id::new("lot", &format!("${}", n + 1));
            let by_lot = book.value(&line.item, "by-lot") == true;
            let to = match &line.store {
                Some(store) => store.clone(),
                None if goods::is_service(&line.item, book) => unit.as_kind("produced"),
                None => return Err(Refusal::new("return/store-missing").with("item", &line.item)),
            };
            let mut kept = JsonMap::new();
            kept.insert("item".to_owned(), line.item.as_str().into());
            kept.insert("quantity".to_owned(), line.quantity.to_string().into());
            kept.insert("total".to_owned(), Amount::francs(*refund).to_string().into());
            if by_lot && line.store.is_some() {
                kept.insert("lot".to_owned(), lot.as_str().into());
                let values = [("item", json!(line.item)), ("unit", json!(unit)), ("made", json!(cmd.date))];
                effects = effects.open(&lot, values).goods(&line.item, line.quantity, &unit.as_kind("sold"), &to, Some(&lot));
            } else {
                effects = effects.moves(&line.item, line.quantity, &unit.as_kind("sold"), &to);
            }
            lines.push(kept.into());
        }

        let total: i64 = refunds.iter().sum();
        let cancelled = total.min(unpaid(&sale, book).max(0));
        if let Some(customer) = sale.id_of("customer") {
            effects = effects.francs(cancelled, &customer.as_kind("debt"), &till::uncollected(&cmd.site));
        }
        if total > cancelled {
            let place =
                self.place.as_ref().ok_or_else(|| Refusal::new("return/place-missing").with("total", Amount::francs(total - cancelled)))?;
            if !matches!(place.kind(), "cash-box" | "wallet") {
                return Err(Refusal::new("return/wrong-place").with("place", place));
            }
            effects = effects.francs(total - cancelled, place, &till::sales_of(&unit));
        }
        let francs = |count: i64| Value::from(Amount::francs(count).to_string());
        Ok(effects.open(
            &Id::new("return", "$1"),
            [
                ("sale", self.sale.as_str().into()),
                ("total", francs(total)),
                ("cancelled", if cancelled > 0 { francs(cancelled) } else { Value::Null }),
                ("motive", json!(self.motive)),
                ("lines", lines.into()),
            ],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::DebtPayment;
    use crate::fixture::{movements, opened, prison, record, refused};
    use crate::sale::Sale;
    use baara_plugin_api::testing::PaperBook;

    fn sold(means: &str, price: &str) -> PaperBook {
        let mut book = prison();
        let line =
            json!({"item": "item/savon", "lot": "lot/kon-20-0001", "quantity": "10 piece", "price": price, "store": "store/kon-magasin"});
        let sale = json!({
            "unit": "workshop/kon-savon", "means": means, "place": "cash-box/kon-caisse", "customer": "customer/kon-awa", "lines": [line],
        });
        record::<Sale>(&mut book, "2020-03-02", sale).unwrap();
        book
    }

    fn back(quantity: &str, more: Value) -> Value {
        let mut fields = json!({
            "sale": "sale/kon-20-0001", "place": "cash-box/kon-caisse",
            "lines": [{"item": "item/savon", "quantity": quantity, "store": "store/kon-magasin"}],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn soap_comes_back_to_a_lot_to_check_and_the_cash_goes_back() {
        let effects = record::<Return>(&mut sold("cash", "1500 XOF"), "2020-03-05", back("4 piece", json!({}))).unwrap();
        assert_eq!(
            movements(&effects),
            ["4 piece sold/kon-savon → store/kon-magasin (lot/kon-20-0003)", "6000 XOF cash-box/kon-caisse → fund/kon-savon.sales",]
        );
        let lot = opened(&effects, "lot");
        assert_eq!((&lot["unit"], &lot["released"]), (&json!("workshop/kon-savon"), &Value::Null));
    }

    #[test]
    fn no_more_comes_back_than_was_sold() {
        let mut book = sold("cash", "1500 XOF");
        record::<Return>(&mut book, "2020-03-05", back("7 piece", json!({}))).unwrap();
        let no = refused::<Return>(&mut book, "2020-03-06", back("4 piece", json!({})), "return/more-than-sold");
        assert_eq!((no.args["sold"].as_str(), no.args["returned"].as_str()), ("10 piece", "7 piece"));
        let effects = record::<Return>(&mut book, "2020-03-06", back("3 piece", json!({}))).unwrap();
        assert_eq!(movements(&effects)[1], "4500 XOF cash-box/kon-caisse → fund/kon-savon.sales");
    }

    #[test]
    fn a_return_of_a_sale_on_credit_first_cancels_the_debt() {
        let mut book = sold("credit", "1500 XOF");
        let payment =
            json!({"customer": "customer/kon-awa", "amount": "12000 XOF", "place": "cash-box/kon-caisse", "sale": "sale/kon-20-0001"});
        record::<DebtPayment>(&mut book, "2020-03-03", payment).unwrap();
        let effects = record::<Return>(&mut book, "2020-03-05", back("4 piece", json!({}))).unwrap();
        assert_eq!(
            movements(&effects)[1..],
            ["3000 XOF debt/kon-awa → fund/kon-uncollected", "3000 XOF cash-box/kon-caisse → fund/kon-savon.sales",]
        );
    }

    #[test]
    fn a_return_says_what_and_where() {
        let mut book = sold("cash", "1500 XOF");
        refused::<Return>(&mut book, "2020-03-05", back("4 piece", json!({"lines": []})), "return/no-lines");
        refused::<Return>(&mut book, "2020-03-05", back("4 piece", json!({"place": null})), "return/place-missing");
        refused::<Return>(&mut book, "2020-03-05", back("4 piece", json!({"place": "store/kon-magasin"})), "return/wrong-place");
        let other = json!({"lines": [{"item": "item/sciure", "quantity": "1.000 kg", "store": "store/kon-magasin"}]});
        refused::<Return>(&mut book, "2020-03-05", back("4 piece", other), "return/not-sold");
        let nowhere = json!({"lines": [{"item": "item/savon", "quantity": "1 piece"}]});
        refused::<Return>(&mut book, "2020-03-05", back("4 piece", nowhere), "return/store-missing");
    }

    #[test]
    fn refunds_never_add_up_to_more_than_was_paid() {
        let sold = Sum { quantity: 7, francs: 1000 };
        let refunds = (0..7).map(|n| share(sold, n + 1) - share(sold, n));
        assert_eq!(refunds.sum::<i64>(), 1000);
    }
}
