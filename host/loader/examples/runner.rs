//! Becomes the child of a plugin, as `baara plugin-runner` does.
use std::process::ExitCode;

fn main() -> ExitCode {
    baara_loader::run_child(std::env::args_os().skip(1))
}
