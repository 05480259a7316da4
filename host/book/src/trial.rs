//! Folding on trial: a batch is folded in line by line, and taken back to the last byte when one of its lines is refused.
//!
//! While a trial lasts, whatever changes the book first notes how to change it back. Taking back costs by what was folded
//! in, never by the size of the book.

use crate::TheBook;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::hash::Hash;

/// Undoes one change. It finds the book as that change left it, since the newest is undone first.
pub(crate) type Back = Box<dyn FnOnce(&mut TheBook) + Send + Sync>;

/// A trial that lasts: how long the lists were that only grow, and how to undo the rest.
pub(crate) struct Trial {
    entries: usize,
    kind_names: usize,
    texts: usize,
    backs: Vec<Back>,
}

impl TheBook {
    /// Begins a trial: until [`TheBook::keep`], what is folded in can be taken back.
    pub fn try_out(&mut self) {
        let index = &self.index;
        self.trial = Some(Trial {
            entries: index.spine.len(),
            kind_names: index.kind_names.len(),
            texts: index.texts.iter().len(),
            backs: Vec::new(),
        });
    }

    /// Ends the trial: what was folded in stays.
    pub fn keep(&mut self) {
        self.trial = None;
    }

    /// Ends the trial: the book is again as it was when the trial began, byte for byte in its snapshot.
    pub fn take_back(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        trial.backs.into_iter().rev().for_each(|back| back(self));
        self.index.spine.truncate(trial.entries);
        self.index.kind_names.truncate(trial.kind_names);
        self.index.texts.truncate(trial.texts);
    }

    /// Notes how to undo the change about to be made. `how` looks at the book as it is now, and only while a trial lasts.
    pub(crate) fn note<B: FnOnce(&mut TheBook) + Send + Sync + 'static>(&mut self, how: impl FnOnce(&TheBook) -> B) {
        if self.trial.is_none() {
            return;
        }
        let back = how(self);
        if let Some(trial) = &mut self.trial {
            trial.backs.push(Box::new(back));
        }
    }
}

/// A map whose value of a key can be made what it was.
pub(crate) trait Remembers<K, V> {
    /// The value of a key as it was; without one, the key goes.
    fn put_back(&mut self, key: K, was: Option<V>);
}

impl<K: Ord, V> Remembers<K, V> for BTreeMap<K, V> {
    fn put_back(&mut self, key: K, was: Option<V>) {
        match was {
            Some(was) => self.insert(key, was),
            None => self.remove(&key),
        };
    }
}

impl<K: Eq + Hash, V> Remembers<K, V> for FxHashMap<K, V> {
    fn put_back(&mut self, key: K, was: Option<V>) {
        match was {
            Some(was) => self.insert(key, was),
            None => self.remove(&key),
        };
    }
}
