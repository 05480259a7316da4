//! What becomes of a form: recorded once, its mistakes told beside what was typed, its texts shown as they were typed.

use crate::SERVED;
use baara_tests::coded;

#[test]
fn the_same_form_sent_twice_is_recorded_once() {
    let browser = SERVED.person("kon-head");
    let key = "01890a5d-ac96-774b-bcce-b302099a8057";
    let body = format!("_key={key}&code=deux-fois&label=Deux+fois&_date=2020-06-15");
    let first = browser.post("/noter/fund", &body);
    let again = browser.post("/noter/fund", &body);
    assert_eq!((first.status, again.status), (303, 303), "{}", first.text);
    let seq = |place: &str| place.split(['/', '?']).nth(2).unwrap_or_default().to_owned();
    assert_eq!(seq(&first.place), seq(&again.place));
    assert!(again.place.contains("fait=deja"), "{}", again.place);
    assert!(browser.get(&again.place).text.contains("rien n'a été écrit deux fois"));
}

#[test]
fn what_is_wrong_is_told_beside_what_was_typed() {
    let browser = SERVED.person("kon-head");
    let came = browser.post("/noter/plot", "code=est&label=Parcelle+de+l%27est&estate=douze&farm=farm%2Fkon-champ&_date=2020-06-15");
    assert_eq!(came.status, 422);
    assert!(came.text.contains("<title>Erreur : "), "the title says so first");
    assert!(came.text.contains("href=\"#c-estate\""), "the summary leads to the field");
    assert!(came.text.contains("href=\"#c-cultivable\""), "every mistake at once");
    assert!(came.text.contains("value=\"douze\""), "what was typed is kept");
    assert!(came.text.contains("Rien n'a été enregistré."));
}

/// The big list of naughty strings through a text field, a page and a CSV: shown as typed, never run.
#[test]
fn naughty_texts_are_shown_as_they_were_typed() {
    let browser = SERVED.person("kon-head");
    let naughty = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE entry; --",
        "javascript:alert(1)",
        "=HYPERLINK(\"http://evil\")",
        "${{7*7}} {{7*7}}",
        "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
        "﷽ ɛ ɔ ɲ ŋ 田中さん 👩‍👩‍👦",
        "\u{202e}tfel-ot-thgir",
        "&lt;b&gt; &amp;amp;",
    ];
    for (at, text) in naughty.iter().enumerate() {
        let body = format!("code=n{at}&label={}&_date=2020-06-15", coded(text));
        let came = browser.post("/noter/fund", &body);
        assert_eq!(came.status, 303, "{text}: {}", came.text);
        let shown = browser.get(&format!("/chose/fund/kon-n{at}")).text;
        for run in ["<script>alert", "<img src=x", "onerror=alert(1)>"] {
            let outside = shown.replace("&lt;", "").contains(run) && !text.contains(run);
            assert!(!outside && !shown.contains("<script>alert") && !shown.contains("<img src=x"), "{text} runs");
        }
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let whole: String = unicode(&escaped);
        assert!(shown.contains(&whole) || shown.contains(&escaped), "{text} is shown as typed");
    }
}

/// Text in the book's one normal form.
fn unicode(text: &str) -> String {
    let read = baara_desk::read_fields(
        &SERVED.desk.book(),
        "kon",
        chrono::NaiveDate::from_ymd_opt(2020, 6, 15).expect("a day"),
        &[baara_plugin_api::Field { name: "t".to_owned(), kind: baara_plugin_api::FieldType::Text, required: true, sealed: false }],
        &[("t".to_owned(), baara_plugin_api::Value::from(text))].into_iter().collect(),
        baara_desk::Source::People,
    );
    read.ok().and_then(|map| map["t"].as_str().map(str::to_owned)).unwrap_or_default()
}
