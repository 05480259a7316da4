//! Where the francs of a sale go: a cash box, a wallet, or a customer's debt.

use baara_plugin_api::prelude::*;

/// The refusals [`income`] may give.
pub(crate) const REFUSALS: &[&str] = &["sale/credit-needs-customer", "sale/place-missing", "sale/wrong-place"];

/// How a customer pays.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Means {
    /// Coins and notes.
    Cash,
    /// To the workshop's telephone wallet.
    MobileMoney,
    /// Later.
    Credit,
}

/// The collected money of a workshop or farm, still to be shared.
pub(crate) fn sales_of(unit: &Id) -> Id {
    Id::new("fund", &format!("{}.sales", unit.code()))
}

/// Sold, but not collected yet.
pub(crate) fn uncollected(site: &str) -> Id {
    Id::new("fund", &format!("{site}-uncollected"))
}

/// From which fund to which place francs go that a unit earns by these means.
pub(crate) fn income(means: Means, place: Option<&Id>, customer: Option<&Id>, unit: &Id, site: &str) -> Result<(Id, Id), Refusal> {
    let kind = match means {
        Means::Cash => "cash-box",
        Means::MobileMoney => "wallet",
        Means::Credit => {
            let customer = customer.ok_or_else(|| Refusal::new("sale/credit-needs-customer"))?;
            return Ok((uncollected(site), customer.as_kind("debt")));
        }
    };
    let place = place.ok_or_else(|| Refusal::new("sale/place-missing").with("means", means.code()))?;
    if place.kind() != kind {
        return Err(Refusal::new("sale/wrong-place").with("place", place).with("means", means.code()).with("expected", kind));
    }
    Ok((sales_of(unit), place.clone()))
}
