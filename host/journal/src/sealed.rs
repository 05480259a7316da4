//! The second file, `people.db`: what an entry only names by hash, and the secrets people sign with.

use std::path::Path;

use rusqlite::OptionalExtension;

use crate::fault::Fault;
use crate::hash::{Hash, sha256};
use crate::store::{Sort, Store};
use crate::verification::{Damage, DamageKind};

/// Sixteen random bytes that keep anyone from guessing a short value behind its hash.
pub type Salt = [u8; 16];

const PEOPLE: Sort = Sort {
    application_id: i32::from_be_bytes(*b"BAAP"),
    schema: "
CREATE TABLE sealed(hash BLOB PRIMARY KEY, salt BLOB NOT NULL, value BLOB NOT NULL) STRICT;
CREATE TABLE secret(person TEXT PRIMARY KEY, phc TEXT NOT NULL) STRICT;
",
};

/// The hash an entry holds in place of a value: SHA-256 of the salt and the value.
pub fn seal(salt: &Salt, value: &[u8]) -> Hash {
    sha256(&[salt, value])
}

/// A value with what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// What the entry holds.
    pub hash: Hash,
    /// What keeps the hash from being guessed.
    pub salt: Salt,
    /// What people read.
    pub value: Vec<u8>,
}

impl Seal {
    /// Seals a value; the salt must be random and used once.
    pub fn new(salt: Salt, value: Vec<u8>) -> Seal {
        Seal { hash: seal(&salt, &value), salt, value }
    }
}

/// The open file of sealed values and secrets. One process holds it; it is poisoned as a journal is.
#[derive(Debug)]
pub struct Sealed {
    store: Store,
}

impl Sealed {
    /// Makes an empty file, readable by its owner alone. Never overwrites.
    pub fn create(path: &Path) -> Result<Sealed, Fault> {
        Store::create(path, &PEOPLE).map(|store| Sealed { store })
    }

    /// Opens a file to read and write.
    pub fn open(path: &Path) -> Result<Sealed, Fault> {
        Store::open(path, &PEOPLE).map(|store| Sealed { store })
    }

    /// Opens a file for `check`, `get` and `backup`, and leaves the disk untouched.
    pub fn open_read_only(path: &Path) -> Result<Sealed, Fault> {
        Store::open_read_only(path, &PEOPLE).map(|store| Sealed { store })
    }

    /// Keeps a batch, durable on return, before any entry names it. What is there already stays; what is there but
    /// altered is put right. A value offered under another's hash is refused with the whole batch.
    pub fn put(&mut self, batch: &[Seal]) -> Result<(), Fault> {
        self.store.writable()?;
        if let Some(wrong) = batch.iter().find(|item| seal(&item.salt, &item.value) != item.hash) {
            return Err(Fault::Altered { hash: wrong.hash });
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.store.write("sealing", |conn| {
            let mut insert = conn.prepare_cached(
                "INSERT INTO sealed(hash, salt, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT(hash) DO UPDATE SET salt = excluded.salt, value = excluded.value
                 WHERE salt <> excluded.salt OR value <> excluded.value",
            )?;
            batch.iter().try_for_each(|item| insert.execute((&item.hash[..], &item.salt[..], &item.value[..])).map(|_| ()))
        })
    }

    /// Salt and value behind a hash, compared with it: `journal/altered` if they no longer agree.
    pub fn get(&self, hash: &Hash) -> Result<Option<(Salt, Vec<u8>)>, Fault> {
        let fault = Fault::sqlite("reading a sealed value");
        let mut select = self.store.conn().prepare_cached("SELECT salt, value FROM sealed WHERE hash = ?1").map_err(&fault)?;
        let row =
            select.query_row([&hash[..]], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))).optional().map_err(&fault)?;
        row.map(|(salt, value)| opened(hash, &salt, value)).transpose()
    }

    /// The hashes whose salt and value no longer give them, in order.
    pub fn check(&self) -> Result<Vec<Hash>, Fault> {
        let fault = Fault::sqlite("reading the sealed values");
        let malformed = || Fault::damaged(0, DamageKind::Malformed);
        let mut select = self.store.conn().prepare("SELECT hash, salt, value FROM sealed ORDER BY hash").map_err(&fault)?;
        let mut rows = select.query(()).map_err(&fault)?;
        let mut altered = Vec::new();
        while let Some(row) = rows.next().map_err(&fault)? {
            let blob = |column| row.get_ref(column).ok().and_then(|value| value.as_blob().ok()).ok_or_else(malformed);
            let hash = Hash::try_from(blob(0)?).map_err(|_| malformed())?;
            if sha256(&[blob(1)?, blob(2)?]) != hash {
                altered.push(hash);
            }
        }
        Ok(altered)
    }

    /// The argon2 string a person's secret is tested against.
    pub fn secret(&self, person: &str) -> Result<Option<String>, Fault> {
        self.store
            .conn()
            .query_row("SELECT phc FROM secret WHERE person = ?1", [person], |row| row.get(0))
            .optional()
            .map_err(Fault::sqlite("reading a secret"))
    }

    /// Gives a person a secret, in place of any before; durable on return.
    pub fn set_secret(&mut self, person: &str, phc: &str) -> Result<(), Fault> {
        self.set_secrets(&[(person.to_owned(), phc.to_owned())])
    }

    /// Keeps several at once, all or none.
    pub fn set_secrets(&mut self, secrets: &[(String, String)]) -> Result<(), Fault> {
        self.store.write("keeping a secret", |conn| {
            let upsert = "INSERT INTO secret(person, phc) VALUES (?1, ?2)
                          ON CONFLICT(person) DO UPDATE SET phc = excluded.phc";
            secrets.iter().try_for_each(|(person, phc)| conn.execute(upsert, [person, phc]).map(|_| ()))
        })
    }

    /// Forgets a secret; true when it was there, so that of two who use up the same one, one is told no.
    pub fn forget_secret(&mut self, person: &str) -> Result<bool, Fault> {
        let mut gone = 0;
        self.store.write("forgetting a secret", |conn| {
            gone = conn.execute("DELETE FROM secret WHERE person = ?1", [person])?;
            Ok(())
        })?;
        Ok(gone == 1)
    }

    /// One file that opens by itself; overwrites nothing. Gives back what `check` finds in the copy, which is what it
    /// finds here: one altered name is no reason to leave a prison without a backup.
    pub fn backup(&self, to: &Path) -> Result<Vec<Hash>, Fault> {
        self.store.copy(to, |part| {
            let copy = Sealed::open_read_only(part)?;
            copy.store.structure(&PEOPLE).map_err(|what| Fault::Damaged(Damage { seq: 0, what }))?;
            copy.check()
        })
    }

    /// How much log waits to be moved into the file by `tidy`.
    pub fn wal_bytes(&self) -> Result<u64, Fault> {
        self.store.wal_bytes()
    }

    /// Moves the log into the file, as `Journal::tidy` does.
    pub fn tidy(&mut self) -> Result<(), Fault> {
        self.store.tidy()
    }

    /// Moves the log into the file and lets go of it.
    pub fn close(self) -> Result<(), Fault> {
        self.store.close()
    }
}

fn opened(hash: &Hash, salt: &[u8], value: Vec<u8>) -> Result<(Salt, Vec<u8>), Fault> {
    match Salt::try_from(salt) {
        Ok(salt) if seal(&salt, &value) == *hash => Ok((salt, value)),
        _ => Err(Fault::Altered { hash: *hash }),
    }
}
