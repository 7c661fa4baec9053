use super::*;
use crate::base::Value;
use std::time::Instant;

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

/// What reading comes to: JSON, or the message.
fn read(path: &str, root: &str) -> String {
    match Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error:?}")).select(&json(root)) {
        Ok(value) => value.to_json(),
        Err(error) => format!("! {error}"),
    }
}

#[test]
fn forms_that_are_paths() {
    let variable = |name: &str| Root::Variable(name.into());
    for (text, root, canonical, definite, reference) in [
        ("$", Root::Input, "$", true, true),
        ("$$", Root::Context, "$", true, true),
        ("$.a", Root::Input, "$['a']", true, true),
        ("$.a ", Root::Input, "$['a']", true, true),
        ("$$.Execution.Id", Root::Context, "$['Execution']['Id']", true, true),
        ("$name", variable("name"), "$", true, true),
        ("$name.x[0]", variable("name"), "$['x'][0]", true, true),
        ("$größe_2['x']", variable("größe_2"), "$['x']", true, true),
        ("$['a']['b']", Root::Input, "$['a']['b']", true, true),
        ("$[0][22].foo", Root::Input, "$[0][22]['foo']", true, true),
        ("$.[0].['x y']", Root::Input, "$[0]['x y']", true, true),
        ("$[ 'a' ]", Root::Input, "$['a']", true, true),
        ("$.with-dash", Root::Input, "$['with-dash']", true, true),
        ("$.with space", Root::Input, "$['with space']", true, true),
        ("$.a@b", Root::Input, "$['a@b']", true, true),
        ("$.0digit", Root::Input, "$['0digit']", true, true),
        ("$.&Ж中.x", Root::Input, "$['&Ж中']['x']", true, true),
        ("$.${Name}.x", Root::Input, "$['${Name}']['x']", true, true),
        (r"$.foo\@bar.baz\[\[.\?pretty", Root::Input, "$['foo@bar']['baz[[']['?pretty']", true, true),
        (r"$.store\.book", Root::Input, "$['store.book']", true, true),
        (r#"$['Test\""Name"']"#, Root::Input, r#"$['Test\""Name"']"#, true, true),
        (r"$['it\'s']", Root::Input, "$['it's']", true, true),
        ("$.a[-1]", Root::Input, "$['a'][-1]", true, false),
        ("$[(@.length-1)].bar", Root::Input, "$[-1]['bar']", true, false),
        ("$[( @.size() - 2 )]", Root::Input, "$[-2]", true, false),
        ("$['a','b']", Root::Input, "$['a', 'b']", true, false),
        ("$.*", Root::Input, "$[*]", false, false),
        ("$[*].['bucket', 'key']", Root::Input, "$[*]['bucket', 'key']", false, false),
        ("$.a[0,2, -1]", Root::Input, "$['a'][0,2,-1]", false, false),
        ("$.a[1:]", Root::Input, "$['a'][1:]", false, false),
        ("$.a[:-2]", Root::Input, "$['a'][:-2]", false, false),
        ("$.a[1 : 5].x", Root::Input, "$['a'][1:5]['x']", false, false),
        ("$..a[*]", Root::Input, "$..['a'][*]", false, false),
        ("$..*", Root::Input, "$..[*]", false, false),
        ("$..['a'].b", Root::Input, "$..['a']['b']", false, false),
        ("$..[?(@.a)]", Root::Input, "$..[?]", false, false),
        ("$.a.[?(@.b == FizzBuzz)].c", Root::Input, "$['a'][?]['c']", false, false),
        ("$[?(!@.a && (@['b c'].d[0] >= -1.5e3 || $.x != 'y'))]", Root::Input, "$[?]", false, false),
        ("$[?( @.a =~ /x\\/[a-z)]+/i )]", Root::Input, "$[?]", false, false),
        ("$[?(@.a == a text)]", Root::Input, "$[?]", false, false),
    ] {
        let path = Path::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(&**path.text(), text);
        assert_eq!((path.root(), &**path.canonical()), (&root, canonical), "{text}");
        assert_eq!((path.is_definite(), path.is_reference_path()), (definite, reference), "{text}");
    }
}

#[test]
fn forms_that_are_none() {
    for (text, at, message) in [
        ("", "", "expected a path"),
        ("a.b", "a.b", "expected a path"),
        (".guid", ".guid", "expected a path"),
        ("()", "()", "expected a path"),
        ("not a path", "not a path", "expected a path"),
        ("$$23", "2", "expected `.` or `[` behind `$$`"),
        ("$$name", "n", "expected `.` or `[` behind `$$`"),
        ("$23", "2", "expected `.` or `[`"),
        ("$ .a", ".", "expected `.` or `[`, found `.`"),
        ("$.", ".", "expected a name behind the dot"),
        ("$...", "..", "expected a name behind the dot"),
        ("$.a..", "..", "expected a name behind the dot"),
        ("$.a.", ".", "expected a name behind the dot"),
        ("$.a]", "]", "`]` cannot be part of a name"),
        ("$.a'b", "'", "`'` cannot be part of a name"),
        ("$.a*", "*", "`*` cannot be part of a name"),
        ("$.list.length()", "length()", "`length()` is a function"),
        ("$..a.min()", "min()", "`min()` is a function"),
        ("$[abc]", "a", "expected a name in single quotes"),
        (r#"$["a"]"#, "\"", "names in brackets stand in single quotes"),
        ("$[", "[", "this bracket is not closed"),
        ("$['a'", "[", "this bracket is not closed"),
        ("$['a", "'", "this quote is not closed"),
        ("$['a',]", "]", "expected another name"),
        ("$['a','b'].c", ".c", "a union of names can only end a path"),
        ("$..['a','b']", "..['a','b']", "a union of names cannot"),
        ("$[0,]", "]", "expected another index"),
        ("$[1:2:3]", ":", "slices have no step"),
        ("$[:]", ":", "this slice has neither"),
        ("$[99999999999]", "99999999999", "`99999999999` is not an index"),
        ("$[-]", "-", "`-` is not an index"),
        ("$[(@.length)]", "(@.length)", "expected `(@.length-1)`"),
        ("$[(1+1)]", "(1+1)", "expected `(@.length-1)`"),
        ("$[?@.a]", "@", "expected `(` behind `?`"),
        ("$[?(@.a]", "]", "expected `)` to close the parenthesis"),
        ("$[?(@.x[?(@.y)].z == 1)]", "?", "there is no filter within a filter"),
        ("$.a $.b", "$", "`$` cannot be part of a name"),
        ("$[?(@.a", "(", "this parenthesis is not closed"),
        ("$[?()]", ")", "expected something to compare"),
        ("$[?(1)]", "1", "expected a comparison"),
        ("$[?(@.a == )]", ")", "expected something to compare"),
        ("$[?(@.a = 1)]", "=", "`=` is not an operator"),
        ("$[?(@.a === 1)]", "===", "this is not an operator"),
        ("$[?(@.a in ['x'])]", "in", "`in` is not an operator"),
        ("$[?(@.a EMPTY true)]", "EMPTY", "`EMPTY` is not an operator"),
        ("$[?(@.a like 'x')]", "like", "`like` is not an operator"),
        ("$[?(@.a == \"x\")]", "\"", "texts in filters stand in single quotes"),
        ("$[?(@.a == [1])]", "[", "a filter cannot compare with arrays"),
        ("$[?(!@.a == 1)]", "!@.a", "`!` stands only before a path"),
        ("$[?(@..a == 1)]", "@..a", "the path `@..a` in a filter can give several values"),
        ("$[?(@.a[*])]", "@.a[*]", "the path `@.a[*]` in a filter can give several values"),
        ("$[?(@.a == $b)]", "b", "expected `.` or `[` behind `$`"),
        ("$[?(@.a == /x/)]", "== /x/", "`=~` compares with a regular expression"),
        ("$[?(@.a =~ 'x')]", "=~ 'x'", "`=~` compares with a regular expression"),
        ("$[?(@.a =~ /x)]", "/", "this regular expression is not closed"),
        (r"$[?(@.a =~ /(a)\1/)]", r"/(a)\1/", "this regular expression cannot be read"),
        ("$[?(@.a =~ /a)(b/)]", "/a)(b/", "this regular expression cannot be read"),
        ("$[?(@.a =~ /(((a{99}){99}){99}){99}/)]", "/(((a{99}){99}){99}){99}/", "this regular expression cannot"),
    ] {
        let error = Path::parse(text).expect_err(text);
        assert!(error.message.starts_with(message), "{text}: {}", error.message);
        assert_eq!(error.span.of(text), at, "{text}: {error:?}");
    }
    let long = format!("${}", ".a".repeat(251));
    assert_eq!(Path::parse(&long).unwrap_err().message, "a path has at most 250 parts");
}

#[test]
fn definite_paths() {
    let root = r#"{"a": {"b": [10, {"c": null}]}, "x y": 1, "n": null, "s": "text", "o": {"p": 1, "q": 2}}"#;
    for (path, expected) in [
        ("$.a.b[0]", "10"),
        ("$['x y']", "1"),
        ("$.a.b[1].c", "null"),
        ("$.a.b[-1]", r#"{"c":null}"#),
        ("$.a.b[(@.length-2)]", "10"),
        ("$.o['q','none','p']", r#"{"q":2,"p":1}"#),
        ("$.o['none','neither']", "{}"),
        ("$.none", "! No results for path: $['none']"),
        ("$.a.none", "! No results for path: $['a']['none']"),
        ("$.no.such.result.path", "! Missing property in path $['no']"),
        ("$.a.no.such", "! Missing property in path $['a']['no']"),
        ("$.s.x", "! Property ['x'] not found in path $['s']"),
        ("$.s['x','y']", "! Property ['x', 'y'] not found in path $['s']"),
        ("$.n.x", "! Property ['x'] not found in path $['n']"),
        ("$.a.b.c", "! Property ['c'] not found in path $['a']['b']"),
        ("$.n[0]", "! The path $['n'] is null"),
        ("$.o[0].x", "! Filter: [0]['x'] can only be applied to arrays. Current context is: {p=1, q=2}"),
        ("$.s[0]", "! Filter: [0] can only be applied to arrays. Current context is: text"),
        ("$.a.b[2]", "! Index out of bounds when evaluating path $['a']['b'][2]"),
        ("$.a.b[-3].x", "! Index out of bounds when evaluating path $['a']['b'][-3]"),
    ] {
        assert_eq!(read(path, root), expected, "{path}");
    }
    let root = json(root);
    let error = |path: &str| Path::parse(path).unwrap().select(&root).unwrap_err();
    assert!(error("$.a.b[2]").is_out_of_range() && error("$.a.b[2]").is_missing());
    assert!(!error("$.a.b[2].x").is_out_of_range() && error("$.a.b[2].x").is_missing());
    assert!(error("$.none").is_missing() && error("$.n[0]").is_missing() && !error("$.s[0]").is_missing());
    let shared = Path::parse("$.a.b").unwrap().select(&root).unwrap();
    assert!(shared.is_same(root.pointer("/a/b").unwrap()));
}

#[test]
fn indefinite_paths() {
    let root = r#"{"items": [{"id": 1, "tags": ["x"]}, {"id": 2}, 3, [4]], "o": {"b": 1, "a": {"id": 5}}, "n": null, "s": "t"}"#;
    for (path, expected) in [
        ("$.items[*].id", "[1,2]"),
        ("$.items.*.tags[0]", r#"["x"]"#),
        ("$.o.*", r#"[1,{"id":5}]"#),
        ("$.s.*", "[]"),
        ("$.items[0,2,9,-1]", r#"[{"id":1,"tags":["x"]},3,[4]]"#),
        ("$.items[1:].id", "[2]"),
        ("$.items[:2].id", "[1,2]"),
        ("$.items[:-3].id", "[1]"),
        ("$.items[-2:]", "[3,[4]]"),
        ("$.items[2:3]", "[3]"),
        ("$.items[1:-1]", "[]"),
        ("$.items[-3:-1]", r#"[{"id":2},3]"#),
        ("$.items[-1:1]", "[]"),
        ("$.items[-3:2]", r#"[{"id":2}]"#),
        ("$.items[3:1]", "[]"),
        ("$.items[-99:99].id", "[1,2]"),
        ("$.items[*]['id','x']", r#"[{"id":1},{"id":2}]"#),
        ("$..id", "[1,2,5]"),
        ("$.items..id", "[1,2]"),
        ("$..tags[0]", r#"["x"]"#),
        ("$..[0]", r#"[{"id":1,"tags":["x"]},"x",4]"#),
        ("$.o..*", r#"[1,{"id":5},5]"#),
        ("$.items..[1:]", r#"[{"id":2},3,[4]]"#),
        ("$.items[99:]", "[]"),
        ("$.items[:-99]", "[]"),
        // What is not there is nothing, whatever the reason.
        ("$.none[*]", "[]"),
        ("$.none.deeper[1:].x", "[]"),
        ("$.n[*].x", "[]"),
        ("$.n[1:]", "[]"),
        ("$.n.x[0,1]", "[]"),
        ("$.s.x..y", "[]"),
        ("$.items[9][*]", "[]"),
        // What is of the wrong type is an error.
        ("$.s[1:]", "! Filter: [1:] can only be applied to arrays. Current context is: t"),
        ("$.o[0,1].x", "! Filter: [0,1]['x'] can only be applied to arrays. Current context is: {b=1, a={id=5}}"),
        ("$.s[?(@.x)]", "! Filter: [?] can not be applied to primitives. Current context is: t"),
        // But not behind something indefinite.
        ("$.items[*][1:]", "[]"),
        ("$.items[*][?(@.id)]", r#"[{"id":1,"tags":["x"]},{"id":2}]"#),
    ] {
        assert_eq!(read(path, root), expected, "{path}");
    }
}

#[test]
fn filters() {
    let root = r#"{"max": 10, "on": true, "items": [
        {"id": 1, "price": 8, "name": "ab", "on": true, "none": null},
        {"id": 2, "price": 10.0, "name": "b\nc", "on": false, "t": "10"},
        {"id": 3, "price": 22.5, "name": "null", "deep": {"x": [7]}},
        "scalar", 5, null]}"#;
    for (filter, ids) in [
        ("@.price < 10", "[1]"),
        ("@.price <= 10", "[1,2]"),
        ("@.price >= '10'", "[2,3]"),
        ("@.price == 10", "[2]"),
        ("@.price != 10", "[1,3]"),
        ("@.price < $.max", "[1]"),
        ("$.max == @.price", "[2]"),
        // Texts are read as numbers on the right only.
        ("@.price == @.t", "[2]"),
        ("@.t == @.price", "[]"),
        ("10 == @.price", "[]"),
        ("'ab' == @.name", "[1]"),
        ("@.name == ab", "[1]"),
        ("@.name > 'ab'", "[2]"),
        ("@.name == 5", "[]"),
        ("@.price == 'x'", "[]"),
        ("@.price != 'x'", "[]"),
        ("@.on == true", "[1]"),
        ("@.on == TRUE", "[1]"),
        ("@.on != true", "[2]"),
        ("@.on == $.on", "[1]"),
        ("@.on == no", "[2]"),
        ("@.name == null", "[3]"),
        ("@.none == null", "[1]"),
        ("@.none != null", "[]"),
        ("@.none < 5", "[]"),
        ("@.price > null", "[1,2,3]"),
        ("@.absent != 1", "[]"),
        ("@.absent == null", "[]"),
        ("@.deep == 1", "[]"),
        ("@.deep.x[0] == 7", "[3]"),
        ("@['deep']['x'][-1] == 7", "[3]"),
        ("@.on", "[1,2]"),
        ("!@.on", "[3]"),
        ("@.none", "[]"),
        ("!@.none", "[1,2,3]"),
        ("@", "[1,2,3]"),
        ("@ == 5", "[]"),
        ("$.on", "[1,2,3]"),
        ("1 == 1", "[1,2,3]"),
        ("@.price > 8 && @.price < 20", "[2]"),
        ("@.id == 1 || @.id == 3", "[1,3]"),
        ("@.id == 3 || @.id == 1 && @.price == 0", "[3]"),
        ("(@.id == 3 || @.id == 1) && @.price == 8", "[1]"),
        ("!(@.id == 3 || @.id == 1)", "[2]"),
        ("@.name =~ /A./i", "[1]"),
        ("@.name =~ /a/", "[]"),
        ("@.name =~ /b.c/", "[]"),
        ("@.name =~ /(?s)b.c/", "[2]"),
        ("@.price =~ /2.*/", "[3]"),
        ("@.price =~ /10\\.0/", "[2]"),
        ("/ab|b/ =~ @.name", "[1]"),
        ("@.none =~ /.*/", "[]"),
    ] {
        assert_eq!(read(&format!("$.items[?({filter})].id"), root), ids, "{filter}");
    }
    // An object is tested itself.
    assert_eq!(read("$[?(@.max == 10)].on", root), "[true]");
    assert_eq!(read("$.items[0][?(@.max == 10)]", root), "[]");
    // In a scan every object at any depth is.
    assert_eq!(read("$..[?(@.id > 1)].id", root), "[2,3]");
    assert_eq!(read("$..[?(@.x)]", root), r#"[{"x":[7]}]"#);
}

#[test]
fn writing() {
    for (path, root, expected) in [
        ("$", r#"{"a":1}"#, "9"),
        ("$.a", "{}", r#"{"a":9}"#),
        ("$.a", r#"{"a":1,"b":2}"#, r#"{"a":9,"b":2}"#),
        ("$.a.b.c", r#"{"x":0}"#, r#"{"x":0,"a":{"b":{"c":9}}}"#),
        ("$.a.b", r#"{"a":{"c":1}}"#, r#"{"a":{"c":1,"b":9}}"#),
        ("$['x y'].z", "{}", r#"{"x y":{"z":9}}"#),
        ("$[1].p", r#"[0,{"q":1}]"#, r#"[0,{"q":1,"p":9}]"#),
        ("$.a[0]", r#"{"a":[1,2]}"#, r#"{"a":[9,2]}"#),
        ("$.a[1][0].x", r#"{"a":[0,[{}]]}"#, r#"{"a":[0,[{"x":9}]]}"#),
    ] {
        let mut value = json(root);
        Path::parse(path).unwrap().set(&mut value, Value::from(9_i64)).unwrap();
        assert_eq!(value.to_json(), expected, "{path}");
    }
    for (path, root) in [
        ("$.a", "\"text\""),
        ("$.a", "null"),
        ("$.a", "[1]"),
        ("$[0]", "{}"),
        ("$[1]", "[1]"),
        ("$.a.b", r#"{"a":1}"#),
        ("$.a[0]", "{}"),
        ("$.a.b[0].c", r#"{"a":{}}"#),
        ("$[0].a.b", r#"[{"a":"x"}]"#),
    ] {
        let mut value = json(root);
        let error = Path::parse(path).unwrap().set(&mut value, Value::Null).unwrap_err();
        assert!(error.is_conflict(), "{path}: {error}");
        assert_eq!(value.to_json(), root, "{path}: changed by a write that failed");
    }
    assert!(!Path::parse("$[*]").unwrap().set(&mut json("[1]"), Value::Null).unwrap_err().is_conflict());
}

#[test]
fn writing_copies_what_is_shared_and_nothing_else() {
    let before = json(r#"{"a":{"b":1},"c":{"d":[1]}}"#);
    let mut after = before.clone();
    let path = Path::parse("$.a.e").unwrap();
    path.set(&mut after, Value::from(2_i64)).unwrap();
    assert_eq!(before.to_json(), r#"{"a":{"b":1},"c":{"d":[1]}}"#);
    assert!(before.get("c").unwrap().is_same(after.get("c").unwrap()));
    let address = |value: &Value| std::ptr::from_ref(value.get("a").unwrap().as_object().unwrap());
    let was = address(&after);
    path.set(&mut after, Value::from(3_i64)).unwrap();
    assert_eq!(address(&after), was);
}

#[test]
fn values_do_not_grow_too_deep() {
    let mut value = Value::Null;
    let path = Path::parse(&format!("${}", ".a".repeat(250))).unwrap();
    for _ in 0..4 {
        let mut root = json("{}");
        path.set(&mut root, value).unwrap();
        value = root;
    }
    assert_eq!(value.depth(), 1000);
    assert_eq!(
        Path::parse("$.a").unwrap().set(&mut json("{}"), value.clone()).unwrap_err().to_string(),
        "The result is nested deeper than 1000 levels"
    );
    assert!(Path::parse("$.*").unwrap().select(&value).is_ok());
    assert!(Path::parse("$..*").unwrap().select(&value).is_ok());
    let root = Value::object([("a", value.get("a").unwrap().clone())]);
    assert_eq!(Path::parse("$..a").unwrap().select(&root).unwrap().as_array().map(|found| found.len()), Some(1000));
}

#[test]
fn names_that_are_certain() {
    let names = |path: &str| Path::parse(path).unwrap().leading_names().join("/");
    assert_eq!(names("$$.Execution.Input.x[0].y"), "Execution/Input/x");
    assert_eq!(names("$$"), "");
    assert_eq!(names("$$..Id"), "");
    assert_eq!(
        Path::parse("$x.y").unwrap().missing_root().to_string(),
        "No results for path: $['y'], because the variable has no value"
    );
}

/// Hostile texts and data end, soon and with an answer or a clear error.
#[test]
fn hostile() {
    let deep = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    for text in [
        format!("$[?({})]", deep("(", ")", 100_000)),
        format!("$[?({}@.a)]", "!(".repeat(100_000)),
        format!("$[?(@.a{})]", "[0]".repeat(100_000)),
        format!("$[?({}@.a)]", "@.a && ".repeat(100_000)),
        format!("${}", "[?(@.a[?(@".repeat(50_000)),
        format!("${}", "..".repeat(100_000)),
        format!("${}", "[".repeat(100_000)),
        format!("$[{}0]", "0,".repeat(100_000)),
        format!("$[?(@ =~ /{}/)]", "(".repeat(100_000)),
        format!("$[?(@ =~ /{}x/)]", "a*".repeat(2_000)),
    ] {
        let started = Instant::now();
        let _ = Path::parse(&text);
        assert!(started.elapsed().as_millis() < 2000, "{}… took {:?}", &text[..20], started.elapsed());
    }
    let wide: Value =
        (0..50_000_i64).map(|n| Value::object([("a", Value::from(n)), ("b", "aaaaaaaaaaaaaaaa!".into())])).collect();
    let mut tree = wide.clone();
    for _ in 0..100 {
        tree = Value::object([("x", tree.clone()), ("y", tree)]);
    }
    for (path, root) in [
        ("$..*", &wide),
        ("$..*..*", &wide),
        ("$..a", &tree),
        ("$..*..*..*..*", &tree),
        ("$..[?(@.a > $[0].a)]", &wide),
        ("$[?(@.b =~ /(a*)*(a*)*(a*)*b/)]", &wide),
        ("$[?(@.b =~ /(a{0,9}){0,9}b/)]", &wide),
        ("$[-2147483648:2147483647]", &wide),
        ("$[*][-2147483648:2147483647]", &wide),
    ] {
        let path = Path::parse(path).unwrap();
        let started = Instant::now();
        let answer = path.select(root).map(|value| value.as_array().map_or(0, |array| array.len()));
        assert!(started.elapsed().as_millis() < 2000, "{} took {:?}", path.text(), started.elapsed());
        println!("{:<45} {:?} {:?}", path.text(), started.elapsed(), answer.map_err(|error| error.to_string()));
    }
    assert_eq!(read_error("$..a", &tree), "The path visits too many values");
}

fn read_error(path: &str, root: &Value) -> String {
    Path::parse(path).unwrap().select(root).unwrap_err().to_string()
}
