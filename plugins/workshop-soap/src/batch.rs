//! A batch of soap: lye against what theory asks for, fat against what the bars hold, and when it may be sold.

use crate::mass::Mass;
use crate::saponification::Saponification;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Declared, Expected, Figure, Figures, Made, Making, Measured, Oddity, Planned, Reckoned, Taking};

/// Soap is never sold younger than four weeks, whatever a rule says.
const LEAST_CURE_DAYS: i64 = 28;
/// How much of the mass may be lost on the way to the moulds, while no figure says it.
const USUAL_LOSS: (u64, u64) = (10, 100);
/// Below so many hundredths of theory fat is left over, or lye went elsewhere.
const LEAST_LYE: u64 = 85;
/// More than so many hundredths left out on purpose leave the soap soft and rancid.
const MOST_DISCOUNT: u64 = 15;

/// What a batch, or the sheet that prepares it, may refuse in its own words.
pub(crate) const REFUSALS: &[&str] = &[
    "soap/no-fats",
    "soap/no-bars",
    "soap/discount-too-high",
    "soap/fat-unknown",
    "soap/bad-saponification",
    "soap/not-naoh",
    "soap/not-in-kg",
    "soap/too-large",
    "soap/more-than-went-in",
];

/// A batch of soap. Its inputs are fats, the lye, and what the product's recipe names beside.
#[derive(Form)]
pub(crate) struct SoapBatch {
    #[field(flatten)]
    making: Making,
    /// Grams of one bar, fresh from the mould.
    bar_grams: u64,
    /// Kilograms of water; it is not kept in a store.
    water: Ratio,
    /// Lye left out on purpose, in percent of theory, so that none stays in the soap; else the figure `discount`.
    discount: Option<Ratio>,
    #[field(flatten)]
    taking: Taking,
}

/// A batch to come: what it is to be made of.
#[derive(Form)]
pub(crate) struct SoapSheet {
    #[field(flatten)]
    planned: Planned,
    inputs: Vec<Weighed>,
    discount: Option<Ratio>,
}

/// A fat, weighed before it goes into the pot.
#[derive(Form)]
struct Weighed {
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
}

/// What a pot of fats asks for.
struct Pot {
    fats: Vec<(Id, Amount, Saponification)>,
    lye: Id,
    theory: Mass,
    expected: Mass,
    /// By how much the lye may be off.
    tolerance: Ratio,
}

impl Pot {
    /// Of the fats among the inputs: neither the lye nor what the product's recipe names.
    fn of<'i>(
        inputs: impl Iterator<Item = (&'i Id, Amount)>,
        discount: Option<Ratio>,
        figures: &Figures<'_>,
        book: &Book<'_>,
    ) -> Result<Pot, Refusal> {
        let (lye, left_out) = figures.of_item("discount")?;
        let recipe = figures.recipe();
        let is_beside = |id: &Id| *id == lye || recipe.iter().any(|input| input["item"].as_str() == Some(id.as_str()));
        let fats = inputs.filter(|(item, _)| !is_beside(item));
        let fats = fats.map(|(item, quantity)| Ok((item.clone(), quantity, Saponification::of(item, book)?)));
        let fats = fats.collect::<Result<Vec<_>, Refusal>>()?;
        if fats.iter().all(|(_, quantity, _)| quantity.is_zero()) {
            return Err(Refusal::new("soap/no-fats"));
        }
        let discount = hundredths(discount, &left_out)?;
        let mut theory = Mass::NONE;
        for (item, quantity, saponification) in &fats {
            let naoh = saponification.naoh;
            let takes = Mass::of(item, *quantity)?.times(naoh.num(), naoh.den()).and_then(|lye| theory.plus(lye));
            theory = takes.ok_or_else(too_large)?;
        }
        let expected = discount.den().checked_sub(discount.num()).and_then(|rest| theory.times(rest, discount.den()));
        Ok(Pot { fats, lye, theory, expected: expected.ok_or_else(too_large)?, tolerance: left_out.tolerance })
    }

    /// The lye, in kilograms.
    fn expect_lye(&self, expected: &mut Expected, book: &Book<'_>) -> Result<(), Refusal> {
        let unit = || Refusal::new("soap/not-in-kg").with("item", &self.lye).with("amount", self.expected.text());
        let (_, scale) = trade::measure(book, &self.lye).filter(|(unit, _)| unit.as_str() == "kg").ok_or_else(unit)?;
        expected.add(&self.lye, self.expected.amount(scale).ok_or_else(too_large)?, self.tolerance)
    }

