//! What outlives a call: ends and their last words, rests, quarantine, programs that end with or without their plugins,
//! and systems that enforce less.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use baara_loader::{Answers, Budgets, Conducts, Health, Isolation, Keep, Loaded, Mode, PluginFault, Sandbox, inspect, load};

use crate::folder::{Echo, Folder, check_refused, impatient, isolation, ok};

/// Looks until it is so; a test whose wish never comes true says so after a minute.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

fn crash(loaded: &Loaded, how: &str) -> (String, String) {
    match loaded.call(how.as_bytes(), &mut Echo) {
        Err(PluginFault::Crashed { ending, words }) => (ending.to_string(), words),
        other => panic!("{how}: {other:?}"),
    }
}

#[test]
fn an_end_is_told_by_its_signal_or_its_code() {
    for (how, ending) in [
        ("segfault", "SIGSEGV"),
        ("abort", "SIGABRT"),
        ("illegal", "SIGILL"),
        ("divide", "SIGFPE"),
        ("exit", "exit 0"),
        ("_exit", "exit 7"),
    ] {
        let folder = Folder::new(Mode::Child);
        let Some(loaded) = folder.good() else { return };
        assert_eq!(crash(&loaded, how).0, ending);
        assert_eq!(loaded.health().last_signal, ending);
        assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"), "a fresh one answers");
    }
}

#[test]
fn last_words_are_kept_and_cut() {
    let folder = Folder::new(Mode::Child);
    let Some(loaded) = folder.good() else { return };
    assert_eq!(loaded.call(b"complain", &mut Echo), ok("complained"));
    assert_eq!(loaded.call(b"print", &mut Echo), ok("printed"));
    let words = crash(&loaded, "segfault").1;
    assert!(words.len() <= 4096 && words.contains("the last of it"), "{words}");
    assert_eq!(loaded.health().last_words, words);
}

#[test]
fn without_its_runner_a_child_is_refused_and_nothing_is_held_against_it() {
    let folder = Folder::with(Mode::Child, Isolation { runner: vec!["/nothing/here".into()], ..isolation() });
    let Some(library) = folder.compile("good.so", &[]) else { return };
    check_refused(folder.load(&inspect(&library).unwrap()), "plugin/not-started", "no process");
    assert_eq!(folder.isolation.sandbox(), Sandbox::default());
}

#[test]
fn a_child_that_ended_rests_before_it_starts_again() {
    let rests = [Duration::from_secs(3600); 3];
    let folder = Folder::with(Mode::Child, Isolation { rests, ..isolation() });
    let Some(loaded) = folder.good() else { return };
    crash(&loaded, "exit");
    let resting = loaded.call(b"hello", &mut Echo).unwrap_err();
    assert_eq!(resting.code(), "plugin/resting");
    assert_eq!(resting.args(), [("seconds", "3600".to_string())]);
    assert_eq!(loaded.strikes(), 1, "to rest is no strike");
}

/// Where healths are kept beyond a process.
#[derive(Default)]
struct Shelf(Mutex<BTreeMap<String, Health>>);

impl Keep for Shelf {
    fn keep(&self, sha256: &str, health: &Health) {
        self.0.lock().unwrap().insert(sha256.to_owned(), health.clone());
    }
}

#[test]
fn a_quarantine_outlives_the_program_and_ends_when_somebody_says_so() {
    let shelf = Arc::new(Shelf::default());
    let again = || {
        let kept = shelf.0.lock().unwrap().clone();
        Isolation { conducts: Conducts::new(kept, shelf.clone()), ..isolation() }
    };
    let folder = Folder::with(Mode::Child, again());
    let Some(loaded) = folder.good() else { return };
    (0..3).for_each(|_| drop(crash(&loaded, "abort")));
    assert_eq!(loaded.call(b"hello", &mut Echo), Err(PluginFault::Quarantined { strikes: 3 }));
    for mode in [Mode::Child, Mode::InProcess] {
        let folder = Folder::with(mode, again());
        let loaded = folder.load(&inspect(&folder.compile("good.so", &[]).unwrap()).unwrap()).unwrap();
        assert_eq!(loaded.call(b"hello", &mut Echo), Err(PluginFault::Quarantined { strikes: 3 }));
        assert_eq!((loaded.health().last_signal.as_str(), loaded.health().last_fault.as_str()), ("SIGABRT", "plugin/crashed"));
        let other = folder.load(&inspect(&folder.compile("other.so", &["-DSALT=1"]).unwrap()).unwrap()).unwrap();
        assert_eq!(other.call(b"hello", &mut Echo), ok("hello"), "another file starts clean");
        folder.isolation.conducts.release(&only_key(&shelf, &loaded));
        assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
        folder.isolation.conducts.quarantine(&only_key(&shelf, &loaded), "person/kon-chef");
        assert_eq!(loaded.call(b"hello", &mut Echo), Err(PluginFault::Quarantined { strikes: 0 }));
        // As it was, for the other mode.
        let struck =
            Health { strikes: vec![1, 2, 3], last_fault: "plugin/crashed".into(), last_signal: "SIGABRT".into(), ..loaded.health() };
        shelf.keep(&only_key(&shelf, &loaded), &struck);
    }
}

