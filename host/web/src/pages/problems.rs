//! Pages that say why there is no other page, in plain words.

use crate::answers::{Problem, Reply, status_of};
use crate::form::refused;
use crate::layout::wrong;
use crate::visit::Visit;
use axum::http::Method;
use baara_plugin_api::Refusal;
use maud::html;

/// The page of a problem.
pub(crate) fn show(visit: &Visit, method: &Method, problem: &Problem) -> Reply {
    match problem {
        Problem::SignIn => {
            // After signing in people come back to the page they asked for; a form is never sent again unseen.
            let back = if *method == Method::GET { visit.address.as_str() } else { "/" };
            let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            let over = if visit.cookie.is_some() { "fini=oui&" } else { "" }; // They were here before.
            Reply::See(format!("/connexion?{over}vers={back}"))
        }
        Problem::NotFound => told(visit, 404, "web.not-found", "web.not-found-try"),
        Problem::Refused(refusal) => visit.read(|r| {
            let title = r.word("screen.refused").to_owned();
            wrong(
                r,
                status_of(Some(refusal)),
                &title,
                &html! { h1 { (title) } div.problem role="alert" { (refused(r, refusal)) } p { a href="/" { (r.word("web.back-home")) } } },
            )
        }),
        Problem::Fault(fault) => visit.read(|r| {
            let title = r.word("web.fault").to_owned();
            let refusal = Refusal::new(fault.code());
            wrong(
                r,
                500,
                &title,
                &html! { h1 { (title) } div.problem role="alert" { (refused(r, &refusal)) } p { (r.word("web.fault-try")) } },
            )
        }),
    }
}

/// A page broke its promise: that request alone ends here.
pub(crate) fn broken(visit: &Visit) -> Reply {
    told(visit, 500, "web.broken", "web.broken-try")
}

fn told(visit: &Visit, status: u16, title: &str, then: &str) -> Reply {
    visit.read(|r| {
        let title = r.word(title).to_owned();
        wrong(r, status, &title, &html! { h1 { (title) } p { (r.word(then)) } p { a.button href="/" { (r.word("web.back-home")) } } })
    })
}
