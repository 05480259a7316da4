//! *Reçu*: a numbered receipt on 80 mm or A6, whose copies say that they are copies.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Draft};
use crate::layout::{page, wrong};
use crate::pages::correct;
use crate::pages::papers::{RECEIPTS, kept, letterhead, long_day, marks, paper_back, print, signatures};
use crate::pages::record::declaration;
use crate::pages::sale::back;
use crate::pages::visas::given;
use crate::visit::{Reading, Visit, once_key};
use baara_book::Entry;
use baara_desk::Answer;
use baara_plugin_api::{Amount, Date, Effect, Id, Map, Value, read_number};
use baara_reports::{Said, francs_in_letters, shown_amount};
use maud::{Markup, html};

/// How long the paper on the screen is the original, in milliseconds: then somebody has it in hand.
const FRESH: i64 = 30 * 60 * 1000;

/// What a receipt says.
struct Receipt {
    seq: u64,
    leaf: String,
    number: String,
    kind: String,
    date: Date,
    by: Id,
    /// The sale, when it is one: copies are counted for it.
    sale: Option<Id>,
    /// What the entry opened: a sale, a debt payment, an order.
    values: Map,
    /// The francs it is about, wherever they went.
    total: i64,
    /// Whose visa it has.
    effects: Vec<Effect>,
    /// Made so little ago, by this person, that no paper was handed over yet.
    fresh: bool,
    /// Who else it takes to cancel it: a word.
    rule: &'static str,
    /// The entry that cancelled it.
    undone: Option<Entry>,
}

impl Receipt {
    fn read(visit: &Visit) -> Result<Receipt, Problem> {
        let session = visit.signed_in()?;
        let seq: u64 = visit.param("seq").parse().map_err(|_| Problem::NotFound)?;
        let (entry, leaf) = visit.desk().entry(seq)?.ok_or(Problem::NotFound)?;
        if entry.site != session.site {
            return Err(Problem::NotFound);
        }
        let number = number(&entry).ok_or(Problem::NotFound)?;
        let opened = entry.effects.iter().find_map(|effect| match effect {
            Effect::Open { thing, values } if matches!(thing.kind(), "sale" | "debt-payment" | "order") => Some((thing, values)),
            _ => None,
        });
        let values: Map = opened.map(|(_, values)| values.clone().into_iter().collect()).unwrap_or_default();
        let named = ["total", "amount", "down-payment"].into_iter().find_map(|key| values.get(key)?.as_str()?.parse::<Amount>().ok());
        let now = visit.clock().at();
        let undone = visit.desk().book().reversed_by(seq);
        let undone = undone.map(|by| visit.desk().entry(by)).transpose()?.flatten().map(|(entry, _)| entry);
        Ok(Receipt {
            rule: correct::rule(visit, &entry),
            undone,
            seq,
            leaf,
            number,
            kind: entry.kind.clone(),
            date: entry.date,
            sale: opened.map(|(thing, _)| thing.clone()).filter(|thing| thing.kind() == "sale"),
            total: named.map_or_else(|| came_in(&entry), Amount::count),
            fresh: entry.by.0 == session.person && (0..FRESH).contains(&(now - entry.at)),
            by: entry.by.0,
            values,
            effects: entry.effects,
        })
    }

