//! The book's memory: things with dated attributes and places with holdings, in a bevy_ecs `World`, and beside it
//! the things nobody has touched since they were opened, packed.

use crate::allot::allotted;
use crate::entry::Entry;
use crate::pack::Texts;
use crate::places::{Class, class};
use crate::shelf::{Packed, Shelf};
use crate::trial::{Remembers, Trial};
use baara_plugin_api::{Date, Datelike, Effect, Ending, Id, Value, items};
use bevy_ecs::prelude::*;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Since when a thing is, and how it ended.
#[derive(Component, Clone, Copy, Debug)]
#[component(immutable)]
pub(crate) struct Life {
    pub(crate) since: Date,
    pub(crate) ended: Option<(Date, Ending)>,
}

/// A thing's attributes: dated values, in order of key, then date, then recording.
///
/// One flat list a thing: most have few values, and there are as many things as sales.
#[derive(Component, Default, Debug)]
pub(crate) struct Timelines(Vec<Dated>);

/// A value from a date on, and the entry that said so.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) key: Arc<str>,
    pub(crate) from: Date,
    pub(crate) seq: u64,
    pub(crate) value: Value,
}

impl Timelines {
    pub(crate) fn of(values: Vec<Dated>) -> Timelines {
        Timelines(values)
    }

    /// All the values, in order of key, then date, then recording.
    pub(crate) fn all(&self) -> &[Dated] {
        &self.0
    }

    /// The values of one key, oldest first; empty when it was never set.
    pub(crate) fn line(&self, key: &str) -> &[Dated] {
        let first = self.0.partition_point(|dated| *dated.key < *key);
        let len = self.0[first..].partition_point(|dated| *dated.key == *key);
        &self.0[first..first + len]
    }

    /// The values of each key, by key.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[Dated]> {
        self.0.chunk_by(|a, b| a.key == b.key)
    }

    /// Puts a value where it belongs, and tells where that is.
    fn say(&mut self, dated: Dated) -> usize {
        let place = self.0.partition_point(|d| (&*d.key, d.from) <= (&*dated.key, dated.from));
        self.0.insert(place, dated);
        place
    }
}

/// The seqs of the entries that opened or changed a thing.
#[derive(Component, Default, Debug)]
pub(crate) struct Touched(pub(crate) Vec<u64>);

/// The place a holding is in.
#[derive(Component, Debug)]
#[relationship(relationship_target = Holdings)]
pub(crate) struct In(pub(crate) Entity);

/// The holdings of a place. Kept by the ECS; read only.
#[derive(Component, Debug)]
#[relationship_target(relationship = In)]
pub(crate) struct Holdings(Vec<Entity>);

impl Holdings {
    pub(crate) fn entities(&self) -> &[Entity] {
        &self.0
    }
}

/// What a holding holds.
#[derive(Component, Clone, Debug)]
#[component(immutable)]
pub(crate) struct Holds {
    pub(crate) place: Id,
    pub(crate) item: Id,
    pub(crate) lot: Option<Id>,
}

/// How much, in the item's smallest unit, and its in and out by month.
///
/// The one exception to "change is insert": `apply` alone mutates it, since inserting would copy its months.
#[derive(Component, Default, Debug)]
pub(crate) struct Balance {
    pub(crate) now: i64,
    pub(crate) months: Vec<Month>,
}

/// What came and went in one month (`year × 12 + month - 1`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Month {
    pub(crate) month: i32,
    pub(crate) came: i64,
    pub(crate) went: i64,
}

/// What an entry left behind besides its effects: when, what and who.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spine {
    pub(crate) date: Date,
    /// Its place in [`Index::kind_names`].
    pub(crate) kind: u16,
    /// Its number in [`Index::texts`].
    pub(crate) by: u32,
}

