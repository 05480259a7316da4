//! A plugin that can be called, wherever it runs: one call at a time, every reply looked at, every strike kept.

use std::path::PathBuf;
use std::sync::Arc;

use baara_plugin_api::abi::{STATUS_BAD_MESSAGE, STATUS_CANCELLED, STATUS_INTERNAL, STATUS_LIMIT, STATUS_OK, STATUS_PANIC, STATUS_REFUSED};

use crate::arena::QUOTA;
use crate::around::Around;
use crate::budget::{Allowance, for_bytes};
use crate::child::Child;
use crate::conduct::{Conduct, Health};
use crate::fault::{Misdeed, PluginFault};
use crate::inside::Inside;
use crate::inspect::Inspected;
use crate::isolation::{Isolation, Mode, Sandbox};
use crate::marker::Marker;
use crate::turn::{Busy, Turn};

/// What a plugin says about its own failure is cut here.
const TEXT_BYTES: usize = 2048;

/// Who answers a plugin's questions during one call.
pub trait Answers {
    /// The answer, as a message. The same question gets the same answer throughout a call; it may be put before the call,
    /// when the last calls put it too.
    fn answer(&mut self, question: &[u8]) -> Vec<u8>;
    /// Whether nobody waits for the call any more.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Whoever answers a question, seen from where the plugin runs: the one above, or the line to it.
pub(crate) trait Asked {
    /// The answer, or the status that says why there is none.
    fn answer(&mut self, question: &[u8]) -> Result<Vec<u8>, i32>;
    fn cancelled(&self) -> bool;
}

/// The one who answers is in this process.
struct Here<'a>(&'a mut dyn Answers);

impl Asked for Here<'_> {
    fn answer(&mut self, question: &[u8]) -> Result<Vec<u8>, i32> {
        Ok(self.0.answer(question))
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// Counts what a plugin was told in one call.
struct Counted<'a> {
    host: &'a mut dyn Answers,
    bytes: usize,
}

impl Answers for Counted<'_> {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        let answer = self.host.answer(question);
        self.bytes += answer.len();
        answer
    }

    fn cancelled(&self) -> bool {
        self.host.cancelled()
    }
}

/// What a plugin answered. UTF-8 is checked, JSON is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// The answer.
    Ok(Vec<u8>),
    /// The business says no.
    Refused(Vec<u8>),
}

/// A plugin that can be called, in process or in a child. Copies name the same plugin; calls wait for each other.
#[derive(Clone)]
pub struct Loaded(Arc<Plugin>);

struct Plugin {
    way: Way,
    isolation: Arc<Isolation>,
    conduct: Arc<Conduct>,
}

enum Way {
    Inside(Inside, Arc<Marker>),
    Child(Box<Child>),
}

/// What is asked of a plugin.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    Describe,
    Call(&'a [u8]),
}

/// A status and the bytes that came with it, before anything is believed of them.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Raw {
    pub(crate) status: i32,
    pub(crate) bytes: Vec<u8>,
}

impl Loaded {
    pub(crate) fn inside(inside: Inside, marker: Arc<Marker>, isolation: Arc<Isolation>, conduct: Arc<Conduct>) -> Loaded {
        Loaded(Arc::new(Plugin { way: Way::Inside(inside, marker), isolation, conduct }))
    }

    pub(crate) fn child(inspected: &Inspected, copy: PathBuf, isolation: Arc<Isolation>, conduct: Arc<Conduct>) -> Loaded {
        let child = Child::new(inspected, copy);
        Loaded(Arc::new(Plugin { way: Way::Child(Box::new(child)), isolation, conduct }))
    }

    /// What the plugin says it can do. It has nobody to ask meanwhile.
    pub fn describe(&self) -> Result<Vec<u8>, PluginFault> {
        match self.run(What::Describe, None)? {
            Reply::Ok(declaration) => Ok(declaration),
            Reply::Refused(refusal) => Err(PluginFault::Internal { text: format!("refused to describe itself: {}", clean(&refusal)) }),
        }
    }

    /// The plugin's answer to one message; `host` answers what it asks meanwhile.
    pub fn call(&self, message: &[u8], host: &mut dyn Answers) -> Result<Reply, PluginFault> {
        self.run(What::Call(message), Some(host))
    }

    /// Starts a child that does not run yet, so that a file that cannot be loaded is known before its first call.
    pub fn ready(&self) -> Result<(), PluginFault> {
        self.watched(|plugin| match &plugin.way {
            Way::Inside(..) => Ok(()),
            Way::Child(child) => child.ready(&plugin.isolation),
        })
    }

    /// A promise its caller found broken: an answer that is no JSON, an effect beyond its grant. It is a strike.
    pub fn broke_a_promise(&self) {
        self.0.conduct.strike(&PluginFault::Misbehaved { how: Misdeed::Promise });
    }

    /// Where it runs, which is not where it was asked to run when it was demoted.
    pub fn mode(&self) -> Mode {
        match self.0.way {
            Way::Inside(..) => Mode::InProcess,
            Way::Child(_) => Mode::Child,
        }
    }

