//! A book that is no practice book, over HTTP: secrets, resets, paper lists, and on whose device a visa was given.

use baara_desk::Desk;
use baara_plugin_api::Id;
use baara_tests::Fixture;
use baara_web::{Settings, serve};
use std::sync::{Arc, LazyLock, mpsc::channel};

/// The secret each person chose: nobody else's.
fn secret(person: &str) -> String {
    format!("secret-de-{person}-7391")
}

const PEOPLE: &[&str] =
    &["kon-chair", "kon-secretary", "kon-treasurer", "kon-family", "kon-head", "kon-field", "kon-keeper", "kon-cashier", "kon-cook"];

/// A served book, for one test alone: its door remembers wrong secrets.
struct Served {
    desk: Arc<Desk>,
    at: String,
}

fn served() -> Served {
    let fixture = Fixture::real();
    let folder = fixture.folder();
    std::mem::forget(fixture.close()); // The pages outlive the test.
    let desk = Arc::new(Desk::open(&folder, |_| {}).expect("the book opens"));
    for person in PEOPLE {
        desk.set_secret(&Id::new("person", person), &secret(person)).expect("it is kept");
    }
    let (send, ready) = channel();
    let own = desk.clone();
    let settings = Settings { address: "127.0.0.1:0".to_owned(), ..Default::default() };
    std::thread::spawn(move || serve(own, &settings, |at| send.send(at).expect("somebody waits")));
    Served { desk, at: ready.recv().expect("pages answer").to_string() }
}

/// The book of the tests that leave the door in peace.
static CALM: LazyLock<Served> = LazyLock::new(served);

/// What came back.
struct Came {
    status: u16,
    place: String,
    cookie: String,
    text: String,
}

/// A browser of a served book.
struct Browser<'s> {
    served: &'s Served,
    cookie: String,
}

impl Served {
    fn nobody(&self) -> Browser<'_> {
        Browser { served: self, cookie: String::new() }
    }

    fn knock(&self, person: &str, secret: &str, code: &str) -> Came {
        self.nobody().post("/connexion", &[("site", "kon"), ("qui", &format!("person/{person}")), ("secret", secret), ("code", code)])
    }

    fn enter(&self, person: &str) -> Browser<'_> {
        self.taken(&self.knock(person, &secret(person), ""))
    }

    fn taken(&self, came: &Came) -> Browser<'_> {
        assert_eq!(came.status, 303, "{}", came.text);
        Browser { served: self, cookie: came.cookie.split(';').next().unwrap_or_default().to_owned() }
    }

    /// Everything the journal and its page files keep.
    fn kept(&self) -> String {
        let (send, bytes) = channel();
        self.desk.entries(move |entry, _| drop(send.send(String::from_utf8_lossy(entry).into_owned()))).expect("it is read");
        let files = ["book.db", "book.db-wal", "people.db", "people.db-wal"].map(|name| std::fs::read(self.desk.folder().join(name)));
        let files = files.into_iter().flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        bytes.into_iter().chain(files).collect()
    }
}

impl Browser<'_> {
    fn get(&self, path: &str) -> Came {
        self.ask("GET", path, None)
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Came {
        let coded = |text: &str| -> String {
            text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
        };
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect();
        self.ask("POST", path, Some(body.join("&")))
    }

    fn ask(&self, method: &str, path: &str, body: Option<String>) -> Came {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let at = format!("http://{}", self.served.at);
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{at}{path}"));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if body.is_some() {
            request = request.header("origin", &at).header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(body.unwrap_or_default()).expect("a request");
        let mut came = agent.run(request).unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let header = |name: &str| came.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let (status, place, cookie) = (came.status().as_u16(), header("location"), header("set-cookie"));
        Came { status, place, cookie, text: came.body_mut().read_to_string().unwrap_or_default() }
    }

    /// Records a form that waits for somebody else, and gives its entry.
    fn proposes(&self, kind: &str, fields: &[(&str, &str)]) -> String {
        let came = self.post(&format!("/noter/{kind}"), fields);
        assert!(came.place.contains("fait=propose"), "{kind}: {} {}", came.place, came.text);
        seq(&came)
    }

    /// Gives a visa in this session, and gives the entry it made.
    fn endorses(&self, entry: &str) -> String {
        let came = self.post(&format!("/viser/{entry}"), &[("what", "endorse")]);
        assert_eq!(came.status, 303, "{}", came.text);
        seq(&came)
    }

    fn is_in(&self) -> bool {
        self.get("/").status == 200
    }
}

fn seq(came: &Came) -> String {
    came.place.split(['/', '?']).nth(2).unwrap_or_default().to_owned()
}

