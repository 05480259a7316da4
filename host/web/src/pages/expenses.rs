//! *Dépense*: the decision first, with what is left of it; then what is paid, from where. And all decisions with what is left.

use crate::answers::Shown;
use crate::form::{self, Draft, choices, described, select};
use crate::layout::page;
use crate::pages::meetings::{bar, day};
use crate::pages::record::{declaration, fields, settle};
use crate::pages::visas::needs;
use crate::visit::{Reading, Visit};
use baara_plugin_api::{Date, Decision, Id, KindDeclaration, Map, Thing, Value};
use baara_reports::Said;
use maud::{Markup, html};

/// The decisions of this facility, newest first.
fn decisions(r: &Reading<'_>) -> Vec<(Thing, Decision)> {
    let mut all: Vec<(Thing, Decision)> =
        r.book.open_at("decision", r.site()).filter_map(|id| Some((r.book.thing(&id, Date::MAX)?, r.book.decision(&id)?))).collect();
    all.reverse();
    all
}

/// True while francs may be spent under a decision.
fn may_spend(r: &Reading<'_>, decision: &Decision) -> bool {
    decision.adopted && matches!(decision.about.as_str(), "spend" | "micro-project") && decision.until.is_none_or(|until| until >= r.today)
}

/// Every decision: decided, spent, left.
pub(crate) fn decided(visit: &Visit) -> Shown {
    visit.signed_in()?;
    Ok(visit.read(|r| {
        let title = r.word("web.expense-decisions").to_owned();
        let all = decisions(r);
        let (open, over): (Vec<_>, Vec<_>) = all.iter().partition(|(_, d)| !d.adopted || (d.left >= 5 && d.until.is_none_or(|until| until >= r.today)));
        let list = |part: &[&(Thing, Decision)]| html! { ul.cards { @for (thing, d) in part { (card(r, thing, d, &format!("/chose/decision/{}", thing.id.code()))) } } };
        let inner = html! {
            h1 { (title) }
            @if all.is_empty() { p { (r.word("web.expense-no-decision")) } }
            (list(&open))
            @if !over.is_empty() { h2 { (r.word("web.expense-over")) } (list(&over)) }
            @if r.may("expense") { p { a.button.main href="/depenses/nouvelle" { (r.words.kind("expense")) } } }
        };
        page(r, &title, &inner)
    }))
}

fn card(r: &Reading<'_>, thing: &Thing, d: &Decision, to: &str) -> Markup {
    let title = if thing.text("title").is_empty() { described(r, &thing.id) } else { thing.text("title").to_owned() };
    let state = match (d.adopted, d.until) {
        (false, _) => r.word("web.meeting-not-signed").to_owned(),
        (true, Some(until)) => r.say(&Said::new("web.meeting-until").with("day", day(r, Some(until)))),
        (true, None) => r.say(&Said::new("web.expense-adopted-on").with("day", day(r, thing.date("adopted")))),
    };
    html! {
        li {
            a href=(to) { (title) } br;
            span.hint { (r.words.choice(&d.about)) " · " (thing.id.code()) " · " (state) }
            (bar(r, thing, d.left))
        }
    }
}

/// The choice of a decision, then the form of an expense under it.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = declaration(visit, "expense")?;
    let typed = Map::new();
    Ok(visit.read(|r| page(r, &r.words.kind("expense"), &body(r, &Draft::new(&kind, &typed)))))
}

