#![doc = include_str!("../README.md")]

mod bars;
mod batch;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use bars::{Bar, pack};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::MetalBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form_refusing::<batch::MetalSheet>("metal-sheet/1", batch::REFUSALS), batch::sheet),
            (trade::sheet_form_refusing::<batch::MetalSheet>("metal-plan/1", batch::REFUSALS), batch::plan),
            (trade::ledger_form("metal-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Metalwork: cut lists packed into bars, rods, tested welds", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
