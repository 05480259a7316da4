//! The C border between host and plugin: every structure and number that crosses it, and nothing else.
//!
//! Read it in this order: [`BaaraPlugin`] is what a plugin shows, [`BaaraHost`] what it is lent during a call,
//! [`BaaraBytes`] how a message travels, [`BaaraManifestHeader`] what is known before any code runs.
//! `include/baara_plugin.h` says the same in C; a test compiles it and compares.
//!
//! Rules that no type can hold:
//!
//! - A message is UTF-8 JSON. What either side hands over during a call lives until the call returns, no longer.
//! - What a plugin answers lies in memory it got from [`BaaraHost::alloc`] in that very call. The host looks at the
//!   address before it reads, so an answer in static memory or on a stack is a broken promise.
//! - The host calls one plugin from one thread at a time; the plugin uses the table only on that thread and only
//!   until it returns.
//! - A slot, once released, keeps its meaning. New slots come at the end of a structure: look at `struct_size` first.
#![allow(unsafe_code)]

use core::ffi::c_void;

/// The contract this file writes down. Another major is another contract, with another symbol.
pub const ABI_MAJOR: u16 = 1;
/// Grows when slots are added at the end of a structure.
pub const ABI_MINOR: u16 = 0;
/// The smallest minor a plugin needs from its host if it uses nothing newer than this file's first release.
pub const ABI_MIN_MINOR: u16 = 0;

/// The entry's symbol: this name, or this name followed by `.` and a word that tells plugins apart.
///
/// The second form is what [`export_plugin!`](crate::export_plugin) writes, so that one test program may link
/// several plugins as ordinary Rust libraries. A file exports exactly one such symbol.
pub const ENTRY_SYMBOL: &str = "baara_plugin_v1";
/// The section of the file that holds a [`BaaraManifestHeader`] and the manifest's text.
pub const MANIFEST_SECTION: &str = ".baara";

/// The first bytes of [`BaaraPlugin`].
pub const PLUGIN_MAGIC: [u8; 8] = *b"BAARAPLG";
/// The first bytes of [`BaaraManifestHeader`].
pub const MANIFEST_MAGIC: [u8; 8] = *b"BAARAMAN";

/// Done; `out` is the answer.
pub const STATUS_OK: i32 = 0;
/// The business says no; `out` is the refusal.
pub const STATUS_REFUSED: i32 = 1;
/// The message is not one this side understands; `out` may say why, as text.
pub const STATUS_BAD_MESSAGE: i32 = 2;
/// The plugin saw that the call was cancelled, and stopped.
pub const STATUS_CANCELLED: i32 = 5;
/// The call's memory did not suffice.
pub const STATUS_LIMIT: i32 = 6;
/// Something broke that is nobody's refusal; `out` may say what, as text. Unknown numbers mean this too.
pub const STATUS_INTERNAL: i32 = 7;
/// A panic was caught at the border; `out` says where, as text.
pub const STATUS_PANIC: i32 = 8;

/// A panic or exception never ends the process: built with `panic = "unwind"` and guarded. C sets it; C has no panics.
pub const FLAG_UNWIND: u16 = 1;

/// Bytes that somebody else owns. A length of 0 says "none", whatever the address.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct BaaraBytes {
    /// The first byte.
    pub ptr: *const u8,
    /// How many there are.
    pub len: usize,
}

/// What the host lends a plugin for one call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct BaaraHost {
    /// The size of this structure in the host that made it.
    pub struct_size: u32,
    /// The host's contract.
    pub abi_major: u16,
    /// How far it goes.
    pub abi_minor: u16,
    /// Handed back with each question; it means nothing to the plugin.
    pub ctx: *mut c_void,
    /// Memory that lives until the call returns, zeroed; null when the call has used its share, or when `align` is
    /// not a power of two up to 4096.
    pub alloc: Option<unsafe extern "C" fn(ctx: *mut c_void, size: usize, align: usize) -> *mut u8>,
    /// Puts a question to the book. [`STATUS_OK`] and an answer in the call's memory, or another status and a text.
    pub ask: Option<unsafe extern "C" fn(ctx: *mut c_void, question: *const BaaraBytes, answer: *mut BaaraBytes) -> i32>,
    /// Not 0 once nobody waits for the answer any more.
    pub cancelled: Option<unsafe extern "C" fn(ctx: *mut c_void) -> u32>,
}

/// What a plugin says it can do, as JSON.
pub type Describe = unsafe extern "C" fn(host: *const BaaraHost, out: *mut BaaraBytes) -> i32;
/// Answers one message.
pub type Call = unsafe extern "C" fn(host: *const BaaraHost, message: *const BaaraBytes, out: *mut BaaraBytes) -> i32;

/// The entry: the one thing a plugin's file exports, a constant.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct BaaraPlugin {
    /// [`PLUGIN_MAGIC`].
    pub magic: [u8; 8],
    /// The size of this structure in the plugin that made it.
    pub struct_size: u32,
    /// The contract it was built for.
    pub abi_major: u16,
    /// The minor it was built with.
    pub abi_minor: u16,
    /// The smallest minor it needs.
    pub abi_min_minor: u16,
    /// [`FLAG_UNWIND`] and what later minors add.
    pub flags: u16,
    /// Zero.
    pub reserved: u32,
    /// The declaration. Required.
    pub describe: Option<Describe>,
    /// Decisions, reports and sweeps. Required.
    pub call: Option<Call>,
    /// The manifest's header in this file, so that no linker drops the section as unused. The host does not follow it.
    pub manifest: *const BaaraManifestHeader,
}

// SAFETY: An entry is a constant; whoever follows its pointers keeps the rules at the top of this file.
unsafe impl Sync for BaaraPlugin {}

