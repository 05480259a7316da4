//! What a reviewer asks of a plugin's file before a book lets it in: named cases, each fit to run in its own process.
//!
//! The loader, the reading, the grants and the guards are those of a book that works; only the book is made up. The book, the
//! forms and the laws are those of an author's own tests.

mod behaviour;
mod file;
mod loading;
mod practice;

use crate::Hosting;
use crate::hosting::passing;
use baara_loader::{Isolation, Sandbox};
use baara_plugin_api::Refusal;
use baara_plugin_api::laws::broken as wrong;
use std::path::Path;

/// One thing that is looked at.
pub struct Case {
    /// Its name, `exports`.
    pub name: &'static str,
    /// How far it goes: 1 reads the file, 2 loads it, 3 makes it work.
    pub level: u8,
    /// Whether two processes must show the same.
    pub twice: bool,
    run: fn(&Path, &Path) -> Verdict,
}

/// What a case shows, to be compared when it is run in two processes; or what is wrong.
pub type Verdict = Result<String, Refusal>;

impl Case {
    /// Looks at a file. The folder is the case's own: copies of the file are kept there.
    ///
    /// # Errors
    /// What is wrong with the file, under `check/…` or `plugin/…`.
    pub fn run(&self, file: &Path, folder: &Path) -> Verdict {
        (self.run)(file, folder)
    }
}

const fn case(name: &'static str, level: u8, run: fn(&Path, &Path) -> Verdict) -> Case {
    Case { name, level, twice: false, run }
}

/// Every case, in the order of the levels: a file that fails one level is not taken to the next.
pub const CASES: &[Case] = &[
    case("manifest", 1, file::manifest),
    case("exports", 1, file::exports),
    case("imports", 1, file::imports),
    case("libraries", 1, file::libraries),
    case("stack", 1, file::stack),
    case("load", 2, loading::load),
    Case { twice: true, ..case("description", 2, loading::description) },
    case("words", 2, loading::words),
    case("grants", 2, loading::grants),
    case("threads", 2, loading::threads),
    case("files", 2, loading::files),
    case("commands", 3, behaviour::commands),
    Case { twice: true, ..case("answers", 3, behaviour::answers) },
    case("refusals", 3, behaviour::refusals),
    case("effects", 3, behaviour::effects),
    case("splits", 3, behaviour::splits),
    case("hostile", 3, behaviour::hostile),
    case("reads", 3, behaviour::reads),
    case("time", 3, behaviour::time),
    case("leaks", 3, behaviour::leaks),
];

/// What holds the process of a case on this machine, found by trying.
#[must_use]
pub fn sandbox() -> Sandbox {
    Isolation::new(Hosting::default().runner, passing()).sandbox()
}

/// A case by its name.
#[must_use]
pub fn case_named(name: &str) -> Option<&'static Case> {
    CASES.iter().find(|case| case.name == name)
}
