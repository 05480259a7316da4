//! A plugin in a process of its own, seen from the host: started when needed, spoken to in frames, ended when it is late.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, ErrorKind, PipeReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::arena::QUOTA;
use crate::budget::Allowance;
use crate::conduct::WORDS_BYTES;
use crate::fault::{Ending, Misdeed, PluginFault};
use crate::frame::{Frame, Kind, Line, Parts, put};
use crate::inspect::{Abi, Inspected};
use crate::isolation::{Isolation, Sandbox};
use crate::loaded::{Answers, Raw, What, is_known_status, millis};
use crate::refused::{PluginRefused, Why};
use crate::turn::Turn;

/// A reply, and what stands around it in its frame.
const MAX_FRAME: usize = QUOTA + 64;
/// Everybody waits for a plugin that does not answer; until it answers again, its budget is so many times smaller.
const PATIENCE: u32 = 8;
/// So many answers travel with a call at most; one bit each tells which were used.
const MAX_KNOWN: usize = 64;
/// How long a child that ended may keep its last words to itself.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Work after which a child makes room for a fresh one, far below its limit of processor time.
const LIFETIME: Duration = Duration::from_secs(crate::sandbox::CPU_SECONDS / 2);

/// A child that holds more makes room for a fresh one as well: half of what it may have at all, in kilobytes.
const LEAKED_KB: u64 = 256 << 10;
/// How many calls there are between two looks at what a child holds.
const LOOKED_AT: u64 = 64;

/// A plugin in a child.
pub(crate) struct Child {
    file: PathBuf,
    copy: PathBuf,
    entry: String,
    said: Abi,
    turn: Turn,
    /// Only whoever has the turn touches it.
    state: Mutex<State>,
    /// The process, 0 for none, and what holds it.
    process: AtomicU32,
    sandbox: Mutex<Sandbox>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// Ends in a row.
    ends: usize,
    rests_until: Option<Instant>,
    calls: u64,
    /// It did not answer the last call in time.
    late: bool,
    habits: Habits,
}

/// The questions a plugin is known to need: their answers travel with the call.
#[derive(Default)]
struct Habits {
    known: Vec<Vec<u8>>,
    /// What it asked in the last call beside these.
    asked: Vec<Vec<u8>>,
}

struct Running {
    process: std::process::Child,
    line: Line<UnixStream>,
    words: Arc<Words>,
    sandbox: Sandbox,
    worked: Duration,
}

/// Why a conversation ended before its reply.
enum Broken {
    Late(Duration),
    Ended,
    Questions,
    Protocol(&'static str),
    Host(io::Error),
}

impl Child {
    pub(crate) fn new(inspected: &Inspected, copy: PathBuf) -> Child {
        Child {
            file: inspected.path().to_owned(),
            copy,
            entry: inspected.entry.clone(),
            said: inspected.said(),
            turn: Turn::default(),
            state: Mutex::default(),
            process: AtomicU32::new(0),
            sandbox: Mutex::default(),
        }
    }

    pub(crate) fn turn(&self) -> &Turn {
        &self.turn
    }

    pub(crate) fn process(&self) -> Option<(u32, Sandbox)> {
        let sandbox = *self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        Some(self.process.load(Ordering::Relaxed)).filter(|id| *id != 0).map(|id| (id, sandbox))
    }

    /// Starts it if it does not run.
    pub(crate) fn ready(&self, isolation: &Isolation) -> Result<(), PluginFault> {
        let Ok(_held) = self.turn.take(isolation.budgets.load * 2) else { return Ok(()) };
        self.start(&mut self.state(), isolation)
    }

