//! What the loader does with files and plugins that are broken or mean harm: it says no under a code, and lives on.

mod cases;
mod folder;
mod world;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use baara_loader::{Answers, Loaded, Misdeed, Mode, PluginFault, Reply, inspect, load, search};
use folder::{Echo, Folder, MODES, check_fixture, check_refused, example, in_both_modes, misbehaved, ok};

#[test]
fn files_that_are_no_library_are_refused_unread() {
    let folder = Folder::new(Mode::Child);
    let check = |name: &str, bytes: &[u8], part: &str| {
        check_refused(inspect(&folder.file(name, bytes)), "plugin/wrong-format", part);
    };
    check("empty.so", b"", "an empty file");
    check("text.so", b"I am a plugin, believe me.", "a text file");
    check("windows.so", b"MZ\x90\0\x03\0\0\0", "a Windows file");
    check("macos.so", b"\xcf\xfa\xed\xfe\x07\0\0\x01", "a macOS file");
    check("bytes.so", b"\xff\0\xff\0", "unknown bytes");
    check("magic.so", b"\x7fELF", "a truncated ELF file");
    check_refused(inspect(&folder.path), "plugin/not-a-file", "regular");
    check_refused(inspect(Path::new("/dev/null")), "plugin/not-a-file", "regular");
    check_refused(inspect(&folder.path.join("absent.so")), "plugin/unreadable", "os error 2");

    let open = folder.file("open.so", b"");
    fs::set_permissions(&open, Permissions::from_mode(0o646)).unwrap();
    check_refused(inspect(&open), "plugin/writable-by-others", "anybody");
    let large = fs::File::create(folder.path.join("large.so")).unwrap();
    large.set_len(200 << 20).unwrap();
    check_refused(inspect(&folder.path.join("large.so")), "plugin/too-big", "209715200");
}

#[test]
fn a_library_cut_short_anywhere_is_refused() {
    let folder = Folder::new(Mode::Child);
    let Some(library) = folder.compile("whole.so", &[]) else { return };
    let whole = fs::read(library).unwrap();
    for part in 1..16 {
        let refused = inspect(&folder.file("cut.so", &whole[..whole.len() * part / 16])).unwrap_err();
        assert!(["plugin/wrong-format", "plugin/no-manifest"].contains(&refused.code()), "{refused}");
    }
}

#[test]
fn a_damaged_byte_never_crashes_the_inspection() {
    let folder = Folder::new(Mode::Child);
    let Some(library) = folder.compile("whole.so", &[]) else { return };
    let whole = fs::read(library).unwrap();
    // Every byte of the headers, and every 61st of the rest.
    for at in (0..64).chain((64..whole.len()).step_by(61)).chain(whole.len() - 2048..whole.len()) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        if let Ok(inspected) = inspect(&folder.file("damaged.so", &bytes)) {
            assert_ne!(inspected.sha256(), "");
        }
    }
}

#[test]
fn a_library_for_another_machine_is_refused() {
    let folder = Folder::new(Mode::Child);
    let Some(library) = folder.compile("here.so", &[]) else { return };
    let mut bytes = fs::read(library).unwrap();
    // `e_machine`: RISC-V.
    bytes[18] = 243;
    check_refused(inspect(&folder.file("there.so", &bytes)), "plugin/wrong-machine", "built for Riscv64");
}

#[test]
fn each_broken_promise_before_the_first_call_has_its_code() {
    check_fixture(&["-DNO_MANIFEST"], "plugin/no-manifest", "no section .baara");
    check_fixture(&["-DTWO_MANIFESTS"], "plugin/manifest-damaged", "another plugin");
    check_fixture(&["-DTEXT=\"caf\\xe9\""], "plugin/manifest-not-text", "byte 3");
    check_fixture(&["-DOTHER_MAJOR"], "plugin/other-major", "ask the author");
    check_fixture(&["-DNEWER_MINOR"], "plugin/newer-minor", "needs plugin ABI 1.7");
    check_fixture(&["-DNO_ENTRY"], "plugin/no-entry", "exports no symbol baara_plugin_v1");
    check_fixture(&["-DTWO_ENTRIES"], "plugin/no-entry", "exports 2 symbols");
    check_fixture(&["-DUNDEFINED"], "plugin/not-loadable", "undefined symbol: missing_fn");
    check_fixture(&["-DDISAGREES"], "plugin/disagrees", "ABI");
    check_fixture(&["-DNULL_CALL"], "plugin/slot-missing", "call is null");
    check_fixture(&["-DNULL_DESCRIBE"], "plugin/slot-missing", "describe is null");
    check_fixture(&["-DFOREIGN_CALL"], "plugin/foreign-entry", "its call lies in");
}

