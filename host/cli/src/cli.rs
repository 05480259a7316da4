//! What may be typed.

use crate::kit::scaffold::{Purpose, Tongue};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The books of prison workshops, farms and their committees.
#[derive(Parser, Debug)]
#[command(name = "baara", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Global {
    /// The book's folder.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) book: Option<String>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of messages: fr or en.
    #[arg(long, global = true, value_name = "fr|en")]
    pub(crate) lang: Option<String>,
    /// The person who acts.
    #[arg(long = "as", global = true, value_name = "PERSON")]
    pub(crate) person: Option<String>,
    /// A folder of configuration instead of the program's own.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) config: Option<String>,
    /// In a practice book: the day and time it plays.
    #[arg(long, global = true, value_name = "2020-06-12T10:00")]
    pub(crate) now: Option<String>,
    /// Open the book without any plugin.
    #[arg(long, global = true)]
    pub(crate) safe_mode: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a practice book: the year 2020 of 4 farms and 20 establishments.
    Demo {
        /// Do not serve pages afterwards.
        #[arg(long)]
        no_serve: bool,
        /// Where to serve them.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
    },
    /// Serve the book to phones and computers on the local network.
    Serve {
        /// Where to listen, `0.0.0.0:8480` for everybody on the wifi; what `config/baara.toml` says when absent.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
        /// Over https, with the book's own certificate.
        #[arg(long)]
        tls: bool,
    },
    /// Make a book: the founding act of one facility.
    Init(Init),
    /// What configuration proposes.
    Config {
        #[command(subcommand)]
        what: Config,
    },
    /// Fill in a form: `baara record harvest --plot a --item mais-grain --quantity 125,5 --store magasin`.
    Record {
        /// The kind; `baara kinds` lists them.
        kind: String,
        /// `--field value`; lines as `--lines item=savon,quantity=12`; `--json -` reads a form from the input.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// What can be recorded, or the fields of one kind.
    Kinds {
        /// The kind.
        kind: Option<String>,
    },
    /// Record a CSV file, all of it or nothing.
    Import {
        /// The kind.
        kind: String,
        /// The file; `;` or `,`, decimal comma, with or without byte-order mark.
        file: String,
        #[command(flatten)]
        common: Common,
    },
    /// The things, or the entries, of a kind.
    List {
        /// The kind.
        kind: String,
        #[command(flatten)]
        drawn: Drawn,
    },
    /// A thing with its attributes and what it holds, or an entry by its number.
    Show {
        /// `store/kon-magasin`, or 17.
        id: String,
    },
    /// The entries that concerned a thing, and the values it had.
    History {
        /// The thing.
        id: String,
    },
    /// Draw a report: indicators, harvest, stock, balances, cash-book, workshops, pecule, committee, exceptions, late, published.
    Report {
        /// Its name.
        name: String,
        #[command(flatten)]
        drawn: Drawn,
        /// Arguments of a plugin's own table: `--field value`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// Why a figure of a report is what it is: formula, sources, exclusions.
    Why {
        /// The report.
        report: String,
        /// `ROW.COLUMN`, by their codes.
        cell: String,
        #[command(flatten)]
        drawn: Drawn,
        /// Arguments of a plugin's own table: `--field value`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// Undo an entry; both stay.
    Reverse {
        /// The entry.
        seq: u64,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Propose to undo all that rest on it as well, newest first.
        #[arg(long)]
        with_dependents: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Undo an entry and record its new content in one: only the fields that change.
    Correct {
        /// The entry.
        seq: u64,
        /// `--reason why --field value`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// Close a day, month, year or campaign of a place.
    Close {
        /// `cash-box-day`, `store-month`, `unit-month`, `facility-month`, `facility-year`, `farm-campaign`, or the place itself.
        scope: String,
        /// The place, when the scope does not name it.
        #[arg(long)]
        place: Option<String>,
        /// The last day it closes; yesterday's when absent.
        #[arg(long)]
        until: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Give a visa, or endorse what waits.
    Endorse {
        /// The entry.
        seq: u64,
        #[command(flatten)]
        common: Common,
    },
    /// Say no to what waits.
    Decline {
        /// The entry.
        seq: u64,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        common: Common,
    },
    /// Take back what waits and is your own.
    Withdraw {
        /// The entry.
        seq: u64,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// People who use the book.
    User {
        #[command(subcommand)]
        what: User,
    },
    /// Check every byte of the book.
    Verify,
    /// Write one file that holds the whole book.
    Backup {
        /// The file.
        file: String,
    },
    /// Make a book out of a backup.
    Restore {
        /// The file.
        file: String,
    },
    /// Write the book for other programs.
    Export {
        /// `jsonl`: every entry as kept; `hledger`: a journal for hledger.
        #[arg(long, value_parser = ["jsonl", "hledger"])]
        format: String,
        /// The file; the output when absent.
        #[arg(long)]
        to: Option<String>,
    },
    /// Plugins.
    Plugin {
        #[command(subcommand)]
        what: Plugin,
    },
}

/// The founding act.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The facility's code, `kon`.
    #[arg(long)]
    pub(crate) site: String,
    /// The act that created the committee: number and date.
    #[arg(long)]
    pub(crate) act: String,
    /// The day of the act; today when absent.
    #[arg(long)]
    pub(crate) date: Option<String>,
    /// A person the act names: `code=chair,name=Awa Traoré,sex=f,college=staff,office=chair,roles=head+storekeeper`.
    #[arg(long = "member", value_name = "FIELDS")]
    pub(crate) members: Vec<String>,
    /// A rule the act states: `quorum.heads=1/2`, `quorum.colleges=3`, `majority=1/2`.
    #[arg(long = "rule", value_name = "NAME=VALUE")]
    pub(crate) rules: Vec<String>,
    /// A template whose colleges and rules the act adopts, where no `--rule` says otherwise.
    #[arg(long)]
    pub(crate) template: Option<String>,
    /// A practice book: marked everywhere, asks no secrets.
    #[arg(long)]
    pub(crate) practice: bool,
}

/// What to do with configuration.
#[derive(Subcommand, Debug)]
pub(crate) enum Config {
    /// Record every difference between `config/` and the book.
    Apply {
        /// Only show the differences.
        #[arg(long)]
        dry_run: bool,
        /// A template to apply as well; off otherwise.
        #[arg(long = "template")]
        templates: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Read every file and tell its mistakes.
    Check,
}

/// What to do with people.
#[derive(Subcommand, Debug)]
pub(crate) enum User {
    /// Add a person and give them roles.
    Add {
        /// Their name.
        #[arg(long)]
        name: String,
        /// `f` or `m`.
        #[arg(long)]
        sex: String,
        /// A role; may be repeated.
        #[arg(long = "role")]
        roles: Vec<String>,
        /// From outside the prison.
        #[arg(long)]
        external: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Set a person's secret.
    Secret {
        /// The person; the one of `--as` when absent.
        person: Option<String>,
    },
    /// Show the entry code of an endorsed `secret-reset`, or print the codes of an endorsed `code-list`: once.
    Codes {
        /// The person they are for; `--as` is who shows them.
        whom: String,
    },
}

/// What to do with plugins.
#[derive(Subcommand, Debug)]
pub(crate) enum Plugin {
    /// The plugins the book has pinned, and those that are proposed.
    List,
    /// Write the folder of a new plugin, which builds, tests and loads as it stands.
    New {
        /// Its id, `bee-keeping`: small letters, figures and dashes.
        id: String,
        /// What it does.
        #[arg(long, value_enum)]
        kind: Purpose,
        /// What it is written in; `--lang rust` and `--lang c` say the same.
        #[arg(long, value_enum, default_value = "rust")]
        code: Tongue,
        /// The folder; one of its name here when absent.
        #[arg(long, value_name = "DIR")]
        to: Option<String>,
        /// The archive of the SDK; the one beside the program when absent.
        #[arg(long, value_name = "FILE")]
        sdk: Option<String>,
    },
    /// Look at a plugin's file as a reviewer does: each case in a process of its own.
    Check {
        /// The file, `libtannery.so`.
        file: String,
        /// How far: 1 reads the file, 2 loads it, 3 makes it work.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
        level: u8,
        /// One case alone, by its `code` in `--json`.
        #[arg(long, value_name = "CASE")]
        only: Option<String>,
        /// How many seconds a case may take.
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        patience: u64,
    },
    /// Show a plugin's forms in the browser while it is being written: builds, checks and serves anew at each save.
    Dev {
        /// The plugin's folder.
        #[arg(default_value = ".")]
        folder: String,
        /// Where its practice book answers.
        #[arg(long, default_value = "127.0.0.1:8482", value_name = "ADDRESS:PORT")]
        listen: String,
    },
    /// Serve a practice book around one plugin, until the input ends.
    #[command(hide = true)]
    Preview {
        /// The file.
        file: String,
        /// Where.
        #[arg(long)]
        listen: String,
    },
    /// Run one case of a check in this process.
    #[command(hide = true)]
    Case {
        /// The case.
        name: String,
        /// The file.
        file: PathBuf,
        /// Where copies are kept.
        #[arg(long)]
        folder: PathBuf,
        /// Where its verdict is written.
        #[arg(long)]
        result: PathBuf,
    },
    /// Pack the SDK that `plugin new` unpacks, in the project's folder.
    #[command(hide = true)]
    Sdk {
        /// The archive; beside the program when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<String>,
    },
    /// Show what a plugin's file brings, and propose it; it works once the people its rule names have endorsed it.
    #[command(alias = "pin")] // What books and scripts of the first year say.
    Add {
        /// The file, `libtannery.so`.
        file: String,
        /// A role that may record what it brings, beside those of `config/roles.toml`; may be repeated.
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Only show it.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Propose to end a plugin's stay: nothing new is recorded with it, and everything old stays as it is.
    Remove {
        /// The plugin, `tannery`.
        plugin: String,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// The publishers whose signatures count.
    Publisher {
        #[command(subcommand)]
        what: Publisher,
    },
    /// Set a plugin aside on this machine, until somebody releases it.
    Quarantine {
        /// The plugin, `sales`.
        plugin: String,
    },
    /// Let a plugin work again that was set aside, and forgive its strikes.
    Release {
        /// The plugin, `sales`.
        plugin: String,
    },
}

/// What to do with the publishers of plugins.
#[derive(Subcommand, Debug)]
pub(crate) enum Publisher {
    /// The publishers, their keys, and those that were removed.
    List,
    /// Propose a publisher by its minisign public key; its signatures count once the people its rule names have endorsed it.
    Add {
        /// The publisher's name.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Its public key, the second line of minisign.pub: `RW…`.
        #[arg(long, value_name = "KEY")]
        key: String,
        #[command(flatten)]
        common: Common,
    },
    /// Propose to count a publisher's signatures no more; plugins that were let in stay in.
    Remove {
        /// The publisher, by its name or its key's number.
        publisher: String,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        common: Common,
    },
}

/// What recording commands share.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Common {
    /// The facility's code.
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// The day it happened.
    #[arg(long)]
    pub(crate) date: Option<String>,
    /// The role the person acts in.
    #[arg(long = "as-role")]
    pub(crate) role: Option<String>,
    /// The decision whose leave it uses.
    #[arg(long)]
    pub(crate) leave: Option<String>,
    /// The command's own id, so that it is recorded once.
    #[arg(long)]
    pub(crate) id: Option<String>,
}

/// What drawing commands share.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Drawn {
    /// A year 2020, a month 2020-06 or a campaign 2020/2021.
    #[arg(long)]
    pub(crate) period: Option<String>,
    /// A facility's code, or all.
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// text, json or csv.
    #[arg(long, value_parser = ["text", "json", "csv"])]
    pub(crate) format: Option<String>,
}

/// Brings the flags of every command before the command, so that a form's own fields may follow it freely.
///
/// `record --json -` keeps its dash: it is where the form comes from.
pub(crate) fn globals_first(words: Vec<String>) -> Vec<String> {
    let (mut first, mut rest): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut words = words.into_iter().peekable();
    first.extend(words.next());
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or("");
        match name {
            "--" => {
                rest.push(word);
                rest.extend(words.by_ref());
            }
            "--safe-mode" => first.push(word),
            "--json" => {
                first.push(word);
                if words.peek().is_some_and(|next| next == "-") {
                    rest.push("--json-from".to_owned());
                    rest.extend(words.next());
                }
            }
            // The language of a plugin, not of the messages.
            "--lang" if words.peek().is_some_and(|next| next == "rust" || next == "c") => {
                rest.push("--code".to_owned());
                rest.extend(words.next());
            }
            "--book" | "--lang" | "--as" | "--config" | "--now" => {
                let whole = word.contains('=');
                first.push(word);
                if !whole {
                    first.extend(words.next());
                }
            }
            _ => rest.push(word),
        }
    }
    first.extend(rest);
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[track_caller]
    fn check(line: &str) -> Cli {
        let words = std::iter::once("baara").chain(line.split_whitespace()).map(str::to_owned).collect();
        Cli::try_parse_from(globals_first(words)).unwrap_or_else(|e| panic!("{line}: {e}"))
    }

    #[test]
    fn the_commands_of_the_contract_are_understood() {
        Cli::command().debug_assert();
        for line in [
            "demo --book livre --no-serve",
            "serve --listen 0.0.0.0:8480 --tls --book livre",
            "config apply --as kon-chef --book x",
            "kinds harvest --json",
            "import sale ventes.csv --book x",
            "list person",
            "show 17",
            "history lot/kon-20-0007",
            "report indicators --period 2020 --site all --format json",
            "why harvest mais-grain.weighed --period 2020/2021",
            "reverse 12 --reason faute",
            "correct 12 --reason faute --quantity 12",
            "close cash-box-day --place caisse --until 2020-06-12",
            "endorse 4",
            "decline 4 --reason non",
            "withdraw 4",
            "user add --name Awa --sex f --role storekeeper",
            "user secret kon-20-0001",
            "verify --json",
            "backup copie.db",
            "restore copie.db --book autre",
            "export --format hledger",
            "plugin list",
            "plugin pin libtannery.so --as kon-chef",
            "plugin quarantine sales --as kon-chef",
            "plugin release sales --as kon-chef",
            "plugin list --safe-mode",
            "plugin dev . --listen 127.0.0.1:8482",
            "plugin add libtannery.so --site kon --role workshop-lead --role treasurer --dry-run",
            "plugin remove tannery --reason fini --as kon-chef",
            "plugin new tannery --kind workshop",
            "plugin check libtannery.so --level 2 --json",
            "plugin check libtannery.so --only leaks --patience 5",
            "plugin new tannery --kind sweep --lang c --lang fr --to ailleurs",
            "reverse 12 --reason faute --with-dependents",
        ] {
            check(line);
        }
    }

    #[test]
    fn flags_of_every_command_may_stand_behind_the_form() {
        let cli = check("record harvest --plot a --as kon-chef --quantity 12,5 --json --book livre");
        assert_eq!((cli.global.person.as_deref(), cli.global.json, cli.global.book.as_deref()), (Some("kon-chef"), true, Some("livre")));
        let Command::Record { kind, fields } = cli.command else { panic!("a record") };
        assert_eq!((kind.as_str(), fields.join(" ").as_str()), ("harvest", "--plot a --quantity 12,5"));
        let Command::Record { fields, .. } = check("record sale --json -").command else { panic!("a record") };
        assert_eq!(fields.join(" "), "--json-from -");
    }
}
