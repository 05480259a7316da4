//! My trade: something sold, and where its francs go.

use baara_plugin_api::{FieldType, baara_plugin, prelude::*};

/// One item sold for cash.
#[derive(Form)]
struct Sale {
    /// The workshop or farm that made it.
    unit: Id,
    #[field(of = "item")]
    item: Id,
    #[field(of = "item")]
    quantity: Amount,
    /// Francs for one whole unit.
    price: Money,
    #[field(of = "store")]
    from: Id,
    /// Of which lot, for items that are kept by lot.
    #[field(of = "lot")]
    lot: Option<Id>,
    #[field(of = "cash-box")]
    cash_box: Id,
}

impl Sale {
    /// Francs in all, to the nearest franc.
    fn total(&self) -> Option<i64> {
        let whole = 10_u64.checked_pow(self.quantity.scale().into())?;
        let price = Ratio::new(u64::try_from(self.price.0).ok()?, whole)?;
        price.of(self.quantity.count(), Rounding::Half).filter(|total| *total <= baara_plugin_api::MAX_COUNT)
    }
}

impl Record for Sale {
    const KIND: &'static str = "my-trade-sale/1";

    fn writes() -> Grant {
        grant(&["my-trade-sale"], &[], &["store", "sold", "fund", "cash-box"], &["*", "xof"], &["receipt"])
    }

    fn refusals() -> &'static [&'static str] {
        &["my-trade/nothing-sold", "my-trade/too-large"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.unit)?;
        if self.quantity.is_zero() || self.price.0 == 0 {
            return Err(Refusal::new("my-trade/nothing-sold").with("quantity", self.quantity).with("price", Amount::francs(self.price.0)));
        }
        let total = self.total().ok_or_else(|| Refusal::new("my-trade/too-large").with("quantity", self.quantity))?;
        let fund = Id::new("fund", &format!("{}.sales", self.unit.code()));
        // The host writes the number it takes where `NUMBER` stands, and the real code for `$1`.
        Ok(Effects::new()
            .goods(&self.item, self.quantity, &self.from, &self.unit.as_kind("sold"), self.lot.as_ref())
            .francs(total, &fund, &self.cash_box)
            .number("receipt")
            .open(
                &Id::new("my-trade-sale", "$1"),
                [
                    ("unit", json!(self.unit)),
                    ("item", json!(self.item)),
                    ("quantity", json!(self.quantity)),
                    ("total", json!(Amount::francs(total))),
                    ("receipt", NUMBER.into()),
                ],
            ))
    }
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    use FieldType::{Money, Text};
    use sdk::{id_of, key, thing};
    let keys = vec![
        key("unit", id_of("any")),
        key("item", id_of("item")),
        key("quantity", FieldType::Quantity { of: "item".to_owned() }),
        key("total", Money),
        key("receipt", Text),
    ];
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<Sale>()],
        things: vec![thing("my-trade-sale", keys)],
        tables: Vec::new(),
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "My trade: a way to sell", plugin: plugin }
