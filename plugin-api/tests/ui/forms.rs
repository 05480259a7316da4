//! What is no form.
use baara_plugin_api::prelude::*;

#[derive(Form)]
struct Tuple(Id); //~ the fields of a form have names, which people read: write `struct … { name: Type }`

#[derive(Form)]
enum Several { //~ an enum is one answer among several: derive `Choice` for it
    One,
}

#[derive(Form)]
struct Anything<T> { //~ write the types it holds, no parameters
    what: T,
}

fn main() {}
