//! The desk: one folder, one journal, one writing thread; readers share the world.

use crate::answers::{Answer, Submission};
use crate::hosting::{Hosting, House};
use crate::judge::{Bench, Judged, No};
use crate::registry::Registry;
use crate::snapshots::{self, Opened};
use crate::writer::{Job, Writer};
use crate::{Fault, plugins};
use baara_book::{Entry, TheBook};
use baara_journal::{Journal, Sealed};
use baara_plugin_api::{Command, Date, Id, Map, Refusal, Table, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;

/// What the writer and the readers share.
pub(crate) struct Shared {
    pub(crate) book: RwLock<TheBook>,
    pub(crate) registry: RwLock<Registry>,
    pub(crate) sealed: Mutex<Sealed>,
    pub(crate) plugins: PathBuf,
    pub(crate) house: House,
    pub(crate) practice: bool,
    /// After a fault of the journal: nothing more is recorded by this process.
    pub(crate) stopped: AtomicBool,
}

impl Shared {
    /// The text behind a seal, if it is here and whole.
    pub(crate) fn unseal(&self, token: &str) -> Option<String> {
        let hash = token.strip_prefix("sealed:").and_then(from_hex)?;
        let (_, value) = self.sealed.lock().expect("no holder panics").get(&hash).ok()??;
        String::from_utf8(value).ok()
    }
}

/// An open book.
pub struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) shared: Arc<Shared>,
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl Desk {
    /// Makes an empty book in a new folder. `practice` books are marked everywhere and ask no secrets.
    ///
    /// # Errors
    /// When the folder holds a book already, or cannot be written.
    pub fn create(folder: &Path, practice: bool) -> Result<Desk, Fault> {
        Desk::create_with(folder, practice, Hosting::default())
    }

    /// Makes an empty book whose plugins are hosted so.
    ///
    /// # Errors
    /// As [`Desk::create`].
    pub fn create_with(folder: &Path, practice: bool, hosting: Hosting) -> Result<Desk, Fault> {
        std::fs::create_dir_all(folder.join("plugins"))?;
        let mut journal = Journal::create(&folder.join("book.db"))?;
        journal.set_meta("practice", if practice { "yes" } else { "no" })?;
        let sealed = Sealed::create(&folder.join("people.db"))?;
        Desk::start(folder, journal, sealed, Opened::default(), practice, hosting)
    }

    /// Opens a book from its snapshot, and folds what its journal has beyond it.
    ///
    /// # Errors
    /// When it is not a book, is newer, is open elsewhere, or an entry is damaged.
    pub fn open(folder: &Path, progress: impl FnMut(u64)) -> Result<Desk, Fault> {
        Desk::open_with(folder, Hosting::default(), progress)
    }

    /// Opens a book whose plugins are hosted so.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn open_with(folder: &Path, hosting: Hosting, progress: impl FnMut(u64)) -> Result<Desk, Fault> {
        let journal = Journal::open(&folder.join("book.db"))?;
        let sealed = Sealed::open(&folder.join("people.db"))?;
        let practice = journal.meta("practice")?.as_deref() == Some("yes");
        let opened = snapshots::open(&journal, folder, progress)?;
        Desk::start(folder, journal, sealed, opened, practice, hosting)
    }

    fn start(folder: &Path, mut journal: Journal, sealed: Sealed, opened: Opened, practice: bool, hosting: Hosting) -> Result<Desk, Fault> {
        let Opened { book, head, pinned } = opened;
        journal.make_room()?;
        let plugins = folder.join("plugins");
        let house = House::new(hosting, folder);
        let mut registry = Registry::core();
        plugins::pinned(&book, &plugins, &house).iter().for_each(|plugin| registry.add(plugin));
        let shared = Arc::new(Shared {
            book: RwLock::new(book),
            registry: RwLock::new(registry),
            sealed: Mutex::new(sealed),
            plugins,
            house,
            practice,
            stopped: AtomicBool::new(false),
        });
        let (jobs, inbox) = channel();
        let writer =
            Writer { shared: shared.clone(), journal, folder: folder.to_owned(), head, pinned, snapshot: None, swept: BTreeMap::new() };
        let writer = std::thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run(&inbox))?;
        Ok(Desk { folder: folder.to_owned(), shared, jobs: Some(jobs), writer: Some(writer) })
    }

    /// True for a practice book.
    #[must_use]
    pub fn is_practice(&self) -> bool {
        self.shared.practice
    }

    /// The folder of the book.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Records one submission; answers after it is durable.
    #[must_use]
    pub fn submit(&self, sub: Submission) -> Answer {
        let mut answers = self.ask(|reply| Job::Submit { subs: vec![sub], whole: false, reply });
        answers.pop().unwrap_or(Answer::Fault(Fault::Stopped))
    }

    /// Records many, each on its own, in one commit.
    #[must_use]
    pub fn submit_each(&self, subs: Vec<Submission>) -> Vec<Answer> {
        self.ask(|reply| Job::Submit { subs, whole: false, reply })
    }

    /// Records all or nothing, as one batch in one commit.
    #[must_use]
    pub fn submit_whole(&self, subs: Vec<Submission>) -> Vec<Answer> {
        self.ask(|reply| Job::Submit { subs, whole: true, reply })
    }

    pub(crate) fn host(&self, make: impl FnOnce(&Bench<'_>) -> Result<Vec<Judged>, No> + Send + 'static) -> Vec<Answer> {
        self.ask(|reply| Job::Host { make: Box::new(make), reply })
    }

    pub(crate) fn ask(&self, job: impl FnOnce(Sender<Vec<Answer>>) -> Job) -> Vec<Answer> {
        let (reply, answers) = channel();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job(reply)).is_ok());
        if sent { answers.recv().unwrap_or_else(|_| vec![Answer::Fault(Fault::Stopped)]) } else { vec![Answer::Fault(Fault::Stopped)] }
    }

    /// Runs something on the journal, between two commits.
    pub(crate) fn with_journal<T: Send + 'static>(&self, run: impl FnOnce(&mut Journal) -> T + Send + 'static) -> Result<T, Fault> {
        let (reply, answer) = channel();
        let job = Job::Journal { run: Box::new(move |journal| drop(reply.send(run(journal)))) };
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent { answer.recv().map_err(|_| Fault::Stopped) } else { Err(Fault::Stopped) }
    }

    /// The world, to read.
    ///
    /// # Panics
    /// When the writer panicked, which is a bug.
    pub fn book(&self) -> RwLockReadGuard<'_, TheBook> {
        self.shared.book.read().expect("the writer does not panic")
    }

    /// The kinds, to read.
    ///
    /// # Panics
    /// When the writer panicked, which is a bug.
    pub fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        self.shared.registry.read().expect("the writer does not panic")
    }

    /// An entry, with its leaf hash in hex.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn entry(&self, seq: u64) -> Result<Option<(Entry, String)>, Fault> {
        let bytes = self.with_journal(move |journal| journal.read(seq))??;
        let Some(bytes) = bytes else { return Ok(None) };
        let entry = Entry::read(&bytes).map_err(|_| Fault::Entry { seq, code: "entry/damaged" })?;
        Ok(Some((entry, baara_journal::hex(&baara_journal::leaf_hash(&bytes)))))
    }

    /// The bytes of every entry, in order, with their leaf hash.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn entries(&self, each: impl FnMut(&[u8], &str) + Send + 'static) -> Result<(), Fault> {
        self.entries_since(Date::MIN, each)
    }

    /// The bytes of the entries recorded on a day or later, in order, with their leaf hash: an evening's question costs a
    /// day of the journal and not ten years. A few recorded before may come too, when a clock once ran ahead.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn entries_since(&self, day: Date, mut each: impl FnMut(&[u8], &str) + Send + 'static) -> Result<(), Fault> {
        let last = self.book().size();
        self.with_journal(move |journal| {
            let first = first_since(journal, last, day)?;
            let _ = journal.scan(first, |_, bytes, leaf| {
                each(bytes, &baara_journal::hex(&leaf));
                std::ops::ControlFlow::<()>::Continue(())
            })?;
            Ok(())
        })?
    }

    /// The text behind a seal; `None` when it was erased or never here.
    ///
    /// # Errors
    /// When the text was altered.
    ///
    /// # Panics
    /// When a holder panicked, which is a bug.
    pub fn unsealed(&self, token: &str) -> Result<Option<String>, Fault> {
        let Some(hash) = token.strip_prefix("sealed:").and_then(from_hex) else { return Ok(None) };
        let found = self.shared.sealed.lock().expect("no holder panics").get(&hash)?;
        Ok(found.and_then(|(_, value)| String::from_utf8(value).ok()))
    }

    /// A plugin's table: a simulation, or a report of its own. Nothing is recorded.
    ///
    /// # Errors
    /// The plugin's refusal, or why it cannot be asked.
    pub fn table(&self, site: &str, name: &str, person: &Id, date: Date, fields: Map) -> Result<Table, Refusal> {
        let registry = self.registry();
        let (plugin, declaration) = registry.plugin_with_table(name).ok_or_else(|| Refusal::new("kind/unknown").with("kind", name))?;
        let cmd = Command {
            id: String::new(),
            site: site.to_owned(),
            kind: declaration.kind.clone(),
            by: person.clone(),
            role: Id::new("role", "none"),
            date,
            leave: fields.get("leave").and_then(Value::as_str).and_then(|s| Id::parse(s).ok()),
            fields,
        };
        let book = self.book();
        plugin.table(&cmd, &book.view(site))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join(); // A panic of the writer has already stopped every answer.
        }
    }
}

pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}

/// The first entry whose time is on a day or later. An entry's `hlc` never falls and is never before its own time.
fn first_since(journal: &Journal, last: u64, day: Date) -> Result<u64, Fault> {
    let Some(begins) = day.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp_millis()).filter(|at| *at > 0) else { return Ok(1) };
    let (mut from, mut until) = (1, last + 1);
    while from < until {
        let seq = u64::midpoint(from, until);
        let read = journal.read(seq)?.and_then(|bytes| Entry::read(&bytes).ok());
        let entry = read.ok_or(Fault::Entry { seq, code: "entry/damaged" })?;
        if entry.hlc >> 16 < begins { from = seq + 1 } else { until = seq }
    }
    Ok(from)
}