    /// The process of a child that runs now, and what holds it.
    pub fn process(&self) -> Option<(u32, Sandbox)> {
        match &self.0.way {
            Way::Inside(..) => None,
            Way::Child(child) => child.process(),
        }
    }

    /// How its file behaved on this machine.
    pub fn health(&self) -> Health {
        self.0.conduct.health().clone()
    }

    /// Broken promises that still count.
    pub fn strikes(&self) -> u32 {
        self.0.conduct.strikes()
    }

    /// Whether it is called no more.
    pub fn is_quarantined(&self) -> bool {
        self.0.conduct.quarantine().is_some()
    }

    fn run(&self, what: What<'_>, answers: Option<&mut dyn Answers>) -> Result<Reply, PluginFault> {
        let budgets = self.0.isolation.budgets;
        let budget = match what {
            What::Describe => budgets.describe,
            What::Call(message) => budgets.call + for_bytes(message.len()),
        };
        self.watched(|plugin| {
            let turn = plugin.way.turn();
            let held = match turn.take(budget * 2) {
                Ok(held) => held,
                Err(Busy::Mine) => return Err(PluginFault::ReEntered),
                Err(Busy::Stuck) => {
                    plugin.conduct.demote();
                    return Err(PluginFault::TimedOut { budget_ms: millis(budget) });
                }
            };
            let mut counted = answers.map(|host| Counted { host, bytes: 0 });
            let answers = counted.as_mut().map(|counted| counted as &mut dyn Answers);
            let raw = match &plugin.way {
                Way::Inside(inside, marker) => {
                    let _runs = Runs::new(marker);
                    let mut here = answers.map(Here);
                    let asked = here.as_mut().map(|here| here as &mut dyn Asked);
                    let around = cfg!(debug_assertions).then(Around::now);
                    let raw = inside.run(what, Allowance::new(budget).asking(budgets.questions), asked);
                    let meddled = around.and_then(|around| around.meddled()).map_or(Ok(()), |what| Err(Misdeed::Meddled(what)));
                    meddled.and(raw).map_err(|how| PluginFault::Misbehaved { how })
                }
                Way::Child(child) => child.run(what, budget, answers, &plugin.isolation),
            };
            drop(held);
            let told = counted.map_or(0, |counted| counted.bytes);
            raw.and_then(|raw| judge(raw, told))
        })
    }

    /// Nothing is asked of a plugin in quarantine, and what is a strike is kept.
    fn watched<T>(&self, work: impl FnOnce(&Plugin) -> Result<T, PluginFault>) -> Result<T, PluginFault> {
        let plugin = &*self.0;
        if let Some(no) = plugin.conduct.quarantine() {
            return Err(no);
        }
        let outcome = work(plugin);
        if let Err(fault) = &outcome
            && fault.is_strike()
        {
            plugin.conduct.strike(fault);
        }
        outcome
    }
}

impl Way {
    fn turn(&self) -> &Turn {
        match self {
            Way::Inside(inside, _) => inside.turn(),
            Way::Child(child) => child.turn(),
        }
    }
}

/// A set marker, until dropped.
struct Runs<'a>(&'a Marker);

impl<'a> Runs<'a> {
    fn new(marker: &'a Marker) -> Runs<'a> {
        marker.set(true);
        Runs(marker)
    }
}

impl Drop for Runs<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("mode", &self.mode()).field("strikes", &self.strikes()).finish_non_exhaustive()
    }
}

/// Whether a version of the contract knows this status.
pub(crate) fn is_known_status(status: i32) -> bool {
    matches!(status, STATUS_OK | STATUS_REFUSED | STATUS_BAD_MESSAGE | STATUS_CANCELLED | STATUS_LIMIT | STATUS_INTERNAL | STATUS_PANIC)
}

/// What a status and its bytes amount to, whichever side of a process boundary they come from, after so many bytes of
/// answers.
fn judge(Raw { status, bytes }: Raw, told: usize) -> Result<Reply, PluginFault> {
    match status {
        STATUS_OK => text(bytes).map(Reply::Ok),
        STATUS_REFUSED => text(bytes).map(Reply::Refused),
        STATUS_BAD_MESSAGE => Err(PluginFault::BadMessage { text: clean(&bytes) }),
        STATUS_CANCELLED => Err(PluginFault::Cancelled),
        STATUS_LIMIT => Err(PluginFault::Limit { own: told <= QUOTA / 2 }),
        STATUS_PANIC => Err(PluginFault::Panicked { text: clean(&bytes) }),
        STATUS_INTERNAL => Err(PluginFault::Internal { text: clean(&bytes) }),
        unknown => Err(PluginFault::Misbehaved { how: Misdeed::UnknownStatus(unknown) }),
    }
}

/// The bytes, if they are UTF-8.
fn text(bytes: Vec<u8>) -> Result<Vec<u8>, PluginFault> {
    let not = |error: std::str::Utf8Error| PluginFault::Misbehaved { how: Misdeed::NotText { at: error.valid_up_to() } };
    String::from_utf8(bytes).map(String::into_bytes).map_err(|error| not(error.utf8_error()))
}

/// A plugin's words about itself, fit for a log: short, one line, no control characters.
pub(crate) fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_BYTES)]);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

pub(crate) fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
