//! The answer to a warning.

use baara_plugin_api::prelude::*;

/// Somebody explains what the book found odd.
#[derive(Form)]
pub(super) struct Explain {
    #[field(of = "warning")]
    warning: Id,
    #[field(sealed)]
    reason: String,
}

impl Record for Explain {
    const KIND: &'static str = "explain/1";
    fn writes() -> Grant {
        grant(&["warning"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["warning/already-explained"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        match book.open(&self.warning) {
            Err(refusal) if refusal.code == "thing/closed" => Err(Refusal::new("warning/already-explained").with("warning", &self.warning)),
            Err(refusal) => Err(refusal),
            Ok(_) => Ok(Effects::new().explain(&self.warning, &self.reason)),
        }
    }
}
