//! Things that nobody has touched since they were opened, packed: most are sales, and there are as many as entries.
//!
//! They need no entity: the id itself says where they lie. The first touch takes them off the shelf for good.

use crate::pack::{Texts, Unpacked, is_common, put_count, put_date, put_text, put_value};
use baara_plugin_api::{Date, Id, Value};
use std::collections::BTreeMap;
use std::ops::Bound;

/// Rows by the beginning their ids share, `sale/kon-20-`.
#[derive(Default, Debug)]
pub(crate) struct Shelf {
    rows: BTreeMap<Box<str>, Row>,
}

/// Things by number. A start is one more than the place in `bytes`, 0 where nothing lies.
#[derive(Default, Debug)]
struct Row {
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

/// How a row was before a thing was put there: its lengths, if there was such a row, and the start at that number.
pub(crate) struct Mark {
    row: Box<str>,
    n: usize,
    start: Option<u32>,
    lens: Option<(usize, usize)>,
}

/// The most numbers left free in a row: ids come nearly in order, and an odd one is kept as an entity.
const GAP: usize = 1024;

/// A thing on the shelf, with the values it was opened with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed<'b> {
    pub(crate) since: Date,
    pub(crate) seq: u64,
    values: Unpacked<'b>,
    len: u64,
}

impl Shelf {
    /// Lays a new thing on the shelf; `false` when its id is not one the host allotted.
    pub(crate) fn put(&mut self, texts: &mut Texts, id: &Id, since: Date, seq: u64, values: &BTreeMap<String, Value>) -> bool {
        let Some((row, n)) = slot(id) else { return false };
        if !self.rows.contains_key(row) {
            self.rows.insert(row.into(), Row::default());
        }
        let row = self.rows.get_mut(row).expect("just there");
        let Ok(start) = u32::try_from(row.bytes.len() + 1) else { return false };
        if n > row.starts.len() + GAP || row.starts.get(n).is_some_and(|start| *start != 0) {
            return false;
        }
        row.starts.resize(row.starts.len().max(n + 1), 0);
        row.starts[n] = start;
        put_date(&mut row.bytes, since);
        put_count(&mut row.bytes, seq);
        put_count(&mut row.bytes, values.len() as u64);
        for (key, value) in values {
            put_text(&mut row.bytes, key, Some(texts.number(key)));
            put_value(&mut row.bytes, value, &mut |text, sure| (sure || is_common(text)).then(|| texts.number(text)));
        }
        true
    }

    /// A thing on the shelf.
    pub(crate) fn get<'b>(&'b self, id: &Id, texts: &'b Texts) -> Option<Packed<'b>> {
        let (row, n) = slot(id)?;
        self.rows.get(row)?.get(n, texts)
    }

    /// Takes a thing off the shelf. Its bytes stay: few are ever taken, and the row is still a function of the journal.
    /// Gives where it lay, for [`Shelf::lay_back`].
    pub(crate) fn take(&mut self, id: &Id) -> Option<u32> {
        let start = self.start(id)?;
        Some(std::mem::take(start))
    }

    /// Undoes [`Shelf::take`].
    pub(crate) fn lay_back(&mut self, id: &Id, lay: u32) {
        self.start(id).into_iter().for_each(|start| *start = lay);
    }

    fn start(&mut self, id: &Id) -> Option<&mut u32> {
        let (row, n) = slot(id)?;
        self.rows.get_mut(row)?.starts.get_mut(n)
    }

    /// How the row of a thing is before that thing is put there, for [`Shelf::cut`].
    pub(crate) fn mark(&self, id: &Id) -> Option<Mark> {
        let (row, n) = slot(id)?;
        let lens = self.rows.get(row).map(|row| (row.starts.len(), row.bytes.len()));
        Some(Mark { row: row.into(), n, start: self.rows.get(row).and_then(|row| row.starts.get(n).copied()), lens })
    }

    /// Undoes [`Shelf::put`], whatever it answered.
    pub(crate) fn cut(&mut self, mark: Mark) {
        let Some((starts, bytes)) = mark.lens else {
            self.rows.remove(&mark.row);
            return;
        };
        let Some(row) = self.rows.get_mut(&mark.row) else { return };
        row.starts.truncate(starts);
        row.bytes.truncate(bytes);
        if let (Some(start), Some(was)) = (row.starts.get_mut(mark.n), mark.start) {
            *start = was;
        }
    }

