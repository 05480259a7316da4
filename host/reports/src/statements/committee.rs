//! The committee: meetings with their presence, motions with their votes, decisions with what is left of their leave.

use super::{Asked, Because, Sheet};
use crate::{Cell, Column, Said};
use baara_plugin_api::{Amount, Thing, items};

/// Meetings, then motions, then decisions, by id.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("site"),
        Column::words("kind-of-thing"),
        Column::words("id"),
        Column::words("date"),
        Column::words("about"),
        Column::words("state"),
        Column::figures("present"),
        Column::figures("for"),
        Column::figures("against"),
        Column::figures("abstain"),
        Column::figures_in("ceiling", "XOF"),
        Column::figures_in("spent", "XOF"),
        Column::figures_in("left", "XOF"),
    ];
    let mut sheet = Sheet::new("committee", asked, columns, wanted);
    let none = || vec![Cell::Empty; 3];
    for meeting in asked.things("meeting") {
        let on = meeting.date("on").unwrap_or(meeting.since);
        if on >= asked.from && on <= asked.until {
            let mut cells = head(&meeting, Cell::Date(on), word(meeting.text("session")), meeting.text("state"));
            cells.push(said(&meeting, "present.", "present"));
            cells.extend(none());
            cells.extend(none());
            sheet.row(meeting.id.as_str(), cells);
            sheet.because(meeting.id.as_str(), "present", || counted(&meeting));
        }
    }
    for motion in asked.things("motion").into_iter().filter(|m| m.since >= asked.from) {
        let state = if motion.text("result").is_empty() { motion.text("state") } else { motion.text("result") };
        let mut cells = head(&motion, motion.since.into(), Cell::Word(motion.text("about").to_owned()), state);
        cells.push(Cell::Empty);
        cells.extend(["for", "against", "abstain"].map(|vote| said(&motion, "vote.", vote)));
        cells.extend([francs(&motion, "ceiling"), Cell::Empty, Cell::Empty]);
        sheet.row(motion.id.as_str(), cells);
        for column in ["for", "against", "abstain"] {
            sheet.because(motion.id.as_str(), column, || counted(&motion));
        }
    }
    for decision in asked.things("decision") {
        let adopted = decision.date("adopted");
        let (spent, taken) = (asked.book.turnover(&decision.id, &items::leave(), asked.from, asked.until).1, decision.since >= asked.from);
        if !taken && spent == 0 && adopted.is_none_or(|day| day < asked.from) {
            continue;
        }
        let state = if adopted.is_some() { "adopted" } else { "not-adopted" };
        let date = adopted.map_or(Cell::Empty, Cell::Date);
        let mut cells = head(&decision, date, Cell::Word(decision.text("about").to_owned()), state);
        cells.push(Cell::Empty);
        cells.extend(none());
        let left = asked.book.balance_at(&decision.id, &items::leave(), asked.until);
        cells.extend([francs(&decision, "ceiling"), Cell::whole(spent), Cell::whole(left)]);
        let code = decision.id.as_str();
        sheet.row(code, cells);
        sheet.because(code, "left", || super::balances::flow(asked, &decision.id, &items::leave(), 0));
        sheet.because(code, "spent", || super::stock::one_way(asked, &decision.id, &items::leave(), 0, -1));
    }
    sheet
}

fn word(code: &str) -> Cell {
    if code.is_empty() { Cell::Empty } else { Cell::Word(code.to_owned()) }
}

fn head(thing: &Thing, date: Cell, about: Cell, state: &str) -> Vec<Cell> {
    vec![Cell::text(thing.id.site()), word(&format!("thing.{}", thing.id.kind())), Cell::text(thing.id.as_str()), date, about, word(state)]
}

/// How many persons said this under the keys that begin so.
fn said(thing: &Thing, keys: &str, word: &str) -> Cell {
    let many = thing.values.iter().filter(|(key, value)| key.starts_with(keys) && value.as_str() == Some(word)).count();
    Cell::whole(i64::try_from(many).unwrap_or(0))
}

fn francs(thing: &Thing, key: &str) -> Cell {
    let whole = thing.whole(key).or_else(|| thing.amount(key).map(Amount::count));
    whole.map_or(Cell::Empty, Cell::whole)
}

fn counted(thing: &Thing) -> Because {
    let own = thing.values.iter().filter(|(key, _)| key.starts_with("present.") || key.starts_with("vote.") || key.starts_with("recused."));
    let terms = own.map(|(key, value)| (Said::new("note.person-said").with("person", key), Cell::text(value.as_str().unwrap_or("-"))));
    Because { formula: Some(Said::new("note.why-heads")), terms: terms.collect(), ..Because::default() }
}
