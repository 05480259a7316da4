//! What can be known of a plugin without running any of it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use baara_plugin_api::abi::{ABI_MAJOR, ABI_MINOR, BaaraManifestHeader, ENTRY_SYMBOL, MANIFEST_MAGIC, MANIFEST_SECTION};
use object::elf::{PF_X, PT_GNU_STACK};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{Architecture, File as Parsed, FileKind, Object, ObjectKind, ObjectSection, ObjectSymbol};
use sha2::{Digest, Sha256};

use crate::refused::{PluginRefused, Why};

/// No plugin of ours has reason to be larger.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// A file that may be a plugin: its bytes, and what they say.
#[derive(Clone, Debug)]
pub struct Inspected {
    path: PathBuf,
    sha256: String,
    manifest: String,
    abi: Abi,
    pub(crate) bytes: Vec<u8>,
    pub(crate) entry: String,
}

/// What section and entry both say, and must agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Abi {
    pub(crate) major: u16,
    pub(crate) minor: u16,
    pub(crate) min_minor: u16,
    pub(crate) flags: u16,
}

impl Inspected {
    /// The file, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SHA-256 of its bytes, in lower-case hex: what a book pins.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The manifest's text, as the author wrote it.
    pub fn manifest(&self) -> &str {
        &self.manifest
    }

    /// The contract it was built with.
    pub fn abi(&self) -> (u16, u16) {
        (self.abi.major, self.abi.minor)
    }

    pub(crate) fn said(&self) -> Abi {
        self.abi
    }
}

/// Reads a file once and says what it is. Runs nothing of it.
pub fn inspect(path: &Path) -> Result<Inspected, PluginRefused> {
    let refused = |why| PluginRefused::new(path, why);
    let bytes = read(path).map_err(refused)?;
    let (manifest, abi, entry) = parse(&bytes).map_err(refused)?;
    Ok(Inspected { path: path.to_path_buf(), sha256: sha256(&bytes), manifest, abi, bytes, entry })
}

/// The plugins in these folders: the `*.so` files with a section `.baara`, by path. A folder that is not there has none.
pub fn search<P: AsRef<Path>>(dirs: impl IntoIterator<Item = P>) -> Vec<PathBuf> {
    let entries = dirs.into_iter().filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "so"))
        .filter(|path| read(path).is_ok_and(|bytes| has_manifest(&bytes)))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn has_manifest(bytes: &[u8]) -> bool {
    Parsed::parse(bytes).is_ok_and(|file| file.section_by_name(MANIFEST_SECTION).is_some())
}

/// The SHA-256 of `bytes` in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Why> {
    let unreadable = |error: io::Error| Why::Unreadable { source: error.to_string() };
    // Asked before opening, since opening a pipe would wait for a writer, and again of what was opened.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Why::NotAFile);
    }
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(Why::NotAFile);
    }
    if about.permissions().mode() & 0o002 != 0 {
        return Err(Why::WritableByOthers);
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(Why::TooBig { bytes: about.len() });
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match u64::try_from(bytes.len()) {
        Ok(len) if len <= MAX_FILE_BYTES => Ok(bytes),
        _ => Err(Why::TooBig { bytes: MAX_FILE_BYTES + 1 }),
    }
}

fn parse(bytes: &[u8]) -> Result<(String, Abi, String), Why> {
    let wrong = |found: &str| Why::WrongFormat { found: found.to_string() };
    if FileKind::parse(bytes).is_err() {
        return Err(wrong(kind_of_bytes(bytes)));
    }
    let file = Parsed::parse(bytes).map_err(|error| wrong(&format!("damaged ELF ({error})")))?;
    if file.architecture() != this_machine() {
        let (found, expected) = (file.architecture(), this_machine());
        return Err(Why::WrongMachine { found: format!("{found:?}"), expected: format!("{expected:?}") });
    }
    if file.kind() != ObjectKind::Dynamic {
        return Err(wrong("an ELF file that is no shared library"));
    }
    if wants_executable_stack(&file) {
        return Err(Why::ExecutableStack);
    }
    let section = file.section_by_name(MANIFEST_SECTION).ok_or(Why::NoManifest)?;
    let section = section.data().map_err(|_| Why::ManifestDamaged { what: "it lies outside the file" })?;
    let (manifest, abi) = parse_manifest(section)?;
    Ok((manifest, abi, entry_symbol(&file)?))
}

