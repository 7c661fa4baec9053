use md5::Digest;
use std::fmt::Write;

/// The digest of a text's UTF-8 in lower-case hexadecimal digits; nothing for an algorithm that AWS does not know. Its
/// names are `MD5`, `SHA-1`, `SHA-256`, `SHA-384` and `SHA-512`, as they stand.
pub fn hash(text: &str, algorithm: &str) -> Option<String> {
    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
    }
    Some(match algorithm {
        "MD5" => hex(&md5::Md5::digest(text)),
        "SHA-1" => hex(&sha1::Sha1::digest(text)),
        "SHA-256" => hex(&sha2::Sha256::digest(text)),
        "SHA-384" => hex(&sha2::Sha384::digest(text)),
        "SHA-512" => hex(&sha2::Sha512::digest(text)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// The test vectors of RFC 1321, FIPS 180-4 and RFC 6234 for "abc".
    #[test]
    fn published_digests() {
        for (algorithm, digest) in [
            ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
            ("SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(hash("abc", algorithm).as_deref(), Some(digest), "{algorithm}");
        }
        assert_eq!(hash("", "SHA-384").map(|digest| digest.len()), Some(96));
        assert_eq!(hash("", "SHA-512").map(|digest| digest.len()), Some(128));
        assert!(["SHA256", "sha-256", "", "MD-5"].into_iter().all(|name| hash("abc", name).is_none()));
    }
}
