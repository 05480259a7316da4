//! Farms and their plots: the estate, and what of it can be sown.

use crate::kinds::stock::goods;
use baara_plugin_api::prelude::*;

/// A farm is opened, with the fund its sales go to.
#[derive(Form)]
pub(super) struct Farm {
    code: String,
    label: String,
    label_en: Option<String>,
}

impl Record for Farm {
    const KIND: &'static str = "farm/1";

    fn writes() -> Grant {
        grant(&["farm", "fund"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["thing/code-unfit", "thing/code-taken"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let farm = goods::named("farm", &self.code, book)?;
        let sales =
            Id::parse(&format!("fund/{}.sales", farm.code())).map_err(|_| Refusal::new("thing/code-unfit").with("code", &self.code))?;
        let facility = goods::place("facility", book);
        Ok(Effects::new()
            .open(&farm, [("label", json!(self.label)), ("label-en", json!(self.label_en)), ("facility", json!(facility))])
            .open(&sales, [("label", json!(self.label)), ("label-en", json!(self.label_en)), ("unit", json!(farm))]))
    }
}

/// A plot of a farm is entered, with its two areas.
#[derive(Form)]
pub(super) struct Plot {
    #[field(of = "farm")]
    farm: Id,
    code: String,
    label: String,
    #[field(of = "item/ground")]
    estate: Amount,
    #[field(of = "item/ground")]
    cultivable: Amount,
}

impl Record for Plot {
    const KIND: &'static str = "plot/1";

    fn writes() -> Grant {
        grant(&["plot"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["thing/code-unfit", "thing/code-taken", "plot/not-hectares", "plot/cultivable-beyond-estate"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.farm)?;
        let plot = goods::named("plot", &self.code, book)?;
        let (estate, cultivable) = within_estate(self.estate, self.cultivable)?;
        Ok(Effects::new().open(
            &plot,
            [("farm", json!(self.farm)), ("label", json!(self.label)), ("estate", json!(estate)), ("cultivable", json!(cultivable))],
        ))
    }
}

/// A plot is measured again: its areas change from that day.
#[derive(Form)]
pub(super) struct PlotMeasured {
    #[field(of = "plot")]
    plot: Id,
    #[field(of = "item/ground")]
    estate: Amount,
    #[field(of = "item/ground")]
    cultivable: Amount,
}

impl Record for PlotMeasured {
    const KIND: &'static str = "plot-measured/1";

    fn writes() -> Grant {
        grant(&["plot"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["plot/not-hectares", "plot/cultivable-beyond-estate"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.plot)?;
        let (estate, cultivable) = within_estate(self.estate, self.cultivable)?;
        Ok(Effects::new().set(&self.plot, "estate", json!(estate), cmd.date).set(&self.plot, "cultivable", json!(cultivable), cmd.date))
    }
}

/// Both areas with four decimals, the cultivable one inside the estate.
fn within_estate(estate: Amount, cultivable: Amount) -> Result<(Amount, Amount), Refusal> {
    let (all, part) = (hectares(estate)?, hectares(cultivable)?);
    let beyond = || Refusal::new("plot/cultivable-beyond-estate").with("estate", area(all)).with("cultivable", area(part));
    if part <= all { Ok((area(all), area(part))) } else { Err(beyond()) }
}

/// The square metres of an area, which is said in hectares with at most four decimals and is above zero.
///
/// # Errors
/// `plot/not-hectares`.
pub(super) fn hectares(area: Amount) -> Result<i64, Refusal> {
    let metres = 4_u8.checked_sub(area.scale()).and_then(|more| area.count().checked_mul(10_i64.pow(u32::from(more))));
    let fits = |metres: &i64| area.unit().as_str() == "ha" && (1..=baara_plugin_api::MAX_COUNT).contains(metres);
    metres.filter(fits).ok_or_else(|| Refusal::new("plot/not-hectares").with("area", area))
}

/// Square metres as hectares, to be shown.
pub(super) fn area(square_metres: i64) -> Amount {
    Amount::new(square_metres, 4, Unit::parse("ha").expect("ha is a unit"))
}

/// The square metres kept in an attribute; none when there is no area.
pub(super) fn area_of(thing: &Thing, key: &str) -> i64 {
    thing.amount(key).map_or(0, Amount::count)
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    #[test]
    fn a_farm_opens_with_the_fund_of_its_sales() {
        let mut book = konseguela();
        record::<Farm>(&mut book, "2020-04-01", json!({"code": "verger", "label": "Verger"})).unwrap();
        assert_eq!(thing(&book, "2020-04-01", "farm/kon-verger").text("facility"), "facility/kon");
        assert_eq!(thing(&book, "2020-04-01", "fund/kon-verger.sales").text("unit"), "farm/kon-verger");
        assert_eq!(refused::<Farm>(&mut book, "2020-04-01", json!({"code": "verger", "label": "Verger"})), "thing/code-taken");
        let long = json!({"code": "v".repeat(54), "label": "Verger"});
        assert_eq!(refused::<Farm>(&mut book, "2020-04-01", long), "thing/code-unfit");
    }

    #[test]
    fn a_plot_has_its_areas_in_hectares_and_the_cultivable_one_inside_the_estate() {
        let mut book = konseguela();
        let plot = |estate: &str, cultivable: &str| json!({"farm": "farm/kon-ferme", "code": "est", "label": "Est", "estate": estate, "cultivable": cultivable});
        assert_eq!(refused::<Plot>(&mut book, "2020-04-01", plot("20.0000 ha", "20.0001 ha")), "plot/cultivable-beyond-estate");
        for wrong in ["20.00001 ha", "200000 m2", "0.0000 ha"] {
            assert_eq!(refused::<Plot>(&mut book, "2020-04-01", plot("20.0000 ha", wrong)), "plot/not-hectares", "{wrong}");
        }
        record::<Plot>(&mut book, "2020-04-01", plot("193 ha", "30.0 ha")).unwrap();
        assert_eq!(thing(&book, "2020-04-01", "plot/kon-est").text("cultivable"), "30.0000 ha");
        let again = json!({"plot": "plot/kon-est", "estate": "193.0000 ha", "cultivable": "32.5000 ha"});
        record::<PlotMeasured>(&mut book, "2020-05-01", again).unwrap();
        assert_eq!(thing(&book, "2020-04-30", "plot/kon-est").text("cultivable"), "30.0000 ha");
        assert_eq!(thing(&book, "2020-05-01", "plot/kon-est").text("cultivable"), "32.5000 ha");
    }
}
