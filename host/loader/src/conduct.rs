//! How a file behaved: its strikes, how it last ended, what it said then, and whether it is in quarantine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::fault::PluginFault;

/// So many strikes within [`WINDOW_MS`] put a file in quarantine.
const STRIKES: usize = 3;
/// Ten minutes.
const WINDOW_MS: u64 = 600_000;
/// Of what a plugin said last, no more is kept.
pub(crate) const WORDS_BYTES: usize = 4096;

/// What is known of a file's conduct on this machine, by its hash: a new file starts clean.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Health {
    /// When it struck, in milliseconds since 1970, oldest first; only what still counts.
    pub strikes: Vec<i64>,
    /// The code of its last strike; empty for none.
    pub last_fault: String,
    /// The signal that ended it last, by name; empty for none.
    pub last_signal: String,
    /// The last of what it printed before that, at most 4 kB.
    pub last_words: String,
    /// Who set it aside: `host` after its strikes, else a person.
    pub quarantined_by: Option<String>,
    /// It hung or ended the program in process, so it runs in a child.
    pub demoted: bool,
}

/// Keeps what changed, so that a restart does not walk into the same hole.
pub trait Keep: Send + Sync {
    /// Keeps the health of the file with this hash. Must not fail aloud: a plugin's health stops no work.
    fn keep(&self, sha256: &str, health: &Health);
}

/// Keeps nothing beyond this process.
impl Keep for () {
    fn keep(&self, _: &str, _: &Health) {}
}

/// The conduct of every file, shared by all that were loaded from it.
pub struct Conducts {
    known: Mutex<BTreeMap<String, Arc<Conduct>>>,
    keep: Arc<dyn Keep>,
}

/// The conduct of one file.
pub(crate) struct Conduct {
    sha256: String,
    health: Mutex<Health>,
    keep: Arc<dyn Keep>,
}

impl Conducts {
    /// What was kept before, and where to keep what comes.
    pub fn new(kept: impl IntoIterator<Item = (String, Health)>, keep: Arc<dyn Keep>) -> Conducts {
        let known = kept.into_iter().map(|(sha256, health)| {
            let conduct = Conduct { sha256: sha256.clone(), health: Mutex::new(health), keep: keep.clone() };
            (sha256, Arc::new(conduct))
        });
        Conducts { known: Mutex::new(known.collect()), keep }
    }

    /// What is known of a file.
    pub fn health(&self, sha256: &str) -> Health {
        self.of(sha256).health().clone()
    }

    /// Sets a file aside in somebody's name.
    pub fn quarantine(&self, sha256: &str, by: &str) {
        self.of(sha256).change(|health| health.quarantined_by = Some(by.to_owned()));
    }

    /// Lets a file work again: its strikes are forgiven, what it last said is kept.
    pub fn release(&self, sha256: &str) {
        self.of(sha256).change(|health| {
            health.strikes.clear();
            health.quarantined_by = None;
            health.demoted = false;
        });
    }

    pub(crate) fn of(&self, sha256: &str) -> Arc<Conduct> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Conduct { sha256: sha256.to_owned(), health: Mutex::default(), keep: self.keep.clone() });
        known.entry(sha256.to_owned()).or_insert_with(new).clone()
    }
}

impl Default for Conducts {
    /// Of a process that keeps nothing.
    fn default() -> Conducts {
        Conducts::new([], Arc::new(()))
    }
}

impl Conduct {
    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The strikes for which it is called no more.
    pub(crate) fn quarantine(&self) -> Option<PluginFault> {
        let health = self.health();
        health.quarantined_by.as_ref().map(|_| PluginFault::Quarantined { strikes: count(&health) })
    }

    pub(crate) fn strikes(&self) -> u32 {
        count(&self.health())
    }

    pub(crate) fn strike(&self, fault: &PluginFault) {
        self.strike_at(fault, now_ms());
    }

    fn strike_at(&self, fault: &PluginFault, now: i64) {
        self.change(|health| {
            // A clock that jumps makes old strikes count no longer, never for ever.
            health.strikes.retain(|at| now.abs_diff(*at) < WINDOW_MS);
            health.strikes.push(now);
            fault.code().clone_into(&mut health.last_fault);
            if let PluginFault::Crashed { ending, words } = fault {
                health.last_signal = ending.to_string();
                health.last_words.clone_from(words);
            }
            if health.strikes.len() >= STRIKES && health.quarantined_by.is_none() {
                health.quarantined_by = Some("host".to_owned());
            }
        });
    }

    /// It hung, or ended the program, in process: from the next start it runs in a child.
    pub(crate) fn demote(&self) {
        self.change(|health| health.demoted = true);
    }

    fn change(&self, change: impl FnOnce(&mut Health)) {
        let mut health = self.health();
        change(&mut health);
        self.keep.keep(&self.sha256, &health);
    }
}

fn count(health: &Health) -> u32 {
    u32::try_from(health.strikes.len()).unwrap_or(u32::MAX)
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn strikes_at(minutes: &[i64]) -> bool {
        let conducts = Conducts::default();
        let conduct = conducts.of("a");
        minutes.iter().for_each(|minute| conduct.strike_at(&PluginFault::TimedOut { budget_ms: 1 }, minute * MINUTE));
        conduct.quarantine().is_some()
    }

    #[test]
    fn three_strikes_in_ten_minutes_are_enough() {
        assert!(strikes_at(&[0, 4, 9]));
        assert!(!strikes_at(&[0, 9]));
        assert!(!strikes_at(&[0, 6, 12]), "the first is forgotten");
        assert!(strikes_at(&[0, 6, 12, 15]));
        assert!(!strikes_at(&[90, 80, 20]), "a clock set back");
    }

    #[test]
    fn what_a_file_did_is_known_to_all_who_loaded_it_and_kept() {
        struct Shelf(Mutex<BTreeMap<String, Health>>);
        impl Keep for Shelf {
            fn keep(&self, sha256: &str, health: &Health) {
                self.0.lock().unwrap().insert(sha256.to_owned(), health.clone());
            }
        }
        let shelf = Arc::new(Shelf(Mutex::default()));
        let conducts = Conducts::new([], shelf.clone());
        let fault = PluginFault::TimedOut { budget_ms: 1 };
        (0..3).for_each(|_| conducts.of("a").strike(&fault));
        assert_eq!(conducts.of("a").quarantine(), Some(PluginFault::Quarantined { strikes: 3 }));
        assert_eq!(conducts.of("b").quarantine(), None);
        let kept = shelf.0.lock().unwrap().clone();
        let again = Conducts::new(kept, shelf);
        assert_eq!(again.health("a").last_fault, "plugin/timed-out");
        assert_eq!(again.health("a").quarantined_by.as_deref(), Some("host"));
        again.release("a");
        assert_eq!(again.of("a").quarantine(), None);
        again.quarantine("a", "person/x");
        assert_eq!(again.of("a").quarantine(), Some(PluginFault::Quarantined { strikes: 0 }));
    }
}
