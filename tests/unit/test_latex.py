from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.latex import has_latex, latex_text, script


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Erd\H{o}s, Poincar\'e, \v{C}ech, \c{c}a, \'{\i}, na\"{\i}ve", "Erdős, Poincaré, Čech, ça, í, naïve"),
        (r"\O, \o re, Stra\ss e, \L{}\'od\'z, Fran\c cois, \AA", "Ø, øre, Straße, Łódź, François, Å"),
        (r"{\'E}cole, G\"odel, Cram{\'e}r, Ho\`ang, \k{a}, \u{g}, \r{u}", "École, Gödel, Cramér, Hoàng, ą, ğ, ů"),
        (r"\~{} \^{} \textasciitilde", "~ ^ ~"),
        (r"\'1", "1"),
    ],
)
def test_accents_and_letters(latex: str, text: str) -> None:
    assert latex_text(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$\beta$-VAE on $32\times32$", "β-VAE on 32×32"),
        (r"at $10^{-3}$, CO$_2$, D$^2$Net, $2^n$", "at 10⁻³, CO₂, D²Net, 2ⁿ"),
        (r"$x_{i,j} \in \mathbb{R}^{d}$", "x_i,j ∈ ℝ^d"),
        (r"$\mathcal{O}(n \log n)$", "O(n log n)"),
        (r"$\frac{a+b}{2}$ and $\frac12$ and $\sqrt{n}$", "(a+b)/2 and 1/2 and √n"),
        (r"$e^{-x/2}$, $L_{\infty}$, $T_{\text{max}}$", "e^(-x/2), L_∞, T_max"),
        (r"$90^\circ$, $1^{st}$, $x^*$, $f'$", "90°, 1st, x*, f′"),
        (r"$\hat{y}$, $\bar x$, $\widehat{xy}$, $\vec{v}$", "ŷ, x̄, xy, v⃗"),
        (r"$a\not=b$, $\mathbb{EV}$, $\not\mathrm{ab}$", "a≠b, EV, ab"),
        (r"\(a^2\) and \[b_1\] and $$c^3$$", "a² and b₁ and c³"),
        (r"\(a", "(a"),
        (r"$\alpha x$, $\left(a\right)$, $a\,b~c$", "αx, (a), a b c"),
        (r"$a''$ and $``b$", "a″ and “b"),
        (r"x^{2} but CO_2 and a_b^c", "x² but CO_2 and a_b^c"),
        (r"$x^$", "x"),
        (r"$\sqrt[3]{x+1}$", "√(x+1)"),
    ],
)
def test_simple_math(latex: str, text: str) -> None:
    assert unicodedata.normalize("NFC", latex_text(latex).strip()) == text


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10",
        "between $5M and $10M for all",
        "a $ sign",
        "$$",
        "$",
        "US$",
        "$5-$10",
        "50% of it",
        "C# & R&D",
    ],
)
def test_money_and_signs_are_no_math(text: str) -> None:
    assert latex_text(text) == text


def test_math_that_starts_and_ends_in_space_needs_a_command() -> None:
    assert latex_text(r"$ x $ and $ \alpha $") == "$ x $ and  α"


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\textbf{Foo \emph{bar} $x$} {\it baz}", "Foo bar x baz"),
        (r"\ours is \ours{} and \foo{bar} \xspace.", "ours is ours and bar ."),
        (r"A \cite{a,b}. B~\citep[see][p.~2]{c}, \label{x}", "A. B, "),
        (r"\url{https://x.org/a\_b~c%20} \url x", "https://x.org/a_b~c%20  x"),
        (r"\href{https://e.org}{code} \href{https://e.org}{https://e.org}", "code (https://e.org) https://e.org"),
        (r"\footnote{More}", " (More)"),
        (r"\textcolor{red}{hot} \textsuperscript{2} \textsubscript{2}", "hot ² ₂"),
        (r"\begin{itemize}\item A\end{itemize}", " •  A"),
        (r"a\\[2pt]b \\ c", "a b   c"),
        (r"\& \% \# \_ \{ \} \$ R\&D \ldots \S 3", "& % # _ { } $ R&D … § 3"),
        (r"a\-b \! c\/d \; \<", "ab  cd   <"),
        (r"\texttt{x}\textit", "x"),
        (r"\frac", "/"),
        ("a\\", "a\\"),
        (r"$a\'b$", "a'b"),
    ],
)
def test_commands(latex: str, text: str) -> None:
    assert latex_text(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("``quoted'' and 3--5---yes", "“quoted” and 3–5—yes"),
        ("run --batch-size 4 -- or", "run --batch-size 4 – or"),
        ("$a--b$", "a--b"),
        ("~5 ms, (~43 FPS), Fig.~1, Smith~et al~", "~5 ms, (~43 FPS), Fig. 1, Smith et al~"),
    ],
)
def test_quotes_dashes_and_ties(latex: str, text: str) -> None:
    assert latex_text(latex) == text


def test_braces_that_do_not_match_stay_and_lose_nothing() -> None:
    assert latex_text("a { b } } c { d") == "a  b  } c { d"
    assert latex_text(r"\emph{never closed") == "{never closed"


def test_any_depth_is_read() -> None:
    assert latex_text("{" * 5_000 + "a" + "}" * 5_000) == "a"
    assert latex_text(r"\'" * 3_000 + "a")


def test_many_unmatched_signs_take_no_quadratic_time() -> None:
    for sign in ("$", "{", "\\", "$\\", "\\cite", "\\href{", "$$a", "^{", "\\(", "``", "\\frac{", "~"):
        assert latex_text(sign * 20_000) is not None


def test_text_without_latex_comes_back_as_it_is() -> None:
    text = "Plain text, 50% off."
    assert not has_latex(text)
    assert latex_text(text) is text


def test_scripts_need_a_character_for_each_sign() -> None:
    assert script("^", "-3") == "⁻³"
    assert script("_", "x") is None


SIGNS = "$ $$ \\ { } ^ _ ~ -- `` '' \\' \\c \\frac \\cite \\url \\( \\) \\alpha \\emph \\href \\not \\hat a 1 é [ ] %"
PIECES = st.sampled_from([*SIGNS.split(), " ", "\n"])


@given(st.lists(PIECES | st.characters(), max_size=40).map("".join))
def test_any_text_has_a_result_and_letters_outside_commands_stay(text: str) -> None:
    assert isinstance(latex_text(text), str)
    assert latex_text(f"Start {text}").startswith("Start")
