//! One process owns a book; every other command goes through it, with the same desk and rights.
//!
//! The owner listens on the local socket `owner` in the book's folder. What another process typed
//! comes as one line of JSON and is run here; what it would print goes back as one line.

use crate::session;
use crate::told::Done;
use baara_desk::Desk;
use baara_plugin_api::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What was typed, where, with which surroundings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Passed {
    /// The words of the command line.
    pub(crate) typed: Vec<String>,
    /// The folder it was typed in.
    pub(crate) folder: PathBuf,
    /// The variables that matter: language, person, secret.
    pub(crate) variables: BTreeMap<String, String>,
    /// Its input, when the command reads it.
    pub(crate) input: Option<String>,
}

/// The variables a command looks at.
const VARIABLES: &[&str] = &["BAARA_AS", "BAARA_BOOK", "BAARA_SECRET", "BAARA_CODE", "BAARA_NEW_SECRET", "LC_ALL", "LC_MESSAGES", "LANG"];

/// The longest a command waits for another to finish.
const PATIENCE: Duration = Duration::from_secs(20);

impl Passed {
    /// What this process was given.
    pub(crate) fn here(typed: &[String], folder: &Path) -> Passed {
        let variables = VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        Passed { typed: typed.to_owned(), folder: folder.to_owned(), variables: variables.collect(), input: None }
    }

    fn json(&self) -> Value {
        json!({"typed": self.typed, "folder": self.folder, "variables": self.variables, "input": self.input})
    }

    fn read(line: &str) -> Option<Passed> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |v: &Value| v.as_str().map(str::to_owned);
        Some(Passed {
            typed: value.get("typed")?.as_array()?.iter().filter_map(text).collect(),
            folder: PathBuf::from(value.get("folder")?.as_str()?),
            variables: value.get("variables")?.as_object()?.iter().filter_map(|(k, v)| Some((k.clone(), text(v)?))).collect(),
            input: value.get("input").and_then(text),
        })
    }
}

/// A listener for other processes, for as long as this one has the book open.
pub(crate) struct Owner {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Owner {
    /// Listens in the book's folder; a folder that takes no socket only means that others must wait.
    pub(crate) fn of(desk: &Arc<Desk>) -> Owner {
        let path = desk.folder().join("owner");
        let stop = Arc::new(AtomicBool::new(false));
        let _ = std::fs::remove_file(&path); // Left by a process that died: we hold the book now.
        let listener = UnixListener::bind(&path).ok().and_then(|socket| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).ok()?;
            let (desk, stop) = (desk.clone(), stop.clone());
            std::thread::Builder::new().name("owner".to_owned()).spawn(move || listen(&socket, &desk, &stop)).ok()
        });
        Owner { path, stop, listener }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(listener) = self.listener.take() {
            let _ = UnixStream::connect(&self.path); // Wakes the listener.
            let _ = listener.join(); // What it took in is answered before the book closes.
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

fn listen(socket: &UnixListener, desk: &Arc<Desk>, stop: &AtomicBool) {
    std::thread::scope(|scope| {
        for stream in socket.incoming() {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            if let Ok(stream) = stream {
                scope.spawn(move || answer(&stream, desk));
            }
        }
    });
}

fn answer(stream: &UnixStream, desk: &Arc<Desk>) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    let passed = Passed::read(&line)?;
    let done = session::run_for_another(passed, desk.clone());
    let told = json!({"out": done.out, "err": done.err, "code": done.code});
    let mut stream = stream;
    stream.write_all(format!("{told}\n").as_bytes()).ok() // In one go: an export through its pieces takes minutes.
}

/// Runs a command through the process that has the book open; `None` when there is none to be reached.
fn pass_once(book: &Path, passed: &Passed) -> Option<Done> {
    let mut stream = UnixStream::connect(book.join("owner")).ok()?;
    writeln!(stream, "{}", passed.json()).ok()?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).ok()?;
    let told: Value = serde_json::from_str(&line).ok()?;
    let text = |key: &str| told.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Done { out: text("out")?, err: text("err")?, code: u8::try_from(told.get("code")?.as_u64()?).ok()? })
}

/// Opens a book, or goes through its owner: whichever comes first.
pub(crate) fn open_or_pass<T, E>(
    book: &Path,
    passed: &Passed,
    mut open: impl FnMut() -> Result<T, E>,
    is_locked: impl Fn(&E) -> bool,
) -> Result<Result<T, Done>, E> {
    let began = Instant::now();
    loop {
        match open() {
            Ok(opened) => return Ok(Ok(opened)),
            Err(error) if !is_locked(&error) || began.elapsed() > PATIENCE => return Err(error),
            Err(_) => {
                if let Some(done) = pass_once(book, passed) {
                    return Ok(Err(done));
                }
                std::thread::sleep(Duration::from_millis(25));
            }
        }
    }
}
