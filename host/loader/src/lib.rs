#![doc = include_str!("../README.md")]

mod arena;
mod around;
mod budget;
mod child;
mod conduct;
mod fault;
mod frame;
mod inside;
mod inspect;
mod isolation;
mod load;
mod loaded;
mod marker;
mod refused;
mod runner;
mod sandbox;
mod signature;
mod turn;

pub use budget::Budgets;
pub use conduct::{Conducts, Health, Keep};
pub use fault::{Ending, Misdeed, PluginFault};
pub use inspect::{Inspected, MAX_FILE_BYTES, inspect, search};
pub use isolation::{Isolation, Mode, Sandbox};
pub use load::{load, load_to_look};
pub use loaded::{Answers, Loaded, Reply};
pub use refused::{PluginRefused, Why};
pub use runner::run_child;
pub use signature::{NoSignature, PublisherKey, Signature};
