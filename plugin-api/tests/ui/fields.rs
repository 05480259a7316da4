//! What is no field.
use baara_plugin_api::prelude::*;

#[derive(Form)]
struct Unknown {
    #[field(unit = "kg")] //~ expected `of = "…"`, `name = "…"`, `sealed` or `flatten`
    weight: u64,
}

#[derive(Form)]
struct Nothing {
    #[field] //~ say what of this field: `of = "…"`
    weight: u64,
}

#[derive(Form)]
struct NoText {
    #[field(of = store)] //~ this is a text: write it between `"`
    from: Id,
}

#[derive(Form)]
struct NoValue {
    #[field(of)] //~ give it a text: `= "…"`
    from: Id,
}

#[derive(Form)]
struct CountsNothing {
    weight: Option<Amount>, //~ an amount says what it counts: `#[field(of = "item")]`
}

#[derive(Form)]
struct Twice {
    from: u64,
    #[field(name = "from")]
    source: u64, //~ two fields of this form are called `from`
}

#[derive(Form)]
struct Capital {
    #[field(name = "From where")] //~ a field's name has small letters a-z, digits and `-`
    from: u64,
}

#[derive(Form)]
struct Accent {
    quantité: u64, //~ a field's name has small letters a-z, digits and `_`
}

#[derive(Form)]
struct TakesIn {
    #[field(flatten, sealed)]
    twice: Twice, //~ write `flatten` alone
}

fn main() {}
