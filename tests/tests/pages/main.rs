//! The pages over real HTTP: who may ask what, what is recorded once, what a hostile browser gets.

use baara_desk::Desk;
use baara_tests::Story;
use baara_web::{Settings, addresses, serve};
use std::path::Path;
use std::sync::{Arc, LazyLock, mpsc::channel};

/// A served book: the scenarios' farm in use, and a prison beside it.
struct Served {
    desk: Arc<Desk>,
    at: String,
}

static SERVED: LazyLock<Served> = LazyLock::new(served);

fn served() -> Served {
    let mut story = Story::new();
    story.tell("# A farm in use\n```do\ngiven kon-in-use\n```\n");
    let scratch = Box::leak(Box::new(story.close()));
    let desk = Arc::new(Desk::open(&scratch.path("book"), |_| {}).expect("the book opens"));
    let (send, ready) = channel();
    let own = desk.clone();
    let settings = Settings { address: "127.0.0.1:0".to_owned(), hosts: vec!["prison.local".to_owned()] };
    std::thread::spawn(move || serve(own, &settings, |at| send.send(at).expect("somebody waits")));
    Served { desk, at: ready.recv().expect("pages answer").to_string() }
}

/// What came back.
struct Came {
    status: u16,
    place: String,
    cookie: String,
    text: String,
    headers: String,
}

/// A browser: a cookie, or none.
#[derive(Clone, Default)]
struct Browser {
    cookie: String,
}

impl Browser {
    /// Signed in as a person of the practice book.
    fn of(person: &str) -> Browser {
        let site = person.split('-').next().unwrap_or_default();
        let came = Browser::default().post("/connexion", &format!("site={site}&qui=person%2F{person}"));
        assert_eq!(came.status, 303, "{person} signs in: {}", came.text);
        Browser { cookie: came.cookie.split(';').next().unwrap_or_default().to_owned() }
    }

    fn get(&self, path: &str) -> Came {
        self.ask("GET", path, None, &[])
    }

    fn post(&self, path: &str, body: &str) -> Came {
        let origin = format!("http://{}", SERVED.at);
        self.ask("POST", path, Some(body), &[("origin", &origin)])
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>, more: &[(&str, &str)]) -> Came {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", SERVED.at));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(body.unwrap_or_default().to_owned()).expect("a request");
        let mut came = agent.run(request).unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let header = |name: &str| came.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let headers = came.headers().iter().map(|(n, v)| format!("{n}: {}\n", v.to_str().unwrap_or_default())).collect();
        let (status, place, cookie) = (came.status().as_u16(), header("location"), header("set-cookie"));
        Came { status, place, cookie, headers, text: came.body_mut().read_to_string().unwrap_or_default() }
    }
}

/// A value as a form posts it.
fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The roles of the farm's people, each with one person.
const PEOPLE: &[&str] =
    &["kon-chair", "kon-secretary", "kon-treasurer", "kon-family", "kon-head", "kon-field", "kon-keeper", "kon-cashier", "kon-admin"];

/// A real address of a route, with things of the farm.
fn filled(path: &str) -> String {
    let parts = [
        ("{code}", if path.starts_with("/langue") { "fr" } else { "kon-magasin" }),
        ("{kind}", "store"),
        ("{seq}", "999999"),
        ("{name}", "stock"),
        ("{cell}", "x.y"),
        ("{task}", "harvest"),
        ("{what}", "pesee"),
        ("{meeting}", "kon-20-9999"),
        ("{distribution}", "kon-20-9999"),
        ("{box}", "kon-caisse"),
        ("{day}", "2020-06-15"),
        ("{act}", "presence"),
        ("{store}", "kon-magasin"),
    ];
    let filled = parts.iter().fold(path.to_owned(), |path, (part, value)| path.replace(part, value));
    assert!(!filled.contains('{'), "{path}: say in `filled` what stands there");
    filled
}

