//! The kit of plugin authors: folders that build at once, and the SDK they build with.

pub(crate) mod scaffold;
pub(crate) mod sdk;
