//! What receipt books show: numbers that were passed over and never ended.

use crate::finding::{Finding, Part, Shown};
use crate::limits::Limits;
use crate::span::Span;
use baara_plugin_api::prelude::*;
use std::collections::BTreeSet;

/// A receipt book as it stood on a day.
struct Series {
    first: u64,
    ended: BTreeSet<u64>,
}

impl Series {
    fn on(day: Date, id: &Id, book: &Book<'_>) -> Option<Series> {
        let thing = book.at(day.min(book.date())).thing(id).filter(|thing| thing.since <= day)?;
        let numbers = thing.values.keys().filter_map(|key| key.strip_prefix("n.")?.parse().ok());
        Some(Series { first: thing.values.get("from")?.as_u64()?, ended: numbers.collect() })
    }

    /// The numbers below the highest of an earlier day that have not ended since, and how many there are up to it.
    fn gaps(&self, earlier: &Series) -> (Vec<u64>, usize) {
        let Some(highest) = earlier.ended.last() else { return (Vec::new(), 0) };
        let all = self.first..=*highest;
        let of = all.clone().count();
        (all.filter(|n| !self.ended.contains(n)).collect(), of)
    }
}

/// Numbers in runs: `1-40 43`.
fn runs(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == *n => run.1 = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let told: Vec<String> = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
    told.join(" ")
}

/// Receipt books with numbers that were passed over at least so many days before the end of the period.
pub(crate) fn skipped(now: &Span, limits: &Limits, book: &Book<'_>) -> Vec<Finding> {
    let waited = |day: Date| day.checked_sub_days(Days::new(limits.gap_days)).unwrap_or(day);
    let gaps = |id: &Id, day: Date| {
        let (then, earlier) = (Series::on(day, id, book)?, Series::on(waited(day), id, book)?);
        Some(then.gaps(&earlier))
    };
    let end = now.until.min(book.date());
    let of = |id: Id| {
        let (open, of) = gaps(&id, end).filter(|(open, _)| !open.is_empty())?;
        let (was, was_of) = now.from.pred_opt().and_then(|eve| gaps(&id, eve)).unwrap_or_default();
        let ended = book.entries(&id).into_iter().filter(|entry| entry.kind.starts_with("series-number/") && entry.date <= end);
        Some(Finding {
            check: "skipped-numbers",
            what: runs(&open),
            found: Part { some: open.len(), all: of },
            usual: Part { some: was.len(), all: was_of },
            limit: Ratio::new(0, 1).expect("not divided by zero"),
            shown: Shown::Entries(ended.map(|entry| entry.seq).collect()),
            about: id,
        })
    };
    book.things("series").into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::*;

    #[test]
    fn numbers_passed_over_are_told_until_they_end() {
        let mut book = watched();
        book.put(&id("series/kon-carnet"), date("2020-01-01"), &[("from", 1.into()), ("to", 50.into())]);
        for (day, n) in [("2020-05-02", 1), ("2020-05-03", 2), ("2020-05-04", 5), ("2020-06-28", 9)] {
            end(&mut book, day, n);
        }
        let rows = found(&book, "2020-05-31");
        assert_eq!(rows.len(), 1);
        assert!(rows[0].starts_with("watch/skipped-numbers | series/kon-carnet | 3-4 | 2 | 5 | 40.0 % |  | 0.0 % | #"), "{rows:?}");
        // Number 9 is three days old at the end of June: 6 to 8 may still be brought in.
        assert!(found(&book, "2020-06-30")[0].contains(" | 3-4 | 2 | 5 | 40.0 % | 40.0 % | "));
        assert!(found(&book, "2020-07-31")[0].contains(" | 3-4 6-8 | 5 | 9 | 55.5 % | 40.0 % | "));
        for n in [3, 4, 6, 7, 8] {
            end(&mut book, "2020-08-01", n);
        }
        assert_eq!(found(&book, "2020-08-31"), Vec::<String>::new());
        assert_eq!(found(&book, "2020-07-31").len(), 1, "July stays as it was");
    }
}
