//! The built-in record kinds, one file each subject: form, deciding, refusals and tests together.

use baara_plugin_api::Kind;

mod cash;
mod committees;
mod farms;
mod overdue;
mod people;
mod stock;
mod workshops;

pub use cash::{REVEALS, Reveal, count_is_over, figures_fit, one_device};
pub use committees::{is_spendable, standing};
pub use overdue::{PATIENCE, Patience};
pub use people::at_pay;

/// Every built-in kind, by subject, in reading order.
#[must_use]
pub fn built_in() -> Vec<Kind> {
    [
        people::kinds(),
        workshops::kinds(),
        committees::kinds(),
        farms::kinds(),
        stock::kinds(),
        cash::kinds(),
        vec![Kind::of::<overdue::Overdue>()],
    ]
    .concat()
}
