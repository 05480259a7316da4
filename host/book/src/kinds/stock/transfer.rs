//! Goods sent to another facility, in three entries: dispatch, reception, acknowledgement.

use super::goods::{self, with_goods};
use baara_plugin_api::prelude::*;

/// Goods leave for another facility.
#[derive(Form)]
pub(super) struct Dispatch {
    #[field(of = "store")]
    store: Id,
    #[field(of = "facility")]
    to: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    #[field(sealed)]
    carrier: Option<String>,
}

impl Record for Dispatch {
    const KIND: &'static str = "dispatch/1";

    fn writes() -> Grant {
        grant(&["transit"], &[], &["store", "transit"], &["*"], &["dispatch"])
    }

    fn refusals() -> &'static [&'static str] {
        with_goods!["transfer/with-itself"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        other_site(&self.to, &cmd.site)?;
        book.open(&self.store)?;
        goods::check(book, &self.item, self.lot.as_ref(), self.quantity)?;
        let transit = Id::new("transit", "$1");
        let sent = [
            ("to", json!(self.to)),
            ("store", json!(self.store)),
            ("item", json!(self.item)),
            ("lot", json!(self.lot)),
            ("quantity", json!(self.quantity)),
            ("carrier", json!(self.carrier)),
            ("number", json!(NUMBER)),
        ];
        Ok(Effects::new().number("dispatch").open(&transit, sent).goods(
            &self.item,
            self.quantity,
            &self.store,
            &transit,
            self.lot.as_ref(),
        ))
    }
}

/// Goods arrive from another facility.
#[derive(Form)]
pub(super) struct Reception {
    #[field(of = "facility")]
    from: Id,
    /// The number on the sender's dispatch note.
    number: String,
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    /// The workshop or farm that will sell or use them.
    unit: Option<Id>,
    /// When they were made, if the note says so.
    made: Option<Date>,
    /// Yes when part of the same dispatch came before.
    rest: bool,
}

impl Record for Reception {
    const KIND: &'static str = "reception/1";

    fn writes() -> Grant {
        grant(&["reception", "lot"], &[], &["from", "store"], &["*"], &["reception"])
    }

    fn refusals() -> &'static [&'static str] {
        &["stock/quantity-zero", "transfer/with-itself", "reception/already-received", "reception/unit-unfit"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        other_site(&self.from, &cmd.site)?;
        book.open(&self.store)?;
        let item = goods::measured(book, &self.item, self.quantity)?;
        let number = self.number.trim();
        self.not_yet(book, number)?;
        if let Some(unit) = &self.unit {
            book.open(unit)?;
            if !matches!(unit.kind(), "workshop" | "farm") {
                return Err(Refusal::new("reception/unit-unfit").with("unit", unit));
            }
        }
        let lot = item.flag("by-lot").then(|| Id::new("lot", "$1"));
        let received = [
            ("from", json!(self.from)),
            ("cites", json!(number)),
            ("store", json!(self.store)),
            ("item", json!(self.item)),
            ("lot", json!(lot)),
            ("quantity", json!(self.quantity)),
            ("number", json!(NUMBER)),
        ];
        let effects = Effects::new().number("reception").open(&Id::new("reception", "$1"), received);
        let effects = match &lot {
            Some(lot) => effects.open(
                lot,
                [
                    ("item", json!(self.item)),
                    ("unit", json!(self.unit)),
                    ("made", json!(self.made)),
                    ("from", json!(self.from)),
                    ("cites", json!(number)),
                    ("awaits-visa", json!(true)),
                ],
            ),
            None => effects,
        };
        let from = Id::new("from", &format!("{}.{}", cmd.site, self.from.code()));
        Ok(effects.goods(&self.item, self.quantity, &from, &self.store, lot.as_ref()))
    }
}

impl Reception {
    /// The sender's number is not used twice, unless this is the rest.
    fn not_yet(&self, book: &Book<'_>, number: &str) -> Result<(), Refusal> {
        let same = book.things_having("reception", "cites", number);
        let before = same.into_iter().find(|id| book.value(id, "from").as_str() == Some(self.from.as_str()));
        match before {
            Some(reception) if !self.rest => {
                Err(Refusal::new("reception/already-received").with("number", number).with("reception", reception))
            }
            _ => Ok(()),
        }
    }
}

/// The sender learns what arrived; what did not stays in transit.
#[derive(Form)]
pub(super) struct DispatchReceived {
    #[field(of = "transit")]
    transit: Id,
    /// The number on the receiver's reception note.
    number: String,
    #[field(of = "transit")]
    quantity: Amount,
}

