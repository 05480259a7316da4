//! Plugin revenue-sharing.
