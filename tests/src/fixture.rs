//! The small practice book every scenario begins with: a farm and a prison, founded, configured, our plugins pinned.

use crate::Scratch;
use baara_desk::{Answer, Clock, Desk, Founding, Hosting, Member, OWN_PLUGINS, Wanted, plugin_beside};
use baara_plugin_api::{Date, Id, Value};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The day of the founding acts; scenarios happen later.
pub const DAY_ONE: &str = "2020-01-02";

/// The book of two sites as a file says it, in the manner of `config/`.
const BASE: &str = include_str!("../scenarios/base.toml");

/// A book of two sites, ready to take commands.
pub struct Fixture {
    /// The open book.
    pub desk: Desk,
    /// Its folder.
    pub scratch: Scratch,
}

/// The project's folder.
///
/// # Panics
/// Never, once compiled inside the project.
#[must_use]
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the project")
}

/// Plugins hosted as `baara` does, whose children are the loader's own runner: a test program cannot be one.
#[must_use]
pub fn hosting() -> Hosting {
    Hosting { runner: vec![runner().into()], ..Hosting::default() }
}

/// The loader's example that becomes a child, built as Cargo would with all of a workspace's tests.
fn runner() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let program = std::env::current_exe().expect("a running program has a path");
        let beside = program.parent().expect("a program lies in a folder").with_file_name("examples").join("runner");
        if !beside.exists() {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--quiet", "--package", "baara-loader", "--example", "runner"]);
            assert!(cargo.status().is_ok_and(|status| status.success()), "the runner is built");
        }
        beside
    });
    built.clone()
}

/// The libraries of our own plugins, as Cargo left them beside the running program.
///
/// # Panics
/// When one is not there: it is built with the tests.
#[must_use]
pub fn plugin_files() -> Vec<PathBuf> {
    OWN_PLUGINS.iter().map(|id| library(id)).collect()
}

/// The library of a plugin that is built with the tests.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn library(name: &str) -> PathBuf {
    plugin_beside(name).unwrap_or_else(|| panic!("{name} is built with the tests"))
}

/// Milliseconds since 1970 at eight in the morning of a day.
///
/// # Panics
/// When the text is not a day.
pub(crate) fn morning(day: &str) -> i64 {
    let day: Date = day.parse().unwrap_or_else(|_| panic!("{day} is not a day"));
    day.and_hms_opt(8, 0, 0).expect("a time of day").and_utc().timestamp_millis()
}

/// What a TOML text of things wants: `[kind.code]` with `key = value`.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn wanted(text: &str, from: Date) -> Result<Vec<Wanted>, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    let mut all = Vec::new();
    for (kind, things) in table {
        let things = things.as_table().cloned().ok_or_else(|| format!("[{kind}.code] expected"))?;
        for (code, values) in things {
            let thing = Id::parse(&format!("{kind}/{code}")).map_err(|e| e.to_string())?;
            let values = values.as_table().cloned().ok_or_else(|| format!("{kind}.{code} is not a table"))?;
            for (key, value) in values {
                let value = serde_json::to_value(value).map_err(|e| e.to_string())?;
                all.push(Wanted { thing: thing.clone(), key, value, from });
            }
        }
    }
    Ok(all)
}

impl Fixture {
    /// A fresh book of two sites. The first call makes it by the ordinary path; later ones copy its folder.
    ///
    /// # Panics
    /// When it cannot be made, which is what a test wants to hear.
    #[must_use]
    pub fn new() -> Fixture {
        static MADE: OnceLock<Scratch> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let scratch = Scratch::new();
            make(&scratch.path("book"), &BASE.parse().expect("base.toml is TOML"), true);
            scratch
        });
        let scratch = Scratch::new();
        copy(&made.path("book"), &scratch.path("book"));
        Fixture::open(scratch)
    }

    /// The same two sites under the rights of `config/roles.toml`, with one person a role at each: `person/kon-inspector`.
    ///
    /// # Panics
    /// When it cannot be made, which is what a test wants to hear.
    #[must_use]
    pub fn of_roles() -> Fixture {
        let mut base: toml::Table = BASE.parse().expect("base.toml is TOML");
        let roles = roles();
        let member = |role: &String| toml::Value::Table(member(role));
        let members: Vec<toml::Value> = roles.keys().map(member).collect();
        for (_, act) in base["found"].as_table_mut().expect("[found.site]").iter_mut() {
            act.as_table_mut().expect("an act").insert("members".to_owned(), members.clone().into());
        }
        base.insert("role".to_owned(), roles.into());
        let scratch = Scratch::new();
        make(&scratch.path("book"), &base, true);
        Fixture::open(scratch)
    }

    fn open(scratch: Scratch) -> Fixture {
        let desk = Desk::open_with(&scratch.path("book"), hosting(), |_| {}).expect("the fixture opens");
        Fixture { desk, scratch }
    }

    /// A fresh book of the same two sites that is no practice book: its day is the machine's, its people have secrets.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn real() -> Fixture {
        let scratch = Scratch::new();
        make(&scratch.path("book"), &BASE.parse().expect("base.toml is TOML"), false);
        let desk = Desk::open_with(&scratch.path("book"), hosting(), |_| {}).expect("the fixture opens");
        Fixture { desk, scratch }
    }

    /// Where the book lies.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.scratch.path("book")
    }

    /// Ends the desk and gives the folder, to look at the files.
    #[must_use]
    pub fn close(self) -> Scratch {
        drop(self.desk);
        self.scratch
    }
}