#[test]
fn nobody_sees_anything_but_the_door_before_signing_in() {
    let nobody = Browser::default();
    for (way, path, open) in addresses() {
        let came = match way {
            "GET" => nobody.get(&filled(path)),
            _ => nobody.post(&filled(path), ""),
        };
        if open {
            assert!(matches!(came.status, 200 | 303 | 422), "{way} {path}: {}", came.status);
        } else {
            assert_eq!((came.status, came.place.starts_with("/connexion")), (303, true), "{way} {path}");
        }
    }
    let stale = Browser { cookie: "baara=0123456789abcdef".to_owned() };
    assert!(stale.get("/").place.starts_with("/connexion"), "an unknown session is none");
}

#[test]
fn every_page_answers_every_role_and_none_breaks() {
    for person in PEOPLE {
        let browser = Browser::of(person);
        for (_, path, _) in addresses().filter(|(way, path, _)| *way == "GET" && !path.starts_with("/langue")) {
            let came = browser.get(&filled(path));
            assert!(matches!(came.status, 200 | 303 | 404 | 422), "{person} {path}: {}", came.status);
            assert!(came.headers.contains("content-security-policy: default-src 'none'"), "{path}");
            assert!(came.headers.contains("x-frame-options: DENY"), "{path}");
        }
        assert_eq!(browser.get("/nulle-part").status, 404);
    }
}

#[test]
fn a_form_is_open_to_whom_the_rights_name_and_the_desk_says_the_same() {
    let kinds: Vec<String> = SERVED.desk.registry().declarations().map(|d| d.kind.clone()).collect();
    let own: Vec<String> = baara_desk::host_kinds().into_iter().map(|d| d.kind).collect();
    for person in PEOPLE {
        let browser = Browser::of(person);
        let id = baara_plugin_api::Id::new("person", person);
        for kind in &kinds {
            let name = kind.split('/').next().unwrap_or_default();
            if own.contains(kind) {
                assert_eq!(browser.get(&format!("/noter/{name}")).status, 404, "{kind} is the desk's own");
                continue;
            }
            let day = chrono::NaiveDate::from_ymd_opt(2020, 6, 15).expect("a day");
            let may = baara_desk::may_record(&SERVED.desk.book(), &id, "kon", kind, day);
            let form = browser.get(&format!("/noter/{name}"));
            assert_eq!(form.text.contains("name=\"_key\""), may, "{person} sees the form of {kind}");
            // A form sent past the page is judged by the same rights.
            let sent = browser.post(&format!("/noter/{name}"), "");
            assert_eq!(sent.text.contains("right/missing"), !may, "{person} sends {kind}: {}", sent.status);
            assert!(matches!(sent.status, 303 | 422), "{person} {kind}: {}", sent.status);
        }
    }
}

#[test]
fn another_facilitys_things_and_entries_are_not_there() {
    let prison = Browser::of("kit-secretary");
    assert_eq!(prison.get("/chose/store/kon-magasin").status, 404);
    assert_eq!(prison.get("/chose/person/kon-family").status, 404);
    let book = SERVED.desk.book().size();
    let farms: Vec<u64> = (1..=book).filter(|seq| SERVED.desk.entry(*seq).unwrap().is_some_and(|(e, _)| e.site == "kon")).collect();
    for seq in farms.iter().rev().take(5) {
        for page in ["entree", "corriger"] {
            assert_eq!(prison.get(&format!("/{page}/{seq}")).status, 404, "{page} {seq}");
        }
        assert_eq!(prison.post(&format!("/annuler/{seq}"), "reason=x").status, 404);
    }
}

#[test]
fn a_page_from_elsewhere_changes_nothing() {
    let browser = Browser::of("kon-head");
    let size = SERVED.desk.book().size();
    let body = "code=ailleurs&label=Ailleurs";
    for from in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        let came = browser.ask("POST", "/noter/store", Some(body), &[("origin", from)]);
        assert_eq!(came.status, 403, "{from}");
    }
    assert_eq!(browser.ask("POST", "/noter/store", Some(body), &[]).status, 403, "a browser that says nothing");
    assert_eq!(browser.ask("GET", "/", None, &[("host", "evil.example")]).status, 421);
    assert_eq!(browser.ask("GET", "/", None, &[("host", "prison.local")]).status, 200);
    let written = SERVED.desk.book().newest(u64::MAX, 5, |kind, _, _| kind == "store/1").into_iter().filter(|m| m.seq > size).count();
    assert_eq!(written, 0);
}

