//! A list of purchases: goods out of the canteen, francs from each buyer's pécule, by what the pécule allows.

use crate::shelves::Shelves;
use crate::terms::Terms;
use baara_plugin_api::{MAX_COUNT, prelude::*};
use std::collections::BTreeMap;

/// The purchases of one list.
#[derive(Form)]
pub(crate) struct CanteenList {
    #[field(of = "canteen")]
    canteen: Id,
    /// The number of the sheet on which each buyer signed or put a thumb.
    paper: String,
    lines: Vec<BuyLine>,
}

/// What one person buys of one item.
#[derive(Form)]
pub(crate) struct BuyLine {
    #[field(of = "person")]
    person: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
}

/// Francs that stay on every pécule until release.
const KEEP: &str = "canteen.keep";

/// The place of a person's pécule at a site.
pub(crate) fn pecule(site: &str, person: &Id) -> Id {
    Id::new("pecule", &format!("{site}.{}", person.code()))
}

/// Francs a person may spend: the pécule, less what stays until release.
pub(crate) fn available(site: &str, person: &Id, book: &Book<'_>) -> i64 {
    let keep = book.rule(KEEP).as_i64().unwrap_or(0);
    (-book.francs(&pecule(site, person)) - keep).max(0)
}

/// Francs for one whole unit, as the list in force says.
fn price(item: &Id, book: &Book<'_>) -> Result<Amount, Refusal> {
    let price = book.value(&Id::new("price-list", book.site()), item.code());
    let francs = price.as_str().and_then(|text| text.parse::<Amount>().ok()).filter(|a| a.unit() == Unit::XOF && a.scale() == 0);
    francs.ok_or_else(|| Refusal::new("canteen-list/no-price").with("item", item).with("date", book.date()))
}

/// A price times a quantity, to the nearest franc; `None` when it is beyond counting.
fn worth(price: Amount, quantity: Amount) -> Option<i64> {
    let wanted = Ratio::new(u64::try_from(quantity.count()).ok()?, 10_u64.checked_pow(u32::from(quantity.scale()))?)?;
    price.times(wanted, Rounding::Half).ok().map(Amount::count).filter(|francs| *francs <= MAX_COUNT)
}

/// A detainee who is here to take the goods.
fn buyer(person: &Id, site: &str, book: &Book<'_>) -> Result<(), Refusal> {
    let thing = book.open(person)?;
    if !thing.flag("detainee") {
        return Err(Refusal::new("canteen-list/not-a-detainee").with("person", person));
    }
    let elsewhere = thing.id_of("facility").is_some_and(|facility| facility.code() != site);
    if elsewhere || matches!(thing.text("state"), "released" | "transferred") {
        return Err(Refusal::new("canteen-list/not-here").with("person", person).with("state", thing.text("state")));
    }
    Ok(())
}

/// What each person bought in the month of the day already, at any terms of the canteen.
fn bought(unit: &Id, book: &Book<'_>) -> BTreeMap<Id, i64> {
    let same_month = |day: Date| (day.year(), day.month()) == (book.date().year(), book.date().month());
    let mut sums = BTreeMap::new();
    for list in book.things_having("canteen-list", "unit", unit.as_str()).iter().filter_map(|id| book.thing(id)) {
        for line in lines(&list).iter().filter(|_| same_month(list.since)) {
            if let Some(person) = line["person"].as_str().and_then(|text| Id::parse(text).ok()) {
                *sums.entry(person).or_insert(0) += francs(line, "total");
            }
        }
    }
    sums
}

/// The lines a list was recorded with.
pub(crate) fn lines(list: &Thing) -> Vec<Value> {
    list.values.get("lines").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Francs of a line.
pub(crate) fn francs(line: &Value, key: &str) -> i64 {
    line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count)
}

impl CanteenList {
    fn may_spend(terms: &Terms, spent: &BTreeMap<&Id, i64>, book: &Book<'_>) -> Result<(), Refusal> {
        let before = if terms.month.is_some() { bought(&terms.unit, book) } else { BTreeMap::new() };
        for (person, asked) in spent {
            let left = available(book.site(), person, book);
            if *asked > left {
                let refusal = Refusal::new("canteen-list/more-than-pecule").with("person", person);
                return Err(refusal.with("left", Amount::francs(left)).with("asked", Amount::francs(*asked)));
            }
            let already = before.get(*person).copied().unwrap_or(0);
            if let Some(most) = terms.month.filter(|most| already.saturating_add(*asked) > *most) {
                let refusal = Refusal::new("canteen-list/beyond-month").with("person", person).with("most", Amount::francs(most));
                return Err(refusal.with("bought", Amount::francs(already)).with("asked", Amount::francs(*asked)));
            }
        }
        Ok(())
    }
}

