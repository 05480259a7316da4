#![doc = include_str!("../README.md")]

mod batch;
mod dough;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use dough::{BAG_KG, loaves_per_bag};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::BakeryBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form::<trade::Planned>("bakery-sheet/1"), batch::sheet),
            (trade::ledger_form("bakery-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Bakery: dough and loaves a bag, weight of the loaf", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
