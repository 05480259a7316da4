//! The C header and `abi` say the same: a C program prints every size, offset and number of the header.
use std::fmt::Write as _;
use std::io::Write as _;
use std::mem::{offset_of, size_of};
use std::path::Path;
use std::process::Command;

use baara_plugin_api::abi::*;

/// Pairs a C expression with what Rust makes of the same thing.
macro_rules! facts {
    ($($type:ident { $($field:ident),* })* ; $($c:literal = $rust:expr),* $(,)?) => {
        vec![
            $((concat!("sizeof(", stringify!($type), ")").to_string(), size_of::<$type>() as i128),
              $((concat!("offsetof(", stringify!($type), ", ", stringify!($field), ")").to_string(),
                 offset_of!($type, $field) as i128),)*)*
            $(($c.to_string(), i128::from($rust)),)*
        ]
    };
}

#[test]
fn the_header_says_what_rust_says() {
    let facts = facts! {
        BaaraBytes { ptr, len }
        BaaraHost { struct_size, abi_major, abi_minor, ctx, alloc, ask, cancelled }
        BaaraPlugin {
            magic, struct_size, abi_major, abi_minor, abi_min_minor, flags, reserved, describe, call, manifest
        }
        BaaraManifestHeader {
            magic, header_size, abi_major, abi_minor, abi_min_minor, flags, text_len, reserved
        };
        "BAARA_ABI_MAJOR" = ABI_MAJOR, "BAARA_ABI_MINOR" = ABI_MINOR, "BAARA_ABI_MIN_MINOR" = ABI_MIN_MINOR,
        "BAARA_FLAG_UNWIND" = FLAG_UNWIND,
        "BAARA_OK" = STATUS_OK, "BAARA_REFUSED" = STATUS_REFUSED, "BAARA_BAD_MESSAGE" = STATUS_BAD_MESSAGE,
        "BAARA_CANCELLED" = STATUS_CANCELLED, "BAARA_LIMIT" = STATUS_LIMIT, "BAARA_INTERNAL" = STATUS_INTERNAL,
        "BAARA_PANIC" = STATUS_PANIC,
    };
    let expected = facts.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{name} = {value}");
        text
    }) + "BAARAPLG BAARAMAN {}\n";

    let mut program = String::from(
        "#include <stdio.h>\n#include \"baara_plugin.h\"\n\
         BAARA_MANIFEST(manifest, \"{}\")\nstatic const BaaraPlugin entry = BAARA_PLUGIN(0, 0, manifest);\n\
         int main(void) {\n",
    );
    for (name, _) in &facts {
        let _ = writeln!(program, "  printf(\"%s = %lld\\n\", \"{name}\", (long long)({name}));");
    }
    program += "  printf(\"%.8s %.8s %s\\n\", entry.magic, manifest.header.magic, manifest.text);\n  return 0;\n}\n";

    for (compiler, language) in [("cc", "c"), ("c++", "c++")] {
        match run(compiler, language, &program) {
            Some(printed) => assert_eq!(printed, expected, "{language}"),
            // Not `eprintln!`, which the test runner keeps to itself.
            None => {
                let skipped = format!("SKIPPED: no `{compiler}` to compare baara_plugin.h with\n");
                std::io::stderr().write_all(skipped.as_bytes()).unwrap();
            }
        }
    }
}

/// What the program prints; `None` without a compiler.
fn run(compiler: &str, language: &str, program: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, binary) = (folder.join(format!("layout.{language}.c")), folder.join(format!("layout-{language}")));
    std::fs::write(&source, program).unwrap();
    let built = Command::new(compiler)
        .args(["-x", language, if language == "c" { "-std=c11" } else { "-std=c++17" }, "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .arg("-I")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"))
        .arg(&source)
        .arg("-o")
        .arg(&binary)
        .output()
        .ok()?;
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(&binary).output().unwrap();
    Some(String::from_utf8(ran.stdout).unwrap())
}
