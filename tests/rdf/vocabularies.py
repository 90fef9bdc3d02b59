"""The vocabularies' own files: N-Quads in packages of npm; lists of what they declare where no registry has them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from tests.maven import UnavailableError

__all__ = ["LISTED", "PACKAGED", "Vocabulary", "listed", "packaged"]

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
LISTED = tuple(sorted(path.stem for path in _TERMS.glob("*.txt")))

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
def listed(prefix: str) -> Vocabulary:
    """A vocabulary of which a list is kept beside this file."""
    lines = (_TERMS / f"{prefix}.txt").read_text(encoding="utf-8").splitlines()
    name, namespace = lines[0].removeprefix("# ").split(": ", 1)
    if name != prefix or not lines[1].startswith("# own file: ") or not lines[2].startswith("# licence"):
        raise ValueError(f"{prefix}.txt does not say what it is from")
    pairs = (line.split(" ") for line in lines[3:])
    return Vocabulary(namespace, {term: kind for kind, term in pairs})


@cache
def packaged(prefix: str, namespace: str) -> Vocabulary:
    """A vocabulary of which npm has the own file.

    Raises:
        UnavailableError: without npm, or if the download fails.
    """
    kinds: dict[str, str] = {}
    left = set()
    with (_fetched() / f"{prefix}.nq").open("rb") as source:
        for quad in ox.parse(source, format=ox.RdfFormat.N_QUADS):
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


@cache
def _fetched() -> Path:
    """The folder with the own files, in the user's cache."""
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paper-kg"
    versions = "-".join(f"{prefix}{version}" for prefix, version in PACKAGED.items())
    folder = cache_folder / f"vocabularies-{versions}"
    if folder.is_dir():
        return folder
    if shutil.which("npm") is None:
        raise UnavailableError("npm is not installed")
    cache_folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".vocabularies.", dir=cache_folder))
    try:
        names = [f"@vocabulary/{prefix}@{version}" for prefix, version in PACKAGED.items()]
        command = ["npm", "pack", "--silent", "--pack-destination", str(aside), *names]
        done = subprocess.run(command, cwd=aside, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise UnavailableError(
                f"npm could not fetch the vocabularies: {(done.stdout + done.stderr).strip()[-300:]}"
            )
        for prefix, version in PACKAGED.items():
            _unpack(aside / f"vocabulary-{prefix}-{version}.tgz", f"{prefix}.nq", aside)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _unpack(archive: Path, name: str, folder: Path) -> None:
    with tarfile.open(archive) as members:
        file = members.extractfile(f"package/{name}") or io.BytesIO()
        (folder / name).write_bytes(file.read())
    archive.unlink()
