//! The one thread that owns the journal: judges in turn, commits a group, and only then answers.

use crate::again::Memory;
use crate::answers::{Answer, Recorded, Submission, Waiting};
use crate::clock::Clock;
use crate::desk::Shared;
use crate::judge::{Bench, Judged, No, opened_things};
use crate::{Fault, plugins, snapshots, sweeps};
use baara_book::allot::number_text;
use baara_book::{Entry, TheBook};
use baara_journal::{Journal, Record, TIDY_AT_BYTES, hex};
use baara_plugin_api::{Date, Effect, Id};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::thread::JoinHandle;

/// Makes the desk's own entries from what the book says at that moment.
pub(crate) type Make = Box<dyn FnOnce(&Bench<'_>) -> Result<Vec<Judged>, No> + Send>;

/// One piece of work for the writer.
pub(crate) enum Job {
    /// Submissions, and where the answers go. `whole` takes them all or none.
    Submit { subs: Vec<Submission>, whole: bool, reply: Sender<Vec<Answer>> },
    /// Entries the desk made itself: the founding act, configuration, pins.
    Host { make: Make, reply: Sender<Vec<Answer>> },
    /// What the day brings these sites.
    Sweep { sites: Vec<String>, clock: Clock, reply: Sender<Vec<Answer>> },
    /// Something to do with the journal between two groups.
    Journal { run: Box<dyn FnOnce(&mut Journal) + Send> },
}

/// The most submissions in one commit.
const GROUP: usize = 512;

pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) journal: Journal,
    pub(crate) folder: PathBuf,
    pub(crate) head: Head,
    /// How many entries the newest pinned snapshot holds, and its bytes until they are on their way to the disk.
    pub(crate) pinned: u64,
    pub(crate) snapshot: Option<Vec<u8>>,
    /// The last day each site was swept, as far as this process knows: a second sweep finds nothing new.
    pub(crate) swept: BTreeMap<String, Date>,
}

/// What came of one command before anything is placed.
enum Took {
    /// Its id is in the book already: what was answered then.
    Again(Answer),
    New(Box<Result<Judged, No>>),
}

struct Pending {
    reply: Sender<Vec<Answer>>,
    answers: Vec<Answer>,
}

