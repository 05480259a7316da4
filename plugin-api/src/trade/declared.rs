//! A batch of one product as most trades' forms declare it, from the figures it is judged by to its effects.

use super::{Expected, Figures, Input, Made, Oddity, Product, Run, used};
use crate::{Amount, Book, Command, Decided, Id, Refusal, Value};

/// What the form of a trade says of a batch of one product.
#[derive(Clone, Debug)]
pub struct Declared<'a> {
    /// The workshop.
    pub workshop: &'a Id,
    /// What was made.
    pub product: &'a Id,
    /// How much of it may be sold.
    pub good: Amount,
    /// How much may not.
    pub rejected: Option<Amount>,
    /// What was taken out of stores.
    pub inputs: &'a [Input],
    /// Where the goods go.
    pub store: &'a Id,
    /// Who did the work.
    pub persons: &'a [Id],
    /// Why something is not as expected.
    pub motive: Option<&'a str>,
}

/// What a trade has reckoned about it.
#[derive(Clone, Debug, Default)]
pub struct Reckoned {
    /// What it should have taken.
    pub expected: Expected,
    /// What else wants a motive.
    pub oddities: Vec<Oddity>,
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
        let figures = Figures::of(book, self.workshop, self.product)?;
        self.persons.iter().try_for_each(|person| book.open(person).map(drop))?;
        Ok((figures, Made::read(book, self.product, self.good, self.rejected)?))
    }

    /// The batch, its lot and its warnings; too many rejects and uses beyond tolerance want a motive.
    ///
    /// # Errors
    /// Those of [`used`](super::used) and [`Run::effects`].
    pub fn end(&self, cmd: &Command, book: &Book<'_>, figures: &Figures<'_>, made: Made, reckoned: Reckoned) -> Decided {
        let Reckoned { expected, mut oddities, mut more, least_cure, held } = reckoned;
        let used = used(book, self.inputs)?;
        // What the trade has a name of its own for is not told twice.
        let unnamed = expected.gaps(book, &used)?.into_iter().filter(|gap| oddities.iter().all(|odd| odd.what.item != gap.item));
        let gaps: Vec<Oddity> = unnamed.map(|what| Oddity { code: "batch/beyond-tolerance", what }).collect();
        oddities.extend(gaps.into_iter().chain(figures.rejects(&made)?));
        more.push(("figures", figures.kept()));
        let run = Run {
            unit: self.workshop,
            store: self.store,
            inputs: self.inputs,
            made: vec![Product { made, cure_days: figures.cure_days(least_cure), held }],
            measured: expected.beside(&used),
            oddities,
            motive: self.motive.map(str::to_owned),
            persons: self.persons,
            more,
        };
        run.effects(cmd, book)
    }
}