    /// Of each fat what the bars hold of it, when `of` the mass that went in came out.
    fn expect_fats(&self, expected: &mut Expected, of: (Mass, Mass), loss: Ratio) -> Result<(), Refusal> {
        let (mass_out, mass_in) = of;
        self.fats.iter().try_for_each(|(item, quantity, _)| {
            let held = Mass::of(item, *quantity)?.part(mass_out, mass_in).and_then(|mass| mass.amount(quantity.scale()));
            expected.add(item, held.ok_or_else(too_large)?, loss)
        })
    }
}

fn too_large() -> Refusal {
    Refusal::new("soap/too-large")
}

/// The part of the lye that is left out: what the form says in percent, or else the trade's figure.
fn hundredths(told: Option<Ratio>, usual: &Figure) -> Result<Ratio, Refusal> {
    let Some(percent) = told else { return Ok(usual.value) };
    let fits = u128::from(percent.num()) <= u128::from(percent.den()) * u128::from(MOST_DISCOUNT);
    if !fits {
        return Err(Refusal::new("soap/discount-too-high").with("discount", percent).with("most", MOST_DISCOUNT));
    }
    percent.times(Ratio::new(1, 100).expect("not divided by zero")).ok_or_else(too_large)
}

/// How much of the mass may be lost on the way to the moulds.
fn loss(figures: &Figures<'_>) -> Result<Ratio, Refusal> {
    let usual = || Ratio::new(USUAL_LOSS.0, USUAL_LOSS.1).expect("not divided by zero");
    Ok(figures.find("loss")?.map_or_else(usual, |figure| figure.value))
}

impl SoapBatch {
    /// The mass of the bars, good or not.
    fn mass_out(&self, made: &Made) -> Option<Mass> {
        let whole = 10_u64.checked_pow(u32::from(made.all.scale()))?;
        Mass::grams(self.bar_grams)?.times(u64::try_from(made.all.count()).ok()?, whole)
    }

    /// Everything that went into the pot.
    fn mass_in(&self) -> Result<Mass, Refusal> {
        let water = Mass::kilograms(self.water).ok_or_else(too_large)?;
        let weighed = self.taking.inputs.iter().filter(|input| input.quantity.unit().as_str() == "kg");
        let mut masses = weighed.map(|input| Mass::of(&input.item, input.quantity));
        masses.try_fold(water, |sum, mass| sum.plus(mass?).ok_or_else(too_large))
    }
}

/// What is wrong with the lye, when something is: too much burns, much too little is left over or went elsewhere.
fn lye_oddity(pot: &Pot, used: Mass, line: Measured) -> Result<Option<Oddity>, Refusal> {
    let least = pot.theory.times(LEAST_LYE, 100).ok_or_else(too_large)?;
    let told = |code: &'static str, due: Mass| {
        let expected = due.amount(line.expected.scale()).ok_or_else(too_large)?;
        Ok(Some(Oddity { code, what: Measured { expected, ..line.clone() } }))
    };
    if used.is_above(pot.theory).ok_or_else(too_large)? {
        told("soap/lye-high", pot.theory)
    } else if least.is_above(used).ok_or_else(too_large)? {
        told("soap/lye-low", least)
    } else {
        Ok(None)
    }
}

impl Record for SoapBatch {
    const KIND: &'static str = "soap-batch/2";

    fn writes() -> Grant {
        trade::writes()
    }

    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let declared = Declared { making: &self.making, taking: &self.taking };
        let (figures, made) = declared.begin(book)?;
        let pot = Pot::of(self.taking.inputs.iter().map(|input| (&input.item, input.quantity)), self.discount, &figures, book)?;
        if self.bar_grams == 0 {
            return Err(Refusal::new("soap/no-bars"));
        }
        let (mass_in, mass_out) = (self.mass_in()?, self.mass_out(&made).ok_or_else(too_large)?);
        if mass_out.is_above(mass_in).ok_or_else(too_large)? {
            return Err(Refusal::new("soap/more-than-went-in").with("in", mass_in.text()).with("out", mass_out.text()));
        }
        let mut expected = Expected::default();
        pot.expect_lye(&mut expected, book)?;
        pot.expect_fats(&mut expected, (mass_out, mass_in), loss(&figures)?)?;
        figures.inputs(&mut expected, &made)?;

