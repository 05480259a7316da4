//! A facility and what every facility needs from its first day.

use super::{maybe, of_site};
use baara_plugin_api::prelude::*;

/// A prison, with the funds, price list and rules it cannot do without.
#[derive(Form)]
pub(super) struct Facility {
    code: Option<String>,
    label: String,
    label_en: Option<String>,
    kind: FacilityKind,
    region: String,
    aliases: Vec<String>,
}

/// What sort of prison.
#[derive(Choice)]
enum FacilityKind {
    RemandAndCorrection,
    CentralRemand,
    PenalFarm,
    SpecialCentre,
}

impl Record for Facility {
    const KIND: &'static str = "facility/1";
    fn writes() -> Grant {
        grant(&["facility", "fund", "price-list", "rules"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["facility/other-site", "facility/bad-code", "facility/already-there"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        if let Some(code) = self.code.filter(|code| *code != cmd.site) {
            return Err(Refusal::new("facility/other-site").with("code", code).with("site", &cmd.site));
        }
        let plain = |code: &str| !code.is_empty() && code.len() <= 12 && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !plain(&cmd.site) {
            return Err(Refusal::new("facility/bad-code").with("code", &cmd.site));
        }
        let facility = Id::new("facility", &cmd.site);
        if book.thing(&facility).is_some() {
            return Err(Refusal::new("facility/already-there").with("facility", &facility));
        }
        let effects = Effects::new().open(
            &facility,
            [
                ("label", self.label.into()),
                ("label-en", maybe(self.label_en)),
                ("kind", self.kind.code().into()),
                ("region", self.region.into()),
                ("aliases", if self.aliases.is_empty() { Value::Null } else { self.aliases.into() }),
            ],
        );
        let needed = [
            (of_site("fund", cmd, "uncollected"), "Ventes à crédit non encaissées", "Credit sales not yet collected"),
            (of_site("fund", cmd, "unexplained"), "Excédents de caisse à expliquer", "Cash surpluses to explain"),
            (Id::new("price-list", &cmd.site), "Tarif", "Price list"),
            (Id::new("rules", &cmd.site), "Règles", "Rules"),
        ];
        Ok(needed.into_iter().fold(effects, |effects, (thing, label, label_en)| open_if_absent(effects, &thing, label, label_en, book)))
    }
}

/// Opens a thing of the core with its labels, unless it is there.
pub(super) fn open_if_absent(effects: Effects, thing: &Id, label: &str, label_en: &str, book: &Book<'_>) -> Effects {
    if book.thing(thing).is_some() { effects } else { effects.open(thing, [("label", label.into()), ("label-en", label_en.into())]) }
}