/// The head of the section `.baara`, which the host reads from the file without running it. The text follows at
/// `header_size`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct BaaraManifestHeader {
    /// [`MANIFEST_MAGIC`].
    pub magic: [u8; 8],
    /// Where the text begins, counted from the magic.
    pub header_size: u32,
    /// As in the entry.
    pub abi_major: u16,
    /// As in the entry.
    pub abi_minor: u16,
    /// As in the entry.
    pub abi_min_minor: u16,
    /// As in the entry.
    pub flags: u16,
    /// The length of the text in bytes. UTF-8, no final NUL counted.
    pub text_len: u32,
    /// Zero.
    pub reserved: [u32; 2],
}

/// A whole section `.baara`: the header and a text of `N` bytes.
#[repr(C)]
#[derive(Debug)]
pub struct ManifestSection<const N: usize> {
    /// Read first.
    pub header: BaaraManifestHeader,
    /// The manifest.
    pub text: [u8; N],
}

impl BaaraBytes {
    /// No bytes.
    pub const NONE: BaaraBytes = BaaraBytes { ptr: core::ptr::null(), len: 0 };

    /// Lends `bytes`; the caller sees to it that they outlive the use.
    pub const fn of(bytes: &[u8]) -> BaaraBytes {
        BaaraBytes { ptr: bytes.as_ptr(), len: bytes.len() }
    }
}

impl BaaraHost {
    /// The size of its first release, which every host of this major has.
    pub const MIN_SIZE: u32 = size_of_u32::<BaaraHost>();
}

impl BaaraPlugin {
    /// The size of its first release, which every plugin of this major has.
    pub const MIN_SIZE: u32 = size_of_u32::<BaaraPlugin>();

    /// An entry of this contract.
    pub const fn new(flags: u16, describe: Describe, call: Call, manifest: &'static BaaraManifestHeader) -> BaaraPlugin {
        BaaraPlugin {
            magic: PLUGIN_MAGIC,
            struct_size: BaaraPlugin::MIN_SIZE,
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            abi_min_minor: ABI_MIN_MINOR,
            flags,
            reserved: 0,
            describe: Some(describe),
            call: Some(call),
            manifest,
        }
    }
}

impl BaaraManifestHeader {
    /// The size of its first release.
    pub const SIZE: u32 = size_of_u32::<BaaraManifestHeader>();
}

impl<const N: usize> ManifestSection<N> {
    /// A section of this contract around `text`, whose length is `N`.
    #[allow(clippy::cast_possible_truncation, reason = "asserted on the line above")]
    pub const fn new(flags: u16, text: &str) -> ManifestSection<N> {
        assert!(N <= 1 << 20, "a manifest has at most 1 MiB");
        let text_len = N as u32;
        let text = match text.as_bytes().first_chunk::<N>() {
            Some(bytes) if text.len() == N => *bytes,
            _ => panic!("N is the length of the manifest's text"),
        };
        ManifestSection {
            header: BaaraManifestHeader {
                magic: MANIFEST_MAGIC,
                header_size: BaaraManifestHeader::SIZE,
                abi_major: ABI_MAJOR,
                abi_minor: ABI_MINOR,
                abi_min_minor: ABI_MIN_MINOR,
                flags,
                text_len,
                reserved: [0; 2],
            },
            text,
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the structures of this file have tens of bytes")]
const fn size_of_u32<T>() -> u32 {
    size_of::<T>() as u32
}

/// The layout on 64-bit machines, as `include/baara_plugin.h` asserts it too.
#[cfg(target_pointer_width = "64")]
const _: () = {
    use core::mem::{align_of, offset_of};
    assert!(size_of::<BaaraBytes>() == 16 && align_of::<BaaraBytes>() == 8);
    assert!(offset_of!(BaaraBytes, len) == 8);

    assert!(size_of::<BaaraHost>() == 40 && align_of::<BaaraHost>() == 8);
    assert!(offset_of!(BaaraHost, abi_major) == 4 && offset_of!(BaaraHost, abi_minor) == 6);
    assert!(offset_of!(BaaraHost, ctx) == 8 && offset_of!(BaaraHost, alloc) == 16);
    assert!(offset_of!(BaaraHost, ask) == 24 && offset_of!(BaaraHost, cancelled) == 32);

    assert!(size_of::<BaaraPlugin>() == 48 && align_of::<BaaraPlugin>() == 8);
    assert!(offset_of!(BaaraPlugin, struct_size) == 8 && offset_of!(BaaraPlugin, abi_major) == 12);
    assert!(offset_of!(BaaraPlugin, abi_minor) == 14 && offset_of!(BaaraPlugin, abi_min_minor) == 16);
    assert!(offset_of!(BaaraPlugin, flags) == 18 && offset_of!(BaaraPlugin, reserved) == 20);
    assert!(offset_of!(BaaraPlugin, describe) == 24 && offset_of!(BaaraPlugin, call) == 32);
    assert!(offset_of!(BaaraPlugin, manifest) == 40);

    assert!(size_of::<BaaraManifestHeader>() == 32 && align_of::<BaaraManifestHeader>() == 4);
    assert!(offset_of!(BaaraManifestHeader, header_size) == 8);
    assert!(offset_of!(BaaraManifestHeader, abi_major) == 12);
    assert!(offset_of!(BaaraManifestHeader, abi_minor) == 14);
    assert!(offset_of!(BaaraManifestHeader, abi_min_minor) == 16);
    assert!(offset_of!(BaaraManifestHeader, flags) == 18);
    assert!(offset_of!(BaaraManifestHeader, text_len) == 20);
    assert!(offset_of!(BaaraManifestHeader, reserved) == 24);
    assert!(offset_of!(ManifestSection<1>, text) == 32);
};