#[test]
fn a_library_that_is_not_on_the_machine_is_named() {
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let mut bytes = fs::read(library).unwrap();
        let at = bytes.windows(9).position(|window| window == b"libc.so.6").unwrap();
        bytes[at + 3] = b'q';
        let needs = folder.file("needs.so", &bytes);
        check_refused(inspect(&needs).and_then(|inspected| folder.load(&inspected)), "plugin/not-loadable", "libq.so.6");
    });
}

/// Opening one would take the protection from every stack of the program. In its constructor it would end the program,
/// and it does not come to that; nor does it in a file that keeps silent about its stack.
#[test]
fn a_library_that_wants_an_executable_stack_is_refused_before_it_is_opened() {
    check_fixture(&["-Wl,-z,execstack", "-DCTOR_ABORT"], "plugin/executable-stack", "executable stack");
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let mut bytes = fs::read(library).unwrap();
        // The type of a program header, PT_GNU_STACK, as this machine writes it; PT_NULL says nothing.
        let said = 0x6474_e551_u32.to_ne_bytes();
        let at = bytes.windows(4).position(|window| window == said).unwrap();
        bytes[at..at + 4].copy_from_slice(&0_u32.to_ne_bytes());
        let silent = folder.file("silent.so", &bytes);
        check_refused(inspect(&silent).and_then(|inspected| folder.load(&inspected)), "plugin/executable-stack", "executable stack");
    });
}

#[test]
fn a_plugin_that_a_panic_would_end_runs_in_a_child_alone() {
    let folder = Folder::new(Mode::InProcess);
    let Some(library) = folder.compile("aborts.so", &["-DABORTS"]) else { return };
    check_refused(folder.load(&inspect(&library).unwrap()), "plugin/aborts-on-panic", "unwind");
    let loaded = Folder::new(Mode::Child).load(&inspect(&library).unwrap()).unwrap();
    assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
}

#[test]
fn a_manifest_cut_or_scrambled_is_refused() {
    let folder = Folder::new(Mode::Child);
    let Some(library) = folder.compile("good.so", &[]) else { return };
    let bytes = fs::read(library).unwrap();
    let section = bytes.windows(8).position(|window| window == b"BAARAMAN").unwrap();
    let check = |at: usize, byte: u8, part: &str| {
        let mut bytes = bytes.clone();
        bytes[section + at] = byte;
        check_refused(inspect(&folder.file("bad.so", &bytes)), "plugin/manifest-damaged", part);
    };
    check(0, b'X', "does not begin with BAARAMAN");
    check(8, 3, "header is too short");
    check(11, 0x7f, "header is cut off");
    check(23, 0x7f, "text is cut off");
    check(20, 2, "something follows");
}

#[test]
fn an_entry_of_a_dependency_is_not_an_entry() {
    let folder = Folder::new(Mode::Child);
    if folder.compile("libgood.so", &[]).is_none() {
        return;
    }
    let place = folder.path.display().to_string();
    let flags = ["-DNO_ENTRY", "-Wl,--no-as-needed", "-L", &place, "-lgood", &format!("-Wl,-rpath,{place}")];
    let borrowed = folder.compile("borrowed.so", &flags).unwrap();
    check_refused(inspect(&borrowed), "plugin/no-entry", "exports no symbol");
}

