//! How a host holds its plugins: who runs the children, what they may take, and what is remembered of each file.

use std::ffi::OsString;
use std::time::Duration;

use crate::budget::Budgets;
use crate::child;
use crate::conduct::Conducts;

/// Where a plugin runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// In the host's own process: quick, and trusted with its life.
    InProcess,
    /// In a process of its own, which may do next to nothing.
    Child,
}

/// What a host gives and asks when it loads plugins.
pub struct Isolation {
    /// The program that becomes a child, and its first words: `baara plugin-runner`. It calls [`run_child`](crate::run_child).
    pub runner: Vec<OsString>,
    /// Refuses children that only a process boundary would hold.
    pub require_sandbox: bool,
    /// How long things may take.
    pub budgets: Budgets,
    /// How long a child that ended rests after its first, second and later ends in a row.
    pub rests: [Duration; 3],
    /// What is known of each file.
    pub conducts: Conducts,
}

impl Isolation {
    /// The usual measures, with this runner.
    pub fn new(runner: Vec<OsString>, conducts: Conducts) -> Isolation {
        Isolation {
            runner,
            require_sandbox: false,
            budgets: Budgets::default(),
            rests: [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(10)],
            conducts,
        }
    }

    /// What holds a child on this machine, as a child without a plugin found by trying; nothing if none can be started.
    pub fn sandbox(&self) -> Sandbox {
        child::probe(self)
    }
}

/// What holds a child beside its process boundary. Each is believed only after a forbidden act was seen to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sandbox {
    /// Landlock: no file but system libraries and the plugin's own.
    pub landlock: bool,
    /// Seccomp: no system call but those a computation needs.
    pub seccomp: bool,
}

impl Sandbox {
    /// Whether both hold; else a child is crash isolation only.
    pub fn is_whole(self) -> bool {
        self.landlock && self.seccomp
    }

    /// What is missing, in words for a log.
    pub(crate) fn missing(self) -> &'static str {
        match (self.landlock, self.seccomp) {
            (true, true) => "",
            (true, false) => "seccomp",
            (false, true) => "landlock",
            (false, false) => "landlock, seccomp",
        }
    }
}
