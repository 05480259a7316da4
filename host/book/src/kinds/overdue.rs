//! What has waited too long: a visa nobody gave, goods or francs nobody acknowledged.

use baara_plugin_api::prelude::*;

/// How long a paper may wait: the kind of the paper, the rule that says the days, the days when none does, the warning.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// `visa` or `transit`.
    pub kind: &'static str,
    /// The parameter of the site.
    pub rule: &'static str,
    /// Days when no rule says.
    pub days: i64,
    /// The warning's code.
    pub warning: &'static str,
}

/// What is warned about when it waits for too long.
pub const PATIENCE: &[Patience] = &[
    Patience { kind: "visa", rule: "visa.days", days: 7, warning: "visa/open-too-long" },
    Patience { kind: "transit", rule: "transit.days", days: 15, warning: "transit/too-long" },
];

/// Somebody must ask after this; the daily sweep records it, once.
#[derive(Form)]
pub(super) struct Overdue {
    paper: Id,
}

impl Record for Overdue {
    const KIND: &'static str = "overdue/1";
    fn writes() -> Grant {
        grant(&[], &["visa.warned", "transit.warned"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["overdue/not-a-paper", "overdue/not-waiting", "overdue/told", "overdue/in-time"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let refused = |code: &str| Refusal::new(code).with("paper", &self.paper);
        let patience = PATIENCE.iter().find(|p| p.kind == self.paper.kind()).ok_or_else(|| refused("overdue/not-a-paper"))?;
        let paper = book.open(&self.paper)?;
        if !waits(&paper, book) {
            return Err(refused("overdue/not-waiting"));
        }
        if paper.flag("warned") {
            return Err(refused("overdue/told"));
        }
        let limit = book.rule(patience.rule).as_i64().unwrap_or(patience.days);
        let days = (cmd.date - paper.since).num_days();
        if days <= limit {
            return Err(refused("overdue/in-time").with("days", days).with("limit", limit));
        }
        let args = [("paper", self.paper.to_string()), ("days", days.to_string()), ("since", paper.since.to_string())];
        Ok(Effects::new().warn(patience.warning, &[&self.paper], args).set(&self.paper, "warned", true, cmd.date))
    }
}

/// A visa nobody gave yet, or a transit that still holds something.
fn waits(paper: &Thing, book: &Book<'_>) -> bool {
    match paper.id.kind() {
        "visa" => paper.text("state") == "open",
        _ => book.holdings_of(&paper.id).iter().any(|held| !held.balance.is_zero()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_plugin_api::testing::{PaperBook, command};

    fn book() -> (PaperBook, Id) {
        let mut book = PaperBook::new();
        let visa = Id::new("visa", "kon-20-0001");
        book.put(&visa, "2020-06-01".parse().unwrap(), &[("state", "open".into())]);
        (book, visa)
    }

    fn told(book: &mut PaperBook, paper: &Id, on: &str) -> Result<Effects, String> {
        book.record(&Kind::of::<Overdue>(), &command("overdue/1", on, json!({"paper": paper}))).map_err(|no| no.code)
    }

    #[test]
    fn a_visa_is_asked_after_once_when_its_week_is_over() {
        let (mut book, visa) = book();
        assert_eq!(told(&mut book, &visa, "2020-06-08").unwrap_err(), "overdue/in-time");
        let effects = told(&mut book, &visa, "2020-06-09").unwrap();
        assert!(matches!(&effects.0[0], Effect::Warn { code, args, .. } if code == "visa/open-too-long" && args["days"] == "8"));
        assert_eq!(told(&mut book, &visa, "2020-06-10").unwrap_err(), "overdue/told");
    }

    #[test]
    fn the_site_says_how_long_it_waits() {
        let (mut book, visa) = book();
        let rules = Id::new("rules", "kon");
        book.put(&rules, "2020-01-01".parse().unwrap(), &[("visa.days", 30.into())]);
        assert_eq!(told(&mut book, &visa, "2020-07-01").unwrap_err(), "overdue/in-time");
    }

    #[test]
    fn what_is_given_or_arrived_waits_no_more() {
        let (mut book, visa) = book();
        book.put(&visa, "2020-06-02".parse().unwrap(), &[("state", "given".into())]);
        let transit = Id::new("transit", "kon-20-0001");
        book.put(&transit, "2020-06-01".parse().unwrap(), &[]);
        for paper in [&visa, &transit] {
            assert_eq!(told(&mut book, paper, "2020-07-01").unwrap_err(), "overdue/not-waiting");
        }
        assert_eq!(told(&mut book, &Id::new("store", "kon-magasin"), "2020-07-01").unwrap_err(), "overdue/not-a-paper");
    }

    #[test]
    fn goods_not_acknowledged_after_two_weeks_are_asked_after() {
        let (mut book, _) = book();
        let (transit, item) = (Id::new("transit", "kon-20-0001"), Id::new("item", "mais-grain"));
        book.put(&transit, "2020-06-01".parse().unwrap(), &[]);
        book.stock(&transit, &item, None, "12.000 kg".parse().unwrap());
        assert!(told(&mut book, &transit, "2020-06-16").is_err());
        let effects = told(&mut book, &transit, "2020-06-17").unwrap();
        assert!(matches!(&effects.0[0], Effect::Warn { code, .. } if code == "transit/too-long"));
    }
}
