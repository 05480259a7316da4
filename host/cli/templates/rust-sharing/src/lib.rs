//! My trade: what a workshop has earned goes to persons in equal parts, by a committee's decision.

use baara_plugin_api::{FieldType, KindDeclaration, baara_plugin, prelude::*};
use std::collections::BTreeSet;

/// Francs of a sales fund, and who gets them.
#[derive(Form)]
struct Share {
    /// The workshop or farm.
    unit: Id,
    /// How much is shared.
    pot: Money,
    #[field(of = "person")]
    persons: Vec<Id>,
}

/// The refusals of [`Share::parts`].
const NO_PARTS: &[&str] = &["my-trade/nobody", "my-trade/more-than-earned"];

impl Share {
    fn fund(&self) -> Id {
        Id::new("fund", &format!("{}.sales", self.unit.code()))
    }

    /// Each person once, with their part. The parts add up to the pot: never divide francs yourself.
    fn parts(&self, book: &Book<'_>) -> Result<Vec<(Id, i64)>, Refusal> {
        book.open(&self.unit)?;
        let persons: BTreeSet<Id> = self.persons.iter().cloned().collect();
        if persons.is_empty() || self.pot.0 == 0 {
            return Err(Refusal::new("my-trade/nobody").with("pot", Amount::francs(self.pot.0)));
        }
        // A fund is owed, so that what it has stands below zero.
        let earned = -book.francs(&self.fund());
        if self.pot.0 > earned {
            return Err(Refusal::new("my-trade/more-than-earned").with("pot", Amount::francs(self.pot.0)).with("earned", Amount::francs(earned)));
        }
        let parts = split(self.pot.0, &vec![1; persons.len()]);
        Ok(persons.into_iter().zip(parts).collect())
    }
}

impl Record for Share {
    const KIND: &'static str = "my-trade-share/1";

    fn writes() -> Grant {
        grant(&["my-trade-share"], &[], &["fund", "pecule"], &["xof"], &[])
    }

    fn refusals() -> &'static [&'static str] {
        NO_PARTS
    }

    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let decision = book.adopted(cmd.leave.as_ref())?;
        let (fund, parts) = (self.fund(), self.parts(book)?);
        let lines: Value = parts.iter().map(|(person, part)| json!({"person": person, "francs": Amount::francs(*part)})).collect();
        let effects = parts.iter().fold(Effects::new(), |effects, (person, part)| {
            effects.francs(*part, &Id::new("pecule", &format!("{}.{}", cmd.site, person.code())), &fund)
        });
        Ok(effects.open(
            &Id::new("my-trade-share", "$1"),
            [("unit", json!(self.unit)), ("pot", json!(Amount::francs(self.pot.0))), ("decision", json!(decision.id)), ("parts", lines)],
        ))
    }
}

/// The same parts without recording anything, to look at before the vote.
fn simulate(cmd: &Command, book: &Book<'_>) -> Result<Table, Refusal> {
    let parts = sdk::read::<Share>(cmd)?.parts(book)?;
    let rows = parts.into_iter().map(|(person, part)| vec![person.to_string(), part.to_string()]).collect();
    Ok(Table { columns: vec!["person".to_owned(), "amount".to_owned()], rows })
}

/// Everything this plugin brings.
#[must_use]
pub fn plugin() -> Plugin {
    use FieldType::{Lines, Money};
    use sdk::{id_of, key, thing};
    let simulation = KindDeclaration::form("my-trade-simulation/1", Share::fields(), NO_PARTS);
    let keys = vec![
        key("unit", id_of("any")),
        key("pot", Money),
        key("decision", id_of("decision")),
        key("parts", Lines { of: vec![key("person", id_of("person")), key("francs", Money)] }),
    ];
    Plugin {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        kinds: vec![Kind::of::<Share>()],
        things: vec![thing("my-trade-share", keys)],
        tables: vec![(simulation, simulate)],
        words: sdk::both_languages(include_str!("../locale/fr.toml"), include_str!("../locale/en.toml")),
    }
}

baara_plugin! { summary: "My trade: a way to share", plugin: plugin }
