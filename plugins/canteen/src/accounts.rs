//! What a canteen and each buyer can be shown: every purchase with its entry, and what is left.

use crate::list::{available, francs, lines, pecule};
use crate::terms::Terms;
use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// A person's purchases.
#[derive(Form)]
pub(crate) struct Account {
    #[field(of = "person")]
    person: Id,
    /// Any day of the last month shown; this month when it is not said.
    month: Option<Date>,
    /// How many months; one when it is not said.
    months: Option<u64>,
}

/// A canteen's sales and stock.
#[derive(Form)]
pub(crate) struct Statement {
    #[field(of = "canteen")]
    canteen: Id,
    /// Any day of the last month shown; this month when it is not said.
    month: Option<Date>,
    /// How many months; one when it is not said.
    months: Option<u64>,
}

/// The most months looked at, so that no day falls out of the calendar.
const MOST_MONTHS: u64 = 120;

/// The lists of some months, oldest first.
fn lists(month: Option<Date>, months: Option<u64>, book: &Book<'_>) -> Vec<Thing> {
    let count = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month0());
    let last = count(month.unwrap_or(book.date()));
    let first = last - i64::try_from(months.unwrap_or(1).clamp(1, MOST_MONTHS)).unwrap_or(1) + 1;
    let all = book.things("canteen-list").into_iter().filter_map(|id| book.thing(&id));
    let mut found: Vec<Thing> = all.filter(|list| (first..=last).contains(&count(list.since))).collect();
    found.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    found
}

fn text(line: &Value, key: &str) -> String {
    line[key].as_str().unwrap_or_default().to_owned()
}

fn money(francs: i64) -> String {
    Amount::francs(francs).to_string()
}

/// The entry that recorded a list.
fn entry(list: &Id, book: &Book<'_>) -> String {
    book.entries(list).first().map_or_else(String::new, |entry| format!("#{}", entry.seq))
}

/// A person's purchases, line by line; at the end the pécule, and what of it may be spent.
pub(crate) fn account(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Account { person, month, months } = sdk::read(cmd)?;
    book.open(&person)?;
    let mut rows = Vec::new();
    for list in lists(month, months, book) {
        for line in lines(&list).iter().filter(|line| line["person"] == person.as_str()) {
            let head = [list.id.to_string(), list.since.to_string(), entry(&list.id, book)];
            let what = ["item", "quantity", "price", "total"].map(|key| text(line, key));
            rows.push([&head[..], &what[..], &[String::new()]].concat());
        }
    }
    let owed = money(-book.francs(&pecule(&cmd.site, &person)));
    let left = money(available(&cmd.site, &person, book));
    let none = String::new;
    rows.push(vec![person.to_string(), book.date().to_string(), none(), none(), none(), none(), owed, left]);
    let columns = ["canteen-of", "date", "entry", "item", "quantity", "price", "amount", "canteen-available"];
    Ok(Table { columns: columns.map(str::to_owned).to_vec(), rows })
}

/// What a canteen sold, item by item, with what is left; its margin; and what its places have now.
pub(crate) fn statement(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Statement { canteen, month, months } = sdk::read(cmd)?;
    let terms = Terms::of(&canteen, book)?;
    let (mut sold, mut all, mut margin) = (BTreeMap::<Id, (Option<Amount>, i64)>::new(), 0, 0);
    for held in book.holdings_of(&terms.store) {
        sold.entry(held.item).or_default();
    }
    for list in lists(month, months, book).iter().filter(|list| list.id_of("unit").as_ref() == Some(&terms.unit)) {
        for line in lines(list) {
            let (Ok(item), Ok(quantity)) = (Id::parse(&text(&line, "item")), text(&line, "quantity").parse::<Amount>()) else { continue };
            let so_far = sold.entry(item).or_default();
            so_far.0 = so_far.0.map_or(Some(quantity), |sum| sum.plus(quantity).ok());
            so_far.1 += francs(&line, "total");
        }
        all += list.amount("total").map_or(0, Amount::count);
        margin += list.amount("margin").map_or(0, Amount::count);
    }
    let shown = |amount: Option<Amount>| amount.map_or_else(String::new, |amount| amount.to_string());
    let none = String::new;
    let mut rows: Vec<Vec<String>> = sold
        .into_iter()
        .map(|(item, (quantity, francs))| {
            let left = shown(book.holding(&terms.store, &item));
            vec![item.to_string(), shown(quantity), money(francs), none(), left]
        })
        .collect();
    rows.push(vec![terms.unit.to_string(), none(), money(all), money(margin), none()]);
    for (place, francs) in [
        (&terms.cash_box, book.francs(&terms.cash_box)),
        (&terms.fund, -book.francs(&terms.fund)),
        (&terms.margin_to, -book.francs(&terms.margin_to)),
    ] {
        rows.push(vec![place.to_string(), none(), none(), none(), money(francs)]);
    }
    Ok(Table { columns: ["canteen-of", "canteen-sold", "amount", "canteen-margin", "canteen-left"].map(str::to_owned).to_vec(), rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;
    use crate::list::CanteenList;

    fn sold() -> PaperBook {
        let mut book = canteen();
        for (day, person, much) in [
            ("2020-03-02", "person/kon-drissa", "1.000 kg"),
            ("2020-03-09", "person/kon-salif", "2.000 kg"),
            ("2020-04-01", "person/kon-drissa", "0.500 kg"),
        ] {
            let lines = json!([{"person": person, "item": "item/sucre", "quantity": much}]);
            let list = json!({"canteen": "canteen/kon-20-0001", "paper": "7", "leave": "decision/kon-canteen", "lines": lines});
            record::<CanteenList>(&mut book, day, list).unwrap();
        }
        book
    }

    fn drawn(kind: &str, fields: Value, draw: fn(&Command, &Book<'_>) -> Result<Table, Refusal>) -> Vec<String> {
        let (book, cmd) = (sold(), command(kind, "2020-04-02", fields));
        let table = draw(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        table.rows.iter().map(|row| row.join(" | ")).collect()
    }

    #[test]
    fn a_buyer_sees_each_purchase_and_what_may_still_be_spent() {
        let rows = drawn("canteen-account/1", json!({"person": "person/kon-drissa", "months": 2}), account);
        assert_eq!(rows.len(), 3);
        assert!(rows[0].starts_with("canteen-list/kon-20-0001 | 2020-03-02 | #"), "{rows:?}");
        assert!(rows[0].ends_with("item/sucre | 1.000 kg | 600 XOF | 600 XOF | "), "{rows:?}");
        assert_eq!(rows[2], "person/kon-drissa | 2020-04-02 |  |  |  |  | 1100 XOF | 1100 XOF");
    }

    #[test]
    fn a_canteen_sees_what_it_sold_and_what_is_left() {
        let rows = drawn("canteen-statement/1", json!({"canteen": "canteen/kon-20-0001", "month": "2020-03-15"}), statement);
        assert_eq!(
            rows,
            [
                "item/savon |  | 0 XOF |  | 65 piece",
                "item/sucre | 3.000 kg | 1800 XOF |  | 16.500 kg",
                "workshop/kon-cantine |  | 1800 XOF | 180 XOF | ",
                "cash-box/kon-cantine |  |  |  | 1890 XOF",
                "fund/kon-cantine |  |  |  | 51890 XOF",
                "fund/kon-entraide |  |  |  | 210 XOF",
            ]
        );
    }
}
