//! Holds the rooms: who may know whom, what a crate must never see, where `unsafe` may stand, and the README's map.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each room, and the rooms it may see. `baara-tests` sees all.
const ARROWS: &[(&str, &[&str])] = &[
    ("baara-plugin-api-derive", &[]),
    ("baara-plugin-api", &["baara-plugin-api-derive"]),
    ("baara-book", &["baara-plugin-api"]),
    ("baara-journal", &[]),
    ("baara-loader", &["baara-plugin-api"]),
    ("baara-desk", &["baara-plugin-api", "baara-book", "baara-journal", "baara-loader"]),
    ("baara-reports", &["baara-plugin-api", "baara-book", "baara-desk"]),
    ("baara-web", &["baara-plugin-api", "baara-book", "baara-desk", "baara-reports"]),
    ("baara", &["baara-plugin-api", "baara-book", "baara-desk", "baara-reports", "baara-web"]),
];

/// What a room must never know, however far behind: this is why the crate exists.
const NEVER: &[(&str, &[&str])] = &[
    ("baara-plugin-api", &["bevy_ecs", "rusqlite", "libsqlite3-sys", "libloading", "axum", "tokio"]),
    ("baara-book", &["rusqlite", "libsqlite3-sys", "libloading", "axum", "argon2"]),
    ("baara-journal", &["bevy_ecs", "serde_json", "serde", "chrono", "libloading", "axum"]),
    ("baara-loader", &["rusqlite", "libsqlite3-sys", "bevy_ecs", "axum"]),
    ("baara-desk", &["axum", "clap"]),
    ("baara-reports", &["axum", "clap"]),
    ("baara-web", &["clap"]),
];

/// What no plugin knows: it sees the contract alone.
const PLUGINS_NEVER: &[&str] = &["bevy_ecs", "rusqlite", "libloading"];

/// The customer's layout; dot-files, and what `.gitignore` names, aside.
const TOP: &[&str] = &["Cargo.lock", "Cargo.toml", "README.md", "config", "host", "plugin-api", "plugins", "tests"];

/// Where `unsafe` may stand.
const UNSAFE: &[&str] = &["plugin-api/src/abi.rs", "plugin-api/src/export.rs", "plugin-api/tests/abi_", "host/loader/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the project").to_owned()
}

fn metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON")
}

/// What each package needs to be built and run: names by name. What only tests need is left out.
fn needs(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> = list(&metadata["packages"]).iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let real = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|k| k["kind"] != "dev");
    list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let deps = list(&node["deps"]).iter().filter(|dep| real(dep)).map(|dep| names[&text(&dep["pkg"])].clone()).collect();
            (names[&text(&node["id"])].clone(), deps)
        })
        .collect()
}

fn behind<'a>(needs: &'a BTreeMap<String, BTreeSet<String>>, name: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![name]);
    while let Some(next) = left.pop() {
        for dep in needs.get(next).into_iter().flatten() {
            if seen.insert(dep.as_str()) {
                left.push(dep);
            }
        }
    }
    seen
}

/// Our own packages: name and folder.
fn members(metadata: &Value) -> BTreeMap<String, PathBuf> {
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let own = packages.iter().filter(|p| p["source"].is_null());
    own.map(|p| {
        let manifest = PathBuf::from(p["manifest_path"].as_str().expect("a path"));
        (p["name"].as_str().expect("a name").to_owned(), manifest.parent().expect("a folder").to_owned())
    })
    .collect()
}

#[test]
fn arrows_point_one_way() {
    let metadata = metadata();
    let (needs, members) = (needs(&metadata), members(&metadata));
    for (name, folder) in &members {
        let own: BTreeSet<&str> = needs[name].iter().map(String::as_str).filter(|dep| members.contains_key(*dep)).collect();
        let allowed: &[&str] = match ARROWS.iter().find(|(room, _)| room == name) {
            Some((_, allowed)) => allowed,
            None if ["plugins", "tests/fixtures"].iter().any(|room| folder.starts_with(root().join(room))) => &["baara-plugin-api"],
            None if name == "baara-tests" => continue,
            None => panic!("{name} has no row in ARROWS: say what it may see"),
        };
        let wrong: Vec<_> = own.iter().filter(|dep| !allowed.contains(dep)).collect();
        assert!(wrong.is_empty(), "{name} must not see {wrong:?}");
    }
}

