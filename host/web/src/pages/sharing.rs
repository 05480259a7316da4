//! *Affectation des recettes*: what there is to share, what it would give each, what was shared, and the payout.

use crate::answers::{Problem, Shown};
use crate::form::{self, Choice, Draft, choices, select};
use crate::layout::{page, wrong};
use crate::pages::meetings::day;
use crate::pages::record::{declaration, fields, settle};
use crate::pages::visas::{Paper, all_papers, kind_of, needs};
use crate::visit::{Reading, Visit};
use baara_plugin_api::{
    Amount, Book, Date, Datelike, Days, FieldError, Id, KindDeclaration, Map, Months, Refusal, Table, Thing, Value, items,
};
use baara_reports::Said;
use maud::{Markup, html};

/// What one person gets of a distribution.
pub(crate) struct Line {
    pub(crate) person: Id,
    pub(crate) points: i64,
    pub(crate) due: i64,
    pub(crate) paid: i64,
}

/// A distribution as it was recorded, with what was paid of it since.
pub(crate) struct Shared {
    pub(crate) unit: Id,
    pub(crate) until: Option<Date>,
    pub(crate) decision: Option<Id>,
    pub(crate) pot: i64,
    pub(crate) workers: i64,
    pub(crate) points: i64,
    pub(crate) persons: Vec<Line>,
}

fn count(line: &Value, key: &str) -> i64 {
    line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count)
}

fn lines<'t>(thing: &'t Thing, key: &str) -> impl Iterator<Item = &'t Value> {
    thing.values.get(key).and_then(Value::as_array).into_iter().flatten()
}

impl Shared {
    /// Reads a distribution of this facility.
    pub(crate) fn read(r: &Reading<'_>, id: &Id) -> Option<Shared> {
        let thing = r.book.thing(id, Date::MAX).filter(|_| id.kind() == "distribution" && id.site() == r.site())?;
        let payouts = r.book.open_at("payout", r.site()).filter_map(|p| r.book.thing(&p, Date::MAX));
        let payouts: Vec<Thing> = payouts.filter(|p| p.text("distribution") == id.as_str()).collect();
        let paid = |person: &str| {
            payouts.iter().flat_map(|p| lines(p, "lines")).filter(|l| l["person"] == person).map(|l| count(l, "amount")).sum()
        };
        let persons: Vec<Line> = lines(&thing, "shares")
            .filter_map(|l| {
                let person = l["person"].as_str()?;
                Some(Line { person: Id::parse(person).ok()?, points: count(l, "points"), due: count(l, "francs"), paid: paid(person) })
            })
            .collect();
        let francs = |key: &str| thing.amount(key).map_or(0, Amount::count);
        Some(Shared {
            unit: thing.id_of("unit")?,
            until: thing.date("until"),
            decision: thing.id_of("decision"),
            pot: francs("pot"),
            workers: francs("workers"),
            points: persons.iter().map(|p| p.points).sum(),
            persons,
        })
    }
}

/// Hands are paid in coins of five francs: what is less stays in the pécule.
const COIN: i64 = 5;

impl Line {
    /// What can be handed over now.
    fn payable(&self) -> i64 {
        (self.due - self.paid).max(0) / COIN * COIN
    }
}

impl Shared {
    /// What can be handed over now, to everybody.
    fn payable(&self) -> i64 {
        self.persons.iter().map(Line::payable).sum()
    }
}

/// A workshop or farm with its sales fund.
struct Pot {
    unit: Id,
    fund: Id,
    francs: i64,
    points: i64,
    workers: usize,
    key: Option<Thing>,
}

fn pots(r: &Reading<'_>) -> Vec<Pot> {
    let view = r.book.view(r.site());
    let work = Book::new(&view, r.site(), r.today).holdings_in("work", &items::points());
    let units = ["workshop", "farm"].into_iter().flat_map(|kind| r.book.open_at(kind, r.site()));
    let found = units.filter_map(|unit| {
        let fund = Id::new("fund", &format!("{}.sales", unit.code()));
        r.book.thing(&fund, Date::MAX)?;
        let own = format!("{}.", unit.code());
        let points: Vec<i64> =
            work.iter().filter(|w| w.place.code().starts_with(&own)).map(|w| w.balance.count()).filter(|n| *n > 0).collect();
        let keys = r.book.open_at("key", r.site()).filter_map(|k| r.book.thing(&k, Date::MAX));
        let key = keys
            .filter(|k| k.text("unit") == unit.as_str() && k.date("from").is_some_and(|from| from <= r.today))
            .max_by_key(|k| k.date("from"));
        Some(Pot {
            francs: -r.book.balance(&fund, &items::xof(), None),
            points: points.iter().sum(),
            workers: points.len(),
            unit: unit.clone(),
            fund,
            key,
        })
    });
    found.collect()
}

