//! How the machine and the book are: for whoever looks after them. It names no person and no path.

use crate::answers::{Reply, Shown};
use crate::layout::page;
use crate::visit::Visit;
use baara_plugin_api::Value;
use maud::html;
use serde_json::json;

/// The state of the book, as a page or as JSON.
pub(crate) fn show(visit: &Visit) -> Shown {
    let plugins: Vec<(String, String, bool)> =
        visit.desk().registry().plugins().map(|(d, _, loaded)| (d.id.clone(), d.version.clone(), loaded)).collect();
    let entries = visit.desk().book().size();
    let now = visit.clock();
    if visit.query.get("format") == "json" {
        let plugins: Vec<Value> =
            plugins.iter().map(|(id, version, loaded)| json!({"id": id, "version": version, "loaded": loaded})).collect();
        let version = env!("CARGO_PKG_VERSION");
        return Ok(Reply::Json(
            200,
            json!({"ok": true, "version": version, "entries": entries, "today": now.today(), "practice": visit.desk().is_practice(), "plugins": plugins}),
        ));
    }
    Ok(visit.read(|r| {
        let title = r.word("web.health").to_owned();
        let inner = html! {
            h1 { (title) }
            dl.facts {
                dt { (r.word("web.entries")) } dd { (r.words.value(&format!("{entries}"))) }
                dt { (r.word("web.machine-day")) } dd { (r.words.value(&now.today().to_string())) }
                dt { (r.words.column("version")) } dd { (env!("CARGO_PKG_VERSION")) }
            }
            h2 { (r.word("report.plugins")) }
            ul.cards { @for (id, version, loaded) in &plugins { li { (id) " " (version) " " span.hint { (r.word(if *loaded { "choice.plugin-loaded" } else { "choice.plugin-missing" })) } } } }
        };
        page(r, &title, &inner)
    }))
}
