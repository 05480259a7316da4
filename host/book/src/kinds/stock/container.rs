//! Local containers, weighed: how many kilograms a bag of millet really holds here.

use super::goods;
use baara_plugin_api::prelude::*;

/// How many weighings establish a container, when no rule says more.
const WEIGHINGS: usize = 3;

/// A container of the place is weighed full, several times.
#[derive(Form)]
pub(super) struct Calibration {
    code: String,
    label: Option<String>,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    weighings: Vec<Amount>,
}

impl Record for Calibration {
    const KIND: &'static str = "container/1";

    fn writes() -> Grant {
        grant(&["container"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["container/too-few-weighings", "container/for-another-item", "stock/quantity-zero", "thing/code-unfit"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let container = goods::spelled("container", &self.code, book)?;
        let least = book.whole_rule("container.weighings").ok().and_then(|n| usize::try_from(n).ok()).unwrap_or(WEIGHINGS).max(1);
        if self.weighings.len() < least {
            return Err(Refusal::new("container/too-few-weighings").with("weighings", self.weighings.len()).with("least", least));
        }
        self.weighings.iter().try_for_each(|one| goods::measured(book, &self.item, *one).map(drop))?;
        let (factor, spread) = mean(&self.weighings);
        let values =
            [("item", json!(self.item)), ("factor", json!(factor)), ("spread", json!(spread)), ("weighings", json!(self.weighings))];
        match book.thing(&container) {
            None => Ok(Effects::new().open(&container, values).then(self.label(&container, cmd.date))),
            Some(known) if known.id_of("item").as_ref() != Some(&self.item) => {
                Err(Refusal::new("container/for-another-item").with("container", container).with("item", known.text("item")))
            }
            Some(_) => {
                let again = values.into_iter().fold(Effects::new(), |effects, (key, value)| effects.set(&container, key, value, cmd.date));
                Ok(again.then(self.label(&container, cmd.date)))
            }
        }
    }
}

impl Calibration {
    fn label(&self, container: &Id, date: Date) -> Effects {
        self.label.as_ref().map_or_else(Effects::new, |label| Effects::new().set(container, "label", label.as_str(), date))
    }
}

/// The mean of some weighings, rounded half to their own decimals, and the largest gap from it.
fn mean(weighings: &[Amount]) -> (Amount, Amount) {
    let first = weighings[0];
    let sum = weighings.iter().fold(0_i64, |sum, one| sum.saturating_add(one.count()));
    let among = Ratio::new(1, weighings.len() as u64).expect("there are weighings");
    let mean = among.of(sum, Rounding::Half).expect("a mean is no larger than its parts");
    let spread = weighings.iter().map(|one| (one.count() - mean).abs()).max().unwrap_or(0);
    (first.with_count(mean), first.with_count(spread))
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    fn weighed(item: &str, weighings: &[&str]) -> Value {
        json!({"code": "sac-mil", "label": "Sac de mil", "item": item, "weighings": weighings})
    }

    #[test]
    fn a_bag_is_worth_the_mean_of_its_weighings() {
        let mut book = konseguela();
        let bags = ["92.000 kg", "94.200 kg", "91.001 kg", "92.400 kg"];
        record::<Calibration>(&mut book, "2020-10-01", weighed("item/niebe", &bags)).unwrap();
        let bag = thing(&book, "2020-10-01", "container/kon-sac-mil");
        assert_eq!((bag.text("factor"), bag.text("spread"), bag.text("label")), ("92.400 kg", "1.800 kg", "Sac de mil"));
        assert_eq!(bag.list("weighings"), bags);
    }

    #[test]
    fn a_bag_weighed_again_changes_from_that_day_only() {
        let mut book = konseguela();
        record::<Calibration>(&mut book, "2020-10-01", weighed("item/niebe", &["90.000 kg"; 3])).unwrap();
        record::<Calibration>(&mut book, "2020-11-01", weighed("item/niebe", &["95.000 kg"; 3])).unwrap();
        assert_eq!(thing(&book, "2020-10-31", "container/kon-sac-mil").text("factor"), "90.000 kg");
        assert_eq!(thing(&book, "2020-11-01", "container/kon-sac-mil").text("factor"), "95.000 kg");
        let other = weighed("item/mais-grain", &["95.000 kg"; 3]);
        assert_eq!(refused::<Calibration>(&mut book, "2020-11-02", other), "container/for-another-item");
    }

    #[test]
    fn a_few_weighings_or_none_at_all_do_not_make_a_factor() {
        let mut book = konseguela();
        let two = || weighed("item/niebe", &["90.000 kg", "91.000 kg"]);
        assert_eq!(refused::<Calibration>(&mut book, "2020-10-01", two()), "container/too-few-weighings");
        let zero = weighed("item/niebe", &["90.000 kg", "0.000 kg", "91.000 kg"]);
        assert_eq!(refused::<Calibration>(&mut book, "2020-10-01", zero), "stock/quantity-zero");
        rule(&mut book, "container.weighings", 2);
        record::<Calibration>(&mut book, "2020-10-01", two()).unwrap();
        assert_eq!(thing(&book, "2020-10-01", "container/kon-sac-mil").text("factor"), "90.500 kg");
    }
}
