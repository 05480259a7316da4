//! What somebody must still explain, see or repair.

use super::{Scope, Sheet};
use crate::TheBook;
use baara_plugin_api::Value;

/// Open warnings, open visas, waiting intentions, reversed entries.
pub(super) fn exceptions(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet = Sheet::new(&["kind", "date", "facility", "id", "code", "about", "state", "entry"]);
    for kind in ["warning", "visa", "proposal"] {
        for id in book.all_of(kind).into_iter().filter(|id| scope.covers(id)) {
            let Some(thing) = book.thing(&id, TheBook::far_day()).filter(|t| scope.period.has(t.since)) else { continue };
            let state = match kind {
                "warning" if thing.values.contains_key("explained") => "explained".to_owned(),
                "warning" => "open".to_owned(),
                _ => thing.text("state").to_owned(),
            };
            if !thing.open || matches!(state.as_str(), "given" | "done") {
                continue;
            }
            let about = thing.list("about").join(" ");
            let entry = thing
                .whole("entry")
                .or_else(|| book.opened_by(&id).and_then(|s| i64::try_from(s).ok()))
                .map_or(String::new(), |n| n.to_string());
            let code = if kind == "warning" { thing.text("code") } else { thing.text("kind") };
            sheet.row(
                id.as_str(),
                vec![
                    kind.to_owned(),
                    thing.since.to_string(),
                    format!("facility/{}", id.site()),
                    id.to_string(),
                    code.to_owned(),
                    about,
                    state,
                    entry,
                ],
            );
        }
    }
    for (seq, by) in book.reversals() {
        let Some(mention) = book.mention(by).filter(|m| scope.period.has(m.date) && scope.covers_site(&book.home(&m.by, m.date))) else {
            continue;
        };
        let what = book.mention(seq).map_or(String::new(), |m| m.kind);
        let site = format!("facility/{}", book.home(&mention.by, mention.date));
        let code = format!("entry/{by}");
        sheet.row(
            &code,
            vec![
                "reversal".to_owned(),
                mention.date.to_string(),
                site,
                mention.by.to_string(),
                what,
                String::new(),
                "done".to_owned(),
                seq.to_string(),
            ],
        );
    }
    sheet
}

impl TheBook {
    /// Which entry reversed which: (reversed, by).
    pub fn reversals(&self) -> impl Iterator<Item = (u64, u64)> {
        self.index().reversed.iter().map(|(seq, by)| (*seq, *by))
    }

    /// When, what and who an entry was.
    #[must_use]
    pub fn mention(&self, seq: u64) -> Option<baara_plugin_api::Mention> {
        let index = self.index();
        let spine = index.spine.get(usize::try_from(seq.checked_sub(1)?).ok()?)?;
        Some(baara_plugin_api::Mention {
            seq,
            date: spine.date,
            kind: index.kind_names[usize::from(spine.kind)].clone(),
            by: spine.by.clone(),
        })
    }

    /// A value as the sheets show it.
    #[must_use]
    pub fn shown(value: &Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}
