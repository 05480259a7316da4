//! Proving who one is: what is typed, changing one's own secret, and the codes that are shown or printed once.

use crate::answers::{Problem, Reply, Shown};
use crate::form::refused;
use crate::layout::{page, wrong};
use crate::pages::papers::{letterhead, long_day, marks, print};
use crate::visit::{Reading, Visit};
use baara_book::Entry;
use baara_desk::Codes;
use baara_plugin_api::{Id, Refusal, Value};
use baara_reports::Said;
use maud::{Markup, html};

/// What one of these people types to prove themselves on this device; practice books ask nothing.
///
/// `at` keeps several such questions on one page apart; `hint` is a word that says whose secret is meant.
pub(crate) fn proof(r: &Reading<'_>, people: &[&Id], at: &str, hint: Option<&str>) -> Markup {
    if r.visit.desk().is_practice() {
        return html! {};
    }
    let listed = people.iter().filter_map(|person| match r.visit.desk().codes(r.book, person) {
        Ok(Codes::Next(n)) => Some((r.label(person), n)),
        _ => None,
    });
    let listed: Vec<(String, usize)> = listed.collect();
    let told = |(person, n): &(String, usize)| r.say(&Said::new("web.code-next").with("person", person).with("n", n));
    html! {
        div.field {
            label for={ "c-secret" (at) } { (r.word("web.secret")) }
            @if let Some(hint) = hint { span.hint { (r.word(hint)) } }
            input id={ "c-secret" (at) } name="secret" type="password" inputmode="numeric" autocomplete="off";
        }
        @if !listed.is_empty() {
            div.field {
                label for={ "c-code" (at) } { (r.word("web.code-paper")) }
                span.hint { @for one in &listed { (told(one)) br; } }
                input id={ "c-code" (at) } name="code" type="text" inputmode="numeric" autocomplete="off";
            }
        }
    }
}

/// Changing one's own secret.
pub(crate) fn own(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| own_page(r, None)))
}

