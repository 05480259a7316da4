//! What every trade's batch shares: goods taken and made, use beside expectation, motive, rejects, cure and lot.
//!
//! A trade reads its dated figures ([`Figures`]), says what it expects of each input ([`Expected`]), and hands all of it
//! to a [`Run`], which asks for the motive, writes the batch and its lots down, and warns. The plain forms of the core
//! and the native trades take this one path, so their batches lie side by side and one history serves them all.
//!
//! The refusals given here are the core's, `batch/…`, `goods/…` and `trade/…`: their words are the host's.

mod declared;
mod expected;
mod figures;
mod goods;
mod hands;
mod past;
mod run;
mod tables;

pub use declared::{Declared, Making, Planned, Reckoned, Taking};
pub use expected::{Expected, Measured, measure};
pub use figures::{FIGURE_REFUSALS, Figure, Figures};
pub use goods::{Input, Made, good, lot_of, used, with_lot};
pub use hands::{is_hazardous, is_unfit};
pub use past::Past;
pub use run::{Oddity, Product, REFUSALS, Run, writes};
pub use tables::{asked, both_languages, ledger, ledger_form, sheet, sheet_form, sheet_form_refusing};
