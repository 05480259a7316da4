//! The time of a visit: the machine's, or a practice book's, which goes on from its last entry.

use baara_desk::{Clock, Desk};
use std::time::Instant;

/// Where visits read the time.
pub(crate) enum Time {
    /// The machine's.
    Machine,
    /// A practice year goes on from where it stands.
    Practice { from: i64, since: Instant },
}

impl Time {
    /// The time of a book: a practice book plays on at the hour of its last entry.
    pub(crate) fn of(desk: &Desk) -> Time {
        let last = desk.book().size();
        let from = if desk.is_practice() { desk.entry(last).ok().flatten().map(|(entry, _)| entry.at) } else { None };
        from.map_or(Time::Machine, |from| Time::Practice { from, since: Instant::now() })
    }

    /// Now.
    pub(crate) fn now(&self) -> Clock {
        match self {
            Time::Machine => Clock::Machine,
            Time::Practice { from, since } => Clock::Practice { at: from + i64::try_from(since.elapsed().as_millis()).unwrap_or(0) },
        }
    }
}
