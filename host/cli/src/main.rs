//! The baara command: the book on a command line, in French and English.
//!
//! A command reads its words, opens the book or goes through the process that has it open, and
//! prints. Exit codes: 0 done, 1 refused, 2 usage, 3 fault.

mod cli;
mod commands;
mod config;
mod demo;
mod help;
mod keeper;
mod kit;
mod owner;
mod parts;
mod session;
mod told;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Hidden from people: the child of one plugin, which reads no settings and prints nothing of its own.
    if std::env::args_os().nth(1).is_some_and(|word| word == "plugin-runner") {
        return baara_desk::run_child(std::env::args_os().skip(2));
    }
    keeper::listen();
    let words: Vec<String> = std::env::args().collect();
    let folder = std::env::current_dir().unwrap_or_default();
    let done = session::run(owner::Passed::here(&words, &folder));
    let _ = std::io::stdout().write_all(done.out.as_bytes()); // A closed pipe has nobody to tell.
    let _ = std::io::stderr().write_all(done.err.as_bytes());
    ExitCode::from(done.code)
}
