//! A sharing on a book on paper.

use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::proptest::{prop_assert_eq, proptest};
use baara_plugin_api::testing::{Host, PaperBook, command, golden};

fn earned() -> PaperBook {
    let (mut book, day) = (PaperBook::new(), "2020-01-02".parse().unwrap());
    book.put(&Id::new("workshop", "kon-atelier"), day, &[]);
    book.put(&Id::new("decision", "kon-20-0001"), day, &[("about", "distribution".into()), ("adopted", json!(day))]);
    book.stock(&Id::new("fund", "kon-atelier.sales"), &items::xof(), None, Amount::francs(-1000));
    book
}

fn share(pot: &str, persons: Value) -> Decided {
    let fields = json!({"unit": "workshop/kon-atelier", "pot": pot, "persons": persons, "leave": "decision/kon-20-0001"});
    earned().record(&my_trade::plugin().kinds[0], &command("my-trade-share/1", "2020-06-12", fields))
}

#[test]
fn every_franc_of_the_pot_is_somebodys() {
    golden("tests/golden/share.json", &share("1000 XOF", json!(["person/kon-1", "person/kon-2", "person/kon-3"])).unwrap().0);
}

#[test]
fn what_nobody_earned_is_not_shared() {
    assert_eq!(share("1001 XOF", json!(["person/kon-1"])).unwrap_err().code, "my-trade/more-than-earned");
    assert_eq!(share("1000 XOF", json!([])).unwrap_err().code, "my-trade/nobody");
}

#[test]
fn a_simulation_gives_the_same_parts() {
    let (book, plugin) = (earned(), my_trade::plugin());
    let fields = json!({"unit": "workshop/kon-atelier", "pot": "7 XOF", "persons": ["person/kon-2", "person/kon-1"]});
    let cmd = command("my-trade-simulation/1", "2020-06-12", fields);
    let table = (plugin.tables[0].1)(&cmd, &Book::new(&book, &cmd.site, cmd.date)).unwrap();
    assert_eq!(table.rows, [["person/kon-1", "4"], ["person/kon-2", "3"]]);
}

#[test]
fn the_plugin_owes_its_users_nothing() {
    assert_eq!(sdk::shortcomings(my_trade::PLUGIN_MANIFEST, &my_trade::plugin()), Vec::<String>::new());
}

proptest! {
    // Ordinary forms, edges and odd ones: it answers each, twice the same, within its grant and under the codes it declares.
    #[test]
    fn every_form_has_a_lawful_answer(command in Host::practice(my_trade::plugin()).commands("my-trade-share/1")) {
        prop_assert_eq!(Host::practice(my_trade::plugin()).lawful(&command), Ok(()));
    }
}
