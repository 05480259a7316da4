//! Every word that the program asks for by its whole name stands in both languages.

use baara_reports::{Language, Words};
use baara_tests::project;
use std::collections::BTreeSet;
use std::path::Path;

/// True for `web.tile-sale`: a section, and a name in it.
fn is_name(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
    text.split_once('.').is_some_and(|(section, name)| plain(section) && name.split('.').all(plain))
}

/// Shows each source of the program, without its tests and without what it only unpacks for others.
fn sources(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "tests" | "templates") {
            sources(&path, each);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !matches!(name.as_str(), "tests.rs" | "build.rs") {
            let text = std::fs::read_to_string(&path).expect("a text");
            each(&path, text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

#[test]
fn every_word_that_is_asked_for_by_name_stands_in_both_languages() {
    let [french, english]: [BTreeSet<String>; 2] =
        [Language::Fr, Language::En].map(|language| Words::codes(language).into_iter().collect());
    let sections: BTreeSet<&str> = french.iter().filter_map(|code| Some(code.split_once('.')?.0)).collect();
    let (mut asked, mut missing) = (0, Vec::new());
    sources(&project().join("host"), &mut |path, text| {
        for name in text.split('"').filter(|text| is_name(text) && sections.contains(text.split('.').next().unwrap_or_default())) {
            asked += 1;
            for (language, own) in [("fr", &french), ("en", &english)] {
                if !own.contains(name) {
                    missing.push(format!("{language}: {name}, asked for in {}", path.display()));
                }
            }
        }
    });
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(asked > 500, "the sources were looked through, and {asked} names found");
}
