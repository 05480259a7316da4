//! Why a plugin is not let in, in the order the reasons are checked.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use baara_plugin_api::abi::{ABI_MAJOR, ABI_MINOR, ENTRY_SYMBOL, MANIFEST_SECTION};

/// A file that is not let in, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PluginRefused {
    /// The file, as it was named to us.
    pub path: PathBuf,
    /// The obstacle.
    pub why: Why,
}

/// What stands in a plugin's way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The system did not let us read it.
    Unreadable {
        /// The system's own words.
        source: String,
    },
    /// A folder, a device, a pipe.
    NotAFile,
    /// Anybody on this machine may change it.
    WritableByOthers,
    /// Larger than any plugin of ours has reason to be.
    TooBig {
        /// Its size.
        bytes: u64,
    },
    /// Not a whole shared library of this platform.
    WrongFormat {
        /// What it is, as far as we can tell.
        found: String,
    },
    /// Built for another machine.
    WrongMachine {
        /// Its machine.
        found: String,
        /// Ours.
        expected: String,
    },
    /// It wants a stack on which code can be run: one written there by mistake would be.
    ExecutableStack,
    /// A library, but not a plugin.
    NoManifest,
    /// The section is there, its content makes no sense.
    ManifestDamaged {
        /// Where it stops making sense.
        what: &'static str,
    },
    /// The manifest's text is not UTF-8.
    ManifestNotText {
        /// The first byte that is not.
        at: usize,
    },
    /// Built for another contract.
    OtherMajor {
        /// The contract it was built for.
        major: u16,
        /// The minor it was built with.
        minor: u16,
    },
    /// Needs slots this host does not have.
    NewerMinor {
        /// The minor it needs.
        needs: u16,
    },
    /// Its file does not export exactly one entry.
    NoEntry {
        /// How many it exports.
        found: usize,
    },
    /// Nobody has pinned it.
    NotPinned {
        /// The SHA-256 to pin.
        sha256: String,
    },
    /// Another file is pinned in its place.
    HashDiffers {
        /// The file's SHA-256.
        sha256: String,
        /// The pinned one.
        pinned: String,
    },
    /// A panic would end the whole program, so it may run in a child only.
    AbortsOnPanic,
    /// The copy we load from could not be made.
    NotCached {
        /// The folder of copies.
        folder: PathBuf,
        /// The system's own words.
        source: String,
    },
    /// The system's loader does not take it.
    NotLoadable {
        /// The loader's own words: the missing symbol or library.
        source: String,
    },
    /// The entry, or a function it names, is somebody else's.
    ForeignEntry {
        /// `entry`, `describe` or `call`.
        slot: &'static str,
        /// The file it really lies in, if any.
        from: Option<PathBuf>,
    },
    /// Entry and manifest say different things.
    Disagrees {
        /// On what.
        about: &'static str,
    },
    /// A function every plugin has is null.
    SlotMissing {
        /// `describe` or `call`.
        slot: &'static str,
    },
    /// No child could be started for it.
    NotStarted {
        /// The system's own words.
        source: String,
    },
    /// Children must be held by more than their process boundary, and here they are not.
    NoSandbox {
        /// What this system does not enforce.
        missing: &'static str,
    },
}

impl PluginRefused {
    pub(crate) fn new(path: &Path, why: Why) -> PluginRefused {
        PluginRefused { path: path.to_path_buf(), why }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self.why {
            Why::Unreadable { .. } => "plugin/unreadable",
            Why::NotAFile => "plugin/not-a-file",
            Why::WritableByOthers => "plugin/writable-by-others",
            Why::TooBig { .. } => "plugin/too-big",
            Why::WrongFormat { .. } => "plugin/wrong-format",
            Why::WrongMachine { .. } => "plugin/wrong-machine",
            Why::ExecutableStack => "plugin/executable-stack",
            Why::NoManifest => "plugin/no-manifest",
            Why::ManifestDamaged { .. } => "plugin/manifest-damaged",
            Why::ManifestNotText { .. } => "plugin/manifest-not-text",
            Why::OtherMajor { .. } => "plugin/other-major",
            Why::NewerMinor { .. } => "plugin/newer-minor",
            Why::NoEntry { .. } => "plugin/no-entry",
            Why::NotPinned { .. } => "plugin/not-pinned",
            Why::HashDiffers { .. } => "plugin/hash-differs",
            Why::AbortsOnPanic => "plugin/aborts-on-panic",
            Why::NotCached { .. } => "plugin/not-cached",
            Why::NotLoadable { .. } => "plugin/not-loadable",
            Why::ForeignEntry { .. } => "plugin/foreign-entry",
            Why::Disagrees { .. } => "plugin/disagrees",
            Why::SlotMissing { .. } => "plugin/slot-missing",
            Why::NotStarted { .. } => "plugin/not-started",
            Why::NoSandbox { .. } => "plugin/no-sandbox",
        }
    }

