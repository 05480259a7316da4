//! A book on paper: small, slow and obvious, for tests of `decide` and as an oracle for the real one.

use crate::allot::{allot, allotted};
use crate::ledger::{Ledger, Life};
use crate::places::{Class, class};
use crate::practice::{self, Known};
use crate::{
    Amount, Answer, Ask, Command, Date, Datelike, Decided, Effect, Effects, Ending, Holding, Id, Kind, Mention, Question, Thing, Value,
    items, json,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Things and holdings in ordered maps; applies effects without any guard.
#[derive(Clone, Default, Debug)]
pub struct PaperBook {
    things: BTreeMap<Id, Kept>,
    holdings: BTreeMap<(Id, Id, Option<Id>), Amount>,
    months: BTreeMap<(Id, Id, i32, u32), (i64, i64)>,
    series: BTreeMap<(String, String, i32), u64>,
    allotted: BTreeMap<(String, String, i32), u64>,
    mentions: BTreeMap<Id, Vec<Mention>>,
    seq: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    since: Date,
    ended: bool,
    values: BTreeMap<String, Vec<(Date, Value)>>,
}

impl PaperBook {
    /// An empty book with the core's own items.
    #[must_use]
    pub fn new() -> PaperBook {
        let mut book = PaperBook::default();
        let day = Date::from_ymd_opt(2000, 1, 1).expect("a day");
        for (item, unit) in [(items::xof(), "XOF"), (items::leave(), "XOF"), (items::half_days(), "half-day"), (items::points(), "point")] {
            book.put(&item, day, &[("unit", unit.into()), ("scale", 0.into())]);
        }
        book
    }

    /// The made-up facility of [`practice`] on its first day.
    #[must_use]
    pub fn practice() -> PaperBook {
        let mut book = PaperBook::default();
        book.fold(practice::SITE, "setup/1", practice::begun(), &Id::new("person", "kon-20-0001"), &practice::beginning());
        book
    }

    /// The open things that forms can name, by kind.
    pub(super) fn known(&self) -> Known {
        let mut known = Known::new();
        for thing in self.things.iter().filter(|(_, kept)| !kept.ended).map(|(id, _)| id).filter(|id| practice::is_named_in_forms(id)) {
            known.entry(thing.kind().to_owned()).or_default().push(thing.clone());
        }
        known
    }

    /// Opens a thing with values, as configuration would.
    pub fn put(&mut self, id: &Id, from: Date, values: &[(&str, Value)]) {
        let open = Effect::Open { thing: id.clone(), values: values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect() };
        self.apply("test", from, &Id::new("person", "test"), &[open]);
    }

    /// Puts goods or francs somewhere out of nothing, to begin a test with.
    pub fn stock(&mut self, place: &Id, item: &Id, lot: Option<&Id>, amount: Amount) {
        self.add(place, item, lot, amount.count(), amount, Date::from_ymd_opt(2000, 1, 1).expect("a day"));
    }

    /// Decides a command and, when it is not refused, applies it with ids and numbers allotted; gives the effects.
    ///
    /// No guard looks at them, so a test lays out only what it is about. [`Host`](super::Host) is the strict one.
    ///
    /// # Errors
    /// The refusal.
    pub fn record(&mut self, kind: &Kind, cmd: &Command) -> Decided {
        let decided = (kind.decide)(cmd, &crate::Book::new(self, &cmd.site, cmd.date))?;
        let effects = allot(self, &cmd.site, cmd.date, decided.0, &BTreeMap::new());
        self.fold(&cmd.site, &cmd.kind, cmd.date, &cmd.by, &effects);
        Ok(Effects(effects))
    }

    /// Applies effects as they stand, for the site of whoever did it.
    pub fn apply(&mut self, kind: &str, date: Date, by: &Id, effects: &[Effect]) {
        self.fold(by.site(), kind, date, by, effects);
    }

    pub(super) fn fold(&mut self, site: &str, kind: &str, date: Date, by: &Id, effects: &[Effect]) {
        self.seq += 1;
        for effect in effects {
            self.one(site, date, effect);
            let touched = match effect {
                Effect::Open { thing, .. } | Effect::Close { thing, .. } | Effect::Set { thing, .. } => thing,
                Effect::Explain { warning, .. } | Effect::Warn { warning, .. } => warning,
                Effect::Move { lot: Some(lot), .. } => lot,
                Effect::Move { lot: None, .. } | Effect::Number { .. } => continue,
            };
            let line = self.mentions.entry(touched.clone()).or_default();
            if line.last().is_none_or(|last| last.seq != self.seq) {
                line.push(Mention { seq: self.seq, date, kind: kind.to_owned(), by: by.clone() });
            }
        }
    }

    fn one(&mut self, site: &str, date: Date, effect: &Effect) {
        match effect {
            Effect::Move { item, amount, from, to, lot } => {
                self.add(from, item, lot.as_ref(), -amount.count(), *amount, date);
                self.add(to, item, lot.as_ref(), amount.count(), *amount, date);
            }
            Effect::Open { thing, values } => self.begin(thing, date, values.clone()),
            Effect::Close { thing, why: Ending::Ended | Ending::Void } => {
                if let Some(kept) = self.things.get_mut(thing) {
                    kept.ended = true;
                }
            }
            Effect::Set { thing, key, value, from } => self.say(thing, key, value.clone(), *from),
            Effect::Warn { warning, code, about, args } => {
                let values = [("code", Value::from(code.as_str())), ("about", json!(about)), ("args", json!(args))];
                self.begin(warning, date, values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
            }
            Effect::Explain { warning, reason } => self.say(warning, "explained", reason.as_str().into(), date),
            Effect::Number { void: true, .. } => {}
            Effect::Number { series, year, n, .. } => {
                let last = self.series.entry((site.to_owned(), series.clone(), *year)).or_default();
                *last = (*last).max(*n);
            }
        }
    }

    fn begin(&mut self, thing: &Id, date: Date, values: BTreeMap<String, Value>) {
        if let Some((site, year, n)) = allotted(thing) {
            let last = self.allotted.entry((thing.kind().to_owned(), site.to_owned(), year)).or_default();
            *last = (*last).max(n);
        }
        let values = values.into_iter().map(|(key, value)| (key, vec![(date, value)])).collect();
        self.things.insert(thing.clone(), Kept { since: date, ended: false, values });
    }

    fn say(&mut self, thing: &Id, key: &str, value: Value, from: Date) {
        if let Some(kept) = self.things.get_mut(thing) {
            let line = kept.values.entry(key.to_owned()).or_default();
            line.push((from, value));
            line.sort_by_key(|(day, _)| *day);
        }
    }

    fn add(&mut self, place: &Id, item: &Id, lot: Option<&Id>, count: i64, like: Amount, date: Date) {
        let lot = lot.filter(|_| class(place) == Some(Class::Held)); // World places fold their lots together.
        let key = (place.clone(), item.clone(), lot.cloned());
        let now = self.holdings.get(&key).map_or(0, |a| a.count());
        self.holdings.insert(key, like.with_count(now + count));
        let month = self.months.entry((place.clone(), item.clone(), date.year(), date.month())).or_default();
        if count > 0 { month.0 += count } else { month.1 -= count }
    }

    fn thing(&self, id: &Id, date: Date) -> Option<Thing> {
        let kept = self.things.get(id)?;
        let values = kept.values.iter().filter_map(|(k, line)| Some((k.clone(), at(line, date)?.clone()))).collect();
        Some(Thing { id: id.clone(), open: !kept.ended, since: kept.since, values })
    }
}

fn at(line: &[(Date, Value)], date: Date) -> Option<&Value> {
    line.iter().rev().find(|(from, _)| *from <= date).map(|(_, value)| value).filter(|value| !value.is_null())
}

impl Ledger for PaperBook {
    fn life(&self, thing: &Id) -> Option<Life> {
        self.things.get(thing).map(|kept| Life { since: kept.since, ended: kept.ended })
    }

    fn value_at(&self, thing: &Id, key: &str, date: Date) -> Option<Cow<'_, Value>> {
        at(self.things.get(thing)?.values.get(key)?, date).map(Cow::Borrowed)
    }

    fn balance(&self, place: &Id, item: &Id, lot: Option<&Id>) -> i64 {
        self.holdings.get(&(place.clone(), item.clone(), lot.cloned())).map_or(0, |amount| amount.count())
    }

    fn turnover(&self, place: &Id, item: &Id, from: Date, to: Date) -> (i64, i64) {
        let months = (from.year(), from.month())..=(to.year(), to.month());
        let mine = self.months.iter().filter(|((p, i, y, m), _)| p == place && i == item && months.contains(&(*y, *m)));
        mine.fold((0, 0), |sum, (_, m)| (sum.0 + m.0, sum.1 + m.1))
    }

    fn last_number(&self, site: &str, series: &str, year: i32) -> u64 {
        self.series.get(&(site.to_owned(), series.to_owned(), year)).copied().unwrap_or(0)
    }

    fn last_allotted(&self, kind: &str, site: &str, year: i32) -> u64 {
        self.allotted.get(&(kind.to_owned(), site.to_owned(), year)).copied().unwrap_or(0)
    }
}

impl Ask for PaperBook {
    fn ask(&self, question: Question) -> Answer {
        match question {
            Question::Thing { id, date } => Answer::Thing(self.thing(&id, date)),
            Question::Things { kind, having, date } => {
                let fits = |id: &&Id| {
                    self.thing(id, date).is_some_and(|t| t.open && having.as_ref().is_none_or(|(k, v)| t.values.get(k) == Some(v)))
                };
                Answer::Ids(self.things.keys().filter(|id| id.kind() == kind).filter(fits).cloned().collect())
            }
            Question::Value { thing, key, date } => Answer::Value(self.value_at(&thing, &key, date).map_or(Value::Null, Cow::into_owned)),
            Question::Holding { place, item, lot } => {
                let mine = self.holdings.iter().filter(|((p, i, l), _)| *p == place && *i == item && (lot.is_none() || *l == lot));
                Answer::Amount(mine.map(|(_, a)| *a).reduce(|a, b| a.with_count(a.count() + b.count())))
            }
            Question::Holdings { place, place_kind, item } => {
                let fits = |p: &Id, i: &Id| {
                    place.as_ref().is_none_or(|x| x == p)
                        && place_kind.as_ref().is_none_or(|k| k == p.kind())
                        && item.as_ref().is_none_or(|x| x == i)
                };
                let some = self.holdings.iter().filter(|((p, i, _), a)| fits(p, i) && !a.is_zero());
                Answer::Holdings(
                    some.map(|((p, i, l), a)| Holding { place: p.clone(), item: i.clone(), lot: l.clone(), balance: *a }).collect(),
                )
            }
            Question::Turnover { place, item, from, to } => {
                let (inwards, outwards) = self.turnover(&place, &item, from, to);
                Answer::Turnover(inwards, outwards)
            }
            Question::Entries { about } => Answer::Entries(self.mentions.get(&about).cloned().unwrap_or_default()),
            Question::Decision { id } => Answer::Decision(self.decision(&id)),
            Question::Rule { name, date } => {
                let rules = self.things.keys().filter(|id| id.kind() == "rules").rev();
                let mut values = rules.filter_map(|id| self.value_at(id, &name, date));
                Answer::Value(values.next().map_or(Value::Null, Cow::into_owned))
            }
        }
    }
}
