//! The book as files other programs read: the entries as kept, and a journal for hledger. Data, no words.

use crate::{Desk, Fault};
use baara_book::places::{Class, class};
use baara_book::{Entry, TheBook};
use baara_plugin_api::{Amount, Effect, Id};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::mpsc::sync_channel;

/// How many entries wait between the journal and the file.
const AHEAD: usize = 256;

impl Desk {
    /// Every entry as kept, one a line.
    ///
    /// # Errors
    /// When the journal cannot be read, or the file written.
    pub fn export_jsonl(&self, out: &mut dyn Write) -> Result<(), Fault> {
        self.each_entry(&mut |bytes, _| {
            out.write_all(bytes)?;
            out.write_all(b"\n")
        })
    }

    /// A journal for hledger: one transaction for each entry that moves something, two postings a movement, each item
    /// a commodity. A place being counted shows nothing until both counts are in.
    ///
    /// # Errors
    /// When the journal cannot be read, or the file written.
    pub fn export_hledger(&self, out: &mut dyn Write) -> Result<(), Fault> {
        let frozen = self.declare(out)?;
        self.each_entry(&mut |bytes, code| match Entry::read(bytes) {
            Ok(entry) => transaction(&entry, code, &frozen, out),
            Err(_) => Err(std::io::Error::other("an entry cannot be read")),
        })
    }

    /// Shows each entry and its code, while the journal reads on.
    fn each_entry(&self, each: &mut dyn FnMut(&[u8], &str) -> std::io::Result<()>) -> Result<(), Fault> {
        let (send, entries) = sync_channel::<(Vec<u8>, String)>(AHEAD);
        std::thread::scope(|scope| {
            // When the file cannot be written the entries have no reader, and the rest is read for nothing.
            let reading = scope.spawn(move || self.entries(move |bytes, code| drop(send.send((bytes.to_vec(), code.to_owned())))));
            let written = entries.iter().try_for_each(|(bytes, code)| each(&bytes, &code));
            drop(entries);
            reading.join().unwrap_or(Err(Fault::Stopped))?;
            Ok(written?)
        })
    }

    /// Commodities with their decimals and the accounts in use; gives the places that are being counted.
    fn declare(&self, out: &mut dyn Write) -> Result<BTreeSet<Id>, Fault> {
        let book = self.book();
        let holdings = book.all_holdings();
        let items: BTreeMap<&Id, Amount> = holdings.iter().map(|h| (&h.item, h.balance)).collect();
        let places: BTreeSet<&Id> = holdings.iter().map(|h| &h.place).collect();
        writeln!(out, "decimal-mark .\n")?;
        for (item, balance) in items {
            let one = figure(balance.with_count(10_i64.pow(u32::from(balance.scale())) * 1000 + i64::from(balance.scale() > 0)));
            writeln!(out, "commodity {one}{} \"{}\"", if balance.scale() == 0 { "." } else { "" }, item.code())?;
        }
        writeln!(out)?;
        for place in &places {
            writeln!(out, "account {}", account(place))?;
        }
        writeln!(out)?;
        Ok(frozen(&book, places.into_iter()))
    }
}

fn frozen<'p>(book: &TheBook, places: impl Iterator<Item = &'p Id>) -> BTreeSet<Id> {
    places.filter(|place| book.is_frozen(place)).cloned().collect()
}

fn transaction(entry: &Entry, code: &str, frozen: &BTreeSet<Id>, out: &mut dyn Write) -> std::io::Result<()> {
    let mut begun = false;
    for effect in &entry.effects {
        let Effect::Move { item, amount, from, to, lot } = effect else { continue };
        if frozen.contains(from) || frozen.contains(to) {
            continue;
        }
        if !begun {
            writeln!(out, "{} ({}) {} {}  ; code:{}", entry.date, entry.seq, entry.kind, entry.site, code.get(..12).unwrap_or(code))?;
            begun = true;
        }
        let lot = lot.as_ref().map_or(String::new(), |lot| format!("  ; lot:{}", lot.code()));
        for (place, sign) in [(to, ""), (from, "-")] {
            writeln!(out, "    {}  {sign}{} \"{}\"{lot}", account(place), figure(*amount), item.code())?;
        }
    }
    if begun { writeln!(out) } else { Ok(()) }
}

/// `held:store:kon-magasin`.
#[must_use]
pub fn account(place: &Id) -> String {
    let class = match class(place) {
        Some(Class::Held) => "held",
        Some(Class::Owed) => "owed",
        Some(Class::World) | None => "world",
    };
    format!("{class}:{}:{}", place.kind(), place.code())
}

/// The figure alone; three decimals get a fourth, so that nobody reads thousands.
fn figure(amount: Amount) -> String {
    let text = amount.to_string();
    let bare = text.split(' ').next().unwrap_or(&text).to_owned();
    if amount.scale() == 3 { bare + "0" } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_never_shows_three_decimals() {
        let check = |amount: &str, expected: &str| assert_eq!(figure(amount.parse().unwrap()), expected);
        check("12.500 kg", "12.5000");
        check("3 piece", "3");
        check("1.25 m", "1.25");
        check("5000 XOF", "5000");
    }

    #[test]
    fn an_account_says_its_class_first() {
        let check = |place: &str, expected: &str| assert_eq!(account(&Id::parse(place).unwrap()), expected);
        check("store/kon-magasin", "held:store:kon-magasin");
        check("fund/kon-savon.sales", "owed:fund:kon-savon.sales");
        check("field/kon-nord", "world:field:kon-nord");
    }
}
