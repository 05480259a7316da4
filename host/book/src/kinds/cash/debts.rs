//! A customer's debt that will not be collected.

use super::{above_zero, of_site};
use baara_plugin_api::prelude::*;

/// A debt cancelled: it cites the sale it comes from, or the committee's decision.
#[derive(Form)]
pub(super) struct DebtCancel {
    #[field(of = "customer")]
    customer: Id,
    amount: Money,
    #[field(of = "sale")]
    sale: Option<Id>,
    #[field(sealed)]
    #[allow(dead_code)] // Asked for and kept with the entry; nothing depends on it.
    reason: String,
}

impl Record for DebtCancel {
    const KIND: &'static str = "debt-cancel/1";
    fn writes() -> Grant {
        grant(&[], &[], &["debt", "fund"], &["xof"], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["cash/nothing", "debt/less-owed", "debt/needs-sale-or-decision", "debt/sale-of-another", "debt/other-decision"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.customer)?;
        let amount = above_zero(self.amount)?;
        let (debt, uncollected) = (self.customer.as_kind("debt"), of_site("fund", cmd, "uncollected"));
        let asked = Amount::francs(amount);
        if book.francs(&debt) < amount {
            let owed = Amount::francs(book.francs(&debt));
            return Err(Refusal::new("debt/less-owed").with("customer", &self.customer).with("owed", owed).with("asked", asked));
        }
        self.reason_to_cancel(cmd, book)?;
        Ok(Effects::new().francs(amount, &debt, &uncollected))
    }
}

impl DebtCancel {
    fn reason_to_cancel(&self, cmd: &Command, book: &Book<'_>) -> Result<(), Refusal> {
        if let Some(sale) = &self.sale {
            let customer = book.open(sale)?.id_of("customer");
            if customer.as_ref().is_some_and(|c| *c != self.customer) {
                return Err(Refusal::new("debt/sale-of-another").with("sale", sale).with("customer", &self.customer));
            }
        }
        if cmd.leave.is_some() {
            let decision = book.adopted(cmd.leave.as_ref())?;
            if decision.about != "write-off" {
                return Err(Refusal::new("debt/other-decision").with("decision", &decision.id).with("about", &decision.about));
            }
        } else if self.sale.is_none() {
            return Err(Refusal::new("debt/needs-sale-or-decision").with("customer", &self.customer));
        }
        Ok(())
    }
}