#[test]
fn an_entry_that_the_system_takes_from_another_file_is_refused() {
    in_both_modes(|folder| {
        let Some(first) = folder.compile("first.so", &["-DUNIQUE", "-DSALT=1"]) else { return };
        let second = folder.compile("second.so", &["-DUNIQUE", "-DSALT=2"]).unwrap();
        let first = inspect(&first).unwrap();
        folder.load(&first).unwrap();
        let second = folder.load(&inspect(&second).unwrap());
        if folder.mode == Mode::Child {
            assert!(second.is_ok(), "each is alone in its process");
        } else {
            check_refused(second, "plugin/foreign-entry", first.sha256());
        }
    });
}

#[test]
fn only_the_pinned_file_is_loaded() {
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let inspected = inspect(&library).unwrap();
        let cache = folder.cache();
        let load = |cache: &Path, pin: &str| load(&inspected, cache, pin, folder.mode, &folder.isolation);
        check_refused(load(&cache, ""), "plugin/not-pinned", inspected.sha256());
        check_refused(load(&cache, &"0".repeat(64)), "plugin/hash-differs", "pinned 0000");
        assert!(!cache.exists());
        check_refused(load(&library.join("in-a-file"), inspected.sha256()), "plugin/not-cached", "in-a-file");
    });
}

#[test]
fn what_was_inspected_is_loaded_whatever_became_of_the_file() {
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let inspected = inspect(&library).unwrap();
        fs::write(&library, "something else").unwrap();
        let loaded = folder.load(&inspected).unwrap();
        assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
        let copy = folder.cache().join(format!("{}.so", inspected.sha256()));
        assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o444);
    });
}

#[test]
fn a_damaged_copy_is_replaced_and_nothing_else_is_left_behind() {
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let inspected = inspect(&library).unwrap();
        let cache = folder.cache();
        fs::create_dir(&cache).unwrap();
        let copy = cache.join(format!("{}.so", inspected.sha256()));
        fs::write(&copy, vec![0; fs::read(&library).unwrap().len()]).unwrap();
        folder.load(&inspected).unwrap();
        assert_eq!(inspect(&copy).unwrap().sha256(), inspected.sha256());
        fs::remove_file(&copy).unwrap();
        std::os::unix::fs::symlink(&library, &copy).unwrap();
        folder.load(&inspected).unwrap();
        assert!(fs::symlink_metadata(&copy).unwrap().is_file());
        let beside = |name: &std::ffi::OsStr| !name.to_string_lossy().ends_with(".running");
        assert_eq!(fs::read_dir(&cache).unwrap().filter(|entry| beside(&entry.as_ref().unwrap().file_name())).count(), 1);
    });
}

