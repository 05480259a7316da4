//! A farm on paper for these tests: one plot of twenty hectares and the campaign of 2020.

pub(super) use crate::kinds::stock::paper::{beginning, id, movements, record, refused, rule, thing, warnings};
use baara_plugin_api::prelude::*;
use baara_plugin_api::testing::PaperBook;

/// Konséguéla with its farm, two plots, and the campaign in force from April 2020.
pub(super) fn konseguela() -> PaperBook {
    let mut book = crate::kinds::stock::paper::konseguela();
    let mut put = |what: &str, values: &[(&str, Value)]| book.put(&id(what), beginning(), values);
    put("farm/kon-ferme", &[("label", "Ferme".into())]);
    for plot in ["plot/kon-nord", "plot/kon-sud"] {
        let farm = ("farm", "farm/kon-ferme".into());
        put(plot, &[farm, ("estate", "50.0000 ha".into()), ("cultivable", "20.0000 ha".into())]);
    }
    record::<super::campaign::Campaign>(&mut book, "2020-04-01", json!({"farm": "farm/kon-ferme", "year": 2020})).unwrap();
    book
}

/// The same with maize sown on some hectares of the northern plot.
pub(super) fn with_maize(area: &str) -> PaperBook {
    let mut book = konseguela();
    record::<super::sowing::Sowing>(&mut book, "2020-06-10", sown("plot/kon-nord", "item/mais-grain", area)).unwrap();
    book
}

/// The form of a sowing.
pub(super) fn sown(plot: &str, item: &str, area: &str) -> Value {
    json!({"plot": plot, "item": item, "area": area})
}
