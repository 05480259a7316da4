//! What every place has at the end of the period: goods by lot, and all balances.

use super::{Scope, Sheet, Why};
use crate::TheBook;
use crate::places::{Class, class};
use baara_plugin_api::{Amount, Date, Id, items};
use std::collections::BTreeMap;

/// Goods in stores, on consignment and on their way, by lot.
pub(super) fn stock(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["place", "item", "lot", "made", "released", "opening", "in", "out", "quantity"]);
    for h in book.all_holdings() {
        if !matches!(h.place.kind(), "store" | "consignment" | "transit" | "shortage") || h.item == items::xof() || !scope.covers(&h.place)
        {
            continue;
        }
        if withheld(book, &mut sheet, &h.place) {
            continue;
        }
        let (before, came, went) = moved(book, &h.place, &h.item, h.lot.as_ref(), scope);
        let left = before + came - went;
        if (before, came, went) == (0, 0, 0) {
            continue;
        }
        let lot = h.lot.as_ref().and_then(|lot| book.thing(lot, scope.period.to));
        let text = |key: &str| {
            lot.as_ref()
                .map_or(String::new(), |l| l.values.get(key).map_or(String::new(), |v| v.as_str().map_or(v.to_string(), str::to_owned)))
        };
        let code = row_code(&h.place, &h.item, h.lot.as_ref());
        let amount = |n: i64| h.balance.with_count(n).to_string();
        let released = lot.as_ref().map_or(String::new(), |l| if l.flag("released") { "yes".to_owned() } else { "no".to_owned() });
        let lot_id = h.lot.as_ref().map_or(String::new(), Id::to_string);
        sheet.row(
            &code,
            vec![
                h.place.to_string(),
                h.item.to_string(),
                lot_id,
                text("made"),
                released,
                amount(before),
                amount(came),
                amount(went),
                amount(left),
            ],
        );
        let mut why = Why::new("opening-plus-in-minus-out");
        why.source("opening", amount(before));
        why.source("in", amount(came));
        why.source("out", amount(went));
        sheet.why(&code, "quantity", why);
    }
    sheet
}

/// Every place and item that is not at zero, with its class; owed places without the sign.
pub(super) fn balances(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["class", "place", "item", "in", "out", "balance"]);
    let mut lines: BTreeMap<(Id, Id), Amount> = BTreeMap::new();
    for h in book.all_holdings() {
        if !scope.covers(&h.place) || withheld(book, &mut sheet, &h.place) {
            continue;
        }
        lines.insert((h.place, h.item), h.balance);
    }
    for ((place, item), like) in lines {
        let (came, went) = book.flow(&place, &item, scope.period);
        let balance = book.balance_at(&place, &item, scope.period.to);
        if balance == 0 && came == 0 && went == 0 {
            continue;
        }
        let class = class(&place).expect("a holding is in a place");
        let name = match class {
            Class::Held => "held",
            Class::Owed => "owed",
            Class::World => "world",
        };
        let code = row_code(&place, &item, None);
        let shown = if class == Class::Owed { -balance } else { balance };
        sheet.row(
            &code,
            vec![
                name.to_owned(),
                place.to_string(),
                item.to_string(),
                like.with_count(came).to_string(),
                like.with_count(went).to_string(),
                like.with_count(shown).to_string(),
            ],
        );
        let mut why = Why::new("all-movements");
        why.source(place.to_string(), like.with_count(balance));
        sheet.why(&code, "balance", why);
    }
    sheet
}

/// `kon-magasin.mais-grain.kon-20-0007`: stable, and without the kinds.
fn row_code(place: &Id, item: &Id, lot: Option<&Id>) -> String {
    let lot = lot.map_or(String::new(), |lot| format!("/{}", lot.code()));
    format!("{place}/{}{lot}", item.code())
}

fn withheld(book: &TheBook, sheet: &mut Sheet, place: &Id) -> bool {
    let frozen = book.is_frozen(place);
    if frozen && !sheet.frozen.contains(place) {
        sheet.frozen.push(place.clone());
    }
    frozen
}

fn moved(book: &TheBook, place: &Id, item: &Id, lot: Option<&Id>, scope: &Scope) -> (i64, i64, i64) {
    let months = book.months_of(place, item, lot);
    let first = crate::month_of(scope.period.from);
    let before = months.iter().filter(|m| m.0 < first).map(|m| m.1 - m.2).sum();
    let inside = months.iter().filter(|m| TheBook::within(scope.period, m.0));
    let (came, went) = inside.fold((0, 0), |sum, m| (sum.0 + m.1, sum.1 + m.2));
    (before, came, went)
}

impl TheBook {
    /// The months of one holding: month number, in, out.
    pub(crate) fn months_of(&self, place: &Id, item: &Id, lot: Option<&Id>) -> Vec<(i32, i64, i64)> {
        let key = (place.clone(), item.clone(), lot.cloned());
        let balance = self.index().holdings.get(&key).and_then(|e| self.world.get::<crate::world::Balance>(*e));
        balance.map_or(Vec::new(), |b| b.months.iter().map(|m| (m.month, m.came, m.went)).collect())
    }

    /// The last day a sheet could look at.
    #[must_use]
    pub fn far_day() -> Date {
        Date::from_ymd_opt(9999, 12, 31).expect("a day")
    }
}
