//! Goods in stores, on their way and in consignment: at the start, in, out, at the end.

use super::{Asked, Because, Flow, Sheet, net};
use crate::{Cell, Column, Figure, Said};
use baara_plugin_api::Id;

/// The places goods are kept in.
const KEPT: &[&str] = &["store", "transit", "consignment", "shortage"];

/// Each place and item with its months.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("place"),
        Column::words("item"),
        Column::figures("opening"),
        Column::figures("in"),
        Column::figures("out"),
        Column::figures("closing"),
        Column::words("unit"),
        Column::words("lots"),
    ];
    let mut sheet = Sheet::new("stock", asked, columns, wanted);
    let kept = |place: &Id, _: &Id| KEPT.contains(&place.kind()) && asked.has(place);
    for sum in asked.book.sums(asked.from, asked.until, kept) {
        let (place, item, (unit, scale), came, went, closing) = (sum.place, sum.item, sum.measure, sum.came, sum.went, sum.closing);
        if unit == baara_plugin_api::Unit::XOF {
            continue;
        }
        if asked.book.is_frozen(&place) {
            sheet.note(Said::new("note.frozen").with("place", place.code()));
            continue;
        }
        let opening = closing - came + went;
        if (came, went, closing, opening) == (0, 0, 0, 0) {
            continue;
        }
        let figure = |count| Cell::Figure(Figure { count, scale });
        let code = format!("{place}.{}", item.code());
        let cells = vec![
            Cell::Thing(place.clone()),
            Cell::Thing(item.clone()),
            figure(opening),
            figure(came),
            figure(went),
            figure(closing),
            Cell::text(unit.as_str()),
            Cell::text(sum.lots.iter().map(Id::code).collect::<Vec<_>>().join(" ")),
        ];
        sheet.row(&code, cells);
        for column in ["opening", "closing"] {
            sheet.because(&code, column, || super::balances::flow(asked, &place, &item, scale));
        }
        for (column, sign) in [("in", 1), ("out", -1)] {
            sheet.because(&code, column, || one_way(asked, &place, &item, scale, sign));
        }
    }
    sheet
}

/// The movements in one direction within the period.
pub(super) fn one_way(asked: &Asked<'_>, place: &Id, item: &Id, scale: u8, sign: i64) -> Because {
    let (of, item) = (place.clone(), item.clone());
    Because {
        formula: Some(Said::new("note.why-turnover").with("place", place)),
        flow: Some(Flow {
            needles: vec![format!("\"{place}\"")],
            counts: Box::new(move |effect| (sign * net(effect, &item, &|id| *id == of)).max(0)),
            scale,
            from: asked.from,
            until: asked.until,
        }),
        ..Because::default()
    }
}
