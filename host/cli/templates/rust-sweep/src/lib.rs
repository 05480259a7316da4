//! My trade: a daily round through the stores that warns of lots nobody has sold or used for too long, each lot once.

use baara_plugin_api::{baara_plugin, prelude::*};

/// How old a lot grows unnoticed.
const DAYS: i64 = 90;

/// A round. It asks nothing: the book makes it by itself, before a site's first command of a day.
#[derive(Form)]
struct Round {}

impl Record for Round {
    const KIND: &'static str = "my-trade-round/1";
    const SWEEP: bool = true;

    fn writes() -> Grant {
        grant(&["my-trade-finding"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["my-trade/nothing-new"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let mut effects = Effects::new();
        let mut found = 0;
        let stores = book.things("store");
        for (store, held) in stores.iter().flat_map(|store| book.holdings_of(store).into_iter().map(move |held| (store, held))) {
            let Some(lot) = held.lot.and_then(|lot| book.thing(&lot)) else { continue };
            let age = (book.date() - lot.since).num_days();
            // A plugin has no memory but what it has written: a finding for each lot it has warned of.
            let told = !book.things_having("my-trade-finding", "lot", lot.id.as_str()).is_empty();
            if age >= DAYS && !told {
                found += 1;
                effects = effects
                    .open(&Id::new("my-trade-finding", &format!("${found}")), [("lot", json!(lot.id)), ("store", json!(store))])
                    .warn("my-trade/old-lot", &[&lot.id, store], [("left", held.balance.to_string()), ("days", age.to_string())]);
            }
        }
        // A round that finds nothing is refused, and leaves no entry.
        if found == 0 { Err(Refusal::new("my-trade/nothing-new").with("days", DAYS)) } else { Ok(effects) }
    }
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    use sdk::{id_of, key, thing};
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<Round>()],
        things: vec![thing("my-trade-finding", vec![key("lot", id_of("lot")), key("store", id_of("store"))])],
        tables: Vec::new(),
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "My trade: a round that warns", plugin: plugin }
