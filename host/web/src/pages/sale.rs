//! *Vendre*: tiles of what is in store at today's price, one tap each; lots are taken oldest first.

use crate::answers::{Problem, Reply, Shown, status_of};
use crate::form::{self, Choice, Draft, choices, select};
use crate::layout::{page, wrong};
use crate::pages::record::declaration;
use crate::pairs::Pairs;
use crate::visit::{Reading, Visit};
use baara_desk::Answer;
use baara_plugin_api::{Amount, FieldError, Id, KindDeclaration, Map, Ratio, Refusal, Rounding, Thing, Unit, Value, json, read_number};
use baara_reports::{Figure, Said, shown_amount};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Something a workshop or farm has to sell.
struct Product {
    item: Id,
    label: String,
    /// Francs for one whole unit, by the list in force.
    price: i64,
    unit: Unit,
    scale: u8,
    service: bool,
    /// How much of a service waits to be paid, by tickets; `None` where it needs none.
    tickets: Option<i64>,
    /// Where it lies, oldest released lot first.
    shelves: Vec<Shelf>,
    /// What is there and may not leave yet.
    waiting: i64,
}

/// A lot, or goods without lots, in a store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Shelf {
    made: String,
    lot: Option<Id>,
    store: Id,
    left: i64,
}

impl Product {
    fn left(&self) -> i64 {
        if self.service {
            return self.tickets.unwrap_or(i64::MAX);
        }
        self.shelves.iter().map(|shelf| shelf.left).sum()
    }

    fn amount(&self, count: i64) -> Amount {
        Amount::new(count, self.scale, self.unit)
    }
}

/// A basket as it is being filled: what was typed, by item code.
struct Basket<'b> {
    pairs: &'b Pairs,
    counts: BTreeMap<String, String>,
}

impl Basket<'_> {
    /// Reads what was typed, and one more or one less of what was tapped.
    fn read<'b>(pairs: &'b Pairs, products: &[Product]) -> Basket<'b> {
        let mut counts: BTreeMap<String, String> =
            pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("n.")?.to_owned(), value.trim().to_owned()))).collect();
        for (button, sign) in [("plus", 1), ("minus", -1)] {
            let code = pairs.get(button);
            if let Some(product) = products.iter().find(|p| p.item.code() == code) {
                let count = counts.entry(code.to_owned()).or_default();
                *count = stepped(count, product.scale, sign);
            }
        }
        counts.retain(|_, count| !count.is_empty());
        Basket { pairs, counts }
    }

    fn text(&self, product: &Product) -> &str {
        self.counts.get(product.item.code()).map_or("", String::as_str)
    }

    /// How much of a product, in its smallest unit; `None` when it is not a plain number.
    fn count(&self, product: &Product) -> Option<i64> {
        read_number(self.text(product), product.scale).ok()
    }

    /// The price typed for a product, when one was.
    fn price(&self, product: &Product) -> Option<&str> {
        Some(self.pairs.get(&format!("p.{}", product.item.code()))).filter(|price| !price.is_empty())
    }

    /// What a product costs in all; `None` when a figure cannot be read.
    fn cost(&self, product: &Product) -> Option<i64> {
        let price = self.price(product).map_or(Some(product.price), |typed| read_number(typed, 0).ok())?;
        worth(price, self.count(product)?, product.scale)
    }

    fn total(&self, products: &[Product]) -> i64 {
        products.iter().filter_map(|product| self.cost(product)).sum()
    }
}

/// One whole unit more or less; nothing left is no text at all.
fn stepped(text: &str, scale: u8, sign: i64) -> String {
    let count = read_number(text, scale).unwrap_or(0).saturating_add(sign * 10_i64.pow(u32::from(scale)));
    if count > 0 { Figure { count, scale }.comma() } else { String::new() }
}

/// A price times a quantity to the nearest franc, as the sale itself counts it.
fn worth(price: i64, count: i64, scale: u8) -> Option<i64> {
    Ratio::new(u64::try_from(price).ok()?, 10_u64.checked_pow(u32::from(scale))?)?.of(count, Rounding::Half)
}

