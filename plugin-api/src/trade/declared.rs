//! A batch of one product as most trades' forms declare it, from the figures it is judged by to its effects.

use super::{Expected, Figures, Input, Made, Measured, Oddity, Product, Run, used};
use crate::{Amount, Book, Command, Decided, Form, Id, Refusal, Value, json};

/// What the form of a trade asks first of a batch of one product.
#[derive(Form, Clone, Debug)]
pub struct Making {
    /// The workshop.
    #[field(of = "workshop")]
    pub workshop: Id,
    /// What was made.
    #[field(of = "item")]
    pub product: Id,
    /// How much of it may be sold.
    #[field(of = "product")]
    pub good: Amount,
    /// How much may not: broken, burnt, crooked.
    #[field(of = "product")]
    pub rejected: Option<Amount>,
}

/// What it asks last.
#[derive(Form, Clone, Debug)]
pub struct Taking {
    /// What was taken out of stores.
    pub inputs: Vec<Input>,
    /// Where the goods go.
    #[field(of = "store")]
    pub store: Id,
    /// Who did the work.
    #[field(of = "person")]
    pub persons: Vec<Id>,
    /// Why something is not as expected.
    #[field(sealed)]
    pub motive: Option<String>,
}

/// What somebody means to make: the form of a sheet.
#[derive(Form, Clone, Debug)]
pub struct Planned {
    /// The workshop.
    #[field(of = "workshop")]
    pub workshop: Id,
    /// What is to be made.
    #[field(of = "item")]
    pub product: Id,
    /// How much of it.
    #[field(of = "product")]
    pub good: Amount,
}

impl Planned {
    /// The figures of the trade, and what is to be made.
    ///
    /// # Errors
    /// `thing/…`, `trade-batch/not-made-here`, `goods/…` or `batch/too-large`.
    pub fn begin<'b>(&self, book: &'b Book<'b>) -> Result<(Figures<'b>, Made), Refusal> {
        Ok((Figures::of(book, &self.workshop, &self.product)?, Made::read(book, &self.product, self.good, None)?))
    }
}

/// What the form of a trade says of a batch of one product.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// What was made, and where.
    pub making: &'a Making,
    /// Of what, by whom.
    pub taking: &'a Taking,
}

/// What a trade has reckoned about it.
#[derive(Clone, Debug, Default)]
pub struct Reckoned {
    /// What it should have taken.
    pub expected: Expected,
    /// What else wants a motive.
    pub oddities: Vec<Oddity>,
    /// What nobody can tell yet of this workshop: kept with what was used of it, and judged by nothing.
    pub calibrating: Vec<Id>,
    /// What the trade keeps with the batch.
    pub more: Vec<(&'static str, Value)>,
    /// The shortest cure there is, in days.
    pub least_cure: i64,
    /// True when only somebody who looks at the lot may release it.
    pub held: bool,
}

impl Declared<'_> {
    /// The figures of the trade, and what was made.
    ///
    /// # Errors
    /// `thing/…`, `trade-batch/not-made-here`, `goods/…` or `batch/too-large`.
    pub fn begin<'b>(&self, book: &'b Book<'b>) -> Result<(Figures<'b>, Made), Refusal> {
        let Making { workshop, product, good, rejected } = self.making;
        let figures = Figures::of(book, workshop, product)?;
        self.taking.persons.iter().try_for_each(|person| book.open(person).map(drop))?;
        Ok((figures, Made::read(book, product, *good, *rejected)?))
    }

    /// What was used of each input beside what is expected of it.
    ///
    /// # Errors
    /// Those of [`used`](super::used).
    pub fn beside(&self, book: &Book<'_>, expected: &Expected) -> Result<Vec<Measured>, Refusal> {
        Ok(expected.beside(&used(book, &self.taking.inputs)?))
    }

    /// The batch, its lot and its warnings; too many rejects and uses beyond tolerance want a motive.
    ///
    /// # Errors
    /// Those of [`used`](super::used) and [`Run::effects`].
    pub fn end(&self, cmd: &Command, book: &Book<'_>, figures: &Figures<'_>, made: Made, reckoned: Reckoned) -> Decided {
        let Reckoned { expected, mut oddities, calibrating, mut more, least_cure, held } = reckoned;
        let Taking { inputs, store, persons, motive } = self.taking;
        let used = used(book, inputs)?;
        // What the trade has a name of its own for is not told twice.
        let is_new = |gap: &Measured| !calibrating.contains(&gap.item) && oddities.iter().all(|odd| odd.what.item != gap.item);
        let unnamed = expected.gaps(book, &used)?.into_iter().filter(is_new);
        let gaps: Vec<Oddity> = unnamed.map(|what| Oddity { code: "batch/beyond-tolerance", what }).collect();
        oddities.extend(gaps.into_iter().chain(figures.rejects(&made)?));
        more.push(("figures", figures.kept()));
        let tried = calibrating.iter().filter_map(|item| Some(json!({"item": item, "actual": used.get(item)?.to_string()})));
        let tried: Vec<Value> = tried.collect();
        more.extend((!tried.is_empty()).then(|| ("calibrating", tried.into())));
        let run = Run {
            unit: &self.making.workshop,
            store,
            inputs,
            made: vec![Product { made, cure_days: figures.cure_days(least_cure), held: held || figures.is_looked_at() }],
            measured: expected.beside(&used),
            oddities,
            motive: motive.clone(),
            persons,
            more,
        };
        run.effects(cmd, book)
    }
}
