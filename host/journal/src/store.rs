//! One SQLite file under our own rules: who may open it, how it is written, kept small and copied.
//!
//! The file itself is opened through SQLite alone: on Unix, closing it by any other handle drops the lock of the whole
//! process.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::fault::Fault;

/// How much unmoved log a caller lets gather before it calls `tidy`: small enough to open fast after a cut.
pub const TIDY_AT_BYTES: u64 = 16 << 20;

/// What tells one sort of file from another.
pub(crate) struct Sort {
    /// Four letters in the file's header, as `file` and SQLite's `application_id` know them.
    pub(crate) application_id: i32,
    /// The statements that make its tables.
    pub(crate) schema: &'static str,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Store {
    conn: Connection,
    path: PathBuf,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Writable,
    ReadOnly,
    Poisoned,
}

impl Store {
    /// Makes a new file with its tables; it is durable on return, or gone.
    pub(crate) fn create(path: &Path, sort: &Sort) -> Result<Store, Fault> {
        let path = absolute(path)?;
        reserve(&path)?;
        Store::fill_new(&path, sort).inspect_err(|_| {
            let _ = fs::remove_file(&path);
        })
    }

    fn fill_new(path: &Path, sort: &Sort) -> Result<Store, Fault> {
        let fault = Fault::sqlite("making the file");
        let conn = connect(path.as_os_str().as_ref(), OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&fault)?;
        conn.pragma_update(None, "application_id", sort.application_id).map_err(&fault)?;
        make_durable(&conn)?;
        let mut store = Store { conn, path: path.to_owned(), state: State::Writable };
        store.write("making the tables", |conn| conn.execute_batch(sort.schema))?;
        store.tidy()?; // The file says what it is even if the log beside it is lost.
        sync_folder(path)?;
        Ok(store)
    }

    /// Opens a file to read and write, alone.
    pub(crate) fn open(path: &Path, sort: &Sort) -> Result<Store, Fault> {
        let path = absolute(path)?;
        fs::metadata(&path).map_err(Fault::file("opening the file"))?;
        let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(Fault::sqlite("opening the file"))?;
        check_sort(&conn, sort)?;
        make_durable(&conn)?;
        Ok(Store { conn, path, state: State::Writable })
    }

