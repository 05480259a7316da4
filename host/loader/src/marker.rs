//! A byte beside each file that runs in process: set while it runs, so that a program it ended finds out at the next start.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The marker of one copy. It outlives this process, not a power cut: a plugin cannot cut the power.
pub(crate) struct Marker(File);

impl Marker {
    /// The marker beside a copy, and whether the last program that ran it ended there. Asked once a process and copy:
    /// after that a set marker is a call of our own.
    pub(crate) fn beside(copy: &Path) -> io::Result<(Arc<Marker>, bool)> {
        static KNOWN: Mutex<BTreeMap<PathBuf, Arc<Marker>>> = Mutex::new(BTreeMap::new());
        let path = copy.with_extension("running");
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(marker) = known.get(&path) {
            return Ok((marker.clone(), false));
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let mut byte = [0];
        let died = file.read_at(&mut byte, 0)? == 1 && byte[0] != 0;
        let marker = Arc::new(Marker(file));
        marker.set(false);
        known.insert(path, marker.clone());
        Ok((marker, died))
    }

    /// Says whether the plugin runs.
    pub(crate) fn set(&self, runs: bool) {
        let _ = self.0.write_at(&[u8::from(runs)], 0); // A full disk costs the warning, not the work.
    }
}
