//! What is no plugin.
use baara_plugin_api::{baara_plugin, prelude::*};

fn plugin() -> Plugin {
    Plugin::default()
}

mod forgot_the_summary {
    baara_plugin_api::baara_plugin! { plugin: super::plugin } //~ write `baara_plugin! { summary: "one sentence", plugin: plugin }`
}

mod forgot_to_describe {
    baara_plugin_api::export_plugin! { manifest: "{}" } //~ write `export_plugin! { manifest: TEXT, describe: describe, call: call }`
}

baara_plugin! { summary: "Lends \"tools\"", plugin: plugin } //~ the summary stands inside JSON

fn main() {}
