//! What became of a herd's heads, and what it cost beside what it brought.

use crate::day::dead;
use crate::herd::Herd;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Figures, Past};
use std::collections::BTreeMap;

/// Which herd is shown.
#[derive(Form)]
pub(crate) struct Of {
    #[field(of = "herd")]
    herd: Id,
}

/// A line of goods that a sale gave for money.
struct Sold {
    sale: Thing,
    heads: i64,
    francs: i64,
}

/// The sales of a herd's animals, oldest first; what came back is not among them.
fn sold(herd: &Herd, book: &Book<'_>) -> Vec<Sold> {
    let all = book.things_having("sale", "unit", herd.workshop.as_str());
    let mut found: Vec<Sold> = all
        .iter()
        .filter_map(|id| book.thing(id))
        .filter_map(|sale| {
            let lines = sale.values.get("lines")?.as_array()?;
            let own = lines.iter().filter(|line| line["lot"].as_str() == Some(herd.lot.as_str()));
            let amount = |line: &Value, key: &str| line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count);
            let own: Vec<(i64, i64)> = own.map(|line| (amount(line, "quantity"), amount(line, "total"))).collect();
            let (heads, francs) = own.iter().fold((0, 0), |sum, line| (sum.0 + line.0, sum.1 + line.1));
            (heads > 0).then_some(Sold { sale, heads, francs })
        })
        .collect();
    found.sort_by_key(|one| (one.sale.since, one.sale.id.clone()));
    found
}

/// Heads, movement by movement: those that began, minus deaths and sales, are those that are there.
pub(crate) fn heads(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Of { herd } = trade::asked(cmd)?;
    let herd = Herd::ever(&herd, book)?;
    let begun = herd.thing.amount("heads").map_or(0, Amount::count);
    let mut moves: Vec<(Date, &str, String, i64)> = Vec::new();
    let died = |loss: &Thing| (loss.since, "heads.died", loss.id.to_string(), loss.amount("quantity").map_or(0, Amount::count));
    moves.extend(dead(&herd, book).iter().map(died));
    moves.extend(sold(&herd, book).iter().map(|one| (one.sale.since, "heads.sold", one.sale.id.to_string(), one.heads)));
    moves.sort();
    let none = String::new;
    let row = |day: Date, what: &str, id: String, came: String, went: String, heads: i64| {
        vec![day.to_string(), what.to_owned(), id, came, went, heads.to_string()]
    };
    let mut left = begun;
    let day = herd.thing.date("begun").unwrap_or(book.date());
    let born = book.thing(&herd.lot).is_some_and(|lot| !lot.text("born").is_empty());
    let mut rows =
        vec![row(day, if born { "heads.born" } else { "heads.begun" }, herd.thing.id.to_string(), begun.to_string(), none(), begun)];
    for (day, what, id, heads) in moves {
        left -= heads;
        rows.push(row(day, what, id, none(), heads.to_string(), left));
    }
    // Moved to another pen, given, or eaten: whatever else took them out stands in the store's own ledger.
    let other = left - herd.heads.count();
    if other != 0 {
        let (came, went) = if other < 0 { ((-other).to_string(), none()) } else { (none(), other.to_string()) };
        rows.push(row(book.date(), "heads.other", herd.pen.to_string(), came, went, herd.heads.count()));
    }
    let columns = ["date", "what", "record", "heads-in", "heads-out", "heads"].map(str::to_owned).to_vec();
    Ok(Table { columns, rows })
}

/// Everything a herd was given, item by item, and the good eggs it gave.
fn given_and_laid(herd: &Herd, book: &Book<'_>) -> BTreeMap<Id, Amount> {
    let past = Past::of(book, &herd.workshop);
    let days = past.batches().iter().filter(|batch| batch.id_of("herd").as_ref() == Some(&herd.thing.id)).cloned();
    let cures = book.things_having("treatment", "herd", herd.thing.id.as_str());
    let cures = cures.iter().filter_map(|id| book.thing(id));
    let mut all: BTreeMap<Id, Amount> = BTreeMap::new();
    let days = days.flat_map(|day| [(day.clone(), "given", "actual"), (day, "outputs", "good")]);
    for (thing, list, key) in days.chain(cures.map(|cure| (cure, "inputs", "actual"))) {
        for line in thing.values.get(list).and_then(Value::as_array).into_iter().flatten() {
            let item = line["item"].as_str().and_then(|item| Id::parse(item).ok());
            let actual = line[key].as_str().and_then(|text| text.parse::<Amount>().ok());
            let (Some(item), Some(actual)) = (item, actual) else { continue };
            let sum = all.entry(item).or_insert(actual.with_count(0));
            *sum = sum.with_count(sum.count().saturating_add(actual.count()));
        }
    }
    all
}

