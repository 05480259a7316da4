//! How much cement a stone takes: by its mould and the mix, or by a published count of blocks a bag.

use baara_plugin_api::prelude::*;

/// Kilograms in a bag of cement.
pub const BAG_KG: u64 = 50;

/// How many stones a bag of 50 kg makes: `per_m2 × 50 / (mix × thickness)`, the mix in kg a m³, the thickness in m.
#[must_use]
pub fn stones_per_bag(mix: Ratio, thickness: Ratio, per_m2: Ratio) -> Option<Ratio> {
    mix.times(thickness)?.inverse()?.times(per_m2)?.times(Ratio::new(BAG_KG, 1)?)
}

/// The cement of one stone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dose {
    /// The item cement is kept under.
    pub(crate) cement: Id,
    /// Kilograms a stone.
    pub(crate) per_stone: Ratio,
    /// How far off a batch may be.
    pub(crate) tolerance: Ratio,
}

impl Dose {
    /// From `per-bag`, a count of blocks for a bag, or from `mix`, `thickness` and `per-m2`.
    ///
    /// # Errors
    /// `trade/no-figure`, or `batch/recipe-unreadable`.
    pub(crate) fn of(figures: &trade::Figures<'_>, product: &Id) -> Result<Dose, Refusal> {
        let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
        let bag = Ratio::new(BAG_KG, 1).expect("not divided by zero");
        if figures.find("per-bag")?.is_some() {
            let (cement, per_bag) = figures.of_item("per-bag")?;
            let per_stone = per_bag.value.inverse().and_then(|part| part.times(bag)).ok_or_else(unreadable)?;
            return Ok(Dose { cement, per_stone, tolerance: per_bag.tolerance });
        }
        let ((cement, mix), thickness, per_m2) = (figures.of_item("mix")?, figures.get("thickness")?, figures.get("per-m2")?);
        let stones = stones_per_bag(mix.value, thickness.value, per_m2.value);
        let per_stone = stones.and_then(Ratio::inverse).and_then(|part| part.times(bag)).ok_or_else(unreadable)?;
        Ok(Dose { cement, per_stone, tolerance: mix.tolerance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mix: &str, thickness: &str, per_m2: &str, stones: i64) {
        let of = |text: &str| Ratio::parse(text).unwrap();
        let per_bag = stones_per_bag(of(mix), of(thickness), of(per_m2)).unwrap();
        assert_eq!(per_bag.of(1, Rounding::Down), Some(stones), "{per_bag}");
    }

    /// At 350 kg/m³ a m² of 6 cm takes 21 kg: 119 stones of 20×10 a bag, as `domain.md` §4.2 worked out; the counts a m²
    /// are fibrociment.ma's.
    #[test]
    fn a_bag_makes_what_its_mould_and_mix_say() {
        check("350", "0.06", "50", 119);
        check("350", "0.06", "40", 95);
        check("350", "0.06", "36", 85);
        check("400", "0.08", "50", 78);
    }

    #[test]
    fn a_mould_without_thickness_says_nothing() {
        let one = Ratio::parse("1").unwrap();
        assert_eq!(stones_per_bag(one, Ratio::NONE, one), None);
    }
}
