//! The one path, end to end on a real journal: a month of a small farm.

use baara_desk::{Answer, Clock, Desk, Founding, Member, Source, Submission, Wanted, verify};
use baara_plugin_api::{Date, Id, Value, items, json};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Clock {
    Clock::Practice { at: day(text).and_hms_opt(9, 0, 0).unwrap().and_utc().timestamp_millis() }
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn want(thing: &str, key: &str, value: Value) -> Wanted {
    Wanted { thing: id(thing), key: key.to_owned(), value, from: day("2018-01-01") }
}

struct Farm {
    desk: Desk,
    n: u32,
}

impl Farm {
    fn new(folder: &std::path::Path) -> Farm {
        let desk = Desk::create(folder, true).unwrap();
        let mut wanted = Vec::new();
        for (item, unit, scale) in [
            ("xof", "XOF", 0),
            ("leave", "XOF", 0),
            ("half-days", "half-day", 0),
            ("points", "point", 0),
            ("ground", "ha", 4),
            ("maize", "kg", 3),
        ] {
            wanted.push(want(&format!("item/{item}"), "unit", unit.into()));
            wanted.push(want(&format!("item/{item}"), "scale", scale.into()));
        }
        wanted.push(want("item/maize", "by-lot", true.into()));
        wanted.push(want("item/maize", "group", "cereal".into()));
        for college in ["staff", "officials", "ngo", "families"] {
            wanted.push(want(&format!("college/{college}"), "staff", (college == "staff").into()));
        }
        for role in ["farm-manager", "storekeeper", "chair", "secretary", "treasurer"] {
            wanted.push(want(&format!("role/{role}"), "may", json!(["*"])));
        }
        wanted.push(want("role/inspector", "may", json!([])));
        wanted.push(want("rules/general", "endorse", json!(["chair|secretary"])));
        wanted.push(want("rules/general", "visa.harvest", json!(["farm-manager|storekeeper"])));
        wanted.push(want("rules/general", "minutes.signing", "own-or-ink".into()));
        wanted.push(want("rules/general", "meeting.notice-days", 3.into()));
        wanted.push(want("rules/general", "mandate.months", 36.into()));
        let boss = id("person/kon-chief");
        desk.apply_config("kon", &boss, wanted, at("2020-01-01")).unwrap();
        let member = |code: &str, college: Option<&str>, office: &str, roles: &[&str]| Member {
            code: code.to_owned(),
            name: format!("Name of {code}"),
            sex: "m".to_owned(),
            college: college.map(str::to_owned),
            office: office.to_owned(),
            roles: roles.iter().map(|&r| r.to_owned()).collect(),
        };
        let founding = Founding {
            site: "kon".to_owned(),
            facility: vec![("label".to_owned(), "Konséguéla".into()), ("kind".to_owned(), "penal-farm".into())],
            act: "Décision n° 12/2020".to_owned(),
            members: vec![
                member("chief", Some("staff"), "secretary", &["secretary"]),
                member("mayor", Some("officials"), "chair", &["chair"]),
                member("ngo", Some("ngo"), "treasurer", &["treasurer"]),
                member("farmer", None, "", &["farm-manager"]),
                member("keeper", None, "", &["storekeeper"]),
                member("eye", None, "", &["inspector"]),
            ],
            rules: vec![
                ("quorum.heads".to_owned(), "1/2".into()),
                ("quorum.colleges".to_owned(), 3.into()),
                ("majority".to_owned(), "1/2".into()),
                ("minutes.signing".to_owned(), "own".into()),
            ],
            date: day("2020-01-02"),
            clock: at("2020-01-02"),
        };
        let answer = desk.found(founding).unwrap();
        assert!(matches!(answer, Answer::Recorded(_)), "{answer:?}");
        Farm { desk, n: 0 }
    }

    fn submit(&mut self, who: &str, on: &str, kind: &str, fields: Value) -> Answer {
        self.n += 1;
        let Value::Object(mut fields) = fields else { panic!("fields") };
        let leave = fields.remove("leave").and_then(|v| Id::parse(v.as_str().unwrap()).ok());
        let sub = Submission {
            id: format!("0190a000-0000-7000-8000-{:012x}", self.n),
            date: Some(day(on)),
            leave,
            source: Source::People,
            clock: at(on),
            ..Submission::new("kon", kind, &id(&format!("person/kon-{who}")), fields)
        };
        self.desk.submit(sub)
    }

    #[track_caller]
    fn done(&mut self, who: &str, on: &str, kind: &str, fields: Value) -> Vec<Id> {
        match self.submit(who, on, kind, fields) {
            Answer::Recorded(recorded) => recorded.opened,
            other => panic!("{kind}: {other:?}"),
        }
    }

    #[track_caller]
    fn endorsed(&mut self, who: &str, by: &str, on: &str, kind: &str, fields: Value) -> Vec<Id> {
        match self.submit(who, on, kind, fields) {
            Answer::Waiting(waiting) => self.done(by, on, "endorse", json!({ "seq": waiting.seq })),
            other => panic!("{kind}: {other:?}"),
        }
    }

    #[track_caller]
    fn refused(&mut self, who: &str, on: &str, kind: &str, fields: Value) -> String {
        match self.submit(who, on, kind, fields) {
            Answer::Refused(refusal) => refusal.code,
            Answer::Fields(errors) => errors[0].code.clone(),
            other => panic!("{kind}: {other:?}"),
        }
    }
}

fn sown(farm: &mut Farm) {
    farm.done("farmer", "2020-01-05", "farm", json!({"code": "champ", "label": "Le champ"}));
    farm.done(
        "farmer",
        "2020-01-05",
        "plot",
        json!({"farm": "farm/kon-champ", "code": "nord", "label": "Nord", "estate": "20", "cultivable": "12"}),
    );
    farm.done("keeper", "2020-01-05", "store", json!({"code": "magasin", "label": "Magasin", "keeper": "person/kon-keeper"}));
    farm.done("farmer", "2020-04-01", "campaign", json!({"farm": "farm/kon-champ", "year": 2020}));
    farm.done(
        "farmer",
        "2020-06-10",
        "sowing",
        json!({"plot": "nord", "campaign": "campaign/kon-2020", "item": "item/maize", "area": "5"}),
    );
}

#[test]
fn a_harvest_waits_for_the_storekeepers_visa_and_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book");
    let digest = {
        let mut farm = Farm::new(&path);
        sown(&mut farm);
        let harvest = json!({"plot": "nord", "item": "item/maize", "quantity": "1 250", "store": "magasin"});
        let answer = farm.submit("farmer", "2020-10-02", "harvest", harvest);
        let Answer::Recorded(recorded) = answer else { panic!("{answer:?}") };
        assert_eq!(recorded.visa, ["storekeeper"]);
        let lot = recorded.opened[0].clone();
        assert_eq!(farm.desk.book().balance(&id("store/kon-magasin"), &id("item/maize"), Some(&lot)), 1_250_000);
        assert!(!farm.desk.book().thing(&lot, day("2020-10-03")).unwrap().values.contains_key("released"));
        assert_eq!(farm.refused("farmer", "2020-10-02", "endorse", json!({"seq": recorded.seq})), "endorse/own");
        farm.done("keeper", "2020-10-03", "endorse", json!({"seq": recorded.seq}));
        assert!(farm.desk.book().thing(&lot, day("2020-10-03")).unwrap().flag("released"));
        assert_eq!(farm.refused("eye", "2020-10-03", "harvest", json!({})), "right/missing");
        assert_eq!(
            farm.refused(
                "farmer",
                "2020-10-03",
                "harvest",
                json!({"plot": "nord", "item": "item/maize", "quantity": "1,250", "store": "magasin"})
            ),
            "field/ambiguous"
        );
        let verified = farm.desk.verify(|_| {}).unwrap();
        assert!(verified.ok(), "{verified:?}");
        farm.desk.book().digest()
    };
    let again = Desk::open(&path, |_| {}).unwrap();
    assert_eq!(again.book().digest(), digest);
    drop(again);
    assert_eq!(verify(&path, |_| {}).unwrap().digest, digest);
}