    /// One call. Whoever makes it has the turn.
    pub(crate) fn run(
        &self,
        what: What<'_>,
        budget: Duration,
        answers: Option<&mut dyn Answers>,
        isolation: &Isolation,
    ) -> Result<Raw, PluginFault> {
        let mut state = self.state();
        let state = &mut *state;
        self.start(state, isolation)?;
        let running = state.running.as_mut().expect("it was started on the line above");
        state.calls += 1;
        let budget = if state.late { budget / PATIENCE } else { budget };
        let mut talk = Talk {
            call: state.calls,
            allowance: Allowance::new(budget).asking(isolation.budgets.questions),
            turn: &self.turn,
            answers,
            panic: None,
        };
        let outcome = talk.through(running, what, &mut state.habits);
        if let Some(panic) = talk.panic {
            if outcome.is_err() {
                self.end(state);
            }
            resume_unwind(panic);
        }
        match outcome {
            Ok(raw) => {
                state.ends = 0;
                state.late = false;
                let look = state.calls.is_multiple_of(LOOKED_AT);
                if state.running.as_ref().is_some_and(|running| running.worked > LIFETIME || look && running.leaks()) {
                    self.end(state);
                }
                raw.map_err(|how| PluginFault::Misbehaved { how })
            }
            Err(broken) => {
                state.late = matches!(broken, Broken::Late(_));
                Err(self.broke(state, broken, isolation))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, state: &mut State, isolation: &Isolation) -> Result<(), PluginFault> {
        if state.running.is_some() {
            return Ok(());
        }
        if let Some(left) = state.rests_until.and_then(|until| until.checked_duration_since(Instant::now())) {
            return Err(PluginFault::Resting { ms: millis(left) + 1 });
        }
        let Abi { major, minor, min_minor, flags } = self.said;
        let numbers = [major, minor, min_minor, flags].map(|n| OsString::from(n.to_string()));
        let mut words: Vec<OsString> = vec![self.copy.clone().into(), self.entry.clone().into()];
        words.extend(numbers);
        let mut running = spawn(isolation, &words).map_err(|error| self.refused(Why::NotStarted { source: error.to_string() }))?;
        match running.greeting(isolation.budgets.load) {
            Ok(Ok(sandbox)) => {
                running.sandbox = sandbox;
                *self.sandbox.lock().unwrap_or_else(PoisonError::into_inner) = sandbox;
                self.process.store(running.process.id(), Ordering::Relaxed);
                state.running = Some(running);
                state.habits = Habits::default();
                Ok(())
            }
            Ok(Err(why)) => {
                drop(running);
                Err(self.refused(why))
            }
            Err(broken) => {
                state.running = Some(running);
                Err(self.broke(state, broken, isolation))
            }
        }
    }

    fn refused(&self, why: Why) -> PluginFault {
        PluginFault::NotLoaded(Box::new(PluginRefused::new(&self.file, why)))
    }

    /// Ends it, lets it rest, and says what happened.
    fn broke(&self, state: &mut State, broken: Broken, isolation: &Isolation) -> PluginFault {
        let ended = self.end(state);
        let rest = isolation.rests[state.ends.min(isolation.rests.len() - 1)];
        state.ends += 1;
        state.rests_until = Some(Instant::now() + rest);
        match broken {
            Broken::Late(budget) => PluginFault::TimedOut { budget_ms: millis(budget) },
            Broken::Questions => PluginFault::Misbehaved { how: Misdeed::Questions },
            Broken::Protocol(what) => PluginFault::Misbehaved { how: Misdeed::Protocol(what) },
            Broken::Host(error) => PluginFault::Internal { text: error.to_string() },
            Broken::Ended => {
                let (ending, words) = ended.unwrap_or((Ending::Exit(0), String::new()));
                PluginFault::Crashed { ending, words }
            }
        }
    }

    /// How it ended, or ends now, and the last it said.
    fn end(&self, state: &mut State) -> Option<(Ending, String)> {
        self.process.store(0, Ordering::Relaxed);
        state.running.take().map(Running::end)
    }
}

/// One call's conversation.
struct Talk<'t, 'a> {
    call: u64,
    allowance: Allowance,
    turn: &'t Turn,
    answers: Option<&'a mut dyn Answers>,
    /// A panic of the one who answers; it goes on once the plugin has returned.
    panic: Option<Box<dyn std::any::Any + Send>>,
}

impl Talk<'_, '_> {
    fn through(&mut self, running: &mut Running, what: What<'_>, habits: &mut Habits) -> Result<Result<Raw, Misdeed>, Broken> {
        let start = Instant::now();
        let (kind, message) = match what {
            What::Describe => (Kind::Describe, &[][..]),
            What::Call(message) => (Kind::Call, message),
        };
        let (head, known) = self.head(kind, habits);
        running.line.send(kind, self.call, &[&head, message]).map_err(Broken::of_write)?;
        let mut asked: Vec<Vec<u8>> = Vec::new();
        let done = loop {
            let frame = running.hear(&self.allowance)?;
            if frame.call != self.call {
                return Err(Broken::Protocol("the number of another call"));
            }
            match frame.kind {
                Kind::Ask if !self.allowance.may_ask() => return Err(Broken::Questions),
                Kind::Ask => {
                    let answer = self.answered(&frame.bytes);
                    self.say(running, &answer)?;
                    if asked.len() < MAX_KNOWN {
                        asked.push(frame.bytes);
                    }
                }
                Kind::Poll => {
                    let gone = self.panic.is_some() || self.answers.as_ref().is_some_and(|answers| answers.cancelled());
                    self.say(running, &[u8::from(gone)])?;
                }
                Kind::Done => break frame.bytes,
                _ => return Err(Broken::Protocol("a frame out of turn")),
            }
        };
        if running.line.has_more() {
            return Err(Broken::Protocol("more than one reply"));
        }
        running.worked += start.elapsed();
        let (raw, used) = done_of(&done).ok_or(Broken::Protocol("a reply that makes no sense"))?;
        habits.learn(known, used, asked);
        Ok(raw)
    }

    /// What goes before a message: the budget, and the answers it is known to need, which count as read.
    fn head(&mut self, kind: Kind, habits: &mut Habits) -> (Vec<u8>, Vec<Vec<u8>>) {
        let known = if kind == Kind::Call { std::mem::take(&mut habits.known) } else { Vec::new() };
        let mut answers = Vec::new();
        for question in &known {
            let answer = self.answered(question);
            put(&mut answers, question);
            put(&mut answers, &answer);
        }
        let mut head = Vec::with_capacity(answers.len() + 24);
        head.extend(u64::try_from(self.allowance.budget.as_micros()).unwrap_or(u64::MAX).to_le_bytes());
        head.extend((known.len() as u64).to_le_bytes());
        head.append(&mut answers);
        (head, known)
    }

    /// The answer after a byte that says whether there is one.
    fn answered(&mut self, question: &[u8]) -> Vec<u8> {
        let start = Instant::now();
        let asked = std::str::from_utf8(question).ok().and(self.answers.as_deref_mut());
        let told = asked.map(|answers| catch_unwind(AssertUnwindSafe(|| answers.answer(question))));
        let answer = match told {
            Some(Ok(mut answer)) => {
                answer.insert(0, 0);
                answer
            }
            Some(Err(panic)) => {
                self.panic = Some(panic);
                vec![1]
            }
            None => vec![2],
        };
        let waited = start.elapsed();
        self.allowance.waited(waited);
        self.turn.more(waited + 2 * self.allowance.read(answer.len()));
        answer
    }

    fn say(&self, running: &mut Running, bytes: &[u8]) -> Result<(), Broken> {
        running.line.send(Kind::Answer, self.call, &[bytes]).map_err(Broken::of_write)
    }
}

impl Habits {
    /// Keeps what was used, adds what was asked twice running, forgets the rest.
    fn learn(&mut self, known: Vec<Vec<u8>>, used: u64, asked: Vec<Vec<u8>>) {
        let mut kept: Vec<Vec<u8>> =
            known.into_iter().enumerate().filter(|(n, _)| used >> n & 1 == 1).map(|(_, question)| question).collect();
        let again = asked.iter().filter(|question| self.asked.contains(question));
        kept.extend(again.take(MAX_KNOWN.saturating_sub(kept.len())).cloned());
        kept.dedup();
        (self.known, self.asked) = (kept, asked);
    }
}

/// What a reply's frame says, and which of the known answers were used; `None` when it says nothing.
fn done_of(bytes: &[u8]) -> Option<(Result<Raw, Misdeed>, u64)> {
    let mut parts = Parts(bytes);
    let (tag, used, number) = (parts.byte()?, parts.number()?, parts.number()?);
    let status = || i32::try_from(i64::from_le_bytes(number.to_le_bytes())).ok();
    let raw = match tag {
        0 if parts.0.len() <= QUOTA => Ok(Raw { status: status()?, bytes: parts.0.to_vec() }),
        1 => Err(Misdeed::OutsideArena { len: usize::try_from(number).ok()? }),
        2 => Err(Misdeed::ForeignContext),
        3 => Err(Misdeed::UnknownStatus(status().filter(|status| !is_known_status(*status))?)),
        _ => return None,
    };
    Some((raw, used))
}

impl Broken {
    fn of_write(error: io::Error) -> Broken {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Broken::Protocol("it does not listen"),
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => Broken::Ended,
            _ => Broken::Host(error),
        }
    }

    fn of_read(error: io::Error, budget: Duration) -> Broken {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Broken::Late(budget),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => Broken::Ended,
            ErrorKind::InvalidData => Broken::Protocol("a frame that makes no sense"),
            _ => Broken::Host(error),
        }
    }
}

impl Running {
    /// The next frame, while there is time.
    fn hear(&mut self, allowance: &Allowance) -> Result<Frame, Broken> {
        let wait = |stream: &UnixStream| match allowance.left() {
            Some(left) => stream.set_read_timeout(Some(left)),
            None => Err(ErrorKind::TimedOut.into()),
        };
        self.line.next(wait).map_err(|error| Broken::of_read(error, allowance.budget))
    }

