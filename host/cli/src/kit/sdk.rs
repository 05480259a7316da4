//! The SDK as one archive beside the program: `plugin-api`, what it is built with, and nothing else.
//!
//! The archive is a *directory source* of Cargo: a folder for each package, so that a plugin builds without a network.
//! Manifests are cut down to what a plugin needs, since Cargo looks for every package a manifest names, used or not.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::{Table, Value};

/// Its name beside the program.
pub(crate) const ARCHIVE: &str = "baara-sdk.tar.gz";

/// The package a plugin depends on.
const API: &str = "baara-plugin-api";

/// What a plugin's tests ask of it, and the same as the whole workspace says it.
const FEATURES: [&str; 2] = ["proptest", "baara-plugin-api/proptest"];

/// What a package is not built from.
const IDLE: &[&str] = &["tests", "benches", "examples", "docs", "fuzz", "ci", "Cargo.lock", "Cargo.toml.orig"];

/// The archive beside the running program.
pub(crate) fn beside() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join(ARCHIVE))
}

/// Unpacks an archive into a folder.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> io::Result<()> {
    tar::Archive::new(GzDecoder::new(File::open(archive)?)).unpack(folder)
}

/// Packs the SDK out of a project's sources and the packages Cargo keeps for it; gives the archive's size in bytes.
///
/// The same sources give the same bytes: files by name, without owner or time.
pub(crate) fn pack(project: &Path, archive: &Path) -> io::Result<u64> {
    let kept = packages(project)?;
    let workspace = manifest(&project.join("Cargo.toml"))?;
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for ((name, version), folder) in &kept {
        let inside = PathBuf::from(format!("{name}-{version}"));
        let mut files = Vec::new();
        files_of(folder, folder, &mut files)?;
        for path in files {
            let bytes = match path.to_str() {
                Some("Cargo.toml") => lean(manifest(&folder.join(&path))?, &workspace, &kept).to_string().into_bytes(),
                _ => fs::read(folder.join(&path))?,
            };
            append(&mut tar, &inside.join(&path), &bytes)?;
        }
        // No sums of single files, since the manifest is ours; the archive is what is kept or given away as a whole.
        append(&mut tar, &inside.join(".cargo-checksum.json"), b"{\"files\":{}}")?;
    }
    let bytes = tar.into_inner()?.finish()?;
    File::create(archive)?.write_all(&bytes)?;
    Ok(bytes.len() as u64)
}

fn append(tar: &mut tar::Builder<impl Write>, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    tar.append_data(&mut header, path, bytes)
}

/// The files a package is built from, relative to its folder, by name. A package of ours may lie inside another.
fn files_of(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') || (folder == root && IDLE.contains(&name.as_str())) {
            continue;
        }
        if !path.is_dir() {
            files.push(path.strip_prefix(root).expect("it lies in it").to_owned());
        } else if !path.join("Cargo.toml").exists() {
            files_of(root, &path, files)?;
        }
    }
    Ok(())
}

fn manifest(path: &Path) -> io::Result<Table> {
    let text = fs::read_to_string(path)?;
    text.parse().map_err(|e| io::Error::other(format!("{}: {e}", path.display())))
}

type Kept = BTreeMap<(String, String), PathBuf>;

/// What `plugin-api` is built from, as Cargo resolves it here: name and version → folder.
fn packages(project: &Path) -> io::Result<Kept> {
    let tree = ["tree", "-p", API, "--features", FEATURES[0], "-e", "normal,build", "--prefix", "none", "--format", "{p}"];
    let needed: BTreeSet<(String, String)> = cargo(project, &tree)?
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
        })
        .collect();
    // Of this system alone: what only another one builds with was never brought onto this machine.
    let version = cargo(project, &["--version", "--verbose"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let metadata = cargo(project, &["metadata", "--format-version", "1", "--features", FEATURES[1], "--filter-platform", host])?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let text = |package: &serde_json::Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let all = metadata["packages"].as_array().into_iter().flatten();
    let all = all.map(|p| ((text(p, "name"), text(p, "version")), PathBuf::from(text(p, "manifest_path"))));
    let kept = all.filter(|(package, _)| needed.contains(package));
    Ok(kept.map(|(package, manifest)| (package, manifest.parent().map(Path::to_owned).unwrap_or_default())).collect())
}

/// Runs Cargo as the lock file says; it asks a registry only for what this machine has not got.
fn cargo(project: &Path, words: &[&str]) -> io::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let done = Command::new(cargo).args(words).arg("--locked").current_dir(project).output()?;
    if !done.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&done.stderr).into_owned()));
    }
    String::from_utf8(done.stdout).map_err(io::Error::other)
}

