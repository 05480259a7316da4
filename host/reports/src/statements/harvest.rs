//! Harvests weighed into store beside their plan, forecast, crop-cut and area. Only weighed kilograms are output.

use super::{Asked, Because, Flow, Sheet, net};
use crate::{Cell, Column, Figure, Said};
use baara_plugin_api::{Amount, Date, Id, Thing, Value};
use std::collections::BTreeMap;

/// What is known of one crop at one facility.
#[derive(Default)]
pub(super) struct Crop {
    pub(super) weighed: i64,
    pub(super) plan: i64,
    forecast: i64,
    cut: i64,
    area: i64,
    pub(super) fields: Vec<Id>,
    pub(super) campaigns: Vec<Id>,
    sowings: Vec<Id>,
}

/// Each facility and crop, then the cereals together.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("site"),
        Column::words("crop"),
        Column::figures_in("area", "ha"),
        Column::figures_in("plan", "kg"),
        Column::figures_in("forecast", "kg"),
        Column::figures_in("crop-cut", "kg"),
        Column::figures_in("weighed", "kg"),
        Column::figures_in("yield", "kg/ha"),
    ];
    let mut sheet = Sheet::new("harvest", asked, columns, wanted);
    let (mut plan, mut weighed, mut parts) = (0, 0, Vec::new());
    for ((site, item), crop) in crops(asked, asked.from, asked.until) {
        let (_, scale) = asked.book.measure(&item).map_or((None, 3), |(unit, scale)| (Some(unit), scale));
        let kg = |count: i64| if count == 0 { Cell::Empty } else { Cell::Figure(Figure { count, scale }) };
        let code = format!("{site}.{}", item.code());
        let per_hectare = i128::from(crop.weighed) * 10_000 / i128::from(crop.area.max(1)) / 10_i128.pow(u32::from(scale));
        let yields = i64::try_from(per_hectare).ok().filter(|_| crop.area > 0).map_or(Cell::Empty, Cell::whole);
        let area = if crop.area == 0 { Cell::Empty } else { Cell::Figure(Figure { count: crop.area, scale: 4 }) };
        let cells = vec![
            Cell::text(site.as_str()),
            Cell::Thing(item.clone()),
            area,
            kg(crop.plan),
            kg(crop.forecast),
            kg(crop.cut),
            Cell::Figure(Figure { count: crop.weighed, scale }),
            yields,
        ];
        sheet.row(&code, cells);
        sheet.because(&code, "weighed", || weighings(&site, &item, scale, asked.from, asked.until));
        sheet.because(&code, "plan", || Because {
            formula: Some(Said::new("note.why-plan")),
            things: crop.campaigns.clone(),
            ..Because::default()
        });
        for column in ["area", "forecast", "crop-cut"] {
            sheet.because(&code, column, || Because {
                formula: Some(Said::new("note.why-sowings")),
                things: crop.sowings.clone(),
                ..Because::default()
            });
        }
        sheet.because(&code, "yield", || Because {
            formula: Some(Said::new("note.why-yield")),
            terms: vec![
                (Said::new("column.weighed"), kg(crop.weighed)),
                (Said::new("column.area"), Cell::Figure(Figure { count: crop.area, scale: 4 })),
            ],
            ..Because::default()
        });
        if is_cereal(asked, &item) && scale == 3 {
            plan += crop.plan;
            weighed += crop.weighed;
            parts.push(code);
        }
    }
    let kg = |count| Cell::Figure(Figure { count, scale: 3 });
    let all =
        vec![Cell::Empty, Cell::Word("cereals".to_owned()), Cell::Empty, kg(plan), Cell::Empty, Cell::Empty, kg(weighed), Cell::Empty];
    sheet.row("cereals", all);
    for column in ["plan", "weighed"] {
        sheet.because("cereals", column, || Because {
            formula: Some(Said::new("note.why-sum").with("rows", parts.join(", "))),
            ..Because::default()
        });
    }
    sheet.note(Said::new("note.only-weighed"));
    sheet
}

/// True for items of the cereal group.
pub(super) fn is_cereal(asked: &Asked<'_>, item: &Id) -> bool {
    asked.book.thing(item, asked.until).is_some_and(|t| t.text("group") == "cereal")
}

/// Per facility and crop, in the item's smallest unit; areas in square metres.
pub(super) fn crops(asked: &Asked<'_>, from: Date, until: Date) -> BTreeMap<(String, Id), Crop> {
    let mut crops: BTreeMap<(String, Id), Crop> = BTreeMap::new();
    for sum in asked.book.sums(from, until, |place, _| place.kind() == "field" && asked.has(place)) {
        if (sum.came, sum.went) != (0, 0) {
            let crop = crops.entry((sum.place.site().to_owned(), sum.item)).or_default();
            crop.weighed += sum.went - sum.came;
            crop.fields.push(sum.place);
        }
    }
    let within = |thing: &Thing| thing.date("from").is_some_and(|day| day >= from && day <= until);
    let campaigns: Vec<Thing> = asked.things("campaign").into_iter().filter(within).collect();
    for campaign in &campaigns {
        for (key, value) in &campaign.values {
            let Some(item) = key.strip_prefix("plan.").and_then(|code| Id::parse(&format!("item/{code}")).ok()) else { continue };
            let Some(amount) = amount_of(value) else { continue };
            let crop = crops.entry((campaign.id.site().to_owned(), item)).or_default();
            crop.plan += amount.count();
            crop.campaigns.push(campaign.id.clone());
        }
    }
    for sowing in asked.things("sowing") {
        let own = sowing.id_of("campaign").is_some_and(|c| campaigns.iter().any(|known| known.id == c));
        let (true, Some(item)) = (own, sowing.id_of("crop")) else { continue };
        let crop = crops.entry((sowing.id.site().to_owned(), item)).or_default();
        crop.sowings.push(sowing.id.clone());
        crop.area += sowing.amount("area").map_or(0, Amount::count);
        crop.forecast += sowing.amount("forecast").map_or(0, Amount::count);
        crop.cut += sowing.amount("cut-estimate").map_or(0, Amount::count);
    }
    crops
}

fn amount_of(value: &Value) -> Option<Amount> {
    value.as_str()?.parse().ok()
}

/// The weighings of a crop at a facility: from its fields into store, less what was reversed.
pub(super) fn weighings(site: &str, item: &Id, scale: u8, from: Date, until: Date) -> Because {
    let (site, item) = (site.to_owned(), item.clone());
    Because {
        formula: Some(Said::new("note.why-weighed")),
        flow: Some(Flow {
            needles: vec![format!("\"field/{site}-")],
            counts: Box::new(move |effect| -net(effect, &item, &|id| id.kind() == "field" && id.site() == site)),
            scale,
            from,
            until,
        }),
        excluded: vec![Said::new("note.not-weighed")],
        ..Because::default()
    }
}
