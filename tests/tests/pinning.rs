//! A plugin is let in by other people: proposed by its hash, opened with the last endorsement, refused otherwise.

use baara_desk::{Answer, Clock, Desk, Hosting, Mode, Signed, Submission};
use baara_plugin_api::{Id, Map, Refusal};
use baara_tests::{Fixture, Scratch, library, plugin_files};
use minisign::KeyPair;
use std::path::{Path, PathBuf};

const NOW: Clock = Clock::Practice { at: 1_604_999_999_000 };

fn person(code: &str) -> Id {
    Id::new("person", code)
}

fn submission(who: &str, kind: &str, fields: Map) -> Submission {
    Submission { clock: NOW, ..Submission::new("kon", kind, &person(who), fields) }
}

/// The sales plugin with another hash, as an author's next build has.
fn another_build(scratch: &Scratch) -> PathBuf {
    let file = plugin_files().into_iter().find(|f| f.to_string_lossy().contains("sales")).expect("sales is built");
    let mut bytes = std::fs::read(file).expect("its file");
    bytes.push(0);
    let path = scratch.path("libsales.so");
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// A book on which people already work: `init` is over.
fn in_use() -> Fixture {
    let fixture = Fixture::new();
    let fields: Map = [("code".to_owned(), "magasin".into()), ("label".to_owned(), "Magasin".into())].into_iter().collect();
    assert!(matches!(fixture.desk.submit(submission("kon-head", "store", fields)), Answer::Recorded(_)));
    fixture
}

fn waiting(desk: &Desk, file: &Path) -> u64 {
    match desk.propose_pin(file, submission("kon-head", "pin", Map::new())) {
        Answer::Waiting(waiting) => waiting.seq,
        other => panic!("{other:?}"),
    }
}

fn endorse(desk: &Desk, who: &str, seq: u64) -> Answer {
    desk.submit(submission(who, "endorse", [("seq".to_owned(), seq.into())].into_iter().collect()))
}

fn refusal(answer: Answer) -> Refusal {
    let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
    refusal
}

fn sales(desk: &Desk) -> (String, bool) {
    let registry = desk.registry();
    let found = registry.plugins().find(|(plugin, ..)| plugin.id == "sales").map(|(_, sha256, loaded)| (sha256.to_owned(), loaded));
    found.expect("sales is pinned")
}

#[test]
fn after_the_founding_nothing_is_pinned_alone() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let answer = fixture.desk.pin("kon", &person("kon-chair"), &another_build(&scratch), NOW).expect("no fault");
    assert_eq!(refusal(answer).code, "plugin/needs-endorsement");
}

#[test]
fn a_proposed_plugin_decides_nothing_until_another_person_has_endorsed_it() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let desk = &fixture.desk;
    let before = sales(desk);
    let seq = waiting(desk, &another_build(&scratch));
    assert_eq!(sales(desk), before, "the old one goes on");
    assert_eq!(refusal(endorse(desk, "kon-head", seq)).code, "endorse/own");
    assert!(matches!(endorse(desk, "kon-chair", seq), Answer::Recorded(_)));
    let after = sales(desk);
    assert!(after.1 && after.0 != before.0, "{after:?}");
    let (entry, _) = desk.entry(desk.book().size()).expect("readable").expect("the last entry");
    assert_eq!((entry.kind.as_str(), entry.completes), ("pin/1", Some(seq)));
    let text = serde_json::to_string(&entry.effects).expect("effects are JSON");
    assert!(text.contains(&after.0) && text.contains("declaration"), "hash and declaration stand in the entry");
    let scratch = fixture.close();
    let desk = Desk::open(&scratch.path("book"), |_| {}).expect("the book opens");
    assert_eq!(sales(&desk), after, "the same after reopening");
}

#[test]
fn what_other_people_let_in_runs_in_a_child() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let desk = &fixture.desk;
    let mode = || desk.registry().state("sales").expect("sales is here").mode;
    assert_eq!(mode(), Mode::InProcess, "as init pinned it");
    let seq = waiting(desk, &another_build(&scratch));
    assert!(matches!(endorse(desk, "kon-chair", seq), Answer::Recorded(_)));
    assert_eq!(mode(), Mode::Child);
}

