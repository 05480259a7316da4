//! Configuration proposed to a book that has been founded: facts at once, what holds a control waits for other people.

use crate::answers::{Answer, Submission};
use crate::clock::Clock;
use crate::founding::Wanted;
use crate::judge::{No, Ruling};
use crate::{Desk, people};
use baara_book::TheBook;
use baara_plugin_api::{Command, Date, Effect, Id, Map, Refusal, Value};

/// Things whose values are a control: rules, rights, prices, recipes with their tolerances, colleges.
const CONTROLS: &[&str] = &["rules", "role", "price-list", "recipe", "trade", "college", "reason"];

impl Desk {
    /// Proposes the differences between what configuration wants and what the book has, by a person who may.
    ///
    /// Labels, items, units and the like are recorded at once. What holds a control becomes an intention, and
    /// takes effect when the people its rule names have endorsed it. One answer for each entry.
    #[must_use]
    pub fn propose_config(&self, site: &str, by: &Id, wanted: Vec<Wanted>, clock: Clock) -> Vec<Answer> {
        let held = |w: &Wanted| CONTROLS.contains(&w.thing.kind());
        let differences = self.differences(wanted);
        if let Some(no) = remeasured(&self.book(), differences.iter().map(|w| (&w.thing, w.key.as_str(), &w.value))) {
            return vec![Answer::Refused(no)];
        }
        let (controls, facts): (Vec<Wanted>, Vec<Wanted>) = differences.into_iter().partition(held);
        let facts = self.chunks(facts).into_iter().map(|(date, effects)| ("config/1", date, effects));
        let today = clock.today();
        // A control may start ahead and never in the past: it is judged on the day it is proposed.
        let controls = self.chunks(controls).into_iter().map(|(_, effects)| ("config-loosens/1", today, effects));
        facts.chain(controls).flat_map(|(kind, date, effects)| self.propose(site, by, kind, date, clock, effects)).collect()
    }

    fn propose(&self, site: &str, by: &Id, kind: &'static str, date: Date, clock: Clock, effects: Vec<Effect>) -> Vec<Answer> {
        let sub = Submission { clock, id: uuid::Uuid::now_v7().to_string(), ..Submission::new(site, kind, by, Map::new()) };
        self.host(move |bench| {
            let role = people::role_for(bench.book, &sub.site, &sub.person, None, "config/1", clock.today()).map_err(No::from)?;
            let cmd = Command {
                id: sub.id.clone(),
                site: sub.site.clone(),
                kind: kind.to_owned(),
                by: sub.person.clone(),
                role,
                date,
                leave: None,
                fields: Map::new(),
            };
            let set = effects.iter().filter_map(|effect| match effect {
                Effect::Set { thing, key, value, .. } => Some((thing, key.as_str(), value)),
                _ => None,
            });
            // Something of it may have come in since the differences were taken.
            if let Some(no) = remeasured(bench.book, set) {
                return Err(No::Refused(no));
            }
            let ruling = Ruling { cmd, effects, seals: Vec::new(), plugin: None };
            Ok(vec![bench.conclude(&sub, ruling, None)?])
        })
    }
}

/// No to another unit or scale for what has been counted already: old amounts would be read in the new measure.
fn remeasured<'v>(book: &TheBook, mut values: impl Iterator<Item = (&'v Id, &'v str, &'v Value)>) -> Option<Refusal> {
    let (item, key, value) = values.find(|(thing, key, _)| {
        thing.kind() == "item" && matches!(*key, "unit" | "scale") && book.all_holdings().iter().any(|held| held.item == **thing)
    })?;
    let was = book.thing(item, Date::MAX).and_then(|thing| thing.values.get(key).cloned()).unwrap_or_default();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(Refusal::new("config/item-counted").with("item", item).with("key", key).with("was", plain(&was)).with("value", plain(value)))
}
