//! A batch as it was run, reckoned and ready to be written down.

use super::{Input, Made, Measured, Past, hands, lot_of};
use crate::{Book, Command, Date, Days, Decided, Effect, Effects, Grant, Id, Refusal, Value, grant};

/// What a batch makes, and when it may leave the store.
#[derive(Clone, Debug)]
pub struct Product {
    /// What was made.
    pub made: Made,
    /// Days of cure or rest.
    pub cure_days: i64,
    /// True when no day releases it, only somebody who looks at it.
    pub held: bool,
}

/// What is not as it should be: without a motive the batch is refused, with one it is recorded and warned about.
#[derive(Clone, Debug)]
pub struct Oddity {
    /// The warning's code.
    pub code: &'static str,
    /// What was expected, and what it was.
    pub what: Measured,
}

impl Oddity {
    /// Names what was found.
    pub fn named(code: &'static str) -> impl Fn(Measured) -> Oddity {
        move |what| Oddity { code, what }
    }
}

/// A batch as it was run.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The workshop.
    pub unit: &'a Id,
    /// Where the goods go.
    pub store: &'a Id,
    /// What was taken.
    pub inputs: &'a [Input],
    /// What was made, one line an item; nothing where the trade allows it.
    pub made: Vec<Product>,
    /// Every input beside what was expected of it.
    pub measured: Vec<Measured>,
    /// What wants a motive.
    pub oddities: Vec<Oddity>,
    /// Why something is not as expected.
    pub motive: Option<String>,
    /// Who did the work.
    pub persons: &'a [Id],
    /// What this trade keeps with its batch beside what all keep.
    pub more: Vec<(&'static str, Value)>,
}

/// What a batch of any trade may write.
#[must_use]
pub fn writes() -> Grant {
    grant(&["batch", "lot"], &[], &["store", "consumed", "produced"], &["*"], &[])
}

/// The refusals that a batch of any trade may give; the host has their words.
pub const REFUSALS: &[&str] = &[
    "goods/nothing",
    "goods/not-goods",
    "goods/lot-needed",
    "goods/lot-not-kept",
    "goods/other-lot",
    "batch/no-output",
    "batch/twice",
    "batch/too-large",
    "batch/recipe-unreadable",
    "batch/motive-needed",
];

impl Run<'_> {
    /// The batch, its lots and movements, and its warnings. Animals are fed and give nothing on most days.
    ///
    /// # Errors
    /// `batch/twice`, `batch/motive-needed`, or `thing/…`.
    pub fn effects(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(self.store)?;
        let unit = book.open(self.unit)?;
        if let (Some(first), None) = (self.oddities.first(), &self.motive) {
            let refusal = Refusal::new("batch/motive-needed");
            return Err(first.what.args().into_iter().fold(refusal, |refusal, (key, value)| refusal.with(key, value)));
        }
        let batch = Id::new("batch", "$1");
        let mut effects = Effects(vec![self.opening(&batch, cmd.date)]);
        let (consumed, produced) = (self.unit.as_kind("consumed"), self.unit.as_kind("produced"));
        for input in self.inputs {
            effects = effects.goods(&input.item, input.quantity, &input.store, &consumed, input.lot.as_ref());
        }
        for (n, product) in self.made.iter().enumerate() {
            let item = &product.made.item;
            if self.made[..n].iter().any(|other| other.made.item.id == item.id) {
                return Err(Refusal::new("batch/twice").with("item", &item.id));
            }
            let lot = (item.flag("by-lot") && !product.made.good.is_zero()).then(|| Id::new("lot", &format!("${}", n + 1)));
            if let Some(lot) = &lot {
                let ready = cmd.date + Days::new(u64::try_from(product.cure_days).unwrap_or(0).min(3650));
                effects = effects.then(lot_of(lot, &item.id, self.unit, &batch, cmd.date, Some(ready)));
                if !product.held {
                    effects = effects.set(lot, "released", true, ready);
                }
            }
            effects = effects.goods(&item.id, product.made.good, &produced, self.store, lot.as_ref());
        }
        let effects = self.oddities.iter().fold(effects, |effects, odd| effects.warn(odd.code, &[&batch, &odd.what.item], odd.what.args()));
        let effects = self.out_of_habit(effects, book);
        Ok(hands::watch(effects, book, &unit, self.persons))
    }

    fn opening(&self, batch: &Id, made: Date) -> Effect {
        let ids: Vec<&str> = self.persons.iter().map(Id::as_str).collect();
        let some = |list: Value| if list.as_array().is_some_and(Vec::is_empty) { Value::Null } else { list };
        let own = [
            ("unit", self.unit.as_str().into()),
            ("made", made.to_string().into()),
            ("outputs", self.made.iter().map(|product| product.made.told()).collect()),
            ("persons", some(ids.into())),
            ("motive", self.motive.as_deref().into()),
            ("measured", some(self.measured.iter().map(Measured::kept).collect())),
        ];
        let values = own.into_iter().chain(self.more.iter().cloned()).filter(|(_, value)| !value.is_null());
        Effect::Open { thing: batch.clone(), values: values.map(|(key, value)| (key.to_owned(), value)).collect() }
    }

    /// What only the workshop's own history shows.
    fn out_of_habit(&self, effects: Effects, book: &Book<'_>) -> Effects {
        let past = Past::of(book, self.unit);
        let over = self.measured.iter().filter_map(|line| Some(("batch/beyond-quarter", past.over_quarter(line, book)?)));
        let drift = self.measured.iter().filter_map(|line| Some(("batch/drift", past.drift(line)?)));
        let lump = self.made.iter().filter_map(|product| Some(("batch/lump", past.lump(&product.made)?)));
        over.chain(drift).chain(lump).fold(effects, |effects, (code, found)| effects.warn(code, &[self.unit, &found.item], found.args()))
    }
}
