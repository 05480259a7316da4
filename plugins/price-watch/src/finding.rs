//! One finding: how many of how many, beside what is usual, with the entries that show it.

use baara_plugin_api::prelude::*;

/// How many cases of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Part {
    pub(crate) some: usize,
    pub(crate) all: usize,
}

impl Part {
    /// True from a limit on.
    pub(crate) fn reaches(self, limit: Ratio) -> bool {
        self.some as u128 * u128::from(limit.den()) >= self.all as u128 * u128::from(limit.num())
    }

    /// In tenths of a hundredth, rounded down: `12.5 %`; nothing where there are no cases.
    fn shown(self) -> String {
        (self.some * 1000).checked_div(self.all).map_or_else(String::new, |tenths| format!("{}.{} %", tenths / 10, tenths % 10))
    }
}

/// What shows a finding.
#[derive(Clone)]
pub(crate) enum Shown {
    /// Things: the entries that opened them.
    Opened(Vec<Id>),
    /// Entries.
    Entries(Vec<u64>),
}

/// Something unlike the usual.
#[derive(Clone)]
pub(crate) struct Finding {
    /// Which check found it: the name of its words.
    pub(crate) check: &'static str,
    /// The unit, the receipt book, the person it is about.
    pub(crate) about: Id,
    /// Its francs, numbers or second person.
    pub(crate) what: String,
    pub(crate) found: Part,
    pub(crate) usual: Part,
    pub(crate) limit: Ratio,
    pub(crate) shown: Shown,
}

/// How many entries a finding names; the others are counted.
const NAMED: usize = 12;

impl Finding {
    /// What it is, whatever the month.
    pub(crate) fn name(&self) -> Value {
        json!({"watch-check": self.check, "watch-about": self.about})
    }

    /// Tells it of a month, about the unit, the receipt book or the person.
    pub(crate) fn warn(&self, effects: Effects, month: &str) -> Effects {
        let args = [
            ("month", month.to_owned()),
            ("about", self.about.to_string()),
            ("what", self.what.clone()),
            ("found", self.found.some.to_string()),
            ("of", self.found.all.to_string()),
        ];
        effects.warn(&format!("price-watch/{}", self.check), &[&self.about], args)
    }

    /// Its row of the report.
    pub(crate) fn row(self, book: &Book<'_>) -> Vec<String> {
        let limit = Part { some: usize::try_from(self.limit.num()).unwrap_or(0), all: usize::try_from(self.limit.den()).unwrap_or(0) };
        let (named, more) = match self.shown {
            Shown::Opened(things) => {
                let named = things.iter().take(NAMED).filter_map(|id| book.entries(id).first().map(|entry| entry.seq));
                (named.collect::<Vec<_>>(), things.len().saturating_sub(NAMED))
            }
            Shown::Entries(mut seqs) => {
                let more = seqs.len().saturating_sub(NAMED);
                seqs.truncate(NAMED);
                (seqs, more)
            }
        };
        let mut entries: Vec<String> = named.iter().map(|seq| format!("#{seq}")).collect();
        entries.extend((more > 0).then(|| format!("+{more}")));
        vec![
            format!("watch/{}", self.check),
            self.about.to_string(),
            self.what,
            self.found.some.to_string(),
            self.found.all.to_string(),
            self.found.shown(),
            self.usual.shown(),
            limit.shown(),
            entries.join(" "),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_and_compared_exactly() {
        let part = |some, all| Part { some, all };
        assert_eq!((part(1, 8).shown(), part(2, 3).shown(), part(0, 0).shown()), ("12.5 %".into(), "66.6 %".into(), String::new()));
        let third = Ratio::new(1, 3).unwrap();
        assert!(part(1, 3).reaches(third) && !part(333, 1000).reaches(third));
    }
}
