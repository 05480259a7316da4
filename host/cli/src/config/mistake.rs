//! A mistake in a configuration file: where it is, what is wrong, what to write instead.

use super::Source;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use baara_plugin_api::{Value, json};
use baara_reports::{Said, Words};
use std::ops::Range;

/// One mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mistake {
    /// The file's name below `config/`.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The character in the line, from 1.
    pub(crate) column: usize,
    /// The bytes it covers.
    pub(crate) span: Range<usize>,
    /// What is wrong.
    pub(crate) said: Said,
    /// What to write instead.
    pub(crate) remedy: Said,
}

impl Mistake {
    /// A mistake at a place of a file.
    pub(crate) fn new(source: &Source, span: Range<usize>, said: Said, remedy: Said) -> Mistake {
        let start = floor(&source.text, span.start);
        let end = floor(&source.text, span.end).max(start);
        let (line, column) = place(&source.text, start);
        Mistake { file: source.name.clone(), line, column, span: start..end, said, remedy }
    }

    /// For `--json`.
    pub(crate) fn json(&self, words: &Words) -> Value {
        json!({
            "file": self.file, "line": self.line, "column": self.column, "code": self.said.code,
            "message": words.say(&self.said), "remedy": words.say(&self.remedy),
        })
    }
}

/// Line and character of a byte, from 1.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..floor(text, at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Draws mistakes with the lines they stand on.
pub(crate) fn draw_mistakes(mistakes: &[Mistake], sources: &[Source], words: &Words) -> String {
    let mut drawn = String::new();
    for mistake in mistakes {
        let Some(source) = sources.iter().find(|s| s.name == mistake.file) else { continue };
        let wrong = Level::ERROR.with_name(words.word("screen.mistake"));
        let help = Level::HELP.with_name(words.word("screen.remedy"));
        let snippet = Snippet::source(source.text.as_str()).path(mistake.file.as_str());
        let group = wrong
            .primary_title(words.say(&mistake.said))
            .element(snippet.annotation(AnnotationKind::Primary.span(mistake.span.clone())))
            .element(help.message(words.say(&mistake.remedy)));
        drawn.push_str(&Renderer::plain().render(&[group]));
        drawn.push_str("\n\n");
    }
    drawn
}

/// The candidate most like what was written, if one is near.
pub(crate) fn nearest<'a>(wrote: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (wrote.chars().count() / 2).clamp(1, 3);
    let near = candidates.into_iter().map(|c| (distance(wrote, c), c)).filter(|(d, _)| *d <= allowed);
    near.min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1))).map(|(_, c)| c)
}

/// How many letters must be changed, added or taken away.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(nearest("lable", ["label", "unit"]), Some("label"));
        assert_eq!(nearest("quantité", ["label", "unit"]), None);
        assert_eq!(distance("mil", "mais"), 2);
    }

    #[test]
    fn a_place_counts_characters() {
        assert_eq!(place("é\nçà = 1", 7), (2, 3));
    }
}
