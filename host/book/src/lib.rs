#![doc = include_str!("../README.md")]

pub mod allot;
mod digest;
pub mod entry;
pub mod guards;
pub mod kinds;
mod pack;
pub mod places;
mod questions;
pub mod reversal;
mod shelf;
mod snapshot;
mod trial;
mod world;

pub use entry::Entry;
pub use questions::{REFERENCE, Sum, View};
pub use world::{TheBook, month_of};
