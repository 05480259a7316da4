//! Sweeps: what time brings, found once a day and recorded once. They return effects; the usual path records them.

use crate::answers::Answer;
use crate::clock::Clock;
use crate::judge::Judged;
use crate::{Desk, Submission};
use baara_book::TheBook;
use baara_plugin_api::{Command, Date, Effect, Effects, Id, Map, Value};

/// A visa open for longer is a warning: days.
const VISA_DAYS: i64 = 7;

/// Goods on their way for longer are a warning: days.
const TRANSIT_DAYS: i64 = 15;

impl Desk {
    /// Runs the day's sweeps for a site: expired intentions, old visas, old transits, lapsed counts.
    #[must_use]
    pub fn sweep(&self, site: &str, by: &Id, clock: Clock) -> Vec<Answer> {
        let (site, by) = (site.to_owned(), by.clone());
        self.host(move |bench| {
            let today = clock.today();
            let effects = findings(bench.book, &site, today);
            if effects.0.is_empty() {
                return Ok(Vec::new());
            }
            let effects = baara_book::allot::allot(bench.book, &site, today, effects.0, &std::collections::BTreeMap::new());
            let sub = Submission { clock, id: uuid::Uuid::now_v7().to_string(), ..Submission::new(&site, "sweep/1", &by, Map::new()) };
            let cmd = Command {
                id: sub.id.clone(),
                site: site.clone(),
                kind: "sweep/1".to_owned(),
                by,
                role: Id::new("role", "administrator"),
                date: today,
                leave: None,
                fields: Map::new(),
            };
            Ok(vec![Judged {
                entry: bench.entry(&sub, cmd, effects, None, None, None),
                seals: Vec::new(),
                waiting: None,
                visa: Vec::new(),
            }])
        })
    }
}

/// A pure function of the world and the day.
fn findings(book: &TheBook, site: &str, today: Date) -> Effects {
    let mut effects = Effects::new();
    let own = |kind: &str| book.open_of(kind).filter(|id| id.site() == site).filter_map(|id| book.thing(id, today)).collect::<Vec<_>>();
    for proposal in own("proposal") {
        if proposal.text("state") == "waiting" && proposal.date("until").is_some_and(|until| until < today) {
            effects = effects.set(&proposal.id, "state", "expired", today);
        }
    }
    for visa in own("visa") {
        if visa.text("state") == "open" && (today - visa.since).num_days() > VISA_DAYS && !visa.flag("warned") {
            effects = effects
                .warn("visa/open-too-long", &[&visa.id], [("days", (today - visa.since).num_days().to_string())])
                .set(&visa.id, "warned", true, today);
        }
    }
    for transit in own("transit") {
        let holds = book.holdings_of(&transit.id).iter().any(|h| !h.balance.is_zero());
        if holds && (today - transit.since).num_days() > TRANSIT_DAYS && !transit.flag("warned") {
            effects = effects.warn("transit/too-long", &[&transit.id], [("days", (today - transit.since).num_days().to_string())]).set(
                &transit.id,
                "warned",
                true,
                today,
            );
        }
    }
    for count in own("count") {
        let place = count.id_of("place");
        if count.text("state") == "open" && (today - count.since).num_days() > 1 {
            effects = effects.warn("count/lapsed", &[&count.id], []).set(&count.id, "state", "lapsed", today);
            if let Some(place) = place {
                effects.0.push(Effect::Set { thing: place, key: "frozen".to_owned(), value: Value::Null, from: today });
            }
        }
    }
    effects
}