    fn text(&self, key: &str) -> &str {
        self.values.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn id_of(&self, key: &str) -> Option<Id> {
        Id::parse(self.text(key)).ok()
    }
}

fn number(entry: &Entry) -> Option<String> {
    let taken = crate::pages::papers::numbers(entry, "receipt").into_iter();
    taken.filter(|(_, void)| !void).map(|(number, _)| number).next()
}

/// The francs that came into a cash box, a wallet or a bank.
fn came_in(entry: &Entry) -> i64 {
    let each = entry.effects.iter().filter_map(|effect| match effect {
        Effect::Move { amount, to, .. } if matches!(to.kind(), "cash-box" | "wallet" | "bank") => Some(amount.count()),
        _ => None,
    });
    each.sum()
}

/// How many copies of a sale's receipt were printed.
fn copies(r: &Reading<'_>, sale: Option<&Id>) -> usize {
    let Some(sale) = sale else { return 0 };
    let copies = r.book.open_at("receipt-copy", r.site());
    copies.filter(|id| r.book.text_of(id, "sale", Date::MAX).as_deref() == Some(sale.as_str())).count()
}

/// The receipt of an entry.
pub(crate) fn show(visit: &Visit) -> Shown {
    let receipt = Receipt::read(visit)?;
    Ok(visit.read(|r| page(r, &format!("{} {}", r.word("web.paper-receipt"), receipt.number), &body(r, &receipt))))
}

fn body(r: &Reading<'_>, receipt: &Receipt) -> Markup {
    let done = r.visit.query.get("fait");
    let given = read_number(r.visit.query.get("donne"), 0).ok().filter(|given| *given > 0);
    let ticket = r.visit.query.get("format") == "80";
    let copies = copies(r, receipt.sale.as_ref());
    let standing = receipt.undone.is_none();
    // The first paper is the original; later ones are copies, counted where the book can.
    let original = receipt.fresh && copies == 0 && standing;
    let copy = r.visit.query.get("copie").parse::<usize>().ok().filter(|n| *n == copies && copies > 0);
    let may_copy = receipt.sale.is_some() && r.may("receipt-reprint") && standing;
    let printable = original || copy.is_some() || !standing || receipt.sale.is_none();
    html! {
        @if matches!(done, "oui" | "deja") {
            div.banner.done role="status" {
                p { strong { (r.word(if done == "oui" { "web.sell-done" } else { "web.done-before" })) } }
                p.number { (receipt.number) " · " (r.francs(receipt.total)) }
                @if let Some(given) = given { p.number { (back(r, given, receipt.total)) } }
            }
        }
        h1.sr { (r.word("web.paper-receipt")) " " (receipt.number) }
        div.actions.noprint {
            @if printable { (print(r, done == "oui")) }
            @if receipt.kind.starts_with("sale/") && r.may("sale") { a.button href="/ventes/nouvelle" { (r.word("web.sell-new")) } }
            @if ticket { a href={ "/papiers/recu/" (receipt.seq) "?" (kept_query(r)) "format=a6" } { "A6" } }
            @else { a href={ "/papiers/recu/" (receipt.seq) "?" (kept_query(r)) "format=80" } { "80 mm" } }
            a href={ "/entree/" (receipt.seq) } { (r.word("web.paper-entry")) }
        }
        @if !printable {
            p.panel { (r.word("web.paper-handed")) }
            @if may_copy {
                form method="post" action={ "/papiers/recu/" (receipt.seq) } {
                    input type="hidden" name="_key" value=(once_key());
                    button.main type="submit" { (r.word("web.paper-copy")) }
                }
            }
        }
        (paper(r, receipt, ticket, if original { None } else { Some(copy.unwrap_or(copies)) }))
        @if standing && r.may_undo(&receipt.kind) {
            details.noprint {
                summary { (r.word("web.sell-reverse")) }
                (correct::undo(r, receipt.seq, receipt.rule, true))
            }
        }
    }
}

/// What the next address keeps of this one.
fn kept_query(r: &Reading<'_>) -> String {
    let kept = ["fait", "donne", "copie"].into_iter().filter(|name| !r.visit.query.get(name).is_empty());
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in kept {
        query.append_pair(name, r.visit.query.get(name));
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("{query}&") }
}

/// The paper itself; its words are French, as papers of the administration are.
fn paper(r: &Reading<'_>, receipt: &Receipt, ticket: bool, copy: Option<usize>) -> Markup {
    let lines = receipt.values.get("lines").and_then(Value::as_array);
    let buyer = receipt.id_of("customer").map_or_else(|| r.word("web.sell-anonymous").to_owned(), |id| r.label(&id));
    let words = francs_in_letters(u64::try_from(receipt.total).unwrap_or(0));
    let code = receipt.leaf.get(..16).unwrap_or(&receipt.leaf);
    let name = receipt.kind.split('/').next().unwrap_or_default();
    let size = if ticket { "paper ticket" } else { "paper a6" };
    html! {
        article class=(size) {
            (letterhead(r))
            h1 { (r.word("web.paper-receipt")) " N° " (receipt.number) }
            (marks(r, receipt.date))
            @if let Some(undone) = &receipt.undone { p.mark.void { (r.word("web.paper-void")) } p.center { (paper_back(r, undone)) } }
            @else if let Some(copy) = copy { p.mark { (r.word("web.paper-duplicate")) @if copy > 0 { " " (copy) } } }
            dl {
                dt { (r.word("web.paper-date")) } dd { (long_day(r, receipt.date)) }
                dt { (r.word("web.paper-from")) } dd { (buyer) }
                @if let Some(unit) = receipt.id_of("unit") { dt { (r.word("web.paper-unit")) } dd { (r.label(&unit)) } }
                dt { (r.words.field("sale", "means")) }
                dd { @if receipt.text("means").is_empty() { (r.words.kind(name)) } @else { (form::capital(&r.words.choice(receipt.text("means")))) } }
                @if !receipt.text("paper").is_empty() { dt { (r.word("web.sell-paper")) } dd { (receipt.text("paper")) } }
            }
            @if let Some(lines) = lines {
                div.scroll tabindex="0" role="region" aria-label=(r.word("web.paper-receipt")) { table {
                    thead { tr { th { (r.words.column("item")) } th.right { (r.word("web.paper-quantity")) } th.right { (r.word("web.paper-price")) } th.right { (r.word("web.paper-amount")) } } }
                    tbody { @for line in &merged(lines) { (goods(r, line)) } }
                } }
            }
            p.big { (r.francs(receipt.total)) }
            p.letters { (r.word(if receipt.text("means") == "credit" { "web.paper-sum-owed" } else { "web.paper-sum" })) " : " (words) "." }
            (signatures(&[r.word("web.paper-sign-seller"), r.word("web.paper-sign-buyer")]))
            (given(r, &receipt.effects))
            p.code { (r.say(&Said::new("web.paper-by").with("person", &receipt.by))) " · n° " (receipt.seq) " · " (r.word("web.code")) " " (code) }
            div.stub {
                (r.word("web.paper-stub")) " N° " (receipt.number) " · " (long_day(r, receipt.date)) " · " (buyer) " · " strong { (r.francs(receipt.total)) }
            }
        }
    }
}

/// A line as a customer reads it.
struct Goods {
    item: String,
    quantity: Amount,
    price: Amount,
    total: i64,
}

/// The lines of a sale without their lots: what costs the same is one line.
fn merged(lines: &[Value]) -> Vec<Goods> {
    let mut all: Vec<Goods> = Vec::new();
    for line in lines {
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
        let amount = |key: &str| text(key).parse::<Amount>().ok();
        let (Some(quantity), Some(price), Some(total)) = (amount("quantity"), amount("price"), amount("total")) else { continue };
        match all.iter_mut().find(|one| one.item == text("item") && one.price == price) {
            Some(one) => {
                one.quantity = one.quantity.with_count(one.quantity.count() + quantity.count());
                one.total += total.count();
            }
            None => all.push(Goods { item: text("item").to_owned(), quantity, price, total: total.count() }),
        }
    }
    all
}

fn goods(r: &Reading<'_>, line: &Goods) -> Markup {
    let item = Id::parse(&line.item).map(|id| r.label(&id)).unwrap_or_default();
    let language = r.words.language();
    html! { tr { td { (item) } td.right { (shown_amount(line.quantity, language)) } td.right { (shown_amount(line.price, language)) } td.right { (r.francs(line.total)) } } }
}

/// Notes that a copy is printed, and shows it.
pub(crate) fn copy(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let receipt = Receipt::read(visit)?;
    let sale = receipt.sale.clone().ok_or(Problem::NotFound)?;
    let kind = declaration(visit, "receipt-reprint")?;
    let mut fields = Map::new();
    fields.insert("sale".to_owned(), sale.as_str().into());
    let (errors, refused) = match visit.submit(&session, &kind.kind, fields.clone()) {
        Answer::Recorded(_) | Answer::Waiting(_) => {
            let n = visit.read(|r| copies(r, Some(&sale)));
            return Ok(Reply::See(format!("/papiers/recu/{}?copie={n}", receipt.seq)));
        }
        Answer::Fault(fault) => return Err(fault.into()),
        Answer::Fields(errors) => (errors, None),
        Answer::Refused(refusal) => (Vec::new(), Some(refusal)),
    };
    Ok(visit.read(|r| {
        let draft = Draft { errors: &errors, refused: refused.as_ref(), ..Draft::new(&kind, &fields) };
        wrong(r, status_of(refused.as_ref()), &r.words.kind(&kind.kind), &html! { (form::summary(r, &draft)) (body(r, &receipt)) })
    }))
}

/// The receipts of a day, to print one again.
pub(crate) fn all(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let today = visit.clock().today();
    let day = visit.query.get("jour").parse().unwrap_or(today);
    let entries = kept(visit.desk(), &session.site, day, vec![RECEIPTS.to_owned()])?;
    let own: Vec<(u64, String, i64, String)> = entries
        .iter()
        .filter(|(entry, _)| entry.date == day)
        .filter_map(|(entry, _)| Some((entry.seq, number(entry)?, came_in(entry), entry.kind.clone())))
        .collect();
    Ok(visit.read(|r| {
        let title = r.word("web.paper-receipts").to_owned();
        let inner = html! {
            h1 { (title) }
            form.filters method="get" action="/papiers/recus" {
                div.field { label for="c-jour" { (r.word("web.paper-day")) } input #c-jour name="jour" type="date" value=(day) max=(today); }
                button.main type="submit" { (r.word("web.show")) }
            }
            @if own.is_empty() { p { (r.word("web.nothing-found")) } }
            ul.cards { @for (seq, number, total, kind) in own.iter().rev() {
                li { a href={ "/papiers/recu/" (seq) } { (number) } " " span.hint { (r.words.kind(kind)) " · " (r.francs(*total)) @if r.book.reversed_by(*seq).is_some() { " · " (r.word("web.paper-void")) } } }
            } }
        };
        page(r, &title, &inner)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    #[test]
    fn lots_of_one_price_are_one_line_of_a_receipt() {
        let line = |lot: &str, n: i64, price: i64| json!({"item": "item/savon", "lot": lot, "quantity": format!("{n} piece"), "price": format!("{price} XOF"), "total": format!("{} XOF", n * price)});
        let told: Vec<(i64, i64)> = merged(&[line("lot/a", 3, 150), line("lot/b", 2, 150), line("lot/b", 1, 100)])
            .iter()
            .map(|one| (one.quantity.count(), one.total))
            .collect();
        assert_eq!(told, [(5, 750), (1, 100)]);
    }
}