/// Who gets a part, in words.
fn beneficiary(r: &Reading<'_>, to: &str) -> String {
    Id::parse(to).map_or_else(|_| r.words.choice(to), |id| r.label(&id))
}

/// A distribution or payout that waits for a visa: the paper, and the form as it was filled in.
struct Proposed {
    paper: Paper,
    kind: String,
    fields: Map,
}

impl Proposed {
    /// Those of this facility, oldest first; asked before the book is held still, since the journal has their forms.
    fn all(visit: &Visit) -> Result<Vec<Proposed>, Problem> {
        let papers: Vec<(Paper, String)> = visit.read(|r| {
            let with_kind = |paper: Paper| kind_of(r, &paper).map(|kind| (paper, kind));
            all_papers(r).into_iter().filter(|paper| paper.id.kind() == "proposal").filter_map(with_kind).collect()
        });
        let ours = papers.into_iter().filter(|(_, kind)| matches!(kind.split('/').next(), Some("distribution" | "payout")));
        let read = |(paper, kind): (Paper, String)| {
            let entry = visit.desk().entry(paper.seq)?.map(|(entry, _)| entry.fields);
            let fields = entry.and_then(|fields| fields.get("fields").and_then(Value::as_object).cloned()).unwrap_or_default();
            Ok(Proposed { paper, kind, fields })
        };
        ours.map(read).collect()
    }

    fn id(&self, field: &str) -> Option<Id> {
        Id::parse(self.fields.get(field)?.as_str()?).ok()
    }

    fn card(&self, r: &Reading<'_>) -> Markup {
        let about = self.id("distribution");
        let unit = self.id("unit").or_else(|| Shared::read(r, about.as_ref()?).map(|shared| shared.unit));
        let until = self.fields.get("until").and_then(Value::as_str).and_then(|day| day.parse().ok());
        html! {
            a href={ "/entree/" (self.paper.seq) } {
                (r.words.kind(&self.kind)) @if let Some(unit) = &unit { ", " (r.label(unit)) }
                @if until.is_some() { ", " (r.say(&Said::new("web.sharing-until").with("day", day(r, until)))) }
            } br;
            span.hint { (r.say(&Said::new("web.needs").with("needs", needs(r, &self.paper.needs)))) }
        }
    }
}

/// What was recorded, a line each: what the workers are due, what they were paid, what is still to pay.
fn recorded(r: &Reading<'_>, title: &str, shared: &[(Id, Shared)]) -> Markup {
    html! {
        h2 { (r.word(title)) @if shared.len() > 1 { " (" (shared.len()) ")" } }
        @if shared.is_empty() { p { (r.word("web.nothing-written")) } }
        ul.cards { @for (id, d) in shared { li {
            a href={ "/affectations/" (id.code()) } { (r.label(&d.unit)) ", " (r.say(&Said::new("web.sharing-until").with("day", day(r, d.until)))) } br;
            span.hint {
                (r.word("web.sharing-workers")) " " (r.francs(d.workers)) " · "
                (r.word("web.sharing-paid")) " " (r.francs(d.persons.iter().map(|p| p.paid).sum()))
                @if d.payable() > 0 { " · " strong { (r.word("web.sharing-to-pay-now")) " " (r.francs(d.payable())) } }
            }
        } } }
    }
}

/// The pots of this facility, what waits for a visa, what is to be paid, and what was paid.
pub(crate) fn all(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let proposed = Proposed::all(visit)?;
    Ok(visit.read(|r| {
        let title = r.word("web.tile-sharing").to_owned();
        let mut shared: Vec<(Id, Shared)> =
            r.book.open_at("distribution", r.site()).filter_map(|id| Some((id.clone(), Shared::read(r, &id)?))).collect();
        shared.reverse();
        let (to_pay, paid): (Vec<_>, Vec<_>) = shared.into_iter().partition(|(_, shared)| shared.payable() > 0);
        let pots = pots(r);
        let inner = html! {
            h1 { (title) }
            p.lead { (r.word("web.sharing-lead")) }
            @if pots.is_empty() { p.panel { (r.word("web.sharing-no-fund")) } }
            @for pot in &pots { (pot_card(r, pot)) }
            @if !proposed.is_empty() {
                h2 { (r.word("web.sharing-proposed")) }
                ul.cards { @for one in &proposed { li { (one.card(r)) } } }
            }
            @if !to_pay.is_empty() { (recorded(r, "web.sharing-to-pay", &to_pay)) }
            (recorded(r, "web.sharing-before", &paid))
        };
        page(r, &title, &inner)
    }))
}

