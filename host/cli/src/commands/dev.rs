//! `plugin dev`: the form of a plugin in the browser while it is being written.
//!
//! Each save builds the plugin, checks it and serves a fresh practice book with it, in a process of its own. A save that
//! does not build or does not pass leaves the last good one where it was.

use crate::session::Session;
use crate::told::{Failure, told};
use baara_desk::{Clock, Desk, Founding, Hosting, Member, Submission, Wanted};
use baara_plugin_api::{Date, Id, Map, Refusal, Value, json};
use baara_reports::Said;
use baara_web::Settings;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often the folder is looked at: at once for a person, and next to nothing for a machine.
const LOOK: Duration = Duration::from_millis(250);
/// The facility of the practice book, and who fills its forms in.
const SITE: &str = "kon";
const AUTHOR: &str = "person/kon-author";

/// Builds, checks and serves at each save, until the program is stopped.
pub(crate) fn dev(session: &mut Session, folder: &str, listen: &str) -> Result<(), Failure> {
    let folder = session.file(folder);
    if !folder.is_dir() {
        return Err(Refusal::new("file/unreadable").with("file", folder.display()).with("why", std::io::ErrorKind::NotFound).into());
    }
    let mut served: Option<Served> = None;
    for turn in 1_u32.. {
        let seen = saved(&folder);
        tell(session, "screen.dev-builds", "");
        match built(&folder).and_then(|file| checked(&file).map(|()| file)) {
            Err(why) => tell(session, "screen.dev-not-good", &why),
            Ok(file) => {
                drop(served.take()); // The address is free again before the next one wants it.
                served = Some(Served::new(&file, &book_of(turn), listen, session)?);
            }
        }
        while saved(&folder) == seen {
            std::thread::sleep(LOOK);
        }
    }
    drop(served);
    Ok(())
}

/// Where the practice book of a turn lies; it goes away with whoever serves it.
fn book_of(turn: u32) -> PathBuf {
    std::env::temp_dir().join(format!("baara-dev-{}-{turn}", std::process::id()))
}

fn tell(session: &Session, code: &str, text: &str) {
    println!("{}", session.words.say(&Said::new(code).with("text", text)));
    let _ = std::io::stdout().flush(); // Whoever started us may read nothing.
}

/// When each source was saved: what is built, hidden or packed with it is none.
fn saved(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut files = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let idle = name.starts_with('.') || ["target", "sdk", "Cargo.lock"].contains(&name.as_str());
            if idle || path.extension() == Some(OsStr::new("so")) {
                continue;
            }
            match entry.metadata() {
                Ok(about) if about.is_dir() => left.push(path),
                Ok(about) => drop(files.insert(path, about.modified().unwrap_or(SystemTime::UNIX_EPOCH))),
                Err(_) => {} // Gone between two looks; the next one sees it.
            }
        }
    }
    files
}

/// The plugin's file, built by the tool its folder is made for; or what the tool said.
fn built(folder: &Path) -> Result<PathBuf, String> {
    let ending = OsStr::new("so");
    if folder.join("Cargo.toml").exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let said = run(Command::new(cargo).args(["build", "--message-format=json-render-diagnostics"]).current_dir(folder))?;
        let messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let files = messages.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
        let mut files = files.filter_map(|file| Some(PathBuf::from(file.as_str()?)));
        return files.rfind(|file| file.extension() == Some(ending)).ok_or_else(|| said.clone());
    }
    let said = run(Command::new("make").arg("--quiet").current_dir(folder))?;
    let mut files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.find(|file| file.extension() == Some(ending)).ok_or(said)
}

/// What a reviewer would find by loading it.
fn checked(file: &Path) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    run(Command::new(program).args(["plugin", "check", "--level", "2"]).arg(file)).map(drop)
}

/// What a command printed; both of its voices when it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stdout) + &text(&output.stderr)) }
}

/// A practice book that is served until this is dropped, or the program is gone: it ends with its input.
struct Served(Child);

