//! Values in few bytes: what packed things and the snapshot are written in. Reading never panics: `None` is damage.

use baara_plugin_api::{Amount, Date, Datelike, Unit, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The texts said again and again, each kept once, numbered in the order of their first use.
#[derive(Default, Debug)]
pub(crate) struct Texts {
    all: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, u32>,
}

impl Texts {
    /// The number of a text, new or known.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let (new, number): (Arc<str>, _) = (text.into(), u32::try_from(self.all.len()).expect("fewer than 2³² texts"));
        self.all.push(new.clone());
        self.numbers.insert(new, number);
        number
    }

    /// The number of a text that is known.
    pub(crate) fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, number: u32) -> Option<&Arc<str>> {
        self.all.get(usize::try_from(number).ok()?)
    }

    /// Forgets the texts numbered last, down to so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        for text in self.all.drain(len..) {
            self.numbers.remove(&text);
        }
    }

    /// The text itself, shared by all who say it.
    pub(crate) fn shared(&mut self, text: &str) -> Arc<str> {
        let number = self.number(text);
        self.text(number).expect("just numbered").clone()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.all.iter()
    }
}

/// True for what other things say too: the names of reference things and places, unlike `lot/kon-20-0007`.
pub(crate) fn is_common(text: &str) -> bool {
    text.contains('/') && !text.ends_with(|last: char| last.is_ascii_digit())
}

/// Writes a whole number, small ones in one byte.
pub(crate) fn put_count(out: &mut Vec<u8>, mut count: u64) {
    while count >= 0x80 {
        out.push(u8::try_from(count & 0x7f).expect("seven bits") | 0x80);
        count >>= 7;
    }
    out.push(u8::try_from(count).expect("seven bits"));
}

/// Writes a number with a sign; near zero is small.
pub(crate) fn put_signed(out: &mut Vec<u8>, n: i64) {
    put_count(out, ((n << 1) ^ (n >> 63)).cast_unsigned());
}

pub(crate) fn put_date(out: &mut Vec<u8>, date: Date) {
    put_signed(out, i64::from(date.num_days_from_ce()));
}

/// Writes a text, as its number when it has one.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str, number: Option<u32>) {
    match number {
        Some(number) => put_count(out, u64::from(number) << 1 | 1),
        None => {
            put_count(out, (text.len() as u64) << 1);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const WHOLE: u8 = 3;
const TEXT: u8 = 4;
const LIST: u8 = 5;
const MAP: u8 = 6;
const OTHER: u8 = 7;
const NUMBERED: u8 = 8;
const AMOUNT: u8 = 9;

/// `lot/kon-20-0007` and `KON-2020-000017`: a beginning many share, how many digits, the number.
fn numbered(text: &str) -> Option<(&str, usize, u64)> {
    let beginning = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &text[beginning.len()..];
    let fits = beginning.ends_with('-') && beginning.len() <= 32 && (4..=9).contains(&digits.len());
    fits.then(|| Some((beginning, digits.len(), digits.parse().ok()?)))?
}

/// `12.500 kg` as it prints again.
fn amount(text: &str) -> Option<Amount> {
    let likely = text.len() < 40 && text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(' ');
    likely.then(|| text.parse().ok())?
}

/// Gives a text its number, if it has or gets one. `true` tells that it is surely said by other things too.
pub(crate) type Numbers<'f> = dyn FnMut(&str, bool) -> Option<u32> + 'f;

/// Writes a value; `number` says which texts go as numbers.
pub(crate) fn put_value(out: &mut Vec<u8>, value: &Value, number: &mut Numbers<'_>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Number(n) => match n.as_i64() {
            Some(n) => {
                out.push(WHOLE);
                put_signed(out, n);
            }
            None => {
                out.push(OTHER);
                put_text(out, &n.to_string(), None);
            }
        },
        Value::String(text) => {
            if let Some((beginning, digits, n)) = numbered(text) {
                out.extend([NUMBERED, u8::try_from(digits).expect("at most nine")]);
                put_text(out, beginning, number(beginning, true));
                put_count(out, n);
            } else if let Some(amount) = amount(text) {
                out.extend([AMOUNT, amount.scale()]);
                put_text(out, amount.unit().as_str(), number(amount.unit().as_str(), true));
                put_signed(out, amount.count());
            } else {
                out.push(TEXT);
                put_text(out, text, number(text, false));
            }
        }
        Value::Array(list) => {
            out.push(LIST);
            put_count(out, list.len() as u64);
            list.iter().for_each(|one| put_value(out, one, number));
        }
        Value::Object(map) => {
            out.push(MAP);
            put_count(out, map.len() as u64);
            for (key, one) in map {
                put_text(out, key, number(key, true));
                put_value(out, one, number);
            }
        }
    }
}

