//! Words for people, by language and code: the locale files, and what plugins bring.

use crate::{Cell, Figure, Said, shown_amount, shown_date, shown_value};
use baara_plugin_api::{Declaration, Field, FieldError, FieldType, Id, Refusal, words};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The locale files of the program: language, text.
static LOCALE: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/locale.rs"));

/// A language of screens and papers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Language {
    /// French, the working language of paper in Mali.
    #[default]
    Fr,
    /// English.
    En,
}

const EN_MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const FR_MONTHS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

impl Language {
    /// Its code, `fr`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Language::Fr => "fr",
            Language::En => "en",
        }
    }

    /// Reads `fr`, `en`, or a `LANG` like `fr_ML.UTF-8`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Language> {
        match text.get(..2)?.to_ascii_lowercase().as_str() {
            "fr" => Some(Language::Fr),
            "en" => Some(Language::En),
            _ => None,
        }
    }

    /// A month's name.
    #[must_use]
    pub fn month(self, month: u32) -> &'static str {
        let at = usize::try_from(month.clamp(1, 12) - 1).expect("a month is small");
        match self {
            Language::Fr => FR_MONTHS[at],
            Language::En => EN_MONTHS[at],
        }
    }

    /// The marks between groups and before decimals.
    pub(crate) fn marks(self) -> (char, char) {
        match self {
            Language::Fr => ('\u{202f}', ','),
            Language::En => (',', '.'),
        }
    }

    /// A colon with the space that French puts before it.
    #[must_use]
    pub fn colon(self) -> &'static str {
        match self {
            Language::Fr => "\u{a0}:",
            Language::En => ":",
        }
    }

    /// A unit as people write it after a figure.
    #[must_use]
    pub fn unit(self, unit: &str, count: i64) -> String {
        let many = count.unsigned_abs() > 1;
        match (self, unit) {
            (_, "XOF") => "F".to_owned(),
            (Language::Fr, "piece") => if many { "pièces" } else { "pièce" }.to_owned(),
            (Language::Fr, "half-day") => if many { "demi-journées" } else { "demi-journée" }.to_owned(),
            (Language::Fr, "head") => if many { "têtes" } else { "tête" }.to_owned(),
            (Language::Fr, "hour") => if many { "heures" } else { "heure" }.to_owned(),
            (Language::Fr, "cone") => if many { "cônes" } else { "cône" }.to_owned(),
            (Language::En, "piece" | "half-day" | "point" | "hour" | "cone") | (Language::Fr, "point") if many => format!("{unit}s"),
            (_, other) => other.to_owned(),
        }
    }
}

/// The words of one language, with French behind it and the codes behind both; labels last as long as their book.
pub struct Words<'l> {
    language: Language,
    dictionary: Arc<Dictionary>,
    labels: Labels<'l>,
}

/// Words by code: many readers share one.
#[derive(Clone, Default)]
struct Dictionary {
    own: BTreeMap<String, String>,
    french: BTreeMap<String, String>,
}

/// Finds the label of a thing.
type Labels<'l> = Box<dyn Fn(&Id) -> Option<String> + Send + Sync + 'l>;

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({}, {} of its own)", self.language.code(), self.dictionary.own.len())
    }
}

/// A refusal in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// What happened.
    pub happened: String,
    /// What was expected.
    pub expected: String,
    /// What to do.
    pub attempt: String,
}

