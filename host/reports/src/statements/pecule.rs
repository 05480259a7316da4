//! Pécules: what each detainee was given, was paid, and is still owed.

use super::{Asked, Sheet};
use crate::{Cell, Column};
use baara_plugin_api::{Id, items};

/// Each person with a pécule.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("site"),
        Column::words("person"),
        Column::figures_in("opening", "XOF"),
        Column::figures_in("received", "XOF"),
        Column::figures_in("paid", "XOF"),
        Column::figures_in("closing", "XOF"),
    ];
    let mut sheet = Sheet::new("pecule", asked, columns, wanted);
    let mut all = [0; 4];
    let pecules = |place: &Id, item: &Id| place.kind() == "pecule" && *item == items::xof() && asked.has(place);
    for sum in asked.book.sums(asked.from, asked.until, pecules) {
        // It is owed: what was paid came in, what was received went out.
        let (place, paid, received, closing) = (sum.place, sum.came, sum.went, -sum.closing);
        let figures = [closing - received + paid, received, paid, closing];
        if figures == [0; 4] {
            continue;
        }
        all.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        let person = place.code().split_once('.').and_then(|(_, code)| Id::parse(&format!("person/{code}")).ok());
        let mut cells = vec![Cell::text(place.site()), person.map_or(Cell::Empty, Cell::Thing)];
        cells.extend(figures.map(Cell::whole));
        let code = place.as_str();
        sheet.row(code, cells);
        for column in ["opening", "closing"] {
            sheet.because(code, column, || super::balances::flow(asked, &place, &items::xof(), 0));
        }
        for (column, sign) in [("received", -1), ("paid", 1)] {
            sheet.because(code, column, || super::stock::one_way(asked, &place, &items::xof(), 0, sign));
        }
    }
    let mut cells = vec![Cell::Empty, Cell::Word("total".to_owned())];
    cells.extend(all.map(Cell::whole));
    sheet.row("total", cells);
    sheet
}
