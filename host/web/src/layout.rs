//! The frame of every page.

use crate::answers::Reply;
use crate::visit::Reading;
use baara_plugin_api::Id;
use baara_reports::Language;
use maud::{DOCTYPE, Markup, html};

/// The sign of the program, inside the page: one request less on a slow wifi.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' rx='2' fill='%2314532d'/%3E%3Cpath d='M4 7V2M4 4L2 2M4 4L6 2M4 6L2 4M4 6L6 4' stroke='%23fff'/%3E%3C/svg%3E";

/// A page in its frame.
pub(crate) fn page(r: &Reading<'_>, title: &str, inner: &Markup) -> Reply {
    Reply::Page(200, frame(r, title, false, inner))
}

/// A page that shows a mistake: its title says so first.
pub(crate) fn wrong(r: &Reading<'_>, status: u16, title: &str, inner: &Markup) -> Reply {
    Reply::Page(status, frame(r, title, true, inner))
}

fn frame(r: &Reading<'_>, title: &str, wrong: bool, inner: &Markup) -> Markup {
    let session = r.visit.session.as_ref();
    let other = if r.words.language() == Language::Fr { ("en", "English") } else { ("fr", "Français") };
    let practice = r.visit.desk().is_practice();
    html! {
        (DOCTYPE)
        html lang=(r.words.language().code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if wrong { (r.word("web.error")) } (title) " – Baara" }
                link rel="stylesheet" href="/baara.css";
                link rel="icon" href=(ICON);
                script type="module" src="/baara.js" {}
            }
            body data-person=[session.map(|s| s.person.code())] {
                a.skip href="#contenu" { (r.word("web.skip")) }
                header.top {
                    a.brand href="/" { "Baara" }
                    @if let Some(session) = session {
                        span.where { (facility(r, &session.site)) }
                        nav aria-label=(r.word("web.menu")) {
                            a href="/" { (r.word("web.today")) }
                            a href="/noter" { (r.word("web.write")) }
                            a href="/journal" { (r.word("web.journal")) }
                            a href="/rapports" { (r.word("web.reports")) }
                            a href="/chercher" { (r.word("web.search")) }
                        }
                    }
                }
                @if practice { p.practice { (r.word("screen.practice")) } }
                @if session.is_some() { (unsent(r)) }
                main #contenu tabindex="-1" { (inner) }
                footer {
                    @if let Some(session) = session {
                        span { (r.label(&session.person)) }
                        form method="post" action="/deconnexion" { button.quiet type="submit" { (r.word("web.leave-session")) } }
                        @if !practice { a.quiet href="/mon-code" { (r.word("web.own-secret")) } }
                    }
                    a.quiet href={ "/langue/" (other.0) } hreflang=(other.0) lang=(other.0) { (other.1) }
                    @if session.is_some() { a.quiet href="/aide" { (r.word("web.help")) } a.quiet href="/qui-peut-quoi" { (r.word("web.who")) } a.quiet href="/liste" { (r.word("web.things")) } a.quiet href="/sante" { (r.word("web.health")) } a.quiet href="/extensions" { (r.word("web.extensions")) } }
                }
            }
        }
    }
}

/// The line that tells of a draft this browser still keeps; the script shows one for each.
fn unsent(r: &Reading<'_>) -> Markup {
    html! {
        p.banner.waits.noprint #brouillon hidden {
            (r.word("web.draft-unsent")) (r.words.language().colon()) " " strong {} " "
            a.button { (r.word("web.draft-resume")) } " "
            button type="button" { (r.word("web.draft-drop")) }
        }
    }
}

/// A facility's name.
pub(crate) fn facility(r: &Reading<'_>, site: &str) -> String {
    Id::parse(&format!("facility/{site}")).map_or_else(|_| site.to_owned(), |id| r.label(&id))
}

/// The signs of the tiles: one line each, drawn in the colour of the letters.
const SIGNS: &[(&str, &str)] = &[
    (
        "recolte",
        "M24 44V14M24 14c0-5 3-8 0-11-3 3 0 6 0 11M24 22c-6 0-9-4-9-9 6 0 9 4 9 9Zm0 0c6 0 9-4 9-9-6 0-9 4-9 9ZM24 32c-6 0-9-4-9-9 6 0 9 4 9 9Zm0 0c6 0 9-4 9-9-6 0-9 4-9 9Z",
    ),
    ("pointage", "M17 20a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM5 42v-6c0-6 5-10 12-10 4 0 7 1 9 3M29 36l6 6 9-12"),
    ("production", "m28 6 14 14-6 6-14-14 6-6ZM24 18 6 36a4 4 0 0 0 6 6l18-18"),
    ("vente", "M8 18h32l-3 24H11L8 18ZM16 18c0-8 3-12 8-12s8 4 8 12"),
    ("caisse", "M5 12h38v24H5zM24 30a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM11 18v0M37 30v0"),
    ("magasin", "M6 20 24 6l18 14v22H6V20ZM15 42V28h18v14M15 35h18"),
    (
        "reunion",
        "M10 28h28v6H10zM24 18a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM11 22a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM37 22a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM14 34v8M34 34v8",
    ),
    (
        "partage",
        "M24 6v14M24 20 9 34M24 20l15 14M24 20v16M9 42a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM24 44a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM39 42a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
    ),
    ("depense", "M10 4h28v40l-5-4-5 4-4-4-4 4-5-4-5 4V4ZM17 14h14M17 22h14M17 30h8"),
    ("rapport", "M6 42h36M11 42V26h7v16M21 42V14h7v28M31 42V20h7v22"),
    ("visa", "M8 40h32M14 32h20l-4-8V10a6 6 0 0 0-12 0v14l-4 8Z"),
];

/// A sign beside a word; the word alone says everything.
pub(crate) fn sign(name: &str) -> Markup {
    let path = SIGNS.iter().find(|(own, _)| *own == name).map_or("", |(_, path)| path);
    html! { svg.sign aria-hidden="true" focusable="false" viewBox="0 0 48 48" { path d=(path) {} } }
}
