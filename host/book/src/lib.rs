#![doc = include_str!("../README.md")]

pub mod allot;
mod digest;
pub mod entry;
pub mod guards;
pub mod kinds;
pub mod places;
mod questions;
pub mod reversal;
mod world;

pub use entry::Entry;
pub use questions::{REFERENCE, View};
pub use world::{TheBook, command_key, month_of};
