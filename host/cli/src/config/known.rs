//! The things configuration may hold, and the type of each of their keys.

/// What a key holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    /// Words.
    Text,
    /// Yes or no.
    Flag,
    /// A whole number.
    Whole,
    /// A day.
    Day,
    /// An exact fraction in quotes, `"3/10"` or `"0.141"`.
    Ratio,
    /// An amount in quotes, `"92.400 kg"`.
    Amount,
    /// The name of a unit.
    Unit,
    /// One of these codes.
    Choice(&'static [&'static str]),
    /// A thing of this kind, by code or id.
    Thing(&'static str),
    /// Several of one of these types.
    Texts,
    /// Several small tables with these keys.
    Tables(&'static [(&'static str, Type)]),
    /// Whatever the rule needs: words, a whole number, yes or no, a day, or a list of words.
    Any,
}

impl Type {
    /// The code of the words that tell what to write.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Type::Text => "config.type.text",
            Type::Flag => "config.type.flag",
            Type::Whole => "config.type.whole",
            Type::Day => "config.type.day",
            Type::Ratio => "config.type.ratio",
            Type::Amount => "config.type.amount",
            Type::Unit => "config.type.unit",
            Type::Choice(_) => "config.type.choice",
            Type::Thing(_) => "config.type.thing",
            Type::Texts => "config.type.texts",
            Type::Tables(_) => "config.type.tables",
            Type::Any => "config.type.any",
        }
    }
}

/// A kind of thing: its keys with their types; `*` after a dot stands for any further name.
pub(crate) struct Known {
    /// The kind, `item`.
    pub(crate) kind: &'static str,
    /// Keys without which it makes no sense.
    pub(crate) needs: &'static [&'static str],
    /// Keys and types.
    pub(crate) keys: &'static [(&'static str, Type)],
}

/// Keys that every thing may have.
pub(crate) const COMMON: &[(&str, Type)] =
    &[("label", Type::Text), ("label-en", Type::Text), ("aliases", Type::Texts), ("source", Type::Text), ("note", Type::Text)];

const GROUPS: &[&str] = &["cereal", "legume", "vegetable", "product", "material", "input", "livestock", "service", "money", "work"];

/// How well a figure is known: read in a source, worked out from one, or general knowledge.
const CONFIDENCE: Type = Type::Choice(&["S", "D", "K"]);

const INPUTS: &[(&str, Type)] = &[
    ("item", Type::Thing("item")),
    ("per", Type::Ratio),
    ("per-width", Type::Any),
    ("tolerance", Type::Ratio),
    ("confidence", CONFIDENCE),
    ("source", Type::Text),
];

const FIGURES: &[(&str, Type)] = &[
    ("name", Type::Text),
    ("value", Type::Ratio),
    ("tolerance", Type::Ratio),
    ("item", Type::Thing("item")),
    ("confidence", CONFIDENCE),
    ("source", Type::Text),
];

const CUTS: &[(&str, Type)] = &[("item", Type::Thing("item")), ("length", Type::Whole), ("count", Type::Whole)];

const CALIBRATED: &[(&str, Type)] = &[("item", Type::Thing("item")), ("tolerance", Type::Ratio)];
const BANDS: &[(&str, Type)] = &[("band", Type::Text), ("share", Type::Ratio), ("confidence", CONFIDENCE), ("source", Type::Text)];

const PRODUCTS: &[(&str, Type)] = &[
    ("product", Type::Thing("item")),
    ("bands", Type::Tables(BANDS)),
    ("inputs", Type::Tables(INPUTS)),
    ("figures", Type::Tables(FIGURES)),
    ("cuts", Type::Tables(CUTS)),
    ("calibrated", Type::Tables(CALIBRATED)),
    ("cure-days", Type::Whole),
    ("checked", Type::Flag),
    ("tolerance", Type::Ratio),
];

/// Kinds of which a template holds one, named after its file.
pub(crate) const ONE_A_FILE: &[&str] = &["template", "rule", "bureau"];

