//! Numbers, francs and days in French letters, for receipts, statements and minutes.

use baara_plugin_api::{Date, Datelike};

const UNITS: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze",
    "seize",
];
const TENS: [&str; 7] = ["", "dix", "vingt", "trente", "quarante", "cinquante", "soixante"];
const MONTHS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// A number in French letters: `quatre-vingts`, `deux cent mille`, `un million`.
#[must_use]
pub fn in_letters(n: u64) -> String {
    if n == 0 {
        return UNITS[0].to_owned();
    }
    let mut parts = Vec::new();
    let mut left = n;
    for (power, name) in
        [(1_000_000_000_000_000_000, "trillion"), (1_000_000_000_000, "billion"), (1_000_000_000, "milliard"), (1_000_000, "million")]
    {
        let many = left / power;
        left %= power;
        if many > 0 {
            parts.push(format!("{} {name}{}", below_thousand(many, true), if many > 1 { "s" } else { "" }));
        }
    }
    match left / 1000 {
        0 => {}
        1 => parts.push("mille".to_owned()),
        // `mille` is a number, not a noun: nothing before it takes an s.
        many => parts.push(format!("{} mille", below_thousand(many, false))),
    }
    if !left.is_multiple_of(1000) {
        parts.push(below_thousand(left % 1000, true));
    }
    parts.join(" ")
}

/// Below a thousand; `last` is true when no `mille` follows, so that `cents` and `vingts` may take their s.
fn below_thousand(n: u64, last: bool) -> String {
    let (hundreds, rest) = (n / 100, n % 100);
    let head = match hundreds {
        0 => String::new(),
        1 => "cent".to_owned(),
        many => format!("{} cent{}", unit(many), if rest == 0 && last { "s" } else { "" }),
    };
    match (head.is_empty(), rest) {
        (false, 0) => head,
        (true, _) => below_hundred(rest, last),
        (false, _) => format!("{head} {}", below_hundred(rest, last)),
    }
}

fn below_hundred(n: u64, last: bool) -> String {
    match n {
        0..=16 => unit(n).to_owned(),
        17..=19 => format!("dix-{}", unit(n - 10)),
        20..=69 => {
            let tens = TENS[usize::try_from(n / 10).expect("tens are small")];
            match n % 10 {
                0 => tens.to_owned(),
                1 => format!("{tens} et un"),
                ones => format!("{tens}-{}", unit(ones)),
            }
        }
        71 => "soixante et onze".to_owned(),
        70..=79 => format!("soixante-{}", below_hundred(n - 60, last)),
        80 => format!("quatre-vingt{}", if last { "s" } else { "" }),
        _ => format!("quatre-vingt-{}", below_hundred(n - 80, last)),
    }
}

fn unit(n: u64) -> &'static str {
    UNITS[usize::try_from(n).expect("a unit is below seventeen")]
}

/// Francs in letters: `mille cinq cents francs CFA`, `un million de francs CFA`.
#[must_use]
pub fn francs_in_letters(francs: u64) -> String {
    let of = if francs >= 1_000_000 && francs.is_multiple_of(1_000_000) { "de " } else { "" };
    let noun = if francs < 2 { "franc" } else { "francs" };
    format!("{} {of}{noun} CFA", in_letters(francs))
}

/// The form of official papers, words then at least two figures: `vingt-huit (28)`, `deux (02)`.
#[must_use]
pub fn letters_and_figures(n: u64) -> String {
    format!("{} ({n:02})", in_letters(n))
}

/// A day in letters, as minutes begin: `deux mille vingt, et le douze juin`.
#[must_use]
pub fn day_in_letters(date: Date) -> String {
    let year = in_letters(u64::from(date.year().unsigned_abs()));
    let day = if date.day() == 1 { "premier".to_owned() } else { in_letters(u64::from(date.day())) };
    let month = MONTHS[usize::try_from(date.month0()).expect("a month is small")];
    format!("{year}, et le {day} {month}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(n: u64, expected: &str) {
        assert_eq!(in_letters(n), expected, "{n}");
    }

    #[test]
    fn vingt_and_cent_take_their_s_only_at_the_end() {
        check(80, "quatre-vingts");
        check(80_000, "quatre-vingt mille");
        check(81, "quatre-vingt-un");
        check(200, "deux cents");
        check(200_000, "deux cent mille");
        check(203, "deux cent trois");
        check(280, "deux cent quatre-vingts");
        check(200_000_000, "deux cents millions");
        check(80_000_000, "quatre-vingts millions");
    }

    #[test]
    fn small_numbers_follow_the_usual_spelling() {
        for (n, expected) in [
            (0, "zéro"),
            (1, "un"),
            (16, "seize"),
            (17, "dix-sept"),
            (21, "vingt et un"),
            (22, "vingt-deux"),
            (61, "soixante et un"),
            (70, "soixante-dix"),
            (71, "soixante et onze"),
            (72, "soixante-douze"),
            (77, "soixante-dix-sept"),
            (79, "soixante-dix-neuf"),
            (90, "quatre-vingt-dix"),
            (91, "quatre-vingt-onze"),
            (99, "quatre-vingt-dix-neuf"),
            (100, "cent"),
            (101, "cent un"),
            (171, "cent soixante et onze"),
        ] {
            check(n, expected);
        }
    }

    #[test]
    fn large_numbers_are_read_by_groups() {
        check(1000, "mille");
        check(1001, "mille un");
        check(1_100, "mille cent");
        check(2020, "deux mille vingt");
        check(21_000, "vingt et un mille");
        check(1_000_000, "un million");
        check(2_500_080, "deux millions cinq cent mille quatre-vingts");
        check(3_000_000_000, "trois milliards");
        check(8_357_881, "huit millions trois cent cinquante-sept mille huit cent quatre-vingt-un");
    }

    #[test]
    fn francs_follow_the_noun_million_with_de() {
        assert_eq!(francs_in_letters(1), "un franc CFA");
        assert_eq!(francs_in_letters(1_500), "mille cinq cents francs CFA");
        assert_eq!(francs_in_letters(1_000_000), "un million de francs CFA");
        assert_eq!(francs_in_letters(2_000_000_000), "deux milliards de francs CFA");
        assert_eq!(francs_in_letters(1_000_500), "un million cinq cents francs CFA");
    }

    #[test]
    fn papers_repeat_small_numbers_in_figures() {
        assert_eq!(letters_and_figures(28), "vingt-huit (28)");
        assert_eq!(letters_and_figures(2), "deux (02)");
    }

    #[test]
    fn minutes_begin_with_the_day_in_letters() {
        assert_eq!(day_in_letters(Date::from_ymd_opt(2020, 6, 12).unwrap()), "deux mille vingt, et le douze juin");
        assert_eq!(day_in_letters(Date::from_ymd_opt(2021, 3, 1).unwrap()), "deux mille vingt et un, et le premier mars");
    }
}