#[test]
fn a_good_plugin_describes_itself_answers_and_asks() {
    in_both_modes(|folder| {
        let Some(library) = folder.compile("good.so", &[]) else { return };
        let inspected = inspect(&library).unwrap();
        assert_eq!((inspected.manifest(), inspected.abi()), (r#"{"id":"fixture"}"#, (1, 0)));
        let loaded = folder.load(&inspected).unwrap();
        assert_eq!(loaded.describe(), Ok(br#"{"kinds":[]}"#.to_vec()));
        for _ in 0..100 {
            assert_eq!(loaded.call("déjà".as_bytes(), &mut Echo), ok("déjà"));
            assert_eq!(loaded.call(b"ask", &mut Echo), ok("[how much is left?]"));
            assert_eq!(loaded.call(b"refuse", &mut Echo), Ok(Reply::Refused(br#"{"code":"no"}"#.to_vec())));
            assert_eq!(loaded.call(b"nothing", &mut Echo), ok(""));
            assert_eq!(loaded.call(b"", &mut Echo), ok(""));
        }
        let large = "x".repeat(3 << 20);
        assert_eq!(loaded.call(large.as_bytes(), &mut Echo), ok(&large));
        assert_eq!(loaded.strikes(), 0);
    });
}

#[test]
fn an_answer_outside_the_calls_memory_is_never_read() {
    for (message, len) in
        [("static", 4), ("stack", 4), ("message", 4), ("null", 4), ("wild", 4), ("static panic", 4), ("huge", 1 << 60), ("beyond", 5)]
    {
        in_both_modes(|folder| {
            let Some(loaded) = folder.good() else { return };
            let fault = loaded.call(message.as_bytes(), &mut Echo);
            assert_eq!(fault, misbehaved(Misdeed::OutsideArena { len }), "{message}");
            assert_eq!(loaded.call(b"still here", &mut Echo), ok("still here"));
            assert_eq!(loaded.strikes(), 1);
        });
    }
}

#[test]
fn what_a_call_was_given_is_void_in_the_next() {
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"keep", &mut Echo), ok("keep"));
        assert_eq!(loaded.call(b"kept", &mut Echo), misbehaved(Misdeed::OutsideArena { len: 4 }));
    });
}

#[test]
fn odd_statuses_and_texts_break_the_contract() {
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"4242", &mut Echo), misbehaved(Misdeed::UnknownStatus(4242)));
        assert_eq!(loaded.call(b"not text", &mut Echo), misbehaved(Misdeed::NotText { at: 3 }));
        // Its own words about a failure are only cleaned, and no strike.
        assert_eq!(loaded.call(b"fail", &mut Echo), Err(PluginFault::Internal { text: "a b\u{fffd}".into() }));
        assert!(!loaded.is_quarantined());
        assert_eq!(loaded.call(b"not text refused", &mut Echo), misbehaved(Misdeed::NotText { at: 0 }));

        let fault = loaded.call(b"hello", &mut Echo).unwrap_err();
        assert_eq!(fault, PluginFault::Quarantined { strikes: 3 });
        assert_eq!((fault.code(), fault.args()), ("plugin/quarantined", vec![("strikes", "3".to_string())]));
        assert_eq!(loaded.describe(), Err(PluginFault::Quarantined { strikes: 3 }));

        // Another plugin, and even another copy of this one, goes on.
        let other = Folder::new(folder.mode);
        assert_eq!(other.good().unwrap().call(b"hello", &mut Echo), ok("hello"));
    });
}

#[test]
fn loading_a_plugin_again_does_not_clear_its_strikes() {
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"4242", &mut Echo), misbehaved(Misdeed::UnknownStatus(4242)));
        assert_eq!(folder.good().unwrap().strikes(), 1);
    });
}

#[test]
fn memory_that_cannot_be_had_is_null() {
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"greedy", &mut Echo), ok("all null"));
        assert_eq!(loaded.call(b"fill", &mut Echo), Err(PluginFault::Limit { own: true }));
        let elsewhere = if folder.mode == Mode::Child { "no thread" } else { "null" };
        assert_eq!(loaded.call(b"elsewhere", &mut Echo), ok(elsewhere));
        assert_eq!(loaded.call(b"forge", &mut Echo), misbehaved(Misdeed::ForeignContext));
        assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
    });
}

#[test]
fn a_question_that_makes_no_sense_is_not_put() {
    struct Nobody;
    impl Answers for Nobody {
        fn answer(&mut self, question: &[u8]) -> Vec<u8> {
            panic!("asked {question:?}");
        }
    }
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        for message in ["null question", "bad question"] {
            let fault = loaded.call(message.as_bytes(), &mut Nobody).unwrap_err();
            assert_eq!(fault.code(), "plugin/bad-message", "{message}");
        }
    });
}

#[test]
fn an_answer_too_large_for_the_call_is_a_limit() {
    struct Much;
    impl Answers for Much {
        fn answer(&mut self, _: &[u8]) -> Vec<u8> {
            vec![b' '; 9 << 20]
        }
    }
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"ask", &mut Much), Err(PluginFault::Limit { own: false }));
        assert_eq!(loaded.strikes(), 0, "the book has more to tell than a call can hold");
    });
}

#[test]
fn a_call_can_be_cancelled() {
    struct Gone;
    impl Answers for Gone {
        fn answer(&mut self, _: &[u8]) -> Vec<u8> {
            Vec::new()
        }
        fn cancelled(&self) -> bool {
            true
        }
    }
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        assert_eq!(loaded.call(b"wait", &mut Gone), Err(PluginFault::Cancelled));
        assert_eq!(loaded.call(b"wait", &mut Echo), ok(""));
        assert_eq!(loaded.strikes(), 0);
    });
}

