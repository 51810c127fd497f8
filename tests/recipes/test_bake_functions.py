"""Functions and expressions of Bake files. What they come to is what buildx 0.13 printed for them, but where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.errors import UserError
from dockerlint.recipes import recipes

HEAD = """\
variable "LIST" { default = ["a", "b"] }
variable "V" { default = "1.2.3" }
variable "NUM" { default = 3 }
function "tag" {
  params = [name]
  result = ["${name}:${V}"]
}
function "first" {
  params = [list]
  result = list[0]
}
function "twice" {
  params = [x]
  result = first(tag(x))
}
function "vari" {
  params = [one]
  variadic_params = more
  result = upper("${one}-${join("+", more)}")
}
function "upper" {
  params = [x]
  result = "own ${x}"
}
"""


def value(expression: str, tmp_path: Path) -> str:
    path = tmp_path / "docker-bake.hcl"
    path.write_text(f'{HEAD}target "a" {{\n  args = {{\n    X = {expression}\n    Y = "y"\n  }}\n}}\n')
    (found,) = recipes("bake", str(path))
    assert found.args["Y"] == "y"
    return found.args["X"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('coalesce("", "b")', ""),
        ("length([1, 2])", "2"),
        ('substr("hello", 1, 3)', "ell"),
        ('substr("hello", -3, 2)', "ll"),
        ('substr("hello", 1, -1)', "ello"),
        ('format("%s-%d-%03d-%q-%v", "a", 5, 7, "q", true)', 'a-5-007-"q"-true'),
        (
            'format("%x|%5d|%-5s|%05.2f|%+d|%t|%v|%%", 255, 3, "a", 3.14159, 4, true, [1,"a"])',
            'ff|    3|a    |03.14|+4|true|[1,"a"]|%',
        ),
        ('jsonencode(formatlist("%s-%d", LIST, 1))', '["a-1","b-1"]'),
        ('title("foo-bar it\'s o_k 3d")', "Foo-Bar It'S O_k 3d"),
        ('indent(2, "a\\nb")', "a\n  b"),
        ('trim("xxaxx", "x")', "a"),
        ('chomp("a\\n\\n")', "a"),
        ('regex_replace("a1b2", "([0-9])", "<$1>")', "a<1>b<2>"),
        ('regex("b(.)", "abc")[0]', "c"),
        ('regex("(?P<maj>\\\\d+)\\\\.(?P<min>\\\\d+)", V).min', "2"),
        ('jsonencode(regexall("[a-z](\\\\d)", "a1b2"))', '[["1"],["2"]]'),
        ('join(",", keys({b=1,a=2}))', "a,b"),
        ('join(",", values({b=1,a=2}))', "2,1"),
        ("max(1, 5, 3)", "5"),
        ('join(",", sort(["b","a"]))', "a,b"),
        ('join(",", slice(["a","b","c"], 0, 2))', "a,b"),
        ("element(LIST, 3)", "b"),
        ('jsonencode({a=[1,true,null,"<x>"]})', '{"a":[1,true,null,"\\u003cx\\u003e"]}'),
        ('jsondecode("{\\"a\\": [1.5, null]}").a[0]', "1.5"),
        ('jsonencode(csvdecode("a,b\\n1,2\\n"))', '[{"a":"1","b":"2"}]'),
        ('urlencode("a b/c")', "a+b%2Fc"),
        ('base64encode("hi")', "aGk="),
        ('base64decode("aGk=")', "hi"),
        ('reverse("abc")', "cba"),
        ("jsonencode(reverselist([1, 2]))", "[2,1]"),
        ('join("", distinct(["a","b","a"]))', "ab"),
        ('lookup({a="1"}, "b", "d")', "d"),
        ('contains(["a"], "a")', "true"),
        ('join("", flatten([["a"],["b",["c"]]]))', "abc"),
        ('jsonencode(chunklist(["a","b","c"], 2))', '[["a","b"],["c"]]'),
        ("jsonencode(merge({a=1},{b=2,a=3}))", '{"a":3,"b":2}'),
        ('jsonencode(zipmap(["a","b"],[1,2]))', '{"a":1,"b":2}'),
        ('join(",", range(3))', "0,1,2"),
        ("jsonencode(range(1, 10, 4))", "[1,5,9]"),
        ("jsonencode(setproduct(LIST,[1]))", '[["a",1],["b",1]]'),
        ('jsonencode(compact(["a","","b"]))', '["a","b"]'),
        ('jsonencode(coalescelist([], ["z"]))', '["z"]'),
        ('jsonencode(split(",", "a,,b"))', '["a","","b"]'),
        ('md5("x")', "9dd4e461268c8034f5c8564e155c67a6"),
        ('parseint("ff", 16)', "255"),
        ("log(8, 2)", "3"),
        ("pow(2, 10)", "1024"),
        ("ceil(1.2)", "2"),
        ("floor(-1.2)", "-2"),
        ("int(1.9)", "1"),
        ("modulo(-7, 3)", "-1"),
        ("signum(-3)", "-1"),
        ("add(1.5, 0.1)", "1.6"),
        ('try(target.nobody.x, "f")', "f"),
        ("can(nothing.x)", "false"),
        ("hasindex([1], 0)", "true"),
        # Newer than buildx 0.13; these are as its reference has them.
        ('sanitize("a.b:c")', "a_b_c"),
        ('"${basename("a/b/")} ${dirname("a/b")}"', "b a"),
        ('indexof(LIST, "b")', "1"),
    ],
)
def test_functions_come_to_what_bake_has(expression: str, words: str, tmp_path: Path) -> None:
    assert value(expression, tmp_path) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("10 / 4", "2.5"),
        ("-5 % 3", "-2"),
        ("0.1 + 0.2", "0.3"),
        ("1.50", "1.5"),
        ("1000000000000000000000", "1000000000000000000000"),
        ('"1" + 2', "3"),
        ('"1" == 1', "false"),
        ("5 == 5.0", "true"),
        ("-NUM", "-3"),
        ("(1 + 2) * 3", "9"),
        ('1 + 2 * 3 == 7 && !false || false ? "y" : "n"', "y"),
        ('join(",", [{a="1"},{a="2"}].*.a)', "1,2"),
        ('join(",", [{a="1"},{a="2"}][*].a)', "1,2"),
        ("{ a = 1, b : 2 }.b", "2"),
        ('join(",", [for x in LIST : format("%s!", x)])', "a!,b!"),
        ('join(",", [for k, v in {b=1,a=2} : "${k}${v}" if v > 1])', "a2"),
        ('jsonencode({ for x in ["a","bb","cc"] : strlen(x) => x... })', '{"1":["a"],"2":["bb","cc"]}'),
        ('join(",", [\n      "x", # one\n      "y"\n    ])', "x,y"),
        ("jsonencode([{}, []])", "[{},[]]"),
        ('"a\\tb\\"c\\\\d\\u00e9$$x $${y} %%{z} \\U0001F600"', 'a\tb"c\\dé$$x ${y} %{z} 😀'),
        ('"${lower("a${lower("B")}")}-${true ? "t${NUM}" : "f"}"', "ab-t3"),
        ('"a%{ if true }yes%{ else }no%{ endif }b"', "ayesb"),
        ('"a%{ if false }yes%{ endif }b"', "ab"),
        ('"%{ if NUM > 2 ~} big %{~ endif }!"', "big!"),
        ('"%{ for x in LIST ~}  ${x},  %{~ endfor }"', "a,b,"),
        ("<<EOT\n%{ for i, x in LIST ~}\n${i}=${x}\n%{ endfor ~}\nend\nEOT", "0=a\n1=b\nend\n"),
        ('<<EOT\n  keep ${V}\n    "quoted" \\n\nEOT', '  keep 1.2.3\n    "quoted" \\n\n'),
        ("<<-EOT\n      one\n\n        two\n      EOT", "one\n\n  two\n"),
        ("<<-EOT\n    \n one\n   \n\n  two\n EOT", "    \none\n   \n\n two\n"),
        (
            '<<EOT\ntext\n  %{~ if true ~}\n\n  in\n%{~ endif }\nafter\n   ${~ "v" ~}   \n\n  end\nEOT',
            "text\n\n  in\nafter\nv\n  end\n",
        ),
        ("<<EOT\ntext\n\n%{~ if true }x%{ endif ~}\n  y\nEOT", "text\nx  y\n"),
        (
            "<<-EOT\n    text\n      %{~ for x in LIST ~}\n      ${x}\n      %{~ endfor ~}\n    end\n    EOT",
            "    text\n      a\n      b\n    end\n",
        ),
        ('"a \\n\\n ${~ "v" ~} \\n \\n b"', "avb"),
        ('"$${y} $$${y} $$$${y} %%%{y} $$ $x"', "${y} ${y} $${y} %{y} $$ $x"),
        ('twice("img")', "img:1.2.3"),
        ('vari("x")', "own x-"),
        ('vari("x", LIST...)', "own x-a+b"),
        ('join("", concat(LIST, tag("b")))', "abb:1.2.3"),
    ],
)
def test_expressions_come_to_what_bake_has(expression: str, words: str, tmp_path: Path) -> None:
    assert value(expression, tmp_path) == words


def test_a_function_that_calls_itself_is_named(tmp_path: Path) -> None:
    path = tmp_path / "docker-bake.hcl"
    path.write_text('function "f" {\n params = [x]\n result = f(x)\n}\ntarget "a" { args = { X = f(1) } }\n')
    with pytest.raises(UserError, match="f calls itself"):
        recipes("bake", str(path))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('uppper("x")', "the function uppper is not known"),
        ('first(LIST, "x")', "first takes 1 arguments, not 2"),
        ("vari()", "vari takes 1 arguments, not 0"),
        ('vari("x"...)', "is no list of arguments for vari"),
        ('parseint("z", 10)', "parseint: z is no whole number to the base 10"),
        ('regex("(", "x")', "regex: \\( is no pattern"),
        ('regex("a", "x")', "regex: a is not in x"),
        ('jsonencode(csvdecode("a,b\\n1,2,3"))', "csvdecode: a line has 3 values for 2 names"),
        ('csvdecode("")', "it has no line of names"),
        ('format("%99999999d", 1)', "format: a width of 99999999"),
        ('"\\U00110000"', "there is no character 00110000"),
        ('"\\ud800"', "there is no character d800"),
        ('format("%s")', "format: there is nothing for %s"),
        ('format("x", 1)', "format: x has no place for 1"),
        ("pow(10, 100000)", "too large"),
        ("1e999999", "too large"),
        ("range(1, 5, 0)", "range: no steps of 0"),
        ('{ for x in ["a", "a"] : x => 1 }.a', "two items have the key a"),
    ],
)
def test_what_comes_to_nothing_says_why(expression: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=words):
        value(expression, tmp_path)


def test_a_name_that_is_nearly_right_is_offered(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        value('regexal("x", "y")', tmp_path)
    assert "did you mean regexall?" in raised.value.hint
