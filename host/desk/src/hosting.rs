//! How this desk runs plugins: in process or in children, and what it keeps of their conduct beside the book.

use baara_book::TheBook;
use baara_journal::health::{Health as Kept, HealthFile};
use baara_loader::{Conducts, Health, Isolation, Keep, Mode, Sandbox};
use baara_plugin_api::{Date, Id, Refusal};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Desk, people, pins};

/// What a host grants its plugins; settings of a machine, which can only be stricter than the usual.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hosting {
    /// The program that becomes a child, and its first words.
    pub runner: Vec<OsString>,
    /// Refuses plugins that a child alone would not hold.
    pub require_sandbox: bool,
    /// Refuses new plugins that no publisher known to the book has signed.
    pub require_signature: bool,
    /// Lets the plugins that `init` pinned run in the host's own process; without it, every plugin has a child.
    pub in_process: bool,
    /// Runs no plugin at all: built-in kinds alone.
    pub safe_mode: bool,
}

impl Default for Hosting {
    /// Children of this very program, as `baara plugin-runner`.
    fn default() -> Hosting {
        let program = std::env::current_exe().unwrap_or_default();
        let runner = vec![program.into(), "plugin-runner".into()];
        Hosting { runner, require_sandbox: false, require_signature: false, in_process: true, safe_mode: false }
    }
}

/// The hosting of one open book.
pub(crate) struct House {
    pub(crate) isolation: Arc<Isolation>,
    pub(crate) require_signature: bool,
    pub(crate) in_process: bool,
    pub(crate) safe_mode: bool,
}

impl House {
    pub(crate) fn new(hosting: Hosting, folder: &Path) -> House {
        let Hosting { runner, require_sandbox, require_signature, in_process, safe_mode } = hosting;
        let shelf = Shelf::open(folder.join("health.db"));
        let conducts = Conducts::new(shelf.all(), Arc::new(shelf));
        let isolation = Isolation { require_sandbox, ..Isolation::new(runner, conducts) };
        House { isolation: Arc::new(isolation), require_signature, in_process, safe_mode }
    }

    /// Where a plugin runs that is pinned like this: in process is for what `init` pinned.
    pub(crate) fn mode(&self, pinned_in_process: bool) -> Mode {
        if pinned_in_process && self.in_process { Mode::InProcess } else { Mode::Child }
    }
}

/// `health.db`, made when there is something to keep. It is no part of the book: a damaged one is begun again, and a
/// disk that takes nothing costs the memory of a strike, not the work.
struct Shelf {
    path: PathBuf,
    file: Mutex<Option<HealthFile>>,
}

impl Shelf {
    fn open(path: PathBuf) -> Shelf {
        let opened = || HealthFile::open(&path).and_then(|file| file.all().map(|_| file));
        let file = if path.exists() { opened().ok() } else { None };
        if file.is_none() {
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{ending}", path.display())); // Begun again when needed.
            }
        }
        Shelf { path, file: Mutex::new(file) }
    }

    fn all(&self) -> Vec<(String, Health)> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = file.as_ref().and_then(|file| file.all().ok()).unwrap_or_default();
        kept.into_iter()
            .map(|kept| {
                let Kept { sha256, strikes, fault, signal, words, quarantined_by, demoted } = kept;
                (sha256, Health { strikes, last_fault: fault, last_signal: signal, last_words: words, quarantined_by, demoted })
            })
            .collect()
    }
}

impl Keep for Shelf {
    fn keep(&self, sha256: &str, health: &Health) {
        let Health { strikes, last_fault, last_signal, last_words, quarantined_by, demoted } = health.clone();
        let kept =
            Kept { sha256: sha256.to_owned(), strikes, fault: last_fault, signal: last_signal, words: last_words, quarantined_by, demoted };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = HealthFile::create(&self.path).ok();
        }
        if file.as_mut().is_some_and(|file| file.keep(&kept).is_err()) {
            *file = None; // A file that failed once is not believed again.
        }
    }
}

/// Remembers nothing of a file beyond the moment: for looking at it before it is anybody's.
struct Forgets;

impl Keep for Forgets {
    fn keep(&self, _: &str, _: &Health) {}
}

/// A conduct that ends with whoever looks.
pub(crate) fn passing() -> Conducts {
    Conducts::new([], Arc::new(Forgets))
}

impl Desk {
    /// What holds the children of this machine, found by trying.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        self.shared.house.isolation.sandbox()
    }

    /// Sets a plugin aside on this machine, in a person's name: it is not called until somebody releases it.
    ///
    /// It is the machine's state and no entry: no figure and no right depends on it, since replay calls no plugin, and
    /// the pin, which other people endorsed, stands. Who may propose a pin may do it.
    ///
    /// # Errors
    /// When there is no such plugin, or the person may not.
    pub fn quarantine_plugin(&self, plugin: &str, person: &Id, today: Date) -> Result<(), Refusal> {
        let sha256 = self.pinned_file(plugin, person, today)?;
        self.shared.house.isolation.conducts.quarantine(&sha256, person.as_str());
        Ok(())
    }

    /// Lets a plugin work again that was set aside: its strikes are forgiven.
    ///
    /// # Errors
    /// When there is no such plugin, or the person may not.
    pub fn release_plugin(&self, plugin: &str, person: &Id, today: Date) -> Result<(), Refusal> {
        let sha256 = self.pinned_file(plugin, person, today)?;
        self.shared.house.isolation.conducts.release(&sha256);
        Ok(())
    }

    fn pinned_file(&self, plugin: &str, person: &Id, today: Date) -> Result<String, Refusal> {
        may_pin(&self.book(), person, today)?;
        let registry = self.registry();
        let found = registry.plugins().find(|(declared, ..)| declared.id == plugin);
        found.map(|(_, sha256, _)| sha256.to_owned()).ok_or_else(|| Refusal::new("thing/unknown").with("thing", plugin))
    }
}

fn may_pin(book: &TheBook, person: &Id, today: Date) -> Result<(), Refusal> {
    people::role_for(book, &book.home(person, today), person, None, pins::PIN, today).map(|_| ())
}
