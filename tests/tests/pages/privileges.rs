//! Who may do what: every address of the router, asked in every way by every role, at home and about another facility.
//!
//! What must come of it stands in `tests/fixtures/privileges.md`, a line an address. An address without a line fails, and
//! so does a line without an address.

use baara_desk::{Answer, Clock, Submission, Wanted};
use baara_plugin_api::{Id, Value, json};
use baara_tests::{Browser, Came, Fixture, Served, coded, project, roles};
use baara_web::addresses;
use std::collections::{BTreeMap, BTreeSet};

/// The ways a browser may ask; an address knows one or two of them.
const WAYS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What one line of the table says.
struct Line {
    way: String,
    path: String,
    /// The path with real things of the farm in it.
    asked: String,
    body: String,
    /// The status for somebody who has not signed in.
    nobody: u16,
    /// The statuses for those who may, where the things are.
    here: Vec<u16>,
    /// The status for everybody of another facility; `None` when it is as at home, since nothing of the farm is named.
    elsewhere: Option<u16>,
    /// The roles that may; `None` for all.
    may: Option<BTreeSet<String>>,
}

/// The table, in the order of the file.
fn table(things: &BTreeMap<&str, String>) -> Vec<Line> {
    let text = std::fs::read_to_string(project().join("tests/fixtures/privileges.md")).expect("the table is there");
    let rows = text.lines().filter(|line| line.starts_with("| GET") || line.starts_with("| POST"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [way, path, with, body, nobody, here, elsewhere, may] = cells[..] else { panic!("eight cells: {row}") };
        let named = |text: &str| things.iter().fold(text.to_owned(), |text, (name, code)| text.replace(&format!("<{name}>"), code));
        let parts = with.split(", ").filter_map(|pair| pair.split_once('='));
        let asked = parts.fold(path.to_owned(), |path, (part, value)| path.replace(&format!("{{{part}}}"), &named(value)));
        assert!(!asked.contains(['{', '<']), "say what stands in {asked}: {row}");
        let status = |text: &str| text.parse::<u16>().unwrap_or_else(|_| panic!("{text} is no status: {row}"));
        Line {
            way: way.to_owned(),
            path: path.to_owned(),
            asked,
            body: named(body.trim_matches('`')),
            nobody: status(nobody),
            here: here.split(' ').map(status).collect(),
            elsewhere: (elsewhere != "as here").then(|| status(elsewhere)),
            may: (may != "all").then(|| may.split(", ").filter(|role| *role != "none").map(str::to_owned).collect()),
        }
    })
    .collect()
}

/// A farm with a little of everything that addresses name, and what those things are called.
fn farm() -> (Served, BTreeMap<&'static str, String>) {
    let fixture = Fixture::of_roles();
    let desk = &fixture.desk;
    let mut at = 1_577_955_600_000; // The morning of 2 January 2020, after the founding.
    let records = |at: &mut i64, role: &str, kind: &str, fields: Value| {
        *at += 1000;
        let fields = fields.as_object().expect("a form").clone();
        let sub = Submission {
            clock: Clock::Practice { at: *at },
            ..Submission::new("kon", kind, &Id::new("person", &format!("kon-{role}")), fields)
        };
        match desk.submit(sub) {
            Answer::Recorded(done) => (done.seq, done.opened.first().map(|id| id.code().to_owned()).unwrap_or_default()),
            Answer::Waiting(waiting) => (waiting.seq, String::new()),
            no => panic!("{kind}: {no:?}"),
        }
    };
    let from = "2020-01-02".parse().expect("a day");
    let want = |thing: &str, key: &str, value: Value| Wanted { thing: Id::parse(thing).expect("an id"), key: key.to_owned(), value, from };
    // What would take a season to come about, and a proposal that waits until every role that may has endorsed it.
    let shared = [("unit", "workshop/kon-savon"), ("until", "2020-01-01"), ("pot", "0 XOF"), ("workers", "0 XOF")];
    let mut wanted: Vec<Wanted> = shared.iter().map(|(key, value)| want("distribution/kon-20-0001", key, (*value).into())).collect();
    wanted.push(want("rules/kon", "endorse.person", json!(["chair", "secretary", "treasurer", "workshop-lead"])));
    desk.apply_config("kon", &Id::new("person", "kon-facility-head"), wanted, Clock::Practice { at }).expect("recorded");
    let head = "facility-head";
    let (store, _) = records(&mut at, head, "store", json!({"code": "magasin", "label": "Magasin"}));
    records(&mut at, head, "cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-treasurer"}));
    records(&mut at, head, "cash-box", json!({"code": "petite", "label": "Petite caisse", "keeper": "person/kon-treasurer"}));
    records(&mut at, head, "workshop", json!({"code": "savon", "label": "Savonnerie", "trade": "trade/soap"}));
    let goods = json!({"item": "item/savon", "quantity": "40", "store": "store/kon-magasin", "donor": "donor/mandela", "value": "10000"});
    records(&mut at, "storekeeper", "goods-in", goods);
    let lines = json!([{"item": "item/savon", "quantity": "5", "store": "store/kon-magasin"}]);
    let sale = json!({"unit": "workshop/kon-savon", "means": "cash", "place": "cash-box/kon-caisse", "lines": lines});
    let (receipt, _) = records(&mut at, "treasurer", "sale", sale);
    let called = json!({"on": "2020-01-12", "place": "greffe", "session": "ordinary", "agenda": "Ordre du jour"});
    let (_, meeting) = records(&mut at, "secretary", "convocation", called);
    let (_, count) = records(&mut at, "treasurer", "count-begin", json!({"place": "cash-box/kon-petite"}));
    let (waits, _) = records(&mut at, head, "person", json!({"name": "Assa Sacko", "sex": "f", "external": "oui"}));
    let things = BTreeMap::from([
        ("count", count),
        ("meeting", meeting),
        ("receipt", receipt.to_string()),
        ("store", store.to_string()),
        ("waits", waits.to_string()),
    ]);
    (Served::new(fixture.close()), things)
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let (served, things) = farm();
    let table = table(&things);
    let routed: BTreeSet<(String, String)> = addresses().map(|(way, path, _)| (way.to_owned(), path.to_owned())).collect();
    let told: BTreeSet<(String, String)> = table.iter().map(|line| (line.way.clone(), line.path.clone())).collect();
    let missing =
        |one: &BTreeSet<(String, String)>, other| one.difference(other).map(|(way, path)| format!("{way} {path}")).collect::<Vec<_>>();
    assert!(missing(&routed, &told).is_empty(), "no line in tests/fixtures/privileges.md: {:#?}", missing(&routed, &told));
    assert!(missing(&told, &routed).is_empty(), "no such address: {:#?}", missing(&told, &routed));
    let roles = roles();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in &table {
        for (role, site) in roles.keys().flat_map(|role| [(role, "kon"), (role, "kit")]) {
            let browser = served.person(&format!("{site}-{role}"));
            let told = line.judge(&served, &browser, Some((role, site)));
            told.into_iter().for_each(|told| wrong.entry(told).or_default().push(format!("{site}-{role}")));
        }
        let told = line.judge(&served, &served.nobody(), None).into_iter().chain(line.other_ways(&served, &routed));
        told.for_each(|told| wrong.entry(told).or_default().push("nobody".to_owned()));
    }
    let told: Vec<String> = wrong.into_iter().map(|(told, who)| format!("{told}: {}", who.join(" "))).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

