#![doc = include_str!("../README.md")]

mod batch;
mod filling;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use filling::filling;

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::MattressBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form::<trade::Planned>("mattress-sheet/1"), batch::sheet),
            (trade::ledger_form("mattress-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Mattresses: cotton by size and density, cover, weight", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
