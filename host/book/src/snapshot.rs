//! The whole book in few bytes, and back. Same journal, same bytes: an entry may pin them by their hash.

use crate::TheBook;
use crate::pack::{Texts, Unpacked, put_count, put_date, put_signed, put_text, put_value};
use crate::shelf::Shelf;
use crate::world::{Balance, Dated, Kept, Life, Month, Spine, Timelines, Touched};
use baara_plugin_api::{Ending, Id};
use std::collections::BTreeMap;

/// The first bytes; another program's snapshot is not read but made again.
const FORM: &[u8] = b"baara-snapshot/1\n";

impl TheBook {
    /// Everything the book remembers. [`TheBook::recall`] gives the same book back.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = FORM.to_vec();
        put_count(&mut out, self.index.texts.iter().len() as u64);
        self.index.texts.iter().for_each(|text| put_text(&mut out, text, None));
        self.put_entries(&mut out);
        self.put_things(&mut out);
        self.put_holdings(&mut out);
        for series in [&self.index.series, &self.index.counters] {
            put_count(&mut out, series.len() as u64);
            for ((site, series, year), n) in series {
                put_text(&mut out, site, None);
                put_text(&mut out, series, None);
                put_signed(&mut out, i64::from(*year));
                put_count(&mut out, *n);
            }
        }
        self.shelf.pack(&mut out);
        out
    }

    fn put_entries(&self, out: &mut Vec<u8>) {
        let index = &self.index;
        put_count(out, index.kind_names.len() as u64);
        index.kind_names.iter().for_each(|kind| put_text(out, kind, None));
        let mut keys = vec![0; index.spine.len()];
        index.seen.iter().for_each(|(key, seq)| keys[*seq as usize - 1] = *key);
        put_count(out, index.spine.len() as u64);
        for (spine, key) in index.spine.iter().zip(keys) {
            put_date(out, spine.date);
            put_count(out, u64::from(spine.kind));
            put_count(out, u64::from(spine.by));
            out.extend_from_slice(&u64::to_le_bytes(key));
        }
        put_count(out, index.reversed.len() as u64);
        for (seq, by) in &index.reversed {
            put_count(out, *seq);
            put_count(out, *by);
        }
    }

    /// The names that are entities: things that were opened, and places that only hold.
    fn put_things(&self, out: &mut Vec<u8>) {
        let mut names: Vec<&Id> = self.index.names.keys().collect();
        names.sort_unstable();
        put_count(out, names.len() as u64);
        for id in names {
            put_text(out, id.as_str(), None);
            let Some(Kept::Live(life, timelines, touched)) = self.kept(id) else {
                out.push(NEVER_OPENED);
                continue;
            };
            out.push(life.ended.map_or(OPEN, |(_, why)| if why == Ending::Void { VOID } else { ENDED }));
            put_date(out, life.since);
            life.ended.iter().for_each(|(day, _)| put_date(out, *day));
            put_count(out, timelines.all().len() as u64);
            for dated in timelines.all() {
                put_text(out, &dated.key, self.index.texts.known(&dated.key));
                put_date(out, dated.from);
                put_count(out, dated.seq);
                put_value(out, &dated.value, &mut |text, _| self.index.texts.known(text));
            }
            put_count(out, touched.0.len() as u64);
            touched.0.iter().for_each(|seq| put_count(out, *seq));
        }
    }

    fn put_holdings(&self, out: &mut Vec<u8>) {
        let mut holdings: Vec<_> = self.index.holdings.iter().collect();
        holdings.sort_unstable_by_key(|(key, _)| *key);
        put_count(out, holdings.len() as u64);
        for ((place, item, lot), entity) in holdings {
            let balance = self.world.get::<Balance>(*entity).expect("a holding has a balance");
            put_text(out, place.as_str(), None);
            put_text(out, item.as_str(), None);
            put_text(out, lot.as_ref().map_or("", Id::as_str), None);
            put_signed(out, balance.now);
            put_count(out, balance.months.len() as u64);
            for month in &balance.months {
                [i64::from(month.month), month.came, month.went].iter().for_each(|n| put_signed(out, *n));
            }
        }
    }

    /// The book a snapshot was taken of; `None` when the bytes are not one.
    #[must_use]
    pub fn recall(bytes: &[u8]) -> Option<TheBook> {
        let (mut book, none) = (TheBook::new(), Texts::default());
        let mut from = Unpacked::new(bytes.strip_prefix(FORM)?, &none);
        let mut texts = Texts::default();
        for _ in 0..from.count()? {
            texts.number(from.text()?);
        }
        let mut from = Unpacked::new(from.rest(), &texts);
        book.get_entries(&mut from)?;
        book.get_things(&mut from, &texts)?;
        book.get_holdings(&mut from)?;
        book.index.series = get_series(&mut from)?;
        book.index.counters = get_series(&mut from)?;
        book.shelf = Shelf::unpack(&mut from)?;
        let whole = from.rest().is_empty();
        book.index.texts = texts;
        whole.then_some(book)
    }

    fn get_entries(&mut self, from: &mut Unpacked<'_>) -> Option<()> {
        for _ in 0..from.count()? {
            self.index.kind_names.push(from.text()?.to_owned());
        }
        let len = from.count()?;
        let room = usize::try_from(len).ok()?.min(from.rest().len() / 8);
        self.index.spine.reserve(room);
        self.index.seen.reserve(room);
        for seq in 1..=u32::try_from(len).ok()? {
            let date = from.date()?;
            let (kind, by) = (u16::try_from(from.count()?).ok()?, u32::try_from(from.count()?).ok()?);
            self.index.kind_names.get(usize::from(kind))?;
            self.index.spine.push(Spine { date, kind, by });
            match u64::from_le_bytes(from.bytes(8)?.try_into().ok()?) {
                0 => {}
                key => _ = self.index.seen.insert(key, seq),
            }
        }
        for _ in 0..from.count()? {
            self.index.reversed.insert(from.count()?, from.count()?);
        }
        Some(())
    }

    fn get_things(&mut self, from: &mut Unpacked<'_>, texts: &Texts) -> Option<()> {
        for _ in 0..from.count()? {
            let id = Id::parse(from.text()?).ok()?;
            let entity = self.named(&id);
            let state = *from.bytes(1)?.first()?;
            if state == NEVER_OPENED {
                continue;
            }
            let since = from.date()?;
            let ended = match state {
                OPEN => None,
                ENDED => Some((from.date()?, Ending::Ended)),
                VOID => Some((from.date()?, Ending::Void)),
                _ => return None,
            };
            let mut values = Vec::new();
            for _ in 0..from.count()? {
                let key = texts.text(texts.known(from.text()?)?)?.clone();
                let (from_day, seq, value) = (from.date()?, from.count()?, from.value()?);
                self.note_closing(&id, &key, &value);
                values.push(Dated { key, from: from_day, seq, value });
            }
            let touched = (0..from.count()?).map(|_| from.count()).collect::<Option<Vec<u64>>>()?;
            self.live(entity, &id, Life { since, ended }, Timelines::of(values), Touched(touched));
        }
        Some(())
    }

    fn get_holdings(&mut self, from: &mut Unpacked<'_>) -> Option<()> {
        for _ in 0..from.count()? {
            let mut id = || Id::parse(from.text()?).ok();
            let (place, item) = (id()?, id()?);
            let lot = Some(from.text()?).filter(|text| !text.is_empty()).map(Id::parse).transpose().ok()?;
            let now = from.signed()?;
            let mut months = Vec::new();
            for _ in 0..from.count()? {
                months.push(Month { month: i32::try_from(from.signed()?).ok()?, came: from.signed()?, went: from.signed()? });
            }
            self.holding((place, item, lot), Balance { now, months });
        }
        Some(())
    }
}

