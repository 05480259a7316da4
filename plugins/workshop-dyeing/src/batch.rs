//! A dyeing: cloth against pieces, dyes against the workshop's own habit, and the wet rag before it is sold.

use crate::calibration::{FIRST_BATCHES, Learnt, expect, learnt};
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figures, Made, Making, Measured, Oddity, Past, Planned, Reckoned, Taking};

/// A dyeing.
#[derive(Form)]
pub(crate) struct DyeingBatch {
    #[field(flatten)]
    making: Making,
    /// Pieces that coloured a wet rag.
    #[field(of = "product")]
    bleeding: Option<Amount>,
    #[field(flatten)]
    taking: Taking,
}

/// A product whose dyes are being learnt.
#[derive(Form)]
pub(crate) struct Calibration {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "item")]
    product: Id,
}

/// What a dyeing should take, and the dyes of which nothing can be said yet.
fn expected(book: &Book<'_>, figures: &Figures<'_>, workshop: &Id, made: &Made) -> Result<(Expected, Vec<Id>), Refusal> {
    let mut expected = Expected::default();
    figures.inputs(&mut expected, made)?;
    let all = learnt(figures, &Past::of(book, workshop), &made.item.id)?;
    let unknown = expect(all, figures, book, made, &mut expected)?;
    Ok((expected, unknown))
}

