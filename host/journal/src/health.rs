//! A file that is no part of the book: how the programs that a host runs for it behaved on this machine.
//!
//! Losing it costs a memory of bad conduct, never a figure: a damaged one is begun again.

use std::path::Path;

use crate::fault::Fault;
use crate::store::{Sort, Store};

const HEALTH: Sort = Sort {
    application_id: i32::from_be_bytes(*b"BAAH"),
    schema: "
CREATE TABLE health(sha256 TEXT PRIMARY KEY, strikes TEXT NOT NULL, fault TEXT NOT NULL, signal TEXT NOT NULL, words TEXT NOT NULL,
    quarantined_by TEXT, demoted INTEGER NOT NULL) STRICT;
",
};

/// How one file behaved.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Health {
    /// The file, by the SHA-256 of its bytes in hex.
    pub sha256: String,
    /// When it struck, in milliseconds since 1970.
    pub strikes: Vec<i64>,
    /// The code of its last fault.
    pub fault: String,
    /// The signal that ended it last.
    pub signal: String,
    /// The last it said.
    pub words: String,
    /// Who set it aside, if anybody did.
    pub quarantined_by: Option<String>,
    /// Whether it may no longer run inside the host.
    pub demoted: bool,
}

/// The open file.
#[derive(Debug)]
pub struct HealthFile {
    store: Store,
}

impl HealthFile {
    /// Makes an empty file. Never overwrites.
    pub fn create(path: &Path) -> Result<HealthFile, Fault> {
        Store::create(path, &HEALTH).map(|store| HealthFile { store })
    }

    /// Opens a file to read and write.
    pub fn open(path: &Path) -> Result<HealthFile, Fault> {
        Store::open(path, &HEALTH).map(|store| HealthFile { store })
    }

    /// All that is known, by file.
    pub fn all(&self) -> Result<Vec<Health>, Fault> {
        let fault = Fault::sqlite("reading the health of programs");
        let columns = "SELECT sha256, strikes, fault, signal, words, quarantined_by, demoted FROM health ORDER BY sha256";
        let mut select = self.store.conn().prepare(columns).map_err(&fault)?;
        let rows = select.query_map((), |row| {
            Ok(Health {
                sha256: row.get(0)?,
                strikes: row.get::<_, String>(1)?.split_whitespace().filter_map(|at| at.parse().ok()).collect(),
                fault: row.get(2)?,
                signal: row.get(3)?,
                words: row.get(4)?,
                quarantined_by: row.get(5)?,
                demoted: row.get(6)?,
            })
        });
        rows.map_err(&fault)?.collect::<Result<_, _>>().map_err(&fault)
    }

    /// Keeps what is known of one file, in place of what was; durable on return.
    pub fn keep(&mut self, health: &Health) -> Result<(), Fault> {
        let strikes = health.strikes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let Health { sha256, fault, signal, words, quarantined_by, demoted, .. } = health;
        self.store.write("keeping the health of a program", |conn| {
            let insert = "INSERT OR REPLACE INTO health VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            conn.execute(insert, (sha256, &strikes, fault, signal, words, quarantined_by, demoted)).map(|_| ())
        })
    }
}