/// What a file that is not ELF looks like, for the person who picked it.
fn kind_of_bytes(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "an empty file",
        [b'M', b'Z', ..] => "a Windows file",
        [0xfe, 0xed, 0xfa, ..] | [_, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => "a macOS file",
        [0x7f, b'E', b'L', b'F', ..] => "a truncated ELF file",
        _ if std::str::from_utf8(bytes).is_ok() => "a text file",
        _ => "unknown bytes",
    }
}

fn this_machine() -> Architecture {
    match std::env::consts::ARCH {
        "x86_64" => Architecture::X86_64,
        "x86" => Architecture::I386,
        "aarch64" => Architecture::Aarch64,
        "arm" => Architecture::Arm,
        "riscv64" => Architecture::Riscv64,
        _ => Architecture::Unknown,
    }
}

/// Whether loading the file would make the stack of every thread memory that is both written and run. The system's loader
/// does so for a file that does not say it wants none.
fn wants_executable_stack(file: &Parsed<'_>) -> bool {
    fn wanted<H: FileHeader>(elf: &ElfFile<'_, H>) -> bool {
        let endian = elf.endian();
        let mut stacks = elf.elf_program_headers().iter().filter(|header| header.p_type(endian) == PT_GNU_STACK).peekable();
        stacks.peek().is_none() || stacks.any(|header| header.p_flags(endian).contains(PF_X))
    }
    match file {
        Parsed::Elf32(elf) => wanted(elf),
        Parsed::Elf64(elf) => wanted(elf),
        _ => true,
    }
}

fn parse_manifest(section: &[u8]) -> Result<(String, Abi), Why> {
    let damaged = |what| Why::ManifestDamaged { what };
    let u16_at = |at: usize| section.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_ne_bytes);
    let u32_at = |at: usize| {
        let bytes = section.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map(u32::from_ne_bytes).and_then(|number| usize::try_from(number).ok())
    };
    if !section.starts_with(&MANIFEST_MAGIC) {
        return Err(damaged("it does not begin with BAARAMAN"));
    }
    let (Some(header_size), Some(major), Some(minor), Some(min_minor), Some(flags), Some(text_len)) =
        (u32_at(8), u16_at(12), u16_at(14), u16_at(16), u16_at(18), u32_at(20))
    else {
        return Err(damaged("its header is cut off"));
    };
    // The major comes first: another one may lay out the rest as it likes.
    if major != ABI_MAJOR {
        return Err(Why::OtherMajor { major, minor });
    }
    if min_minor > ABI_MINOR {
        return Err(Why::NewerMinor { needs: min_minor });
    }
    if header_size < size_of::<BaaraManifestHeader>() {
        return Err(damaged("its header is too short"));
    }
    let rest = section.get(header_size..).ok_or(damaged("its header is cut off"))?;
    let (text, rest) = rest.split_at_checked(text_len).ok_or(damaged("its text is cut off"))?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(damaged("something follows its text: is another plugin linked in?"));
    }
    match std::str::from_utf8(text) {
        Ok(text) => Ok((text.to_string(), Abi { major, minor, min_minor, flags })),
        Err(error) => Err(Why::ManifestNotText { at: error.valid_up_to() }),
    }
}

/// The name of the one entry the file itself defines. An entry of one of its dependencies does not count.
fn entry_symbol(file: &Parsed<'_>) -> Result<String, Why> {
    let names: Vec<&str> = file
        .dynamic_symbols()
        .filter(|symbol| !symbol.is_undefined())
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| is_entry(name))
        .collect();
    match names[..] {
        [name] => Ok(name.to_string()),
        _ => Err(Why::NoEntry { found: names.len() }),
    }
}

fn is_entry(name: &str) -> bool {
    name.strip_prefix(ENTRY_SYMBOL).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
