//! What a piece takes of a dye, which no book can say: dyers weigh nothing and taste the bath (`domain.md` §4.7).

use baara_plugin_api::prelude::*;
use baara_plugin_api::trade::{Expected, Figures, Made, Past};

/// How many batches of its own a workshop learns from.
pub const FIRST_BATCHES: usize = 10;

/// One dye or salt of a product.
#[derive(Clone, Debug)]
pub(crate) struct Learnt {
    /// The dye.
    pub(crate) item: Id,
    /// By how much a batch may be off what the workshop's own habit says.
    pub(crate) tolerance: Ratio,
    /// How many batches it was learnt from so far.
    pub(crate) trials: usize,
    /// What a smallest unit of the product takes, in the dye's smallest unit; `None` while it is being learnt.
    pub(crate) habit: Option<Ratio>,
}

/// What each line of the product's `calibrated` takes in this workshop.
///
/// # Errors
/// `batch/recipe-unreadable`.
pub(crate) fn learnt(figures: &Figures<'_>, past: &Past, product: &Id) -> Result<Vec<Learnt>, Refusal> {
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", product);
    let lines = figures.told("calibrated").as_array().into_iter().flatten();
    let read = |line: &Value| {
        let item = line["item"].as_str().and_then(|text| Id::parse(text).ok()).ok_or_else(unreadable)?;
        let tolerance = line["tolerance"].as_str().and_then(Ratio::parse).ok_or_else(unreadable)?;
        let (trials, habit) = (past.trials(product, &item), past.first(FIRST_BATCHES, product, &item));
        Ok(Learnt { item, tolerance, trials, habit })
    };
    lines.map(read).collect()
}

/// Expects of each dye what the workshop's rule says, or else its habit; gives the dyes of which nothing can be said yet.
///
/// # Errors
/// `batch/recipe-unreadable`.
pub(crate) fn expect(
    all: Vec<Learnt>,
    figures: &Figures<'_>,
    book: &Book<'_>,
    made: &Made,
    expected: &mut Expected,
) -> Result<Vec<Id>, Refusal> {
    let unreadable = || Refusal::new("batch/recipe-unreadable").with("product", &made.item.id);
    let mut unknown = Vec::new();
    for Learnt { item, tolerance, habit, .. } in all {
        if let Some(own) = figures.find(item.code())? {
            expected.per(book, &item, own.value, made.all, tolerance)?;
        } else if let Some(habit) = habit {
            let count = habit.of(made.all.count(), Rounding::Half).ok_or_else(unreadable)?;
            let (unit, scale) = trade::measure(book, &item).ok_or_else(unreadable)?;
            expected.add(&item, Amount::new(count, scale, unit), tolerance)?;
        } else {
            unknown.push(item);
        }
    }
    Ok(unknown)
}
