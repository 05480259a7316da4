//! The dated figures of a trade: what a piece takes, how far a batch may be from it, and who says so.
//!
//! A figure stands in the trade's `figures`, or in those of one of its products. A site may have its own, adopted as a
//! rule: `ratio.<workshop>.<product>.<name>`, `ratio.<workshop>.<name>` (codes without their kind) come before both, and
//! the same with `.tolerance` behind. `ratio.kon-paves.pave.sand` is the sand of one stone at one workshop.

use super::{Expected, Made, Measured, Oddity};
use crate::{Book, Id, Ratio, Refusal, Rounding, Thing, Value, json};
use std::cell::RefCell;

/// One figure of a trade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// Its name, `cement-per-m3`.
    pub name: String,
    /// The figure.
    pub value: Ratio,
    /// The part of what follows from it by which a batch may be off.
    pub tolerance: Ratio,
    /// The item it counts, when it counts one.
    pub item: Option<Id>,
    /// `S` read in a source, `D` worked out, `K` general knowledge, `own` adopted by the site.
    pub confidence: String,
    /// Where it was read.
    pub source: String,
}

/// The refusals that looking up a trade and its figures may give; the host has their words.
pub const FIGURE_REFUSALS: &[&str] =
    &["trade-batch/not-made-here", "trade-batch/width-needed", "trade-batch/width-unknown", "trade/no-figure"];

/// The figures of a trade for one product of a workshop; those that were asked for are kept with the batch.
pub struct Figures<'a> {
    book: &'a Book<'a>,
    unit: Thing,
    trade: Thing,
    product: Value,
    item: Id,
    asked: RefCell<Vec<Figure>>,
}

