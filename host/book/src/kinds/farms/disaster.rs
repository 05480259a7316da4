//! Disasters in the field: what hit, where, how much is gone, and who saw it. Nothing moves.

use super::campaign;
use super::ground::{area, area_of, hectares};
use super::sowing::farm_of;
use baara_plugin_api::prelude::*;

/// What hits a field.
#[derive(Choice)]
enum Cause {
    Drought,
    Flood,
    Pests,
    Birds,
    Disease,
    Wind,
    Fire,
    StrayAnimals,
    Theft,
    Other,
}

/// A disaster hits a plot (sinistre).
#[derive(Form)]
pub(super) struct Disaster {
    #[field(of = "plot")]
    plot: Id,
    cause: Cause,
    #[field(of = "item/ground")]
    area: Amount,
    /// How much of what stood there is lost, in percent.
    lost_percent: u64,
    #[field(of = "person")]
    witness_one: Id,
    #[field(of = "person")]
    witness_two: Id,
    #[field(sealed)]
    account: Option<String>,
}

impl Record for Disaster {
    const KIND: &'static str = "disaster/1";

    fn writes() -> Grant {
        grant(&["disaster"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["plot/not-hectares", "disaster/area-beyond-cultivable", "disaster/percent-unfit", "disaster/same-witness"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let plot = book.open(&self.plot)?;
        let cultivable = area_of(&plot, "cultivable");
        let hit = hectares(self.area)?;
        if hit > cultivable {
            let beyond = Refusal::new("disaster/area-beyond-cultivable");
            return Err(beyond.with("plot", &self.plot).with("area", self.area).with("cultivable", area(cultivable)));
        }
        if !(1..=100).contains(&self.lost_percent) {
            return Err(Refusal::new("disaster/percent-unfit").with("percent", self.lost_percent));
        }
        if self.witness_one == self.witness_two {
            return Err(Refusal::new("disaster/same-witness").with("person", &self.witness_one));
        }
        book.open(&self.witness_one)?;
        book.open(&self.witness_two)?;
        let farm = farm_of(&plot)?;
        Ok(Effects::new().open(
            &Id::new("disaster", "$1"),
            [
                ("farm", json!(farm)),
                ("campaign", json!(campaign::in_force(book, &farm).ok().map(|found| found.id))),
                ("plot", json!(self.plot)),
                ("cause", json!(self.cause.code())),
                ("area", json!(area(hit))),
                ("lost-percent", json!(self.lost_percent)),
                ("witnesses", json!([self.witness_one, self.witness_two])),
                ("account", json!(self.account)),
            ],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn flood(area: &str, percent: u64, two: &str) -> Value {
        json!({"plot": "plot/kon-nord", "cause": "flood", "area": area, "lost-percent": percent,
               "witness-one": "person/kon-20-0002", "witness-two": format!("person/{two}"), "account": "sealed:00"})
    }

    #[test]
    fn a_disaster_is_kept_and_moves_nothing() {
        let mut book = with_maize("20.0000 ha");
        let effects = record::<Disaster>(&mut book, "2020-08-28", flood("4.5000 ha", 80, "kon-20-0003")).unwrap();
        assert!(movements(&effects).is_empty());
        let disaster = thing(&book, "2020-08-28", "disaster/kon-20-0001");
        assert_eq!((disaster.text("cause"), disaster.whole("lost-percent")), ("flood", Some(80)));
        assert_eq!((disaster.text("campaign"), disaster.text("area")), ("campaign/kon-2020", "4.5000 ha"));
    }

    #[test]
    fn a_disaster_is_no_larger_than_the_plot_and_two_persons_saw_it() {
        let mut book = with_maize("20.0000 ha");
        let mut check = |fields: Value, code: &str| assert_eq!(refused::<Disaster>(&mut book, "2020-08-28", fields), code);
        check(flood("20.0001 ha", 80, "kon-20-0003"), "disaster/area-beyond-cultivable");
        check(flood("4.5 m2", 80, "kon-20-0003"), "plot/not-hectares");
        check(flood("4.5000 ha", 101, "kon-20-0003"), "disaster/percent-unfit");
        check(flood("4.5000 ha", 0, "kon-20-0003"), "disaster/percent-unfit");
        check(flood("4.5000 ha", 80, "kon-20-0002"), "disaster/same-witness");
        check(flood("4.5000 ha", 80, "kon-20-0077"), "thing/unknown");
    }
}
