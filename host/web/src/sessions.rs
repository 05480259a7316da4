//! Who is here: opaque ids in a cookie, of which only the hash is kept, and a slow door for wrong secrets.
//!
//! Sessions live as long as the program: after a power cut people sign in again.

use baara_plugin_api::Id;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long a session lasts when nobody touches it: the phone may be somebody else's.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long it lasts at most.
const WHOLE: Duration = Duration::from_secs(12 * 60 * 60);
/// Wrong secrets before a person has to wait.
const FREE_TRIES: u32 = 4;
/// The longest wait: nobody is ever locked out for good, not even the last supervisor.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// A signed-in person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Session {
    /// Who.
    pub(crate) person: Id,
    /// At which facility.
    pub(crate) site: String,
    /// The roles they had at login: when these change, the id changes.
    pub(crate) roles: Vec<Id>,
    began: Instant,
    seen: Instant,
}

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
    tries: Mutex<HashMap<Id, (u32, Instant)>>,
}

fn hash(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

impl Sessions {
    /// Begins a session and gives its id, which only the browser keeps.
    pub(crate) fn begin(&self, person: &Id, site: &str, roles: Vec<Id>) -> String {
        let id = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let now = Instant::now();
        let session = Session { person: person.clone(), site: site.to_owned(), roles, began: now, seen: now };
        let mut open = self.open.lock().expect("no holder panics");
        open.retain(|_, s| s.began.elapsed() < WHOLE && s.seen.elapsed() < IDLE);
        open.insert(hash(&id), session);
        id
    }

    /// The session of an id, if it still lasts.
    pub(crate) fn find(&self, id: &str) -> Option<Session> {
        let mut open = self.open.lock().expect("no holder panics");
        let session = open.get_mut(&hash(id))?;
        if session.began.elapsed() > WHOLE || session.seen.elapsed() > IDLE {
            open.remove(&hash(id));
            return None;
        }
        session.seen = Instant::now();
        Some(session.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.open.lock().expect("no holder panics").remove(&hash(id));
    }

    /// How long a person must still wait before another try; nothing when they may try.
    pub(crate) fn wait(&self, person: &Id) -> Option<Duration> {
        let tries = self.tries.lock().expect("no holder panics");
        let (wrong, last) = tries.get(person)?;
        let doubled = wrong.checked_sub(FREE_TRIES).map(|n| Duration::from_secs(15u64 << n.min(6)).min(LONGEST))?;
        doubled.checked_sub(last.elapsed()).filter(|left| !left.is_zero())
    }

    /// Remembers a try.
    pub(crate) fn tried(&self, person: &Id, right: bool) {
        let mut tries = self.tries.lock().expect("no holder panics");
        if right {
            tries.remove(person);
        } else {
            let (wrong, last) = tries.entry(person.clone()).or_insert((0, Instant::now()));
            (*wrong, *last) = (*wrong + 1, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_until_its_session_ends() {
        let sessions = Sessions::default();
        let person = Id::new("person", "kon-chef");
        let id = sessions.begin(&person, "kon", Vec::new());
        assert_eq!(sessions.find(&id).map(|s| s.person), Some(person));
        assert_ne!(id, sessions.begin(&Id::new("person", "kon-chef"), "kon", Vec::new()), "each login has its own");
        assert_eq!(sessions.find("something else"), None);
        sessions.end(&id);
        assert_eq!(sessions.find(&id), None);
    }

    #[test]
    fn wrong_secrets_make_the_door_slow_and_a_right_one_opens_it() {
        let (sessions, person) = (Sessions::default(), Id::new("person", "kon-chef"));
        for _ in 0..4 {
            assert_eq!(sessions.wait(&person), None);
            sessions.tried(&person, false);
        }
        assert!(sessions.wait(&person).is_some_and(|left| left <= Duration::from_secs(15)));
        (0..40).for_each(|_| sessions.tried(&person, false));
        assert!(sessions.wait(&person).is_some_and(|left| left <= LONGEST), "never locked out for good");
        sessions.tried(&person, true);
        assert_eq!(sessions.wait(&person), None);
        assert_eq!(sessions.wait(&Id::new("person", "kon-autre")), None, "others are not made to wait");
    }
}
