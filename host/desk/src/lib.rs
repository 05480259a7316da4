#![doc = include_str!("../README.md")]

mod again;
mod answers;
mod clock;
mod copies;
mod corrections;
mod desk;
pub mod exports;
mod fault;
mod founding;
mod health;
mod intentions;
mod judge;
mod people;
mod pins;
mod plugins;
mod proposing;
mod reading;
mod registry;
mod secrets;
mod snapshots;
mod sweeps;
mod writer;

pub use answers::{Answer, Recorded, Submission, Waiting};
pub use clock::Clock;
pub use copies::{Damage, Verified, restore, verify};
pub use corrections::why_not_alone;
pub use desk::Desk;
pub use fault::Fault;
pub use founding::{Founding, Member, Wanted};
pub use health::{Backup, Health, LOW_DISK};
pub use judge::opened_things;
pub use people::{may_endorse, may_record, roles_of, waiting_at};
pub use pins::{OWN_PLUGINS, plugin_file};
pub use reading::{Source, fold, read_fields};
pub use registry::{Registry, host_kinds};
pub use secrets::{Codes, Proved, Unproved, resets};
