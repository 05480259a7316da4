//! The command line as its users meet it: what it prints, what it refuses, how it ends.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;
use sha2::Digest as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A book of one farm in a folder of its own.
struct Farm {
    folder: PathBuf,
}

impl Drop for Farm {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder); // A folder left behind harms nobody.
    }
}

impl Farm {
    fn new(name: &str) -> Farm {
        let folder = std::env::temp_dir().join(format!("baara-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let farm = Farm { folder };
        let chef = "code=c-chef,name=Awa Traoré,sex=f,college=staff,office=chair,roles=chair+facility-head";
        let sec = "code=c-sec,name=Moussa Keïta,sex=m,college=officials,office=secretary,roles=secretary+storekeeper+farm-manager";
        let init = ["init", "--site", "kon", "--act", "Décision n° 12", "--date", "2020-01-02", "--practice", "--template", "committee"];
        let made = farm.at("2020-01-02", &[&init[..], &["--member", chef, "--member", sec]].concat());
        assert_eq!(code(&made), 0, "{}", err(&made));
        for line in [
            "record farm --code champ --label Champ",
            "record plot --farm champ --code a --label A --estate 30 --cultivable 20",
            "record store --code magasin --label Magasin",
            "record campaign --farm champ --year 2020",
            "record plan --campaign 2020 --item mais-grain --quantity 10000",
            "record sowing --plot a --item mais-grain --area 5",
        ] {
            let done = farm.at("2020-06-02", &line.split(' ').collect::<Vec<_>>());
            assert_eq!(code(&done), 0, "{line}: {}", err(&done));
        }
        farm
    }

    fn at(&self, now: &str, words: &[&str]) -> Output {
        self.run(&[words, &["--as", "c-sec", "--now", now]].concat())
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        let livre = self.folder.join("livre");
        if !words.contains(&"--book") {
            command.args(["--book", livre.to_str().unwrap()]);
        }
        command.args(["--lang", "fr"]).args(words).current_dir(&self.folder);
        command.output().expect("the program runs")
    }

    fn harvest(&self, quantity: &str) -> Output {
        self.at(
            "2020-10-02",
            &["record", "harvest", "--plot", "a", "--item", "mais-grain", "--quantity", quantity, "--store", "magasin", "--partial"],
        )
    }

    fn weighed(&self) -> String {
        let drawn = self.run(&["report", "harvest", "--period", "2020", "--format", "json"]);
        json(&drawn)["rows"][0]["weighed"].as_str().unwrap_or_default().to_owned()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", out(output), err(output)))
}

#[test]
fn a_harvest_is_recorded_shown_and_explained() {
    let farm = Farm::new("harvest");
    let done = farm.harvest("1250,5");
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(out(&done).contains("Récolte pesée"), "{}", out(&done));
    assert_eq!(farm.weighed(), "1250.5");
    let indicators = json(&farm.run(&["report", "indicators", "--period", "2020", "--format", "json"]));
    let r2 = indicators["rows"].as_array().unwrap().iter().find(|row| row["code"] == "R2").unwrap();
    assert_eq!((&r2["value"], &r2["target"], &r2["baseline"]), (&"1.2505".into(), &"10".into(), &"37.3".into()));
    let why = farm.run(&["why", "harvest", "kon.mais-grain.weighed", "--period", "2020", "--json"]);
    let entries = json(&why)["rows"].as_array().unwrap().iter().filter(|row| row["value"] == "1250.5" && !row["seq"].is_null()).count();
    assert_eq!(entries, 1);
    let text = out(&farm.run(&["report", "balances"]));
    assert!(text.contains("LIVRE D'EXERCICE") && text.contains("1\u{202f}250,5"), "{text}");
    let csv = out(&farm.run(&["report", "stock", "--period", "2020", "--format", "csv"]));
    assert!(csv.starts_with('\u{feff}') && csv.contains(";1250,5;"), "{csv}");
}

#[test]
fn every_mistake_of_a_form_is_told_at_once_and_nothing_is_recorded() {
    let farm = Farm::new("mistakes");
    let bad = farm.at("2020-10-02", &["record", "harvest", "--plot", "zz", "--quantity", "1,250", "--stor", "magasin"]);
    assert_eq!(code(&bad), 1);
    for field in ["(plot)", "(item)", "(store)", "(stor)"] {
        assert!(err(&bad).contains(field), "{field} in {}", err(&bad));
    }
    let twice = farm.harvest("1,250");
    assert!(err(&twice).contains("1250") && code(&twice) == 1, "{}", err(&twice));
    let misspelt = farm.at("2020-10-02", &["record", "harvst"]);
    assert!(err(&misspelt).contains("harvest") && code(&misspelt) == 1, "{}", err(&misspelt));
    assert_eq!(json(&farm.run(&["report", "nope", "--json"]))["refused"]["code"], "report/unknown");
    assert_eq!(code(&farm.run(&["frobnicate"])), 2);
    assert_eq!(farm.weighed(), "0", "the plan alone is there");
}

#[test]
fn a_file_is_imported_whole_or_not_at_all() {
    let farm = Farm::new("import");
    let file = |text: &str| std::fs::write(farm.folder.join("recolte.csv"), text).unwrap();
    file(
        "Parcelle;Article;Quantité pesée;store;Date;partial\na;mais-grain;100,5;magasin;2020-10-01;oui\na;mais-grain;1,250;magasin;2020-10-01;oui\na;mais-grain;5;magasin;2020-13-01;oui\n",
    );
    let bad = farm.at("2020-10-02", &["import", "harvest", "recolte.csv", "--json"]);
    let lines: Vec<(u64, u64)> =
        json(&bad)["lines"].as_array().unwrap().iter().map(|l| (l["line"].as_u64().unwrap(), l["column"].as_u64().unwrap())).collect();
    assert_eq!((code(&bad), lines), (1, vec![(3, 3), (4, 5)]));
    assert_eq!(farm.weighed(), "0");
    file("\u{feff}plot,item,quantity,store,partial\r\na,mais-grain,\"100,5\",magasin,oui\r\na,mais-grain,\"20,25\",magasin,oui\r\n");
    let done = farm.at("2020-10-02", &["import", "harvest", "recolte.csv"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(farm.weighed(), "120.75");
}

#[test]
fn a_copy_gives_the_same_book_and_a_second_book_is_not_made_over_it() {
    let farm = Farm::new("copy");
    farm.harvest("12");
    let before = json(&farm.run(&["verify", "--json"]));
    assert_eq!(before["ok"], true);
    assert_eq!(code(&farm.run(&["backup", "copie.db"])), 0);
    let again = farm.run(&["restore", "copie.db"]);
    assert_eq!((code(&again), err(&again).contains("book/exists")), (1, true));
    let other = Command::new(env!("CARGO_BIN_EXE_baara"))
        .current_dir(&farm.folder)
        .args(["restore", "copie.db", "--book", "autre"])
        .output()
        .unwrap();
    assert_eq!(code(&other), 0, "{}", err(&other));
    let after =
        Command::new(env!("CARGO_BIN_EXE_baara")).current_dir(&farm.folder).args(["verify", "--json", "--book", "autre"]).output().unwrap();
    assert_eq!((&json(&after)["root"], &json(&after)["digest"]), (&before["root"], &before["digest"]));
    let hledger = out(&farm.run(&["export", "--format", "hledger"]));
    assert!(hledger.contains("held:store:kon-magasin  12") && hledger.contains("world:field:kon-a  -12"), "{hledger}");
    let lines = out(&farm.run(&["export", "--format", "jsonl"]));
    assert_eq!(lines.lines().count() as u64, before["entries"].as_u64().unwrap());
}

#[test]
fn many_processes_share_one_book() {
    let farm = Farm::new("together");
    let runs: Vec<Output> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| farm.harvest("10"))).collect();
        all.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for run in &runs {
        assert_eq!(code(run), 0, "{}", err(run));
    }
    assert_eq!(farm.weighed(), "60");
    assert!(!Path::new(&farm.folder).join("livre/owner").exists(), "the last one leaves no socket");
}

#[test]
fn a_mistake_in_configuration_is_told_at_its_place() {
    let farm = Farm::new("config");
    let config = farm.folder.join("config");
    std::fs::create_dir_all(config.join("locale/fr")).unwrap();
    std::fs::write(config.join("items.toml"), "[[item]]\ncode = \"cafe\"\nlable = \"Café\"\nunit = \"kg\"\n").unwrap();
    let told = farm.run(&["config", "check", "--config", "config"]);
    assert_eq!(code(&told), 1);
    assert!(err(&told).contains("items.toml:3:1") && err(&told).contains("label"), "{}", err(&told));
    assert_eq!(json(&farm.run(&["config", "check", "--config", "config", "--json"]))["config"][0]["line"], 3);
    let fixed = "[[unit]]\ncode = \"kg\"\nlabel = \"kilogramme\"\n[[item]]\ncode = \"cafe\"\nlabel = \"Café\"\nunit = \"kg\"\nscale = 3\n";
    std::fs::write(config.join("items.toml"), fixed).unwrap();
    std::fs::write(config.join("locale/fr/mots.toml"), "[kind]\nharvest = \"Moisson\"\n").unwrap();
    let shown = farm.run(&["config", "apply", "--config", "config", "--dry-run"]);
    assert!(out(&shown).contains("item/cafe") && out(&shown).contains("items.toml:6"), "{}{}", out(&shown), err(&shown));
    let by = |person: &str, words: &[&str]| farm.run(&[words, &["--config", "config", "--as", person, "--now", "2020-06-03"]].concat());
    let refused = by("c-sec", &["config", "apply"]);
    assert!(err(&refused).contains("right/missing"), "{}", err(&refused));
    let applied = by("c-chef", &["config", "apply"]);
    assert_eq!(code(&applied), 0, "{}", err(&applied));
    assert!(out(&farm.run(&["list", "item"])).contains("Café"));
    assert!(out(&farm.run(&["kinds", "--config", "config"])).contains("Moisson"), "words of one's own come first");
    std::fs::write(config.join("items.toml"), fixed.replace("Café", "Café vert")).unwrap();
    std::fs::write(config.join("rules.toml"), "[rules.general]\nfrom = 2020-06-10\n\"container.weighings\" = 5\n").unwrap();
    let again = by("c-chef", &["config", "apply", "--json"]);
    assert_eq!(json(&again)["entries"][1]["waiting"], true, "a rule waits for other people: {}", err(&again));
    let history = out(&farm.run(&["history", "item/cafe"]));
    assert!(history.contains("Café vert") && history.contains(" Café "), "the old label stays: {history}");
    std::fs::write(config.join("baara.toml"), "langage = \"en\"\n").unwrap();
    assert!(err(&farm.run(&["kinds", "--config", "config"])).contains("baara.toml:1:1"), "a setting that is not read is told");
}

/// The code of a no, wherever it stands.
fn no(output: &Output) -> String {
    let told = json(output);
    let places = [&told["refused"]["code"], &told["fault"]["code"], &told["fields"][0]["code"], &told["lines"][0]["code"]];
    places.into_iter().find_map(Value::as_str).unwrap_or_else(|| panic!("no refusal: {told}")).to_owned()
}

#[test]
fn what_cannot_be_meant_is_refused_under_its_code() {
    let farm = Farm::new("refusals");
    let check = |line: &str, expected: &str| {
        let words: Vec<&str> = line.split(' ').chain(["--json"]).collect();
        assert_eq!(no(&farm.run(&words)), expected, "{line}");
    };
    check("list item --book ailleurs", "book/none");
    check("show 9999", "entry/unknown");
    check("report harvest --period 20", "period/unreadable");
    check("report nope", "report/unknown");
    check("why harvest mais-grain.nope --period 2020", "report/no-such-cell");
    check("report stock --site zzz", "site/unknown");
    check("record store --code x --label X", "person/which");
    check("record store --code x --label X --as personne", "person/unknown");
    check("record harvst --as c-sec", "kind/misspelt");
    check("record store x --as c-sec", "field/no-name");
    check("user secret c-sec", "person/practice-no-secret");
    check("import harvest absent.csv --as c-sec", "file/unreadable");
    check("export --format jsonl --to absent/livre.jsonl", "file/unwritable");
    check("restore absent.db", "book/exists");
    let init = "init --book neuf --practice --site kon --act A";
    check(&format!("{init} --template zzz"), "template/unknown");
    check(&format!("{init} --member code=x"), "found/member");
    check(&format!("{init} --rule majority"), "found/rule");
    check(init, "found/too-few-persons");
    let one = "--member code=c-a,name=Awa,sex=f,college=staff,office=chair,roles=chair";
    check(&format!("{init} {one}"), "found/too-few-persons");
    let two = "--member code=c-b,name=Bakary,sex=m,college=officials,office=secretary,roles=secretary";
    check(&format!("{init} {one} {two}"), "found/rule-missing");
    assert!(!farm.folder.join("neuf/book.db").exists(), "no half-made book is left");
}

#[test]
fn a_file_that_is_not_what_it_says_is_refused_under_its_code() {
    let farm = Farm::new("files");
    let check = |text: &[u8], expected: &str| {
        std::fs::write(farm.folder.join("recolte.csv"), text).unwrap();
        assert_eq!(no(&farm.at("2020-10-02", &["import", "harvest", "recolte.csv", "--json"])), expected);
    };
    check(b"plot;item\n", "import/empty");
    check(b"plot;couleur\na;bleu\n", "import/no-such-column");
    check(b"plot;item;quantity;store;partial\na;mais-grain;3;magasin;oui;non\n", "import/too-many-cells");
    check(b"plot;item\na;ma\xefs\n", "import/not-utf8");
    let check = |text: &[u8], expected: &str| {
        use std::io::Write as _;
        let livre = farm.folder.join("livre");
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        command.args(["--book", livre.to_str().unwrap(), "--as", "c-sec", "record", "store", "--json", "-"]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(text).unwrap();
        let output = running.wait_with_output().unwrap();
        assert!(err(&output).contains(expected) || out(&output).contains(expected), "{expected}: {}{}", out(&output), err(&output));
    };
    check(b"\xff", "input/unreadable");
    check(b"{", "json/unreadable");
    check(b"3", "json/not-a-form");
}

#[test]
fn a_real_book_asks_for_secrets_and_plays_no_time() {
    let farm = Farm { folder: std::env::temp_dir().join(format!("baara-cli-secrets-{}", std::process::id())) };
    std::fs::create_dir_all(&farm.folder).unwrap();
    let run = |words: &[&str], secrets: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        command.current_dir(&farm.folder).stdin(std::process::Stdio::null()).args(words).args(["--json", "--book", "livre"]);
        command.envs(secrets.iter().copied()).output().unwrap()
    };
    let init = ["init", "--site", "kon", "--act", "Décision n° 12", "--template", "committee"];
    let chef = "code=c-chef,name=Awa Traoré,sex=f,college=staff,office=chair,roles=chair+facility-head";
    let sec = "code=c-sec,name=Moussa Keïta,sex=m,college=officials,office=secretary,roles=secretary+storekeeper";
    let made = run(&[&init[..], &["--member", chef, "--member", sec]].concat(), &[("BAARA_NEW_SECRET", "baobab")]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    assert!(err(&made).contains("deux autres personnes"), "of two, who forgets a secret is left alone: {}", err(&made));
    let store = ["record", "store", "--code", "magasin", "--label", "Magasin", "--as", "c-sec"];
    assert_eq!(no(&run(&store, &[])), "person/no-secret");
    assert_eq!(no(&run(&store, &[("BAARA_SECRET", "karité")])), "person/wrong-secret");
    assert_eq!(no(&run(&[&store[..], &["--now", "2020-01-02"]].concat(), &[("BAARA_SECRET", "baobab")])), "clock/not-practice");
    let short = [("BAARA_SECRET", "baobab"), ("BAARA_NEW_SECRET", "abc")];
    assert_eq!(no(&run(&["user", "secret", "c-sec"], &short)), "person/short-secret");
    assert_eq!(code(&run(&store, &[("BAARA_SECRET", "baobab")])), 0);

    // A reset takes two people; its code is shown once, and opens the way to a secret of one's own and to nothing else.
    let baobab = [("BAARA_SECRET", "baobab")];
    let seq = json(&run(&["record", "secret-reset", "--person", "c-sec", "--as", "c-chef"], &baobab))["seq"].to_string();
    // The secretary comes from outside, and gives no visa before somebody else has printed their first list.
    assert_eq!(no(&run(&["endorse", &seq, "--as", "c-sec"], &baobab)), "person/no-list");
    let list = json(&run(&["user", "codes", "c-sec", "--as", "c-chef"], &baobab))["codes"].clone();
    let listed = |n: usize| list[n - 1].as_str().expect("a code");
    assert_eq!(code(&run(&["endorse", &seq, "--as", "c-sec"], &[baobab[0], ("BAARA_CODE", listed(1))])), 0);
    let given = json(&run(&["user", "codes", "c-sec", "--as", "c-chef"], &baobab));
    let given = given["code"].as_str().expect("a code");
    let next = ("BAARA_CODE", listed(2));
    assert_eq!(no(&run(&store, &[baobab[0], next])), "person/wrong-secret");
    assert_eq!(no(&run(&store, &[("BAARA_SECRET", given), next])), "person/choose-first");
    assert_eq!(code(&run(&["user", "secret", "c-sec"], &[("BAARA_SECRET", given), ("BAARA_NEW_SECRET", "baobab")])), 0);
    assert_eq!(no(&run(&["user", "codes", "c-sec", "--as", "c-chef"], &baobab)), "code-list/nothing-waits");

    // Whoever comes later is given a code by two others as well, or the first at the machine would choose for them.
    let add = ["user", "add", "--name", "Fanta Diarra", "--sex", "f", "--role", "cashier", "--as", "c-chef"];
    let added = run(&add, &baobab);
    assert!(err(&added).contains("role-give"), "roles come after the visa: {}", err(&added));
    let seq = json(&added)["seq"].to_string();
    let added = json(&run(&["endorse", &seq, "--as", "c-sec"], &[baobab[0], next]));
    let fanta = added["opened"][0].as_str().expect("a person").trim_start_matches("person/").to_owned();
    assert_eq!(no(&run(&["user", "secret", &fanta], &[("BAARA_NEW_SECRET", "baobab")])), "person/first-by-others");

    // On a phone that another person holds: four wrong secrets, and the next try must wait.
    let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
    let served = command.current_dir(&farm.folder).args(["--book", "livre", "serve", "--listen", "127.0.0.1:0"]);
    let served = Served::new(served);
    let signed_in = served.post("/connexion", "", &format!("site=kon&qui=person/kon-c-sec&secret=baobab&code={}", listed(3)));
    let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).expect("a session");
    let endorse = || served.post("/viser/1", cookie, "what=endorse&qui=person/kon-c-chef&secret=karite");
    for _ in 0..4 {
        assert!(endorse().contains("person/wrong-secret"));
    }
    assert!(endorse().contains("person/must-wait"));
}

/// A book that is served until the test ends.
struct Served {
    program: std::process::Child,
    address: String,
    said: std::io::BufReader<std::process::ChildStdout>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill(); // It may have ended by itself.
        let _ = self.program.wait();
    }
}

impl Served {
    fn new(command: &mut Command) -> Served {
        use std::io::BufRead as _;
        let mut program = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = std::io::BufReader::new(program.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_else(|| panic!("{line}"));
        Served { program, address: address.to_owned(), said }
    }

    /// What a page of ours is answered when it sends a form.
    fn post(&self, path: &str, cookie: &str, form: &str) -> String {
        let stream = std::net::TcpStream::connect(&self.address).unwrap();
        answered(stream, &posted(&self.address, "http", path, cookie, form)).unwrap()
    }

    /// What is answered over TLS to who trusts these certificates alone.
    fn over_tls(&self, trusted: &[CertificateDer<'_>], request: &str) -> std::io::Result<String> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(trusted.iter().cloned().map(CertificateDer::into_owned));
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = std::sync::Arc::new(config.with_root_certificates(roots).with_no_client_auth());
        let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
        let client = rustls::ClientConnection::new(config, name).unwrap();
        answered(rustls::StreamOwned::new(client, std::net::TcpStream::connect(&self.address)?), request)
    }
}

/// A form as a page of ours sends it.
fn posted(host: &str, scheme: &str, path: &str, cookie: &str, form: &str) -> String {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {scheme}://{host}\r\nCookie: {cookie}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
}

/// All that comes back; who closes without a farewell has said everything.
fn answered(mut stream: impl std::io::Read + std::io::Write, request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

#[test]
fn pages_travel_over_tls_to_who_trusts_the_certificate_of_the_book_alone() {
    let (farm, other) = (Farm::new("tls"), Farm::new("tls-other"));
    let own = |farm: &Farm| CertificateDer::from_pem_file(farm.folder.join("livre/keys/certificate.pem")).expect("init made it");
    let (trusted, stranger) = ([own(&farm)], [own(&other)]);
    let livre = farm.folder.join("livre");
    let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
    let words = ["--lang", "fr", "--book", livre.to_str().unwrap(), "serve", "--tls", "--listen", "127.0.0.1:0"];
    let mut served = Served::new(command.args(words));
    let mut told = String::new();
    std::io::BufRead::read_line(&mut served.said, &mut told).unwrap();
    let hash: Vec<String> = sha2::Sha256::digest(&trusted[0]).iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(told.contains(&hash.join(":")), "{told}");

    let host = served.address.clone();
    let enter = |scheme: &str| posted(&host, scheme, "/connexion", "", "site=kon&qui=person/kon-c-sec");
    let entered = served.over_tls(&trusted, &enter("https")).unwrap();
    let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{entered}"));
    assert!(entered.starts_with("HTTP/1.1 303") && cookie.ends_with("; Secure"), "{entered}");
    let cookie = cookie.split(';').next().unwrap();
    let in_clear = served.over_tls(&trusted, &enter("http")).unwrap();
    assert!(in_clear.starts_with("HTTP/1.1 403"), "what a page in clear sends is not ours: {in_clear}");
    let form = posted(&host, "https", "/noter/store", cookie, "code=grenier&label=Grenier");
    let recorded = served.over_tls(&trusted, &form).unwrap();
    assert!(recorded.contains("location: /entree/") && recorded.contains("fait=oui"), "{recorded}");
    assert!(out(&farm.run(&["show", "store/kon-grenier"])).contains("Grenier"));
    let borrowed = served.over_tls(&trusted, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").unwrap();
    assert!(borrowed.starts_with("HTTP/1.1 421"), "{borrowed}");

    let home = format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    for strangers in [&stranger[..], &[]] {
        let refused = served.over_tls(strangers, &home).expect_err("this certificate is not trusted");
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidData, "{refused}");
    }
    let plain = answered(std::net::TcpStream::connect(&host).unwrap(), &home).unwrap_or_default();
    assert!(!plain.contains("HTTP/"), "nothing is answered in clear: {plain}");
    assert!(served.over_tls(&trusted, &home).unwrap().starts_with("HTTP/1.1 200"), "and the pages go on");
}

#[test]
fn a_certificate_that_cannot_serve_is_told_and_pages_do_not_fall_back_to_clear() {
    let farm = Farm::new("no-certificate");
    std::fs::write(farm.folder.join("livre/keys/certificate.pem"), "ni l'un ni l'autre").unwrap();
    let run = |more: &[&str]| farm.run(&[&["serve", "--listen", "127.0.0.1:0", "--json"], more].concat());
    assert_eq!(no(&run(&["--tls"])), "serve/no-certificate");
    std::fs::write(farm.folder.join("baara.toml"), "[serve]\ntls = true\n").unwrap();
    assert_eq!(no(&run(&["--config", "."])), "serve/no-certificate", "as the settings ask");
}

#[test]
fn the_practice_year_stops_where_a_configuration_of_ones_own_does_not_fit() {
    let farm = Farm::new("demo");
    let config = farm.folder.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let kg = "[[unit]]\ncode = \"kg\"\nlabel = \"kilogramme\"\n[[item]]\ncode = \"cafe\"\nlabel = \"Café\"\nunit = \"kg\"\nscale = 3\n";
    std::fs::write(config.join("items.toml"), kg).unwrap();
    assert_eq!(no(&farm.run(&["demo", "--no-serve", "--config", "config", "--book", "exercice", "--json"])), "demo/broken");
}

#[test]
fn a_served_book_is_served_once_and_at_an_address_of_this_machine() {
    let farm = Farm::new("serve");
    assert_eq!(no(&farm.run(&["serve", "--listen", "192.0.2.1:1", "--json"])), "serve/cannot-listen");
    let livre = farm.folder.join("livre");
    let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
    let _served = Served::new(command.args(["--book", livre.to_str().unwrap(), "serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(no(&farm.run(&["serve", "--json"])), "serve/open-elsewhere");
}

#[test]
fn an_entry_is_shown_in_lines_that_people_read() {
    let farm = Farm::new("lines");
    let done = json(&farm.at("2020-10-02", &["record", "store", "--code", "grenier", "--label", "Grenier", "--json"]));
    let seq = done["seq"].as_u64().unwrap_or_else(|| panic!("{done}")).to_string();
    let shown = out(&farm.run(&["show", &seq]));
    assert!(shown.contains("nouveau : ") && shown.contains("kon-grenier") && shown.contains("Grenier"), "{shown}");
    assert!(!shown.contains("{\"") && !shown.contains("[{"), "no line for machines: {shown}");
}

#[test]
fn what_can_be_recorded_is_told_before_there_is_a_book() {
    let folder = std::env::temp_dir().join(format!("baara-cli-kinds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baara"));
        command.env_remove("BAARA_BOOK").args(["--lang", "fr"]).args(words).current_dir(&folder).output().unwrap()
    };
    let all = run(&["kinds"]);
    assert!(code(&all) == 0 && out(&all).contains("harvest/1") && out(&all).contains("Sans livre"), "{}{}", out(&all), err(&all));
    assert!(out(&run(&["kinds", "harvest"])).contains("quantity"));
    assert_eq!(code(&run(&["kinds", "--book", "absent"])), 1, "a book that was named must be there");
    let _ = std::fs::remove_dir_all(&folder); // A folder left behind harms nobody.
}

#[test]
fn a_place_is_closed_by_its_bare_code() {
    let farm = Farm::new("close");
    let close =
        |scope: &str, place: &str| no(&farm.at("2020-06-05", &["close", scope, "--place", place, "--until", "2020-05-31", "--json"]));
    assert_eq!(close("store-month", "magasin"), close("store-month", "store/kon-magasin"));
    assert_eq!(close("store-month", "nulle-part"), "thing/unknown");
}

#[test]
fn a_damaged_book_is_told_in_one_answer() {
    let farm = Farm::new("damaged");
    let path = farm.folder.join("livre/book.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes
        .windows(6)
        .rposition(|six| six == b"10000 ")
        .or_else(|| bytes.windows(7).rposition(|w| w == b"Magasin"))
        .expect("what was recorded");
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let told = farm.run(&["verify", "--json"]);
    assert_eq!((code(&told), &json(&told)["ok"]), (3, &Value::Bool(false)), "{}", err(&told));
    assert!(json(&told)["damage"]["seq"].is_u64(), "{}", out(&told));
}

#[test]
fn a_plugin_is_set_aside_listed_and_released() {
    let farm = Farm::new("aside");
    let sales = |listed: &Output| {
        let rows = json(listed)["rows"].as_array().cloned().unwrap_or_default();
        rows.into_iter().find(|row| row["plugin"] == "sales").expect("init pins our own, which are built with the tests")
    };
    let chef = |words: &[&str]| farm.run(&[words, &["--as", "c-chef", "--now", "2020-06-03"]].concat());
    assert_eq!(sales(&farm.run(&["plugin", "list", "--json"]))["state"], "plugin-loaded");
    assert_eq!(sales(&farm.run(&["plugin", "list", "--json"]))["mode"], "mode-in-process");
    assert_eq!(code(&farm.at("2020-06-03", &["plugin", "quarantine", "sales"])), 1, "the secretary may not");
    assert_eq!(code(&chef(&["plugin", "quarantine", "weather"])), 1, "there is none");
    let done = chef(&["plugin", "quarantine", "sales"]);
    assert!(code(&done) == 0 && out(&done).contains("mise de côté"), "{}", err(&done));
    assert_eq!(sales(&farm.run(&["plugin", "list", "--json"]))["state"], "plugin-quarantined");
    assert_eq!(code(&chef(&["plugin", "release", "sales"])), 0);
    assert_eq!(sales(&farm.run(&["plugin", "list", "--json"]))["state"], "plugin-loaded");
    assert_eq!(sales(&farm.run(&["plugin", "list", "--json", "--safe-mode"]))["state"], "plugin-safe-mode");
}

#[test]
fn a_publisher_waits_for_other_people_and_the_list_says_who_signed() {
    let farm = Farm::new("publisher");
    let add = ["plugin", "publisher", "add", "--name", "Atelier Keita", "--key"];
    let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    let chef = |words: &[&str]| farm.run(&[words, &["--as", "c-chef", "--now", "2020-06-03", "--json"]].concat());
    assert_eq!(json(&chef(&[&add[..], &["RWQ"]].concat()))["refused"]["code"], "publisher/bad-key");
    let no = farm.at("2020-06-03", &[&add[..], &[key, "--json"]].concat());
    assert_eq!(json(&no)["refused"]["code"], "right/missing", "the secretary lets no plugin in either");
    let waits = chef(&[&add[..], &[key]].concat());
    assert!(code(&waits) == 0 && json(&waits)["seq"].is_u64(), "{}{}", out(&waits), err(&waits));
    let publishers = farm.run(&["plugin", "publisher", "list", "--json"]);
    assert_eq!(json(&publishers)["rows"].as_array().map(Vec::len), Some(0), "not before others agree");
    let list = json(&farm.run(&["plugin", "list", "--json"]));
    assert!(list["rows"][0]["signed"].as_str().is_some_and(|text| text.starts_with("Non signée")), "{list}");
}

#[test]
fn the_child_of_a_plugin_is_started_by_a_host_alone() {
    let alone = Command::new(env!("CARGO_BIN_EXE_baara")).arg("plugin-runner").output().expect("the program runs");
    assert_eq!((code(&alone), out(&alone).as_str()), (2, ""));
}
