//! Lines: small forms one below the other, with some empty ones to fill in.

use super::{Draft, anchor, single};
use crate::visit::Reading;
use baara_plugin_api::{Field, Value};
use maud::{Markup, html};

/// The lines typed so far and a few empty ones; a button brings more, without any script.
pub(super) fn lines(r: &Reading<'_>, draft: &Draft<'_>, field: &Field, of: &[Field]) -> Markup {
    let typed = draft.typed.get(&field.name).and_then(Value::as_array).cloned().unwrap_or_default();
    let label = r.words.field(&draft.kind.kind, &field.name);
    let error = draft.error(r, &field.name);
    let all = if typed.is_empty() { draft.blank } else { typed.len() + draft.blank.saturating_sub(2).max(1) };
    html! {
        fieldset.lines.wrong[error.is_some()] id=(anchor(&field.name)) {
            legend { (label) @if !field.required { " " span.optional { (r.word("web.optional")) } } }
            @if let Some(error) = error { span.error { span.sr { (r.word("web.error")) } (error) } }
            @for at in 1..=all {
                fieldset.line {
                    legend { (r.word("web.line")) " " (at) }
                    div.cells {
                        @for one in of {
                            (single(r, draft, one, &format!("{}.{at}.{}", field.name, one.name), typed.get(at - 1).and_then(|line| line.get(&one.name))))
                        }
                    }
                }
            }
            button.more type="submit" name="_more" value=(field.name) formnovalidate { (r.word("web.more-lines")) }
        }
    }
}
