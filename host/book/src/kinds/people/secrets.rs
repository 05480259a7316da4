//! What proves a person: a secret that no longer counts, a paper list of codes given out. The proofs themselves are no
//! entries; an entry only counts them, and what was kept under an older count proves nobody any more (of a list, once the
//! new one is printed).

use baara_plugin_api::prelude::*;

/// Lets a person choose a new secret; the one they had stops counting.
#[derive(Form)]
pub(super) struct SecretReset {
    #[field(of = "person")]
    person: Id,
}

impl Record for SecretReset {
    const KIND: &'static str = "secret-reset/1";
    fn writes() -> Grant {
        grant(&[], &["person.secret-resets"], &[], &[], &[])
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = book.open(&self.person)?;
        Ok(Effects::new().set(&self.person, "secret-resets", one_more(&person, "secret-resets"), cmd.date))
    }
}

/// Gives a member from outside a numbered paper list of codes; the list they had stops counting when it is printed.
#[derive(Form)]
pub(super) struct CodeList {
    #[field(of = "person")]
    person: Id,
}

impl Record for CodeList {
    const KIND: &'static str = "code-list/1";
    fn writes() -> Grant {
        grant(&[], &["person.code-lists"], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["code-list/not-external"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let person = book.open(&self.person)?;
        if !person.flag("external") {
            return Err(Refusal::new("code-list/not-external").with("person", &self.person));
        }
        Ok(Effects::new().set(&self.person, "code-lists", one_more(&person, "code-lists"), cmd.date))
    }
}

fn one_more(person: &Thing, key: &str) -> u64 {
    person.whole(key).and_then(|n| u64::try_from(n).ok()).unwrap_or_default() + 1
}

#[cfg(test)]
mod tests {
    use super::super::tests::{date, done, id, refused, site, value};
    use baara_plugin_api::json;

    #[test]
    fn each_reset_counts_one_more() {
        let mut book = site();
        book.put(&id("person/kon-chair"), date("2020-01-01"), &[]);
        for (day, n) in [("2020-06-12", 1), ("2020-06-13", 2)] {
            done(&mut book, "secret-reset/1", day, json!({"person": "person/kon-chair"}));
            assert_eq!(value(&book, &id("person/kon-chair"), "secret-resets", day), json!(n));
        }
        refused(&mut book, "secret-reset/1", "2020-06-13", json!({"person": "person/kon-nobody"}), "thing/unknown");
    }

    #[test]
    fn a_list_of_codes_is_for_members_from_outside() {
        let mut book = site();
        book.put(&id("person/kon-family"), date("2020-01-01"), &[("external", true.into())]);
        book.put(&id("person/kon-chief"), date("2020-01-01"), &[]);
        done(&mut book, "code-list/1", "2020-06-12", json!({"person": "person/kon-family"}));
        assert_eq!(value(&book, &id("person/kon-family"), "code-lists", "2020-06-12"), json!(1));
        refused(&mut book, "code-list/1", "2020-06-12", json!({"person": "person/kon-chief"}), "code-list/not-external");
    }
}
