//! `plugin new`: a folder that builds, tests and loads at once, out of templates that lie in the program.
//!
//! A template is a working plugin called `my-trade`; making a plugin of it is giving it its name.

use super::sdk;
use baara_plugin_api::Refusal;
use std::fs;
use std::path::Path;

/// Every file of `templates/`, by its path: `rust-workshop/src/lib.rs`.
static TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The C headers a plugin in C is built with.
const HEADERS: &[(&str, &str)] = &[
    ("baara_plugin.h", include_str!("../../../../plugin-api/include/baara_plugin.h")),
    ("baara_json.h", include_str!("../../../../plugin-api/include/baara_json.h")),
];

/// What a new plugin may do.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// A trade: batches of it.
    Workshop,
    /// A way to sell.
    Sales,
    /// A way to share.
    Sharing,
    /// A table.
    Report,
    /// A round that warns.
    Sweep,
}

/// What it is written in.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Tongue {
    /// Rust.
    #[default]
    Rust,
    /// C.
    C,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Purpose::Workshop => "workshop",
            Purpose::Sales => "sales",
            Purpose::Sharing => "sharing",
            Purpose::Report => "report",
            Purpose::Sweep => "sweep",
        }
    }
}

impl Tongue {
    fn code(self) -> &'static str {
        match self {
            Tongue::Rust => "rust",
            Tongue::C => "c",
        }
    }
}

/// Writes the folder of a new plugin; a plugin in Rust gets the SDK of this archive.
///
/// # Errors
/// `kit/bad-id`, `kit/folder-taken`, `kit/no-sdk`, or `file/unwritable`.
pub(crate) fn write(id: &str, purpose: Purpose, tongue: Tongue, folder: &Path, archive: Option<&Path>) -> Result<(), Refusal> {
    if !is_name(id) {
        return Err(Refusal::new("kit/bad-id").with("came", id.chars().take(64).collect::<String>()));
    }
    if fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(Refusal::new("kit/folder-taken").with("folder", folder.display()));
    }
    let archive = match tongue {
        Tongue::Rust => Some(archive.filter(|file| file.exists()).ok_or_else(|| Refusal::new("kit/no-sdk").with("file", sdk::ARCHIVE))?),
        Tongue::C => None,
    };
    let unwritable = |error: std::io::Error| Refusal::new("file/unwritable").with("file", folder.display()).with("why", error);
    let tongue_of = format!("{}/", tongue.code());
    let purpose_of = format!("{}-{}/", tongue.code(), purpose.code());
    for (name, text) in TEMPLATES {
        let Some(path) = name.strip_prefix(&tongue_of).or_else(|| name.strip_prefix(&purpose_of)) else { continue };
        put(folder, &named(path, id), &named(text, id)).map_err(unwritable)?;
    }
    if let Some(archive) = archive {
        return sdk::unpack(archive, &folder.join("sdk")).map_err(unwritable);
    }
    HEADERS.iter().try_for_each(|(name, text)| put(folder, name, text)).map_err(unwritable)
}

fn put(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let path = folder.join(name.replace("dot-", "."));
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, text)
}

/// An id that is at once a package of Cargo, an id of the book with room for more, and no word of either language.
fn is_name(id: &str) -> bool {
    const TAKEN: &[&str] = &["test", "core", "std", "alloc", "plugin", "baara", "build", "deps", "examples", "main"];
    let begins = id.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    begins && plain && (3..=24).contains(&id.len()) && !id.ends_with('-') && !id.contains("--") && !TAKEN.contains(&id)
}

fn named(text: &str, id: &str) -> String {
    let words: Vec<&str> = id.split('-').collect();
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    let camel: String = words.iter().map(|word| capital(word)).collect();
    text.replace("my-trade", id)
        .replace("my_trade", &words.join("_"))
        .replace("MyTrade", &camel)
        .replace("My trade", &capital(&words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_the_name_of_the_plugin() {
        assert_eq!(named("My trade: my-trade, my_trade, MyTrade", "bee-keeping"), "Bee keeping: bee-keeping, bee_keeping, BeeKeeping");
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["tannery", "bee-keeping", "poterie2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "ab", "Tannery", "2bees", "bee_keeping", "bee-", "a--b", "test", "../x", "an-id-that-is-far-too-long"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
