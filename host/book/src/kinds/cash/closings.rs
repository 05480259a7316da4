//! Closings: a day of a cash box, a month of a store or workshop, a month or year of a facility, a farm's campaign.

use super::{day, id, shown};
use baara_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// What has happened up to a day is final; what comes later for those days is posted late.
#[derive(Form)]
pub(super) struct Close {
    scope: Scope,
    place: Id,
    until: Date,
}

/// What is closed, and over which time.
#[derive(Choice, PartialEq, Clone, Copy)]
enum Scope {
    CashBoxDay,
    StoreMonth,
    UnitMonth,
    FacilityMonth,
    FacilityYear,
    FarmCampaign,
}

impl Scope {
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Scope::CashBoxDay => &["cash-box"],
            Scope::StoreMonth => &["store"],
            Scope::UnitMonth => &["workshop"],
            Scope::FacilityMonth | Scope::FacilityYear => &["facility"],
            Scope::FarmCampaign => &["farm"],
        }
    }

    fn ends(self, until: Date) -> bool {
        let last_of_month = (until + Days::new(1)).day() == 1;
        match self {
            Scope::CashBoxDay => true,
            Scope::StoreMonth | Scope::UnitMonth | Scope::FacilityMonth => last_of_month,
            Scope::FacilityYear => last_of_month && until.month() == 12,
            Scope::FarmCampaign => last_of_month && until.month() == 3,
        }
    }
}

/// The rule that says how old the count of a store may be, in days.
const COUNT_DAYS: &str = "closing.count-days";

impl Record for Close {
    const KIND: &'static str = "close/1";
    fn writes() -> Grant {
        let keys = ["cash-box", "store", "workshop", "facility", "farm"].map(|kind| format!("{kind}.closed-until"));
        grant(&["closing"], &keys.each_ref().map(String::as_str), &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "closing/other-place",
            "closing/not-the-end",
            "closing/not-over",
            "closing/already",
            "closing/being-counted",
            "closing/no-count",
            "closing/place-open",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let refused = |code: &str| Refusal::new(code).with("place", &self.place).with("until", self.until);
        if !self.scope.kinds().contains(&self.place.kind()) {
            return Err(refused("closing/other-place").with("expected", self.scope.kinds().join(", ")));
        }
        let place = book.open(&self.place)?;
        if !self.scope.ends(self.until) {
            return Err(refused("closing/not-the-end").with("scope", self.scope.code()));
        }
        if self.until > cmd.date {
            return Err(refused("closing/not-over"));
        }
        // A year ends on the same day as its December, so it has a record of its own.
        let earlier = if self.scope == Scope::FacilityYear { self.year_closed(book) } else { place.date("closed-until") };
        let earlier = earlier.filter(|closed| *closed >= self.until);
        if let Some(closed) = earlier {
            return Err(refused("closing/already").with("closed", closed));
        }
        if let Some(count) = place.id_of("frozen") {
            return Err(refused("closing/being-counted").with("count", count));
        }
        if let Some((place, count)) = self.counted_now(book) {
            return Err(refused("closing/being-counted").with("place", place).with("count", count));
        }
        self.needs(cmd, book)?;
        let mut values = BTreeMap::from([
            ("scope".to_owned(), Value::from(self.scope.code())),
            ("place".to_owned(), id(&self.place)),
            ("until".to_owned(), day(self.until)),
        ]);
        if self.place.kind() == "facility" {
            values.extend(self.totals(book));
        }
        let opened = Effects(vec![Effect::Open { thing: Id::new("closing", "$1"), values }]);
        let later = place.date("closed-until").filter(|closed| *closed > self.until).unwrap_or(self.until);
        Ok(opened.set(&self.place, "closed-until", day(later), cmd.date))
    }
}

impl Close {
    /// What must have been done first.
    fn needs(&self, cmd: &Command, book: &Book<'_>) -> Result<(), Refusal> {
        match self.scope {
            Scope::CashBoxDay => self.counted(self.until, self.until, book),
            Scope::StoreMonth => {
                let days = book.whole_rule(COUNT_DAYS)?;
                let days = Days::new(u64::try_from(days).unwrap_or(0));
                self.counted(self.until - days, cmd.date, book)
            }
            Scope::UnitMonth | Scope::FarmCampaign => Ok(()),
            Scope::FacilityMonth => self.closed(&["cash-box"], book),
            Scope::FacilityYear => {
                self.closed(&["cash-box", "store", "workshop"], book)?;
                let closed = book.open(&self.place)?.date("closed-until");
                if closed.is_some_and(|d| d >= self.until) { Ok(()) } else { Err(still_open(&self.place, self.until)) }
            }
        }
    }

    /// A place of the facility that is being counted: its figures are hidden, so no total could be kept.
    fn counted_now(&self, book: &Book<'_>) -> Option<(Id, Id)> {
        self.money_places(book).into_iter().find_map(|place| Some((place.clone(), book.thing(&place)?.id_of("frozen")?)))
    }

    fn money_places(&self, book: &Book<'_>) -> Vec<Id> {
        let all = ["fund", "cash-box", "bank", "wallet"].into_iter().flat_map(|kind| book.things(kind));
        all.filter(|place| self.place.kind() == "facility" && place.site() == self.place.code()).collect()
    }

    fn year_closed(&self, book: &Book<'_>) -> Option<Date> {
        let closings = book.things_having("closing", "place", self.place.as_str());
        let years = closings.iter().filter_map(|closing| book.thing(closing)).filter(|c| c.text("scope") == self.scope.code());
        years.filter_map(|closing| closing.date("until")).max()
    }

    fn counted(&self, from: Date, to: Date, book: &Book<'_>) -> Result<(), Refusal> {
        let counts = book.things_having("count", "place", self.place.as_str());
        let done = counts.iter().filter_map(|count| book.thing(count)).filter(|count| count.text("state") == "done");
        if done.filter_map(|count| count.date("done-on")).any(|on| (from..=to).contains(&on)) {
            return Ok(());
        }
        Err(Refusal::new("closing/no-count").with("place", &self.place).with("from", from).with("to", to))
    }

    fn closed(&self, kinds: &[&str], book: &Book<'_>) -> Result<(), Refusal> {
        for place in kinds.iter().flat_map(|kind| book.things(kind)).filter(|place| place.site() == self.place.code()) {
            let thing = book.open(&place)?;
            let closed = thing.date("closed-until").is_some_and(|d| d >= self.until);
            if thing.since <= self.until && !closed {
                return Err(still_open(&place, self.until));
            }
        }
        Ok(())
    }

    /// What each fund and each box had at the end of the month, as posted.
    fn totals(&self, book: &Book<'_>) -> Vec<(String, Value)> {
        let Some(first) = Date::from_ymd_opt(2000, 1, 1) else { return Vec::new() };
        let xof = items::xof();
        let total = |place: &Id| {
            let (inwards, outwards) = book.turnover(place, &xof, first, self.until);
            if place.kind() == "fund" { outwards - inwards } else { inwards - outwards }
        };
        let places = self.money_places(book).into_iter();
        places.map(|place| (format!("total.{}.{}", place.kind(), place.code()), shown(Amount::francs(total(&place))))).collect()
    }
}

fn still_open(place: &Id, until: Date) -> Refusal {
    Refusal::new("closing/place-open").with("place", place).with("until", until)
}
