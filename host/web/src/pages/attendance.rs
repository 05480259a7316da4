//! *Pointage*: a whole team at once, then the exceptions.

use crate::answers::Shown;
use crate::form::{self, Draft, choices};
use crate::layout::page;
use crate::pages::record::{declaration, settle};
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Id, Map, Value, json};
use baara_reports::Said;
use maud::{Markup, html};

/// The units this person may mean: those they lead first.
fn units(r: &Reading<'_>) -> Vec<Id> {
    let me = r.visit.session.as_ref().map(|s| s.person.clone());
    let both = ["workshop", "farm"].into_iter().flat_map(|kind| r.book.open_at(kind, r.site()));
    let mut all: Vec<Id> = both.collect();
    let leads = |id: &Id| r.book.text_of(id, "lead", Date::MAX) == me.as_ref().map(ToString::to_string);
    all.sort_by_cached_key(|id| (!leads(id), baara_desk::fold(&r.label(id))));
    all
}

/// The people assigned to a unit on a day, by name.
pub(crate) fn team(r: &Reading<'_>, unit: &Id, date: Date) -> Vec<(String, Id)> {
    let open = r.book.open_at("assignment", r.site()).filter_map(|id| r.book.thing(&id, date));
    let running =
        open.filter(|a| a.id_of("unit").as_ref() == Some(unit) && a.since <= date && a.date("until").is_none_or(|until| date <= until));
    let mut people: Vec<(String, Id)> = running.filter_map(|a| a.id_of("person")).map(|id| (r.label(&id), id)).collect();
    people.sort_by_cached_key(|(name, id)| (baara_desk::fold(name), id.clone()));
    people.dedup();
    people
}

/// The team, everybody present until somebody says otherwise.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = declaration(visit, "attendance")?;
    Ok(visit.read(|r| page(r, r.word("web.tile-attendance"), &body(r, &Draft::new(&kind, &Map::new())))))
}

fn body(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let asked = |name: &str| [r.visit.form.get(name), r.visit.query.get(name)].into_iter().find(|v| !v.is_empty()).unwrap_or("").to_owned();
    let units = units(r);
    let unit = Id::parse(&asked("unit"))
        .ok()
        .filter(|u| units.contains(u))
        .or_else(|| if units.len() == 1 { units.first().cloned() } else { None });
    let date = asked("_date").parse().unwrap_or(r.today);
    html! {
        (form::summary(r, draft))
        h1 { (r.word("web.tile-attendance")) }
        @match unit {
            None => {
                @if units.is_empty() { p.panel { (r.word("web.no-unit")) } }
                div.names { @for unit in &units { a.name href={ "/pointage?unit=" (unit) } { strong { (r.label(unit)) } } } }
            }
            Some(unit) => {
                p.lead { (r.label(&unit)) @if units.len() > 1 { " " a href="/pointage" { (r.word("web.other-unit")) } } }
                (list(r, draft, &unit, &team(r, &unit, date)))
            }
        }
    }
}

fn list(r: &Reading<'_>, draft: &Draft<'_>, unit: &Id, team: &[(String, Id)]) -> Markup {
    let reasons: Vec<_> = choices(r, "attendance", "reason", "reason").into_iter().filter(|one| is_of_attendance(r, &one.value)).collect();
    let half = r.visit.form.get("half");
    let half = if half.is_empty() { "morning" } else { half };
    html! {
        @if team.is_empty() { p.panel { (r.word("web.no-team")) } } @else {
            form method="post" action="/pointage" {
                (form::key(r))
                input type="hidden" name="unit" value=(unit);
                fieldset.field #c-half {
                    legend { (r.words.field("attendance", "half")) }
                    div.choices { @for one in ["morning", "afternoon", "day"] {
                        label { input type="radio" name="half" value=(one) checked[one == half]; " " (form::capital(&r.words.choice(one))) }
                    } }
                }
                p { (r.say(&Said::new("web.all-present").with("n", team.len()))) }
                div.team #c-exceptions { @for (at, (name, person)) in team.iter().enumerate() {
                    @let field = format!("absent.{person}");
                    @let said = r.visit.form.get(&field);
                    div.row {
                        label for={ "c-p" (at) } { (name) }
                        select id={ "c-p" (at) } name=(field) {
                            option value="" { (r.word("web.present")) }
                            @for reason in &reasons { option value=(reason.value) selected[reason.value == said] { (reason.label) } }
                        }
                    }
                } }
                (form::besides(r, draft))
                div.actions { button.main type="submit" { (r.word("web.record")) } a href="/" { (r.word("web.cancel")) } }
            }
        }
    }
}

fn is_of_attendance(r: &Reading<'_>, reason: &str) -> bool {
    Id::parse(reason).ok().and_then(|id| r.book.thing(&id, Date::MAX)).is_some_and(|t| t.list("for").contains(&"attendance"))
}

/// Hands the whole team and its exceptions to the desk.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "attendance")?;
    let exceptions: Vec<Value> = visit
        .form
        .iter()
        .filter_map(|(name, reason)| Some((name.strip_prefix("absent.")?, reason)))
        .filter(|(_, reason)| !reason.is_empty())
        .map(|(person, reason)| json!({"person": person, "reason": reason}))
        .collect();
    let mut all = Map::new();
    for name in ["unit", "half", "late-reason"] {
        if !visit.form.get(name).is_empty() {
            all.insert(name.to_owned(), visit.form.get(name).into());
        }
    }
    all.insert("all-assigned".to_owned(), "oui".into());
    if !exceptions.is_empty() {
        all.insert("exceptions".to_owned(), exceptions.into());
    }
    let answer = visit.submit(&session, &kind.kind, all.clone());
    settle(visit, answer, |r, errors, refused| body(r, &Draft { errors, refused, ..Draft::new(&kind, &all) }), &kind)
}
