//! The frame of every page.

use crate::answers::Reply;
use crate::visit::Reading;
use baara_plugin_api::Id;
use baara_reports::Language;
use maud::{DOCTYPE, Markup, html};

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
                link rel="icon" href="/favicon.ico";
                script defer src="/baara.js" {}
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
                main #contenu tabindex="-1" { (inner) }
                footer {
                    @if let Some(session) = session {
                        span { (r.label(&session.person)) }
                        form method="post" action="/deconnexion" { button.quiet type="submit" { (r.word("web.leave-session")) } }
                    }
                    a.quiet href={ "/langue/" (other.0) } hreflang=(other.0) lang=(other.0) { (other.1) }
                    @if session.is_some() { a.quiet href="/liste" { (r.word("web.things")) } a.quiet href="/sante" { (r.word("web.health")) } }
                }
            }
        }
    }
}

/// A facility's name.
pub(crate) fn facility(r: &Reading<'_>, site: &str) -> String {
    Id::parse(&format!("facility/{site}")).map_or_else(|_| site.to_owned(), |id| r.label(&id))
}

/// A sign beside a word; the word alone says everything.
pub(crate) fn sign(name: &str) -> Markup {
    html! { svg.sign aria-hidden="true" focusable="false" viewBox="0 0 48 48" { use href={ "/signes.svg#" (name) } {} } }
}
