//! The append-only table of entries: numbers, bytes and hashes, and nothing of what they mean.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::{OptionalExtension, Row};

use crate::fault::Fault;
use crate::hash::{Hash, leaf_hash};
use crate::store::{Sort, Store};
use crate::tree::Tree;
use crate::verification::{Damage, DamageKind, Verification};

/// What this program writes, kept in `meta` under `format`.
pub const FORMAT: &str = "baara-journal/1";

/// The longest entry: its length fits the two bytes a tile of the log gives it.
pub const MAX_ENTRY_BYTES: usize = 65_535;

const BOOK: Sort = Sort {
    application_id: i32::from_be_bytes(*b"BAAR"),
    schema: "
CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL) STRICT;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_lasts BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER meta_stays BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'meta is written once'); END;
CREATE TRIGGER meta_lasts BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'meta is never deleted'); END;
INSERT INTO meta VALUES ('format', 'baara-journal/1');
",
};

/// An entry about to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number: one more than the last.
    pub seq: u64,
    /// Its content, hashed and kept as it is.
    pub bytes: Vec<u8>,
    /// `leaf_hash(&bytes)`, which the caller needed already to chain the next one.
    pub leaf: Hash,
}

impl Record {
    /// A record with the leaf its bytes give.
    pub fn new(seq: u64, bytes: Vec<u8>) -> Record {
        Record { seq, leaf: leaf_hash(&bytes), bytes }
    }
}

/// How far a journal goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are, and the number of the last.
    pub size: u64,
    /// The leaf of the last entry; zeros when there is none.
    pub leaf: Hash,
}

impl Head {
    fn after(group: &[Record], head: Head) -> Head {
        group.last().map_or(head, |last| Head { size: last.seq, leaf: last.leaf })
    }
}

/// An open journal. One process holds it; a second is told `journal/locked`.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    head: Option<Head>, // None only when the end of a damaged file cannot be read.
    tree: RefCell<Option<Tree>>,
}

impl Journal {
    /// Makes an empty journal. Never overwrites: `journal/exists`.
    pub fn create(path: &Path) -> Result<Journal, Fault> {
        let store = Store::create(path, &BOOK)?;
        Ok(Journal { store, head: Some(Head::default()), tree: RefCell::default() })
    }

    /// Opens a journal to read and append. Reads its last entry only: whoever doubts the rest calls `verify`.
    pub fn open(path: &Path) -> Result<Journal, Fault> {
        let store = Store::open(path, &BOOK)?;
        let mut journal = Journal { store, head: None, tree: RefCell::default() };
        match journal.format()? {
            Format::Ours => journal.head = Some(journal.read_head()?),
            Format::Newer(format) => return Err(Fault::Newer { format }),
            Format::Unknown => return Err(Fault::NotABook),
        }
        Ok(journal)
    }

    /// Opens a journal for `verify`, `scan` and `backup`, however damaged or new, and leaves the disk untouched.
    pub fn open_read_only(path: &Path) -> Result<Journal, Fault> {
        let store = Store::open_read_only(path, &BOOK)?;
        let mut journal = Journal { store, head: None, tree: RefCell::default() };
        journal.head = journal.read_head().ok();
        Ok(journal)
    }

    /// How far the journal goes. Of a damaged file whose end cannot be read, nothing: `verify` says why.
    pub fn head(&self) -> Head {
        self.head.unwrap_or_default()
    }

    /// The Merkle root over all entries. The first call reads every leaf; from then on appending keeps it up.
    pub fn root(&self) -> Result<Hash, Fault> {
        if let Some(tree) = self.tree.borrow().as_ref() {
            return Ok(tree.root());
        }
        let mut tree = Tree::new();
        let _ = self.scan(1, |_, _, leaf| {
            tree.push(leaf);
            ControlFlow::<()>::Continue(())
        })?;
        Ok(self.tree.borrow_mut().insert(tree).root())
    }

    /// Appends a group in one transaction: on return it is durable, all of it.
    ///
    /// A group that does not fit is refused and changes nothing. When the disk fails, whether the group is there is
    /// unknown: the journal is poisoned and every later append is `journal/poisoned`.
    pub fn append(&mut self, group: &[Record]) -> Result<(), Fault> {
        self.store.writable()?;
        let head = self.head();
        check_group(head.size, group)?;
        if group.is_empty() {
            return Ok(());
        }
        self.store.write("recording", |conn| {
            let mut insert = conn.prepare_cached("INSERT INTO entry(seq, bytes, leaf) VALUES (?1, ?2, ?3)")?;
            group.iter().try_for_each(|record| insert.execute((sql_seq(record.seq), &record.bytes[..], &record.leaf[..])).map(|_| ()))
        })?;
        self.head = Some(Head::after(group, head));
        if let Some(tree) = self.tree.get_mut() {
            group.iter().for_each(|record| tree.push(record.leaf));
        }
        Ok(())
    }

