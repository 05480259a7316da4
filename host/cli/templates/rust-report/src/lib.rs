//! My trade: a table of what a store holds, lot by lot, and how old it is.

use baara_plugin_api::{KindDeclaration, baara_plugin, prelude::*};

/// What the table is asked for.
#[derive(Form)]
struct Ages {
    #[field(of = "store")]
    store: Id,
    /// Only lots at least so old.
    days: Option<u64>,
}

fn draw(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let Ages { store, days } = sdk::read(cmd)?;
    book.open(&store)?;
    let mut rows = Vec::new();
    for held in book.holdings_of(&store) {
        let Some(lot) = held.lot.and_then(|lot| book.thing(&lot)) else { continue };
        let age = (book.date() - lot.since).num_days();
        if u64::try_from(age).is_ok_and(|age| age >= days.unwrap_or(0)) {
            rows.push(vec![lot.id.to_string(), held.item.to_string(), held.balance.to_string(), age.to_string()]);
        }
    }
    Ok(Table { columns: ["lot", "item", "quantity", "days"].map(str::to_owned).to_vec(), rows })
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    let ages =
        KindDeclaration::form("my-trade-ages/1", Ages::fields(), &[]);
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: Vec::new(),
        things: Vec::new(),
        tables: vec![(ages, draw)],
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "My trade: a table", plugin: plugin }
