//! What waits for somebody's visa, and giving, declining or taking back.

use crate::answers::{Problem, Reply, Shown};
use crate::layout::page;
use crate::pages::secrets::proof;
use crate::sessions::Session;
use crate::visit::{Reading, Visit, once_key};
use baara_desk::{Answer, Proved};
use baara_plugin_api::{Date, Effect, Id, Map, Refusal, Value};
use baara_reports::Said;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// One paper that waits: the proposal or visa, the entry that opened it, and what it still needs.
pub(crate) struct Paper {
    pub(crate) id: Id,
    pub(crate) seq: u64,
    pub(crate) needs: Vec<String>,
}

/// Every paper of this facility that waits.
pub(crate) fn all_papers(r: &Reading<'_>) -> Vec<Paper> {
    let waiting = baara_desk::waiting_at(r.book, r.site(), r.today).into_iter();
    waiting
        .filter_map(|(id, needs)| Some(Paper { seq: r.book.thing(&id, Date::MAX)?.whole("entry")?.try_into().ok()?, id, needs }))
        .collect()
}

/// The papers that wait for whoever is signed in.
pub(crate) fn for_me(r: &Reading<'_>) -> Vec<Paper> {
    let Some(session) = &r.visit.session else { return Vec::new() };
    let mine = |paper: &Paper| baara_desk::may_endorse(r.book, &session.person, &paper.id, &paper.needs, r.today);
    all_papers(r).into_iter().filter(mine).collect()
}

/// The people who may give a paper its next visa.
pub(crate) fn endorsers(r: &Reading<'_>, paper: &Paper) -> Vec<Id> {
    let people = super::entrance::people(r, r.site()).into_iter();
    people.filter(|person| baara_desk::may_endorse(r.book, person, &paper.id, &paper.needs, r.today)).collect()
}

/// What needs are called: roles by their label, people by their name.
pub(crate) fn needs(r: &Reading<'_>, needs: &[String]) -> String {
    let one =
        |need: &str| Id::parse(need).or_else(|_| Id::parse(&format!("role/{need}"))).map_or_else(|_| need.to_owned(), |id| r.label(&id));
    let either = format!(" {} ", r.word("web.or"));
    needs.iter().map(|need| need.split('|').map(one).collect::<Vec<_>>().join(&either)).collect::<Vec<_>>().join(" + ")
}

/// The kind of what a paper proposes, or of the fact it is a visa to.
pub(crate) fn kind_of(r: &Reading<'_>, paper: &Paper) -> Option<String> {
    let own = r.book.text_of(&paper.id, "kind", Date::MAX).filter(|kind| !kind.is_empty());
    own.or_else(|| r.book.newest(paper.seq + 1, 1, |_, _, _| true).pop().map(|m| m.kind))
}

/// A paper in a list: its kind, whose it is, and whose visa it waits for.
pub(crate) fn card(r: &Reading<'_>, paper: &Paper) -> Markup {
    let kind = kind_of(r, paper).unwrap_or_default();
    let by = r.book.text_of(&paper.id, "by", Date::MAX).and_then(|by| Id::parse(&by).ok()).map_or(String::new(), |id| r.label(&id));
    html! {
        a href={ "/entree/" (paper.seq) } { (r.words.kind(&kind)) ", " (by) } br;
        span.hint { (r.say(&Said::new("web.needs").with("needs", needs(r, &paper.needs)))) }
    }
}

/// The list of what waits.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.visas").to_owned();
        let (mine, all) = (for_me(r), all_papers(r));
        let others: Vec<&Paper> = all.iter().filter(|p| mine.iter().all(|m| m.id != p.id)).collect();
        let inner = html! {
            h1 { (title) }
            h2 { (r.word("web.mine-to-give")) }
            @if mine.is_empty() { p { (r.word("web.none-waits")) } }
            ul.cards { @for paper in &mine { li { (card(r, paper)) } } }
            @if !others.is_empty() { h2 { (r.word("web.waits-for-others")) } ul.cards { @for paper in &others { li { (card(r, paper)) } } } }
        };
        page(r, &title, &inner)
    }))
}

