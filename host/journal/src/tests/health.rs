//! The file of programs' conduct.

use super::scratch::Scratch;
use crate::health::{Health, HealthFile};

#[test]
fn what_is_kept_is_there_again_and_the_last_word_counts() {
    let scratch = Scratch::new();
    let path = scratch.path("health.db");
    let bad = Health {
        sha256: "ab".repeat(32),
        strikes: vec![1, 2, -3],
        fault: "plugin/crashed".into(),
        signal: "SIGSEGV".into(),
        words: "deux lignes\nd'adieu".into(),
        quarantined_by: Some("host".into()),
        demoted: true,
    };
    let mut file = HealthFile::create(&path).expect("a new file");
    file.keep(&bad).expect("kept");
    drop(file);
    let mut file = HealthFile::open(&path).expect("the same file");
    assert_eq!(file.all().expect("readable"), std::slice::from_ref(&bad));
    let good = Health { sha256: bad.sha256, ..Health::default() };
    file.keep(&good).expect("kept");
    assert_eq!(file.all().expect("readable"), [good]);
    assert_eq!(HealthFile::create(&path).expect_err("it is there").code(), "journal/exists");
}