fn only_key(shelf: &Shelf, loaded: &Loaded) -> String {
    let kept = shelf.0.lock().unwrap();
    let mut same = kept.iter().filter(|(_, health)| health.last_signal == loaded.health().last_signal);
    same.next().expect("it is kept").0.clone()
}

#[test]
fn a_hang_in_process_is_noted_and_nobody_else_waits_for_it() {
    let folder = Folder::with(Mode::InProcess, impatient());
    let Some(loaded) = folder.good() else { return };
    let hung = loaded.clone();
    // It never comes back, and ends with this program.
    std::thread::spawn(move || hung.call(b"deadlock", &mut Echo));
    wait_until("the other call is made", || !matches!(loaded.call(b"hello", &mut Echo), Ok(_) | Err(PluginFault::ReEntered)));
    assert!(loaded.health().demoted);
    assert_eq!(loaded.health().last_fault, "plugin/timed-out");
    let inspected = inspect(&folder.path.join("good.so")).unwrap();
    let again = load(&inspected, &folder.cache(), inspected.sha256(), Mode::InProcess, &folder.isolation).unwrap();
    assert_eq!(again.mode(), Mode::Child);
}

#[test]
fn who_did_not_answer_has_less_time_until_it_answers() {
    let patient = isolation();
    let folder = Folder::with(Mode::Child, Isolation { budgets: Budgets { call: Duration::from_secs(4), ..patient.budgets }, ..patient });
    let Some(loaded) = folder.good() else { return };
    let hangs = |budget_ms| assert_eq!(loaded.call(b"deadlock", &mut Echo), Err(PluginFault::TimedOut { budget_ms }));
    // A microsecond for each byte of the message is no whole millisecond.
    hangs(4000);
    hangs(500);
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
    hangs(4000);
}

#[test]
fn questions_that_come_again_travel_with_the_call() {
    struct Counting(Vec<Vec<u8>>);
    impl Answers for Counting {
        fn answer(&mut self, question: &[u8]) -> Vec<u8> {
            self.0.push(question.to_vec());
            Echo.answer(question)
        }
    }
    let folder = Folder::new(Mode::Child);
    let Some(loaded) = folder.good() else { return };
    for _ in 0..5 {
        let mut host = Counting(Vec::new());
        assert_eq!(loaded.call(b"ask", &mut host), ok("[how much is left?]"));
        assert_eq!(host.0, [b"how much is left?"], "once, whenever it was put");
    }
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
    assert_eq!(loaded.call(b"ask", &mut Echo), ok("[how much is left?]"));
}

#[test]
fn a_child_that_leaks_makes_room_for_a_fresh_one() {
    let folder = Folder::new(Mode::Child);
    let Some(loaded) = folder.good() else { return };
    let first = loaded.process().unwrap().0;
    for _ in 0..200 {
        assert_eq!(loaded.call(b"leak", &mut Echo), ok("leaked"));
    }
    assert_ne!(loaded.process().map(|(id, _)| id), Some(first));
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
    assert_eq!(loaded.strikes(), 0, "to leak is no strike");
}

#[test]
fn a_child_that_is_killed_from_outside_is_replaced() {
    let folder = Folder::new(Mode::Child);
    let Some(loaded) = folder.good() else { return };
    let (process, _) = loaded.process().expect("it runs");
    assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
    wait_until("it is gone", || !is_running(process));
    assert_eq!(crash(&loaded, "hello").0, "SIGKILL");
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
    assert_ne!(loaded.process().expect("another runs").0, process);
}

#[test]
fn a_child_ends_with_its_last_user() {
    let folder = Folder::new(Mode::Child);
    let Some(loaded) = folder.good() else { return };
    let (process, _) = loaded.process().expect("it runs");
    drop(loaded);
    assert!(!is_running(process));
}

fn is_running(process: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = state.rsplit(") ").next().unwrap_or_default();
    !state.is_empty() && !state.starts_with(['Z', 'X'])
}

/// This program again, as another host that does one thing; its tests are passed over but for that.
fn another_host(does: &str, with: &[PathBuf]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "world::as_another_host", "--nocapture"]).env("BAARA_TEST_DOES", does);
    command.env("BAARA_TEST_WITH", with.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>().join("\n"));
    command
}

