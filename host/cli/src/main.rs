//! The baara command.
fn main() {}