#[test]
fn a_payment_needs_a_decision_its_minutes_and_a_second_person() {
    let folder = tempfile::tempdir().unwrap();
    let mut farm = Farm::new(&folder.path().join("book"));
    farm.done("ngo", "2020-02-01", "cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-ngo"}));
    farm.done("ngo", "2020-02-01", "fund", json!({"code": "entretien", "label": "Entretien"}));
    farm.done("ngo", "2020-02-01", "fund", json!({"code": "don", "label": "Don"}));
    farm.done(
        "ngo",
        "2020-02-01",
        "gift-money",
        json!({"into": "cash-box/kon-caisse", "fund": "fund/kon-don", "amount": "50 000", "donor": "Commune"}),
    );
    let meeting = farm.done(
        "chief",
        "2020-02-01",
        "convocation",
        json!({"on": "2020-02-10", "place": "Greffe", "session": "ordinary", "agenda": "outils"}),
    );
    let meeting = meeting[0].to_string();
    let present = ["mayor", "chief", "ngo"].map(|p| json!({"person": format!("person/kon-{p}"), "presence": "present"}));
    farm.done("chief", "2020-02-10", "presence", json!({"meeting": meeting, "lines": present}));
    let motion = farm.done(
        "chief",
        "2020-02-10",
        "motion",
        json!({"meeting": meeting, "about": "spend", "title": "outils", "ceiling": "20 000", "until": "30/06/2020"}),
    );
    farm.done("chief", "2020-02-10", "vote", json!({"motion": motion[0].as_str(), "consensus": "oui"}));
    let decision = farm.done("chief", "2020-02-10", "motion-close", json!({"motion": motion[0].as_str()}))[0].to_string();
    let expense = |amount: &str, leave: &str| json!({"from": "cash-box/kon-caisse", "fund": "fund/kon-don", "lines": [{"purpose": "houes", "amount": amount}], "leave": leave});
    assert_eq!(farm.refused("ngo", "2020-02-10", "expense", expense("15 000", &decision)), "leave/not-adopted");
    farm.done("chief", "2020-02-11", "minutes", json!({"meeting": meeting}));
    for who in ["mayor", "chief", "ngo"] {
        farm.done(who, "2020-02-11", "sign", json!({"meeting": meeting}));
    }
    assert_eq!(farm.refused("ngo", "2020-02-12", "expense", expense("25 000", &decision)), "expense/beyond-ceiling");
    farm.endorsed("ngo", "mayor", "2020-02-12", "expense", expense("15 000", &decision));
    let book = farm.desk.book();
    assert_eq!(book.balance(&id("cash-box/kon-caisse"), &items::xof(), None), 35_000);
    assert_eq!(book.decision(&id(&decision)).unwrap().left, 5_000);
    assert_eq!(book.balance(&id("fund/kon-don"), &items::xof(), None), -35_000);
}

