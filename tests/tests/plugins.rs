//! What a file must be to decide in a book, and what stays when it is not there.

use baara_desk::{Answer, Clock, Desk, Fault, Founding, Hosting, Member, OWN_PLUGINS, Submission};
use baara_plugin_api::{Id, json};
use baara_tests::{Fixture, Scratch, Story, hosting, library, plugin_files};
use std::collections::BTreeSet;
use std::sync::Mutex;

const NOW: Clock = Clock::Practice { at: 1_604_999_999_000 };

fn chair() -> Id {
    Id::new("person", "kon-chair")
}

#[test]
fn our_own_are_pinned_by_the_hash_of_their_file_and_loaded() {
    let fixture = Fixture::new();
    let registry = fixture.desk.registry();
    let pinned: BTreeSet<(&str, bool)> = registry.plugins().map(|(plugin, _, loaded)| (plugin.id.as_str(), loaded)).collect();
    assert_eq!(pinned, OWN_PLUGINS.iter().map(|id| (*id, true)).collect());
    for (_, sha256, _) in registry.plugins() {
        assert!(fixture.folder().join(format!("plugins/{sha256}.so")).exists());
    }
}

#[test]
fn a_plugin_is_pinned_once() {
    let fixture = Fixture::new();
    let Ok(Answer::Refused(refusal)) = fixture.desk.pin("kon", &chair(), &plugin_files()[0], NOW) else { panic!("refused") };
    assert_eq!(refusal.code, "plugin/already-pinned");
}

#[test]
fn what_is_not_a_plugin_is_named() {
    let (fixture, scratch) = (Fixture::new(), Scratch::new());
    let size = fixture.desk.book().size();
    std::fs::write(scratch.path("text.so"), "ceci n'est pas un module").expect("a file");
    std::fs::write(scratch.path("empty.so"), "").expect("a file");
    for name in ["text.so", "empty.so", "nothing.so"] {
        let fault = fixture.desk.pin("kon", &chair(), &scratch.path(name), NOW).expect_err("not a plugin");
        assert!(matches!(fault, Fault::Plugin(_)), "{name}: {fault}");
        assert!(fault.code().starts_with("plugin/"), "{name}: {}", fault.code());
    }
    // A library of ours, but for one byte of its code cut off.
    let bytes = std::fs::read(&plugin_files()[0]).expect("a library");
    std::fs::write(scratch.path("cut.so"), &bytes[..bytes.len() / 2]).expect("a file");
    assert!(fixture.desk.pin("kon", &chair(), &scratch.path("cut.so"), NOW).is_err());
    assert_eq!(fixture.desk.book().size(), size, "nothing was recorded");
}

