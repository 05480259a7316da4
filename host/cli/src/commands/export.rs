//! `export`: every entry as kept, or a journal that hledger reads.

use super::record::fault;
use crate::session::Session;
use crate::told::Failure;
use baara_book::Entry;
use baara_book::places::{Class, PLACES};
use baara_plugin_api::{Effect, Id, json};
use baara_reports::{Figure, Said};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::mpsc::channel;

/// Writes the whole book in a format.
pub(crate) fn export(session: &mut Session, format: &str, to: Option<&str>) -> Result<(), Failure> {
    let desk = session.desk()?;
    let (send, entries) = channel();
    desk.entries(move |bytes, code| drop(send.send((bytes.to_vec(), code.to_owned()))))?;
    let mut text = String::new();
    if format == "jsonl" {
        for (bytes, _) in entries {
            text.push_str(&String::from_utf8_lossy(&bytes));
            text.push('\n');
        }
    } else {
        let read = entries.into_iter().filter_map(|(bytes, code)| Some((Entry::read(&bytes).ok()?, code)));
        let frozen = |place: &Id| desk.book().is_frozen(place);
        text = hledger(read, &frozen);
    }
    match to {
        None => session.out.push_str(&text),
        Some(to) => {
            let file = session.file(to);
            std::fs::write(&file, &text).map_err(|e| fault("file/unwritable", &e))?;
            let (file, entries) = (file.display().to_string(), desk.book().size());
            let said = Said::new("screen.saved").with("file", &file).with("entries", entries);
            session.say(&said, &json!({"ok": true, "file": file, "entries": entries}));
        }
    }
    Ok(())
}

/// One transaction for each entry that moves something: two postings for each movement, in the item's own commodity.
///
/// A place being counted shows no movement anywhere until both counts are in.
fn hledger(entries: impl Iterator<Item = (Entry, String)>, frozen: &dyn Fn(&Id) -> bool) -> String {
    let (mut text, mut items, mut accounts) = (String::new(), BTreeSet::new(), BTreeSet::new());
    for (entry, code) in entries {
        let moves = entry.effects.iter().filter_map(|e| match e {
            Effect::Move { item, amount, from, to, lot } if !frozen(from) && !frozen(to) => Some((item, amount, from, to, lot)),
            _ => None,
        });
        let mut postings = String::new();
        for (item, amount, from, to, lot) in moves {
            items.insert(item.code().to_owned());
            let lot = lot.as_ref().map_or(String::new(), |lot| format!("  ; lot:{}", lot.code()));
            for (place, sign) in [(to, ""), (from, "-")] {
                let account = account(place);
                let figure = Figure::from(*amount).plain();
                let _ = writeln!(postings, "    {account}  {sign}{figure} \"{}\"{lot}", item.code()); // A string takes all.
                accounts.insert(account);
            }
        }
        if !postings.is_empty() {
            let _ = writeln!(
                text,
                "{} ({}) {} {}  ; code:{}\n{postings}",
                entry.date,
                entry.seq,
                entry.kind,
                entry.site,
                &code[..12.min(code.len())]
            );
        }
    }
    let mut head = String::from("decimal-mark .\n\n");
    items.iter().for_each(|item| head.push_str(&format!("commodity 1000. \"{item}\"\n")));
    head.push('\n');
    accounts.iter().for_each(|account| head.push_str(&format!("account {account}\n")));
    head + "\n" + &text
}

/// `held:store:kon-magasin`.
fn account(place: &Id) -> String {
    let class = PLACES.iter().find(|(kind, ..)| *kind == place.kind()).map(|(_, class, _)| *class);
    let class = match class {
        Some(Class::Held) => "held",
        Some(Class::Owed) => "owed",
        Some(Class::World) | None => "world",
    };
    format!("{class}:{}:{}", place.kind(), place.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::{Amount, Date, Map, items};

    #[test]
    fn every_movement_balances_in_its_own_commodity() {
        let effects = vec![
            Effect::Move {
                item: Id::new("item", "mais-grain"),
                amount: "12.500 kg".parse().unwrap(),
                from: Id::new("field", "kon-a"),
                to: Id::new("store", "kon-magasin"),
                lot: Some(Id::new("lot", "kon-20-0001")),
            },
            Effect::Move {
                item: items::xof(),
                amount: Amount::francs(5000),
                from: Id::new("fund", "kon-x"),
                to: Id::new("cash-box", "kon-c"),
                lot: None,
            },
        ];
        let entry = Entry {
            v: 1,
            seq: 7,
            prev: String::new(),
            id: String::new(),
            site: "kon".to_owned(),
            kind: "harvest/1".to_owned(),
            by: (Id::new("person", "kon-a"), Id::new("role", "x")),
            date: Date::from_ymd_opt(2020, 10, 2).unwrap(),
            at: 0,
            hlc: 0,
            leave: None,
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            fields: Map::new(),
            effects,
        };
        let text = hledger([(entry.clone(), "abcdef".to_owned())].into_iter(), &|_| false);
        assert!(text.contains("2020-10-02 (7) harvest/1 kon  ; code:abcdef\n    held:store:kon-magasin  12.5 \"mais-grain\"  ; lot:kon-20-0001\n    world:field:kon-a  -12.5 \"mais-grain\""), "{text}");
        assert!(text.contains("    held:cash-box:kon-c  5000 \"xof\"\n    owed:fund:kon-x  -5000 \"xof\"\n"), "{text}");
        let hidden = hledger([(entry, String::new())].into_iter(), &|place| place.kind() == "cash-box");
        assert!(!hidden.contains("5000"), "a place being counted is not told");
    }
}
