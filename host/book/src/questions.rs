//! The nine questions, answered from the world for one site.

use crate::REFERENCE;
use crate::world::{Balance, Holdings, Holds, Kept, Month, TheBook, month_of};
use baara_plugin_api::ledger::Ledger;
use baara_plugin_api::{Amount, Answer, Ask, Date, Decision, Holding, Id, Mention, Question, Refusal, Thing, Unit, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a place has of an item, all lots together, and what came and went in some months.
#[derive(Clone, PartialEq, Debug)]
pub struct Sum {
    /// The place.
    pub place: Id,
    /// The item.
    pub item: Id,
    /// The item's unit and decimals.
    pub measure: (Unit, u8),
    /// In within the months, in the item's smallest unit.
    pub came: i64,
    /// Out within the months.
    pub went: i64,
    /// The balance at their end.
    pub closing: i64,
    /// The lots that are there now.
    pub lots: Vec<Id>,
}

/// The book as seen from one site.
pub struct View<'b> {
    book: &'b TheBook,
    site: String,
    open_counts: bool,
}

impl TheBook {
    /// The book as a command of `site` may question it.
    #[must_use]
    pub fn view(&self, site: &str) -> View<'_> {
        View { book: self, site: site.to_owned(), open_counts: false }
    }

    /// The same, with frozen places answered: only for the kinds that count them and for guards.
    #[must_use]
    pub fn view_counting(&self, site: &str) -> View<'_> {
        View { book: self, site: site.to_owned(), open_counts: true }
    }

    /// A thing with its values at a date.
    #[must_use]
    pub fn thing(&self, id: &Id, date: Date) -> Option<Thing> {
        let kept = self.kept(id)?;
        let life = kept.life();
        Some(Thing { id: id.clone(), open: life.ended.is_none(), since: life.since, values: kept.values(date) })
    }

    /// Every thing of a kind, ended ones too, by id.
    #[must_use]
    pub fn all_of(&self, kind: &str) -> Vec<Id> {
        let mut ids: Vec<Id> = self.open_of(kind).chain(self.index.ended.get(kind).into_iter().flatten().cloned()).collect();
        ids.sort_unstable();
        ids
    }

    /// Every open thing of a kind, by id.
    pub fn open_of(&self, kind: &str) -> impl Iterator<Item = Id> + use<> {
        let row = format!("{kind}/");
        let live = self.index.kinds.get(kind).into_iter().flatten().cloned();
        let mut ids: Vec<Id> = live.chain(self.shelf.all(&row, &self.index.texts).map(|(id, _)| id)).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The open things of a kind whose code begins with a site, by id.
    pub fn open_at(&self, kind: &str, site: &str) -> impl Iterator<Item = Id> + use<> {
        let first = Id::parse(&format!("{kind}/{site}")).ok();
        let live = self.index.kinds.get(kind).zip(first).map(|(ids, first)| ids.range(first..)).into_iter().flatten();
        let live = live.take_while(|id| id.code().starts_with(site)).filter(|id| id.site() == site).cloned();
        let row = format!("{kind}/{site}-");
        let mut ids: Vec<Id> = live.chain(self.shelf.all(&row, &self.index.texts).map(|(id, _)| id)).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The kinds of things there are.
    #[must_use]
    pub fn kinds_of_things(&self) -> Vec<String> {
        let mut kinds: Vec<String> =
            [&self.index.kinds, &self.index.ended].into_iter().flat_map(BTreeMap::keys).cloned().chain(self.shelf.kinds()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// All the dated values of a thing: key, from, value, seq.
    #[must_use]
    pub fn timeline(&self, id: &Id) -> Vec<(String, Date, Value, u64)> {
        self.kept(id).map(Kept::timeline).unwrap_or_default()
    }

    /// One attribute's text on a day, without gathering the others; `None` when it has none.
    #[must_use]
    pub fn text_of(&self, id: &Id, key: &str, date: Date) -> Option<String> {
        self.value_at(id, key, date).as_deref().and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The facility a thing belongs to on a day: a person's by attribute, all others' by their code.
    #[must_use]
    pub fn home(&self, id: &Id, date: Date) -> String {
        Ledger::home(self, id, date)
    }

    /// A parameter: the site's own at the date, else the general one.
    #[must_use]
    pub fn rule(&self, site: &str, name: &str, date: Date) -> Value {
        Ledger::rule(self, site, name, date)
    }

    /// Unit and decimals of an item.
    #[must_use]
    pub fn measure(&self, item: &Id) -> Option<(Unit, u8)> {
        Ledger::measure(self, item)
    }

    /// `count` of an item's smallest unit as an amount.
    #[must_use]
    pub fn amount(&self, item: &Id, count: i64) -> Amount {
        Ledger::amount(self, item, count)
    }

    /// Every holding, sorted by place, item and lot: place, item, lot, balance.
    #[must_use]
    pub fn all_holdings(&self) -> Vec<Holding> {
        self.gather(self.index.holdings.values().copied())
    }

    /// The sums of every place and item that fit, over whole months, sorted: one pass over their holdings.
    #[must_use]
    pub fn sums(&self, from: Date, to: Date, fits: impl Fn(&Id, &Id) -> bool) -> Vec<Sum> {
        let mut held: Vec<_> = self.index.holdings.iter().filter(|((place, item, _), _)| fits(place, item)).collect();
        held.sort_unstable_by_key(|(key, _)| *key);
        let (first, last) = (month_of(from), month_of(to));
        let mut sums: Vec<Sum> = Vec::new();
        for ((place, item, lot), entity) in held {
            let Some(balance) = self.world.get::<Balance>(*entity) else { continue };
            if sums.last().is_none_or(|sum| sum.place != *place || sum.item != *item) {
                let measure = self.amount(item, 0);
                let measure = (measure.unit(), measure.scale());
                sums.push(Sum { place: place.clone(), item: item.clone(), measure, came: 0, went: 0, closing: 0, lots: Vec::new() });
            }
            let sum = sums.last_mut().expect("just there");
            for month in balance.months.iter().filter(|month| month.month <= last) {
                sum.closing += month.came - month.went;
                if month.month >= first {
                    sum.came += month.came;
                    sum.went += month.went;
                }
            }
            sum.lots.extend(lot.iter().filter(|_| balance.now != 0).cloned());
        }
        sums
    }

    /// Every holding of a place, sorted.
    #[must_use]
    pub fn holdings_of(&self, place: &Id) -> Vec<Holding> {
        let inside = self.entity(place).and_then(|e| self.world.get::<Holdings>(e));
        self.gather(inside.map(Holdings::entities).unwrap_or_default().iter().copied())
    }

    fn gather(&self, entities: impl Iterator<Item = bevy_ecs::entity::Entity>) -> Vec<Holding> {
        let mut holdings: Vec<Holding> = entities
            .filter_map(|e| {
                let (holds, balance) = (self.world.get::<Holds>(e)?, self.world.get::<Balance>(e)?);
                Some(Holding {
                    place: holds.place.clone(),
                    item: holds.item.clone(),
                    lot: holds.lot.clone(),
                    balance: self.amount(&holds.item, balance.now),
                })
            })
            .collect();
        holdings.sort_unstable_by(|a, b| (&a.place, &a.item, &a.lot).cmp(&(&b.place, &b.item, &b.lot)));
        holdings
    }

    /// In and out of a place over whole months, all lots together, in the item's smallest unit.
    #[must_use]
    pub fn turnover(&self, place: &Id, item: &Id, from: Date, to: Date) -> (i64, i64) {
        let months = month_of(from)..=month_of(to);
        let inside = self.entity(place).and_then(|e| self.world.get::<Holdings>(e)).map(Holdings::entities).unwrap_or_default();
        let lines = inside.iter().filter(|e| self.world.get::<Holds>(**e).is_some_and(|h| h.item == *item));
        let months = lines.filter_map(|e| self.world.get::<Balance>(*e)).flat_map(|b| &b.months).filter(|m| months.contains(&m.month));
        months.fold((0, 0), |(came, went), Month { came: c, went: w, .. }| (came + c, went + w))
    }

    /// The balance of a place at the end of a month, all lots together.
    #[must_use]
    pub fn balance_at(&self, place: &Id, item: &Id, end: Date) -> i64 {
        let (came, went) = self.turnover(place, item, Date::MIN, end);
        came - went
    }

    /// A decision and what is left of its leave.
    #[must_use]
    pub fn decision(&self, id: &Id) -> Option<Decision> {
        Ledger::decision(self, id)
    }

    /// The seqs of the entries that opened or changed a thing, oldest first.
    #[must_use]
    pub fn touched(&self, id: &Id) -> Vec<u64> {
        self.kept(id).map(Kept::touched).unwrap_or_default()
    }

    /// The entries that concerned a thing.
    #[must_use]
    pub fn mentions(&self, id: &Id) -> Vec<Mention> {
        let index = &self.index;
        let line = |seq: u64| {
            let spine = index.spine.get(usize::try_from(seq - 1).ok()?)?;
            let by = Id::parse(index.texts.text(spine.by)?).ok()?;
            Some(Mention { seq, date: spine.date, kind: index.kind_names[usize::from(spine.kind)].clone(), by })
        };
        self.touched(id).into_iter().filter_map(line).collect()
    }

    /// The entries below `before` that fit, newest first, at most so many: kind, who, day decide.
    #[must_use]
    pub fn newest(&self, before: u64, most: usize, fits: impl Fn(&str, &Id, Date) -> bool) -> Vec<Mention> {
        let index = &self.index;
        let known = index.spine.len().min(usize::try_from(before.saturating_sub(1)).unwrap_or(usize::MAX));
        let lines = index.spine[..known].iter().enumerate().rev();
        let told = lines.filter_map(|(at, line)| {
            let (kind, by) = (&index.kind_names[usize::from(line.kind)], Id::parse(index.texts.text(line.by)?).ok()?);
            let fitting = fits(kind, &by, line.date);
            fitting.then(|| Mention { seq: at as u64 + 1, date: line.date, kind: kind.clone(), by })
        });
        told.take(most).collect()
    }

    /// True while two people count a place: nobody may see or move it.
    #[must_use]
    pub fn is_frozen(&self, place: &Id) -> bool {
        Ledger::is_frozen(self, place)
    }

    /// True while nothing but configuration, founding acts and pins is recorded: `init` is still at work.
    #[must_use]
    pub fn is_being_founded(&self) -> bool {
        self.index.kind_names.iter().all(|kind| matches!(kind.as_str(), "config/1" | "found/1" | "pin/1"))
    }

    /// Every name in the book that is a place or a thing; for search.
    pub fn names(&self) -> impl Iterator<Item = Id> {
        self.index.names.keys().cloned().chain(self.shelf.all("", &self.index.texts).map(|(id, _)| id))
    }
}

impl View<'_> {
    fn hidden(&self, place: &Id) -> bool {
        !self.open_counts && self.book.is_frozen(place)
    }
}

impl Ask for View<'_> {
    fn ask(&self, question: Question) -> Answer {
        let book = self.book;
        match question {
            Question::Thing { id, date } => Answer::Thing(book.thing(&id, date)),
            Question::Things { kind, having, date } => {
                let general = REFERENCE.contains(&kind.as_str());
                let has = |id: &Id| having.as_ref().is_none_or(|(key, value)| book.value_at(id, key, date).as_deref() == Some(value));
                if kind == "person" {
                    // A person follows their facility, so their code does not bound the search.
                    return Answer::Ids(book.open_of("person").filter(has).filter(|id| book.home(id, date) == self.site).collect());
                }
                Answer::Ids(if general {
                    book.open_of(&kind).filter(has).collect()
                } else {
                    book.open_at(&kind, &self.site).filter(has).collect()
                })
            }
            Question::Value { thing, key, date } => Answer::Value(book.value_at(&thing, &key, date).map_or(Value::Null, Cow::into_owned)),
            Question::Holding { place, .. } if self.hidden(&place) => frozen(&place),
            Question::Holding { place, item, lot: Some(lot) } => {
                let known = book.index.holdings.contains_key(&(place.clone(), item.clone(), Some(lot.clone())));
                Answer::Amount(known.then(|| book.amount(&item, book.balance(&place, &item, Some(&lot)))))
            }
            Question::Holding { place, item, lot: None } => {
                let all = book.holdings_of(&place).into_iter().filter(|h| h.item == item).map(|h| h.balance);
                Answer::Amount(all.reduce(|a, b| a.with_count(a.count() + b.count())))
            }
            Question::Holdings { place: Some(place), .. } if self.hidden(&place) => frozen(&place),
            Question::Holdings { place, place_kind, item } => {
                let fits = |p: &Id, i: &Id| {
                    p.site() == self.site
                        && place.as_ref().is_none_or(|place| place == p)
                        && place_kind.as_ref().is_none_or(|kind| kind == p.kind())
                        && item.as_ref().is_none_or(|item| item == i)
                };
                let mut found = match &place {
                    Some(place) => book.holdings_of(place),
                    None => book.gather(book.index.holdings.iter().filter(|((p, i, _), _)| fits(p, i)).map(|(_, e)| *e)),
                };
                found.retain(|h| fits(&h.place, &h.item) && !h.balance.is_zero() && !self.hidden(&h.place));
                Answer::Holdings(found)
            }
            Question::Turnover { place, .. } if self.hidden(&place) => frozen(&place),
            Question::Turnover { place, item, from, to } => {
                let (came, went) = book.turnover(&place, &item, from, to);
                Answer::Turnover(came, went)
            }
            Question::Entries { about } if self.hidden(&about) => frozen(&about),
            Question::Entries { about } => Answer::Entries(book.mentions(&about)),
            Question::Decision { id } => Answer::Decision(book.decision(&id)),
            Question::Rule { name, date } => Answer::Value(book.rule(&self.site, &name, date)),
        }
    }
}

fn frozen(place: &Id) -> Answer {
    Answer::Refused(Refusal::new("place/frozen").with("place", place))
}
