//! Made to order: an order with its down-payment, its delivery, or its end without delivery.

use crate::credit::in_the_end;
use crate::goods::{self, Wanted};
use crate::pricing;
use crate::sale::{Priced, flag_staff, goods_out};
use crate::till::{self, Means};
use baara_plugin_api::prelude::*;

/// Somebody orders something to be made.
#[derive(Form)]
pub(crate) struct Order {
    #[field(of = "customer")]
    customer: Id,
    /// The workshop or farm that will make it.
    unit: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    /// Francs for one whole unit; the price list's when it is not said.
    price: Option<Money>,
    due: Date,
    down_payment: Option<Money>,
    /// The cash box or wallet of the down-payment.
    place: Option<Id>,
}

fn down_payment(order: &Id) -> Id {
    order.as_kind("down-payment")
}

fn francs(count: i64) -> Value {
    Amount::francs(count).to_string().into()
}

impl Record for Order {
    const KIND: &'static str = "order/1";

    fn writes() -> Grant {
        grant(&["order"], &[], &["down-payment", "cash-box", "wallet"], &["xof"], &["receipt"])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "order/nothing",
            "order/due-in-the-past",
            "order/too-much-paid",
            "order/place-missing",
            "order/wrong-place",
            "sale/no-price",
            "sale/too-large",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.quantity.is_zero() {
            return Err(Refusal::new("order/nothing"));
        }
        if self.due < cmd.date {
            return Err(Refusal::new("order/due-in-the-past").with("due", self.due).with("date", cmd.date));
        }
        let customer = book.open(&self.customer)?;
        book.open(&self.unit)?;
        book.open(&self.item)?;
        let list = pricing::list_price(&self.item, book)?;
        let price = self.price.map_or(list, |money| money.0);
        let total = pricing::total(&self.item, price, self.quantity)?;
        let paid = self.down_payment.map_or(0, |money| money.0);
        if paid > total {
            return Err(Refusal::new("order/too-much-paid").with("paid", Amount::francs(paid)).with("total", Amount::francs(total)));
        }
        let order = Id::new("order", "$1");
        let mut effects = Effects::new();
        if paid > 0 {
            let place = self.place.as_ref().ok_or_else(|| Refusal::new("order/place-missing"))?;
            if !matches!(place.kind(), "cash-box" | "wallet") {
                return Err(Refusal::new("order/wrong-place").with("place", place));
            }
            effects = effects.francs(paid, &down_payment(&order), place).number("receipt");
        }
        let effects = effects.open(
            &order,
            [
                ("customer", json!(self.customer)),
                ("unit", json!(self.unit)),
                ("item", json!(self.item)),
                ("quantity", json!(self.quantity)),
                ("price", francs(price)),
                ("total", francs(total)),
                ("due", json!(self.due)),
                ("down-payment", if paid > 0 { francs(paid) } else { Value::Null }),
                ("receipt", if paid > 0 { NUMBER.into() } else { Value::Null }),
            ],
        );
        Ok(flag_staff(effects, Some(&customer), &self.unit, total))
    }
}

/// An order is handed over, whole or in part.
#[derive(Form)]
pub(crate) struct Delivery {
    #[field(of = "order")]
    order: Id,
    /// How much; all that is left of the order when it is not said.
    #[field(of = "order")]
    quantity: Option<Amount>,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "store")]
    store: Option<Id>,
    /// How the rest is paid, once the down-payment is used up; cash when it is not said.
    means: Option<Means>,
    place: Option<Id>,
}

/// What an order says.
struct Ordered {
    customer: Thing,
    unit: Id,
    item: Id,
    quantity: Amount,
    price: i64,
}

impl Ordered {
    fn of(order: &Thing, book: &Book<'_>) -> Result<Ordered, Refusal> {
        let unknown = || Refusal::new("thing/unknown").with("thing", &order.id);
        Ok(Ordered {
            customer: book.open(&order.id_of("customer").ok_or_else(unknown)?)?,
            unit: order.id_of("unit").ok_or_else(unknown)?,
            item: order.id_of("item").ok_or_else(unknown)?,
            quantity: order.amount("quantity").ok_or_else(unknown)?,
            price: order.amount("price").ok_or_else(unknown)?.count(),
        })
    }

    /// How much was handed over already.
    fn delivered(&self, order: &Id, book: &Book<'_>) -> Amount {
        let book = in_the_end(book);
        let sales = book.things_having("sale", "order", order.as_str());
        let lines = sales.iter().filter_map(|sale| book.value(sale, "lines").as_array().cloned()).flatten();
        let counts = lines.filter_map(|line| line["quantity"].as_str()?.parse::<Amount>().ok()).map(Amount::count);
        self.quantity.with_count(counts.sum())
    }
}

