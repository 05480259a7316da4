//! Whom the facility buys from and sells to.

use super::goods;
use baara_plugin_api::prelude::*;

/// What sort of buyer or seller it is.
#[derive(Choice)]
enum Party {
    Public,
    Trader,
    Administration,
    Staff,
    Facility,
    Kitchen,
    Ngo,
}

/// A supplier is entered.
#[derive(Form)]
pub(super) struct Supplier {
    code: Option<String>,
    #[field(sealed)]
    label: String,
    kind: Party,
    #[field(of = "person")]
    person: Option<Id>,
}

impl Record for Supplier {
    const KIND: &'static str = "supplier/1";

    fn writes() -> Grant {
        grant(&["supplier"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["thing/code-unfit", "thing/code-taken"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        enter("supplier", self.code.as_deref(), &self.label, &self.kind, self.person.as_ref(), book)
    }
}

/// A customer is entered.
#[derive(Form)]
pub(super) struct Customer {
    code: Option<String>,
    #[field(sealed)]
    label: String,
    kind: Party,
    #[field(of = "person")]
    person: Option<Id>,
}

impl Record for Customer {
    const KIND: &'static str = "customer/1";

    fn writes() -> Grant {
        grant(&["customer"], &[], &[], &[], &[])
    }

    fn refusals() -> &'static [&'static str] {
        &["thing/code-unfit", "thing/code-taken"]
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        enter("customer", self.code.as_deref(), &self.label, &self.kind, self.person.as_ref(), book)
    }
}

/// Opens a party under its own code or one the host allots; staff are marked, since they buy where they guard.
fn enter(what: &str, code: Option<&str>, label: &str, kind: &Party, person: Option<&Id>, book: &Book<'_>) -> Decided {
    let party = code.map_or_else(|| Ok(Id::new(what, "$1")), |code| goods::named(what, code, book))?;
    if let Some(person) = person {
        book.open(person)?;
    }
    let staff = if matches!(kind, Party::Staff) { json!(true) } else { Value::Null };
    Ok(Effects::new().open(&party, [("label", json!(label)), ("kind", json!(kind.code())), ("person", json!(person)), ("staff", staff)]))
}

#[cfg(test)]
mod tests {
    use super::super::paper::*;
    use super::*;

    #[test]
    fn a_customer_who_works_here_is_marked() {
        let mut book = konseguela();
        let label = "sealed:00";
        let guard = json!({"label": label, "kind": "staff", "person": "person/kon-20-0002"});
        record::<Customer>(&mut book, "2020-05-01", guard).unwrap();
        assert!(thing(&book, "2020-05-01", "customer/kon-20-0001").flag("staff"));
        record::<Customer>(&mut book, "2020-05-01", json!({"code": "marche", "label": label, "kind": "public"})).unwrap();
        let public = thing(&book, "2020-05-01", "customer/kon-marche");
        assert_eq!((public.flag("staff"), public.text("kind"), public.text("label")), (false, "public", label));
    }

    #[test]
    fn a_party_is_entered_once_under_a_code_and_a_known_kind() {
        let mut book = konseguela();
        let shop = |kind: &str, code: &str| json!({"code": code, "label": "sealed:00", "kind": kind});
        record::<Supplier>(&mut book, "2020-05-01", shop("trader", "quincaillerie")).unwrap();
        assert_eq!(refused::<Supplier>(&mut book, "2020-05-01", shop("trader", "quincaillerie")), "thing/code-taken");
        assert_eq!(refused::<Supplier>(&mut book, "2020-05-01", shop("friend", "ami")), "field/not-a-choice");
        assert_eq!(refused::<Customer>(&mut book, "2020-05-01", shop("public", "é")), "thing/code-unfit");
    }
}
