//! How long a plugin may take, and how that grows with what it is given.

use std::time::{Duration, Instant};

/// How long each thing may take. At the budget the plugin is asked to stop; a child is killed at twice the budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// To load: 2 s.
    pub load: Duration,
    /// To describe itself: 500 ms.
    pub describe: Duration,
    /// To answer a message: 1 s, and 1 µs for each byte it is given. Waiting for the host's answers does not count.
    pub call: Duration,
}

impl Default for Budgets {
    fn default() -> Budgets {
        Budgets { load: Duration::from_secs(2), describe: Duration::from_millis(500), call: Duration::from_secs(1) }
    }
}

/// What one call has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(crate) budget: Duration,
    start: Instant,
}

impl Allowance {
    pub(crate) fn new(budget: Duration) -> Allowance {
        Allowance { budget, start: Instant::now() }
    }

    /// More to read is more time; how much.
    pub(crate) fn read(&mut self, bytes: usize) -> Duration {
        let more = for_bytes(bytes);
        self.budget += more;
        more
    }

    /// Time that was not the plugin's own.
    pub(crate) fn waited(&mut self, time: Duration) {
        self.start += time;
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.start.elapsed() >= self.budget
    }

    /// What is left until the child is killed.
    pub(crate) fn left(&self) -> Option<Duration> {
        (self.budget * 2).checked_sub(self.start.elapsed()).filter(|left| !left.is_zero())
    }
}

/// What so many bytes add to a budget.
pub(crate) fn for_bytes(bytes: usize) -> Duration {
    Duration::from_micros(bytes as u64)
}
