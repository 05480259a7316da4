//! The pages over real HTTP: who may ask what, what is recorded once, what a hostile browser gets, what a fault looks like.

mod extensions;
mod faults;
mod forms;
mod homes;
mod hostile;
mod html;
mod naughty;
mod privileges;
mod programs;
mod receipts;
mod rights;
mod sizes;
mod tables;

use baara_tests::{Served, Story};
use std::sync::LazyLock;

/// The scenarios' farm in use, and a prison beside it.
static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let mut story = Story::new();
    story.tell("# A farm in use\n```do\ngiven kon-in-use\n```\n");
    Served::new(story.close())
});

/// A real address of a route, with things of the farm.
fn filled(path: &str) -> String {
    let parts = [
        ("{code}", if path.starts_with("/langue") { "fr" } else { "kon-magasin" }),
        ("{kind}", "store"),
        ("{seq}", "999999"),
        ("{name}", "stock"),
        ("{cell}", "x.y"),
        ("{task}", "harvest"),
        ("{plugin}", "sales"),
        ("{what}", "pesee"),
        ("{meeting}", "kon-20-9999"),
        ("{distribution}", "kon-20-9999"),
        ("{box}", "kon-caisse"),
        ("{day}", "2020-06-15"),
        ("{act}", "presence"),
        ("{store}", "kon-magasin"),
    ];
    let filled = parts.iter().fold(path.to_owned(), |path, (part, value)| path.replace(part, value));
    assert!(!filled.contains('{'), "{path}: say in `filled` what stands there");
    filled
}
