//! What somebody must explain or follow up: warnings, visas, proposals, shortages, goods on their way, counts.

use super::{Asked, Because, Sheet};
use crate::{Cell, Column, Said};
use baara_plugin_api::{Thing, Value};
use std::collections::BTreeMap;

/// Open papers and balances that should be none, by kind and id.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::words("site"),
        Column::words("kind-of-thing"),
        Column::words("id"),
        Column::words("since"),
        Column::words("state"),
        Column::words("text"),
        Column::words("about"),
        Column::figures("seq"),
    ];
    let mut sheet = Sheet::new("exceptions", asked, columns, wanted);
    for warning in asked.things("warning") {
        let explained = !warning.text("explained").is_empty();
        if explained && warning.since < asked.from {
            continue;
        }
        let args: BTreeMap<String, String> = match warning.values.get("args") {
            Some(Value::Object(args)) => args.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
            _ => BTreeMap::new(),
        };
        let said = Said { code: format!("warning.{}.text", warning.text("code")), args };
        push(asked, &mut sheet, &warning, if explained { "explained" } else { "open" }, Cell::Said(said), &warning.list("about").join(" "));
    }
    for visa in asked.things("visa").into_iter().filter(|v| v.text("state") == "open") {
        let said = Said::new("note.visa-missing").with("needs", visa.list("needs").join(", "));
        push(asked, &mut sheet, &visa, "open", Cell::Said(said), &format!("entry {}", visa.whole("entry").unwrap_or(0)));
    }
    for proposal in asked.things("proposal").into_iter().filter(|p| matches!(p.text("state"), "waiting" | "expired")) {
        let said = Said::new("note.proposal-waits").with("kind", proposal.text("kind")).with("needs", proposal.list("needs").join(", "));
        push(
            asked,
            &mut sheet,
            &proposal,
            proposal.text("state"),
            Cell::Said(said),
            &format!("entry {}", proposal.whole("entry").unwrap_or(0)),
        );
    }
    for count in asked.things("count").into_iter().filter(|c| matches!(c.text("state"), "open" | "lapsed") && c.open) {
        push(asked, &mut sheet, &count, count.text("state"), Cell::Said(Said::new("note.count-open")), count.text("place"));
    }
    for kind in ["shortage", "transit"] {
        for place in asked.things(kind) {
            for holding in asked.book.holdings_of(&place.id).into_iter().filter(|h| !h.balance.is_zero()) {
                let said = Said::new(&format!("note.{kind}-left")).with("amount", holding.balance).with("item", holding.item.code());
                push(asked, &mut sheet, &place, "open", Cell::Said(said), place.text("number"));
            }
        }
    }
    sheet
}

fn push(asked: &Asked<'_>, sheet: &mut Sheet, thing: &Thing, state: &str, text: Cell, about: &str) {
    let seq = asked.book.opened_by(&thing.id).and_then(|n| i64::try_from(n).ok()).map_or(Cell::Empty, Cell::whole);
    let cells = vec![
        Cell::text(thing.id.site()),
        Cell::Word(format!("thing.{}", thing.id.kind())),
        Cell::text(thing.id.as_str()),
        thing.since.into(),
        Cell::Word(state.to_owned()),
        text,
        Cell::text(about),
        seq,
    ];
    sheet.row(thing.id.as_str(), cells);
    sheet.because(thing.id.as_str(), "text", || Because { things: vec![thing.id.clone()], ..Because::default() });
}
