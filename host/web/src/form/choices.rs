//! What may be chosen in a field that names a thing: only what is here, open, and can be meant.

use crate::visit::Reading;
use baara_book::REFERENCE;
use baara_plugin_api::{Date, Id, KindDeclaration};
use baara_reports::shown_amount;
use std::collections::BTreeMap;

/// More than this is typed, not chosen.
pub(super) const LONGEST: usize = 600;

/// One thing to choose.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// The kinds of things a field can mean, when its declaration says `any`.
fn meant(kind: &str, field: &str) -> &'static [&'static str] {
    let kind = kind.split('/').next().unwrap_or_default();
    match (kind, field) {
        ("count-begin", "place") => &["cash-box", "store"],
        ("close", "place") => &["cash-box", "store", "workshop", "farm", "facility"],
        (_, "unit") => &["workshop", "farm"],
        (_, "place" | "from" | "into") => &["cash-box", "bank", "wallet"],
        (_, "bank") => &["bank", "wallet"],
        ("motion", "purpose") => &["fund", "workshop", "farm", "micro-project", "store"],
        ("shortage-explained", "to") => &["fund", "cash-box"],
        _ => &[],
    }
}

/// What may be chosen in a field of a kind that names things of kind `of`, by label.
pub(crate) fn choices(r: &Reading<'_>, kind: &str, field: &str, of: &str) -> Vec<Choice> {
    let of: Vec<&str> = if of == "any" { meant(kind, field).to_vec() } else { of.split('|').collect() };
    let mut list: Vec<Choice> = of.iter().flat_map(|of| things(r, field, of)).collect();
    list.retain(|choice| Id::parse(&choice.value).ok().is_none_or(|id| fits(r, (kind, field), &id)));
    if of.len() > 1 {
        tell_apart(r, &mut list);
    }
    list.sort_by_cached_key(|one| baara_desk::fold(&one.label));
    list
}

/// Says of two things of one name what each is: a workshop and its micro-project often share theirs.
fn tell_apart(r: &Reading<'_>, list: &mut [Choice]) {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for choice in list.iter() {
        *named.entry(choice.label.clone()).or_default() += 1;
    }
    for choice in list.iter_mut().filter(|choice| named[&choice.label] > 1) {
        let kind = format!("thing.{}", choice.value.split('/').next().unwrap_or_default());
        choice.label = format!("{} ({})", choice.label, r.word(&kind));
    }
}

/// Leaves out what the list of all would offer in vain: funds nobody spends where money is spent (a unit stands for its own
/// sales where both could be meant), francs and work among goods, goods where a service is asked for.
fn fits(r: &Reading<'_>, (kind, field): (&str, &str), id: &Id) -> bool {
    let kind = kind.split('/').next().unwrap_or_default();
    match (id.kind(), kind) {
        ("fund", "expense" | "expense-credit" | "gift-money") => baara_book::kinds::is_spendable(id),
        ("fund", "motion") => baara_book::kinds::is_spendable(id) && r.book.text_of(id, "unit", Date::MAX).is_none(),
        ("item", _) => {
            let group = r.book.text_of(id, "group", Date::MAX).unwrap_or_default();
            if field == "service" { group == "service" } else { !matches!(group.as_str(), "money" | "work") }
        }
        _ => true,
    }
}

/// A name and what it is counted in, unless the name ends with it.
fn with_unit(label: &str, unit: &str) -> String {
    if label.ends_with(&format!("({unit})")) { label.to_owned() } else { format!("{label} ({unit})") }
}

fn things(r: &Reading<'_>, field: &str, of: &str) -> Vec<Choice> {
    let site = r.site();
    let choice = |id: &Id, label: String| Choice { value: id.to_string(), label };
    match of {
        "person" => people(r, field),
        "lot" => lots(r),
        "item" => {
            let told = |id: &Id| match r.book.measure(id) {
                Some((unit, _)) => with_unit(&r.label(id), &r.words.language().unit(unit.as_str(), 1)),
                None => r.label(id),
            };
            r.book.open_of("item").map(|id| choice(&id, told(&id))).collect()
        }
        _ if REFERENCE.contains(&of) => r.book.open_of(of).map(|id| choice(&id, r.label(&id))).collect(),
        _ => r.book.open_at(of, site).map(|id| choice(&id, described(r, &id))).collect(),
    }
}