impl Record for DispatchReceived {
    const KIND: &'static str = "dispatch-received/1";

    fn writes() -> Grant {
        grant(&["transit"], &[], &["transit", "to"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["stock/quantity-zero", "transfer/not-goods", "dispatch-received/number-used", "dispatch-received/more-than-sent"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let sent = Sent::read(book, &self.transit)?;
        goods::measured(book, &sent.item, self.quantity)?;
        let number = self.number.trim();
        let mut cited: Vec<Value> = sent.thing.list("received").into_iter().map(Value::from).collect();
        if cited.iter().any(|one| one == number) {
            return Err(Refusal::new("dispatch-received/number-used").with("transit", &self.transit).with("number", number));
        }
        cited.push(number.into());
        let left = book.holding(&self.transit, &sent.item).map_or(0, Amount::count) - self.quantity.count();
        if left < 0 {
            let in_transit = self.quantity.with_count(left + self.quantity.count());
            return Err(Refusal::new("dispatch-received/more-than-sent").with("quantity", self.quantity).with("sent", in_transit));
        }
        let to = Id::new("to", &format!("{}.{}", cmd.site, sent.to.code()));
        let effects = Effects::new().set(&self.transit, "received", cited, cmd.date).goods(
            &sent.item,
            self.quantity,
            &self.transit,
            &to,
            sent.lot.as_ref(),
        );
        Ok(if left == 0 { effects.close(&self.transit) } else { effects })
    }
}

/// What will not arrive any more becomes a shortage, which a decision ends.
#[derive(Form)]
pub(super) struct TransitShort {
    #[field(of = "transit")]
    transit: Id,
    #[field(sealed)]
    account: String,
}

impl Record for TransitShort {
    const KIND: &'static str = "transit-short/1";

    fn writes() -> Grant {
        grant(&["transit", "shortage"], &[], &["transit", "shortage"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["transfer/not-goods"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let sent = Sent::read(book, &self.transit)?;
        let nothing = || Refusal::new("transfer/not-goods").with("transit", &self.transit);
        let left = book.holding(&self.transit, &sent.item).filter(|left| !left.is_zero()).ok_or_else(nothing)?;
        let shortage = goods::shortage("transit", book);
        let about = [
            ("transit", json!(self.transit)),
            ("item", json!(sent.item)),
            ("lot", json!(sent.lot)),
            ("quantity", json!(left)),
            ("account", json!(self.account)),
        ];
        Ok(Effects::new().open(&shortage, about).goods(&sent.item, left, &self.transit, &shortage, sent.lot.as_ref()).close(&self.transit))
    }
}

/// What a dispatch wrote on its transit.
struct Sent {
    thing: Thing,
    item: Id,
    lot: Option<Id>,
    to: Id,
}

impl Sent {
    /// Reads the transit of a dispatch of goods; that of a cash deposit is another matter.
    fn read(book: &Book<'_>, transit: &Id) -> Result<Sent, Refusal> {
        let thing = book.open(transit)?;
        match (thing.id_of("item"), thing.id_of("to")) {
            (Some(item), Some(to)) => Ok(Sent { lot: thing.id_of("lot"), thing, item, to }),
            _ => Err(Refusal::new("transfer/not-goods").with("transit", transit)),
        }
    }
}

/// A transfer is between two facilities.
fn other_site(facility: &Id, site: &str) -> Result<(), Refusal> {
    if facility.code() == site { Err(Refusal::new("transfer/with-itself").with("facility", facility)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;
    use baara_plugin_api::testing::PaperBook;

    fn sent(to: &str) -> Value {
        json!({"store": "store/kon-magasin", "to": to, "item": "item/mais-grain", "lot": "lot/kon-20-0900", "quantity": "500.000 kg"})
    }

    fn arrived(number: &str) -> Value {
        json!({"from": "facility/seg", "number": number, "store": "store/kon-magasin", "item": "item/mais-grain", "quantity": "480.000 kg"})
    }

    fn acknowledged(number: &str, quantity: &str) -> Value {
        json!({"transit": "transit/kon-20-0001", "number": number, "quantity": quantity})
    }

    fn dispatched() -> PaperBook {
        let mut book = konseguela();
        record::<Dispatch>(&mut book, "2020-11-10", sent("facility/seg")).unwrap();
        book
    }

    #[test]
    fn goods_sent_are_in_transit_under_a_number() {
        let mut book = konseguela();
        let effects = record::<Dispatch>(&mut book, "2020-11-10", sent("facility/seg")).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → transit/kon-20-0001: 500.000 kg lot/kon-20-0900"]);
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, .. } if series == "dispatch")));
        let transit = thing(&book, "2020-11-10", "transit/kon-20-0001");
        assert_eq!((transit.text("to"), transit.text("number")), ("facility/seg", "KON-2020-000001"));
        assert_eq!(refused::<Dispatch>(&mut book, "2020-11-10", sent("facility/kon")), "transfer/with-itself");
    }

    #[test]
    fn goods_received_are_a_new_lot_to_check() {
        let mut book = konseguela();
        let effects = record::<Reception>(&mut book, "2020-11-12", arrived("SEG-2020-000012")).unwrap();
        assert_eq!(movements(&effects), ["from/kon.seg → store/kon-magasin: 480.000 kg lot/kon-20-0901"]);
        let lot = thing(&book, "2020-11-12", "lot/kon-20-0901");
        assert_eq!((lot.flag("awaits-visa"), lot.flag("released"), lot.text("cites")), (true, false, "SEG-2020-000012"));
    }

    #[test]
    fn a_dispatch_is_received_once_unless_it_is_the_rest() {
        let mut book = konseguela();
        record::<Reception>(&mut book, "2020-11-12", arrived("SEG-2020-000012")).unwrap();
        assert_eq!(refused::<Reception>(&mut book, "2020-11-13", arrived(" SEG-2020-000012 ")), "reception/already-received");
        let mut rest = arrived("SEG-2020-000012");
        rest["rest"] = json!(true);
        record::<Reception>(&mut book, "2020-11-13", rest).unwrap();
        let mut unit = arrived("SEG-2020-000013");
        unit["unit"] = json!("store/kon-cuisine");
        assert_eq!(refused::<Reception>(&mut book, "2020-11-13", unit), "reception/unit-unfit");
    }

    #[test]
    fn what_arrived_leaves_transit_and_what_did_not_stays() {
        let mut book = dispatched();
        let part = record::<DispatchReceived>(&mut book, "2020-11-15", acknowledged("SEG-2020-000003", "480.000 kg")).unwrap();
        assert_eq!(movements(&part), ["transit/kon-20-0001 → to/kon.seg: 480.000 kg lot/kon-20-0900"]);
        assert!(thing(&book, "2020-11-15", "transit/kon-20-0001").open);
        record::<DispatchReceived>(&mut book, "2020-11-16", acknowledged("SEG-2020-000004", "20.000 kg")).unwrap();
        assert!(!thing(&book, "2020-11-16", "transit/kon-20-0001").open);
    }

    #[test]
    fn an_acknowledgement_cites_a_new_number_and_no_more_than_was_sent() {
        let mut book = dispatched();
        let mut check = |number: &str, quantity: &str, code: &str| {
            assert_eq!(refused::<DispatchReceived>(&mut book, "2020-11-15", acknowledged(number, quantity)), code);
        };
        check("SEG-2020-000003", "500.001 kg", "dispatch-received/more-than-sent");
        record::<DispatchReceived>(&mut book, "2020-11-15", acknowledged("SEG-2020-000003", "480.000 kg")).unwrap();
        let twice = acknowledged("SEG-2020-000003", "20.000 kg");
        assert_eq!(refused::<DispatchReceived>(&mut book, "2020-11-16", twice), "dispatch-received/number-used");
    }

    #[test]
    fn what_will_not_arrive_is_a_shortage() {
        let mut book = dispatched();
        record::<DispatchReceived>(&mut book, "2020-11-15", acknowledged("SEG-2020-000003", "480.000 kg")).unwrap();
        let fields = json!({"transit": "transit/kon-20-0001", "account": "sealed:00"});
        let effects = record::<TransitShort>(&mut book, "2020-12-15", fields).unwrap();
        assert_eq!(movements(&effects), ["transit/kon-20-0001 → shortage/kon-transit-201215-1: 20.000 kg lot/kon-20-0900"]);
        assert!(!thing(&book, "2020-12-15", "transit/kon-20-0001").open);
        book.put(&id("transit/kon-20-0050"), beginning(), &[]);
        let slip = json!({"transit": "transit/kon-20-0050", "account": "sealed:00"});
        assert_eq!(refused::<TransitShort>(&mut book, "2020-12-15", slip), "transfer/not-goods");
    }
}