    /// The bytes of one entry, compared with its leaf.
    pub fn read(&self, seq: u64) -> Result<Option<Vec<u8>>, Fault> {
        let fault = entry_fault(seq, "reading");
        let mut select = self.store.conn().prepare_cached("SELECT seq, bytes, leaf FROM entry WHERE seq = ?1").map_err(&fault)?;
        let mut rows = select.query([sql_seq(seq)]).map_err(&fault)?;
        let Some(row) = rows.next().map_err(&fault)? else {
            return if seq == 0 || seq > self.head().size { Ok(None) } else { Err(missing(seq, None)) };
        };
        let (bytes, leaf) = content(seq, row)?;
        if leaf_hash(bytes) == leaf { Ok(Some(bytes.to_vec())) } else { Err(Fault::damaged(seq, DamageKind::LeafDiffers)) }
    }

    /// Shows each entry from `from` on, in order and without a gap, until `each` breaks. Leaves are passed on as they
    /// are stored, not recomputed.
    pub fn scan<B>(&self, from: u64, each: impl FnMut(u64, &[u8], Hash) -> ControlFlow<B>) -> Result<ControlFlow<B>, Fault> {
        let first = from.max(1);
        self.walk(sql_seq(first), first, each)
    }

    /// Reads everything: numbers without a gap from 1, each leaf recomputed, then the file around them. `progress` is
    /// called with the number of entries read, now and then and at the end.
    pub fn verify(&self, mut progress: impl FnMut(u64)) -> Verification {
        let mut tree = Tree::new();
        let first_bad = self.first_damage(&mut tree, &mut progress).err();
        progress(tree.size());
        Verification { entries: tree.size(), root: tree.root(), first_bad }
    }

    fn first_damage(&self, tree: &mut Tree, progress: &mut impl FnMut(u64)) -> Result<(), Damage> {
        let walked = self.walk(i64::MIN, 1, |seq, bytes, leaf| {
            if leaf_hash(bytes) != leaf {
                return ControlFlow::Break(Damage { seq, what: DamageKind::LeafDiffers });
            }
            tree.push(leaf);
            if seq.is_multiple_of(1024) {
                progress(seq);
            }
            ControlFlow::Continue(())
        });
        match walked {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(damage)) | Err(Fault::Damaged(damage)) => return Err(damage),
            Err(fault) => return Err(Damage { seq: tree.size() + 1, what: unreadable(&fault) }),
        }
        self.surroundings().map_err(|what| Damage { seq: 0, what })
    }

    /// The file without its entries. Of a newer book, whose tables we do not know, as far as we can tell.
    fn surroundings(&self) -> Result<(), DamageKind> {
        let format = self.format().map_err(|fault| unreadable(&fault))?;
        match (format, self.store.structure(&BOOK)) {
            (Format::Newer(_), Err(DamageKind::Schema)) => Ok(()),
            (Format::Unknown, Ok(())) => Err(DamageKind::Schema),
            (_, verdict) => verdict,
        }
    }

    /// Reads rows from `lowest` on; the first must be `first`, the last the head.
    fn walk<B>(&self, lowest: i64, first: u64, mut each: impl FnMut(u64, &[u8], Hash) -> ControlFlow<B>) -> Result<ControlFlow<B>, Fault> {
        let mut seq = first;
        let mut select = self
            .store
            .conn()
            .prepare_cached("SELECT seq, bytes, leaf FROM entry WHERE seq >= ?1 ORDER BY seq")
            .map_err(entry_fault(seq, "reading"))?;
        let mut rows = select.query([lowest]).map_err(entry_fault(seq, "reading"))?;
        while let Some(row) = rows.next().map_err(|error| entry_fault(seq, "reading")(error))? {
            let found: i64 = row.get(0).map_err(entry_fault(seq, "reading"))?;
            if found != sql_seq(seq) {
                return Err(missing(seq, Some(found)));
            }
            let (bytes, leaf) = content(seq, row)?;
            if let ControlFlow::Break(end) = each(seq, bytes, leaf) {
                return Ok(ControlFlow::Break(end));
            }
            seq += 1;
        }
        if seq <= self.head().size { Err(missing(seq, None)) } else { Ok(ControlFlow::Continue(())) }
    }

    /// What the book says of itself under `key`. Not covered by any hash: an entry must say it too.
    pub fn meta(&self, key: &str) -> Result<Option<String>, Fault> {
        self.store
            .conn()
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .map_err(Fault::sqlite("reading what the book says of itself"))
    }

    /// Lets the book say something of itself, once and before its first entry.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), Fault> {
        self.store.writable()?;
        if self.head().size > 0 || self.meta(key)?.is_some() {
            return Err(Fault::Begun);
        }
        self.store
            .write("saying what the book is", |conn| conn.execute("INSERT INTO meta(key, value) VALUES (?1, ?2)", [key, value]).map(|_| ()))
    }

    /// How much log waits to be moved into the file by `tidy`.
    pub fn wal_bytes(&self) -> Result<u64, Fault> {
        self.store.wal_bytes()
    }

    /// Moves the log into the file, off the commit path, when `wal_bytes` passes `TIDY_AT_BYTES`. The log is then
    /// written again from its start and keeps its length.
    pub fn tidy(&mut self) -> Result<(), Fault> {
        self.store.tidy()
    }

    /// Gives the log its full length at once, so that already the first commits write in place. For a process that
    /// will stay; costs one write of `TIDY_AT_BYTES`.
    pub fn make_room(&mut self) -> Result<(), Fault> {
        self.store.make_room()
    }

    /// One file that opens by itself, verified entry by entry before it gets its name; `progress` is as in `verify`.
    /// A damaged journal gives no copy, and no file is overwritten.
    pub fn backup(&self, to: &Path, progress: impl FnMut(u64)) -> Result<Verification, Fault> {
        self.store.copy(to, |part| {
            let copy = Journal::open_read_only(part)?;
            let verification = copy.verify(progress);
            match verification.first_bad {
                Some(damage) => Err(Fault::Damaged(damage)),
                None if self.head != copy.head => Err(missing(copy.head().size + 1, None)),
                None => Ok(verification),
            }
        })
    }

    /// Moves the log into the file and lets go of it, so that the one file is the whole journal.
    pub fn close(self) -> Result<(), Fault> {
        self.store.close()
    }

    fn format(&self) -> Result<Format, Fault> {
        let stated = self.meta("format")?.unwrap_or_default();
        let version = stated.strip_prefix("baara-journal/").and_then(|version| version.parse::<u32>().ok());
        Ok(match version {
            _ if stated == FORMAT => Format::Ours,
            Some(2..) => Format::Newer(stated),
            _ => Format::Unknown,
        })
    }

    fn read_head(&self) -> Result<Head, Fault> {
        let fault = Fault::sqlite("reading the last entry");
        let mut select = self.store.conn().prepare("SELECT seq, bytes, leaf FROM entry ORDER BY seq DESC LIMIT 1").map_err(&fault)?;
        let mut rows = select.query(()).map_err(&fault)?;
        let Some(row) = rows.next().map_err(&fault)? else { return Ok(Head::default()) };
        let found: i64 = row.get(0).map_err(&fault)?;
        let size = u64::try_from(found).ok().filter(|size| *size > 0).ok_or_else(|| missing(1, Some(found)))?;
        Ok(Head { size, leaf: content(size, row)?.1 })
    }

    /// Lets the journal believe that it goes this far, as when pages vanish under it.
    #[cfg(test)]
    pub(crate) fn believe(&mut self, head: Head) {
        self.head = Some(head);
    }

    #[cfg(test)]
    pub(crate) fn starve(&self) {
        self.store.starve();
    }
}