    /// The *ready* frame alone counts: a child that ends well before it has not loaded its plugin.
    fn greeting(&mut self, budget: Duration) -> Result<Result<Sandbox, Why>, Broken> {
        // Not twice: nobody can be asked to stop while loading.
        let late = |broken| if matches!(broken, Broken::Late(_)) { Broken::Late(budget) } else { broken };
        let frame = self.hear(&Allowance::new(budget / 2)).map_err(late)?;
        let why = || Why::from_wire(std::str::from_utf8(&frame.bytes).ok()?);
        match (frame.kind, frame.call, &frame.bytes[..]) {
            (Kind::Ready, 0, [landlock, seccomp]) => Ok(Ok(Sandbox { landlock: *landlock == 1, seccomp: *seccomp == 1 })),
            (Kind::Failed, 0, _) => why().map(Err).ok_or(Broken::Protocol("a refusal that makes no sense")),
            _ => Err(Broken::Protocol("a frame before it was ready")),
        }
    }

    /// True when it holds more memory than its calls can need: what it was lent is given back with each.
    fn leaks(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        resident.is_some_and(|kilobytes| kilobytes > LEAKED_KB)
    }

    fn end(mut self) -> (Ending, String) {
        let _ = self.process.kill(); // It may have ended by itself; how is what we want to know.
        let ending = self.process.wait().map_or(Ending::Exit(-1), ending);
        (ending, self.words.last())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end(&mut self.state());
    }
}

fn ending(status: ExitStatus) -> Ending {
    match status.signal() {
        Some(signal) => Ending::Signal(signal),
        None => Ending::Exit(status.code().unwrap_or(-1)),
    }
}

/// What holds a child here, told by one that has no plugin.
pub(crate) fn probe(isolation: &Isolation) -> Sandbox {
    let Ok(mut running) = spawn(isolation, &[]) else { return Sandbox::default() };
    let told = running.greeting(isolation.budgets.load);
    running.end();
    told.ok().and_then(Result::ok).unwrap_or_default()
}

fn spawn(isolation: &Isolation, words: &[OsString]) -> io::Result<Running> {
    let [program, first @ ..] = &isolation.runner[..] else { return Err(io::Error::other("no runner")) };
    let (ours, theirs) = UnixStream::pair()?;
    let (heard, said) = io::pipe()?;
    let mut command = Command::new(Path::new(program));
    command.args(first).arg(std::process::id().to_string()).arg(if isolation.require_sandbox { "whole" } else { "any" }).args(words);
    command.env_clear().current_dir("/").stdin(Stdio::from(OwnedFd::from(theirs)));
    command.stdout(Stdio::from(said.try_clone()?)).stderr(Stdio::from(said));
    let process = raise(command)?;
    ours.set_write_timeout(Some(isolation.budgets.call))?;
    let words = Words::hear(heard)?;
    Ok(Running { process, line: Line::new(ours, MAX_FRAME), words, sandbox: Sandbox::default(), worked: Duration::ZERO })
}

/// Starts a process from a thread that never ends: the system ends a child together with the thread that made it.
fn raise(command: Command) -> io::Result<std::process::Child> {
    type Job = (Command, Sender<io::Result<std::process::Child>>);
    static NURSERY: OnceLock<Option<Mutex<Sender<Job>>>> = OnceLock::new();
    let nursery = NURSERY.get_or_init(|| {
        let (jobs, inbox) = channel::<Job>();
        let work = move || {
            for (mut command, reply) in inbox {
                let _ = reply.send(command.spawn()); // Whoever asked waits for it.
            }
        };
        std::thread::Builder::new().name("nursery".to_owned()).spawn(work).ok().map(|_| Mutex::new(jobs))
    });
    let gone = || io::Error::other("no thread to start children from");
    let (reply, process) = channel();
    let jobs = nursery.as_ref().ok_or_else(gone)?;
    jobs.lock().unwrap_or_else(PoisonError::into_inner).send((command, reply)).map_err(|_| gone())?;
    process.recv().map_err(|_| gone())?
}

/// The last of what a child printed.
#[derive(Default)]
struct Words {
    heard: Mutex<(VecDeque<u8>, bool)>,
    ended: Condvar,
}

impl Words {
    /// Listens until the child ends, and keeps no more than the last of it.
    fn hear(mut from: PipeReader) -> io::Result<Arc<Words>> {
        let words = Arc::new(Words::default());
        let kept = words.clone();
        std::thread::Builder::new().name("words".to_owned()).spawn(move || {
            let mut gulp = [0; 8192];
            while let Ok(len @ 1..) = from.read(&mut gulp) {
                let last = &gulp[len.saturating_sub(WORDS_BYTES)..len];
                let mut heard = kept.heard.lock().unwrap_or_else(PoisonError::into_inner);
                let over = (heard.0.len() + last.len()).saturating_sub(WORDS_BYTES);
                heard.0.drain(..over);
                heard.0.extend(last);
            }
            kept.heard.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
            kept.ended.notify_all();
        })?;
        Ok(words)
    }

