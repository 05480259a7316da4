//! What is no record kind.
use baara_plugin_api::prelude::*;

#[derive(Form)]
struct Loan {
    #[field(of = "item")]
    item: Id,
}

struct Gift {
    item: Id,
}

impl Record for Gift { //~ `Gift` is not a form
    const KIND: &'static str = "gift/1";
    fn writes() -> Grant {
        Grant::default()
    }
    fn decide(self, _: &Command, _: &Book<'_>) -> Decided {
        Ok(Effects::new())
    }
}

fn main() {
    let _ = Kind::of::<Loan>(); //~ `Loan` is not a record kind
}
