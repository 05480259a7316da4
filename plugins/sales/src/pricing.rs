//! What things cost: the price list in force, and a price times a quantity.

use baara_plugin_api::prelude::*;

/// Francs for one whole unit, as the site's price list says on the day.
pub(crate) fn list_price(item: &Id, book: &Book<'_>) -> Result<i64, Refusal> {
    let price = book.value(&Id::new("price-list", book.site()), item.code());
    let francs = price.as_str().and_then(|text| text.parse::<Amount>().ok()).filter(|a| a.unit() == Unit::XOF && a.scale() == 0);
    francs.map(Amount::count).ok_or_else(|| Refusal::new("sale/no-price").with("item", item).with("date", book.date()))
}

/// A price for one whole unit times a quantity, to the nearest franc, halves upwards; `None` when it does not fit.
#[must_use]
pub fn worth(price: i64, quantity: Amount) -> Option<i64> {
    let unit = 10_u64.checked_pow(u32::from(quantity.scale()))?;
    Ratio::new(u64::try_from(price).ok()?, unit)?.of(quantity.count(), Rounding::Half)
}

/// The worth, or why it cannot be told.
pub(crate) fn total(item: &Id, price: i64, quantity: Amount) -> Result<i64, Refusal> {
    let fits = worth(price, quantity).filter(|francs| *francs <= baara_plugin_api::MAX_COUNT);
    fits.ok_or_else(|| Refusal::new("sale/too-large").with("item", item).with("quantity", quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(price: i64, quantity: &str, expected: i64) {
        assert_eq!(worth(price, quantity.parse().unwrap()), Some(expected), "{quantity} at {price}");
    }

    #[test]
    fn a_price_times_a_quantity_is_whole_francs() {
        check(1500, "3 piece", 4500);
        check(250, "12.500 kg", 3125);
        check(225, "0.002 kg", 0);
        check(225, "0.010 kg", 2);
        check(250, "0.010 kg", 3);
        check(0, "5 piece", 0);
    }
}
