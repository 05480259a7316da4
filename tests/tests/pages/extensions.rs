//! The page of plugins, and the tables that plugins draw.

use baara_desk::{Answer, Clock, Desk, Submission};
use baara_plugin_api::{Id, Value, json};
use baara_tests::{Browser, Scratch, Served, Story, library};
use std::path::Path;

fn farm(plugins: &[&str]) -> Served {
    let mut story = Story::new();
    story.tell("# A farm in use\n```do\ngiven kon-in-use\n```\n");
    plugins.iter().for_each(|plugin| story.tell(&format!("```plugin {plugin}\n```")));
    Served::new(story.close())
}

/// The panel of one plugin.
fn panel(browser: &Browser, plugin: &str) -> String {
    let text = browser.get("/extensions").text;
    let from = text.split(&format!("id=\"{plugin}\"")).nth(1).unwrap_or_else(|| panic!("{plugin} has its panel: {text}"));
    from.split("</section>").next().unwrap_or_default().to_owned()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    let missing: Vec<_> = parts.iter().filter(|part| !text.contains(**part)).collect();
    assert!(missing.is_empty(), "{missing:?} in {text}");
}

#[test]
fn each_plugin_is_told_with_its_file_what_it_brings_and_how_it_behaves() {
    let served = farm(&["mischief"]);
    let (keeper, cook, head) = (served.person("kon-keeper"), served.person("kon-cook"), served.person("kon-head"));
    let sha256 = {
        let registry = served.desk.registry();
        registry.plugins().find(|(plugin, ..)| plugin.id == "sales").map(|(_, sha256, _)| sha256.to_owned())
    };
    let sha256 = sha256.expect("sales is pinned");
    says(&panel(&cook, "sales"), &["0.1.0", "Chargée", "Dans Baara", &sha256, &sha256[..12], "Vente", "Ce qu'elle peut écrire"]);
    assert!(!panel(&cook, "sales").contains("<button"), "only who may pin sets aside");
    says(&panel(&cook.clone().in_english(), "sales"), &["Loaded", "In Baara", "What it may write"]);
    for what in ["panics", "answers-nonsense", "breaks", "panics"] {
        assert_eq!(keeper.post("/noter/mischief", &format!("what={what}")).status, 422);
    }
    // The code, the file, the reason and the remedy.
    let file = panel(&head, "mischief").split("<code>").nth(1).unwrap_or_default()[..12].to_owned();
    let aside = ["plugin/quarantined", "plugins/", &file, "3 fautes", "prévenir l'auteur", "après trois fautes", "plugin/panicked"];
    says(&panel(&head, "mischief").to_lowercase(), &aside);
    assert_eq!(head.post("/extensions/mischief", "what=release").place, "/extensions#mischief");
    assert!(!panel(&head, "mischief").contains("plugin/quarantined"));
}

#[test]
fn who_may_pin_sets_a_plugin_aside_and_lets_it_work_again() {
    let served = farm(&[]);
    let (cook, head) = (served.person("kon-cook"), served.person("kon-head"));
    let no = cook.post("/extensions/sales", "what=quarantine");
    assert!(no.status == 403 && no.text.contains("right/missing"), "{}: {}", no.status, no.text);
    assert_eq!(head.post("/extensions/weather", "what=quarantine").status, 422, "there is none");
    assert_eq!(head.post("/extensions/sales", "what=dance").status, 404);
    assert!(panel(&head, "sales").contains("Mettre de côté"));
    assert_eq!(head.post("/extensions/sales", "what=quarantine").status, 303);
    says(&panel(&head, "sales"), &["Mise de côté, par", "Laisser travailler de nouveau"]);
    assert!(head.get("/sante").text.contains("href=\"/extensions\""));
    assert_eq!(head.post("/extensions/sales", "what=release").status, 303);
    says(&panel(&head, "sales"), &["Chargée", "Mettre de côté"]);
}

#[test]
fn a_pin_that_waits_is_shown_with_the_way_to_it() {
    let served = farm(&[]);
    let seq = propose(&served.desk);
    let told = panel(&served.person("kon-chair"), "mischief");
    says(&told, &["Proposée", "Visa attendu de", &format!("href=\"/entree/{seq}\"")]);
    let elsewhere = panel(&served.person("kit-secretary"), "mischief");
    assert!(!elsewhere.contains("/entree/"), "the proposal is another facility's: {elsewhere}");
}

/// The next build of the sales plugin calls one of its forms otherwise.
#[test]
fn words_of_a_plugin_let_in_while_pages_are_served_are_spoken_at_once() {
    let (served, scratch) = (farm(&[]), Scratch::new());
    let head = served.person("kon-head");
    says(&panel(&head, "sales"), &["Annulation d'une commande"]);
    let mut bytes = std::fs::read(library("sales")).expect("its file");
    let (old, new) = (b"Annulation d'une commande", b"Abrogation d'une commande");
    for at in 0..bytes.len() - old.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + new.len()].copy_from_slice(new);
        }
    }
    let file = scratch.path("libsales.so");
    std::fs::write(&file, bytes).expect("a file");
    let seq = propose_file(&served.desk, &file);
    assert!(matches!(served.desk.submit(submission("kon-chair", "endorse", json!({"seq": seq}))), Answer::Recorded(_)));
    says(&panel(&head, "sales"), &["Abrogation d'une commande"]);
}

fn submission(who: &str, kind: &str, fields: Value) -> Submission {
    let fields = fields.as_object().expect("a form").clone();
    Submission { clock: Clock::Practice { at: 1_604_999_999_000 }, ..Submission::new("kon", kind, &Id::new("person", who), fields) }
}

fn propose(desk: &Desk) -> u64 {
    propose_file(desk, &library("mischief"))
}

fn propose_file(desk: &Desk, file: &Path) -> u64 {
    match desk.propose_pin(file, submission("kon-head", "pin", json!({}))) {
        Answer::Waiting(waiting) => waiting.seq,
        other => panic!("{other:?}"),
    }
}
