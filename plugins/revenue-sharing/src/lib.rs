#![doc = include_str!("../README.md")]

mod distribution;
#[cfg(test)]
mod fixture;
mod key;
mod payout;
mod pot;
mod shares;

use baara_plugin_api::{FieldType, KindDeclaration, baara_plugin, prelude::*};
pub use shares::{Base, Key, Part, PotRefused, Purchase, Remainder, Shares, pot_shares};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<key::SharingKey>(), Kind::of::<distribution::Distribution>(), Kind::of::<payout::Payout>()],
        things: things(),
        tables: vec![(simulation(), distribution::simulate)],
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Sharing keys, distributions and payouts", plugin: plugin }

/// The figures of a distribution, line by line, without recording it.
fn simulation() -> KindDeclaration {
    KindDeclaration::form("simulation/1", distribution::Distribution::fields(), distribution::REFUSALS)
}

fn things() -> Vec<ThingDeclaration> {
    use FieldType::{Date, Lines, Money, Text};
    use sdk::{id_of, key, thing};
    let lines = |name: &str, of: Vec<Field>| key(name, Lines { of });
    vec![
        thing(
            "key",
            vec![
                key("unit", id_of("any")),
                key("from", Date),
                lines("parts", vec![key("to", Text), key("ratio", FieldType::Ratio)]),
                key("remainder", Text),
                key("base", key::BaseChoice::field_type("")),
                key("category", Text),
                key("reference", Text),
                key("decision", id_of("decision")),
            ],
        ),
        thing(
            "distribution",
            vec![
                key("unit", id_of("any")),
                key("until", Date),
                key("pot", Money),
                key("workers", Money),
                key("decision", id_of("decision")),
                lines("keys", vec![key("key", id_of("key")), key("francs", Money)]),
                lines("months", vec![key("month", Text), key("francs", Text)]),
                lines("purchases", vec![key("fund", id_of("fund")), key("amount", Money), key("what", Text)]),
                lines("shares", vec![key("person", id_of("person")), key("francs", Money), key("points", Text), key("half-days", Text)]),
            ],
        ),
        thing(
            "payout",
            vec![
                key("distribution", id_of("distribution")),
                key("decision", id_of("decision")),
                key("place", id_of("cash-box")),
                key("total", Money),
                key("number", Text),
                lines("lines", vec![key("person", id_of("person")), key("amount", Money)]),
            ],
        ),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
