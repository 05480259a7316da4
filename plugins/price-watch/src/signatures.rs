//! What signatures show: the same two people on nearly every paper that moves francs or goods.

use crate::finding::{Finding, Part, Shown};
use crate::limits::Limits;
use crate::span::Span;
use baara_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A paper that waited for other people and was done: its day, its entry, who proposed it, who endorsed it.
struct Paper {
    on: Date,
    entry: u64,
    by: Id,
    with: BTreeSet<Id>,
}

/// The papers of some months that move something; rights and rules are not among them.
fn papers(span: &Span, book: &Book<'_>) -> Vec<Paper> {
    let things = book.things("proposal").into_iter().filter(|id| span.may_hold(id)).filter_map(|id| book.thing(&id));
    let done = things.filter(|paper| span.holds(paper.since) && paper.text("state") == "done" && paper.text("why") != "kind");
    let read = |paper: Thing| {
        let signed = paper.values.keys().filter_map(|key| key.strip_prefix("endorsed."));
        Some(Paper {
            on: paper.since,
            entry: paper.values.get("entry")?.as_u64()?,
            by: paper.id_of("by")?,
            with: signed.map(|code| Id::new("person", code)).collect(),
        })
    };
    done.filter_map(read).collect()
}

/// Each pair of people and the entries both signed.
fn pairs<'p>(papers: &[&'p Paper]) -> BTreeMap<(&'p Id, &'p Id), Vec<u64>> {
    let mut pairs: BTreeMap<(&Id, &Id), Vec<u64>> = BTreeMap::new();
    for &paper in papers {
        for other in &paper.with {
            // Whoever of the two proposed, it is the same pair.
            let pair = if paper.by <= *other { (&paper.by, other) } else { (other, &paper.by) };
            pairs.entry(pair).or_default().push(paper.entry);
        }
    }
    pairs
}

/// Pairs of people who sign together from the limit on.
pub(crate) fn same_pair(now: &Span, before: &Span, limits: &Limits, book: &Book<'_>) -> Vec<Finding> {
    let all = papers(&before.and(now), book);
    let [mine, earlier] = [now, before].map(|span| all.iter().filter(|paper| span.holds(paper.on)).collect::<Vec<_>>());
    if (mine.len() as u64) < limits.least {
        return Vec::new();
    }
    let used = pairs(&earlier);
    let of = |((one, other), mut entries): ((&Id, &Id), Vec<u64>)| {
        let found = Part { some: entries.len(), all: mine.len() };
        entries.sort_unstable();
        found.reaches(limits.pair_share).then(|| Finding {
            check: "same-pair",
            about: one.clone(),
            what: other.to_string(),
            found,
            usual: Part { some: used.get(&(one, other)).map_or(0, Vec::len), all: earlier.len() },
            limit: limits.pair_share,
            shown: Shown::Entries(entries),
        })
    };
    pairs(&mine).into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::*;

    #[test]
    fn the_same_two_signatures_are_told_whoever_proposed() {
        let mut book = watched();
        for (day, by, with) in [
            ("2020-05-02", "a", "c"),
            ("2020-05-03", "a", "b"),
            ("2020-06-01", "a", "b"),
            ("2020-06-02", "b", "a"),
            ("2020-06-03", "a", "b"),
            ("2020-06-04", "a", "b"),
        ] {
            paper(&mut book, day, by, with, "payment", "done");
        }
        assert_eq!(found(&book, "2020-06-30"), Vec::<String>::new(), "four papers prove nothing");
        paper(&mut book, "2020-06-05", "a", "c", "payment", "done");
        paper(&mut book, "2020-06-06", "a", "b", "kind", "done");
        paper(&mut book, "2020-06-07", "a", "b", "payment", "declined");
        assert_eq!(
            found(&book, "2020-06-30"),
            ["watch/same-pair | person/kon-a | person/kon-b | 4 | 5 | 80.0 % | 50.0 % | 75.0 % | #103 #104 #105 #106"]
        );
    }
}
