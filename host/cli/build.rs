//! Puts every TOML file of `config/` and every file of `templates/` into the program, so that it works from anywhere.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let here = Path::new(&manifest);
    embed(&here.join("../../config"), "config.rs", |path| path.extension().is_some_and(|e| e == "toml"));
    embed(&here.join("templates"), "templates.rs", |_| true);
}

/// Writes a list of the files of a folder, each with its name inside the folder and its text.
fn embed(folder: &Path, list: &str, wanted: fn(&Path) -> bool) {
    let mut files = Vec::new();
    collect(folder, wanted, &mut files);
    files.sort();
    let mut lines = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(folder).expect("the file is in the folder").display().to_string().replace('\\', "/");
        lines.push_str(&format!("({name:?}, include_str!({:?})),\n", file.display().to_string()));
    }
    lines.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo names the output folder");
    fs::write(Path::new(&out).join(list), lines).expect("the output folder takes a file");
}

fn collect(folder: &Path, wanted: fn(&Path) -> bool, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(&path, wanted, files);
        } else if wanted(&path) {
            files.push(path);
        }
    }
}
