//! Who sees what, and whose pages may change something.

use crate::{SERVED, filled};
use baara_web::addresses;

/// The roles of the farm's people, each with one person.
pub(crate) const PEOPLE: &[&str] =
    &["kon-chair", "kon-secretary", "kon-treasurer", "kon-family", "kon-head", "kon-field", "kon-keeper", "kon-cashier", "kon-admin"];

#[test]
fn nobody_sees_anything_but_the_door_before_signing_in() {
    let nobody = SERVED.nobody();
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
    let mut stale = SERVED.nobody();
    "baara=0123456789abcdef".clone_into(&mut stale.cookie);
    assert!(stale.get("/").place.starts_with("/connexion"), "an unknown session is none");
}

#[test]
fn every_page_answers_every_role_and_none_breaks() {
    for person in PEOPLE {
        let browser = SERVED.person(person);
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
        let browser = SERVED.person(person);
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
            assert!(if may { matches!(sent.status, 303 | 422) } else { sent.status == 403 }, "{person} {kind}: {}", sent.status);
        }
    }
}

#[test]
fn another_facilitys_things_and_entries_are_not_there() {
    let prison = SERVED.person("kit-secretary");
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
    let browser = SERVED.person("kon-head");
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
