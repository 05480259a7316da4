//! The sweep: when a month is over, each of its findings is told, unless it was told in the months that say what is usual.

use crate::finding::Finding;
use crate::limits::Limits;
use crate::span::Span;
use baara_plugin_api::prelude::*;

/// A month is over and was looked at; nothing is asked.
#[derive(Form)]
pub(crate) struct Month {}

impl Record for Month {
    const KIND: &'static str = "price-watch-month/1";
    const SWEEP: bool = true;

    fn writes() -> Grant {
        grant(&["price-watch-month"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["price-watch/looked-at"]
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let over = Span::of(cmd.date, 1).before(1);
        let month = over.from.format("%Y-%m").to_string();
        if !book.things_having("price-watch-month", "month", month.as_str()).is_empty() {
            return Err(Refusal::new("price-watch/looked-at").with("month", month));
        }
        let found = crate::findings(over, book)?;
        // Two who are the only ones to sign would be told of each month: a warning that always comes is read by nobody.
        let before = told(&over.before(Limits::on(over.until, book)?.usual_months), book);
        let new: Vec<Finding> = found.iter().filter(|finding| !before.contains(&finding.name())).cloned().collect();
        let names: Vec<Value> = new.iter().map(Finding::name).collect();
        let looked = [("month", json!(month)), ("findings", json!(found.len())), ("told", json!(names))];
        let effects = Effects::new().open(&Id::new("price-watch-month", "$1"), looked);
        Ok(new.iter().fold(effects, |effects, finding| finding.warn(effects, &month)))
    }
}

/// What was told of some months.
fn told(span: &Span, book: &Book<'_>) -> Vec<Value> {
    let months = book.things("price-watch-month").into_iter().filter_map(|id| book.thing(&id));
    let first = |month: &Thing| format!("{}-01", month.text("month")).parse::<Date>().ok();
    let own = months.filter(|month| first(month).is_some_and(|day| span.holds(day)));
    own.flat_map(|month| month.values.get("told").and_then(Value::as_array).cloned().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;
    use baara_plugin_api::testing::warnings;

    fn swept(book: &mut PaperBook, day: &str) -> Result<Vec<String>, String> {
        let done = book.record(&Kind::of::<Month>(), &command(Month::KIND, day, json!({})));
        done.map(|effects| warnings(&effects).into_iter().map(str::to_owned).collect()).map_err(|no| no.code)
    }

    #[test]
    fn a_month_that_is_over_is_looked_at_once() {
        let mut book = watched();
        (1..=8).for_each(|day| sale(&mut book, &format!("2020-06-{day:02}"), 5000, 1500, &[]));
        assert_eq!(swept(&mut book, "2020-06-30").unwrap(), Vec::<String>::new(), "May was quiet");
        assert_eq!(swept(&mut book, "2020-07-01").unwrap(), ["price-watch/round-amounts"]);
        assert_eq!(swept(&mut book, "2020-07-02").unwrap_err(), "price-watch/looked-at");
        assert_eq!(swept(&mut book, "2020-09-15").unwrap(), Vec::<String>::new(), "the month before, not those missed");
        (1..=8).for_each(|day| sale(&mut book, &format!("2020-10-{day:02}"), 5000, 1500, &[]));
        assert_eq!(swept(&mut book, "2020-11-02").unwrap(), Vec::<String>::new(), "told of June already");
        (1..=8).for_each(|day| sale(&mut book, &format!("2021-07-{day:02}"), 5000, 1500, &[]));
        assert_eq!(swept(&mut book, "2021-08-02").unwrap(), ["price-watch/round-amounts"], "a year later it is told again");
    }
}
