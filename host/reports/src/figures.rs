//! Figures as people read them: exact, grouped, never with exactly three decimals.

use crate::Language;
use baara_plugin_api::{Amount, Date, Datelike, Id};

/// A number without unit: `count / 10^scale`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Figure {
    /// The number times `10^scale`.
    pub count: i64,
    /// How many of its digits stand after the decimal mark.
    pub scale: u8,
}

impl Figure {
    /// A whole number.
    #[must_use]
    pub fn whole(n: i64) -> Figure {
        Figure { count: n, scale: 0 }
    }

    /// `part` of `whole` in per cent with two decimals, halves away from zero; nothing of nothing has no share.
    #[must_use]
    pub fn percent(part: i64, whole: i64) -> Option<Figure> {
        let (top, whole) = (i128::from(part) * 10_000, i128::from(whole));
        if whole == 0 {
            return None;
        }
        let half = whole.abs() * top.signum() * whole.signum();
        let rounded = (top * 2 + half * whole.signum()) / (whole * 2);
        i64::try_from(rounded).ok().map(|count| Figure { count, scale: 2 })
    }

    /// Reads the canonical form, `12.5` or `-3`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Figure> {
        format!("{text} x").parse::<Amount>().ok().map(Figure::from)
    }

    /// The canonical form, with a decimal point and without useless zeros: `12.5`.
    ///
    /// A figure that needs three decimals gets a fourth: our exports never show exactly three.
    #[must_use]
    pub fn plain(self) -> String {
        let (sign, whole, part) = self.parts();
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// As a reader of the language expects it, with groups.
    #[must_use]
    pub fn shown(self, language: Language) -> String {
        let (sign, whole, part) = self.parts();
        let (group, mark) = language.marks();
        let mut grouped = String::with_capacity(whole.len() + 8);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(group);
            }
            grouped.push(digit);
        }
        if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{mark}{part}") }
    }

    /// With a decimal comma and no groups, as a spreadsheet in French reads it.
    #[must_use]
    pub fn comma(self) -> String {
        self.plain().replace('.', ",")
    }

    fn parts(self) -> (&'static str, String, String) {
        let sign = if self.count < 0 { "-" } else { "" };
        let width = usize::from(self.scale) + 1;
        let digits = format!("{:0>width$}", self.count.unsigned_abs());
        let (whole, part) = digits.split_at(digits.len() - usize::from(self.scale));
        let mut part = part.trim_end_matches('0').to_owned();
        if part.len() == 3 {
            part.push('0');
        }
        (sign, whole.to_owned(), part)
    }
}

impl From<Amount> for Figure {
    fn from(amount: Amount) -> Figure {
        Figure { count: amount.count(), scale: amount.scale() }
    }
}

/// An amount with its unit, `12,5 kg`, `1 500 F`.
#[must_use]
pub fn shown_amount(amount: Amount, language: Language) -> String {
    let unit = amount.unit();
    let figure = Figure::from(amount).shown(language);
    format!("{figure}\u{a0}{}", language.unit(unit.as_str(), amount.count()))
}

/// A day, `12/06/2020` in French, `12 June 2020` in English: never month before day.
#[must_use]
pub fn shown_date(date: Date, language: Language) -> String {
    match language {
        Language::Fr => format!("{:02}/{:02}/{}", date.day(), date.month(), date.year()),
        Language::En => format!("{} {} {}", date.day(), language.month(date.month()), date.year()),
    }
}

/// A canonical value as a person reads it: amounts, dates and ids are recognised, all else stays.
#[must_use]
pub fn shown_value(value: &str, language: Language, label: &dyn Fn(&Id) -> Option<String>) -> String {
    if let Ok(amount) = value.parse::<Amount>() {
        return shown_amount(amount, language);
    }
    if let Ok(date) = value.parse::<Date>() {
        return shown_date(date, language);
    }
    match Id::parse(value) {
        // `1/3` is a ratio, and `sale/1` a record kind.
        Ok(id) if !id.kind().starts_with(|c: char| c.is_ascii_digit()) && !id.code().bytes().all(|b| b.is_ascii_digit()) => {
            label(&id).map_or_else(|| id.code().to_owned(), |label| format!("{label} ({})", id.code()))
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: &str, french: &str, english: &str, plain: &str) {
        let figure = Figure::from(amount.parse::<Amount>().unwrap());
        assert_eq!(figure.shown(Language::Fr), french);
        assert_eq!(figure.shown(Language::En), english);
        assert_eq!(figure.plain(), plain);
    }

    #[test]
    fn figures_are_shown_as_each_language_writes_them() {
        check("12500.500 kg", "12\u{202f}500,5", "12,500.5", "12500.5");
        check("8357881 XOF", "8\u{202f}357\u{202f}881", "8,357,881", "8357881");
        check("-0.050 kg", "-0,05", "-0.05", "-0.05");
        check("999 XOF", "999", "999", "999");
    }

    #[test]
    fn exactly_three_decimals_are_never_shown() {
        check("1.234 kg", "1,2340", "1.2340", "1.2340");
        check("37.300 t", "37,3", "37.3", "37.3");
    }

    #[test]
    fn a_share_is_rounded_half_up_and_nothing_of_nothing_has_none() {
        assert_eq!(Figure::percent(1194, 1775), Some(Figure { count: 6727, scale: 2 }));
        assert_eq!(Figure::percent(1, 8).unwrap().plain(), "12.5");
        assert_eq!(Figure::percent(-1, 3).unwrap().plain(), "-33.33");
        assert_eq!(Figure::percent(2, 3).unwrap().plain(), "66.67");
        assert_eq!(Figure::percent(5, 0), None);
    }

    #[test]
    fn values_in_a_message_are_shown_for_people() {
        let label = |id: &Id| (id.as_str() == "store/kon-magasin").then(|| "Grand magasin".to_owned());
        assert_eq!(shown_value("12.500 kg", Language::Fr, &label), "12,5\u{a0}kg");
        assert_eq!(shown_value("1500 XOF", Language::Fr, &label), "1\u{202f}500\u{a0}F");
        assert_eq!(shown_value("2020-06-01", Language::Fr, &label), "01/06/2020");
        assert_eq!(shown_value("2020-06-01", Language::En, &label), "1 June 2020");
        assert_eq!(shown_value("store/kon-magasin", Language::Fr, &label), "Grand magasin (kon-magasin)");
        assert_eq!(shown_value("lot/kon-20-0007", Language::Fr, &label), "kon-20-0007");
        assert_eq!(shown_value("1/3", Language::Fr, &label), "1/3");
        assert_eq!(shown_value("rien", Language::Fr, &label), "rien");
    }
}
