//! A batch of garments from the workshop's own cloth.

use crate::cut;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Reckoned, Taking};

/// A batch of garments of one size.
#[derive(Form)]
pub(crate) struct TailoringBatch {
    #[field(flatten)]
    making: Making,
    /// Width of the cloth, in cm.
    width: Option<String>,
    /// Sizes the garments were cut for.
    band: Option<String>,
    /// Good garments that were tried on or measured, and are not of their size.
    #[field(of = "product")]
    off_size: Option<Amount>,
    #[field(flatten)]
    taking: Taking,
}

/// Garments somebody means to cut.
#[derive(Form)]
pub(crate) struct Cutting {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "item")]
    product: Id,
    #[field(of = "product")]
    good: Amount,
    width: Option<String>,
    band: Option<String>,
}

fn expected(book: &Book<'_>, figures: &Figures<'_>, made: &Made, width: Option<&str>, band: Option<&str>) -> Result<Expected, Refusal> {
    let mut expected = Expected::default();
    let recipe = cut::recipe(figures, &made.item.id, band)?;
    expected.recipe(book, made, &json!({"inputs": recipe}), Some(width))?;
    Ok(expected)
}

/// Why garments cannot be cut; the sheet says so too.
pub(crate) const REFUSALS: &[&str] = &["tailoring/band-needed", "tailoring/band-unknown"];

