//! Francs on their way to the bank and back.

use super::{above_zero, id, place_of, shown};
use baara_plugin_api::prelude::*;

/// Francs leave the cash box for the bank, under a slip.
#[derive(Form)]
pub(super) struct Deposit {
    #[field(of = "cash-box")]
    cash_box: Id,
    bank: Id,
    amount: Money,
    slip: String,
}

impl Record for Deposit {
    const KIND: &'static str = "deposit/1";
    fn writes() -> Grant {
        grant(&["transit"], &[], &["cash-box", "transit"], &["xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/other-place", "cash/nothing"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        place_of(&["cash-box"], &self.cash_box, book)?;
        place_of(&["bank", "wallet"], &self.bank, book)?;
        let amount = above_zero(self.amount)?;
        let transit = Id::new("transit", "$1");
        let values = [
            ("label", self.slip.as_str().into()),
            ("slip", self.slip.as_str().into()),
            ("from", id(&self.cash_box)),
            ("to", id(&self.bank)),
            ("amount", shown(Amount::francs(amount))),
            ("state", "sent".into()),
        ];
        Ok(Effects::new().open(&transit, values).francs(amount, &self.cash_box, &transit))
    }
}

/// The bank's advice says that a deposit has arrived.
#[derive(Form)]
pub(super) struct DepositConfirmed {
    #[field(of = "transit")]
    transit: Id,
    bank: Id,
    amount: Money,
    advice: String,
}

impl Record for DepositConfirmed {
    const KIND: &'static str = "deposit-confirmed/1";
    fn writes() -> Grant {
        grant(&["transit"], &[], &["transit", "bank", "wallet"], &["xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/other-place", "deposit/not-a-deposit", "deposit/already-confirmed", "deposit/other-bank", "deposit/amount-differs"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let transit = book.open(&self.transit)?;
        place_of(&["bank", "wallet"], &self.bank, book)?;
        if transit.text("slip").is_empty() {
            return Err(Refusal::new("deposit/not-a-deposit").with("transit", &self.transit));
        }
        if transit.text("state") == "confirmed" {
            let advice = transit.text("advice");
            return Err(Refusal::new("deposit/already-confirmed").with("transit", &self.transit).with("advice", advice));
        }
        if transit.text("to") != self.bank.as_str() {
            return Err(Refusal::new("deposit/other-bank").with("bank", &self.bank).with("expected", transit.text("to")));
        }
        let sent = book.francs(&self.transit);
        if sent != self.amount.0 {
            let refusal = Refusal::new("deposit/amount-differs").with("transit", &self.transit);
            return Err(refusal.with("sent", Amount::francs(sent)).with("arrived", Amount::francs(self.amount.0)));
        }
        Ok(Effects::new().francs(sent, &self.transit, &self.bank).set(&self.transit, "state", "confirmed", cmd.date).set(
            &self.transit,
            "advice",
            self.advice,
            cmd.date,
        ))
    }
}

/// Francs taken at the bank and put into the cash box.
#[derive(Form)]
pub(super) struct BankWithdrawal {
    bank: Id,
    #[field(of = "cash-box")]
    cash_box: Id,
    amount: Money,
    #[allow(dead_code)] // Asked for and kept with the entry; nothing depends on it.
    voucher: String,
}

impl Record for BankWithdrawal {
    const KIND: &'static str = "bank-withdrawal/1";
    fn writes() -> Grant {
        grant(&[], &[], &["bank", "wallet", "cash-box"], &["xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/other-place", "cash/nothing"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        place_of(&["bank", "wallet"], &self.bank, book)?;
        place_of(&["cash-box"], &self.cash_box, book)?;
        Ok(Effects::new().francs(above_zero(self.amount)?, &self.bank, &self.cash_box))
    }
}
