//! What a batch should have taken of each input, beside what it took.

use super::Made;
use crate::{Amount, Book, Id, Ratio, Refusal, Rounding, Unit, Value};
use std::collections::BTreeMap;

/// What is expected of each input, and how far off one may be.
#[derive(Clone, Default, Debug)]
pub struct Expected(BTreeMap<Id, (Amount, Ratio)>);

/// What is expected of something, what it was, and how far apart they may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measured {
    /// Of what.
    pub item: Id,
    /// What was expected.
    pub expected: Amount,
    /// What it was.
    pub actual: Amount,
    /// The part of the expected by which it may be more or less.
    pub tolerance: Ratio,
}

impl Expected {
    /// Adds an amount that is expected. The first tolerance told of an item stands.
    ///
    /// # Errors
    /// `batch/recipe-unreadable` when the amounts do not add up.
    pub fn add(&mut self, item: &Id, amount: Amount, tolerance: Ratio) -> Result<(), Refusal> {
        let line = self.0.entry(item.clone()).or_insert((amount.with_count(0), tolerance));
        line.0 = line.0.plus(amount).map_err(|_| Refusal::new("batch/recipe-unreadable").with("product", item))?;
        Ok(())
    }

    /// Adds `per` of an item for each whole unit of what was made, to the nearest smallest unit.
    ///
    /// # Errors
    /// `batch/recipe-unreadable` when the item has no unit, or the figure does not fit.
    pub fn per(&mut self, book: &Book<'_>, item: &Id, per: Ratio, made: Amount, tolerance: Ratio) -> Result<(), Refusal> {
        let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", item);
        let (unit, scale) = measure(book, item).ok_or_else(unreadable)?;
        let count = whole(per, scale, made.scale()).and_then(|whole| whole.of(made.count(), Rounding::Half)).ok_or_else(unreadable)?;
        self.add(item, Amount::new(count, scale, unit), tolerance)
    }

    /// Adds what `made` asks for by a recipe: `inputs` with `item`, `per` or `per-width`, and `tolerance`.
    ///
    /// `width` is the answer to "which width", or `None` for recipes that never ask.
    ///
    /// # Errors
    /// `batch/recipe-unreadable`, `trade-batch/width-needed` or `trade-batch/width-unknown`.
    pub fn recipe(&mut self, book: &Book<'_>, made: &Made, recipe: &Value, width: Option<Option<&str>>) -> Result<(), Refusal> {
        let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", &made.item.id);
        for input in recipe["inputs"].as_array().ok_or_else(unreadable)? {
            let id = input["item"].as_str().and_then(|text| Id::parse(text).ok()).ok_or_else(unreadable)?;
            let (unit, _) = measure(book, &id).ok_or_else(unreadable)?;
            let per = match (input.get("per-width").and_then(Value::as_object), width) {
                (Some(widths), Some(width)) => by_width(widths, width, &made.item.id)?,
                _ => input.get("per").and_then(Value::as_str).unwrap_or_default(),
            };
            let per = ratio_of(per, unit).ok_or_else(unreadable)?;
            let tolerance = match input.get("tolerance").or_else(|| recipe.get("tolerance")) {
                None => Ratio::new(0, 1),
                Some(text) => text.as_str().and_then(Ratio::parse),
            };
            self.per(book, &id, per, made.all, tolerance.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
        }
        Ok(())
    }

    /// What was expected of each input and what was used, within tolerance or not.
    #[must_use]
    pub fn beside(&self, used: &BTreeMap<Id, Amount>) -> Vec<Measured> {
        let line = |(item, (expected, tolerance)): (&Id, &(Amount, Ratio))| {
            let actual = used.get(item).copied().unwrap_or_else(|| expected.with_count(0));
            Measured { item: item.clone(), expected: *expected, actual, tolerance: *tolerance }
        };
        self.0.iter().map(line).collect()
    }

    /// What is beyond its tolerance, what no recipe names included: nothing was expected of it.
    ///
    /// # Errors
    /// `thing/…` for an item of a recipe that is not there.
    pub fn gaps(&self, book: &Book<'_>, used: &BTreeMap<Id, Amount>) -> Result<Vec<Measured>, Refusal> {
        let mut gaps = self.gaps_of_known(book, used)?;
        let unknown = used.iter().filter(|(item, _)| !self.0.contains_key(*item));
        gaps.extend(unknown.map(|(item, actual)| Measured {
            item: item.clone(),
            expected: actual.with_count(0),
            actual: *actual,
            tolerance: Ratio::NONE,
        }));
        Ok(gaps)
    }

    /// The same, saying nothing of what no recipe names.
    ///
    /// # Errors
    /// `thing/…` for an item of a recipe that is not there.
    pub fn gaps_of_known(&self, book: &Book<'_>, used: &BTreeMap<Id, Amount>) -> Result<Vec<Measured>, Refusal> {
        self.0.keys().try_for_each(|item| book.open(item).map(drop))?;
        Ok(self.beside(used).into_iter().filter(Measured::is_beyond).collect())
    }

    /// What is expected, by item, with its tolerance.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&Id, Amount, Ratio)> {
        self.0.iter().map(|(item, (amount, tolerance))| (item, *amount, *tolerance))
    }
}

