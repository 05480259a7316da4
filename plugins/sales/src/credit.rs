//! A customer pays what they owe; only now does the workshop have something to share.

use crate::till;
use baara_plugin_api::prelude::*;

/// A customer pays what they owe.
#[derive(Form)]
pub(crate) struct DebtPayment {
    #[field(of = "customer")]
    customer: Id,
    amount: Money,
    /// The cash box, wallet or bank it goes to.
    place: Id,
    /// The sale it pays; else the workshop or farm must be named.
    #[field(of = "sale")]
    sale: Option<Id>,
    unit: Option<Id>,
}

/// A day after all others: what is known of a thing in the end, late entries included.
pub(crate) fn in_the_end<'a>(book: &Book<'a>) -> Book<'a> {
    book.at(Date::from_ymd_opt(9999, 12, 31).expect("a day"))
}

/// What the things of a kind that name a sale add up to under a key.
fn summed(kind: &str, key: &str, sale: &Id, book: &Book<'_>) -> i64 {
    let book = in_the_end(book);
    let things = book.things_having(kind, "sale", sale.as_str());
    things.iter().filter_map(|id| book.thing(id)?.amount(key)).map(Amount::count).sum()
}

/// What is still to be paid of a sale on credit.
pub(crate) fn unpaid(sale: &Thing, book: &Book<'_>) -> i64 {
    let credit = sale.amount("credit").map_or(0, Amount::count);
    credit - summed("debt-payment", "amount", &sale.id, book) - summed("return", "cancelled", &sale.id, book)
}

impl DebtPayment {
    /// Which unit earned it.
    fn earner(&self, book: &Book<'_>) -> Result<Id, Refusal> {
        let Some(sale) = &self.sale else {
            return self.unit.clone().ok_or_else(|| Refusal::new("debt-payment/unit-missing"));
        };
        let sale = book.open(sale)?;
        if sale.id_of("customer").as_ref() != Some(&self.customer) {
            return Err(Refusal::new("debt-payment/other-customer").with("sale", &sale.id).with("customer", &self.customer));
        }
        let left = unpaid(&sale, book);
        if self.amount.0 > left {
            let refusal = Refusal::new("debt-payment/more-than-sale").with("sale", &sale.id);
            return Err(refusal.with("left", Amount::francs(left)).with("asked", Amount::francs(self.amount.0)));
        }
        sale.id_of("unit").ok_or_else(|| Refusal::new("debt-payment/unit-missing"))
    }
}

impl Record for DebtPayment {
    const KIND: &'static str = "debt-payment/1";

    fn writes() -> Grant {
        grant(&["debt-payment"], &[], &["debt", "cash-box", "wallet", "bank", "fund"], &["xof"], &["receipt"])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "debt-payment/nothing",
            "debt-payment/wrong-place",
            "debt-payment/unit-missing",
            "debt-payment/other-customer",
            "debt-payment/more-than-sale",
            "debt-payment/more-than-owed",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.amount.0 == 0 {
            return Err(Refusal::new("debt-payment/nothing"));
        }
        if !matches!(self.place.kind(), "cash-box" | "wallet" | "bank") {
            return Err(Refusal::new("debt-payment/wrong-place").with("place", &self.place));
        }
        book.open(&self.customer)?;
        let unit = self.earner(book)?;
        let (debt, asked) = (self.customer.as_kind("debt"), Amount::francs(self.amount.0));
        let owed = book.francs(&debt);
        if self.amount.0 > owed {
            let refusal = Refusal::new("debt-payment/more-than-owed").with("customer", &self.customer);
            return Err(refusal.with("owed", Amount::francs(owed)).with("asked", asked));
        }
        Ok(Effects::new()
            .francs(self.amount.0, &debt, &self.place)
            .francs(self.amount.0, &till::sales_of(&unit), &till::uncollected(&cmd.site))
            .number("receipt")
            .open(
                &Id::new("debt-payment", "$1"),
                [
                    ("customer", self.customer.as_str().into()),
                    ("amount", asked.to_string().into()),
                    ("unit", unit.as_str().into()),
                    ("sale", json!(self.sale)),
                    ("place", self.place.as_str().into()),
                    ("receipt", NUMBER.into()),
                ],
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{id, movements, prison, record, refused};
    use crate::sale::Sale;
    use baara_plugin_api::testing::PaperBook;

    fn sold_on_credit() -> PaperBook {
        let mut book = prison();
        let line = json!({"item": "item/savon", "lot": "lot/kon-20-0001", "quantity": "10 piece", "store": "store/kon-magasin"});
        let sale = json!({"unit": "workshop/kon-savon", "means": "credit", "customer": "customer/kon-awa", "lines": [line]});
        record::<Sale>(&mut book, "2020-03-02", sale).unwrap();
        book
    }

    fn pays(amount: &str, more: Value) -> Value {
        let mut fields = json!({"customer": "customer/kon-awa", "amount": amount, "place": "cash-box/kon-caisse"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn a_debt_paid_becomes_money_to_share() {
        let mut book = sold_on_credit();
        let effects = record::<DebtPayment>(&mut book, "2020-04-02", pays("9000 XOF", json!({"sale": "sale/kon-20-0001"}))).unwrap();
        assert_eq!(
            movements(&effects),
            ["9000 XOF debt/kon-awa → cash-box/kon-caisse", "9000 XOF fund/kon-savon.sales → fund/kon-uncollected",]
        );
        record::<DebtPayment>(&mut book, "2020-05-02", pays("6000 XOF", json!({"unit": "workshop/kon-savon"}))).unwrap();
        let asked = baara_plugin_api::Book::new(&book, "kon", "2020-05-03".parse().unwrap());
        assert_eq!((asked.francs(&id("debt/kon-awa")), asked.francs(&id("fund/kon-uncollected"))), (0, 0));
        assert_eq!(asked.francs(&id("fund/kon-savon.sales")), -15_000);
    }

    #[test]
    fn more_than_is_owed_is_refused() {
        let mut book = sold_on_credit();
        let sale = json!({"sale": "sale/kon-20-0001"});
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("15001 XOF", sale.clone()), "debt-payment/more-than-sale");
        let unit = json!({"unit": "workshop/kon-savon"});
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("15001 XOF", unit), "debt-payment/more-than-owed");
        record::<DebtPayment>(&mut book, "2020-04-02", pays("15000 XOF", sale.clone())).unwrap();
        refused::<DebtPayment>(&mut book, "2020-04-03", pays("1 XOF", sale), "debt-payment/more-than-sale");
    }

    #[test]
    fn a_payment_says_what_for_and_where_to() {
        let mut book = sold_on_credit();
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("500 XOF", json!({})), "debt-payment/unit-missing");
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("0 XOF", json!({})), "debt-payment/nothing");
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("500 XOF", json!({"place": "store/kon-magasin"})), "debt-payment/wrong-place");
        let other = json!({"sale": "sale/kon-20-0001", "customer": "customer/kon-agent"});
        refused::<DebtPayment>(&mut book, "2020-04-02", pays("500 XOF", other), "debt-payment/other-customer");
    }
}