impl Line {
    /// Asks once, and says what is not as the table has it.
    fn judge(&self, served: &Served, browser: &Browser, who: Option<(&String, &str)>) -> Option<String> {
        let before = served.desk.book().size();
        let came = self.ask(browser);
        let grown = served.desk.book().size() > before;
        let (expected, may_record) = self.expected(who);
        let right = came.status != 403 || self.way == "GET" || names_the_right(&came);
        let recorded_well = !grown || may_record && came.status < 400;
        let door = who.is_some() || came.status != 303 || self.is_open() || came.place.starts_with("/connexion");
        let fits = expected.contains(&came.status) && right && recorded_well && door;
        let more = [(grown, ", recorded"), (!right, ", and no right is named"), (!door, ", and not at the door")];
        let more: String = more.into_iter().filter_map(|(so, text)| so.then_some(text)).collect();
        let told = format!("{} {}: {} for {expected:?}{more}", self.way, self.asked, came.status);
        (!fits).then_some(told)
    }

    /// The statuses that may come, and whether something may be recorded.
    fn expected(&self, who: Option<(&String, &str)>) -> (Vec<u16>, bool) {
        let Some((role, site)) = who else { return (vec![self.nobody], false) };
        match self.elsewhere.filter(|_| site != "kon") {
            Some(status) => (vec![status], false),
            None if self.may.as_ref().is_none_or(|may| may.contains(role)) => (self.here.clone(), self.way == "POST"),
            None => (vec![403], false),
        }
    }

    fn is_open(&self) -> bool {
        addresses().any(|(way, path, open)| open && way == self.way && path == self.path)
    }

    fn ask(&self, browser: &Browser) -> Came {
        if self.way == "GET" {
            return browser.get(&self.asked);
        }
        let kind = if self.body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let body = self.body.replace('+', &coded("+"));
        browser.ask("POST", &self.asked, Some(&body), &[("origin", &browser.origin()), ("content-type", kind)])
    }

    /// In the ways its address does not know, nothing answers but that it does not know them.
    fn other_ways(&self, served: &Served, routed: &BTreeSet<(String, String)>) -> Vec<String> {
        let browser = served.person("kon-facility-head");
        let before = served.desk.book().size();
        let unknown = WAYS.iter().filter(|way| !routed.contains(&((**way).to_owned(), self.path.clone())));
        let told = unknown.filter_map(|way| {
            let came = browser.ask(way, &self.asked, (*way != "GET").then_some(""), &[("origin", &browser.origin())]);
            (came.status != 405).then(|| format!("{way} {}: {} for 405", self.asked, came.status))
        });
        let mut told: Vec<String> = told.collect();
        told.extend((served.desk.book().size() > before).then(|| format!("{}: another way recorded something", self.asked)));
        told
    }
}

/// True when the page says whose right was missing, by its code.
fn names_the_right(came: &Came) -> bool {
    ["right/missing", "endorse/not-needed", "endorse/not-yours", "endorse/own"].iter().any(|code| came.text.contains(code))
}
