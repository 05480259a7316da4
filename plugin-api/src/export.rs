//! The plugin's side of the border: from safe Rust functions over bytes to the symbol and the section a host reads.
//!
//! [`export_plugin!`](crate::export_plugin) is the lowest level; authors meet a kinder macro built on it.
//! Everything that enters a plugin passes one `guard`: pointers looked at, panics caught, the answer copied into the
//! call's memory.
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::abi::{
    ABI_MAJOR, BaaraBytes, BaaraHost, STATUS_BAD_MESSAGE, STATUS_CANCELLED, STATUS_INTERNAL, STATUS_LIMIT, STATUS_OK, STATUS_PANIC,
    STATUS_REFUSED,
};

/// What a plugin may use of its host during a call.
pub trait HostSide {
    /// Puts a question to the book: the bytes of a [`Question`](crate::Question), for those of an [`Answer`](crate::Answer).
    ///
    /// # Errors
    /// In words for a developer, when the host does not answer: too many questions, or no room left in the call's memory.
    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, String>;
    /// Whether nobody waits for the answer any more; long work looks now and then, and gives [`Failure::Cancelled`].
    fn cancelled(&self) -> bool;
}

/// Why a message got no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The business says no; the bytes are the refusal as a message.
    Refused(Vec<u8>),
    /// The message is not one this plugin understands.
    BadMessage(String),
    /// The host asked to stop, and the plugin did.
    Cancelled,
    /// A promise broke.
    Internal(String),
}

/// A plugin's `call`: one message in, one out.
pub type CallFn = fn(message: &[u8], host: &dyn HostSide) -> Result<Vec<u8>, Failure>;
/// A plugin's `describe`: its forms and kinds, as JSON.
pub type DescribeFn = fn() -> Vec<u8>;

/// Makes this crate a plugin: emits the manifest's section, the exported entry and its two guarded functions.
///
/// ```
/// use baara_plugin_api::export::{Failure, HostSide};
///
/// fn describe() -> Vec<u8> {
///     br#"{"kinds":[]}"#.to_vec()
/// }
///
/// fn call(message: &[u8], _host: &dyn HostSide) -> Result<Vec<u8>, Failure> {
///     Ok(message.to_vec())
/// }
///
/// baara_plugin_api::export_plugin! {
///     manifest: r#"{"id":"echo","version":"0.1.0"}"#,
///     describe: describe,
///     call: call,
/// }
/// # fn main() {}
/// ```
///
/// - `manifest` is any constant `&str`, `include_str!` included; the host reads it from the file without running it.
/// - A crate calls it once. The lint `unsafe_code = "deny"` may stay: what is unsafe is inside the macro.
/// - The symbol is `baara_plugin_v1.` and the crate's name. The name matters when a test program links several plugins
///   as Rust libraries: with one symbol for all, the linker refuses it, or, told to be lenient, silently gives one
///   plugin the entry of another. A Cargo feature cannot tell the two builds apart, since Cargo builds library and
///   plugin together and unites the features of all who ask. The host takes the one exported symbol that is
///   `baara_plugin_v1` or begins with `baara_plugin_v1.`, so C authors need no suffix.
#[macro_export]
macro_rules! export_plugin {
    (manifest: $manifest:expr, describe: $describe:expr, call: $call:expr $(,)?) => {
        #[allow(unsafe_code)]
        const _: () = {
            // Names nobody else has, since items of a macro hide those of the author.
            const __BAARA_TEXT: &str = $manifest;
            const __BAARA_FLAGS: u16 = if ::core::cfg!(panic = "unwind") { $crate::abi::FLAG_UNWIND } else { 0 };

            #[used]
            #[unsafe(link_section = ".baara")]
            static __BAARA_MANIFEST: $crate::abi::ManifestSection<{ __BAARA_TEXT.len() }> =
                $crate::abi::ManifestSection::new(__BAARA_FLAGS, __BAARA_TEXT);

            #[unsafe(export_name = ::core::concat!("baara_plugin_v1.", ::core::env!("CARGO_CRATE_NAME")))]
            static __BAARA_ENTRY: $crate::abi::BaaraPlugin =
                $crate::abi::BaaraPlugin::new(__BAARA_FLAGS, __baara_describe, __baara_call, &__BAARA_MANIFEST.header);

            unsafe extern "C" fn __baara_describe(host: *const $crate::abi::BaaraHost, out: *mut $crate::abi::BaaraBytes) -> i32 {
                // SAFETY: The host keeps the rules of `abi` for these pointers.
                unsafe { $crate::export::guard_describe($describe, host, out) }
            }

            unsafe extern "C" fn __baara_call(
                host: *const $crate::abi::BaaraHost,
                message: *const $crate::abi::BaaraBytes,
                out: *mut $crate::abi::BaaraBytes,
            ) -> i32 {
                // SAFETY: The host keeps the rules of `abi` for these pointers.
                unsafe { $crate::export::guard_call($call, host, message, out) }
            }
        };
    };
    ($($other:tt)*) => {
        ::core::compile_error!("write `export_plugin! { manifest: TEXT, describe: describe, call: call }`");
    };
}

/// Runs `describe` for a host.
///
/// # Safety
///
/// Each pointer is null, or valid for this call as `abi` says.
#[doc(hidden)]
pub unsafe fn guard_describe(describe: DescribeFn, host: *const BaaraHost, out: *mut BaaraBytes) -> i32 {
    // SAFETY: As promised to us.
    unsafe { guard(host, out, |_| Ok(describe())) }
}

