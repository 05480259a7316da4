//! The baara command.
mod config;
fn main() {}
