//! A batch of soap: what went in against what theory says, what came out, and when it may be sold.

use crate::saponification::Saponification;
use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Soap is never sold younger than four weeks, whatever the rule says.
const LEAST_CURE_DAYS: i64 = 28;
/// What may be missing or too much, in percent, when no rule says it.
const USUAL_TOLERANCE: i64 = 5;
/// How much of the mass may be lost on the way to the moulds, in percent, when no rule says it.
const USUAL_WASTE: i64 = 10;

/// A batch of soap.
#[derive(Form)]
pub(crate) struct SoapBatch {
    #[field(of = "workshop")]
    workshop: Id,
    fats: Vec<FatLine>,
    /// Caustic soda, the item.
    #[field(of = "item")]
    lye: Id,
    #[field(of = "lye")]
    lye_used: Amount,
    #[field(of = "store")]
    lye_store: Id,
    #[field(of = "lot")]
    lye_lot: Option<Id>,
    /// Kilograms of water; it is not kept in a store.
    water: Ratio,
    /// Lye left out on purpose, in percent of theory, so that no lye stays in the soap.
    discount: Option<Ratio>,
    /// The soap, the item.
    #[field(of = "item")]
    product: Id,
    #[field(of = "product")]
    bars: Amount,
    bar_grams: u64,
    /// The store that receives it.
    #[field(of = "store")]
    store: Id,
    /// Why something is not as expected.
    #[field(sealed)]
    motive: Option<String>,
}

/// One fat of a batch.
#[derive(Form)]
pub(crate) struct FatLine {
    #[field(of = "item")]
    fat: Id,
    #[field(of = "fat")]
    quantity: Amount,
    #[field(of = "store")]
    store: Id,
    #[field(of = "lot")]
    lot: Option<Id>,
}

/// A mass, exactly: `num / den` of a billionth of a kilogram.
#[derive(Clone, Copy, Debug)]
struct Mass {
    num: i128,
    den: i128,
}

/// A billionth of a kilogram fits every scale an amount may have.
const NANO: u32 = 9;

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Mass {
    const NONE: Mass = Mass { num: 0, den: 1 };

    /// The mass of an amount in kilograms.
    fn of(item: &Id, amount: Amount) -> Result<Mass, Refusal> {
        let scale = NANO.checked_sub(u32::from(amount.scale())).filter(|_| amount.unit().as_str() == "kg");
        let scale = scale.ok_or_else(|| Refusal::new("soap/not-in-kg").with("item", item).with("amount", amount))?;
        Ok(Mass { num: i128::from(amount.count()) * 10_i128.pow(scale), den: 1 })
    }

    fn kilograms(ratio: Ratio) -> Option<Mass> {
        Mass { num: 10_i128.pow(NANO), den: 1 }.times(ratio.num(), ratio.den())
    }

    fn times(self, num: u64, den: u64) -> Option<Mass> {
        let (num, den) = (self.num.checked_mul(i128::from(num))?, self.den.checked_mul(i128::from(den))?);
        let common = gcd(num, den);
        Some(Mass { num: num / common, den: den / common })
    }

    fn plus(self, other: Mass) -> Option<Mass> {
        let common = gcd(self.den, other.den);
        let den = self.den.checked_mul(other.den / common)?;
        let num = self.num.checked_mul(den / self.den)?.checked_add(other.num.checked_mul(den / other.den)?)?;
        Some(Mass { num, den })
    }

    /// True when this is more than `percent` of the other.
    fn above(self, percent: i64, of: Mass) -> Option<bool> {
        let left = self.num.checked_mul(of.den)?.checked_mul(100)?;
        Some(left > of.num.checked_mul(self.den)?.checked_mul(i128::from(percent))?)
    }

    /// True when this is less than `percent` of the other.
    fn below(self, percent: i64, of: Mass) -> Option<bool> {
        let left = self.num.checked_mul(of.den)?.checked_mul(100)?;
        Some(left < of.num.checked_mul(self.den)?.checked_mul(i128::from(percent))?)
    }

    /// To the nearest gram, as `2.560 kg`.
    fn text(self) -> String {
        let gram = self.den * 1_000_000;
        let grams = i64::try_from((self.num + gram / 2) / gram).unwrap_or(i64::MAX);
        Amount::new(grams, 3, Unit::parse("kg").expect("a unit")).to_string()
    }
}

