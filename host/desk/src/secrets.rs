//! What proves who acts: the secret a person chose, a code given once after a reset, a paper list of codes.
//!
//! All are kept as slow hashes beside the sealed texts, never in the journal. Each is kept under a name that carries
//! how often the book has reset it: an endorsed reset makes older secrets prove nobody at once, a new list the older
//! codes as soon as it is printed.

use crate::desk::Shared;
use crate::{Desk, Fault, people};
use argon2::Argon2;
use argon2::password_hash::rand_core::{OsRng, RngCore};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use baara_book::TheBook;
use baara_journal::Sealed;
use baara_plugin_api::{Date, Id, Refusal, Value};

/// How many codes a paper list has.
const LIST: usize = 20;

/// The shortest secret, in characters.
const SHORTEST: usize = 4;

/// How a person has proved themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proved {
    /// With the secret they chose.
    Chosen,
    /// With the code given once after a reset: they choose a secret before anything else.
    Given,
}

/// Why nobody is proved.
#[derive(Debug)]
pub enum Unproved {
    /// What was typed is not right.
    Refused(Refusal),
    /// It cannot be read or kept.
    Fault(Fault),
}

impl From<Refusal> for Unproved {
    fn from(refusal: Refusal) -> Unproved {
        Unproved::Refused(refusal)
    }
}

impl From<Fault> for Unproved {
    fn from(fault: Fault) -> Unproved {
        Unproved::Fault(fault)
    }
}

impl From<baara_journal::Fault> for Unproved {
    fn from(fault: baara_journal::Fault) -> Unproved {
        Unproved::Fault(fault.into())
    }
}

/// What a person's paper list asks beside their secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codes {
    /// They have no list.
    NoList,
    /// The code of this number comes next.
    Next(usize),
    /// All are used.
    UsedUp,
}

/// The names under which a person's proofs are kept.
struct Names {
    person: Id,
    resets: u64,
    /// The lists that were endorsed for them; the list a member from outside has from the beginning is number 0.
    lists: u64,
    /// True for a member from outside, who has that first list.
    external: bool,
}

impl Names {
    fn of(book: &TheBook, person: &Id) -> Names {
        let (resets, lists) = (resets(book, person), count(book, person, "code-lists"));
        Names { person: person.clone(), resets, lists, external: is_external(book, person) }
    }

    /// An id has no space: no person is called like another's proof.
    fn secret(&self) -> String {
        if self.resets == 0 { self.person.to_string() } else { format!("{} reset {}", self.person, self.resets) }
    }

    fn given(&self) -> String {
        format!("{} given {}", self.person, self.resets)
    }

    /// That the list was printed.
    fn printed(&self) -> String {
        format!("{} list {}", self.person, self.lists)
    }

    fn code(&self, n: usize) -> String {
        format!("{} list {} code {n}", self.person, self.lists)
    }
}

fn count(book: &TheBook, person: &Id, key: &str) -> u64 {
    book.value_at(person, key, Date::MAX).as_deref().and_then(Value::as_u64).unwrap_or_default()
}

/// A member from outside, who proves themselves by a paper list beside their secret.
fn is_external(book: &TheBook, person: &Id) -> bool {
    book.value_at(person, "external", Date::MAX).as_deref().and_then(Value::as_bool).unwrap_or_default()
}

/// How often a person's secret was reset: a session that began before the last one ends.
#[must_use]
pub fn resets(book: &TheBook, person: &Id) -> u64 {
    count(book, person, "secret-resets")
}

fn slow_hash(secret: &str) -> Result<String, Fault> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(secret.as_bytes(), &salt).map_err(unreadable)?;
    Ok(hash.to_string())
}

fn unreadable(error: argon2::password_hash::Error) -> Fault {
    Fault::Io(std::io::Error::other(error.to_string()))
}

/// Six figures nobody can foretell.
fn figures() -> String {
    format!("{:06}", OsRng.next_u32() % 1_000_000)
}