/// A manifest that names no package that is not there, and asks nothing of a workspace.
fn lean(mut manifest: Table, workspace: &Table, kept: &Kept) -> Table {
    let mut gone = BTreeSet::new();
    if let Some(Value::Table(tests_only)) = manifest.remove("dev-dependencies") {
        gone.extend(tests_only.keys().cloned());
    }
    for idle in ["lints", "workspace", "test", "bench", "example", "badges"] {
        manifest.remove(idle);
    }
    if let Some(package) = manifest.get_mut("package").and_then(Value::as_table_mut) {
        for (key, value) in package.iter_mut().filter(|(_, value)| of_workspace(value)) {
            *value = workspace["workspace"]["package"].get(key).cloned().unwrap_or_else(|| false.into());
        }
        package.remove("publish");
    }
    let mut tables: Vec<&mut Table> = Vec::new();
    for (key, value) in &mut manifest {
        let Some(table) = value.as_table_mut() else { continue };
        match key.as_str() {
            "dependencies" | "build-dependencies" => tables.push(table),
            "target" => {
                for target in table.iter_mut().filter_map(|(_, target)| target.as_table_mut()) {
                    target.remove("dev-dependencies");
                    tables.extend(target.iter_mut().filter_map(|(_, dependencies)| dependencies.as_table_mut()));
                }
            }
            _ => {}
        }
    }
    let mut there = BTreeSet::new();
    for table in tables {
        for (name, value) in std::mem::take(table) {
            match dependency(&name, value, workspace, kept) {
                Some(value) => {
                    there.insert(name.clone());
                    table.insert(name, value);
                }
                None => drop(gone.insert(name)),
            }
        }
    }
    gone.retain(|name| !there.contains(name));
    if let Some(features) = manifest.get_mut("features").and_then(Value::as_table_mut) {
        let names: BTreeSet<String> = features.keys().cloned().collect();
        for list in features.iter_mut().filter_map(|(_, list)| list.as_array_mut()) {
            list.retain(|entry| {
                let entry = entry.as_str().unwrap_or_default();
                let of = entry.strip_prefix("dep:").unwrap_or(entry).split(['/', '?']).next().unwrap_or_default();
                !gone.contains(of) || (entry == of && names.contains(of))
            });
        }
    }
    manifest
}

/// The dependency as it stands in the archive; nothing when its package is not there.
fn dependency(name: &str, value: Value, workspace: &Table, kept: &Kept) -> Option<Value> {
    let package = value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned();
    let value = if of_workspace(&value) { workspace["workspace"]["dependencies"].get(name).cloned()? } else { value };
    let required = value.as_str().or_else(|| value.get("version")?.as_str()).unwrap_or_default().to_owned();
    let version = kept.keys().find(|(known, version)| *known == package && may_be(&required, version))?.1.clone();
    match value {
        Value::Table(mut table) if table.contains_key("path") => {
            table.remove("path");
            table.insert("version".to_owned(), format!("={version}").into());
            Some(table.into())
        }
        other => Some(other),
    }
}

/// Whether a version can be what is required, told by what a plain requirement holds fast: `1` of `1.4`, `0.8` of `0.8.6`.
/// One that is not plain holds nothing fast here.
fn may_be(required: &str, version: &str) -> bool {
    let numbers = |text: &str| text.split('.').map_while(|part| part.parse().ok()).collect::<Vec<u64>>();
    let (required, version) = (numbers(required.trim_start_matches(['^', '='])), numbers(version));
    let fast = if required.first() == Some(&0) { 2 } else { 1 };
    required.iter().zip(&version).take(fast).all(|(wanted, is)| wanted == is)
}

fn of_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_generation_of_a_package_is_another_package() {
        for (required, version) in
            [("1", "1.4.2"), ("^0.8.6", "0.8.9"), ("0", "0.3.0"), (">=0.2, <0.9", "0.4.0"), ("", "2.0.0"), ("=0.1.0", "0.1.0")]
        {
            assert!(may_be(required, version), "{version} for {required}");
        }
        for (required, version) in [("0.8.6", "0.10.4"), ("2.1", "1.9.0"), ("=1.0.0", "0.1.0")] {
            assert!(!may_be(required, version), "{version} for {required}");
        }
    }

    #[test]
    fn a_lean_manifest_names_only_what_is_there() {
        let full = r#"
            [package]
            name = "thing"
            version.workspace = true
            publish.workspace = true
            [dependencies]
            serde.workspace = true
            own = { path = "own" }
            borsh = { version = "1", optional = true }
            [dev-dependencies]
            bench = "1"
            serde = "1"
            [target.'cfg(windows)'.dependencies]
            windows = "1"
            [features]
            std = ["borsh?/std", "serde/std"]
            all = ["dep:borsh", "std"]
            test = ["bench/all", "serde/all"]
        "#;
        let workspace: Table = "[workspace.package]\nversion = \"2.0.0\"\n[workspace.dependencies]\nserde = \"1.2\"".parse().unwrap();
        let there = |name: &str| ((name.to_owned(), "1.2.3".to_owned()), PathBuf::new());
        let lean = lean(full.parse().unwrap(), &workspace, &[there("serde"), there("own")].into());
        let expected: Table = r#"
            [package]
            name = "thing"
            version = "2.0.0"
            [dependencies]
            serde = "1.2"
            own = { version = "=1.2.3" }
            [target.'cfg(windows)'.dependencies]
            [features]
            std = ["serde/std"]
            all = ["std"]
            test = ["serde/all"]
        "#
        .parse()
        .unwrap();
        assert_eq!(lean, expected);
    }
}