/// The part of an entry's page where its visa is given: by who is signed in, or by another on the same device.
pub(crate) fn ask(r: &Reading<'_>, seq: u64) -> Markup {
    let Some(paper) = all_papers(r).into_iter().find(|p| p.seq == seq) else { return html! {} };
    let Some(session) = &r.visit.session else { return html! {} };
    let may = endorsers(r, &paper);
    let mine = may.contains(&session.person);
    let others: Vec<&Id> = may.iter().filter(|p| **p != session.person).collect();
    let own = r.book.text_of(&paper.id, "by", Date::MAX).as_deref() == Some(session.person.as_str());
    let proposal = paper.id.kind() == "proposal";
    html! {
        section.panel.waits {
            h2 { (r.word(if proposal { "web.proposal-waits" } else { "web.visa-waits" })) }
            p { (r.say(&Said::new("web.needs").with("needs", needs(r, &paper.needs)))) }
            @if mine {
                form method="post" action={ "/viser/" (seq) } {
                    input type="hidden" name="_key" value=(once_key());
                    button.main type="submit" name="what" value="endorse" { (r.word("web.endorse")) }
                    @if proposal { (reason(r, "web.decline", "decline", seq)) }
                }
            }
            @if own && proposal {
                form method="post" action={ "/viser/" (seq) } {
                    input type="hidden" name="_key" value=(once_key());
                    (reason(r, "web.withdraw", "withdraw", seq))
                }
            }
            @if !mine && !others.is_empty() {
                details {
                    summary { (r.word("web.endorse-here")) }
                    form.narrow method="post" action={ "/viser/" (seq) } {
                        input type="hidden" name="_key" value=(once_key());
                        div.field {
                            label for="c-qui" { (r.word("web.who-endorses")) }
                            select #c-qui name="qui" { @for person in &others { option value=(person) { (r.label(person)) } } }
                        }
                        (proof(r, &others, "", None))
                        button.main type="submit" name="what" value="endorse" { (r.word("web.endorse")) }
                    }
                }
            }
        }
    }
}

fn reason(r: &Reading<'_>, word: &str, what: &str, seq: u64) -> Markup {
    let id = format!("c-{what}-{seq}");
    html! {
        details {
            summary { (r.word(word)) }
            div.field { label for=(id) { (r.word("web.reason")) } input id=(id) name="reason" type="text" maxlength="500" autocomplete="off"; }
            button.other type="submit" name="what" value=(what) { (r.word(word)) }
        }
    }
}

/// Who acts: whoever is signed in, or somebody beside them who types their own secret on the same device.
///
/// # Errors
/// As [`Visit::proves`], and `person/choose-first`.
pub(crate) fn in_whose_name(visit: &Visit, session: &Session) -> Result<Id, Problem> {
    let Ok(other) = Id::parse(visit.form.get("qui")) else { return Ok(session.person.clone()) };
    if other != session.person && visit.proves(&other)? == Proved::Given {
        return Err(Refusal::new("person/choose-first").with("person", &other).into());
    }
    Ok(other)
}

/// Whose visa an entry has, and on whose device it was given when that was not their own.
pub(crate) fn given(r: &Reading<'_>, effects: &[Effect]) -> Markup {
    let papers = effects.iter().filter_map(|effect| match effect {
        Effect::Open { thing, .. } | Effect::Set { thing, .. } if matches!(thing.kind(), "visa" | "proposal") => Some(thing),
        _ => None,
    });
    let papers: BTreeSet<&Id> = papers.collect();
    let papers = papers.into_iter().filter_map(|id| r.book.thing(id, Date::MAX));
    let told = papers.flat_map(|paper| {
        let endorsed = paper.values.keys().filter_map(|key| key.strip_prefix("endorsed."));
        endorsed
            .map(|code| on_whose_device(r, &Id::new("person", code), paper.id_of(&format!("device.{code}")).as_ref()))
            .collect::<Vec<_>>()
    });
    let told: Vec<String> = told.collect();
    html! { @for one in &told { p.hint { (one) } } }
}

fn on_whose_device(r: &Reading<'_>, person: &Id, device: Option<&Id>) -> String {
    let said = Said::new(if device.is_some() { "web.seen-on" } else { "web.seen" }).with("person", r.label(person));
    r.say(&said.with("device", device.map(|device| r.label(device)).unwrap_or_default()))
}

/// Hands a visa, a refusal of it or a withdrawal to the desk.
pub(crate) fn answer(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let seq: u64 = visit.param("seq").parse().map_err(|_| Problem::NotFound)?;
    let what = match visit.form.get("what") {
        what @ ("endorse" | "decline" | "withdraw") => what,
        _ => return Err(Problem::NotFound),
    };
    let person = if what == "endorse" { in_whose_name(visit, &session)? } else { session.person.clone() };
    let mut fields = Map::new();
    fields.insert("seq".to_owned(), seq.into());
    if person != session.person {
        fields.insert("device".to_owned(), session.person.as_str().into());
    }
    let reason = visit.form.get("reason");
    if !reason.is_empty() && what != "endorse" {
        fields.insert("reason".to_owned(), Value::from(reason));
    }
    match visit.submit_as(&person, &session.site, what, fields) {
        Answer::Recorded(done) => Ok(Reply::See(format!("/entree/{}?fait={what}", if what == "endorse" { done.seq } else { seq }))),
        Answer::Waiting(_) => Ok(Reply::See(format!("/entree/{seq}?fait={what}"))),
        Answer::Refused(refusal) => Err(refusal.into()),
        Answer::Fault(fault) => Err(fault.into()),
        Answer::Fields(errors) => {
            let refusal = errors.into_iter().next().map(|e| Refusal { code: e.code, args: e.args });
            Err(refusal.unwrap_or_else(|| Refusal::new("field/missing")).into())
        }
    }
}
