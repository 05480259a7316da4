//! One request: who asks, in which language, what was typed; and the book held still while its page is written.

use crate::answers::Problem;
use crate::clock::Time;
use crate::pairs::Pairs;
use crate::sessions::{Session, Sessions};
use crate::spoken::{Dictionaries, Spoken};
use baara_book::TheBook;
use baara_desk::{Answer, Clock, Desk, Proved, Submission, Unproved};
use baara_plugin_api::{Amount, Date, Id, Map, Refusal};
use baara_reports::{Language, Said, Words, shown_amount};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The name of the cookie that carries a session.
pub(crate) const COOKIE: &str = "baara";

/// What all visits share.
pub(crate) struct Web {
    pub(crate) desk: Arc<Desk>,
    pub(crate) spoken: Spoken,
    pub(crate) sessions: Sessions,
    pub(crate) time: Time,
    pub(crate) hosts: Vec<String>,
    /// True when pages travel over TLS.
    pub(crate) secure: bool,
}

impl Web {
    /// How the addresses of our pages begin.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The cookie that carries a session: for this machine's own pages alone, by the way they travel; no script reads it.
    pub(crate) fn cookie(&self, id: &str) -> String {
        format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict{}", self.only_secure())
    }

    /// What a cookie says that must not travel in clear.
    pub(crate) fn only_secure(&self) -> &'static str {
        if self.secure { "; Secure" } else { "" }
    }
}

/// One request.
pub(crate) struct Visit {
    pub(crate) web: Arc<Web>,
    /// Who is signed in.
    pub(crate) session: Option<Session>,
    /// The session's id as the browser sent it.
    pub(crate) cookie: Option<String>,
    pub(crate) language: Language,
    /// What it is told in, from the first word to the last.
    pub(crate) dictionaries: OnceLock<Arc<Dictionaries>>,
    /// The address asked, with its query.
    pub(crate) address: String,
    /// The parts of the address that the route names.
    pub(crate) params: HashMap<String, String>,
    pub(crate) query: Pairs,
    pub(crate) form: Pairs,
    /// What was posted, as it came: programs send JSON.
    pub(crate) body: Vec<u8>,
}

/// A visit with the book held still: for the length of one page, and no question to the journal meanwhile.
pub(crate) struct Reading<'v> {
    pub(crate) visit: &'v Visit,
    pub(crate) book: &'v TheBook,
    pub(crate) words: Words<'v>,
    pub(crate) today: Date,
}

impl Visit {
    /// The desk.
    pub(crate) fn desk(&self) -> &Desk {
        &self.web.desk
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// When nobody is.
    pub(crate) fn signed_in(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or(Problem::SignIn)
    }

    /// A named part of the address.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The time.
    pub(crate) fn clock(&self) -> Clock {
        self.web.time.now()
    }

    /// The words of the visit's language, without labels of things.
    pub(crate) fn words(&self) -> &Words<'static> {
        self.words_in(self.language)
    }

    /// The words of a language, without labels of things.
    pub(crate) fn words_in(&self, language: Language) -> &Words<'static> {
        self.dictionaries.get_or_init(|| self.web.spoken.now(self.desk())).of(language)
    }

    /// Writes something from the book as it stands. `write` asks nothing of the journal.
    pub(crate) fn read<T>(&self, write: impl FnOnce(&Reading<'_>) -> T) -> T {
        let words = self.words();
        let book = self.desk().book();
        let words = words.share(|id| baara_reports::label(self.desk(), &book, id, self.language));
        write(&Reading { visit: self, book: &book, words, today: self.clock().today() })
    }

    /// Hands a filled-in form to the desk, in the name of who is signed in.
    pub(crate) fn submit(&self, session: &Session, kind: &str, fields: Map) -> Answer {
        self.submit_as(&session.person, &session.site, kind, fields)
    }

    /// The same in the name of somebody beside them, who has proved it.
    pub(crate) fn submit_as(&self, person: &Id, site: &str, kind: &str, fields: Map) -> Answer {
        let mut sub = Submission { clock: self.clock(), ..Submission::new(site, kind, person, fields) };
        sub.id = self.form.get("_key").to_owned();
        sub.leave = Id::parse(self.form.get("_leave")).ok();
        match self.form.get("_date") {
            "" => {}
            text => match text.parse().ok().or_else(|| Date::parse_from_str(text, "%d/%m/%Y").ok()) {
                Some(date) => sub.date = Some(date),
                None => return Answer::Refused(Refusal::new("field/not-a-date").with("came", text)),
            },
        }
        self.desk().submit(sub)
    }

    /// Checks the secret that was typed for a person, and the code of their paper list when they have one.
    ///
    /// # Errors
    /// `person/must-wait`, `person/wrong-secret`, `person/wrong-code`, `person/no-code-left`, or that they cannot be read.
    pub(crate) fn proves(&self, person: &Id) -> Result<Proved, Problem> {
        self.at_the_door(person, || self.desk().prove(person, self.form.get("secret"), self.form.get("code")))
    }

    /// One try at proving to be a person: wrong ones make the next wait.
    ///
    /// # Errors
    /// `person/must-wait`, or why the try failed.
    pub(crate) fn at_the_door<T>(&self, person: &Id, attempt: impl FnOnce() -> Result<T, Unproved>) -> Result<T, Problem> {
        // Counted before it is known to be wrong: many at once are not more than one after another.
        if let Err(left) = self.web.sessions.knock(person) {
            return Err(Refusal::new("person/must-wait").with("person", person).with("seconds", left.as_secs() + 1).into());
        }
        let proved = attempt()?;
        self.web.sessions.welcome(person);
        Ok(proved)
    }
}

impl Reading<'_> {
    /// The words of a code of `config/locale/*/web.toml`.
    pub(crate) fn word<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.word(code)
    }

    /// A sentence with its figures.
    pub(crate) fn say(&self, said: &Said) -> String {
        self.words.say(said)
    }

    /// A thing's label, or its code.
    pub(crate) fn label(&self, id: &Id) -> String {
        self.words.label(id)
    }

    /// Francs as people read them.
    pub(crate) fn francs(&self, count: i64) -> String {
        shown_amount(Amount::francs(count), self.words.language())
    }

    /// The signed-in person's facility.
    pub(crate) fn site(&self) -> &str {
        self.visit.session.as_ref().map_or("", |s| s.site.as_str())
    }

    /// True when the signed-in person may record a kind here today, and the kind can still be recorded.
    pub(crate) fn may(&self, kind: &str) -> bool {
        self.visit.desk().registry().offers(kind) && self.may_undo(kind)
    }

    /// True when they may take back what was recorded of a kind: also of one whose plugin has left.
    pub(crate) fn may_undo(&self, kind: &str) -> bool {
        self.visit.session.as_ref().is_some_and(|s| baara_desk::may_record(self.book, &s.person, &s.site, kind, self.today))
    }
}

/// A key that makes one form be recorded once, however often it is sent.
pub(crate) fn once_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
