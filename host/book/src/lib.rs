#![doc = include_str!("../README.md")]

mod digest;
pub mod entry;
pub mod kinds;
mod ledger;
mod pack;
mod questions;
pub mod reversal;
mod shelf;
mod snapshot;
mod trial;
mod world;

// They judge this book, and lie beside the contract so that an author's tests judge by them too.
pub use baara_plugin_api::ledger::REFERENCE;
pub use baara_plugin_api::{allot, guards, places};
pub use entry::Entry;
pub use questions::{Sum, View};
pub use world::{TheBook, month_of};
