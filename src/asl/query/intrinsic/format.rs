//! What `States.Format` fills in.

/// A text with places for values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    /// The texts before, between and behind the places.
    pub texts: Vec<String>,
}

/// What is wrong with a pattern, and where: a range of bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BadPattern {
    pub start: usize,
    pub end: usize,
    pub message: &'static str,
}

impl Pattern {
    /// Reads `{}` as a place; a backslash takes the next character for what it is.
    pub fn parse(source: &str) -> Result<Pattern, BadPattern> {
        let mut texts = vec![];
        let mut text = String::new();
        let mut chars = source.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.push(chars.next().map_or('\\', |(_, c)| c)),
                '{' if chars.next_if(|(_, next)| *next == '}').is_some() => texts.push(std::mem::take(&mut text)),
                '{' => return Err(BadPattern { start: at, end: at + 1, message: "this brace is not closed" }),
                '}' => return Err(BadPattern { start: at, end: at + 1, message: "this brace was not opened" }),
                c => text.push(c),
            }
        }
        texts.push(text);
        Ok(Pattern { texts })
    }

    pub fn places(&self) -> usize {
        self.texts.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_escapes() {
        for (source, expected) in [
            ("", vec![""]),
            ("a{}b{}", vec!["a", "b", ""]),
            (r"\{\}{}\\", vec!["{}", r"\"]),
            (r"it\'s {}", vec!["it's ", ""]),
        ] {
            assert_eq!(Pattern::parse(source).unwrap().texts, expected, "{source}");
        }
        for (source, at) in [("a{", 1), ("é}", 2), ("{{}}", 0), ("{a}", 0), ("{}{ }", 2)] {
            assert_eq!(Pattern::parse(source).unwrap_err().start, at, "{source}");
        }
    }
}
