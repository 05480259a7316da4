//! A plugin for tests: it panics, refuses, asks and echoes when told.
use baara_plugin_api::export::{Failure, HostSide};

baara_plugin_api::export_plugin! {
    manifest: r#"{"id":"panicking","version":"0.1.0"}"#,
    describe: describe,
    call: call,
}

fn describe() -> Vec<u8> {
    br#"{"kinds":[]}"#.to_vec()
}

fn call(message: &[u8], host: &dyn HostSide) -> Result<Vec<u8>, Failure> {
    match message {
        b"panic" => panic!("told to"),
        b"overflow" => Ok(vec![b' '; 9 << 20]),
        b"refuse" => Err(Failure::Refused(br#"{"code":"no"}"#.to_vec())),
        b"ask" => host.ask(b"who").map_err(Failure::Internal),
        b"wait" if host.cancelled() => Err(Failure::Cancelled),
        _ => Ok(message.to_vec()),
    }
}
