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
        // A late explanation comes after those dated later, so what is known in the end decides.
        let warning = book.at(Date::MAX).open(&self.warning)?;
        if !warning.text("explained").is_empty() {
            return Err(Refusal::new("warning/already-explained").with("warning", &self.warning));
        }
        Ok(Effects::new().explain(&self.warning, &self.reason))
    }
}
