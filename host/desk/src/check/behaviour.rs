//! Level 3: it is made to work, with commands that its own forms allow, and with some that nobody would send.

use super::loading::{Plugin, open};
use super::practice::Practice;
use super::{Verdict, wrong};
use crate::plugins::Side;
use crate::reading::{Source, read_fields};
use baara_book::guards::Act;
use baara_loader::{Answers, PluginFault, Reply};
use baara_plugin_api::laws::{self, Told as Answered};
use baara_plugin_api::practice::{self, Chance, Filling, SITE, today};
use baara_plugin_api::{Command, Effect, KindDeclaration, Message, Refusal, Reply as Told, json};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// How many forms of each kind are tried.
const FORMS: usize = 60;
/// How long one answer may keep the machine busy.
const BUDGET: Duration = Duration::from_secs(1);
/// How long it may keep people waiting, on a machine that is busy with other things as well.
const WAIT: Duration = Duration::from_secs(20);
/// How much a plugin may have grown after [`LEAK_CALLS`] calls of the same, in pages of memory.
const LEAK_PAGES: u64 = 512;
/// How often a command is repeated to see whether memory is given back.
const LEAK_CALLS: usize = 4000;

/// One command and what came of it.
struct Step {
    command: Command,
    table: bool,
    message: Vec<u8>,
    answer: Result<Reply, PluginFault>,
    busy: Duration,
    waited: Duration,
}

impl Step {
    /// The command as a reviewer can send it again.
    fn shown(&self) -> String {
        laws::shown(&self.command)
    }

    /// What the plugin answered, read as the desk reads it.
    fn told(&self) -> Result<Answered, String> {
        let unread = |e: serde_json::Error| format!("{e} ← {}", self.shown());
        match &self.answer {
            Ok(Reply::Ok(bytes)) => serde_json::from_slice(bytes).map(Ok).map_err(unread),
            Ok(Reply::Refused(bytes)) => serde_json::from_slice(bytes).map(Err).map_err(unread),
            Err(fault) => Err(format!("{fault} ← {}", self.shown())),
        }
    }
}

/// Takes each kind through its forms on one book that remembers; what fits the guards is folded in.
fn work(file: &Path, folder: &Path, mut see: impl FnMut(&Plugin, &Practice, &Step) -> Result<(), Refusal>) -> Result<usize, Refusal> {
    let plugin = open(file, folder)?;
    let mut practice = Practice::new(&plugin.declaration);
    let mut recorded = 0;
    let kinds = plugin.declaration.kinds.iter().map(|kind| (kind, false));
    for (kind, table) in kinds.chain(plugin.declaration.tables.iter().map(|kind| (kind, true))) {
        for n in 0..FORMS {
            let Some(command) = command(&practice, kind, n) else { continue };
            let message = if table { Message::Table { command: command.clone() } } else { Message::Decide { command: command.clone() } };
            let message = serde_json::to_vec(&message).expect("a message is JSON");
            let (begun, before) = (Instant::now(), busy());
            let answer = plugin.loaded.call(&message, &mut Side(&practice.book.view(SITE)));
            let waited = begun.elapsed();
            let busy = busy().saturating_sub(before);
            let step = Step { command, table, message, answer, busy, waited };
            see(&plugin, &practice, &step)?;
            if let Ok(Ok(Told::Effects(effects))) = step.told()
                && let Ok(effects) = passed(&practice, kind, &step.command, effects)
            {
                recorded += 1;
                practice.apply(&kind.kind, today(), effects);
            }
        }
    }
    Ok(recorded)
}

/// The nth command of a kind, as the host would hand it over; `None` when the host would not take the form.
fn command(practice: &Practice, kind: &KindDeclaration, n: usize) -> Option<Command> {
    let view = practice.book.view(SITE);
    let filling = Filling { book: &view, known: &practice.known, date: today() };
    let form = filling.form(&kind.fields, &mut Chance::from_seed(n as u64 + 1));
    let fields = read_fields(&practice.book, SITE, today(), &kind.fields, &form, Source::Program).ok()?;
    Some(practice::command(&kind.kind, n, fields))
}