    /// What a sentence about it needs, by name; `file` is always there.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mut args = vec![("file", self.path.display().to_string())];
        match &self.why {
            Why::Unreadable { source } | Why::NotLoadable { source } | Why::NotStarted { source } => args.push(("source", source.clone())),
            Why::TooBig { bytes } => args.push(("bytes", bytes.to_string())),
            Why::WrongFormat { found } => args.push(("found", found.clone())),
            Why::WrongMachine { found, expected } => {
                args.extend([("found", found.clone()), ("expected", expected.clone())]);
            }
            Why::ManifestDamaged { what } => args.push(("what", (*what).to_string())),
            Why::ManifestNotText { at } => args.push(("at", at.to_string())),
            Why::OtherMajor { major, minor } => {
                args.extend([("found", format!("{major}.{minor}")), ("expected", ABI_MAJOR.to_string())]);
            }
            Why::NewerMinor { needs } => {
                args.extend([("needs", format!("{ABI_MAJOR}.{needs}")), ("host", format!("{ABI_MAJOR}.{ABI_MINOR}"))]);
            }
            Why::NoEntry { found } => args.push(("found", found.to_string())),
            Why::NotPinned { sha256 } => args.push(("sha256", sha256.clone())),
            Why::HashDiffers { sha256, pinned } => {
                args.extend([("sha256", sha256.clone()), ("pinned", pinned.clone())]);
            }
            Why::NotCached { folder, source } => {
                args.extend([("folder", folder.display().to_string()), ("source", source.clone())]);
            }
            Why::ForeignEntry { slot, from } => {
                let from = from.as_ref().map_or_else(String::new, |from| from.display().to_string());
                args.extend([("slot", (*slot).to_string()), ("from", from)]);
            }
            Why::Disagrees { about } => args.push(("about", (*about).to_string())),
            Why::SlotMissing { slot } => args.push(("slot", (*slot).to_string())),
            Why::NoSandbox { missing } => args.push(("missing", (*missing).to_string())),
            Why::NotAFile | Why::WritableByOthers | Why::ExecutableStack | Why::NoManifest | Why::AbortsOnPanic => {}
        }
        args
    }
}

/// What a child may find out, in one line each: a word, and what differs.
const WIRE: [&str; 5] = ["not-loadable", "foreign-entry", "disagrees", "slot-missing", "no-sandbox"];
/// The words that stand in refusals a child gives.
const TOLD: [&str; 9] = ["entry", "describe", "call", "layout", "size", "ABI", "landlock", "seccomp", "landlock, seccomp"];

impl Why {
    /// What a child tells its host.
    pub(crate) fn to_wire(&self) -> String {
        let [not_loadable, foreign, disagrees, slot_missing, no_sandbox] = WIRE;
        match self {
            Why::ForeignEntry { slot, from } => {
                let from = from.as_ref().map_or_else(String::new, |from| from.display().to_string());
                format!("{foreign}\n{slot}\n{from}")
            }
            Why::Disagrees { about } => format!("{disagrees}\n{about}"),
            Why::SlotMissing { slot } => format!("{slot_missing}\n{slot}"),
            Why::NoSandbox { missing } => format!("{no_sandbox}\n{missing}"),
            Why::NotLoadable { source } => format!("{not_loadable}\n{source}"),
            other => format!("{not_loadable}\n{other}"),
        }
    }

