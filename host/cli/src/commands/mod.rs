//! One file for each group of commands; this one only sends them there.

mod book;
mod check;
mod config;
mod demo;
mod dev;
mod export;
mod forms;
mod import;
mod kit;
mod look;
mod papers;
mod people;
mod plugins;
mod publishers;
mod record;
mod serve;

use crate::cli::{Command, Plugin, Publisher, User};
use crate::session::Session;
use crate::told::Failure;
use std::time::Duration;

/// Runs one command.
///
/// # Errors
/// Whatever kept it from its work.
pub(crate) fn run(command: Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Demo { no_serve, listen } => demo::demo(session, no_serve, listen.as_deref()),
        Command::Serve { listen, tls } => serve::serve(session, listen.as_deref(), tls),
        Command::Init(init) => book::init(session, &init),
        Command::Config { what } => config::config(session, &what),
        Command::Record { kind, fields } => record::record(session, &kind, &fields),
        Command::Kinds { kind } => forms::kinds(session, kind.as_deref()),
        Command::Import { kind, file, common } => import::import(session, &kind, &file, &common),
        Command::List { kind, drawn } => look::list(session, &kind, &drawn),
        Command::Show { id } => look::show(session, &id),
        Command::History { id } => look::history(session, &id),
        Command::Report { name, drawn, fields } => look::report(session, &name, &drawn, &fields),
        Command::Why { report, cell, drawn, fields } => look::why(session, &report, &cell, &drawn, &fields),
        Command::Reverse { seq, reason, with_dependents: true, common } => papers::reverse_all(session, seq, &reason, &common),
        Command::Reverse { seq, reason, common, .. } => papers::about(session, "reverse", seq, Some(&reason), &common),
        Command::Correct { seq, fields } => papers::correct(session, seq, &fields),
        Command::Close { scope, place, until, common } => papers::close(session, &scope, place.as_deref(), until.as_deref(), &common),
        Command::Endorse { seq, common } => papers::about(session, "endorse", seq, None, &common),
        Command::Decline { seq, reason, common } => papers::about(session, "decline", seq, Some(&reason), &common),
        Command::Withdraw { seq, reason, common } => papers::about(session, "withdraw", seq, reason.as_deref(), &common),
        Command::User { what: User::Add { name, sex, roles, external, common } } => {
            people::add(session, &name, &sex, &roles, external, &common)
        }
        Command::User { what: User::Secret { person } } => people::secret(session, person.as_deref()),
        Command::User { what: User::Codes { whom } } => people::codes(session, &whom),
        Command::Verify => book::verify(session),
        Command::Backup { file } => book::backup(session, &file),
        Command::Restore { file } => book::restore(session, &file),
        Command::Export { format, to } => export::export(session, &format, to.as_deref()),
        Command::Plugin { what: Plugin::List } => plugins::list(session),
        Command::Plugin { what: Plugin::Publisher { what: Publisher::List } } => publishers::list(session),
        Command::Plugin { what: Plugin::Publisher { what: Publisher::Add { name, key, common } } } => {
            publishers::add(session, &name, &key, &common)
        }
        Command::Plugin { what: Plugin::Publisher { what: Publisher::Remove { publisher, reason, common } } } => {
            publishers::remove(session, &publisher, reason.as_deref(), &common)
        }
        Command::Plugin { what: Plugin::Quarantine { plugin } } => plugins::quarantine(session, &plugin),
        Command::Plugin { what: Plugin::Release { plugin } } => plugins::release(session, &plugin),
        Command::Plugin { what: Plugin::New { id, kind, code, to, sdk } } => {
            kit::new(session, &id, kind, code, to.as_deref(), sdk.as_deref())
        }
        Command::Plugin { what: Plugin::Check { file, level, only, patience } } => {
            check::check(session, &file, level, only.as_deref(), Duration::from_secs(patience))
        }
        Command::Plugin { what: Plugin::Case { name, file, folder, result } } => check::one(&name, &file, &folder, &result),
        Command::Plugin { what: Plugin::Dev { folder, listen } } => dev::dev(session, &folder, &listen),
        Command::Plugin { what: Plugin::Preview { file, listen } } => dev::preview(session, &file, &listen),
        Command::Plugin { what: Plugin::Sdk { out } } => kit::sdk(session, out.as_deref()),
        Command::Plugin { what: Plugin::Add { file, roles, dry_run, common } } => plugins::add(session, &file, &roles, dry_run, &common),
        Command::Plugin { what: Plugin::Remove { plugin, reason, common } } => {
            plugins::remove(session, &plugin, reason.as_deref(), &common)
        }
    }
}
