//! Work in the fields, what it uses up, and equipment hired out.

use super::campaign;
use super::ground::{area, area_of, hectares};
use super::sowing::farm_of;
use crate::kinds::stock::goods::{self, with_goods};
use baara_plugin_api::prelude::*;

/// What is done in a field.
#[derive(Choice)]
enum What {
    Clearing,
    Ploughing,
    Sowing,
    Weeding,
    Ridging,
    Spreading,
    Irrigating,
    Treating,
    Guarding,
    Harvesting,
    Threshing,
    Winnowing,
}

/// A piece of field work is done.
#[derive(Form)]
pub(super) struct Operation {
    #[field(of = "plot")]
    plot: Id,
    what: What,
    #[field(of = "item/ground")]
    area: Amount,
    equipment: Option<String>,
    #[field(sealed)]
    remark: Option<String>,
}

impl Record for Operation {
    const KIND: &'static str = "operation/1";

    fn writes() -> Grant {
        grant(&["operation"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["plot/not-hectares", "operation/area-beyond-cultivable"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        let cultivable = area_of(&plot, "cultivable");
        let worked = hectares(self.area)?;
        if worked > cultivable {
            let beyond = Refusal::new("operation/area-beyond-cultivable");
            return Err(beyond.with("plot", &self.plot).with("area", self.area).with("cultivable", area(cultivable)));
        }
        let farm = farm_of(&plot)?;
        Ok(Effects::new().open(
            &Id::new("operation", "$1"),
            [
                ("farm", json!(farm)),
                ("campaign", json!(campaign::in_force(book, &farm).ok().map(|found| found.id))),
                ("plot", json!(self.plot)),
                ("what", json!(self.what.code())),
                ("area", json!(area(worked))),
                ("equipment", json!(self.equipment)),
                ("remark", json!(self.remark)),
            ],
        ))
    }
}

/// Seed, fertiliser or another input goes from a store onto a plot.
#[derive(Form)]
pub(super) struct InputUse {
    #[field(of = "store")]
    store: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "plot")]
    plot: Id,
}

impl Record for InputUse {
    const KIND: &'static str = "input-use/1";

    fn writes() -> Grant {
        grant(&["operation"], &[], &["store", "consumed"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        with_goods![]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        book.open(&self.store)?;
        goods::check(book, &self.item, self.lot.as_ref(), self.quantity)?;
        let farm = farm_of(&plot)?;
        let used = [
            ("farm", json!(farm)),
            ("campaign", json!(campaign::in_force(book, &farm).ok().map(|found| found.id))),
            ("plot", json!(self.plot)),
            ("what", json!("input")),
            ("item", json!(self.item)),
            ("quantity", json!(self.quantity)),
        ];
        let operation = Id::new("operation", "$1");
        let consumed = farm.as_kind("consumed");
        Ok(Effects::new().open(&operation, used).goods(&self.item, self.quantity, &self.store, &consumed, self.lot.as_ref()))
    }
}

/// Equipment works for somebody else: a ticket is taken first, its price is a sale of its own.
#[derive(Form)]
pub(super) struct Hire {
    #[field(of = "farm")]
    farm: Id,
    equipment: String,
    #[field(of = "customer")]
    customer: Id,
    hours: u64,
    #[field(sealed)]
    remark: Option<String>,
}

impl Record for Hire {
    const KIND: &'static str = "hire/1";

    fn writes() -> Grant {
        grant(&["operation"], &[], &[], &[], &["ticket"])
    }

    fn refusals() -> &'static [&'static str] {
        &["hire/no-hours"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.farm)?;
        book.open(&self.customer)?;
        if self.hours == 0 {
            return Err(Refusal::new("hire/no-hours").with("equipment", &self.equipment));
        }
        let hired = [
            ("farm", json!(self.farm)),
            ("what", json!("hire")),
            ("equipment", json!(self.equipment)),
            ("customer", json!(self.customer)),
            ("hours", json!(self.hours)),
            ("remark", json!(self.remark)),
            ("number", json!(NUMBER)),
        ];
        Ok(Effects::new().number("ticket").open(&Id::new("operation", "$1"), hired))
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    #[test]
    fn field_work_is_kept_with_its_plot_and_campaign() {
        let mut book = konseguela();
        let work = |area: &str| json!({"plot": "plot/kon-nord", "what": "ploughing", "area": area, "equipment": "tracteur"});
        record::<Operation>(&mut book, "2020-05-20", work("20.0000 ha")).unwrap();
        let operation = thing(&book, "2020-05-20", "operation/kon-20-0001");
        assert_eq!((operation.text("what"), operation.text("campaign")), ("ploughing", "campaign/kon-2020"));
        assert_eq!(refused::<Operation>(&mut book, "2020-05-20", work("20.0001 ha")), "operation/area-beyond-cultivable");
        assert_eq!(refused::<Operation>(&mut book, "2020-05-20", work("20 m2")), "plot/not-hectares");
    }

    #[test]
    fn inputs_leave_the_store_for_the_farm() {
        let mut book = konseguela();
        let urea =
            |quantity: &str| json!({"store": "store/kon-magasin", "item": "item/uree", "quantity": quantity, "plot": "plot/kon-nord"});
        let effects = record::<InputUse>(&mut book, "2020-07-01", urea("100.000 kg")).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → consumed/kon-ferme: 100.000 kg"]);
        let mut seed = urea("40.000 kg");
        seed["item"] = json!("item/mais-grain");
        assert_eq!(refused::<InputUse>(&mut book, "2020-07-01", seed.clone()), "stock/lot-missing");
        seed["lot"] = json!("lot/kon-20-0900");
        let effects = record::<InputUse>(&mut book, "2020-07-01", seed).unwrap();
        assert_eq!(movements(&effects), ["store/kon-magasin → consumed/kon-ferme: 40.000 kg lot/kon-20-0900"]);
    }

    #[test]
    fn hired_equipment_takes_a_ticket() {
        let mut book = konseguela();
        book.put(&id("customer/kon-voisin"), beginning(), &[]);
        let hire =
            |hours: u64| json!({"farm": "farm/kon-ferme", "equipment": "tracteur", "customer": "customer/kon-voisin", "hours": hours});
        let effects = record::<Hire>(&mut book, "2020-06-01", hire(6)).unwrap();
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, .. } if series == "ticket")));
        assert_eq!(thing(&book, "2020-06-01", "operation/kon-20-0001").text("number"), "KON-2020-000001");
        assert_eq!(refused::<Hire>(&mut book, "2020-06-01", hire(0)), "hire/no-hours");
    }
}
