from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator_tui.errors import MissingParameter, RequestFailed, UsageError
from integrator_tui.model import url


@pytest.mark.parametrize(
    ("base", "path", "params", "expected"),
    [
        ("https://h", "", (), "https://h"),
        ("https://h", "/health", (), "https://h/health"),
        ("https://h/", "health", (), "https://h/health"),
        ("https://h/", "//health", (), "https://h/health"),
        ("https://h/api", "v1", (), "https://h/api/v1"),
        ("https://h/api/", "/v1/", (), "https://h/api/v1/"),
        ("https://h/api?x=1", "", (), "https://h/api?x=1"),
        ("https://h/api?x=1", "/v1?y=2", (("z", "3"),), "https://h/api/v1?x=1&y=2&z=3"),
        ("https://h?x=1", "?y=2", (), "https://h?x=1&y=2"),
        ("https://h/api", "?", (), "https://h/api"),
        ("https://h", "/a#frag", (("b", ""),), "https://h/a?b="),
        ("https://h#frag", "/a", (), "https://h/a"),
        ("https://h", "/a b/%20/%zz/é", (), "https://h/a%20b/%20/%25zz/%C3%A9"),
        ("https://h", "/a", (("a b", "c&d=e+f/é"), ("", "")), "https://h/a?a%20b=c%26d%3De%2Bf%2F%C3%A9"),
        ("http://[::1]:8080/x", "y", (), "http://[::1]:8080/x/y"),
        ("https://straße.example:8443", "/", (), "https://straße.example:8443/"),
    ],
)
def test_base_path_and_params_are_joined(base: str, path: str, params: url.QueryPairs, expected: str) -> None:
    assert url.join(base, path, params) == expected


def test_values_are_encoded_for_where_they_stand() -> None:
    params = (("q", "{{x}} {{{x}}}"), ("fixed", "a&b"))
    found = url.rendered("https://h/{{x}}?b={{x}}", "/{{{x}}}/{{x}}?c={{{x}}}", params, {"x": "a/b?&"})
    value = "a%2Fb%3F%26"
    assert found == (
        f"https://h/{value}/a/b%3F%26/{value}?b={value}&c={value}&q={value}%20{value}&fixed=a%26b"
    )  # fmt: skip


def test_a_template_at_the_end_of_the_host_is_a_path_only_after_a_slash() -> None:
    with pytest.raises(UsageError):
        url.rendered("https://example.com{{x}}", "", (), {"x": ".evil.example"})
    with pytest.raises(UsageError):
        url.rendered("{{base}}/x", "", (), {"base": "https://evil.example"})


def test_all_missing_names_of_a_url_are_told_together() -> None:
    with pytest.raises(MissingParameter) as caught:
        url.rendered("https://h/{{a}}", "/{{b}}", (("q", "{{c}} {{a}}"),), {})
    assert caught.value.names == ("a", "b", "c")


def test_a_form_encodes_names_and_values() -> None:
    pairs = (("grant type", "client"), ("secret", "{{s}}&"), ("", ""))
    assert url.form(pairs, {"s": "p@ss w/rd+"}) == "grant+type=client&secret=p%40ss+w%2Frd%2B%26"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPS://Example.COM/x", ("https", "example.com", 443)),
        ("http://h:8080", ("http", "h", 8080)),
        ("http://h:/", ("http", "h", 80)),
        ("https://[2001:DB8::0:1]/", ("https", "2001:db8::1", 443)),
        ("https://[fe80::1%25eth0]:1/", ("https", "fe80::1%eth0", 1)),
        ("https://user:pass@h/", ("https", "h", 443)),
        ("https://bücher.example", ("https", "xn--bcher-kva.example", 443)),
        ("https://straße.example", ("https", "xn--strae-oqa.example", 443)),
        ("https://a_b.example.", ("https", "a_b.example.", 443)),
        ("socks5h://proxy", ("socks5h", "proxy", 1080)),
    ],
)
def test_an_origin_is_scheme_host_and_port(text: str, expected: tuple[str, str, int]) -> None:
    assert url.origin(text) == expected


