//! The one path a command takes: people, rights, intentions, the journal, the book.
