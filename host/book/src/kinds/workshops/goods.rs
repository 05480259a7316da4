//! Goods that come in from outside, and move between stores.

use crate::kinds::people::id_value;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{good, with_lot};

/// Goods arrive in a store: bought, or given.
#[derive(Form)]
pub(super) struct GoodsIn {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "store")]
    store: Id,
    #[field(of = "supplier")]
    supplier: Option<Id>,
    value: Option<Money>,
    /// Who gave it, when it is a gift in kind.
    #[field(of = "donor")]
    donor: Option<Id>,
    #[field(of = "micro-project")]
    micro_project: Option<Id>,
    /// What stands on the supplier's slip.
    slip: Option<String>,
}

impl Record for GoodsIn {
    const KIND: &'static str = "goods-in/1";
    fn writes() -> Grant {
        grant(&["goods-in", "lot"], &[], &["supplier", "store"], &["*"], &["goods-in"])
    }
    fn refusals() -> &'static [&'static str] {
        &["goods/nothing", "goods/not-goods", "goods-in/gift-without-value"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let item = good(book, &self.item, self.quantity)?;
        book.open(&self.store)?;
        if let Some(supplier) = &self.supplier {
            book.open(supplier)?;
        }
        if let Some(project) = &self.micro_project {
            book.open(project)?;
        }
        if let Some(donor) = &self.donor {
            book.open(donor)?;
        }
        if let (Some(donor), None) = (&self.donor, self.value) {
            return Err(Refusal::new("goods-in/gift-without-value").with("donor", donor));
        }
        let value = self.value.map(|francs| Amount::francs(francs.0).to_string());
        let slip = Id::new("goods-in", "$1");
        let by_lot = item.flag("by-lot");
        let lot = by_lot.then(|| Id::new("lot", "$1"));
        let mut effects = Effects::new().number("goods-in").open(
            &slip,
            [
                ("number", NUMBER.into()),
                ("item", self.item.as_str().into()),
                ("quantity", self.quantity.to_string().into()),
                ("store", self.store.as_str().into()),
                ("supplier", id_value(self.supplier.as_ref())),
                ("value", value.clone().into()),
                ("donor", id_value(self.donor.as_ref())),
                ("micro-project", id_value(self.micro_project.as_ref())),
                ("slip", self.slip.into()),
                ("lot", id_value(lot.as_ref())),
            ],
        );
        if let Some(lot) = &lot {
            effects = effects.open(
                lot,
                [
                    ("item", self.item.as_str().into()),
                    ("made", cmd.date.to_string().into()),
                    ("donor", id_value(self.donor.as_ref())),
                    ("value", value.into()),
                    ("released", true.into()),
                ],
            );
        }
        Ok(effects.goods(&self.item, self.quantity, &Id::new("supplier", &cmd.site), &self.store, lot.as_ref()))
    }
}

/// One line of a slip between stores.
#[derive(Form)]
struct Line {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    #[field(of = "lot")]
    lot: Option<Id>,
}

const BETWEEN: &[&str] = &[
    "goods/nothing",
    "goods/not-goods",
    "goods/same-store",
    "goods/lot-needed",
    "goods/lot-not-kept",
    "goods/other-lot",
    "unit/not-a-unit",
];

/// Goods leave a store for another, such as a workshop's own.
#[derive(Form)]
pub(super) struct GoodsIssue {
    #[field(of = "store")]
    from: Id,
    #[field(of = "store")]
    to: Id,
    lines: Vec<Line>,
    unit: Option<Id>,
    #[field(sealed)]
    purpose: Option<String>,
}

impl Record for GoodsIssue {
    const KIND: &'static str = "goods-issue/1";
    fn writes() -> Grant {
        grant(&["goods-issue"], &[], &["store"], &["*"], &["goods-issue"])
    }
    fn refusals() -> &'static [&'static str] {
        BETWEEN
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        if let Some(unit) = &self.unit {
            crate::kinds::people::kind_of_unit(book, unit)?;
        }
        let effects = Effects::new().number("goods-issue").open(
            &Id::new("goods-issue", "$1"),
            [
                ("number", NUMBER.into()),
                ("from", self.from.as_str().into()),
                ("to", self.to.as_str().into()),
                ("unit", id_value(self.unit.as_ref())),
                ("purpose", self.purpose.into()),
            ],
        );
        Ok(effects.then(between(book, &self.from, &self.to, &self.lines)?))
    }
}

