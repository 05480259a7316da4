//! From pinned bytes to a plugin that can be called: copy, open, and check that it is what it said.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_void};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use baara_plugin_api::abi::{BaaraPlugin, FLAG_UNWIND, PLUGIN_MAGIC};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::inside::{Inside, Slots};
use crate::inspect::{Abi, Inspected, sha256};
use crate::isolation::{Isolation, Mode};
use crate::loaded::Loaded;
use crate::marker::Marker;
use crate::refused::{PluginRefused, Why};
use crate::sandbox;

/// Loads an inspected plugin, if `pinned_sha256` is its hash (empty: nobody pinned it).
///
/// What is loaded is the bytes that were inspected, copied to `cache_dir/<sha256>.so`, whatever has become of the file.
/// In process, constructors run now, and loading the same copy twice gives the same plugin; a file that once ended or
/// hung the program in process is given a child whatever `mode` says. A child starts with its first call, or when
/// [`Loaded::ready`] asks.
pub fn load(
    inspected: &Inspected,
    cache_dir: &Path,
    pinned_sha256: &str,
    mode: Mode,
    isolation: &Arc<Isolation>,
) -> Result<Loaded, PluginRefused> {
    load_after(inspected, cache_dir, pinned_sha256, mode, isolation, |_| Ok(()))
}

/// Loads a plugin to look at it, in this process, which is confined for the rest of its life before the first of the
/// plugin's bytes runs: only files that are open already can be written, only the inspected file and the process itself
/// read. The process must be one that can spare everything else.
pub fn load_to_look(inspected: &Inspected, cache_dir: &Path, isolation: &Arc<Isolation>) -> Result<Loaded, PluginRefused> {
    let confine = |copy: &Path| {
        let file = inspected.path().canonicalize()?;
        // Whether this system holds it is the caller's to say, as `Isolation::sandbox` finds by trying.
        sandbox::enter_to_look(copy, &file).map(|_| ())
    };
    load_after(inspected, cache_dir, inspected.sha256(), Mode::InProcess, isolation, confine)
}

/// `last` runs when the copy is there and nothing of it has run.
fn load_after(
    inspected: &Inspected,
    cache_dir: &Path,
    pinned_sha256: &str,
    mode: Mode,
    isolation: &Arc<Isolation>,
    last: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<Loaded, PluginRefused> {
    let refused = |why| PluginRefused::new(inspected.path(), why);
    check_pin(inspected.sha256(), pinned_sha256).map_err(refused)?;
    if mode == Mode::InProcess && inspected.said().flags & FLAG_UNWIND == 0 {
        return Err(refused(Why::AbortsOnPanic));
    }
    let not_cached = |error: io::Error| Why::NotCached { folder: cache_dir.to_path_buf(), source: error.to_string() };
    let copy = keep_copy(inspected, cache_dir).map_err(|error| refused(not_cached(error)))?;
    let conduct = isolation.conducts.of(inspected.sha256());
    if mode == Mode::InProcess {
        let (marker, died) = Marker::beside(&copy).map_err(|error| refused(not_cached(error)))?;
        if died {
            conduct.demote();
        }
        if !conduct.health().demoted {
            last(&copy).map_err(|error| refused(not_cached(error)))?;
            marker.set(true);
            let inside = open(&copy, &inspected.entry, inspected.said());
            marker.set(false);
            return Ok(Loaded::inside(inside.map_err(refused)?, marker, isolation.clone(), conduct));
        }
    }
    Ok(Loaded::child(inspected, copy, isolation.clone(), conduct))
}

fn check_pin(sha256: &str, pinned: &str) -> Result<(), Why> {
    if pinned.is_empty() {
        return Err(Why::NotPinned { sha256: sha256.to_string() });
    }
    if !pinned.eq_ignore_ascii_case(sha256) {
        return Err(Why::HashDiffers { sha256: sha256.to_string(), pinned: pinned.to_string() });
    }
    Ok(())
}

/// The absolute path of a read-only copy named by its hash. A copy that no longer has its hash is replaced.
fn keep_copy(inspected: &Inspected, cache_dir: &Path) -> io::Result<PathBuf> {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(cache_dir)?;
    let folder = cache_dir.canonicalize()?;
    let copy = folder.join(format!("{}.so", inspected.sha256()));
    if is_copy(&copy, inspected) {
        return Ok(copy);
    }
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".{}-{}-{serial}", inspected.sha256(), std::process::id()));
    let written = write_draft(&draft, &inspected.bytes).and_then(|()| fs::rename(&draft, &copy));
    if let Err(error) = written {
        // Best effort: the error that counts is told.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    File::open(&folder)?.sync_all()?;
    Ok(copy)
}

