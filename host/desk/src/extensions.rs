//! The plugins of a book as whoever looks after them sees them: what each may do, where it runs, how it behaved, and what
//! to do about it.

use crate::{Desk, Fault, Mode, Signed, State};
use baara_plugin_api::{Date, Declaration, Id, Refusal};
use std::cell::LazyCell;

/// One plugin: let in, or waiting to be.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Its id, `sales`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file, in hex; the file lies in the book's `plugins` under this name.
    pub sha256: String,
    /// Who stands for the file, as it was when the file was proposed.
    pub signed: Signed,
    /// How it is, in a word: as [`crate::Registry::standing`] has it, or `waits`.
    pub standing: &'static str,
    /// What it declared when it was let in; `None` while it waits, since nothing of it has run.
    pub declaration: Option<Declaration>,
    /// Why its kinds are refused: the code, the file, the reason and the remedy are the refusal's.
    pub trouble: Option<Refusal>,
    /// Where it runs and how it behaved; `None` when it cannot run here.
    pub state: Option<State>,
    /// What holds it, in a word: `in-process`, `sandbox`, or `crash-isolation` where the system confines no child.
    pub hold: Option<&'static str>,
    /// The proposal that waits.
    pub proposal: Option<Proposal>,
}

/// A plugin's file that waits for other people's endorsement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Its paper.
    pub paper: Id,
    /// The entry that proposed it.
    pub seq: u64,
    /// Where it was proposed.
    pub site: String,
    /// Whose endorsement it still needs.
    pub needs: Vec<String>,
}

impl Desk {
    /// The pinned plugins in the order they were let in, then those that wait. Nobody may hold the book meanwhile: what
    /// waits is read from the journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn extensions(&self) -> Result<Vec<Extension>, Fault> {
        let mut all: Vec<Extension> = {
            // Found by trying, and only when there is a child to hold.
            let confined = LazyCell::new(|| if self.sandbox().is_whole() { "sandbox" } else { "crash-isolation" });
            let (book, registry) = (self.book(), self.registry());
            let signed = |plugin: &str| {
                let thing = book.thing(&Id::new("plugin", plugin), Date::MAX);
                Signed::read(&book, |key| thing.as_ref().map_or("", |thing| thing.text(key)))
            };
            let pinned = registry.plugins().map(|(declared, sha256, _)| {
                let state = registry.state(&declared.id);
                Extension {
                    id: declared.id.clone(),
                    version: declared.version.clone(),
                    sha256: sha256.to_owned(),
                    signed: signed(&declared.id),
                    standing: registry.standing(&declared.id),
                    declaration: Some(declared.clone()),
                    trouble: registry.trouble(&declared.id),
                    hold: state.as_ref().map(|state| if state.mode == Mode::InProcess { "in-process" } else { *confined }),
                    state,
                    proposal: None,
                }
            });
            pinned.collect()
        };
        for proposal in self.proposed_pins() {
            let Some((entry, _)) = self.entry(proposal.seq)? else { continue };
            let text = |key: &str| entry.fields["fields"].get(key).and_then(|v| v.as_str()).unwrap_or_default();
            all.push(Extension {
                id: text("plugin").to_owned(),
                version: text("version").to_owned(),
                sha256: text("sha256").to_owned(),
                signed: Signed::read(&self.book(), text),
                standing: "waits",
                declaration: None,
                trouble: None,
                state: None,
                hold: None,
                proposal: Some(proposal),
            });
        }
        Ok(all)
    }

    fn proposed_pins(&self) -> Vec<Proposal> {
        let book = self.book();
        let papers = book.open_of("proposal").filter_map(|id| book.thing(&id, Date::MAX));
        let pins = papers.filter(|paper| paper.text("kind") == crate::pins::PIN && paper.text("state") == "waiting");
        pins.map(|paper| Proposal {
            seq: u64::try_from(paper.whole("entry").unwrap_or_default()).unwrap_or_default(),
            site: book.home(&paper.id, Date::MAX),
            needs: paper.list("needs").into_iter().map(str::to_owned).collect(),
            paper: paper.id,
        })
        .collect()
    }
}
