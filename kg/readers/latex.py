r"""LaTeX as authors leave it in titles and abstracts, to plain text: accents, macros, quotes, dashes, simple math.

This is no TeX: nothing is expanded or executed, and every string has a result. Names of commands nobody knows stay as
words (``\ours`` gives ``ours``), so that no text is lost. The symbols come from pylatexenc's table; its parser is not
used, since it takes a percent sign for a comment (abstracts write "50%") and a dollar amount for math, and drops what
follows a brace that does not match.

What math looks like in LaTeX: https://www.latex-project.org/help/documentation/usrguide.pdf. A dollar sign opens math
by the rule of https://pandoc.org/MANUAL.html#extension-tex_math_dollars, or where the text up to the next one has
``\``, ``^`` or braces in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

__all__ = ["has_latex", "latex_text", "script"]

_DEEPEST = 40
_TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z]+)\*?|\\(?P<sign>.)|\$(?P<dollar>\$?)|(?P<quote>``|'')|(?P<dash>---?)"
    r"|(?P<mark>[{}~^_'])|[^\\${}~^_'`-]+|.",
    re.DOTALL,
)
_LATEX = re.compile(r"[\\${}~]|``|''|--|\^\{|_\{")
_MATH = re.compile(
    r"\$\$(?P<display>(?:[^$\\]|\\.){1,4000}?)\$\$"
    r"|\$(?P<sure>(?=[^$]*[\\^{}])(?:[^$\\]|\\.){1,4000}?)\$"
    r"|\$(?P<likely>(?![\s$])(?:[^$\\]|\\.){1,400}?)(?<!\s)\$(?!\d)",
    re.DOTALL,
)
_WORDS_IN_ROW = re.compile(r"[^\W\d_]{2,}\s|\s[^\W\d_]{2,}")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_OPTIONS = re.compile(r"(?:\s?\[[^\[\]]{0,200}\]){0,3}")
_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"[-+=<>/×·± ]")

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
}
_MATH_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0305",
    "breve": "\u0306",
    "dot": "\u0307",
    "ddot": "\u0308",
    "mathring": "\u030a",
    "check": "\u030c",
    "acute": "\u0301",
    "grave": "\u0300",
    "vec": "\u20d7",
}
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_SCRIPTS = {
    "^": dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True)),
    "_": dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True)),
}
_KEPT_SIGNS = frozenset("%&#_{}$|")
_NO_SPACE_SIGNS = frozenset("!/-@")
_WORDS = {
    "S": "§",
    "deg": "°",
    "degree": "°",
    "checkmark": "✓",
    "textmu": "µ",
    "textdegree": "°",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "mid": "|",
    "lVert": "‖",
    "rVert": "‖",
    "backslash": "\\",
    "textbackslash": "\\",
    "lbrace": "{",
    "rbrace": "}",
    "qedsymbol": "∎",
    "triangleq": "≜",
    "item": " • ",
    "par": " ",
    "newline": " ",
    "linebreak": " ",
    "quad": " ",
    "qquad": " ",
    "thinspace": " ",
    "enspace": " ",
    "space": " ",
    "nobreakspace": " ",
    "hfill": " ",
}
_QUOTES = {"``": "“", "''": "”"}
_DASHES = {"--": "–", "---": "—"}
_CLOSING_MATH = {"(": ")", "[": "]"}
_LONGEST_MATH = 4000
_ORDINALS = ("th", "st", "nd", "rd")
_GONE = "\0"  # where a citation was, until the space before it is known to go too
# Begins where such a run begins, and gives nothing back: long runs of spaces would take quadratic time.
_SPACE_OF_GONE = re.compile(r"(?<![\0\s])\s*+\0[\0\s]*+(?=[.,;:)])|\0")
# Commands that say how text looks: they go, what they apply to stays.
_SILENT = frozenset(
    "bf it em rm tt sc sl sf cal bfseries itshape scshape ttfamily rmfamily sffamily normalfont upshape mdseries "
    "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge displaystyle textstyle scriptstyle "
    "limits nolimits protect noindent indent centering raggedright xspace relax left right middle big Big bigg Bigg "
    "bigl bigr Bigl Bigr biggl biggr Biggl Biggr allowbreak nobreak unskip ignorespaces maketitle sloppy null".split()
)
_DROPPED = frozenset(
    "cite citep citet citealp citealt citeauthor citeyear parencite textcite footcite autocite nocite label ref eqref "
    "cref Cref autoref pageref vspace hspace vskip hskip includegraphics thanks begin end color hypersetup "
    "bibliographystyle bibliography usepackage vphantom hphantom phantom".split()
)
_FIRST_DROPPED = frozenset(("textcolor", "colorbox", "scalebox", "raisebox", "fontsize", "resizebox"))
_ONE_ARGUMENT = frozenset(
    "textbf textit emph textsc texttt textrm textsf textup textmd textsl textnormal underline uline underbrace "
    "overbrace mbox hbox fbox text mathrm mathbf mathit mathsf mathtt mathcal mathfrak mathscr mathnormal boldsymbol "
    "bm pmb boldmath operatorname ensuremath bold textnumero enquote uppercase lowercase MakeUppercase MakeLowercase "
    "mathop mathbin mathrel mathord substack stackrel uuline sout xout hl acs ac acf acp acl gls Gls".split()
)


def has_latex(text: str) -> bool:
    """Whether there is anything in the text that ``latex_text`` would change."""
    return _LATEX.search(text) is not None


def latex_text(text: str) -> str:
    r"""Plain text of a LaTeX fragment; white space and normal form are left to ``clean_text``.

    >>> latex_text(r"G\"odel's {\it $\beta$-VAE} on $32\times32$ images, 50% at $10^{-3}$ for \$5")
    "Gödel's β-VAE on 32×32 images, 50% at 10⁻³ for $5"
    >>> latex_text(r"\textbf{D$^2$Net}~\cite{x} costs $5 and $10, \textsc{ours} is \emph{free}")
    'D²Net costs $5 and $10, ours is free'
    """
    if not has_latex(text):
        return text
    return _SPACE_OF_GONE.sub("", _Scanner(text).span(0, len(text)))


def _matching(text: str) -> dict[int, int]:
    """Position of each opening brace that is closed -> position of its closing brace."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for match in _BRACES.finditer(text):
        if match[0] == "{":
            waiting.append(match.start())
        elif match[0] == "}" and waiting:
            found[waiting.pop()] = match.start()
    return found


