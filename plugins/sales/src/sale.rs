//! Something sold: goods out of a store or a consignment, or a service, paid at once or on credit.

use crate::goods::{self, Found, Wanted};
use crate::pricing;
use crate::tickets;
use crate::till::{self, Means};
use baara_plugin_api::{JsonMap, prelude::*};

/// Something sold.
#[derive(Form)]
pub(crate) struct Sale {
    /// The workshop or farm that made it.
    unit: Id,
    lines: Vec<SaleLine>,
    means: Means,
    /// The cash box or wallet, unless it is on credit.
    place: Option<Id>,
    #[field(of = "customer")]
    customer: Option<Id>,
    /// The number of the paper receipt, when one was written by hand.
    paper: Option<String>,
    /// Why a price is not the list's.
    #[field(sealed)]
    motive: Option<String>,
}

/// One line of a sale.
#[derive(Form)]
pub(crate) struct SaleLine {
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    /// Francs for one whole unit; the price list's when it is not said.
    price: Option<Money>,
    #[field(of = "store")]
    store: Option<Id>,
    #[field(of = "consignment")]
    consignment: Option<Id>,
    /// The ticket of a service; the oldest unpaid ones of the workshop when it is not said.
    #[field(of = "ticket")]
    ticket: Option<Id>,
}

/// A line with its price and worth.
pub(crate) struct Priced {
    /// What goes, and from where.
    pub(crate) goods: Found,
    /// Francs for one whole unit.
    pub(crate) price: i64,
    /// Francs in all.
    pub(crate) total: i64,
    /// Francs in all at the list's price.
    pub(crate) list: i64,
}

impl Priced {
    /// How the line stands on the sale.
    pub(crate) fn value(&self) -> Value {
        let mut line = JsonMap::new();
        line.insert("item".to_owned(), self.goods.item.as_str().into());
        line.extend(self.goods.lot.iter().map(|lot| ("lot".to_owned(), lot.as_str().into())));
        line.insert("quantity".to_owned(), self.goods.quantity.to_string().into());
        line.insert("price".to_owned(), Amount::francs(self.price).to_string().into());
        line.insert("total".to_owned(), Amount::francs(self.total).to_string().into());
        line.into()
    }
}

impl SaleLine {
    fn priced(&self, unit: &Id, book: &Book<'_>) -> Result<Priced, Refusal> {
        let list = pricing::list_price(&self.item, book)?;
        let place = self.consignment.as_ref().or(self.store.as_ref());
        let wanted = Wanted { item: &self.item, lot: self.lot.as_ref(), quantity: self.quantity, place, unit: Some(unit) };
        let price = self.price.map_or(list, |money| money.0);
        let total = pricing::total(&self.item, price, self.quantity)?;
        Ok(Priced { goods: wanted.found(book)?, price, total, list: pricing::total(&self.item, list, self.quantity)? })
    }
}

/// The warning that a member of the staff bought: Nelson Mandela Rule 97, and a conflict of interest.
pub(crate) fn flag_staff(effects: Effects, customer: Option<&Thing>, unit: &Id, total: i64) -> Effects {
    match customer {
        Some(customer) if customer.text("kind") == "staff" => {
            effects.warn("sale/to-staff", &[&customer.id, unit], [("total", Amount::francs(total).to_string())])
        }
        _ => effects,
    }
}

/// What is sold leaves for good.
pub(crate) fn goods_out(lines: &[Priced], unit: &Id) -> Effects {
    let sold = unit.as_kind("sold");
    lines.iter().fold(Effects::new(), |effects, Priced { goods, .. }| {
        effects.goods(&goods.item, goods.quantity, &goods.place, &sold, goods.lot.as_ref())
    })
}

impl Record for Sale {
    const KIND: &'static str = "sale/1";

    fn writes() -> Grant {
        let places = &["store", "consignment", "produced", "sold", "fund", "cash-box", "wallet", "debt"];
        grant(&["sale"], &["ticket.receipt", "ticket.paid"], places, &["*", "xof"], &["receipt"])
    }