#[test]
fn the_same_command_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut farm = Farm::new(&folder.path().join("book"));
    let first =
        farm.submit("ngo", "2020-02-01", "cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-ngo"})).seq();
    farm.n -= 1;
    let Answer::Recorded(again) =
        farm.submit("ngo", "2020-02-01", "cash-box", json!({"code": "caisse", "label": "Caisse", "keeper": "person/kon-ngo"}))
    else {
        panic!("recorded")
    };
    assert!(again.again && Some(again.seq) == first);
    farm.n -= 1;
    assert_eq!(farm.refused("ngo", "2020-02-01", "fund", json!({"code": "x", "label": "X"})), "command/same-id-other-content");
}

#[test]
fn a_batch_is_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let farm = Farm::new(&folder.path().join("book"));
    let before = farm.desk.book().digest();
    let sub = |code: &str| {
        let Value::Object(fields) = json!({"code": code, "label": code, "keeper": "person/kon-ngo"}) else { panic!("fields") };
        Submission { clock: at("2020-02-01"), ..Submission::new("kon", "cash-box", &id("person/kon-ngo"), fields) }
    };
    let answers = farm.desk.submit_whole(vec![sub("une"), sub("une")]);
    assert!(answers[1].is_no());
    assert_eq!(farm.desk.book().digest(), before);
    assert!(farm.desk.submit_whole(vec![sub("une"), sub("deux")]).iter().all(|a| !a.is_no()));
}

#[test]
fn a_correction_keeps_the_lot_and_judges_the_net() {
    let folder = tempfile::tempdir().unwrap();
    let mut farm = Farm::new(&folder.path().join("book"));
    sown(&mut farm);
    let answer = farm.submit(
        "farmer",
        "2020-10-02",
        "harvest",
        json!({"plot": "nord", "item": "item/maize", "quantity": "12500", "store": "magasin"}),
    );
    let (seq, lot) = match &answer {
        Answer::Recorded(r) => (r.seq, r.opened[0].clone()),
        other => panic!("{other:?}"),
    };
    farm.done("keeper", "2020-10-02", "endorse", json!({"seq": seq}));
    let again = json!({"seq": seq, "reason": "un zéro de trop", "quantity": "1250"});
    let corrected = farm.submit("farmer", "2020-10-02", "correct", again);
    assert!(!corrected.is_no(), "{corrected:?}");
    assert_eq!(farm.desk.book().balance(&id("store/kon-magasin"), &id("item/maize"), Some(&lot)), 1_250_000);
    assert!(farm.desk.verify(|_| {}).unwrap().ok());
}