fn body(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let asked = [r.visit.form.get("_leave"), r.visit.query.get("_leave")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let chosen = Id::parse(asked)
        .ok()
        .filter(|id| id.site() == r.site())
        .and_then(|id| Some((r.book.thing(&id, Date::MAX)?, r.book.decision(&id)?)));
    html! {
        (form::summary(r, draft))
        h1 { (r.words.kind("expense")) }
        @if !r.may("expense") { p.panel { (r.word("web.not-yours")) } }
        @else if let Some((thing, decision)) = chosen {
            p { a href="/depenses/nouvelle" { (r.word("web.expense-other")) } }
            ul.cards { (card(r, &thing, &decision, &format!("/chose/decision/{}", thing.id.code()))) }
            (pay(r, draft, &thing, &decision))
        } @else {
            p.lead { (r.word("web.expense-which")) }
            @let open: Vec<_> = decisions(r).into_iter().filter(|(_, d)| may_spend(r, d)).collect();
            @if open.is_empty() { p.panel { (r.word("web.expense-none-open")) } p { a href="/reunions" { (r.word("web.tile-meeting")) } } }
            ul.cards { @for (thing, d) in &open { (card(r, thing, d, &format!("/depenses/nouvelle?_leave={}", thing.id))) } }
        }
    }
}

/// The value of the choice to pay later.
const CREDIT: &str = "credit";

fn pay(r: &Reading<'_>, draft: &Draft<'_>, thing: &Thing, decision: &Decision) -> Markup {
    let boxes = choices(r, "expense", "from", "any");
    let typed = |name: &str| form::text(draft.typed.get(name));
    let from = [r.visit.form.get("from").to_owned(), typed("from")].into_iter().find(|t| !t.is_empty());
    let from = from.unwrap_or_else(|| if boxes.len() == 1 { boxes[0].value.clone() } else { String::new() });
    let purpose = decision.purpose.as_ref().filter(|p| p.kind() == "fund").map(ToString::to_string);
    let fund = [typed("fund"), purpose.unwrap_or_default()].into_iter().find(|t| !t.is_empty()).unwrap_or_default();
    let funds = choices(r, "expense", "fund", "fund");
    let wrong = |name: &str| draft.errors.iter().find(|e| e.field == name).map(|e| form::error_text(r, draft.kind, e));
    let from_wrong = wrong("from");
    html! {
        form method="post" action="/depenses/nouvelle" {
            (form::key(r))
            input type="hidden" name="_leave" value=(thing.id);
            (lines(r, draft))
            fieldset.field.wrong[from_wrong.is_some()] #c-from {
                legend { (r.word("web.expense-from")) }
                @if let Some(error) = &from_wrong { span.error { (error) } }
                div.choices {
                    @for one in &boxes { label { input type="radio" name="from" value=(one.value) checked[one.value == from]; " " (one.label) } }
                    @if r.may("expense-credit") { label { input type="radio" name="from" value=(CREDIT) checked[from == CREDIT]; " " (r.word("web.expense-on-credit")) } }
                }
            }
            (form::named(r, draft, "supplier"))
            (form::named(r, draft, "invoice"))
            (form::named(r, draft, "no-invoice"))
            div.field { label for="c-fund" { (r.words.field("expense", "fund")) } (select("c-fund", "fund", None, &funds, &fund, r)) }
            @if choices(r, "expense", "micro-project", "micro-project").is_empty() {} @else { (form::named(r, draft, "micro-project")) }
            (endorsers(r))
            (date(r, draft))
            div.actions { button.main type="submit" { (r.word("web.expense-propose")) } a href="/" { (r.word("web.cancel")) } }
        }
    }
}

/// What is paid, line by line; empty lines are no lines.
fn lines(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let typed = draft.typed.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let posted = |at: usize, name: &str| r.visit.form.get(&format!("lines.{at}.{name}")).to_owned();
    let shown = typed.len().max(if r.visit.form.has("_more") { 5 } else { 2 });
    let wrong = |path: &str| draft.errors.iter().find(|e| e.field == path).map(|e| form::error_text(r, draft.kind, e));
    html! {
        fieldset.lines #c-lines {
            legend { (r.words.field("expense", "lines")) }
            @for at in 1..=shown {
                div.pair {
                    @for (name, word, class) in [("purpose", "web.expense-what", ""), ("amount", "web.expense-amount", "figure")] {
                        @let path = format!("lines.{at}.{name}");
                        @let id = form::anchor(&path);
                        @let error = wrong(&path);
                        div.field.wrong[error.is_some()] {
                            label for=(id) { (r.word(word)) " " span.sr { (at) } }
                            @if let Some(error) = error { span.error { (error) } }
                            input id=(id) class=(class) name=(path) type="text" inputmode=[(name == "amount").then_some("numeric")] maxlength="200" autocomplete="off" value=(posted(at, name));
                        }
                    }
                }
            }
            button.more type="submit" name="_more" value="lines" formnovalidate { (r.word("web.more-lines")) }
        }
    }
}

/// Who must endorse an expense, said before it is sent.
fn endorsers(r: &Reading<'_>) -> Markup {
    let rule = |name: &str| r.book.rule(r.site(), name, r.today);
    let own = rule("endorse.expense");
    let rule = if own.is_null() { rule("endorse") } else { own };
    let roles: Vec<String> = rule.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    html! { p.panel { (r.say(&Said::new("web.expense-endorsed-by").with("needs", needs(r, &roles)))) } }
}

fn date(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let typed = r.visit.form.get("_date");
    let late = draft.refused.is_some_and(|no| no.code == "entry/late-needs-reason") || draft.typed.contains_key("late-reason");
    html! {
        @if late { div.field { label for="c-late-reason" { (r.words.field("expense", "late-reason")) } input #c-late-reason name="late-reason" type="text" maxlength="500" value=(form::text(draft.typed.get("late-reason"))); } }
        div.field {
            label for="c-date" { (r.word("web.date")) }
            input #c-date name="_date" type="date" value=(if typed.is_empty() { r.today.to_string() } else { typed.to_owned() }) max=(r.today);
        }
    }
}

/// Proposes an expense, or a purchase on credit.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let credit = visit.form.get("from") == CREDIT;
    let shown = declaration(visit, "expense")?;
    let kind: KindDeclaration = if credit { declaration(visit, "expense-credit")? } else { shown.clone() };
    let typed = fields(visit, &kind);
    if visit.form.has("_more") {
        return Ok(visit.read(|r| page(r, &r.words.kind("expense"), &body(r, &Draft::new(&shown, &typed)))));
    }
    let answer = visit.submit(&session, &kind.kind, typed.clone());
    settle(visit, answer, |r, errors, refused| body(r, &Draft { errors, refused, ..Draft::new(&shown, &typed) }), &kind)
}
