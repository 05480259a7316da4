//! The sealed values and secrets of `people.db`.

use std::path::Path;

use super::{Scratch, check_fault};
use crate::{Journal, Seal, Sealed, seal};

fn aminata() -> Seal {
    Seal::new([1; 16], "Aminata Traoré".into())
}

fn alter(path: &Path, hash: &[u8; 32]) {
    let conn = rusqlite::Connection::open(path).expect("a file of SQLite");
    conn.execute("UPDATE sealed SET value = x'00' WHERE hash = ?1", [&hash[..]]).expect("altered");
    conn.close().expect("closed");
}

#[test]
fn a_sealed_value_is_found_by_its_hash() {
    let scratch = Scratch::new();
    let path = scratch.path("people.db");
    let mut sealed = Sealed::create(&path).expect("made");
    let empty = Seal::new([2; 16], Vec::new());
    sealed.put(&[aminata(), empty.clone()]).expect("sealed");
    sealed.put(&[aminata()]).expect("once more is nothing new");
    sealed.close().expect("closed");

    let sealed = Sealed::open(&path).expect("reopened");
    assert_eq!(sealed.get(&aminata().hash).expect("readable"), Some(([1; 16], aminata().value)));
    assert_eq!(sealed.get(&empty.hash).expect("readable"), Some(([2; 16], Vec::new())));
    assert_eq!(sealed.get(&[0; 32]).expect("readable"), None);
    assert_eq!(sealed.check().expect("checked"), Vec::<[u8; 32]>::new());
    check_fault(Sealed::open(&path), "journal/locked");
    check_fault(Sealed::create(&path), "journal/exists");
}

#[test]
fn the_same_value_under_two_salts_has_two_hashes() {
    assert_ne!(seal(&[1; 16], b"Keita"), seal(&[2; 16], b"Keita"));
    // Computed with Python: hashlib.sha256(bytes([1] * 16) + b"Keita").hexdigest()
    let expected = "a324a2fb845b8acbb3562e10ac67112d91b82051e61f2da97f33be49b37727cc";
    assert_eq!(crate::hex(&seal(&[1; 16], b"Keita")), expected);
}

#[test]
fn an_altered_value_is_found_and_can_be_put_right() {
    let scratch = Scratch::new();
    let path = scratch.path("people.db");
    let mut sealed = Sealed::create(&path).expect("made");
    let moussa = Seal::new([3; 16], "Moussa Diarra".into());
    sealed.put(&[aminata(), moussa.clone()]).expect("sealed");
    sealed.close().expect("closed");
    alter(&path, &aminata().hash);

    let mut sealed = Sealed::open(&path).expect("reopened");
    assert_eq!(sealed.check().expect("checked"), [aminata().hash]);
    check_fault(sealed.get(&aminata().hash), "journal/altered");
    assert!(sealed.get(&moussa.hash).expect("the other is whole").is_some());
    let copy = scratch.path("copy.db");
    assert_eq!(sealed.backup(&copy).expect("copied all the same"), [aminata().hash]);
    sealed.put(&[aminata()]).expect("put right");
    assert_eq!(sealed.check().expect("checked"), Vec::<[u8; 32]>::new());
}

#[test]
fn a_value_under_the_hash_of_another_is_refused_with_its_batch() {
    let scratch = Scratch::new();
    let mut sealed = Sealed::create(&scratch.path("people.db")).expect("made");
    let wrong = Seal { hash: [9; 32], ..aminata() };
    check_fault(sealed.put(&[aminata(), wrong]), "journal/altered");
    assert_eq!(sealed.get(&aminata().hash).expect("readable"), None);
    sealed.put(&[aminata()]).expect("the file goes on");
}

#[test]
fn a_person_has_one_secret_at_a_time() {
    let scratch = Scratch::new();
    let path = scratch.path("people.db");
    let mut sealed = Sealed::create(&path).expect("made");
    assert_eq!(sealed.secret("person/kon-1").expect("readable"), None);
    sealed.set_secret("person/kon-1", "$argon2id$one").expect("kept");
    sealed.set_secret("person/kon-1", "$argon2id$two").expect("kept");
    sealed.set_secret("person/kon-2", "$argon2id$three").expect("kept");
    sealed.tidy().expect("tidied");
    drop(sealed);
    let sealed = Sealed::open(&path).expect("reopened");
    assert_eq!(sealed.secret("person/kon-1").expect("readable").as_deref(), Some("$argon2id$two"));
    let copy = scratch.path("copy.db");
    assert!(sealed.backup(&copy).expect("copied").is_empty());
    let copy = Sealed::open_read_only(&copy).expect("opened to read");
    assert_eq!(copy.secret("person/kon-2").expect("readable").as_deref(), Some("$argon2id$three"));
    sealed.close().expect("closed");
    check_fault(Journal::open(&path), "journal/not-a-book");
}
