//! What a child may do: next to nothing. Applied before the first byte of a plugin runs, and tightened once it is loaded.
//!
//! The first stage lets the system's loader open libraries to read; the second lets a computation compute. Between them
//! run the plugin's constructors, which is why the first comes before `dlopen`.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};

use crate::isolation::Sandbox;

/// The line to the host, out of the way of everything a plugin prints.
const LINE: RawFd = 3;
/// A child's address space.
const MEMORY: u64 = 512 << 20;
/// How much a process that looks at a plugin may write: its verdict, and what the plugin prints.
const SAID: u64 = 1 << 20;
/// A child's processor time, which guards against one that nobody watches any more.
pub(crate) const CPU_SECONDS: u64 = 3600;
/// Where the libraries lie that a plugin may need.
const LIBRARIES: [&str; 6] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];
/// The newest Landlock whose rules we write; an older kernel enforces fewer, and seccomp forbids the rest.
const LANDLOCK: ABI = ABI::V6;

/// Leaves the child its line and what it prints to: the line moves to a descriptor of its own, the input becomes empty.
pub(crate) fn descriptors() -> io::Result<File> {
    // SAFETY: Numbers of descriptors; this young process keeps none but the first three.
    unsafe {
        told(libc::dup2(0, LINE))?;
        // Closed with all that lie beyond the line.
        let nothing = File::open("/dev/null")?.into_raw_fd();
        told(libc::dup2(nothing, 0))?;
        told(libc::c_int::try_from(libc::syscall(libc::SYS_close_range, LINE + 1, libc::c_uint::MAX, 0)).unwrap_or(-1))?;
        Ok(File::from(OwnedFd::from_raw_fd(LINE)))
    }
}

/// Ends with the host, and is no use to a debugger.
pub(crate) fn bind_to(host: u32) -> io::Result<()> {
    // SAFETY: Settings of this process; no pointers.
    unsafe {
        told(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
        told(libc::prctl(libc::PR_SET_DUMPABLE, 0))?;
        told(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))?;
    }
    // The host may have ended before the first line.
    if std::os::unix::process::parent_id() != host { Err(io::Error::other("the host is gone")) } else { Ok(()) }
}

/// The first stage, around a plugin's copy, and what of it this system was seen to enforce.
pub(crate) fn enter(copy: Option<&Path>) -> io::Result<Sandbox> {
    limits(&[(libc::RLIMIT_FSIZE, 0), (libc::RLIMIT_NPROC, 0)])?;
    let landlock = confine(copy.as_slice()).unwrap_or(false) && File::open("/").is_err();
    let seccomp = filter(loading()?).is_ok() && no_socket();
    Ok(Sandbox { landlock, seccomp })
}

/// The same around a whole process that looks at a plugin: it may still look at itself and at the file, and write to
/// what it has open. Threads are let begin, confined as it is, so that they are seen.
pub(crate) fn enter_to_look(copy: &Path, file: &Path) -> io::Result<Sandbox> {
    limits(&[(libc::RLIMIT_FSIZE, SAID)])?;
    // SAFETY: A setting of this process; no pointers.
    told(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
    let readable = [copy, file, Path::new("/proc/self"), Path::new("/dev/null")];
    let landlock = confine(&readable).unwrap_or(false) && File::open("/").is_err();
    let seccomp = filter(looking()?).is_ok() && old_clone().is_ok() && no_socket();
    Ok(Sandbox { landlock, seccomp })
}

/// The second stage: no file is opened any more.
pub(crate) fn tighten() -> io::Result<()> {
    filter(computing()?)
}

/// What every confined process may take at most, and these beside it.
fn limits(own: &[(libc::__rlimit_resource_t, u64)]) -> io::Result<()> {
    let all = [(libc::RLIMIT_AS, MEMORY), (libc::RLIMIT_CPU, CPU_SECONDS), (libc::RLIMIT_NOFILE, 16), (libc::RLIMIT_CORE, 0)];
    for (which, most) in all.into_iter().chain(own.iter().copied()) {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: Reads one structure that lives until it returns.
        told(unsafe { libc::setrlimit(which, &limit) })?;
    }
    Ok(())
}

/// Landlock: libraries and these to read and run, nothing else of any file, network or neighbour.
fn confine(own: &[&Path]) -> Result<bool, landlock::RulesetError> {
    let readable = LIBRARIES.iter().map(PathBuf::from).chain(own.iter().map(PathBuf::from)).filter(|path| path.exists());
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(LANDLOCK)))?
        .restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Whether a forbidden act fails as it should.
fn no_socket() -> bool {
    // SAFETY: No pointers; a socket that comes about in spite of all is closed with the process.
    unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0) == -1 && *libc::__errno_location() == libc::EPERM }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What a computation needs: memory, its line, its own signals, the clock that no filter can forbid.
fn computing() -> io::Result<Rules> {
    let mut rules: Rules = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ]
    .into_iter()
    .map(|call| (call, Vec::new()))
    .collect();
    // Ending itself by a signal is its own affair; a signal to anybody else is not.
    let me = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, when(0, SeccompCmpOp::Eq, me)?);
    Ok(rules)
}

/// And what the system's loader needs: files opened to read, and this very change of rules.
fn loading() -> io::Result<Rules> {
    let mut rules = computing()?;
    for call in [
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_pread64,
        libc::SYS_lseek,
        libc::SYS_getcwd,
        libc::SYS_seccomp,
        libc::SYS_prctl,
    ] {
        rules.insert(call, Vec::new());
    }
    let changes = u64::from((libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC).unsigned_abs());
    rules.insert(libc::SYS_openat, when(2, SeccompCmpOp::MaskedEq(changes), 0)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, when(1, SeccompCmpOp::MaskedEq(changes), 0)?);
    Ok(rules)
}

/// And what looking takes: listing one's own threads and files, the loader's byte, and threads but no processes.
fn looking() -> io::Result<Rules> {
    let mut rules = loading()?;
    for call in [
        libc::SYS_getdents64,
        libc::SYS_readlinkat,
        libc::SYS_pwrite64,
        libc::SYS_poll,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_sched_getaffinity,
        libc::SYS_clone3,
    ] {
        rules.insert(call, Vec::new());
    }
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_readlink, Vec::new());
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    rules.insert(libc::SYS_clone, when(0, SeccompCmpOp::MaskedEq(thread), thread)?);
    Ok(rules)
}

/// The newer call that begins threads hides what it is asked, and so does not exist here; every system has the older.
fn old_clone() -> io::Result<()> {
    let newer = [(libc::SYS_clone3, Vec::new())].into_iter().collect();
    apply(newer, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.unsigned_abs()))
}

/// A call is allowed when this argument is as said.
fn when(argument: u8, op: SeccompCmpOp, value: u64) -> io::Result<Vec<SeccompRule>> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value).map_err(io::Error::other)?;
    Ok(vec![SeccompRule::new(vec![condition]).map_err(io::Error::other)?])
}

/// Allows these calls; every other fails with `EPERM`.
fn filter(rules: Rules) -> io::Result<()> {
    // libc gives EPERM as a signed number.
    apply(rules, SeccompAction::Errno(libc::EPERM.unsigned_abs()), SeccompAction::Allow)
}

/// Adds a filter: what becomes of the calls it names, and of all others.
fn apply(rules: Rules, others: SeccompAction, named: SeccompAction) -> io::Result<()> {
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, others, named, arch).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

fn told(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
