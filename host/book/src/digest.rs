//! One hash of the whole state: same journal, same digest, on any machine, with or without plugins.

use crate::world::{Balance, Holds, Life, TheBook, Timelines};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

impl TheBook {
    /// SHA-256 of the sorted state, in hex.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut line = String::new();
        let index = self.index();
        let mut names: Vec<_> = index.names.iter().collect();
        names.sort_unstable_by_key(|(id, _)| *id);
        for (id, entity) in names {
            let Some(life) = self.world.get::<Life>(*entity) else { continue };
            line.clear();
            let _ = writeln!(line, "thing {id} {} {:?}", life.since, life.ended);
            for dated in self.world.get::<Timelines>(*entity).into_iter().flat_map(Timelines::lines).flatten() {
                let _ = writeln!(line, "  {} {} {} {}", dated.key, dated.from, dated.seq, dated.value);
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
