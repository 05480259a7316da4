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
    /// How often their secret had been reset: one reset more ends the session.
    pub(crate) resets: u64,
    /// True until they have chosen a secret in place of the code that let them in.
    pub(crate) to_choose: bool,
    began: Instant,
    seen: Instant,
}

impl Session {
    /// Somebody at the door.
    pub(crate) fn new(person: &Id, site: &str, roles: Vec<Id>, resets: u64, to_choose: bool) -> Session {
        let now = Instant::now();
        Session { person: person.clone(), site: site.to_owned(), roles, resets, to_choose, began: now, seen: now }
    }
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
    pub(crate) fn begin(&self, session: Session) -> String {
        let id = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let mut open = self.open.lock().expect("no holder panics");
        open.retain(|_, s| s.began.elapsed() < WHOLE && s.seen.elapsed() < IDLE);
        open.insert(hash(&id), session);
        id
    }

    /// Ends every session of somebody who has chosen a new secret, and begins the one they go on with.
    pub(crate) fn alone(&self, session: &Session) -> String {
        self.leave(&session.person);
        self.begin(Session { to_choose: false, ..session.clone() })
    }

    /// Ends every session of a person: what they proved no longer suffices.
    pub(crate) fn leave(&self, person: &Id) {
        self.open.lock().expect("no holder panics").retain(|_, s| s.person != *person);
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

    /// Counts a try, unless the person must still wait: how long.
    pub(crate) fn knock(&self, person: &Id) -> Result<(), Duration> {
        let mut tries = self.tries.lock().expect("no holder panics");
        let (wrong, last) = tries.entry(person.clone()).or_insert((0, Instant::now()));
        let wait = wrong.checked_sub(FREE_TRIES).map(|n| Duration::from_secs(15u64 << n.min(6)).min(LONGEST));
        match wait.and_then(|wait| wait.checked_sub(last.elapsed())).filter(|left| !left.is_zero()) {
            Some(left) => Err(left),
            None => {
                (*wrong, *last) = (*wrong + 1, Instant::now());
                Ok(())
            }
        }
    }

    /// Forgets the tries of somebody who has proved who they are.
    pub(crate) fn welcome(&self, person: &Id) {
        self.tries.lock().expect("no holder panics").remove(person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chief() -> Session {
        Session::new(&Id::new("person", "kon-chef"), "kon", Vec::new(), 0, false)
    }

    #[test]
    fn an_id_is_known_until_its_session_ends() {
        let sessions = Sessions::default();
        let id = sessions.begin(chief());
        assert_eq!(sessions.find(&id).map(|s| s.person), Some(chief().person));
        let second = sessions.begin(chief());
        assert_ne!(id, second, "each login has its own");
        assert_eq!(sessions.find("something else"), None);
        sessions.end(&id);
        assert_eq!(sessions.find(&id), None);
        let after = sessions.alone(&chief());
        assert_eq!(sessions.find(&second), None, "a new secret ends the others");
        assert!(sessions.find(&after).is_some());
    }

    #[test]
    fn wrong_secrets_make_the_door_slow_and_a_right_one_opens_it() {
        let (sessions, person) = (Sessions::default(), chief().person);
        (0..4).for_each(|_| assert_eq!(sessions.knock(&person), Ok(())));
        assert!(sessions.knock(&person).is_err_and(|left| left <= Duration::from_secs(15)));
        sessions.tries.lock().unwrap().insert(person.clone(), (40, Instant::now()));
        assert!(sessions.knock(&person).is_err_and(|left| left <= LONGEST), "never locked out for good");
        assert_eq!(sessions.knock(&Id::new("person", "kon-autre")), Ok(()), "others are not made to wait");
        sessions.welcome(&person);
        assert_eq!(sessions.knock(&person), Ok(()));
    }
}
