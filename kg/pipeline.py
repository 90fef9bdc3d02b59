"""Wires reader, extractors, linking, workspace and assembly together; nothing else does."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from kg import __version__
from kg.bulk import no_garbage_collection
from kg.confidence import sure_mentions
from kg.config import MODEL, MODEL_FILES, NO_MODEL, Config
from kg.errors import ConfigError, KgError, ServiceError
from kg.linking.local import Link, link_candidates
from kg.model import Extraction, Mention, Paper
from kg.readers.inputs import read_inputs
from kg.rejects import Reject
from kg.vocabulary import FILES, load_vocabulary

if TYPE_CHECKING:
    from kg.candidates import Candidate
    from kg.extractors.base import Sentences
    from kg.workspace import AddedPapers, Workspace

__all__ = ["BuildReport", "Extractor", "Progress", "build", "extract", "extractions", "fingerprint", "record_of"]

_T = TypeVar("_T")

Progress = Callable[[int], None]
"""Called with the number of papers that have been done since the last call."""

_PACKAGE = Path(__file__).parent
_WORTH_PROCESSES = 8
"""Chunks from which on starting processes costs less than it saves."""
_MENTIONS = TypeAdapter(tuple[Mention, ...])
_NOT_IN_RECORD = {"__all__": {"sentence"}}
_CODE = ("extractors", "linking")
_MODULES = ("ids.py", "links.py", "pipeline.py", "vocabulary.py")


def fingerprint(config: Config) -> str:
    """Digest of all that an extraction depends on besides the paper: code, weights, vocabularies, components, spaCy."""
    from importlib.metadata import version

    settings = json.dumps(config.settings, sort_keys=True, default=str)
    content = hashlib.sha256(f"{__version__} spacy {version('spacy')} {config.components} {settings}".encode())
    files = [*(_PACKAGE / name for name in _MODULES), *(config.seeds / name for name in FILES.values())]
    model = _model_of(config)
    if model:
        content.update(f"onnxruntime {version('onnxruntime')}".encode())
        files += [model / name for name in MODEL_FILES]
    for folder in _CODE:
        files += [p for p in (_PACKAGE / folder).iterdir() if p.suffix in (".py", ".json")]
    for path in sorted(files, key=lambda p: (p.name, str(p))):
        if path.exists():
            content.update(f"\n{path.name}\n".encode())
            content.update(path.read_bytes())
    return content.hexdigest()[:16]


def _model_of(config: Config) -> Path | None:
    """Folder of the neural model, None for rules alone."""
    if config.model == NO_MODEL:
        return None
    return Path(config.model) if config.model else MODEL


class Extractor:
    """The pipeline of one process: papers in, extractions out.

    Raises:
        ConfigError: if a component of the configuration is unknown.
    """

    def __init__(self, config: Config) -> None:
        from kg.extractors.pipeline import create_pipeline

        self.fingerprint = fingerprint(config)
        self._known = load_vocabulary(config.seeds)
        try:
            with no_garbage_collection():
                self._nlp = create_pipeline(config.components, config.seeds, _model_of(config), config.settings)
        except ValueError as error:  # spaCy's way to say that a factory is unknown
            raise ConfigError(f"cannot make the pipeline: {str(error).split('.')[0]}") from error
        # the vocabularies stay for good: the garbage collector need not look at them again
        gc.freeze()

    def run(self, papers: Sequence[Paper]) -> Iterator[Extraction]:
        """The extraction of each paper, in order."""
        from kg.extractors.pipeline import run

        for paper, (text, sentences, found) in zip(
            papers, run(self._nlp, ((p.title, p.abstract) for p in papers)), strict=True
        ):
            links = link_candidates(text, found, self._known)
            mentions = _mentions(paper, text, sentences, found, links)
            yield Extraction(paper_id=paper.id, fingerprint=self.fingerprint, mentions=mentions)


def _mentions(
    paper: Paper, text: str, sentences: Sentences, found: Sequence[Candidate], links: Sequence[Link]
) -> tuple[Mention, ...]:
    """Decided candidates as mentions: offsets within their field, canonical entities."""
    title_end = len(paper.title)
    abstract = len(text) - len(paper.abstract)
    mentions = []
    for candidate, (entity, name) in zip(found, links, strict=True):
        begin, end = sentences.at(candidate.start)
        offset, limit = (0, title_end) if candidate.start < title_end else (abstract, len(text))
        if candidate.start < offset or candidate.end > limit:
            continue  # a component that is not ours may join the end of the title to the abstract
        mentions.append(
            Mention(
                type=candidate.type,
                text=text[candidate.start : candidate.end],
                field="abstract" if offset else "title",
                start=candidate.start - offset,
                end=candidate.end - offset,
                entity=entity,
                name=name,
                named=candidate.named,
                role=candidate.role or "used",
                confidence=candidate.confidence,
                extractor=candidate.extractor,
                sentence=(max(begin - offset, 0), min(end, limit) - offset),
                attributes=candidate.attributes,
            )
        )
    return tuple(mentions)


def record_of(paper: Paper, extraction: Extraction) -> str:
    """What ``kg extract`` writes for a paper: a JSON object on one line."""
    head = json.dumps({"paper_id": paper.id, "title": paper.title}, ensure_ascii=False, separators=(",", ":"))
    mentions = _MENTIONS.dump_json(extraction.mentions, exclude=_NOT_IN_RECORD).decode()
    return f'{head[:-1]},"mentions":{mentions}}}'


# Extraction in several processes: texts go to the workers, finished JSON comes back.

_Text = tuple[str, str, str]
"""Id, title and abstract of a paper: all that a worker needs of it."""

_worker: Extractor | KgError | None = None


def _start_worker(config: Config) -> None:
    global _worker
    try:
        _worker = Extractor(config)
    except KgError as error:  # raised here it would be lost: all that the pool tells is that a worker died
        _worker = error


def _work(texts: list[_Text], render: Callable[[Paper, Extraction], str]) -> str:
    """The rendered extractions of some papers, a line each: plain values and one string are cheap to send."""
    if isinstance(_worker, KgError):
        raise _worker
    assert _worker is not None  # noqa: S101 - the pool's initialiser ran
    papers = [Paper.model_construct(id=i, title=title, abstract=abstract) for i, title, abstract in texts]
    return "\n".join(render(paper, extraction) for paper, extraction in zip(papers, _worker.run(papers), strict=True))


def _as_extraction(paper: Paper, extraction: Extraction) -> str:
    return extraction.model_dump_json()


def _chunks(papers: Iterable[Paper], size: int) -> Iterator[list[Paper]]:
    waiting = iter(papers)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _rendered(
    papers: Iterable[Paper], config: Config, render: Callable[[Paper, Extraction], str], progress: Progress | None
) -> Iterator[str]:
    """One rendered extraction a paper, in the order of the papers, whatever the number of processes."""
    workers = config.workers or os.cpu_count() or 1
    chunks = _chunks(papers, config.batch_size)
    first = list(islice(chunks, _WORTH_PROCESSES))
    if workers > 1 and len(first) == _WORTH_PROCESSES:
        yield from _in_processes(chain(first, chunks), workers, config, render, progress)
        return
    extractor = Extractor(config)
    for chunk in chain(first, chunks):
        yield from (render(p, e) for p, e in zip(chunk, extractor.run(chunk), strict=True))
        if progress:
            progress(len(chunk))


def _in_processes(
    chunks: Iterator[list[Paper]],
    workers: int,
    config: Config,
    render: Callable[[Paper, Extraction], str],
    progress: Progress | None,
) -> Iterator[str]:
    """Work on chunks in processes; few chunks are under way at a time, so that memory does not grow with the input."""
    others = set(active_children())
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (config,))
    under_way: deque[Future[str]] = deque()
    try:
        for chunk in chunks:
            under_way.append(_submit(pool, chunk, render))
            if len(under_way) >= 2 * workers + 1:
                yield from _finished(under_way.popleft(), progress)
        while under_way:
            yield from _finished(under_way.popleft(), progress)
    except BrokenProcessPool as error:
        # the pool misses a worker that was just starting when another died, and would wait for it for ever
        for child in set(active_children()) - others:
            child.kill()
        raise ServiceError("a worker process was killed (out of memory?); try --workers 1") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, papers: list[Paper], render: Callable[[Paper, Extraction], str]) -> Future[str]:
    try:
        return pool.submit(_work, [(paper.id, paper.title, paper.abstract) for paper in papers], render)
    except OSError as error:  # the pool broke while it was starting another worker
        raise BrokenProcessPool(str(error)) from error


def _finished(future: Future[str], progress: Progress | None) -> list[str]:
    lines = future.result().split("\n")
    if progress:
        progress(len(lines))
    return lines


def extractions(papers: Iterable[Paper], config: Config | None = None) -> Iterator[tuple[Paper, Extraction]]:
    """Papers with their extractions, in order, in this process; what is less sure than ``config`` asks is left out."""
    config = config or Config()
    extractor = Extractor(config)
    for chunk in _chunks(papers, 32):
        for paper, extraction in zip(chunk, extractor.run(chunk), strict=True):
            yield paper, sure_mentions(extraction, config.min_confidence)


def extract(
    papers: Iterable[Paper], config: Config | None = None, *, progress: Progress | None = None
) -> Iterator[str]:
    """One JSON record a paper, as ``kg extract`` writes it, in the order of the papers.

    Mentions that are less sure than ``config.min_confidence`` are left out.

    Raises:
        ConfigError: if a component of the configuration is unknown.
        ServiceError: if a worker process dies.
    """
    config = config or Config()
    render = partial(_sure_record, config.min_confidence) if config.min_confidence else record_of
    return _rendered(papers, config, render, progress)


def _sure_record(least: float, paper: Paper, extraction: Extraction) -> str:
    return record_of(paper, sure_mentions(extraction, least))


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        added: What became of the records that were read, rejected ones left out.
        rejected: Records and files that could not be read.
        removed: Papers that are gone, by name or by pruning.
        unknown: Names of papers to remove that no paper has.
        pruned: Whether what is no longer in the inputs was removed.
        extracted: Papers that went through the pipeline in this run.
        published: Whether there is a new graph.
        manifest: The manifest of the published graph.
    """

    added: AddedPapers
    rejected: int
    removed: int
    unknown: list[str]
    pruned: bool
    extracted: int
    published: bool
    manifest: Mapping[str, Any]