/// The masses of a batch.
struct Figures {
    sap: Vec<Saponification>,
    used: Mass,
    theory: Mass,
    expected: Mass,
    mass_in: Mass,
    mass_out: Mass,
}

/// What is not as it should be.
struct Oddities {
    high: bool,
    low: bool,
    gap: bool,
    waste: bool,
}

fn percent_rule(name: &str, usual: i64, book: &Book<'_>) -> i64 {
    book.rule(name).as_i64().filter(|percent| (0..=100).contains(percent)).unwrap_or(usual)
}

impl SoapBatch {
    fn complete(&self, book: &Book<'_>) -> Result<(), Refusal> {
        book.open(&self.workshop)?;
        if self.fats.is_empty() || self.fats.iter().any(|line| line.quantity.is_zero()) {
            return Err(Refusal::new("soap/no-fats"));
        }
        if self.lye_used.is_zero() {
            return Err(Refusal::new("soap/no-lye"));
        }
        if self.bars.is_zero() || self.bar_grams == 0 {
            return Err(Refusal::new("soap/no-bars"));
        }
        Ok(())
    }

    fn discount(&self) -> Result<Ratio, Refusal> {
        let none = Ratio::new(0, 1).expect("not divided by zero");
        let discount = self.discount.unwrap_or(none);
        let fits = u128::from(discount.num()) <= u128::from(discount.den()) * 15;
        if fits { Ok(discount) } else { Err(Refusal::new("soap/discount-too-high").with("discount", discount)) }
    }

    fn figures(&self, book: &Book<'_>) -> Result<Figures, Refusal> {
        let discount = self.discount()?;
        let sap = self.fats.iter().map(|line| Saponification::of(&line.fat, book)).collect::<Result<Vec<_>, _>>()?;
        let fats = self.fats.iter().map(|line| Mass::of(&line.fat, line.quantity)).collect::<Result<Vec<_>, _>>()?;
        let used = Mass::of(&self.lye, self.lye_used)?;
        let exact = || {
            let theory =
                fats.iter().zip(&sap).try_fold(Mass::NONE, |sum, (mass, sap)| sum.plus(mass.times(sap.naoh.num(), sap.naoh.den())?))?;
            let hundred = discount.den().checked_mul(100)?;
            let expected = theory.times(hundred.checked_sub(discount.num())?, hundred)?;
            let fat = fats.iter().try_fold(Mass::NONE, |sum, mass| sum.plus(*mass))?;
            let mass_in = fat.plus(used)?.plus(Mass::kilograms(self.water)?)?;
            let whole = 10_u64.checked_pow(u32::from(self.bars.scale()))?;
            let bar = Mass { num: i128::from(self.bar_grams) * 1_000_000, den: 1 };
            let mass_out = bar.times(u64::try_from(self.bars.count()).ok()?, whole)?;
            Some(Figures { sap: sap.clone(), used, theory, expected, mass_in, mass_out })
        };
        exact().ok_or_else(|| Refusal::new("soap/too-large"))
    }

    fn oddities(&self, figures: &Figures, book: &Book<'_>) -> Result<Oddities, Refusal> {
        let tolerance = percent_rule("soap.tolerance", USUAL_TOLERANCE, book);
        let waste = percent_rule("soap.waste", USUAL_WASTE, book);
        let Figures { used, theory, expected, mass_in, mass_out, .. } = *figures;
        let exact = || {
            let (high, low) = (used.above(100, theory)?, used.below(85, theory)?);
            let off = used.above(100 + tolerance, expected)? || used.below(100 - tolerance, expected)?;
            let gap = off && !high && !low && self.motive.is_none();
            Some((
                Oddities { high, low, gap, waste: mass_out.below(100 - waste, mass_in)? && self.motive.is_none() },
                mass_out.above(100, mass_in)?,
            ))
        };
        let (oddities, out_of_nothing) = exact().ok_or_else(|| Refusal::new("soap/too-large"))?;
        if out_of_nothing {
            return Err(Refusal::new("soap/more-than-went-in").with("in", mass_in.text()).with("out", mass_out.text()));
        }
        Ok(oddities)
    }