impl Delivery {
    fn quantity(&self, ordered: &Ordered, before: Amount) -> Result<Amount, Refusal> {
        let left = ordered.quantity.with_count(ordered.quantity.count() - before.count());
        let asked = self.quantity.unwrap_or(left);
        if asked.unit() != left.unit() || asked.scale() != left.scale() || asked.count() > left.count() {
            return Err(Refusal::new("delivery/more-than-ordered").with("left", left).with("asked", asked));
        }
        if asked.is_zero() {
            return Err(Refusal::new("delivery/nothing"));
        }
        Ok(asked)
    }
}

impl Record for Delivery {
    const KIND: &'static str = "delivery/1";

    fn writes() -> Grant {
        let places = &["store", "produced", "sold", "fund", "down-payment", "cash-box", "wallet", "debt"];
        grant(&["sale", "order"], &[], places, &["*", "xof"], &["receipt"])
    }

    fn refusals() -> &'static [&'static str] {
        const { &sdk::joined::<12>(&[&["delivery/nothing", "delivery/more-than-ordered", "sale/too-large"], goods::REFUSALS, till::REFUSALS]) }
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let ordered = Ordered::of(&book.open(&self.order)?, book)?;
        let before = ordered.delivered(&self.order, book);
        let quantity = self.quantity(&ordered, before)?;
        let after = before.with_count(before.count() + quantity.count());
        let (unit, price) = (&ordered.unit, ordered.price);
        let total = pricing::total(&ordered.item, price, after)? - pricing::total(&ordered.item, price, before)?;

        let wanted = Wanted { item: &ordered.item, lot: self.lot.as_ref(), quantity, place: self.store.as_ref(), unit: Some(unit) };
        let goods = wanted.found(book)?;
        goods::enough(std::slice::from_ref(&goods), book)?;
        let line = Priced { goods, price, total, list: total };

        let held = down_payment(&self.order);
        let used = total.min((-book.francs(&held)).max(0));
        let rest = total - used;
        let means = self.means.unwrap_or(Means::Cash);
        let mut effects = goods_out(std::slice::from_ref(&line), unit).francs(used, &till::sales_of(unit), &held);
        if rest > 0 {
            let (from, to) = till::income(means, self.place.as_ref(), Some(&ordered.customer.id), unit, &cmd.site)?;
            effects = effects.francs(rest, &from, &to);
        }
        let on_credit = rest > 0 && means == Means::Credit;
        effects = effects.number("receipt").open(
            &Id::new("sale", "$1"),
            [
                ("unit", json!(unit)),
                ("total", francs(total)),
                ("receipt", NUMBER.into()),
                ("means", means.code().into()),
                ("place", json!(self.place.as_ref().filter(|_| rest > 0 && !on_credit))),
                ("credit", if on_credit { francs(rest) } else { Value::Null }),
                ("customer", json!(ordered.customer.id)),
                ("order", json!(self.order)),
                ("lines", [line.value()].into_iter().collect()),
            ],
        );
        if after.count() == ordered.quantity.count() {
            effects = effects.close(&self.order);
        }
        Ok(flag_staff(effects, Some(&ordered.customer), unit, total))
    }
}

/// An order will not be made: what was paid for it goes back.
#[derive(Form)]
pub(crate) struct OrderCancel {
    #[field(of = "order")]
    order: Id,
    /// The cash box or wallet that pays back.
    place: Option<Id>,
    #[field(sealed)]
    motive: String,
}

impl Record for OrderCancel {
    const KIND: &'static str = "order-cancel/1";

