//! The words typed after `baara`: read, explained and corrected in the language of the messages.

use crate::cli::{Cli, globals_first};
use crate::told::Done;
use baara_reports::{Said, Words};
use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches, Parser};

/// Reads the words of a command, or tells what keeps them from being one: then the program ends with what is told.
///
/// # Errors
/// The help that was asked for, or what is wrong with the words (code 2).
pub(crate) fn read(typed: Vec<String>, words: impl FnOnce() -> Words<'static>) -> Result<Cli, Done> {
    let typed = help_last(globals_first(typed));
    // Words are looked for when there is something to say.
    Cli::try_parse_from(&typed).or_else(|_| {
        let words = words();
        let command = command(&words);
        let read = command.clone().try_get_matches_from(&typed).and_then(|found| Cli::from_arg_matches(&found));
        read.map_err(|error| told(&error, &path_of(&typed, command), &words))
    })
}

/// `help plugin new` asks the same as `plugin new --help`.
fn help_last(mut typed: Vec<String>) -> Vec<String> {
    let Some(at) = typed.iter().skip(1).position(|word| word == "help").map(|at| at + 1) else { return typed };
    let Ok(before) = Cli::command().ignore_errors(true).try_get_matches_from(&typed[..at]) else { return typed };
    if before.subcommand_name().is_some() {
        return typed; // The word stands in somebody's text.
    }
    let (mut path, mut command) = (at + 1, Cli::command());
    while let Some(sub) = typed.get(path).and_then(|word| command.find_subcommand(word).cloned()) {
        (path, command) = (path + 1, sub);
    }
    typed.truncate(path);
    typed.remove(at);
    typed.push("--help".to_owned());
    typed
}

/// Every command with its words.
fn command(words: &Words<'_>) -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    spoken(Cli::command().disable_version_flag(true).arg(version), "", words)
}

/// A command and those below it; `path` is what is typed before it, `plugin` for `plugin new`.
fn spoken(command: Command, path: &str, words: &Words<'_>) -> Command {
    let below: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let (about, usage) = (words.word(&about_of(path)).to_owned(), words.word("usage.usage").to_owned());
    let command = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(help)
        .mut_args(|arg| argument(arg, path, words))
        .about(about)
        .long_about(Resettable::Reset)
        .subcommand_help_heading(heading("usage.commands", words))
        .subcommand_value_name(words.word("placeholder.command").to_owned())
        .help_template(format!("{{about-with-newline}}\n{usage}{} {{usage}}\n\n{{all-args}}", words.language().colon()));
    below.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |sub| spoken(sub, path.trim(), words))
    })
}

/// A heading, without the colon that follows it.
fn heading(code: &str, words: &Words<'_>) -> String {
    format!("{}{}", words.word(code), words.language().colon().trim_end_matches(':'))
}

/// Where the words of a command are: `command.plugin-new`.
fn about_of(path: &str) -> String {
    format!("command.{}", if path.is_empty() { "baara".to_owned() } else { path.replace(' ', "-") })
}

/// Where the words of an argument may be: its own under its command, else those it has everywhere.
fn help_of(path: &str, arg: &Arg) -> [String; 2] {
    [format!("argument.{}-{}", path.replace(' ', "-"), arg.get_id()), format!("argument.{}", arg.get_id())]
}

fn argument(arg: Arg, path: &str, words: &Words<'_>) -> Arg {
    let above = if arg.is_positional() { "usage.arguments" } else { "usage.options" };
    let places: Vec<String> = arg.get_value_names().into_iter().flatten().map(|name| placeholder(name, words)).collect();
    let text = help_of(path, &arg).iter().find_map(|code| words.find(code)).unwrap_or_default().to_owned() + &among(&arg, words);
    let arg = arg.help(text).long_help(Resettable::Reset).help_heading(heading(above, words));
    if !arg.get_action().takes_values() {
        return arg;
    }
    arg.hide_default_value(true).hide_possible_values(true).value_names(places)
}

/// What stands for a value: a word that has a translation, or the shape that is typed as it stands.
fn placeholder(name: &str, words: &Words<'_>) -> String {
    words.find(&format!("placeholder.{}", name.to_lowercase())).unwrap_or(name).to_owned()
}

