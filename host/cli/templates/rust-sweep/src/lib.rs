//! My trade: a round through a store that warns of lots nobody has sold or used for too long, each lot once.

use baara_plugin_api::{baara_plugin, prelude::*};

/// How old a lot grows unnoticed when the round does not say.
const USUAL_DAYS: u64 = 90;

/// A round.
#[derive(Form)]
struct Round {
    #[field(of = "store")]
    store: Id,
    /// Lots at least so old.
    days: Option<u64>,
}

impl Record for Round {
    const KIND: &'static str = "my-trade-round/1";

    fn writes() -> Grant {
        grant(&["my-trade-finding"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["my-trade/nothing-new"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.store)?;
        let days = self.days.unwrap_or(USUAL_DAYS);
        let mut effects = Effects::new();
        let mut found = 0;
        for held in book.holdings_of(&self.store) {
            let Some(lot) = held.lot.and_then(|lot| book.thing(&lot)) else { continue };
            let age = u64::try_from((book.date() - lot.since).num_days()).unwrap_or(0);
            // A plugin has no memory but what it has written: a finding for each lot it has warned of.
            let told = !book.things_having("my-trade-finding", "lot", lot.id.as_str()).is_empty();
            if age >= days && !told {
                found += 1;
                effects = effects
                    .open(&Id::new("my-trade-finding", &format!("${found}")), [("lot", json!(lot.id)), ("store", json!(self.store))])
                    .warn("my-trade/old-lot", &[&lot.id, &self.store], [("left", held.balance.to_string()), ("days", age.to_string())]);
            }
        }
        if found == 0 { Err(Refusal::new("my-trade/nothing-new").with("store", &self.store).with("days", days)) } else { Ok(effects) }
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