/// Goods come back, unused, to the store that issued them.
#[derive(Form)]
pub(super) struct GoodsReturn {
    #[field(of = "store")]
    from: Id,
    #[field(of = "store")]
    to: Id,
    lines: Vec<Line>,
    #[field(of = "goods-issue")]
    issue: Option<Id>,
    #[field(sealed)]
    motive: Option<String>,
}

impl Record for GoodsReturn {
    const KIND: &'static str = "goods-return/1";
    fn writes() -> Grant {
        grant(&["goods-return"], &[], &["store"], &["*"], &["goods-return"])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "goods/nothing",
            "goods/not-goods",
            "goods/same-store",
            "goods/lot-needed",
            "goods/lot-not-kept",
            "goods/other-lot",
            "goods-return/other-issue",
        ]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        if let Some(issue) = &self.issue {
            let issued = book.open(issue)?;
            let back = issued.text("from") == self.to.as_str() && issued.text("to") == self.from.as_str();
            if issue.kind() != "goods-issue" || !back {
                return Err(Refusal::new("goods-return/other-issue").with("issue", issue));
            }
        }
        let effects = Effects::new().number("goods-return").open(
            &Id::new("goods-return", "$1"),
            [
                ("number", NUMBER.into()),
                ("from", self.from.as_str().into()),
                ("to", self.to.as_str().into()),
                ("issue", id_value(self.issue.as_ref())),
                ("motive", self.motive.into()),
            ],
        );
        Ok(effects.then(between(book, &self.from, &self.to, &self.lines)?))
    }
}