    fn refusals() -> &'static [&'static str] {
        const {
            &sdk::joined::<15>(&[
                &["sale/no-lines", "sale/no-price", "sale/price-unexplained", "sale/too-large"],
                goods::REFUSALS,
                tickets::REFUSALS,
                till::REFUSALS,
            ])
        }
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.lines.is_empty() || self.lines.iter().any(|line| line.quantity.is_zero()) {
            return Err(Refusal::new("sale/no-lines"));
        }
        book.open(&self.unit)?;
        let customer = self.customer.as_ref().map(|id| book.open(id)).transpose()?;
        let (from, to) = till::income(self.means, self.place.as_ref(), self.customer.as_ref(), &self.unit, &cmd.site)?;
        let lines = self.lines.iter().map(|line| line.priced(&self.unit, book)).collect::<Result<Vec<_>, _>>()?;
        if let (Some(line), None) = (lines.iter().find(|line| line.total != line.list), &self.motive) {
            let (asked, list) = (Amount::francs(line.total), Amount::francs(line.list));
            return Err(Refusal::new("sale/price-unexplained").with("item", &line.goods.item).with("asked", asked).with("list", list));
        }
        let mut paid = Vec::new();
        for (asked, line) in self.lines.iter().zip(&lines) {
            let sold = (&line.goods.item, line.goods.quantity);
            paid.extend(tickets::paid_by(sold, asked.ticket.as_ref(), &self.unit, &paid, book)?);
        }
        goods::enough(&lines.iter().map(|line| line.goods.clone()).collect::<Vec<_>>(), book)?;

        let total: i64 = lines.iter().map(|line| line.total).sum();
        let list: i64 = lines.iter().map(|line| line.list).sum();
        let below = lines.iter().any(|line| line.total < line.list);
        let francs = |count: i64| Value::from(Amount::francs(count).to_string());
        let effects = goods_out(&lines, &self.unit).francs(total, &from, &to).number("receipt").open(
            &Id::new("sale", "$1"),
            [
                ("unit", self.unit.as_str().into()),
                ("total", francs(total)),
                ("receipt", NUMBER.into()),
                ("means", self.means.code().into()),
                ("place", json!(self.place.as_ref().filter(|_| self.means != Means::Credit))),
                ("credit", if self.means == Means::Credit { francs(total) } else { Value::Null }),
                ("customer", json!(self.customer)),
                ("paper", json!(self.paper)),
                ("motive", json!(self.motive)),
                ("below-list", json!(below.then_some(true))),
                ("list-total", if below { francs(list) } else { Value::Null }),
                ("lines", lines.iter().map(Priced::value).collect()),
            ],
        );
        let pay =
            |effects: Effects, ticket: &Id| effects.set(ticket, "receipt", NUMBER, cmd.date).set(ticket, "paid", json!(cmd.date), cmd.date);
        Ok(flag_staff(paid.iter().fold(effects, pay), customer.as_ref(), &self.unit, total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{id, movements, opened, prison, record, refused};
    use baara_plugin_api::testing::PaperBook;

    fn bars(more: Value) -> Value {
        let mut fields = json!({
            "unit": "workshop/kon-savon", "means": "cash", "place": "cash-box/kon-caisse",
            "lines": [{"item": "item/savon", "lot": "lot/kon-20-0001", "quantity": "12 piece", "store": "store/kon-magasin"}],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn line(more: Value) -> Value {
        let mut fields = bars(json!({}));
        fields["lines"][0].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn soap_sold_for_cash_leaves_the_store_and_the_francs_come_in() {
        let mut book = prison();
        let effects = record::<Sale>(&mut book, "2020-03-02", bars(json!({"paper": "A-17"}))).unwrap();
        assert_eq!(
            movements(&effects),
            ["12 piece store/kon-magasin → sold/kon-savon (lot/kon-20-0001)", "18000 XOF fund/kon-savon.sales → cash-box/kon-caisse",]
        );
        let sale = opened(&effects, "sale");
        assert_eq!(sale["total"], "18000 XOF");
        assert_eq!((&sale["receipt"], &sale["paper"], &sale["below-list"]), (&json!("KON-2020-000001"), &json!("A-17"), &Value::Null));
        assert!(matches!(&effects.0[2], Effect::Number { series, .. } if series == "receipt"));
    }

    #[test]
    fn a_sale_on_credit_is_a_debt_and_not_yet_money_to_share() {
        let effects =
            record::<Sale>(&mut prison(), "2020-03-02", bars(json!({"means": "credit", "customer": "customer/kon-awa"}))).unwrap();
        assert_eq!(movements(&effects)[1], "18000 XOF fund/kon-uncollected → debt/kon-awa");
        assert_eq!(opened(&effects, "sale")["credit"], "18000 XOF");
    }

    #[test]
    fn mobile_money_goes_to_the_wallet() {
        let effects = record::<Sale>(&mut prison(), "2020-03-02", bars(json!({"means": "mobile-money", "place": "wallet/kon-orange"})));
        assert_eq!(movements(&effects.unwrap())[1], "18000 XOF fund/kon-savon.sales → wallet/kon-orange");
    }

    #[test]
    fn the_oldest_released_lot_is_taken_when_none_is_named() {
        let effects = record::<Sale>(&mut prison(), "2020-03-02", line(json!({"lot": null}))).unwrap();
        assert_eq!(movements(&effects)[0], "12 piece store/kon-magasin → sold/kon-savon (lot/kon-20-0001)");
        refused::<Sale>(&mut prison(), "2020-03-02", line(json!({"lot": null, "quantity": "50 piece"})), "sale/lot-missing");
    }

    fn ironing(quantity: &str, more: Value) -> Value {
        let mut line = json!({"item": "item/repassage", "quantity": quantity});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        bars(json!({"lines": [line]}))
    }

    fn receipts(book: &PaperBook) -> Vec<Value> {
        let now = Book::new(book, "kon", "2020-03-31".parse().unwrap());
        (1..=4).map(|n| now.value(&id(&format!("ticket/kon-20-000{n}")), "receipt")).collect()
    }

    #[test]
    fn a_service_pays_its_oldest_tickets_once() {
        let mut book = prison();
        for no in ["1 piece", "6 piece"] {
            let no = refused::<Sale>(&mut book, "2020-03-02", ironing(no, json!({})), "sale/ticket-missing");
            assert_eq!(no.args["waiting"], "5 piece");
        }
        record::<Sale>(&mut book, "2020-03-02", ironing("2 piece", json!({}))).unwrap();
        assert_eq!(receipts(&book), [json!("KON-2020-000001"), Value::Null, Value::Null, Value::Null]);
        record::<Sale>(&mut book, "2020-03-03", ironing("3 piece", json!({}))).unwrap();
        assert_eq!(receipts(&book)[1], json!("KON-2020-000002"));
        refused::<Sale>(&mut book, "2020-03-03", ironing("3 piece", json!({})), "sale/ticket-missing");
        let mut book = prison();
        record::<Sale>(&mut book, "2020-03-02", ironing("5 piece", json!({}))).unwrap();
        assert_eq!(receipts(&book)[..2], [json!("KON-2020-000001"), json!("KON-2020-000001")], "both");
    }

    #[test]
    fn a_service_pays_the_ticket_it_names() {
        let mut book = prison();
        let named = |n: u8, quantity: &str| ironing(quantity, json!({"ticket": format!("ticket/kon-20-000{n}")}));
        record::<Sale>(&mut book, "2020-03-02", named(2, "3 piece")).unwrap();
        let mut no = |n, quantity| refused::<Sale>(&mut book, "2020-03-02", named(n, quantity), "sale/ticket-unfit");
        no(2, "3 piece");
        no(1, "3 piece");
        no(3, "1 piece");
        no(4, "1 piece");
        let mut twice = named(1, "2 piece");
        let one = twice["lines"][0].clone();
        twice["lines"].as_array_mut().unwrap().push(one);
        refused::<Sale>(&mut book, "2020-03-02", twice, "sale/ticket-unfit");
        refused::<Sale>(&mut book, "2020-03-02", line(json!({"ticket": "ticket/kon-20-0001"})), "sale/ticket-unfit");
    }

    #[test]
    fn goods_without_lots_and_services_are_sold_too() {
        let lines = json!([
            {"item": "item/sciure", "quantity": "12.500 kg", "store": "store/kon-magasin"},
            {"item": "item/repassage", "quantity": "3 piece"},
        ]);
        let effects = record::<Sale>(&mut prison(), "2020-03-02", bars(json!({"lines": lines}))).unwrap();
        assert_eq!(
            movements(&effects),
            [
                "12.500 kg store/kon-magasin → sold/kon-savon",
                "3 piece produced/kon-savon → sold/kon-savon",
                "913 XOF fund/kon-savon.sales → cash-box/kon-caisse",
            ]
        );
    }

    #[test]
    fn a_sale_below_the_list_says_so() {
        let at = |price: &str| {
            let mut fields = line(json!({"price": price}));
            fields["motive"] = json!("sealed:00");
            opened(&record::<Sale>(&mut prison(), "2020-03-02", fields).unwrap(), "sale")
        };
        let sale = at("1000 XOF");
        assert_eq!((&sale["below-list"], &sale["total"], &sale["list-total"]), (&json!(true), &json!("12000 XOF"), &json!("18000 XOF")));
        assert_eq!(sale["motive"], "sealed:00");
        assert_eq!(at("2000 XOF")["below-list"], Value::Null);
    }

    #[test]
    fn another_price_than_the_list_has_its_reason() {
        let no = refused::<Sale>(&mut prison(), "2020-03-02", line(json!({"price": "1000 XOF"})), "sale/price-unexplained");
        assert_eq!((no.args["asked"].as_str(), no.args["list"].as_str()), ("12000 XOF", "18000 XOF"));
        refused::<Sale>(&mut prison(), "2020-03-02", line(json!({"price": "2000 XOF"})), "sale/price-unexplained");
        assert!(record::<Sale>(&mut prison(), "2020-03-02", line(json!({"price": "1500 XOF"}))).is_ok());
    }

    #[test]
    fn a_sale_to_the_staff_is_told() {
        let effects = record::<Sale>(&mut prison(), "2020-03-02", bars(json!({"customer": "customer/kon-agent"}))).unwrap();
        assert!(matches!(effects.0.last(), Some(Effect::Warn { code, .. }) if code == "sale/to-staff"));
    }

    #[test]
    fn a_sale_without_lines_or_price_is_refused() {
        refused::<Sale>(&mut prison(), "2020-03-02", bars(json!({"lines": []})), "sale/no-lines");
        refused::<Sale>(&mut prison(), "2020-03-02", line(json!({"quantity": "0 piece"})), "sale/no-lines");
        refused::<Sale>(
            &mut prison(),
            "2020-03-02",
            line(json!({"item": "item/table", "lot": null, "price": "5000 XOF"})),
            "sale/no-price",
        );
        let all = json!({"quantity": "9007199254740992 piece"});
        refused::<Sale>(&mut prison(), "2020-03-02", line(all), "sale/too-large");
    }

    #[test]
    fn the_francs_must_have_somewhere_to_go() {
        refused::<Sale>(&mut prison(), "2020-03-02", bars(json!({"means": "credit"})), "sale/credit-needs-customer");
        refused::<Sale>(&mut prison(), "2020-03-02", bars(json!({"place": null})), "sale/place-missing");
        refused::<Sale>(&mut prison(), "2020-03-02", bars(json!({"place": "wallet/kon-orange"})), "sale/wrong-place");
    }

    #[test]
    fn goods_that_may_not_leave_stay() {
        let mut book = prison();
        let no = refused::<Sale>(&mut book, "2020-03-02", line(json!({"quantity": "41 piece"})), "sale/not-enough-left");
        assert_eq!((no.args["left"].as_str(), no.args["asked"].as_str()), ("40 piece", "41 piece"));
        refused::<Sale>(&mut book, "2020-03-02", line(json!({"store": null})), "sale/store-missing");
        refused::<Sale>(&mut book, "2020-03-02", line(json!({"item": "item/sciure"})), "sale/lot-of-other-item");
        refused::<Sale>(&mut book, "2020-03-02", bars(json!({"unit": "workshop/kon-couture"})), "sale/lot-of-other-unit");
    }

    #[test]
    fn a_lot_still_curing_says_until_when() {
        let mut book = prison();
        let no = refused::<Sale>(&mut book, "2020-03-02", line(json!({"lot": "lot/kon-20-0002"})), "sale/lot-still-curing");
        assert_eq!(no.args["until"], "-");
        let release = Effects::new().set(&"lot/kon-20-0002".parse().unwrap(), "released", true, "2020-03-20".parse().unwrap());
        book.apply("test", "2020-02-01".parse().unwrap(), &"person/kon-20-0001".parse().unwrap(), &release.0);
        let no = refused::<Sale>(&mut book, "2020-03-02", line(json!({"lot": "lot/kon-20-0002"})), "sale/lot-still-curing");
        assert_eq!(no.args["until"], "2020-03-20");
        assert!(record::<Sale>(&mut book, "2020-03-20", line(json!({"lot": "lot/kon-20-0002"}))).is_ok());
    }

    #[test]
    fn two_lines_of_one_lot_are_added_up() {
        let one = bars(json!({}))["lines"][0].clone();
        let mut three = bars(json!({}));
        three["lines"] = json!([one.clone(), one.clone(), one.clone(), one]);
        refused::<Sale>(&mut prison(), "2020-03-02", three, "sale/not-enough-left");
    }
}
