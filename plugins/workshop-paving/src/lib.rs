#![doc = include_str!("../README.md")]

mod batch;
mod dose;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use dose::{BAG_KG, stones_per_bag};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::PavingBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form::<trade::Planned>("paving-sheet/1"), batch::sheet),
            (trade::ledger_form("paving-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Paving stones and blocks: cement against dosage, breakage and cure", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
