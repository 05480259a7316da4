//! A sale on a book on paper.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::proptest::{prop_assert_eq, proptest};
use baara_plugin_api::testing::{Host, PaperBook, command, golden};

fn sale(quantity: &str, price: &str) -> Decided {
    let (mut book, day) = (PaperBook::new(), "2020-01-02".parse().unwrap());
    book.put(&Id::new("workshop", "kon-atelier"), day, &[]);
    let fields = json!({
        "unit": "workshop/kon-atelier", "item": "item/produit", "quantity": quantity, "price": price,
        "from": "store/kon-magasin", "lot": "lot/kon-20-0001", "cash-box": "cash-box/kon-caisse",
    });
    book.record(&my_trade::plugin().kinds[0], &command("my-trade-sale/1", "2020-06-12", fields))
}

#[test]
fn goods_leave_the_store_and_francs_come_in() {
    golden("tests/golden/sale.json", &sale("2.500 kg", "150 XOF").unwrap().0);
}

#[test]
fn a_sale_of_nothing_is_refused() {
    assert_eq!(sale("0.000 kg", "150 XOF").unwrap_err().code, "my-trade/nothing-sold");
    assert_eq!(sale("1.000 kg", "0 XOF").unwrap_err().code, "my-trade/nothing-sold");
    assert_eq!(sale("9007199254740 kg", "9007199254740 XOF").unwrap_err().code, "my-trade/too-large");
}

#[test]
fn the_plugin_owes_its_users_nothing() {
    assert_eq!(sdk::shortcomings(my_trade::PLUGIN_MANIFEST, &my_trade::plugin()), Vec::<String>::new());
}

proptest! {
    // Ordinary forms, edges and odd ones: it answers each, twice the same, within its grant and under the codes it declares.
    #[test]
    fn every_form_has_a_lawful_answer(command in Host::practice(my_trade::plugin()).commands("my-trade-sale/1")) {
        prop_assert_eq!(Host::practice(my_trade::plugin()).lawful(&command), Ok(()));
    }
}
