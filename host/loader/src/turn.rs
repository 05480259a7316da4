//! One call of a plugin at a time: who has the turn, and until when it is believed to be at work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

/// The turn of one plugin.
#[derive(Default)]
pub(crate) struct Turn {
    holder: Mutex<Option<Holder>>,
    free: Condvar,
}

struct Holder {
    thread: ThreadId,
    /// After this it is taken to hang.
    until: Instant,
}

/// Why a call gets no turn.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Busy {
    /// The same thread has it: the plugin's own question came back to it.
    Mine,
    /// Whoever has it does not come back.
    Stuck,
}

/// The turn, until dropped.
pub(crate) struct Held<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn, as long as its holder may take; the new holder may take `patience`.
    pub(crate) fn take(&self, patience: Duration) -> Result<Held<'_>, Busy> {
        let me = std::thread::current().id();
        let mut holder = self.holder();
        loop {
            let now = Instant::now();
            match &*holder {
                None => break *holder = Some(Holder { thread: me, until: now + patience }),
                Some(other) if other.thread == me => return Err(Busy::Mine),
                Some(other) if other.until <= now => return Err(Busy::Stuck),
                Some(other) => {
                    let left = other.until - now;
                    holder = self.free.wait_timeout(holder, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        Ok(Held(self))
    }

    /// The holder may take longer: it waited for us, or got more to read.
    pub(crate) fn more(&self, by: Duration) {
        if let Some(holder) = &mut *self.holder() {
            holder.until += by;
        }
    }

    fn holder(&self) -> MutexGuard<'_, Option<Holder>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.0.holder() = None;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_thread_that_has_the_turn_does_not_wait_for_itself() {
        let turn = Turn::default();
        let held = turn.take(LONG).ok();
        assert_eq!(turn.take(LONG).err(), Some(Busy::Mine));
        drop(held);
        assert!(turn.take(LONG).is_ok());
    }

    #[test]
    fn whoever_does_not_come_back_is_not_waited_for() {
        let turn = Turn::default();
        let held = turn.take(Duration::ZERO).ok();
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(turn.take(LONG).err(), Some(Busy::Stuck)));
        });
        drop(held);
        assert!(turn.take(LONG).is_ok(), "it came back after all");
    }

    #[test]
    fn others_wait_their_turn() {
        let (turn, count) = (Turn::default(), Mutex::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let held = turn.take(LONG);
                        assert!(held.is_ok());
                        *count.try_lock().expect("nobody else has the turn") += 1;
                    }
                });
            }
        });
        assert_eq!(count.into_inner().unwrap(), 800);
    }
}
