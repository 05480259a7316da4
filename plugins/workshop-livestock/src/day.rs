//! A herd's day: feed against heads and ration, weight against the gain to expect, eggs against the hens that are there.

use crate::herd::Herd;
use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Expected, Figures, Input, Made, Measured, Oddity, Past, Product, Run};

/// What a herd was given and gave, on one day or on several.
#[derive(Form)]
pub(crate) struct HerdDay {
    #[field(of = "herd")]
    herd: Id,
    /// How many days are told, the last of which is the entry's; one when it is not said.
    days: Option<u64>,
    /// Eggs that may be sold.
    eggs: Option<u64>,
    /// Eggs that may not.
    broken: Option<u64>,
    /// Kilograms of all the animals together, when they were weighed.
    live_weight: Option<Ratio>,
    inputs: Vec<Input>,
    /// Where the eggs go; the pen when it is not said.
    #[field(of = "store")]
    store: Option<Id>,
    #[field(of = "person")]
    persons: Vec<Id>,
    #[field(sealed)]
    motive: Option<String>,
}

/// What a herd will be given.
#[derive(Form)]
pub(crate) struct Planned {
    #[field(of = "herd")]
    herd: Id,
    /// For how many days.
    days: u64,
}

/// The days of one entry: more are rather a history that nobody can check.
const MOST_DAYS: u64 = 31;

/// Heads times days, and what they are expected to take of each feed.
fn fed(herd: &Herd, days: u64, figures: &Figures<'_>, book: &Book<'_>) -> Result<(Made, Expected), Refusal> {
    let too_large = || Refusal::new("batch/too-large").with("item", &herd.item).with("came", herd.heads);
    let head_days = i64::try_from(days).ok().and_then(|days| herd.heads.count().checked_mul(days)).ok_or_else(too_large)?;
    let made = Made::read(book, &herd.item, herd.heads.with_count(head_days), None)?;
    let mut expected = Expected::default();
    figures.inputs(&mut expected, &made)?;
    Ok((made, expected))
}

/// Kilograms, to the gram.
fn kilograms(kg: Ratio) -> Option<Amount> {
    Some(Amount::new(kg.of(1000, Rounding::Half)?, 3, Unit::parse("kg")?))
}

/// The earlier days of a herd, oldest first.
struct Before(Vec<Thing>);

impl Before {
    fn of(herd: &Id, workshop: &Id, book: &Book<'_>) -> Before {
        let all = Past::of(book, workshop);
        Before(all.batches().iter().filter(|batch| batch.id_of("herd").as_ref() == Some(herd)).cloned().collect())
    }

    /// The day that was told last.
    fn last(&self) -> Option<Date> {
        self.0.last().and_then(|batch| batch.date("made"))
    }

    /// Kilograms of one head when the herd was last weighed, and the day.
    fn weighed(&self, herd: &Herd) -> Option<(Date, Ratio)> {
        let each = |thing: &Thing, weight: &str, heads: &str, day: &str| {
            let heads = u64::try_from(thing.amount(heads)?.count()).ok()?;
            Some((thing.date(day)?, Ratio::parse(thing.text(weight))?.times(Ratio::new(1, heads)?)?))
        };
        let later = self.0.iter().rev().find_map(|batch| each(batch, "live-weight", "heads", "made"));
        later.or_else(|| each(&herd.thing, "live-weight", "heads", "begun"))
    }

    fn laid(&self) -> bool {
        self.0.iter().any(|batch| batch.values.get("outputs").and_then(Value::as_array).is_some_and(|made| !made.is_empty()))
    }

    /// Deaths that were known when the herd was last told of.
    fn dead(&self) -> i64 {
        self.0.last().and_then(|batch| batch.whole("dead")).unwrap_or(0)
    }
}

/// Heads of the herd that died or disappeared.
pub(crate) fn dead(herd: &Herd, book: &Book<'_>) -> Vec<Thing> {
    let all = book.things_having("loss", "lot", herd.lot.as_str());
    let mut dead: Vec<Thing> = all.iter().filter_map(|id| book.thing(id)).collect();
    dead.sort_by_key(|loss| (loss.since, loss.id.clone()));
    dead
}

