//! The practice year: compact facts become the commands of 24 facilities, and all take the ordinary path.
//!
//! Nothing here writes an effect. The facts in `config/demo/` are expanded, always in the same way, into the forms that
//! people would fill in; the desk reads, decides, guards and records them like anybody's.

mod canteen;
mod chance;
mod drive;
mod facts;
mod farm;
mod herds;
mod house;
mod prison;
mod resolve;
mod sawing;
mod script;
mod step;
#[cfg(test)]
mod tests;
mod together;

pub(crate) use drive::run;
pub(crate) use facts::Facts;

use baara_desk::Founding;
use step::Step;

/// One facility's year: how it is founded, and its commands in order.
pub(crate) struct Year {
    /// The facility's code.
    pub(crate) site: String,
    /// The founding act.
    pub(crate) founding: Founding,
    /// The commands.
    pub(crate) steps: Vec<Step>,
}

/// The commands of every facility, each on its own: only transfers name another facility, by number.
pub(crate) fn commands(facts: &Facts) -> Vec<Year> {
    let transfers = together::transfers(facts);
    let farms = facts.farms.farm.iter().enumerate().map(|(place, farm)| {
        let own = transfers.iter().filter(|t| t.from == farm.site).cloned().collect();
        let (founding, script) = farm::Land::year(facts, farm, place, own);
        Year { site: farm.site.clone(), founding, steps: script.steps }
    });
    let prisons = facts.establishments.iter().enumerate().map(|(place, one)| {
        let own = transfers.iter().filter(|t| t.to == one.site).cloned().collect();
        let (founding, script) = prison::Prison::year(facts, one, place + facts.farms.farm.len(), own);
        Year { site: one.site.clone(), founding, steps: script.steps }
    });
    farms.chain(prisons).collect()
}