        let mut oddities = Vec::new();
        let mut burns = false;
        for line in declared.beside(book, &expected)? {
            if line.item == pot.lye {
                let odd = lye_oddity(&pot, Mass::of(&line.item, line.actual)?, line)?;
                burns = odd.as_ref().is_some_and(|odd| odd.code == "soap/lye-high");
                oddities.extend(odd);
            } else if pot.fats.iter().any(|(fat, ..)| *fat == line.item) && line.runs_over() {
                oddities.push(Oddity { code: "soap/mass-gap", what: line });
            }
        }
        let reckoned = Reckoned {
            // Soap with free lye burns: nothing but a check of the lot may ever release it.
            held: burns,
            more: vec![
                ("bar-grams", self.bar_grams.into()),
                ("water", self.water.to_string().into()),
                ("discount", json!(self.discount.map(|discount| discount.to_string()))),
                ("lye-theory", pot.theory.text().into()),
                ("mass-in", mass_in.text().into()),
                ("mass-out", mass_out.text().into()),
            ],
            least_cure: LEAST_CURE_DAYS,
            expected,
            oddities,
            ..Reckoned::default()
        };
        declared.end(cmd, book, &figures, made, reckoned)
    }
}

/// What to weigh for the soap on a sheet, the lye that is never to be passed, and the figure of each fat.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let SoapSheet { planned, inputs, discount } = trade::asked(cmd)?;
    let (figures, made) = planned.begin(book)?;
    let pot = Pot::of(inputs.iter().map(|input| (&input.item, input.quantity)), discount, &figures, book)?;
    let mut expected = Expected::default();
    pot.expect_lye(&mut expected, book)?;
    pot.expect_fats(&mut expected, (pot.theory, pot.theory), loss(&figures)?)?;
    figures.inputs(&mut expected, &made)?;
    let mut table = trade::sheet(&expected, &figures);
    let none = String::new;
    table.rows.push(vec!["figure.lye-most".to_owned(), pot.theory.text(), none(), none(), none()]);
    table.rows.extend(pot.fats.iter().map(|(item, _, saponification)| {
        let naoh = saponification.naoh.to_string();
        vec!["figure.naoh".to_owned(), naoh, none(), saponification.confidence().to_owned(), saponification.source(item)]
    }));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, id, released as release, warnings};

    fn workshop() -> PaperBook {
        let mut book = PaperBook::new();
        let day = "2020-01-01".parse().unwrap();
        let kg: &[(&str, Value)] = &[("unit", "kg".into()), ("scale", 3.into())];
        let figures = json!([
            {"name": "discount", "item": "item/naoh", "value": "5/100", "tolerance": "5/100", "confidence": "S"},
            {"name": "loss", "value": "11/100", "confidence": "K"},
            {"name": "rejects", "value": "5/100", "confidence": "K"},
        ]);
        let beside = json!([{"item": "item/parfum", "per": "0.001", "tolerance": "20/100"}]);
        let products = json!([{"product": "item/savon"}, {"product": "item/savonnette", "inputs": beside}]);
        let bars: &[(&str, Value)] = &[("unit", "piece".into()), ("scale", 0.into()), ("by-lot", true.into())];
        let things: [(&str, &[(&str, Value)]); 11] = [
            ("trade/soap", &[("products", products), ("figures", figures), ("hazardous", true.into())]),
            ("workshop/kon-savon", &[("trade", "trade/soap".into())]),
            ("store/kon-magasin", &[]),
            ("item/karite", kg),
            ("item/huile-de-palme", kg),
            ("item/graisse", kg),
            ("item/naoh", kg),
            ("item/parfum", kg),
            ("item/savon", bars),
            ("item/savonnette", bars),
            ("rules/general", &[]),
        ];
        things.into_iter().for_each(|(thing, values)| book.put(&id(thing), day, values));
        book
    }

    fn pot(fats: &[(&str, &str)], lye: &str) -> Value {
        let all = fats.iter().copied().chain([("item/naoh", lye)]);
        json!({"inputs": all.map(|(item, kg)| json!({"item": item, "quantity": kg, "store": "store/kon-magasin"})).collect::<Value>()})
    }

    /// Shea alone.
    fn shea(lye: &str) -> Value {
        pot(&[("item/karite", "20.000 kg")], lye)
    }

    fn with(mut fields: Value, more: Value) -> Value {
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    /// Twenty kilograms of shea at 5 % under theory: `domain.md` §4.1.
    fn batch(more: Value) -> Value {
        let fields = json!({
            "workshop": "workshop/kon-savon", "product": "item/savon", "good": "145 piece", "bar-grams": 200, "water": "7.5",
            "store": "store/kon-magasin",
        });
        with(with(fields, shea("2.432 kg")), more)
    }

    fn made(book: &mut PaperBook, more: Value) -> Decided {
        book.record(&Kind::of::<SoapBatch>(), &command(SoapBatch::KIND, "2020-03-02", batch(more)))
    }

    #[track_caller]
    fn told(more: Value) -> Vec<String> {
        warnings(&made(&mut workshop(), more).unwrap()).into_iter().map(str::to_owned).collect()
    }

    fn ruled(rule: &str, value: &str) -> PaperBook {
        let mut book = workshop();
        let set = Effects::new().set(&id("rules/general"), rule, value, "2020-01-01".parse().unwrap());
        book.apply("test", "2020-01-01".parse().unwrap(), &id("person/kon-20-0001"), &set.0);
        book
    }

    #[test]
    fn a_batch_uses_fat_and_lye_and_makes_a_lot_that_cures() {
        let effects = made(&mut workshop(), json!({})).unwrap();
        let moves: Vec<String> = effects
            .0
            .iter()
            .filter_map(|e| match e {
                Effect::Move { amount, from, to, lot, .. } => Some(format!("{amount} {from} → {to} {lot:?}")),
                _ => None,
            })
            .collect();
        assert_eq!(
            moves,
            [
                "20.000 kg store/kon-magasin → consumed/kon-savon None",
                "2.432 kg store/kon-magasin → consumed/kon-savon None",
                "145 piece produced/kon-savon → store/kon-magasin Some(lot/kon-20-0001)",
            ]
        );
        assert_eq!((release(&effects).as_deref(), warnings(&effects)), (Some("2020-03-30"), vec![]));
        let kept = effects.0.iter().find_map(|e| match e {
            Effect::Open { thing, values } if thing.kind() == "batch" => Some(json!(values)),
            _ => None,
        });
        let kept = kept.unwrap();
        assert_eq!(
            (&kept["lye-theory"], &kept["mass-in"], &kept["mass-out"]),
            (&json!("2.560 kg"), &json!("29.932 kg"), &json!("29.000 kg"))
        );
        // The fat that is in the bars: 20 kg × 29 / 29.932.
        let measured = json!([
            {"item": "item/karite", "expected": "19.377 kg", "actual": "20.000 kg"},
            {"item": "item/naoh", "expected": "2.432 kg", "actual": "2.432 kg"},
        ]);
        assert_eq!(kept["measured"], measured);
    }

    #[test]
    fn fats_are_added_up_exactly() {
        // Theory: 1.280 + 1.410 kg.
        let at = |lye: &str| {
            let fats = pot(&[("item/karite", "10.000 kg"), ("item/huile-de-palme", "10.000 kg")], lye);
            told(with(fats, json!({"discount": "0", "motive": "sealed:00"}))).join(" ")
        };
        assert_eq!(at("2.690 kg"), "");
        assert_eq!(at("2.691 kg"), "soap/lye-high");
        assert_eq!(at("2.287 kg"), "batch/beyond-tolerance");
        assert_eq!(at("2.286 kg"), "soap/lye-low");
    }

    #[test]
    fn too_much_lye_is_recorded_but_never_released_by_time() {
        let refusal = made(&mut workshop(), shea("2.561 kg")).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "2.560 kg"));
        let effects = made(&mut workshop(), with(shea("2.561 kg"), json!({"motive": "sealed:00"}))).unwrap();
        assert_eq!((release(&effects), warnings(&effects)), (None, vec!["soap/lye-high"]));
    }

    #[test]
    fn too_little_lye_asks_where_it_went() {
        let effects = made(&mut workshop(), with(shea("2.175 kg"), json!({"motive": "sealed:00"}))).unwrap();
        assert_eq!((release(&effects).is_some(), warnings(&effects)), (true, vec!["soap/lye-low"]));
    }

    #[test]
    fn the_discount_and_its_tolerance_are_the_trades_until_the_workshop_has_its_own() {
        assert_eq!(made(&mut workshop(), shea("2.300 kg")).unwrap_err().code, "batch/motive-needed");
        let wide = &mut ruled("ratio.kon-savon.discount.tolerance", "8/100");
        assert_eq!(warnings(&made(wide, shea("2.300 kg")).unwrap()), [""; 0]);
        let none = &mut ruled("ratio.kon-savon.savon.discount", "0");
        assert_eq!(made(none, shea("2.431 kg")).unwrap_err().args["expected"], "2.560 kg");
    }

    #[test]
    fn fat_that_is_not_in_the_bars_is_told_and_mass_from_nowhere_is_refused() {
        assert_eq!(told(json!({"good": "135 piece"})), [""; 0]);
        assert_eq!(told(json!({"good": "134 piece", "motive": "sealed:00"})), ["soap/mass-gap"]);
        assert_eq!(told(json!({"good": "131 piece", "rejected": "4 piece"})), [""; 0], "rejects were made of fat too");
        assert_eq!(told(json!({"good": "125 piece", "rejected": "10 piece", "motive": "sealed:00"})), ["batch/rejects"]);
        assert_eq!(made(&mut workshop(), json!({"good": "150 piece"})).unwrap_err().code, "soap/more-than-went-in");
    }

    #[test]
    fn a_longer_cure_may_be_ruled_never_a_shorter_one() {
        let cured = |days: &str| release(&made(&mut ruled("ratio.kon-savon.cure-days", days), json!({})).unwrap()).unwrap();
        assert_eq!((cured("42").as_str(), cured("7").as_str()), ("2020-04-13", "2020-03-30"));
    }

    #[test]
    fn what_the_recipe_names_beside_is_no_fat() {
        let inputs = pot(&[("item/karite", "20.000 kg"), ("item/parfum", "0.145 kg")], "2.432 kg");
        let scented = with(inputs, json!({"product": "item/savonnette"}));
        assert_eq!(told(scented.clone()), [""; 0]);
        assert_eq!(made(&mut workshop(), with(scented, json!({"product": "item/savon"}))).unwrap_err().code, "soap/fat-unknown");
    }

    #[test]
    fn only_those_who_may_handle_lye_work_with_it() {
        let mut book = workshop();
        let boy = [("detainee", true.into()), ("birth-year", 2004.into())];
        book.put(&id("person/kon-20-0009"), "2020-01-01".parse().unwrap(), &boy);
        assert_eq!(warnings(&made(&mut book, json!({"persons": ["person/kon-20-0009"]})).unwrap()), ["batch/minor"]);
    }

    #[test]
    fn a_batch_that_cannot_be_is_refused() {
        #[track_caller]
        fn no(more: Value, code: &str) {
            assert_eq!(made(&mut workshop(), more).unwrap_err().code, code);
            assert!(!code.starts_with("soap/") || SoapBatch::refusals().contains(&code));
        }
        no(json!({"inputs": []}), "soap/no-fats");
        no(json!({"bar-grams": 0}), "soap/no-bars");
        no(json!({"good": "0 piece"}), "goods/nothing");
        no(json!({"discount": "16"}), "soap/discount-too-high");
        no(json!({"product": "item/karite"}), "trade-batch/not-made-here");
        no(pot(&[("item/graisse", "20.000 kg")], "2.432 kg"), "soap/fat-unknown");
        no(pot(&[("item/karite", "20 litre")], "2.432 kg"), "soap/not-in-kg");
        no(json!({"good": "9007199254740991 piece", "bar-grams": 9_007_199_254_740_991_u64, "water": "1/7"}), "soap/too-large");
    }

    #[test]
    fn a_saponification_on_the_wrong_base_is_refused() {
        let own = |value: &str| {
            let mut book = workshop();
            let set = Effects::new().set(&id("item/karite"), "saponification", value, "2020-01-01".parse().unwrap());
            book.apply("test", "2020-01-01".parse().unwrap(), &id("person/kon-20-0001"), &set.0);
            made(&mut book, json!({})).unwrap_err().code
        };
        assert_eq!((own("0.178"), own("0.210 naoh")), ("soap/bad-saponification".to_owned(), "soap/not-naoh".to_owned()));
        assert_eq!(own("18446744073709551615 koh"), "soap/bad-saponification");
    }

    #[test]
    fn a_sheet_says_what_to_weigh_and_what_never_to_pass() {
        let book = workshop();
        let form = json!({
            "workshop": "workshop/kon-savon", "product": "item/savon", "good": "145 piece",
            "inputs": [{"item": "item/karite", "quantity": "20.000 kg"}],
        });
        let cmd = command("soap-sheet/1", "2020-03-02", form);
        let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row[..4].join("|")).collect();
        assert_eq!(rows[..2], ["item/karite|20.000 kg|11/100|", "item/naoh|2.432 kg|5/100|"]);
        assert_eq!(rows[rows.len() - 2..], ["figure.lye-most|2.560 kg||", "figure.naoh|128/1000||confidence.s"]);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    }
}