/// ` [au choix : rust, c; sans rien : rust]`: what may stand there, and what stands there when nothing is typed.
fn among(arg: &Arg, words: &Words<'_>) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    let colon = words.language().colon();
    let some = |said: &str, values: Vec<String>| match values.is_empty() {
        true => None,
        false => Some(format!("{}{colon} {}", words.word(said), values.join(", "))),
    };
    let possible = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let default = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let told: Vec<String> = [some("usage.among", possible), some("usage.default", default)].into_iter().flatten().collect();
    if told.is_empty() { String::new() } else { format!(" [{}]", told.join("; ")) }
}

/// What clap says, in our words: help on the output, mistakes beside it with code 2.
fn told(error: &Error, path: &str, words: &Words<'_>) -> Done {
    let shown = || format!("{}\n", error.render().to_string().trim_end());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Done { out: shown(), ..Done::default() },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Done { err: shown(), code: 2, ..Done::default() },
        _ => Done { err: mistake(error, path, words), code: 2, ..Done::default() },
    }
}

/// What is wrong, how the command is typed, and where all of it is told.
fn mistake(error: &Error, path: &str, words: &Words<'_>) -> String {
    let text = |kind: ContextKind| error.get(kind).map(shown).unwrap_or_default();
    let value = text(ContextKind::InvalidValue);
    // A choice that is not made is an empty one to clap.
    let code = if error.kind() == ErrorKind::InvalidValue && value.is_empty() { "usage.no-value" } else { code_of(error.kind()) };
    let wrong = Said::new(code)
        .with("argument", text(ContextKind::InvalidArg))
        .with("other", text(ContextKind::PriorArg))
        .with("value", value)
        .with("command", text(ContextKind::InvalidSubcommand));
    // Clap writes its own heading before the usage.
    let usage = text(ContextKind::Usage).split_once(": ").map(|(_, usage)| usage.trim().to_owned()).unwrap_or_default();
    let first = |kinds: &[ContextKind]| kinds.iter().map(|kind| text(*kind)).find(|all| !all.is_empty()).unwrap_or_default();
    let lines = [
        ("screen.mistake", words.say(&wrong)),
        ("usage.among", first(&[ContextKind::ValidValue, ContextKind::ValidSubcommand])),
        ("usage.near", first(&[ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue])),
        ("usage.usage", usage),
        ("usage.more", format!("{path} --help")),
    ];
    let told = lines.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(code, text)| format!("{}{} {text}\n", words.word(code), words.language().colon())).collect()
}

