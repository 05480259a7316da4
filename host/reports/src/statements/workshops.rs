//! Workshops and farms: people, half-days, sales collected and shared.

use super::{Asked, Because, Flow, Sheet, net};
use crate::{Cell, Column, Said};
use baara_plugin_api::{Id, items};
use std::collections::{BTreeMap, BTreeSet};

/// Each unit with its months.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("site"),
        Column::words("workshop"),
        Column::words("trade"),
        Column::figures("people"),
        Column::figures("half-days"),
        Column::figures("trained"),
        Column::figures_in("collected", "XOF"),
        Column::figures_in("taken", "XOF"),
        Column::figures_in("left", "XOF"),
    ];
    let mut sheet = Sheet::new("workshops", asked, columns, wanted);
    let (mut half_days, mut people): (BTreeMap<String, i64>, BTreeMap<String, i64>) = (BTreeMap::new(), BTreeMap::new());
    let days_worked = |place: &Id, item: &Id| place.kind() == "work" && *item == items::half_days();
    for sum in asked.book.sums(asked.from, asked.until, days_worked) {
        let Some((unit, _)) = sum.place.code().split_once('.') else { continue };
        // A reversed attendance goes out again; what was shared goes to `shared`, and stays worked.
        if sum.came != 0 {
            *half_days.entry(unit.to_owned()).or_default() += sum.came;
            *people.entry(unit.to_owned()).or_default() += 1;
        }
    }
    let mut trained: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for training in asked.things("training").into_iter().filter(|t| t.since >= asked.from) {
        if let (Some(unit), Some(person)) = (training.id_of("unit"), training.id_of("person")) {
            trained.entry(unit).or_default().insert(person);
        }
    }
    for unit in ["workshop", "farm"].iter().flat_map(|kind| asked.things(kind)) {
        let own = unit.id.code();
        let fund = Id::new("fund", &format!("{own}.sales"));
        let (came, went) = asked.book.turnover(&fund, &items::xof(), asked.from, asked.until);
        let left = -asked.book.balance_at(&fund, &items::xof(), asked.until);
        let worked = half_days.get(own).copied().unwrap_or(0);
        let cells = vec![
            Cell::text(unit.id.site()),
            Cell::Thing(unit.id.clone()),
            Id::parse(&format!("trade/{}", unit.text("trade")))
                .map_or_else(|_| unit.id_of("trade").map_or(Cell::Empty, Cell::Thing), Cell::Thing),
            Cell::whole(people.get(own).copied().unwrap_or(0)),
            Cell::whole(worked),
            Cell::whole(trained.get(&unit.id).map_or(0, |t| i64::try_from(t.len()).unwrap_or(0))),
            Cell::whole(went),
            Cell::whole(came),
            Cell::whole(left),
        ];
        let code = unit.id.as_str();
        sheet.row(code, cells);
        for (column, sign) in [("collected", -1), ("taken", 1)] {
            sheet.because(code, column, || super::stock::one_way(asked, &fund, &items::xof(), 0, sign));
        }
        sheet.because(code, "left", || super::balances::flow(asked, &fund, &items::xof(), 0));
        for column in ["half-days", "people"] {
            sheet.because(code, column, || attendances(asked, own));
        }
        sheet.because(code, "trained", || Because {
            formula: Some(Said::new("note.why-trained")),
            things: trained.get(&unit.id).into_iter().flatten().cloned().collect(),
            ..Because::default()
        });
    }
    sheet
}

/// The half-days noted for a unit.
fn attendances(asked: &Asked<'_>, unit: &str) -> Because {
    let prefix = format!("{unit}.");
    Because {
        formula: Some(Said::new("note.why-half-days")),
        flow: Some(Flow {
            needles: vec![format!("\"work/{unit}.")],
            counts: Box::new(move |effect| {
                net(effect, &items::half_days(), &|id| id.kind() == "work" && id.code().starts_with(&prefix)).max(0)
            }),
            scale: 0,
            from: asked.from,
            until: asked.until,
        }),
        ..Because::default()
    }
}
