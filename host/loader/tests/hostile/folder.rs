//! A folder of one test with the fixtures it compiles, and how it loads them.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use baara_loader::{
    Answers, Budgets, Conducts, Inspected, Isolation, Loaded, Misdeed, Mode, PluginFault, PluginRefused, Reply, inspect, load,
};

pub(crate) const MODES: [Mode; 2] = [Mode::InProcess, Mode::Child];

/// A folder of one test, gone when it ends. Each test loads its own copies, so none sees the strikes of another.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) isolation: Arc<Isolation>,
}

/// Runs a test on a fresh folder for each mode.
pub(crate) fn in_both_modes(test: impl Fn(&Folder)) {
    MODES.into_iter().for_each(|mode| test(&Folder::new(mode)));
}

/// Children that start again at once, and have all the time there is: a busy machine changes no outcome.
pub(crate) fn isolation() -> Isolation {
    let (runner, long) = (example("runner").into_os_string(), Duration::from_secs(600));
    let budgets = Budgets { load: long, describe: long, call: long, ..Budgets::default() };
    Isolation { rests: [Duration::ZERO; 3], budgets, ..Isolation::new(vec![runner], Conducts::default()) }
}

/// The same with little patience, for plugins that never come back.
pub(crate) fn impatient() -> Isolation {
    let short = Duration::from_millis(100);
    Isolation { budgets: Budgets { load: Duration::from_secs(1), describe: short, call: short, ..Budgets::default() }, ..isolation() }
}

/// A program or library of `examples/`, which Cargo builds beside these tests.
pub(crate) fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let folder = tests.parent().unwrap().with_file_name("examples");
        let made = fs::metadata(folder.join("runner")).and_then(|about| about.modified());
        let sources = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
        let newest = sources.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok()).max();
        if made.ok() < newest || !folder.join("libpanicking.so").exists() {
            // `cargo test --test hostile` alone builds no examples.
            let cargo = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "baara-loader", "--examples"]).status();
            assert!(cargo.unwrap().success());
        }
        folder
    });
    folder.join(name)
}

impl Folder {
    pub(crate) fn new(mode: Mode) -> Folder {
        Folder::with(mode, isolation())
    }

    pub(crate) fn with(mode: Mode, isolation: Isolation) -> Folder {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        let name = format!("loader-{}-{}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder { path, mode, isolation: Arc::new(isolation) }
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        path
    }

    /// The fixture with these flags, as a library; `None`, said aloud, without a compiler. The same flags without a place
    /// of this folder are built once.
    pub(crate) fn compile(&self, name: &str, flags: &[&str]) -> Option<PathBuf> {
        static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
        let library = self.path.join(name);
        let key = flags.join(" ");
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match built.get(&key) {
            Some(made) => made.clone(),
            None => {
                let name: String = key.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
                let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fixture{name}.so"));
                // Another program of these tests may be at it too.
                build(&library, flags)?;
                fs::rename(&library, &made).unwrap();
                built.insert(key, made.clone());
                made
            }
        };
        fs::copy(made, &library).unwrap();
        fs::set_permissions(&library, Permissions::from_mode(0o644)).unwrap();
        Some(library)
    }

    /// Where copies lie.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path.join("plugins")
    }

    /// Loads a file as the folder's mode says, and starts it.
    pub(crate) fn load(&self, inspected: &Inspected) -> Result<Loaded, PluginRefused> {
        let loaded = load(inspected, &self.cache(), inspected.sha256(), self.mode, &self.isolation)?;
        assert_eq!(loaded.mode(), self.mode);
        match loaded.ready() {
            Err(PluginFault::NotLoaded(refused)) => Err(*refused),
            _ => Ok(loaded),
        }
    }

    /// The good fixture, loaded.
    pub(crate) fn good(&self) -> Option<Loaded> {
        Some(self.load(&inspect(&self.compile("good.so", &[])?).unwrap()).unwrap())
    }
}

fn build(library: &Path, flags: &[&str]) -> Option<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = Command::new("cc")
        .args(["-std=gnu11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wall", "-Wno-unused"])
        .arg("-I")
        .arg(root.join("../../plugin-api/include"))
        .arg(root.join("tests/fixtures/plugin.c"))
        .arg("-o")
        .arg(library)
        .args(flags)
        .arg("-lm")
        .output();
    let Ok(built) = built else {
        // Not `eprintln!`, which the test runner keeps to itself.
        std::io::stderr().write_all(b"SKIPPED: no `cc` to build a fixture in C with\n").unwrap();
        return None;
    };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(())
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Answers every question with itself, in brackets.
pub(crate) struct Echo;

impl Answers for Echo {
    fn answer(&mut self, question: &[u8]) -> Vec<u8> {
        [b"[", question, b"]"].concat()
    }
}

pub(crate) fn ok(text: &str) -> Result<Reply, PluginFault> {
    Ok(Reply::Ok(text.as_bytes().to_vec()))
}

pub(crate) fn misbehaved(how: Misdeed) -> Result<Reply, PluginFault> {
    Err(PluginFault::Misbehaved { how })
}

#[track_caller]
pub(crate) fn check_refused<T: std::fmt::Debug>(result: Result<T, PluginRefused>, code: &str, part: &str) {
    let refused = result.unwrap_err();
    assert_eq!(refused.code(), code, "{refused}");
    assert!(refused.to_string().contains(part), "{refused}");
    assert_eq!(refused.args()[0].0, "file");
}

/// Inspects and loads the fixture with these flags in both modes, and expects the same no.
#[track_caller]
pub(crate) fn check_fixture(flags: &[&str], code: &str, part: &str) {
    for mode in MODES {
        let folder = Folder::new(mode);
        let Some(library) = folder.compile("bad.so", flags) else { return };
        check_refused(inspect(&library).and_then(|inspected| folder.load(&inspected)), code, part);
    }
}