/// Killed between a result and the next command: no half entry, and the same command is recorded once.
#[test]
fn a_child_killed_from_outside_costs_one_refusal() {
    let fixture = in_use();
    let desk = &fixture.desk;
    let seq = waiting(desk, &library("mischief"));
    assert!(matches!(endorse(desk, "kon-chair", seq), Answer::Recorded(_)));
    let does = |id: &str, what: &str| {
        let fields: Map = [("what".to_owned(), what.into())].into_iter().collect();
        desk.submit(Submission { id: id.to_owned(), ..submission("kon-keeper", "mischief", fields) })
    };
    assert_eq!(refusal(does("", "asks-nonsense")).code, "plugin/bad-question");
    let child = desk.registry().state("mischief").expect("it is here").process.expect("it runs");
    assert!(std::process::Command::new("kill").args(["-9", &child.to_string()]).status().is_ok_and(|status| status.success()));
    let (size, id) = (desk.book().size(), "019f0000-0000-7000-8000-000000000001");
    assert_eq!(refusal(does(id, "opens-twice")).code, "plugin/crashed");
    assert_eq!(desk.book().size(), size);
    let health = desk.registry().state("mischief").expect("it is here").health;
    assert_eq!((health.strikes.len(), health.last_signal.as_str()), (1, "SIGKILL"));
    let recorded = loop {
        match does(id, "opens-twice") {
            Answer::Refused(no) if no.code == "plugin/resting" => std::thread::yield_now(),
            Answer::Recorded(recorded) => break recorded,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((recorded.seq, recorded.again), (size + 1, false));
    let Answer::Recorded(again) = does(id, "opens-twice") else { panic!("recorded already") };
    assert_eq!((again.seq, again.again), (size + 1, true));
    let scratch = fixture.close();
    let verified = baara_desk::verify(&scratch.path("book"), |_| {}).expect("readable");
    assert!(verified.ok(), "{verified:?}");
}

#[test]
fn a_removed_plugin_records_nothing_more_and_may_come_back() {
    let fixture = in_use();
    let desk = &fixture.desk;
    let remove = || desk.submit(submission("kon-head", "unpin", [("plugin".to_owned(), "plugin/sales".into())].into_iter().collect()));
    let Answer::Waiting(waiting) = remove() else { panic!("an intention") };
    assert_eq!(desk.registry().standing("sales"), "loaded", "until another person agrees");
    assert!(matches!(endorse(desk, "kon-chair", waiting.seq), Answer::Recorded(_)));
    assert_eq!(desk.registry().standing("sales"), "removed");
    let no = refusal(desk.submit(submission("kon-cashier", "sale", Map::new())));
    assert_eq!((no.code.as_str(), no.args["plugin"].as_str()), ("plugin/removed", "sales"));
    assert_eq!(refusal(remove()).code, "plugin/already-removed");
    assert!(desk.registry().declaration("sale").is_some(), "its forms and words still show what was recorded");
    let (sha256, _) = sales(desk);

    let digest = desk.book().digest();
    let scratch = fixture.close();
    let verified = baara_desk::verify(&scratch.path("book"), |_| {}).expect("readable");
    assert!(verified.ok(), "{verified:?}");
    let desk = Desk::open_with(&scratch.path("book"), baara_tests::hosting(), |_| {}).expect("the book opens");
    assert_eq!((desk.book().digest(), desk.registry().standing("sales")), (digest, "removed"));
    let file = scratch.path("book").join(format!("plugins/{sha256}.so"));
    let seq = self::waiting(&desk, &file);
    assert!(matches!(endorse(&desk, "kon-chair", seq), Answer::Recorded(_)));
    assert_eq!(desk.registry().standing("sales"), "loaded");
}

#[test]
fn a_right_to_its_kinds_comes_with_a_plugin() {
    let fixture = in_use();
    let desk = &fixture.desk;
    let day = NOW.today();
    let may = |who: &str| baara_desk::may_record(&desk.book(), &person(who), "kon", "mischief", day);
    let role = baara_desk::roles_of(&desk.book(), &person("kon-cook"), day).remove(0);
    assert!(!may("kon-cook"));
    let shown = desk.candidate(&library("mischief"), day).expect("a plugin");
    assert!(!shown.recorders["mischief"].contains(&role) && shown.pinned.is_none());
    let fields: Map = [("recorders".to_owned(), vec![role.to_string()].into())].into_iter().collect();
    let Answer::Waiting(waiting) = desk.propose_pin(&library("mischief"), submission("kon-head", "pin", fields)) else {
        panic!("proposed")
    };
    assert!(!may("kon-cook"), "not before it is endorsed");
    assert!(matches!(endorse(desk, "kon-chair", waiting.seq), Answer::Recorded(_)));
    assert!(may("kon-cook"));
    let shown = desk.candidate(&library("mischief"), day).expect("a plugin");
    assert!(shown.recorders["mischief"].contains(&role));
    let lines = shown.lines.expect("it described itself in its sandbox");
    assert!(lines.iter().all(|line| line.change == baara_desk::Change::Same), "{lines:?}");
}

#[test]
fn a_pin_proposed_twice_is_completed_once() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let desk = &fixture.desk;
    let file = another_build(&scratch);
    let (one, two) = (waiting(desk, &file), waiting(desk, &file));
    assert!(matches!(endorse(desk, "kon-chair", one), Answer::Recorded(_)));
    assert_eq!(refusal(endorse(desk, "kon-chair", two)).code, "plugin/already-pinned");
}

#[test]
fn a_file_changed_while_it_waits_is_not_opened() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let desk = &fixture.desk;
    let before = sales(desk);
    let seq = waiting(desk, &another_build(&scratch));
    let (entry, _) = desk.entry(seq).expect("readable").expect("the proposal");
    let sha256 = entry.fields["fields"]["sha256"].as_str().expect("its hash").to_owned();
    let kept = fixture.folder().join(format!("plugins/{sha256}.so"));
    let mut bytes = std::fs::read(&kept).expect("it is kept");
    bytes.push(1);
    std::fs::remove_file(&kept).expect("an insider may");
    std::fs::write(&kept, bytes).expect("and puts another there");
    assert_eq!(refusal(endorse(desk, "kon-chair", seq)).code, "plugin/not-there");
    assert_eq!(sales(desk), before);
}