/// The codes a page shows: six figures, each alone.
fn codes(page: &str) -> Vec<String> {
    page.split(['<', '>']).filter(|text| text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect()
}

#[test]
fn the_right_secret_opens_and_a_wrong_one_makes_wait_but_never_for_good() {
    let served = served();
    let page = served.nobody().get("/connexion?site=kon&qui=person/kon-head").text;
    assert!(page.contains("type=\"password\"") && page.contains("autocomplete=\"off\""), "the secret is not shown while typed");
    assert!(served.enter("kon-head").is_in());
    for _ in 0..4 {
        let came = served.knock("kon-head", "pas-le-bon-4711", "");
        assert_eq!((came.status, came.cookie.as_str()), (422, ""));
        assert!(came.text.contains("Ce n'est pas le bon code") && !came.text.contains("pas-le-bon-4711"), "{}", came.text);
    }
    let came = served.knock("kon-head", &secret("kon-head"), "");
    assert!(came.status == 422 && came.text.contains("Trop d'essais"), "even the right one waits now: {}", came.text);
    assert!(served.enter("kon-chair").is_in(), "others do not wait");
    assert_eq!(served.knock("kon-admin", "", "").status, 422, "who has no secret yet does not come in with none");
}

#[test]
fn it_is_told_when_a_forgotten_secret_would_leave_somebody_alone() {
    let served = served();
    let (head, alone) = (served.enter("kon-head"), "deux autres personnes");
    assert!(!head.get("/sante").text.contains(alone));
    // Who may record a reset or endorse it: the head of the facility and the secretary from now on, and nobody else.
    let others: Vec<(Id, Id)> = {
        let book = served.desk.book();
        let today = baara_desk::Clock::Machine.today();
        let recorders = baara_desk::recorders_of(&book, "secret-reset", today);
        let here = book.open_of("person").filter(|id| book.home(id, today) == "kon" && !["kon-head", "kon-secretary"].contains(&id.code()));
        let both = here.flat_map(|id| baara_desk::roles_of(&book, &id, today).into_iter().map(move |role| (id.clone(), role)));
        both.filter(|(_, role)| recorders.contains(role)).collect()
    };
    assert!(!others.is_empty());
    for (person, role) in others {
        let asked = head.proposes("role-take", &[("person", person.as_str()), ("role", role.as_str())]);
        served.enter("kon-secretary").endorses(&asked);
    }
    assert!(head.get("/sante").text.contains(alone));
}

#[test]
fn a_session_ends_when_its_person_leaves_and_changes_when_their_roles_do() {
    let (head, field) = (CALM.enter("kon-head"), CALM.enter("kon-field"));
    let again = CALM.enter("kon-field");
    assert_eq!(again.post("/deconnexion", &[]).status, 303);
    assert!(!again.is_in() && field.is_in(), "leaving ends this session alone");
    let asked = head.proposes("role-give", &[("person", "person/kon-field"), ("role", "role/kitchen")]);
    CALM.enter("kon-secretary").endorses(&asked);
    let renewed = CALM.taken(&Came { status: 303, ..field.get("/") });
    assert!(!field.is_in() && renewed.is_in(), "another role is another session");
    for role in ["role/kitchen", "role/field-agent"] {
        let asked = head.proposes("role-take", &[("person", "person/kon-field"), ("role", role)]);
        CALM.enter("kon-secretary").endorses(&asked);
    }
    assert!(!renewed.is_in(), "who has no role left is not here any more");
    assert_eq!(CALM.knock("kon-field", &secret("kon-field"), "").status, 422);
}

#[test]
fn another_person_gives_their_visa_on_this_device_with_their_own_secret() {
    let head = CALM.enter("kon-head");
    let asked = head.proposes("role-give", &[("person", "person/kon-cook"), ("role", "role/storekeeper")]);
    let form = head.get(&format!("/entree/{asked}")).text;
    assert!(form.contains("name=\"secret\"") && !form.contains("name=\"code\""), "nobody here has a paper list");
    let beside =
        |secret: &str| head.post(&format!("/viser/{asked}"), &[("what", "endorse"), ("qui", "person/kon-secretary"), ("secret", secret)]);
    for wrong in ["", &secret("kon-head")] {
        let came = beside(wrong);
        assert!(came.status == 422 && came.text.contains("person/wrong-secret"), "{}", came.text);
    }
    let given = beside(&secret("kon-secretary"));
    assert_eq!(given.status, 303, "{}", given.text);
    let page = head.get(&given.place).text;
    assert!(page.contains("Visé par Fatoumata Diarra sur l'appareil de Seydou Koné"), "{page}");
    let own = head.proposes("role-give", &[("person", "person/kon-cook"), ("role", "role/member")]);
    let given = CALM.enter("kon-secretary").endorses(&own);
    let page = head.get(&format!("/entree/{given}")).text;
    assert!(page.contains("Visé par Fatoumata Diarra") && !page.contains("sur l'appareil"), "{page}");
}

#[test]
fn a_reset_takes_two_people_and_its_code_is_shown_once() {
    let served = served();
    let (head, keeper) = (served.enter("kon-head"), served.enter("kon-keeper"));
    let asked = head.proposes("secret-reset", &[("person", "person/kon-keeper")]);
    assert!(keeper.is_in(), "nothing has changed yet");
    let early = head.post("/codes/kon-keeper/entree", &[]);
    assert!(early.text.contains("secret-reset/nothing-waits"), "{}", early.text);
    let done = served.enter("kon-secretary").endorses(&asked);
    assert!(!keeper.is_in(), "the session ends");
    assert_eq!(served.knock("kon-keeper", &secret("kon-keeper"), "").status, 422, "the old secret is dead");
    assert!(head.get(&format!("/entree/{done}")).text.contains("/codes/kon-keeper/entree"));
    assert_eq!(served.enter("kon-cook").post("/codes/kon-keeper/entree", &[]).status, 403, "who may not reset sees no code");
    let shown = codes(&head.post("/codes/kon-keeper/entree", &[]).text);
    let [code] = &shown[..] else { panic!("one code: {shown:?}") };
    assert!(head.post("/codes/kon-keeper/entree", &[]).text.contains("secret-reset/nothing-waits"), "once");
    assert!(!head.get(&format!("/entree/{done}")).text.contains("/codes/kon-keeper/entree"));
    // A visa is not given with it: nobody has chosen that code.
    let asked = served.enter("kon-secretary").proposes("role-give", &[("person", "person/kon-keeper"), ("role", "role/facility-head")]);
    head.endorses(&asked);
    let asked = head.proposes("role-give", &[("person", "person/kon-cook"), ("role", "role/storekeeper")]);
    let beside = head.post(&format!("/viser/{asked}"), &[("what", "endorse"), ("qui", "person/kon-keeper"), ("secret", code)]);
    assert!(beside.text.contains("person/choose-first"), "{}", beside.text);
    let keeper = served.taken(&served.knock("kon-keeper", code, ""));
    assert_eq!(keeper.get("/journal").place, "/mon-code", "first of all, a secret of one's own");
    let choose = |new: &str, again: &str| keeper.post("/mon-code", &[("new", new), ("again", again)]);
    assert!(choose("karité-8", "karité-9").text.contains("person/secret-differs"));
    let short = choose("123", "123");
    assert!(short.text.contains("person/short-secret") && !short.text.contains("value=\"123\""), "{}", short.text);
    let chosen = served.taken(&choose("karité-8", "karité-8"));
    assert!(chosen.is_in() && !keeper.is_in());
    assert_eq!(served.knock("kon-keeper", code, "").status, 422, "the code has done its work");
    assert!(served.taken(&served.knock("kon-keeper", "karité-8", "")).is_in());
    assert!(!served.kept().contains("karité-8") && !served.kept().contains(&secret("kon-keeper")), "no secret is kept in clear");
}

#[test]
fn people_change_their_own_secret_and_their_other_sessions_end() {
    let (cashier, phone) = (CALM.enter("kon-cashier"), CALM.enter("kon-cashier"));
    let change = |old: &str| cashier.post("/mon-code", &[("secret", old), ("new", "baobab-52"), ("again", "baobab-52")]);
    let wrong = change("pas-le-bon");
    assert!(wrong.status == 422 && wrong.text.contains("person/wrong-secret") && !wrong.text.contains("baobab-52"), "{}", wrong.text);
    let changed = CALM.taken(&change(&secret("kon-cashier")));
    assert!(changed.is_in() && !phone.is_in() && !cashier.is_in());
    assert_eq!(CALM.knock("kon-cashier", &secret("kon-cashier"), "").status, 422);
    assert!(CALM.taken(&CALM.knock("kon-cashier", "baobab-52", "")).is_in());
}

#[test]
fn a_member_from_outside_gives_no_visa_before_somebody_else_has_printed_their_first_list() {
    let served = served();
    let (head, chair) = (served.enter("kon-head"), served.enter("kon-chair"));
    let asked = head.proposes("role-give", &[("person", "person/kon-cook"), ("role", "role/storekeeper")]);
    let own = secret("kon-chair");
    let beside = |code: &str| {
        head.post(&format!("/viser/{asked}"), &[("what", "endorse"), ("qui", "person/kon-chair"), ("secret", &own), ("code", code)])
    };
    for refused in [chair.post(&format!("/viser/{asked}"), &[("what", "endorse")]), beside("")] {
        assert!(refused.status == 422 && refused.text.contains("person/no-list"), "{}", refused.text);
        assert!(refused.text.contains("imprimer sa liste"), "it says how to get one: {}", refused.text);
    }
    let sheet = "/chose/person/kon-chair";
    assert!(!chair.get(sheet).text.contains("/codes/kon-chair/liste"), "nobody is offered their own");
    assert!(chair.post("/codes/kon-chair/liste", &[]).text.contains("code-list/own"));
    assert!(head.get(sheet).text.contains("/codes/kon-chair/liste"));
    assert!(!head.get("/chose/person/kon-cook").text.contains("/codes/"), "people from here need none");
    let list = codes(&head.post("/codes/kon-chair/liste", &[]).text);
    assert_eq!(list.len(), 20);
    assert!(!chair.is_in(), "who came in by the secret alone comes in again with a code");
    assert!(!head.get(sheet).text.contains("/codes/kon-chair/liste"), "printed once");
    assert!(beside("").text.contains("person/wrong-code"), "from now on the secret alone proves nothing");
    assert_eq!(beside(&list[0]).status, 303);
}

#[test]
fn a_member_from_outside_uses_each_code_of_the_paper_list_once() {
    let served = served();
    let head = served.enter("kon-head");
    let issue = || {
        let asked = head.proposes("code-list", &[("person", "person/kon-treasurer")]);
        served.enter("kon-secretary").endorses(&asked);
    };
    issue();
    assert!(served.enter("kon-treasurer").is_in(), "a list that nobody holds yet locks nobody out");
    let printed = head.post("/codes/kon-treasurer/liste", &[]);
    let list = codes(&printed.text);
    assert_eq!(list.len(), 20, "{}", printed.text);
    assert!(head.post("/codes/kon-treasurer/liste", &[]).text.contains("code-list/nothing-waits"), "printed once");
    // The numbers run down the columns: 1 and 11 stand side by side.
    let code = |n: usize| list[if n <= 10 { (n - 1) * 2 } else { (n - 11) * 2 + 1 }].as_str();
    assert!(served.nobody().get("/connexion?site=kon&qui=person/kon-treasurer").text.contains("code n° 1"));
    let own = secret("kon-treasurer");
    let wrong = served.knock("kon-treasurer", &own, "12");
    assert!(wrong.text.contains("code n° 1 ") && wrong.status == 422, "{}", wrong.text);
    assert!(served.taken(&served.knock("kon-treasurer", &own, code(1))).is_in());
    let asked = head.proposes("role-give", &[("person", "person/kon-cook"), ("role", "role/storekeeper")]);
    let beside = |typed: &str| {
        head.post(&format!("/viser/{asked}"), &[("what", "endorse"), ("qui", "person/kon-treasurer"), ("secret", &own), ("code", typed)])
    };
    assert!(head.get(&format!("/entree/{asked}")).text.contains("Moussa Coulibaly : code n° 2"));
    assert!(beside(code(1)).text.contains("person/wrong-code"), "a used code never works again");
    assert!(beside(code(3)).text.contains("person/wrong-code"), "the next one, no other");
    let given = beside(code(2));
    assert_eq!(given.status, 303, "{}", given.text);
    assert!(head.get(&given.place).text.contains("Visé par Moussa Coulibaly sur l'appareil de Seydou Koné"));
    // A lost list is replaced: the old one is dead.
    issue();
    assert!(served.taken(&served.knock("kon-treasurer", &own, code(3))).is_in(), "until the new one is printed");
    let second = codes(&head.post("/codes/kon-treasurer/liste", &[]).text);
    assert_eq!(served.knock("kon-treasurer", &own, code(4)).status, 422, "then it is dead");
    assert!(served.taken(&served.knock("kon-treasurer", &own, &second[0])).is_in());
    for n in 2..=20 {
        let next = &second[if n <= 10 { (n - 1) * 2 } else { (n - 11) * 2 + 1 }];
        assert_eq!(served.knock("kon-treasurer", &own, next).status, 303, "code {n}");
    }
    let refused = served.desk.prove(&Id::new("person", "kon-treasurer"), &own, &second[0]);
    assert!(matches!(refused, Err(baara_desk::Unproved::Refused(no)) if no.code == "person/no-code-left"));
    // Six figures alone may stand in any hash: a code is looked for as a text would hold it.
    let kept = served.kept();
    assert!(list.iter().chain(&second).all(|code| !kept.contains(&format!("\"{code}\""))), "no code is kept in clear");
}
