//! What no field holds.
use baara_plugin_api::prelude::*;

#[derive(Form)]
struct Weighing {
    weight: f64, //~ `f64` cannot be a form field
}

enum Means {
    Cash,
}

#[derive(Form)]
struct Payment {
    means: Means, //~ `Means` cannot be a form field
}

fn main() {}
