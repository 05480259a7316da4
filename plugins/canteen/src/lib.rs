#![doc = include_str!("../README.md")]

mod accounts;
#[cfg(test)]
mod fixture;
mod list;
mod shelves;
mod terms;

use baara_plugin_api::{FieldType, KindDeclaration, baara_plugin, prelude::*};

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<terms::Canteen>(), Kind::of::<list::CanteenList>()],
        things: things(),
        tables: vec![
            (table("canteen-account/1", accounts::Account::fields()), accounts::account),
            (table("canteen-statement/1", accounts::Statement::fields()), accounts::statement),
        ],
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "A canteen: lists of purchases, its margin, its accounts", plugin: plugin }

fn table(kind: &str, fields: Vec<Field>) -> KindDeclaration {
    KindDeclaration::form(kind, fields, &[])
}

fn things() -> Vec<ThingDeclaration> {
    use FieldType::{Lines, Money, Quantity, Text};
    use sdk::{id_of, key, thing};
    let bought = vec![
        key("person", id_of("person")),
        key("item", id_of("item")),
        key("quantity", Quantity { of: "item".to_owned() }),
        key("price", Money),
        key("total", Money),
    ];
    vec![
        thing(
            "canteen",
            vec![
                key("label", Text),
                key("unit", id_of("workshop")),
                key("store", id_of("store")),
                key("cash-box", id_of("cash-box")),
                key("pecules", id_of("cash-box")),
                key("fund", id_of("fund")),
                key("margin", FieldType::Ratio),
                key("margin-to", id_of("fund")),
                key("month", Money),
                key("decision", id_of("decision")),
            ],
        ),
        thing(
            "canteen-list",
            vec![
                key("canteen", id_of("canteen")),
                key("unit", id_of("workshop")),
                key("paper", Text),
                key("number", Text),
                key("total", Money),
                key("margin", Money),
                key("lines", Lines { of: bought }),
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