/// The code that a message gets from a plugin in process, in a program of its own.
pub(crate) fn said_elsewhere(library: &Path, cache: &Path, message: &str) -> String {
    let with = [library.to_owned(), cache.to_owned()];
    let output = another_host(&format!("says {message}"), &with).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.split("told ").nth(1)).map(str::to_owned).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn as_another_host() {
    let Ok(does) = std::env::var("BAARA_TEST_DOES") else { return };
    let with = std::env::var("BAARA_TEST_WITH").unwrap_or_default();
    let with: Vec<PathBuf> = with.lines().map(PathBuf::from).collect();
    let file = |mode| {
        let inspected = inspect(&with[0]).unwrap();
        load(&inspected, &with[1], inspected.sha256(), mode, &Arc::new(isolation())).unwrap()
    };
    match does.as_str() {
        "loops" => {
            let loaded = file(Mode::Child);
            loaded.ready().unwrap();
            println!("child {}", loaded.process().unwrap().0);
            drop(loaded.call(b"sleep", &mut Echo));
        }
        "dies" => drop(file(Mode::InProcess).call(b"segfault", &mut Echo)),
        "loads" => drop(file(Mode::InProcess)),
        "without landlock" => says_what_holds(&[libc::SYS_landlock_create_ruleset]),
        "without seccomp" => says_what_holds(&[libc::SYS_seccomp]),
        "without both" => says_what_holds(&[libc::SYS_landlock_create_ruleset, libc::SYS_seccomp]),
        other => {
            let message = other.strip_prefix("says ").expect("nothing else is done");
            let told = file(Mode::InProcess).call(message.as_bytes(), &mut Echo);
            println!("told {}", told.map_or_else(|fault| fault.code(), |_| "nothing"));
        }
    }
}

#[test]
fn no_child_outlives_a_host_that_is_killed() {
    let folder = Folder::new(Mode::Child);
    let Some(library) = folder.compile("good.so", &[]) else { return };
    let mut host = another_host("loops", &[library, folder.cache()]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines().map_while(Result::ok);
    let child: u32 = lines.find_map(|line| line.split("child ").nth(1)?.parse().ok()).expect("it says its child");
    assert!(is_running(child));
    host.kill().unwrap();
    host.wait().unwrap();
    wait_until("the child is gone", || !is_running(child));
}

#[test]
fn a_file_that_ended_the_program_in_process_runs_in_a_child_from_then_on() {
    for (flags, does) in [(&[][..], "dies"), (&["-DCTOR_EXIT"][..], "loads"), (&["-DCTOR_ABORT"][..], "loads")] {
        let folder = Folder::new(Mode::InProcess);
        let Some(library) = folder.compile("bad.so", flags) else { return };
        let status = another_host(does, &[library.clone(), folder.cache()]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        let inspected = inspect(&library).unwrap();
        let again = load(&inspected, &folder.cache(), inspected.sha256(), Mode::InProcess, &folder.isolation).unwrap();
        assert_eq!(again.mode(), Mode::Child, "{flags:?} {status}");
        assert!(again.health().demoted);
        folder.isolation.conducts.release(inspected.sha256());
        assert!(!again.health().demoted);
    }
}

#[test]
fn a_host_that_ends_well_leaves_no_mark() {
    let folder = Folder::new(Mode::InProcess);
    let Some(library) = folder.compile("good.so", &[]) else { return };
    let status = another_host("loads", &[library.clone(), folder.cache()]).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    assert_eq!(folder.load(&inspect(&library).unwrap()).unwrap().mode(), Mode::InProcess);
}

/// Plays a system without these calls, as an older kernel or a container is, and says what holds a child there.
fn says_what_holds(absent: &[i64]) {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> = absent.iter().map(|call| (*call, Vec::new())).collect();
    let missing = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, missing, arch).unwrap().try_into().unwrap();
    // For this thread and all it starts, the children's nursery among them.
    seccompiler::apply_filter(&program).unwrap();
    println!("held {:?}", isolation().sandbox());
    let folder = Folder::with(Mode::Child, Isolation { require_sandbox: true, ..isolation() });
    let library = folder.compile("good.so", &[]).expect("a compiler, as the caller had");
    let inspected = inspect(&library).unwrap();
    check_refused(folder.load(&inspected), "plugin/no-sandbox", "does not enforce");
    let folder = Folder::new(Mode::Child);
    let loaded = folder.load(&inspected).unwrap();
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"), "crash isolation is better than none");
    assert!(!loaded.process().unwrap().1.is_whole());
    crash(&loaded, "abort");
}

#[test]
fn a_system_that_enforces_less_is_told_apart_and_can_be_refused() {
    if Folder::new(Mode::Child).compile("good.so", &[]).is_none() {
        return;
    }
    let here = isolation().sandbox();
    for (without, held) in [
        ("without landlock", Sandbox { landlock: false, ..here }),
        ("without seccomp", Sandbox { seccomp: false, ..here }),
        ("without both", Sandbox::default()),
    ] {
        let told = another_host(without, &[]).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(told.status.success() && out.contains(&format!("held {held:?}")), "{without}: {out}{err}");
    }
}
