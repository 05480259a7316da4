//! Scenarios across rooms: behaviour told in the user's words, run through the desk, the journal and real plugin files.

mod decade;
mod fixture;
mod measured;
mod no_room;
mod scenario;
mod scratch;
mod served;
mod shop;

pub use decade::{Decade, SITE};
pub use fixture::{DAY_ONE, Fixture, hosting, library, plugin_files, project, roles};
pub use measured::{Measured, best, rate};
pub use no_room::without_room;
pub use scenario::{Failure, Story, Told, run_file};
pub use scratch::Scratch;
pub use served::{Browser, Came, Served, coded, entry_of};
pub use shop::Shop;
