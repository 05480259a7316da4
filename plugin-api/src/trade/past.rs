//! A workshop's own history: what its earlier batches took and made, and when this one stands out.

use super::{Made, Measured};
use crate::{Amount, Book, Date, Datelike, Id, Ratio, Rounding, Thing, Value};

/// How many earlier batches make a history: fewer say nothing of a habit.
const A_HISTORY: usize = 5;
/// How many of the newest batches are looked at together, so that chance evens out.
const LATELY: usize = 3;
/// A batch of more than so many usual ones is rather several days' work, told in a lump.
const A_LUMP: i128 = 3;

/// The earlier batches of a workshop, oldest first; reversed ones are not among them.
#[derive(Clone, Debug)]
pub struct Past(Vec<Thing>);

impl Past {
    /// Of a workshop, before or on the book's day.
    #[must_use]
    pub fn of(book: &Book<'_>, unit: &Id) -> Past {
        let mut batches: Vec<Thing> =
            book.things_having("batch", "unit", unit.as_str()).iter().filter_map(|batch| book.thing(batch)).collect();
        batches.sort_by_key(|batch| (batch.date("made"), batch.id.clone()));
        Past(batches)
    }

    /// The batches.
    #[must_use]
    pub fn batches(&self) -> &[Thing] {
        &self.0
    }

    /// What the earlier batches that fit expected and used of an item.
    fn measured(&self, item: &Id, fits: impl Fn(&Thing) -> bool) -> Vec<(i64, i64)> {
        let lines = self.0.iter().filter(|batch| fits(batch)).flat_map(|batch| lines(batch, "measured"));
        let own = lines.filter(|line| line["item"].as_str() == Some(item.as_str()));
        own.map(|line| (count(line, "expected"), count(line, "actual"))).collect()
    }

    /// What this workshop's own batches of a product made and used of an item, oldest first, in smallest units.
    fn made_and_used(&self, product: &Id, item: &Id) -> impl Iterator<Item = (i64, i64)> {
        let of = |batch: &Thing, key: &str, id: &Id| -> Vec<Value> {
            lines(batch, key).filter(|line| line["item"].as_str() == Some(id.as_str())).cloned().collect()
        };
        self.0.iter().filter_map(move |batch| {
            let made: i64 = of(batch, "outputs", product).iter().map(|line| count(line, "good") + count(line, "rejected")).sum();
            let used = [of(batch, "measured", item), of(batch, "calibrating", item)].concat();
            (made > 0 && !used.is_empty()).then(|| (made, used.iter().map(|line| count(line, "actual")).sum::<i64>()))
        })
    }

    /// How many batches of a product used an item.
    #[must_use]
    pub fn trials(&self, product: &Id, item: &Id) -> usize {
        self.made_and_used(product, item).count()
    }

    /// What one smallest unit of a product took of an item in this workshop's own first `n` batches that used it, exactly,
    /// in the item's smallest unit; `None` until there are so many.
    #[must_use]
    pub fn first(&self, n: usize, product: &Id, item: &Id) -> Option<Ratio> {
        let first: Vec<(i64, i64)> = self.made_and_used(product, item).take(n).collect();
        let (made, used) = sum(&first);
        if first.len() < n { None } else { Ratio::new(u64::try_from(used).ok()?, u64::try_from(made).ok()?) }
    }

    /// The sum of the quarter's batches with this one: a little too much each time is a lot. Told when it becomes so.
    #[must_use]
    pub fn over_quarter(&self, now: &Measured, book: &Book<'_>) -> Option<Measured> {
        let tolerance = book.rule("batch.quarter-tolerance").as_str().and_then(Ratio::parse).unwrap_or(now.tolerance);
        let own = self.measured(&now.item, |batch| batch.date("made").is_some_and(|made| quarter(made) == quarter(book.date())));
        let earlier = sum(&own);
        let after = now.with(earlier.0 + now.expected.count(), earlier.1 + now.actual.count(), tolerance);
        // The first batch of a quarter is judged by its own tolerance alone.
        let is_new = own.len() == 1 || !own.is_empty() && !now.with(earlier.0, earlier.1, tolerance).is_beyond();
        (is_new && after.is_beyond()).then_some(after)
    }

    /// Use that has crept above the workshop's own habit, each batch within its tolerance. Told when it becomes so.
    ///
    /// The three newest batches are laid beside all the earlier ones, of which there must be five; what they take more
    /// than that habit by over half the tolerance of one batch is a drift.
    #[must_use]
    pub fn drift(&self, now: &Measured) -> Option<Measured> {
        let mut own = self.measured(&now.item, |_| true);
        let before = drifted(now, &own);
        own.push((now.expected.count(), now.actual.count()));
        drifted(now, &own).filter(|_| before.is_none())
    }

    /// A batch three times as large as this product's usual one: made over days, and declared at once?
    #[must_use]
    pub fn lump(&self, made: &Made) -> Option<Measured> {
        let lines = self.0.iter().flat_map(|batch| lines(batch, "outputs"));
        let own = lines.filter(|line| line["item"].as_str() == Some(made.item.id.as_str()));
        let made_of = |line: &Value| i128::from(count(line, "good")) + i128::from(count(line, "rejected"));
        let earlier: Vec<i128> = own.map(made_of).collect();
        let (all, n) = (earlier.iter().sum::<i128>(), i128::try_from(earlier.len()).ok()?);
        let is_lump = earlier.len() >= A_HISTORY && i128::from(made.all.count()) * n > A_LUMP * all;
        let usual = i64::try_from(all / n.max(1)).ok()?;
        is_lump.then(|| Measured {
            item: made.item.id.clone(),
            expected: made.all.with_count(usual),
            actual: made.all,
            tolerance: Ratio::NONE,
        })
    }
}