def test_origins_are_compared_in_one_form() -> None:
    assert url.same_origin("https://EXAMPLE.com/a", "https://example.com:443/b?c")
    assert not url.same_origin("https://straße.example", "https://strasse.example")
    assert not url.same_origin("http://h", "https://h")
    assert not url.same_origin("https://h", "https://h:444")
    assert not url.same_origin("not a url", "not a url")
    assert not url.same_origin("https://good.example\\@evil.example/", "https://evil.example/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://user:pass@h/x@y", "https://h/x@y"),
        ("https://user@h", "https://h"),
        ("//user:pass@h/", "//h/"),
        ("https://h/a@b?c@d", "https://h/a@b?c@d"),
        ("https://user:pa@ss@h/", "https://h/"),
        ("https://user:pa/ss@h/", "https://h/"),
        ("https://user:pa#ss@h", "https://h"),
        ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
        ("http://[::1]/a@b", "http://[::1]/a@b"),
        ("plain", "plain"),
    ],
)
def test_user_info_is_taken_out_of_whatever_is_there(text: str, expected: str) -> None:
    assert url.without_user_info(text) == expected


def told(text: str, **options: object) -> str:
    return " | ".join(problem.message for problem in url.problems(text, "base_url", **options))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("example.com", "not an absolute URL"),
        ("/path", "not an absolute URL"),
        ("https:/h", "not an absolute URL"),
        ("ftp://h", "scheme ftp"),
        ("file:///etc/passwd", "scheme file"),
        ("https://", "no host"),
        ("https:///x", "no host"),
        ("https://user:hunter2@h", "user name or password"),
        ("https://h:0", "port"),
        ("https://h:65536", "port"),
        ("https://h:٣", "port"),
        ("https://h:80x/", "port"),
        ("https://[::g]/", "no IPv6 address"),
        ("https://[::1/", "no host name has"),
        ("https://a b/", "no host name has"),
        ("https://a%20b/", "no host name has"),
        ("https://h\n/", "control character"),
        ("https://h\\@evil/", "backslash"),
        (" https://h", "white space"),
        ("https://h ", "white space"),
        ("https://{{host}}/", "cannot hold a template"),
        ("https://h:{{port}}/", "cannot hold a template"),
        ("{{scheme}}://h", "cannot hold a template"),
        ("{{base}}", "cannot hold a template"),
        ("https://{{a/b?}}.h/", "cannot hold a template"),
        ("https://{{broken/", "no host name has"),
        ("https://h/#x", "never sent"),
        ("https://\u202e.example/", "nobody sees: U+202E"),
        ("https//h", "behind its scheme stands no ://"),
        ("https:/h/x", "behind its scheme stands no ://"),
        ("https:h", "behind its scheme stands no ://"),
        ("http;//h", "behind its scheme stands no ://"),
        ("htps//h", "behind its scheme stands no ://"),
        ("https://https://h", "begins twice"),
        ("https://http//h", "begins twice"),
        ("http://https:/h", "begins twice"),
        ("HTTPS://HTTPS://h", "begins twice"),
        ("https://h\u200b/x", "nobody sees: U+200B, zero width space, at column 10"),
        ("https://\ufeffh/x", "nobody sees: U+FEFF, zero width no-break space, at column 9"),
        ("\u2060https://h/x", "nobody sees: U+2060, word joiner, at column 1"),
        ("https://h\u00a0/x", "nobody sees: U+00A0, no-break space"),
        ("https://h\u00ad.example/x", "nobody sees: U+00AD, soft hyphen"),
        ("https://h/x\u200b", "nobody sees: U+200B, zero width space, at column 12"),
        ("https://256.256.256.256/", "no IPv4 address"),
        ("https://1.2.3.4.5/", "no IPv4 address"),
        ("https://010.0.0.1/", "the host is the address 8.0.0.1"),
        ("https://api..example.com/", "two dots in a row"),
    ],
)
def test_what_is_wrong_with_a_url_is_told_without_its_text(text: str, says: str) -> None:
    assert says in told(text)
    assert "hunter2" not in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://h",
        "http://h:80/{{a/b}}?c={{d}}",
        "https://bücher.example/x",
        "http://[::1]:1/",
        "https://h/a b",
        "HTTP://H",
    ],
)
def test_a_good_url_has_no_problem(text: str) -> None:
    assert told(text) == ""


def test_a_proxy_may_hold_credentials_and_other_schemes() -> None:
    allowed = {"schemes": ("http", "socks5"), "user_info": True}
    assert told("http://{{user}}:{{password}}@proxy:3128", **allowed) == ""
    assert told("socks5://proxy", **allowed) == ""
    assert "scheme https" in told("https://proxy", **allowed)


