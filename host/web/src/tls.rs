//! Pages over TLS, with a certificate that each book signs itself: people compare its fingerprint on each phone.

use axum::serve::Listener;
use rcgen::{CertificateParams, DnType, KeyPair};
use sha2::{Digest, Sha256};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// What this machine is called from itself; the settings list its other names.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long a phone may take to agree on a key.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many connections may wait until their pages are asked.
const WAITING: usize = 64;

/// A book's certificate and its key, ready to be served with.
#[derive(Clone)]
pub struct Certificate {
    fingerprint: String,
    served: Arc<ServerConfig>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.fingerprint)
    }
}

impl Certificate {
    /// The certificate in a book's folder `keys`; made there the first time, for this machine and its other `names`.
    ///
    /// It never ends: phones whose clock is years behind must reach the book too. Who takes the folder away gets another.
    ///
    /// # Errors
    /// When it can be neither read nor made, or its key is not its own.
    pub fn of(book: &Path, names: &[String]) -> io::Result<Certificate> {
        let folder = book.join("keys");
        let (public, private) = (folder.join("certificate.pem"), folder.join("key.pem"));
        if !public.exists() {
            fs::create_dir_all(&folder)?;
            make(&public, &private, names)?;
        }
        let certificate = CertificateDer::from_pem_file(&public).map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_file(&private).map_err(io::Error::other)?;
        let hash = Sha256::digest(&certificate);
        let served = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate], key))
            .map_err(io::Error::other)?;
        let fingerprint = hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
        Ok(Certificate { fingerprint, served: Arc::new(served) })
    }

    /// The SHA-256 of the certificate as browsers show it: `3F:0A:…`.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// The key first, and the certificate under its name last: a certificate that is there has its key beside it.
fn make(public: &Path, private: &Path, names: &[String]) -> io::Result<()> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut wanted = CertificateParams::new([&OWN_NAMES.map(str::to_owned), names].concat()).map_err(io::Error::other)?;
    wanted.distinguished_name.push(DnType::CommonName, "Baara");
    let made = wanted.self_signed(&key).map_err(io::Error::other)?;
    put(private, 0o600, &key.serialize_pem())?;
    put(public, 0o644, &made.pem())
}

/// Writes a new file whole, or not at all.
fn put(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part); // Left behind by a power cut, perhaps with another mode; mostly there is none.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)
}

/// Gives connections whose handshake is done; each takes its own time, so that a silent phone stops nobody else.
pub(crate) struct Secured {
    done: Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Secured {
    /// Greets whoever comes to `listener`, as long as this is there to take them.
    pub(crate) fn over(listener: TcpListener, certificate: &Certificate) -> io::Result<Secured> {
        let address = listener.local_addr()?;
        let (send, done) = channel(WAITING);
        tokio::spawn(greet(listener, TlsAcceptor::from(certificate.served.clone()), send));
        Ok(Secured { done, address })
    }
}

async fn greet(mut listener: TcpListener, acceptor: TlsAcceptor, send: Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    loop {
        let (stream, from) = tokio::select! {
            came = Listener::accept(&mut listener) => came,
            () = send.closed() => return,
        };
        let (acceptor, send) = (acceptor.clone(), send.clone());
        tokio::spawn(async move {
            // Who speaks no TLS, or too slowly, is let go.
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
                let _ = send.send((stream, from)).await; // The pages may be closing.
            }
        });
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.done.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await, // Nobody greets any more: the program is ending.
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_book_makes_its_certificate_once_and_keeps_the_key_to_itself() {
        let book = tempfile::tempdir().expect("a folder");
        let keys = book.path().join("keys");
        fs::create_dir_all(&keys).expect("a folder");
        fs::write(keys.join("key.part"), "left by a power cut").expect("written");
        let first = Certificate::of(book.path(), &["prison.local".to_owned()]).expect("it is made");
        let again = Certificate::of(book.path(), &[]).expect("it is read");
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
        let key = fs::metadata(keys.join("key.pem")).expect("it is there");
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        let kept = fs::read_to_string(keys.join("key.pem")).expect("a text");
        assert!(kept.lines().nth(1).is_some_and(|line| !format!("{first:?}").contains(line)), "no log can show the key");
    }

    #[test]
    fn a_key_of_another_certificate_is_not_served_with() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for book in [&one, &other] {
            Certificate::of(book.path(), &[]).expect("it is made");
        }
        fs::copy(other.path().join("keys/key.pem"), one.path().join("keys/key.pem")).expect("copied");
        assert!(Certificate::of(one.path(), &[]).is_err());
        fs::remove_file(one.path().join("keys/key.pem")).expect("taken away");
        assert!(Certificate::of(one.path(), &[]).is_err(), "a certificate without its key is not made anew behind people's backs");
    }
}
