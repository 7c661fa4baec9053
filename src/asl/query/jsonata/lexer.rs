//! From text to tokens. What a `/` is depends on what stands before it, so the parser asks for one token at a time.

use super::error::{INTERNAL, R, raise, raise_text};
use super::regex::{Flags, Regex};
use crate::base::{Span, Text};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// Without the space before it. jsonata-js calls the end of a token its position.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum TokenKind {
    /// A field name, plain or in backquotes.
    Name(Text),
    /// A variable, without its `$`.
    Variable(Text),
    String(Text),
    Number(f64),
    Bool(bool),
    Null,
    Regex(Rc<Regex>),
    Symbol(Symbol),
    End,
}

macro_rules! symbols {
    ($($name:ident $text:literal $power:literal,)*) => {
        /// An operator or a bracket.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Symbol { $($name,)* }

        impl Symbol {
            pub fn text(self) -> &'static str {
                match self { $(Symbol::$name => $text,)* }
            }

            /// How strongly it binds what stands to its left, as an infix.
            pub fn power(self) -> u32 {
                match self { $(Symbol::$name => $power,)* }
            }
        }
    };
}

symbols! {
    Dot "." 75,
    OpenBracket "[" 80,
    CloseBracket "]" 0,
    OpenBrace "{" 70,
    CloseBrace "}" 0,
    OpenParen "(" 80,
    CloseParen ")" 0,
    Comma "," 0,
    At "@" 80,
    Hash "#" 80,
    Semicolon ";" 0,
    Colon ":" 0,
    Question "?" 20,
    Plus "+" 50,
    Minus "-" 50,
    Star "*" 60,
    Slash "/" 60,
    Percent "%" 60,
    Bar "|" 0,
    Equal "=" 40,
    Less "<" 40,
    Greater ">" 40,
    Caret "^" 40,
    StarStar "**" 0,
    DotDot ".." 0,
    Bind ":=" 10,
    NotEqual "!=" 40,
    AtMost "<=" 40,
    AtLeast ">=" 40,
    Chain "~>" 40,
    And "and" 30,
    Or "or" 25,
    In "in" 40,
    Concat "&" 50,
}

/// A character that ends a name and is no symbol by itself.
const LONELY: &[u8] = b"!~";

fn single(byte: u8) -> Option<Symbol> {
    Some(match byte {
        b'.' => Symbol::Dot,
        b'[' => Symbol::OpenBracket,
        b']' => Symbol::CloseBracket,
        b'{' => Symbol::OpenBrace,
        b'}' => Symbol::CloseBrace,
        b'(' => Symbol::OpenParen,
        b')' => Symbol::CloseParen,
        b',' => Symbol::Comma,
        b'@' => Symbol::At,
        b'#' => Symbol::Hash,
        b';' => Symbol::Semicolon,
        b':' => Symbol::Colon,
        b'?' => Symbol::Question,
        b'+' => Symbol::Plus,
        b'-' => Symbol::Minus,
        b'*' => Symbol::Star,
        b'/' => Symbol::Slash,
        b'%' => Symbol::Percent,
        b'|' => Symbol::Bar,
        b'=' => Symbol::Equal,
        b'<' => Symbol::Less,
        b'>' => Symbol::Greater,
        b'^' => Symbol::Caret,
        b'&' => Symbol::Concat,
        _ => return None,
    })
}

