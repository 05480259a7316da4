//! The cash book: each movement of a cash box, bank or wallet, with its voucher and the balance after it.

use crate::{Desk, Fault};
use baara_book::allot::number_text;
use baara_book::sheets::{Scope, Sheet};
use baara_book::{Entry, TheBook};
use baara_plugin_api::{Amount, Effect, Id, items};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

impl Desk {
    /// Draws the cash book of a period: rows in the order of arrival, never of document dates.
    ///
    /// # Errors
    /// When the journal cannot be read.
    ///
    /// # Panics
    /// When the reading thread panicked, which is a bug.
    pub fn cash_book(&self, scope: &Scope) -> Result<Sheet, Fault> {
        let lines: Arc<Mutex<Vec<(Entry, String)>>> = Arc::default();
        let kept = lines.clone();
        self.entries(move |bytes, leaf| {
            if let Ok(entry) = Entry::read(bytes)
                && entry.effects.iter().any(is_cash)
            {
                kept.lock().expect("one thread reads").push((entry, leaf.to_owned()));
            }
        })?;
        let lines = std::mem::take(&mut *lines.lock().expect("one thread reads"));
        Ok(draw(&self.book(), scope, &lines))
    }
}

fn is_cash(effect: &Effect) -> bool {
    let cash = |id: &Id| matches!(id.kind(), "cash-box" | "bank" | "wallet");
    matches!(effect, Effect::Move { item, from, to, .. } if *item == items::xof() && (cash(from) || cash(to)))
}

fn draw(book: &TheBook, scope: &Scope, lines: &[(Entry, String)]) -> Sheet {
    let columns = ["place", "date", "posted", "entry", "number", "kind", "by", "other", "in", "out", "balance"];
    let mut sheet = Sheet { columns: columns.iter().map(|&c| c.to_owned()).collect(), ..Sheet::default() };
    let mut balances: BTreeMap<Id, i64> = BTreeMap::new();
    for (entry, _) in lines {
        let number = entry.effects.iter().find_map(|e| match e {
            Effect::Number { year, n, .. } => Some(number_text(&entry.site, *year, *n)),
            _ => None,
        });
        let posted = book.posted_as_kept(entry);
        for (n, effect) in entry.effects.iter().enumerate().filter(|(_, e)| is_cash(e)) {
            let Effect::Move { amount, from, to, .. } = effect else { continue };
            for (place, other, change) in [(from, to, -amount.count()), (to, from, amount.count())] {
                if !matches!(place.kind(), "cash-box" | "bank" | "wallet") {
                    continue;
                }
                let balance = balances.entry(place.clone()).or_default();
                *balance += change;
                let frozen = book.is_frozen(place);
                if frozen && !sheet.frozen.contains(place) {
                    sheet.frozen.push(place.clone());
                }
                if frozen || scope.site.as_ref().is_some_and(|site| place.site() != site) || !scope.period.has(posted) {
                    continue;
                }
                let side = |yes: bool| if yes { amount.to_string() } else { String::new() };
                let cells = vec![
                    place.to_string(),
                    entry.date.to_string(),
                    posted.to_string(),
                    entry.seq.to_string(),
                    number.clone().unwrap_or_default(),
                    entry.kind.clone(),
                    entry.by.0.to_string(),
                    other.to_string(),
                    side(change > 0),
                    side(change < 0),
                    Amount::francs(*balance).to_string(),
                ];
                sheet.rows.push((format!("{}.{n}", entry.seq), cells));
            }
        }
    }
    sheet
}
