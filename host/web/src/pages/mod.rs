//! One file a page; each is a plain function from a visit to what goes back.

pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod attendance;
pub(crate) mod cash;
pub(crate) mod correct;
pub(crate) mod counting;
pub(crate) mod dashboard;
pub(crate) mod entrance;
pub(crate) mod entry;
pub(crate) mod grid;
pub(crate) mod harvest;
pub(crate) mod health;
pub(crate) mod journal;
pub(crate) mod papers;
pub(crate) mod problems;
pub(crate) mod production;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod reports;
pub(crate) mod sale;
pub(crate) mod sheets;
pub(crate) mod store;
pub(crate) mod tables;
pub(crate) mod things;
pub(crate) mod today;
pub(crate) mod visas;
