//! What the desk takes and what it answers.

use crate::reading::Source;
use crate::{Clock, Fault};
use baara_plugin_api::{Date, FieldError, Id, Map, Refusal};

/// A filled-in form on its way to the desk.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Made by the client, time-ordered (UUIDv7); empty lets the desk make one.
    pub id: String,
    /// The facility's code.
    pub site: String,
    /// The record kind, with or without its version.
    pub kind: String,
    /// The day it happened; today when absent.
    pub date: Option<Date>,
    /// The person who acts.
    pub person: Id,
    /// In which role; the first of the person's roles that may do it, when absent.
    pub role: Option<Id>,
    /// The decision whose leave it uses.
    pub leave: Option<Id>,
    /// The form.
    pub fields: Map,
    /// How the fields were written.
    pub source: Source,
    /// The time.
    pub clock: Clock,
}

impl Submission {
    /// A submission of now, as people type.
    #[must_use]
    pub fn new(site: &str, kind: &str, person: &Id, fields: Map) -> Submission {
        Submission {
            id: String::new(),
            site: site.to_owned(),
            kind: kind.to_owned(),
            date: None,
            person: person.clone(),
            role: None,
            leave: None,
            fields,
            source: Source::People,
            clock: Clock::Machine,
        }
    }
}

/// What became of a submission.
#[derive(Debug)]
pub enum Answer {
    /// It is durable and has taken effect.
    Recorded(Recorded),
    /// It is durable and waits for other people.
    Waiting(Waiting),
    /// Fields could not be read.
    Fields(Vec<FieldError>),
    /// The business says no.
    Refused(Refusal),
    /// The world failed us.
    Fault(Fault),
}

/// An entry that took effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Its place in the journal.
    pub seq: u64,
    /// Its leaf hash in hex: the printed code.
    pub code: String,
    /// The things it opened.
    pub opened: Vec<Id>,
    /// The number it took, as printed.
    pub number: Option<String>,
    /// The codes of warnings it recorded.
    pub warnings: Vec<String>,
    /// Whose visa it still needs.
    pub visa: Vec<String>,
    /// True when the same command had been recorded before.
    pub again: bool,
}

/// An intention that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Its place in the journal.
    pub seq: u64,
    /// Its leaf hash in hex.
    pub code: String,
    /// The proposal.
    pub proposal: Id,
    /// Who must still endorse: roles, `a|b` for either.
    pub needs: Vec<String>,
}

impl Answer {
    /// The seq, when something was recorded.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Answer::Recorded(recorded) => Some(recorded.seq),
            Answer::Waiting(waiting) => Some(waiting.seq),
            _ => None,
        }
    }

    /// True when nothing was recorded.
    #[must_use]
    pub fn is_no(&self) -> bool {
        self.seq().is_none()
    }
}
