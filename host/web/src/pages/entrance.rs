//! Signing in: a facility, a name, a secret.

use crate::answers::{Problem, Reply, Shown};
use crate::layout::{facility, page, wrong};
use crate::pages::secrets::proof;
use crate::sessions::Session;
use crate::visit::{Reading, Visit};
use baara_desk::Proved;
use baara_plugin_api::{Date, Id};
use baara_reports::Said;
use maud::{Markup, html};

/// The people of a facility who may sign in: those with a role.
pub(crate) fn people(r: &Reading<'_>, site: &str) -> Vec<Id> {
    let here = r.book.open_of("person").filter(|id| r.book.home(id, Date::MAX) == site);
    here.filter(|id| !baara_desk::roles_of(r.book, id, r.today).is_empty()).collect()
}

/// What a person's roles are called.
pub(crate) fn roles(r: &Reading<'_>, person: &Id) -> String {
    baara_desk::roles_of(r.book, person, r.today).iter().map(|role| r.label(role)).collect::<Vec<_>>().join(", ")
}

/// Facilities, then names, then the secret.
pub(crate) fn show(visit: &Visit) -> Shown {
    Ok(visit.read(|r| {
        let (title, inner) = ask(r, None);
        page(r, &title, &inner)
    }))
}

fn ask(r: &Reading<'_>, problem: Option<String>) -> (String, Markup) {
    let asked = |name: &str| [r.visit.query.get(name), r.visit.form.get(name)].into_iter().find(|v| !v.is_empty()).unwrap_or("");
    let back = asked("vers");
    let link = |more: &str| {
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!("/connexion?{more}&vers={back}")
    };
    let sites = baara_reports::sites(r.book);
    let site = if sites.len() == 1 { sites[0].as_str() } else { asked("site") };
    let person = Id::parse(asked("qui")).ok().filter(|p| people(r, site).contains(p));
    let problem = html! { @if let Some(problem) = &problem { div.problem #probleme role="alert" tabindex="-1" { h2 { (r.word("web.problem")) } p { (problem) } } } };
    let title = if site.is_empty() { "web.which-facility" } else { "web.who-are-you" };
    let inner = if !sites.iter().any(|s| s == site) {
        let mut named: Vec<(String, &String)> = sites.iter().map(|s| (facility(r, s), s)).collect();
        named.sort_by_cached_key(|(name, _)| baara_desk::fold(name));
        html! { div.names { @for (name, site) in named { a.name href=(link(&format!("site={site}"))) { (name) } } } }
    } else if let Some(person) = person {
        let practice = r.visit.desk().is_practice();
        html! {
            form.narrow method="post" action="/connexion" {
                input type="hidden" name="qui" value=(person);
                input type="hidden" name="site" value=(site);
                input type="hidden" name="vers" value=(back);
                p.who { strong { (r.label(&person)) } br; (roles(r, &person)) }
                @if practice { p { (r.word("web.practice-no-secret")) } }
                (proof(r, &[&person], "", None))
                button.main type="submit" { (r.word("web.enter")) }
                p { a href=(link(&format!("site={site}"))) { (r.word("web.not-me")) } }
            }
        }
    } else {
        let mut named: Vec<(String, Id)> = people(r, site).into_iter().map(|p| (r.label(&p), p)).collect();
        named.sort_by_cached_key(|(name, _)| baara_desk::fold(name));
        html! {
            div.names { @for (name, person) in &named { a.name href=(link(&format!("site={site}&qui={person}"))) { strong { (name) } span { (roles(r, person)) } } } }
            @if sites.len() > 1 { p { a href=(link("")) { (r.word("web.other-facility")) } } }
        }
    };
    let place = if site.is_empty() {
        html! {}
    } else {
        html! { p.lead { (facility(r, site)) } }
    };
    let title = r.word(title).to_owned();
    let over = html! { @if r.visit.query.get("fini") == "oui" { div.panel role="status" { p { strong { (r.word("web.session-over")) } } p { (r.word("web.session-over-try")) } } } };
    (title.clone(), html! { (problem) (over) h1 { (title) } (place) (inner) })
}

/// Checks the secret, slowly, and begins a session.
pub(crate) fn enter(visit: &Visit) -> Shown {
    let known = visit.read(|r| {
        let site = visit.form.get("site").to_owned();
        let person = Id::parse(visit.form.get("qui")).ok().filter(|p| people(r, &site).contains(p))?;
        let roles = baara_desk::roles_of(r.book, &person, r.today);
        let resets = baara_desk::resets(r.book, &person);
        Some((person, site, roles, resets))
    });
    let no = |code: &str, figure: u64| {
        visit.read(|r| {
            let problem = r.say(&Said::new(code).with("n", figure));
            let (title, inner) = ask(r, Some(problem));
            Ok(wrong(r, 422, &title, &inner))
        })
    };
    let Some((person, site, roles, resets)) = known else { return no("web.wrong-person", 0) };
    let proved = match visit.proves(&person) {
        Err(Problem::Refused(refusal)) => {
            let figure = |name: &str| refusal.args.get(name).and_then(|n| n.parse().ok()).unwrap_or_default();
            return match refusal.code.as_str() {
                "person/must-wait" => no("web.wait", figure("seconds")),
                "person/wrong-code" => no("web.wrong-code", figure("n")),
                "person/no-code-left" => no("web.no-code-left", 0),
                _ => no("web.wrong-secret", 0),
            };
        }
        proved => proved?,
    };
    let id = visit.web.sessions.begin(Session::new(&person, &site, roles, resets, proved == Proved::Given));
    let back = visit.form.get("vers");
    Ok(Reply::SeeWith(if back.is_empty() { "/" } else { back }.to_owned(), visit.web.cookie(&id)))
}

/// Ends the session.
pub(crate) fn leave(visit: &Visit) -> Shown {
    if let Some(cookie) = &visit.cookie {
        visit.web.sessions.end(cookie);
    }
    Ok(Reply::SeeWith("/connexion".to_owned(), format!("{}; Max-Age=0", visit.web.cookie(""))))
}

/// Keeps the language and goes back.
pub(crate) fn language(visit: &Visit) -> Shown {
    let code = if visit.param("code") == "en" { "en" } else { "fr" };
    let back = if visit.session.is_some() { "/" } else { "/connexion" };
    Ok(Reply::SeeWith(back.to_owned(), format!("langue={code}; Path=/; SameSite=Lax; Max-Age=31536000{}", visit.web.only_secure())))
}