fn is_copy(path: &Path, inspected: &Inspected) -> bool {
    // Not through a link: it could point elsewhere by the time the file is opened.
    let regular = fs::symlink_metadata(path)
        .is_ok_and(|about| about.is_file() && usize::try_from(about.len()).is_ok_and(|len| len == inspected.bytes.len()));
    regular && fs::read(path).is_ok_and(|bytes| sha256(&bytes) == inspected.sha256())
}

fn write_draft(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(0o444))?;
    file.sync_all()
}

/// Opens a copy in this process and checks its entry.
pub(crate) fn open(copy: &Path, symbol: &str, said: Abi) -> Result<Inside, Why> {
    let not_loadable = |error: libloading::Error| Why::NotLoadable { source: words(&error) };
    // SAFETY: Constructors run here; the bytes are those somebody answerable pinned. RTLD_NOW tells a missing symbol now
    // and not in the middle of a sale.
    let library = unsafe { Library::open(Some(copy), RTLD_NOW | RTLD_LOCAL) }.map_err(not_loadable)?;
    // SAFETY: Only the address is taken, never a value of this type.
    let entry = unsafe { library.get::<*const BaaraPlugin>(symbol.as_bytes()) }
        .map(|symbol| symbol.as_raw_ptr().cast_const().cast::<BaaraPlugin>());
    // Never closed, so that the entry and all it points to stay for the life of the process.
    let _ = library.into_raw();
    let entry = entry.map_err(not_loadable)?;
    belongs("entry", entry.cast(), copy)?;
    check_entry(entry, copy, said).map(|slots| Inside::of(entry, slots))
}

/// The two functions of an entry that keeps its word.
fn check_entry(entry: *const BaaraPlugin, copy: &Path, said: Abi) -> Result<Slots, Why> {
    if !entry.is_aligned() {
        return Err(Why::Disagrees { about: "layout" });
    }
    // SAFETY: An address in the file's own memory, aligned; the magic and the size come before anything else is believed.
    let entry = unsafe {
        if (&raw const (*entry).magic).read() != PLUGIN_MAGIC {
            return Err(Why::Disagrees { about: "layout" });
        }
        if (&raw const (*entry).struct_size).read() < BaaraPlugin::MIN_SIZE {
            return Err(Why::Disagrees { about: "size" });
        }
        entry.read()
    };
    let says = Abi { major: entry.abi_major, minor: entry.abi_minor, min_minor: entry.abi_min_minor, flags: entry.flags };
    if says != said {
        return Err(Why::Disagrees { about: "ABI" });
    }
    let describe = entry.describe.ok_or(Why::SlotMissing { slot: "describe" })?;
    let call = entry.call.ok_or(Why::SlotMissing { slot: "call" })?;
    belongs("describe", describe as *const c_void, copy)?;
    belongs("call", call as *const c_void, copy)?;
    Ok(Slots { describe, call })
}

/// Asks the system's loader whose memory this is: `dlsym` also looks into the dependencies of a file.
fn belongs(slot: &'static str, address: *const c_void, copy: &Path) -> Result<(), Why> {
    let mut about = libc::Dl_info {
        dli_fname: std::ptr::null(),
        dli_fbase: std::ptr::null_mut(),
        dli_sname: std::ptr::null(),
        dli_saddr: std::ptr::null_mut(),
    };
    // SAFETY: Compares the address with the map of loaded files; it does not follow it.
    let found = unsafe { libc::dladdr(address, &mut about) } != 0 && !about.dli_fname.is_null();
    if !found {
        return Err(Why::ForeignEntry { slot, from: None });
    }
    // SAFETY: The loader's own text, which lives as long as the library: for ever.
    let from = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(about.dli_fname) }.to_bytes()));
    if same_file(from, copy) {
        return Ok(());
    }
    Err(Why::ForeignEntry { slot, from: Some(from.to_path_buf()) })
}

fn same_file(a: &Path, b: &Path) -> bool {
    let place = |path| fs::metadata(path).map(|about| (about.dev(), about.ino()));
    a == b || matches!((place(a), place(b)), (Ok(a), Ok(b)) if a == b)
}

/// The loader's own words, which name the missing symbol or library.
fn words(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