class _Inputs:
    """Counts records and rejects by file while papers stream by."""

    def __init__(self, on_reject: Callable[[Reject], None]) -> None:
        self._on_reject = on_reject
        self.records: Counter[tuple[str, str]] = Counter()
        self.rejected: Counter[str] = Counter()

    def reject(self, reject: Reject) -> None:
        self.rejected[reject.file] += 1
        self._on_reject(reject)

    def counted(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        for paper in papers:
            source = paper.sources[0] if paper.sources else None
            self.records[(source.path, source.format) if source else ("", "")] += 1
            yield paper

    def manifest(self) -> list[dict[str, Any]]:
        """One entry an input file: path, format, records, rejected, size and digest."""
        formats = dict(self.records.keys())
        records: Counter[str] = Counter()
        for (path, _), count in self.records.items():
            records[path] += count
        entries = []
        for path in sorted({*formats, *self.rejected}):
            entry: dict[str, Any] = {
                "path": path,
                "format": formats.get(path),
                "records": records[path],
                "rejected": self.rejected[path],
            }
            if path != "-" and Path(path).is_file():
                with suppress(OSError), open(path, "rb") as file:  # what cannot be read is among the rejects
                    entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
                entry["bytes"] = Path(path).stat().st_size
            entries.append(entry)
        return entries


def build(
    workspace: Workspace,
    inputs: Sequence[str],
    config: Config | None = None,
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    year: int | None = None,
    remove: Sequence[str] = (),
    prune: bool = False,
    on_reject: Callable[[Reject], None],
    on_stage: Callable[[str, int], Progress] | None = None,
) -> BuildReport:
    """Read the inputs into the workspace, extract what is new, and publish the graph of all its papers.

    A paper that is removed leaves no trace: an input that still has it brings it back. Nothing is pruned if an input
    could not be read completely, since what is missing from it may be what could not be read.

    Args:
        workspace: Where everything is kept.
        inputs: Files, folders, globs, "-".
        config: Settings; None for the defaults.
        format: Format of the inputs; None detects it.
        columns: Paper field -> column name.
        year: Year of pages that state only day and month.
        remove: Papers to remove after reading: ids, DOIs, arXiv ids.
        prune: Whether to remove all records that are in none of the inputs.
        on_reject: Called for each record that cannot be read.
        on_stage: Called with the name and size (0: unknown) of each long stage; gives its progress callback.

    Raises:
        KgError: as the parts raise it; what was done until then stays in the workspace.
    """
    config = config or Config()
    mark = fingerprint(config)
    counter = _Inputs(on_reject)
    with workspace.lock():
        reading = on_stage("reading", 0) if on_stage else None
        papers = counter.counted(
            read_inputs(inputs, format=format, columns=columns, on_reject=counter.reject, year=year)
        )
        if prune:
            workspace.watch()
        added = workspace.add_papers(_ticking(papers, reading))
        rejected = counter.rejected.total()
        removed, unknown = workspace.remove(remove)
        pruned = prune and not rejected
        if pruned:
            removed += workspace.prune()
        extracted = _extract_pending(workspace, mark, config, on_stage)
        published = not workspace.is_current(mark, config.min_confidence)
        manifest = _publish(workspace, mark, counter, config, on_stage) if published else workspace.manifest()
    return BuildReport(added, rejected, removed, unknown, pruned, extracted, published, manifest)


def _extract_pending(
    workspace: Workspace, mark: str, config: Config, on_stage: Callable[[str, int], Progress] | None
) -> int:
    pending = workspace.pending_count(mark)
    if not pending:
        return 0
    progress = on_stage("extracting", pending) if on_stage else None
    lines = _rendered(workspace.pending(mark), config, _as_extraction, progress)
    done = workspace.add_extractions(Extraction.model_validate_json(line) for line in lines)
    if workspace.pending_count(mark):  # the extractions bear another fingerprint than the build
        raise ServiceError("the vocabularies or the program changed while papers were extracted; run it again")
    return done


def _publish(
    workspace: Workspace,
    mark: str,
    counter: _Inputs,
    config: Config,
    on_stage: Callable[[str, int], Progress] | None,
) -> dict[str, Any]:
    manifest = {
        "inputs": counter.manifest(),
        "counts": {"records": workspace.record_count, "papers": workspace.paper_count},
    }
    vocabulary = load_vocabulary(config.seeds)
    return workspace.publish_papers(mark, vocabulary, manifest, on_stage, min_confidence=config.min_confidence)


def _ticking(items: Iterable[_T], progress: Progress | None) -> Iterator[_T]:
    for item in items:
        yield item
        if progress:
            progress(1)
