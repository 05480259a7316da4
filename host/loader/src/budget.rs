//! How long a plugin may take, and how that grows with what it is given.

use baara_plugin_api::limits::QUESTIONS;
use std::time::{Duration, Instant};

/// How long each thing may take. At the budget the plugin is asked to stop; a child is killed at twice the budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// To load: 2 s.
    pub load: Duration,
    /// To describe itself: 500 ms.
    pub describe: Duration,
    /// To answer a message: 1 s, and 1 µs for each byte it is given; an eighth of that in a child after an answer that never
    /// came. Waiting for the host's answers does not count.
    pub call: Duration,
    /// How many questions one call may put.
    pub questions: u32,
}

impl Default for Budgets {
    fn default() -> Budgets {
        let (load, describe, call) = (Duration::from_secs(2), Duration::from_millis(500), Duration::from_secs(1));
        Budgets { load, describe, call, questions: QUESTIONS }
    }
}

/// What one call has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(crate) budget: Duration,
    start: Instant,
    questions: u32,
}

impl Allowance {
    /// So much time, and no question.
    pub(crate) fn new(budget: Duration) -> Allowance {
        Allowance { budget, start: Instant::now(), questions: 0 }
    }

    /// The same with so many questions.
    pub(crate) fn asking(self, questions: u32) -> Allowance {
        Allowance { questions, ..self }
    }

    /// One question less; false when none was left.
    pub(crate) fn may_ask(&mut self) -> bool {
        let may = self.questions > 0;
        self.questions = self.questions.saturating_sub(1);
        may
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