/// The indexes over the world, all derived.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) names: FxHashMap<Id, Entity>,
    /// The open things of each kind, and those that ended.
    pub(crate) kinds: BTreeMap<String, BTreeSet<Id>>,
    pub(crate) ended: BTreeMap<String, BTreeSet<Id>>,
    pub(crate) holdings: FxHashMap<(Id, Id, Option<Id>), Entity>,
    pub(crate) series: BTreeMap<(String, String, i32), u64>,
    pub(crate) counters: BTreeMap<(String, String, i32), u64>,
    pub(crate) kind_names: Vec<String>,
    pub(crate) spine: Vec<Spine>,
    pub(crate) reversed: BTreeMap<u64, u64>,
    /// The entry of each command id seen.
    pub(crate) seen: FxHashMap<u64, u32>,
    /// Texts that many things say, kept once.
    pub(crate) texts: Texts,
    /// Until when a place or facility is closed: the newest closing of each.
    pub(crate) closed: FxHashMap<Id, Date>,
}

/// The book: a world that only [`TheBook::apply`] changes.
pub struct TheBook {
    pub(crate) world: World,
    pub(crate) shelf: Shelf,
    pub(crate) index: Index,
    pub(crate) trial: Option<Trial>,
}

/// A thing as it is kept: an entity, or packed on the shelf.
#[derive(Clone, Copy)]
pub(crate) enum Kept<'b> {
    Live(&'b Life, &'b Timelines, &'b Touched),
    Packed(Packed<'b>),
}

impl<'b> Kept<'b> {
    pub(crate) fn life(self) -> Life {
        match self {
            Kept::Live(life, ..) => *life,
            Kept::Packed(packed) => Life { since: packed.since, ended: None },
        }
    }

    /// An attribute at a date; `null` counts as none.
    pub(crate) fn value(self, key: &str, date: Date) -> Option<Cow<'b, Value>> {
        match self {
            Kept::Live(_, timelines, _) => at(timelines.line(key), date).map(Cow::Borrowed),
            Kept::Packed(packed) => (packed.since <= date).then(|| packed.value(key))?.map(Cow::Owned),
        }
    }

    /// All attributes at a date.
    pub(crate) fn values(self, date: Date) -> BTreeMap<String, Value> {
        match self {
            Kept::Live(_, timelines, _) => {
                timelines.lines().filter_map(|line| Some((line[0].key.to_string(), at(line, date)?.clone()))).collect()
            }
            Kept::Packed(packed) if packed.since <= date => {
                packed.values().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)).collect()
            }
            Kept::Packed(_) => BTreeMap::new(),
        }
    }

    /// All dated values: key, from, value, seq.
    pub(crate) fn timeline(self) -> Vec<(String, Date, Value, u64)> {
        match self {
            Kept::Live(_, timelines, _) => timelines.all().iter().map(|d| (d.key.to_string(), d.from, d.value.clone(), d.seq)).collect(),
            Kept::Packed(packed) => packed.values().map(|(key, value)| (key.to_owned(), packed.since, value, packed.seq)).collect(),
        }
    }

    /// The seqs of the entries that opened or changed it, oldest first.
    pub(crate) fn touched(self) -> Vec<u64> {
        match self {
            Kept::Live(_, _, touched) => touched.0.clone(),
            Kept::Packed(packed) => vec![packed.seq],
        }
    }
}

impl Default for TheBook {
    fn default() -> TheBook {
        TheBook::new()
    }
}

/// The month's number, `year × 12 + month - 1`.
#[must_use]
pub fn month_of(date: Date) -> i32 {
    date.year() * 12 + i32::try_from(date.month0()).expect("a month is below 12")
}

/// The command id as a number, for the index of those seen. Ids are random at their end: it is mixed in well.
fn command_key(id: &str) -> u64 {
    let add = |key: u64, byte: u8| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3); // FNV-1a.
    id.bytes().fold(0xcbf2_9ce4_8422_2325, add)
}

impl TheBook {
    /// An empty book.
    #[must_use]
    pub fn new() -> TheBook {
        TheBook { world: World::new(), shelf: Shelf::default(), index: Index::default(), trial: None }
    }

