//! The classes of places: fixed by kind, they decide how a balance may stand.

use crate::Id;
use std::sync::LazyLock;

/// How the balance of a place may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Something is there: never below zero.
    Held,
    /// It belongs to somebody: never above zero, shown without the sign.
    Owed,
    /// The world outside: any balance; its turnover is the statistic.
    World,
}

/// What must exist for a place to be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// A thing with the place's own id.
    Itself,
    /// A thing of one of these kinds with the place's code.
    SameCode(&'static [&'static str]),
    /// `<unit>.<person>`: both must exist.
    UnitAndPerson,
    /// `<site>.<person>`: the person must exist.
    SiteAndPerson,
    /// Only that the code begins with the site.
    Site,
}

/// The table: kind, class, what it needs.
pub const PLACES: &[(&str, Class, Needs)] = &[
    ("store", Class::Held, Needs::Itself),
    ("cash-box", Class::Held, Needs::Itself),
    ("bank", Class::Held, Needs::Itself),
    ("wallet", Class::Held, Needs::Itself),
    ("transit", Class::Held, Needs::Itself),
    ("consignment", Class::Held, Needs::Itself),
    ("debt", Class::Held, Needs::SameCode(&["customer"])),
    ("shortage", Class::Held, Needs::Itself),
    ("decision", Class::Held, Needs::Itself),
    ("work", Class::Held, Needs::UnitAndPerson),
    ("fund", Class::Owed, Needs::Itself),
    ("pecule", Class::Owed, Needs::SiteAndPerson),
    ("bill", Class::Owed, Needs::SameCode(&["supplier"])),
    ("down-payment", Class::Owed, Needs::SameCode(&["order"])),
    ("grant", Class::Owed, Needs::SameCode(&["micro-project"])),
    ("field", Class::World, Needs::SameCode(&["plot"])),
    ("worker", Class::World, Needs::Site),
    ("supplier", Class::World, Needs::Site),
    ("produced", Class::World, Needs::SameCode(&["workshop", "farm"])),
    ("consumed", Class::World, Needs::SameCode(&["workshop", "farm"])),
    ("sold", Class::World, Needs::SameCode(&["workshop", "farm"])),
    ("shared", Class::World, Needs::SameCode(&["workshop", "farm"])),
    ("eaten", Class::World, Needs::Site),
    ("given", Class::World, Needs::Site),
    ("lost", Class::World, Needs::Site),
    ("found", Class::World, Needs::Site),
    ("committee", Class::World, Needs::Site),
    ("used", Class::World, Needs::Site),
    ("from", Class::World, Needs::Site),
    ("to", Class::World, Needs::Site),
    ("opening", Class::World, Needs::Site),
];

/// The class of a place, if the id names a place at all.
#[must_use]
pub fn class(place: &Id) -> Option<Class> {
    row(place).map(|row| row.1)
}

/// What the place needs, if the id names a place at all.
#[must_use]
pub fn needs(place: &Id) -> Option<Needs> {
    row(place).map(|row| row.2)
}

fn row(place: &Id) -> Option<&'static (&'static str, Class, Needs)> {
    static BY_KIND: LazyLock<Vec<&(&str, Class, Needs)>> = LazyLock::new(|| {
        let mut rows: Vec<_> = PLACES.iter().collect();
        rows.sort_unstable_by_key(|row| row.0);
        rows
    });
    BY_KIND.binary_search_by_key(&place.kind(), |row| row.0).ok().map(|n| BY_KIND[n])
}
