//! Words of a command line, as a POSIX shell quotes and splits them.

/// A word as a POSIX shell must be given it.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn refused(c: char) -> String {
    format!("`{c}` is not supported here; put it in single quotes if it is part of a value")
}

/// Whether a shell would put something in the place of what begins here: a variable, or the output of a command.
fn expands(c: char, next: Option<&char>) -> bool {
    c == '`' || (c == '$' && next.is_some_and(|next| next.is_alphanumeric() || "_{(@*#?$!-".contains(*next)))
}

/// Words as a POSIX shell splits them, without expansions.
pub fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a single quote is not closed".into()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                            Some('\n') => {}
                            Some(c) => {
                                word.push('\\');
                                word.push(c);
                            }
                            None => return Err("a double quote is not closed".into()),
                        },
                        Some(c) if expands(c, chars.peek()) => return Err(refused(c)),
                        Some(c) => word.push(c),
                        None => return Err("a double quote is not closed".into()),
                    }
                }
            }
            '\\' => match chars.next() {
                // A line that goes on.
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("the line ends with a backslash".into()),
            },
            '|' | '>' | '<' | ';' | '&' | '(' | ')' => return Err(refused(c)),
            c if expands(c, chars.peek()) => return Err(refused(c)),
            '#' if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            '\n' if !words.is_empty() || word.is_some() => {
                words.extend(word.take());
                if chars.any(|c| !c.is_whitespace()) {
                    return Err("there is more than one line; commands run one by one".into());
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}
