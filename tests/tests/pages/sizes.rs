//! How heavy pages are.

use crate::{SERVED, filled};
use baara_web::addresses;

/// Every page of the entry class is small enough for a slow wifi: 14 KB zipped at first, whole within 50.
#[test]
fn pages_are_small_enough_for_a_slow_wifi() {
    let browser = SERVED.person("kon-chair");
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
}

/// One script of our own and one sheet for screens and paper, whichever page is asked.
#[test]
fn one_small_script_and_one_small_sheet_serve_every_page() {
    let browser = SERVED.person("kon-cashier");
    let weight = |path: &str| {
        let came = browser.get(path);
        assert_eq!(came.status, 200, "{path}");
        came.text.len()
    };
    assert!(weight("/baara.js") <= 5 * 1024, "the script has {} bytes", weight("/baara.js"));
    assert!(weight("/baara.css") <= 12 * 1024, "the sheet has {} bytes", weight("/baara.css"));
    for (way, path, _) in addresses().filter(|(way, ..)| *way == "GET") {
        let text = browser.ask(way, &filled(path), None, &[]).text;
        assert_eq!(text.matches("<script").count(), text.matches(r#"<script type="module" src="/baara.js">"#).count(), "{path}");
        assert_eq!(text.matches(r#"rel="stylesheet""#).count(), text.matches(r#"rel="stylesheet" href="/baara.css""#).count(), "{path}");
    }
}
