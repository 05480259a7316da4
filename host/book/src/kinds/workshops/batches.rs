//! Batches: what was used, what was made, and whether the two fit the recipe.

use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Expected, Input, Made, Oddity, Product, Run};

/// What a batch gave.
#[derive(Form)]
struct Output {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    good: Amount,
    #[field(of = "item")]
    rejected: Option<Amount>,
}

/// True when every lot of it waits until somebody looked at it. One that took too little waits in any case.
fn looked_at(thing: Option<&Thing>) -> bool {
    thing.is_some_and(|thing| thing.flag("checked"))
}

/// A batch of any trade: inputs out of stores, goods into one.
#[derive(Form)]
pub(super) struct Batch {
    #[field(of = "workshop")]
    workshop: Id,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    #[field(of = "store")]
    store: Id,
    #[field(of = "person")]
    persons: Vec<Id>,
    #[field(sealed)]
    motive: Option<String>,
}

/// Inputs beyond what was expected of them.
fn beyond(gaps: Vec<trade::Measured>) -> Vec<Oddity> {
    gaps.into_iter().map(|what| Oddity { code: "batch/beyond-tolerance", what }).collect()
}

impl Record for Batch {
    const KIND: &'static str = "batch/1";
    fn writes() -> Grant {
        trade::writes()
    }
    fn refusals() -> &'static [&'static str] {
        const { &sdk::joined::<11>(&[trade::REFUSALS, &["batch/own-form"]]) }
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let unit = book.open(&self.workshop)?;
        if self.outputs.is_empty() {
            return Err(Refusal::new("batch/no-output").with("workshop", &self.workshop));
        }
        let trade = unit.id_of("trade").and_then(|trade| book.thing(&trade));
        self.persons.iter().try_for_each(|person| book.open(person).map(drop))?;
        let mut expected = Expected::default();
        let mut unmeasured = Vec::new();
        let mut made = Vec::new();
        let mut checked = looked_at(trade.as_ref());
        for output in &self.outputs {
            if product_of(trade.as_ref(), &output.item).is_some() {
                return Err(Refusal::new("batch/own-form").with("product", &output.item).with("workshop", &self.workshop));
            }
            let recipe = book.thing(&output.item.as_kind("recipe")).filter(|recipe| recipe.open);
            let one = Made::read(book, &output.item, output.good, output.rejected)?;
            match &recipe {
                Some(recipe) => expected.recipe(book, &one, &json!(recipe.values), None)?,
                None => unmeasured.push(output.item.clone()),
            }
            checked |= looked_at(recipe.as_ref());
            let cure = [recipe.as_ref(), trade.as_ref()].into_iter().flatten().find_map(|thing| thing.whole("cure-days"));
            made.push(Product { made: one, cure_days: cure.unwrap_or(0), held: false });
        }
        let used = trade::used(book, &self.inputs)?;
        let gaps = if unmeasured.is_empty() { expected.gaps(book, &used)? } else { expected.gaps_of_known(book, &used)? };
        let held = checked || gaps.iter().any(trade::Measured::falls_short);
        made.iter_mut().for_each(|product: &mut Product| product.held = held);
        let run = Run {
            measured: expected.beside(&used),
            oddities: beyond(gaps),
            unit: &self.workshop,
            store: &self.store,
            inputs: &self.inputs,
            made,
            motive: self.motive,
            persons: &self.persons,
            more: Vec::new(),
        };
        let effects = run.effects(cmd, book)?;
        Ok(unmeasured.iter().fold(effects, |effects, item| {
            effects.warn("batch/no-recipe", &[&self.workshop, item], [("item", item.to_string()), ("workshop", self.workshop.to_string())])
        }))
    }
}

/// A batch of a trade described by its products: so much of each input a piece, by width of cloth when it matters.
#[derive(Form)]
pub(super) struct TradeBatch {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "item")]
    product: Id,
    #[field(of = "product")]
    good: Amount,
    #[field(of = "product")]
    rejected: Option<Amount>,
    width: Option<String>,
    inputs: Vec<Input>,
    #[field(of = "store")]
    store: Id,
    #[field(of = "person")]
    persons: Vec<Id>,
    #[field(sealed)]
    motive: Option<String>,
}

