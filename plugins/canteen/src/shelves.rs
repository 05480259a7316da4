//! What a canteen's store still has, while a list takes from it: the oldest lots first.

use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Some of an item, and of which lot, if it is kept by lot.
pub(crate) type Taken = (Option<Id>, Amount);

/// The store as the lines of one list leave it, one after the other.
pub(crate) struct Shelves<'b> {
    store: &'b Id,
    unit: &'b Id,
    book: &'b Book<'b>,
    /// True while two people count it: the host refuses what would move, and says so.
    counted: bool,
    left: BTreeMap<Id, Vec<Taken>>,
}

impl<'b> Shelves<'b> {
    /// The store of a canteen before the first line.
    pub(crate) fn of(store: &'b Id, unit: &'b Id, book: &'b Book<'b>) -> Shelves<'b> {
        Shelves { store, unit, book, counted: !book.value(store, "frozen").is_null(), left: BTreeMap::new() }
    }

    /// Takes some of an item, from as many lots as it needs.
    pub(crate) fn take(&mut self, item: &Id, quantity: Amount) -> Result<Vec<Taken>, Refusal> {
        if self.counted {
            return Ok(vec![(None, quantity)]);
        }
        if !self.left.contains_key(item) {
            self.left.insert(item.clone(), self.sellable(item));
        }
        let shelf = self.left.get_mut(item).expect("just put there");
        let there: i64 = shelf.iter().filter(|(_, left)| left.unit() == quantity.unit()).map(|(_, left)| left.count()).sum();
        if there < quantity.count() {
            let refusal = Refusal::new("canteen-list/not-enough-left").with("item", item).with("store", self.store);
            return Err(refusal.with("left", quantity.with_count(there)).with("asked", quantity));
        }
        let (mut taken, mut wanted) = (Vec::new(), quantity.count());
        for (lot, left) in shelf.iter_mut().filter(|(_, left)| left.count() > 0) {
            let some = wanted.min(left.count());
            if some > 0 {
                taken.push((lot.clone(), left.with_count(some)));
                *left = left.with_count(left.count() - some);
                wanted -= some;
            }
        }
        Ok(taken)
    }

    /// What lies there and may leave: released, and no other unit's to sell.
    fn sellable(&self, item: &Id) -> Vec<Taken> {
        let inside = self.book.holdings_of(self.store).into_iter().filter(|held| held.item == *item);
        let mut found: Vec<(String, Taken)> = inside
            .filter_map(|held| {
                let Some(lot) = held.lot else { return Some((String::new(), (None, held.balance))) };
                let thing = self.book.thing(&lot).filter(|lot| lot.flag("released"))?;
                let ours = thing.id_of("unit").is_none_or(|unit| unit == *self.unit);
                ours.then(|| (thing.text("made").to_owned(), (Some(lot), held.balance)))
            })
            .collect();
        found.sort_by(|(made, (lot, _)), (other, (beside, _))| (made, lot).cmp(&(other, beside)));
        found.into_iter().map(|(_, taken)| taken).collect()
    }
}
