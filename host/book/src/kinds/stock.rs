//! The record kinds of stores: what is kept, moved, lost, eaten, given and sent to another facility.

use baara_plugin_api::Kind;

mod container;
pub(super) mod goods;
mod kitchen;
pub(super) mod loss;
#[cfg(test)]
pub(super) mod paper;
mod parties;
mod store;
mod transfer;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<store::OpenStore>(),
        Kind::of::<store::StockMove>(),
        Kind::of::<container::Calibration>(),
        Kind::of::<loss::Loss>(),
        Kind::of::<loss::LossDecided>(),
        Kind::of::<kitchen::Kitchen>(),
        Kind::of::<kitchen::Gift>(),
        Kind::of::<transfer::Dispatch>(),
        Kind::of::<transfer::Reception>(),
        Kind::of::<transfer::DispatchReceived>(),
        Kind::of::<transfer::TransitShort>(),
        Kind::of::<parties::Supplier>(),
        Kind::of::<parties::Customer>(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_has_words_in_both_languages() {
        let french = [include_str!("../../../../config/locale/fr/stock.toml")];
        let english = [include_str!("../../../../config/locale/en/stock.toml")];
        crate::kinds::stock::paper::worded(&super::kinds(), &french, &english);
    }
}