impl Record for TradeBatch {
    const KIND: &'static str = "trade-batch/1";
    fn writes() -> Grant {
        trade::writes()
    }
    fn refusals() -> &'static [&'static str] {
        const OWN: &[&str] = &["batch/own-form", "trade-batch/not-made-here", "trade-batch/width-needed", "trade-batch/width-unknown"];
        const { &sdk::joined::<14>(&[trade::REFUSALS, OWN]) }
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let unit = book.open(&self.workshop)?;
        let trade = unit.id_of("trade").map(|trade| book.open(&trade)).transpose()?;
        self.persons.iter().try_for_each(|person| book.open(person).map(drop))?;
        let Some(product) = product_of(trade.as_ref(), &self.product) else {
            return Err(Refusal::new("trade-batch/not-made-here").with("product", &self.product).with("workshop", &self.workshop));
        };
        if trade.as_ref().is_some_and(|trade| has_own_form(trade, book)) {
            return Err(Refusal::new("batch/own-form").with("product", &self.product).with("workshop", &self.workshop));
        }
        let made = Made::read(book, &self.product, self.good, self.rejected)?;
        let mut expected = Expected::default();
        expected.recipe(book, &made, product, Some(self.width.as_deref()))?;
        let used = trade::used(book, &self.inputs)?;
        let gaps = expected.gaps(book, &used)?;
        let checked = looked_at(trade.as_ref()) || product["checked"].as_bool().unwrap_or(false);
        let held = checked || gaps.iter().any(trade::Measured::falls_short);
        let days = product["cure-days"].as_i64().or_else(|| trade.as_ref()?.whole("cure-days")).unwrap_or(0);
        let run = Run {
            measured: expected.beside(&used),
            oddities: beyond(gaps),
            unit: &self.workshop,
            store: &self.store,
            inputs: &self.inputs,
            made: vec![Product { made, cure_days: days, held }],
            motive: self.motive,
            persons: &self.persons,
            more: Vec::new(),
        };
        run.effects(cmd, book)
    }
}

/// What a trade says of one of its products.
fn product_of<'t>(trade: Option<&'t Thing>, product: &Id) -> Option<&'t Value> {
    let products = trade?.values.get("products")?.as_array()?;
    products.iter().find(|one| one["product"].as_str() == Some(product.as_str()))
}

/// True when a plugin of this book reckons the trade's batches.
fn has_own_form(trade: &Thing, book: &Book<'_>) -> bool {
    let plugin = Id::parse(&format!("plugin/{}", trade.text("plugin"))).ok();
    plugin.and_then(|plugin| book.thing(&plugin)).is_some_and(|plugin| plugin.open)
}

/// What was found when a lot was looked at.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Release,
    Reject,
}

/// A lot that was waiting to be looked at is released, or rejected; a released one may be called back.
#[derive(Form)]
pub(super) struct LotCheck {
    #[field(of = "lot")]
    lot: Id,
    verdict: Verdict,
    #[field(sealed)]
    motive: Option<String>,
}