#[test]
fn rooms_do_not_know_what_they_exist_to_forbid() {
    let needs = needs(&metadata());
    let plugins = baara_desk::OWN_PLUGINS.iter().map(|id| (*id, PLUGINS_NEVER));
    for (name, never) in NEVER.iter().copied().chain(plugins) {
        let behind = behind(&needs, name);
        let wrong: Vec<_> = never.iter().filter(|dep| behind.contains(*dep)).collect();
        assert!(wrong.is_empty(), "{name} must never know {wrong:?}");
    }
}

/// One list says which plugins are ours; their folders are no others.
#[test]
fn our_own_plugins_are_those_of_the_folder() {
    let folders = std::fs::read_dir(root().join("plugins")).expect("the plugins' folder").map(|entry| entry.expect("an entry"));
    let found: BTreeSet<String> =
        folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(found, baara_desk::OWN_PLUGINS.iter().map(|id| (*id).to_owned()).collect());
}

/// The plugin that misbehaves on purpose is needed by the tests alone, and the product pins nothing of that name.
#[test]
fn mischief_is_no_part_of_the_product() {
    let metadata = metadata();
    let names = |package: &Value| package["dependencies"].as_array().into_iter().flatten().any(|dep| dep["name"] == "mischief");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let needing: Vec<&str> = packages.iter().filter(|p| names(p)).filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(needing, ["baara-tests"]);
    assert!(!needs(&metadata)["baara-tests"].contains("mischief"), "its tests alone");
    sources(&root().join("host"), &mut |path, text| assert!(!text.contains("mischief"), "{}", path.display()));
}

#[test]
fn plain_cargo_run_has_one_binary() {
    let metadata = metadata();
    let ids = metadata["workspace_default_members"].as_array().expect("default members");
    let bins = metadata["packages"].as_array().into_iter().flatten().filter(|p| ids.contains(&p["id"])).flat_map(|p| {
        let targets = p["targets"].as_array().into_iter().flatten();
        targets.filter(|t| t["kind"][0] == "bin").map(|t| t["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(bins.collect::<Vec<_>>(), ["baara"]);
}

#[test]
fn the_top_level_is_the_customers() {
    let ignored = std::fs::read_to_string(root().join(".gitignore")).expect("a .gitignore");
    let ignored: BTreeSet<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    let found: BTreeSet<String> = std::fs::read_dir(root())
        .expect("the project's folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8"))
        .filter(|name| !name.starts_with('.') && !name.starts_with("LICENSE") && !ignored.contains(name.as_str()))
        .collect();
    assert_eq!(found, TOP.iter().map(|&name| name.to_owned()).collect());
}

#[test]
fn unsafe_stands_only_at_the_c_border() {
    let mut wrong = Vec::new();
    sources(&root(), &mut |path, text| {
        let name = path.strip_prefix(root()).expect("inside the project").to_string_lossy().into_owned();
        if UNSAFE.iter().any(|place| name.starts_with(place)) || name == "tests/tests/architecture.rs" {
            return;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let signs = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait", "#[unsafe(", "allow(unsafe_code)"];
        if code.into_iter().any(|line| signs.iter().any(|sign| line.contains(sign))) {
            wrong.push(name);
        }
    });
    assert!(wrong.is_empty(), "the word stands in {wrong:?}");
}

/// Shows every Rust file of ours.
fn sources(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            sources(&path, each);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            each(&path, &std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// The map is the table of the README whose first column names folders: each is there, and each room is on it.
#[test]
fn the_readmes_map_is_the_project() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("a README");
    let map = readme.split("### Map").nth(1).expect("the README has a map").split("\n### ").next().expect("a section");
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.trim_end_matches('/')));
    let told: BTreeSet<String> = rows.map(str::to_owned).collect();
    let gone: Vec<_> = told.iter().filter(|name| !root().join(name).exists()).collect();
    assert!(gone.is_empty(), "the map names {gone:?}, which are not there");
    let rooms = members(&metadata()).into_values().map(|f| f.strip_prefix(root()).expect("inside").to_string_lossy().into_owned());
    let missing: Vec<_> = rooms.filter(|room| !told.contains(room)).collect();
    assert!(missing.is_empty(), "the map leaves out {missing:?}");
}

/// `[the book](host/book)` and the like lead somewhere.
#[test]
fn the_readmes_links_lead_somewhere() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("a README");
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let dead: Vec<_> = links.filter(|l| !l.contains("://") && !l.starts_with('#') && !root().join(l).exists()).collect();
    assert!(dead.is_empty(), "{dead:?}");
}