fn own_page(r: &Reading<'_>, no: Option<&Refusal>) -> Reply {
    let title = r.word("web.own-secret").to_owned();
    let to_choose = r.visit.session.as_ref().is_some_and(|s| s.to_choose);
    let ask = |name: &str, word: &str, fill: &str| {
        html! {
            div.field {
                label for={ "c-" (name) } { (r.word(word)) }
                input id={ "c-" (name) } name=(name) type="password" inputmode="numeric" autocomplete=(fill) maxlength="100";
            }
        }
    };
    let inner = html! {
        @if let Some(no) = no { div.problem #probleme role="alert" tabindex="-1" { (refused(r, no)) } }
        h1 { (title) }
        @if r.visit.desk().is_practice() { p { (r.word("web.practice-no-secret")) } } @else {
            p { (r.word(if to_choose { "web.own-secret-first" } else { "web.own-secret-lead" })) }
            form.narrow method="post" action="/mon-code" {
                @if !to_choose { (ask("secret", "web.own-secret-old", "current-password")) }
                (ask("new", "web.own-secret-new", "new-password"))
                (ask("again", "web.own-secret-again", "new-password"))
                button.main type="submit" { (r.word("web.own-secret-keep")) }
            }
        }
    };
    if no.is_some() { wrong(r, 422, &title, &inner) } else { page(r, &title, &inner) }
}

/// Keeps a new secret; every other session of the person ends.
pub(crate) fn keep(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    match kept(visit, &session.person, session.to_choose) {
        Ok(()) => {
            let id = visit.web.sessions.alone(&session);
            Ok(Reply::SeeWith("/?fait=code".to_owned(), visit.web.cookie(&id)))
        }
        Err(Problem::Refused(no)) => Ok(visit.read(|r| own_page(r, Some(&no)))),
        Err(problem) => Err(problem),
    }
}

fn kept(visit: &Visit, person: &Id, to_choose: bool) -> Result<(), Problem> {
    if visit.desk().is_practice() {
        return Err(Refusal::new("person/practice-no-secret").into());
    }
    if visit.form.get("new") != visit.form.get("again") {
        return Err(Refusal::new("person/secret-differs").into());
    }
    if !to_choose {
        visit.at_the_door(person, || match visit.desk().is_secret(person, visit.form.get("secret"))? {
            true => Ok(()),
            false => Err(Refusal::new("person/wrong-secret").with("person", person).into()),
        })?;
    }
    Ok(visit.desk().set_secret(person, visit.form.get("new"))?)
}

/// On the page of an endorsed reset or list: the code or the codes that wait to be given, once.
pub(crate) fn offer(r: &Reading<'_>, entry: &Entry) -> Markup {
    let desk = r.visit.desk();
    let Some(person) = entry.fields.get("person").and_then(Value::as_str).and_then(|text| Id::parse(text).ok()) else { return html! {} };
    let (waits, what, word) = match entry.kind.as_str() {
        "secret-reset/1" => (desk.code_waits(r.book, &person), "entree", "web.code-show"),
        "code-list/1" => (desk.list_waits(r.book, &person), "liste", "web.code-print"),
        _ => return html! {},
    };
    html! { @if waits.unwrap_or(false) && r.may(&entry.kind) { (once(r, &person, what, word)) } }
}

/// On the sheet of a member from outside: the list that waits to be printed by somebody else.
pub(crate) fn offer_list(r: &Reading<'_>, person: &Id) -> Markup {
    let own = r.visit.session.as_ref().is_some_and(|session| session.person == *person);
    let waits = person.kind() == "person" && r.visit.desk().list_waits(r.book, person).unwrap_or(false);
    html! { @if waits && !own && r.may("code-list") { (once(r, person, "liste", "web.code-print")) } }
}

/// What is shown or printed once.
fn once(r: &Reading<'_>, person: &Id, what: &str, word: &str) -> Markup {
    html! {
        section.panel.waits {
            p { (r.say(&Said::new("web.code-once").with("person", r.label(person)))) }
            form method="post" action={ "/codes/" (person.code()) "/" (what) } { button.main type="submit" { (r.word(word)) } }
        }
    }
}

/// Shows the code of a reset, or prints the paper list: this once, and nowhere again.
pub(crate) fn give(visit: &Visit) -> Shown {
    let session = visit.signed_in()?;
    let person = Id::parse(&format!("person/{}", visit.param("code"))).map_err(|_| Problem::NotFound)?;
    let (desk, today) = (visit.desk(), visit.clock().today());
    match visit.param("what") {
        "entree" => {
            let code = desk.give_code(&session.person, &session.site, &person, today)?;
            Ok(visit.read(|r| {
                let title = r.say(&Said::new("web.code-of").with("person", r.label(&person)));
                let inner = html! { h1 { (title) } p.big { (code) } p { (r.word("web.code-then")) } p { a href="/" { (r.word("web.back-home")) } } };
                page(r, &title, &inner)
            }))
        }
        "liste" => {
            let codes = desk.give_list(&session.person, &session.site, &person, today)?;
            if session.person != person {
                visit.web.sessions.leave(&person); // They come in again with a code of it.
            }
            Ok(visit.read(|r| {
                let title = r.say(&Said::new("web.code-list-of").with("person", r.label(&person)));
                page(r, &title, &html! { h1.noprint { (title) } p.noprint { (r.word("web.code-list-once")) } div.actions.noprint { (print(r, true)) } (list(r, &person, &codes)) })
            }))
        }
        _ => Err(Problem::NotFound),
    }
}

/// The paper: each code with its number, and room to strike it out.
fn list(r: &Reading<'_>, person: &Id, codes: &[String]) -> Markup {
    html! {
        article.paper.a6 {
            (letterhead(r))
            h2 { (r.word("web.code-paper-list")) }
            p.center { strong { (r.label(person)) } ", " (long_day(r, r.today)) }
            (marks(r, r.today))
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.code-paper-list")) { table.ruled {
                thead { tr { th { "N°" } th { (r.word("web.code-one")) } th { "N°" } th { (r.word("web.code-one")) } } }
                @let half = codes.len().div_ceil(2);
                tbody { @for at in 0..half { tr {
                    @for n in [at, at + half] { @if let Some(code) = codes.get(n) { td.right { (n + 1) } td { strong { (code) } } } }
                } } }
            } }
            p.hint { (r.word("web.code-list-keep")) }
        }
    }
}
