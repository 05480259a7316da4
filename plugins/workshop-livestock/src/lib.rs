#![doc = include_str!("../README.md")]

mod account;
mod day;
mod herd;

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<day::HerdDay>(), Kind::of::<herd::Begun>(), Kind::of::<herd::Treatment>()],
        things: things(),
        tables: vec![
            (trade::sheet_form_refusing::<day::Planned>("herd-sheet/1", &["livestock/none-left", "livestock/days"]), day::sheet),
            (trade::sheet_form::<account::Of>("heads-ledger/1"), account::heads),
            (trade::sheet_form::<account::Of>("herd-account/1"), account::costs),
            (trade::ledger_form("livestock-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Animals: heads, feed, daily gain, laying, treatments, full cost of a herd", plugin: plugin }

fn things() -> Vec<ThingDeclaration> {
    use FieldType::{Date, Money, Ratio, Text};
    use sdk::{id_of, key, thing};
    let herd = vec![
        key("unit", id_of("workshop")),
        key("lot", id_of("lot")),
        key("item", id_of("item")),
        key("store", id_of("store")),
        key("begun", Date),
        key("heads", Text),
        key("live-weight", Ratio),
        key("cost", Money),
        key("withdrawal", Date),
    ];
    let treatment = vec![key("herd", id_of("herd")), key("remedy", Text), key("until", Date), key("inputs", Text)];
    vec![thing("herd", herd), thing("treatment", treatment)]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