impl HerdDay {
    fn days(&self) -> u64 {
        self.days.unwrap_or(1)
    }

    /// The days it tells are none that were told already, and not too many.
    fn complete(&self, before: &Before, cmd: &Command) -> Result<(), Refusal> {
        let days = self.days();
        if days == 0 || days > MOST_DAYS {
            return Err(Refusal::new("livestock/days").with("days", days).with("most", MOST_DAYS));
        }
        let first = cmd.date - Days::new(days - 1);
        match before.last().filter(|last| *last >= first) {
            Some(last) => Err(Refusal::new("livestock/told-already").with("herd", &self.herd).with("last", last)),
            None => Ok(()),
        }
    }

    /// The eggs, and how many hens lay in so many days; `None` where nothing lays.
    fn eggs(&self, head_days: &Made, figures: &Figures<'_>, book: &Book<'_>) -> Result<Option<(Made, Measured)>, Refusal> {
        let Some(laying) = figures.find("laying")? else {
            let none = self.eggs.or(self.broken).is_none_or(|eggs| eggs == 0);
            return if none { Ok(None) } else { Err(Refusal::new("livestock/no-layers").with("herd", &self.herd)) };
        };
        let (item, _) = figures.of_item("laying")?;
        let (unit, scale) = trade::measure(book, &item).ok_or_else(|| Refusal::new("thing/unknown").with("thing", &item))?;
        let too_large = || Refusal::new("batch/too-large").with("item", &item).with("came", self.eggs.unwrap_or_default());
        let pieces = |count: u64| {
            let count = i64::try_from(count).ok()?.checked_mul(10_i64.checked_pow(u32::from(scale))?)?;
            Some(Amount::new(count, scale, unit)).filter(|amount| amount.to_string().parse::<Amount>().is_ok())
        };
        let (good, broken) = (self.eggs.unwrap_or(0), self.broken.unwrap_or(0));
        let all = good.checked_add(broken).and_then(pieces).ok_or_else(too_large)?;
        let most = u64::try_from(head_days.all.count()).ok().and_then(pieces).ok_or_else(too_large)?;
        if all.count() > most.count() {
            let refusal = Refusal::new("livestock/more-eggs-than-hens").with("herd", &self.herd);
            return Err(refusal.with("eggs", all).with("hens", head_days.all));
        }
        let expected = laying.value.of(most.count(), Rounding::Half).ok_or_else(too_large)?;
        let line = Measured { item: item.clone(), expected: most.with_count(expected), actual: all, tolerance: laying.tolerance };
        if all.is_zero() {
            let item = book.open(&item)?;
            return Ok(Some((Made { item, good: all, rejected: all, all }, line)));
        }
        let made = Made::read(book, &item, pieces(good).ok_or_else(too_large)?, pieces(broken))?;
        Ok(Some((made, line)))
    }

    /// What the herd has gained since it was weighed before, beside what its ration should give.
    fn gain(&self, herd: &Herd, before: &Before, figures: &Figures<'_>, cmd: &Command) -> Result<Option<Measured>, Refusal> {
        let Some(weight) = self.live_weight else { return Ok(None) };
        let too_large = || Refusal::new("batch/too-large").with("item", &herd.item).with("came", weight);
        let now = kilograms(weight).ok_or_else(too_large)?;
        let (Some(gain), Some((since, each))) = (figures.find("gain")?, before.weighed(herd)) else { return Ok(None) };
        let heads = u64::try_from(herd.heads.count()).map_err(|_| too_large())?;
        let times = |ratio: Ratio, n: u64| ratio.times(Ratio::new(n, 1)?).and_then(kilograms);
        let was = times(each, heads).ok_or_else(too_large)?;
        let days = u64::try_from((cmd.date - since).num_days()).unwrap_or(0);
        let expected = heads.checked_mul(days).and_then(|head_days| times(gain.value, head_days)).ok_or_else(too_large)?;
        let actual = now.with_count((now.count() - was.count()).max(0));
        Ok(Some(Measured { item: herd.item.clone(), expected, actual, tolerance: gain.tolerance }).filter(|_| days > 0))
    }
}

impl Record for HerdDay {
    const KIND: &'static str = "herd-day/1";

