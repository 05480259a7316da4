//! A batch of planks out of logs, or of furniture out of planks.

use crate::wood::{log_volume, metres};
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Planned, Reckoned, Taking};
use std::collections::BTreeMap;

/// Logs of one size.
#[derive(Form, Clone)]
pub(crate) struct Log {
    /// Centimetres.
    length: u64,
    /// Centimetres, in the middle, under the bark.
    diameter: u64,
    count: u64,
}

/// A part of a piece.
#[derive(Form)]
struct Part {
    #[field(of = "item")]
    item: Id,
    /// Millimetres.
    length: u64,
    count: u64,
}

/// A batch of planks or furniture.
#[derive(Form)]
pub(crate) struct JoineryBatch {
    #[field(flatten)]
    making: Making,
    /// The logs as they were measured, when some were sawn.
    logs: Vec<Log>,
    #[field(flatten)]
    taking: Taking,
}

/// Logs somebody means to saw.
#[derive(Form)]
pub(crate) struct Cubage {
    logs: Vec<Log>,
}

/// What a batch should take, and the log it is sawn from.
struct Plan {
    expected: Expected,
    log: Option<Id>,
}

/// Planks take logs by their section and the yield of the saw; what has a list of parts takes planks by it and the waste.
fn reckon(book: &Book<'_>, figures: &Figures<'_>, made: &Made) -> Result<Plan, Refusal> {
    let product = &made.item.id;
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
    let mut expected = Expected::default();
    let section = figures.find("section")?;
    let log = match section {
        None => None,
        Some(section) => {
            let (log, sawn) = figures.of_item("yield")?;
            let per_metre = sawn.value.inverse().and_then(|part| part.times(section.value)).ok_or_else(unreadable)?;
            expected.per(book, &log, per_metre, made.all, sawn.tolerance)?;
            Some(log)
        }
    };
    let parts = <Vec<Part> as FieldValue>::read(figures.told("cuts")).unwrap_or_default();
    if !parts.is_empty() {
        let waste = figures.get("waste")?;
        let mut lengths: BTreeMap<&Id, u64> = BTreeMap::new();
        for part in &parts {
            let all = part.length.checked_mul(part.count).ok_or_else(unreadable)?;
            *lengths.entry(&part.item).or_default() += all;
        }
        for (plank, length) in lengths {
            expected.per(book, plank, metres(length, waste.value).ok_or_else(unreadable)?, made.all, waste.tolerance)?;
        }
    }
    figures.inputs(&mut expected, made)?;
    Ok(Plan { expected, log })
}

/// The volume of some logs in cubic millimetres.
fn volume(logs: &[Log]) -> Result<u64, Refusal> {
    let of = |log: &Log| log_volume(log.length.checked_mul(10)?, log.diameter.checked_mul(10)?)?.checked_mul(log.count);
    let all = logs.iter().try_fold(0_u64, |sum, log| sum.checked_add(of(log)?));
    all.ok_or_else(|| Refusal::new("joinery/no-such-tree"))
}

/// Cubic millimetres as an amount in cubic metres, to the nearest of its smallest unit.
fn cubic_metres(volume: u64, unit: Unit, scale: u8) -> Result<Amount, Refusal> {
    let too_large = || Refusal::new("joinery/no-such-tree");
    let smallest = 10_u64.checked_pow(9_u32.checked_sub(u32::from(scale)).ok_or_else(too_large)?).ok_or_else(too_large)?;
    let count = Ratio::new(1, smallest).zip(i64::try_from(volume).ok()).and_then(|(part, all)| part.of(all, Rounding::Half));
    Ok(Amount::new(count.ok_or_else(too_large)?, scale, unit))
}

/// The logs as they were measured beside what was taken out of the store.
fn measured(logs: &[Log], log: &Id, took: Amount, tolerance: Ratio) -> Result<Measured, Refusal> {
    let expected = cubic_metres(volume(logs)?, took.unit(), took.scale())?;
    Ok(Measured { item: log.clone(), expected, actual: took, tolerance })
}

