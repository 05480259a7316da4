//! A batch of stones or blocks: cement against the mix, breakage, cure.

use crate::dose::{BAG_KG, Dose};
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Planned, Reckoned, Taking};

/// The strength class of a cement is its strength at 28 days: nothing is sold younger, whatever a figure says.
const LEAST_CURE_DAYS: i64 = 28;

/// A batch of stones or blocks.
#[derive(Form)]
pub(crate) struct PavingBatch {
    #[field(flatten)]
    making: Making,
    #[field(flatten)]
    taking: Taking,
}

/// What so many stones should take, and the cement of one.
fn expected(book: &Book<'_>, figures: &Figures<'_>, made: &Made) -> Result<(Expected, Dose), Refusal> {
    let dose = Dose::of(figures, &made.item.id)?;
    let mut expected = Expected::default();
    expected.per(book, &dose.cement, dose.per_stone, made.all, dose.tolerance)?;
    figures.inputs(&mut expected, made)?;
    Ok((expected, dose))
}

/// How many stones a bag made, in tenths: `119.0`.
fn stones_a_bag(stones: Amount, cement: Amount) -> Option<String> {
    let ten = |scale: u8| 10_i128.checked_pow(u32::from(scale));
    let bag = i128::from(BAG_KG).checked_mul(ten(cement.scale())?)?.checked_mul(10)?;
    let tenths = i128::from(stones.count()).checked_mul(bag)?.checked_div(i128::from(cement.count()).checked_mul(ten(stones.scale())?)?)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

impl Record for PavingBatch {
    const KIND: &'static str = "paving-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let (expected, dose) = expected(book, &figures, &made)?;
        let beside = declared.beside(book, &expected)?;
        let cement = beside.into_iter().find(|line| line.item == dose.cement);
        let per_bag = cement.as_ref().and_then(|line| stones_a_bag(made.all, line.actual));
        // Stones that lack cement break underfoot: no day releases them, only somebody who broke one.
        let under = cement.filter(Measured::falls_short);
        let reckoned = Reckoned {
            expected,
            held: under.is_some(),
            oddities: under.into_iter().map(Oddity::named("paving/under-dosed")).collect(),
            more: vec![("per-bag", json!(per_bag))],
            least_cure: LEAST_CURE_DAYS,
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What the stones on a sheet will take.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let (figures, made) = trade::asked::<Planned>(cmd)?.begin(book)?;
    let (expected, _) = expected(book, &figures, &made)?;
    Ok(trade::sheet(&expected, &figures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Koutiala's yard: stones by mould and mix, hollow blocks by count, plenty of cement and sand.
    fn yard() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let figures = json!([
            {"name": "mix", "item": "item/ciment", "value": "350", "tolerance": "5/100", "confidence": "K"},
            {"name": "thickness", "value": "0.06", "confidence": "S"},
            {"name": "per-m2", "value": "50", "confidence": "S"},
        ]);
        let sand = json!([{"item": "item/sable", "per": "1.5", "tolerance": "15/100"}]);
        let blocks = json!([{"name": "per-bag", "item": "item/ciment", "value": "22", "tolerance": "5/100", "confidence": "S"}]);
        let products = json!([
            {"product": "item/pave", "figures": figures, "inputs": sand},
            {"product": "item/brique", "figures": blocks},
            {"product": "item/dalle"},
        ]);
        let all = json!([{"name": "rejects", "value": "5/100", "confidence": "K"}]);
        let trade = [("plugin", "workshop-paving".into()), ("products", products), ("figures", all), ("cure-days", 28.into())];
        book.put(&id("trade/paving"), day, &trade);
        book.put(&id("workshop/kon-paves"), day, &[("trade", "trade/paving".into()), ("hazardous", true.into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        for (item, unit, by_lot) in
            [("pave", "piece", true), ("brique", "piece", true), ("dalle", "piece", true), ("ciment", "kg", false), ("sable", "kg", false)]
        {
            let scale = if by_lot { 0 } else { 3 };
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    /// 238 stones are two bags; sand is 1.5 kg a stone.
    fn stones(more: Value) -> Value {
        let mut fields = json!({
            "workshop": "workshop/kon-paves", "product": "item/pave", "good": "230 piece", "rejected": "8 piece", "store": "store/kon-magasin",
            "inputs": [
                {"item": "item/ciment", "quantity": "100.000 kg", "store": "store/kon-magasin"},
                {"item": "item/sable", "quantity": "357.000 kg", "store": "store/kon-magasin"},
            ],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn taking(cement: &str) -> Value {
        let mut fields = stones(json!({}));
        fields["inputs"][0]["quantity"] = cement.into();
        fields
    }

    fn cast_on(book: &mut PaperBook, day: &str, fields: Value) -> Decided {
        book.record(&Kind::of::<PavingBatch>(), &command(PavingBatch::KIND, day, fields))
    }

    fn cast(book: &mut PaperBook, fields: Value) -> Decided {
        cast_on(book, "2020-03-02", fields)
    }

    #[test]
    fn stones_cure_four_weeks_and_keep_their_figures() {
        let mut book = yard();
        let effects = cast(&mut book, stones(json!({}))).unwrap();
        assert_eq!((released(&effects).as_deref(), warnings(&effects)), (Some("2020-03-30"), vec![]));
        let kept = |key: &str| Book::new(&book, "kon", date("2020-03-02")).value(&id("batch/kon-20-0001"), key);
        assert_eq!(kept("per-bag"), json!("119.0"));
        assert_eq!(kept("measured")[0], json!({"item": "item/ciment", "expected": "99.960 kg", "actual": "100.000 kg"}));
        assert_eq!(kept("figures")[0]["name"], "mix");
    }

    #[test]
    fn a_shorter_cure_is_not_heard() {
        let mut book = yard();
        book.put(&id("rules/kon"), date("2020-01-01"), &[("ratio.kon-paves.cure-days", 7.into())]);
        assert_eq!(released(&cast(&mut book, stones(json!({}))).unwrap()).as_deref(), Some("2020-03-30"));
        book.put(&id("rules/kon"), date("2020-01-01"), &[("ratio.kon-paves.cure-days", 35.into())]);
        assert_eq!(released(&cast(&mut book, stones(json!({}))).unwrap()).as_deref(), Some("2020-04-06"));
    }

    #[test]
    fn cement_that_did_not_go_in_wants_a_motive_and_holds_the_stones() {
        assert_eq!(released(&cast(&mut yard(), taking("94.962 kg")).unwrap()).as_deref(), Some("2020-03-30"));
        let refusal = cast(&mut yard(), taking("94.961 kg")).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["item"].as_str()), ("batch/motive-needed", "item/ciment"));
        let mut fields = taking("94.961 kg");
        fields["motive"] = "sealed:00".into();
        let effects = cast(&mut yard(), fields).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["paving/under-dosed"]));
    }

    #[test]
    fn too_much_cement_is_told_and_the_stones_are_good() {
        let mut fields = taking("110.000 kg");
        fields["motive"] = "sealed:00".into();
        let effects = cast(&mut yard(), fields).unwrap();
        assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec!["batch/beyond-tolerance"]));
    }

    #[test]
    fn more_than_five_in_a_hundred_broken_wants_a_motive() {
        // 238 in all: twelve may break.
        assert!(cast(&mut yard(), stones(json!({"good": "226 piece", "rejected": "12 piece"}))).is_ok());
        let fields = stones(json!({"good": "225 piece", "rejected": "13 piece"}));
        let refusal = cast(&mut yard(), fields.clone()).unwrap_err();
        assert_eq!((refusal.args["expected"].as_str(), refusal.args["actual"].as_str()), ("12 piece", "13 piece"));
        let mut fields = fields;
        fields["motive"] = "sealed:00".into();
        assert_eq!(warnings(&cast(&mut yard(), fields).unwrap()), ["batch/rejects"]);
    }

    /// 22 hollow blocks of 15 a bag: scribd.com/document/537996540.
    #[test]
    fn blocks_are_counted_by_the_bag() {
        let block = |cement: &str| {
            let inputs = json!([{"item": "item/ciment", "quantity": cement, "store": "store/kon-magasin"}]);
            json!({"workshop": "workshop/kon-paves", "product": "item/brique", "good": "44 piece", "store": "store/kon-magasin", "inputs": inputs})
        };
        assert!(cast(&mut yard(), block("100.000 kg")).is_ok());
        assert_eq!(cast(&mut yard(), block("80.000 kg")).unwrap_err().code, "batch/motive-needed");
    }

    #[test]
    fn a_yard_may_have_its_own_mix() {
        let mut book = yard();
        let rules = [("ratio.kon-paves.pave.mix", "400".into()), ("ratio.kon-paves.pave.mix.tolerance", "2/100".into())];
        book.put(&id("rules/kon"), date("2020-01-01"), &rules);
        assert_eq!(cast(&mut book, taking("100.000 kg")).unwrap_err().args["expected"], "114.240 kg");
        assert!(cast(&mut book, taking("114.000 kg")).is_ok());
    }

    #[test]
    fn what_the_trade_does_not_know_is_refused() {
        assert_eq!(
            cast(&mut yard(), stones(json!({"product": "item/ciment", "good": "1.000 kg"}))).unwrap_err().code,
            "trade-batch/not-made-here"
        );
        let refusal = cast(&mut yard(), stones(json!({"product": "item/dalle"}))).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["rule"].as_str()), ("trade/no-figure", "ratio.kon-paves.dalle.mix"));
    }

    #[test]
    fn only_adults_who_are_fit_and_taught_cast() {
        let mut book = yard();
        let day = date("2020-01-01");
        for (n, born, fit, taught) in [(1, 2004, true, true), (2, 1990, false, true), (3, 1990, true, false), (4, 1990, true, true)] {
            let person = Id::new("person", &format!("kon-20-{n:04}"));
            book.put(&person, day, &[("detainee", true.into()), ("birth-year", born.into()), ("fit", fit.into())]);
            if taught {
                let course = [("person", json!(person)), ("unit", "workshop/kon-paves".into())];
                book.put(&Id::new("training", &format!("kon-20-{n:04}")), day, &course);
            }
        }
        let people = json!(["person/kon-20-0001", "person/kon-20-0002", "person/kon-20-0003", "person/kon-20-0004"]);
        let effects = cast(&mut book, stones(json!({"persons": people}))).unwrap();
        assert_eq!(warnings(&effects), ["batch/minor", "batch/unfit", "batch/untaught"]);
    }

    #[test]
    fn a_habit_that_changes_is_told() {
        let mut book = yard();
        let mut told = |day: &str, fields: Value| {
            let effects = cast_on(&mut book, day, fields).unwrap();
            warnings(&effects).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        for day in ["2020-01-06", "2020-01-13", "2020-01-20", "2020-01-27", "2020-02-03"] {
            assert!(told(day, stones(json!({}))).is_empty());
        }
        // Each within its twentieth, and the quarter's sum too: only the habit shows it.
        assert!(told("2020-04-06", taking("103.000 kg")).is_empty());
        assert!(told("2020-04-13", taking("103.000 kg")).is_empty());
        assert_eq!(told("2020-04-20", taking("103.000 kg")), ["batch/drift"]);
        let lump = stones(json!({"good": "2380 piece", "rejected": "0 piece", "inputs": [
            {"item": "item/ciment", "quantity": "1000.000 kg", "store": "store/kon-magasin"},
            {"item": "item/sable", "quantity": "3570.000 kg", "store": "store/kon-magasin"},
        ]}));
        assert_eq!(told("2020-04-27", lump), ["batch/lump"]);
    }

    #[test]
    fn a_sheet_says_what_to_weigh_and_why() {
        let book = yard();
        let cmd = command(
            "paving-sheet/1",
            "2020-03-02",
            json!({"workshop": "workshop/kon-paves", "product": "item/pave", "good": "1190 piece"}),
        );
        let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join("|")).collect();
        assert_eq!(rows[0], "item/ciment|499.800 kg|5/100||");
        assert_eq!(rows[1], "item/sable|1785.000 kg|15/100||");
        assert_eq!(rows[2], "figure.mix|350/1|5/100|confidence.k|");
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    }

    #[test]
    fn the_ledger_lays_use_beside_expectation() {
        let mut book = yard();
        cast(&mut book, taking("96.000 kg")).unwrap();
        let cmd = command("paving-ledger/1", "2020-03-03", json!({"workshop": "workshop/kon-paves"}));
        let table = trade::ledger(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join("|")).collect();
        assert_eq!(rows[0], "batch/kon-20-0001|2020-03-02|item/pave||230 piece||");
        assert_eq!(rows[1], "batch/kon-20-0001|2020-03-02|item/ciment|99.960 kg|96.000 kg|-3.9 %|");
    }
}
