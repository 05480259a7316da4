#![doc = include_str!("../README.md")]

mod arena;
mod call;
mod fault;
mod inspect;
mod load;
mod refused;

pub use call::{Answers, Loaded, Reply};
pub use fault::{Misdeed, PluginFault};
pub use inspect::{Inspected, MAX_FILE_BYTES, inspect, search};
pub use load::load;
pub use refused::{PluginRefused, Why};
