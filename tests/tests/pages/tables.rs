//! The tables that plugins draw, as pages and files like the host's own.

use baara_tests::{Served, Story, coded};

/// A bakery that baked three times.
fn bakery() -> Served {
    let mut story = Story::new();
    story.tell(include_str!("../../../plugins/workshop-bakery/scenarios/bakery.md"));
    Served::new(story.close())
}

/// The addresses of the reasons behind the figures of a page.
fn reasons(text: &str) -> Vec<String> {
    let all = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    all.filter(|place| place.starts_with("/pourquoi/")).map(|place| place.replace("&amp;", "&")).collect()
}

#[test]
fn a_plugins_table_is_asked_for_drawn_kept_as_a_file_and_explained() {
    let served = bakery();
    let browser = served.person("kon-head");
    let listed = browser.get("/rapports").text;
    assert!(listed.contains("href=\"/rapports/bakery-ledger\"") && listed.contains("Cahier des fournées"), "{listed}");
    let blank = browser.get("/rapports/bakery-ledger");
    assert!(blank.status == 200 && blank.text.contains("name=\"workshop\"") && !blank.text.contains("<table"), "{}", blank.text);
    let ledger = "/rapports/bakery-ledger?workshop=workshop%2Fkon-pain&periode=2020-06";
    let drawn = browser.get(ledger);
    assert_eq!(drawn.status, 200, "{}", drawn.text);
    for part in ["Cahier des fournées", "276", "Farine", "50\u{a0}kg"] {
        assert!(drawn.text.contains(part), "{part}: {}", drawn.text);
    }
    let for_programs = browser.get("/api/report/bakery-ledger?workshop=workshop%2Fkon-pain&period=2020-06");
    assert!(for_programs.status == 200 && for_programs.text.contains("\"276 piece\""), "{}", for_programs.text);
    let unasked = browser.get("/api/report/bakery-ledger");
    assert!(unasked.status == 422 && unasked.text.contains("field/missing"), "{}: {}", unasked.status, unasked.text);
    let file = browser.get(&format!("{ledger}&format=csv"));
    assert!(file.headers.contains("bakery-ledger-2020-06.csv") && file.text.contains("276"), "{}", file.text);
    // Each line has a reason of its own, though a batch has several.
    let reasons = reasons(&drawn.text);
    let distinct: std::collections::BTreeSet<&String> = reasons.iter().collect();
    assert!(reasons.len() > 9 && distinct.len() == reasons.len(), "{reasons:?}");
    let why = browser.get(reasons.last().expect("figures have reasons"));
    assert_eq!(why.status, 200, "{}", why.text);
    for part in ["workshop-bakery 0.1.0", "Atelier", "Pain", "kon-20-0001"] {
        assert!(why.text.contains(part), "{part}: {}", why.text);
    }
    assert_eq!(browser.get("/pourquoi/bakery-ledger/nothing.made?workshop=workshop%2Fkon-pain").status, 404);
}

#[test]
fn a_share_in_a_table_is_no_thing() {
    let mut story = Story::new();
    let shared = include_str!("../../../plugins/revenue-sharing/scenarios/sharing.md");
    let before = shared.split_once("2020-11-13").expect("the pot is shared on that day").0;
    story.tell(&format!("{before}\n```\n"));
    let browser = Served::new(story.close()).person("kon-secretary");
    let drawn = browser.get("/rapports/simulation?unit=workshop%2Fkon-savon&until=2020-10-31&periode=2020-11");
    assert!(drawn.text.contains("3/10") && !drawn.text.contains("/chose/3/10"), "{}", drawn.text);
}

#[test]
fn a_table_not_well_asked_for_says_why() {
    let served = bakery();
    let browser = served.person("kon-head");
    let unknown = browser.get(&format!("/rapports/bakery-ledger?workshop={}", coded("workshop/kon-nulle-part")));
    assert!(unknown.status == 422 && unknown.text.contains("kon-nulle-part"), "{}: {}", unknown.status, unknown.text);
    assert!(browser.post("/extensions/workshop-bakery", "what=quarantine").status == 303);
    let aside = browser.get("/rapports/bakery-ledger?workshop=workshop%2Fkon-pain");
    assert!(aside.status == 422 && aside.text.contains("plugin/quarantined"), "{}: {}", aside.status, aside.text);
    assert_eq!(browser.get("/rapports/nothing").status, 404);
}

#[test]
fn nothing_is_drawn_of_another_facility() {
    let served = bakery();
    let elsewhere = served.person("kit-secretary").get("/rapports/bakery-ledger?workshop=workshop%2Fkon-pain&periode=2020");
    assert!(!elsewhere.text.contains("276"), "{}", elsewhere.text);
}
