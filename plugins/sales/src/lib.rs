//! Plugin sales.