/// Runs `call` for a host.
///
/// # Safety
///
/// Each pointer is null, or valid for this call as `abi` says.
#[doc(hidden)]
pub unsafe fn guard_call(call: CallFn, host: *const BaaraHost, message: *const BaaraBytes, out: *mut BaaraBytes) -> i32 {
    if message.is_null() || !message.is_aligned() {
        return STATUS_BAD_MESSAGE;
    }
    // SAFETY: Not null, so valid, as promised to us; the bytes live until we return.
    let message = unsafe { borrow(*message) };
    // SAFETY: As promised to us.
    unsafe {
        guard(host, out, |host| match message {
            Some(message) => call(message, host),
            None => Err(Failure::BadMessage("the message has a length but no address".into())),
        })
    }
}

/// The one way in: looks at the pointers, catches panics, copies the answer into the call's memory.
unsafe fn guard(host: *const BaaraHost, out: *mut BaaraBytes, body: impl FnOnce(&Table) -> Result<Vec<u8>, Failure>) -> i32 {
    if host.is_null() || !host.is_aligned() || out.is_null() || !out.is_aligned() {
        return STATUS_BAD_MESSAGE;
    }
    // SAFETY: Not null, so valid until we return, as promised to us. The size comes first, and is looked at before the rest.
    let host = unsafe {
        if (&raw const (*host).struct_size).read() < BaaraHost::MIN_SIZE || (*host).abi_major != ABI_MAJOR {
            return STATUS_BAD_MESSAGE;
        }
        Table(*host)
    };
    let (status, answer) = match caught(|| body(&host)) {
        Ok(Ok(answer)) => (STATUS_OK, answer),
        Ok(Err(Failure::Refused(refusal))) => (STATUS_REFUSED, refusal),
        Ok(Err(Failure::BadMessage(text))) => (STATUS_BAD_MESSAGE, text.into_bytes()),
        Ok(Err(Failure::Cancelled)) => (STATUS_CANCELLED, Vec::new()),
        Ok(Err(Failure::Internal(text))) => (STATUS_INTERNAL, text.into_bytes()),
        Err(place) => (STATUS_PANIC, place.into_bytes()),
    };
    let (status, answer) = match host.keep(&answer) {
        Some(kept) => (status, kept),
        None if status == STATUS_OK || status == STATUS_REFUSED => (STATUS_LIMIT, BaaraBytes::NONE),
        None => (status, BaaraBytes::NONE),
    };
    // SAFETY: Not null, so ours to fill until we return, as promised to us.
    unsafe { out.write(answer) };
    status
}

/// The host's table, valid while the call runs.
struct Table(BaaraHost);

impl Table {
    /// A copy of `bytes` in the call's memory; `None` when that is used up.
    fn keep(&self, bytes: &[u8]) -> Option<BaaraBytes> {
        if bytes.is_empty() {
            return Some(BaaraBytes::NONE);
        }
        let alloc = self.0.alloc?;
        // SAFETY: The host gives null, or room for as many bytes as we ask, which nobody else has.
        unsafe {
            let room = alloc(self.0.ctx, bytes.len(), 1);
            if room.is_null() {
                return None;
            }
            room.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Some(BaaraBytes { ptr: room, len: bytes.len() })
        }
    }
}

impl HostSide for Table {
    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, String> {
        let ask = self.0.ask.ok_or("this host answers no questions")?;
        let mut answer = BaaraBytes::NONE;
        // SAFETY: Both pointers live on our stack for the length of the call.
        let status = unsafe { ask(self.0.ctx, &BaaraBytes::of(question), &mut answer) };
        // SAFETY: The host's answer lives in the call's memory until we return.
        let answer = unsafe { borrow(answer) }.ok_or("the host's answer has a length but no address")?;
        match status {
            STATUS_OK => Ok(answer.to_vec()),
            _ => Err(format!("question not answered ({status}): {}", String::from_utf8_lossy(answer))),
        }
    }

    fn cancelled(&self) -> bool {
        // SAFETY: A function of the host, with the context it gave us.
        self.0.cancelled.is_some_and(|cancelled| unsafe { cancelled(self.0.ctx) } != 0)
    }
}

/// The bytes as a slice; `None` when the pair makes no sense.
///
/// # Safety
///
/// A non-null address is valid for the length, as long as the caller says.
unsafe fn borrow<'a>(bytes: BaaraBytes) -> Option<&'a [u8]> {
    match bytes.len {
        0 => Some(&[]),
        len if bytes.ptr.is_null() || isize::try_from(len).is_err() => None,
        // SAFETY: Neither null nor too long; the rest is promised to us.
        len => Some(unsafe { core::slice::from_raw_parts(bytes.ptr, len) }),
    }
}

thread_local! {
    /// Whether this thread is inside a plugin, so that a panic is ours to tell.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// Where it panicked.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What `body` gives, or the text and place of its panic.
pub(crate) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    note_places();
    let outer = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(outer);
    result.map_err(|payload| {
        let text = format!("{} at {}", words(&*payload), PLACE.take());
        // A payload may panic when dropped; it is not worth the risk.
        std::mem::forget(payload);
        text
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panic")
}

/// Notes where a plugin panics, in place of printing it: the host tells it. Panics of others go on as before.
fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !INSIDE.try_with(Cell::get).unwrap_or(false) {
                return usual(info);
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            // Told without its place when the thread is ending.
            let _ = PLACE.try_with(|kept| kept.replace(place));
        }));
    });
}