impl<'l> Words<'l> {
    /// The words of the program's own locale files.
    #[must_use]
    pub fn new(language: Language) -> Words<'l> {
        let mut all = Words { language, dictionary: Arc::default(), labels: Box::new(|_| None) };
        for (code, text) in LOCALE {
            all.add(code, words(text));
        }
        all
    }

    /// Adds words of a language, such as a plugin declares; words that exist already are kept.
    pub fn add(&mut self, language: &str, words: impl IntoIterator<Item = (String, String)>) {
        let dictionary = Arc::make_mut(&mut self.dictionary);
        let into = match Language::parse(language) {
            Some(Language::Fr) => &mut dictionary.french,
            Some(other) if other == self.language => &mut dictionary.own,
            _ => return,
        };
        for (code, word) in words {
            into.entry(code).or_insert(word);
        }
    }

    /// Adds the words of a plugin. In its own forms and tables its words for fields and columns come first: a length in
    /// millimetres is not told by the word of another trade, which measures in centimetres.
    pub fn add_plugin(&mut self, plugin: &Declaration) {
        let mut places: Vec<(String, String)> = Vec::new();
        for form in plugin.kinds.iter().chain(&plugin.tables) {
            let name = form.kind.split('/').next().unwrap_or_default();
            places.extend(names(&form.fields).into_iter().map(|field| (format!("field.{field}"), format!("field.{name}.{field}"))));
        }
        for (language, own) in &plugin.words {
            let mut own = own.clone();
            let said = |(general, particular): &(String, String)| Some((particular.clone(), own.get(general)?.clone()));
            let mut particular: Vec<(String, String)> = places.iter().filter_map(said).collect();
            for form in &plugin.tables {
                let name = form.kind.split('/').next().unwrap_or_default();
                let columns = own.iter().filter_map(|(code, word)| Some((code.strip_prefix("column.")?, word)));
                particular.extend(columns.map(|(column, word)| (format!("column.{name}.{column}"), word.clone())));
            }
            particular.into_iter().for_each(|(code, word)| _ = own.entry(code).or_insert(word));
            self.add(language, own);
        }
    }

    /// Puts words of somebody's own before those that exist.
    pub fn put(&mut self, language: &str, words: impl IntoIterator<Item = (String, String)>) {
        let dictionary = Arc::make_mut(&mut self.dictionary);
        match Language::parse(language) {
            Some(Language::Fr) => dictionary.french.extend(words),
            Some(other) if other == self.language => dictionary.own.extend(words),
            _ => {}
        }
    }

    /// Lets ids be shown by their label.
    #[must_use]
    pub fn with_labels(mut self, labels: impl Fn(&Id) -> Option<String> + Send + Sync + 'l) -> Words<'l> {
        self.labels = Box::new(labels);
        self
    }

    /// The same words for one more reader, who brings their own labels.
    #[must_use]
    pub fn share<'m>(&self, labels: impl Fn(&Id) -> Option<String> + Send + Sync + 'm) -> Words<'m> {
        Words { language: self.language, dictionary: self.dictionary.clone(), labels: Box::new(labels) }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The words of a code, if there are any; `field.sale.price` falls back to `field.price`, and a column likewise.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&str> {
        let of = |code: &str| self.dictionary.own.get(code).or_else(|| self.dictionary.french.get(code)).map(String::as_str);
        of(code).or_else(|| {
            let (section, rest) = code.split_once('.').filter(|(section, _)| ["field", "column"].contains(section))?;
            of(&format!("{section}.{}", rest.split_once('.')?.1))
        })
    }

    /// The words of a code, or the last part of the code itself.
    #[must_use]
    pub fn word<'a>(&'a self, code: &'a str) -> &'a str {
        self.find(code).unwrap_or_else(|| code.rsplit_once('.').map_or(code, |(_, last)| last))
    }

    /// A record kind, `harvest/1` or `harvest`.
    #[must_use]
    pub fn kind(&self, kind: &str) -> String {
        let name = kind.split('/').next().unwrap_or(kind);
        self.find(&format!("kind.{name}")).unwrap_or(name).to_owned()
    }

    /// A table of a plugin, `bakery-ledger/1` or `bakery-ledger`.
    #[must_use]
    pub fn table(&self, table: &str) -> String {
        let name = table.split('/').next().unwrap_or(table);
        self.find(&format!("table.{name}")).unwrap_or(name).to_owned()
    }

    /// A field of a kind: its own word there, else the field's.
    #[must_use]
    pub fn field(&self, kind: &str, field: &str) -> String {
        let name = kind.split('/').next().unwrap_or(kind);
        self.find(&format!("field.{name}.{field}")).unwrap_or(field).to_owned()
    }

    /// A choice of a field.
    #[must_use]
    pub fn choice(&self, choice: &str) -> String {
        self.find(&format!("choice.{choice}")).unwrap_or(choice).to_owned()
    }

    /// A column's heading.
    #[must_use]
    pub fn column(&self, column: &str) -> String {
        self.find(&format!("column.{column}")).or_else(|| self.find(&format!("field.{column}"))).unwrap_or(column).to_owned()
    }

    /// A column's heading in the table of this title: a plugin's own tables are headed in its own words.
    #[must_use]
    pub fn heading(&self, title: &Said, column: &str) -> String {
        let table = title.code.split_once('.').map_or("", |(_, table)| table);
        self.find(&format!("column.{table}.{column}")).map_or_else(|| self.column(column), str::to_owned)
    }

    /// A sentence with its figures; a code without words is shown with them, so that nothing is hidden.
    #[must_use]
    pub fn say(&self, said: &Said) -> String {
        self.sentence(&said.code, &said.args)
    }

    fn sentence(&self, code: &str, args: &BTreeMap<String, String>) -> String {
        match self.find(code) {
            Some(text) => self.fill(text, args),
            None => {
                let shown: Vec<String> = args.iter().map(|(k, v)| format!("{k}={}", self.value(v))).collect();
                if shown.is_empty() { code.to_owned() } else { format!("{code} ({})", shown.join(", ")) }
            }
        }
    }

    /// Puts figures into a text; an argument that is not given stays visible as `{name}`.
    #[must_use]
    pub fn fill(&self, text: &str, args: &BTreeMap<String, String>) -> String {
        let (mut filled, mut rest) = (String::with_capacity(text.len() + 16), text);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}') {
                Some((name, behind)) => {
                    match args.get(name) {
                        Some(value) => filled.push_str(&self.value(value)),
                        None => filled.push_str(&format!("{{{name}}}")),
                    }
                    rest = behind;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    /// A canonical value as people read it.
    #[must_use]
    pub fn value(&self, value: &str) -> String {
        if value == "all" {
            return self.word("screen.all").to_owned();
        }
        match value.split_once('/') {
            Some((kind, version)) if version.bytes().all(|b| b.is_ascii_digit()) && self.find(&format!("kind.{kind}")).is_some() => {
                self.kind(kind)
            }
            _ => shown_value(value, self.language, &*self.labels),
        }
    }

    /// A cell as people read it; `unit` tells that the column's heading names the unit.
    #[must_use]
    pub fn cell(&self, cell: &Cell, unit: bool) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Word(code) => {
                let found = ["choice", "state", "result"].iter().find_map(|section| self.find(&format!("{section}.{code}")));
                found.or_else(|| self.find(code)).unwrap_or(code).to_owned()
            }
            Cell::Figure(figure) => figure.shown(self.language),
            Cell::Amount(amount) if unit => Figure::from(*amount).shown(self.language),
            Cell::Amount(amount) => shown_amount(*amount, self.language),
            Cell::Date(date) => shown_date(*date, self.language),
            Cell::Thing(id) | Cell::Named(id) => self.label(id),
            Cell::Said(said) => self.say(said),
            Cell::Flag(flag) => self.word(if *flag { "screen.yes" } else { "screen.no" }).to_owned(),
        }
    }

    /// A thing's label, or its code.
    #[must_use]
    pub fn label(&self, id: &Id) -> String {
        let own = || self.find(&format!("name.{id}")).map(str::to_owned);
        (self.labels)(id).or_else(own).unwrap_or_else(|| id.code().to_owned())
    }

    /// A refusal in its three parts. One without words tells its code and figures.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> Told {
        let part = |part: &str| self.find(&format!("refusal.{}.{part}", refusal.code)).map(|text| self.fill(text, &refusal.args));
        let happened = part("happened").unwrap_or_else(|| self.sentence(&refusal.code, &refusal.args));
        Told { happened, expected: part("expected").unwrap_or_default(), attempt: part("try").unwrap_or_default() }
    }

    /// A refusal as the lines of a terminal.
    #[must_use]
    pub fn refusal_lines(&self, refusal: &Refusal) -> String {
        let told = self.refusal(refusal);
        let mut lines = format!("{} [{}]\n{}\n", self.word("screen.refused"), refusal.code, told.happened);
        for (label, part) in [("screen.expected", &told.expected), ("screen.try", &told.attempt)] {
            if !part.is_empty() {
                lines.push_str(&format!("{}{} {part}\n", self.word(label), self.language.colon()));
            }
        }
        lines
    }

    /// A refusal in one line: what happened, its code, and what to do.
    #[must_use]
    pub fn refusal_line(&self, refusal: &Refusal) -> String {
        let told = self.refusal(refusal);
        let remedy = if told.attempt.is_empty() { String::new() } else { format!(" → {}", told.attempt) };
        format!("{} [{}]{remedy}", told.happened, refusal.code)
    }

    /// A field error in one line: which field, what came, what was expected.
    #[must_use]
    pub fn field_error(&self, kind: &str, error: &FieldError) -> String {
        let named: Vec<&str> = error.field.split('.').collect();
        let name = match named.as_slice() {
            [lines, at, rest @ ..] if at.parse::<u32>().is_ok() => {
                let inner = rest.last().map_or(String::new(), |f| format!(", {}", self.field(kind, f)));
                format!("{} {at}{inner}", self.field(kind, lines))
            }
            _ => self.field(kind, &error.field),
        };
        let mut args = error.args.clone();
        args.insert("field".to_owned(), name.clone());
        let told = self.refusal(&Refusal { code: error.code.clone(), args });
        let colon = self.language.colon();
        let parts: Vec<String> = [told.happened, told.expected, told.attempt].into_iter().filter(|p| !p.is_empty()).collect();
        format!("{name} ({}){colon} {}", error.field, parts.join("\u{a0}; "))
    }

    /// A warning in words.
    #[must_use]
    pub fn warning(&self, code: &str, args: &BTreeMap<String, String>) -> String {
        match self.find(&format!("warning.{code}.text")) {
            Some(text) => self.fill(text, args),
            None => self.sentence(code, args),
        }
    }

    /// Every code of a language's own files, for the test that both languages say the same.
    #[must_use]
    pub fn codes(language: Language) -> Vec<String> {
        let texts = LOCALE.iter().filter(|(code, _)| *code == language.code());
        let mut codes: Vec<String> = texts.flat_map(|(_, text)| words(text).into_keys()).collect();
        codes.sort();
        codes
    }
}

