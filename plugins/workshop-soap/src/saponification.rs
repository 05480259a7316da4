//! How much lye a fat takes: published figures with their base, because tables that mix both bases have burnt people.

use baara_plugin_api::prelude::*;

/// A fat we know, on the base of caustic soda (NaOH).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fat {
    /// The words that name it, one of which is in the item's code: `huile-de-palme` is palm.
    pub names: &'static [&'static str],
    /// Milligrams of NaOH for one gram.
    pub naoh_per_mille: u64,
    /// True for coconut and its kin, which may take more than 0.20.
    pub coconut_family: bool,
}

const fn fat(names: &'static [&'static str], naoh_per_mille: u64) -> Fat {
    Fat { names, naoh_per_mille, coconut_family: false }
}

/// The fats of Malian soap makers, NaOH base. Sources: herbalbear.com/sapvalues.html, soap-making-resource.com
/// (saponification table), innovateus.net, docslib.org/doc/6989942; read side by side in `reference/domain.md` §4.1.
pub const KNOWN_FATS: &[Fat] = &[
    Fat { coconut_family: true, ..fat(&["palmiste", "palm-kernel"], 156) },
    Fat { coconut_family: true, ..fat(&["coco", "coprah", "coconut"], 190) },
    fat(&["karite", "shea"], 128),
    fat(&["palme", "palm"], 141),
    fat(&["coton", "cotton", "cottonseed"], 138),
    fat(&["arachide", "groundnut", "peanut"], 136),
    fat(&["neem"], 136),
    fat(&["sesame"], 133),
    fat(&["suif", "tallow"], 140),
];

/// How much NaOH one part of a fat takes, and whether it is of the coconut family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Saponification {
    /// Kilograms of NaOH for one kilogram.
    pub naoh: Ratio,
    /// True for coconut and its kin.
    pub coconut_family: bool,
    /// True when it is the site's own figure, not a published one.
    pub own: bool,
}

/// NaOH for one part of fat, from the figure on the KOH base in mg/g: divided by 1 402.5, exactly.
#[must_use]
pub fn naoh_from_koh(koh_mg_per_g: Ratio) -> Option<Ratio> {
    Ratio::new(koh_mg_per_g.num().checked_mul(10)?, koh_mg_per_g.den().checked_mul(14_025)?)
}

/// The known fat an item's code names.
fn known(item: &Id) -> Option<&'static Fat> {
    let code = format!("-{}-", item.code());
    KNOWN_FATS.iter().find(|fat| fat.names.iter().any(|name| code.contains(&format!("-{name}-"))))
}

impl Saponification {
    /// Of an item: its own dated attribute `saponification` (`0.128 naoh` or `178 koh`), else a known fat's.
    ///
    /// # Errors
    /// `soap/fat-unknown`, or `soap/not-naoh` for a figure that cannot be on the NaOH base.
    pub fn of(item: &Id, book: &Book<'_>) -> Result<Saponification, Refusal> {
        let known = known(item);
        let coconut_family = known.is_some_and(|fat| fat.coconut_family);
        let own = book.value(item, "saponification");
        let naoh = match own.as_str() {
            Some(text) => written(text).ok_or_else(|| Refusal::new("soap/bad-saponification").with("fat", item).with("came", text))?,
            None => known
                .and_then(|fat| Ratio::new(fat.naoh_per_mille, 1000))
                .ok_or_else(|| Refusal::new("soap/fat-unknown").with("fat", item))?,
        };
        // Below any fat there is: a KOH figure written in grams for one gram, most likely.
        if u128::from(naoh.num()) * 100 < u128::from(naoh.den()) * 5 {
            return Err(Refusal::new("soap/bad-saponification").with("fat", item).with("came", own.as_str().unwrap_or_default()));
        }
        let too_much = u128::from(naoh.num()) * 100 > u128::from(naoh.den()) * 20;
        if too_much && !coconut_family {
            return Err(Refusal::new("soap/not-naoh").with("fat", item).with("value", own.as_str().unwrap_or_default()));
        }
        Ok(Saponification { naoh, coconut_family, own: own.is_string() })
    }
}

impl Saponification {
    /// How well the figure is known, as a word of the sheet.
    #[must_use]
    pub fn confidence(self) -> &'static str {
        if self.own { "confidence.own" } else { "confidence.s" }
    }

    /// Where it was read, behind the fat it is of.
    #[must_use]
    pub fn source(self, fat: &Id) -> String {
        if self.own { fat.to_string() } else { format!("{fat} ; herbalbear.com/sapvalues.html, soap-making-resource.com") }
    }
}

/// Reads a figure with its base.
fn written(text: &str) -> Option<Ratio> {
    let (figure, base) = text.split_once(' ')?;
    let ratio = Ratio::parse(figure).filter(|ratio| ratio.num() > 0)?;
    match base {
        "naoh" => Some(ratio),
        "koh" => naoh_from_koh(ratio),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::PaperBook;

    fn of(code: &str, own: Option<&str>) -> Result<Saponification, Refusal> {
        let mut book = PaperBook::new();
        let (item, day) = (Id::new("item", code), "2020-01-01".parse().unwrap());
        book.put(&item, day, &[("unit", "kg".into()), ("saponification", own.map_or(Value::Null, Value::from))]);
        Saponification::of(&item, &Book::new(&book, "kon", day))
    }

    #[track_caller]
    fn check(code: &str, own: Option<&str>, naoh: (u64, u64)) {
        let ratio = of(code, own).unwrap().naoh;
        assert_eq!(ratio.num() * naoh.1, naoh.0 * ratio.den(), "{code} takes {ratio}");
    }

    #[test]
    fn local_names_of_fats_are_known() {
        check("karite", None, (128, 1000));
        check("beurre-de-karite", None, (128, 1000));
        check("huile-de-palme", None, (141, 1000));
        check("huile-palmiste", None, (156, 1000));
        check("palm-kernel", None, (156, 1000));
        check("huile-coco", None, (190, 1000));
        assert_eq!(of("huile-moteur", None).unwrap_err().code, "soap/fat-unknown");
        assert_eq!(of("palmier", None).unwrap_err().code, "soap/fat-unknown");
    }

    #[test]
    fn a_site_may_have_its_own_figure_on_either_base() {
        check("karite", Some("0.130 naoh"), (130, 1000));
        check("karite", Some("178 koh"), (1780, 14_025));
        check("graisse", Some("0.140 naoh"), (140, 1000));
    }

    #[test]
    fn a_figure_on_the_wrong_base_is_refused() {
        assert_eq!(of("karite", Some("0.178 koh")).unwrap_err().code, "soap/bad-saponification");
        assert_eq!(of("karite", Some("0.201 naoh")).unwrap_err().code, "soap/not-naoh");
        assert_eq!(of("karite", Some("178 naoh")).unwrap_err().code, "soap/not-naoh");
        assert_eq!(of("karite", Some("0.128")).unwrap_err().code, "soap/bad-saponification");
        assert!(of("huile-coco", Some("0.201 naoh")).is_ok());
    }

    #[test]
    fn koh_is_turned_into_naoh_exactly() {
        assert_eq!(naoh_from_koh(Ratio::new(1402, 1).unwrap()), Ratio::new(14_020, 14_025));
        assert_eq!(naoh_from_koh(Ratio::new(u64::MAX, 1).unwrap()), None);
    }
}