    fn writes() -> Grant {
        trade::writes()
    }

    fn refusals() -> &'static [&'static str] {
        &["livestock/none-left", "livestock/days", "livestock/told-already", "livestock/no-layers", "livestock/more-eggs-than-hens"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let herd = Herd::of(&self.herd, book)?;
        let before = Before::of(&self.herd, &herd.workshop, book);
        self.complete(&before, cmd)?;
        self.persons.iter().try_for_each(|person| book.open(person).map(drop))?;
        let figures = Figures::of(book, &herd.workshop, &herd.item)?;
        let (head_days, expected) = fed(&herd, self.days(), &figures, book)?;
        let used = trade::used(book, &self.inputs)?;
        let measured = expected.beside(&used);
        // More eggs and more weight than before are no drift: they are kept apart from what was used.
        let mut yielded = Vec::new();
        let gaps = expected.gaps(book, &used)?;
        let mut oddities: Vec<Oddity> = gaps.into_iter().map(Oddity::named("batch/beyond-tolerance")).collect();

        let mut made = Vec::new();
        if let Some((eggs, line)) = self.eggs(&head_days, &figures, book)? {
            // Pullets that never laid are not behind.
            let lays = before.laid() || !line.actual.is_zero();
            oddities.extend(Some(line.clone()).filter(|line| lays && line.falls_short()).map(Oddity::named("livestock/few-eggs")));
            oddities.extend(figures.rejects(&eggs)?.filter(|_| !eggs.all.is_zero()));
            if !eggs.all.is_zero() {
                // What hens lay while a remedy is in them is not sold: somebody looks at it, and has it destroyed.
                let held = herd.withdrawal().is_some_and(|until| until > cmd.date);
                made.push(Product { made: eggs, cure_days: 0, held });
            }
            yielded.extend(lays.then_some(line));
        }
        let gain = self.gain(&herd, &before, &figures, cmd)?;
        oddities.extend(gain.clone().filter(Measured::falls_short).map(Oddity::named("livestock/slow-gain")));
        yielded.extend(gain);

        let lost: i64 = dead(&herd, book).iter().filter_map(|loss| loss.amount("quantity")).map(Amount::count).sum();
        let mortality = figures.find("mortality")?;
        let store = self.store.clone().unwrap_or_else(|| herd.pen.clone());
        let (days, weight, missing) = (self.days(), self.live_weight, missing(&before, self.days(), cmd));
        let run = Run {
            unit: &herd.workshop,
            store: &store,
            inputs: &self.inputs,
            made,
            measured,
            oddities,
            motive: self.motive,
            persons: &self.persons,
            more: vec![
                ("herd", json!(self.herd)),
                ("days", days.into()),
                ("heads", json!(herd.heads)),
                ("dead", lost.into()),
                ("live-weight", json!(weight.map(|kg| kg.to_string()))),
                ("given", used.iter().map(|(item, actual)| json!({"item": item, "actual": actual.to_string()})).collect()),
                (
                    "yielded",
                    yielded.iter().map(|line| json!({"item": line.item, "expected": line.expected, "actual": line.actual})).collect(),
                ),
                ("figures", figures.kept()),
            ],
        };
        let mut effects = run.effects(cmd, book)?;
        if let Some(days) = missing {
            effects = effects.warn("livestock/days-missing", &[&self.herd, &herd.workshop], [("days", days.to_string())]);
        }
        let begun = herd.thing.amount("heads").map_or(0, Amount::count);
        let allowed = mortality.and_then(|figure| figure.value.of(begun, Rounding::Up)).unwrap_or(i64::MAX);
        if lost > allowed && before.dead() <= allowed {
            let args = [("dead", lost.to_string()), ("heads", begun.to_string()), ("allowed", allowed.to_string())];
            effects = effects.warn("livestock/many-deaths", &[&self.herd, &herd.workshop], args);
        }
        Ok(effects)
    }
}

/// Days between the last that was told and the first of these, of which nobody said anything.
fn missing(before: &Before, days: u64, cmd: &Command) -> Option<i64> {
    let since = (cmd.date - before.last()?).num_days();
    Some(since - i64::try_from(days).ok()?).filter(|missing| *missing > 0)
}

