//! A snapshot may spare reading the journal, and never change a figure.

use baara_desk::{Answer, Clock, Desk, Source, Submission};
use baara_plugin_api::{Id, json};
use baara_tests::{Fixture, Scratch};
use std::path::Path;

fn parties(desk: &Desk, n: std::ops::Range<u32>) {
    let sub = |n: u32| {
        let fields = json!({"code": format!("client-{n}"), "label": format!("Client {n}"), "kind": "public"});
        Submission {
            id: format!("01758c5a-0000-7000-8000-{n:012x}"),
            source: Source::Program,
            clock: Clock::Practice { at: 1_604_300_000_000 + i64::from(n) },
            ..Submission::new("kon", "customer", &Id::new("person", "kon-head"), fields.as_object().expect("fields").clone())
        }
    };
    for answer in desk.submit_each(n.map(sub).collect()) {
        assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
    }
}

/// How many entries were read to open the book, in thousands, and its digest.
fn opened(book: &Path) -> (usize, String) {
    let mut read = 0;
    let desk = Desk::open(book, |_| read += 1).expect("the book opens");
    let digest = desk.book().digest();
    (read, digest)
}

/// A book of more than two thousand entries, closed.
fn long() -> (Scratch, String) {
    let Fixture { desk, scratch } = Fixture::new();
    parties(&desk, 0..2300);
    let digest = desk.book().digest();
    drop(desk);
    (scratch, digest)
}

#[test]
fn a_book_opens_from_its_snapshot_and_goes_on_from_there() {
    let (scratch, digest) = long();
    let book = scratch.path("book");
    assert_eq!(opened(&book), (0, digest), "what came after the snapshot is less than a thousand entries");
    let desk = Desk::open(&book, |_| {}).expect("the book opens");
    parties(&desk, 2300..3400);
    parties(&desk, 0..10); // The same commands again: seen long ago, answered as then.
    assert!(desk.verify(|_| {}).expect("it can be read").ok());
    let live = desk.book().digest();
    drop(desk);
    assert_eq!(opened(&book), (0, live));
}

#[test]
fn no_byte_of_the_snapshot_can_change_the_book() {
    let (scratch, digest) = long();
    let (book, file) = (scratch.path("book"), scratch.path("book/snapshot"));
    let whole = std::fs::read(&file).expect("the snapshot");
    for at in (0..whole.len()).step_by(whole.len() / 3).chain([8, whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 0x20;
        std::fs::write(&file, &changed).expect("written");
        assert_eq!(opened(&book), (2, digest.clone()), "byte {at}: the whole journal was read");
        assert!(std::fs::read(&file).expect("the snapshot") == whole, "byte {at}: and the snapshot made again");
    }
    for cut in [7, whole.len() - 1] {
        std::fs::write(&file, &whole[..cut]).expect("written");
        assert_eq!(opened(&book).1, digest, "cut at {cut}");
    }
}

#[test]
fn an_older_snapshot_of_the_same_book_is_as_good() {
    let (scratch, _) = long();
    let (book, file) = (scratch.path("book"), scratch.path("book/snapshot"));
    let older = std::fs::read(&file).expect("the snapshot");
    let desk = Desk::open(&book, |_| {}).expect("the book opens");
    parties(&desk, 2300..3400);
    let digest = desk.book().digest();
    drop(desk);
    assert!(std::fs::read(&file).expect("the snapshot") != older, "a newer one was taken");
    std::fs::write(&file, older).expect("written");
    assert_eq!(opened(&book), (1, digest), "more is read");
}

#[test]
fn a_snapshot_of_another_book_is_not_believed() {
    let ((one, digest), (other, _)) = (long(), long());
    std::fs::copy(other.path("book/snapshot"), one.path("book/snapshot")).expect("copied");
    let desk = Desk::open(&other.path("book"), |_| {}).expect("the book opens");
    parties(&desk, 2300..3400);
    drop(desk);
    std::fs::copy(other.path("book/snapshot"), one.path("book/snapshot")).expect("copied");
    assert_eq!(opened(&one.path("book")).1, digest);
}