    /// Opens a file to read, and leaves it and its folder byte for byte as they were.
    ///
    /// Without a log beside it, nobody has the file open and it may lie on a disk that cannot be written. With one,
    /// SQLite reads both, under the lock a writer would take, and moves nothing.
    pub(crate) fn open_read_only(path: &Path, sort: &Sort) -> Result<Store, Fault> {
        let path = absolute(path)?;
        fs::metadata(&path).map_err(Fault::file("opening the file"))?;
        let fault = Fault::sqlite("opening the file");
        let conn = if exists(&wal_of(&path)) {
            let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&fault)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(&fault)?;
            conn
        } else {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            connect(&immutable(&path)?, flags).map_err(&fault)?
        };
        check_sort(&conn, sort)?;
        Ok(Store { conn, path, state: State::ReadOnly })
    }

    /// For reading.
    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Whether a write would be tried at all.
    pub(crate) fn writable(&self) -> Result<(), Fault> {
        match self.state {
            State::Writable => Ok(()),
            State::ReadOnly => Err(Fault::ReadOnly),
            State::Poisoned => Err(Fault::Poisoned),
        }
    }

    /// Does `act` in one transaction, durable on return. Any error poisons the store: after a failed sync the system
    /// may have dropped what it could not write, and a second sync would say "done".
    pub(crate) fn write(&mut self, doing: &'static str, act: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), Fault> {
        self.writable()?;
        self.transact(act).map_err(|error| self.poison(doing, error))
    }

    fn transact(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        let run = |sql| self.conn.prepare_cached(sql)?.execute(()).map(|_| ());
        run("BEGIN IMMEDIATE")?;
        let done = act(&self.conn).and_then(|()| run("COMMIT"));
        if done.is_err() && !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK"); // The first error is the one to tell.
        }
        done
    }

    fn poison(&mut self, doing: &'static str, error: rusqlite::Error) -> Fault {
        self.state = State::Poisoned;
        // Closing would move the log into the file: leave both as they are on the disk for whoever reopens.
        let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        Fault::sqlite(doing)(error)
    }

    /// How much of the log is not yet moved into the file.
    pub(crate) fn wal_bytes(&self) -> Result<u64, Fault> {
        let fault = Fault::sqlite("measuring the log");
        let mut statement = self.conn.prepare_cached("PRAGMA wal_checkpoint(NOOP)").map_err(&fault)?;
        let frames = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let (logged, moved) = statement.query_row((), frames).map_err(&fault)?;
        const FRAME_BYTES: u64 = 4096 + 24; // A page, and the header the log puts before it.
        Ok(u64::try_from(logged - moved).unwrap_or(0) * FRAME_BYTES)
    }

    /// Moves the log into the file; the next write starts the log anew, in place. Never truncates it: a log that does
    /// not grow saves a lone writer half of each sync.
    pub(crate) fn tidy(&mut self) -> Result<(), Fault> {
        self.writable()?;
        let moved = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
        moved.map_err(|error| self.poison("moving the log into the file", error))
    }

    /// Lengthens the log to `TIDY_AT_BYTES` with zeros, so that commits write in place from the first one on. Zeros
    /// behind its end mean nothing to SQLite.
    pub(crate) fn make_room(&mut self) -> Result<(), Fault> {
        self.writable()?;
        let fault = Fault::file("lengthening the log");
        let mut wal = OpenOptions::new().append(true).open(wal_of(&self.path)).map_err(&fault)?;
        let length = wal.metadata().map_err(&fault)?.len();
        let zeros = std::io::repeat(0).take(TIDY_AT_BYTES.saturating_sub(length));
        std::io::copy(&mut BufReader::with_capacity(1 << 20, zeros), &mut wal).map_err(&fault)?;
        wal.sync_all().map_err(&fault)
    }

    /// The file, and no log beside it; or, of a poisoned store, both as they are.
    pub(crate) fn close(self) -> Result<(), Fault> {
        self.conn.close().map_err(|(_, error)| Fault::sqlite("closing the file")(error))
    }

    /// One compact file with all that is committed, which becomes `to` only when `check` has read it and it is on the
    /// disk. Never overwrites.
    pub(crate) fn copy<T>(&self, to: &Path, check: impl FnOnce(&Path) -> Result<T, Fault>) -> Result<T, Fault> {
        let to = absolute(to)?;
        let part = beside(&to, ".part");
        must_be_free(&to)?;
        let _ = fs::remove_file(&part); // Left by a copy that was cut short.
        reserve(&part)?;
        self.copy_by_way_of(&part, &to, check).inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })
    }

    fn copy_by_way_of<T>(&self, part: &Path, to: &Path, check: impl FnOnce(&Path) -> Result<T, Fault>) -> Result<T, Fault> {
        let fault = Fault::file("copying");
        self.conn.execute("VACUUM INTO ?1", [text(part)?]).map_err(Fault::sqlite("copying"))?;
        let checked = check(part)?;
        OpenOptions::new().write(true).open(part).and_then(|file| file.sync_all()).map_err(&fault)?;
        must_be_free(to)?;
        fs::rename(part, to).map_err(&fault)?;
        sync_folder(to)?;
        Ok(checked)
    }

    /// Whether SQLite finds the file whole and its tables are the ones `sort` makes.
    pub(crate) fn structure(&self, sort: &Sort) -> Result<(), crate::DamageKind> {
        use crate::DamageKind::{Schema, Structure};
        let told = |error: rusqlite::Error| Structure(error.to_string());
        let verdict: String = self.conn.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0)).map_err(told)?;
        if verdict != "ok" {
            return Err(Structure(verdict));
        }
        let fresh = Connection::open_in_memory().map_err(told)?;
        fresh.execute_batch(sort.schema).map_err(told)?;
        match tables_of(&self.conn).map_err(told)? == tables_of(&fresh).map_err(told)? {
            true => Ok(()),
            false => Err(Schema),
        }
    }

    /// Lets the file grow by no page, as a full disk would.
    #[cfg(test)]
    pub(crate) fn starve(&self) {
        self.conn.query_row("PRAGMA max_page_count=1", (), |_| Ok(())).expect("a limit can be set");
    }
}

/// A connection with the rules that do not depend on the sort of file.
fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(std::time::Duration::ZERO)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.execute_batch("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-4096")?;
    Ok(conn)
}

/// Only now may the file be changed: it is ours.
fn make_durable(conn: &Connection) -> Result<(), Fault> {
    let fault = Fault::sqlite("taking the file");
    let mode: String = conn.query_row("PRAGMA journal_mode=WAL", (), |row| row.get(0)).map_err(&fault)?;
    if mode != "wal" {
        return Err(Fault::Io { doing: "taking the file", source: format!("the log mode stays {mode}").into() });
    }
    conn.execute_batch("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0").map_err(&fault)
}

fn check_sort(conn: &Connection, sort: &Sort) -> Result<(), Fault> {
    let id: i32 = conn.query_row("PRAGMA application_id", (), |row| row.get(0)).map_err(Fault::sqlite("opening the file"))?;
    if id == sort.application_id { Ok(()) } else { Err(Fault::NotABook) }
}

fn tables_of(conn: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let mut statement = conn.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
    statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// An empty file that only its owner reads, or `Exists`.
fn reserve(path: &Path) -> Result<(), Fault> {
    must_be_free(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(Fault::file("making the file"))
}

/// Neither a file nor a log without its file, which would be read into the new one.
fn must_be_free(path: &Path) -> Result<(), Fault> {
    if exists(path) || exists(&wal_of(path)) { Err(Fault::Exists) } else { Ok(()) }
}

/// A new name is on the disk only when its folder is.
fn sync_folder(path: &Path) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Fault::file("syncing the folder"))
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn wal_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path).map_err(Fault::file("finding the file"))
}

fn text(path: &Path) -> Result<&str, Fault> {
    let fault = || Fault::Io { doing: "finding the file", source: "its name is not UTF-8".into() };
    path.to_str().ok_or_else(fault)
}

/// The name by which SQLite opens a file that nobody writes: no lock, no log, no trace.
fn immutable(path: &Path) -> Result<PathBuf, Fault> {
    let escaped = text(path)?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(format!("file:{escaped}?immutable=1").into())
}
