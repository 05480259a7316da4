//! A disk without room, as far as one process can tell.

use std::process::Command;

/// How large a file may grow, in kilobytes: little more than the journal's log.
const ROOM: u64 = 16_800;

/// Runs a test again in a process of its own that may write no larger files, and there does `work`.
///
/// A signal would end that process; what it must meet is an error.
///
/// # Panics
/// When the test fails there.
pub fn without_room(test: &str, work: impl FnOnce()) {
    if std::env::var("BAARA_NO_ROOM").is_ok() {
        return work();
    }
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" --exact {test}", ROOM * 2);
    let program = std::env::current_exe().expect("a running program has a path");
    let run = Command::new("sh").arg("-c").arg(script).arg(program).env("BAARA_NO_ROOM", "yes").output().expect("a shell");
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}