impl Served {
    fn new(file: &Path, scratch: &Path, listen: &str, session: &Session) -> Result<Served, Failure> {
        let lost =
            |error: std::io::Error| Failure::from(Refusal::new("file/unwritable").with("file", scratch.display()).with("why", error));
        let mut command = Command::new(std::env::current_exe().map_err(lost)?);
        command.args(["--lang", session.words.language().code(), "--book"]).arg(scratch).args(["plugin", "preview"]);
        command.arg(file).args(["--listen", listen]).stdin(Stdio::piped());
        command.spawn().map(Served).map_err(lost)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait(); // It ends by itself, or has ended.
    }
}

/// Makes a practice book around one plugin, which runs in a child, and serves it until the input ends.
pub(crate) fn preview(session: &mut Session, file: &str, listen: &str) -> Result<(), Failure> {
    let book = session.book_folder();
    let gone = book.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]); // Whoever holds the other end lets go of it.
        let _ = fs::remove_dir_all(gone); // A folder left behind harms nobody.
        std::process::exit(0);
    });
    let (config, _) = super::config::read(session)?;
    let day = Date::from_ymd_opt(2020, 1, 2).expect("a day of the calendar");
    let clock = Clock::Practice { at: day.and_hms_opt(8, 0, 0).unwrap_or_default().and_utc().timestamp_millis() };
    let desk = Arc::new(Desk::create_with(&book, true, Hosting { in_process: false, ..session.hosting() })?);
    let author = Id::parse(AUTHOR).expect("an id");
    let wanted =
        |thing: &str, key: &str, value: Value| Wanted { thing: Id::parse(thing).expect("an id"), key: key.to_owned(), value, from: day };
    let mut all = super::config::wanted(&config.wanted, day);
    all.push(wanted("role/author", "label", "Auteur".into()));
    all.push(wanted("role/author", "may", json!(["*"])));
    desk.apply_config(SITE, &author, all, clock)?;
    let member = |code: &str| Member {
        code: code.to_owned(),
        name: code.to_owned(),
        sex: "f".to_owned(),
        college: None,
        office: String::new(),
        roles: vec!["author".to_owned()],
    };
    let rules = ["quorum.heads", "quorum.colleges", "majority", "minutes.signing"].map(|rule| (rule.to_owned(), "1/2".into())).to_vec();
    let (act, members) = ("plugin dev".to_owned(), vec![member("author"), member("second")]);
    let founding = Founding { site: SITE.to_owned(), facility: Vec::new(), act, members, rules, date: day, clock };
    told(&desk, desk.found(founding)?, "found", &session.words)?;
    told(&desk, desk.pin(SITE, &author, &session.file(file), clock)?, "pin", &session.words)?;
    for (kind, fields) in [
        ("store", json!({"code": "magasin", "label": "Magasin", "keeper": "person/kon-second"})),
        ("cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-second"})),
        ("workshop", json!({"code": "atelier", "label": "Atelier", "trade": "trade/weaving"})),
    ] {
        let fields: Map = fields.as_object().cloned().unwrap_or_default();
        let answer = desk.submit(Submission { clock, ..Submission::new(SITE, kind, &author, fields) });
        told(&desk, answer, kind, &session.words)?;
    }
    let kinds: Vec<String> = desk.registry().plugins().flat_map(|(declared, ..)| &declared.kinds).map(|k| k.kind.clone()).collect();
    let ready = |at: std::net::SocketAddr| {
        let said = Said::new("screen.dev-serves").with("address", format!("http://{at}/connexion?site={SITE}&qui={AUTHOR}"));
        println!("{}", session.words.say(&said));
        for kind in kinds.iter().filter_map(|kind| kind.split('/').next()) {
            println!("  http://{at}/noter/{kind}");
        }
        let _ = std::io::stdout().flush(); // Whoever started us may read nothing.
    };
    let settings = Settings { address: listen.to_owned(), hosts: Vec::new(), certificate: None };
    let served = baara_web::serve(desk.clone(), &settings, ready);
    let _ = fs::remove_dir_all(&book); // As above.
    served.map_err(|error| Refusal::new("serve/cannot-listen").with("address", listen).with("why", error.kind()).into())
}
