//! Tables drawn as text, CSV and JSON.
