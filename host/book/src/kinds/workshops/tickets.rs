//! Services: a numbered ticket before the work, paid or free, for the public or for staff.

use crate::kinds::people::{id_value, yes};
use baara_plugin_api::prelude::*;

/// A service is asked for. Work without ticket is the receipt easiest to hide, so even a free one takes a number.
#[derive(Form)]
pub(super) struct Ticket {
    #[field(of = "workshop")]
    workshop: Id,
    #[field(of = "item")]
    service: Id,
    #[field(of = "service")]
    quantity: Option<Amount>,
    #[field(of = "customer")]
    customer: Option<Id>,
    free: bool,
    for_staff: bool,
    /// What is to be done.
    #[field(sealed)]
    work: Option<String>,
}

impl Record for Ticket {
    const KIND: &'static str = "ticket/1";
    fn writes() -> Grant {
        grant(&["ticket"], &[], &[], &[], &["ticket"])
    }
    fn refusals() -> &'static [&'static str] {
        &["ticket/not-a-service", "ticket/staff-unnamed"]
    }
    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        book.open(&self.workshop)?;
        let service = book.open(&self.service)?;
        if service.text("group") != "service" {
            return Err(Refusal::new("ticket/not-a-service").with("thing", &self.service));
        }
        let customer = self.customer.as_ref().map(|customer| book.open(customer)).transpose()?;
        if self.for_staff && customer.is_none() {
            return Err(Refusal::new("ticket/staff-unnamed").with("service", &self.service));
        }
        let staff = self.for_staff || customer.is_some_and(|customer| customer.text("kind") == "staff");
        let ticket = Id::new("ticket", "$1");
        let effects = Effects::new().number("ticket").open(
            &ticket,
            [
                ("number", NUMBER.into()),
                ("unit", self.workshop.as_str().into()),
                ("item", self.service.as_str().into()),
                ("quantity", self.quantity.map(|amount| amount.to_string()).into()),
                ("customer", id_value(self.customer.as_ref())),
                ("free", yes(self.free)),
                ("staff", yes(staff)),
                ("work", self.work.into()),
                ("state", "open".into()),
            ],
        );
        // No work for the private benefit of staff: it is not hidden, it is explained.
        if self.free && staff {
            let args = [("workshop", self.workshop.to_string()), ("service", self.service.to_string())];
            return Ok(effects.warn("ticket/free-for-staff", &[&ticket, &self.workshop], args));
        }
        Ok(effects)
    }
}

/// How the work of a ticket ended.
#[derive(Choice, Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Done,
    Cancelled,
}

/// The work of a ticket is done, or will not be.
#[derive(Form)]
pub(super) struct TicketDone {
    #[field(of = "ticket")]
    ticket: Id,
    outcome: Outcome,
    #[field(sealed)]
    motive: Option<String>,
}

impl Record for TicketDone {
    const KIND: &'static str = "ticket-done/1";
    fn writes() -> Grant {
        grant(&["ticket"], &[], &[], &[], &[])
    }
    fn refusals() -> &'static [&'static str] {
        &["ticket-done/already", "ticket-done/motive-needed", "ticket-done/paid"]
    }
    fn decide(self, cmd: &Command, book: &Book<'_>) -> Decided {
        let ticket = book.open(&self.ticket)?;
        if ticket.text("state") != "open" {
            return Err(Refusal::new("ticket-done/already").with("ticket", &self.ticket).with("state", ticket.text("state")));
        }
        if self.outcome == Outcome::Cancelled && self.motive.is_none() {
            return Err(Refusal::new("ticket-done/motive-needed").with("ticket", &self.ticket));
        }
        let receipt = ticket.text("receipt");
        if self.outcome == Outcome::Cancelled && !receipt.is_empty() {
            return Err(Refusal::new("ticket-done/paid").with("ticket", &self.ticket).with("receipt", receipt));
        }
        let effects = Effects::new().set(&self.ticket, "state", self.outcome.code(), cmd.date);
        let effects = if self.motive.is_some() { effects.set(&self.ticket, "motive", self.motive, cmd.date) } else { effects };
        // One that must still be paid stays open for its sale.
        let over = self.outcome == Outcome::Cancelled || ticket.flag("free") || !receipt.is_empty();
        Ok(if over { effects.close(&self.ticket) } else { effects })
    }
}

