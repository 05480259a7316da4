//! Sheets: the book's answers as rows, each figure with its reason. Drawn elsewhere, in words elsewhere.

use crate::{TheBook, month_of};
use baara_plugin_api::{Date, Days, Id, Months};
use std::collections::BTreeMap;

mod committee;
mod exceptions;
mod harvest;
mod holdings;
mod indicators;
mod work;

/// A stretch of whole months.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// True for a campaign, April to March.
    pub campaign: bool,
}

impl Period {
    /// Reads `2020`, `2020-06` or the campaign `2020/2021`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Period> {
        let first = |y: i32, m: u32| Date::from_ymd_opt(y, m, 1);
        let span = |from: Date, months: u32, campaign: bool| {
            let to = (from + Months::new(months)) - Days::new(1);
            Some(Period { from, to, campaign })
        };
        if let Some((a, b)) = text.split_once('/') {
            let (a, b): (i32, i32) = (a.parse().ok()?, b.parse().ok()?);
            return (b == a + 1).then(|| span(first(a, 4)?, 12, true)).flatten();
        }
        if let Some((y, m)) = text.split_once('-') {
            return span(first(y.parse().ok()?, m.parse().ok()?)?, 1, false);
        }
        (text.len() == 4).then(|| span(first(text.parse().ok()?, 1)?, 12, false)).flatten()
    }

    /// True when the day falls in it.
    #[must_use]
    pub fn has(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// What a sheet is asked about.
#[derive(Clone, Debug)]
pub struct Scope {
    /// One facility, or all of the book.
    pub site: Option<String>,
    /// Which months.
    pub period: Period,
}

impl Scope {
    pub(crate) fn covers(&self, id: &Id) -> bool {
        self.site.as_ref().is_none_or(|site| id.site() == site)
    }

    pub(crate) fn covers_site(&self, site: &str) -> bool {
        self.site.as_ref().is_none_or(|mine| mine == site)
    }
}

/// Where a figure comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Why {
    /// The code of its formula, with words in locale files.
    pub formula: String,
    /// What was added up: a place and item, or a thing, and the figure it gave.
    pub sources: Vec<(String, String)>,
    /// What was left out, and why.
    pub excluded: Vec<(String, String)>,
}

impl Why {
    pub(crate) fn new(formula: &str) -> Why {
        Why { formula: formula.to_owned(), ..Why::default() }
    }

    pub(crate) fn source(&mut self, what: impl ToString, figure: impl ToString) {
        self.sources.push((what.to_string(), figure.to_string()));
    }
}

/// Rows under columns. Figures are canonical text: a decimal point, no grouping.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sheet {
    /// Column codes.
    pub columns: Vec<String>,
    /// The rows: a stable code and its cells.
    pub rows: Vec<(String, Vec<String>)>,
    /// Why a cell has its figure, by (row code, column code).
    pub whys: BTreeMap<(String, String), Why>,
    /// Places that are being counted, whose figures are withheld.
    pub frozen: Vec<Id>,
}

impl Sheet {
    pub(crate) fn new(columns: &[&str]) -> Sheet {
        Sheet { columns: columns.iter().map(|&c| c.to_owned()).collect(), ..Sheet::default() }
    }

    pub(crate) fn row(&mut self, code: &str, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push((code.to_owned(), cells));
    }

    pub(crate) fn why(&mut self, row: &str, column: &str, why: Why) {
        self.whys.insert((row.to_owned(), column.to_owned()), why);
    }
}

/// The sheets the world alone can draw.
pub const SHEETS: &[&str] = &["indicators", "harvest", "stock", "balances", "workshops", "pecule", "committee", "exceptions", "published"];

impl TheBook {
    /// Draws a sheet; `None` when there is no sheet of that name.
    #[must_use]
    pub fn sheet(&self, name: &str, scope: &Scope) -> Option<Sheet> {
        Some(match name {
            "indicators" => indicators::indicators(self, scope),
            "published" => indicators::published(self, scope),
            "harvest" => harvest::harvest(self, scope),
            "stock" => holdings::stock(self, scope),
            "balances" => holdings::balances(self, scope),
            "workshops" => work::workshops(self, scope),
            "pecule" => work::pecule(self, scope),
            "committee" => committee::committee(self, scope),
            "exceptions" => exceptions::exceptions(self, scope),
            _ => return None,
        })
    }

    /// In and out of a place over a period, of one item, as counts.
    pub(crate) fn flow(&self, place: &Id, item: &Id, period: Period) -> (i64, i64) {
        self.turnover(place, item, period.from, period.to)
    }

    /// True for a month inside the period.
    pub(crate) fn within(period: Period, month: i32) -> bool {
        (month_of(period.from)..=month_of(period.to)).contains(&month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_year_a_month_or_a_campaign() {
        let day = |s: &str| s.parse::<Date>().unwrap();
        let check = |text: &str, from: &str, to: &str| {
            let p = Period::parse(text).unwrap();
            assert_eq!((p.from, p.to), (day(from), day(to)), "{text}");
        };
        check("2020", "2020-01-01", "2020-12-31");
        check("2020-02", "2020-02-01", "2020-02-29");
        check("2020/2021", "2020-04-01", "2021-03-31");
        for bad in ["", "20", "2020-13", "2020/2022", "juin"] {
            assert!(Period::parse(bad).is_none(), "{bad}");
        }
    }
}