fn double(first: u8, second: u8) -> Option<Symbol> {
    Some(match (first, second) {
        (b'.', b'.') => Symbol::DotDot,
        (b':', b'=') => Symbol::Bind,
        (b'!', b'=') => Symbol::NotEqual,
        (b'>', b'=') => Symbol::AtLeast,
        (b'<', b'=') => Symbol::AtMost,
        (b'*', b'*') => Symbol::StarStar,
        (b'~', b'>') => Symbol::Chain,
        _ => return None,
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b)
}

pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    pub fn new(source: &'s str) -> Lexer<'s> {
        Lexer { source, at: 0 }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, span: Span::new(start as u32, self.at as u32) }
    }

    /// Where the part of the text from `start` up to here is.
    fn since(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    /// The next token. After an operand a `/` divides; elsewhere it begins a regular expression.
    pub fn next(&mut self, after_operand: bool) -> R<Token> {
        self.skip()?;
        let start = self.at;
        let Some(byte) = self.byte(0) else { return Ok(self.token(TokenKind::End, start)) };
        if byte == b'/' && !after_operand {
            return self.regex(start);
        }
        if let Some(symbol) = self.byte(1).and_then(|second| double(byte, second)) {
            self.at += 2;
            return Ok(self.token(TokenKind::Symbol(symbol), start));
        }
        if let Some(symbol) = single(byte) {
            self.at += 1;
            return Ok(self.token(TokenKind::Symbol(symbol), start));
        }
        match byte {
            b'!' | b'~' => {
                self.at += 1;
                let span = self.since(start);
                Err(raise("S0204").token(span.of(self.source)).at(span).position(span.end))
            }
            b'"' | b'\'' => self.string(byte, start),
            b'0'..=b'9' => self.number(start),
            b'`' => self.quoted_name(start),
            _ => Ok(self.name(start)),
        }
    }

    /// Spaces and comments.
    fn skip(&mut self) -> R<()> {
        loop {
            while self.byte(0).is_some_and(is_space) {
                self.at += 1;
            }
            if !self.rest().starts_with("/*") {
                return Ok(());
            }
            let start = self.at;
            match self.rest().get(2..).and_then(|body| body.find("*/")) {
                Some(end) => self.at += 2 + end + 2,
                None => {
                    self.at = self.source.len();
                    return Err(raise("S0106").at(self.since(start)).position(start as u32));
                }
            }
        }
    }

    fn string(&mut self, quote: u8, start: usize) -> R<Token> {
        self.at += 1;
        let mut text = String::new();
        let mut units = Pairs::default();
        loop {
            let plain = self.rest().find(['\\', char::from(quote)]).unwrap_or(self.rest().len());
            if plain > 0 {
                units.flush(&mut text);
                text.push_str(self.rest().get(..plain).unwrap_or(""));
                self.at += plain;
            }
            match self.byte(0) {
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut text, &mut units)?;
                }
                Some(_) => {
                    self.at += 1;
                    units.flush(&mut text);
                    return Ok(self.token(TokenKind::String(text.into()), start));
                }
                None => return Err(raise("S0101").at(self.since(start)).position(self.at as u32)),
            }
        }
    }

    /// An escape, of which the backslash is read already.
    fn escape(&mut self, text: &mut String, units: &mut Pairs) -> R<()> {
        let plain = match self.byte(0) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let digits: String = self.rest().chars().skip(1).take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| !digits.starts_with('+'));
                let Some(code) = code else {
                    let here = self.at as u32;
                    return Err(raise("S0104").at(Span::new(here - 1, here + 1)).position(here));
                };
                units.push(code, text);
                self.at += 1 + digits.len();
                return Ok(());
            }
            _ => {
                let found = self.rest().chars().next();
                let here = self.at as u32;
                let end = here + found.map_or(0, |c| c.len_utf8() as u32);
                let token = found.map_or_else(String::new, |c| c.to_string());
                return Err(raise("S0103").token(token).at(Span::new(here - 1, end)).position(here));
            }
        };
        units.flush(text);
        text.push(plain);
        self.at += 1;
        Ok(())
    }

    fn number(&mut self, start: usize) -> R<Token> {
        let digits = |lexer: &Self, from: usize| {
            (from..).take_while(|ahead| lexer.byte(*ahead).is_some_and(|b| b.is_ascii_digit())).count()
        };
        let mut end = if self.byte(0) == Some(b'0') { 1 } else { digits(self, 0) };
        if self.byte(end) == Some(b'.') {
            let fraction = digits(self, end + 1);
            if fraction > 0 {
                end += 1 + fraction;
            }
        }
        if matches!(self.byte(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(end + 1), Some(b'+' | b'-')));
            let exponent = digits(self, end + 1 + sign);
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        let text = self.rest().get(..end).unwrap_or("");
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += end;
                Ok(self.token(TokenKind::Number(number), start))
            }
            _ => {
                let span = Span::new(start as u32, (start + end) as u32);
                Err(raise("S0102").token(text).at(span).position(start as u32))
            }
        }
    }

    fn quoted_name(&mut self, start: usize) -> R<Token> {
        self.at += 1;
        match self.rest().find('`') {
            Some(end) => {
                let name = self.rest().get(..end).unwrap_or("").into();
                self.at += end + 1;
                Ok(self.token(TokenKind::Name(name), start))
            }
            None => {
                self.at = self.source.len();
                Err(raise("S0105").at(self.since(start)).position(self.at as u32))
            }
        }
    }

    fn name(&mut self, start: usize) -> Token {
        let stops = |byte: u8| is_space(byte) || single(byte).is_some() || LONELY.contains(&byte);
        self.at += self.rest().bytes().position(stops).unwrap_or(self.rest().len());
        let text = self.since(start).of(self.source);
        let kind = match text.strip_prefix('$') {
            Some(name) => TokenKind::Variable(name.into()),
            None => match text {
                "or" => TokenKind::Symbol(Symbol::Or),
                "in" => TokenKind::Symbol(Symbol::In),
                "and" => TokenKind::Symbol(Symbol::And),
                "true" => TokenKind::Bool(true),
                "false" => TokenKind::Bool(false),
                "null" => TokenKind::Null,
                name => TokenKind::Name(name.into()),
            },
        };
        self.token(kind, start)
    }

    /// `/pattern/im`: it ends at the first slash that no backslash escapes and no bracket holds.
    fn regex(&mut self, start: usize) -> R<Token> {
        self.at += 1;
        let body = self.at;
        let mut depth = 0;
        let (mut escaped, mut before) = (false, b'/');
        let closing = self.rest().bytes().position(|byte| {
            let plain = !escaped;
            escaped = byte == b'\\' && plain;
            // For brackets jsonata-js looks at one backslash only, be it escaped itself or not.
            let bracket = before != b'\\';
            before = byte;
            match byte {
                b'/' => return plain && depth == 0,
                b'(' | b'[' | b'{' if bracket => depth += 1,
                b')' | b']' | b'}' if bracket => depth -= 1,
                _ => {}
            }
            false
        });
        let Some(length) = closing else {
            self.at = self.source.len();
            return Err(raise("S0302").at(self.since(start)).position(self.at as u32));
        };
        if length == 0 {
            self.at += 1;
            return Err(raise("S0301").at(self.since(start)).position(body as u32));
        }
        let pattern = self.rest().get(..length).unwrap_or("");
        self.at += length + 1;
        let flags = self.rest().bytes().take_while(|byte| matches!(byte, b'i' | b'm')).count();
        let flag_text = self.rest().get(..flags).unwrap_or("");
        self.at += flags;
        let count = |flag: char| flag_text.matches(flag).count();
        if count('i') > 1 || count('m') > 1 {
            let message = format!("Invalid flags supplied to RegExp constructor '{flag_text}g'");
            return Err(raise_text(INTERNAL, message).at(self.since(start)));
        }
        let flags = Flags { ignore_case: count('i') == 1, multiline: count('m') == 1 };
        match Regex::new(pattern, flags) {
            Ok(regex) => Ok(self.token(TokenKind::Regex(Rc::new(regex)), start)),
            Err(problem) => {
                let message = format!("Invalid regular expression: /{pattern}/{flag_text}g: {problem}");
                Err(raise_text(INTERNAL, message).at(self.since(start)))
            }
        }
    }
}

/// Escapes of halves of a pair, one after the other. A half without the other becomes U+FFFD: no text here can hold it.
#[derive(Default)]
struct Pairs {
    high: Option<u32>,
}

impl Pairs {
    fn push(&mut self, unit: u32, text: &mut String) {
        match (self.high, unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                self.high = None;
                let code = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (_, 0xD800..=0xDBFF) => {
                self.flush(text);
                self.high = Some(unit);
            }
            (_, unit) => {
                self.flush(text);
                text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }

    fn flush(&mut self, text: &mut String) {
        if self.high.take().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
