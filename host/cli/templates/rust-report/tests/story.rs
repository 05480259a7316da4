//! A table of a book on paper.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::proptest::{prop_assert_eq, proptest};
use baara_plugin_api::testing::{Host, PaperBook, command, golden};

fn ages(days: u64) -> Table {
    let mut book = PaperBook::new();
    let store = Id::new("store", "kon-magasin");
    book.put(&store, "2020-01-02".parse().unwrap(), &[]);
    for (lot, made, much) in [("kon-20-0001", "2020-03-01", "12 piece"), ("kon-20-0002", "2020-06-01", "7 piece")] {
        let lot = Id::new("lot", lot);
        book.put(&lot, made.parse().unwrap(), &[]);
        book.stock(&store, &Id::new("item", "produit"), Some(&lot), much.parse().unwrap());
    }
    let cmd = command("my-trade-ages/1", "2020-06-12", json!({"store": store, "days": days}));
    (my_trade::plugin().tables[0].1)(&cmd, &Book::new(&book, &cmd.site, cmd.date)).unwrap()
}

#[test]
fn each_lot_has_its_age() {
    golden("tests/golden/ages.json", &ages(0));
}

#[test]
fn younger_lots_are_left_out() {
    assert_eq!(ages(30).rows.len(), 1);
}

#[test]
fn the_plugin_owes_its_users_nothing() {
    assert_eq!(sdk::shortcomings(my_trade::PLUGIN_MANIFEST, &my_trade::plugin()), Vec::<String>::new());
}

proptest! {
    // Ordinary forms, edges and odd ones: it answers each, twice the same, within its grant and under the codes it declares.
    #[test]
    fn every_form_has_a_lawful_answer(command in Host::practice(my_trade::plugin()).commands("my-trade-ages/1")) {
        prop_assert_eq!(Host::practice(my_trade::plugin()).lawful(&command), Ok(()));
    }
}
