#![doc = include_str!("../README.md")]

mod asking;
mod comma;
mod figures;
mod json;
mod letters;
mod plugin_tables;
mod signed;
pub mod statements;
mod table;
mod text;
mod words;

pub use asking::{Period, ask, entries_with, label, sites};
pub use comma::{Separated, draw_separated};
pub use figures::{Figure, shown_amount, shown_date, shown_value};
pub use json::draw_json;
pub use letters::{day_in_letters, francs_in_letters, in_letters, letters_and_figures};
pub use plugin_tables::{NotDrawn, PluginAsked, plugin_form, plugin_forms};
pub use signed::said_of;
pub use table::{Align, Cell, Column, Row, Said, Table};
pub use text::draw_text;
pub use words::{Language, Told, Words};
