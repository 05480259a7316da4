//! What is no choice.
use baara_plugin_api::prelude::*;

#[derive(Choice)]
struct One { //~ a choice is one answer among several: write `enum … { This, ThatOne }`
    this: u64,
}

#[derive(Choice)]
enum Holding {
    This(u64), //~ an answer holds nothing but its name
}

#[derive(Choice)]
enum Nothing {} //~ a choice has answers: write at least one

fn main() {}
