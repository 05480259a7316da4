//! One hash of the whole state: same journal, same digest, on any machine, with or without plugins.

use crate::world::{Balance, Holds, TheBook};
use baara_plugin_api::Id;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

impl TheBook {
    fn sorted_names(&self) -> Vec<Id> {
        let mut names: Vec<Id> = self.names().collect();
        names.sort_unstable();
        names
    }

    /// SHA-256 of the sorted state, in hex.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut line = String::new();
        let index = &self.index;
        for id in self.sorted_names() {
            let Some(kept) = self.kept(&id) else { continue };
            let life = kept.life();
            line.clear();
            let _ = writeln!(line, "thing {id} {} {:?}", life.since, life.ended);
            for (key, from, value, seq) in kept.timeline() {
                let _ = writeln!(line, "  {key} {from} {seq} {value}");
            }
            hash.update(line.as_bytes());
        }
        let mut holdings: Vec<_> = index.holdings.iter().collect();
        holdings.sort_unstable_by_key(|(key, _)| *key);
        for (_, entity) in holdings {
            let (Some(holds), Some(balance)) = (self.world.get::<Holds>(*entity), self.world.get::<Balance>(*entity)) else { continue };
            line.clear();
            let _ = writeln!(line, "holding {} {} {:?} {}", holds.place, holds.item, holds.lot, balance.now);
            for m in &balance.months {
                let _ = writeln!(line, "  {} {} {}", m.month, m.came, m.went);
            }
            hash.update(line.as_bytes());
        }
        for ((site, series, year), n) in &index.series {
            hash.update(format!("series {site} {series} {year} {n}\n"));
        }
        for (seq, by) in &index.reversed {
            hash.update(format!("reversed {seq} {by}\n"));
        }
        hash.update(format!("entries {}\n", index.spine.len()));
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}