impl<'a> Figures<'a> {
    /// Of a product, as the trade of a workshop describes it.
    ///
    /// # Errors
    /// `thing/…`, or `trade-batch/not-made-here`.
    pub fn of(book: &'a Book<'a>, unit: &Id, product: &Id) -> Result<Figures<'a>, Refusal> {
        let unit = book.open(unit)?;
        let not_here = || Refusal::new("trade-batch/not-made-here").with("product", product).with("workshop", &unit.id);
        let trade = book.open(&unit.id_of("trade").ok_or_else(not_here)?)?;
        let products = trade.values.get("products").and_then(Value::as_array);
        let found = products.into_iter().flatten().find(|one| one["product"].as_str() == Some(product.as_str())).cloned();
        let found = found.ok_or_else(not_here)?;
        Ok(Figures { book, unit, trade, product: found, item: product.clone(), asked: RefCell::default() })
    }

    /// What the trade says of the product under a key of its own, such as its cut list; `null` when it says nothing.
    #[must_use]
    pub fn told(&self, key: &str) -> &Value {
        &self.product[key]
    }

    /// A figure, if the site or the trade has it.
    ///
    /// # Errors
    /// `batch/recipe-unreadable`.
    pub fn find(&self, name: &str) -> Result<Option<Figure>, Refusal> {
        let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", &self.item);
        let lists = [self.product.get("figures"), self.trade.values.get("figures")].into_iter().flatten();
        let told = lists.filter_map(Value::as_array).flatten().find(|one| one["name"].as_str() == Some(name));
        let text = |key: &str| told.and_then(|one| one[key].as_str()).unwrap_or_default().to_owned();
        let ratio = |text: &str| Ratio::parse(text).ok_or_else(unreadable);
        let own = self.own(name);
        if told.is_none() && own.is_none() {
            return Ok(None);
        }
        let value = ratio(&own.clone().unwrap_or_else(|| text("value")))?;
        let tolerance = self.own(&format!("{name}.tolerance")).unwrap_or_else(|| text("tolerance"));
        let tolerance = if tolerance.is_empty() { Ratio::NONE } else { ratio(&tolerance)? };
        let (confidence, source) = match own {
            Some(_) => ("own".to_owned(), String::new()),
            None => (text("confidence"), text("source")),
        };
        let figure = Figure { name: name.to_owned(), value, tolerance, item: Id::parse(&text("item")).ok(), confidence, source };
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&figure) {
            asked.push(figure.clone());
        }
        Ok(Some(figure))
    }

    /// A figure without which nothing can be reckoned.
    ///
    /// # Errors
    /// `trade/no-figure`, or `batch/recipe-unreadable`.
    pub fn get(&self, name: &str) -> Result<Figure, Refusal> {
        let missing = || {
            let rule = format!("ratio.{}.{}.{name}", self.unit.id.code(), self.item.code());
            Refusal::new("trade/no-figure").with("product", &self.item).with("name", name).with("rule", rule)
        };
        self.find(name)?.ok_or_else(missing)
    }

    /// A figure and the item it counts.
    ///
    /// # Errors
    /// Those of [`Figures::get`]; `trade/no-figure` also when it names no item.
    pub fn of_item(&self, name: &str) -> Result<(Id, Figure), Refusal> {
        let figure = self.get(name)?;
        let item = figure.item.clone();
        item.map(|item| (item, figure)).ok_or_else(|| {
            Refusal::new("trade/no-figure").with("product", &self.item).with("name", name).with("rule", format!("{name}.item"))
        })
    }

    /// True when every lot of the product, or of the whole trade, waits until somebody looked at it.
    #[must_use]
    pub fn is_looked_at(&self) -> bool {
        self.product["checked"].as_bool().unwrap_or(false) || self.trade.flag("checked")
    }

    /// Days of cure: the product's, or the trade's, and never less than `least`.
    #[must_use]
    pub fn cure_days(&self, least: i64) -> i64 {
        let own = self.own("cure-days").and_then(|days| days.parse().ok());
        let days = own.or_else(|| self.product["cure-days"].as_i64()).or_else(|| self.trade.whole("cure-days"));
        days.unwrap_or(least).max(least)
    }

    /// The product's `inputs`, each as the site's own rule or the trade has it. A rule of the site's holds at any width.
    #[must_use]
    pub fn recipe(&self) -> Vec<Value> {
        let mut inputs = self.product["inputs"].as_array().cloned().unwrap_or_default();
        for input in &mut inputs {
            let code = input["item"].as_str().and_then(|text| Id::parse(text).ok()).map(|id| id.code().to_owned());
            let Some(own) = code.and_then(|code| self.own(&code)) else { continue };
            let widths = input.get_mut("per-width").and_then(Value::as_object_mut);
            widths.into_iter().flat_map(|widths| widths.values_mut()).for_each(|per| *per = own.clone().into());
            input["per"] = own.into();
        }
        inputs
    }

    /// Adds what they ask for.
    ///
    /// # Errors
    /// Those of [`Expected::recipe`].
    pub fn inputs(&self, expected: &mut Expected, made: &Made) -> Result<(), Refusal> {
        expected.recipe(self.book, made, &json!({"inputs": self.recipe()}), None)
    }

    /// More rejects than the figure `rejects` allows, of all that was made.
    ///
    /// # Errors
    /// `batch/recipe-unreadable`.
    pub fn rejects(&self, made: &Made) -> Result<Option<Oddity>, Refusal> {
        let Some(figure) = self.find("rejects")? else { return Ok(None) };
        let allowed = figure.value.of(made.all.count(), Rounding::Up).unwrap_or(i64::MAX);
        let what =
            Measured { item: made.item.id.clone(), expected: made.all.with_count(allowed), actual: made.rejected, tolerance: figure.value };
        Ok((made.rejected.count() > allowed).then_some(Oddity { code: "batch/rejects", what }))
    }

    /// The figures that were asked for.
    #[must_use]
    pub fn asked(&self) -> Vec<Figure> {
        self.asked.borrow().clone()
    }

    /// The same as a batch keeps them: what was in force stays beside what it was used for.
    #[must_use]
    pub fn kept(&self) -> Value {
        let line = |one: &Figure| json!({"name": one.name, "value": one.value.to_string(), "tolerance": one.tolerance.to_string(), "confidence": one.confidence});
        self.asked.borrow().iter().map(line).collect()
    }

    /// The site's own figure, adopted as a rule.
    fn own(&self, name: &str) -> Option<String> {
        let (unit, item) = (self.unit.id.code(), self.item.code());
        [format!("ratio.{unit}.{item}.{name}"), format!("ratio.{unit}.{name}")].iter().find_map(|rule| match self.book.rule(rule) {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}
