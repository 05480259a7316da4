//! What whoever looks after the machine reads: a line for each strike of a plugin, on the standard error, where a service's
//! own log keeps it with its time.

use log::{LevelFilter, Log, Metadata, Record};
use std::io::Write;

struct Lines;

impl Log for Lines {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        about.target().starts_with("baara") // What libraries say of themselves may name addresses and files.
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let _ = writeln!(std::io::stderr(), "{}: {}", record.level(), record.args()); // A closed pipe has nobody to tell.
        }
    }

    fn flush(&self) {}
}

/// From now on the lines are written.
pub(crate) fn listen() {
    if log::set_logger(&Lines).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}
