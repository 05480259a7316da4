#![doc = include_str!("../README.md")]

mod batch;
mod wood;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use wood::{log_volume, metres};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::JoineryBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form::<trade::Planned>("joinery-sheet/1"), batch::sheet),
            (trade::sheet_form_refusing::<batch::Cubage>("joinery-cubage/1", &["joinery/no-such-tree"]), batch::cubage),
            (trade::ledger_form("joinery-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Joinery: logs by their measure, yield of the saw, parts and waste of a piece", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
