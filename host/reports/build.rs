//! Puts every file of `config/locale` into the program, so that its words travel with it.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let locale = Path::new(&manifest).join("../../config/locale");
    println!("cargo::rerun-if-changed={}", locale.display());
    let mut lines = String::from("&[\n");
    for language in ["fr", "en"] {
        for file in toml_files(&locale.join(language)) {
            println!("cargo::rerun-if-changed={}", file.display());
            lines.push_str(&format!("({language:?}, include_str!({:?})),\n", file.display().to_string()));
        }
    }
    lines.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo names the output folder");
    fs::write(Path::new(&out).join("locale.rs"), lines).expect("the output folder takes a file");
}

/// The TOML files of a folder, by name; none when there is no folder yet.
fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort_by_key(|file| (file.file_stem().is_none_or(|stem| stem != "core"), file.clone())); // The core's words come first.
    files
}
