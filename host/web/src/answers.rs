//! What a page gives back, and why it may not.

use baara_desk::{Fault, Unproved};
use baara_plugin_api::Refusal;
use maud::Markup;

/// What goes back to the browser.
pub(crate) enum Reply {
    /// A page of HTML, with its status.
    Page(u16, Markup),
    /// Go and see there: after every post.
    See(String),
    /// Go there with a cookie set.
    SeeWith(String, String),
    /// A file to keep: its type, its name, its bytes.
    File(&'static str, String, Vec<u8>),
    /// JSON, with its status.
    Json(u16, serde_json::Value),
    /// A fixed file of the program: its type and bytes.
    Asset(&'static str, &'static [u8]),
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Nothing has this address.
    NotFound,
    /// Nobody is signed in.
    SignIn,
    /// The business says no, where no form can show it.
    Refused(Refusal),
    /// The world failed us.
    Fault(Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem::Refused(refusal)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem::Fault(fault)
    }
}

impl From<Unproved> for Problem {
    fn from(unproved: Unproved) -> Problem {
        match unproved {
            Unproved::Refused(refusal) => Problem::Refused(refusal),
            Unproved::Fault(fault) => Problem::Fault(fault),
        }
    }
}

/// What a page's function gives.
pub(crate) type Shown = Result<Reply, Problem>;

/// The status of a form that was not recorded: 403 when it is not this person's to record or to endorse, else 422.
pub(crate) fn status_of(refused: Option<&Refusal>) -> u16 {
    let is_right = |code: &str| code.starts_with("right/") || matches!(code, "endorse/own" | "endorse/not-needed" | "endorse/not-yours");
    if refused.is_some_and(|refusal| is_right(&refusal.code)) { 403 } else { 422 }
}