#[test]
fn what_is_no_plugin_is_refused_in_words() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    std::fs::write(scratch.path("text.so"), "ceci n'est pas un module").expect("a file");
    let answer = fixture.desk.propose_pin(&scratch.path("text.so"), submission("kon-head", "pin", Map::new()));
    assert_eq!(refusal(answer).code, "plugin/wrong-format");
}

#[test]
fn a_file_that_cannot_be_kept_beside_the_book_is_not_proposed() {
    let (fixture, scratch) = (in_use(), Scratch::new());
    let folder = fixture.folder().join("plugins");
    std::fs::remove_dir_all(&folder).expect("an insider may");
    std::fs::write(&folder, "une page arrachée").expect("and puts a file there");
    let answer = fixture.desk.propose_pin(&another_build(&scratch), submission("kon-head", "pin", Map::new()));
    assert_eq!(refusal(answer).code, "plugin/not-kept");
}

/// What somebody signs beside a file.
const COMMENT: &str = "sales 0.1.0";

/// Writes somebody's signature of some bytes beside a file.
fn sign(file: &Path, bytes: &[u8], keys: &KeyPair) {
    let signature = minisign::sign(Some(&keys.pk), &keys.sk, bytes, Some(COMMENT), None).expect("a signature");
    std::fs::write(beside(file), signature.to_string()).expect("a file");
}

fn signed_by(scratch: &Scratch, keys: &KeyPair) -> PathBuf {
    let file = another_build(scratch);
    sign(&file, &std::fs::read(&file).expect("its file"), keys);
    file
}

fn beside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.minisig", file.display()))
}

fn form(fields: [(&str, &str); 2]) -> Map {
    fields.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.into())).collect()
}

fn publisher(desk: &Desk, key: &str) -> Answer {
    desk.submit(submission("kon-head", "publisher", form([("name", "Atelier Keita"), ("key", key)])))
}

fn let_publisher_in(desk: &Desk, keys: &KeyPair) {
    let Answer::Waiting(waiting) = publisher(desk, &keys.pk.to_base64()) else { panic!("an intention") };
    assert!(desk.publishers().is_empty(), "not before another person agrees");
    assert!(matches!(endorse(desk, "kon-chair", waiting.seq), Answer::Recorded(_)));
}

fn proposed(desk: &Desk, file: &Path) -> Answer {
    desk.propose_pin(file, submission("kon-head", "pin", Map::new()))
}

/// Who stands for the file of the sales plugin that is pinned, and for the one that waits.
fn signers(desk: &Desk) -> (Option<Signed>, Option<Signed>) {
    let all = desk.extensions().expect("readable");
    let of = |waits: bool| all.iter().rfind(|one| one.id == "sales" && one.proposal.is_some() == waits).map(|one| one.signed.clone());
    (of(false), of(true))
}

