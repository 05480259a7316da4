//! Where francs are kept and whose they are: cash boxes, bank accounts, mobile money, named funds.

use super::{id, maybe, named};
use baara_plugin_api::prelude::*;

const REFUSALS: &[&str] = &["cash/bad-code", "cash/already-there"];

/// A cash box and who keeps it.
#[derive(Form)]
pub(super) struct CashBox {
    code: String,
    label: String,
    label_en: Option<String>,
    #[field(of = "person")]
    keeper: Id,
}

impl Record for CashBox {
    const KIND: &'static str = "cash-box/1";
    fn writes() -> Grant {
        grant(&["cash-box"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.keeper)?;
        let place = named("cash-box", &self.code, cmd, book)?;
        Ok(Effects::new().open(
            &place,
            [
                ("label", self.label.into()),
                ("label-en", maybe(self.label_en)),
                ("facility", id(&Id::new("facility", &cmd.site))),
                ("keeper", id(&self.keeper)),
            ],
        ))
    }
}

/// A bank or Treasury account; its number is sealed.
#[derive(Form)]
pub(super) struct Bank {
    code: String,
    label: String,
    label_en: Option<String>,
    #[field(of = "person")]
    keeper: Option<Id>,
    #[field(sealed)]
    account: Option<String>,
}

impl Record for Bank {
    const KIND: &'static str = "bank/1";
    fn writes() -> Grant {
        grant(&["bank"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let place = named("bank", &self.code, cmd, book)?;
        account(&place, self.label, self.label_en, self.keeper, self.account, cmd, book)
    }
}

/// A mobile money account; its phone number is sealed.
#[derive(Form)]
pub(super) struct Wallet {
    code: String,
    label: String,
    label_en: Option<String>,
    #[field(of = "person")]
    keeper: Option<Id>,
    #[field(sealed)]
    account: Option<String>,
}

impl Record for Wallet {
    const KIND: &'static str = "wallet/1";
    fn writes() -> Grant {
        grant(&["wallet"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        REFUSALS
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let place = named("wallet", &self.code, cmd, book)?;
        account(&place, self.label, self.label_en, self.keeper, self.account, cmd, book)
    }
}

fn account(
    place: &Id,
    label: String,
    label_en: Option<String>,
    keeper: Option<Id>,
    number: Option<String>,
    cmd: &Command,
    book: &Book<'_>,
) -> Decided {
    if let Some(keeper) = &keeper {
        book.open(keeper)?;
    }
    Ok(Effects::new().open(
        place,
        [
            ("label", label.into()),
            ("label-en", maybe(label_en)),
            ("facility", id(&Id::new("facility", &cmd.site))),
            ("keeper", keeper.as_ref().map_or(Value::Null, id)),
            ("account", maybe(number)),
        ],
    ))
}

/// A named fund: whose some of the francs are.
#[derive(Form)]
pub(super) struct Fund {
    code: String,
    label: String,
    label_en: Option<String>,
    unit: Option<Id>,
}

/// Funds that the core opens itself.
const RESERVED: &[&str] = &["uncollected", "unexplained", "opening"];

impl Record for Fund {
    const KIND: &'static str = "fund/1";
    fn writes() -> Grant {
        grant(&["fund"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/bad-code", "cash/already-there", "fund/reserved"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if RESERVED.contains(&self.code.as_str()) {
            return Err(Refusal::new("fund/reserved").with("code", &self.code));
        }
        let fund = named("fund", &self.code, cmd, book)?;
        if let Some(unit) = &self.unit {
            book.open(unit)?;
        }
        Ok(Effects::new().open(
            &fund,
            [("label", self.label.into()), ("label-en", maybe(self.label_en)), ("unit", self.unit.as_ref().map_or(Value::Null, id))],
        ))
    }
}