impl Default for Fixture {
    fn default() -> Fixture {
        Fixture::new()
    }
}

/// Copies a closed book.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
        }
    }
}

/// The roles of `config/roles.toml`, by code.
///
/// # Panics
/// When the file is not there.
#[must_use]
pub fn roles() -> toml::Table {
    let text = std::fs::read_to_string(project().join("config/roles.toml")).expect("the roles are there");
    let table: toml::Table = text.parse().expect("roles.toml is TOML");
    table["role"].as_table().expect("[role.code]").clone()
}

/// Somebody with one role, called after it; the offices of a committee sit in its colleges.
fn member(role: &str) -> toml::Table {
    let (college, office) = match role {
        "chair" => ("officials", role),
        "secretary" => ("staff", role),
        "treasurer" => ("ngo", role),
        "member" => ("families", role),
        _ => ("", ""),
    };
    let texts = [("code", role), ("name", role), ("sex", "f"), ("office", office)];
    let mut member: toml::Table = texts.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect();
    member.insert("roles".to_owned(), vec![toml::Value::from(role)].into());
    if !college.is_empty() {
        member.insert("college".to_owned(), college.into());
    }
    member
}

/// Founds both sites as `init` does: configuration, acts with persons and the rules of the first meeting, pins.
fn make(folder: &Path, base: &toml::Table, practice: bool) {
    let desk = Desk::create(folder, practice).expect("a new book");
    let mut at = morning(DAY_ONE);
    let mut clock = || {
        at += 1000;
        if practice { Clock::Practice { at } } else { Clock::Machine }
    };
    let day: Date = DAY_ONE.parse().expect("a day");
    let things: toml::Table =
        base.iter().filter(|(kind, _)| *kind != "found").map(|(kind, things)| (kind.clone(), things.clone())).collect();
    let wanted = wanted(&things.to_string(), day).expect("base.toml says things");
    let by = Id::new("person", "kon-chair");
    desk.apply_config("kon", &by, wanted, clock()).expect("configuration is recorded");
    for (site, act) in base["found"].as_table().expect("[found.site]") {
        let answer = desk.found(founding(site, act, clock())).expect("the act names enough");
        assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
    }
    for file in plugin_files() {
        let pinned = desk.pin("kon", &by, &file, clock()).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        assert!(matches!(pinned, Answer::Recorded(_)), "{pinned:?}");
    }
}

fn founding(site: &str, act: &toml::Value, clock: Clock) -> Founding {
    let text = |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let json = |value: &toml::Value| serde_json::to_value(value).expect("TOML is JSON");
    let pairs = |key: &str| -> Vec<(String, Value)> {
        let table = act.get(key).and_then(toml::Value::as_table).into_iter().flatten();
        table.map(|(k, v)| (k.clone(), json(v))).collect()
    };
    let members = act["members"].as_array().expect("members").iter().map(|member| Member {
        code: text(member, "code"),
        name: text(member, "name"),
        sex: text(member, "sex"),
        college: member.get("college").and_then(toml::Value::as_str).map(str::to_owned),
        office: text(member, "office"),
        roles: member["roles"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect(),
    });
    Founding {
        site: site.to_owned(),
        facility: pairs("facility"),
        act: text(act, "act"),
        members: members.collect(),
        rules: pairs("rules"),
        date: DAY_ONE.parse().expect("a day"),
        clock,
    }
}
