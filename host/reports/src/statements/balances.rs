//! What every place holds, or whom it is owed to.

use super::{Asked, Because, Flow, Sheet, net};
use crate::{Cell, Column, Figure, Said};
use baara_book::places::{Class, PLACES};
use baara_plugin_api::{Date, Id, items};

/// The class of a place, as a code with words.
pub(super) fn class(place: &Id) -> (&'static str, bool) {
    match PLACES.iter().find(|(kind, ..)| *kind == place.kind()).map(|(_, class, _)| *class) {
        Some(Class::Held) => ("held", false),
        Some(Class::Owed) => ("owed", true),
        _ => ("world", false),
    }
}

/// Each place and item with its balance at the end of the period; `shown` has no sign for what is owed.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("class"),
        Column::words("place"),
        Column::words("item"),
        Column::figures("shown"),
        Column::words("unit"),
        Column::figures("balance"),
    ];
    let mut sheet = Sheet::new("balances", asked, columns, wanted);
    let (mut francs, mut frozen) = (0, Vec::new());
    for sum in asked.book.sums(asked.from, asked.until, |place, _| asked.has(place)) {
        let (place, item, (unit, scale), count) = (sum.place, sum.item, sum.measure, sum.closing);
        if asked.book.is_frozen(&place) {
            frozen.push(place.code().to_owned());
            continue;
        }
        if count == 0 {
            continue;
        }
        let (class, owed) = class(&place);
        if item == items::xof() {
            francs += count;
        }
        let figure = |count| Cell::Figure(Figure { count, scale });
        let code = format!("{place}.{}", item.code());
        let cells = vec![
            Cell::Word(class.to_owned()),
            Cell::text(place.as_str()),
            Cell::Thing(item.clone()),
            figure(if owed { -count } else { count }),
            Cell::text(unit.as_str()),
            figure(count),
        ];
        sheet.row(&code, cells);
        for column in ["shown", "balance"] {
            sheet.because(&code, column, || flow(asked, &place, &item, scale));
        }
    }
    frozen.dedup();
    sheet.note(Said::new("note.francs-close").with("sum", format!("{francs} XOF")));
    frozen.iter().for_each(|place| sheet.note(Said::new("note.frozen").with("place", place)));
    sheet
}

/// Every movement of an item into and out of a place, from the first.
pub(super) fn flow(asked: &Asked<'_>, place: &Id, item: &Id, scale: u8) -> Because {
    let (of, item) = (place.clone(), item.clone());
    Because {
        formula: Some(Said::new("note.why-balance").with("place", place)),
        flow: Some(Flow {
            needles: vec![format!("\"{place}\"")],
            counts: Box::new(move |effect| net(effect, &item, &|id| *id == of)),
            scale,
            from: Date::MIN,
            until: asked.until,
        }),
        ..Because::default()
    }
}