/// From which shelves a quantity is taken: the oldest first, the last one answers for what is missing.
fn taken(shelves: &[Shelf], count: i64) -> Vec<(Option<&Shelf>, i64)> {
    let mut missing = count;
    let mut all: Vec<(Option<&Shelf>, i64)> = Vec::new();
    for shelf in shelves.iter().filter(|shelf| shelf.left > 0) {
        let part = missing.min(shelf.left);
        if part > 0 {
            all.push((Some(shelf), part));
            missing -= part;
        }
    }
    if missing > 0 {
        match all.last_mut() {
            Some((_, part)) => *part += missing,
            None => all.push((None, missing)),
        }
    }
    all
}

/// Notes and coins that are handed back.
const PIECES: &[i64] = &[10_000, 5_000, 2_000, 1_000, 500, 250, 200, 100, 50, 25, 10, 5];

/// A sum in notes and coins, the largest first, and what no coin can give.
fn in_pieces(sum: i64) -> (Vec<(i64, i64)>, i64) {
    let mut left = sum.max(0);
    let mut pieces = Vec::new();
    for value in PIECES {
        if left >= *value {
            pieces.push((*value, left / value));
            left %= value;
        }
    }
    (pieces, left)
}

/// What sells.
const UNITS: [&str; 2] = ["workshop", "farm"];

/// The workshops and farms of this facility that have something to sell, with their products.
fn units(r: &Reading<'_>) -> Vec<(Id, Vec<Product>)> {
    let all = UNITS.into_iter().flat_map(|kind| r.book.open_at(kind, r.site()));
    all.map(|unit| (unit.clone(), products(r, &unit))).filter(|(_, products)| !products.is_empty()).collect()
}

/// What a workshop or farm sells today: what it made and has a price, and its services.
fn products(r: &Reading<'_>, unit: &Id) -> Vec<Product> {
    let mut found: BTreeMap<Id, Product> = BTreeMap::new();
    let Some(prices) = r.book.thing(&Id::new("price-list", r.site()), r.today) else { return Vec::new() };
    for (code, price) in &prices.values {
        let price = price.as_str().and_then(|text| text.parse::<Amount>().ok()).filter(|a| a.unit() == Unit::XOF);
        let (Some(price), Ok(item)) = (price, Id::parse(&format!("item/{code}"))) else { continue };
        let (Some(thing), Some((measure, scale))) = (r.book.thing(&item, r.today), r.book.measure(&item)) else { continue };
        let service = thing.text("group") == "service";
        let label = r.label(&item);
        let price = price.count();
        let tickets = (unit.kind() == "workshop").then_some(0);
        found.insert(item.clone(), Product { item, label, price, unit: measure, scale, service, tickets, shelves: Vec::new(), waiting: 0 });
    }
    let is_ours = |ticket: &Thing| ticket.text("unit") == unit.as_str() && ticket.text("receipt").is_empty() && !ticket.flag("free");
    for ticket in r.book.open_at("ticket", r.site()).filter_map(|id| r.book.thing(&id, r.today)).filter(is_ours) {
        let Some(product) = ticket.id_of("item").and_then(|item| found.get_mut(&item)) else { continue };
        let one = 10_i64.pow(u32::from(product.scale));
        product.tickets = product.tickets.map(|all| all + ticket.amount("quantity").map_or(one, Amount::count));
    }
    for store in r.book.open_at("store", r.site()).filter(|store| !r.book.is_frozen(store)) {
        for holding in r.book.holdings_of(&store).into_iter().filter(|h| h.balance.count() > 0) {
            let Some(product) = found.get_mut(&holding.item) else { continue };
            let left = holding.balance.count();
            let Some(lot) = holding.lot else {
                product.shelves.push(Shelf { made: String::new(), lot: None, store: store.clone(), left });
                continue;
            };
            let Some(thing) = r.book.thing(&lot, r.today) else { continue };
            if thing.id_of("unit").is_some_and(|maker| maker != *unit) {
                continue;
            }
            if thing.flag("released") {
                product.shelves.push(Shelf { made: thing.text("made").to_owned(), lot: Some(lot), store: store.clone(), left });
            } else {
                product.waiting += left;
            }
        }
    }
    let mut all: Vec<Product> = found.into_values().filter(|p| p.left() > 0 || p.waiting > 0).collect();
    all.iter_mut().for_each(|product| product.shelves.sort_unstable());
    all.sort_by_cached_key(|product| (product.service, baara_desk::fold(&product.label)));
    all
}

