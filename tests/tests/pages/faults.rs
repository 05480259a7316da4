//! What people read when the world fails: a full disk, a plugin that breaks or is not there, a session that is over.

use baara_tests::{Browser, Served, Story, without_room};

/// The two languages of a page, with what each must say.
#[track_caller]
fn told(browser: &Browser, path: &str, body: &str, status: u16, french: &str, english: &str) {
    for (browser, says) in [(browser.clone(), french), (browser.clone().in_english(), english)] {
        let came = browser.post(path, body);
        assert_eq!(came.status, status, "{path}: {}", came.text);
        assert!(came.text.contains(says), "{path} says \"{says}\": {}", came.text);
    }
}

fn farm() -> Story {
    let mut story = Story::new();
    story.tell("# A farm in use\n```do\ngiven kon-in-use\n```\n");
    story
}

#[test]
fn a_full_disk_is_told_in_plain_words_and_the_book_can_still_be_read() {
    without_room("faults::a_full_disk_is_told_in_plain_words_and_the_book_can_still_be_read", || {
        let served = Served::new(farm().close());
        let browser = served.person("kon-head");
        let mut n = 0;
        let came = loop {
            n += 1;
            let sheet: String = (1..=25).map(|line| format!("{line}.code=f{n}-{line}&{line}.label={}&", "Fonds+".repeat(80))).collect();
            let came = browser.post("/grille/fund", &sheet);
            if came.status != 303 {
                break came;
            }
        };
        assert_eq!(came.status, 500, "{}", came.text);
        assert!(came.text.contains("<h1>Panne") && came.text.contains("journal/"), "{}", came.text);
        let stopped = ("Le livre s'est arrêté après une panne", "The book has stopped after a failure");
        told(&browser, "/noter/fund", "code=encore&label=Encore", 500, stopped.0, stopped.1);
        assert_eq!(browser.get("/liste/fund").status, 200, "what was recorded can be read");
        let health = browser.get("/sante?format=json").text;
        assert!(health.contains("\"records\":false") && health.contains("web.health-stopped"), "{health}");
    });
}

#[test]
fn a_plugin_that_breaks_is_told_and_set_aside_and_all_else_goes_on() {
    let mut story = farm();
    story.tell("```plugin mischief\n```");
    let served = Served::new(story.close());
    let browser = served.person("kon-keeper");
    let stopped = ("Le module s'est arrêté en plein travail", "The plugin stopped in the middle of its work");
    told(&browser, "/noter/mischief", "what=panics", 422, stopped.0, stopped.1);
    let nonsense = browser.post("/noter/mischief", "what=answers-nonsense");
    assert!(nonsense.status == 422 && nonsense.text.contains("Le module n'a pas tenu ses promesses"), "{}", nonsense.text);
    told(&browser, "/noter/mischief", "what=panics", 422, "est mis de côté", "is set aside");
    assert_eq!(browser.post("/noter/fund", "code=malgre-tout&label=Malgr%C3%A9+tout").status, 303, "what is not its own goes on");
    let health = browser.get("/sante?format=json").text;
    assert!(health.contains("\"state\":\"quarantined\"") && health.contains("web.health-plugin"), "{health}");
    assert!(browser.get("/sante").text.contains("mise de côté"));
    assert!(browser.in_english().get("/sante").text.contains("set aside"));
}

#[test]
fn a_plugin_whose_file_is_gone_is_told_and_its_entries_stay() {
    let scratch = farm().close();
    std::fs::remove_dir_all(scratch.path("book/plugins")).expect("the files were there");
    let served = Served::new(scratch);
    let browser = served.person("kon-cashier");
    for page in ["/ventes/farm/kon-champ", "/noter/sale", "/", "/tableau-de-bord"] {
        assert_eq!(browser.get(page).status, 200, "{page}");
    }
    let sale = "unit=farm/kon-champ&means=cash&place=cash-box/kon-caisse&lines.1.item=item/mais-grain&lines.1.quantity=1&lines.1.store=store/kon-magasin";
    told(&browser, "/noter/sale", sale, 422, "n'est pas sur cet ordinateur", "is not on this computer");
    assert!(browser.get("/sante?format=json").text.contains("\"state\":\"missing\""));
}

#[test]
fn a_session_that_is_over_leads_to_the_door_and_says_so() {
    let served = Served::new(farm().close());
    let browser = served.person("kon-head");
    assert_eq!(browser.post("/deconnexion", "").status, 303);
    let size = served.desk.book().size();
    for (browser, says) in [(browser.clone(), "Votre session est finie"), (browser.in_english(), "Your session is over")] {
        let came = browser.post("/noter/fund", "code=perdu&label=Perdu");
        assert_eq!((came.status, came.place.as_str()), (303, "/connexion?fini=oui&vers=%2F"));
        let door = browser.get(&came.place);
        assert!(door.status == 200 && door.text.contains(says), "{}", door.text);
    }
    assert_eq!(served.desk.book().size(), size, "and nothing was recorded");
    assert!(!served.nobody().get("/connexion?vers=%2F").text.contains("finie"), "who was never here is not told");
}

#[test]
fn health_tells_a_copy_and_names_nobody() {
    let served = Served::new(farm().close());
    let health = || served.nobody().get("/sante?format=json").text;
    assert!(health().contains("\"backup\":null"), "{}", health());
    let copy = served.desk.folder().with_file_name("copie.baara");
    served.desk.backup(&copy, |_| {}).expect("a copy");
    let size = served.desk.book().size();
    assert!(health().contains(&format!("\"entries\":{size}}}")), "the copy's own count: {}", health());
    assert!(health().contains("\"free_bytes\":"), "{}", health());
    for text in [health(), served.nobody().get("/sante").text] {
        let folder = served.desk.folder().display().to_string();
        assert!(!text.contains(&folder) && !text.contains("kon-head") && !text.contains("Koné"), "{text}");
    }
}
