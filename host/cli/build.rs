//! Puts every TOML file of `config/` into the program, so that `baara demo` works from anywhere.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let config = Path::new(&manifest).join("../../config");
    let mut files = Vec::new();
    collect(&config, &mut files);
    files.sort();
    let mut lines = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&config).expect("the file is in config").display().to_string().replace('\\', "/");
        lines.push_str(&format!("({name:?}, include_str!({:?})),\n", file.display().to_string()));
    }
    lines.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo names the output folder");
    fs::write(Path::new(&out).join("config.rs"), lines).expect("the output folder takes a file");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
}
