//! What passes between facilities: grain from the farms to the kitchens of establishments, by three entries each.

use super::facts::Facts;
use super::script::working;
use baara_plugin_api::{Date, Days};

/// Grain on its way, as the receiver knows it.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// The farm that sends it.
    pub(super) from: String,
    /// The establishment it goes to.
    pub(super) to: String,
    /// The day it leaves.
    pub(super) leaves: Date,
    /// The day it arrives.
    pub(super) on: Date,
    /// The item's code.
    pub(super) item: String,
    /// How much.
    pub(super) grams: i64,
    /// What the farm calls its dispatch.
    pub(super) sent: String,
    /// What the establishment calls its reception.
    pub(super) received: String,
}

/// Every transfer of the year: each farm sends to each of its establishments in the months after the harvest.
pub(super) fn transfers(facts: &Facts) -> Vec<Arrival> {
    let mut all = Vec::new();
    for farm in &facts.farms.farm {
        let item = farm.plot.iter().flat_map(|plot| &plot.crops).map(|crop| &crop.item).find(|item| farm.sells.contains(item));
        let item = item.unwrap_or(&farm.eats);
        for (round, month) in [11, 12].into_iter().enumerate() {
            for (n, to) in farm.sends_to.iter().enumerate() {
                let first = Date::from_ymd_opt(2020, month, 16).expect("a day");
                let leaves = working(first + Days::new(u64::try_from(n).unwrap_or(0)));
                all.push(Arrival {
                    from: farm.site.clone(),
                    to: to.clone(),
                    leaves,
                    on: working(leaves + Days::new(1)),
                    item: item.clone(),
                    grams: 300_000,
                    sent: format!("sent-{to}-{round}"),
                    received: format!("from-{}-{round}", farm.site),
                });
            }
        }
    }
    all
}