/// The tiles of every workshop and farm; where one alone sells, its till.
pub(crate) fn choose(visit: &Visit) -> Shown {
    visit.signed_in()?;
    declaration(visit, "sale")?;
    Ok(visit.read(|r| match units(r).as_slice() {
        [(only, _)] if r.may("sale") => Reply::See(till_of(only)),
        all => page(r, r.word("web.tile-sale"), &tiles(r, all)),
    }))
}

/// The till of one workshop or farm, at an address of its own: a draft is kept by address.
pub(crate) fn show(visit: &Visit) -> Shown {
    visit.signed_in()?;
    let kind = declaration(visit, "sale")?;
    let unit = unit(visit)?;
    Ok(visit.read(|r| page(r, r.word("web.tile-sale"), &body(r, &kind, &unit, &visit.query, &[], None))))
}

/// Where a workshop or farm sells.
fn till_of(unit: &Id) -> String {
    format!("/ventes/{unit}")
}

/// The workshop or farm that the address names.
fn unit(visit: &Visit) -> Result<Id, Problem> {
    let unit = Id::parse(&format!("{}/{}", visit.param("kind"), visit.param("code"))).ok();
    let is_ours = |r: &Reading<'_>, unit: &Id| UNITS.iter().any(|kind| r.book.open_at(kind, r.site()).any(|id| id == *unit));
    unit.filter(|unit| visit.read(|r| is_ours(r, unit))).ok_or(Problem::NotFound)
}

/// One tap more, the total again, or the sale itself.
pub(crate) fn send(visit: &Visit) -> Shown {
    let session = visit.signed_in()?.clone();
    let kind = declaration(visit, "sale")?;
    let unit = unit(visit)?;
    if visit.form.get("do") != "sell" {
        return Ok(visit.read(|r| page(r, r.word("web.tile-sale"), &body(r, &kind, &unit, &visit.form, &[], None))));
    }
    let fields = visit.read(|r| fields(r, &unit, &visit.form));
    let answer = visit.submit(&session, &kind.kind, fields.clone());
    let (errors, refused) = match answer {
        Answer::Recorded(done) => {
            let told = if done.again { "deja" } else { "oui" };
            return Ok(Reply::See(format!("/papiers/recu/{}?fait={told}&donne={}", done.seq, digits(visit.form.get("given")))));
        }
        Answer::Waiting(waiting) => return Ok(Reply::See(format!("/entree/{}?fait=propose", waiting.seq))),
        Answer::Fault(fault) => return Err(fault.into()),
        Answer::Fields(errors) => (errors, None),
        Answer::Refused(refusal) if refusal.code == "command/same-id-other-content" => match before(visit, &fields)? {
            Some(seq) => return Ok(Reply::See(format!("/papiers/recu/{seq}?fait=deja"))),
            None => (Vec::new(), Some(refusal)),
        },
        Answer::Refused(refusal) => (Vec::new(), Some(refusal)),
    };
    Ok(visit.read(|r| {
        let body = body(r, &kind, &unit, &visit.form, &errors, refused.as_ref());
        wrong(r, status_of(refused.as_ref()), r.word("web.tile-sale"), &body)
    }))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(12).collect()
}

/// The same sale sent again takes other lots when the first has emptied one: it is known by what it sells.
fn before(visit: &Visit, fields: &Map) -> Result<Option<u64>, Problem> {
    let session = visit.signed_in()?;
    let key = visit.form.get("_key");
    let seen = visit.desk().book().seen(key);
    let entry = seen.map(|seq| visit.desk().entry(seq)).transpose()?.flatten().map(|(entry, _)| entry);
    let same = |entry: &baara_book::Entry| {
        entry.id == key
            && entry.site == session.site
            && entry.kind.starts_with("sale/")
            && entry.by.0 == session.person
            && ["unit", "means"].iter().all(|name| entry.fields.get(*name) == fields.get(*name))
            && sums(&entry.fields) == sums(fields)
    };
    Ok(entry.filter(same).map(|entry| entry.seq))
}

