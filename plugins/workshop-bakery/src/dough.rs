//! How much flour a loaf takes: by what its dough weighs before the oven, and the dough a kilogram of flour makes.

use baara_plugin_api::prelude::*;

/// Kilograms in a bag of flour.
pub const BAG_KG: u64 = 50;

/// How many loaves a bag of 50 kg makes: `50 × yield / raw`, dough by kg of flour, and kg of raw dough a loaf.
#[must_use]
pub fn loaves_per_bag(dough_per_flour: Ratio, raw: Ratio) -> Option<Ratio> {
    dough_per_flour.times(raw.inverse()?)?.times(Ratio::new(BAG_KG, 1)?)
}

/// The flour and what goes with it, for one loaf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loaf {
    /// Each item, kilograms a loaf, and the tolerance.
    pub(crate) takes: Vec<(Id, Ratio, Ratio)>,
    /// What it weighs out of the oven, in kg, and by how much it may differ.
    pub(crate) baked: trade::Figure,
}

impl Loaf {
    /// From `raw` and `baked` of the product, and `dough`, `yeast` and `salt` for each kg of flour.
    ///
    /// # Errors
    /// `trade/no-figure`, or `batch/recipe-unreadable`.
    pub(crate) fn of(figures: &trade::Figures<'_>, product: &Id) -> Result<Loaf, Refusal> {
        let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
        let ((flour, dough), raw) = (figures.of_item("dough")?, figures.get("raw")?);
        let per_loaf = dough.value.inverse().and_then(|part| part.times(raw.value)).ok_or_else(unreadable)?;
        let mut takes = vec![(flour, per_loaf, dough.tolerance)];
        for name in ["yeast", "salt"] {
            let (item, figure) = figures.of_item(name)?;
            takes.push((item, per_loaf.times(figure.value).ok_or_else(unreadable)?, figure.tolerance));
        }
        Ok(Loaf { takes, baked: figures.get("baked")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, loaves: i64) {
        let of = |text: &str| Ratio::parse(text).unwrap();
        // 82.9 kg of dough for a bag.
        let per_bag = loaves_per_bag(of("1.658"), of(raw)).unwrap();
        assert_eq!(per_bag.of(1, Rounding::Down), Some(loaves), "{per_bag}");
    }

    /// The loaves of a bag as `domain.md` §4.9 worked them out from the raw weights of pdfslide.fr and duretz.net.
    #[test]
    fn a_bag_makes_what_its_dough_weighs() {
        check("0.300", 276);
        check("0.330", 251);
        check("0.550", 150);
        check("0.180", 460);
    }

    #[test]
    fn a_loaf_of_nothing_is_no_loaf() {
        assert_eq!(loaves_per_bag(Ratio::parse("1.658").unwrap(), Ratio::NONE), None);
    }
}