#[test]
fn a_panic_of_the_host_passes_around_the_plugin() {
    struct Broken;
    impl Answers for Broken {
        fn answer(&mut self, _: &[u8]) -> Vec<u8> {
            std::panic::resume_unwind(Box::new("a promise of ours"));
        }
    }
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| loaded.call(b"ask", &mut Broken))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a promise of ours"));
        assert_eq!(loaded.call(b"ask", &mut Echo), ok("[how much is left?]"));
        assert_eq!(loaded.strikes(), 0);
    });
}

#[test]
fn a_plugin_may_be_asked_through_another_but_not_through_itself() {
    struct Through(Loaded);
    impl Answers for Through {
        fn answer(&mut self, _: &[u8]) -> Vec<u8> {
            format!("{:?}", self.0.call(b"hello", &mut Echo).map_err(|fault| fault.code())).into_bytes()
        }
    }
    for (outer, inner) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        let (one, two) = (Folder::new(MODES[outer]), Folder::new(MODES[inner]));
        let (Some(first), Some(second)) = (one.good(), two.good()) else { return };
        assert_eq!(first.call(b"ask", &mut Through(second)), ok("Ok(Ok([104, 101, 108, 108, 111]))"));
        assert_eq!(first.call(b"ask", &mut Through(first.clone())), ok(r#"Err("plugin/re-entered")"#));
        assert_eq!(first.strikes(), 0);
    }
}

#[test]
fn calls_from_many_threads_wait_for_each_other() {
    in_both_modes(|folder| {
        let Some(loaded) = folder.good() else { return };
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let loaded = &loaded;
                scope.spawn(move || {
                    for round in 0..200 {
                        let message = format!("{thread} {round}");
                        assert_eq!(loaded.call(message.as_bytes(), &mut Echo), ok(&message));
                    }
                });
            }
        });
    });
}

#[test]
fn search_finds_plugins_and_only_plugins() {
    let folder = Folder::new(Mode::Child);
    let Some(good) = folder.compile("good.so", &[]) else { return };
    folder.compile("library.so", &["-DNO_MANIFEST"]).unwrap();
    folder.compile("good.bin", &[]).unwrap();
    folder.file("text.so", b"text");
    let absent = folder.path.join("absent");
    assert_eq!(search([&folder.path, &absent, &folder.path]), [good]);
}

/// The plugin of `examples/panicking.rs`, which Cargo builds beside these tests.
fn panicking(folder: &Folder) -> Loaded {
    let inspected = inspect(&example("libpanicking.so")).unwrap();
    assert_eq!(inspected.manifest(), r#"{"id":"panicking","version":"0.1.0"}"#);
    folder.load(&inspected).unwrap()
}

#[test]
fn a_plugin_made_with_the_sdk_keeps_the_contract() {
    in_both_modes(|folder| {
        let loaded = panicking(folder);
        assert_eq!(loaded.describe(), Ok(br#"{"kinds":[]}"#.to_vec()));
        assert_eq!(loaded.call(b"hello", &mut Echo), ok("hello"));
        assert_eq!(loaded.call(b"ask", &mut Echo), ok("[who]"));
        assert_eq!(loaded.call(b"refuse", &mut Echo), Ok(Reply::Refused(br#"{"code":"no"}"#.to_vec())));
        assert_eq!(loaded.strikes(), 0);
        for strike in 1..=3 {
            assert_eq!(loaded.call(b"overflow", &mut Echo), Err(PluginFault::Limit { own: true }));
            assert_eq!(loaded.strikes(), strike);
        }
        assert!(loaded.is_quarantined(), "nobody waits a fourth time for what cannot be held");
    });
}

#[test]
fn a_panic_is_told_with_its_place_and_three_are_enough() {
    in_both_modes(|folder| {
        let loaded = panicking(folder);
        for strikes in 1..=3 {
            let Err(PluginFault::Panicked { text }) = loaded.call(b"panic", &mut Echo) else { panic!("no panic") };
            assert!(text.starts_with("told to at ") && text.contains("panicking.rs:"), "{text}");
            assert_eq!(loaded.strikes(), strikes);
        }
        assert_eq!(loaded.call(b"hello", &mut Echo), Err(PluginFault::Quarantined { strikes: 3 }));
    });
}
