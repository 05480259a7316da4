//! What the committees decided: meetings, who came from where, decided, spent, left.

use super::{Scope, Sheet, Why};
use crate::TheBook;
use baara_plugin_api::{Amount, Id, Value, items};
use std::collections::BTreeSet;

/// A row a meeting, then a row a decision.
pub(super) fn committee(book: &TheBook, scope: &Scope) -> Sheet {
    let mut sheet =
        Sheet::new(&["kind", "date", "facility", "id", "about", "state", "present", "colleges", "outside", "decided", "spent", "left"]);
    for id in book.all_of("meeting").into_iter().filter(|id| scope.covers(id)) {
        let Some(meeting) = book.thing(&id, TheBook::far_day()) else { continue };
        let Some(on) = meeting.date("on").filter(|on| scope.period.has(*on)) else { continue };
        let present: Vec<Id> = meeting
            .values
            .iter()
            .filter_map(|(k, v)| k.strip_prefix("present.").filter(|_| v.as_str() == Some("present")))
            .map(|code| Id::new("person", code))
            .collect();
        let colleges: BTreeSet<String> = present.iter().filter_map(|p| college(book, p)).collect();
        let outside = present.iter().filter(|p| book.thing(p, on).is_some_and(|p| p.flag("external"))).count();
        let cells = [
            "meeting".to_owned(),
            on.to_string(),
            format!("facility/{}", id.site()),
            id.to_string(),
            meeting.text("session").to_owned(),
            meeting.text("state").to_owned(),
            present.len().to_string(),
            colleges.len().to_string(),
            outside.to_string(),
            String::new(),
            String::new(),
            String::new(),
        ];
        sheet.row(id.as_str(), cells.to_vec());
    }
    for id in book.all_of("decision").into_iter().filter(|id| scope.covers(id)) {
        let Some(decision) = book.thing(&id, TheBook::far_day()).filter(|d| scope.period.has(d.since)) else { continue };
        let adopted = decision.text("adopted").to_owned();
        let (came, went) = book.turnover(&id, &items::leave(), scope.period.from, TheBook::far_day());
        let state = if adopted.is_empty() { "not-adopted" } else { "adopted" };
        let francs = |n: i64| Amount::francs(n).to_string();
        let cells = [
            "decision".to_owned(),
            if adopted.is_empty() { decision.since.to_string() } else { adopted },
            format!("facility/{}", id.site()),
            id.to_string(),
            decision.text("about").to_owned(),
            state.to_owned(),
            String::new(),
            String::new(),
            String::new(),
            francs(came),
            francs(went),
            francs(came - went),
        ];
        sheet.row(id.as_str(), cells.to_vec());
        let mut why = Why::new("leave-decided-minus-used");
        why.source("decided", francs(came));
        why.source("spent", francs(-went));
        sheet.why(id.as_str(), "left", why);
    }
    sheet
}

/// The college a person sits for, by their newest mandate.
fn college(book: &TheBook, person: &Id) -> Option<String> {
    let mandates = book.all_of("mandate").into_iter().filter_map(|id| book.thing(&id, TheBook::far_day()));
    let own = mandates.filter(|m| m.values.get("person") == Some(&Value::from(person.as_str())));
    own.last().map(|m| m.text("college").to_owned())
}