impl Measured {
    fn with(&self, expected: i64, actual: i64, tolerance: Ratio) -> Measured {
        let amount = |count: i64| self.expected.with_count(count);
        Measured { item: self.item.clone(), expected: amount(expected), actual: amount(actual), tolerance }
    }
}

/// The newest batches beside the habit before them, when they are above it.
fn drifted(now: &Measured, all: &[(i64, i64)]) -> Option<Measured> {
    let (habit, lately) = all.split_at_checked(all.len().checked_sub(LATELY)?)?;
    let (expected, actual) = sum(habit);
    if habit.len() < A_HISTORY || expected <= 0 {
        return None;
    }
    let (due, took) = sum(lately);
    let usual = Ratio::new(u64::try_from(actual).ok()?, u64::try_from(expected).ok()?)?.of(due, Rounding::Half)?;
    let half = now.tolerance.times(Ratio::new(1, 2)?)?;
    let found = now.with(usual, took, half);
    (took > usual && found.is_beyond()).then_some(found)
}

fn sum(lines: &[(i64, i64)]) -> (i64, i64) {
    lines.iter().fold((0, 0), |(expected, actual), line| (expected + line.0, actual + line.1))
}

fn quarter(day: Date) -> (i32, u32) {
    (day.year(), day.month0() / 3)
}

fn lines<'t>(batch: &'t Thing, key: &str) -> impl Iterator<Item = &'t Value> + use<'t> {
    batch.values.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn count(line: &Value, key: &str) -> i64 {
    line[key].as_str().and_then(|text| text.parse::<Amount>().ok()).map_or(0, Amount::count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::testing::{PaperBook, id};

    /// Batches of 100 pieces that should take 50 kg each: what they took, ten days apart.
    fn past(took: &[i64]) -> Past {
        let mut book = PaperBook::new();
        let first: Date = "2020-01-01".parse().unwrap();
        let mut last = first;
        for (n, kg) in took.iter().enumerate() {
            last = first + crate::Days::new(10 * u64::try_from(n).unwrap());
            let measured = json!([{"item": "item/ciment", "expected": "50 kg", "actual": format!("{kg} kg")}]);
            let outputs = json!([{"item": "item/pave", "good": "98 piece", "rejected": "2 piece"}]);
            let values = [("unit", "workshop/kon-paves".into()), ("made", json!(last)), ("measured", measured), ("outputs", outputs)];
            book.put(&id(&format!("batch/kon-20-{n:04}")), last, &values);
        }
        Past::of(&Book::new(&book, "kon", last), &id("workshop/kon-paves"))
    }

    fn now(kg: i64) -> Measured {
        let amount = |n: i64| format!("{n} kg").parse().unwrap();
        Measured { item: id("item/ciment"), expected: amount(50), actual: amount(kg), tolerance: Ratio::new(10, 100).unwrap() }
    }

    #[test]
    fn use_that_creeps_up_is_told_once() {
        let told = |took: &[i64], kg: i64| past(took).drift(&now(kg)).map(|found| (found.expected.count(), found.actual.count()));
        // Each is within its tenth; three at 54 kg are 162 beside 150 of habit: over half of the tenth.
        assert_eq!(told(&[50, 50, 50, 50, 50, 54, 54], 54), Some((150, 162)));
        assert_eq!(told(&[50, 50, 50, 50, 50, 54, 54, 54], 54), None, "told already");
        assert_eq!(told(&[50, 50, 50, 50, 54, 54], 54), None, "four batches are no habit");
        assert_eq!(told(&[54, 54, 54, 54, 54, 54, 54], 54), None, "it was ever so here");
        assert_eq!(told(&[50, 50, 50, 50, 50, 46, 46], 46), None, "sparing is no drift");
    }

    #[test]
    fn a_batch_of_three_usual_ones_is_a_lump() {
        let book = {
            let mut book = PaperBook::new();
            let values = [("unit", "piece".into()), ("scale", 0.into()), ("group", "product".into())];
            book.put(&id("item/pave"), "2020-01-01".parse().unwrap(), &values);
            book
        };
        let lump = |took: &[i64], good: &str| {
            let book = Book::new(&book, "kon", "2020-06-01".parse().unwrap());
            let made = Made::read(&book, &id("item/pave"), good.parse().unwrap(), None).unwrap();
            past(took).lump(&made).map(|found| found.expected.count())
        };
        assert_eq!(lump(&[50; 5], "301 piece"), Some(100));
        assert_eq!(lump(&[50; 5], "300 piece"), None);
        assert_eq!(lump(&[50; 4], "900 piece"), None, "four batches are no habit");
    }

    #[test]
    fn the_first_batches_calibrate_what_nobody_could_tell() {
        let of = |n: usize| past(&[50, 52, 48, 90]).first(n, &id("item/pave"), &id("item/ciment"));
        assert_eq!(of(3), Ratio::new(150, 300));
        assert_eq!(of(4), Ratio::new(240, 400));
        assert_eq!(of(5), None);
    }
}
