//! How heavy pages are.

use crate::SERVED;
use std::path::Path;

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/web/assets");
    let size = |name: &str| std::fs::metadata(root.join(name)).expect("an asset").len();
    assert!(size("baara.css") <= 12 * 1024 && size("baara.js") <= 5 * 1024, "{} {}", size("baara.css"), size("baara.js"));
}
