//! One call: lend the arena and the table, run, look at every address, copy the answer.
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use baara_plugin_api::abi::{
    ABI_MAJOR, ABI_MINOR, BaaraBytes, BaaraHost, BaaraPlugin, Call, Describe, STATUS_BAD_MESSAGE, STATUS_CANCELLED, STATUS_INTERNAL,
    STATUS_LIMIT, STATUS_OK, STATUS_PANIC, STATUS_REFUSED,
};

use crate::arena::Arena;
use crate::fault::{Misdeed, PluginFault};

/// After so many strikes a plugin is called no more.
const STRIKES: u32 = 3;
/// What a plugin says about its own failure is cut here.
const TEXT_BYTES: usize = 2048;

/// Who answers a plugin's questions during one call.
pub trait Answers {
    /// The answer, as a message.
    fn answer(&mut self, question: &[u8]) -> Vec<u8>;
    /// Whether nobody waits for the call any more.
    fn cancelled(&self) -> bool {
        false
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

/// A plugin in this process. Copies name the same plugin; calls wait for each other.
#[derive(Clone, Copy)]
pub struct Loaded(&'static Plugin);

/// The functions of a checked entry.
pub(crate) struct Slots {
    pub(crate) describe: Describe,
    pub(crate) call: Call,
}

/// Lives as long as the library: for ever.
struct Plugin {
    /// What it is lent. Kept here and not on the stack, so that a plugin that looks at it too late finds it whole. Its
    /// `ctx` is the address of the entry: handed back with each question, compared, never followed.
    table: BaaraHost,
    slots: Slots,
    arena: Mutex<Arena>,
    strikes: AtomicU32,
}

// SAFETY: The table is never changed, and its `ctx` is never followed.
unsafe impl Sync for Plugin {}

/// A call in progress on this thread. A plugin may answer only through the innermost one.
struct Frame<'a> {
    plugin: &'static Plugin,
    outer: *const Frame<'static>,
    arena: RefCell<MutexGuard<'static, Arena>>,
    answers: RefCell<Option<&'a mut dyn Answers>>,
    /// A panic of the one who answers; it goes on once the plugin has returned.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    misdeed: Cell<Option<Misdeed>>,
}

thread_local! {
    /// The innermost call of this thread. The table looks here and not behind the plugin's `ctx`, so a table used on
    /// another thread, or after the call, finds nothing.
    static CURRENT: Cell<*const Frame<'static>> = const { Cell::new(null()) };
}

impl Loaded {
    /// The plugin whose entry lies at this address, known or new.
    pub(crate) fn of(entry: *const BaaraPlugin, slots: Slots) -> Loaded {
        static KNOWN: Mutex<Vec<&'static Plugin>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let ctx: *mut c_void = entry.cast_mut().cast();
        if let Some(plugin) = known.iter().find(|plugin| plugin.table.ctx == ctx) {
            return Loaded(plugin);
        }
        let table = BaaraHost {
            struct_size: BaaraHost::MIN_SIZE,
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            ctx,
            alloc: Some(alloc),
            ask: Some(ask),
            cancelled: Some(cancelled),
        };
        let plugin = Plugin { table, slots, arena: Mutex::new(Arena::new()), strikes: AtomicU32::new(0) };
        let plugin: &'static Plugin = Box::leak(Box::new(plugin));
        known.push(plugin);
        Loaded(plugin)
    }

    /// What the plugin says it can do. It has nobody to ask meanwhile.
    pub fn describe(&self) -> Result<Vec<u8>, PluginFault> {
        let describe = self.0.slots.describe;
        // SAFETY: A function of a checked entry, with pointers that live until it returns.
        let reply = self.run(None, |host, out| unsafe { describe(host, out) })?;
        match reply {
            Reply::Ok(declaration) => Ok(declaration),
            Reply::Refused(refusal) => Err(PluginFault::Internal { text: format!("refused to describe itself: {}", clean(&refusal)) }),
        }
    }

    /// The plugin's answer to one message; `host` answers what it asks meanwhile.
    pub fn call(&self, message: &[u8], host: &mut dyn Answers) -> Result<Reply, PluginFault> {
        let call = self.0.slots.call;
        let message = BaaraBytes::of(message);
        // SAFETY: A function of a checked entry, with pointers that live until it returns.
        self.run(Some(host), |host, out| unsafe { call(host, &message, out) })
    }

    /// Broken promises since the program started.
    pub fn strikes(&self) -> u32 {
        self.0.strikes.load(Ordering::Relaxed)
    }

    /// Whether it is called no more.
    pub fn is_quarantined(&self) -> bool {
        self.strikes() >= STRIKES
    }

    fn run(
        &self,
        answers: Option<&mut dyn Answers>,
        enter: impl FnOnce(*const BaaraHost, *mut BaaraBytes) -> i32,
    ) -> Result<Reply, PluginFault> {
        let plugin = self.0;
        if self.is_quarantined() {
            return Err(PluginFault::Quarantined { strikes: self.strikes() });
        }
        if plugin.runs_here() {
            return Err(PluginFault::ReEntered);
        }
        let frame = Frame {
            plugin,
            outer: CURRENT.get(),
            // A panic while the lock is held is one of ours; the arena is reset below all the same.
            arena: RefCell::new(plugin.arena.lock().unwrap_or_else(PoisonError::into_inner)),
            answers: RefCell::new(answers),
            panic: Cell::new(None),
            misdeed: Cell::new(None),
        };
        let mut out = BaaraBytes::NONE;
        // No unwinding between the two: a panic cannot cross the C border, and `ask` catches ours.
        CURRENT.set((&raw const frame).cast());
        let status = enter(&plugin.table, &mut out);
        CURRENT.set(frame.outer);

        let (panic, misdeed) = (frame.panic.take(), frame.misdeed.take());
        let mut arena = frame.arena.into_inner();
        let outcome = match misdeed {
            Some(how) => Err(PluginFault::Misbehaved { how }),
            None => judge(status, out, &arena),
        };
        arena.reset();
        drop(arena);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
        if outcome.as_ref().is_err_and(PluginFault::is_strike) {
            plugin.strikes.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("entry", &self.0.table.ctx).field("strikes", &self.strikes()).finish()
    }
}

impl Plugin {
    /// Whether a call of this plugin is in progress on this thread.
    fn runs_here(&'static self) -> bool {
        let mut next = CURRENT.get();
        // SAFETY: Frames live on this thread's stack as long as they are in the chain.
        while let Some(frame) = unsafe { next.as_ref() } {
            if std::ptr::eq(frame.plugin, self) {
                return true;
            }
            next = frame.outer;
        }
        false
    }
}

/// What a status and an answer amount to. Nothing is read that does not lie in the arena.
fn judge(status: i32, out: BaaraBytes, arena: &Arena) -> Result<Reply, PluginFault> {
    if !matches!(status, STATUS_OK | STATUS_REFUSED | STATUS_BAD_MESSAGE | STATUS_CANCELLED | STATUS_LIMIT | STATUS_INTERNAL | STATUS_PANIC)
    {
        return Err(PluginFault::Misbehaved { how: Misdeed::UnknownStatus(status) });
    }
    let bytes = if out.len == 0 { Some(&[][..]) } else { arena.read(out.ptr, out.len) };
    let bytes = bytes.ok_or(PluginFault::Misbehaved { how: Misdeed::OutsideArena { len: out.len } })?;
    match status {
        STATUS_OK => text(bytes).map(Reply::Ok),
        STATUS_REFUSED => text(bytes).map(Reply::Refused),
        STATUS_BAD_MESSAGE => Err(PluginFault::BadMessage { text: clean(bytes) }),
        STATUS_CANCELLED => Err(PluginFault::Cancelled),
        STATUS_LIMIT => Err(PluginFault::Limit),
        STATUS_PANIC => Err(PluginFault::Panicked { text: clean(bytes) }),
        _ => Err(PluginFault::Internal { text: clean(bytes) }),
    }
}

/// A copy, if it is UTF-8.
fn text(bytes: &[u8]) -> Result<Vec<u8>, PluginFault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.as_bytes().to_vec()),
        Err(error) => Err(PluginFault::Misbehaved { how: Misdeed::NotText { at: error.valid_up_to() } }),
    }
}

