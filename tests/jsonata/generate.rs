//! Expressions by chance: of every operator and function, mostly with arguments of the right types, sometimes not.

use weir::base::Key;

pub struct Generator {
    key: Key,
    draws: u64,
}

/// What an expression should give.
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Number,
    Text,
    Bool,
    Array,
    Numbers,
    Texts,
    Object,
    Objects,
    Any,
}

use Type::*;

/// Functions with what they take; `?` begins what may be left out.
const FUNCTIONS: &[(&str, &[Type], &[Type], Type)] = &[
    ("sum", &[Numbers], &[], Number),
    ("count", &[Array], &[], Number),
    ("max", &[Numbers], &[], Number),
    ("min", &[Numbers], &[], Number),
    ("average", &[Numbers], &[], Number),
    ("string", &[Any], &[Bool], Text),
    ("substring", &[Text, Number], &[Number], Text),
    ("substringBefore", &[Text, Text], &[], Text),
    ("substringAfter", &[Text, Text], &[], Text),
    ("lowercase", &[Text], &[], Text),
    ("uppercase", &[Text], &[], Text),
    ("length", &[Text], &[], Number),
    ("trim", &[Text], &[], Text),
    ("contains", &[Text, Text], &[], Bool),
    ("split", &[Text, Text], &[Number], Texts),
    ("join", &[Texts], &[Text], Text),
    ("replace", &[Text, Text, Text], &[Number], Text),
    ("formatBase", &[Number], &[Number], Text),
    ("number", &[Any], &[], Number),
    ("floor", &[Number], &[], Number),
    ("ceil", &[Number], &[], Number),
    ("round", &[Number], &[Number], Number),
    ("abs", &[Number], &[], Number),
    ("sqrt", &[Number], &[], Number),
    ("power", &[Number, Number], &[], Number),
    ("boolean", &[Any], &[], Bool),
    ("not", &[Any], &[], Bool),
    ("zip", &[Array], &[Array], Array),
    ("keys", &[Object], &[], Texts),
    ("lookup", &[Object, Text], &[], Any),
    ("append", &[Any, Any], &[], Array),
    ("exists", &[Any], &[], Bool),
    ("spread", &[Object], &[], Objects),
    ("merge", &[Objects], &[], Object),
    ("reverse", &[Array], &[], Array),
    ("type", &[Any], &[], Text),
    ("sort", &[Numbers], &[], Numbers),
    ("distinct", &[Array], &[], Array),
    ("base64encode", &[Text], &[], Text),
    ("base64decode", &[Text], &[], Text),
    ("encodeUrlComponent", &[Text], &[], Text),
    ("encodeUrl", &[Text], &[], Text),
    ("decodeUrlComponent", &[Text], &[], Text),
    ("decodeUrl", &[Text], &[], Text),
    ("eval", &[Text], &[Any], Any),
    ("fromMillis", &[Number], &[], Text),
    ("clone", &[Object], &[], Object),
    ("error", &[], &[Text], Any),
    ("assert", &[Bool], &[Text], Any),
];

