#![doc = include_str!("../README.md")]

mod answers;
mod charts;
mod clock;
mod form;
mod gate;
mod layout;
mod pages;
mod pairs;
mod routes;
mod serve;
mod sessions;
mod spoken;
mod tls;
mod visit;

pub use routes::addresses;
pub use serve::{Settings, serve};
pub use tls::Certificate;