    /// Refuses to use more than a store has; a store that does not answer is left to the host's guards.
    fn enough(&self, book: &Book<'_>) -> Result<(), Refusal> {
        let fats = self.fats.iter().map(|line| (&line.store, &line.fat, line.lot.as_ref(), line.quantity));
        let lye = std::iter::once((&self.lye_store, &self.lye, self.lye_lot.as_ref(), self.lye_used));
        let mut asked: BTreeMap<(&Id, &Id, Option<&Id>), Amount> = BTreeMap::new();
        for (store, item, lot, amount) in fats.chain(lye) {
            let sum = asked.entry((store, item, lot)).or_insert(amount.with_count(0));
            *sum = sum.with_count(sum.count().saturating_add(amount.count()));
        }
        for ((store, item, lot), asked) in asked {
            let left = lot.map_or_else(|| book.holding(store, item), |lot| book.holding_of_lot(store, item, lot));
            if let Some(left) = left.filter(|left| left.unit() == asked.unit() && left.count() < asked.count()) {
                let refusal = Refusal::new("soap/not-enough-left").with("item", lot.unwrap_or(item)).with("store", store);
                return Err(refusal.with("left", left).with("asked", asked));
            }
        }
        Ok(())
    }

    fn cure_days(book: &Book<'_>) -> u64 {
        let days = book.rule("soap.cure-days").as_i64().unwrap_or(LEAST_CURE_DAYS).clamp(LEAST_CURE_DAYS, 366);
        days.unsigned_abs()
    }

    fn movements(&self, lot: &Id) -> Effects {
        let consumed = self.workshop.as_kind("consumed");
        let fats = self
            .fats
            .iter()
            .fold(Effects::new(), |effects, line| effects.goods(&line.fat, line.quantity, &line.store, &consumed, line.lot.as_ref()));
        fats.goods(&self.lye, self.lye_used, &self.lye_store, &consumed, self.lye_lot.as_ref()).goods(
            &self.product,
            self.bars,
            &self.workshop.as_kind("produced"),
            &self.store,
            Some(lot),
        )
    }
}

impl Record for SoapBatch {
    const KIND: &'static str = "soap-batch/1";

