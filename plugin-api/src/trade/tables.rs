//! What a trade shows: the sheet for a batch to come, and the batches that were, each input beside its expectation.

use super::{Expected, Figures, Past};
use crate::{Amount, Book, Command, Form, Id, KindDeclaration, Refusal, Table, Value};
use std::collections::BTreeMap;

/// Which workshop's batches are shown.
#[derive(Form)]
struct Ledger {
    #[field(of = "workshop")]
    workshop: Id,
}

/// The form of a table of a workshop's batches.
#[must_use]
pub fn ledger_form(kind: &str) -> KindDeclaration {
    sheet_form::<Ledger>(kind)
}

/// The form of a sheet: the fields of the batch it prepares, or some of them.
#[must_use]
pub fn sheet_form<F: Form>(kind: &str) -> KindDeclaration {
    sheet_form_refusing::<F>(kind, &[])
}

/// The form of a sheet that has refusals of its own.
#[must_use]
pub fn sheet_form_refusing<F: Form>(kind: &str, refusals: &[&str]) -> KindDeclaration {
    KindDeclaration::form(kind, F::fields(), refusals)
}

/// What a table was asked for, read as its form.
///
/// # Errors
/// The first field that is missing or not what it declares.
pub fn asked<F: Form>(cmd: &Command) -> Result<F, Refusal> {
    crate::declaration::read(cmd)
}

/// Every batch of a workshop, newest first: what was made, and each input beside what was expected of it.
///
/// # Errors
/// `field/…`, or `thing/unknown`.
pub fn ledger(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Ledger { workshop } = asked(cmd)?;
    book.open(&workshop)?;
    let columns = ["production", "made", "item", "expected", "actual", "gap", "motive"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for batch in Past::of(book, &workshop).batches().iter().rev() {
        let head = || vec![batch.id.to_string(), batch.text("made").to_owned()];
        let lines = |key: &str| batch.values.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        for made in lines("outputs") {
            let told = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
            rows.push([head(), vec![told("item"), String::new(), told("good"), String::new(), String::new()]].concat());
        }
        for used in ["measured", "calibrating", "yielded"].into_iter().flat_map(lines) {
            let told = |key: &str| used[key].as_str().unwrap_or_default().to_owned();
            let motive = if batch.values.contains_key("motive") { "yes" } else { "" };
            let gap = gap(&told("expected"), &told("actual")).unwrap_or_default();
            rows.push([head(), vec![told("item"), told("expected"), told("actual"), gap, motive.to_owned()]].concat());
        }
    }
    Ok(Table { columns, rows })
}

/// What was used more or less than expected, in tenths of a hundredth: `+2.5 %`.
fn gap(expected: &str, actual: &str) -> Option<String> {
    let count = |text: &str| text.parse::<Amount>().ok().map(|amount| i128::from(amount.count()));
    let (expected, actual) = (count(expected)?, count(actual)?);
    let tenths = (actual - expected).checked_mul(1000)?.checked_div(expected)?;
    let sign = if tenths < 0 { "-" } else { "+" };
    Some(format!("{sign}{}.{} %", tenths.abs() / 10, tenths.abs() % 10))
}

/// A sheet to print before a batch: what it will take, how far it may be off, and the figures that say so.
#[must_use]
pub fn sheet(expected: &Expected, figures: &Figures<'_>) -> Table {
    let columns = ["what", "expected", "tolerance", "confidence", "source"].map(str::to_owned).to_vec();
    let none = String::new;
    let takes = expected
        .lines()
        .map(|(item, amount, tolerance)| [item.to_string(), amount.to_string(), tolerance.to_string(), none(), none()].to_vec());
    let says = figures.asked().into_iter().map(|one| {
        let known = format!("confidence.{}", one.confidence.to_ascii_lowercase());
        [format!("figure.{}", one.name), one.value.to_string(), one.tolerance.to_string(), known, one.source].to_vec()
    });
    Table { columns, rows: takes.chain(says).collect() }
}

/// Both languages of a trade's locale files, over the words that all trades share.
#[must_use]
pub fn both_languages(french: &str, english: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let shared = crate::sdk::both_languages(include_str!("words/fr.toml"), include_str!("words/en.toml"));
    let mut own = crate::sdk::both_languages(french, english);
    for (language, words) in shared {
        let said = own.entry(language).or_default();
        for (code, word) in words {
            said.entry(code).or_insert(word);
        }
    }
    own
}