const NEVER_OPENED: u8 = 0;
const OPEN: u8 = 1;
const ENDED: u8 = 2;
const VOID: u8 = 3;

fn get_series(from: &mut Unpacked<'_>) -> Option<BTreeMap<(String, String, i32), u64>> {
    let mut series = BTreeMap::new();
    for _ in 0..from.count()? {
        let key = (from.text()?.to_owned(), from.text()?.to_owned(), i32::try_from(from.signed()?).ok()?);
        series.insert(key, from.count()?);
    }
    Some(series)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entry;
    use baara_plugin_api::{Amount, Command, Effects, Map, Value, items, json};

    /// Things opened, changed, ended and left alone; goods and francs in places; a number, a reversal, a closing.
    fn entries() -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut happens = |date: &str, kind: &str, effects: Effects| {
            let seq = entries.len() as u64 + 1;
            let cmd = Command {
                id: String::new(),
                site: "kon".to_owned(),
                kind: kind.to_owned(),
                by: Id::new("person", "kon-chef"),
                role: Id::new("role", "head"),
                date: date.parse().unwrap(),
                leave: None,
                fields: Map::new(),
            };
            entries.push(Entry { reverses: (kind == "reverse/1").then_some(2), ..Entry::next(seq, &cmd, effects.0) });
        };
        let (store, lot, maize) = (Id::new("store", "kon-magasin"), Id::new("lot", "kon-20-0001"), Id::new("item", "mais-grain"));
        let (fund, till) = (Id::new("fund", "kon-champ.sales"), Id::new("cash-box", "kon-caisse"));
        let kg = |n| Amount::new(n, 3, "1 kg".parse::<Amount>().unwrap().unit());
        let day = |text: &str| text.parse().unwrap();
        happens("2020-01-02", "config/1", Effects::new().open(&maize, [("unit", json!("kg")), ("scale", json!(3))]).open(&store, []));
        let sale =
            |n: u32| Effects::new().open(&Id::new("sale", &format!("kon-20-{n:04}")), [("lines", json!([{"item": "item/mais-grain"}]))]);
        happens("2020-02-02", "sale/1", sale(1).number("receipt").francs(5, &fund, &till));
        happens("2020-02-03", "sale/1", sale(2).warn("sale/to-staff", &[&store], [("n", "1".to_owned())]));
        happens(
            "2020-02-04",
            "sale/1",
            sale(3).close(&Id::new("sale", "kon-20-0001")).set(&store, "closed-until", "2020-01-31", day("2020-02-04")),
        );
        happens(
            "2020-03-04",
            "harvest/1",
            Effects::new().open(&lot, []).goods(&maize, kg(500), &Id::new("field", "kon-a"), &store, Some(&lot)),
        );
        happens("2020-03-05", "reverse/1", Effects(vec![baara_plugin_api::Effect::Close { thing: lot, why: Ending::Void }]));
        happens("2020-03-06", "rule/1", Effects::new().set(&store, "label", Value::Null, day("2020-03-07")).francs(7, &till, &fund));
        entries
    }

    fn told() -> TheBook {
        folded(&entries())
    }

    fn folded(entries: &[Entry]) -> TheBook {
        let mut book = TheBook::new();
        entries.iter().for_each(|entry| book.apply(entry));
        book
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let entries = entries();
        for (from, until) in (0..=entries.len()).flat_map(|from| (from..=entries.len()).map(move |until| (from, until))) {
            let (mut book, before) = (folded(&entries[..from]), folded(&entries[..from]));
            book.try_out();
            entries[from..until].iter().for_each(|entry| book.apply(entry));
            book.take_back();
            let same = |one: &TheBook, other: &TheBook| {
                assert!(one.snapshot() == other.snapshot(), "entries {from} to {until}");
                assert_eq!((one.digest(), &one.index.closed), (other.digest(), &other.index.closed), "entries {from} to {until}");
                assert_eq!((&one.index.kinds, &one.index.ended), (&other.index.kinds, &other.index.ended), "entries {from} to {until}");
            };
            same(&book, &before);
            book.try_out();
            entries[from..until].iter().for_each(|entry| book.apply(entry));
            book.keep();
            book.take_back(); // No trial lasts: this takes nothing.
            entries[until..].iter().for_each(|entry| book.apply(entry));
            same(&book, &folded(&entries));
        }
    }

    #[test]
    fn a_recalled_book_is_the_same_book() {
        let book = told();
        let bytes = book.snapshot();
        let again = TheBook::recall(&bytes).expect("it was just written");
        assert_eq!(again.digest(), book.digest());
        assert!(again.snapshot() == bytes, "and gives the same bytes");
        assert_eq!(again.all_of("sale"), book.all_of("sale"));
        assert_eq!(again.mentions(&Id::new("sale", "kon-20-0002")), book.mentions(&Id::new("sale", "kon-20-0002")));
        assert_eq!(again.balance(&Id::new("cash-box", "kon-caisse"), &items::xof(), None), -2);
        assert_eq!((again.seen(&format!("{:032x}", 3)), again.reversed_by(2)), (Some(3), Some(6)));
        assert_eq!(again.index.closed, book.index.closed);
        assert_eq!((again.kinds_of_things(), &again.index.ended), (book.kinds_of_things(), &book.index.ended));
    }

    #[test]
    fn damaged_bytes_never_panic() {
        let bytes = told().snapshot();
        for at in 0..bytes.len() {
            assert!(TheBook::recall(&bytes[..at]).is_none(), "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x41;
            let _ = TheBook::recall(&flipped); // What comes of it is never used: its hash is pinned.
        }
    }
}
