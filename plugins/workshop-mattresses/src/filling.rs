//! How much cotton and cover a mattress takes: its size, and how tightly it is filled.

use baara_plugin_api::prelude::*;

/// Kilograms of filling: length × width × thickness, in m, times the density in kg a m³.
#[must_use]
pub fn filling(size: [Ratio; 3], density: Ratio) -> Option<Ratio> {
    size.into_iter().try_fold(density, Ratio::times)
}

/// What one mattress takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Filling {
    /// The item of the filling.
    pub(crate) cotton: Id,
    /// Kilograms of it.
    pub(crate) kg: Ratio,
    /// By how much a batch may be off.
    pub(crate) tolerance: Ratio,
    /// By how much a mattress on the scale may be lighter.
    pub(crate) light: Ratio,
}

impl Filling {
    /// From `length`, `width`, `thickness` of the product and `density` of the filling.
    ///
    /// # Errors
    /// `trade/no-figure`, or `batch/recipe-unreadable`.
    pub(crate) fn of(figures: &trade::Figures<'_>, product: &Id) -> Result<Filling, Refusal> {
        let (length, width, thickness) = (figures.get("length")?, figures.get("width")?, figures.get("thickness")?);
        let (cotton, density) = figures.of_item("density")?;
        let kg = filling([length.value, width.value, thickness.value], density.value);
        let kg = kg.ok_or_else(|| Refusal::new("batch/recipe-unreadable").with("product", product))?;
        Ok(Filling { cotton, kg, tolerance: density.tolerance, light: figures.get("light")?.value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(size: [&str; 3], density: &str, grams: i64) {
        let of = |text: &str| Ratio::parse(text).unwrap();
        let kg = filling(size.map(of), of(density)).unwrap();
        assert_eq!(kg.of(1000, Rounding::Half), Some(grams), "{kg}");
    }

    /// 190×90×10 cm at the 45 kg/m³ of dormilaine.fr are 7.7 kg, as `domain.md` §4.6 worked out.
    #[test]
    fn cotton_follows_from_size_and_density() {
        check(["1.9", "0.9", "0.1"], "45", 7695);
        check(["1.9", "1.4", "0.1"], "45", 11_970);
        check(["0", "0.9", "0.1"], "45", 0);
    }
}
