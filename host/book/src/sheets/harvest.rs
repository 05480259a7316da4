//! Harvests by farm and crop: planned, weighed into store, sown, yield, lost. Only what was weighed is output.

use super::{Scope, Sheet, Why};
use crate::TheBook;
use baara_plugin_api::{Amount, Id, Thing};
use std::collections::BTreeMap;

#[derive(Default)]
struct Line {
    weighed: i64,
    planned: i64,
    area: i64,
    why: Why,
}

/// One row a farm and crop.
pub(super) fn harvest(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["facility", "farm", "item", "planned", "weighed", "percent", "area", "yield"]);
    for ((farm, item), line) in lines(book, scope) {
        let amount = |n: i64| book.amount(&item, n).to_string();
        let code = format!("{}.{}", farm.code(), item.code());
        // Areas have four decimals of a hectare: kg/ha = kg × 10 000 / count.
        let per_hectare = (line.area > 0 && line.weighed > 0).then(|| {
            let grams = i128::from(line.weighed) * 10_000 / i128::from(line.area);
            let scale = book.measure(&item).map_or(0, |m| u32::from(m.1));
            (grams / 10_i128.pow(scale)).to_string()
        });
        let percent = percent(line.weighed, line.planned);
        let facility = book.thing(&farm, scope.period.to).map_or(String::new(), |f| f.text("facility").to_owned());
        let facility = if facility.is_empty() { format!("facility/{}", farm.site()) } else { facility };
        let area = if line.area > 0 {
            Amount::new(line.area, 4, baara_plugin_api::Unit::parse("ha").expect("a unit")).to_string()
        } else {
            String::new()
        };
        sheet.row(
            &code,
            vec![
                facility,
                farm.to_string(),
                item.to_string(),
                amount(line.planned),
                amount(line.weighed),
                percent,
                area,
                per_hectare.unwrap_or_default(),
            ],
        );
        sheet.why(&code, "weighed", line.why);
    }
    sheet
}

/// Part of whole in per cent with two decimals; empty of nothing.
pub(super) fn percent(part: i64, whole: i64) -> String {
    if whole == 0 {
        return String::new();
    }
    let hundredths = (i128::from(part) * 20_000 + i128::from(whole)) / (i128::from(whole) * 2);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn lines(book: &TheBook, scope: &Scope) -> BTreeMap<(Id, Id), Line> {
    let mut lines: BTreeMap<(Id, Id), Line> = BTreeMap::new();
    for plot in book.all_of("plot").into_iter().filter(|id| scope.covers(id)) {
        let Some(farm) = book.thing(&plot, scope.period.to).and_then(|t| t.id_of("farm")) else { continue };
        let field = plot.as_kind("field");
        for holding in book.holdings_of(&field) {
            let (back, out) = book.flow(&field, &holding.item, scope.period);
            if out == 0 && back == 0 {
                continue;
            }
            let line = lines.entry((farm.clone(), holding.item.clone())).or_default();
            line.weighed += out - back;
            line.why.formula = "weighed-into-store".to_owned();
            line.why.source(&field, book.amount(&holding.item, out - back));
        }
    }
    for campaign in campaigns(book, scope) {
        let Some(farm) = campaign.id_of("farm") else { continue };
        for (key, value) in &campaign.values {
            let planned = key.strip_prefix("plan.").zip(value.as_str().and_then(|s| s.parse::<Amount>().ok()));
            if let Some((code, amount)) = planned {
                lines.entry((farm.clone(), Id::new("item", code))).or_default().planned += amount.count();
            }
        }
    }
    for sowing in book.all_of("sowing").into_iter().filter(|id| scope.covers(id)).filter_map(|id| book.thing(&id, scope.period.to)) {
        let of_campaign = sowing.id_of("campaign").and_then(|id| book.thing(&id, scope.period.to)).is_some_and(|c| in_scope(&c, scope));
        let (Some(plot), Some(crop), Some(area)) = (sowing.id_of("plot"), sowing.id_of("crop"), sowing.amount("area")) else { continue };
        let Some(farm) = book.thing(&plot, scope.period.to).and_then(|t| t.id_of("farm")) else { continue };
        if sowing.open && of_campaign {
            lines.entry((farm, crop)).or_default().area += area.count();
        }
    }
    lines
}

fn in_scope(campaign: &Thing, scope: &Scope) -> bool {
    campaign.date("from").is_some_and(|from| from >= scope.period.from && from <= scope.period.to)
}

/// The campaigns that begin in the period.
pub(super) fn campaigns(book: &TheBook, scope: &Scope) -> Vec<Thing> {
    let all = book.all_of("campaign").into_iter().filter(|id| scope.covers(id)).filter_map(|id| book.thing(&id, TheBook::far_day()));
    all.filter(|c| c.open && in_scope(c, scope)).collect()
}
