"""Archives of samples, damaged at random: each record is a paper or has a reason; nothing else escapes."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given

from kg.errors import UsageError
from kg.model import Paper
from kg.readers.inputs import read_inputs
from kg.rejects import Reject
from tests.reading import Edit, damaged, edits, samples_of

PIECES = [b"", b'"', b"{", b"}", b"(", b")", b"@", b"@article{", b"@string{x = ", b"#", b",", b"=", b"\\", b"$", b"\n"]
PIECES += [b"\xff", b"\x00", b"TY  - JOUR\n", b"ER  - \n", b"---\n", b": ", b"- ", b"&x", b"*x", b"!!", b"[", b"]"]
PIECES += [b"<", b">", b"&", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"null", b"x" * 3000, b"PAR1", b"\xef\xbb\xbf", b"\r"]


FILES = [path.read_bytes() for name in ("acl", "bibtex") for path in samples_of(name)]


def tar_of_samples() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for number, data in enumerate(FILES):
            info = tarfile.TarInfo(f"{number}.txt")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zip_of_samples() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(FILES):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), data)
    return packed.getvalue()


ARCHIVES = {"tar": tar_of_samples(), "zip": zip_of_samples()}


@pytest.mark.parametrize("kind", ARCHIVES)
@given(edits(PIECES))
def test_a_damaged_archive_gives_papers_and_reasons(kind: str, changes: list[Edit]) -> None:
    papers: list[Paper] = []
    rejects: list[Reject] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(damaged(ARCHIVES[kind], changes))
        try:
            papers.extend(read_inputs([str(path)], on_reject=rejects.append))
        except UsageError:
            return  # it is no archive any more, nor anything else
    assert papers or rejects
    assert all(reject.reason and "\n" not in reject.reason for reject in rejects)
    assert not any("failed:" in reject.reason for reject in rejects)