/// What a herd cost and brought, and in words whether it earns or loses.
pub(crate) fn costs(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Of { herd } = trade::asked(cmd)?;
    let herd = Herd::ever(&herd, book)?;
    let figures = Figures::of(book, &herd.workshop, &herd.item)?;
    let eggs = figures.find("laying")?.and_then(|figure| figure.item);
    let price = |item: &Id| figures.find(&format!("price-{}", item.code())).map(|figure| figure.map(|figure| figure.value));
    // Francs for an amount, at so much a whole unit.
    let at = |amount: Amount, price: Ratio| {
        let per = Ratio::new(1, 10_u64.checked_pow(u32::from(amount.scale()))?)?.times(price)?;
        per.of(amount.count(), Rounding::Half)
    };
    let money = |francs: i64| Amount::francs(francs).to_string();
    let none = String::new;
    let bought = herd.thing.amount("cost").map(Amount::count);
    let begun = herd.thing.text("heads").to_owned();
    let mut rows =
        vec![vec![herd.item.to_string(), begun, none(), bought.map_or_else(|| "cost.unknown".to_owned(), |francs| money(-francs))]];
    let (mut sum, mut is_whole) = (-bought.unwrap_or(0), bought.is_some());
    let mut brought = 0;
    for (item, amount) in given_and_laid(&herd, book) {
        let lays = eggs.as_ref() == Some(&item);
        let per = price(&item)?;
        let francs = per.and_then(|per| at(amount, per)).map(|francs| if lays { francs } else { -francs });
        is_whole &= francs.is_some();
        brought += francs.filter(|_| lays).unwrap_or(0);
        sum += francs.unwrap_or(0);
        let told = francs.map_or_else(|| "cost.unknown".to_owned(), money);
        rows.push(vec![item.to_string(), amount.to_string(), per.map_or_else(none, |per| per.to_string()), told]);
    }
    let sales = sold(&herd, book);
    for one in &sales {
        rows.push(vec![one.sale.id.to_string(), herd.heads.with_count(one.heads).to_string(), none(), money(one.francs)]);
        sum += one.francs;
        brought += one.francs;
    }
    // What is left is worth what the sold ones brought, head for head.
    let heads: i64 = sales.iter().map(|one| one.heads).sum();
    let francs: i64 = sales.iter().map(|one| one.francs).sum();
    if herd.heads.count() > 0 && heads > 0 {
        let left = i64::try_from(i128::from(francs) * i128::from(herd.heads.count()) / i128::from(heads)).unwrap_or(0);
        rows.push(vec!["cost.left".to_owned(), herd.heads.to_string(), none(), money(left)]);
        sum += left;
    }
    let verdict = match (sum, is_whole) {
        _ if brought == 0 => "cost.nothing-yet",
        (..0, _) => "cost.loses",
        (_, true) => "cost.earns",
        (_, false) => "cost.incomplete",
    };
    rows.push(vec![verdict.to_owned(), none(), none(), money(sum)]);
    let columns = ["what", "quantity", "unit-price", "amount"].map(str::to_owned).to_vec();
    Ok(Table { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::tests::{SHEEP, farmyard, told, treat};
    use baara_plugin_api::testing::{PaperBook, command, id};

    fn sell(book: &mut PaperBook, n: u64, heads: &str, total: &str) {
        let lines = json!([{"item": "item/mouton", "lot": "lot/kon-20-0901", "quantity": heads, "price": "50000 XOF", "total": total}]);
        let sale = [("unit", "workshop/kon-elevage".into()), ("lines", lines)];
        book.put(&id(&format!("sale/kon-20-{n:04}")), "2020-07-30".parse().unwrap(), &sale);
    }

    fn rows(book: &PaperBook, table: fn(&Command, &Book<'_>) -> Result<Table, Refusal>) -> Vec<String> {
        let cmd = command("herd-account/1", "2020-08-01", json!({"herd": SHEEP}));
        let table = table(&cmd, &Book::new(book, "kon", cmd.date)).unwrap();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        table.rows.iter().map(|row| row.join("|")).collect()
    }

    #[test]
    fn the_account_says_that_a_herd_loses_money() {
        let mut book = farmyard();
        // 21.600 kg at 175 F are 3 780 F.
        told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({})).unwrap();
        assert_eq!(rows(&book, costs)[2], "cost.nothing-yet|||-403780 XOF");
        // Ten are sold for 25 000 F each: the six that are left are worth as much a head.
        sell(&mut book, 1, "10 head", "250000 XOF");
        book.stock(&id("store/kon-enclos"), &id("item/mouton"), Some(&id("lot/kon-20-0901")), "-10 head".parse().unwrap());
        assert_eq!(
            rows(&book, costs),
            [
                "item/mouton|16 head||-400000 XOF",
                "item/tourteau|21.600 kg|175/1|-3780 XOF",
                "sale/kon-20-0001|10 head||250000 XOF",
                "cost.left|6 head||150000 XOF",
                "cost.loses|||-3780 XOF",
            ]
        );
        sell(&mut book, 2, "1 head", "90000 XOF");
        assert!(rows(&book, costs).last().unwrap().starts_with("cost.earns|"));
    }

    #[test]
    fn an_account_without_a_price_is_provisional() {
        let mut book = farmyard();
        treat(&mut book, "2020-06-15", SHEEP, 28).unwrap();
        sell(&mut book, 1, "16 head", "900000 XOF");
        let rows = rows(&book, costs);
        assert!(rows.contains(&"item/remede|0.100 kg||cost.unknown".to_owned()), "{rows:?}");
        assert!(rows.last().unwrap().starts_with("cost.incomplete|"));
    }

    #[test]
    fn heads_add_up_or_the_gap_is_shown() {
        let mut book = farmyard();
        let loss = [("lot", "lot/kon-20-0901".into()), ("quantity", "1 head".into())];
        book.put(&id("loss/kon-20-0001"), "2020-06-20".parse().unwrap(), &loss);
        sell(&mut book, 1, "10 head", "500000 XOF");
        book.stock(&id("store/kon-enclos"), &id("item/mouton"), Some(&id("lot/kon-20-0901")), "-12 head".parse().unwrap());
        assert_eq!(
            rows(&book, heads),
            [
                "2020-06-01|heads.begun|herd/kon-20-0001|16||16",
                "2020-06-20|heads.died|loss/kon-20-0001||1|15",
                "2020-07-30|heads.sold|sale/kon-20-0001||10|5",
                "2020-08-01|heads.other|store/kon-enclos||1|4",
            ]
        );
    }
}