impl Record for LotCheck {
    const KIND: &'static str = "lot-check/1";
    fn writes() -> Grant {
        grant(&["lot"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["lot-check/already", "lot-check/curing", "lot-check/awaits-visa", "lot-check/motive-needed"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let lot = book.open(&self.lot)?;
        let told = |code: &str| Refusal::new(code).with("lot", &self.lot);
        let ready = lot.date("ready").filter(|ready| *ready > cmd.date && !lot.flag("rejected"));
        if lot.flag(if self.verdict == Verdict::Release { "released" } else { "rejected" }) {
            return Err(told("lot-check/already").with("verdict", self.verdict.code()));
        }
        if self.verdict == Verdict::Release {
            if let Some(ready) = ready {
                return Err(told("lot-check/curing").with("ready", ready));
            }
            if lot.flag("awaits-visa") {
                return Err(told("lot-check/awaits-visa"));
            }
            let effects = Effects::new().set(&self.lot, "released", true, cmd.date).set(&self.lot, "rejected", false, cmd.date);
            return Ok(effects.set(&self.lot, "check-motive", self.motive, cmd.date));
        }
        if self.motive.is_none() {
            return Err(told("lot-check/motive-needed"));
        }
        let effects = Effects::new().set(&self.lot, "rejected", true, cmd.date).set(&self.lot, "released", false, cmd.date);
        let effects = effects.set(&self.lot, "check-motive", self.motive, cmd.date);
        // The release that its cure had set ahead must not come all the same.
        Ok(ready.map_or(effects.clone(), |ready| effects.set(&self.lot, "released", false, ready)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::goods::tests::shop;
    use super::*;
    use crate::kinds::people::tests::{date, detainee, done, id, moves, refused, value, warnings};
    use baara_plugin_api::testing::PaperBook;

    const DAY: &str = "2020-06-12";

    /// Paving stones: 119 for 50 kg of cement, cured for a week; smocks by width of cloth.
    fn yard() -> PaperBook {
        let mut book = shop();
        let day = date("2020-01-01");
        let cement = json!([{"item": "item/ciment", "per": "50/119", "tolerance": "5/100"}]);
        book.put(&id("recipe/pave"), day, &[("product", "item/pave".into()), ("inputs", cement), ("cure-days", 7.into())]);
        let inputs = json!([
            {"item": "item/tissu", "per-width": {"110": "2.10", "150": "1.75 m"}, "tolerance": "10/100"},
            {"item": "item/fil", "per": "0.05", "tolerance": "1"}
        ]);
        let products = json!([{"product": "item/blouse", "inputs": inputs}]);
        book.put(&id("trade/couture"), day, &[("products", products)]);
        book.put(&id("workshop/kon-blouses"), day, &[("trade", "trade/couture".into())]);
        book
    }

    fn paving(cement: &str, good: &str, rejected: &str) -> Value {
        json!({"workshop": "workshop/kon-savon", "store": "store/kon-magasin",
            "inputs": [{"item": "item/ciment", "quantity": cement, "store": "store/kon-atelier"}],
            "outputs": [{"item": "item/pave", "good": good, "rejected": rejected}]})
    }

    fn smocks(good: &str, width: &str, cloth: &str, thread: &str) -> Value {
        json!({"workshop": "workshop/kon-blouses", "product": "item/blouse", "good": good, "width": width, "store": "store/kon-magasin",
            "inputs": [{"item": "item/tissu", "quantity": cloth, "store": "store/kon-atelier"},
                {"item": "item/fil", "quantity": thread, "store": "store/kon-atelier"}]})
    }

    #[test]
    fn a_batch_within_its_recipe_is_consumed_produced_and_cured() {
        let mut book = yard();
        let effects = done(&mut book, "batch/1", DAY, paving("500 kg", "1180 piece", "10 piece"));
        assert_eq!(
            moves(&effects),
            ["500 kg: store/kon-atelier → consumed/kon-savon", "1180 piece: produced/kon-savon → store/kon-magasin [lot/kon-20-0001]",]
        );
        assert!(warnings(&effects).is_empty());
        let lot = id("lot/kon-20-0001");
        assert_eq!(value(&book, &lot, "released", "2020-06-18"), Value::Null);
        assert_eq!(value(&book, &lot, "released", "2020-06-19"), json!(true));
        assert_eq!(value(&book, &lot, "batch", DAY), json!("batch/kon-20-0001"));
        let outputs = value(&book, &id("batch/kon-20-0001"), "outputs", DAY);
        assert_eq!(outputs, json!([{"item": "item/pave", "good": "1180 piece", "rejected": "10 piece"}]));
    }

    #[test]
    fn a_little_too_much_each_time_is_told_once_a_quarter() {
        let mut book = yard();
        book.put(&id("rules/kon"), date("2020-01-01"), &[("batch.quarter-tolerance", "2/100".into())]);
        let mut told = |day: &str, cement: &str| {
            let effects = done(&mut book, "batch/1", day, paving(cement, "1190 piece", "0 piece"));
            warnings(&effects).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(told("2020-04-10", "520 kg").is_empty(), "each is within its own tolerance");
        assert_eq!(told("2020-05-10", "520 kg"), ["batch/beyond-quarter"]);
        assert!(told("2020-06-10", "520 kg").is_empty(), "told already");
        assert!(told("2020-07-10", "520 kg").is_empty(), "another quarter");
        assert!(told("2020-08-10", "500 kg").is_empty(), "1020 kg of 1000 are within two hundredths");
    }

    #[test]
    fn too_little_cement_asks_why_and_is_warned_about() {
        let mut book = yard();
        let mut fields = paving("400 kg", "1190 piece", "0 piece");
        let refusal = refused(&mut book, "batch/1", DAY, fields.clone(), "batch/motive-needed");
        let told = |key: &str| refusal.args[key].as_str();
        assert_eq!((told("item"), told("expected"), told("actual")), ("item/ciment", "500 kg", "400 kg"));
        assert_eq!(told("tolerance"), "5/100");
        fields["motive"] = "sealed:ab".into();
        let effects = done(&mut book, "batch/1", DAY, fields);
        assert_eq!(warnings(&effects), ["batch/beyond-tolerance"]);
        assert_eq!(value(&book, &id("batch/kon-20-0001"), "motive", DAY), json!("sealed:ab"));
    }

    #[test]
    fn the_tolerance_itself_is_still_allowed() {
        let mut book = yard();
        for (cement, fits) in [("475 kg", true), ("474 kg", false), ("525 kg", true), ("526 kg", false)] {
            let fields = paving(cement, "1190 piece", "0 piece");
            if fits {
                done(&mut book, "batch/1", DAY, fields);
            } else {
                refused(&mut book, "batch/1", DAY, fields, "batch/motive-needed");
            }
        }
    }

    #[test]
    fn an_input_that_no_recipe_names_asks_why() {
        let mut book = yard();
        let mut fields = paving("500 kg", "1190 piece", "0 piece");
        let thread = json!({"item": "item/fil", "quantity": "3 cone", "store": "store/kon-atelier"});
        fields["inputs"].as_array_mut().expect("a list").push(thread);
        let refusal = refused(&mut book, "batch/1", DAY, fields, "batch/motive-needed");
        assert_eq!((refusal.args["item"].as_str(), refusal.args["expected"].as_str()), ("item/fil", "0 cone"));
    }

    #[test]
    fn a_product_without_recipe_is_recorded_and_warned_about() {
        let mut book = yard();
        let fields = json!({"workshop": "workshop/kon-couture", "store": "store/kon-magasin",
            "inputs": [{"item": "item/tissu", "quantity": "30.00 m", "store": "store/kon-atelier"}],
            "outputs": [{"item": "item/drap", "good": "12 piece"}]});
        let effects = done(&mut book, "batch/1", DAY, fields);
        assert_eq!(warnings(&effects), ["batch/no-recipe"]);
        assert_eq!(moves(&effects)[1], "12 piece: produced/kon-couture → store/kon-magasin");
    }

    #[test]
    fn a_batch_is_refused_when_it_does_not_add_up() {
        let mut book = yard();
        let mut no = |change: &str, value: Value, code: &str| {
            let mut fields = paving("500 kg", "1190 piece", "0 piece");
            *fields.pointer_mut(change).expect("a field") = value;
            refused(&mut book, "batch/1", DAY, fields, code);
        };
        no("/inputs/0/quantity", json!("0 kg"), "goods/nothing");
        no("/inputs/0/item", json!("item/coiffure"), "goods/not-goods");
        no("/inputs/0/item", json!("item/blouse"), "goods/lot-needed");
        no("/outputs/0/rejected", json!("9007199254740991 piece"), "batch/too-large");
        no("/outputs/0/good", json!("0 piece"), "goods/nothing");
        no("/outputs", json!([]), "batch/no-output");
        let line = json!({"item": "item/drap", "good": "1 piece"});
        no("/outputs", json!([line, line]), "batch/twice");
    }

    #[test]
    fn a_batch_that_made_nothing_is_not_a_batch() {
        let mut book = yard();
        let fields = json!({"workshop": "workshop/kon-savon", "store": "store/kon-magasin", "inputs": [], "outputs": []});
        refused(&mut book, "batch/1", DAY, fields, "batch/no-output");
    }

    #[test]
    fn inputs_and_their_lots_go_together() {
        let mut book = yard();
        book.put(&id("lot/kon-20-0099"), date(DAY), &[("item", "item/pave".into())]);
        let mut fields = paving("500 kg", "1190 piece", "0 piece");
        fields["inputs"][0]["lot"] = "lot/kon-20-0099".into();
        refused(&mut book, "batch/1", DAY, fields.clone(), "goods/lot-not-kept");
        fields["inputs"][0]["item"] = "item/blouse".into();
        refused(&mut book, "batch/1", DAY, fields, "goods/other-lot");
    }

    #[test]
    fn what_the_trade_describes_is_noted_on_its_own_form() {
        let mut book = yard();
        let fields = json!({"workshop": "workshop/kon-blouses", "store": "store/kon-magasin",
            "inputs": [{"item": "item/tissu", "quantity": "30.00 m", "store": "store/kon-atelier"}],
            "outputs": [{"item": "item/blouse", "good": "12 piece"}]});
        refused(&mut book, "batch/1", DAY, fields, "batch/own-form");
    }

    #[test]
    fn a_recipe_that_cannot_be_read_stops_the_batch() {
        let mut book = yard();
        let inputs = json!([{"item": "item/ciment", "per": "50 m", "tolerance": "5/100"}]);
        book.put(&id("recipe/pave"), date("2020-01-01"), &[("inputs", inputs)]);
        refused(&mut book, "batch/1", DAY, paving("500 kg", "1190 piece", "0 piece"), "batch/recipe-unreadable");
    }

    #[test]
    fn smocks_are_reckoned_by_the_width_of_the_cloth() {
        let mut book = yard();
        let person = detainee(&mut book, 7, &[]);
        let mut fields = smocks("20 piece", "110", "42.00 m", "1 cone");
        fields["persons"] = json!([person]);
        let effects = done(&mut book, "trade-batch/1", DAY, fields);
        assert_eq!(
            moves(&effects),
            [
                "42.00 m: store/kon-atelier → consumed/kon-blouses",
                "1 cone: store/kon-atelier → consumed/kon-blouses",
                "20 piece: produced/kon-blouses → store/kon-magasin [lot/kon-20-0001]",
            ]
        );
        assert_eq!(value(&book, &id("lot/kon-20-0001"), "released", DAY), json!(true));
        let refusal = refused(&mut book, "trade-batch/1", DAY, smocks("20 piece", "150", "42.00 m", "1 cone"), "batch/motive-needed");
        assert_eq!((refusal.args["expected"].as_str(), refusal.args["actual"].as_str()), ("35.00 m", "42.00 m"));
        let mut fields = smocks("20 piece", "150", "42.00 m", "1 cone");
        fields["motive"] = "sealed:ab".into();
        assert_eq!(warnings(&done(&mut book, "trade-batch/1", DAY, fields)), ["batch/beyond-tolerance"]);
    }

    #[test]
    fn rejected_pieces_took_cloth_too() {
        let mut book = yard();
        let mut fields = smocks("18 piece", "110", "42.00 m", "1 cone");
        fields["rejected"] = "2 piece".into();
        let effects = done(&mut book, "trade-batch/1", DAY, fields);
        assert!(warnings(&effects).is_empty());
        assert_eq!(moves(&effects)[2], "18 piece: produced/kon-blouses → store/kon-magasin [lot/kon-20-0001]");
    }

    #[test]
    fn a_trade_makes_its_own_products_of_known_widths() {
        let mut book = yard();
        let mut fields = smocks("20 piece", "110", "42.00 m", "1 cone");
        fields["width"] = "120".into();
        let refusal = refused(&mut book, "trade-batch/1", DAY, fields.clone(), "trade-batch/width-unknown");
        assert_eq!(refusal.args["known"], "110, 150");
        fields["width"] = Value::Null;
        refused(&mut book, "trade-batch/1", DAY, fields.clone(), "trade-batch/width-needed");
        fields["product"] = "item/pave".into();
        refused(&mut book, "trade-batch/1", DAY, fields.clone(), "trade-batch/not-made-here");
        fields["workshop"] = "workshop/kon-savon".into();
        refused(&mut book, "trade-batch/1", DAY, fields, "trade-batch/not-made-here");
    }

    #[test]
    fn a_lot_to_check_is_released_or_rejected() {
        let mut book = yard();
        let lot = id("lot/kon-20-0050");
        book.put(&lot, date(DAY), &[("item", "item/blouse".into())]);
        refused(&mut book, "lot-check/1", DAY, json!({"lot": lot, "verdict": "reject"}), "lot-check/motive-needed");
        done(&mut book, "lot-check/1", DAY, json!({"lot": lot, "verdict": "release"}));
        assert_eq!(value(&book, &lot, "released", DAY), json!(true));
        refused(&mut book, "lot-check/1", DAY, json!({"lot": lot, "verdict": "release"}), "lot-check/already");
        done(&mut book, "lot-check/1", "2020-06-13", json!({"lot": lot, "verdict": "reject", "motive": "sealed:ab"}));
        assert_eq!(value(&book, &lot, "rejected", "2020-06-13"), json!(true));
        assert_eq!(value(&book, &lot, "released", "2020-06-13"), json!(false));
    }

    #[test]
    fn a_curing_lot_waits_unless_it_is_rejected() {
        let mut book = yard();
        done(&mut book, "batch/1", DAY, paving("500 kg", "1190 piece", "0 piece"));
        let lot = id("lot/kon-20-0001");
        let refusal = refused(&mut book, "lot-check/1", "2020-06-15", json!({"lot": lot, "verdict": "release"}), "lot-check/curing");
        assert_eq!(refusal.args["ready"], "2020-06-19");
        done(&mut book, "lot-check/1", "2020-06-15", json!({"lot": lot, "verdict": "reject", "motive": "sealed:ab"}));
        assert_eq!(value(&book, &lot, "released", "2020-06-30"), json!(false));
    }

    #[test]
    fn a_lot_that_awaits_a_visa_is_released_by_it_alone() {
        let mut book = yard();
        let lot = id("lot/kon-20-0050");
        book.put(&lot, date(DAY), &[("item", "item/blouse".into()), ("awaits-visa", true.into())]);
        refused(&mut book, "lot-check/1", DAY, json!({"lot": lot, "verdict": "release"}), "lot-check/awaits-visa");
    }
}
