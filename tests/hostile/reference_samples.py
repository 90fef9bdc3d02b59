"""Hostile BibTeX and RIS."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.formats import ABSTRACT, AFTER, BEFORE, BOTH, FORMATS
from tests.hostile.sample import Lost, Sample, sample, second

__all__ = ["samples"]

BIBTEX = FORMATS["bibtex"]
RIS = FORMATS["ris"]


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _bibtex_entries()
    yield from _bibtex_values()
    yield from _bibtex_strings()
    yield from _ris()


def _bibtex_entries() -> Iterator[Sample]:
    good = BIBTEX.good("Gulls")
    unclosed = "an entry that is never closed"
    yield second(BIBTEX, "broken", "an entry without its closing brace", good[:-1], unclosed)
    yield second(
        BIBTEX, "broken", "a value whose brace is never closed", "@misc{x, title = {Gulls, year = 2024}", unclosed
    )
    yield second(BIBTEX, "nesting", "100,000 braces never closed", "@misc{x, title = " + "{" * 100_000, unclosed)
    deep = "@misc{x, title = {" + "{" * 100_000 + "Gulls" + "}" * 100_000 + "}}"
    yield second(BIBTEX, "nesting", "100,000 braces in one another", deep, kept=(*BOTH, "Gulls"))
    yield second(BIBTEX, "broken", "an entry without fields", "@misc{x}", "")
    yield second(BIBTEX, "broken", "an entry of nothing", "@misc{}", "")
    yield second(BIBTEX, "broken", "an entry without a key", "@misc{title = {Gulls}}", "")
    yield second(
        BIBTEX, "broken", "a comma missing between fields", "@misc{x, title = {Gulls} year = 2024}", "not BibTeX"
    )
    yield second(BIBTEX, "broken", "a field without a value", "@misc{x, title = , year = 2024}", "")
    yield second(BIBTEX, "broken", "a quote that is never closed", '@misc{x, title = "Gulls, year = 2024}', "")
    yield second(
        BIBTEX,
        "duplicates",
        "a field stated twice",
        "@misc{x, title = {Gulls}, title = {Terns}}",
        kept=(*BOTH, "Gulls"),
    )
    twice = BIBTEX.around(BIBTEX.good(BEFORE))
    yield sample("duplicates", "bibtex: one entry twice", BIBTEX.file, twice, merged=1)
    yield second(BIBTEX, "no title", "no title", "@misc{x, year = 2024}", "no title")
    yield second(BIBTEX, "no title", "an empty title", "@misc{x, title = {{}}}", "no title")
    yield second(
        BIBTEX,
        "no record",
        "a volume of proceedings",
        "@proceedings{x, title = {Gull Days}}",
        "a volume of proceedings",
    )
    loop = "@misc{a, crossref = {b}, title = {Gulls}}\n@misc{b, crossref = {a}, title = {Terns}}"
    yield second(BIBTEX, "loops", "entries that inherit from each other", loop, kept=(*BOTH, "Gulls", "Terns"))
    own = "@misc{a, crossref = {a}, title = {Gulls}}"
    yield second(BIBTEX, "loops", "an entry that inherits from itself", own, kept=(*BOTH, "Gulls"))
    whole = BIBTEX.around()
    yield sample(
        "truncated",
        "bibtex: cut within the last entry",
        BIBTEX.file,
        whole[:-60],
        Lost("the file ends within an entry", BIBTEX.position(2)),
        kept=(BEFORE,),
    )
    between = BIBTEX.around('Text between entries, with an @ sign and {braces}\n@comment{whatever {x}}\n@preamble{"x"}')
    yield sample("odd values", "bibtex: text, comments and preambles between entries", BIBTEX.file, between)


def _bibtex_values() -> Iterator[Sample]:
    titles = {
        "LaTeX that opens files and runs programs": (r"\input{/etc/passwd}\write18{rm x} Gulls", None),
        "a macro that defines itself": (r"\def\x{\x\x}\x Gulls", None),
        "100,000 backslashes": ("\\" * 100_000 + " Gulls", None),
        "100,000 dollar signs": ("$" * 100_000 + " Gulls", None),
        "a right-to-left override": ("Gulls \u202egnp", "Gulls gnp"),
    }
    for what, (title, kept) in titles.items():
        entry = f"@misc{{x, title = {{Odd title}}, note = {{{title}}}, abstract = {{{title}}}}}"
        yield second(BIBTEX, "hostile text", f"{what} for an abstract", entry, kept=(*BOTH, "Odd title"))
        if kept:
            yield second(
                BIBTEX, "hostile text", f"{what} in a title", f"@misc{{x, title = {{{title}}}}}", kept=(*BOTH, kept)
            )
    authors = " and ".join(["{" * 50 + "Lund" + "}" * 50, ",,,,", "a, b, c, d, e", "and and"])
    odd = f"@misc{{x, title = {{Odd authors}}, author = {{{authors.replace('{', '').replace('}', '')}}}}}"
    yield second(BIBTEX, "odd values", "authors that are no names", odd, kept=(*BOTH, "Odd authors"))
    many = f"@misc{{x, title = {{Many authors}}, author = {{{' and '.join(f'Gull{n}, A.' for n in range(5000))}}}}}"
    yield second(BIBTEX, "too long", "5,000 authors", many, kept=(*BOTH, "Many authors"))
    yield second(BIBTEX, "wrong encoding", "bytes that are not UTF-8", BIBTEX.record("Caf\udce9"), "not UTF-8")
    yield second(BIBTEX, "wrong encoding", "a NUL byte", BIBTEX.record("A\0B"), kept=(*BOTH, "AB"))
    long = BIBTEX.record("Endless").replace(ABSTRACT, "gull " * 200_000)
    yield second(BIBTEX, "too long", "an abstract of a million characters", long, "more than 200000 is no abstract")
    line = BIBTEX.record("Endless").replace(ABSTRACT, "gull " * 500_000)
    yield second(BIBTEX, "too long", "a line of 2.5 million characters", line, "too long to be one")
    lines = BIBTEX.record("Endless").replace(ABSTRACT, "gull gull gull\n" * 400_000)
    yield second(BIBTEX, "too long", "an entry of 6 million characters", lines, "too long to be one")
    yield second(
        BIBTEX, "too long", "a title of 3,000 letters", BIBTEX.record("gull " * 600), "more than 2000 is no title"
    )


def _bibtex_strings() -> Iterator[Sample]:
    own = "@string{a = a # a}\n@misc{x, title = a, note = a}"
    yield second(BIBTEX, "loops", "a string made of itself", own, kept=(*BOTH, "aa"))
    pair = "@string{a = b # b}\n@string{b = a # a}\n@misc{x, title = {Loop}, note = a # b}"
    yield second(BIBTEX, "loops", "two strings made of each other", pair, kept=(*BOTH, "Loop"))
    doubled = "\n".join(f"@string{{s{n + 1} = s{n} # s{n} # s{n}}}" for n in range(40))
    bomb = f'@string{{s0 = "gulls"}}\n{doubled}\n@misc{{x, title = {{Loop}}, abstract = {" # ".join(["s40"] * 1000)}}}'
    at = BIBTEX.position(2) + bomb.count("\n")
    yield sample("bomb", "bibtex: strings that treble 40 times", BIBTEX.file, BIBTEX.around(bomb), Lost("", at))
    yield second(
        BIBTEX, "loops", "a string nobody defined", "@misc{x, title = nobody # { knows}}", kept=(*BOTH, "nobody knows")
    )
    unclosed = "@string{a = {Gulls}\n@misc{x, title = {Gulls}}"
    yield second(BIBTEX, "broken", "a string that is never closed", unclosed, "never closed", kept=(*BOTH, "Gulls"))


def _record(kind: str, what: str, record: str, *reasons: str, kept: tuple[str, ...] = BOTH) -> Sample:
    lost = tuple(Lost(reason, RIS.position(2)) for reason in reasons)
    return sample(kind, f"ris: {what}", RIS.file, RIS.around(record), *lost, kept=kept)


def _ris() -> Iterator[Sample]:
    good = RIS.good("Gulls")
    yield _record("broken", "a record without ER", good.replace("ER  - \n", ""), kept=(*BOTH, "Gulls"))
    whole = RIS.around()
    yield sample(
        "truncated",
        "ris: cut before its last ER",
        RIS.file,
        whole[: whole.rindex("ER  -")],
        Lost("no ER line", RIS.position(2)),
        kept=(BEFORE,),
    )
    yield _record("no title", "no title", "TY  - JOUR\nAU  - Lund, Ida\nER  - \n", "no title")
    yield _record("no title", "an empty title", RIS.record(""), "no title")
    yield _record("no record", "an end without a record", "ER  - \nER  - \n")
    yield _record("no record", "a record of a type alone", "TY  - JOUR\nER  - \n", "no title")
    yield _record("broken", "lines without tags", good.replace("PY", "and more text\nPY"), kept=(*BOTH, "Gulls"))
    yield _record("broken", "tags that nobody knows", good.replace("PY", "Q9  - x\nZZ  -\nPY"), kept=(*BOTH, "Gulls"))
    yield _record("broken", "a tag without its space", good.replace("PY  - 2024", "PY  -2024"), kept=(*BOTH, "Gulls"))
    yield _record("odd values", "a year that is none", good.replace("2024", "99999//"), kept=(*BOTH, "Gulls"))
    yield _record(
        "odd values", "authors that are no names", good.replace("PY", "AU  - ,,,\nAU  -\nPY"), kept=(*BOTH, "Gulls")
    )
    yield _record("wrong encoding", "bytes that are not UTF-8", RIS.record("Caf\udce9"), "not UTF-8")
    yield _record("wrong encoding", "a NUL byte", RIS.record("A\0B"), kept=(*BOTH, "AB"))
    yield _record("hostile text", "a right-to-left override", RIS.record("Gulls \u202egnp"), kept=(*BOTH, "Gulls gnp"))
    yield _record("hostile text", "a script", RIS.record("Gulls <script>x</script>"), kept=(*BOTH, "Gulls"))
    twice = RIS.around(RIS.good(AFTER))
    yield sample("duplicates", "ris: one record twice", RIS.file, twice, merged=1)
    yield _record("duplicates", "a title stated twice", good.replace("AB", "TI  - Terns\nAB"), kept=(*BOTH, "Gulls"))
    long = RIS.record("Endless").replace(ABSTRACT, "gull " * 200_000)
    yield _record("too long", "an abstract of a million characters", long, "more than 200000 is no abstract")
    line = RIS.record("Endless").replace(ABSTRACT, "gull " * 500_000)
    yield _record("too long", "a line of 2.5 million characters", line, "too long to be one")
    lines = RIS.record("Endless").replace("PY", "KW  - gull gull gull\n" * 300_000 + "PY")
    yield _record("too long", "a record of 6 million characters", lines, "too long to be one")
    yield _record("too long", "a title of 3,000 letters", RIS.record("gull " * 600), "more than 2000 is no title")
