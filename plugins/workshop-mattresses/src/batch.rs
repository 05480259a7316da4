//! A batch of mattresses: cotton against size, and the weight of some against the cotton.

use crate::filling::Filling;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Planned, Reckoned, Taking};

/// A batch of mattresses.
#[derive(Form)]
pub(crate) struct MattressBatch {
    #[field(flatten)]
    making: Making,
    /// Grams of the filling of the lightest of them: on the scale, less its cover.
    lightest: Option<u64>,
    #[field(flatten)]
    taking: Taking,
}

fn expected(book: &Book<'_>, figures: &Figures<'_>, made: &Made) -> Result<(Expected, Filling), Refusal> {
    let filling = Filling::of(figures, &made.item.id)?;
    let mut expected = Expected::default();
    expected.per(book, &filling.cotton, filling.kg, made.all, filling.tolerance)?;
    figures.inputs(&mut expected, made)?;
    Ok((expected, filling))
}

/// The lightest mattress beside what it should hold.
fn weighed(filling: &Filling, grams: u64, product: &Id) -> Result<Measured, Refusal> {
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
    let amount = |grams: i64| Amount::new(grams, 3, Unit::parse("kg").expect("a unit"));
    let due = filling.kg.of(1000, Rounding::Half).ok_or_else(unreadable)?;
    let grams = i64::try_from(grams).map_err(|_| unreadable())?;
    Ok(Measured { item: product.clone(), expected: amount(due), actual: amount(grams), tolerance: filling.light })
}

impl Record for MattressBatch {
    const KIND: &'static str = "mattress-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let (expected, filling) = expected(book, &figures, &made)?;
        let beside = declared.beside(book, &expected)?;
        let thin = beside.into_iter().find(|line| line.item == filling.cotton && line.falls_short());
        let weighed = self.lightest.map(|grams| weighed(&filling, grams, &self.making.product)).transpose()?;
        let light = weighed.filter(Measured::falls_short);
        let reckoned = Reckoned {
            // What was issued may be right and still not be inside: only the scale or a hand releases it.
            held: thin.is_some() || light.is_some(),
            oddities: thin.map(Oddity::named("mattress/thin")).into_iter().chain(light.map(Oddity::named("mattress/light"))).collect(),
            more: vec![("lightest", json!(self.lightest))],
            expected,
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What the mattresses on a sheet will take.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let (figures, made) = trade::asked::<Planned>(cmd)?.begin(book)?;
    let (expected, _) = expected(book, &figures, &made)?;
    Ok(trade::sheet(&expected, &figures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Diéma's workshop: single mattresses of cotton.
    fn loft() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let size = json!([
            {"name": "length", "value": "1.9", "confidence": "S"},
            {"name": "width", "value": "0.9", "confidence": "S"},
            {"name": "thickness", "value": "0.1", "confidence": "S"},
        ]);
        let all = json!([
            {"name": "density", "item": "item/coton-local", "value": "45", "tolerance": "10/100", "confidence": "S"},
            {"name": "light", "value": "10/100", "confidence": "K"},
        ]);
        let cover = json!([{"item": "item/toile-matelas", "per": "4.5", "tolerance": "10/100"}]);
        let products = json!([{"product": "item/matelas", "figures": size, "inputs": cover}]);
        book.put(&id("trade/mattresses"), day, &[("products", products), ("figures", all)]);
        book.put(&id("workshop/kon-matelas"), day, &[("trade", "trade/mattresses".into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        for (item, unit, scale) in [("matelas", "piece", 0), ("coton-local", "kg", 3), ("toile-matelas", "m", 2)] {
            let by_lot = scale == 0;
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    fn four(cotton: &str, more: Value) -> Value {
        let mut fields = json!({
            "workshop": "workshop/kon-matelas", "product": "item/matelas", "good": "4 piece", "store": "store/kon-magasin",
            "inputs": [
                {"item": "item/coton-local", "quantity": cotton, "store": "store/kon-magasin"},
                {"item": "item/toile-matelas", "quantity": "18.00 m", "store": "store/kon-magasin"},
            ],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn fill(fields: Value) -> Decided {
        let mut book = loft();
        book.record(&Kind::of::<MattressBatch>(), &command(MattressBatch::KIND, "2020-03-02", fields))
    }

    #[test]
    fn four_singles_take_31_kg_of_cotton() {
        let effects = fill(four("30.800 kg", json!({"lightest": 7600}))).unwrap();
        assert_eq!((released(&effects).as_deref(), warnings(&effects)), (Some("2020-03-02"), vec![]));
        let refusal = fill(four("27.000 kg", json!({}))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "30.780 kg"));
    }

    #[test]
    fn cotton_that_is_not_in_them_holds_them() {
        // 30.780 kg less a tenth, 3.078 kg.
        assert!(fill(four("27.702 kg", json!({}))).is_ok());
        let effects = fill(four("27.701 kg", json!({"motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["mattress/thin"]));
    }

    #[test]
    fn cotton_that_was_issued_and_is_not_on_the_scale_holds_them_too() {
        // 7.695 kg less a tenth, 770 g.
        assert!(fill(four("30.800 kg", json!({"lightest": 6925}))).is_ok());
        assert_eq!(fill(four("30.800 kg", json!({"lightest": 6924}))).unwrap_err().args["actual"], "6.924 kg");
        let effects = fill(four("30.800 kg", json!({"lightest": 6924, "motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["mattress/light"]));
    }

    #[test]
    fn too_much_cotton_is_told_and_the_mattresses_are_good() {
        let effects = fill(four("34.000 kg", json!({"motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec!["batch/beyond-tolerance"]));
    }

    #[test]
    fn a_sheet_says_what_to_take() {
        let book = loft();
        let form = json!({"workshop": "workshop/kon-matelas", "product": "item/matelas", "good": "20 piece"});
        let cmd = command("mattress-sheet/1", "2020-03-02", form);
        let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let takes: Vec<String> = table.rows.iter().take(2).map(|row| row[..3].join("|")).collect();
        assert_eq!(takes, ["item/coton-local|153.900 kg|10/100", "item/toile-matelas|90.00 m|10/100"]);
    }
}
