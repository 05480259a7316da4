//! Level 1: what the file says, without running any of it.

use super::{Verdict, wrong};
use crate::pins;
use baara_loader::Why;
use baara_plugin_api::abi::ENTRY_SYMBOL;
use baara_plugin_api::{Refusal, Value};
use object::elf::DT_NEEDED;
use object::read::elf::{Dyn, ElfFile64, FileHeader};
use object::{Object, ObjectSymbol};
use std::path::Path;

/// What a plugin has no use for: the clock, chance, other programs, the network, files of its own, the process itself.
const STRANGE: &[&str] = &[
    "clock_gettime",
    "gettimeofday",
    "time",
    "clock",
    "localtime",
    "localtime_r",
    "timespec_get",
    "rand",
    "random",
    "srand",
    "srandom",
    "drand48",
    "getrandom",
    "getentropy",
    "arc4random",
    "socket",
    "connect",
    "bind",
    "listen",
    "sendto",
    "fork",
    "vfork",
    "clone",
    "execve",
    "execv",
    "execl",
    "execvp",
    "posix_spawn",
    "system",
    "popen",
    "dlopen",
    "pthread_create",
    "thrd_create",
    "fopen",
    "fopen64",
    "creat",
    "unlink",
    "rename",
    "mkdir",
    "rmdir",
    "opendir",
    "nanosleep",
    "clock_nanosleep",
    "usleep",
    "sleep",
    "kill",
    "ptrace",
    "signal",
    "sigaction",
    "setlocale",
    "chdir",
    "putenv",
    "setenv",
    "unsetenv",
    "exit",
    "_exit",
    "quick_exit",
];

/// What every machine has.
const LIBRARIES: &[&str] = &["libc.", "libm.", "libgcc_s.", "libpthread.", "libdl.", "libstdc++.", "ld-linux"];

/// Its manifest is whole, and names the plugin, its version and what it is for; the loader would take the file.
pub(super) fn manifest(file: &Path, _: &Path) -> Verdict {
    let inspected = baara_loader::inspect(file).map_err(|no| pins::refusal(&no))?;
    let said: Value = serde_json::from_str(inspected.manifest()).map_err(|e| wrong("check/manifest", e))?;
    for key in ["id", "version", "summary"] {
        if said[key].as_str().is_none_or(str::is_empty) {
            return Err(wrong("check/manifest", key));
        }
    }
    pins::said(&inspected)?;
    Ok(inspected.sha256().to_owned())
}

/// It offers its entry, and nothing that another file could be bound to by mistake.
pub(super) fn exports(file: &Path, _: &Path) -> Verdict {
    let more = |name: &str| !name.starts_with(ENTRY_SYMBOL);
    let names = symbols(file, |symbol| !symbol.is_undefined() && symbol.is_global())?;
    match names.iter().find(|name| more(name)) {
        Some(name) => Err(wrong("check/exports", name)),
        None => Ok(names.join(" ")),
    }
}

/// It asks the machine for nothing that a pure function has no use for.
pub(super) fn imports(file: &Path, _: &Path) -> Verdict {
    let names = symbols(file, |symbol| symbol.is_undefined())?;
    match names.iter().find(|name| STRANGE.contains(&name.as_str())) {
        Some(name) => Err(wrong("check/imports", name)),
        None => Ok(names.len().to_string()),
    }
}

type Symbol<'d, 'f> = object::read::elf::ElfSymbol<'d, 'f, object::elf::FileHeader64<object::Endianness>>;

fn symbols(file: &Path, wanted: fn(&Symbol<'_, '_>) -> bool) -> Result<Vec<String>, Refusal> {
    let bytes = bytes(file)?;
    let elf = parse(&bytes)?;
    Ok(elf
        .dynamic_symbols()
        .filter(wanted)
        .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
        .filter(|name| !name.is_empty())
        .collect())
}

fn bytes(file: &Path) -> Result<Vec<u8>, Refusal> {
    std::fs::read(file).map_err(|error| Refusal::new("plugin/unreadable").with("file", file.display()).with("why", error))
}

fn parse(bytes: &[u8]) -> Result<ElfFile64<'_, object::Endianness>, Refusal> {
    ElfFile64::parse(bytes).map_err(|error| wrong("check/manifest", error))
}

/// It needs no library that a prison's PC may lack.
pub(super) fn libraries(file: &Path, _: &Path) -> Verdict {
    let bytes = bytes(file)?;
    let elf = parse(&bytes)?;
    let damaged = |error: object::Error| wrong("check/libraries", error);
    let endian = elf.endian();
    let sections = elf.elf_header().sections(endian, &*bytes).map_err(damaged)?;
    let Some((table, link)) = sections.dynamic(endian, &*bytes).map_err(damaged)? else { return Ok(String::new()) };
    let strings = sections.strings(endian, &*bytes, link).map_err(damaged)?;
    let mut needed = Vec::new();
    for entry in table.iter().filter(|entry| entry.d_tag(endian) == DT_NEEDED) {
        needed.push(String::from_utf8_lossy(entry.string(endian, strings).map_err(damaged)?).into_owned());
    }
    match needed.iter().find(|name| !LIBRARIES.iter().any(|known| name.starts_with(known))) {
        Some(name) => Err(wrong("check/libraries", name)),
        None => Ok(needed.join(" ")),
    }
}

/// It does not ask for memory that can be both written and run; the loader finds it, and what else is wrong is another case's.
pub(super) fn stack(file: &Path, _: &Path) -> Verdict {
    match baara_loader::inspect(file) {
        Err(no) if no.why == Why::ExecutableStack => Err(pins::refusal(&no)),
        _ => Ok(String::new()),
    }
}