/// Packed bytes, read from their start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unpacked<'b> {
    bytes: &'b [u8],
    texts: &'b Texts,
}

impl<'b> Unpacked<'b> {
    pub(crate) fn new(bytes: &'b [u8], texts: &'b Texts) -> Unpacked<'b> {
        Unpacked { bytes, texts }
    }

    /// The bytes not read yet.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.bytes
    }

    pub(crate) fn bytes(&mut self, len: u64) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(usize::try_from(len).ok()?)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(crate) fn count(&mut self) -> Option<u64> {
        let mut count = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            count |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(count);
            }
        }
        None
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let n = self.count()?;
        Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
    }

    pub(crate) fn date(&mut self) -> Option<Date> {
        Date::from_num_days_from_ce_opt(i32::try_from(self.signed()?).ok()?)
    }

    pub(crate) fn text(&mut self) -> Option<&'b str> {
        let head = self.count()?;
        if head & 1 == 1 {
            return self.texts.text(u32::try_from(head >> 1).ok()?).map(|text| &**text);
        }
        std::str::from_utf8(self.bytes(head >> 1)?).ok()
    }

    pub(crate) fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            NULL => Value::Null,
            FALSE => false.into(),
            TRUE => true.into(),
            WHOLE => self.signed()?.into(),
            TEXT => self.text()?.into(),
            NUMBERED => {
                let digits = usize::from(self.byte()?);
                format!("{}{:0digits$}", self.text()?, self.count()?).into()
            }
            AMOUNT => {
                let (scale, unit) = (self.byte()?, Unit::parse(self.text()?)?);
                Amount::new(self.signed()?, scale, unit).to_string().into()
            }
            OTHER => Value::Number(serde_json::from_str(self.text()?).ok()?),
            LIST => (0..self.count()?).map(|_| self.value()).collect::<Option<Vec<Value>>>()?.into(),
            MAP => (0..self.count()?).map(|_| Some((self.text()?.to_owned(), self.value()?))).collect::<Option<_>>().map(Value::Object)?,
            _ => return None,
        })
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        match self.byte()? {
            NULL | FALSE | TRUE => Some(()),
            WHOLE => self.count().map(drop),
            TEXT | OTHER => {
                let head = self.count()?;
                if head & 1 == 1 { Some(()) } else { self.bytes(head >> 1).map(drop) }
            }
            NUMBERED | AMOUNT => {
                self.byte()?;
                self.text()?;
                self.count().map(drop)
            }
            LIST => (0..self.count()?).try_for_each(|_| self.skip()),
            MAP => (0..self.count()?).try_for_each(|_| {
                self.text()?;
                self.skip()
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::json;

    #[test]
    fn a_value_reads_as_it_was_written() {
        let mut texts = Texts::default();
        let value = json!({"item": "item/savon", "n": [0, -1, 1_i64 << 53, 1.5, 18_446_744_073_709_551_615_u64], "none": null,
            "lot": "lot/kon-20-0007", "yes": true, "no": false, "words": "été", "receipt": "KEN-2020-000017", "odd": ["-0 kg", "007 kg", "1.50 kg", "12 XOF", "x-00000", "1 2 3", "sans-12345678901"], "more": {"item": "item/savon"}});
        let mut out = Vec::new();
        put_value(&mut out, &value, &mut |text, sure| (sure || is_common(text)).then(|| texts.number(text)));
        assert_eq!(Unpacked::new(&out, &texts).value(), Some(value));
        let mut skipped = Unpacked::new(&out, &texts);
        assert!(skipped.skip().is_some() && skipped.rest().is_empty());
        for end in 0..out.len() {
            assert_eq!(Unpacked::new(&out[..end], &texts).value(), None, "cut at {end}");
        }
    }

    #[test]
    fn numbers_and_days_read_as_they_were_written() {
        let texts = Texts::default();
        for n in [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_signed(&mut out, n);
            assert_eq!(Unpacked::new(&out, &texts).signed(), Some(n));
        }
        for day in [Date::MIN, "1970-01-01".parse().unwrap(), Date::MAX] {
            let mut out = Vec::new();
            put_date(&mut out, day);
            assert_eq!(Unpacked::new(&out, &texts).date(), Some(day));
        }
    }
}
