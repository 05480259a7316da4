//! A book with ample stock, a price and a cash box, in which benches sell.

use crate::{Fixture, Scratch};
use baara_book::Entry;
use baara_desk::{Answer, Clock, Desk, Source, Submission, Wanted};
use baara_plugin_api::{Date, Id, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The shop.
pub struct Shop {
    /// Its open book.
    pub desk: Desk,
    n: AtomicU64,
    _scratch: Scratch,
}

impl Shop {
    /// A new shop, and the bytes of the first sale in it.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn open() -> (Arc<Shop>, Entry) {
        let Fixture { desk, scratch } = Fixture::new();
        let from: Date = "2020-01-02".parse().expect("a day");
        let want =
            |thing: &str, key: &str, value: Value| Wanted { thing: Id::parse(thing).expect("an id"), key: key.to_owned(), value, from };
        let wanted = vec![
            want("item/engrais", "unit", "kg".into()),
            want("item/engrais", "scale", 3.into()),
            want("item/engrais", "label", "Engrais".into()),
            want("price-list/kon", "engrais", "1000 XOF".into()),
            want("supplier/kon-sona", "kind", "trader".into()),
        ];
        desk.apply_config("kon", &Id::new("person", "kon-chair"), wanted, Clock::Practice { at: 1_577_952_000_000 }).expect("configured");
        let given = [
            ("store", json!({"code": "magasin", "label": "Magasin", "keeper": "person/kon-keeper"})),
            ("cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-cashier"})),
            ("farm", json!({"code": "champ", "label": "Champ"})),
            (
                "goods-in",
                json!({"item": "item/engrais", "quantity": "90000000.000 kg", "store": "store/kon-magasin", "supplier": "supplier/kon-sona"}),
            ),
        ];
        for (n, (kind, fields)) in given.into_iter().enumerate() {
            let answer = desk.submit(submission(&format!("00000000-0000-7000-8000-{n:012x}"), kind, fields));
            assert!(matches!(answer, Answer::Recorded(_)), "{kind}: {answer:?}");
        }
        let shop = Arc::new(Shop { desk, n: AtomicU64::new(1), _scratch: scratch });
        shop.sell();
        let (entry, _) = shop.desk.entry(shop.desk.book().size()).expect("readable").expect("the sale");
        (shop, entry)
    }

    /// The next sale.
    #[must_use]
    pub fn submission(&self) -> Submission {
        let n = self.n.fetch_add(1, Ordering::Relaxed);
        let fields = json!({"unit": "farm/kon-champ", "means": "cash", "place": "cash-box/kon-caisse",
            "lines": [{"item": "item/engrais", "quantity": "0.010 kg", "store": "store/kon-magasin"}]});
        submission(&format!("{:08x}-0000-7000-9000-{n:012x}", n >> 12), "sale", fields)
    }

    /// Sells.
    ///
    /// # Panics
    /// When it is not recorded.
    pub fn sell(&self) {
        let answer = self.desk.submit(self.submission());
        assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
    }
}

fn submission(id: &str, kind: &str, fields: Value) -> Submission {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let clock = Clock::Practice { at: 1_604_300_000_000 }; // 2 November 2020.
    let who = if kind == "sale" { "person/kon-cashier" } else { "person/kon-head" };
    Submission {
        id: id.to_owned(),
        source: Source::Program,
        clock,
        ..Submission::new("kon", kind, &Id::parse(who).expect("an id"), fields)
    }
}
