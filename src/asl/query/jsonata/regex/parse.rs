//! The syntax of patterns (ECMA-262, Patterns, with Annex B.1.2: what browsers accept without the flag `u`).

use super::Set;

#[derive(Debug)]
pub(super) struct Pattern {
    pub root: Node,
    /// Capturing groups.
    pub groups: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Char(char),
    Set(Set),
    Start,
    End,
    /// `\b`, or `\B` if not.
    Boundary(bool),
    Group(Box<Node>, Option<u32>),
    Concat(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Repeat>),
    Look {
        node: Box<Node>,
        behind: bool,
        negated: bool,
    },
    /// What a group has captured.
    Back(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Repeat {
    pub node: Node,
    pub min: u32,
    pub max: Option<u32>,
    pub greedy: bool,
    /// The groups inside, from and up to, which are forgotten at each turn.
    pub groups: (u32, u32),
}

type P<T> = Result<T, &'static str>;

/// `\s`; the same characters as [`is_space`](super::super::number::is_space).
const SPACES: [(char, char); 10] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];

/// Groups nest at most this deep.
const MAX_NESTING: u32 = 64;

pub(super) fn pattern(source: &str) -> P<Pattern> {
    let chars: Vec<char> = source.chars().collect();
    let (groups, names) = groups(&chars)?;
    let mut parser = Parser { chars, at: 0, groups, names, seen: 0, nesting: 0 };
    let root = parser.either()?;
    match parser.peek() {
        None => Ok(Pattern { root, groups }),
        Some(_) => Err("Unmatched ')'"),
    }
}

/// How many groups capture, and the names of those that have one.
fn groups(chars: &[char]) -> P<(u32, Vec<(String, u32)>)> {
    let (mut count, mut names) = (0, Vec::<(String, u32)>::new());
    let (mut at, mut in_class) = (0, false);
    let get = |at: usize| chars.get(at).copied();
    while let Some(c) = get(at) {
        match c {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let named = get(at + 1) == Some('?') && get(at + 2) == Some('<');
                let named = named && !matches!(get(at + 3), Some('=' | '!'));
                if get(at + 1) != Some('?') || named {
                    count += 1;
                }
                if named {
                    let name: String = chars.iter().skip(at + 3).take_while(|c| **c != '>').collect();
                    if names.iter().any(|(known, _)| *known == name) {
                        return Err("Duplicate capture group name");
                    }
                    names.push((name, count));
                }
            }
            _ => {}
        }
        at += 1;
    }
    Ok((count, names))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    groups: u32,
    names: Vec<(String, u32)>,
    /// Groups opened so far.
    seen: u32,
    nesting: u32,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = text.chars().enumerate().all(|(ahead, c)| self.peek_at(ahead) == Some(c));
        if there {
            self.at += text.chars().count();
        }
        there
    }

    fn either(&mut self) -> P<Node> {
        let mut branches = vec![self.concat()?];
        while self.eat("|") {
            branches.push(self.concat()?);
        }
        let only = if branches.len() == 1 { branches.pop() } else { None };
        Ok(only.unwrap_or(Node::Either(branches)))
    }

    fn concat(&mut self) -> P<Node> {
        let mut terms = Vec::new();
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            let before = self.seen;
            let (node, repeatable) = self.term()?;
            terms.push(self.quantified(node, repeatable, before)?);
        }
        Ok(match terms.len() {
            0 => Node::Empty,
            1 => terms.pop().unwrap_or(Node::Empty),
            _ => Node::Concat(terms),
        })
    }

    /// A term, and whether it may be repeated.
    fn term(&mut self) -> P<(Node, bool)> {
        let Some(c) = self.next() else { return Ok((Node::Empty, false)) };
        Ok(match c {
            '^' => (Node::Start, false),
            '$' => (Node::End, false),
            '(' => return self.group(),
            '.' => {
                let mut set = Set { negated: true, ..Set::default() };
                for end in ['\n', '\r', '\u{2028}', '\u{2029}'] {
                    set.add(end, end);
                }
                (Node::Set(set), true)
            }
            '[' => (Node::Set(self.class()?), true),
            '\\' => return self.escape(),
            '*' | '+' | '?' => return Err("Nothing to repeat"),
            '{' => {
                self.at -= 1;
                if self.counts()?.is_some() {
                    return Err("Nothing to repeat");
                }
                self.at += 1;
                (Node::Char('{'), true)
            }
            c => (Node::Char(c), true),
        })
    }

    fn group(&mut self) -> P<(Node, bool)> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err("Regular expression too large");
        }
        let look = |behind, negated| Some((behind, negated));
        let (look, capture) = if self.eat("?:") {
            (None, None)
        } else if self.eat("?=") {
            (look(false, false), None)
        } else if self.eat("?!") {
            (look(false, true), None)
        } else if self.eat("?<=") {
            (look(true, false), None)
        } else if self.eat("?<!") {
            (look(true, true), None)
        } else if self.peek() == Some('?') && self.peek_at(1) != Some('<') {
            return Err("Invalid group");
        } else {
            if self.eat("?<") {
                let mut name = String::new();
                loop {
                    match self.next() {
                        Some('>') => break,
                        Some(c) if is_name(c, name.is_empty()) => name.push(c),
                        _ => return Err("Invalid capture group name"),
                    }
                }
                if name.is_empty() {
                    return Err("Invalid capture group name");
                }
            }
            self.seen += 1;
            (None, Some(self.seen))
        };
        let node = Box::new(self.either()?);
        if !self.eat(")") {
            return Err("Unterminated group");
        }
        self.nesting -= 1;
        Ok(match look {
            // Browsers let a look-ahead be repeated, but no look-behind.
            Some((behind, negated)) => (Node::Look { node, behind, negated }, !behind),
            None => (Node::Group(node, capture), true),
        })
    }

    fn quantified(&mut self, node: Node, repeatable: bool, before: u32) -> P<Node> {
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts()? {
                Some(counts) => {
                    // The last character of the counts is taken below.
                    self.at -= 1;
                    counts
                }
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        if !repeatable {
            return Err("Nothing to repeat");
        }
        self.at += 1;
        let greedy = !self.eat("?");
        Ok(Node::Repeat(Box::new(Repeat { node, min, max, greedy, groups: (before + 1, self.seen + 1) })))
    }

    /// `{2}`, `{2,}` or `{2,5}`; nothing, and nothing read, where it is none of them.
    fn counts(&mut self) -> P<Option<(u32, Option<u32>)>> {
        let start = self.at;
        self.at += 1;
        let counts = (|| {
            let min = self.count()?;
            let max = if !self.eat(",") {
                Some(min)
            } else if self.peek() == Some('}') {
                None
            } else {
                Some(self.count()?)
            };
            self.eat("}").then_some((min, max))
        })();
        match counts {
            Some((min, Some(max))) if max < min => Err("numbers out of order in {} quantifier"),
            Some(counts) => Ok(Some(counts)),
            None => {
                self.at = start;
                Ok(None)
            }
        }
    }

    fn count(&mut self) -> Option<u32> {
        let mut count: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            count = Some(count.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        count
    }

    fn escape(&mut self) -> P<(Node, bool)> {
        let Some(c) = self.next() else { return Err("\\ at end of pattern") };
        Ok(match c {
            'b' => (Node::Boundary(true), false),
            'B' => (Node::Boundary(false), false),
            '1'..='9' => {
                let start = self.at;
                self.at -= 1;
                let number = self.count().unwrap_or(0);
                if number <= self.groups {
                    return Ok((Node::Back(number), true));
                }
                self.at = start;
                (Node::Char(self.octal(c)), true)
            }
            'k' if !self.names.is_empty() => {
                if !self.eat("<") {
                    return Err("Invalid named reference");
                }
                let mut name = String::new();
                loop {
                    match self.next() {
                        Some('>') => break,
                        Some(c) => name.push(c),
                        None => return Err("Invalid named reference"),
                    }
                }
                match self.names.iter().find(|(known, _)| *known == name) {
                    Some((_, group)) => (Node::Back(*group), true),
                    None => return Err("Invalid named capture referenced"),
                }
            }
            c => match self.class_escape(c, false) {
                Member::Char(Some(c)) => (Node::Char(c), true),
                Member::Char(None) => (Node::Set(Set::default()), true),
                Member::Set(set) => (Node::Set(set), true),
            },
        })
    }

    /// An escape that stands for a character or a set of them.
    fn class_escape(&mut self, c: char, in_class: bool) -> Member {
        let mut set = Set::default();
        match c {
            'd' | 'D' => set.add('0', '9'),
            'w' | 'W' => {
                set.add('0', '9');
                set.add('A', 'Z');
                set.add('_', '_');
                set.add('a', 'z');
            }
            's' | 'S' => {
                for (from, to) in SPACES {
                    set.add(from, to);
                }
            }
            _ => return Member::Char(self.character_escape(c, in_class)),
        }
        set.negated = c.is_ascii_uppercase();
        Member::Set(set)
    }

    /// The character; nothing for half of a pair, which no text here has.
    fn character_escape(&mut self, c: char, in_class: bool) -> Option<char> {
        Some(match c {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0'..='7' => self.octal(c),
            'c' => match self.peek() {
                Some(letter)
                    if letter.is_ascii_alphabetic() || (in_class && (letter.is_ascii_digit() || letter == '_')) =>
                {
                    self.at += 1;
                    char::from_u32(u32::from(letter) % 32).unwrap_or('\0')
                }
                _ => {
                    // A backslash; the `c` is read again.
                    self.at -= 1;
                    '\\'
                }
            },
            'x' => match self.hex(2) {
                Some(code) => char::from_u32(code)?,
                None => 'x',
            },
            'u' => match self.hex(4) {
                Some(high @ 0xD800..=0xDBFF) => {
                    let start = self.at;
                    let low = if self.eat("\\u") { self.hex(4) } else { None };
                    let Some(low @ 0xDC00..=0xDFFF) = low else {
                        self.at = start;
                        return None;
                    };
                    char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?
                }
                Some(code) => char::from_u32(code)?,
                None => 'u',
            },
            c => c,
        })
    }

    fn hex(&mut self, count: usize) -> Option<u32> {
        let code = (0..count).try_fold(0, |code, ahead| Some(code * 16 + self.peek_at(ahead)?.to_digit(16)?))?;
        self.at += count;
        Some(code)
    }

    /// Up to three octal digits, not beyond 0o377; `8` and `9` stand for themselves.
    fn octal(&mut self, first: char) -> char {
        let Some(mut code) = first.to_digit(8) else { return first };
        for _ in 0..2 {
            match self.peek().and_then(|c| c.to_digit(8)) {
                Some(digit) if code * 8 + digit <= 0o377 => {
                    code = code * 8 + digit;
                    self.at += 1;
                }
                _ => break,
            }
        }
        char::from_u32(code).unwrap_or('\0')
    }

    fn class(&mut self) -> P<Set> {
        let negated = self.eat("^");
        let mut set = Set::default();
        loop {
            let from = match self.next() {
                None => return Err("Unterminated character class"),
                Some(']') => break,
                Some(c) => self.member(c)?,
            };
            let range = self.peek() == Some('-') && !matches!(self.peek_at(1), None | Some(']'));
            if !range {
                from.add_to(&mut set);
                continue;
            }
            self.at += 1;
            let to = match self.next() {
                None => return Err("Unterminated character class"),
                Some(c) => self.member(c)?,
            };
            match (from, to) {
                (Member::Char(Some(from)), Member::Char(Some(to))) if from > to => {
                    return Err("Range out of order in character class");
                }
                (Member::Char(Some(from)), Member::Char(Some(to))) => set.add(from, to),
                (from, to) => {
                    from.add_to(&mut set);
                    set.add('-', '-');
                    to.add_to(&mut set);
                }
            }
        }
        set.negated = negated;
        Ok(set)
    }

    fn member(&mut self, c: char) -> P<Member> {
        if c != '\\' {
            return Ok(Member::Char(Some(c)));
        }
        match self.next() {
            None => Err("\\ at end of pattern"),
            Some('b') => Ok(Member::Char(Some('\u{8}'))),
            Some(c) => Ok(self.class_escape(c, true)),
        }
    }
}

enum Member {
    Char(Option<char>),
    Set(Set),
}

impl Member {
    fn add_to(&self, set: &mut Set) {
        match self {
            Member::Char(Some(c)) => set.add(*c, *c),
            Member::Char(None) => {}
            Member::Set(other) => set.add_set(other),
        }
    }
}

fn is_name(c: char, first: bool) -> bool {
    c == '$' || c == '_' || c.is_alphabetic() || (!first && c.is_alphanumeric())
}