impl Writer {
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        let mut records: Vec<Record> = Vec::new();
        let mut saving: Option<JoinHandle<()>> = None;
        while let Ok(first) = jobs.recv() {
            let mut pending: Vec<Pending> = Vec::new();
            let mut next = Some(first);
            while let Some(job) = next {
                match job {
                    Job::Submit { subs, whole: true, reply } => {
                        subs.iter().for_each(|sub| self.begin_day(sub, &mut records));
                        self.commit(&mut records, &mut pending);
                        let answers = self.whole(&subs, &mut records);
                        pending.push(Pending { reply, answers });
                    }
                    Job::Submit { subs, whole: false, reply } => {
                        let answers = subs.into_iter().map(|sub| self.in_its_day(sub, &mut records)).collect();
                        pending.push(Pending { reply, answers });
                    }
                    Job::Host { make, reply } => {
                        let answers = self.host(make, &mut records);
                        pending.push(Pending { reply, answers });
                    }
                    Job::Sweep { sites, clock, reply } => {
                        let answers = sites.iter().flat_map(|site| self.sweep(site, clock, &mut records)).collect();
                        pending.push(Pending { reply, answers });
                    }
                    Job::Journal { run } => {
                        self.commit(&mut records, &mut pending);
                        run(&mut self.journal);
                    }
                }
                next = if records.len() < GROUP { jobs.try_recv().ok() } else { None };
            }
            self.commit(&mut records, &mut pending);
            if let Some(bytes) = self.snapshot.take().filter(|_| !self.has_stopped()) {
                saving.take().map(JoinHandle::join); // One at a time; it cannot fail.
                let folder = self.folder.clone();
                saving = Some(std::thread::spawn(move || snapshots::write(&folder, &bytes)));
            }
            if self.journal.wal_bytes().is_ok_and(|bytes| bytes > TIDY_AT_BYTES) {
                let _ = self.journal.tidy(); // The log only grows; the next commit tells a real fault.
            }
        }
        saving.map(JoinHandle::join);
    }

    /// One commit for the group; the answers go out after the sync. A failed commit stops the desk.
    fn commit(&mut self, records: &mut Vec<Record>, pending: &mut Vec<Pending>) {
        let group = std::mem::take(records);
        if !group.is_empty()
            && let Err(fault) = self.journal.append(&group)
        {
            self.stop();
            let mut fault = Some(fault);
            for Pending { reply, answers } in pending.drain(..) {
                let told = answers
                    .into_iter()
                    .map(|a| if a.is_no() { a } else { Answer::Fault(fault.take().map_or(Fault::Stopped, Fault::Journal)) });
                let _ = reply.send(told.collect()); // The client may have gone.
            }
            return;
        }
        for Pending { reply, answers } in pending.drain(..) {
            let _ = reply.send(answers);
        }
    }

    /// Before a site's first command of a day, and before a closing, what the day brings takes the usual path.
    fn begin_day(&mut self, sub: &Submission, records: &mut Vec<Record>) {
        let (today, last) = (sub.clock.today(), self.swept.get(&sub.site));
        let closing = sub.kind.split('/').next() == Some("close") && last.is_some_and(|last| *last == today);
        if last.is_none_or(|last| *last < today) || closing {
            drop(self.sweep(&sub.site, sub.clock, records)); // What could not be recorded is found again the next day.
        }
    }

    fn sweep(&mut self, site: &str, clock: Clock, records: &mut Vec<Record>) -> Vec<Answer> {
        let due = match self.due(site, clock) {
            Some(due) => due,
            None => return Vec::new(), // Not a site of this book.
        };
        self.swept.insert(site.to_owned(), clock.today());
        let mut answers: Vec<Answer> = due.found.into_iter().map(|sub| self.take(sub, records, None, true)).collect();
        answers.extend(due.rounds.into_iter().map(|sub| self.take(sub, records, None, true)).filter(|answer| !answer.is_no()));
        answers
    }

    fn due(&self, site: &str, clock: Clock) -> Option<sweeps::Due> {
        let shared = &self.shared;
        sweeps::due(&shared.book.read().expect("no reader panics"), &shared.registry.read().expect("no reader panics"), site, clock)
    }

    fn in_its_day(&mut self, sub: Submission, records: &mut Vec<Record>) -> Answer {
        self.begin_day(&sub, records);
        self.one(sub, records, None)
    }

    fn one(&mut self, sub: Submission, records: &mut Vec<Record>, batch: Option<u64>) -> Answer {
        self.take(sub, records, batch, false)
    }

    fn take(&mut self, mut sub: Submission, records: &mut Vec<Record>, batch: Option<u64>, host: bool) -> Answer {
        if self.has_stopped() {
            return Answer::Fault(Fault::Stopped);
        }
        if sub.id.is_empty() {
            sub.id = uuid::Uuid::now_v7().to_string();
        }
        let judged = self.with_bench(records, host, |bench| {
            match bench.book.seen(&sub.id).and_then(bench.past).filter(|first| first.id == sub.id) {
                Some(first) => Took::Again(self.again(bench.book, &sub, &first)),
                None => Took::New(Box::new(bench.judge(&sub))),
            }
        });
        match judged {
            Took::Again(answer) => answer,
            Took::New(judged) => match *judged {
                Ok(judged) => self.place(judged, records, batch),
                Err(No::Fields(errors)) => Answer::Fields(errors),
                Err(No::Refused(refusal)) => Answer::Refused(refusal),
            },
        }
    }

    /// What is judged sees the book as it stands, and the entries of this group that are not on the disk yet.
    fn with_bench<T>(&self, records: &[Record], host: bool, work: impl FnOnce(&Bench<'_>) -> T) -> T {
        let shared = &self.shared;
        let book = shared.book.read().expect("no reader panics");
        let registry = shared.registry.read().expect("no reader panics");
        let past = |seq: u64| self.past(seq, records);
        let unseal = |token: &str| shared.unseal(token);
        // What cannot be read proves nobody.
        let lacks_list = |person: &Id| shared.lacks_list(&book, person).unwrap_or(true);
        work(&Bench {
            book: &book,
            registry: &registry,
            past: &past,
            unseal: &unseal,
            lacks_list: &lacks_list,
            practice: shared.practice,
            plugins: &shared.plugins,
            house: &shared.house,
            host,
        })
    }

    /// Gives an entry its place in the chain, seals its names, and folds it in.
    fn place(&mut self, judged: Judged, records: &mut Vec<Record>, batch: Option<u64>) -> Answer {
        let Judged { mut entry, seals, waiting, visa } = judged;
        entry.prev.clone_from(&self.head.prev);
        self.head.hlc = (self.head.hlc + 1).max(entry.at << 16);
        entry.hlc = self.head.hlc;
        entry.batch = batch;
        let mut snapshot = None;
        if snapshots::is_due(entry.seq - 1, self.pinned) {
            let (bytes, pin) = snapshots::taken(&self.shared.book.read().expect("no reader panics"));
            (entry.state, snapshot) = (Some(pin), Some(bytes));
        }
        let bytes = entry.bytes();
        if bytes.len() > baara_book::entry::MAX_BYTES {
            return Answer::Refused(baara_plugin_api::Refusal::new("entry/too-large").with("bytes", bytes.len()));
        }
        if !seals.is_empty()
            && let Err(fault) = self.shared.sealed.lock().expect("no holder panics").put(&seals)
        {
            self.stop();
            return Answer::Fault(fault.into());
        }
        if snapshot.is_some() {
            (self.pinned, self.snapshot) = (entry.seq - 1, snapshot);
        }
        let record = Record::new(entry.seq, bytes);
        self.head.prev = hex(&record.leaf);
        records.push(record);
        let pins =
            entry.effects.iter().any(|e| matches!(e, Effect::Open { thing, .. } | Effect::Set { thing, .. } if thing.kind() == "plugin"));
        {
            let mut book = self.shared.book.write().expect("no reader panics");
            book.apply(&entry);
            if pins {
                let mut registry = self.shared.registry.write().expect("no reader panics");
                plugins::pinned(&book, &self.shared.plugins, &self.shared.house).iter().for_each(|plugin| registry.add(plugin));
            }
        }
        match waiting {
            Some((proposal, needs)) => Answer::Waiting(Waiting { seq: entry.seq, code: self.head.prev.clone(), proposal, needs }),
            None => Answer::Recorded(recorded(&entry, self.head.prev.clone(), visa, false)),
        }
    }

    fn host(&mut self, make: Make, records: &mut Vec<Record>) -> Vec<Answer> {
        if self.has_stopped() {
            return vec![Answer::Fault(Fault::Stopped)];
        }
        let made = self.with_bench(records, false, |bench| make(bench));
        match made {
            Ok(judged) => judged
                .into_iter()
                .map(|mut judged| {
                    judged.entry.seq = self.shared.book.read().expect("no reader panics").size() + 1;
                    self.place(judged, records, None)
                })
                .collect(),
            Err(No::Fields(errors)) => vec![Answer::Fields(errors)],
            Err(No::Refused(refusal)) => vec![Answer::Refused(refusal)],
        }
    }

    /// All of a batch or nothing: each line sees those before it; at a no, the book takes them all back.
    fn whole(&mut self, subs: &[Submission], records: &mut Vec<Record>) -> Vec<Answer> {
        let first = self.book_mut(|book| {
            book.try_out();
            book.size() + 1
        });
        let (head, pinned, snapshot) = (self.head.clone(), self.pinned, self.snapshot.take());
        let answers: Vec<Answer> = subs.iter().map(|sub| self.one(sub.clone(), records, Some(first))).collect();
        if answers.iter().any(Answer::is_no) {
            records.clear();
            (self.head, self.pinned, self.snapshot) = (head, pinned, snapshot);
            self.book_mut(TheBook::take_back);
        } else {
            self.snapshot = self.snapshot.take().or(snapshot);
            self.book_mut(TheBook::keep);
        }
        answers
    }

    fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    fn has_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed)
    }

    fn book_mut<T>(&self, work: impl FnOnce(&mut TheBook) -> T) -> T {
        work(&mut self.shared.book.write().expect("no reader panics"))
    }

    /// The first answer again for the same command; a refusal for another content under the same id.
    fn again(&self, book: &TheBook, sub: &Submission, first: &Entry) -> Answer {
        let registry = self.shared.registry.read().expect("no reader panics");
        let sealed = self.shared.sealed.lock().expect("no holder panics");
        Memory { book, registry: &registry, sealed: &sealed }.answer(sub, Some(first))
    }

    fn past(&self, seq: u64, records: &[Record]) -> Option<Entry> {
        if let Some(record) = records.iter().find(|r| r.seq == seq) {
            return Entry::read(&record.bytes).ok();
        }
        self.journal.read(seq).ok().flatten().and_then(|bytes| Entry::read(&bytes).ok())
    }
}

pub(crate) fn recorded(entry: &Entry, code: String, visa: Vec<String>, again: bool) -> Recorded {
    let number = entry
        .effects
        .iter()
        .find_map(|e| if let Effect::Number { year, n, void: false, .. } = e { Some(number_text(&entry.site, *year, *n)) } else { None });
    let warnings = entry.effects.iter().filter_map(|e| if let Effect::Warn { code, .. } = e { Some(code.clone()) } else { None }).collect();
    let opened: Vec<Id> = opened_things(&entry.effects);
    Recorded { seq: entry.seq, code, opened, number, warnings, visa, again }
}

/// Where the chain stands.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) prev: String,
    pub(crate) hlc: i64,
}

impl Default for Head {
    fn default() -> Head {
        Head { prev: "0".repeat(64), hlc: 0 }
    }
}
