//! One call in this process: lend the arena and the table, run, look at every address, copy the answer.
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use baara_plugin_api::abi::{
    ABI_MAJOR, ABI_MINOR, BaaraBytes, BaaraHost, BaaraPlugin, Call, Describe, STATUS_BAD_MESSAGE, STATUS_INTERNAL, STATUS_LIMIT, STATUS_OK,
};

use crate::arena::Arena;
use crate::budget::Allowance;
use crate::fault::Misdeed;
use crate::loaded::{Asked, Raw, What, is_known_status};
use crate::turn::Turn;

/// A plugin in this process. Copies name the same plugin.
#[derive(Clone, Copy)]
pub(crate) struct Inside(&'static Plugin);

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
    turn: Turn,
}

// SAFETY: The table is never changed, and its `ctx` is never followed.
unsafe impl Sync for Plugin {}

/// A call in progress on this thread. A plugin may answer only through the innermost one.
struct Frame<'a> {
    plugin: &'static Plugin,
    outer: *const Frame<'static>,
    arena: RefCell<MutexGuard<'static, Arena>>,
    answers: RefCell<Option<&'a mut dyn Asked>>,
    allowance: Cell<Allowance>,
    /// A panic of the one who answers; it goes on once the plugin has returned.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    misdeed: Cell<Option<Misdeed>>,
}

thread_local! {
    /// The innermost call of this thread. The table looks here and not behind the plugin's `ctx`, so a table used on
    /// another thread, or after the call, finds nothing.
    static CURRENT: Cell<*const Frame<'static>> = const { Cell::new(null()) };
}

impl Inside {
    /// The plugin whose entry lies at this address, known or new.
    pub(crate) fn of(entry: *const BaaraPlugin, slots: Slots) -> Inside {
        static KNOWN: Mutex<Vec<&'static Plugin>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let ctx: *mut c_void = entry.cast_mut().cast();
        if let Some(plugin) = known.iter().find(|plugin| plugin.table.ctx == ctx) {
            return Inside(plugin);
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
        let plugin = Plugin { table, slots, arena: Mutex::new(Arena::new()), turn: Turn::default() };
        let plugin: &'static Plugin = Box::leak(Box::new(plugin));
        known.push(plugin);
        Inside(plugin)
    }

    /// The turn of the library, however often it was loaded.
    pub(crate) fn turn(self) -> &'static Turn {
        &self.0.turn
    }

    /// One call. Whoever makes it has the turn.
    pub(crate) fn run(self, what: What<'_>, allowance: Allowance, answers: Option<&mut dyn Asked>) -> Result<Raw, Misdeed> {
        let Slots { describe, call } = self.0.slots;
        match what {
            // SAFETY: A function of a checked entry, with pointers that live until it returns.
            What::Describe => self.enter(None, allowance, |host, out| unsafe { describe(host, out) }),
            What::Call(message) => {
                let message = BaaraBytes::of(message);
                // SAFETY: As above.
                self.enter(answers, allowance, |host, out| unsafe { call(host, &message, out) })
            }
        }
    }

    fn enter(
        self,
        answers: Option<&mut dyn Asked>,
        allowance: Allowance,
        enter: impl FnOnce(*const BaaraHost, *mut BaaraBytes) -> i32,
    ) -> Result<Raw, Misdeed> {
        let plugin = self.0;
        let frame = Frame {
            plugin,
            outer: CURRENT.get(),
            // A panic while the lock is held is one of ours; the arena is reset below all the same.
            arena: RefCell::new(plugin.arena.lock().unwrap_or_else(PoisonError::into_inner)),
            answers: RefCell::new(answers),
            allowance: Cell::new(allowance),
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
            Some(how) => Err(how),
            None => copied(status, out, &arena),
        };
        arena.reset();
        drop(arena);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
        outcome
    }
}

/// The status and a copy of the answer. Nothing is read that does not lie in the arena.
fn copied(status: i32, out: BaaraBytes, arena: &Arena) -> Result<Raw, Misdeed> {
    if !is_known_status(status) {
        return Err(Misdeed::UnknownStatus(status));
    }
    let bytes = if out.len == 0 { Some(&[][..]) } else { arena.read(out.ptr, out.len) };
    let bytes = bytes.ok_or(Misdeed::OutsideArena { len: out.len })?;
    Ok(Raw { status, bytes: bytes.to_vec() })
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
    if frame.allowance.get().is_spent() {
        return 1;
    }
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
    if !frame.may_ask() {
        return STATUS_LIMIT;
    }
    let start = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| answers.answer(question))) {
        Ok(Ok(bytes)) => {
            frame.allow(start, bytes.len());
            frame.lend(&bytes, answer)
        }
        Ok(Err(status)) => status,
        Err(panic) => {
            frame.stop(panic);
            STATUS_INTERNAL
        }
    }
}

impl Frame<'_> {
    /// One question less; nothing is believed of a call that put too many.
    fn may_ask(&self) -> bool {
        let mut allowance = self.allowance.get();
        let may = allowance.may_ask();
        self.allowance.set(allowance);
        if !may {
            self.misdeed.set(Some(Misdeed::Questions));
        }
        may
    }

    /// Waiting for us is not the plugin's time, and our answer is more for it to read.
    fn allow(&self, asked: Instant, bytes: usize) {
        let (waited, mut allowance) = (asked.elapsed(), self.allowance.get());
        allowance.waited(waited);
        self.plugin.turn.more(waited + 2 * allowance.read(bytes));
        self.allowance.set(allowance);
    }

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
