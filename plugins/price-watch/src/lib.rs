#![doc = include_str!("../README.md")]

mod finding;
#[cfg(test)]
mod fixture;
mod limits;
mod monthly;
mod numbers;
mod sales;
mod signatures;
mod span;

use baara_plugin_api::{FieldType, KindDeclaration, ThingDeclaration, baara_plugin, prelude::*};
use finding::Finding;
use limits::Limits;
use span::Span;

/// What the report is asked for.
#[derive(Form)]
struct Asked {
    /// Any day of the last month looked at; this month when it is not said.
    month: Option<Date>,
    /// How many months; one when it is not said.
    months: Option<u64>,
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    let watch = KindDeclaration::form("price-watch/1", Asked::fields(), &[]);
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<monthly::Month>()],
        things: vec![looked_at()],
        tables: vec![(watch, draw)],
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

/// A month that was looked at: how many findings it had, and which were told then.
fn looked_at() -> ThingDeclaration {
    use FieldType::{Lines, Text, Whole};
    use sdk::{id_of, key};
    let told = key("told", Lines { of: vec![key("watch-check", Text), key("watch-about", id_of("any"))] });
    sdk::thing("price-watch-month", vec![key("month", Text), key("findings", Whole), told])
}

baara_plugin! { summary: "Sales below list, round amounts, skipped numbers, the same two signatures", plugin: plugin }

/// Every finding of the months, each beside what is usual and the limit that tells it.
fn draw(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Asked { month, months } = sdk::read(cmd)?;
    let found = findings(Span::of(month.unwrap_or(book.date()), months.unwrap_or(1)), book)?;
    let columns = [
        "watch-check",
        "watch-about",
        "watch-what",
        "watch-found",
        "watch-of",
        "watch-share",
        "watch-usual",
        "watch-limit",
        "watch-entries",
    ];
    let rows = found.into_iter().map(|finding| finding.row(book)).collect();
    Ok(Table { columns: columns.map(str::to_owned).to_vec(), rows })
}

/// What some months show that is unlike the usual.
fn findings(now: Span, book: &Book<'_>) -> Result<Vec<Finding>, Refusal> {
    let limits = Limits::on(now.until.min(book.date()), book)?;
    let before = now.before(limits.usual_months);
    let sales = sales::read(&before.and(&now), book);
    let found: [Vec<Finding>; 4] = [
        sales::below_list(&sales, &now, &before, &limits),
        sales::round_amounts(&sales, &now, &before, &limits),
        numbers::skipped(&now, &limits, book),
        signatures::same_pair(&now, &before, &limits, book),
    ];
    Ok(found.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(sdk::shortcomings(PLUGIN_MANIFEST, &plugin()), Vec::<String>::new());
    }

    #[test]
    fn a_quiet_month_finds_nothing() {
        let mut book = watched();
        (1..=8).for_each(|day| sale(&mut book, &format!("2020-06-{day:02}"), 1500, 1500, &[]));
        assert_eq!(found(&book, "2020-06-30"), Vec::<String>::new());
    }

    #[test]
    fn without_its_limits_it_says_which_one_is_missing() {
        let book = PaperBook::new();
        let cmd = command("price-watch/1", "2020-06-30", json!({}));
        assert_eq!(draw(&cmd, &Book::new(&book, "kon", cmd.date)).unwrap_err().code, "rule/not-set");
    }
}