/// A plugin's words about itself, fit for a log: short, one line, no control characters.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_BYTES)]);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The call this table was lent for, if the plugin uses it where and when it may.
fn frame<'a>(ctx: *mut c_void) -> Option<&'a Frame<'a>> {
    // SAFETY: Set for the length of a call on this thread, which is in progress since the plugin called us from it.
    let frame = unsafe { CURRENT.get().cast::<Frame<'a>>().as_ref() }?;
    if ctx == frame.plugin.table.ctx {
        return Some(frame);
    }
    frame.misdeed.set(Some(Misdeed::ForeignContext));
    None
}

unsafe extern "C" fn alloc(ctx: *mut c_void, size: usize, align: usize) -> *mut u8 {
    frame(ctx).map_or(null_mut(), |frame| frame.arena.borrow_mut().alloc(size, align))
}

unsafe extern "C" fn cancelled(ctx: *mut c_void) -> u32 {
    let Some(frame) = frame(ctx) else { return 1 };
    let answers = frame.answers.borrow();
    let asked = catch_unwind(AssertUnwindSafe(|| answers.as_ref().is_some_and(|answers| answers.cancelled())));
    asked.map_or_else(|panic| frame.stop(panic), u32::from)
}

unsafe extern "C" fn ask(ctx: *mut c_void, question: *const BaaraBytes, answer: *mut BaaraBytes) -> i32 {
    let Some(frame) = frame(ctx) else { return STATUS_BAD_MESSAGE };
    if question.is_null() || !question.is_aligned() || answer.is_null() || !answer.is_aligned() {
        return STATUS_BAD_MESSAGE;
    }
    // SAFETY: Not null, and valid while the plugin waits. A question may lie anywhere in the plugin's own memory, so
    // here the host relies on the plugin, as it does for all its code.
    let (question, answer) = unsafe { (*question, &mut *answer) };
    *answer = BaaraBytes::NONE;
    if question.len > crate::arena::QUOTA || (question.ptr.is_null() && question.len != 0) {
        return STATUS_BAD_MESSAGE;
    }
    let question = match question.len {
        0 => &[],
        // SAFETY: As above.
        len => unsafe { std::slice::from_raw_parts(question.ptr, len) },
    };
    if std::str::from_utf8(question).is_err() {
        return STATUS_BAD_MESSAGE;
    }
    let mut answers = frame.answers.borrow_mut();
    let Some(answers) = answers.as_deref_mut() else { return STATUS_BAD_MESSAGE };
    match catch_unwind(AssertUnwindSafe(|| answers.answer(question))) {
        Ok(bytes) => frame.lend(&bytes, answer),
        Err(panic) => {
            frame.stop(panic);
            STATUS_INTERNAL
        }
    }
}

impl Frame<'_> {
    /// Copies the host's answer into the arena.
    fn lend(&self, bytes: &[u8], answer: &mut BaaraBytes) -> i32 {
        if bytes.is_empty() {
            return STATUS_OK;
        }
        let room = self.arena.borrow_mut().alloc(bytes.len(), 1);
        if room.is_null() {
            return STATUS_LIMIT;
        }
        // SAFETY: The arena just gave this room to nobody else.
        unsafe { room.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        *answer = BaaraBytes { ptr: room, len: bytes.len() };
        STATUS_OK
    }

    /// Keeps a panic of ours until the plugin has returned, and tells the plugin to stop.
    fn stop(&self, panic: Box<dyn Any + Send>) -> u32 {
        self.panic.set(Some(panic));
        1
    }
}