/// The names of the fields of a form, those of its lines too.
fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().flat_map(|field| [vec![field.name.as_str()], inside(&field.kind)].concat()).collect()
}

fn inside(kind: &FieldType) -> Vec<&str> {
    match kind {
        FieldType::Lines { of } => names(of),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::KindDeclaration;

    fn sample(language: Language) -> Words<'static> {
        let mut sample = Words { language, dictionary: Arc::default(), labels: Box::new(|_| None) };
        sample.add(
            "fr",
            words(
                "[refusal.\"sale/not-enough-left\"]\nhappened = \"le lot {lot} contient {held}, la vente en demande {asked}\"\n\
                 expected = \"au plus {held}\"\ntry = \"vendre {held}\"\n[field]\nplot = \"Parcelle\"\nlines = \"Ligne\"\n\
                 [refusal.\"field/missing\"]\nhappened = \"rien n'est écrit\"\n[screen]\nrefused = \"Refusé\"\n\
                 [kind]\nharvest = \"Récolte pesée\"\n[warning.\"soap/lye-low\"]\ntext = \"soude à {share} %\"\n",
            ),
        );
        sample.add("en", words("[field]\nplot = \"Plot\"\n"));
        sample
    }

    fn refusal() -> Refusal {
        Refusal::new("sale/not-enough-left").with("lot", "lot/kon-20-0007").with("held", "12.000 kg").with("asked", "15.500 kg")
    }

    #[test]
    fn a_refusal_is_told_in_three_parts() {
        let told = sample(Language::Fr).refusal(&refusal());
        assert_eq!(told.happened, "le lot kon-20-0007 contient 12\u{a0}kg, la vente en demande 15,5\u{a0}kg");
        assert_eq!(told.expected, "au plus 12\u{a0}kg");
        assert_eq!(told.attempt, "vendre 12\u{a0}kg");
    }

    #[test]
    fn a_missing_word_falls_back_to_french_then_to_the_code() {
        let english = sample(Language::En);
        assert_eq!(english.field("harvest/1", "plot"), "Plot");
        assert_eq!(english.kind("harvest/1"), "Récolte pesée");
        assert_eq!(english.kind("sale/1"), "sale");
        assert_eq!(english.refusal(&Refusal::new("x/unheard-of").with("n", 3)).happened, "x/unheard-of (n=3)");
    }

    #[test]
    fn a_field_error_names_the_field_and_its_line() {
        let french = sample(Language::Fr);
        assert_eq!(french.field_error("harvest/1", &FieldError::new("plot", "field/missing")), "Parcelle (plot)\u{a0}: rien n'est écrit");
        let inside = FieldError::new("lines.2.plot", "field/missing");
        assert_eq!(french.field_error("sale/1", &inside), "Ligne 2, Parcelle (lines.2.plot)\u{a0}: rien n'est écrit");
    }

    #[test]
    fn a_plugin_speaks_its_own_words_in_its_own_forms_and_tables() {
        let field = |name: &str, kind| Field { name: name.to_owned(), kind, required: false, sealed: false };
        let form = |kind: &str, fields| KindDeclaration::form(kind, fields, &[]);
        let trade = |id: &str, own: &str| Declaration {
            id: id.to_owned(),
            version: "0.1.0".to_owned(),
            kinds: vec![form(
                &format!("{id}-batch/1"),
                vec![field("cuts", FieldType::Lines { of: vec![field("length", FieldType::Whole)] })],
            )],
            things: Vec::new(),
            tables: vec![form(&format!("{id}-ledger/1"), Vec::new())],
            words: [("fr".to_owned(), words(own))].into(),
        };
        let mut french = sample(Language::Fr);
        french.add("fr", words("[column]\nkey = \"Attribut\"\n"));
        french.add_plugin(&trade("wood", "[field]\nlength = \"Longueur (cm)\"\nplot = \"Coin\"\n[column]\nkey = \"Clé\"\n"));
        french.add_plugin(&trade("metal", "[field]\nlength = \"Longueur (mm)\"\n"));
        assert_eq!(
            (french.field("wood-batch/1", "length"), french.field("metal-batch/1", "length")),
            ("Longueur (cm)".into(), "Longueur (mm)".into())
        );
        assert_eq!(
            (french.field("harvest/1", "plot"), french.field("wood-batch/1", "plot")),
            ("Parcelle".into(), "Parcelle".into()),
            "no field of its"
        );
        let heading = |table: &str| french.heading(&Said::new(&format!("table.{table}")), "key");
        assert_eq!(
            (heading("wood-ledger"), heading("metal-ledger"), french.column("key")),
            ("Clé".into(), "Attribut".into(), "Attribut".into())
        );
    }

    #[test]
    fn a_text_keeps_what_it_was_not_given() {
        let french = sample(Language::Fr);
        assert_eq!(french.fill("{a} et {b} {", &[("a".to_owned(), "5000 XOF".to_owned())].into()), "5\u{202f}000\u{a0}F et {b} {");
        assert_eq!(french.value("harvest/1"), "Récolte pesée");
        assert_eq!(french.warning("soap/lye-low", &[("share".to_owned(), "82".to_owned())].into()), "soude à 82 %");
    }
}
