//! Late entries: what was written more than two days after it happened, how late, and whether its period was closed by then.

use super::{Asked, Sheet};
use crate::{Cell, Column, Said};
use chrono::DateTime;

/// Entry by entry, in the order of the journal, for what happened in the period.
pub(super) fn draw(asked: &Asked<'_>, wanted: Option<(&str, &str)>) -> Sheet {
    let columns = vec![
        Column::figures("seq"),
        Column::words("site"),
        Column::words("kind"),
        Column::words("date"),
        Column::words("written"),
        Column::figures("days"),
        Column::words("earlier-period"),
        Column::words("by"),
    ];
    let mut sheet = Sheet::new("late", asked, columns, wanted);
    // Whoever writes so late says why: the reason's name finds these entries among all others.
    (asked.scan)(&["\"late-reason\":".to_owned()], &mut |entry, _| {
        let own = asked.sites.contains(&entry.site);
        if !own || entry.date < asked.from || entry.date > asked.until || !entry.fields.contains_key("late-reason") {
            return;
        }
        let written = DateTime::from_timestamp_millis(entry.at).map_or(entry.date, |at| at.date_naive());
        let cells = vec![
            Cell::whole(i64::try_from(entry.seq).unwrap_or(0)),
            Cell::text(entry.site.as_str()),
            Cell::Word(format!("kind.{}", entry.kind.split('/').next().unwrap_or(""))),
            entry.date.into(),
            written.into(),
            Cell::whole((written - entry.date).num_days()),
            Cell::Flag(asked.book.posted_as_kept(entry) != entry.date),
            Cell::Thing(entry.by.0.clone()),
        ];
        sheet.row(&entry.seq.to_string(), cells);
    });
    sheet.note(Said::new("note.late"));
    sheet
}
