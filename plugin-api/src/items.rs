//! Items that the core itself counts with.

use crate::Id;

/// Francs.
#[must_use]
pub fn xof() -> Id {
    Id::new("item", "xof")
}

/// A committee's leave to spend, in francs.
#[must_use]
pub fn leave() -> Id {
    Id::new("item", "leave")
}

/// Half-days of work.
#[must_use]
pub fn half_days() -> Id {
    Id::new("item", "half-days")
}

/// Half-days times the points in force that day: what a pot is shared by.
#[must_use]
pub fn points() -> Id {
    Id::new("item", "points")
}
