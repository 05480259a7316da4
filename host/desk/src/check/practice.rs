//! A made-up book of one facility, rich enough that most forms find something to name.

use baara_book::entry::VERSION;
use baara_book::{Entry, TheBook};
use baara_plugin_api::{Amount, Command, Date, Declaration, Effect, Effects, Id, Map, Value, items, json};
use std::collections::BTreeMap;

/// The facility.
pub(super) const SITE: &str = "kon";

/// The book and what can be named in it.
pub(super) struct Practice {
    pub(super) book: TheBook,
    pub(super) known: BTreeMap<String, Vec<Id>>,
    pub(super) today: Date,
}

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id of the practice book")
}

impl Practice {
    /// The book as it is before a plugin does anything, with the plugin's declaration in it.
    pub(super) fn new(declaration: &Declaration) -> Practice {
        let begun: Date = "2020-01-02".parse().expect("a day");
        let mut practice = Practice { book: TheBook::new(), known: BTreeMap::new(), today: "2020-06-12".parse().expect("a day") };
        practice.apply("setup/1", begun, things(begun));
        practice.apply("setup/1", begun, goods());
        let pin = json!({"sha256": "", "version": declaration.version, "declaration": declaration});
        let values = pin.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
        let thing = id("plugin/under-check");
        practice.apply("pin/1", begun, vec![Effect::Open { thing, values }]);
        practice
    }

    /// Folds effects, and remembers what they open.
    pub(super) fn apply(&mut self, kind: &str, date: Date, effects: Vec<Effect>) {
        for effect in &effects {
            // Nobody fills a form of goods in with francs, leave or points; a right plugin would be refused for it.
            let core = [items::xof(), items::leave(), items::half_days(), items::points()];
            if let Effect::Open { thing, .. } = effect
                && !core.contains(thing)
            {
                self.known.entry(thing.kind().to_owned()).or_default().push(thing.clone());
            }
        }
        let seq = self.book.size() + 1;
        self.book.apply(&Entry {
            v: VERSION,
            seq,
            prev: String::new(),
            id: format!("0190a000-0000-7000-8000-{seq:012}"),
            site: SITE.to_owned(),
            kind: kind.to_owned(),
            by: (id("person/kon-20-0001"), id("role/tester")),
            date,
            at: date.and_hms_opt(8, 0, 0).unwrap_or_default().and_utc().timestamp_millis(),
            hlc: 0,
            leave: None,
            completes: None,
            reverses: None,
            batch: None,
            plugin: None,
            state: None,
            fields: Map::new(),
            effects,
        });
    }

    /// A command of today.
    pub(super) fn command(&self, kind: &str, n: usize, fields: Map) -> Command {
        Command {
            id: format!("0190a000-0000-7000-9000-{n:012}"),
            site: SITE.to_owned(),
            kind: kind.to_owned(),
            by: id("person/kon-20-0001"),
            role: id("role/tester"),
            date: self.today,
            leave: Some(id("decision/kon-20-0001")),
            fields,
        }
    }
}

fn things(begun: Date) -> Vec<Effect> {
    let item = |label: &str, unit: &str, scale: u8, lots: bool| json!({"label": label, "unit": unit, "scale": scale, "by-lot": lots});
    let things = [
        ("facility/kon", json!({"label": "Pénitencier de pratique"})),
        ("committee/kon", json!({"label": "Comité"})),
        ("item/xof", item("Francs", "XOF", 0, false)),
        ("item/leave", item("Autorisation", "XOF", 0, false)),
        ("item/half-days", item("Demi-journées", "half-day", 0, false)),
        ("item/points", item("Points", "point", 0, false)),
        ("item/matiere", item("Matière", "kg", 3, false)),
        ("item/tissu", item("Tissu", "m", 2, false)),
        ("item/produit", item("Produit", "piece", 0, true)),
        ("item/repassage", json!({"label": "Repassage", "unit": "piece", "scale": 0, "group": "service"})),
        ("price-list/kon", json!({"produit": "100 XOF", "repassage": "100 XOF"})),
        ("workshop/kon-atelier", json!({"label": "Atelier", "facility": "facility/kon"})),
        ("store/kon-magasin", json!({"label": "Magasin", "facility": "facility/kon"})),
        ("store/kon-atelier", json!({"label": "Magasin de l'atelier", "facility": "facility/kon"})),
        ("cash-box/kon-caisse", json!({"label": "Caisse", "facility": "facility/kon"})),
        ("customer/kon-awa", json!({"label": "Awa"})),
        ("person/kon-20-0001", json!({"facility": "facility/kon", "status": "staff"})),
        ("person/kon-20-0002", json!({"facility": "facility/kon", "status": "convicted", "sex": "m"})),
        ("person/kon-20-0003", json!({"facility": "facility/kon", "status": "convicted", "sex": "f"})),
        ("person/kon-20-0004", json!({"facility": "facility/kon", "status": "remand", "sex": "m"})),
        ("lot/kon-20-0001", json!({"item": "item/produit", "unit": "workshop/kon-atelier", "made": begun, "released": true})),
        ("lot/kon-20-0002", json!({"item": "item/produit", "unit": "workshop/kon-atelier", "made": begun})),
        ("decision/kon-20-0001", json!({"about": "distribution", "adopted": begun, "ceiling": "50000 XOF"})),
    ];
    let open = |(thing, values): (&str, Value)| Effect::Open {
        thing: id(thing),
        values: values.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect(),
    };
    things.into_iter().map(open).collect()
}

fn goods() -> Vec<Effect> {
    let amount = |text: &str| text.parse::<Amount>().expect("an amount of the practice book");
    let (magasin, atelier) = (id("store/kon-magasin"), id("store/kon-atelier"));
    let (supplier, made) = (id("supplier/kon-awa"), id("produced/kon-atelier"));
    let mut effects = Effects::new();
    for store in [&magasin, &atelier] {
        effects = effects.moves(&id("item/matiere"), amount("500.000 kg"), &supplier, store);
        effects = effects.moves(&id("item/tissu"), amount("500.00 m"), &supplier, store);
        for lot in ["lot/kon-20-0001", "lot/kon-20-0002"] {
            effects = effects.goods(&id("item/produit"), amount("500 piece"), &made, store, Some(&id(lot)));
        }
    }
    effects = effects.francs(100_000, &id("fund/kon-atelier.sales"), &id("cash-box/kon-caisse"));
    effects.moves(&items::leave(), Amount::francs(50_000), &id("committee/kon"), &id("decision/kon-20-0001")).0
}