/// The last days of the months that are over, the newest first.
fn month_ends(today: Date) -> Vec<Date> {
    let first = today.with_day(1).unwrap_or(today);
    (0..12).filter_map(|n| first.checked_sub_months(Months::new(n))?.checked_sub_days(Days::new(1))).collect()
}

fn pot_card(r: &Reading<'_>, pot: &Pot) -> Markup {
    let frozen = r.book.is_frozen(&pot.fund);
    html! {
        section.panel {
            h2 { (r.label(&pot.unit)) }
            dl.facts {
                dt { (r.word("web.sharing-pot")) } dd { @if frozen { "…" } @else { (r.francs(pot.francs)) } }
                dt { (r.word("web.sharing-points")) } dd { (r.say(&Said::new("web.sharing-points-of").with("points", pot.points).with("workers", pot.workers))) }
                dt { (r.word("web.sharing-key")) }
                dd { @match &pot.key {
                    Some(key) => {
                        @for part in lines(key, "parts") { (beneficiary(r, part["to"].as_str().unwrap_or_default())) (r.words.language().colon()) " " (part["ratio"].as_str().unwrap_or_default()) br; }
                        span.hint { (r.say(&Said::new("web.sharing-key-since").with("day", day(r, key.date("from"))).with("rest", beneficiary(r, key.text("remainder"))))) }
                    },
                    None => (r.word("web.sharing-no-key")),
                } }
            }
            form method="get" action="/affectations/simulation" {
                input type="hidden" name="unit" value=(pot.unit);
                div.field {
                    label for={ "c-until-" (pot.unit.code()) } { (r.words.field("distribution", "until")) }
                    select id={ "c-until-" (pot.unit.code()) } name="until" { @for end in month_ends(r.today) { option value=(end) { (day(r, Some(end))) } } }
                }
                @if pot.key.as_ref().is_some_and(|k| k.text("base") == "net-of-purchases") { p.hint { (r.word("web.sharing-net")) } }
                div.actions { button.main type="submit" { (r.word("web.sharing-simulate")) } }
            }
        }
    }
}

/// What a distribution would give, line by line; nothing is recorded.
pub(crate) fn simulate(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "distribution")?;
    let typed = visit.query.form(&kind.fields);
    let today = visit.clock().today();
    let read = baara_desk::read_fields(&visit.desk().book(), &session.site, today, &kind.fields, &typed, baara_desk::Source::People);
    let (table, errors, refused) = match read {
        Err(errors) => (None, errors, None),
        Ok(fields) => match visit.desk().table(&session.site, "simulation", &session.person, today, fields) {
            Ok(table) => (Some(table), Vec::new(), None),
            Err(refusal) => (None, Vec::new(), Some(refusal)),
        },
    };
    Ok(visit.read(|r| {
        let title = r.word("web.sharing-simulation").to_owned();
        let draft = Draft { errors: &errors, refused: refused.as_ref(), ..Draft::new(&kind, &typed) };
        let inner = html! {
            (form::summary(r, &draft))
            p.hint { a href="/affectations" { (r.word("web.tile-sharing")) } }
            h1 { (title) }
            @if let Some(table) = &table { (simulated(r, &draft, table)) }
            details open[table.is_none()] {
                summary { (r.word("web.sharing-again")) }
                form method="get" action="/affectations/simulation" {
                    (form::named(r, &draft, "unit"))
                    (form::named(r, &draft, "until"))
                    details open[typed.contains_key("purchases")] { summary { (r.words.field("distribution", "purchases")) } (form::named(r, &draft, "purchases")) }
                    div.actions { button.main type="submit" { (r.word("web.sharing-simulate")) } }
                }
            }
        };
        if table.is_none() { wrong(r, 422, &title, &inner) } else { page(r, &title, &inner) }
    }))
}