/// The effects as they would be recorded, or what the guards have against them.
fn passed(practice: &Practice, kind: &KindDeclaration, command: &Command, effects: Vec<Effect>) -> Result<Vec<Effect>, Refusal> {
    let Command { site, kind: name, date, leave, fields, .. } = command;
    let act = Act { site, kind: name, date: *date, today: today(), leave: leave.as_ref(), fields, reversal: false };
    laws::passed(&practice.book, &kind.writes, &act, effects)
}

/// It answers every command that its forms allow, with effects, a table whose rows fit their columns, or a refusal.
pub(super) fn commands(file: &Path, folder: &Path) -> Verdict {
    let recorded = work(file, folder, |_, _, step| {
        let told = step.told().map_err(|how| wrong("check/commands", how))?;
        laws::answers_its_call(step.table, &step.command, &told)
    })?;
    Ok(recorded.to_string())
}

/// The same command and book have the same answer, now and in another process.
pub(super) fn answers(file: &Path, folder: &Path) -> Verdict {
    let mut all = Sha256::new();
    work(file, folder, |plugin, practice, step| {
        let again = plugin.loaded.call(&step.message, &mut Side(&practice.book.view(SITE)));
        if again != step.answer {
            return Err(wrong("check/answers", step.shown()));
        }
        all.update(format!("{:?}\n", step.answer));
        Ok(())
    })?;
    Ok(all.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// It refuses only under codes that its kind declares, or that every kind may give; a sheet as the record it prepares.
pub(super) fn refusals(file: &Path, folder: &Path) -> Verdict {
    let recorded = work(file, folder, |plugin, _, step| {
        let Ok(told) = step.told() else { return Ok(()) };
        let mut kinds = plugin.declaration.kinds.iter().chain(&plugin.declaration.tables);
        let kind = kinds.find(|kind| kind.kind == step.command.kind).expect("a command is of a kind it declares");
        laws::refuses_as_declared(kind, &step.command, &told)
    })?;
    Ok(recorded.to_string())
}

/// What it writes lies within its grant and is fit to be written: units, sites, ids, dates.
pub(super) fn effects(file: &Path, folder: &Path) -> Verdict {
    let recorded = work(file, folder, |plugin, practice, step| {
        let Ok(Ok(Told::Effects(effects))) = step.told() else { return Ok(()) };
        let Some(kind) = plugin.declaration.kinds.iter().find(|kind| kind.kind == step.command.kind) else { return Ok(()) };
        laws::writes_sense(&step.command, &passed(practice, kind, &step.command, effects))
    })?;
    Ok(recorded.to_string())
}

/// Francs shared among persons add up to what the form says is shared, or to all that the fund had.
pub(super) fn splits(file: &Path, folder: &Path) -> Verdict {
    work(file, folder, |_, practice, step| match step.told() {
        Ok(told) => laws::shares_all(&practice.book, &step.command, &told),
        Err(_) => Ok(()),
    })
    .map(|_| String::new())
}

/// A host that answers every question the same, wanted or not.
struct Deaf(&'static [u8], bool);

impl Answers for Deaf {
    fn answer(&mut self, _: &[u8]) -> Vec<u8> {
        self.0.to_vec()
    }
    fn cancelled(&self) -> bool {
        self.1
    }
}

/// Whatever it is sent, it answers or says that it cannot: it neither breaks nor breaks the contract.
pub(super) fn hostile(file: &Path, folder: &Path) -> Verdict {
    let mut tried = 0;
    let mut sent = |plugin: &Plugin, bytes: &[u8], host: &mut Deaf| {
        tried += 1;
        match plugin.loaded.call(bytes, host) {
            Err(fault @ (PluginFault::Panicked { .. } | PluginFault::Misbehaved { .. } | PluginFault::Internal { .. })) => {
                Err(wrong("check/hostile", format!("{fault} ← {}", String::from_utf8_lossy(&bytes[..bytes.len().min(160)]))))
            }
            _ => Ok(()),
        }
    };
    let plugin = open(file, folder)?;
    for message in practice::rubbish() {
        sent(&plugin, &message, &mut Deaf(b"", false))?;
    }
    let practice = Practice::new(&plugin.declaration);
    for kind in plugin.declaration.kinds.iter().chain(&plugin.declaration.tables) {
        for (n, call) in [(1, "decide"), (2, "table"), (4, "decide"), (5, "decide")] {
            let Some(command) = command(&practice, kind, n) else { continue };
            let whole = json!({"call": call, "command": command}).to_string();
            for answer in practice::NO_ANSWERS {
                sent(&plugin, whole.as_bytes(), &mut Deaf(answer, n % 2 == 0))?;
            }
            for message in practice::distorted(call, &command) {
                sent(&plugin, &message, &mut Deaf(b"null", false))?;
            }
        }
    }
    Ok(tried.to_string())
}

/// A small file of the system in one reading, so that looking costs the same each time.
fn glance(path: &str) -> Option<String> {
    let mut bytes = [0; 4096];
    let len = std::fs::File::open(path).ok()?.read(&mut bytes).ok()?;
    std::str::from_utf8(&bytes[..len]).ok().map(str::to_owned)
}

/// How often this process has read and written; `None` where the system does not count it.
fn traffic() -> Option<u64> {
    let text = glance("/proc/self/io")?;
    let count = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    Some(count("syscr:")? + count("syscw:")?)
}

/// The loader's own byte is set before a call and cleared after it.
const MARKED: u64 = 2;

/// It reads and writes nothing while it answers.
pub(super) fn reads(file: &Path, folder: &Path) -> Verdict {
    work(file, folder, |plugin, practice, step| {
        let (first, second) = (traffic(), traffic());
        let _ = plugin.loaded.call(&step.message, &mut Side(&practice.book.view(SITE))); // Its answer was seen already.
        let third = traffic();
        let (Some(first), Some(second), Some(third)) = (first, second, third) else { return Ok(()) };
        if third - second > second - first + MARKED { Err(wrong("check/reads", step.shown())) } else { Ok(()) }
    })
    .map(|_| String::new())
}

/// How long this thread has kept the machine busy; nothing where the system does not count it.
fn busy() -> Duration {
    let text = glance("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Each answer comes in time.
pub(super) fn time(file: &Path, folder: &Path) -> Verdict {
    work(file, folder, |_, _, step| {
        let in_time = step.busy <= BUDGET && step.waited <= WAIT;
        if in_time { Ok(()) } else { Err(wrong("check/time", format!("{} ms ← {}", step.waited.as_millis(), step.shown()))) }
    })
    .map(|_| String::new())
}

/// The memory this process has, in pages.
fn pages() -> Option<u64> {
    glance("/proc/self/statm")?.split(' ').nth(1)?.parse().ok()
}

/// It gives its memory back: thousands of calls later it has not grown.
pub(super) fn leaks(file: &Path, folder: &Path) -> Verdict {
    let plugin = open(file, folder)?;
    let practice = Practice::new(&plugin.declaration);
    let kinds = plugin.declaration.kinds.iter().chain(&plugin.declaration.tables);
    for (at, kind) in kinds.enumerate() {
        let Some(command) = (1..FORMS).find_map(|n| command(&practice, kind, n)) else { continue };
        let call = if at < plugin.declaration.kinds.len() { "decide" } else { "table" };
        let message = json!({"call": call, "command": command}).to_string();
        let mut before = None;
        for n in 0..LEAK_CALLS {
            if n == LEAK_CALLS / 4 {
                before = pages();
            }
            let _ = plugin.loaded.call(message.as_bytes(), &mut Side(&practice.book.view(SITE))); // Only its memory is looked at.
        }
        let grown = pages().zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
        if grown > LEAK_PAGES {
            return Err(wrong("check/leaks", format!("{} kB ← {}", grown * 4, kind.kind)));
        }
    }
    Ok(String::new())
}