impl Desk {
    /// Checks the secret a person typed, and the next code of their paper list when they have one, which is then used up.
    /// Practice books ask neither.
    ///
    /// # Errors
    /// `person/wrong-secret`, `person/wrong-code`, `person/no-code-left`, or that secrets cannot be read.
    pub fn prove(&self, person: &Id, secret: &str, code: &str) -> Result<Proved, Unproved> {
        if self.is_practice() {
            return Ok(Proved::Chosen);
        }
        let names = Names::of(&self.book(), person);
        if self.is_kept(&names.given(), secret)? {
            return Ok(Proved::Given);
        }
        if !self.is_kept(&names.secret(), secret)? {
            return Err(Refusal::new("person/wrong-secret").with("person", person).into());
        }
        let (names, next) = self.next_code(names)?;
        match next {
            Codes::NoList => Ok(Proved::Chosen),
            Codes::UsedUp => Err(Refusal::new("person/no-code-left").with("person", person).into()),
            Codes::Next(n) => {
                let right = self.is_kept(&names.code(n), code)? && self.kept(|kept| kept.forget_secret(&names.code(n)))?;
                if right { Ok(Proved::Chosen) } else { Err(Refusal::new("person/wrong-code").with("person", person).with("n", n).into()) }
            }
        }
    }

