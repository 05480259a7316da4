//! What becomes of a form: recorded once, its mistakes told beside what was typed.

use crate::SERVED;

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