impl Measured {
    /// True when it is further from what was expected than its tolerance.
    #[must_use]
    pub fn is_beyond(&self) -> bool {
        let allowed = self.tolerance.of(self.expected.count(), Rounding::Up).unwrap_or(i64::MAX);
        (self.actual.count() - self.expected.count()).abs() > allowed
    }

    /// True when it is so far below what was expected.
    #[must_use]
    pub fn falls_short(&self) -> bool {
        self.is_beyond() && self.actual.count() < self.expected.count()
    }

    /// True when it is so far above.
    #[must_use]
    pub fn runs_over(&self) -> bool {
        self.is_beyond() && self.actual.count() > self.expected.count()
    }

    /// The figures of a warning or refusal about it.
    #[must_use]
    pub fn args(&self) -> [(&'static str, String); 4] {
        [
            ("item", self.item.to_string()),
            ("expected", self.expected.to_string()),
            ("actual", self.actual.to_string()),
            ("tolerance", self.tolerance.to_string()),
        ]
    }

    /// How it is kept with its batch, for the sums of later ones.
    pub(super) fn kept(&self) -> Value {
        crate::json!({"item": self.item, "expected": self.expected.to_string(), "actual": self.actual.to_string()})
    }
}

fn by_width<'w>(widths: &'w serde_json::Map<String, Value>, width: Option<&str>, product: &Id) -> Result<&'w str, Refusal> {
    let known = || widths.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let Some(width) = width else {
        return Err(Refusal::new("trade-batch/width-needed").with("product", product).with("known", known()));
    };
    let per = widths.get(width).and_then(Value::as_str);
    per.ok_or_else(|| Refusal::new("trade-batch/width-unknown").with("product", product).with("width", width).with("known", known()))
}

/// The unit and the decimals in which an item is counted.
#[must_use]
pub fn measure(book: &Book<'_>, item: &Id) -> Option<(Unit, u8)> {
    let item = book.thing(item)?;
    Some((Unit::parse(item.text("unit"))?, u8::try_from(item.whole("scale")?).ok()?))
}

/// `0.141`, `1/119`, or `0.141 kg` in the input's own unit.
fn ratio_of(per: &str, unit: Unit) -> Option<Ratio> {
    match per.split_once(' ') {
        Some((figure, named)) => Ratio::parse(figure).filter(|_| named == unit.as_str()),
        None => Ratio::parse(per),
    }
}

/// The same ratio between smallest units: of the input, for one of the product.
fn whole(per: Ratio, input_scale: u8, product_scale: u8) -> Option<Ratio> {
    let ten = |scale: u8| 10u64.checked_pow(u32::from(scale));
    per.times(Ratio::new(ten(input_scale)?, ten(product_scale)?)?)
}
