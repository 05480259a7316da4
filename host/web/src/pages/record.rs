//! Writing something down: the list of kinds, and the form of any kind.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Draft};
use crate::layout::{page, wrong};
use crate::visit::{Reading, Visit};
use baara_desk::Answer;
use baara_plugin_api::{FieldError, KindDeclaration, Map, Refusal};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// All the kinds this person may record, by subject, and where they are found.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let own = baara_desk::host_kinds();
    let all = visit.desk().registry().offered().map(|d| d.kind.clone()).collect::<Vec<_>>();
    let kinds: Vec<String> = all.into_iter().filter(|kind| own.iter().all(|o| o.kind != *kind)).collect();
    Ok(visit.read(|r| {
        let mine = kinds.iter().filter(|kind| r.may(kind));
        let mut subjects: BTreeMap<&str, Vec<(String, &str)>> = BTreeMap::new();
        for kind in mine {
            let name = kind.split('/').next().unwrap_or_default();
            subjects.entry(subject(name)).or_default().push((r.words.kind(kind), name));
        }
        let title = r.word("web.write").to_owned();
        let inner = html! {
            h1 { (title) }
            @if subjects.is_empty() { p { (r.word("web.reads-only")) } }
            @for subject in self::subjects() {
                @if let Some(kinds) = subjects.get(subject) {
                    section {
                        h2 { (r.word(&format!("subject.{subject}"))) }
                        ul.cards { @for (label, name) in sorted(kinds) { li { a href={ "/noter/" (name) } { (label) } } } }
                    }
                }
            }
        };
        page(r, &title, &inner)
    }))
}

/// Where a kind is found: subjects in the order of a day's work. A kind of a plugin nobody here knows stands last.
const SUBJECTS: &[(&str, &[&str])] = &[
    (
        "farms",
        &[
            "farm",
            "plot",
            "plot-measured",
            "campaign",
            "plan",
            "sowing",
            "sowing-ended",
            "operation",
            "input-use",
            "hire",
            "forecast",
            "crop-cut",
            "harvest",
            "disaster",
            "birth",
            "death",
        ],
    ),
    (
        "workshops",
        &[
            "workshop",
            "workshop-close",
            "micro-project",
            "budget-line",
            "batch",
            "trade-batch",
            "tailoring-batch",
            "cloth-in",
            "cloth-cut",
            "cloth-back",
            "soap-batch",
            "paving-batch",
            "metal-batch",
            "bakery-batch",
            "mattress-batch",
            "joinery-batch",
            "dyeing-batch",
            "herd",
            "herd-day",
            "treatment",
            "ticket",
            "ticket-done",
            "order",
            "order-cancel",
            "delivery",
        ],
    ),
    (
        "stock",
        &[
            "store",
            "container",
            "stock-move",
            "goods-in",
            "goods-issue",
            "goods-return",
            "lot-check",
            "loss",
            "loss-decided",
            "dispatch",
            "dispatch-received",
            "reception",
            "transit-short",
            "kitchen",
            "give",
            "consignment",
            "consignment-return",
        ],
    ),
    (
        "cash",
        &[
            "cash-box",
            "bank",
            "wallet",
            "fund",
            "sale",
            "return",
            "receipt-reprint",
            "customer",
            "supplier",
            "debt-payment",
            "debt-cancel",
            "expense",
            "expense-credit",
            "pay-bill",
            "gift-money",
            "deposit",
            "deposit-confirmed",
            "bank-withdrawal",
            "count-begin",
            "count-first",
            "count-second",
            "count-close",
            "count-lapse",
            "shortage-explained",
            "series-register",
            "series-number",
            "sharing-key",
            "distribution",
            "payout",
            "canteen",
            "canteen-list",
        ],
    ),
    (
        "people",
        &[
            "person",
            "admit",
            "status",
            "restriction",
            "consent",
            "fitness",
            "transfer-person",
            "release",
            "assign",
            "assignment-end",
            "attendance",
            "attendance-one",
            "training",
            "training-end",
            "certificate",
            "role-give",
            "role-take",
            "secret-reset",
            "code-list",
        ],
    ),
    (
        "committees",
        &[
            "committee",
            "mandate",
            "mandate-end",
            "convocation",
            "presence",
            "interest",
            "motion",
            "motion-withdraw",
            "motion-close",
            "vote",
            "minutes",
            "sign",
            "sign-ink",
            "attest-ink",
            "decision-end",
            "adopt-prices",
            "adopt-rule",
        ],
    ),
    ("book", &["facility", "opening", "close", "explain", "endorse", "decline", "withdraw", "reverse", "correct", "config"]),
];

/// The subject of kinds that no line above names.
const OTHER: &str = "other";