/// What a herd will take, and what it should give.
pub(crate) fn sheet(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Planned { herd, days } = trade::asked(cmd)?;
    if days == 0 || days > MOST_DAYS {
        return Err(Refusal::new("livestock/days").with("days", days).with("most", MOST_DAYS));
    }
    let herd = Herd::of(&herd, book)?;
    let figures = Figures::of(book, &herd.workshop, &herd.item)?;
    let (head_days, expected) = fed(&herd, days, &figures, book)?;
    let (laying, gain) = (figures.find("laying")?, figures.find("gain")?);
    let mut table = trade::sheet(&expected, &figures);
    let none = String::new;
    let whole = |item: Option<Id>, count: Option<i64>| {
        let (unit, scale) = item.as_ref().and_then(|item| trade::measure(book, item))?;
        Some(Amount::new(count?.checked_mul(10_i64.checked_pow(u32::from(scale))?)?, scale, unit).to_string())
    };
    let eggs = laying.as_ref().and_then(|figure| whole(figure.item.clone(), figure.value.of(head_days.all.count(), Rounding::Half)));
    let kg = gain.as_ref().and_then(|figure| {
        let head_days = Ratio::new(u64::try_from(head_days.all.count()).ok()?, 1)?;
        Some(kilograms(figure.value.times(head_days)?)?.to_string())
    });
    let heads = vec!["figure.heads".to_owned(), herd.heads.to_string(), none(), none(), none()];
    let due = [("figure.eggs-due", eggs), ("figure.gain-due", kg)];
    let due = due.into_iter().filter_map(|(what, due)| Some(vec![what.to_owned(), due?, none(), none(), none()]));
    table.rows = std::iter::once(heads).chain(due).chain(table.rows).collect();
    Ok(table)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::herd::{Begun, Treatment};
    use baara_plugin_api::testing::{PaperBook, command, id, released, warnings};

    /// Sixteen sheep to fatten and forty hens, each a herd of its own since 1 June.
    pub(crate) fn farmyard() -> PaperBook {
        let mut book = PaperBook::new();
        let day = "2020-01-01".parse().unwrap();
        let ration = json!([{"item": "item/tourteau", "per": "1.350", "tolerance": "15/100"}]);
        let sheep = json!([
            {"name": "gain", "value": "0.147", "tolerance": "55/100", "confidence": "S"},
            {"name": "mortality", "value": "1/10", "confidence": "K"},
            {"name": "quarantine", "value": "21", "confidence": "K"},
            {"name": "price-tourteau", "value": "175", "confidence": "K"},
        ]);
        let feed = json!([{"item": "item/aliment", "per": "0.115", "tolerance": "10/100"}]);
        let hens = json!([
            {"name": "laying", "item": "item/oeuf", "value": "6/10", "tolerance": "25/100", "confidence": "D"},
            {"name": "rejects", "value": "4/100", "confidence": "K"},
            {"name": "price-aliment", "value": "275", "confidence": "K"},
            {"name": "price-oeuf", "value": "75", "confidence": "K"},
        ]);
        let products = json!([
            {"product": "item/mouton", "inputs": ration, "figures": sheep}, {"product": "item/poule", "inputs": feed, "figures": hens},
        ]);
        book.put(&id("trade/elevage"), day, &[("products", products)]);
        book.put(&id("workshop/kon-elevage"), day, &[("trade", "trade/elevage".into())]);
        ["store/kon-enclos", "store/kon-magasin"].iter().for_each(|store| book.put(&id(store), day, &[]));
        let kinds = [("mouton", "head", 0, "livestock"), ("poule", "head", 0, "livestock"), ("oeuf", "piece", 0, "product")];
        let feeds = [("tourteau", "kg", 3, "material"), ("aliment", "kg", 3, "material"), ("remede", "kg", 3, "material")];
        for (item, unit, scale, group) in kinds.into_iter().chain(feeds) {
            let values = [("unit", unit.into()), ("scale", scale.into()), ("by-lot", (scale == 0).into()), ("group", group.into())];
            book.put(&Id::new("item", item), day, &values);
        }
        for (lot, item, heads) in [("lot/kon-20-0901", "item/mouton", "16 head"), ("lot/kon-20-0902", "item/poule", "40 head")] {
            let values = [("item", item.into()), ("value", "400000 XOF".into()), ("released", true.into())];
            book.put(&id(lot), day, &values);
            book.stock(&id("store/kon-enclos"), &id(item), Some(&id(lot)), heads.parse().unwrap());
        }
        begin(&mut book, json!({"lot": "lot/kon-20-0901", "live-weight": "400"})).unwrap();
        begin(&mut book, json!({"lot": "lot/kon-20-0902"})).unwrap();
        book
    }

    pub(crate) fn begin(book: &mut PaperBook, more: Value) -> Decided {
        let mut fields = json!({"workshop": "workshop/kon-elevage", "store": "store/kon-enclos"});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        book.record(&Kind::of::<Begun>(), &command(Begun::KIND, "2020-06-01", fields))
    }

    pub(crate) const SHEEP: &str = "herd/kon-20-0001";
    const HENS: &str = "herd/kon-20-0002";

    pub(crate) fn told(book: &mut PaperBook, day: &str, herd: &str, feed: &str, more: Value) -> Decided {
        let item = if herd == HENS { "item/aliment" } else { "item/tourteau" };
        let mut fields = json!({
            "herd": herd, "store": "store/kon-magasin", "inputs": [{"item": item, "quantity": feed, "store": "store/kon-magasin"}],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        book.record(&Kind::of::<HerdDay>(), &command(HerdDay::KIND, day, fields))
    }

    pub(crate) fn treat(book: &mut PaperBook, day: &str, herd: &str, days: u64) -> Decided {
        let inputs = json!([{"item": "item/remede", "quantity": "0.100 kg", "store": "store/kon-magasin"}]);
        let fields = json!({"herd": herd, "remedy": "Albendazole", "days": days, "inputs": inputs});
        book.record(&Kind::of::<Treatment>(), &command(Treatment::KIND, day, fields))
    }

    #[test]
    fn feed_is_judged_by_the_heads_that_are_there() {
        let mut book = farmyard();
        // 16 head × 1.350 kg.
        assert!(told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({})).is_ok());
        let refusal = told(&mut book, "2020-06-03", SHEEP, "27.000 kg", json!({})).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.args["expected"].as_str()), ("batch/motive-needed", "21.600 kg"));
        let effects = told(&mut book, "2020-06-03", SHEEP, "27.000 kg", json!({"motive": "sealed:00"})).unwrap();
        assert_eq!(warnings(&effects), ["batch/beyond-tolerance"]);
        let week = told(&mut book, "2020-06-10", SHEEP, "151.200 kg", json!({"days": 7})).unwrap();
        assert!(warnings(&week).is_empty());
    }

    #[test]
    fn hens_lay_at_most_one_egg_a_day_and_few_eggs_are_asked_after() {
        let mut book = farmyard();
        let mut lay = |day: &str, eggs: u64, more: Value| {
            let mut fields = json!({"eggs": eggs});
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            told(&mut book, day, HENS, "4.600 kg", fields)
        };
        // Pullets lay nothing yet; nobody is asked.
        assert!(warnings(&lay("2020-06-02", 0, json!({})).unwrap()).is_empty());
        let effects = lay("2020-06-03", 24, json!({"broken": 1})).unwrap();
        assert!(warnings(&effects).is_empty() && released(&effects).is_some());
        assert_eq!(lay("2020-06-04", 41, json!({})).unwrap_err().code, "livestock/more-eggs-than-hens");
        // 24 less a quarter.
        assert!(lay("2020-06-04", 18, json!({})).is_ok());
        assert_eq!(lay("2020-06-05", 17, json!({})).unwrap_err().code, "batch/motive-needed");
        assert_eq!(warnings(&lay("2020-06-05", 0, json!({"motive": "sealed:00"})).unwrap()), ["livestock/few-eggs"]);
        assert_eq!(warnings(&lay("2020-06-06", 20, json!({"broken": 4, "motive": "sealed:00"})).unwrap()), ["batch/rejects"]);
        assert_eq!(told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({"eggs": 3})).unwrap_err().code, "livestock/no-layers");
    }

    #[test]
    fn a_gain_is_judged_from_one_weighing_to_the_next() {
        let mut book = farmyard();
        let mut weigh = |day: &str, kg: &str, more: Value| {
            let mut fields = json!({"live-weight": kg, "days": 10});
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            told(&mut book, day, SHEEP, "216.000 kg", fields)
        };
        // 16 × 10 days × 0.147 kg are 23.520 kg; less 55 % they are 10.584 kg.
        assert!(warnings(&weigh("2020-06-11", "410.600", json!({})).unwrap()).is_empty());
        let refusal = weigh("2020-06-21", "421.100", json!({})).unwrap_err();
        assert_eq!((refusal.args["expected"].as_str(), refusal.args["actual"].as_str()), ("23.520 kg", "10.500 kg"));
        let effects = weigh("2020-06-21", "405", json!({"motive": "sealed:00"})).unwrap();
        assert_eq!(warnings(&effects), ["livestock/slow-gain"], "what they lost is no gain");
    }

    #[test]
    fn days_are_told_once_and_those_left_out_are_told_of() {
        let mut book = farmyard();
        assert!(told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({})).is_ok());
        assert_eq!(told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({})).unwrap_err().code, "livestock/told-already");
        assert_eq!(told(&mut book, "2020-06-04", SHEEP, "64.800 kg", json!({"days": 3})).unwrap_err().code, "livestock/told-already");
        let effects = told(&mut book, "2020-06-06", SHEEP, "21.600 kg", json!({})).unwrap();
        assert_eq!(warnings(&effects), ["livestock/days-missing"]);
        assert_eq!(told(&mut book, "2020-07-30", SHEEP, "1.000 kg", json!({"days": 32})).unwrap_err().code, "livestock/days");
        assert_eq!(told(&mut book, "2020-07-30", SHEEP, "1.000 kg", json!({"days": 0})).unwrap_err().code, "livestock/days");
    }

    #[test]
    fn more_deaths_than_usual_are_told_once() {
        let mut book = farmyard();
        let die = |book: &mut PaperBook, n: u64| {
            let values = [("lot", "lot/kon-20-0901".into()), ("quantity", "1 head".into()), ("cause", "disease".into())];
            book.put(&id(&format!("loss/kon-20-{n:04}")), "2020-06-01".parse().unwrap(), &values);
        };
        // A tenth of sixteen, rounded up, are two.
        (1..=2).for_each(|n| die(&mut book, n));
        assert!(warnings(&told(&mut book, "2020-06-02", SHEEP, "21.600 kg", json!({})).unwrap()).is_empty());
        die(&mut book, 3);
        assert_eq!(warnings(&told(&mut book, "2020-06-03", SHEEP, "21.600 kg", json!({})).unwrap()), ["livestock/many-deaths"]);
        assert!(warnings(&told(&mut book, "2020-06-04", SHEEP, "21.600 kg", json!({})).unwrap()).is_empty());
    }

    #[test]
    fn eggs_of_treated_hens_are_held() {
        let mut book = farmyard();
        treat(&mut book, "2020-06-02", HENS, 5).unwrap();
        assert_eq!(released(&told(&mut book, "2020-06-03", HENS, "4.600 kg", json!({"eggs": 24})).unwrap()), None);
        assert!(released(&told(&mut book, "2020-06-07", HENS, "18.400 kg", json!({"eggs": 96, "days": 4})).unwrap()).is_some());
    }

    #[test]
    fn a_sheet_says_what_to_give_and_to_expect() {
        let book = farmyard();
        let rows = |herd: &str| {
            let cmd = command("herd-sheet/1", "2020-06-02", json!({"herd": herd, "days": 7}));
            let table = sheet(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap();
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            table.rows.iter().take(3).map(|row| row[..2].join("|")).collect::<Vec<_>>()
        };
        assert_eq!(rows(SHEEP), ["figure.heads|16 head", "figure.gain-due|16.464 kg", "item/tourteau|151.200 kg"]);
        assert_eq!(rows(HENS), ["figure.heads|40 head", "figure.eggs-due|168 piece", "item/aliment|32.200 kg"]);
    }
}