fn between(book: &Book<'_>, from: &Id, to: &Id, lines: &[Line]) -> Result<Effects, Refusal> {
    book.open(from)?;
    book.open(to)?;
    if from == to {
        return Err(Refusal::new("goods/same-store").with("store", from));
    }
    if lines.is_empty() {
        return Err(Refusal::new("goods/nothing"));
    }
    lines.iter().try_fold(Effects::new(), |effects, line| {
        with_lot(book, &line.item, line.quantity, line.lot.as_ref())?;
        Ok(effects.goods(&line.item, line.quantity, from, to, line.lot.as_ref()))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::kinds::people::tests::{date, done, id, moves, refused, site, value};
    use baara_plugin_api::testing::PaperBook;

    const DAY: &str = "2020-06-12";

    /// A site with two stores, goods with and without lots, a service, a customer and a supplier.
    pub(in super::super) fn shop() -> PaperBook {
        let mut book = site();
        let day = date("2020-01-01");
        for store in ["store/kon-magasin", "store/kon-atelier"] {
            book.put(&id(store), day, &[]);
        }
        for (item, unit, scale, group, by_lot) in [
            ("item/tissu", "m", 2, "material", false),
            ("item/fil", "cone", 0, "material", false),
            ("item/ciment", "kg", 0, "material", false),
            ("item/blouse", "piece", 0, "product", true),
            ("item/pave", "piece", 0, "product", true),
            ("item/drap", "piece", 0, "product", false),
            ("item/coiffure", "service", 0, "service", false),
        ] {
            book.put(&id(item), day, &[("unit", unit.into()), ("scale", scale.into()), ("group", group.into()), ("by-lot", by_lot.into())]);
        }
        book.put(&id("supplier/kon-marche"), day, &[]);
        book
    }

    #[test]
    fn bought_goods_come_from_the_supplier_on_a_numbered_slip() {
        let mut book = shop();
        let fields = json!({"item": "item/tissu", "quantity": "50.00 m", "store": "store/kon-magasin", "supplier": "supplier/kon-marche", "value": "60000 XOF"});
        let effects = done(&mut book, "goods-in/1", DAY, fields);
        assert_eq!(moves(&effects), ["50.00 m: supplier/kon → store/kon-magasin"]);
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, n: 1, .. } if series == "goods-in")));
        assert_eq!(value(&book, &id("goods-in/kon-20-0001"), "value", DAY), json!("60000 XOF"));
    }

    #[test]
    fn a_gift_in_kind_is_tagged_with_its_donor_and_value() {
        let mut book = shop();
        let fields = json!({"item": "item/blouse", "quantity": "20 piece", "store": "store/kon-magasin", "donor": "donor/pnud", "value": "90000 XOF"});
        let effects = done(&mut book, "goods-in/1", DAY, fields);
        assert_eq!(moves(&effects), ["20 piece: supplier/kon → store/kon-magasin [lot/kon-20-0001]"]);
        let lot = id("lot/kon-20-0001");
        assert_eq!((value(&book, &lot, "donor", DAY), value(&book, &lot, "value", DAY)), (json!("donor/pnud"), json!("90000 XOF")));
    }

    #[test]
    fn goods_in_are_refused_when_something_is_missing() {
        let mut book = shop();
        let mut no = |change: Value, code: &str| {
            let mut fields = json!({"item": "item/tissu", "quantity": "50.00 m", "store": "store/kon-magasin"});
            change.as_object().expect("changes").iter().for_each(|(k, v)| fields[k] = v.clone());
            refused(&mut book, "goods-in/1", DAY, fields, code);
        };
        no(json!({"quantity": "0.00 m"}), "goods/nothing");
        no(json!({"item": "item/coiffure", "quantity": "1 service"}), "goods/not-goods");
        no(json!({"donor": "donor/pnud"}), "goods-in/gift-without-value");
    }

    #[test]
    fn goods_go_to_a_workshop_and_what_is_left_comes_back() {
        let mut book = shop();
        let lines = json!([{"item": "item/tissu", "quantity": "20.00 m"}, {"item": "item/fil", "quantity": "2 cone"}]);
        let issue = json!({"from": "store/kon-magasin", "to": "store/kon-atelier", "unit": "workshop/kon-couture", "lines": lines});
        let effects = done(&mut book, "goods-issue/1", DAY, issue);
        assert_eq!(moves(&effects), ["20.00 m: store/kon-magasin → store/kon-atelier", "2 cone: store/kon-magasin → store/kon-atelier"]);
        let mut back = json!({"from": "store/kon-atelier", "to": "store/kon-magasin", "issue": "goods-issue/kon-20-0001",
            "lines": [{"item": "item/fil", "quantity": "1 cone"}]});
        let effects = done(&mut book, "goods-return/1", DAY, back.clone());
        assert_eq!(moves(&effects), ["1 cone: store/kon-atelier → store/kon-magasin"]);
        back["from"] = "store/kon-magasin".into();
        back["to"] = "store/kon-atelier".into();
        refused(&mut book, "goods-return/1", DAY, back, "goods-return/other-issue");
    }

    #[test]
    fn a_slip_between_stores_is_refused_when_it_does_not_add_up() {
        let mut book = shop();
        book.put(&id("lot/kon-20-0009"), date(DAY), &[("item", "item/pave".into())]);
        let mut no = |from: &str, to: &str, lines: Value, code: &str| {
            for kind in ["goods-issue/1", "goods-return/1"] {
                refused(&mut book, kind, DAY, json!({"from": from, "to": to, "lines": lines}), code);
            }
        };
        let (a, b) = ("store/kon-magasin", "store/kon-atelier");
        no(a, b, json!([]), "goods/nothing");
        no(a, a, json!([{"item": "item/fil", "quantity": "1 cone"}]), "goods/same-store");
        no(a, b, json!([{"item": "item/coiffure", "quantity": "1 service"}]), "goods/not-goods");
        no(a, b, json!([{"item": "item/blouse", "quantity": "1 piece"}]), "goods/lot-needed");
        no(a, b, json!([{"item": "item/fil", "quantity": "1 cone", "lot": "lot/kon-20-0009"}]), "goods/lot-not-kept");
        no(a, b, json!([{"item": "item/blouse", "quantity": "1 piece", "lot": "lot/kon-20-0009"}]), "goods/other-lot");
        let fields = json!({"from": a, "to": b, "unit": "trade/soap", "lines": [{"item": "item/fil", "quantity": "1 cone"}]});
        refused(&mut book, "goods-issue/1", DAY, fields, "unit/not-a-unit");
    }
}