    /// How many entries it has folded.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.index.spine.len() as u64
    }

    /// The entry that recorded a command with this id, or with one that has the same key: compare before you believe.
    #[must_use]
    pub fn seen(&self, command_id: &str) -> Option<u64> {
        self.index.seen.get(&command_key(command_id)).copied().map(u64::from)
    }

    /// The entry that reversed or corrected `seq`, if one did.
    #[must_use]
    pub fn reversed_by(&self, seq: u64) -> Option<u64> {
        self.index.reversed.get(&seq).copied()
    }

    /// Every entry that was reversed or corrected with the entry that did it, from the youngest such entry on.
    pub fn reversals(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut all: Vec<(u64, u64)> = self.index.reversed.iter().map(|(seq, by)| (*seq, *by)).collect();
        all.sort_unstable_by_key(|(_, by)| std::cmp::Reverse(*by));
        all.into_iter()
    }

    /// The entry that opened a thing.
    #[must_use]
    pub fn opened_by(&self, thing: &Id) -> Option<u64> {
        match self.kept(thing)? {
            Kept::Live(_, _, touched) => touched.0.first().copied(),
            Kept::Packed(packed) => Some(packed.seq),
        }
    }

    /// The last number taken of a host series of a site and year.
    #[must_use]
    pub fn last_number(&self, site: &str, series: &str, year: i32) -> u64 {
        self.index.series.get(&(site.to_owned(), series.to_owned(), year)).copied().unwrap_or(0)
    }

    pub(crate) fn entity(&self, id: &Id) -> Option<Entity> {
        self.index.names.get(id).copied()
    }

    /// A thing that was opened.
    pub(crate) fn kept(&self, id: &Id) -> Option<Kept<'_>> {
        match self.entity(id) {
            Some(entity) => {
                let entity = self.world.get_entity(entity).ok()?;
                Some(Kept::Live(entity.get::<Life>()?, entity.get::<Timelines>()?, entity.get::<Touched>()?))
            }
            None => self.shelf.get(id, &self.index.texts).map(Kept::Packed),
        }
    }

    pub(crate) fn life(&self, id: &Id) -> Option<Life> {
        self.kept(id).map(Kept::life)
    }

    /// True for a thing that was opened and has not ended.
    #[must_use]
    pub fn is_open(&self, thing: &Id) -> bool {
        self.life(thing).is_some_and(|life| life.ended.is_none())
    }

    /// An attribute at a date; `null` counts as none.
    #[must_use]
    pub fn value_at(&self, thing: &Id, key: &str, date: Date) -> Option<Cow<'_, Value>> {
        self.kept(thing)?.value(key, date)
    }

    /// The balance of a holding, in the item's smallest unit.
    #[must_use]
    pub fn balance(&self, place: &Id, item: &Id, lot: Option<&Id>) -> i64 {
        let key = (place.clone(), item.clone(), lot.cloned());
        let found = self.index.holdings.get(&key).and_then(|e| self.world.get::<Balance>(*e));
        found.map_or(0, |balance| balance.now)
    }

    /// Folds an entry in. It has happened: nothing here can fail.
    pub fn apply<Form>(&mut self, entry: &Entry<Form>) {
        let posted = self.posted(entry);
        for effect in &entry.effects {
            self.fold(entry, effect, posted);
        }
        let (key, reverses) = (command_key(&entry.id), entry.reverses);
        self.note(|book| {
            let seen = book.index.seen.get(&key).copied();
            let reversed = reverses.map(|seq| (seq, book.index.reversed.get(&seq).copied()));
            move |book| {
                book.index.seen.put_back(key, seen);
                reversed.into_iter().for_each(|(seq, by)| book.index.reversed.put_back(seq, by));
            }
        });
        let index = &mut self.index;
        let kind = index.kind_names.iter().position(|k| *k == entry.kind).unwrap_or_else(|| {
            index.kind_names.push(entry.kind.clone());
            index.kind_names.len() - 1
        });
        let kind = u16::try_from(kind).expect("fewer than 65 536 kinds");
        index.spine.push(Spine { date: entry.date, kind, by: index.texts.number(entry.by.0.as_str()) });
        index.seen.insert(key, u32::try_from(index.spine.len()).expect("fewer than 2³² entries"));
        if let Some(seq) = reverses {
            index.reversed.insert(seq, entry.seq);
        }
    }

    /// The first open day of all the places an entry moves: money reports go by it.
    fn posted<Form>(&self, entry: &Entry<Form>) -> Date {
        let closed = &self.index.closed;
        if closed.is_empty() {
            return entry.date;
        }
        let facility = closed.get(&Id::new("facility", &entry.site));
        let places = entry.effects.iter().filter_map(|e| if let Effect::Move { from, to, .. } = e { Some([from, to]) } else { None });
        let until = places.flatten().filter_map(|place| closed.get(place)).chain(facility).max();
        until.and_then(|day| day.succ_opt()).map_or(entry.date, |day| day.max(entry.date))
    }

    /// The posting day of an entry already folded: never before what was closed when it was recorded.
    ///
    /// A closing recorded later does not move it: closings carry their own seq.
    #[must_use]
    pub fn posted_as_kept(&self, entry: &Entry) -> Date {
        let closed_then = |id: &Id| {
            self.index.closed.get(id)?; // Most places were never closed.
            let line = self.entity(id).and_then(|e| self.world.get::<Timelines>(e)).map_or(&[][..], |t| t.line("closed-until"));
            let days = line.iter().filter(|d| d.seq < entry.seq);
            days.filter_map(|d| d.value.as_str().and_then(|s| s.parse::<Date>().ok())).max()
        };
        let places = entry.effects.iter().filter_map(|e| if let Effect::Move { from, to, .. } = e { Some([from, to]) } else { None });
        let closed = places.flatten().filter_map(closed_then).chain(closed_then(&Id::new("facility", &entry.site))).max();
        closed.and_then(|day| day.succ_opt()).map_or(entry.date, |day| day.max(entry.date))
    }

    fn fold<Form>(&mut self, entry: &Entry<Form>, effect: &Effect, posted: Date) {
        match effect {
            Effect::Move { item, amount, from, to, lot } => {
                let month = month_of(if *item == items::xof() || *item == items::leave() { posted } else { entry.date });
                self.shift(from, item, lot.as_ref(), -amount.count(), month);
                self.shift(to, item, lot.as_ref(), amount.count(), month);
                lot.iter().for_each(|lot| self.touch(lot, entry.seq));
            }
            Effect::Open { thing, values } => {
                values.iter().for_each(|(key, value)| self.note_closing(thing, key, value));
                self.begin(thing, entry, values);
            }
            Effect::Close { thing, why } => {
                let entity = self.named(thing);
                let life = self.world.get::<Life>(entity).copied();
                let since = life.map_or(entry.date, |life| life.since);
                self.note(|_| {
                    move |book| match life {
                        Some(life) => _ = book.world.entity_mut(entity).insert(life),
                        None => _ = book.world.entity_mut(entity).remove::<Life>(),
                    }
                });
                self.world.entity_mut(entity).insert(Life { since, ended: Some((entry.date, *why)) });
                if self.index.kinds.get_mut(thing.kind()).is_some_and(|open| open.remove(thing)) {
                    self.note(|_| {
                        let thing = thing.clone();
                        move |book| _ = book.index.kinds.entry(thing.kind().to_owned()).or_default().insert(thing)
                    });
                    self.list(thing, true);
                }
                self.touch(thing, entry.seq);
            }
            Effect::Set { thing, key, value, from } => {
                self.say(thing, key, value, *from, entry.seq);
                self.touch(thing, entry.seq);
            }
            Effect::Warn { warning, code, about, args } => {
                let about: Vec<Value> = about.iter().map(|id| Value::from(id.as_str())).collect();
                let args: Value = args.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
                let values = [("code", Value::from(code.as_str())), ("about", about.into()), ("args", args)];
                self.begin(warning, entry, &values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
            }
            Effect::Explain { warning, reason } => {
                self.say(warning, "explained", &Value::from(reason.as_str()), entry.date, entry.seq);
                self.touch(warning, entry.seq);
            }
            Effect::Number { series, year, n, void } => {
                if !void {
                    let key = (entry.site.clone(), series.clone(), *year);
                    self.note(|book| {
                        let (key, was) = (key.clone(), book.index.series.get(&key).copied());
                        move |book| book.index.series.put_back(key, was)
                    });
                    let last = self.index.series.entry(key).or_default();
                    *last = (*last).max(*n);
                }
            }
        }
    }

    fn begin<Form>(&mut self, thing: &Id, entry: &Entry<Form>, values: &BTreeMap<String, Value>) {
        if let Some((site, year, n)) = allotted(thing) {
            let key = (thing.kind().to_owned(), site.to_owned(), year);
            self.note(|book| {
                let (key, was) = (key.clone(), book.index.counters.get(&key).copied());
                move |book| book.index.counters.put_back(key, was)
            });
            let last = self.index.counters.entry(key).or_default();
            *last = (*last).max(n);
        }
        self.note(|book| {
            let mark = book.shelf.mark(thing);
            move |book| mark.into_iter().for_each(|mark| book.shelf.cut(mark))
        });
        if self.entity(thing).is_none() && self.shelf.put(&mut self.index.texts, thing, entry.date, entry.seq, values) {
            return;
        }
        let dated = values.iter().map(|(key, value)| Dated {
            key: self.index.texts.shared(key),
            from: entry.date,
            seq: entry.seq,
            value: value.clone(),
        });
        let timelines = Timelines::of(dated.collect());
        let entity = self.named(thing);
        self.live(entity, thing, Life { since: entry.date, ended: None }, timelines, Touched(vec![entry.seq]));
    }

    /// Makes an entity a thing.
    pub(crate) fn live(&mut self, entity: Entity, thing: &Id, life: Life, timelines: Timelines, touched: Touched) {
        if self.trial.is_some() {
            let before = self.world.entity_mut(entity).take::<(Life, Timelines, Touched)>(); // Most often nothing.
            self.note(|_| {
                move |book| {
                    let mut entity = book.world.entity_mut(entity);
                    match before {
                        Some(before) => _ = entity.insert(before),
                        None => _ = entity.remove::<(Life, Timelines, Touched)>(),
                    }
                }
            });
        }
        self.world.entity_mut(entity).insert((life, timelines, touched));
        self.list(thing, life.ended.is_some());
    }

    /// Lists a thing among the open ones of its kind, or among those that ended.
    fn list(&mut self, thing: &Id, ended: bool) {
        fn lists(book: &mut TheBook, ended: bool) -> &mut BTreeMap<String, BTreeSet<Id>> {
            if ended { &mut book.index.ended } else { &mut book.index.kinds }
        }
        let new_kind = if let Some(ids) = lists(self, ended).get_mut(thing.kind()) {
            if !ids.insert(thing.clone()) {
                return;
            }
            false
        } else {
            lists(self, ended).insert(thing.kind().to_owned(), [thing.clone()].into());
            true
        };
        self.note(|_| {
            let thing = thing.clone();
            move |book| {
                let lists = lists(book, ended);
                if new_kind {
                    lists.remove(thing.kind());
                } else if let Some(ids) = lists.get_mut(thing.kind()) {
                    ids.remove(&thing);
                }
            }
        });
    }

    /// Keeps until when a place or facility is closed.
    pub(crate) fn note_closing(&mut self, thing: &Id, key: &str, value: &Value) {
        if key == "closed-until"
            && let Some(day) = value.as_str().and_then(|s| s.parse().ok())
        {
            self.note(|book| {
                let (thing, was) = (thing.clone(), book.index.closed.get(thing).copied());
                move |book| book.index.closed.put_back(thing, was)
            });
            let kept = self.index.closed.entry(thing.clone()).or_insert(day);
            *kept = (*kept).max(day);
        }
    }

    fn say(&mut self, thing: &Id, key: &str, value: &Value, from: Date, seq: u64) {
        self.note_closing(thing, key, value);
        let entity = self.named(thing);
        if let Some(mut timelines) = self.world.get_mut::<Timelines>(entity) {
            let place = timelines.say(Dated { key: self.index.texts.shared(key), from, seq, value: value.clone() });
            self.note(|_| move |book| book.world.get_mut::<Timelines>(entity).iter_mut().for_each(|t| _ = t.0.remove(place)));
        }
    }

    fn touch(&mut self, thing: &Id, seq: u64) {
        let entity = self.named(thing);
        if let Some(mut touched) = self.world.get_mut::<Touched>(entity)
            && touched.0.last() != Some(&seq)
        {
            touched.0.push(seq);
            self.note(|_| move |book| book.world.get_mut::<Touched>(entity).iter_mut().for_each(|t| _ = t.0.pop()));
        }
    }

    /// The entity of a name; a thing on the shelf is taken off it.
    pub(crate) fn named(&mut self, id: &Id) -> Entity {
        if let Some(entity) = self.entity(id) {
            return entity;
        }
        let entity = self.world.spawn_empty().id();
        self.index.names.insert(id.clone(), entity);
        self.note(|_| {
            let id = id.clone();
            move |book| {
                book.index.names.remove(&id);
                book.world.despawn(entity);
            }
        });
        if let Some(packed) = self.shelf.get(id, &self.index.texts) {
            let (since, seq) = (packed.since, packed.seq);
            let values: Vec<(String, Value)> = packed.values().map(|(key, value)| (key.to_owned(), value)).collect();
            let dated = values.into_iter().map(|(key, value)| Dated { key: self.index.texts.shared(&key), from: since, seq, value });
            let timelines = Timelines::of(dated.collect());
            if let Some(start) = self.shelf.take(id) {
                self.note(|_| {
                    let id = id.clone();
                    move |book| book.shelf.lay_back(&id, start)
                });
            }
            self.live(entity, id, Life { since, ended: None }, timelines, Touched(vec![seq]));
        }
        entity
    }

    /// A new holding in its place.
    pub(crate) fn holding(&mut self, key: (Id, Id, Option<Id>), balance: Balance) -> Entity {
        let home = self.named(&key.0);
        let holds = Holds { place: key.0.clone(), item: key.1.clone(), lot: key.2.clone() };
        let entity = self.world.spawn((holds, balance, In(home))).id();
        self.note(|_| {
            let key = key.clone();
            move |book| {
                book.index.holdings.remove(&key);
                book.world.despawn(entity);
            }
        });
        self.index.holdings.insert(key, entity);
        entity
    }

    fn shift(&mut self, place: &Id, item: &Id, lot: Option<&Id>, count: i64, month: i32) {
        let lot = lot.filter(|_| class(place) == Some(Class::Held)).cloned(); // World places fold their lots together.
        let key = (place.clone(), item.clone(), lot);
        let known = self.index.holdings.get(&key).copied();
        let entity = known.unwrap_or_else(|| self.holding(key, Balance::default()));
        let mut balance = self.world.get_mut::<Balance>(entity).expect("a holding has a balance");
        let at = balance.months.partition_point(|m| m.month < month);
        let (now, known) = (balance.now, balance.months.get(at).copied().filter(|m| m.month == month));
        if known.is_none() {
            balance.months.insert(at, Month { month, came: 0, went: 0 });
        }
        balance.now += count;
        let line = &mut balance.months[at];
        if count >= 0 {
            line.came += count
        } else {
            line.went -= count
        }
        self.note(|_| {
            move |book| {
                let mut balance = book.world.get_mut::<Balance>(entity).expect("a holding has a balance");
                balance.now = now;
                match known {
                    Some(known) => balance.months[at] = known,
                    None => _ = balance.months.remove(at),
                }
            }
        });
    }
}

/// The value of a timeline at a date; `null` counts as none.
pub(crate) fn at(line: &[Dated], date: Date) -> Option<&Value> {
    let n = line.partition_point(|dated| dated.from <= date);
    line[..n].last().map(|dated| &dated.value).filter(|value| !value.is_null())
}