/// A row of the plugin's table by what it tells.
struct Row<'t> {
    month: &'t str,
    key: &'t str,
    to: &'t str,
    points: &'t str,
    ratio: &'t str,
    francs: i64,
}

fn rows(table: &Table) -> Vec<Row<'_>> {
    let at = |name: &str| table.columns.iter().position(|column| column == name);
    let of = |row: &'_ [String], at: Option<usize>| -> usize { at.filter(|at| *at < row.len()).unwrap_or(usize::MAX) };
    let [month, key, to, points, ratio, amount] = ["month", "key", "beneficiary", "points", "ratio", "amount"].map(at);
    let read = |row| {
        let row: &Vec<String> = row;
        let get = |at| row.get(of(row, at)).map_or("", String::as_str);
        Row {
            month: get(month),
            key: get(key),
            to: get(to),
            points: get(points),
            ratio: get(ratio),
            francs: get(amount).parse().unwrap_or(0),
        }
    };
    table.rows.iter().map(read).collect()
}

fn simulated(r: &Reading<'_>, draft: &Draft<'_>, table: &Table) -> Markup {
    let rows = rows(table);
    let months: Vec<&Row<'_>> = rows.iter().filter(|row| !row.month.is_empty()).collect();
    let parts: Vec<&Row<'_>> = rows.iter().filter(|row| row.month.is_empty() && row.points.is_empty()).collect();
    let people: Vec<&Row<'_>> = rows.iter().filter(|row| !row.points.is_empty()).collect();
    let sum = |rows: &[&Row<'_>]| rows.iter().map(|row| row.francs).sum::<i64>();
    let workers: i64 = parts.iter().filter(|row| row.to == "workers").map(|row| row.francs).sum();
    let points: i64 = people.iter().filter_map(|row| row.points.parse::<i64>().ok()).sum();
    let unit = form::text(draft.typed.get("unit"));
    let until = form::text(draft.typed.get("until"));
    let name = Id::parse(&unit).map_or(unit.clone(), |id| r.label(&id));
    let shown_until = until.parse().map_or(until.clone(), |d| day(r, Some(d)));
    html! {
        p.lead { strong { (name) } ", " (r.say(&Said::new("web.sharing-until").with("day", &shown_until))) }
        p { (r.word("web.sharing-nothing-recorded")) }
        h2 { (r.word("web.sharing-months")) }
        div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
            thead { tr { th { (r.words.column("month")) } th { (r.word("web.sharing-key-column")) } th.right { (r.words.column("amount")) } } }
            tbody {
                @for row in &months { tr { td { (row.month) } td { (Id::parse(row.key).map_or_else(|_| row.key.to_owned(), |id| id.code().to_owned())) } td.right { (r.francs(row.francs)) } } }
                tr { th colspan="2" { (r.word("web.sharing-pot")) } th.right { (r.francs(sum(&months))) } }
            }
        } }
        h2 { (r.word("web.sharing-parts")) }
        div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
            thead { tr { th { (r.words.column("beneficiary")) } th { (r.words.column("ratio")) } th.right { (r.words.column("amount")) } } }
            tbody {
                @for row in &parts { tr { td { (beneficiary(r, row.to)) } td { @if row.ratio.is_empty() { (r.word("web.sharing-repaid")) } @else { (row.ratio) } } td.right { (r.francs(row.francs)) } } }
                tr { th colspan="2" { (r.word("web.sharing-total")) } th.right { (r.francs(sum(&parts))) } }
                tr { td colspan="2" { (r.word("web.sharing-remainder")) } td.right { (r.francs(sum(&months) - sum(&parts))) } }
            }
        } }
        @if !people.is_empty() {
            h2 { (r.word("web.sharing-each")) }
            p { (r.say(&Said::new("web.sharing-formula").with("workers", r.francs(workers)).with("points", points))) }
            div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                thead { tr { th { (r.words.field("payout", "person")) } th.right { (r.words.column("points")) } th.right { (r.words.column("amount")) } } }
                tbody {
                    @for row in &people { tr {
                        td { (beneficiary(r, row.to)) }
                        td.right { (row.points) " / " (points) }
                        td.right { (r.francs(row.francs)) }
                    } }
                    tr { th { (r.word("web.sharing-total")) } th.right { (points) } th.right { (r.francs(sum(&people))) } }
                    tr { td colspan="2" { (r.word("web.sharing-remainder")) } td.right { (r.francs(workers - sum(&people))) } }
                }
            } }
            p.hint { (r.word("web.sharing-largest")) }
        }
        (vote_or_record(r, &name, &shown_until, workers))
    }
}