#[test]
fn a_changed_file_is_not_loaded_and_nothing_else_breaks() {
    let mut story = Story::new();
    story.tell(include_str!("../scenarios/harvest.md"));
    let sha256 = {
        let registry = story.fixture().desk.registry();
        registry.plugins().find(|(plugin, _, _)| plugin.id == "sales").map(|(_, sha256, _)| sha256.to_owned())
    };
    let digest = story.fixture().desk.book().digest();
    let scratch = story.close();
    let file = scratch.path("book").join(format!("plugins/{}.so", sha256.expect("sales is pinned")));
    let mut bytes = std::fs::read(&file).expect("its file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::remove_file(&file).expect("an insider may");
    std::fs::write(&file, bytes).expect("and puts another there");
    let desk = Desk::open(&scratch.path("book"), |_| {}).expect("the book opens");
    assert_eq!(desk.book().digest(), digest);
    let Answer::Refused(refusal) = desk.submit(sale()) else { panic!("its kinds are refused") };
    assert_eq!(refusal.code, "plugin/missing");
    let fields = json!({"code": "grenier", "label": "Grenier"}).as_object().expect("a form").clone();
    let store = Submission { clock: NOW, ..Submission::new("kon", "store", &Id::new("person", "kon-head"), fields) };
    assert!(matches!(desk.submit(store), Answer::Recorded(_)), "the others go on");
}

#[test]
fn an_act_that_says_too_little_founds_nothing() {
    let scratch = Scratch::new();
    let desk = Desk::create(&scratch.path("book"), true).expect("a book");
    let member = |code: &str, office: &str| Member {
        code: code.to_owned(),
        name: "X".to_owned(),
        sex: "f".to_owned(),
        college: Some("staff".to_owned()),
        office: office.to_owned(),
        roles: vec!["chair".to_owned()],
    };
    let act = |members: Vec<Member>, rules: &[&str]| Founding {
        site: "kon".to_owned(),
        facility: Vec::new(),
        act: "Décision 1".to_owned(),
        members,
        rules: rules.iter().map(|rule| ((*rule).to_owned(), json!("1/2"))).collect(),
        date: "2020-01-02".parse().expect("a day"),
        clock: NOW,
    };
    let rules = ["quorum.heads", "quorum.colleges", "majority"];
    let code = |founding| desk.found(founding).expect_err("refused").code;
    assert_eq!(code(act(vec![member("a", "chair")], &rules)), "found/too-few-persons");
    assert_eq!(code(act(vec![member("a", "chair"), member("b", "secretary")], &rules[..2])), "found/rule-missing");
    assert_eq!(desk.book().size(), 0);
}

/// A sale of what was harvested.
fn sale() -> Submission {
    let fields = json!({"unit": "farm/kon-champ", "means": "cash", "place": "cash-box/kon-caisse",
                        "lines": [{"item": "item/mais-grain", "quantity": "1", "store": "store/kon-magasin"}]});
    let fields = fields.as_object().expect("a form").clone();
    Submission { clock: NOW, ..Submission::new("kon", "sale", &Id::new("person", "kon-cashier"), fields) }
}

#[test]
fn in_safe_mode_built_in_kinds_alone_decide() {
    let mut story = Story::new();
    story.tell(include_str!("../scenarios/harvest.md"));
    let scratch = story.close();
    let hosting = Hosting { safe_mode: true, ..hosting() };
    let desk = Desk::open_with(&scratch.path("book"), hosting, |_| {}).expect("the book opens");
    assert!(desk.registry().plugins().all(|(_, _, loaded)| !loaded));
    let Answer::Refused(refusal) = desk.submit(sale()) else { panic!("its kinds are refused") };
    assert_eq!(refusal.code, "plugin/safe-mode");
    let fields = json!({"code": "grenier", "label": "Grenier"}).as_object().expect("a form").clone();
    let store = Submission { clock: NOW, ..Submission::new("kon", "store", &Id::new("person", "kon-head"), fields) };
    assert!(matches!(desk.submit(store), Answer::Recorded(_)), "the others go on");
}

#[test]
fn a_plugin_set_aside_stays_so_until_somebody_who_may_releases_it() {
    let day = NOW.today();
    let (head, cook) = (Id::new("person", "kon-head"), Id::new("person", "kon-cook"));
    let trouble = |desk: &Desk| desk.registry().trouble("sales").map(|no| no.code);
    let fixture = Fixture::new();
    assert_eq!(fixture.desk.quarantine_plugin("sales", &cook, day).expect_err("not theirs").code, "right/missing");
    assert_eq!(fixture.desk.quarantine_plugin("weather", &head, day).expect_err("none").code, "thing/unknown");
    let size = fixture.desk.book().size();
    fixture.desk.quarantine_plugin("sales", &head, day).expect("set aside");
    assert_eq!(trouble(&fixture.desk).as_deref(), Some("plugin/quarantined"));
    assert_eq!(fixture.desk.book().size(), size, "it is the machine's state, no entry");
    let scratch = fixture.close();
    let desk = Desk::open_with(&scratch.path("book"), hosting(), |_| {}).expect("the book opens");
    assert_eq!(trouble(&desk).as_deref(), Some("plugin/quarantined"), "after a restart too");
    assert_eq!(desk.registry().state("sales").expect("it is here").health.quarantined_by.as_deref(), Some("person/kon-head"));
    desk.release_plugin("sales", &head, day).expect("released");
    assert_eq!(trouble(&desk), None);
    drop(desk);
    // What is no memory of conduct is begun again.
    std::fs::write(scratch.path("book").join("health.db"), "une page arrachée").expect("an insider may");
    let desk = Desk::open_with(&scratch.path("book"), hosting(), |_| {}).expect("the book opens");
    assert_eq!(trouble(&desk), None);
    desk.quarantine_plugin("sales", &head, day).expect("set aside");
}

/// What whoever looks after the machine is told.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Ear;

impl log::Log for Ear {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("baara") {
            TOLD.lock().expect("no holder panics").push(format!("{}: {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

/// The plugin's own words, `on purpose`, and the line of its source are no part of it: they could name a person or a place.
#[test]
fn a_strike_is_logged_by_code_and_plugin_and_nothing_the_plugin_said() {
    assert!(log::set_logger(&Ear).is_ok());
    log::set_max_level(log::LevelFilter::Warn);
    let fixture = Fixture::new();
    assert!(matches!(fixture.desk.pin("kon", &chair(), &library("mischief"), NOW), Ok(Answer::Recorded(_))));
    for what in ["panics", "answers-nonsense", "talks-too-much"] {
        let fields = json!({"what": what}).as_object().expect("a form").clone();
        let answer =
            fixture.desk.submit(Submission { clock: NOW, ..Submission::new("kon", "mischief", &Id::new("person", "kon-keeper"), fields) });
        assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    }
    let told = std::mem::take(&mut *TOLD.lock().expect("no holder panics"));
    assert_eq!(
        told,
        [
            "WARN: plugin/panicked: plugin mischief, panicked; strike 1",
            "WARN: plugin/misbehaved: plugin mischief, broke the contract: an answer that is not what was promised; strike 2",
            "WARN: plugin/limit: plugin mischief, the call's memory did not suffice; strike 3",
            "ERROR: plugin/quarantined: plugin mischief is called no more until somebody releases it, see `baara plugin list`",
        ]
    );
}
