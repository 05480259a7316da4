//! A batch on a book on paper.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::proptest::{prop_assert_eq, proptest};
use baara_plugin_api::testing::{Host, PaperBook, command, golden};

fn workshop() -> PaperBook {
    let (mut book, day) = (PaperBook::new(), "2020-01-02".parse().unwrap());
    book.put(&Id::new("workshop", "kon-atelier"), day, &[]);
    book.stock(&Id::new("store", "kon-magasin"), &Id::new("item", "matiere"), None, "50.000 kg".parse().unwrap());
    book
}

fn batch(book: &mut PaperBook, made: &str, motive: Value) -> Decided {
    let fields = json!({
        "workshop": "workshop/kon-atelier", "material": "item/matiere", "used": "12.500 kg", "from": "store/kon-magasin",
        "product": "item/produit", "made": made, "to": "store/kon-magasin", "motive": motive,
    });
    book.record(&my_trade::plugin().kinds[0], &command("my-trade-batch/1", "2020-06-12", fields))
}

#[test]
fn a_batch_takes_its_material_and_rests_before_it_is_sold() {
    golden("tests/golden/batch.json", &batch(&mut workshop(), "50 piece", Value::Null).unwrap().0);
}

#[test]
fn a_batch_that_gives_too_little_is_told_unless_somebody_says_why() {
    let warned = |effects: Effects| effects.0.iter().any(|effect| matches!(effect, Effect::Warn { .. }));
    assert!(warned(batch(&mut workshop(), "40 piece", Value::Null).unwrap()));
    assert!(!warned(batch(&mut workshop(), "40 piece", "pluie".into()).unwrap()));
    assert!(!warned(batch(&mut workshop(), "46 piece", Value::Null).unwrap()));
}

#[test]
fn a_batch_of_nothing_is_refused() {
    assert_eq!(batch(&mut workshop(), "0 piece", Value::Null).unwrap_err().code, "my-trade/nothing-made");
}

#[test]
fn the_plugin_owes_its_users_nothing() {
    assert_eq!(sdk::shortcomings(my_trade::PLUGIN_MANIFEST, &my_trade::plugin()), Vec::<String>::new());
}

proptest! {
    // Ordinary forms, edges and odd ones: it answers each, twice the same, within its grant and under the codes it declares.
    #[test]
    fn every_form_has_a_lawful_answer(command in Host::practice(my_trade::plugin()).commands("my-trade-batch/1")) {
        prop_assert_eq!(Host::practice(my_trade::plugin()).lawful(&command), Ok(()));
    }
}
