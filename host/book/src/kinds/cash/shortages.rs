//! What was missing finds its end: refunded, found again, or written off by the committee.

use super::{maybe, place_of};
use baara_plugin_api::prelude::*;

/// How a shortage ends.
#[derive(Form)]
pub(super) struct ShortageExplained {
    #[field(of = "shortage")]
    shortage: Id,
    outcome: Outcome,
    to: Option<Id>,
    amount: Option<Money>,
    #[field(sealed)]
    reason: Option<String>,
}

/// What became of it.
#[derive(Choice, PartialEq, Clone, Copy)]
enum Outcome {
    WrittenOff,
    Refunded,
    FoundAgain,
}

impl Record for ShortageExplained {
    const KIND: &'static str = "shortage-explained/1";
    fn writes() -> Grant {
        let places = &["shortage", "fund", "cash-box", "bank", "wallet", "store", "lost"];
        grant(&[], &["shortage.reason"], places, &["*", "xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &[
            "shortage/nothing-left",
            "shortage/less-left",
            "shortage/other-decision",
            "shortage/where-to",
            "shortage/not-francs",
            "cash/other-place",
        ]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.shortage)?;
        let held = book.holdings_of(&self.shortage);
        if held.is_empty() {
            return Err(Refusal::new("shortage/nothing-left").with("shortage", &self.shortage));
        }
        if self.outcome == Outcome::WrittenOff {
            let decision = book.adopted(cmd.leave.as_ref())?;
            if !["write-off", "loss"].contains(&decision.about.as_str()) {
                return Err(Refusal::new("shortage/other-decision").with("decision", &decision.id).with("about", &decision.about));
            }
        }
        let francs = book.francs(&self.shortage);
        let effects = if francs > 0 { self.francs(francs, book)? } else { self.goods(held, cmd, book)? };
        let reason = maybe(self.reason);
        Ok(if reason.is_null() { effects } else { effects.set(&self.shortage, "reason", reason, cmd.date) })
    }
}

impl ShortageExplained {
    fn francs(&self, left: i64, book: &Book<'_>) -> Decided {
        let amount = self.amount.map_or(left, |a| a.0);
        if amount > left || amount == 0 {
            let args = Refusal::new("shortage/less-left").with("shortage", &self.shortage);
            return Err(args.with("left", Amount::francs(left)).with("asked", Amount::francs(amount)));
        }
        let places: &[&str] = if self.outcome == Outcome::WrittenOff { &["fund"] } else { &["cash-box", "bank", "wallet"] };
        let to = self.place(places, book)?;
        Ok(Effects::new().francs(amount, &self.shortage, to))
    }

    fn goods(&self, held: Vec<baara_plugin_api::Holding>, cmd: &Command, book: &Book<'_>) -> Decided {
        if self.outcome == Outcome::Refunded || self.amount.is_some() {
            return Err(Refusal::new("shortage/not-francs").with("shortage", &self.shortage));
        }
        let to = if self.outcome == Outcome::WrittenOff { Id::new("lost", &cmd.site) } else { self.place(&["store"], book)?.clone() };
        Ok(held.into_iter().fold(Effects::new(), |effects, h| effects.goods(&h.item, h.balance, &self.shortage, &to, h.lot.as_ref())))
    }

    fn place(&self, kinds: &[&str], book: &Book<'_>) -> Result<&Id, Refusal> {
        let to = self.to.as_ref().ok_or_else(|| Refusal::new("shortage/where-to").with("expected", kinds.join(", ")))?;
        place_of(kinds, to, book)?;
        Ok(to)
    }
}
