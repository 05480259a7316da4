//! The machine's time, or a practice book's.

use baara_plugin_api::Date;
use chrono::{DateTime, Local, Utc};

/// Where the desk reads the time. Mali keeps UTC all year, so the civil day is the UTC day of `at`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// The machine's.
    Machine,
    /// A practice book's year in the making: the time of each command is given.
    Practice {
        /// Milliseconds since 1970.
        at: i64,
    },
}

impl Clock {
    /// Milliseconds since 1970.
    #[must_use]
    pub fn at(self) -> i64 {
        match self {
            Clock::Machine => Utc::now().timestamp_millis(),
            Clock::Practice { at } => at,
        }
    }

    /// The site's civil day.
    #[must_use]
    pub fn today(self) -> Date {
        match self {
            Clock::Machine => Local::now().date_naive(),
            Clock::Practice { at } => DateTime::from_timestamp_millis(at).unwrap_or_default().date_naive(),
        }
    }
}
