//! Reasons a key cannot be used, with the remedy.

/// Reason an input is not a usable RSA key.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyMistake {
    /// No file has that path.
    #[error("there is no such file")]
    NotFound,
    /// The path is a directory.
    #[error("this is a directory, not a key file")]
    Directory,
    /// The file exists and cannot be read; the source says why.
    #[error("the file cannot be read")]
    Unreadable,
    /// The text of a key was passed where a path was wanted. The text is not repeated.
    #[error("this is the text of a key, not the path of a file")]
    TextAsPath,
    /// A path was passed where the text of a key was wanted.
    #[error("this is the path of a file, not the text of a key")]
    PathAsText,
    /// Nothing, or only white space.
    #[error("the key is empty")]
    Empty,
    /// More bytes than any key has.
    #[error("this is longer than 64 KiB, no key is")]
    TooLong,
    /// A public key where the private one is wanted.
    #[error("this is a public key, the private key is needed")]
    PublicKey,
    /// A private key where the public one is wanted.
    #[error("this is a private key, the public key is needed")]
    PrivateKey,
    /// An X.509 certificate.
    #[error("this is a certificate, the key itself is needed")]
    Certificate,
    /// A request for a certificate.
    #[error("this is a certificate request, the key itself is needed")]
    CertificateRequest,
    /// A key under a passphrase.
    #[error("this key is encrypted, decrypt it first (openssl pkey -in FILE -out NEW)")]
    Encrypted,
    /// A key on an elliptic curve.
    #[error("this is an elliptic curve key, an RSA key is needed")]
    EllipticCurve,
    /// An Ed25519, Ed448, X25519 or X448 key.
    #[error("this is an Edwards curve key such as Ed25519, an RSA key is needed")]
    Edwards,
    /// A DSA key.
    #[error("this is a DSA key, an RSA key is needed")]
    Dsa,
    /// An RSA key that may only sign with PSS, which RS256 is not.
    #[error("this key is restricted to RSA-PSS, an unrestricted RSA key is needed")]
    RsaPss,
    /// A key for an algorithm unknown here.
    #[error("this key is for another algorithm, an RSA key is needed")]
    OtherAlgorithm,
    /// OpenSSH's own private key format.
    #[error("this is an OpenSSH key, convert it first (ssh-keygen -p -m PEM -f FILE)")]
    OpenSsh,
    /// A line of `authorized_keys` or a `.pub` file.
    #[error("this is an SSH public key, the private key in PEM form is needed")]
    SshPublicKey,
    /// PuTTY's format.
    #[error("this is a PuTTY key, export it as an OpenSSL key first")]
    Putty,
    /// An OpenPGP key.
    #[error("this is an OpenPGP key, an RSA key in PEM form is needed")]
    OpenPgp,
    /// A JSON Web Key.
    #[error("this is a JSON web key, convert it to PEM first")]
    Jwk,
    /// A PKCS#12 or PFX container.
    #[error(
        "this is a PKCS#12 container, extract the key first (openssl pkcs12 -in FILE -nocerts -nodes)"
    )]
    Pkcs12,
    /// A Java key store.
    #[error("this is a Java key store, export the key first (keytool -importkeystore)")]
    JavaKeyStore,
    /// An RSA key that is too short for RS256.
    #[error("this key has {bits} bits, at least 2048 are needed")]
    TooSmall {
        /// Bits of its modulus.
        bits: usize,
    },
    /// An RSA key longer than the 8192 bits that are supported.
    #[error("this key has {bits} bits, at most 8192 are supported")]
    TooLarge {
        /// Bits of its modulus.
        bits: usize,
    },
    /// The end is missing.
    #[error("the key is cut off, its end is missing")]
    Truncated,
    /// Between the armour lines stands something that is not base64.
    #[error("the key's text holds characters that base64 does not have")]
    Base64,
    /// It has the shape of an RSA key, but its numbers do not fit together.
    #[error("the key is damaged, its parts do not fit together")]
    Corrupt,
    /// Nothing that is recognised.
    #[error("this is not a key in any known form (PEM or DER of PKCS#8 or PKCS#1)")]
    Unrecognised,
}

/// Something about a key that works and should still be put right.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyWarning {
    /// Other users of the machine may read the file.
    #[error("the key file can be read by others (mode {mode:03o}), restrict it (chmod 600)")]
    ReadableByOthers {
        /// The permission bits.
        mode: u32,
    },
}

crate::chain::debug_as_text!(KeyMistake, KeyWarning);
