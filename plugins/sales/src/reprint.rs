//! A receipt printed again says so: copies are counted, so that no receipt serves twice.

use crate::credit::in_the_end;
use baara_plugin_api::prelude::*;

/// A receipt printed again.
#[derive(Form)]
pub(crate) struct ReceiptReprint {
    #[field(of = "sale")]
    sale: Id,
}

impl Record for ReceiptReprint {
    const KIND: &'static str = "receipt-reprint/1";

    fn writes() -> Grant {
        grant(&["receipt-copy"], &[], &[], &[], &[])
    }

    fn decide(self, _: &Command, book: &Book<'_>) -> Decided {
        let sale = book.open(&self.sale)?;
        let copies = in_the_end(book).things_having("receipt-copy", "sale", self.sale.as_str()).len();
        Ok(Effects::new().open(
            &Id::new("receipt-copy", "$1"),
            [("sale", json!(self.sale)), ("receipt", sale.text("receipt").into()), ("copy", (copies + 1).into())],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{id, opened, prison, record};

    #[test]
    fn each_copy_has_its_number() {
        let mut book = prison();
        book.put(&id("sale/kon-20-0001"), "2020-03-02".parse().unwrap(), &[("receipt", "KON-2020-000001".into())]);
        for n in 1..=3 {
            let effects = record::<ReceiptReprint>(&mut book, "2020-03-02", json!({"sale": "sale/kon-20-0001"})).unwrap();
            let copy = opened(&effects, "receipt-copy");
            assert_eq!((&copy["copy"], &copy["receipt"]), (&json!(n), &json!("KON-2020-000001")));
        }
    }
}
