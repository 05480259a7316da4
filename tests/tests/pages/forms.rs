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

/// A field sheet has a registered number, which its lines end; what never came back stands on the sheets printed later.
#[test]
fn the_number_of_a_field_sheet_ends_once_with_the_lines_keyed_from_it() {
    let browser = SERVED.person("kon-head");
    let sheet = "/papiers/feuilles/pesee";
    let none = browser.get(sheet).text;
    assert!(none.contains("/noter/series-register?sheet=weighing-sheet") && !none.contains("<article"), "nothing to print before");
    let register = "code=pesees&label=Pesees+2020&first-number=11&last-number=40&sheet=weighing-sheet";
    assert_eq!(browser.post("/noter/series-register", register).status, 303);
    let printed = browser.get(&format!("{sheet}?n=3")).text;
    assert_eq!(printed.matches("<article").count(), 3);
    assert!(["N° 11", "N° 12", "N° 13"].iter().all(|number| printed.contains(number)), "{printed}");
    let key_in = |number: &str, quantity: &str| {
        let line = format!("1.plot=nord&1.item=mais-grain&1.quantity={quantity}&1.store=magasin&1._date=2020-06-15");
        browser.post("/grille/harvest", &format!("serie=series%2Fkon-pesees&numero={number}&{line}"))
    };
    let before = SERVED.desk.book().size();
    let outside = key_in("41", "100");
    assert!(outside.status == 422 && outside.text.contains("series/outside") && outside.text.contains("#c-numero"), "{}", outside.text);
    assert!(key_in("13", "cent").status == 422, "a wrong line leaves the number open");
    assert_eq!(SERVED.desk.book().size(), before, "nothing of either is recorded");
    let came = key_in("13", "100");
    assert!(came.status == 303 && came.place.contains("fait=1&"), "one line: {} {}", came.place, came.text);
    assert!(key_in("13", "100").text.contains("series/already-ended"), "a sheet is keyed once");
    let later = browser.get(sheet).text;
    assert!(later.contains("N° 14") && later.contains("11–12"), "the sheets that never came back stand on the next one: {later}");
    assert_eq!(browser.post("/noter/series-number", "series=series%2Fkon-pesees&number=12&ended=void").status, 303);
    let later = browser.get(sheet).text;
    let (open, void) =
        later.split("<article").nth(1).and_then(|paper| paper.split_once("annulés ou perdus")).expect("both stand on the paper");
    assert!(open.contains("numéros manquants 11") && void.trim_start().starts_with("12"), "{later}");
}
