//! Whole months, and those before them.

use baara_plugin_api::prelude::*;

/// The most months looked at, so that no day falls out of the calendar.
const MOST: u64 = 120;

/// Some whole months: first and last day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) from: Date,
    pub(crate) until: Date,
}

fn first_of(day: Date) -> Date {
    day.with_day(1).unwrap_or(day)
}

fn months(count: u64) -> Months {
    Months::new(u32::try_from(count.min(MOST)).unwrap_or(1))
}

impl Span {
    /// So many months, the last of which holds a day.
    pub(crate) fn of(day: Date, count: u64) -> Span {
        let last = first_of(day);
        let from = last.checked_sub_months(months(count.max(1) - 1)).unwrap_or(last);
        let until = last.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(last);
        Span { from, until }
    }

    /// So many months before these: what is usual.
    pub(crate) fn before(&self, count: u64) -> Span {
        let until = self.from.pred_opt().unwrap_or(self.from);
        Span { from: self.from.checked_sub_months(months(count)).unwrap_or(self.from), until }
    }

    /// These months and those.
    pub(crate) fn and(&self, other: &Span) -> Span {
        Span { from: self.from.min(other.from), until: self.until.max(other.until) }
    }

    /// True for a day of these months.
    pub(crate) fn holds(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// False for a thing whose allotted code tells a year before these months: it need not be asked for.
    ///
    /// A thing is opened on the day it happened or later, so its code never tells an earlier year.
    pub(crate) fn may_hold(&self, id: &Id) -> bool {
        let year = id.code().rsplit('-').nth(1).filter(|year| year.len() == 2).and_then(|year| year.parse::<i32>().ok());
        year.is_none_or(|year| year >= self.from.year().rem_euclid(100) || self.from.year() / 100 != self.until.year() / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{date, id};

    #[test]
    fn months_are_whole_and_follow_each_other() {
        let quarter = Span::of(date("2020-03-31"), 3);
        assert_eq!(quarter, Span { from: date("2020-01-01"), until: date("2020-03-31") });
        assert_eq!(quarter.before(12), Span { from: date("2019-01-01"), until: date("2019-12-31") });
        assert_eq!(Span::of(date("2020-02-10"), 0), Span { from: date("2020-02-01"), until: date("2020-02-29") });
        assert_eq!(Span::of(date("2020-02-10"), u64::MAX).until, date("2020-02-29"));
    }

    #[test]
    fn only_things_of_earlier_years_are_passed_over() {
        let span = Span::of(date("2020-03-31"), 3);
        assert!(
            span.may_hold(&id("sale/kon-20-0007")) && span.may_hold(&id("sale/kon-21-0001")) && span.may_hold(&id("series/kon-carnet-1"))
        );
        assert!(!span.may_hold(&id("sale/kon-19-0900")));
        assert!(Span { from: date("2099-12-01"), until: date("2100-01-31") }.may_hold(&id("sale/kon-00-0001")));
    }
}