#[test]
fn the_same_form_sent_twice_is_recorded_once() {
    let browser = Browser::of("kon-head");
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
    let browser = Browser::of("kon-head");
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
    let browser = Browser::of("kon-head");
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

/// Requests that mean nothing, from a seeded generator: never a fault, never a broken page.
#[test]
fn malformed_requests_break_nothing() {
    let browser = Browser::of("kon-chair");
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let pieces = [
        "",
        "%",
        "%00",
        "%ff%fe",
        "../..",
        "a".repeat(3000).as_str(),
        "-1",
        "18446744073709551616",
        "lines.1.item",
        "_key",
        "%0d%0aX: y",
        "é",
        "{",
        "[]",
    ]
    .map(str::to_owned);
    let routes: Vec<_> = addresses().collect();
    for _ in 0..2000 {
        let (way, path, _) = routes[usize::try_from(next(routes.len() as u64)).unwrap()];
        let mut piece = || pieces[usize::try_from(next(pieces.len() as u64)).unwrap()].clone();
        let asked =
            path.split('/').map(|part| if part.starts_with('{') { coded(&piece()) } else { part.to_owned() }).collect::<Vec<_>>().join("/");
        if path == "/deconnexion" {
            continue;
        }
        let body = format!("{}={}&_key={}&_date={}&{}", piece(), piece(), piece(), piece(), piece());
        let came = match way {
            "GET" => browser.get(&format!("{asked}?{}", body.replace(' ', "+").replace('é', "%C3%A9").replace(['{', '['], "%7B"))),
            _ => browser.post(&asked, &body),
        };
        assert!(came.status < 500, "{way} {asked} {body}: {}", came.status);
    }
    assert_eq!(browser.get("/").status, 200, "the next page answers");
}

/// Sixty-four phones write at once: what was acknowledged is exactly what the journal has.
#[test]
fn what_many_phones_were_told_is_what_the_journal_has() {
    let told: Vec<u64> = std::thread::scope(|scope| {
        let phones: Vec<_> = (0..64)
            .map(|phone| {
                scope.spawn(move || {
                    let browser = Browser::of("kon-head");
                    let one = |n: u32| {
                        let body = format!("code=p{phone}-{n}&label=Fonds+{phone}+{n}&_date=2020-06-15");
                        let came = browser.post("/noter/fund", &body);
                        assert_eq!(came.status, 303, "{}", came.text);
                        came.place.split(['/', '?']).nth(2).and_then(|seq| seq.parse::<u64>().ok()).expect("an entry")
                    };
                    (0..4).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        phones.into_iter().flat_map(|phone| phone.join().expect("a phone ends well")).collect()
    });
    let mut seqs = told.clone();
    seqs.sort_unstable();
    seqs.dedup();
    assert_eq!(seqs.len(), 64 * 4, "no two were told the same");
    for seq in seqs {
        let (entry, _) = SERVED.desk.entry(seq).unwrap().expect("the journal has it");
        assert_eq!(entry.kind, "fund/1");
    }
}

/// Every page of the entry class is small enough for a slow wifi: 14 KB zipped at first, whole within 50.
#[test]
fn pages_are_small_enough_for_a_slow_wifi() {
    let browser = Browser::of("kon-chair");
    let zipped = |path: &str| {
        let came = browser.ask("GET", path, None, &[("accept-encoding", "gzip")]);
        came.headers.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0)
    };
    let assets: usize = ["/baara.css", "/baara.js", "/favicon.ico"].iter().map(|path| zipped(path)).sum();
    for path in ["/", "/recoltes/nouvelle", "/noter/sale", "/pointage", "/noter/harvest", "/noter/expense", "/noter", "/connexion"] {
        let first = zipped(path);
        assert!(first > 0 && first <= 14 * 1024, "{path}: {first}");
        assert!(first + assets <= 50 * 1024, "{path}: {}", first + assets);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/web/assets");
    let size = |name: &str| std::fs::metadata(root.join(name)).expect("an asset").len();
    assert!(size("baara.css") <= 12 * 1024 && size("baara.js") <= 5 * 1024, "{} {}", size("baara.css"), size("baara.js"));
}