    /// The things whose ids begin with a text that ends in `/` or `-`.
    pub(crate) fn all<'b>(&'b self, beginning: &'b str, texts: &'b Texts) -> impl Iterator<Item = (Id, Packed<'b>)> {
        let rows = self.rows.range::<str, _>((Bound::Included(beginning), Bound::Unbounded));
        let rows = rows.take_while(move |(name, _)| name.starts_with(beginning));
        rows.flat_map(move |(name, row)| {
            (0..row.starts.len()).filter_map(move |n| Some((Id::parse(&format!("{name}{:04}", n + 1)).ok()?, row.get(n, texts)?)))
        })
    }

    /// The kinds of things that lie or lay here.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = String> {
        self.rows.keys().filter_map(|name| Some(name.split_once('/')?.0.to_owned()))
    }

    /// Writes all of it for the snapshot.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        put_count(out, self.rows.len() as u64);
        for (name, row) in &self.rows {
            put_text(out, name, None);
            put_count(out, row.starts.len() as u64);
            row.starts.iter().for_each(|start| out.extend_from_slice(&start.to_le_bytes()));
            put_count(out, row.bytes.len() as u64);
            out.extend_from_slice(&row.bytes);
        }
    }

    /// Reads what [`Shelf::pack`] wrote.
    pub(crate) fn unpack(from: &mut Unpacked<'_>) -> Option<Shelf> {
        let mut shelf = Shelf::default();
        for _ in 0..from.count()? {
            let name = from.text()?;
            let starts = from.count()?;
            let (starts, _) = from.bytes(starts.checked_mul(4)?)?.as_chunks();
            let starts = starts.iter().map(|start| u32::from_le_bytes(*start)).collect();
            let len = from.count()?;
            shelf.rows.insert(name.into(), Row { starts, bytes: from.bytes(len)?.to_vec() });
        }
        Some(shelf)
    }
}

impl Row {
    fn get<'b>(&'b self, n: usize, texts: &'b Texts) -> Option<Packed<'b>> {
        let start = self.starts.get(n)?.checked_sub(1)?;
        let mut bytes = Unpacked::new(self.bytes.get(usize::try_from(start).ok()?..)?, texts);
        Some(Packed { since: bytes.date()?, seq: bytes.count()?, len: bytes.count()?, values: bytes })
    }
}

impl<'b> Packed<'b> {
    /// Its values, by key.
    pub(crate) fn values(self) -> impl Iterator<Item = (&'b str, Value)> {
        let mut values = self.values;
        (0..self.len).map_while(move |_| Some((values.text()?, values.value()?)))
    }

    /// One value; `null` counts as none.
    pub(crate) fn value(self, key: &str) -> Option<Value> {
        let mut values = self.values;
        for _ in 0..self.len {
            if values.text()? == key {
                return values.value().filter(|value| !value.is_null());
            }
            values.skip()?;
        }
        None
    }
}

/// `sale/kon-20-0007` lies in the row `sale/kon-20-`, seventh: `Some(("sale/kon-20-", 6))`.
fn slot(id: &Id) -> Option<(&str, usize)> {
    let mut parts = id.code().split('-');
    let (_, year, digits) = (parts.next()?, parts.next()?, parts.next()?);
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let as_allotted = digits.len() == 4 || digits.len() > 4 && !digits.starts_with('0');
    if parts.next().is_some() || year.len() != 2 || !numeric(year) || !numeric(digits) || !as_allotted {
        return None;
    }
    let n = digits.parse::<usize>().ok()?.checked_sub(1)?;
    Some((&id.as_str()[..id.as_str().len() - digits.len()], n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    #[test]
    fn only_what_the_host_allotted_has_a_place() {
        let at = |text: &str| slot(&Id::parse(text).unwrap()).map(|(row, n)| (row.to_owned(), n));
        assert_eq!(at("sale/kon-20-0007"), Some(("sale/kon-20-".to_owned(), 6)));
        assert_eq!(at("sale/kon-20-12345"), Some(("sale/kon-20-".to_owned(), 12_344)));
        for other in ["sale/kon-20-00007", "sale/kon-20-0000", "sale/kon-2020-0007", "sale/kon-20-x", "store/kon-magasin", "a/b-20-1"] {
            assert_eq!(at(other), None, "{other}");
        }
    }

    #[test]
    fn a_thing_on_the_shelf_is_found_by_its_id_until_it_is_taken() {
        let (mut shelf, mut texts) = (Shelf::default(), Texts::default());
        let day = "2020-06-12".parse().unwrap();
        let values = BTreeMap::from([("unit".to_owned(), json!("farm/kon-champ")), ("x".to_owned(), Value::Null)]);
        let id = |n: usize| Id::parse(&format!("sale/kon-20-{n:04}")).unwrap();
        for n in [1, 3] {
            assert!(shelf.put(&mut texts, &id(n), day, 40 + n as u64, &values));
        }
        assert!(!shelf.put(&mut texts, &id(1), day, 50, &values), "it lies there already");
        assert!(!shelf.put(&mut texts, &id(9000), day, 50, &values), "too far from the others");
        let found = shelf.get(&id(3), &texts).unwrap();
        assert_eq!((found.since, found.seq, found.value("unit"), found.value("x")), (day, 43, Some(json!("farm/kon-champ")), None));
        assert_eq!(found.values().count(), 2);
        shelf.take(&id(3));
        assert!(shelf.get(&id(3), &texts).is_none() && shelf.get(&id(2), &texts).is_none());
        assert_eq!(shelf.all("sale/", &texts).map(|(id, _)| id).collect::<Vec<_>>(), [id(1)]);
    }
}