    /// What a child told its host; `None` when no child says so.
    pub(crate) fn from_wire(text: &str) -> Option<Why> {
        let (word, rest) = text.split_once('\n')?;
        let told = |text: &str| TOLD.into_iter().find(|known| *known == text);
        match WIRE.iter().position(|known| *known == word)? {
            0 => Some(Why::NotLoadable { source: crate::loaded::clean(rest.as_bytes()) }),
            1 => {
                let (slot, from) = rest.split_once('\n')?;
                let from = Some(crate::loaded::clean(from.as_bytes())).filter(|from| !from.is_empty()).map(PathBuf::from);
                Some(Why::ForeignEntry { slot: told(slot)?, from })
            }
            2 => Some(Why::Disagrees { about: told(rest)? }),
            3 => Some(Why::SlotMissing { slot: told(rest)? }),
            _ => Some(Why::NoSandbox { missing: told(rest)? }),
        }
    }
}

impl fmt::Display for PluginRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

impl Error for PluginRefused {}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Unreadable { source } => write!(f, "cannot be read: {source}"),
            Why::NotAFile => f.write_str("not a regular file"),
            Why::WritableByOthers => f.write_str("anybody may change it: take the right to write from others"),
            Why::TooBig { bytes } => write!(f, "{bytes} bytes, a plugin has at most {}", crate::MAX_FILE_BYTES),
            Why::WrongFormat { found } => write!(f, "not a shared library of this platform: {found}, ELF expected"),
            Why::WrongMachine { found, expected } => write!(f, "built for {found}, this machine is {expected}"),
            Why::ExecutableStack => f.write_str("wants an executable stack: build it with -z noexecstack"),
            Why::NoManifest => {
                write!(f, "no section {MANIFEST_SECTION}: not a plugin (export_plugin! or BAARA_MANIFEST makes one)")
            }
            Why::ManifestDamaged { what } => write!(f, "damaged section {MANIFEST_SECTION}: {what}"),
            Why::ManifestNotText { at } => write!(f, "the manifest is not UTF-8 at byte {at}"),
            Why::OtherMajor { major, minor } => write!(
                f,
                "built for plugin ABI {major}.{minor}, this host speaks {ABI_MAJOR}.{ABI_MINOR}: \
                 ask the author for a build for ABI {ABI_MAJOR}"
            ),
            Why::NewerMinor { needs } => {
                write!(f, "needs plugin ABI {ABI_MAJOR}.{needs}, this host speaks {ABI_MAJOR}.{ABI_MINOR}: update the host")
            }
            Why::NoEntry { found: 0 } => write!(f, "exports no symbol {ENTRY_SYMBOL}"),
            Why::NoEntry { found } => write!(f, "exports {found} symbols {ENTRY_SYMBOL}, a plugin has one"),
            Why::NotPinned { sha256 } => write!(f, "not pinned: its SHA-256 is {sha256}"),
            Why::HashDiffers { sha256, pinned } => {
                write!(f, "not the pinned file: SHA-256 {sha256}, pinned {pinned}")
            }
            Why::AbortsOnPanic => f.write_str("built with panic = \"abort\", so it may not run inside the host: build it with \"unwind\""),
            Why::NotCached { folder, source } => write!(f, "cannot be copied to {}: {source}", folder.display()),
            Why::NotLoadable { source } => write!(f, "cannot be loaded: {source}"),
            Why::ForeignEntry { slot, from: Some(from) } => {
                write!(f, "its {slot} lies in {}, not in the plugin itself", from.display())
            }
            Why::ForeignEntry { slot, from: None } => write!(f, "its {slot} lies in no file"),
            Why::Disagrees { about } => write!(f, "entry and manifest disagree on the {about}"),
            Why::SlotMissing { slot } => write!(f, "{slot} is null"),
            Why::NotStarted { source } => write!(f, "no process could be started for it: {source}"),
            Why::NoSandbox { missing } => write!(f, "this system does not enforce {missing}, and children must be held"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_found_out_arrives_as_it_was() {
        for why in [
            Why::NotLoadable { source: "undefined symbol: missing_fn".into() },
            Why::ForeignEntry { slot: "entry", from: Some("/lib/other.so".into()) },
            Why::ForeignEntry { slot: "call", from: None },
            Why::Disagrees { about: "ABI" },
            Why::SlotMissing { slot: "describe" },
            Why::NoSandbox { missing: "landlock, seccomp" },
        ] {
            assert_eq!(Why::from_wire(&why.to_wire()), Some(why));
        }
        for nonsense in ["", "disagrees", "disagrees\nweather", "foreign-entry\nentry", "not-pinned\n"] {
            assert_eq!(Why::from_wire(nonsense), None, "{nonsense}");
        }
    }
}