/// Whole expressions with places to be filled in: `N` a number, `S` a text, `B` a condition, `A` an array, `M` numbers,
/// `O` an object, `P` objects, `X` anything.
const SHAPES: &[&str] = &[
    "$map(A, function($v, $i) { X })",
    "$map(M, function($v) { $v * N })",
    "$filter(A, function($v) { B })",
    "$filter(M, function($v, $i, $a) { $v > N })",
    "$reduce(M, function($i, $j) { $i + $j })",
    "$reduce(M, function($i, $j) { $i + $j }, N)",
    "$reduce(M, function($i) { $i })",
    "$single(M, function($v) { $v = N })",
    "$single(A)",
    "$sift(O, function($v, $k) { $k != S })",
    "$each(O, function($v, $k) { $k & $string($v) })",
    "$sort(P, function($l, $r) { $l.price > $r.price })",
    "$sort(A)",
    "$match(S, /[a-z]+/)",
    "$match(S, /(\\w)(\\d)?/, N)",
    "$replace(S, /o/, S)",
    "$replace(S, /(\\w)\\w*/, \"$1-\")",
    "$split(S, /[ ,]+/)",
    "$contains(S, /^[A-Z]/)",
    "$replace(S, /\\w+/, function($m) { $uppercase($m.match) })",
    "$replace(S, /x/, function($m) { N })",
    "$replace(S, '', S)",
    "$match(S, /a*/)",
    "$formatNumber(N, '#,##0.00')",
    "$formatNumber(N, '0.0%')",
    "$formatNumber($abs(N) + 1, '#0.###e0')",
    "$pad(S, 8)",
    "$pad(S, -9, S)",
    "$pad(S, 12, 'ab')",
    "S ~> $pad(5)",
    "$formatNumber(N, '000;(000)')",
    "$formatNumber(N, '#,##0.00', {'decimal-separator': ',', 'grouping-separator': '.'})",
    "$formatNumber(N, 'x')",
    "$formatNumber(N, '0;0;0')",
    "$formatNumber(N, '0.0.0')",
    "$formatNumber(N, '0%%')",
    "$formatNumber(N, '0\u{2030}\u{2030}')",
    "$formatNumber(N, '0%\u{2030}')",
    "$formatNumber(N, '.e0')",
    "$formatNumber(N, '0a0')",
    "$formatNumber(N, '0,.0')",
    "$formatNumber(N, '0,')",
    "$formatNumber(N, '0,,0')",
    "$formatNumber(N, '0#')",
    "$formatNumber(N, '0.#0')",
    "$formatNumber(N, '0e0%')",
    "$formatNumber(N, '0e#')",
    "$formatInteger(N, 'I')",
    "$formatInteger(N, 'w')",
    "$formatInteger(N, 'Ww;o')",
    "$formatInteger(N, 'a')",
    "$formatInteger(N, '#,##0')",
    "$formatInteger(N, '000;o')",
    "$formatInteger(N, '\u{663}')",
    "$formatInteger(N, '0\u{663}')",
    "$formatInteger(N, '#')",
    "$parseInteger($formatInteger(N, 'w'), 'w')",
    "$parseInteger('12,345', '#,##0')",
    "$parseInteger('XIV', 'I')",
    "$parseInteger($formatInteger(N, 'A'), 'A')",
    "$fromMillis(N * 100000000, '[Y]-[M01]-[D01] [F] [W] [w] [X] [x]')",
    "$fromMillis(N * 100000, '[H01]:[m]:[s01].[f001] [P] [h] [Z]', '+0530')",
    "$fromMillis(N, '[MNn] [D1o] [YI] [dwo] [z]')",
    "$fromMillis(N, '[q]')",
    "$fromMillis(N, '[Hn]')",
    "$fromMillis(N, '[Y')",
    "$fromMillis(N, '[Z01:0000]')",
    "$fromMillis(N, '[Z00000]')",
    "$toMillis('2018-03-27T10:00:00Z')",
    "$toMillis(S)",
    "$toMillis('27/3/2018', '[D]/[M]/[Y]')",
    "$toMillis('2018-180', '[Y]-[d]')",
    "$toMillis('March 5 2020 3pm', '[MNn] [D] [Y] [h][P]')",
    "$toMillis('5 2020', '[D] [Y]')",
    "$toMillis('2018 W3', '[X] W[W]')",
    "$toMillis($fromMillis(N * 86400000))",
    "$error(S)",
    "$assert(B, S)",
    "$eval('1 +')",
    "$eval('X')",
    "$eval(\"$sum([1,'2'])\")",
    "P.price",
    "P[price > N].name",
    "P^(price)",
    "P^(>price, name).name",
    "P^(name).name[0]",
    "P{name: price}",
    "P{name: $sum(price)}",
    "P.{'n': name, 'p': price}",
    "P@$p.tags.{'t': $, 'n': $p.name}",
    "P#$i.{'i': $i, 'n': name}",
    "P.tags.%.name",
    "items.*",
    "**.price",
    "O.*",
    "A[0]",
    "A[-1]",
    "A[N]",
    "M[$ > N]",
    "[N..9]",
    "[1..5].($ * N)",
    "A ~> $count",
    "M ~> $sum ~> $string",
    "S ~> $uppercase",
    "($f := $uppercase ~> $trim; $f(S))",
    "O ~> |$|{'z': N}|",
    "O ~> |items|{'price': price * 2}, ['name']|",
    "B ? X : X",
    "B ? X",
    "N + N",
    "N - N",
    "N * N",
    "N / N",
    "N % N",
    "-N",
    "-S",
    "S & X",
    "N < N",
    "S <= S",
    "N >= N",
    "N > S",
    "X = X",
    "X != X",
    "B and B",
    "B or X",
    "X in A",
    "N in M",
    "(X; X)",
    "($x := X; [$x, $x])",
    "($f := function($a, $b) { $a + $b }; $f(N, N))",
    "($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))",
    "($add := function($x, $y) { $x + $y }; $inc := $add(?, 1); $inc(N))",
    "$substring(?, 1, 2)(S)",
    "function($x)<n:n> { $x }(X)",
    "function($x, $y)<s-n?:s> { $x }(X, X)",
    "function($a)<a<n>:n> { $sum($a) }(A)",
    "[X, X, A]",
    "{'a': X, 'b': X}",
    "{S: X}",
    "{N: X}",
    "{'a': X, S: X, 'a': X}",
    "$nope(X)",
    "nope(X)",
    "N(X)",
    "$nope(?, X)",
    "N(?, X)",
    "X ~> N",
    "S..N",
    "[N..S]",
    "[1..20000000]",
    "1 / 0 * 10e307 * 10e307",
    "$power(10, 400)",
    "$sqrt(-N)",
    "$string(1/0)",
    "P^(tags)",
    "A^($)",
    "[1,'a']^($)",
    "$number(S)",
    "$formatBase(N, 99)",
    "$split(S, S, -1)",
    "$match(S, /a/, -1)",
    "$replace(S, S, S, -1)",
    "$decodeUrl('%')",
    "O ~> |$|N|",
    "O ~> |$|{}, N|",
    "($clone := N; O ~> |$|{}|)",
    "$map(X, X)",
    "$sort([1,'a',2])",
    "$single([1,2])",
    "$single([])",
    "$encodeUrl(S)",
    "$merge(P)",
    "$spread(P)",
    "$keys(P)",
    "'abc",
    "1e999",
    "\"\\q\"",
    "\"\\u00g0\"",
    "`abc",
    "/* abc",
    "X X",
    "(X",
    "[X",
    "X := X",
    "X ? ",
    "+ X",
    "?",
    "//",
    "/abc",
    "'a'.b.1",
    "P{name: price}[0]",
    "P{name: price}{name: price}",
    "P@x",
    "P[0]@$x",
    "P^(price)@$x",
    "%",
    "%.name",
    "function(x) { x }",
    "function($x)<n<n>:n> { $x }",
    "function($x)<(sa<n>):n> { $x }",
    "X !",
    "|X|",
    "X.(",
];

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator { key: Key::new(seed), draws: 0 }
    }

    fn draw(&mut self, below: usize) -> usize {
        self.draws += 1;
        (self.key.with(self.draws).uniform() * below as f64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.draw(list.len())]
    }

    /// The `n`-th: each shape and function in turn, with arguments by chance.
    pub fn expression(&mut self, n: usize) -> String {
        let kinds = SHAPES.len() + FUNCTIONS.len();
        match n % kinds {
            at if at < SHAPES.len() => self.fill(SHAPES[at], 2),
            at => self.call(at - SHAPES.len(), 2),
        }
    }

    fn fill(&mut self, shape: &str, depth: u32) -> String {
        let mut out = String::new();
        let mut quote = None;
        let mut before = ' ';
        let chars: Vec<char> = shape.chars().collect();
        for (at, c) in chars.iter().copied().enumerate() {
            let alone =
                !before.is_ascii_alphanumeric() && !chars.get(at + 1).is_some_and(|next| next.is_ascii_alphanumeric());
            let wanted = match c {
                'N' => Some(Number),
                'S' => Some(Text),
                'B' => Some(Bool),
                'A' => Some(Array),
                'M' => Some(Numbers),
                'O' => Some(Object),
                'P' => Some(Objects),
                'X' => Some(Any),
                _ => None,
            };
            match wanted.filter(|_| quote.is_none() && alone && before != '[' || c != 'P' && c != 'D') {
                Some(wanted) if quote.is_none() && alone => out.push_str(&self.of(wanted, depth)),
                _ => {
                    match quote {
                        Some(open) if open == c => quote = None,
                        None if matches!(c, '\'' | '"') => quote = Some(c),
                        _ => {}
                    }
                    out.push(c);
                }
            }
            before = c;
        }
        out
    }

    fn call(&mut self, at: usize, depth: u32) -> String {
        let (name, needed, optional, _) = FUNCTIONS[at];
        let mut arguments: Vec<String> = Vec::new();
        let more = self.draw(optional.len() + 1);
        let fewer = usize::from(self.draw(12) == 0);
        for wanted in needed.iter().chain(optional.iter().take(more)).skip(fewer) {
            arguments.push(self.of(*wanted, depth));
        }
        if self.draw(40) == 0 {
            arguments.push(self.of(Any, 0));
        }
        format!("${name}({})", arguments.join(", "))
    }

    fn of(&mut self, wanted: Type, depth: u32) -> String {
        // Now and then it is of another type.
        let wanted = if self.draw(14) == 0 { *self.pick(&[Number, Text, Bool, Array, Object, Any]) } else { wanted };
        if depth > 0 && self.draw(3) > 0 {
            let fitting: Vec<usize> =
                (0..FUNCTIONS.len()).filter(|at| FUNCTIONS[*at].3 == wanted || wanted == Any && *at % 3 == 0).collect();
            if !fitting.is_empty() && self.draw(2) == 0 {
                let at = *self.pick(&fitting);
                return self.call(at, depth - 1);
            }
            let shape = *match wanted {
                Number => self.pick(&[
                    "N + N",
                    "N * N",
                    "N - N",
                    "(N)",
                    "-N",
                    "N / N",
                    "B ? N : N",
                    "$count(A)",
                    "P[0].price",
                ]),
                Text => self.pick(&["S & S", "$string(N)", "(S)", "P[1].name", "B ? S : S"]),
                Bool => self.pick(&["N < N", "S = S", "B and B", "B or B", "X in A", "$not(B)"]),
                Array => self.pick(&["[X, X]", "M", "P", "[S, S, S]", "[N..9]", "A[0]"]),
                Numbers => self.pick(&["[N, N, N]", "P.price", "[1..4]", "[]", "M[$ > N]"]),
                Texts => self.pick(&["[S, S]", "P.name", "$keys(O)"]),
                Object => self.pick(&["{'a': X, 'b': N}", "{}", "P[0]", "$merge([O, O])", "{S: X}"]),
                Objects => self.pick(&["[O, O]", "P[price > N]", "items"]),
                Any => self.pick(&["N", "S", "B", "A", "O", "B ? X : X", "missing.path", "null"]),
            };
            return self.fill(shape, depth - 1);
        }
        let list: &[&str] = match wanted {
            Number => &[
                "0",
                "1",
                "2",
                "-3",
                "7.5",
                "1e3",
                "0.1",
                "12345.678",
                "99",
                "items[0].price",
                "number",
                "-0.5",
                "1e21",
                "9007199254740993",
            ],
            Text => &[
                "'abc'",
                "'Hello World'",
                "''",
                "\"o\"",
                "text",
                "'foo bar, baz'",
                "'12'",
                "'äöü 😀'",
                "'2018-03-27'",
                "' x '",
                "'a%20b'",
                "'aGVsbG8='",
            ],
            Bool => &["true", "false", "flag", "number > 3"],
            Array => &["[1, 2, 3]", "['a', 'b']", "[]", "items", "nested", "[1, 'a', null, true]", "list"],
            Numbers => &["[3, 1, 2]", "list", "[]", "[1]", "items.price", "5"],
            Texts => &["['a', 'b', 'c']", "items.name", "'x'", "[]"],
            Object => &["{'a': 1, 'b': 'two'}", "{}", "object", "items[0]", "$"],
            Objects => &["items", "[{'name': 'z', 'price': 1, 'tags': ['q']}]", "[]", "object"],
            Any => &[
                "null",
                "1",
                "'a'",
                "[1, 2]",
                "{'k': 'v'}",
                "missing",
                "items",
                "true",
                "number",
                "text",
                "$",
                "function($z) { $z }",
            ],
        };
        (*self.pick(list)).to_owned()
    }
}

/// The input that all of them see.
pub const DATA: &str = r#"{"number": 5, "text": "The quick brown fox", "flag": true, "list": [5, 3, 8, 1], "nested": [[1, 2], [3, [4]], []],
"object": {"name": "thing", "price": 10, "tags": ["x", "y"], "inner": {"deep": [1, {"deeper": null}]}},
"items": [{"name": "apple", "price": 1.5, "tags": ["red", "round"]}, {"name": "pear", "price": 2.25, "tags": ["green"]},
{"name": "fig", "price": 0.75, "tags": []}, {"name": "apple", "price": 3, "tags": ["green", "round"]}]}"#;

/// The names of functions that occur in an expression.
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, ..)| *name).chain([
        "map",
        "filter",
        "reduce",
        "single",
        "sift",
        "each",
        "match",
        "formatNumber",
        "formatInteger",
        "parseInteger",
        "toMillis",
    ])
}
