//! The record kinds of workshops: projects, goods in and out, batches, services.

use baara_plugin_api::prelude::*;

mod batches;
mod goods;
mod projects;
mod tickets;
mod watch;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<projects::MicroProject>(),
        Kind::of::<projects::BudgetLine>(),
        Kind::of::<projects::Workshop>(),
        Kind::of::<projects::WorkshopClose>(),
        Kind::of::<goods::GoodsIn>(),
        Kind::of::<goods::GoodsIssue>(),
        Kind::of::<goods::GoodsReturn>(),
        Kind::of::<batches::Batch>(),
        Kind::of::<batches::TradeBatch>(),
        Kind::of::<batches::LotCheck>(),
        Kind::of::<tickets::Ticket>(),
        Kind::of::<tickets::TicketDone>(),
        Kind::of::<watch::WorkshopWatch>(),
    ]
}

/// True for what people may put in a code: `a-z 0-9 -`, short enough for every place built from it.
fn is_code(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && (1..=20).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use crate::guards::{self, Act};
    use crate::kinds::people::tests::{date, id};
    use crate::{Entry, TheBook, allot};
    use baara_plugin_api::prelude::*;
    use baara_plugin_api::testing::command;
    use std::collections::BTreeMap;

    /// The real book with its guards, fed by the built-in kinds.
    struct Kept(TheBook);

    impl Kept {
        fn apply(&mut self, kind: &str, on: Date, effects: Vec<Effect>) {
            let seq = self.0.size() + 1;
            let by = (id("person/kon-20-0001"), id("role/tester"));
            let entry = Entry {
                v: 1,
                seq,
                prev: String::new(),
                id: format!("0190a000-0000-7000-8000-{seq:012x}"),
                site: "kon".to_owned(),
                kind: kind.to_owned(),
                by,
                date: on,
                at: 0,
                hlc: 0,
                leave: None,
                completes: None,
                reverses: None,
                batch: None,
                plugin: None,
                state: None,
                fields: baara_plugin_api::Map::new(),
                effects,
            };
            self.0.apply(&entry);
        }

        fn config(&mut self, thing: &str, values: Value) {
            let values: BTreeMap<String, Value> = serde_json::from_value(values).expect("values");
            self.apply("config/1", date("2020-01-01"), vec![Effect::Open { thing: id(thing), values }]);
        }

        fn record(&mut self, kind: &str, on: &str, fields: Value) -> Result<Vec<Effect>, Refusal> {
            let built_in = crate::kinds::built_in();
            let kind_of = built_in.iter().find(|k| k.declaration.kind == kind).expect("a built-in kind");
            let cmd = command(kind, on, fields);
            let today = date("2020-12-31");
            let act = Act { site: "kon", kind, date: cmd.date, today, leave: cmd.leave.as_ref(), fields: &cmd.fields, reversal: false };
            let view = self.0.view("kon");
            let effects = (kind_of.decide)(&cmd, &Book::new(&view, "kon", cmd.date))?.0;
            let of_people =
                kind_of.declaration.writes.things.iter().chain(&kind_of.declaration.writes.keys).any(|w| w.starts_with("person"));
            if !of_people {
                guards::within(&kind_of.declaration.writes, &effects)?;
            }
            let effects = guards::with_leave(&self.0, &act, effects)?;
            let effects = allot::allot(&self.0, "kon", today, effects, &BTreeMap::new());
            guards::check(&self.0, &act, &effects)?;
            self.apply(kind, cmd.date, effects.clone());
            Ok(effects)
        }

        #[track_caller]
        fn done(&mut self, kind: &str, on: &str, fields: Value) -> Vec<Effect> {
            self.record(kind, on, fields).unwrap_or_else(|refusal| panic!("{kind}: {refusal}"))
        }
    }

    #[test]
    fn a_season_of_a_workshop_passes_the_guards() {
        let mut kept = Kept(TheBook::new());
        for (item, unit, scale, group, by_lot) in [
            ("xof", "XOF", 0, "money", false),
            ("leave", "XOF", 0, "money", false),
            ("half-days", "half-day", 0, "work", false),
            ("points", "point", 0, "work", false),
            ("ciment", "kg", 0, "material", false),
            ("tissu", "m", 2, "material", false),
            ("pave", "piece", 0, "product", true),
            ("blouse", "piece", 0, "product", true),
            ("coiffure", "service", 0, "service", false),
        ] {
            kept.config(&format!("item/{item}"), json!({"unit": unit, "scale": scale, "group": group, "by-lot": by_lot}));
        }
        kept.config("facility/kon", json!({}));
        kept.config("facility/kou", json!({}));
        kept.config("donor/pnud", json!({}));
        kept.config("reason/sick", json!({"paid": true}));
        kept.config("role/member", json!({}));
        kept.config("trade/paves", json!({"cure-days": 28}));
        let cloth = json!([{"item": "item/tissu", "per-width": {"150": "1.75"}, "tolerance": "10/100"}]);
        kept.config("trade/couture", json!({"products": [{"product": "item/blouse", "inputs": cloth}]}));
        kept.config("recipe/pave", json!({"inputs": [{"item": "item/ciment", "per": "50/119"}], "tolerance": "5/100", "cure-days": 7}));
        kept.config("store/kon-magasin", json!({}));
        kept.config("store/kon-atelier", json!({}));

        let (store, yard) = ("store/kon-magasin", "store/kon-atelier");
        kept.done("person/1", "2020-02-01", json!({"name": "sealed:a", "sex": "f"}));
        kept.done("role-give/1", "2020-02-01", json!({"person": "person/kon-20-0001", "role": "role/member"}));
        for status in ["convicted", "remand"] {
            let fields = json!({"name": "sealed:a", "committal": "sealed:b", "sex": "m", "birth-year": 1990, "status": status});
            kept.done("admit/1", "2020-02-01", fields);
        }
        let (convicted, untried) = ("person/kon-20-0002", "person/kon-20-0003");
        kept.done(
            "micro-project/1",
            "2020-02-02",
            json!({"label": "Pavés", "donor": "donor/pnud", "from": "2020-02-02", "act": "2020-275"}),
        );
        let project = "micro-project/kon-20-0001";
        kept.done("budget-line/1", "2020-02-02", json!({"micro-project": project, "line": "moules", "amount": "90000 XOF"}));
        let fields = json!({"code": "paves", "label": "Pavés", "trade": "trade/paves", "micro-project": project, "points": 2});
        kept.done("workshop/1", "2020-02-03", fields);
        kept.done("workshop/1", "2020-02-03", json!({"code": "couture", "label": "Couture", "trade": "trade/couture"}));
        let unit = "workshop/kon-paves";
        kept.done("consent/1", "2020-02-04", json!({"person": untried, "witness": "person/kon-20-0001"}));
        kept.done("fitness/1", "2020-02-04", json!({"person": untried, "finding": "fit"}));
        kept.done("restriction/1", "2020-02-04", json!({"person": untried, "restriction": "outside"}));
        for person in [convicted, untried] {
            kept.done("assign/1", "2020-02-05", json!({"person": person, "unit": unit}));
        }
        let sick = json!([{"person": untried, "reason": "reason/sick"}]);
        kept.done("attendance/1", "2020-02-06", json!({"unit": unit, "half": "morning", "all-assigned": true, "exceptions": sick}));
        kept.done("attendance/1", "2020-02-06", json!({"unit": unit, "half": "afternoon", "present": [convicted]}));
        kept.done("attendance-one/1", "2020-02-06", json!({"unit": unit, "half": "afternoon", "person": untried}));
        let again = kept.record("attendance/1", "2020-02-06", json!({"unit": unit, "half": "day", "all-assigned": true}));
        assert_eq!(again.expect_err("it is refused").code, "attendance/already");
        assert_eq!(kept.0.balance(&id("work/kon-paves.kon-20-0002"), &items::points(), None), 4);

        kept.done(
            "goods-in/1",
            "2020-02-06",
            json!({"item": "item/ciment", "quantity": "2000 kg", "store": store, "donor": "donor/pnud", "value": "200000 XOF"}),
        );
        kept.done("goods-in/1", "2020-02-06", json!({"item": "item/tissu", "quantity": "50.00 m", "store": store}));
        let cement = |quantity: &str| json!([{"item": "item/ciment", "quantity": quantity}]);
        kept.done("goods-issue/1", "2020-02-07", json!({"from": store, "to": yard, "unit": unit, "lines": cement("600 kg")}));
        let back = json!({"from": yard, "to": store, "issue": "goods-issue/kon-20-0001", "lines": cement("100 kg")});
        kept.done("goods-return/1", "2020-02-07", back);
        let batch = |quantity: &str| {
            json!({"workshop": unit, "store": store, "persons": [convicted], "motive": "sealed:c",
                "inputs": [{"item": "item/ciment", "quantity": quantity, "store": yard}],
                "outputs": [{"item": "item/pave", "good": "590 piece", "rejected": "5 piece"}]})
        };
        kept.done("batch/1", "2020-02-08", batch("250 kg"));
        let lot = "lot/kon-20-0001";
        let early = kept.record("lot-check/1", "2020-02-10", json!({"lot": lot, "verdict": "release"}));
        assert_eq!(early.expect_err("it is refused").args["ready"], "2020-02-15");
        kept.done("batch/1", "2020-02-09", batch("150 kg"));
        kept.done("lot-check/1", "2020-02-10", json!({"lot": "lot/kon-20-0002", "verdict": "reject", "motive": "sealed:d"}));
        let short = kept.record("batch/1", "2020-02-10", batch("250 kg"));
        assert!(short.is_err(), "only 100 kg are left");
        let smocks = json!({"workshop": "workshop/kon-couture", "product": "item/blouse", "good": "20 piece", "width": "150", "store": store,
            "inputs": [{"item": "item/tissu", "quantity": "35.00 m", "store": store}]});
        kept.done("trade-batch/1", "2020-02-11", smocks);
        kept.done("ticket/1", "2020-02-11", json!({"workshop": "workshop/kon-couture", "service": "item/coiffure", "free": true}));
        kept.done("ticket-done/1", "2020-02-11", json!({"ticket": "ticket/kon-20-0001", "outcome": "done"}));

        let course = json!({"subject": "Pavés", "unit": unit, "persons": [untried], "trainer": convicted, "hours": 40});
        kept.done("training/1", "2020-02-12", course);
        kept.done("training-end/1", "2020-03-12", json!({"lines": [{"training": "training/kon-20-0001", "completed": true}]}));
        kept.done("certificate/1", "2020-03-13", json!({"training": "training/kon-20-0001"}));
        let number = kept.0.value_at(&id("training/kon-20-0001"), "certificate", date("2020-03-13")).map(std::borrow::Cow::into_owned);
        assert_eq!(number, Some(json!("KON-2020-000001")));

        kept.done("status/1", "2020-04-01", json!({"person": untried, "status": "convicted"}));
        kept.done("assignment-end/1", "2020-04-01", json!({"assignment": "assignment/kon-20-0001", "reason": "finished"}));
        kept.done("release/1", "2020-05-01", json!({"person": convicted}));
        kept.done("transfer-person/1", "2020-05-02", json!({"person": untried, "to": "facility/kou"}));
        kept.done("role-take/1", "2020-05-03", json!({"person": "person/kon-20-0001", "role": "role/member"}));
        let left = kept.record("workshop-close/1", "2020-05-04", json!({"workshop": unit}));
        assert_eq!(left.expect_err("it is refused").code, "workshop-close/work-left");
    }
}