#[test]
fn a_pin_keeps_who_signed_its_file() {
    let (fixture, scratch, keys) = (in_use(), Scratch::new(), KeyPair::generate_unencrypted_keypair().expect("keys"));
    let desk = &fixture.desk;
    assert_eq!(signers(desk), (Some(Signed::Nobody), None));
    let file = signed_by(&scratch, &keys);
    let unknown = waiting(desk, &file);
    assert!(matches!(signers(desk).1, Some(Signed::Unknown { .. })), "its key may be anybody's");

    assert_eq!(refusal(publisher(desk, "RWQ")).code, "publisher/bad-key");
    let_publisher_in(desk, &keys);
    assert_eq!(desk.publishers().iter().map(|known| known.name.as_str()).collect::<Vec<_>>(), ["Atelier Keita"]);
    assert_eq!(refusal(publisher(desk, &keys.pk.to_base64())).code, "publisher/already");

    assert_eq!(refusal(endorse(desk, "kon-chair", unknown)).code, "intention/overtaken", "what was endorsed was not signed by anybody");
    let seq = waiting(desk, &file);
    assert!(matches!(endorse(desk, "kon-chair", seq), Answer::Recorded(_)));
    let Some(Signed::Publisher { publisher, name, comment }) = signers(desk).0 else { panic!("it is signed") };
    assert_eq!((name.as_str(), comment.as_str()), ("Atelier Keita", COMMENT));
    let (entry, _) = desk.entry(desk.book().size()).expect("readable").expect("the last entry");
    assert_eq!((entry.fields["publisher"].as_str(), entry.fields["trusted-comment"].as_str()), (Some(publisher.as_str()), Some(COMMENT)));
    assert!(entry.fields["signature"].as_str().is_some_and(|text| text.contains(COMMENT)), "anybody may check it again");

    let last = fixture.close();
    let verified = baara_desk::verify(&last.path("book"), |_| {}).expect("readable");
    assert!(verified.ok(), "{verified:?}");
}

#[test]
fn a_signature_of_another_file_is_always_refused() {
    let (fixture, scratch, keys) = (in_use(), Scratch::new(), KeyPair::generate_unencrypted_keypair().expect("keys"));
    let desk = &fixture.desk;
    let_publisher_in(desk, &keys);
    let file = another_build(&scratch);
    sign(&file, b"another file", &keys);
    let size = desk.book().size();
    let no = refusal(proposed(desk, &file));
    assert_eq!((no.code.as_str(), no.args["publisher"].as_str()), ("plugin/signature-wrong", "Atelier Keita"));
    assert_eq!(desk.candidate(&file, NOW.today()).expect_err("it is no candidate").code, "plugin/signature-wrong");
    std::fs::write(beside(&file), "ceci n'est pas une signature").expect("a file");
    assert_eq!(refusal(proposed(desk, &file)).code, "plugin/signature-damaged");
    assert_eq!(desk.book().size(), size, "nothing is proposed");
}

#[test]
fn a_site_may_ask_for_a_signature_of_every_new_plugin() {
    let (scratch, keys) = (Scratch::new(), KeyPair::generate_unencrypted_keypair().expect("keys"));
    let book = in_use().close();
    let hosting = Hosting { require_signature: true, ..baara_tests::hosting() };
    let desk = Desk::open_with(&book.path("book"), hosting, |_| {}).expect("the book opens");
    assert!(sales(&desk).1, "what came with the program stays in");
    let file = another_build(&scratch);
    assert_eq!(refusal(proposed(&desk, &file)).code, "plugin/not-signed");
    let file = signed_by(&scratch, &keys);
    assert_eq!(refusal(proposed(&desk, &file)).code, "plugin/publisher-unknown");
    let_publisher_in(&desk, &keys);
    let seq = waiting(&desk, &file);
    assert!(matches!(endorse(&desk, "kon-chair", seq), Answer::Recorded(_)));
}

#[test]
fn a_removed_publishers_signature_counts_no_more_and_what_is_in_stays_in() {
    let (fixture, scratch, keys) = (in_use(), Scratch::new(), KeyPair::generate_unencrypted_keypair().expect("keys"));
    let desk = &fixture.desk;
    let_publisher_in(desk, &keys);
    let file = signed_by(&scratch, &keys);
    let seq = waiting(desk, &file);
    assert!(matches!(endorse(desk, "kon-chair", seq), Answer::Recorded(_)));
    let remove = || desk.submit(submission("kon-head", "publisher-end", form([("publisher", "Atelier Keita"), ("reason", "clé perdue")])));
    let Answer::Waiting(end) = remove() else { panic!("an intention") };
    assert!(matches!(endorse(desk, "kon-chair", end.seq), Answer::Recorded(_)));
    assert_eq!(refusal(remove()).code, "publisher/already-removed");
    assert!(sales(desk).1, "its hash is pinned");
    assert!(matches!(signers(desk).0, Some(Signed::Publisher { .. })), "it was signed");

    let mut bytes = std::fs::read(&file).expect("its file");
    bytes.push(0);
    std::fs::write(&file, &bytes).expect("the next build");
    sign(&file, &bytes, &keys);
    waiting(desk, &file);
    assert!(matches!(signers(desk).1, Some(Signed::Unknown { .. })));

    let Answer::Waiting(again) = publisher(desk, &keys.pk.to_base64()) else { panic!("it may come back") };
    assert!(matches!(endorse(desk, "kon-chair", again.seq), Answer::Recorded(_)));
    assert!(desk.publishers().iter().all(|known| known.removed.is_none()));
}
