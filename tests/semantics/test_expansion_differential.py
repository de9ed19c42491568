"""Variable expansion against a second implementation, on words nobody would write."""

import pytest

from dockls.semantics.expansion import ExpansionError, VariableUse, expand, expand_with_origin, expand_words, variables

hypothesis = pytest.importorskip("hypothesis")
oracle = pytest.importorskip("e2b_dockerfile_utils.lexer")
strategies = pytest.importorskip("hypothesis.strategies")

ENVIRONMENT = {"a": "aab", "e": "", "s": " a  b ", "p": "b/a.b", "w": "?a*"}

CHARACTERS = strategies.text(alphabet="aesb${}:-+?#%/\\`\"' =.", max_size=14)
PIECES = strategies.lists(
    strategies.sampled_from(
        [
            *(
                "$a",
                "${a}",
                "${e",
                "${s",
                "${p",
                "${w",
                "${x",
                "}",
                ":-",
                "-",
                ":+",
                "+",
                ":?",
                "?",
                "#",
                "##",
                "%",
                "%%",
            ),
            *("/", "//", "b", "a", "*", "?", " ", "'", '"', "\\", "\\}", "\\/", "\\*", "`", ".", "$", "$w", "ü"),
        ]
    ),
    max_size=9,
).map("".join)
WORDS = strategies.one_of(CHARACTERS, PIECES)
ESCAPES = strategies.sampled_from("\\\\`")
MANY = hypothesis.settings(max_examples=400, deadline=None)


def _other(word: str, escape: str) -> "oracle.ShellLex":
    # Python's regular expressions match once more at the end of a match of everything, and know no `$0` in a
    # replacement; BuildKit's do neither. Such words have cases of their own.
    hypothesis.assume("//" not in word or not ("*" in word or "$w" in word or word.count("$") > 1 or "{w" in word))
    return oracle.ShellLex(escape, env=ENVIRONMENT, skip_unset_env=False)


@MANY
@hypothesis.given(word=WORDS, escape=ESCAPES)
def test_any_word_expands_as_elsewhere(word: str, escape: str) -> None:
    try:
        expected = _other(word, escape).process_word(word)
    except ValueError as error:
        with pytest.raises(ExpansionError) as raised:
            expand(word, ENVIRONMENT.get, escape)
        assert 0 <= raised.value.offset < len(word)
        if "pattern" not in raised.value.message:
            assert str(error).endswith(raised.value.message)
    else:
        assert expand(word, ENVIRONMENT.get, escape) == expected


@MANY
@hypothesis.given(word=WORDS, escape=ESCAPES)
def test_any_word_splits_as_elsewhere(word: str, escape: str) -> None:
    try:
        # The other one takes empty quotes for a word, BuildKit does not.
        expected = [found for found in _other(word, escape).process_words(word) if found]
    except ValueError:
        with pytest.raises(ExpansionError):
            expand_words(word, ENVIRONMENT.get, escape)
    else:
        assert expand_words(word, ENVIRONMENT.get, escape) == expected


@MANY
@hypothesis.given(word=WORDS, escape=ESCAPES)
def test_the_variables_found_are_those_looked_up(word: str, escape: str) -> None:
    uses = variables(word, escape)
    assert [use.span.start for use in uses] == sorted(use.span.start for use in uses)
    for use in uses:
        _check_spans(word, use)
    try:
        used = expand_with_origin(word, ENVIRONMENT.get, escape).used
    except ExpansionError:
        return
    assert {use.name for use in uses} == set(used)


def _check_spans(word: str, use: VariableUse) -> None:
    assert word[use.name_span.start : use.name_span.end] == use.name != ""
    assert word[use.span.start] == "$"
    assert use.name_span.end <= use.span.end <= len(word)
    behind = word[use.name_span.end : use.span.end]
    if use.default is None:
        assert use.modifier == ""
    else:
        assert behind.removesuffix("}").startswith(use.modifier + use.default.removesuffix("}"))
