//! Base64 (RFC 4648) as AWS decodes it: what is not of the alphabet is skipped, padding ends the text.

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) as usize & 63;
            let letter = ALPHABET.get(digit).filter(|_| place <= chunk.len());
            out.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    out
}

pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("???>>>", "Pz8/Pj4+"),
            ("こんにちは", "44GT44KT44Gr44Gh44Gv"),
        ] {
            assert_eq!(encode(text.as_bytes()), encoded);
            assert_eq!(decode(encoded), text.as_bytes());
        }
    }

    #[test]
    fn takes_what_is_not_quite_base64() {
        for (encoded, bytes) in [
            (" YWJjZA== ", "abcd".as_bytes()),
            ("YWJj\nZA==", b"abcd"),
            ("Zm8", b"fo"),
            ("ab==cd", b"i"),
            ("Pz8_Pj4-", b"???>>>"),
            ("A", b""),
            ("!!!", b""),
        ] {
            assert_eq!(decode(encoded), bytes, "{encoded}");
        }
    }
}