impl Record for DyeingBatch {
    const KIND: &'static str = "dyeing-batch/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let (expected, calibrating) = expected(book, &figures, &self.making.workshop, &made)?;
        let none = made.good.with_count(0);
        let rag = self.bleeding.map(|actual| Measured { item: made.item.id.clone(), expected: none, actual, tolerance: Ratio::NONE });
        // A boubou that colours the skin comes back with its customer: the lot is rinsed again and looked at.
        let bleeds = rag.filter(Measured::runs_over);
        let reckoned = Reckoned {
            expected,
            held: bleeds.is_some(),
            oddities: bleeds.into_iter().map(Oddity::named("dyeing/bleeds")).collect(),
            calibrating,
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What the pieces on a sheet will take, as far as it is known.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let planned = trade::asked::<Planned>(cmd)?;
    let (figures, made) = planned.begin(book)?;
    let (expected, _) = expected(book, &figures, &planned.workshop, &made)?;
    Ok(trade::sheet(&expected, &figures))
}

/// How far the workshop has come in learning what a piece takes of each dye.
pub(crate) fn calibration(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Calibration { workshop, product } = trade::asked(cmd)?;
    let figures = Figures::of(book, &workshop, &product)?;
    let all = learnt(&figures, &Past::of(book, &workshop), &product)?;
    let columns = ["item", "trials", "of", "per-hundred", "tolerance"].map(str::to_owned).to_vec();
    let row = |one: Learnt| {
        let hundred = one.habit.zip(trade::measure(book, &one.item)).and_then(|(habit, (unit, scale))| {
            let count = habit.of(100, Rounding::Half)?;
            Some(Amount::new(count, scale, unit).to_string())
        });
        let trials = one.trials.min(FIRST_BATCHES);
        [one.item.to_string(), trials.to_string(), FIRST_BATCHES.to_string(), hundred.unwrap_or_default(), one.tolerance.to_string()]
            .to_vec()
    };
    Ok(Table { columns, rows: all.into_iter().map(row).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::Days;
    use baara_plugin_api::testing::{PaperBook, command, date, id, released, warnings};

    /// Ségou's vats: five metres of bazin a piece, and dyes nobody weighs.
    fn vats() -> PaperBook {
        let mut book = PaperBook::new();
        let day = date("2020-01-01");
        let calibrated = json!([{"item": "item/teinture", "tolerance": "30/100"}, {"item": "item/soude", "tolerance": "30/100"}]);
        let cloth = json!([{"item": "item/bazin", "per": "5", "tolerance": "5/100"}]);
        book.put(&id("trade/dyeing"), day, &[("products", json!([{"product": "item/boubou", "calibrated": calibrated, "inputs": cloth}]))]);
        book.put(&id("workshop/kon-vats"), day, &[("trade", "trade/dyeing".into())]);
        book.put(&id("store/kon-magasin"), day, &[]);
        for (item, unit, scale) in [("boubou", "piece", 0), ("bazin", "m", 2), ("teinture", "kg", 3), ("soude", "kg", 3)] {
            let by_lot = scale == 0;
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", by_lot.into()), ("group", "product".into())];
            book.put(&Id::new("item", item), day, &values);
        }
        book
    }

    fn four(dye: &str, more: Value) -> Value {
        let input = |item: &str, quantity: &str| json!({"item": item, "quantity": quantity, "store": "store/kon-magasin"});
        let mut fields = json!({
            "workshop": "workshop/kon-vats", "product": "item/boubou", "good": "4 piece", "store": "store/kon-magasin",
            "inputs": [input("item/bazin", "20.00 m"), input("item/teinture", dye), input("item/soude", "0.200 kg")],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn dye(book: &mut PaperBook, n: u64, fields: Value) -> Decided {
        let day = date("2020-03-02") + Days::new(7 * n);
        book.record(&Kind::of::<DyeingBatch>(), &command(DyeingBatch::KIND, &day.to_string(), fields))
    }

    /// Ten batches of four pieces, of 0.300 and 0.340 kg of dye in turn: 0.080 kg a piece.
    fn used_to_it() -> PaperBook {
        let mut book = vats();
        for n in 0..10 {
            let effects = dye(&mut book, n, four(if n % 2 == 0 { "0.300 kg" } else { "0.340 kg" }, json!({}))).unwrap();
            assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec![]), "batch {n} is learnt from, not judged");
        }
        book
    }

    #[test]
    fn the_first_ten_batches_are_learnt_from_and_judged_by_nothing() {
        let book = used_to_it();
        let kept = |n: u64, key: &str| Book::new(&book, "kon", date("2020-12-31")).value(&id(&format!("batch/kon-20-{n:04}")), key);
        assert_eq!(kept(1, "calibrating")[0], json!({"item": "item/teinture", "actual": "0.300 kg"}));
        assert_eq!(kept(1, "measured"), json!([{"item": "item/bazin", "expected": "20.00 m", "actual": "20.00 m"}]));
    }

    #[test]
    fn the_eleventh_is_judged_by_the_habit_of_the_ten() {
        let judged = |dose: &str, more: Value| dye(&mut used_to_it(), 11, four(dose, more));
        // 0.320 kg and three tenths, 0.096 kg.
        assert!(judged("0.416 kg", json!({})).is_ok());
        let refusal = judged("0.417 kg", json!({})).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "0.320 kg"));
        assert_eq!(judged("0.223 kg", json!({})).unwrap_err().code, "batch/motive-needed");
        let effects = judged("0.417 kg", json!({"motive": "sealed:00"})).unwrap();
        assert_eq!((released(&effects).is_some(), warnings(&effects)), (true, vec!["batch/beyond-tolerance"]));
    }

    #[test]
    fn cloth_is_judged_from_the_first_batch_on() {
        let mut fields = four("0.300 kg", json!({}));
        fields["inputs"][0]["quantity"] = "22.00 m".into();
        assert_eq!(dye(&mut vats(), 0, fields).unwrap_err().args["item"], "item/bazin");
    }

    #[test]
    fn a_rule_of_the_workshop_comes_before_its_habit() {
        let mut book = vats();
        book.put(&id("rules/kon"), date("2020-01-01"), &[("ratio.kon-vats.boubou.teinture", "0.05".into())]);
        assert_eq!(dye(&mut book, 0, four("0.300 kg", json!({}))).unwrap_err().args["expected"], "0.200 kg");
    }

    #[test]
    fn pieces_that_colour_a_wet_rag_are_held() {
        assert!(dye(&mut vats(), 0, four("0.300 kg", json!({"bleeding": "0 piece"}))).is_ok());
        assert_eq!(dye(&mut vats(), 0, four("0.300 kg", json!({"bleeding": "1 piece"}))).unwrap_err().code, "batch/motive-needed");
        let effects = dye(&mut vats(), 0, four("0.300 kg", json!({"bleeding": "1 piece", "motive": "sealed:00"}))).unwrap();
        assert_eq!((released(&effects), warnings(&effects)), (None, vec!["dyeing/bleeds"]));
    }

    #[test]
    fn the_calibration_says_how_far_it_has_come() {
        let asked = |book: &PaperBook| {
            let cmd = command("dyeing-calibration/1", "2020-12-31", json!({"workshop": "workshop/kon-vats", "product": "item/boubou"}));
            calibration(&cmd, &Book::new(book, "kon", cmd.date)).unwrap().rows[0].join("|")
        };
        assert_eq!(asked(&vats()), "item/teinture|0|10||30/100");
        assert_eq!(asked(&used_to_it()), "item/teinture|10|10|8.000 kg|30/100");
    }

    #[test]
    fn a_sheet_says_what_is_known() {
        let takes = |book: &PaperBook| {
            let form = json!({"workshop": "workshop/kon-vats", "product": "item/boubou", "good": "8 piece"});
            let cmd = command("dyeing-sheet/1", "2020-12-31", form);
            sheet(&cmd, &Book::new(book, "kon", cmd.date)).unwrap().rows.iter().map(|row| row[..2].join("|")).collect::<Vec<_>>()
        };
        assert_eq!(takes(&vats()), ["item/bazin|40.00 m"]);
        assert_eq!(takes(&used_to_it()), ["item/bazin|40.00 m", "item/soude|0.400 kg", "item/teinture|0.640 kg"]);
    }
}
