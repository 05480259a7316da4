//! What a field promises: forecasts and crop cuts. Neither is output; only the weighing is.

use super::ground::area_of;
use super::sowing;
use crate::kinds::stock::goods;
use baara_plugin_api::prelude::*;

/// Somebody estimates what a sowing will give.
#[derive(Form)]
pub(super) struct Forecast {
    #[field(of = "plot")]
    plot: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    /// Which sowing, when the plot has several of the crop.
    #[field(of = "sowing")]
    sowing: Option<Id>,
}

impl Record for Forecast {
    const KIND: &'static str = "forecast/1";

    fn writes() -> Grant {
        grant(&["sowing"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["stock/quantity-zero", "campaign/none-in-force", "sowing/none", "sowing/which"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        goods::measured(book, &self.item, self.quantity)?;
        let sowing = sowing::only(book, &plot, &self.item, self.sowing.as_ref())?;
        Ok(Effects::new().set(&sowing.id, "forecast", json!(self.quantity), cmd.date))
    }
}

/// A square of a field is cut and weighed (carré de rendement).
#[derive(Form)]
pub(super) struct CropCut {
    #[field(of = "plot")]
    plot: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item/surface")]
    square: Amount,
    #[field(of = "item")]
    weight: Amount,
    /// Which sowing, when the plot has several of the crop.
    #[field(of = "sowing")]
    sowing: Option<Id>,
}

impl Record for CropCut {
    const KIND: &'static str = "crop-cut/1";

    fn writes() -> Grant {
        grant(&["sowing"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "stock/quantity-zero",
            "campaign/none-in-force",
            "sowing/none",
            "sowing/which",
            "crop-cut/not-square-metres",
            "crop-cut/not-kilograms",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        goods::measured(book, &self.item, self.weight)?;
        let square = square_metres(self.square)?;
        if self.weight.unit().as_str() != "kg" || self.weight.scale() != 3 {
            return Err(Refusal::new("crop-cut/not-kilograms").with("weight", self.weight));
        }
        let sowing = sowing::only(book, &plot, &self.item, self.sowing.as_ref())?;
        let before = |key: &str, none: Amount| sowing.amount(key).unwrap_or(none.with_count(0));
        let too_much = || Refusal::new("crop-cut/not-kilograms").with("weight", self.weight);
        let weight = self.weight.plus(before("cut-weight", self.weight)).map_err(|_| too_much())?;
        let square = square.plus(before("cut-square", square)).map_err(|_| too_much())?;
        let cuts = sowing.whole("cuts").unwrap_or(0) + 1;
        let effects = Effects::new()
            .set(&sowing.id, "cuts", cuts, cmd.date)
            .set(&sowing.id, "cut-weight", json!(weight), cmd.date)
            .set(&sowing.id, "cut-square", json!(square), cmd.date)
            .set(&sowing.id, "cut-yield", yield_of(weight, square), cmd.date);
        let expected = expected(weight, square, area_of(&sowing, "area"));
        Ok(expected.into_iter().fold(effects, |effects, amount| effects.set(&sowing.id, "cut-estimate", json!(amount), cmd.date)))
    }
}

/// The square with two decimals; it may be said with fewer.
fn square_metres(square: Amount) -> Result<Amount, Refusal> {
    let hundredths = 2_u8.checked_sub(square.scale()).and_then(|more| square.count().checked_mul(10_i64.pow(u32::from(more))));
    let fits = |count: &i64| square.unit().as_str() == "m2" && (1..=baara_plugin_api::MAX_COUNT).contains(count);
    let count = hundredths.filter(fits).ok_or_else(|| Refusal::new("crop-cut/not-square-metres").with("square", square))?;
    Ok(Amount::new(count, 2, square.unit()))
}

/// Kilograms a hectare, exactly, in lowest terms: grams over hundredths of a square metre, times a thousand.
fn yield_of(weight: Amount, square: Amount) -> String {
    let (grams, hundredths) = (i128::from(weight.count()) * 1000, i128::from(square.count()));
    let common = common_divisor(grams, hundredths);
    format!("{}/{}", grams / common, hundredths / common)
}

/// What the whole area gives at that yield, rounded to the gram.
fn expected(weight: Amount, square: Amount, square_metres: i64) -> Option<Amount> {
    let (over, under) = (u64::try_from(square_metres).ok()?.checked_mul(100)?, u64::try_from(square.count()).ok()?);
    weight.times(Ratio::new(over, under)?, Rounding::Half).ok()
}

fn common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a.max(1) } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn forecast(quantity: &str) -> Value {
        json!({"plot": "plot/kon-nord", "item": "item/mais-grain", "quantity": quantity})
    }

    fn cut(square: &str, weight: &str) -> Value {
        json!({"plot": "plot/kon-nord", "item": "item/mais-grain", "square": square, "weight": weight})
    }

    #[test]
    fn a_forecast_moves_nothing() {
        let mut book = with_maize("20.0000 ha");
        let effects = record::<Forecast>(&mut book, "2020-08-20", forecast("50000.000 kg")).unwrap();
        assert!(movements(&effects).is_empty());
        assert_eq!(thing(&book, "2020-08-20", "sowing/kon-20-0001").text("forecast"), "50000.000 kg");
    }

    #[test]
    fn squares_add_up_to_an_exact_yield() {
        let mut book = with_maize("20.0000 ha");
        let effects = record::<CropCut>(&mut book, "2020-09-20", cut("25 m2", "6.100 kg")).unwrap();
        assert!(movements(&effects).is_empty());
        let sowing = thing(&book, "2020-09-20", "sowing/kon-20-0001");
        assert_eq!((sowing.text("cut-yield"), sowing.text("cut-estimate")), ("2440/1", "48800.000 kg"));
        record::<CropCut>(&mut book, "2020-09-21", cut("50.00 m2", "13.900 kg")).unwrap();
        let sowing = thing(&book, "2020-09-21", "sowing/kon-20-0001");
        assert_eq!((sowing.text("cut-yield"), sowing.text("cut-estimate")), ("8000/3", "53333.333 kg"));
        assert_eq!((sowing.text("cut-weight"), sowing.text("cut-square"), sowing.whole("cuts")), ("20.000 kg", "75.00 m2", Some(2)));
    }

    #[test]
    fn a_cut_needs_a_square_a_weight_and_a_sowing() {
        let mut book = with_maize("8.0000 ha");
        let mut check = |fields: Value, code: &str| assert_eq!(refused::<CropCut>(&mut book, "2020-09-20", fields), code);
        check(cut("0.00 m2", "6.100 kg"), "crop-cut/not-square-metres");
        check(cut("25 ha", "6.100 kg"), "crop-cut/not-square-metres");
        check(cut("25.00 m2", "0.000 kg"), "stock/quantity-zero");
        let mut beans = cut("25.00 m2", "6.100 kg");
        beans["item"] = json!("item/niebe");
        check(beans, "sowing/none");
        book.put(&id("item/aubergine"), beginning(), &[("unit", "piece".into()), ("scale", 0.into()), ("group", "vegetable".into())]);
        let mut pieces = cut("25.00 m2", "6 piece");
        pieces["item"] = json!("item/aubergine");
        assert_eq!(refused::<CropCut>(&mut book, "2020-09-20", pieces), "crop-cut/not-kilograms");
    }

    #[test]
    fn two_sowings_of_a_crop_on_a_plot_are_told_apart() {
        let mut book = with_maize("8.0000 ha");
        record::<sowing::Sowing>(&mut book, "2020-06-20", sown("plot/kon-nord", "item/mais-grain", "8.0000 ha")).unwrap();
        assert_eq!(refused::<Forecast>(&mut book, "2020-08-20", forecast("20000.000 kg")), "sowing/which");
        let mut second = forecast("20000.000 kg");
        second["sowing"] = json!("sowing/kon-20-0002");
        record::<Forecast>(&mut book, "2020-08-20", second).unwrap();
        assert_eq!(thing(&book, "2020-08-20", "sowing/kon-20-0002").text("forecast"), "20000.000 kg");
    }
}
