//! *Noter une production*: the workshop first; its trade knows which form its batches take.

use crate::answers::{Reply, Shown};
use crate::layout::page;
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Id};
use maud::html;

/// The kind in which a workshop's batches are written down, and the fields its trade fills in.
///
/// A trade names the plugin that computes it; a trade described in configuration has products of its own; every other
/// takes the plain form.
fn batch_kind(r: &Reading<'_>, workshop: &Id, plugins: &[(String, String)]) -> String {
    let trade = r.book.thing(workshop, Date::MAX).and_then(|w| w.id_of("trade")).and_then(|trade| r.book.thing(&trade, Date::MAX));
    let Some(trade) = trade else { return "batch".to_owned() };
    if let Some((_, kind)) = plugins.iter().find(|(plugin, _)| plugin == trade.text("plugin")) {
        return kind.clone();
    }
    let has_products = trade.values.get("products").and_then(|p| p.as_array()).is_some_and(|list| !list.is_empty());
    if has_products { "trade-batch" } else { "batch" }.to_owned()
}

/// The workshops of this facility, or the form of the only one.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let asked = |f: &baara_plugin_api::Field| f.name == "workshop";
    let plugins: Vec<(String, String)> = {
        let registry = visit.desk().registry();
        let kinds = registry
            .plugins()
            .flat_map(|(d, ..)| d.kinds.iter().filter(|k| k.fields.iter().any(asked)).map(|k| (d.id.clone(), k.kind.clone())));
        kinds.map(|(plugin, kind)| (plugin, kind.split('/').next().unwrap_or_default().to_owned())).collect()
    };
    Ok(visit.read(|r| {
        let mut workshops: Vec<(String, String)> = r
            .book
            .open_at("workshop", r.site())
            .map(|id| (r.label(&id), format!("/noter/{}?workshop={id}", batch_kind(r, &id, &plugins))))
            .collect();
        workshops.sort_by_cached_key(|(label, _)| baara_desk::fold(label));
        if let [(_, only)] = workshops.as_slice() {
            return Reply::See(only.clone());
        }
        let title = r.word("web.tile-batch").to_owned();
        let inner = html! {
            h1 { (title) }
            @if workshops.is_empty() { p.panel { (r.word("web.no-unit")) } }
            div.names { @for (label, place) in &workshops { a.name href=(place) { strong { (label) } } } }
        };
        page(r, &title, &inner)
    }))
}
