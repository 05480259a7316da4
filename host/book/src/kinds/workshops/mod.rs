//! The record kinds of workshops.

use baara_plugin_api::Kind;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![]
}
