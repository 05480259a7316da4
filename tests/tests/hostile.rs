//! The hostile cases of `tests/hostile.toml` that concern a book: each row is run in its mode and ends as it says, and each
//! case of the list has a row. After each case: nothing was recorded, another plugin answers, and at the end the book verifies.

use baara_desk::{Answer, Clock, Desk, Hosting, Mode, Submission};
use baara_plugin_api::testing::{Host, PaperBook, command, id};
use baara_plugin_api::{Id, Map, Refusal, json};
use baara_tests::{DAY_ONE, Fixture, Scratch, hosting, library, project};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

const NOW: Clock = Clock::Practice { at: 1_604_999_999_000 };

/// Held by whoever opens books here: files are counted for the whole program.
static ALONE: Mutex<()> = Mutex::new(());

/// What the plugin of `tests/fixtures/mischief` is told to do, by case.
const RUNS: &[(&str, &str)] = &[
    ("44-unknown-place", "invents-a-place"),
    ("44-less-than-nothing", "moves-less-than-nothing"),
    ("45-wrong-unit", "counts-in-pieces"),
    ("45-wrong-scale", "counts-in-grams"),
    ("47-not-a-number", "writes-no-number"),
    ("M2-reply-of-64-mib", "talks-too-much"),
    ("M3-nul", "writes-a-nul"),
    ("M3-right-to-left", "writes-backwards"),
    ("M4-says-twice", "says-twice"),
    ("M4-key-twice", "gives-a-key-twice"),
    ("M4-ten-thousand-levels", "nests"),
    ("M4-something-follows", "goes-on"),
    ("M5-float", "writes-a-float"),
    ("M5-1e400", "writes-without-bound"),
    ("M5-beyond-two-to-the-53", "writes-too-many"),
    ("M6-unknown-effect", "does-the-unknown"),
    ("M7-outside-the-grant", "takes-the-pecules"),
    ("M8-another-sites-place", "takes-from-another-site"),
    ("M9-forged-id", "forges-an-id"),
    ("M9-forged-number", "forges-a-number"),
    ("M9-forged-seq", "forges-a-seq"),
    ("M11-outside-the-nine-questions", "asks-nonsense"),
    ("M14-a-hundred-thousand-warnings", "warns-without-end"),
];

/// Cases of the list that concern tables of the C border, which ours does not have.
const NOT_OURS: &[u32] = &[7, 12, 34, 37, 39, 40, 41, 42, 49, 51, 53, 54, 55, 56];

/// The rows of one sort.
fn rows(sort: &str) -> Vec<toml::Table> {
    let text = std::fs::read_to_string(project().join("tests/hostile.toml")).expect("the cases are there");
    let all: toml::Table = text.parse().expect("hostile.toml is TOML");
    all[sort].as_array().expect("rows").iter().map(|row| row.as_table().expect("a row").clone()).collect()
}

fn text<'r>(row: &'r toml::Table, key: &str) -> &'r str {
    row.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

fn person(code: &str) -> Id {
    Id::new("person", code)
}

fn submission(who: &str, kind: &str, fields: baara_plugin_api::Value) -> Submission {
    let fields: Map = fields.as_object().expect("a form").clone();
    Submission { clock: NOW, ..Submission::new("kon", kind, &person(who), fields) }
}

/// A book that has let the mischief in, run in one mode.
fn book(mode: Mode) -> (Desk, Scratch) {
    let fixture = Fixture::new();
    let pinned = fixture.desk.pin("kon", &person("kon-chair"), &library("mischief"), NOW).expect("a plugin");
    assert!(matches!(pinned, Answer::Recorded(_)), "{pinned:?}");
    let store = submission("kon-head", "store", json!({"code": "magasin", "label": "Magasin"}));
    assert!(matches!(fixture.desk.submit(store), Answer::Recorded(_)));
    let scratch = fixture.close();
    let hosting = Hosting { in_process: mode == Mode::InProcess, ..hosting() };
    let desk = Desk::open_with(&scratch.path("book"), hosting, |_| {}).expect("the book opens");
    assert_eq!(desk.registry().state("mischief").expect("it is here").mode, mode);
    (desk, scratch)
}

fn refusal(answer: Answer) -> Refusal {
    let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
    refusal
}

/// Another plugin answers: with its own no, since nothing is sold here.
fn another_answers(desk: &Desk) -> bool {
    let sale = json!({"unit": "workshop/kon-rien", "means": "cash", "lines": []});
    let fields: Map = json!({"unit": "workshop/kon-rien", "until": "2020-10-31"}).as_object().expect("a form").clone();
    let told = desk.table("kon", "simulation", &person("kon-head"), NOW.today(), fields).expect_err("there is no such workshop");
    assert!(desk.submit(submission("kon-cashier", "sale", sale)).is_no());
    told.code == "thing/unknown"
}

/// The open files of this program.
#[cfg(target_os = "linux")]
fn held() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