/// How much of each item a sale names, whatever its lots; texts that differ only in decimals are alike.
fn sums(fields: &Map) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for line in fields.get("lines").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
        let quantity = text("quantity");
        let count = quantity.parse::<Amount>().map_or_else(
            |_| read_number(quantity, 3).unwrap_or(0),
            |amount| amount.count() * 10_i64.pow(3_u32.saturating_sub(u32::from(amount.scale()))),
        );
        *sums.entry(text("item").to_owned()).or_default() += count;
    }
    sums
}

/// The basket as the fields of a sale.
fn fields(r: &Reading<'_>, unit: &Id, pairs: &Pairs) -> Map {
    let mut fields = Map::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            fields.insert(name.to_owned(), value.into());
        }
    };
    let means = pairs.get("means");
    put("unit", &unit.to_string());
    put("means", means);
    put("customer", pairs.get("customer"));
    put("paper", pairs.get("paper"));
    put("motive", pairs.get("motive"));
    put("late-reason", pairs.get("late-reason"));
    match means {
        "cash" => put("place", pairs.get("cash-box")),
        "mobile-money" => put("place", pairs.get("wallet")),
        _ => {}
    }
    let products = products(r, unit);
    let basket = Basket::read(pairs, &products);
    let lines = lines(&basket, &products).into_iter().map(|(_, line)| Value::Object(line)).collect::<Vec<_>>();
    if !lines.is_empty() {
        fields.insert("lines".to_owned(), lines.into());
    }
    fields
}

/// The lines of a sale, each with the product it is of.
fn lines<'p>(basket: &Basket<'_>, products: &'p [Product]) -> Vec<(&'p Product, Map)> {
    let mut all = Vec::new();
    for product in products.iter().filter(|product| !basket.text(product).is_empty()) {
        let parts = match basket.count(product) {
            Some(count) if !product.service => taken(&product.shelves, count),
            _ => vec![(None, 0)],
        };
        for (shelf, part) in parts {
            let mut line = Map::new();
            line.insert("item".to_owned(), json!(product.item));
            // What is no plain number goes as it was typed: bags, or a mistake to tell.
            let plain = shelf.is_some() || (part > 0 && basket.count(product).is_some());
            let quantity = if plain { Figure { count: part, scale: product.scale }.comma() } else { basket.text(product).to_owned() };
            line.insert("quantity".to_owned(), quantity.into());
            if let Some(lot) = shelf.and_then(|shelf| shelf.lot.as_ref()) {
                line.insert("lot".to_owned(), json!(lot));
            }
            if let Some(store) = shelf.or(product.shelves.first()).map(|shelf| &shelf.store) {
                line.insert("store".to_owned(), json!(store));
            }
            if let Some(price) = basket.price(product) {
                line.insert("price".to_owned(), price.into());
            }
            all.push((product, line));
        }
    }
    all
}

fn body(r: &Reading<'_>, kind: &KindDeclaration, unit: &Id, pairs: &Pairs, errors: &[FieldError], refused: Option<&Refusal>) -> Markup {
    let units = units(r);
    let typed = Map::new();
    let draft = Draft { errors, refused, ..Draft::new(kind, &typed) };
    html! {
        (form::summary(r, &draft))
        @match units.iter().find(|(one, _)| one == unit) {
            Some((unit, products)) if r.may("sale") => { h1 { (r.word("web.tile-sale")) } (frozen(r)) (till(r, &draft, pairs, unit, products, units.len() > 1)) },
            // It may not sell, or the last of its goods has just left.
            _ => { (tiles(r, &units)) },
        }
    }
}

/// The tiles of every workshop and farm: the first tap opens its till.
fn tiles(r: &Reading<'_>, units: &[(Id, Vec<Product>)]) -> Markup {
    html! {
        h1 { (r.word("web.tile-sale")) }
        (frozen(r))
        @if !r.may("sale") { p.panel { (r.word("web.not-yours")) } }
        @else if units.is_empty() { p.panel { (r.word("web.sell-nothing")) } p { a.button href="/noter/sale" { (r.word("web.sell-other")) } } (ticket(r)) }
        @else {
            p.lead { (r.word("web.sell-choose")) }
            @for (unit, products) in units {
                section {
                    h2 { (r.label(unit)) }
                    form method="post" action=(till_of(unit)) {
                        (form::key(r))
                        div.products { @for product in products { (tile(r, product, "")) } }
                    }
                }
            }
            (ticket(r))
        }
    }
}

