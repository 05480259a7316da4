#![doc = include_str!("../README.md")]

mod batch;
mod mass;
mod saponification;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use saponification::{Fat, KNOWN_FATS, Saponification, naoh_from_koh};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::SoapBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form_refusing::<batch::SoapSheet>("soap-sheet/1", batch::REFUSALS), batch::sheet),
            (trade::ledger_form("soap-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Soap: lye against theory, mass and cure", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
