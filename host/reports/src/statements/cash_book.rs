//! The cash book: every movement of francs of a box, bank or wallet, with the balance after it.

use super::{Asked, Because, Sheet};
use crate::{Cell, Column, Said};
use baara_plugin_api::{Effect, Id, items};
use std::collections::BTreeMap;

/// The places of the cash book.
const BOXES: &[&str] = &["cash-box", "bank", "wallet"];

/// An entry's seq, its cells without the balance, and what it adds.
type Line = (u64, Vec<Cell>, i64);

/// Line by line, place after place, in the order of the journal.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("place"),
        Column::words("date"),
        Column::figures("seq"),
        Column::words("number"),
        Column::words("kind"),
        Column::figures_in("in", "XOF"),
        Column::figures_in("out", "XOF"),
        Column::figures_in("balance", "XOF"),
    ];
    let mut sheet = Sheet::new("cash-book", asked, columns, wanted);
    let held = asked.book.all_holdings().into_iter().filter(|h| BOXES.contains(&h.place.kind()) && h.item == items::xof());
    let mut places: Vec<Id> = held.map(|h| h.place).filter(|place| asked.has(place)).collect();
    places.sort_unstable();
    places.dedup();
    let (frozen, places): (Vec<Id>, Vec<Id>) = places.into_iter().partition(|place| asked.book.is_frozen(place));
    let mut lines: BTreeMap<&Id, Vec<Line>> = BTreeMap::new();
    let needles: Vec<String> = places.iter().map(|place| format!("\"{place}\"")).collect();
    (asked.scan)(&needles, &mut |entry, _| {
        let posted = asked.book.posted_as_kept(entry);
        if entry.date > asked.until || (entry.date < asked.from && posted < asked.from) {
            return;
        }
        let number = entry.effects.iter().find_map(|e| match e {
            Effect::Number { year, n, void: false, .. } => Some(baara_book::allot::number_text(&entry.site, *year, *n)),
            _ => None,
        });
        for place in &places {
            let net: i64 = entry.effects.iter().map(|e| super::net(e, &items::xof(), &|id| id == place)).sum();
            if net != 0 {
                let cells = vec![
                    Cell::Thing(place.clone()),
                    entry.date.into(),
                    Cell::whole(i64::try_from(entry.seq).unwrap_or(0)),
                    number.clone().map_or(Cell::Empty, Cell::Text),
                    Cell::Word(format!("kind.{}", entry.kind.split('/').next().unwrap_or(""))),
                    if net > 0 { Cell::whole(net) } else { Cell::Empty },
                    if net < 0 { Cell::whole(-net) } else { Cell::Empty },
                ];
                lines.entry(place).or_default().push((entry.seq, cells, net));
            }
        }
    });
    for place in &places {
        let own = lines.remove(place).unwrap_or_default();
        let closing = asked.book.balance_at(place, &items::xof(), asked.until);
        let mut balance = closing - own.iter().map(|(.., net)| net).sum::<i64>();
        let carried = |code: &str, balance: i64| {
            let word = Cell::Word(code.to_owned());
            vec![Cell::Thing(place.clone()), Cell::Empty, Cell::Empty, Cell::Empty, word, Cell::Empty, Cell::Empty, Cell::whole(balance)]
        };
        sheet.row(&format!("{place}.opening"), carried("column.opening", balance));
        for (seq, mut cells, net) in own {
            balance += net;
            cells.push(Cell::whole(balance));
            let code = format!("{place}.{seq}");
            sheet.row(&code, cells);
            sheet.because(&code, "balance", || Because {
                formula: Some(Said::new("note.why-running")),
                terms: vec![(Said::new("column.balance"), Cell::whole(balance - net)), (Said::new("column.amount"), Cell::whole(net))],
                ..Because::default()
            });
        }
        let code = format!("{place}.closing");
        sheet.row(&code, carried("column.closing", closing));
        sheet.because(&code, "balance", || super::balances::flow(asked, place, &items::xof(), 0));
    }
    frozen.iter().for_each(|place| sheet.note(Said::new("note.frozen").with("place", place.code())));
    sheet
}
