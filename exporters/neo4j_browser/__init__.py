"""What makes the graph look right in Neo4j Browser: a style, saved queries, and a guide made from them.

A saved query is a file in ``queries/``: its title, description and example parameters as comments, then Cypher that
Neo4j runs as it stands. Where the embedded engine's Cypher differs, ``NAME.embedded.cypher`` holds the same query for
it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

__all__ = ["SavedQuery", "guide", "saved_queries", "style", "write_browser_files"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question and its answer in Cypher.

    Attributes:
        name: File name without ending.
        title: The question.
        description: What the answer holds.
        params: Values for the parameters, as an example.
        cypher: The query for Neo4j.
        embedded: The query for ``kg query``.
    """

    name: str
    title: str
    description: str
    params: dict[str, Any]
    cypher: str
    embedded: str

    @property
    def param_command(self) -> str:
        """What sets the parameters in Neo4j Browser and cypher-shell."""
        items = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in self.params.items())
        return f":params {{{items}}}"


def saved_queries() -> list[SavedQuery]:
    """The saved queries, in the order of their file names."""
    files = sorted(path for path in (_HERE / "queries").glob("*.cypher") if not path.name.endswith(".embedded.cypher"))
    return [_read(path) for path in files]


def _read(path: Path) -> SavedQuery:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[3:].split(": ", 1) for line in lines if line.startswith("// "))
    cypher = "\n".join(line for line in lines if not line.startswith("//"))
    other = path.with_name(f"{path.stem}.embedded.cypher")
    embedded = other.read_text(encoding="utf-8").strip() if other.exists() else cypher
    return SavedQuery(path.stem, head["title"], head["description"], json.loads(head["params"]), cypher, embedded)


def write_browser_files(folder: Path) -> None:
    """Write style, guide and queries into a folder, which is made."""
    queries = folder / "queries"
    queries.mkdir(parents=True)
    for query in saved_queries():
        text = f"// {query.title}\n// {query.description}\n{query.param_command};\n{query.cypher};\n"
        (queries / f"{query.name}.cypher").write_text(text, encoding="utf-8")
    (folder / "style.grass").write_text(style(), encoding="utf-8")
    (folder / "guide.html").write_text(guide(), encoding="utf-8")


def style() -> str:
    """Captions, colours and sizes by label, as ``:style`` takes them."""
    return (_HERE / "style.grass").read_text(encoding="utf-8")


def guide() -> str:
    """The guide as ``:play`` shows it: a slide a question, where a click puts the commands into the editor."""
    queries = saved_queries()
    contents = "".join(f"<li>{escape(query.title)}</li>" for query in queries)
    slides = [_slide("Papers as a graph", f"{_INTRODUCTION}<ol>{contents}</ol>"), *map(_question, queries)]
    return (
        '<article class="guide">\n<title>Papers as a graph</title>\n'
        f'<carousel class="deck container-fluid">\n{"".join(slides)}</carousel>\n</article>\n'
    )


_INTRODUCTION = (
    "<p>Papers introduce, use and compare methods, evaluate on datasets, run on hardware and address tasks. "
    "Every edge carries the sentences it rests on.</p>"
    "<p>Each of the next pages asks a question. Click on the parameters and run them, change them if you like, "
    "then click on the query and run it.</p>"
    '<p>All labels: </p><pre class="pre-scrollable code runnable">'
    "MATCH (n) RETURN labels(n)[0] AS label, count(*) AS nodes ORDER BY nodes DESC</pre>"
    "<p>Questions:</p>"
)


def _question(query: SavedQuery) -> str:
    return _slide(
        query.title,
        f"<p>{escape(query.description)}</p>"
        f'<pre class="pre-scrollable code runnable">{escape(query.param_command)}</pre>'
        f'<pre class="pre-scrollable code runnable">{escape(query.cypher)}</pre>',
    )


def _slide(title: str, body: str) -> str:
    return f'<slide class="row-fluid">\n<div class="col-sm-12">\n<h3>{escape(title)}</h3>\n{body}\n</div>\n</slide>\n'