#[test]
fn each_hostile_case_ends_as_its_row_says() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for mode in [Mode::InProcess, Mode::Child] {
        let (desk, scratch) = book(mode);
        let named = if mode == Mode::Child { "child" } else { "in-process" };
        let cases: Vec<toml::Table> =
            rows("case").into_iter().filter(|row| text(row, "room") == "desk" && text(row, "mode") == named).collect();
        let told: BTreeSet<&str> = cases.iter().map(|row| text(row, "id")).collect();
        assert_eq!(told, RUNS.iter().map(|run| run.0).collect(), "{named}: each run has its row, and each row its run");
        assert_eq!(told.len(), cases.len(), "{named}: each row is there once");
        let size = desk.book().size();
        for row in &cases {
            let (_, what) = RUNS.iter().find(|run| run.0 == text(row, "id")).expect("looked at above");
            let mut answer = desk.submit(submission("kon-keeper", "mischief", json!({"what": what})));
            while matches!(&answer, Answer::Refused(no) if no.code == "plugin/resting") {
                std::thread::yield_now();
                answer = desk.submit(submission("kon-keeper", "mischief", json!({"what": what})));
            }
            assert_eq!(refusal(answer).code, text(row, "code"), "{} ({named})", text(row, "id"));
            assert_eq!(desk.book().size(), size, "{what} recorded nothing");
            assert!(another_answers(&desk), "after {what}");
            desk.release_plugin("mischief", &person("kon-head"), NOW.today()).expect("the head may");
        }
        let remark = submission("kon-keeper", "mischief", json!({"what": "remarks", "about": "store/kon-magasin"}));
        assert!(matches!(desk.submit(remark), Answer::Recorded(_)), "and it may do what is right");
        drop(desk);
        assert!(baara_desk::verify(&scratch.path("book"), |_| {}).expect("readable").ok());
    }
}

/// An author's test meets the same no, under the same code, as a book that works.
#[test]
fn each_hostile_case_ends_in_memory_as_its_row_says() {
    let cases = rows("case");
    let day = DAY_ONE.parse().expect("a day");
    let mut book = PaperBook::new();
    for store in ["store/kon-magasin", "store/kit-depot"] {
        book.put(&id(store), day, &[]);
    }
    book.put(&id("item/mais-grain"), day, &[("unit", "kg".into()), ("scale", 3.into())]);
    let host = Host::calling(mischief::plugin().declaration(), book, mischief::call);
    for (case, what) in RUNS {
        let row = cases.iter().find(|row| text(row, "id") == *case && text(row, "room") == "desk").expect("each run has its row");
        let told = host.judge(&command("mischief/1", DAY_ONE, json!({"what": what})));
        assert_eq!(told.expect_err(case).code, text(row, "code"), "{case}");
    }
    let remark = json!({"what": "remarks", "about": "store/kon-magasin"});
    assert!(host.judge(&command("mischief/1", DAY_ONE, remark)).is_ok(), "and it may do what is right");
}

/// Again and again, and nothing grows: no file stays open, no child stays behind.
#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_of_many_that_ended_badly() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (desk, _scratch) = book(Mode::Child);
    let again = |what: &str| {
        drop(desk.submit(submission("kon-keeper", "mischief", json!({"what": what}))));
        desk.release_plugin("mischief", &person("kon-head"), NOW.today()).expect("the head may");
    };
    again("leaves");
    let before = held();
    for _ in 0..40 {
        ["panics", "answers-nonsense", "leaves"].into_iter().for_each(again);
    }
    let state = desk.registry().state("mischief").expect("it is here");
    assert!(held() <= before + usize::from(state.process.is_some()) * 4, "{} for {before}", held());
}

#[test]
fn each_case_of_the_list_has_a_row() {
    let rows = [rows("case"), rows("told")].concat();
    let there: BTreeSet<&str> = rows.iter().filter_map(|row| text(row, "id").split('-').next()).collect();
    let ours = (1..=66).filter(|n| !NOT_OURS.contains(n)).map(|n| n.to_string()).chain((1..=16).map(|n| format!("M{n}")));
    let missing: Vec<String> = ours.filter(|number| !there.contains(number.as_str())).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let rooms: BTreeSet<&str> = rows.iter().map(|row| text(row, "room")).filter(|room| !room.is_empty()).collect();
    assert_eq!(rooms, BTreeSet::from(["desk", "loader"]), "nobody runs another room's");
}

#[test]
fn each_case_told_elsewhere_has_its_test() {
    for row in rows("told") {
        let (file, name) = text(&row, "test").split_once("::").unwrap_or_else(|| panic!("{row}: FILE::TEST expected"));
        let source = std::fs::read_to_string(project().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(source.contains(&format!("fn {name}(")), "{} is not in {file}", name);
        assert!(source.contains(text(&row, "code")), "{file} does not expect {}", text(&row, "code"));
    }
}

/// The manifest is read before anything runs: it must say who the plugin is, in a name that can be an id.
#[test]
fn a_manifest_that_names_nothing_is_refused() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (fixture, scratch) = (Fixture::new(), Scratch::new());
    let bytes = std::fs::read(library("mischief")).expect("its file");
    let named = br#""id":"mischief""#;
    let at = bytes.windows(named.len()).position(|window| window == named).expect("the manifest names it");
    for name in [r#""di":"mischief""#, r#""id":"mis/hief""#, r#""id":"../chief""#, r#""id":"MISCHIEF""#, r#""id":12345678.5"#] {
        let mut bytes = bytes.clone();
        bytes[at..at + named.len()].copy_from_slice(format!("{name:<15}").as_bytes());
        std::fs::write(scratch.path("nobody.so"), bytes).expect("a file");
        let answer = fixture.desk.propose_pin(&scratch.path("nobody.so"), submission("kon-head", "pin", json!({})));
        assert_eq!(refusal(answer).code, "plugin/manifest-damaged", "{name}");
    }
}