/// The decisions about a distribution that are signed and not used yet, with what they allow.
fn unused(r: &Reading<'_>) -> Vec<(Id, i64, String)> {
    let used: Vec<String> = r.book.open_at("distribution", r.site()).filter_map(|d| r.book.text_of(&d, "decision", Date::MAX)).collect();
    let all = r.book.open_at("decision", r.site()).filter_map(|id| r.book.decision(&id));
    let open = all.filter(|d| d.adopted && d.about == "distribution" && d.left > 0 && !used.contains(&d.id.to_string()));
    open.map(|d| (d.id.clone(), d.left, r.book.text_of(&d.id, "title", Date::MAX).unwrap_or_default())).collect()
}

/// Two ways on: put it to the vote, or record it under the decision that was signed.
fn vote_or_record(r: &Reading<'_>, unit: &str, until: &str, workers: i64) -> Markup {
    let title = r.say(&Said::new("web.sharing-question").with("unit", unit).with("day", until));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("about", "distribution"), ("title", &title), ("ceiling", &workers.to_string())])
        .finish();
    let decisions: Vec<(Id, i64, String)> = unused(r).into_iter().filter(|(_, left, _)| *left == workers).collect();
    html! {
        section.panel {
            h2 { (r.word("web.sharing-next")) }
            @if decisions.is_empty() {
                p { (r.say(&Said::new("web.sharing-vote-lead").with("amount", r.francs(workers)))) }
                p { a.button.main href={ "/reunions?" (query) } { (r.word("web.sharing-to-vote")) } }
            } @else if r.may("distribution") {
                form method="post" action="/affectations/simulation" {
                    (form::key(r))
                    (kept(r))
                    div.field {
                        label for="c-leave" { (r.word("web.leave")) }
                        (select("c-leave", "_leave", None, &decisions.iter().map(|(id, left, title)| Choice { value: id.to_string(), label: format!("{title} ({}), {}", id.code(), r.francs(*left)) }).collect::<Vec<_>>(), decisions[0].0.as_str(), r))
                    }
                    div.actions { button.main type="submit" { (r.word("web.sharing-record")) } }
                }
            } @else { p.hint { (r.word("web.not-yours")) } }
        }
    }
}

/// The question of this page, carried on into a form.
fn kept(r: &Reading<'_>) -> Markup {
    html! { @for (name, value) in r.visit.query.iter().filter(|(name, value)| !name.starts_with('_') && !value.trim().is_empty()) { input type="hidden" name=(name) value=(value); } }
}

/// Records a distribution under its decision.
pub(crate) fn share(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "distribution")?;
    let typed = fields(visit, &kind);
    let answer = visit.submit(&session, &kind.kind, typed.clone());
    settle(visit, answer, |r, errors, refused| again(r, &kind, &typed, errors, refused, "/affectations/simulation"), &kind)
}

/// A form of this page again, with what is wrong.
fn again(r: &Reading<'_>, kind: &KindDeclaration, typed: &Map, errors: &[FieldError], refused: Option<&Refusal>, to: &str) -> Markup {
    let draft = Draft { errors, refused, ..Draft::new(kind, typed) };
    html! {
        (form::summary(r, &draft))
        p.hint { a href="/affectations" { (r.word("web.tile-sharing")) } }
        h1 { (r.words.kind(&kind.kind)) }
        form method="post" action=(to) {
            (form::key(r))
            (form::fields(r, &draft))
            (form::besides(r, &draft))
            div.actions { button.main type="submit" { (r.word("web.record")) } a href="/affectations" { (r.word("web.cancel")) } }
        }
    }
}

