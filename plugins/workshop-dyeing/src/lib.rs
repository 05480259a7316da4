#![doc = include_str!("../README.md")]

mod batch;
mod calibration;

use baara_plugin_api::{baara_plugin, prelude::*};
pub use calibration::FIRST_BATCHES;

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::DyeingBatch>()],
        things: Vec::new(),
        tables: vec![
            (trade::sheet_form::<trade::Planned>("dyeing-sheet/1"), batch::sheet),
            (trade::sheet_form::<batch::Calibration>("dyeing-calibration/1"), batch::calibration),
            (trade::ledger_form("dyeing-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Dyeing: cloth, dyes by the workshop's own first ten batches, wet rag", plugin: plugin }

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
