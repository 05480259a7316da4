//! How much wood there is in a log, and how much of it a piece takes.

use baara_plugin_api::prelude::*;

/// π as 355/113, exact to seven figures: finer than any log is round.
const PI: (u64, u64) = (355, 113);

/// The volume of a log in cubic millimetres, measured *au couvert*: the length by whole decimetres, the diameter by whole
/// centimetres, what is over is not counted (`domain.md` §4.4, passion-elagage.fr); π/4 × diameter² × length.
///
/// Both come in millimetres. `None` when the log is larger than any tree.
#[must_use]
pub fn log_volume(length: u64, diameter: u64) -> Option<u64> {
    let (length, diameter) = (u128::from(length / 100 * 100), u128::from(diameter / 10 * 10));
    let round = length.checked_mul(diameter.checked_mul(diameter)?)?.checked_mul(u128::from(PI.0))?;
    u64::try_from(round / (4 * u128::from(PI.1))).ok()
}

/// Metres of plank that parts take: their lengths in millimetres, and the part of every plank that is lost in planing and
/// offcuts (`coefficient de perte au corroyage`): `Σ length / 1000 / (1 − waste)`.
#[must_use]
pub fn metres(lengths: u64, waste: Ratio) -> Option<Ratio> {
    let (num, den) = (waste.num(), waste.den());
    Ratio::new(lengths, 1000)?.times(Ratio::new(den, den.checked_sub(num).filter(|left| *left > 0)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_the_last_whole_measure_is_not_counted() {
        assert_eq!(log_volume(13_590, 409), log_volume(13_500, 400));
        // π/4 × 0.40² × 13.5 m = 1.6965 m³.
        assert_eq!(log_volume(13_500, 400), Some(1_696_460_176));
        assert_eq!(log_volume(99, 400), Some(0));
        assert_eq!(log_volume(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn a_table_takes_its_parts_and_what_is_planed_away() {
        let waste = Ratio::parse("0.225").unwrap();
        assert_eq!(metres(5_800, waste).and_then(|m| m.of(1000, Rounding::Half)), Some(7_484));
        assert_eq!(metres(5_800, Ratio::NONE).and_then(|m| m.of(10, Rounding::Half)), Some(58));
        assert_eq!(metres(5_800, Ratio::new(1, 1).unwrap()), None, "nothing is left of a plank that is all lost");
    }
}