/// What each worker of a distribution is due and was paid, and the payout.
pub(crate) fn payout(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let id = Id::parse(&format!("distribution/{}", visit.param("distribution"))).map_err(|_| Problem::NotFound)?;
    visit
        .read(|r| {
            let d = Shared::read(r, &id)?;
            let title = r.word("web.sharing-payout").to_owned();
            let total = |each: fn(&Line) -> i64| d.persons.iter().map(each).sum::<i64>();
            let rest = total(|p| p.due - p.paid);
            let inner = html! {
                p.hint { a href="/affectations" { (r.word("web.tile-sharing")) } }
                h1 { (title) }
                p.lead { strong { (r.label(&d.unit)) } ", " (r.say(&Said::new("web.sharing-until").with("day", day(r, d.until)))) }
                dl.facts {
                    dt { (r.word("web.sharing-pot")) } dd { (r.francs(d.pot)) }
                    dt { (r.word("web.sharing-workers")) } dd { (r.francs(d.workers)) }
                    @if let Some(decision) = &d.decision { dt { (r.word("web.leave")) } dd { a href={ "/chose/decision/" (decision.code()) } { (decision.code()) } } }
                }
                p { (r.say(&Said::new("web.sharing-formula").with("workers", r.francs(d.workers)).with("points", d.points))) }
                div.scroll tabindex="0" role="region" aria-label=(r.word("web.table")) { table {
                    thead { tr { th { (r.words.field("payout", "person")) } th.right { (r.word("web.sharing-due")) } th.right { (r.word("web.sharing-paid")) } th.right { (r.word("web.sharing-rest")) } } }
                    tbody {
                        @for p in &d.persons { tr {
                            td { a href={ "/chose/person/" (p.person.code()) } { (r.label(&p.person)) } br; span.hint { (r.say(&Said::new("web.sharing-n-points").with("n", p.points))) } }
                            td.right { (r.francs(p.due)) } td.right { (r.francs(p.paid)) } td.right { (r.francs(p.due - p.paid)) }
                        } }
                        tr { th { (r.word("web.sharing-total")) } th.right { (r.francs(total(|p| p.due))) } th.right { (r.francs(total(|p| p.paid))) } th.right { (r.francs(rest)) } }
                    }
                } }
                p { a.button href={ "/papiers/partage/" (id.code()) } { (r.word("web.sharing-print")) } }
                @if r.may("payout") && d.payable() > 0 { (pay_form(r, &d, &id)) }
                @else if rest > 0 && !r.may("payout") { p.hint { (r.word("web.sharing-treasurer-pays")) } }
            };
            Some(page(r, &title, &inner))
        })
        .ok_or(Problem::NotFound)
}

fn pay_form(r: &Reading<'_>, d: &Shared, id: &Id) -> Markup {
    let boxes = choices(r, "payout", "place", "cash-box");
    let only = if boxes.len() == 1 { boxes[0].value.clone() } else { String::new() };
    let opening = |all: bool, inner: &Markup| {
        html! {
            form method="post" action={ "/affectations/" (id.code()) } {
                (form::key(r))
                @if let Some(decision) = &d.decision { input type="hidden" name="_leave" value=(decision); }
                @if all { input type="hidden" name="all" value="oui"; }
                (inner)
            }
        }
    };
    let from = |name: &str| html! { div.field { label for={ "c-place-" (name) } { (r.words.field("payout", "place")) } (select(&format!("c-place-{name}"), "place", None, &boxes, &only, r)) } };
    html! {
        section.panel {
            h2 { (r.words.kind("payout")) }
            p { (r.word("web.sharing-by-fives")) }
            (opening(true, &html! { (from("tous")) div.actions { button.main type="submit" { (r.word("web.sharing-pay-all")) } } }))
            details {
                summary { (r.word("web.sharing-pay-some")) }
                (opening(false, &html! {
                    (from("un"))
                    @for (at, p) in d.persons.iter().filter(|p| p.payable() > 0).enumerate() {
                        div.row {
                            label for={ "c-paie-" (at) } { (r.label(&p.person)) " " span.hint { (r.francs(p.payable())) } }
                            div { input type="hidden" name={ "lines." (at) ".person" } value=(p.person); input.figure id={ "c-paie-" (at) } name={ "lines." (at) ".amount" } type="text" inputmode="numeric" autocomplete="off"; }
                        }
                    }
                    div.actions { button.main type="submit" { (r.word("web.sharing-pay-these")) } }
                }))
            }
        }
    }
}

/// Proposes a payout.
pub(crate) fn pay(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "payout")?;
    let mut typed = fields(visit, &kind);
    typed.insert("distribution".to_owned(), format!("distribution/{}", visit.param("distribution")).into());
    if let Some(Value::Array(lines)) = typed.get_mut("lines") {
        lines.retain(|line| line.get("amount").is_some());
    }
    let answer = visit.submit(&session, &kind.kind, typed.clone());
    let to = format!("/affectations/{}", visit.param("distribution"));
    settle(visit, answer, |r, errors, refused| again(r, &kind, &typed, errors, refused, &to), &kind)
}