@cache
def _table() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()


@lru_cache(maxsize=4096)
def _symbol(name: str) -> str | None:
    """What a command without arguments stands for; None when it is not known."""
    if name in _WORDS:
        return _WORDS[name]
    spec = _table().get_macro_spec(name)
    found = spec.simplify_repl if spec else None
    return found if isinstance(found, str) and "%" not in found else None


class _Scanner:
    """One pass over a text; groups are read in place, by the positions of their braces.

    Each method that reads takes a position and gives the text it stands for and the position after it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._closing = _matching(text)

    def span(self, start: int, end: int, *, math: bool = False, depth: int = 0) -> str:
        """Plain text of a stretch."""
        if depth > _DEEPEST:
            return _BRACES.sub("", self._text[start:end])
        found = []
        at = start
        while at < end:
            piece, at = self._token(at, end, math, depth)
            found.append(piece)
        return "".join(found)

    def _token(self, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        match = _TOKEN.match(self._text, at, end)
        if match is None:  # pragma: no cover - the last branch of the pattern takes anything
            return self._text[at], at + 1
        kind = match.lastgroup
        if kind == "name":
            return self._command(match["name"], match.end(), end, math, depth)
        if kind == "sign":
            return self._sign(match["sign"], match.end(), end, math, depth)
        if kind == "dollar":
            return self._math(at, end, depth) if not math else ("", match.end())
        if kind == "mark":
            return self._mark(match["mark"], at, end, math, depth)
        if kind in ("quote", "dash"):
            return self._typography(match[0], at, math), match.end()
        return match[0], match.end()

    def _math(self, at: int, end: int, depth: int) -> tuple[str, int]:
        match = _MATH.match(self._text, at, end)
        if match is None or match.lastgroup is None or (match["likely"] and _WORDS_IN_ROW.search(match["likely"])):
            return "$", at + 1  # of "$5M and $10M", say
        start, stop = match.span(match.lastgroup)
        return self.span(start, stop, math=True, depth=depth + 1), match.end()

    def _mark(self, sign: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        after = at + 1
        if sign == "{" and self._closing.get(at, end) < end:
            return self.span(after, self._closing[at], math=math, depth=depth + 1), self._closing[at] + 1
        if sign in "^_" and (math or self._closing.get(after, end) < end):
            value, after = self._argument(after, end, math, depth)
            return _script(sign, value), after
        if sign == "~":
            before, following = self._text[at - 1 : at], self._text[after : after + 1]
            tied = before.isalnum() or before in (".", ")", "}", ",")
            return (" " if math or (tied and following and not following.isspace()) else "~"), after
        return ("\u2032" if math and sign == "'" else sign), after

    def _typography(self, signs: str, at: int, math: bool) -> str:
        if math:
            return {"``": "“", "''": "\u2033"}.get(signs, signs)
        if signs in _QUOTES:
            return _QUOTES[signs]
        before, after = self._text[at - 1 : at], self._text[at + len(signs) : at + len(signs) + 1]
        is_option = (not before or before.isspace()) and after.isalnum()  # "--batch-size" is no dash
        return signs if is_option else _DASHES[signs]

    def _sign(self, sign: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        """A backslash and one sign that is no letter."""
        if sign in "([":
            stop = self._text.find("\\" + _CLOSING_MATH[sign], at, min(end, at + _LONGEST_MATH))
            if stop < 0:
                return sign, at
            return self.span(at, stop, math=True, depth=depth + 1), stop + 2
        if sign in _ACCENTS and not math:
            value, after = self._argument(at, end, math, depth)
            return (_accented(value, _ACCENTS[sign]) if value else sign), after
        if sign == "\\":
            return " ", self._past_options(at, end)
        if sign in _KEPT_SIGNS:
            return sign, at
        return ("" if sign in _NO_SPACE_SIGNS else " " if sign in " ,;:>\n\t" else sign), at

    def _command(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        space = self._text[at : (after := self._past_space(at, end))]
        if name in _SILENT:
            return "", after
        if name in _ACCENTS and not math and (space or self._opens(at, end)):
            value, at = self._argument(after, end, math, depth)
            return _accented(value, _ACCENTS[name]), at
        if name in _READERS:
            return _READERS[name](self, name, at, end, math, depth)
        symbol = _symbol(name)
        if symbol is not None:
            return symbol, after if len(symbol) == 1 and symbol.isalpha() else at
        if self._opens(at, end) and self._closing[at] > at + 1:
            return "", at
        return name, at

    # What commands with arguments stand for.

    def _dropped(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        return _GONE, self._past_group(self._past_options(at, end), end)

    def _second(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        return self._argument(self._past_group(self._past_options(at, end), end), end, math, depth)

    def _content(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        in_math = math and not name.startswith(("text", "mbox", "hbox", "fbox"))
        return self._argument(at, end, in_math, depth)

    def _address(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        r"""``\url{...}``, ``\href{...}{...}``: the address as it stands."""
        at = self._past_options(at, end)
        if not self._opens(at, end):
            return "", at
        stop = self._closing[at]
        url = re.sub(r"\\(?=[%&#_{}~])", "", self._text[at + 1 : stop])
        if name != "href":
            return url, stop + 1
        label, after = self._argument(stop + 1, end, math, depth)
        return (url if label.strip() in ("", url) else f"{label} ({url})"), after

    def _fraction(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        above, at = self._argument(at, end, math, depth)
        below, at = self._argument(at, end, math, depth)
        return f"{_in_parentheses(above)}/{_in_parentheses(below)}", at

    def _root(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(self._past_options(at, end), end, math, depth)
        return f"√{_in_parentheses(value)}", at

    def _footnote(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(self._past_options(at, end), end, math, depth)
        return f" ({value.strip()})", at

    def _text_script(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(at, end, math, depth)
        return _script("^" if name == "textsuperscript" else "_", value), at

    def _math_accent(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(at, end, math, depth)
        return (_accented(value, _MATH_ACCENTS[name]) if len(value) == 1 else value), at

    def _double_struck(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(at, end, math, depth)
        return _DOUBLE_STRUCK.get(value, value), at

    def _negated(self, name: str, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        value, at = self._argument(at, end, math, depth)
        return (value + "\u0338" if len(value) == 1 else value), at

    # Positions.

    def _argument(self, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        """What a command applies to: a group, a command, or one character."""
        at = self._past_space(at, end)
        if at >= end or depth > _DEEPEST:
            return "", at
        if self._text[at] in "{\\":
            return self._token(at, end, math, depth + 1)
        return self._text[at], at + 1

    def _opens(self, at: int, end: int) -> bool:
        """Whether a group begins here that is closed."""
        return self._closing.get(at, end) < end

    def _past_space(self, at: int, end: int) -> int:
        match = _SPACE.match(self._text, at, end)
        return match.end() if match else at

    def _past_group(self, at: int, end: int) -> int:
        return self._closing[at] + 1 if self._opens(at, end) else at

    def _past_options(self, at: int, end: int) -> int:
        match = _OPTIONS.match(self._text, at, end)
        return match.end() if match else at


_READERS: dict[str, Callable[[_Scanner, str, int, int, bool, int], tuple[str, int]]] = {
    **dict.fromkeys(_DROPPED, _Scanner._dropped),
    **dict.fromkeys(_FIRST_DROPPED, _Scanner._second),
    **dict.fromkeys(_ONE_ARGUMENT, _Scanner._content),
    **dict.fromkeys(_MATH_ACCENTS, _Scanner._math_accent),
    **dict.fromkeys(("url", "path", "nolinkurl", "href"), _Scanner._address),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "nicefrac", "sfrac"), _Scanner._fraction),
    **dict.fromkeys(("textsuperscript", "textsubscript"), _Scanner._text_script),
    "sqrt": _Scanner._root,
    "footnote": _Scanner._footnote,
    "mathbb": _Scanner._double_struck,
    "not": _Scanner._negated,
}


def _accented(value: str, mark: str) -> str:
    base = {"ı": "i", "ȷ": "j"}.get(value[:1], value[:1])
    return unicodedata.normalize("NFC", base + mark) + value[1:] if base.isalpha() else value


def script(sign: str, value: str) -> str | None:
    """A raised ("^") or lowered ("_") text in characters of their own; None when Unicode lacks one of them."""
    signs = _SCRIPTS[sign]
    return "".join(signs[char] for char in value) if all(char in signs for char in value) else None


def _script(sign: str, value: str) -> str:
    value = value.strip()
    found = script(sign, value)
    if found is not None:
        return found
    if value == "∘":
        return "°"
    if sign == "^" and (value in _ORDINALS or (len(value) == 1 and not value.isalnum())):
        return value
    return sign + _in_parentheses(value)


def _in_parentheses(value: str) -> str:
    value = value.strip()
    return f"({value})" if _OPERATOR.search(value[1:]) else value
