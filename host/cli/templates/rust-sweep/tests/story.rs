//! A daily round on paper.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::proptest::{prop_assert_eq, proptest};
use baara_plugin_api::testing::{Host, PaperBook, command, golden};

fn store() -> PaperBook {
    let mut book = PaperBook::new();
    let store = Id::new("store", "kon-magasin");
    book.put(&store, "2020-01-02".parse().unwrap(), &[]);
    for (lot, made) in [("kon-20-0001", "2020-03-01"), ("kon-20-0002", "2020-06-01")] {
        let lot = Id::new("lot", lot);
        book.put(&lot, made.parse().unwrap(), &[]);
        book.stock(&store, &Id::new("item", "produit"), Some(&lot), "12 piece".parse().unwrap());
    }
    book
}

fn round(book: &mut PaperBook, date: &str) -> Decided {
    book.record(&my_trade::plugin().kinds[0], &command("my-trade-round/1", date, json!({})))
}

#[test]
fn an_old_lot_is_told_once() {
    let mut book = store();
    golden("tests/golden/round.json", &round(&mut book, "2020-06-12").unwrap().0);
    assert_eq!(round(&mut book, "2020-06-13").unwrap_err().code, "my-trade/nothing-new");
    assert_eq!(round(&mut book, "2020-09-13").unwrap().0.len(), 2);
}

#[test]
fn the_plugin_owes_its_users_nothing() {
    assert_eq!(sdk::shortcomings(my_trade::PLUGIN_MANIFEST, &my_trade::plugin()), Vec::<String>::new());
}

proptest! {
    // Ordinary forms, edges and odd ones: it answers each, twice the same, within its grant and under the codes it declares.
    #[test]
    fn every_form_has_a_lawful_answer(command in Host::practice(my_trade::plugin()).commands("my-trade-round/1")) {
        prop_assert_eq!(Host::practice(my_trade::plugin()).lawful(&command), Ok(()));
    }
}