/// A service is sold once its ticket is noted; where the price list has any.
fn ticket(r: &Reading<'_>) -> Markup {
    let prices = r.book.thing(&Id::new("price-list", r.site()), r.today);
    let is_service = |code: &String| r.book.text_of(&Id::new("item", code), "group", r.today).as_deref() == Some("service");
    let any = prices.is_some_and(|prices| prices.values.iter().any(|(code, price)| !price.is_null() && is_service(code)));
    html! { @if any && r.may("ticket") { p { a href="/noter/ticket" { (r.word("web.sell-ticket")) } } } }
}

/// What lies in a store that is being counted is not for sale.
fn frozen(r: &Reading<'_>) -> Markup {
    let counted = r.book.open_at("store", r.site()).any(|store| r.book.is_frozen(&store));
    html! { @if counted { p.warning { (r.word("web.sell-frozen")) } } }
}

/// A product to tap: its price, what is left, how many are taken.
fn tile(r: &Reading<'_>, product: &Product, count: &str) -> Markup {
    let left = || shown_amount(product.amount(product.left()), r.words.language());
    let told = match (product.service, product.tickets) {
        (true, Some(_)) => r.say(&Said::new("web.sell-tickets").with("left", left())),
        (true, None) => String::new(),
        (false, _) if product.left() > 0 => r.say(&Said::new("web.sell-left").with("left", left())),
        (false, _) => r.word("web.sell-curing").to_owned(),
    };
    html! {
        button.product.taken[!count.is_empty()] type="submit" name="plus" value=(product.item.code()) disabled[product.left() == 0] {
            strong { (product.label) }
            span { (r.francs(product.price)) @if product.unit.as_str() != "piece" { " / " (product.unit.as_str()) } }
            @if !told.is_empty() { span.hint { (told) } }
            span.taken-count aria-hidden="true" { @if !count.is_empty() { "× " (count) } }
        }
    }
}