    /// Its last words; a process it left behind may hold the pipe open, and is not waited for.
    fn last(&self) -> String {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(heard, LAST_WORDS, |heard| !heard.1);
        let (heard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = heard.0.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(habits: &mut Habits, used: u64, asked: &[&str]) -> Vec<String> {
        let known = std::mem::take(&mut habits.known);
        habits.learn(known, used, asked.iter().map(|q| q.as_bytes().to_vec()).collect());
        habits.known.iter().map(|q| String::from_utf8(q.clone()).unwrap()).collect()
    }

    #[test]
    fn a_question_asked_twice_running_travels_until_it_is_not_used() {
        let mut habits = Habits::default();
        assert!(learnt(&mut habits, 0, &["price", "lot 1"]).is_empty());
        assert_eq!(learnt(&mut habits, 0, &["price", "lot 2"]), ["price"]);
        assert_eq!(learnt(&mut habits, 1, &["lot 3", "rule"]), ["price"]);
        assert_eq!(learnt(&mut habits, 1, &["rule"]), ["price", "rule"]);
        assert_eq!(learnt(&mut habits, 2, &[]), ["rule"]);
        assert!(learnt(&mut habits, 0, &[]).is_empty());
    }

    #[test]
    fn a_reply_that_makes_no_sense_is_none() {
        let done = |tag: u8, number: u64, bytes: &[u8]| [&[tag][..], &[0; 8], &number.to_le_bytes(), bytes].concat();
        assert_eq!(done_of(&done(0, 0, b"fine")), Some((Ok(Raw { status: 0, bytes: b"fine".to_vec() }), 0)));
        assert_eq!(done_of(&done(1, 9, b"")), Some((Err(Misdeed::OutsideArena { len: 9 }), 0)));
        for bytes in [done(0, u64::MAX / 2, b""), done(3, 0, b""), done(4, 0, b""), vec![], vec![0; 16]] {
            assert_eq!(done_of(&bytes), None, "{bytes:?}");
        }
        assert_eq!(done_of(&done(0, 0, &vec![b' '; QUOTA + 1])), None);
    }
}
