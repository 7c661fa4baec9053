//! Pages of lists, and the tokens that lead from one to the next.

use super::ServiceError;
use crate::base::{Delay, Key, Text, Time};

/// Tokens live so long.
const LIFE: Delay = Delay::from_secs(24 * 3600);
const DEFAULT_SIZE: usize = 100;

/// One page of a list. A token holds the place of the last item that was given, so that what comes before it may change
/// meanwhile; and a check, so that nobody else's token is taken for one.
#[derive(Clone, Debug)]
pub struct Pager {
    key: Key,
    now: Time,
    size: usize,
    /// The place of the last item of the page before.
    after: Option<(u64, Text)>,
}

#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<Text>,
}

impl Pager {
    /// `about` is what must be the same from page to page: the ARN and the filters of the request.
    ///
    /// # Errors
    /// InvalidToken for a token that was not given for this list, or too long ago.
    pub fn new(
        key: Key,
        now: Time,
        operation: &str,
        about: &str,
        max_results: Option<i64>,
        token: Option<&str>,
    ) -> Result<Pager, ServiceError> {
        let size = match max_results {
            None | Some(0) => DEFAULT_SIZE,
            Some(size) => usize::try_from(size).unwrap_or(DEFAULT_SIZE),
        };
        let mut pager = Pager { key: key.with_str(operation).with_str(about), now, size, after: None };
        if let Some(token) = token {
            pager.after = Some(pager.open(token).ok_or_else(ServiceError::invalid_token)?);
        }
        Ok(pager)
    }

    /// The items of this page out of all, which must come in the order of their places.
    pub fn page<T>(&self, all: impl Iterator<Item = T>, place: impl Fn(&T) -> (u64, Text)) -> Page<T> {
        let mut items = Vec::new();
        let mut next_token = None;
        for item in all {
            if self.after.as_ref().is_some_and(|after| place(&item) <= *after) {
                continue;
            }
            if items.len() == self.size {
                next_token = items.last().map(|last| self.seal(place(last)));
                break;
            }
            items.push(item);
        }
        Page { items, next_token }
    }

    fn seal(&self, (number, name): (u64, Text)) -> Text {
        let plain = format!("{number:x}.{:x}.{name}", self.now.as_millis());
        let check = self.check(&plain);
        hex(&format!("{check:016x}.{plain}")).into()
    }

    fn open(&self, token: &str) -> Option<(u64, Text)> {
        let text = unhex(token)?;
        let (check, plain) = text.split_once('.')?;
        if u64::from_str_radix(check, 16).ok()? != self.check(plain) {
            return None;
        }
        let mut parts = plain.splitn(3, '.');
        let number = u64::from_str_radix(parts.next()?, 16).ok()?;
        let given = Time::from_millis(u64::from_str_radix(parts.next()?, 16).ok()?);
        (self.now <= given + LIFE).then_some((number, parts.next()?.into()))
    }

    fn check(&self, plain: &str) -> u64 {
        self.key.with_str(plain).bits()
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<String> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(token: Option<&str>, at: u64) -> Result<Pager, ServiceError> {
        Pager::new(Key::new(1), Time::from_millis(at), "List", "arn", Some(3), token)
    }

    fn place(n: &u64) -> (u64, Text) {
        (*n, "".into())
    }

    #[test]
    fn pages_join_to_the_whole() {
        let mut token: Option<Text> = None;
        let mut seen = Vec::new();
        loop {
            let page = pager(token.as_deref(), 0).unwrap().page(0..10_u64, place);
            assert!(page.items.len() <= 3);
            seen.extend(page.items);
            match page.next_token {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_full_last_page_has_no_token() {
        assert!(pager(None, 0).unwrap().page(0..3_u64, place).next_token.is_none());
    }

    #[test]
    fn only_its_own_tokens_are_good() {
        let token = pager(None, 0).unwrap().page(0..9_u64, place).next_token.unwrap();
        assert!(pager(Some(&token), 0).is_ok());
        let day = 24 * 3600 * 1000;
        assert!(pager(Some(&token), day).is_ok());
        assert!(pager(Some(&token), day + 1).is_err());
        assert!(Pager::new(Key::new(1), Time::ZERO, "List", "other", None, Some(&token)).is_err());
        assert!(Pager::new(Key::new(2), Time::ZERO, "List", "arn", None, Some(&token)).is_err());
        for wrong in ["", "a", "zz", "é", "00", &token[2..]] {
            assert!(pager(Some(wrong), 0).is_err(), "{wrong}");
        }
    }
}
