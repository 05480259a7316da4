//! A process killed at any moment has lost nothing it acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Scratch, bytes, contents, group, journal_of};
use crate::Journal;

const APPENDER: &str = "BAARA_JOURNAL_TEST_APPENDER";

/// Plays the bookkeeper, when `killed_at_any_moment_…` starts it: appends and acknowledges until killed.
#[test]
fn appender() {
    let Some(path) = std::env::var_os(APPENDER) else { return };
    let mut journal = Journal::open(Path::new(&path)).expect("reopened");
    println!("\nready");
    for round in 0.. {
        journal.append(&group(journal.head().size + 1, round % 7 + 1)).expect("appended");
        let mut out = std::io::stdout();
        writeln!(out, "ack {}", journal.head().size).and_then(|()| out.flush()).expect("acknowledged");
        if round % 20 == 19 {
            journal.tidy().expect("tidied");
        }
    }
}

/// Starts the appender, kills it this long after it is ready, and gives back the last number it acknowledged.
fn acknowledged_before_kill(path: &Path, after: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "tests::cuts::appender", "--nocapture"])
        .env(APPENDER, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("another process");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    lines.by_ref().map_while(Result::ok).find(|line| line == "ready").expect("the appender is ready");
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let acks = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ")?.parse().ok());
            acks.last().unwrap_or(0)
        });
        std::thread::sleep(after);
        child.kill().expect("killed");
        child.wait().expect("gone");
        reader.join().expect("read to the end")
    })
}

#[test]
fn killed_at_any_moment_loses_nothing_acknowledged() {
    let scratch = Scratch::new();
    let path = scratch.path("book.db");
    journal_of(&path, 1).close().expect("closed");
    let mut most = 0;
    for round in 0..24_u32 {
        let after = Duration::from_micros(u64::from(round * 7919 % 40_000));
        let acknowledged = acknowledged_before_kill(&path, after);
        most = most.max(acknowledged);
        let read = Journal::open_read_only(&path).expect("opened to read");
        assert!(read.head().size >= most, "{} entries left of {most} acknowledged", read.head().size);
        assert!(read.verify(|_| ()).ok());
        let head = read.head();
        drop(read);
        let journal = Journal::open(&path).expect("reopened");
        assert_eq!(journal.head(), head, "reading and opening agree");
    }
    let journal = Journal::open(&path).expect("reopened");
    assert!(most > 100, "the appender was at work: {most}");
    assert!(contents(&journal).iter().all(|record| record.bytes == bytes(record.seq)));
}