    fn writes() -> Grant {
        grant(&["soap-batch", "lot"], &[], &["store", "consumed", "produced"], &["*"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &[
            "soap/no-fats",
            "soap/no-lye",
            "soap/no-bars",
            "soap/discount-too-high",
            "soap/fat-unknown",
            "soap/bad-saponification",
            "soap/not-naoh",
            "soap/not-in-kg",
            "soap/too-large",
            "soap/more-than-went-in",
            "soap/not-enough-left",
        ]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        self.complete(book)?;
        let figures = self.figures(book)?;
        let odd = self.oddities(&figures, book)?;
        self.enough(book)?;

        let (lot, batch) = (Id::new("lot", "$1"), Id::new("soap-batch", "$1"));
        let cured = cmd.date + Days::new(SoapBatch::cure_days(book));
        let Figures { sap, used, theory, expected, mass_in, mass_out } = &figures;
        let fats: Value = self
            .fats
            .iter()
            .zip(sap)
            .map(|(line, sap)| json!({"fat": line.fat, "quantity": line.quantity, "naoh": sap.naoh.to_string()}))
            .collect();
        let mut effects = Effects::new()
            .then(trade::lot_of(&lot, &self.product, &self.workshop, &batch, cmd.date, None))
            .then(self.movements(&lot))
            .open(
                &batch,
                [
                    ("workshop", json!(self.workshop)),
                    ("lot", json!(lot)),
                    ("fats", fats),
                    ("lye-used", used.text().into()),
                    ("lye-theory", theory.text().into()),
                    ("lye-expected", expected.text().into()),
                    ("discount", json!(self.discount.map(|d| d.to_string()))),
                    ("water", self.water.to_string().into()),
                    ("bars", json!(self.bars)),
                    ("bar-grams", self.bar_grams.into()),
                    ("mass-in", mass_in.text().into()),
                    ("mass-out", mass_out.text().into()),
                    ("cured", json!(cured)),
                    ("unsafe", json!(odd.high.then_some(true))),
                    ("motive", json!(self.motive)),
                ],
            );
        // Soap with free lye burns: nothing but a check of the lot may ever release it.
        if !odd.high {
            effects = effects.set(&lot, "released", true, cured);
        }
        let lye = || [("used", used.text()), ("theory", theory.text()), ("expected", expected.text())];
        for (is, code) in [(odd.high, "soap/lye-high"), (odd.low, "soap/lye-low"), (odd.gap, "soap/lye-gap")] {
            if is {
                effects = effects.warn(code, &[&lot, &self.workshop], lye());
            }
        }
        if odd.waste {
            effects = effects.warn("soap/mass-gap", &[&lot, &self.workshop], [("in", mass_in.text()), ("out", mass_out.text())]);
        }
        Ok(effects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command, id, released as release, warnings};

    fn workshop() -> PaperBook {
        let mut book = PaperBook::new();
        let day = "2020-01-01".parse().unwrap();
        let kg: &[(&str, Value)] = &[("unit", "kg".into()), ("scale", 3.into())];
        let things: [(&str, &[(&str, Value)]); 8] = [
            ("workshop/kon-savon", &[]),
            ("store/kon-magasin", &[]),
            ("item/karite", kg),
            ("item/huile-de-palme", kg),
            ("item/graisse", kg),
            ("item/naoh", kg),
            ("item/savon", &[("unit", "piece".into()), ("scale", 0.into()), ("by-lot", true.into())]),
            ("rules/general", &[]),
        ];
        things.into_iter().for_each(|(thing, values)| book.put(&id(thing), day, values));
        for (item, amount) in [("item/karite", "50.000 kg"), ("item/huile-de-palme", "30.000 kg"), ("item/naoh", "10.000 kg")] {
            book.stock(&id("store/kon-magasin"), &id(item), None, amount.parse().unwrap());
        }
        book
    }

    /// Twenty kilograms of shea at 5 % under theory: `domain.md` §4.1.
    fn batch(more: Value) -> Value {
        let mut fields = json!({
            "workshop": "workshop/kon-savon",
            "fats": [{"fat": "item/karite", "quantity": "20.000 kg", "store": "store/kon-magasin"}],
            "lye": "item/naoh", "lye-used": "2.432 kg", "lye-store": "store/kon-magasin", "water": "7.5", "discount": "5",
            "product": "item/savon", "bars": "145 piece", "bar-grams": 200, "store": "store/kon-magasin",
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    }

    fn made(book: &mut PaperBook, more: Value) -> Decided {
        book.record(&Kind::of::<SoapBatch>(), &command(SoapBatch::KIND, "2020-03-02", batch(more)))
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
            Effect::Open { thing, values } if thing.kind() == "soap-batch" => Some(json!(values)),
            _ => None,
        });
        let kept = kept.unwrap();
        assert_eq!((&kept["lye-theory"], &kept["lye-expected"]), (&json!("2.560 kg"), &json!("2.432 kg")));
        assert_eq!((&kept["mass-in"], &kept["mass-out"]), (&json!("29.932 kg"), &json!("29.000 kg")));
    }

    /// What stands in the books already: a change here would record the same batch otherwise.
    #[test]
    fn a_batch_is_recorded_as_it_ever_was() {
        let effects = made(&mut workshop(), json!({})).unwrap();
        let told = json!(effects.0);
        let lot = json!({
            "batch": "soap-batch/kon-20-0001", "item": "item/savon", "made": "2020-03-02", "unit": "workshop/kon-savon",
        });
        assert_eq!(told[0], json!({"do": "open", "thing": "lot/kon-20-0001", "values": lot}));
        let batch = json!({
            "workshop": "workshop/kon-savon", "lot": "lot/kon-20-0001", "lye-used": "2.432 kg", "lye-theory": "2.560 kg",
            "lye-expected": "2.432 kg", "discount": "5/1", "water": "75/10", "bars": "145 piece", "bar-grams": 200,
            "mass-in": "29.932 kg", "mass-out": "29.000 kg", "cured": "2020-03-30",
            "fats": [{"fat": "item/karite", "naoh": "128/1000", "quantity": "20.000 kg"}],
        });
        assert_eq!(told[4], json!({"do": "open", "thing": "soap-batch/kon-20-0001", "values": batch}));
        let released = json!({"do": "set", "thing": "lot/kon-20-0001", "key": "released", "value": true, "from": "2020-03-30"});
        assert_eq!(told[5], released);
        assert_eq!(told.as_array().map(Vec::len), Some(6));
    }

    #[test]
    fn fats_are_added_up_exactly() {
        let fats = json!([
            {"fat": "item/karite", "quantity": "10.000 kg", "store": "store/kon-magasin"},
            {"fat": "item/huile-de-palme", "quantity": "10.000 kg", "store": "store/kon-magasin"},
        ]);
        // Theory: 1.280 + 1.410 kg.
        let at = |lye: &str| warnings(&made(&mut workshop(), json!({"fats": fats, "lye-used": lye, "discount": "0"})).unwrap()).join(" ");
        assert_eq!(at("2.690 kg"), "");
        assert_eq!(at("2.691 kg"), "soap/lye-high");
        assert_eq!(at("2.287 kg"), "soap/lye-gap");
        assert_eq!(at("2.286 kg"), "soap/lye-low");
    }

    #[test]
    fn too_much_lye_is_recorded_but_never_released_by_time() {
        let effects = made(&mut workshop(), json!({"lye-used": "2.561 kg", "motive": "sealed:00"})).unwrap();
        assert_eq!((release(&effects), warnings(&effects)), (None, vec!["soap/lye-high"]));
    }

    #[test]
    fn too_little_lye_asks_where_it_went() {
        let effects = made(&mut workshop(), json!({"lye-used": "2.175 kg", "motive": "sealed:00"})).unwrap();
        assert_eq!((release(&effects).is_some(), warnings(&effects)), (true, vec!["soap/lye-low"]));
    }

    #[test]
    fn a_gap_beyond_tolerance_wants_a_motive() {
        assert_eq!(warnings(&made(&mut workshop(), json!({"lye-used": "2.300 kg"})).unwrap()), ["soap/lye-gap"]);
        assert_eq!(warnings(&made(&mut workshop(), json!({"lye-used": "2.300 kg", "motive": "sealed:00"})).unwrap()), [""; 0]);
        let mut book = workshop();
        let tolerant = Effects::new().set(&id("rules/general"), "soap.tolerance", 8, "2020-01-01".parse().unwrap());
        book.apply("test", "2020-01-01".parse().unwrap(), &id("person/kon-20-0001"), &tolerant.0);
        assert_eq!(warnings(&made(&mut book, json!({"lye-used": "2.300 kg"})).unwrap()), [""; 0]);
    }

    #[test]
    fn mass_that_vanishes_is_told_and_mass_from_nowhere_is_refused() {
        assert_eq!(warnings(&made(&mut workshop(), json!({"bars": "134 piece"})).unwrap()), ["soap/mass-gap"]);
        assert_eq!(warnings(&made(&mut workshop(), json!({"bars": "135 piece"})).unwrap()), [""; 0]);
        assert_eq!(made(&mut workshop(), json!({"bars": "150 piece"})).unwrap_err().code, "soap/more-than-went-in");
    }

    #[test]
    fn a_longer_cure_may_be_ruled_never_a_shorter_one() {
        let cured = |days: i64| {
            let mut book = workshop();
            let rule = Effects::new().set(&id("rules/general"), "soap.cure-days", days, "2020-01-01".parse().unwrap());
            book.apply("test", "2020-01-01".parse().unwrap(), &id("person/kon-20-0001"), &rule.0);
            release(&made(&mut book, json!({})).unwrap()).unwrap()
        };
        assert_eq!((cured(42).as_str(), cured(7).as_str()), ("2020-04-13", "2020-03-30"));
    }

    #[test]
    fn a_batch_that_cannot_be_is_refused() {
        #[track_caller]
        fn no(more: Value, code: &str) {
            assert_eq!(made(&mut workshop(), more).unwrap_err().code, code);
            assert!(SoapBatch::refusals().contains(&code));
        }
        let fat = |fat: &str, quantity: &str| json!({"fats": [{"fat": fat, "quantity": quantity, "store": "store/kon-magasin"}]});
        no(json!({"fats": []}), "soap/no-fats");
        no(json!({"lye-used": "0.000 kg"}), "soap/no-lye");
        no(json!({"bars": "0 piece"}), "soap/no-bars");
        no(json!({"discount": "16"}), "soap/discount-too-high");
        no(fat("item/graisse", "20.000 kg"), "soap/fat-unknown");
        no(fat("item/karite", "20 litre"), "soap/not-in-kg");
        no(fat("item/karite", "51.000 kg"), "soap/not-enough-left");
        no(json!({"lye-used": "10.001 kg"}), "soap/not-enough-left");
        no(json!({"bars": "9007199254740992 piece", "bar-grams": 9_007_199_254_740_992_u64}), "soap/too-large");
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
}
