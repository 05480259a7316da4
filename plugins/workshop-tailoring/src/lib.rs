#![doc = include_str!("../README.md")]

mod batch;
mod client;
mod cut;

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};
pub use cut::for_band;

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![
            Kind::of::<batch::TailoringBatch>(),
            Kind::of::<client::ClothIn>(),
            Kind::of::<client::ClothCut>(),
            Kind::of::<client::ClothBack>(),
        ],
        things: vec![client_cloth()],
        tables: vec![
            (trade::sheet_form_refusing::<batch::Cutting>("tailoring-sheet/1", batch::REFUSALS), batch::sheet),
            (trade::sheet_form::<client::Held>("client-cloth/1"), client::held),
            (trade::ledger_form("tailoring-ledger/1"), trade::ledger),
        ],
        words: trade::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Tailoring: cloth by garment, size and width, and clients' cloth apart", plugin: plugin }

/// Cloth that is a client's: it lies in no store of ours, so nothing can sell it.
fn client_cloth() -> ThingDeclaration {
    use FieldType::{Lines, Quantity, Text};
    use sdk::{id_of, key, thing};
    let amount = |name: &str| key(name, Quantity { of: "item".to_owned() });
    let garments = vec![key("item", id_of("item")), amount("good"), amount("rejected"), amount("expected"), amount("actual")];
    thing(
        "client-cloth",
        vec![
            key("number", Text),
            key("unit", id_of("workshop")),
            key("customer", id_of("customer")),
            key("item", id_of("item")),
            key("width", Text),
            amount("taken"),
            amount("left"),
            key("garments", Lines { of: garments }),
            key("motive", Text),
        ],
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