fn till(r: &Reading<'_>, draft: &Draft<'_>, pairs: &Pairs, unit: &Id, products: &[Product], others: bool) -> Markup {
    let basket = Basket::read(pairs, products);
    let total = basket.total(products);
    let lines = lines(&basket, products);
    let number = |product: &Product| lines.iter().position(|(of, _)| of.item == product.item).map(|at| at + 1);
    html! {
        p { strong { (r.label(unit)) } @if others { " · " a href="/ventes/nouvelle" { (r.word("web.sell-other-unit")) } } }
        (ticket(r))
        form method="post" action=(till_of(unit)) data-till data-draft={ (r.words.kind("sale")) " · " (r.label(unit)) } {
            // Enter in a box asks for the total again, and nothing else.
            button.sr type="submit" name="do" value="total" tabindex="-1" { (r.word("web.sell-total-again")) }
            (form::key(r))
            div.products { @for product in products { (tile(r, product, basket.text(product))) } }
            div.basket #c-lines { @for product in products { (row(r, draft, &basket, product, number(product))) } }
            @if products.iter().any(|product| basket.price(product).is_some()) { (motive(r, draft, pairs)) }
            (paying(r, draft, pairs))
            (change(r, pairs, total))
            div.pay {
                p.total { (r.word("web.sell-total")) " " output #total { (r.francs(total)) } }
                button.main type="submit" name="do" value="sell" { (r.word("web.sell-cash-in")) }
            }
            details open[draft.refused.is_some() || !draft.errors.is_empty()] {
                summary { (r.word("web.more")) }
                div.field {
                    label for="c-paper" { (r.word("web.sell-paper")) " " span.optional { (r.word("web.optional")) } }
                    input #c-paper name="paper" type="text" maxlength="40" value=(pairs.get("paper")) autocomplete="off";
                }
                (form::besides(r, draft))
                p { a href={ "/noter/sale?unit=" (unit) } { (r.word("web.sell-other")) } }
            }
        }
    }
}

/// A line of the basket; those of nothing are there for the script, and hidden.
fn row(r: &Reading<'_>, draft: &Draft<'_>, basket: &Basket<'_>, product: &Product, line: Option<usize>) -> Markup {
    let code = product.item.code();
    let id = line.map_or_else(|| format!("c-n-{code}"), |line| format!("c-lines-{line}-quantity"));
    let prefix = line.map(|line| format!("lines.{line}."));
    let error = prefix.and_then(|prefix| draft.errors.iter().find(|e| e.field.starts_with(&prefix)));
    let price = basket.price(product);
    html! {
        div.row.wrong[error.is_some()] data-item=(code) data-price=(product.price) data-scale=(product.scale) hidden[line.is_none()] {
            label for=(id) { (product.label) @if product.unit.as_str() != "piece" { " (" (product.unit.as_str()) ")" } }
            @if let Some(error) = error { span.error { span.sr { (r.word("web.error")) } (form::error_text(r, draft.kind, error)) } }
            span.steps {
                button.step type="submit" name="minus" value=(code) aria-label={ (r.word("web.sell-less")) " " (product.label) } { "−" }
                input.count id=(id) name={ "n." (code) } type="text" inputmode="decimal" autocomplete="off" value=(basket.text(product));
                button.step type="submit" name="plus" value=(code) aria-label={ (r.word("web.sell-more")) " " (product.label) } { "+" }
            }
            span.cost { @if let Some(cost) = basket.cost(product) { (r.francs(cost)) } @else { "—" } }
            details open[price.is_some()] {
                summary { (r.word("web.sell-price")) }
                label.sr for={ "c-p-" (code) } { (r.word("web.sell-price")) " " (product.label) }
                input.price id={ "c-p-" (code) } name={ "p." (code) } type="text" inputmode="numeric" autocomplete="off" value=(price.unwrap_or_default()) placeholder=(product.price);
                span.hint { (r.word("web.sell-price-hint")) }
            }
        }
    }
}

/// Why a price is not the list's.
fn motive(r: &Reading<'_>, draft: &Draft<'_>, pairs: &Pairs) -> Markup {
    let asked = draft.refused.is_some_and(|no| no.code == "sale/price-unexplained");
    html! {
        div.field.wrong[asked] {
            label for="c-motive" { (r.word("web.sell-price-why")) }
            input #c-motive name="motive" type="text" maxlength="500" autocomplete="off" value=(pairs.get("motive"));
        }
    }
}

/// How it is paid, into which box, by whom.
fn paying(r: &Reading<'_>, draft: &Draft<'_>, pairs: &Pairs) -> Markup {
    let means = Some(pairs.get("means")).filter(|means| !means.is_empty()).unwrap_or("cash");
    let places = |kind: &str| -> Vec<Choice> {
        r.book.open_at(kind, r.site()).map(|id| Choice { value: id.to_string(), label: r.label(&id) }).collect()
    };
    let (boxes, wallets) = (places("cash-box"), places("wallet"));
    let customers = choices(r, "sale", "customer", "customer");
    let error = |name: &str| draft.errors.iter().find(|e| e.field == name).map(|e| form::error_text(r, draft.kind, e));
    let which = |name: &str, label: &str, list: &[Choice]| {
        html! {
            @match list {
                [] => {},
                [one] => { input type="hidden" name=(name) value=(one.value); },
                many => div.field { label for={ "c-" (name) } { (label) } (select(&format!("c-{name}"), name, None, many, pairs.get(name), r)) },
            }
        }
    };
    let credit = draft.refused.is_some_and(|no| no.code == "sale/credit-needs-customer");
    html! {
        fieldset.field.wrong[error("means").is_some()] #c-means {
            legend { (r.words.field("sale", "means")) }
            @if let Some(error) = error("means") { span.error { (error) } }
            div.choices {
                @for one in ["cash", "mobile-money", "credit"] {
                    @if one != "mobile-money" || !wallets.is_empty() {
                        label { input type="radio" name="means" value=(one) checked[one == means]; " " (form::capital(&r.words.choice(one))) }
                    }
                }
            }
        }
        (which("cash-box", &r.words.field("deposit", "cash-box"), &boxes))
        (which("wallet", r.word("place.wallet"), &wallets))
        div.field.wrong[credit] {
            label for="c-customer" { (r.word("web.sell-buyer")) }
            select #c-customer name="customer" {
                option value="" selected[pairs.get("customer").is_empty()] { (r.word("web.sell-anonymous")) }
                @for one in &customers { option value=(one.value) selected[one.value == pairs.get("customer")] { (one.label) } }
            }
            @if r.may("customer") { a href="/noter/customer" { (r.word("web.sell-new-customer")) } }
        }
    }
}

