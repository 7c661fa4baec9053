use super::*;
use crate::base::Key;
use std::time::Instant;

fn evaluate(call: &str, input: &str) -> Result<Value, String> {
    let input = Value::parse(input).unwrap();
    let mut draws = 0;
    let call = Call::parse(call).unwrap_or_else(|error| panic!("{call}: {error:?}"));
    let value = call.evaluate::<Failure>(
        &mut |path| {
            path.select(&input).map_err(|error| Failure { call: path.text().clone(), reason: error.to_string() })
        },
        &mut || {
            draws += 1;
            Key::new(7).with(draws).bits()
        },
    );
    value.map_err(|failure| failure.reason)
}

fn shown(call: &str, input: &str) -> String {
    evaluate(call, input).map_or_else(|reason| format!("! {reason}"), |value| value.to_json())
}

#[test]
fn values() {
    for (call, input, expected) in [
        ("States.Format('a {} b {}', $.x, 2)", r#"{"x":"y"}"#, r#""a y b 2""#),
        ("States.Format('{} {} {}', true, null, 1.50)", "{}", r#""true null 1.5""#),
        ("States.Format('{}', $)", r#"{"a":[1,{"b":"c"}],"d":1e7}"#, r#""{a=[1, {b=c}], d=1.0E7}""#),
        (r"States.Format('it\'s \{{}\} \\', 1)", "{}", r#""it's {1} \\""#),
        ("States.Format($.t, 'x')", r#"{"t":"<{}>"}"#, r#""<x>""#),
        ("States.Format('none')", "{}", r#""none""#),
        ("States.StringToJson('[1, 2]')", "{}", "[1,2]"),
        ("States.StringToJson($.s)", r#"{"s":" {\"a\":1} "}"#, r#"{"a":1}"#),
        ("States.StringToJson('')", "{}", "null"),
        ("States.JsonToString($)", r#"{"b": [1.0, "é"], "a": null}"#, r#""{\"b\":[1.0,\"é\"],\"a\":null}""#),
        ("States.JsonToString('x')", "{}", r#""\"x\"""#),
        ("States.Array()", "{}", "[]"),
        ("States.Array('Foo', 2020, $.j, null, true, -1.5e3)", r#"{"j":{}}"#, r#"["Foo",2020,{},null,true,-1500.0]"#),
        ("States.Array(1, States.Array(2, 3))", "{}", "[1,[2,3]]"),
        ("States.ArrayPartition($, 2)", "[1,2,3]", "[[1,2],[3]]"),
        ("States.ArrayPartition($, 2.6)", "[1,2,3]", "[[1,2],[3]]"),
        ("States.ArrayContains($, 2)", "[1,2]", "true"),
        ("States.ArrayContains($, $[0])", r#"[{"a":1,"b":2}]"#, "true"),
        ("States.ArrayContains($.l, $.o)", r#"{"l":[{"a":1,"b":2}],"o":{"b":2,"a":1}}"#, "false"),
        ("States.ArrayContains($, true)", r#"["true"]"#, "true"),
        ("States.ArrayContains($, '1')", "[1]", "true"),
        ("States.ArrayContains($, null)", "[1,null]", "true"),
        ("States.ArrayContains($, false)", "[0,-1.5]", "false"),
        ("States.ArrayRange(1, 9, 2)", "{}", "[1,3,5,7,9]"),
        ("States.ArrayRange(5, 1, -2)", "{}", "[5,3,1]"),
        ("States.ArrayRange(3, 3, -1)", "{}", "[3]"),
        ("States.ArrayRange(5, 1, 1)", "{}", "[]"),
        ("States.ArrayRange(1, 5, -1)", "{}", "[]"),
        ("States.ArrayRange(5, 1, 9)", "{}", "[]"),
        ("States.ArrayRange(1.6, 1.4, 1)", "{}", "[1]"),
        ("States.ArrayRange(5.4, -0.6, -2.4)", "{}", "[5,3,1]"),
        ("States.ArrayGetItem($, 1)", "[1,2]", "2"),
        ("States.ArrayGetItem($, 1.2)", "[1,2]", "2"),
        ("States.ArrayGetItem($, 999)", "[]", "null"),
        ("States.ArrayLength($[*].a)", r#"[{"a":1},{}]"#, "1"),
        ("States.ArrayUnique($)", "[1,2,3,3,3,4]", "[1,2,3,4]"),
        ("States.ArrayUnique($)", r#"["a","b","a","c"]"#, r#"["a","b","c"]"#),
        // Orders of Java's sets, as seen on AWS.
        ("States.ArrayUnique($)", "[true,false,true]", "[false,true]"),
        ("States.ArrayUnique($)", "[[1,2],[1,2],[2,1]]", "[[2,1],[1,2]]"),
        ("States.ArrayUnique($)", r#"[1,"1",1,"01"]"#, r#"[1,"1","01"]"#),
        ("States.ArrayUnique($)", r#"[{"a":1,"b":2},{"b":2,"a":1}]"#, r#"[{"a":1,"b":2}]"#),
        ("States.ArrayUnique($)", "[null,null,1,null]", "[null,1]"),
        ("States.Base64Encode('hello')", "{}", r#""aGVsbG8=""#),
        ("States.Base64Decode('aGVsbG8=')", "{}", r#""hello""#),
        ("States.Base64Decode(' YWJjZA== ')", "{}", r#""abcd""#),
        ("States.Base64Decode('/w==')", "{}", "\"\u{fffd}\""),
        ("States.Hash('hello', 'MD5')", "{}", r#""5d41402abc4b2a76b9719d911017c592""#),
        ("States.Hash('123', 'MD5')", "{}", r#""202cb962ac59075b964b07152d234b70""#),
        ("States.Hash(123, 'MD5')", "{}", r#""202cb962ac59075b964b07152d234b70""#),
        (
            "States.JsonMerge($.a, $.b, false)",
            r#"{"a":{"x":{"y":1},"k":1},"b":{"x":2,"z":3}}"#,
            r#"{"x":2,"k":1,"z":3}"#,
        ),
        ("States.JsonMerge($, $, 'false')", "{}", "{}"),
        ("States.MathAdd(1.49, 1.5)", "{}", "3"),
        ("States.MathAdd(-1.5, 0.5)", "{}", "0"),
        ("States.MathAdd(0.49999999999999994, 0)", "{}", "0"),
        ("States.MathAdd($, -1)", "111", "110"),
        ("States.MathAdd(2147483646, 1)", "{}", "2147483647"),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", "{}", r#"["This","is","a","test","string"]"#),
        ("States.StringSplit(',,a,,b,', ',')", "{}", r#"["a","b"]"#),
        ("States.StringSplit('', ',')", "{}", "[]"),
        ("States.StringSplit('abc', '')", "{}", r#"["abc"]"#),
        ("States.StringSplit('a😀b😁', '😀')", "{}", r#"["a","b😁"]"#),
        ("States.StringSplit('Hello\nWorld', '\n')", "{}", r#"["Hello","World"]"#),
        ("States.ArrayGetItem($.l[?(@.k == Foo, bar)].v, 0)", r#"{"l":[{"k":"Foo, bar","v":7}]}"#, "7"),
        ("States.Format('{}{}', $['a)b,'], $.l[0,1] )", r#"{"a)b,":1,"l":[2,3]}"#, r#""1[2, 3]""#),
    ] {
        assert_eq!(shown(call, input), expected, "{call} {input}");
    }
}

#[test]
fn failures() {
    let long = format!(r#"{{"s":"{}","t":"{}"}}"#, "a".repeat(10_001), "a".repeat(10_000));
    for (call, input) in [
        ("States.StringToJson('{bad json}')", "{}"),
        ("States.StringToJson($)", "5"),
        ("States.ArrayPartition($, 0)", "[1]"),
        ("States.ArrayPartition($, 0.6)", "[1]"),
        ("States.ArrayPartition($, -1)", "[1]"),
        ("States.ArrayPartition($, 2)", "{}"),
        ("States.ArrayContains($, 1)", "{}"),
        ("States.ArrayRange(1, 10, 0)", "{}"),
        ("States.ArrayRange(1, 10, 0.49)", "{}"),
        ("States.ArrayRange(1, 1001, 1)", "{}"),
        ("States.ArrayRange(1001, 1, -1)", "{}"),
        ("States.ArrayRange(-3000000000, 3000000000, 1)", "{}"),
        ("States.ArrayGetItem($, 3)", "[1,2,3]"),
        ("States.ArrayGetItem($, -1)", "[1,2,3]"),
        ("States.ArrayGetItem($, 18446744073709551616)", "[1,2,3]"),
        ("States.ArrayLength(States.JsonToString($))", "[1]"),
        ("States.ArrayUnique($)", "{}"),
        ("States.Base64Encode($.s)", &long),
        ("States.Base64Decode($.s)", &long),
        ("States.Base64Encode($)", "5"),
        ("States.Hash($.s, 'MD5')", &long),
        ("States.Hash($.t, 'sha-256')", &long),
        ("States.Hash($.t, 'SHA256')", &long),
        ("States.JsonMerge($, $, true)".replace("true", "$.d").leak(), r#"{"d":true}"#),
        ("States.JsonMerge($.a, $, false)", r#"{"a":[]}"#),
        ("States.MathRandom(1, 1)", "{}"),
        ("States.MathRandom(10, 5)", "{}"),
        ("States.MathRandom(1.4, 1.6)", "{}"),
        ("States.MathRandom(1, 10, $)", "null"),
        ("States.MathAdd(2147483647, 1)", "{}"),
        ("States.MathAdd(3000000000, 1)", "{}"),
        ("States.MathAdd($, 1)", "\"1\""),
        ("States.MathAdd($, 1)", "1e300"),
        ("States.StringSplit($, ',')", "123"),
        ("States.Format($)", "5"),
    ] {
        let name = call.split('(').next().unwrap();
        assert_eq!(shown(call, input), format!("! Invalid arguments in {name}"), "{call}");
    }
    for call in ["States.Base64Encode($.t)", "States.Base64Decode($.t)", "States.Hash($.t, 'SHA-512')"] {
        assert!(evaluate(call, &long).is_ok(), "{call}");
    }
    assert_eq!(
        shown("States.Format($, 1, 2)", "\"{}\""),
        "! Invalid arguments in States.Format: number of arguments do not match the occurrences of {}."
    );
    assert_eq!(
        shown("States.Format($)", "\"{\""),
        "! Invalid template in States.Format: matching '}' not found for '{'."
    );
}

#[test]
fn chance() {
    let uuid = shown("States.UUID()", "{}");
    assert_eq!(uuid.len(), 38);
    assert_eq!(&uuid[15..16], "4");
    assert_ne!(shown("States.Array(States.UUID())", "{}"), shown("States.Array(States.UUID(), 1)", "{}"));
    for (call, entropy) in [
        ("States.UUID()", true),
        ("States.UUID('x')", true),
        ("States.MathRandom(1, 10)", true),
        ("States.MathRandom(1, 10, 5)", false),
        ("States.MathRandom(1, 10, States.MathRandom(1, 2))", true),
        ("States.Format('{}', States.UUID())", true),
        ("States.Format('{}', $.x)", false),
    ] {
        assert_eq!(Call::parse(call).unwrap().uses_entropy(), entropy, "{call}");
    }
    for (call, from, below) in [
        ("States.MathRandom(12.5, 44.51)", 12, 44),
        ("States.MathRandom(-99999, -9999)", -99999, -9999),
        ("States.MathRandom(2147483640, 2147483647, 1)", 2_147_483_640, 2_147_483_647),
        ("States.MathRandom(-2147483648, 2147483647, -7.9)", i64::from(i32::MIN), i64::from(i32::MAX)),
    ] {
        let number = evaluate(call, "{}").unwrap().as_i64().unwrap();
        assert!((from..below).contains(&number), "{call} = {number}");
        assert_eq!(evaluate(call, "{}").unwrap().as_i64(), Some(number));
    }
}

#[test]
fn calls_that_are_none() {
    for (text, at, message) in [
        ("", "", "expected a function or a path"),
        ("Format('x')", "Format('x')", "expected a function or a path, found `Format`"),
        ("ConditionTrue", "ConditionTrue", "expected a function or a path"),
        (" States.UUID()", " States.UUID()", "expected a function or a path"),
        ("States.Xyz($.result)", "States.Xyz", "there is no function `States.Xyz`"),
        ("States.uuid()", "States.uuid", "there is no function `States.uuid`"),
        ("States.UUID", "", "expected `(` behind `States.UUID`"),
        ("States.UUID (", " ", "expected `(` behind `States.UUID`"),
        ("States.UUID(", "(", "this parenthesis is not closed"),
        ("States.UUID)", ")", "expected `(`"),
        ("States.UUID(,)", ",", "expected an argument"),
        ("States.UUID() trailing", " trailing", "expected the end behind the call"),
        ("States.StringSplit('a', 'b')[0]", "[0]", "expected the end behind the call"),
        ("States.Array($.a, )", ")", "expected an argument"),
        ("States.Array($.a $.b)", "$", "`$` cannot be part of a name"),
        ("States.Array('a' 'b')", "'", "expected `,` or `)` behind an argument"),
        ("States.Array(\"a\")", "\"", "texts stand in single quotes"),
        ("States.Array('a)", "'", "this quote is not closed"),
        ("States.Array([1,2])", "[", "expected an argument, found `[`"),
        ("States.Array(foo)", "foo", "expected an argument, found `foo`"),
        ("States.Array(1.)", "1.", "`1.` is not a number"),
        ("States.Array(.5)", ".5", "expected an argument, found `.5`"),
        ("States.Array(01)", "01", "`01` is not a number"),
        ("States.Array(-)", "-", "`-` is not a number"),
        ("States.Array(1e999)", "1e999", "`1e999` is not a number"),
        ("States.Array($.a[)", ")", "expected a name in single quotes, an index"),
        ("States.Array($.a[0)", ")", "expected `]` to close the bracket, found `)`"),
        ("States.Array($$23)", "2", "expected `.` or `[` behind `$$`"),
        ("States.Array($.x, $.list.length())", "length()", "`length()` is a function"),
        ("States.StringToJson('{\"text\":\"An \\\"escaped\"}')", "\\\"", "`\\\"` is not an escape"),
        ("States.Format('YWJj\\nZA')", "\\n", "`\\n` is not an escape"),
        ("States.Format('a\\", "\\", "`\\` is not an escape"),
        ("States.ArrayLength()", "States.ArrayLength()", "`States.ArrayLength` is called with 0 arguments"),
        ("States.Array(States.MathAdd(1))", "States.MathAdd(1)", "`States.MathAdd` is called with 1 argument"),
        ("States.Hash('a', 'MD5', 1)", "States.Hash('a', 'MD5', 1)", "`States.Hash` is called with 3 arguments"),
        ("States.MathAdd(1,'-1')", "'-1'", "`States.MathAdd` takes a number here, not a string"),
        ("States.MathAdd(null, 1)", "null", "`States.MathAdd` takes a number here, not null"),
        ("States.MathAdd(true, 1)", "true", "`States.MathAdd` takes a number here, not true"),
        ("States.ArrayLength('x')", "'x'", "`States.ArrayLength` takes an array here, not a string"),
        ("States.Base64Encode(123)", "123", "`States.Base64Encode` takes a string here, not a number"),
        ("States.Hash('x', 1)", "1", "`States.Hash` takes a string here, not a number"),
        ("States.JsonMerge('a', $.b, false)", "'a'", "`States.JsonMerge` takes an object here, not a string"),
        ("States.JsonMerge($.a, $.b, true)", "true", "`States.JsonMerge` takes false here, not true"),
        ("States.Format(1)", "1", "`States.Format` takes a string here, not a number"),
        ("States.Format('{} {}', $.a)", "'{} {}'", "1 value for 2 places of `{}`"),
        ("States.Format('x', $.a)", "'x'", "1 value for 0 places of `{}`"),
        ("States.Format('Hello {', $.a)", "{", "this brace is not closed"),
        ("States.Format('}')", "}", "this brace was not opened"),
    ] {
        let error = Call::parse(text).expect_err(text);
        assert!(error.message.starts_with(message), "{text}: {}", error.message);
        assert_eq!(error.span.of(text), at, "{text}: {error:?}");
    }
    let nested = |depth: usize| format!("{}1{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Call::parse(&nested(10)).is_ok());
    assert_eq!(Call::parse(&nested(11)).unwrap_err().message, "functions nest at most 10 deep");
}

#[test]
fn paths_are_shown() {
    let call =
        Call::parse("States.Format('{} {}', $$.Execution.Id, States.Array($x.y, $.a[?(@.b == 'c, d')]))").unwrap();
    let mut seen = Vec::new();
    call.paths(&mut |path| seen.push(path.text().to_string()));
    assert_eq!(seen, ["$$.Execution.Id", "$x.y", "$.a[?(@.b == 'c, d')]"]);
}

/// Hostile texts and data end, soon and with an answer or a clear error.
#[test]
fn hostile() {
    for text in [
        "States.Array(".repeat(100_000),
        format!("States.Array({})", "1,".repeat(100_000)),
        format!("States.Format('{}')", "{}".repeat(100_000)),
        format!("States.Array({})", "$.a,".repeat(100_000)),
        format!("States.Array($.a{}", "([".repeat(100_000)),
        format!("States.Array('{}", "\\\\".repeat(100_000)),
        format!("States.Array({})", "9".repeat(100_000)),
    ] {
        let started = Instant::now();
        let _ = Call::parse(&text);
        assert!(started.elapsed().as_millis() < 2000, "{}… took {:?}", &text[..20], started.elapsed());
    }
    // A value that is small in memory, with a text beyond measure.
    let mut tree = Value::from("x");
    for _ in 0..25 {
        tree = Value::array([tree.clone(), tree]);
    }
    for call in [
        "States.Format('{}', $)",
        "States.JsonToString($)",
        "States.ArrayContains($, 1)",
        "States.ArrayContains($[0], $[1])",
        "States.ArrayUnique($)",
        "States.Hash($, 'MD5')",
        "States.Array($, $)",
        "States.JsonToString(States.Array($, States.Array($, $)))",
    ] {
        let started = Instant::now();
        let _ = Call::parse(call).unwrap().evaluate::<Failure>(&mut |path| Ok(path.select(&tree).unwrap()), &mut || 0);
        assert!(started.elapsed().as_millis() < 2000, "{call} took {:?}", started.elapsed());
    }
    let mut deep = Value::Null;
    for _ in 0..1000 {
        deep = Value::array([deep]);
    }
    let call = Call::parse("States.Array($)").unwrap();
    let failure = call.evaluate::<Failure>(&mut |_| Ok(deep.clone()), &mut || 0).unwrap_err();
    assert!(failure.reason.contains("nested deeper"), "{failure:?}");
}
