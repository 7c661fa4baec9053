//! Offsets as JavaScript counts them.

use super::Span;

/// Turns byte offsets of one text into UTF-16 offsets, which editors and JavaScript strings use, and back.
///
/// An offset inside a character counts as the one before that character.
#[derive(Clone, Debug, Default)]
pub struct Utf16 {
    /// The characters that are not ASCII, in the order of the text.
    wide: Vec<Wide>,
}

/// A character that is not ASCII: where it begins and what comes after it, in bytes and in UTF-16 units.
#[derive(Clone, Copy, Debug)]
struct Wide {
    byte: u32,
    unit: u32,
    next_byte: u32,
    next_unit: u32,
}

impl Utf16 {
    pub fn new(text: &str) -> Utf16 {
        let mut wide = Vec::new();
        let mut fewer = 0;
        if !text.is_ascii() {
            for (byte, c) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
                let (byte, bytes, units) = (byte as u32, c.len_utf8() as u32, c.len_utf16() as u32);
                let unit = byte - fewer;
                wide.push(Wide { byte, unit, next_byte: byte + bytes, next_unit: unit + units });
                fewer += bytes - units;
            }
        }
        Utf16 { wide }
    }

    /// The UTF-16 offset of a byte offset.
    pub fn from_byte(&self, byte: u32) -> u32 {
        match self.last(|wide| wide.byte <= byte) {
            None => byte,
            Some(wide) if byte < wide.next_byte => wide.unit,
            Some(wide) => wide.next_unit + (byte - wide.next_byte),
        }
    }

    /// The byte offset of a UTF-16 offset.
    pub fn to_byte(&self, unit: u32) -> u32 {
        match self.last(|wide| wide.unit <= unit) {
            None => unit,
            Some(wide) if unit < wide.next_unit => wide.byte,
            Some(wide) => wide.next_byte + (unit - wide.next_unit),
        }
    }

    fn last(&self, begins: impl Fn(&Wide) -> bool) -> Option<Wide> {
        let count = self.wide.partition_point(begins);
        self.wide.get(count.checked_sub(1)?).copied()
    }

    /// The UTF-16 offsets of a span's ends.
    pub fn range(&self, span: Span) -> (u32, u32) {
        (self.from_byte(span.start), self.from_byte(span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_goes_there_and_back() {
        for text in ["", "plain", "ä", "aäb€c😀d", "😀😀", "\u{10FFFF}é\n"] {
            let utf16 = Utf16::new(text);
            let mut units = 0;
            for (byte, c) in text.char_indices() {
                assert_eq!(utf16.from_byte(byte as u32), units, "{text:?} byte {byte}");
                assert_eq!(utf16.to_byte(units), byte as u32, "{text:?} unit {units}");
                units += c.len_utf16() as u32;
            }
            assert_eq!(utf16.from_byte(text.len() as u32), units);
            assert_eq!(utf16.to_byte(units), text.len() as u32);
        }
    }

    #[test]
    fn an_offset_inside_a_character_is_the_one_before_it() {
        let utf16 = Utf16::new("a😀b");
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|byte| utf16.from_byte(byte)), [0, 1, 1, 1, 1, 3, 4]);
        assert_eq!([0, 1, 2, 3, 4].map(|unit| utf16.to_byte(unit)), [0, 1, 1, 5, 6]);
    }
}