/// What the customer gave, and what to give back.
fn change(r: &Reading<'_>, pairs: &Pairs, total: i64) -> Markup {
    let given = pairs.get("given");
    let read = read_number(given, 0).ok();
    html! {
        div.given {
            label for="c-given" { (r.word("web.sell-given")) }
            input #c-given name="given" type="text" inputmode="numeric" autocomplete="off" value=(given);
            button.noscript type="submit" name="do" value="total" { (r.word("web.sell-count")) }
            output #change data-back=(r.word("web.sell-back")) data-short=(r.word("web.sell-short")) {
                @if let Some(given) = read { (back(r, given, total)) }
            }
        }
    }
}

/// What to give back for a sum given, in notes and coins.
pub(crate) fn back(r: &Reading<'_>, given: i64, total: i64) -> Markup {
    let (pieces, rest) = in_pieces(given - total);
    html! {
        @if given < total { (r.word("web.sell-short")) " " (r.francs(total - given)) }
        @else {
            (r.word("web.sell-back")) " " strong { (r.francs(given - total)) }
            @for (at, (value, n)) in pieces.iter().enumerate() { @if at == 0 { " = " } @else { " + " } (n) " × " (Figure::whole(*value).shown(r.words.language())) }
            @if rest > 0 { " + " (r.francs(rest)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_back(sum: i64, expected: &[(i64, i64)], rest: i64) {
        assert_eq!(in_pieces(sum), (expected.to_vec(), rest), "{sum}");
    }

    #[test]
    fn change_is_given_in_the_largest_notes_and_coins() {
        check_back(0, &[], 0);
        check_back(-500, &[], 0);
        check_back(2_000, &[(2_000, 1)], 0);
        check_back(8_675, &[(5_000, 1), (2_000, 1), (1_000, 1), (500, 1), (100, 1), (50, 1), (25, 1)], 0);
        check_back(87, &[(50, 1), (25, 1), (10, 1)], 2);
    }

    #[test]
    fn a_tap_is_one_whole_unit() {
        assert_eq!(stepped("", 0, 1), "1");
        assert_eq!(stepped("2", 0, 1), "3");
        assert_eq!(stepped("1", 0, -1), "");
        assert_eq!(stepped("0,5", 3, 1), "1,5");
        assert_eq!(stepped("0,5", 3, -1), "");
        assert_eq!(stepped("rien", 0, 1), "1");
    }

    #[test]
    fn a_price_times_a_quantity_is_rounded_as_the_sale_does() {
        assert_eq!(worth(1_500, 3, 0), Some(4_500));
        assert_eq!(worth(250, 12_500, 3), Some(3_125));
        assert_eq!(worth(250, 10, 3), Some(3));
        assert_eq!(worth(225, 10, 3), Some(2));
    }

    fn shelf(made: &str, n: u8, left: i64) -> Shelf {
        let lot = Some(Id::new("lot", &format!("kon-20-000{n}")));
        Shelf { made: made.to_owned(), lot, store: Id::new("store", "kon-magasin"), left }
    }

    #[test]
    fn the_oldest_lots_are_taken_first_and_the_last_answers_for_the_rest() {
        let shelves = [shelf("2020-01-09", 1, 40), shelf("2020-02-09", 2, 30)];
        let parts = |count| taken(&shelves, count).iter().map(|(shelf, part)| (shelf.map(|s| s.left), *part)).collect::<Vec<_>>();
        assert_eq!(parts(12), [(Some(40), 12)]);
        assert_eq!(parts(50), [(Some(40), 40), (Some(30), 10)]);
        assert_eq!(parts(100), [(Some(40), 40), (Some(30), 60)]);
        assert_eq!(taken(&[], 3).len(), 1);
        assert_eq!(parts(0), []);
    }

    #[test]
    fn the_same_sale_is_known_again_by_what_it_sells() {
        let kept = json!({"lines": [{"item": "item/mil", "quantity": "12.500 kg"}]});
        let typed = json!({"lines": [{"item": "item/mil", "quantity": "10"}, {"item": "item/mil", "quantity": "2,5"}]});
        assert_eq!(sums(kept.as_object().unwrap()), sums(typed.as_object().unwrap()));
    }
}
