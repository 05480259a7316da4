#![doc = include_str!("../README.md")]

mod fault;
mod hash;
pub mod health;
mod journal;
pub mod sealed;
mod store;
pub mod tree;
mod verification;

#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use hash::{Hash, hex, leaf_hash};
pub use journal::{FORMAT, Head, Journal, MAX_ENTRY_BYTES, Record, import_copy};
pub use sealed::{Salt, Seal, Sealed, seal};
pub use store::TIDY_AT_BYTES;
pub use verification::{Damage, DamageKind, Verification};