def test_a_missing_scheme_is_offered() -> None:
    (problem,) = url.problems("example.com:8443/x", "base_url")
    assert problem.hint == "write https://example.com:8443/x"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("https://h/x", "cannot be an absolute URL"),
        (" ftp://h", "cannot be an absolute URL"),
        ("/a\nb", "control character"),
        ("/a#b", "never sent"),
    ],
)
def test_what_is_wrong_with_a_path_is_told(path: str, says: str) -> None:
    (problem,) = url.path_problems(path, "test_path")
    assert says in problem.message


@pytest.mark.parametrize("path", ["", "/", "a:b", "/x?y=https://z", "{{a#b}}", "/{{#a}}x{{/a}}", "urn:x"])
def test_a_good_path_has_no_problem(path: str) -> None:
    assert url.path_problems(path, "test_path") == ()


def test_what_is_no_url_cannot_be_joined() -> None:
    for text in ("h/x", "https://", "https://h:x/", "https://h\\x"):
        with pytest.raises(UsageError):
            url.join(text, "/x")


@given(st.text(max_size=30))
def test_no_value_leaves_its_place_in_a_url(value: str) -> None:
    if {".", ".."} & set(value.split("/")):
        with pytest.raises(RequestFailed):
            url.rendered("https://h.example/a", "/{{{x}}}", (), {"x": value})
        return
    found = url.rendered("https://h.example/a", "/{{x}}/{{{x}}}?q={{x}}", (("p", "{{x}}"),), {"x": value})
    assert url.origin(found) == ("https", "h.example", 443)
    path, _, query = found.removeprefix("https://h.example").partition("?")
    assert path.startswith("/a/")
    assert [pair.split("=")[0] for pair in query.split("&")] == ["q", "p"]
    assert "#" not in found and found.isascii() and found.isprintable()


@given(st.text(max_size=30))
def test_no_text_breaks_the_rules_of_urls(text: str) -> None:
    for candidate in (text, f"https://{text}", f"http://h:{text}/", f"http://h/{text}"):
        wrong = [problem for problem in url.problems(candidate, "x") if problem.is_error]
        if not wrong:
            assert url.origin(candidate)[1]
        url.without_user_info(candidate)
        url.path_problems(text, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https//h/x", "https://h/x"),
        ("https:/h", "https://h"),
        ("http;//h:8080", "http://h:8080"),
        ("htps://h", "https://h"),
        ("htp//h.example.com", "http://h.example.com"),
        ("https://https://h/x", "https://h/x"),
        ("https://http//h", "http://h"),
        ("https:///h", "https://h"),
        ("//h", "https://h"),
        ("://h.example.com", "https://h.example.com"),
        ("127.0.0.1:8080/health", "http://127.0.0.1:8080/health"),
        ("localhost/x", "http://localhost/x"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("h:8443", "https://h:8443"),
        ("api.example.com/health", "https://api.example.com/health"),
        ("www.example.com", "https://www.example.com"),
        ("orders.yaml", None),
        ("prod/orders.yaml", None),
        ("Orders API", None),
        ("http:8080", None),
        ("https/h", None),
        ("h:99999", None),
        ("256.256.256.256:80/x", None),
        ("h\u200b.example.com/x", None),
        ("user:pass@h/x", None),
        ("{{base}}/x", None),
    ],
)
def test_the_address_that_was_meant(text: str, expected: str | None) -> None:
    assert url.meant(text) == expected
    if expected:
        assert told(expected) == ""


@pytest.mark.parametrize("text", ["https//h", "https:/h", "https://https://h", "http;//h"])
def test_a_mistyped_beginning_is_mended_in_the_hint(text: str) -> None:
    (problem,) = url.problems(text, "base_url")
    assert problem.hint == f"write {url.meant(text)}"


def test_a_character_that_nobody_sees_in_a_path_is_a_warning() -> None:
    for problem in (*url.problems("https://h/x\u200b", "base_url"), *url.path_problems("/x\u00a0y", "test_path")):
        assert problem.severity == "warning" and "nobody sees" in problem.message
    # Joiners spell words in some scripts, and emoji.
    assert url.path_problems("/\u0646\u0645\u06cc\u200c\u062e", "test_path") == ()


def test_empty_values_of_parameters_are_left_out_where_that_is_wanted() -> None:
    params = (("q", "{{x}}"), ("flag", ""), ("kept", "{{x}}."), ("section", "{{#x}}{{x}}{{/x}}"))
    found = url.rendered("https://h?b=", "/p?a={{x}}", params, {"x": ""}, include_empty=False)
    assert found == "https://h/p?b=&a=&kept=."
    found = url.rendered("https://h", "/p", params, {"x": ""})
    assert found == "https://h/p?q=&flag=&kept=.&section="