/// A thing without a label of its own, told by what it is about.
pub(crate) fn described(r: &Reading<'_>, id: &Id) -> String {
    let text = |key: &str| r.book.text_of(id, key, Date::MAX).filter(|t| !t.starts_with("sealed:"));
    if let Some(label) = text("label").or_else(|| text("title")) {
        return if r.words.language() == baara_reports::Language::En { text("label-en").unwrap_or(label) } else { label };
    }
    let parts = ["person", "unit", "item", "crop", "plot", "subject", "place", "customer", "product", "to", "from", "about"];
    let made = r.book.thing(id, Date::MAX).and_then(|t| t.values.get("outputs")?[0]["item"].as_str().map(str::to_owned));
    let value = |text: String| r.words.value(&text);
    let told: Vec<String> = match made.and_then(|product| Id::parse(&product).ok()) {
        // A batch is told by what it made and when; its workshop stands on its page.
        Some(product) => [Some(r.label(&product)), text("made").map(value)].into_iter().flatten().collect(),
        None => parts.iter().filter_map(|key| text(key)).map(value).take(2).collect(),
    };
    let label = r.label(id);
    if told.is_empty() || label != id.code() { label } else { format!("{} ({})", told.join(", "), id.code()) }
}

/// People of this facility; a detainee stands apart from staff by the field that asks.
fn people(r: &Reading<'_>, field: &str) -> Vec<Choice> {
    let site = r.site();
    let flag = |id: &Id, key: &str| r.book.thing(id, Date::MAX).is_some_and(|t| t.flag(key));
    let staff = matches!(field, "keeper" | "lead" | "witness-one" | "witness-two" | "second" | "trainer" | "signers");
    let here = r.book.open_of("person").filter(|id| r.book.home(id, Date::MAX) == site);
    let fits = |id: &Id| {
        let gone = r.book.text_of(id, "state", Date::MAX).is_some_and(|state| state != "present");
        !(gone || staff && flag(id, "detainee"))
    };
    here.filter(fits).map(|id| Choice { value: id.to_string(), label: r.label(&id) }).collect()
}

/// Lots that something is left of, with how much and where. A place that is being counted tells nothing.
fn lots(r: &Reading<'_>) -> Vec<Choice> {
    let site = r.site();
    let mut left: BTreeMap<Id, String> = BTreeMap::new();
    let places = ["store", "consignment"].into_iter().flat_map(|kind| r.book.open_at(kind, site));
    for place in places.filter(|place| !r.book.is_frozen(place)) {
        for holding in r.book.holdings_of(&place).into_iter().filter(|h| !h.balance.is_zero()) {
            let Some(lot) = holding.lot else { continue };
            let amount = shown_amount(holding.balance, r.words.language());
            left.insert(lot.clone(), format!("{}, {amount}, {} ({})", r.label(&holding.item), r.label(&place), lot.code()));
        }
    }
    left.into_iter().map(|(id, label)| Choice { value: id.to_string(), label }).collect()
}

pub(crate) mod leaves {
    //! Which kinds cite a decision.
    use super::KindDeclaration;

    /// The kinds that cite a decision of the committee.
    const CITE: &[&str] = &[
        "expense",
        "expense-credit",
        "pay-bill",
        "payout",
        "give",
        "kitchen",
        "adopt-prices",
        "adopt-rule",
        "sharing-key",
        "distribution",
        "loss-decided",
        "debt-cancel",
        "micro-project",
        "budget-line",
        "shortage-explained",
        "gift-money",
        "order-cancel",
        "return",
        "canteen",
        "canteen-list",
    ];

    /// True when a kind may cite a decision.
    pub(crate) fn uses(kind: &KindDeclaration) -> bool {
        CITE.contains(&kind.kind.split('/').next().unwrap_or_default())
    }
}

/// The adopted decisions of this facility, each with what is left of it.
pub(crate) fn leaves(r: &Reading<'_>) -> Vec<Choice> {
    let decisions = r.book.open_at("decision", r.site()).filter_map(|id| r.book.decision(&id));
    let usable = decisions.filter(|d| d.adopted && d.until.is_none_or(|until| until >= r.today));
    let told = usable.map(|d| {
        let title = r.book.text_of(&d.id, "title", Date::MAX).unwrap_or_else(|| r.words.choice(d.about.as_str()));
        let left = r.francs(d.left);
        let label = if d.left > 0 {
            format!("{title} ({}), {} {left}", d.id.code(), r.word("web.left"))
        } else {
            format!("{title} ({})", d.id.code())
        };
        Choice { value: d.id.to_string(), label }
    });
    let mut list: Vec<Choice> = told.collect();
    list.reverse(); // The newest decision is the likeliest.
    list
}