impl Record for CanteenList {
    const KIND: &'static str = "canteen-list/1";

    fn writes() -> Grant {
        grant(&["canteen-list"], &[], &["store", "sold", "fund", "pecule", "cash-box"], &["*", "xof"], &["canteen-list"])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "canteen-list/no-lines",
            "canteen-list/other-decision",
            "canteen-list/not-a-detainee",
            "canteen-list/not-here",
            "canteen-list/no-price",
            "canteen-list/too-large",
            "canteen-list/not-enough-left",
            "canteen-list/more-than-pecule",
            "canteen-list/beyond-month",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.lines.is_empty() || self.lines.iter().any(|line| line.quantity.is_zero()) {
            return Err(Refusal::new("canteen-list/no-lines"));
        }
        let terms = Terms::of(&self.canteen, book)?;
        let decision = book.adopted(cmd.leave.as_ref())?;
        if decision.id != terms.decision {
            let refusal = Refusal::new("canteen-list/other-decision").with("decision", &decision.id);
            return Err(refusal.with("canteen", &terms.id).with("expected", &terms.decision));
        }
        let sold = terms.unit.as_kind("sold");
        let mut shelves = Shelves::of(&terms.store, &terms.unit, book);
        let (mut effects, mut spent, mut kept) = (Effects::new().number("canteen-list"), BTreeMap::new(), Vec::new());
        for line in &self.lines {
            buyer(&line.person, &cmd.site, book)?;
            let price = price(&line.item, book)?;
            let too_large = || Refusal::new("canteen-list/too-large").with("item", &line.item).with("quantity", line.quantity);
            let total = worth(price, line.quantity).ok_or_else(too_large)?;
            let so_far = spent.entry(&line.person).or_insert(0_i64);
            *so_far = so_far.checked_add(total).filter(|sum| *sum <= MAX_COUNT).ok_or_else(too_large)?;
            for (lot, some) in shelves.take(&line.item, line.quantity)? {
                effects = effects.goods(&line.item, some, &terms.store, &sold, lot.as_ref());
            }
            kept.push(json!({
                "person": line.person, "item": line.item, "quantity": line.quantity.to_string(),
                "price": price.to_string(), "total": Amount::francs(total).to_string(),
            }));
        }
        CanteenList::may_spend(&terms, &spent, book)?;

        // What leaves the pécules is the canteen's; of that, the margin is the fund's that the decision names.
        let total: i64 = spent.values().sum();
        let margin = terms.margin.of(total, Rounding::Down).expect("a part of what could be counted");
        for (person, francs) in &spent {
            effects = effects.francs(*francs, &terms.fund, &pecule(&cmd.site, person));
        }
        let effects = effects.francs(margin, &terms.margin_to, &terms.fund).francs(total - margin, &terms.pecules, &terms.cash_box);
        Ok(effects.open(
            &Id::new("canteen-list", "$1"),
            [
                ("canteen", json!(terms.id)),
                ("unit", json!(terms.unit)),
                ("paper", self.paper.into()),
                ("number", NUMBER.into()),
                ("total", Amount::francs(total).to_string().into()),
                ("margin", Amount::francs(margin).to_string().into()),
                ("lines", kept.into()),
            ],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    fn buys(lines: Value) -> Value {
        json!({"canteen": "canteen/kon-20-0001", "paper": "7", "leave": "decision/kon-canteen", "lines": lines})
    }

    fn sugar(person: &str, quantity: &str) -> Value {
        json!({"person": person, "item": "item/sucre", "quantity": quantity})
    }

    #[test]
    fn goods_go_out_against_the_pecule_and_the_margin_to_its_fund() {
        let mut book = canteen();
        let list = buys(json!([
            sugar("person/kon-drissa", "1.500 kg"),
            {"person": "person/kon-salif", "item": "item/savon", "quantity": "5 piece"},
        ]));
        let effects = record::<CanteenList>(&mut book, "2020-03-02", list).unwrap();
        assert_eq!(
            moves(&effects),
            [
                "1.500 kg store/kon-cantine → sold/kon-cantine",
                "4 piece store/kon-cantine → sold/kon-cantine",
                "1 piece store/kon-cantine → sold/kon-cantine",
                "900 XOF fund/kon-cantine → pecule/kon.kon-drissa",
                "1005 XOF fund/kon-cantine → pecule/kon.kon-salif",
                "190 XOF fund/kon-entraide → fund/kon-cantine",
                "1715 XOF cash-box/kon-caisse → cash-box/kon-cantine",
            ]
        );
        let asked = Book::new(&book, "kon", date("2020-03-03"));
        assert_eq!(asked.francs(&id("pecule/kon.kon-drissa")), -1100);
        assert_eq!(asked.francs(&id("fund/kon-cantine")), -(50_000 + 1905 - 190));
    }

    #[test]
    fn a_pecule_never_goes_below_zero_nor_below_what_stays_until_release() {
        let mut book = canteen();
        let no =
            |book: &mut PaperBook, lines: Value| refused::<CanteenList>(book, "2020-03-02", buys(lines), "canteen-list/more-than-pecule");
        let refusal = no(&mut book, json!([sugar("person/kon-drissa", "2.000 kg"), sugar("person/kon-drissa", "1.500 kg")]));
        assert_eq!((refusal.args["left"].as_str(), refusal.args["asked"].as_str()), ("2000 XOF", "2100 XOF"));
        book.put(&id("rules/kon"), date("2020-01-01"), &[(KEEP, 500.into())]);
        no(&mut book, json!([sugar("person/kon-drissa", "3.000 kg")]));
        record::<CanteenList>(&mut book, "2020-03-02", buys(json!([sugar("person/kon-drissa", "2.500 kg")]))).unwrap();
    }

    #[test]
    fn nobody_spends_more_in_a_month_than_the_terms_say() {
        let mut book = canteen();
        let soap = |pieces: i64| buys(json!([{"person": "person/kon-salif", "item": "item/savon", "quantity": format!("{pieces} piece")}]));
        record::<CanteenList>(&mut book, "2020-03-02", soap(20)).unwrap();
        let refusal = refused::<CanteenList>(&mut book, "2020-03-20", soap(5), "canteen-list/beyond-month");
        assert_eq!((refusal.args["bought"].as_str(), refusal.args["most"].as_str()), ("4020 XOF", "5000 XOF"));
        record::<CanteenList>(&mut book, "2020-04-01", soap(5)).unwrap();
    }

    #[test]
    fn lots_leave_by_age_and_only_released_ones_that_are_the_canteens() {
        let mut book = canteen();
        let soap = buys(json!([{"person": "person/kon-salif", "item": "item/savon", "quantity": "26 piece"}]));
        let refusal = refused::<CanteenList>(&mut book, "2020-03-02", soap, "canteen-list/not-enough-left");
        assert_eq!(refusal.args["left"], "25 piece");
    }

    #[test]
    fn a_store_that_is_being_counted_is_left_to_the_host() {
        let mut book = canteen();
        let freeze = Effects::new().set(&id("store/kon-cantine"), "frozen", "count/kon-20-0001", date("2020-03-01"));
        book.apply("count-begin/1", date("2020-03-01"), &id("person/kon-20-0001"), &freeze.0);
        let much = buys(json!([sugar("person/kon-drissa", "3.000 kg")]));
        assert!(record::<CanteenList>(&mut book, "2020-03-02", much).is_ok(), "its guards refuse, and tell no figure");
    }

    #[test]
    fn a_list_is_for_detainees_who_are_here_under_the_canteens_decision() {
        let no = |lines: Value, code: &str| drop(refused::<CanteenList>(&mut canteen(), "2020-03-02", buys(lines), code));
        no(json!([]), "canteen-list/no-lines");
        no(json!([sugar("person/kon-drissa", "0.000 kg")]), "canteen-list/no-lines");
        no(json!([sugar("person/kon-20-0001", "1.000 kg")]), "canteen-list/not-a-detainee");
        no(json!([sugar("person/kon-free", "1.000 kg")]), "canteen-list/not-here");
        no(json!([sugar("person/kon-away", "1.000 kg")]), "canteen-list/not-here");
        no(json!([{"person": "person/kon-drissa", "item": "item/the", "quantity": "1 piece"}]), "canteen-list/no-price");
        let soap = json!([{"person": "person/kon-drissa", "item": "item/savon", "quantity": "9007199254740991 piece"}]);
        no(soap, "canteen-list/too-large");
        let mut other = buys(json!([sugar("person/kon-drissa", "1.000 kg")]));
        other["leave"] = "decision/kon-free".into();
        refused::<CanteenList>(&mut canteen(), "2020-03-02", other, "canteen-list/other-decision");
    }
}