/// The subjects, in the order of a day's work.
pub(crate) fn subjects() -> impl Iterator<Item = &'static str> {
    SUBJECTS.iter().map(|(subject, _)| *subject).chain([OTHER])
}

/// Where a kind is found.
pub(crate) fn subject(kind: &str) -> &'static str {
    SUBJECTS.iter().find(|(_, kinds)| kinds.contains(&kind)).map_or(OTHER, |(subject, _)| subject)
}

fn sorted<'k>(kinds: &[(String, &'k str)]) -> Vec<(String, &'k str)> {
    let mut kinds = kinds.to_vec();
    kinds.sort_by_cached_key(|(label, _)| baara_desk::fold(label));
    kinds
}

/// A kind that a person fills in; the desk's own have pages of their own, or none.
fn form_of(visit: &Visit) -> Result<KindDeclaration, Problem> {
    let kind = declaration(visit, visit.param("kind"))?;
    if baara_desk::host_kinds().iter().any(|own| own.kind == kind.kind) { Err(Problem::NotFound) } else { Ok(kind) }
}

/// The declaration a page is about.
pub(crate) fn declaration(visit: &Visit, kind: &str) -> Result<KindDeclaration, Problem> {
    visit.desk().registry().declaration(kind).cloned().ok_or(Problem::NotFound)
}

/// The empty form of a kind; the address may fill fields in.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = form_of(visit)?;
    let typed = visit.query.form(&kind.fields);
    Ok(visit.read(|r| {
        let title = r.words.kind(&kind.kind);
        page(r, &title, &body(r, &Draft::new(&kind, &typed)))
    }))
}

fn body(r: &Reading<'_>, draft: &Draft<'_>) -> Markup {
    let name = draft.kind.kind.split('/').next().unwrap_or_default();
    html! {
        (form::summary(r, draft))
        h1 { (r.words.kind(&draft.kind.kind)) }
        @if let Some(lead) = r.words.find(&format!("lead.{name}")) { p.lead { (lead) } }
        @if r.may(&draft.kind.kind) {
            form method="post" action={ "/noter/" (name) } data-draft=[(!is_about_people(draft.kind)).then(|| r.words.kind(&draft.kind.kind))] {
                (form::key(r))
                (form::fields(r, draft))
                (form::besides(r, draft))
                div.actions { button.main type="submit" { (r.word("web.record")) } a href="/" { (r.word("web.cancel")) } }
            }
        } @else { p.panel { (r.word("web.not-yours")) } }
    }
}

/// Forms that hold sealed texts leave no draft in a browser.
fn is_about_people(kind: &KindDeclaration) -> bool {
    kind.fields.iter().any(|f| f.sealed)
}

/// Hands a form to the desk and shows what became of it.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = form_of(visit)?;
    let fields = fields(visit, &kind);
    if visit.form.has("_more") {
        return Ok(visit.read(|r| page(r, &r.words.kind(&kind.kind), &body(r, &Draft { blank: 5, ..Draft::new(&kind, &fields) }))));
    }
    let answer = visit.submit(&session, &kind.kind, fields.clone());
    settle(visit, answer, |r, errors, refused| body(r, &Draft { errors, refused, ..Draft::new(&kind, &fields) }), &kind)
}

/// The fields of a posted form, with the reason that every kind may take.
pub(crate) fn fields(visit: &Visit, kind: &KindDeclaration) -> Map {
    let mut fields = visit.form.form(&kind.fields);
    let late = visit.form.get("late-reason");
    if !late.is_empty() {
        fields.insert("late-reason".to_owned(), late.into());
    }
    fields
}

/// What the desk answered: the entry's page, or the form again with what is wrong and everything that was typed.
pub(crate) fn settle(
    visit: &Visit,
    answer: Answer,
    again: impl FnOnce(&Reading<'_>, &[FieldError], Option<&Refusal>) -> Markup,
    kind: &KindDeclaration,
) -> Shown {
    let (errors, refused) = match answer {
        Answer::Recorded(done) => return Ok(Reply::See(format!("/entree/{}?fait={}", done.seq, if done.again { "deja" } else { "oui" }))),
        Answer::Waiting(waiting) => return Ok(Reply::See(format!("/entree/{}?fait=propose", waiting.seq))),
        Answer::Fault(fault) => return Err(fault.into()),
        Answer::Fields(errors) => (errors, None),
        Answer::Refused(refusal) => (Vec::new(), Some(refusal)),
    };
    Ok(visit.read(|r| {
        let title = r.words.kind(&kind.kind);
        wrong(r, status_of(refused.as_ref()), &title, &again(r, &errors, refused.as_ref()))
    }))
}