    fn writes() -> Grant {
        grant(&["order"], &[], &["down-payment", "cash-box", "wallet"], &["xof"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["order/place-missing", "order/wrong-place"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.order)?;
        let held = -book.francs(&down_payment(&self.order));
        let mut effects = Effects::new();
        if held > 0 {
            let place = self.place.as_ref().ok_or_else(|| Refusal::new("order/place-missing"))?;
            if !matches!(place.kind(), "cash-box" | "wallet") {
                return Err(Refusal::new("order/wrong-place").with("place", place));
            }
            effects = effects.francs(held, place, &down_payment(&self.order));
        }
        Ok(effects.set(&self.order, "cancelled", self.motive, cmd.date).close(&self.order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{id, movements, opened, prison, record, refused};
    use baara_plugin_api::testing::PaperBook;

    fn asks(more: Value) -> Value {
        let mut fields = json!({
            "customer": "customer/kon-awa", "unit": "workshop/kon-savon", "item": "item/savon", "quantity": "20 piece",
            "due": "2020-04-30", "down-payment": "10000 XOF", "place": "cash-box/kon-caisse",
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn ordered() -> PaperBook {
        let mut book = prison();
        record::<Order>(&mut book, "2020-03-02", asks(json!({}))).unwrap();
        book
    }

    fn hands_over(more: Value) -> Value {
        let mut fields =
            json!({"order": "order/kon-20-0001", "lot": "lot/kon-20-0001", "store": "store/kon-magasin", "place": "cash-box/kon-caisse"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    #[test]
    fn a_down_payment_is_owed_until_delivery() {
        let effects = record::<Order>(&mut prison(), "2020-03-02", asks(json!({}))).unwrap();
        assert_eq!(movements(&effects), ["10000 XOF down-payment/kon-20-0001 → cash-box/kon-caisse"]);
        assert_eq!(opened(&effects, "order")["total"], "30000 XOF");
        let effects = record::<Order>(&mut prison(), "2020-03-02", asks(json!({"down-payment": null, "place": null}))).unwrap();
        assert_eq!(movements(&effects), [""; 0]);
    }

    #[test]
    fn a_delivery_uses_the_down_payment_and_the_rest_is_paid() {
        let mut book = ordered();
        let effects = record::<Delivery>(&mut book, "2020-04-02", hands_over(json!({}))).unwrap();
        assert_eq!(
            movements(&effects),
            [
                "20 piece store/kon-magasin → sold/kon-savon (lot/kon-20-0001)",
                "10000 XOF fund/kon-savon.sales → down-payment/kon-20-0001",
                "20000 XOF fund/kon-savon.sales → cash-box/kon-caisse",
            ]
        );
        assert_eq!(opened(&effects, "sale")["order"], "order/kon-20-0001");
        assert!(record::<Delivery>(&mut book, "2020-04-03", hands_over(json!({}))).is_err_and(|no| no.code == "thing/closed"));
    }

    #[test]
    fn an_order_may_be_delivered_in_parts() {
        let mut book = ordered();
        let effects = record::<Delivery>(&mut book, "2020-04-02", hands_over(json!({"quantity": "5 piece"}))).unwrap();
        assert_eq!(movements(&effects)[1..], ["7500 XOF fund/kon-savon.sales → down-payment/kon-20-0001"]);
        let no = refused::<Delivery>(&mut book, "2020-04-03", hands_over(json!({"quantity": "16 piece"})), "delivery/more-than-ordered");
        assert_eq!(no.args["left"], "15 piece");
        refused::<Delivery>(&mut book, "2020-04-03", hands_over(json!({"quantity": "0 piece"})), "delivery/nothing");
        let effects = record::<Delivery>(&mut book, "2020-04-09", hands_over(json!({"means": "credit"}))).unwrap();
        assert_eq!(
            movements(&effects)[1..],
            ["2500 XOF fund/kon-savon.sales → down-payment/kon-20-0001", "20000 XOF fund/kon-uncollected → debt/kon-awa",]
        );
        assert_eq!(opened(&effects, "sale")["credit"], "20000 XOF");
    }

    #[test]
    fn an_order_cancelled_gives_the_down_payment_back() {
        let mut book = ordered();
        let fields = json!({"order": "order/kon-20-0001", "motive": "sealed:00"});
        refused::<OrderCancel>(&mut book, "2020-04-02", fields.clone(), "order/place-missing");
        let mut wrong = fields.clone();
        wrong["place"] = "store/kon-magasin".into();
        refused::<OrderCancel>(&mut book, "2020-04-02", wrong, "order/wrong-place");
        let mut right = fields;
        right["place"] = "cash-box/kon-caisse".into();
        let effects = record::<OrderCancel>(&mut book, "2020-04-02", right).unwrap();
        assert_eq!(movements(&effects), ["10000 XOF cash-box/kon-caisse → down-payment/kon-20-0001"]);
        let asked = baara_plugin_api::Book::new(&book, "kon", "2020-04-03".parse().unwrap());
        assert!(!asked.thing(&id("order/kon-20-0001")).unwrap().open);
    }

    #[test]
    fn an_order_that_cannot_be_is_refused() {
        let mut book = prison();
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"quantity": "0 piece"})), "order/nothing");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"due": "2020-03-01"})), "order/due-in-the-past");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"down-payment": "30001 XOF"})), "order/too-much-paid");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"place": null})), "order/place-missing");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"place": "store/kon-magasin"})), "order/wrong-place");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"item": "item/table"})), "sale/no-price");
        refused::<Order>(&mut book, "2020-03-02", asks(json!({"quantity": "9007199254740992 piece"})), "sale/too-large");
    }
}
