//! A plugin is let in by other people: proposed by its hash, opened with the last endorsement, refused otherwise.

use baara_desk::{Answer, Clock, Desk, Mode, Submission};
use baara_plugin_api::{Id, Map, Refusal};
use baara_tests::{Fixture, Scratch, library, plugin_files};
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
