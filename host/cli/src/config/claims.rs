//! The claims of a published report: what it printed, where, and what its own figures give.

use super::known::Type;
use super::mistake::{Mistake, nearest};
use super::read::{parse, unknown, wrong_type};
use super::{Source, is_demo};
use baara_reports::Said;
use toml::de::DeValue;

/// One printed figure.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Claim {
    /// Its code.
    pub(crate) code: String,
    /// What it says.
    pub(crate) claim: String,
    /// The figure as printed.
    pub(crate) printed: String,
    /// Where it stands.
    pub(crate) place: String,
    /// How it can be worked out again.
    pub(crate) formula: String,
    /// What that gives.
    pub(crate) recomputed: String,
    /// Its unit.
    pub(crate) unit: String,
    /// What is to be thought of it: `holds`, `differs`, `not-reproducible` …
    pub(crate) verdict: String,
    /// The report of the book that counts the same.
    pub(crate) report: String,
    /// Its cell, `R2.value`.
    pub(crate) cell: String,
    /// What a reader should know.
    pub(crate) note: String,
}

const VERDICTS: &[&str] = &["holds", "rounded", "truncated", "differs", "undefined", "not-reproducible"];

const KEYS: &[&str] = &["code", "claim", "place", "printed", "formula", "recomputed", "unit", "verdict", "report", "cell", "note"];

/// Reads `demo/published.toml`; no file, no claims.
///
/// # Errors
/// Every mistake in it.
pub(crate) fn claims(sources: &[Source]) -> Result<Vec<Claim>, Vec<Mistake>> {
    let (mut claims, mut mistakes) = (Vec::new(), Vec::new());
    let Some(source) = sources.iter().find(|s| is_demo(s) && s.name.ends_with("/published.toml")) else { return Ok(claims) };
    let Some(table) = parse(source, &mut mistakes) else { return Err(mistakes) };
    for (section, value) in table.get_ref().iter() {
        let (true, Some(list)) = (section.get_ref() == "claim", value.get_ref().as_array()) else {
            mistakes.push(unknown(source, section.span(), "config.unknown-kind", section.get_ref(), Some("claim"), std::iter::empty()));
            continue;
        };
        for one in list.iter() {
            let mut claim = Claim::default();
            for (key, value) in one.get_ref().as_table().into_iter().flat_map(|t| t.iter()) {
                let Some(text) = text(value.get_ref()) else {
                    mistakes.push(wrong_type(source, value.span(), key.get_ref(), Type::Text));
                    continue;
                };
                match key.get_ref().as_ref() {
                    "code" => claim.code = text,
                    "claim" => claim.claim = text,
                    "place" => claim.place = text,
                    "formula" => claim.formula = text,
                    "recomputed" => claim.recomputed = text,
                    "unit" => claim.unit = text,
                    "verdict" if !VERDICTS.contains(&text.as_str()) => {
                        let near = nearest(&text, VERDICTS.iter().copied());
                        mistakes.push(unknown(source, value.span(), "config.not-a-choice", &text, near, VERDICTS.iter().copied()));
                    }
                    "verdict" => claim.verdict = text,
                    "printed" => claim.printed = text,
                    "report" => claim.report = text,
                    "cell" => claim.cell = text,
                    "note" => claim.note = text,
                    other => {
                        let near = nearest(other, KEYS.iter().copied());
                        mistakes.push(unknown(source, key.span(), "config.unknown-key", other, near, KEYS.iter().copied()));
                    }
                }
            }
            if claim.code.is_empty() {
                let said = Said::new("config.no-code").with("kind", "claim");
                mistakes.push(Mistake::new(source, one.span(), said, Said::new("config.no-code.try").with("kind", "claim")));
            }
            claims.push(claim);
        }
    }
    if mistakes.is_empty() { Ok(claims) } else { Err(mistakes) }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_claims_are_read_and_a_mistake_is_told() {
        assert!(claims(&super::super::sources(None).unwrap()).unwrap().len() > 20);
        let source = Source { name: "demo/published.toml".to_owned(), text: "[[claim]]\ncode = \"a\"\nverdict = \"hold\"\n".to_owned() };
        let mistakes = claims(&[source]).unwrap_err();
        assert_eq!((mistakes[0].line, mistakes[0].said.code.as_str()), (3, "config.not-a-choice"));
    }
}
