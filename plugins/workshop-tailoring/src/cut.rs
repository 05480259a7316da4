//! How much cloth a garment takes: the usual size's by the width of the cloth, and a part of it for each band of sizes.

use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::Figures;

/// The metres of a band of sizes: `share` of the usual size's `per`, which may name its unit.
#[must_use]
pub fn for_band(per: &str, share: Ratio) -> Option<String> {
    let (figure, unit) = per.split_at(per.find(' ').unwrap_or(per.len()));
    Some(format!("{}{unit}", Ratio::parse(figure)?.times(share)?))
}

/// All of the usual size's cloth.
fn whole() -> Ratio {
    Ratio::new(1, 1).expect("not divided by zero")
}

/// The part of the usual size's cloth that a band takes; all of it for products of one size.
///
/// # Errors
/// `tailoring/band-needed`, `tailoring/band-unknown`, or `batch/recipe-unreadable`.
fn share(figures: &Figures<'_>, product: &Id, band: Option<&str>) -> Result<Ratio, Refusal> {
    let bands = figures.told("bands").as_array().map(Vec::as_slice).unwrap_or_default();
    let known = || bands.iter().filter_map(|one| one["band"].as_str()).collect::<Vec<_>>().join(", ");
    let refusal = |code: &str| Refusal::new(code).with("product", product).with("known", known());
    let Some(band) = band else {
        return if bands.is_empty() { Ok(whole()) } else { Err(refusal("tailoring/band-needed")) };
    };
    let told = bands.iter().find(|one| one["band"].as_str() == Some(band));
    let told = told.ok_or_else(|| refusal("tailoring/band-unknown").with("band", band))?;
    let share = told["share"].as_str().and_then(Ratio::parse);
    share.ok_or_else(|| Refusal::new("batch/recipe-unreadable").with("product", product))
}

/// What one garment of a band takes, its cloth for each width.
///
/// # Errors
/// `tailoring/band-needed`, `tailoring/band-unknown`, or `batch/recipe-unreadable`.
pub(crate) fn recipe(figures: &Figures<'_>, product: &Id, band: Option<&str>) -> Result<Vec<Value>, Refusal> {
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
    let share = share(figures, product, band)?;
    let mut inputs = figures.recipe();
    let widths = inputs.iter_mut().filter_map(|input| input.get_mut("per-width")?.as_object_mut());
    for per in widths.flat_map(|widths| widths.values_mut()) {
        *per = per.as_str().and_then(|per| for_band(per, share)).ok_or_else(unreadable)?.into();
    }
    Ok(inputs)
}

/// True when a line of a recipe is cloth: it depends on the width.
pub(crate) fn is_cloth(input: &Value) -> bool {
    input["per-width"].is_object()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(per: &str, share: &str, metres: &str) {
        let metres = Ratio::parse(metres).unwrap();
        let told = for_band(per, Ratio::parse(share).unwrap()).unwrap();
        let told = Ratio::parse(told.trim_end_matches(" m")).unwrap();
        assert_eq!(told.of(1000, Rounding::Half), metres.of(1000, Rounding::Half), "{per} × {share}");
    }

    /// Wide trousers at 140 cm, by size: `domain.md` §4.3 from tissus-telaio.fr.
    #[test]
    fn each_band_takes_its_part_of_the_usual_size() {
        check("2.50", "88/100", "2.20");
        check("2.50", "1", "2.50");
        check("2.50 m", "112/100", "2.80");
        check("2.50", "128/100", "3.20");
    }

    #[test]
    fn what_is_no_figure_has_no_part() {
        assert_eq!(for_band("beaucoup", whole()), None);
    }
}
