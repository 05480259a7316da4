//! The record kinds of cash: facilities, boxes, counts, deposits, paper series, debts, closings, the opening situation.

use baara_plugin_api::Kind;
use baara_plugin_api::prelude::*;

mod boxes;
mod closings;
mod count_close;
mod counts;
mod debts;
mod deposits;
mod facilities;
mod figures;
mod opening;
mod series;
mod shortages;
mod warnings;

pub use count_close::{REVEALS, Reveal};
pub use counts::{count_is_over, one_device};
pub use figures::figures_fit;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<facilities::Facility>(),
        Kind::of::<opening::Opening>(),
        Kind::of::<boxes::CashBox>(),
        Kind::of::<boxes::Bank>(),
        Kind::of::<boxes::Wallet>(),
        Kind::of::<boxes::Fund>(),
        Kind::of::<deposits::Deposit>(),
        Kind::of::<deposits::DepositConfirmed>(),
        Kind::of::<deposits::BankWithdrawal>(),
        Kind::of::<counts::CountBegin>(),
        Kind::of::<counts::CountFirst>(),
        Kind::of::<counts::CountSecond>(),
        Kind::of::<count_close::CountClose>(),
        Kind::of::<counts::CountLapse>(),
        Kind::of::<shortages::ShortageExplained>(),
        Kind::of::<debts::DebtCancel>(),
        Kind::of::<series::SeriesRegister>(),
        Kind::of::<series::SeriesNumber>(),
        Kind::of::<closings::Close>(),
        Kind::of::<warnings::Explain>(),
    ]
}

/// The id `<kind>/<site>-<code>` for a code somebody chose, which must be new.
fn named(kind: &str, code: &str, cmd: &Command, book: &Book<'_>) -> Result<Id, Refusal> {
    let id = Id::parse(&format!("{kind}/{}-{code}", cmd.site)).map_err(|_| Refusal::new("cash/bad-code").with("code", code))?;
    if book.thing(&id).is_some() { Err(Refusal::new("cash/already-there").with("thing", &id)) } else { Ok(id) }
}

/// A fund or place of the command's own site, `fund/<site>-uncollected`.
fn of_site(kind: &str, cmd: &Command, name: &str) -> Id {
    Id::new(kind, &format!("{}-{name}", cmd.site))
}

/// A place whose kind is one of those expected.
fn place_of(kinds: &[&str], place: &Id, book: &Book<'_>) -> Result<Thing, Refusal> {
    if !kinds.contains(&place.kind()) {
        return Err(Refusal::new("cash/other-place").with("place", place).with("expected", kinds.join(", ")));
    }
    book.open(place)
}

/// An amount that must be above zero.
fn above_zero(amount: Money) -> Result<i64, Refusal> {
    if amount.0 > 0 { Ok(amount.0) } else { Err(Refusal::new("cash/nothing")) }
}

/// A value that may be absent.
fn maybe<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}

/// An amount as it stands in an attribute.
fn shown(amount: Amount) -> Value {
    amount.to_string().into()
}

/// An id as it stands in an attribute.
fn id(id: &Id) -> Value {
    id.as_str().into()
}

/// A date as it stands in an attribute.
fn day(date: Date) -> Value {
    date.to_string().into()
}

#[cfg(test)]
mod tests;
