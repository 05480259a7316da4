//! What `export_plugin!` emits keeps the contract whatever the host hands it.
#![allow(unsafe_code, reason = "the test is the host")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use baara_plugin_api::abi::*;
use baara_plugin_api::export::{Failure, HostSide};

baara_plugin_api::export_plugin! {
    manifest: r#"{"id":"guarded"}"#,
    describe: || b"{}".to_vec(),
    call: call,
}

fn call(message: &[u8], host: &dyn HostSide) -> Result<Vec<u8>, Failure> {
    match message {
        b"refuse" => Err(Failure::Refused(b"no".to_vec())),
        b"fail" => Err(Failure::Internal("broken".into())),
        b"stop" if host.cancelled() => Err(Failure::Cancelled),
        b"panic" => panic!("over {}", "board"),
        b"ask" => host.ask(b"why").map_err(Failure::Internal),
        other => Ok(other.to_vec()),
    }
}

unsafe extern "C" {
    #[link_name = "baara_plugin_v1.abi_guard"]
    safe static ENTRY: BaaraPlugin;
}

unsafe extern "C" fn alloc(_: *mut c_void, size: usize, _: usize) -> *mut u8 {
    vec![0; size].leak().as_mut_ptr()
}

unsafe extern "C" fn no_room(_: *mut c_void, _: usize, _: usize) -> *mut u8 {
    null_mut()
}

unsafe extern "C" fn ask(_: *mut c_void, question: *const BaaraBytes, answer: *mut BaaraBytes) -> i32 {
    // SAFETY: The plugin under test keeps the contract.
    let same = unsafe { (*question).len == 3 };
    // SAFETY: As above.
    unsafe { answer.write(BaaraBytes::of(b"because")) };
    if same { STATUS_OK } else { STATUS_BAD_MESSAGE }
}

unsafe extern "C" fn cancelled(_: *mut c_void) -> u32 {
    1
}

const HOST: BaaraHost = BaaraHost {
    struct_size: BaaraHost::MIN_SIZE,
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    ctx: null_mut(),
    alloc: Some(alloc),
    ask: Some(ask),
    cancelled: Some(cancelled),
};

#[track_caller]
fn check(host: BaaraHost, message: &[u8], status: i32, answer: &str) {
    let mut out = BaaraBytes::NONE;
    // SAFETY: Every pointer is valid for the call.
    let got = unsafe { ENTRY.call.unwrap()(&host, &BaaraBytes::of(message), &mut out) };
    // SAFETY: The answer was allocated above, and leaked.
    let bytes = if out.len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(out.ptr, out.len) } };
    assert_eq!((got, String::from_utf8_lossy(bytes).as_ref()), (status, answer));
}

#[test]
fn each_outcome_has_its_status() {
    check(HOST, b"hello", STATUS_OK, "hello");
    check(HOST, b"", STATUS_OK, "");
    check(HOST, b"refuse", STATUS_REFUSED, "no");
    check(HOST, b"fail", STATUS_INTERNAL, "broken");
    check(HOST, b"stop", STATUS_CANCELLED, "");
    check(HOST, b"ask", STATUS_OK, "because");
    check(BaaraHost { ask: None, ..HOST }, b"ask", STATUS_INTERNAL, "this host answers no questions");
}

#[test]
fn a_panic_is_a_status_and_names_its_place() {
    let line = include_str!("abi_guard.rs").lines().position(|line| line.contains("panic!(\"over")).unwrap() + 1;
    check(HOST, b"panic", STATUS_PANIC, &format!("over board at {}:{line}:21", file!()));
}

#[test]
fn without_room_the_answer_is_a_limit_and_a_failure_stays_one() {
    let host = BaaraHost { alloc: Some(no_room), ..HOST };
    check(host, b"hello", STATUS_LIMIT, "");
    check(BaaraHost { alloc: None, ..HOST }, b"refuse", STATUS_LIMIT, "");
    check(host, b"panic", STATUS_PANIC, "");
}

#[test]
fn a_host_that_breaks_the_contract_gets_a_bad_message() {
    check(BaaraHost { struct_size: 8, ..HOST }, b"hello", STATUS_BAD_MESSAGE, "");
    check(BaaraHost { abi_major: 2, ..HOST }, b"hello", STATUS_BAD_MESSAGE, "");
    let (call, describe) = (ENTRY.call.unwrap(), ENTRY.describe.unwrap());
    let mut out = BaaraBytes::NONE;
    let message = BaaraBytes::of(b"hello");
    let lost = BaaraBytes { ptr: null(), len: 5 };
    // SAFETY: Each pointer is null or valid for the call.
    let statuses = unsafe {
        [
            call(null(), &message, &mut out),
            call(&HOST, null(), &mut out),
            call(&HOST, &message, null_mut()),
            call(&HOST, &lost, &mut out),
            describe(null(), &mut out),
            describe(&HOST, null_mut()),
        ]
    };
    assert_eq!(statuses, [STATUS_BAD_MESSAGE; 6]);
}