#[cfg(test)]
mod tests {
    use super::super::goods::tests::shop;
    use super::*;
    use crate::kinds::people::tests::{date, done, id, refused, value, warnings};

    const DAY: &str = "2020-06-12";

    #[test]
    fn a_ticket_takes_a_number_before_the_work() {
        let mut book = shop();
        let fields = json!({"workshop": "workshop/kon-couture", "service": "item/coiffure", "quantity": "1 service"});
        let effects = done(&mut book, "ticket/1", DAY, fields);
        assert!(effects.0.iter().any(|e| matches!(e, Effect::Number { series, n: 1, .. } if series == "ticket")));
        let ticket = id("ticket/kon-20-0001");
        assert_eq!(value(&book, &ticket, "state", DAY), json!("open"));
        done(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "done"}));
        assert_eq!(value(&book, &ticket, "state", DAY), json!("done"));
        refused(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "done"}), "ticket-done/already");
    }

    #[test]
    fn free_work_for_staff_names_them_and_is_explained() {
        let mut book = shop();
        book.put(&id("customer/kon-agent"), date(DAY), &[("kind", "staff".into())]);
        let mut fields = json!({"workshop": "workshop/kon-couture", "service": "item/coiffure", "for-staff": true});
        refused(&mut book, "ticket/1", DAY, fields.clone(), "ticket/staff-unnamed");
        fields["customer"] = "customer/kon-agent".into();
        assert!(warnings(&done(&mut book, "ticket/1", DAY, fields.clone())).is_empty());
        fields["for-staff"] = false.into();
        fields["free"] = true.into();
        assert_eq!(warnings(&done(&mut book, "ticket/1", DAY, fields)), ["ticket/free-for-staff"]);
        done(&mut book, "ticket-done/1", DAY, json!({"ticket": "ticket/kon-20-0002", "outcome": "done"}));
        refused(&mut book, "ticket-done/1", DAY, json!({"ticket": "ticket/kon-20-0002", "outcome": "done"}), "thing/closed");
    }

    #[test]
    fn a_ticket_is_for_a_service_of_a_workshop() {
        let mut book = shop();
        let mut no = |workshop: &str, service: &str, customer: &str, code: &str| {
            refused(&mut book, "ticket/1", DAY, json!({"workshop": workshop, "service": service, "customer": customer}), code);
        };
        no("workshop/kon-couture", "item/fil", "customer/x", "ticket/not-a-service");
    }

    #[test]
    fn a_ticket_that_was_paid_is_over_when_its_work_is_done_and_not_cancelled() {
        let mut book = shop();
        done(&mut book, "ticket/1", DAY, json!({"workshop": "workshop/kon-couture", "service": "item/coiffure"}));
        let ticket = id("ticket/kon-20-0001");
        let paid = Effects::new().set(&ticket, "receipt", "KON-2020-000007", date(DAY));
        book.apply("sale/1", date(DAY), &id("person/kon-20-0001"), &paid.0);
        let cancelled = json!({"ticket": ticket, "outcome": "cancelled", "motive": "sealed:ab"});
        refused(&mut book, "ticket-done/1", DAY, cancelled, "ticket-done/paid");
        done(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "done"}));
        refused(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "done"}), "thing/closed");
    }

    #[test]
    fn a_cancelled_ticket_says_why_and_keeps_its_number() {
        let mut book = shop();
        done(&mut book, "ticket/1", DAY, json!({"workshop": "workshop/kon-couture", "service": "item/coiffure"}));
        let ticket = id("ticket/kon-20-0001");
        refused(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "cancelled"}), "ticket-done/motive-needed");
        done(&mut book, "ticket-done/1", DAY, json!({"ticket": ticket, "outcome": "cancelled", "motive": "sealed:ab"}));
        assert_eq!(value(&book, &ticket, "state", DAY), json!("cancelled"));
    }
}