/// Brings a copy home: what `from` holds becomes `to`, once the new file is verified in full and on the disk. Neither
/// touches `from` nor overwrites `to`; `progress` is as in `verify`.
pub fn import_copy(from: &Path, to: &Path, progress: impl FnMut(u64)) -> Result<Verification, Fault> {
    Journal::open_read_only(from)?.backup(to, progress)
}

enum Format {
    Ours,
    Newer(String),
    Unknown,
}

fn check_group(size: u64, group: &[Record]) -> Result<(), Fault> {
    for (record, expected) in group.iter().zip(size + 1..) {
        let (found, seq, bytes) = (record.seq, record.seq, record.bytes.len());
        if found != expected {
            return Err(Fault::OutOfOrder { expected, found });
        }
        if bytes > MAX_ENTRY_BYTES {
            return Err(Fault::TooLarge { seq, bytes });
        }
        if leaf_hash(&record.bytes) != record.leaf {
            return Err(Fault::WrongLeaf { seq });
        }
    }
    Ok(())
}

/// Bytes and leaf of a row of (seq, bytes, leaf), whatever a damaged file put there.
fn content<'a>(seq: u64, row: &'a Row<'_>) -> Result<(&'a [u8], Hash), Fault> {
    let blob = |column| row.get_ref(column).ok().and_then(|value| value.as_blob().ok());
    let leaf = blob(2).and_then(|leaf| Hash::try_from(leaf).ok());
    blob(1).zip(leaf).ok_or_else(|| Fault::damaged(seq, DamageKind::Malformed))
}

/// A broken page becomes a damage that names the entry; all else stays what it is.
fn entry_fault(seq: u64, doing: &'static str) -> impl Fn(rusqlite::Error) -> Fault {
    move |error| match Fault::sqlite(doing)(error) {
        Fault::Damaged(damage) => Fault::Damaged(Damage { seq, ..damage }),
        fault => fault,
    }
}

fn missing(seq: u64, found: Option<i64>) -> Fault {
    Fault::damaged(seq, DamageKind::Missing { found })
}

fn unreadable(fault: &Fault) -> DamageKind {
    use std::error::Error;
    DamageKind::Unreadable(fault.source().map_or_else(|| fault.to_string(), |source| source.to_string()))
}

/// SQLite counts to 2⁶³ − 1; a journal that has got so far is a bug elsewhere.
fn sql_seq(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