impl Record for JoineryBatch {
    const KIND: &'static str = "joinery-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn refusals() -> &'static [&'static str] {
        &["joinery/no-such-tree", "joinery/nothing-sawn"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let plan = reckon(book, &figures, &made)?;
        let beside = declared.beside(book, &plan.expected)?;
        let sawn = beside.into_iter().find(|line| plan.log.as_ref() == Some(&line.item));
        if sawn.is_none() && !self.logs.is_empty() {
            return Err(Refusal::new("joinery/nothing-sawn").with("product", &self.making.product));
        }
        let on_tape = match &sawn {
            Some(line) if !self.logs.is_empty() => {
                let tolerance = figures.get("yield")?.tolerance;
                Some(measured(&self.logs, &line.item, line.actual, tolerance)?)
            }
            _ => None,
        };
        // A log that gives too few planks has given them to somebody else.
        let poor = sawn.filter(Measured::runs_over);
        let other = on_tape.filter(Measured::is_beyond);
        let reckoned = Reckoned {
            expected: plan.expected,
            oddities: poor
                .map(Oddity::named("joinery/low-yield"))
                .into_iter()
                .chain(other.map(Oddity::named("joinery/other-logs")))
                .collect(),
            more: vec![("logs", cmd.fields.get("logs").cloned().unwrap_or_default())],
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What the pieces on a sheet will take.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let (figures, made) = trade::asked::<Planned>(cmd)?.begin(book)?;
    let plan = reckon(book, &figures, &made)?;
    Ok(trade::sheet(&plan.expected, &figures))
}

/// What logs hold, measured *au couvert*.
pub(crate) fn cubage(cmd: &Command, _: &Book<'_>) -> Result<Table, Refusal> {
    let Cubage { logs } = trade::asked(cmd)?;
    let columns = ["length", "diameter", "count", "volume"].map(str::to_owned).to_vec();
    let cubic = |logs: &[Log]| cubic_metres(volume(logs)?, Unit::parse("m3").expect("a unit"), 3);
    let row = |log: &Log| {
        let volume = cubic(std::slice::from_ref(log))?;
        Ok([log.length.to_string(), log.diameter.to_string(), log.count.to_string(), volume.to_string()].to_vec())
    };
    let mut rows = logs.iter().map(row).collect::<Result<Vec<_>, Refusal>>()?;
    let count = logs.iter().fold(0_u64, |sum, log| sum.saturating_add(log.count));
    rows.push([String::new(), String::new(), count.to_string(), cubic(&logs)?.to_string()].to_vec());
    Ok(Table { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Kayes' workshop: planks of 25 × 3 cm out of logs, tables out of planks.
    fn bench() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let cut = |length: u64, count: u64| json!({"item": "item/planche", "length": length, "count": count});
        let table = json!({"product": "item/table", "cuts": [cut(1200, 3), cut(720, 2), cut(760, 1)],
            "inputs": [{"item": "item/pointe", "per": "0.3", "tolerance": "20/100"}]});
        let planks = json!({"product": "item/planche", "figures": [{"name": "section", "value": "0.0075", "confidence": "K"}]});
        let figures = json!([
            {"name": "yield", "item": "item/grume", "value": "0.558", "tolerance": "9/100", "confidence": "S"},
            {"name": "waste", "value": "0.225", "tolerance": "10/100", "confidence": "K"},
        ]);
        book.put(&id("trade/carpentry"), day, &[("products", json!([table, planks])), ("figures", figures), ("cure-days", 1.into())]);
        book.put(&id("workshop/kon-bois"), day, &[("trade", "trade/carpentry".into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        for (item, unit, scale) in [("table", "piece", 0), ("planche", "m", 2), ("pointe", "kg", 3), ("grume", "m3", 3)] {
            let by_lot = scale == 0;
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    fn batch(product: &str, good: &str, inputs: &[(&str, &str)], more: Value) -> Decided {
        let mut book = bench();
        let input = |(item, quantity): &(&str, &str)| json!({"item": item, "quantity": quantity, "store": "store/kon-magasin"});
        let inputs: Vec<Value> = inputs.iter().map(input).collect();
        let mut fields =
            json!({"workshop": "workshop/kon-bois", "product": product, "good": good, "store": "store/kon-magasin", "inputs": inputs});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        book.record(&Kind::of::<JoineryBatch>(), &command(JoineryBatch::KIND, "2020-03-02", fields))
    }

    fn tables(planks: &str, more: Value) -> Decided {
        batch("item/table", "4 piece", &[("item/planche", planks), ("item/pointe", "1.200 kg")], more)
    }

    /// 100 m of plank hold 0.750 m³; at 55.8 % they take 1.344 m³ of log.
    fn planks(logs: &str, more: Value) -> Decided {
        batch("item/planche", "100.00 m", &[("item/grume", logs)], more)
    }

    #[test]
    fn tables_take_their_parts_and_a_part_more_for_the_plane() {
        // 5.80 m ÷ 0.775 = 7.484 m a table; the glue dries overnight.
        let effects = tables("29.94 m", json!({})).unwrap();
        assert_eq!((released(&effects).as_deref(), warnings(&effects)), (Some("2020-03-03"), vec![]));
        let refusal = tables("34.00 m", json!({})).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "29.94 m"));
        assert_eq!(warnings(&tables("34.00 m", json!({"motive": "sealed:00"})).unwrap()), ["batch/beyond-tolerance"]);
    }

    #[test]
    fn logs_become_planks_by_the_yield_of_the_saw() {
        assert_eq!(warnings(&planks("1.344 m3", json!({})).unwrap()), Vec::<&str>::new());
        assert_eq!(planks("1.500 m3", json!({})).unwrap_err().args["expected"], "1.344 m3");
        assert_eq!(warnings(&planks("1.500 m3", json!({"motive": "sealed:00"})).unwrap()), ["joinery/low-yield"]);
        assert_eq!(
            warnings(&planks("1.000 m3", json!({"motive": "sealed:00"})).unwrap()),
            ["batch/beyond-tolerance"],
            "more than it holds"
        );
    }

    #[test]
    fn logs_on_the_tape_are_those_that_left_the_store() {
        let of = |diameter: u64, more: Value| {
            let mut fields = json!({"logs": [{"length": 409, "diameter": diameter, "count": 3}]});
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            planks("1.344 m3", fields)
        };
        // Three of 4.00 m × 37 cm: 1.290 m³.
        assert!(of(37, json!({})).is_ok());
        assert_eq!(of(45, json!({})).unwrap_err().args["expected"], "1.909 m3");
        assert_eq!(warnings(&of(45, json!({"motive": "sealed:00"})).unwrap()), ["joinery/other-logs"]);
    }

    #[test]
    fn tables_are_not_sawn_and_trees_have_an_end() {
        let logs = json!({"logs": [{"length": 400, "diameter": 30, "count": 1}]});
        assert_eq!(tables("29.94 m", logs).unwrap_err().code, "joinery/nothing-sawn");
        let giant = json!({"logs": [{"length": 9_007_199_254_740_991_u64, "diameter": 900, "count": 1}]});
        assert_eq!(planks("1.344 m3", giant).unwrap_err().code, "joinery/no-such-tree");
    }

    #[test]
    fn the_cubage_says_each_size_and_all() {
        let form = json!({"logs": [{"length": 1359, "diameter": 40, "count": 1}, {"length": 400, "diameter": 37, "count": 3}]});
        let cmd = command("joinery-cubage/1", "2020-03-02", form);
        let book = bench();
        let table = cubage(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join("|")).collect();
        assert_eq!(rows, ["1359|40|1|1.696 m3", "400|37|3|1.290 m3", "||4|2.987 m3"]);
    }

    #[test]
    fn a_sheet_says_what_to_take() {
        let form = json!({"workshop": "workshop/kon-bois", "product": "item/table", "good": "10 piece"});
        let cmd = command("joinery-sheet/1", "2020-03-02", form);
        let book = bench();
        let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let takes: Vec<String> = table.rows.iter().take(2).map(|row| row[..3].join("|")).collect();
        assert_eq!(takes, ["item/planche|74.84 m|10/100", "item/pointe|3.000 kg|20/100"]);
    }
}
