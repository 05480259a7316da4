#![doc = include_str!("../README.md")]

mod consignment;
mod credit;
#[cfg(test)]
mod fixture;
mod goods;
mod order;
mod pricing;
mod reprint;
mod returned;
mod sale;
mod tickets;
mod till;

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};
pub use pricing::worth;

/// Everything this plugin brings, in reading order.
#[must_use]
pub fn plugin() -> Plugin {
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![
            Kind::of::<sale::Sale>(),
            Kind::of::<credit::DebtPayment>(),
            Kind::of::<returned::Return>(),
            Kind::of::<order::Order>(),
            Kind::of::<order::Delivery>(),
            Kind::of::<order::OrderCancel>(),
            Kind::of::<consignment::Consignment>(),
            Kind::of::<consignment::ConsignmentReturn>(),
            Kind::of::<reprint::ReceiptReprint>(),
        ],
        things: things(),
        tables: Vec::new(),
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "Sales, debts, returns, orders and consignments", plugin: plugin }

fn things() -> Vec<ThingDeclaration> {
    use FieldType::{Date, Flag, Money, Quantity, Text};
    use sdk::{id_of, key, thing};
    let amount = || Quantity { of: "item".to_owned() };
    let lines = |keys: Vec<Field>| key("lines", FieldType::Lines { of: keys });
    let goods = || vec![key("item", id_of("item")), key("lot", id_of("lot")), key("quantity", amount())];
    let priced = || [goods(), vec![key("price", Money), key("total", Money)]].concat();
    vec![
        thing(
            "sale",
            vec![
                key("unit", id_of("any")),
                key("total", Money),
                key("list-total", Money),
                key("below-list", Flag),
                key("receipt", Text),
                key("paper", Text),
                key("motive", Text),
                key("means", till::Means::field_type("")),
                key("place", id_of("any")),
                key("credit", Money),
                key("customer", id_of("customer")),
                key("order", id_of("order")),
                lines(priced()),
            ],
        ),
        thing(
            "debt-payment",
            vec![
                key("customer", id_of("customer")),
                key("amount", Money),
                key("unit", id_of("any")),
                key("sale", id_of("sale")),
                key("place", id_of("any")),
                key("receipt", Text),
            ],
        ),
        thing(
            "return",
            vec![key("sale", id_of("sale")), key("total", Money), key("cancelled", Money), key("motive", Text), lines(priced())],
        ),
        thing(
            "order",
            vec![
                key("customer", id_of("customer")),
                key("unit", id_of("any")),
                key("item", id_of("item")),
                key("quantity", amount()),
                key("price", Money),
                key("total", Money),
                key("due", Date),
                key("down-payment", Money),
                key("receipt", Text),
                key("cancelled", Text),
            ],
        ),
        thing(
            "consignment",
            vec![key("label", Text), key("keeper", id_of("person")), key("until", Date), key("number", Text), lines(goods())],
        ),
        thing("receipt-copy", vec![key("sale", id_of("sale")), key("receipt", Text), key("copy", FieldType::Whole)]),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_owes_its_users_nothing() {
        assert_eq!(baara_plugin_api::sdk::shortcomings(super::PLUGIN_MANIFEST, &super::plugin()), Vec::<String>::new());
    }
}
