//! The tickets of services, number by number: what was asked for, what became of it, and the receipt that paid it.

use super::{Asked, Because, Sheet};
use crate::{Cell, Column, Said};

/// Ticket by ticket, of those taken in the period, as they stand at its end.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("ticket"),
        Column::words("date"),
        Column::words("payment"),
        Column::words("item"),
        Column::figures("quantity"),
        Column::words("state"),
        Column::words("for-staff"),
        Column::words("unit"),
    ];
    let mut sheet = Sheet::new("tickets", asked, columns, wanted);
    let (mut all, mut paid, mut free, mut cancelled) = (0, 0, 0, 0);
    for ticket in asked.things("ticket").into_iter().filter(|ticket| ticket.since >= asked.from) {
        let receipt = ticket.text("receipt");
        let payment = if ticket.text("state") == "cancelled" {
            cancelled += 1;
            Cell::Empty
        } else if ticket.flag("free") {
            free += 1;
            Cell::Word("free".to_owned())
        } else if receipt.is_empty() {
            Cell::Word("unpaid".to_owned())
        } else {
            paid += 1;
            Cell::text(receipt)
        };
        all += 1;
        let thing = |key: &str| ticket.id_of(key).map_or(Cell::Empty, Cell::Thing);
        let cells = vec![
            Cell::text(ticket.text("number")),
            ticket.since.into(),
            payment,
            thing("item"),
            ticket.amount("quantity").map_or(Cell::whole(1), Cell::from),
            Cell::Word(ticket.text("state").to_owned()),
            Cell::Flag(ticket.flag("staff")),
            thing("unit"),
        ];
        sheet.row(ticket.id.as_str(), cells);
        sheet.because(ticket.id.as_str(), "quantity", || Because { things: vec![ticket.id.clone()], ..Because::default() });
    }
    let note = Said::new("note.tickets").with("tickets", all).with("paid", paid).with("free", free).with("cancelled", cancelled);
    sheet.note(note.with("unpaid", all - paid - free - cancelled));
    sheet
}
