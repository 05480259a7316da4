#![doc = include_str!("../README.md")]

mod batch;
mod saponification;

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};
pub use saponification::{Fat, KNOWN_FATS, Saponification, naoh_from_koh};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<batch::SoapBatch>()],
        things: things(),
        tables: Vec::new(),
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Soap: lye against theory, mass and cure", plugin: plugin }

fn things() -> Vec<ThingDeclaration> {
    use FieldType::{Date, Flag, Ratio, Text, Whole};
    use sdk::{id_of, key, thing};
    vec![thing(
        "soap-batch",
        vec![
            key("workshop", id_of("workshop")),
            key("lot", id_of("lot")),
            key("fats", FieldType::Lines { of: vec![key("fat", id_of("item")), key("quantity", Text), key("naoh", Ratio)] }),
            key("lye-used", Text),
            key("lye-theory", Text),
            key("lye-expected", Text),
            key("discount", Ratio),
            key("water", Ratio),
            key("bars", Text),
            key("bar-grams", Whole),
            key("mass-in", Text),
            key("mass-out", Text),
            key("cured", Date),
            key("unsafe", Flag),
            key("motive", Text),
        ],
    )]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