    /// True when the secret is the person's own; practice books ask none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_secret(&self, person: &Id, secret: &str) -> Result<bool, Fault> {
        let name = Names::of(&self.book(), person).secret();
        Ok(self.is_practice() || self.is_kept(&name, secret)?)
    }

    /// True when it is the person's own, or the code they were given to choose one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn knows_secret(&self, person: &Id, secret: &str) -> Result<bool, Fault> {
        let names = Names::of(&self.book(), person);
        Ok(self.is_practice() || self.is_kept(&names.given(), secret)? || self.is_kept(&names.secret(), secret)?)
    }

    /// True when a person has chosen a secret, or must choose one with the code of a reset.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn has_secret(&self, person: &Id) -> Result<bool, Fault> {
        let names = Names::of(&self.book(), person);
        Ok(names.resets > 0 || self.kept(|kept| kept.secret(&names.secret()))?.is_some())
    }

    /// True when a person may choose a first secret with nobody's help: nobody here who has one could give them a code. Whoever
    /// sits at the machine would otherwise choose it before the person does.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn chooses_alone(&self, person: &Id, today: Date) -> Result<bool, Fault> {
        let book = self.book();
        let site = book.home(person, Date::MAX);
        let mut known = Vec::new();
        for one in people::people_at(&book, &site, today) {
            let name = Names::of(&book, &one).secret();
            if self.kept(|kept| kept.secret(&name))?.is_some() {
                known.push(one);
            }
        }
        Ok(!people::has_helpers(&book, &site, person, &known, today))
    }

    /// Keeps the secret a person chose, as a slow hash; a code that was given to them is forgotten.
    ///
    /// # Errors
    /// `person/short-secret`, or that it cannot be kept.
    pub fn set_secret(&self, person: &Id, secret: &str) -> Result<(), Unproved> {
        if secret.chars().count() < SHORTEST {
            return Err(Refusal::new("person/short-secret").into());
        }
        let names = Names::of(&self.book(), person);
        let hash = slow_hash(secret)?;
        self.kept(|kept| kept.set_secret(&names.secret(), &hash))?;
        self.kept(|kept| kept.forget_secret(&names.given()))?;
        Ok(())
    }

    /// What a person's paper list asks beside their secret.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn codes(&self, book: &TheBook, person: &Id) -> Result<Codes, Fault> {
        if self.is_practice() { Ok(Codes::NoList) } else { Ok(self.next_code(Names::of(book, person))?.1) }
    }

    /// True when a reset was endorsed and the code that opens it has not been shown.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn code_waits(&self, book: &TheBook, person: &Id) -> Result<bool, Fault> {
        let names = Names::of(book, person);
        let kept = |name: String| self.kept(|kept| kept.secret(&name));
        Ok(names.resets > 0 && kept(names.given())?.is_none() && kept(names.secret())?.is_none())
    }

    /// True when a list was endorsed, or is a member from outside's first one, and has not been printed.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list_waits(&self, book: &TheBook, person: &Id) -> Result<bool, Fault> {
        let names = Names::of(book, person);
        let has_list = names.lists > 0 || names.external && !self.is_practice();
        Ok(has_list && self.kept(|kept| kept.secret(&names.printed()))?.is_none())
    }

    /// The code with which a person chooses a new secret after an endorsed reset: told once, to somebody who may reset.
    ///
    /// # Errors
    /// `right/missing`, `secret-reset/nothing-waits`, or that it cannot be kept.
    pub fn give_code(&self, by: &Id, site: &str, person: &Id, today: Date) -> Result<String, Unproved> {
        let names = {
            let book = self.book();
            people::role_for(&book, site, by, None, "secret-reset/1", today)?;
            if book.home(person, today) != site || !self.code_waits(&book, person)? {
                return Err(Refusal::new("secret-reset/nothing-waits").with("person", person).into());
            }
            Names::of(&book, person)
        };
        let code = figures();
        let hash = slow_hash(&code)?;
        self.kept(|kept| kept.set_secret(&names.given(), &hash))?;
        Ok(code)
    }

    /// The codes of a person's endorsed list, in order: told once, to somebody who may issue it. Nobody endorsed the first
    /// list of a member from outside, so somebody else prints it.
    ///
    /// # Errors
    /// `right/missing`, `code-list/nothing-waits`, `code-list/own`, or that they cannot be kept.
    pub fn give_list(&self, by: &Id, site: &str, person: &Id, today: Date) -> Result<Vec<String>, Unproved> {
        let names = {
            let book = self.book();
            people::role_for(&book, site, by, None, "code-list/1", today)?;
            if book.home(person, today) != site || !self.list_waits(&book, person)? {
                return Err(Refusal::new("code-list/nothing-waits").with("person", person).into());
            }
            let names = Names::of(&book, person);
            if names.lists == 0 && by == person {
                return Err(Refusal::new("code-list/own").with("person", person).into());
            }
            names
        };
        let codes: Vec<String> = (0..LIST).map(|_| figures()).collect();
        let hashed = codes.iter().enumerate().map(|(at, code)| Ok((names.code(at + 1), slow_hash(code)?)));
        let mut hashed = hashed.collect::<Result<Vec<_>, Fault>>()?;
        hashed.push((names.printed(), "printed".to_owned()));
        self.kept(|kept| kept.set_secrets(&hashed))?;
        Ok(codes)
    }

    fn next_code(&self, names: Names) -> Result<(Names, Codes), Fault> {
        self.shared.next_code(names)
    }

    /// True when a slow hash is kept under a name and what was typed gives it. The file is free while it is computed.
    fn is_kept(&self, name: &str, typed: &str) -> Result<bool, Fault> {
        let Some(kept) = self.kept(|kept| kept.secret(name))? else { return Ok(false) };
        let hash = PasswordHash::new(&kept).map_err(unreadable)?;
        Ok(Argon2::default().verify_password(typed.as_bytes(), &hash).is_ok())
    }

    fn kept<T>(&self, ask: impl FnOnce(&mut Sealed) -> Result<T, baara_journal::Fault>) -> Result<T, Fault> {
        self.shared.kept(ask)
    }
}

impl Shared {
    /// True for a member from outside of whom no list was printed yet; practice books ask nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn lacks_list(&self, book: &TheBook, person: &Id) -> Result<bool, Fault> {
        Ok(!self.practice && is_external(book, person) && self.next_code(Names::of(book, person))?.1 == Codes::NoList)
    }

    /// The newest list that was printed counts: one that nobody holds yet locks nobody out.
    fn next_code(&self, mut names: Names) -> Result<(Names, Codes), Fault> {
        while names.lists > 0 && self.kept(|kept| kept.secret(&names.printed()))?.is_none() {
            names.lists -= 1;
        }
        if names.lists == 0 && self.kept(|kept| kept.secret(&names.printed()))?.is_none() {
            return Ok((names, Codes::NoList));
        }
        for n in 1..=LIST {
            if self.kept(|kept| kept.secret(&names.code(n)))?.is_some() {
                return Ok((names, Codes::Next(n)));
            }
        }
        Ok((names, Codes::UsedUp))
    }

    fn kept<T>(&self, ask: impl FnOnce(&mut Sealed) -> Result<T, baara_journal::Fault>) -> Result<T, Fault> {
        Ok(ask(&mut self.sealed.lock().expect("no holder panics"))?)
    }
}
