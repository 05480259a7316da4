//! *Aujourd'hui*: what this person does, what waits for them, what must be explained, what they wrote last.

use crate::answers::Shown;
use crate::layout::{page, sign};
use crate::pages::{homes, visas};
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Id, Value};
use baara_reports::Said;
use maud::html;

/// A tile: its sign, its words, where it leads, and the kinds of which one must be this person's to record.
struct Tile {
    sign: &'static str,
    word: &'static str,
    to: &'static str,
    kinds: &'static [&'static str],
}

const fn tile(sign: &'static str, word: &'static str, to: &'static str, kinds: &'static [&'static str]) -> Tile {
    Tile { sign, word, to, kinds }
}

/// The daily acts, in the order of a day.
const TILES: &[Tile] = &[
    tile("recolte", "web.tile-harvest", "/recoltes/nouvelle", &["harvest"]),
    tile("pointage", "web.tile-attendance", "/pointage", &["attendance"]),
    tile("production", "web.tile-batch", "/production/nouvelle", &["batch", "trade-batch", "soap-batch"]),
    tile("vente", "web.tile-sale", "/ventes/nouvelle", &["sale"]),
    tile("caisse", "web.tile-cash", "/caisse", &["count-begin", "count-first"]),
    tile("magasin", "web.tile-store", "/magasin", &["goods-in", "goods-issue", "kitchen"]),
    tile("reunion", "web.tile-meeting", "/reunions", &["convocation", "vote", "sign"]),
    tile("partage", "web.tile-sharing", "/affectations", &["distribution"]),
    tile("depense", "web.tile-expense", "/depenses/nouvelle", &["expense"]),
];

/// How many entries of one's own are shown.
const LAST: usize = 5;

/// The most warnings shown at once: more are not read.
const WARNINGS: usize = 3;

/// The home page of whoever is signed in.
pub(crate) fn show(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kinds: Vec<String> = visit.desk().registry().offered().map(|d| d.kind.clone()).collect();
    let home = homes::Asked::of(visit, &session)?;
    Ok(visit.read(|r| {
        let explains = r.may("explain");
        let waiting = visas::for_me(r).len();
        let tiles = TILES.iter().filter(|t| t.kinds.iter().any(|kind| r.may(kind)));
        let writes = kinds.iter().any(|kind| r.may(kind));
        let open = warnings(r);
        let last = r.book.newest(u64::MAX, LAST, |kind, by, _| *by == session.person && !kind.starts_with("sweep"));
        let title = r.word("web.today").to_owned();
        let inner = html! {
            h1.sr { (title) }
            p.lead { (r.words.value(&r.today.to_string())) }
            @if waiting > 0 {
                a.tile.waits href="/visas" { (sign("visa")) strong { (r.say(&Said::new("web.waits-for-me").with("n", waiting))) } }
            }
            @if !writes { p.hint { (r.word("web.reads-only")) } }
            nav.tiles aria-label=(r.word("web.acts")) {
                @for tile in tiles { a.tile href=(tile.to) { (sign(tile.sign)) strong { (r.word(tile.word)) } } }
                a.tile href="/tableau-de-bord" { (sign("rapport")) strong { (r.word("web.dashboard")) } }
                a.tile href="/rapports" { (sign("depense")) strong { (r.word("web.reports")) } }
                (home.tiles(r))
            }
            @if !open.is_empty() {
                section {
                    h2 { (r.word("web.to-explain")) }
                    ul.cards { @for (id, text) in open.iter().take(WARNINGS) { li { a href=(if explains { format!("/noter/explain?warning={id}") } else { format!("/chose/warning/{}", id.code()) }) { (text) } } } }
                    @if open.len() > WARNINGS { p { a href="/rapports/exceptions" { (r.say(&Said::new("web.all-warnings").with("n", open.len()))) } } }
                }
            }
            (home.show(r))
            @if writes || !last.is_empty() { section {
                h2 { (r.word("web.last-written")) }
                @if last.is_empty() { p { (r.word("web.nothing-written")) } }
                ul.cards { @for one in &last { li { a href={ "/entree/" (one.seq) } { (r.words.kind(&one.kind)) } " " span.hint { (r.words.value(&one.date.to_string())) ", n° " (one.seq) } } } }
            } }
            @if writes { p { a href="/noter" { (r.word("web.all-kinds")) } } }
        };
        page(r, &title, &inner)
    }))
}

/// The warnings of this facility that nobody has answered, newest first.
fn warnings(r: &Reading<'_>) -> Vec<(Id, String)> {
    let open = r.book.open_at("warning", r.site()).filter(|id| r.book.text_of(id, "explained", Date::MAX).is_none());
    let told = open.filter_map(|id| r.book.thing(&id, Date::MAX)).map(|thing| {
        let args = thing.values.get("args").and_then(Value::as_object).into_iter().flatten();
        let args = args.map(|(key, value)| (key.clone(), crate::form::text(Some(value)))).collect();
        (thing.id.clone(), r.words.warning(thing.text("code"), &args))
    });
    let mut all: Vec<_> = told.collect();
    all.reverse();
    all
}
