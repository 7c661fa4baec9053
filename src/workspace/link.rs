//! A workspace in the address: `w=` and the document, deflated, in the alphabet that addresses can hold.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

const PREFIX: &str = "w=";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The fragment of an address, without `#`.
pub fn encode(text: &str) -> String {
    let bytes = compress_to_vec_zlib(text.as_bytes(), 9);
    let mut out = String::with_capacity(PREFIX.len() + bytes.len() * 4 / 3 + 3);
    out.push_str(PREFIX);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..=chunk.len() {
            let six = (bits >> (18 - 6 * n)) & 63;
            out.push(ALPHABET.get(six as usize).copied().map_or('A', char::from));
        }
    }
    out
}

/// Whether a fragment holds a workspace.
pub fn is_link(fragment: &str) -> bool {
    part(fragment, "w").is_some()
}

/// What a fragment says of something: `b` for `a` of `#a=b`, and nothing but that it is there for `a` of `#a`.
pub fn part<'a>(fragment: &'a str, name: &str) -> Option<&'a str> {
    fragment.trim_start_matches('#').split('&').find_map(|part| {
        let (known, value) = part.split_once('=').unwrap_or((part, ""));
        (known == name).then_some(value)
    })
}

/// The text of a fragment, with or without `#`; other parts of it, divided by `&`, are left alone.
///
/// # Errors
/// What is wrong with the link, and how to mend it.
pub fn decode(fragment: &str) -> Result<String, String> {
    let part = part(fragment, "w").ok_or("the link holds no workspace: after `#` it has no `w=`")?;
    let mut bytes = Vec::with_capacity(part.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for c in part.bytes() {
        let Some(six) = ALPHABET.iter().position(|known| *known == c) else {
            return Err(format!(
                "the link has a character that no link has, `{}`; copy it again, as a whole",
                char::from(c).escape_default()
            ));
        };
        bits = (bits << 6 | six as u32) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    let text = decompress_to_vec_zlib_with_limit(&bytes, super::MAX_LENGTH).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => "the workspace in the link is larger than 20 MB".to_owned(),
        _ => "the link is cut off or damaged; copy it again, as a whole".to_owned(),
    })?;
    String::from_utf8(text).map_err(|_| "the link is damaged; copy it again, as a whole".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in ["", "{}", "é😀", &"abc".repeat(10_000)] {
            let fragment = encode(text);
            assert!(fragment.bytes().skip(2).all(|c| ALPHABET.contains(&c)));
            assert_eq!(decode(&fragment).unwrap(), text);
            assert_eq!(decode(&format!("#{fragment}&embed=graph")).unwrap(), text);
        }
    }

    #[test]
    fn damage_is_told() {
        let fragment = encode(&"some text of a workspace".repeat(20));
        let middle = fragment.len() / 2;
        let other = if fragment[middle..].starts_with('x') { "y" } else { "x" };
        let changed = format!("{}{other}{}", &fragment[..middle], &fragment[middle + 1..]);
        for (link, part) in [
            (&fragment[..fragment.len() / 2], "cut off"),
            ("w=", "cut off"),
            ("w=a%20b", "`%`"),
            ("x=1", "no `w=`"),
            (&changed, "damaged"),
        ] {
            assert!(decode(link).unwrap_err().contains(part), "{link}");
        }
        // A little that says to be a lot.
        let bomb = encode(&" ".repeat(30_000_000));
        assert!(bomb.len() < 100_000);
        assert!(decode(&bomb).unwrap_err().contains("larger than"));
    }
}
