//! The homes of who writes nothing: what the inspector is shown of the book, and the administrator of the machine.

use baara_desk::{Answer, Clock, Submission, Wanted};
use baara_plugin_api::{Id, Value, json};
use baara_tests::{Fixture, Served};

/// A farm on 20 January with something late, something reversed, a number that never came back, a count given up and a
/// role that waits for a visa; with the entries they stand in.
struct Farm {
    served: Served,
    late: u64,
    wrong: u64,
    reversal: u64,
    asked: u64,
}

fn farm() -> Farm {
    let fixture = Fixture::of_roles();
    let desk = &fixture.desk;
    let mut at = 1_579_510_800_000; // 20 January 2020, at nine in the morning.
    let mut records = |role: &str, kind: &str, date: Option<&str>, fields: Value| {
        at += 1000;
        let fields = fields.as_object().expect("a form").clone();
        let sub = Submission::new("kon", kind, &Id::new("person", &format!("kon-{role}")), fields);
        let date = date.map(|day| day.parse().expect("a day"));
        match desk.submit(Submission { clock: Clock::Practice { at }, date, ..sub }) {
            Answer::Recorded(done) => done.seq,
            Answer::Waiting(waiting) => waiting.seq,
            no => panic!("{kind}: {no:?}"),
        }
    };
    let late = json!({"code": "grenier", "label": "Grenier", "late-reason": "cahier resté au champ"});
    let late = records("storekeeper", "store", Some("2020-01-06"), late);
    let wrong = records("storekeeper", "store", None, json!({"code": "double", "label": "Double"}));
    let reversal = records("storekeeper", "reverse", None, json!({"seq": wrong, "reason": "noté deux fois"}));
    let asked = records("facility-head", "role-give", None, json!({"person": "person/kon-member", "role": "role/kitchen"}));
    let from = "2020-01-20".parse().expect("a day");
    let want =
        |(thing, key, value): (&str, &str, Value)| Wanted { thing: Id::parse(thing).expect("an id"), key: key.to_owned(), value, from };
    let wanted = [
        ("series/kon-carnet", "label", json!("Carnet bleu")),
        ("series/kon-carnet", "from", json!(1)),
        ("series/kon-carnet", "to", json!(50)),
        ("series/kon-carnet", "n.1", json!("keyed")),
        ("series/kon-carnet", "n.4", json!("keyed")),
        ("count/kon-20-0001", "place", json!("store/kon-grenier")),
        ("count/kon-20-0001", "state", json!("lapsed")),
    ];
    let wanted = wanted.into_iter().map(want).collect();
    desk.apply_config("kon", &Id::new("person", "kon-facility-head"), wanted, Clock::Practice { at: at + 1000 }).expect("recorded");
    Farm { served: Served::new(fixture.close()), late, wrong, reversal, asked }
}

#[test]
fn each_home_tells_what_its_role_looks_after() {
    let Farm { served, late, wrong, reversal, asked } = farm();
    let inspector = served.person("kon-inspector");
    let home = inspector.get("/").text;
    let last = served.desk.entry(served.desk.book().size()).expect("it is read").expect("an entry").1;
    for told in [
        &format!("href=\"/entree/{late}\""),
        &format!("n° {wrong}, reprise par le n° {reversal}"),
        &last[..16],
        "Carnet bleu",
        "2–3",
        "href=\"/chose/count/kon-20-0001\"",
        "href=\"/rapports/exceptions\"",
        "href=\"/journal\"",
        "href=\"/qui-peut-quoi\"",
    ] {
        assert!(home.contains(told), "the inspector is told {told}: {home}");
    }
    assert!(!home.contains("/noter/") && !home.contains("Mes dernières saisies"), "and asked to write nothing");
    assert!(inspector.in_english().get("/").text.contains("Corrections and reversals"));

    let administrator = served.person("kon-administrator").get("/").text;
    for told in ["Place libre", "Dernière copie", &format!("href=\"/entree/{asked}\""), "aucun code n'est demandé"] {
        assert!(administrator.contains(told), "the administrator is told {told}: {administrator}");
    }
    assert!(!administrator.contains("/noter/") && !administrator.contains("Carnet bleu"));

    let keeper = served.person("kon-storekeeper").get("/").text;
    assert!(!keeper.contains("Carnet bleu") && !keeper.contains("Place libre"), "who has work of their own is not told all this");
}
