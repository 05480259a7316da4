//! The book as the guards judge it.

use crate::world::TheBook;
use baara_plugin_api::ledger::{Ledger, Life};
use baara_plugin_api::{Date, Id, Value};
use std::borrow::Cow;

impl Ledger for TheBook {
    fn life(&self, thing: &Id) -> Option<Life> {
        TheBook::life(self, thing).map(|life| Life { since: life.since, ended: life.ended.is_some() })
    }

    fn value_at(&self, thing: &Id, key: &str, date: Date) -> Option<Cow<'_, Value>> {
        TheBook::value_at(self, thing, key, date)
    }

    fn balance(&self, place: &Id, item: &Id, lot: Option<&Id>) -> i64 {
        TheBook::balance(self, place, item, lot)
    }

    fn turnover(&self, place: &Id, item: &Id, from: Date, to: Date) -> (i64, i64) {
        TheBook::turnover(self, place, item, from, to)
    }

    fn last_number(&self, site: &str, series: &str, year: i32) -> u64 {
        TheBook::last_number(self, site, series, year)
    }

    fn last_allotted(&self, kind: &str, site: &str, year: i32) -> u64 {
        self.index.counters.get(&(kind.to_owned(), site.to_owned(), year)).copied().unwrap_or(0)
    }
}
