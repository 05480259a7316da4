//! The record kinds of cash.

use baara_plugin_api::Kind;

/// The kinds of this subject.
pub(crate) fn kinds() -> Vec<Kind> {
    vec![]
}