impl Record for TailoringBatch {
    const KIND: &'static str = "tailoring-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let expected = expected(book, &figures, &made, self.width.as_deref(), self.band.as_deref())?;
        let none = made.good.with_count(0);
        let measured = self.off_size.map(|actual| Measured { item: made.item.id.clone(), expected: none, actual, tolerance: Ratio::NONE });
        // A uniform that fits nobody comes back: the lot is sorted before it is sold.
        let off_size = measured.filter(Measured::runs_over);
        let reckoned = Reckoned {
            expected,
            held: off_size.is_some(),
            oddities: off_size.into_iter().map(Oddity::named("tailoring/off-size")).collect(),
            more: vec![("width", json!(self.width)), ("band", json!(self.band))],
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What the garments on a sheet will take.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Cutting { workshop, product, good, width, band } = trade::asked(cmd)?;
    let (figures, made) = (Figures::of(book, &workshop, &product)?, Made::read(book, &product, good, None)?);
    let expected = expected(book, &figures, &made, width.as_deref(), band.as_deref())?;
    Ok(trade::sheet(&expected, &figures))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Kita's tailors: smocks of one size, wide trousers by band.
    pub(crate) fn tailors() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let cloth = |per: &str| json!({"item": "item/tissu", "per-width": {"110": "3.40", "140": per}, "tolerance": "10/100"});
        let buttons = json!({"item": "item/bouton", "per": "5", "tolerance": "10/100"});
        let bands = json!([{"band": "34-38", "share": "88/100"}, {"band": "40-44", "share": "1"}]);
        let products = json!([
            {"product": "item/blouse", "inputs": [cloth("1.90"), buttons]},
            {"product": "item/pantalon", "inputs": [cloth("2.50")], "bands": bands},
        ]);
        book.put(&id("trade/tailoring"), day, &[("products", products)]);
        book.put(&id("workshop/kon-couture"), day, &[("trade", "trade/tailoring".into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        book.put(&id("customer/kon-ecole"), day, &[]);
        let items = [("blouse", "piece", 0), ("pantalon", "piece", 0), ("bouton", "piece", 0), ("tissu", "m", 2), ("bazin", "m", 2)];
        for (item, unit, scale) in items {
            let by_lot = ["blouse", "pantalon"].contains(&item);
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    fn input(item: &str, quantity: &str) -> Value {
        json!({"item": item, "quantity": quantity, "store": "store/kon-magasin"})
    }

    fn smocks(cloth: &str, more: Value) -> Value {
        let mut fields = json!({
            "workshop": "workshop/kon-couture", "product": "item/blouse", "good": "10 piece", "width": "140", "store": "store/kon-magasin",
            "inputs": [input("item/tissu", cloth), input("item/bouton", "50 piece")],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn trousers(cloth: &str, more: Value) -> Value {
        smocks(cloth, json!({"product": "item/pantalon", "inputs": [input("item/tissu", cloth)]}))
            .as_object()
            .map(|fields| fields.clone().into_iter().chain(more.as_object().unwrap().clone()).collect())
            .unwrap()
    }

    fn sew(fields: Value) -> Decided {
        let mut book = tailors();
        book.record(&Kind::of::<TailoringBatch>(), &command(TailoringBatch::KIND, "2020-03-02", fields))
    }

    #[test]
    fn cloth_is_expected_by_its_width_and_the_tenth_is_still_allowed() {
        let effects = sew(smocks("20.90 m", json!({}))).unwrap();
        assert_eq!((released(&effects).as_deref(), warnings(&effects)), (Some("2020-03-02"), vec![]));
        let refusal = sew(smocks("20.91 m", json!({}))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "19.00 m"));
        assert_eq!(sew(smocks("34.00 m", json!({"width": "110"}))).map(|effects| warnings(&effects).len()), Ok(0));
        let effects = sew(smocks("25.00 m", json!({"motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec!["batch/beyond-tolerance"]));
    }

    #[test]
    fn a_width_is_one_the_trade_knows() {
        assert_eq!(sew(smocks("19.00 m", json!({"width": null}))).unwrap_err().code, "trade-batch/width-needed");
        assert_eq!(sew(smocks("19.00 m", json!({"width": "160"}))).unwrap_err().code, "trade-batch/width-unknown");
    }

    #[test]
    fn small_sizes_take_less_than_the_usual() {
        assert!(sew(trousers("22.00 m", json!({"band": "34-38"}))).is_ok());
        assert_eq!(sew(trousers("25.00 m", json!({"band": "34-38"}))).unwrap_err().args["expected"], "22.00 m");
        assert!(sew(trousers("25.00 m", json!({"band": "40-44"}))).is_ok());
    }

    #[test]
    fn sizes_are_told_where_they_matter() {
        assert_eq!(sew(trousers("22.00 m", json!({}))).unwrap_err().code, "tailoring/band-needed");
        let refusal = sew(trousers("22.00 m", json!({"band": "60"}))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["known"].as_str()), ("tailoring/band-unknown", "34-38, 40-44"));
    }

    #[test]
    fn garments_off_their_size_are_sorted_before_they_are_sold() {
        assert_eq!(sew(smocks("19.00 m", json!({"off-size": "2 piece"}))).unwrap_err().code, "batch/motive-needed");
        let effects = sew(smocks("19.00 m", json!({"off-size": "2 piece", "motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["tailoring/off-size"]));
    }

    #[test]
    fn a_workshop_may_have_its_own_metres() {
        let mut book = tailors();
        book.put(&id("rules/kon"), date("2020-01-01"), &[("ratio.kon-couture.blouse.tissu", "2.20".into())]);
        let cmd = command(TailoringBatch::KIND, "2020-03-02", smocks("19.00 m", json!({})));
        assert_eq!(book.record(&Kind::of::<TailoringBatch>(), &cmd).unwrap_err().args["expected"], "22.00 m");
    }

    #[test]
    fn a_sheet_says_what_to_take_out() {
        let book = tailors();
        let asked = json!({"workshop": "workshop/kon-couture", "product": "item/blouse", "good": "20 piece", "width": "110"});
        let cmd = command("tailoring-sheet/1", "2020-03-02", asked);
        let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let takes: Vec<String> = table.rows.iter().map(|row| row[..3].join("|")).collect();
        assert_eq!(takes, ["item/bouton|100 piece|10/100", "item/tissu|68.00 m|10/100"]);
    }
}