/// The command that was meant, as it is typed: `baara plugin new`.
fn path_of(typed: &[String], command: Command) -> String {
    let (mut path, mut at) = (command.get_name().to_owned(), command);
    for word in typed.iter().skip(1) {
        if let Some(below) = at.find_subcommand(word).cloned() {
            path = format!("{path} {word}");
            at = below;
        }
    }
    path
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        ContextValue::StyledStrs(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The words for each way of being wrong.
fn code_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage.bad-value",
        ErrorKind::UnknownArgument => "usage.unknown-argument",
        ErrorKind::InvalidSubcommand => "usage.unknown-command",
        ErrorKind::NoEquals | ErrorKind::TooFewValues => "usage.no-value",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => "usage.too-many",
        ErrorKind::ArgumentConflict => "usage.conflict",
        ErrorKind::MissingRequiredArgument => "usage.missing-argument",
        ErrorKind::MissingSubcommand => "usage.missing-command",
        ErrorKind::InvalidUtf8 => "usage.not-text",
        _ => "usage.other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baara_reports::Language;

    /// Every command and argument that is shown, with the codes one of which must have words.
    fn shown_of(command: &Command, path: &str, each: &mut impl FnMut(String, Vec<String>)) {
        each(format!("baara {path}"), vec![about_of(path)]);
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            each(format!("baara {path}: {}", arg.get_id()), help_of(path, arg).to_vec());
            let names = arg.get_value_names().into_iter().flatten().map(ToString::to_string);
            // A shape such as 2020-06-12T10:00 or fr|en is typed as it stands.
            let is_word = |name: &String| name.bytes().all(|b| !b.is_ascii_lowercase() && !b.is_ascii_digit());
            for name in names.filter(|name| arg.get_action().takes_values() && is_word(name)) {
                each(format!("baara {path}: <{name}>"), vec![format!("placeholder.{}", name.to_lowercase())]);
            }
        }
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            shown_of(sub, format!("{path} {}", sub.get_name()).trim(), each);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_words_in_both_languages() {
        for language in ["fr", "en"] {
            let own = Words::codes(Language::parse(language).expect("a language"));
            let mut missing = Vec::new();
            let mut each = |what: String, codes: Vec<String>| {
                if !codes.iter().any(|code| own.contains(code)) {
                    missing.push(format!("{what}: one of {codes:?}"));
                }
            };
            let plain = Cli::command();
            shown_of(&plain, "", &mut each);
            for own in ["help", "version"] {
                each(own.to_owned(), vec![format!("argument.{own}")]);
            }
            assert!(missing.is_empty(), "{language} lacks words:\n{}", missing.join("\n"));
        }
    }

    /// No word is kept for a command or an argument that is gone.
    #[test]
    fn every_word_of_the_help_belongs_to_something() {
        let mut codes: Vec<String> = ["argument.help", "argument.version", "placeholder.command"].map(str::to_owned).to_vec();
        shown_of(&Cli::command(), "", &mut |_, more| codes.extend(more));
        let sections = ["command.", "argument.", "placeholder."];
        let own = Words::codes(Language::Fr).into_iter().filter(|code| sections.iter().any(|section| code.starts_with(section)));
        let gone: Vec<String> = own.filter(|code| !codes.contains(code)).collect();
        assert!(gone.is_empty(), "{gone:?}");
    }

    fn ask(line: &str, language: Language) -> Done {
        let typed = line.split(' ').map(str::to_owned).collect();
        read(typed, || Words::new(language)).expect_err("help, or a mistake")
    }

    /// Whatever clap would say of itself in English stands nowhere in French.
    #[test]
    fn help_is_in_one_language_alone() {
        let clap = ["Usage:", "Options:", "Commands:", "Arguments:", "[default", "[possible", "Print help", "Print this", "COMMAND>"];
        let mut paths = Vec::new();
        shown_of(&Cli::command(), "", &mut |what, _| paths.extend(Some(what).filter(|what| !what.contains(':'))));
        for path in paths {
            for line in [format!("{} --help", path.trim()), format!("{} -h", path.trim())] {
                let done = ask(&line, Language::Fr);
                assert!(done.code == 0 && done.err.is_empty(), "{line}: {}", done.err);
                assert!(done.out.contains("Emploi\u{a0}: baara") && done.out.contains("Options\u{a0}:"), "{line}: {}", done.out);
                let english: Vec<_> = clap.iter().filter(|word| done.out.contains(**word)).collect();
                assert!(english.is_empty(), "{line}: {english:?} in\n{}", done.out);
            }
        }
        assert!(ask("baara --help", Language::En).out.contains("Usage: baara [OPTIONS] <COMMAND>"));
        assert_eq!(ask("baara help plugin new", Language::Fr).out, ask("baara plugin new --help", Language::Fr).out);
        assert!(ask("baara --version", Language::Fr).out.starts_with("baara "));
    }

    #[test]
    fn a_mistake_is_told_in_french_and_english_with_the_way_out() {
        for (line, french, english) in [
            ("baara record", "il manque <NATURE>", "<KIND> is missing"),
            ("baara recrod sale", "« recrod » n'est pas une commande", "'recrod' is no command"),
            ("baara export --format pdf", "« pdf » ne convient pas", "'pdf' does not fit"),
            ("baara plugin check a.so --level 9", "« 9 » ne convient pas", "'9' does not fit"),
            ("baara show un deux", "« deux » n'est pas attendu", "'deux' is not expected"),
            ("baara export --format", "rien ne suit", "nothing follows"),
        ] {
            for (language, expected, more) in [(Language::Fr, french, "Tout savoir"), (Language::En, english, "All of it")] {
                let done = ask(line, language);
                assert!(done.code == 2 && done.out.is_empty(), "{line}: {}", done.out);
                assert!(done.err.contains(expected) && done.err.contains(more), "{line}: {}", done.err);
                assert!(language == Language::En || !done.err.contains("Usage") && !done.err.contains("error"), "{}", done.err);
            }
        }
        let near = ask("baara recrod sale", Language::Fr).err;
        assert!(near.contains("record") && near.contains("baara --help"), "{near}");
        let values = ask("baara export --format pdf", Language::Fr).err;
        assert!(values.contains("jsonl, hledger") && values.contains("baara export --help"), "{values}");
        let alone = ask("baara", Language::Fr);
        assert!(alone.code == 2 && alone.err.contains("Emploi\u{a0}: baara"), "{}", alone.err);
    }
}
