//! The program's own files.

use crate::answers::{Reply, Shown};
use crate::visit::Visit;

/// The one stylesheet.
pub(crate) fn style(_: &Visit) -> Shown {
    Ok(Reply::Asset("text/css; charset=utf-8", include_bytes!("../../assets/baara.css")))
}

/// The one script; every page works without it.
pub(crate) fn script(_: &Visit) -> Shown {
    Ok(Reply::Asset("text/javascript; charset=utf-8", include_bytes!("../../assets/baara.js")))
}

/// The pictures of the help.
pub(crate) fn pictures(_: &Visit) -> Shown {
    Ok(Reply::Asset("image/svg+xml", include_bytes!("../../assets/aide.svg")))
}

/// The sign of the program.
pub(crate) fn icon(_: &Visit) -> Shown {
    Ok(Reply::Asset("image/svg+xml", include_bytes!("../../assets/icone.svg")))
}
