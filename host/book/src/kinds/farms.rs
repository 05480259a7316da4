//! The record kinds of farms: ground, campaigns, sowings, work in the fields, harvests, animals.

use baara_plugin_api::Kind;

mod campaign;
mod disaster;
mod estimate;
mod ground;
mod harvest;
mod livestock;
mod operation;
#[cfg(test)]
mod paper;
mod sowing;
#[cfg(test)]
mod story;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<ground::Farm>(),
        Kind::of::<ground::Plot>(),
        Kind::of::<ground::PlotMeasured>(),
        Kind::of::<campaign::Campaign>(),
        Kind::of::<campaign::Plan>(),
        Kind::of::<sowing::Sowing>(),
        Kind::of::<sowing::SowingEnded>(),
        Kind::of::<operation::Operation>(),
        Kind::of::<operation::InputUse>(),
        Kind::of::<operation::Hire>(),
        Kind::of::<estimate::Forecast>(),
        Kind::of::<estimate::CropCut>(),
        Kind::of::<harvest::Harvest>(),
        Kind::of::<disaster::Disaster>(),
        Kind::of::<livestock::Birth>(),
        Kind::of::<livestock::Death>(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_has_words_in_both_languages() {
        let french = [
            include_str!("../../../../config/locale/fr/stock.toml"),
            include_str!("../../../../config/locale/fr/farms.toml"),
            include_str!("../../../../config/locale/fr/people.toml"),
        ];
        let english = [
            include_str!("../../../../config/locale/en/stock.toml"),
            include_str!("../../../../config/locale/en/farms.toml"),
            include_str!("../../../../config/locale/en/people.toml"),
        ];
        crate::kinds::stock::paper::worded(&super::kinds(), &french, &english);
    }
}
