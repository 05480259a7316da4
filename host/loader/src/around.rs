//! What a plugin in this process must leave as it found it: the signals' handlers, the locale, the folder, the rounding.
//!
//! Looked at around each call in builds with debug assertions, where plugins are tried; a child has all this to itself.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::path::PathBuf;
use std::ptr::{null, null_mut};

/// The signals by which a fault of the host itself would be told.
const SIGNALS: [i32; 6] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT, libc::SIGTERM];

/// The process as it is around a call.
pub(crate) struct Around {
    handlers: [libc::sigaction; SIGNALS.len()],
    locale: Vec<u8>,
    folder: Option<PathBuf>,
    rounding: u32,
}

impl Around {
    pub(crate) fn now() -> Around {
        let handlers = SIGNALS.map(|signal| {
            // SAFETY: All zero is a value of this plain struct.
            let mut handler: libc::sigaction = unsafe { std::mem::zeroed() };
            // SAFETY: Only asks, into a struct of ours.
            unsafe { libc::sigaction(signal, null(), &mut handler) };
            handler
        });
        // SAFETY: Null only asks; the answer is a text that lives until the locale is changed, and is copied at once.
        let locale =
            unsafe { libc::setlocale(libc::LC_ALL, null()).as_ref().map(|text| CStr::from_ptr(text).to_bytes_with_nul().to_vec()) };
        Around { handlers, locale: locale.unwrap_or_default(), folder: std::env::current_dir().ok(), rounding: rounding() }
    }

    /// The first thing that is not as it was; everything is put back.
    pub(crate) fn meddled(&self) -> Option<&'static str> {
        let now = Around::now();
        let handlers =
            SIGNALS.iter().zip(self.handlers.iter().zip(&now.handlers)).filter(|(_, (was, is))| was.sa_sigaction != is.sa_sigaction);
        let handlers: Vec<_> = handlers.map(|(signal, (was, _))| (*signal, was)).collect();
        for (signal, was) in &handlers {
            // SAFETY: What was there before the call.
            unsafe { libc::sigaction(*signal, *was, null_mut()) };
        }
        if now.locale != self.locale {
            // SAFETY: The text that names the locale before the call, with its end.
            unsafe { libc::setlocale(libc::LC_ALL, self.locale.as_ptr().cast()) };
        }
        if now.folder != self.folder
            && let Some(folder) = &self.folder
        {
            let _ = std::env::set_current_dir(folder); // Whoever removed it meanwhile is told what was meddled with.
        }
        round_as(self.rounding);
        let told = [
            (!handlers.is_empty(), "a signal's handler"),
            (now.locale != self.locale, "the locale"),
            (now.folder != self.folder, "the folder"),
            (now.rounding != self.rounding, "the rounding"),
        ];
        told.into_iter().find(|(so, _)| *so).map(|(_, what)| what)
    }
}

/// How this thread rounds: the control bits alone, not what has happened since.
#[cfg(target_arch = "x86_64")]
fn rounding() -> u32 {
    let mut control = 0_u32;
    // SAFETY: Writes four bytes to a place of ours.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack)) };
    control & !0x3f
}

#[cfg(target_arch = "x86_64")]
fn round_as(control: u32) {
    // SAFETY: Loads bits that were in force on this thread before.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack, readonly)) };
}

/// Other machines are not looked at here.
#[cfg(not(target_arch = "x86_64"))]
fn rounding() -> u32 {
    0
}

#[cfg(not(target_arch = "x86_64"))]
fn round_as(_: u32) {}