/// The kinds, in reading order.
pub(crate) const KNOWN: &[Known] = &[
    Known {
        kind: "facility",
        needs: &["label", "kind"],
        keys: &[
            ("kind", Type::Choice(&["remand-and-correction", "central-remand", "penal-farm", "special-centre"])),
            ("region", Type::Text),
            ("place", Type::Text),
            ("named-in", Type::Texts),
            ("assumed", Type::Flag),
        ],
    },
    Known {
        kind: "unit",
        needs: &["label"],
        keys: &[("symbol", Type::Text), ("measures", Type::Text), ("of", Type::Text), ("factor", Type::Ratio)],
    },
    Known {
        kind: "item",
        needs: &["label", "unit"],
        keys: &[
            ("unit", Type::Unit),
            ("scale", Type::Whole),
            ("group", Type::Choice(GROUPS)),
            ("by-lot", Type::Flag),
            ("form", Type::Text),
            ("crop", Type::Thing("crop")),
            ("state", Type::Text),
            ("yield-low", Type::Whole),
            ("yield-usual", Type::Whole),
            ("yield-high", Type::Whole),
        ],
    },
    Known {
        kind: "conversion",
        needs: &[],
        keys: &[
            ("item", Type::Thing("item")),
            ("to", Type::Thing("item")),
            ("local", Type::Text),
            ("region", Type::Text),
            ("factor", Type::Any),
            ("spread", Type::Any),
            ("weighings", Type::Whole),
            ("low", Type::Any),
            ("high", Type::Any),
        ],
    },
    Known {
        kind: "container",
        needs: &["item", "factor"],
        keys: &[("item", Type::Thing("item")), ("factor", Type::Amount), ("spread", Type::Amount), ("weighings", Type::Whole)],
    },
    Known {
        kind: "crop",
        needs: &["label"],
        keys: &[
            ("item", Type::Thing("item")),
            ("low", Type::Any),
            ("usual", Type::Any),
            ("high", Type::Any),
            ("yield-low", Type::Any),
            ("yield-usual", Type::Any),
            ("yield-high", Type::Any),
            ("basis", Type::Text),
            ("sow", Type::Text),
            ("harvest", Type::Text),
            ("cycle", Type::Text),
        ],
    },
    Known {
        kind: "recipe",
        needs: &["label"],
        keys: &[
            ("product", Type::Thing("item")),
            ("trade", Type::Thing("trade")),
            ("inputs", Type::Tables(INPUTS)),
            ("cure-days", Type::Whole),
            ("checked", Type::Flag),
            ("tolerance", Type::Ratio),
            ("tolerance-quarter", Type::Ratio),
        ],
    },
    Known {
        kind: "trade",
        needs: &["label"],
        keys: &[
            ("plugin", Type::Text),
            ("products", Type::Tables(PRODUCTS)),
            ("figures", Type::Tables(FIGURES)),
            ("cure-days", Type::Whole),
            ("checked", Type::Flag),
            ("hazardous", Type::Flag),
            ("outside", Type::Flag),
        ],
    },
    Known { kind: "role", needs: &["label"], keys: &[("may", Type::Texts), ("staff-only", Type::Flag)] },
    Known { kind: "college", needs: &["label"], keys: &[("staff", Type::Flag)] },
    Known { kind: "reason", needs: &["label"], keys: &[("for", Type::Texts), ("paid", Type::Flag), ("excused", Type::Flag)] },
    Known { kind: "donor", needs: &["label"], keys: &[] },
    Known {
        kind: "indicator",
        needs: &["label", "formula", "unit"],
        keys: &[
            ("result", Type::Text),
            ("formula", Type::Text),
            ("formula-en", Type::Text),
            ("unit", Type::Text),
            ("measure", Type::Text),
            ("numerator", Type::Text),
            ("numerator-en", Type::Text),
            ("denominator", Type::Text),
            ("denominator-en", Type::Text),
            ("perimeter", Type::Text),
            ("perimeter-en", Type::Text),
            ("baseline", Type::Text),
            ("baseline-source", Type::Text),
            ("target", Type::Text),
            ("target-source", Type::Text),
        ],
    },
    Known { kind: "rules", needs: &[], keys: &[("*", Type::Any)] },
    Known { kind: "price-list", needs: &[], keys: &[("decision", Type::Text), ("*", Type::Amount)] },
    Known { kind: "template", needs: &["label"], keys: &[("active", Type::Flag), ("act", Type::Text)] },
    Known { kind: "rule", needs: &[], keys: &[("*", Type::Any)] },
    Known { kind: "bureau", needs: &[], keys: &[("offices", Type::Text)] },
    Known { kind: "seat", needs: &["label"], keys: &[("college", Type::Thing("college")), ("count", Type::Text), ("office", Type::Text)] },
];

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|k| k.kind == name)
}

/// The type of a key among these.
pub(crate) fn key(keys: &[(&'static str, Type)], name: &str) -> Option<Type> {
    let fits =
        |pattern: &str| pattern == name || pattern == "*" || pattern.strip_suffix('*').is_some_and(|p| p.len() > 1 && name.starts_with(p));
    keys.iter().find(|(pattern, _)| fits(pattern)).map(|(_, of)| *of)
}
