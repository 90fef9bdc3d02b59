"""Parquet, with the columns of a table: found by their usual names, or by ``--map``.

Format: https://parquet.apache.org/docs/file-format/; read by Arrow
(https://arrow.apache.org/docs/python/parquet.html). Only the columns that are needed are read, a batch of rows at a
time, so that memory does not grow with the file; a row group that is damaged costs its own rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.clean import clean_text
from kg.readers.compression import BEYOND, is_bomb
from kg.readers.records import columns_for, paper_from

__all__ = ["READER", "ParquetReader"]

_MAGIC = b"PAR1"
_BATCH = 256
_BUFFER = 1 << 20
_LARGEST_FOOTER = 1 << 26
_MOST_NAMES = 100_000


class ParquetReader:
    """Reader of the format ``parquet``."""

    name = "parquet"
    description = "Parquet, with columns named like those of a table"
    extensions: tuple[str, ...] = (".parquet",)

    def sniff(self, source: Input) -> float:
        """Sure of the first four bytes."""
        return 0.99 if source.head.startswith(_MAGIC) else 0.0

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """Papers in row order; the position is the row."""
        file = _opened(source)
        names = file.schema_arrow.names
        columns = columns_for(names, options.columns)
        if not columns["title"]:
            shown = ", ".join(repr(name) for name in names[:20])
            raise RecordError(f"no title column among {shown[:300]}; say --map title=COLUMN")
        needed = list(dict.fromkeys(name for found in columns.values() for name in found))
        row = 0
        for group in range(file.metadata.num_row_groups):
            end = row + file.metadata.row_group(group).num_rows
            for item in _rows(file, group, needed):
                if isinstance(item, str):
                    yield RecordError(f"row group {group + 1} {item}", row + 1)
                    break
                row += 1
                yield _paper(item, columns, Source(path=source.path, format=self.name, position=row))
            row = end


READER = ParquetReader()


def _opened(source: Input) -> Any:
    from pyarrow.parquet import ParquetFile

    file = source.seekable()
    size = file.seek(0, 2)
    file.seek(max(0, size - 8))
    footer = int.from_bytes(file.read(4), "little")
    if file.read(4) != _MAGIC or size < 12:
        raise RecordError("the Parquet file is cut off: it does not end as one")
    if footer > _LARGEST_FOOTER:
        raise RecordError(f"a Parquet file whose footer has {footer} bytes")
    try:
        opened = ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
        opened.schema_arrow  # noqa: B018 - what it cannot read shows here
    except Exception as error:  # Arrow has many kinds of errors
        raise RecordError(f"not a Parquet file that can be read: {_line(error)}") from error
    if len(opened.schema_arrow.names) > _MOST_NAMES:
        raise RecordError(f"a Parquet file of more than {_MOST_NAMES} columns")
    return opened


def _is_bomb(group: Any, names: list[str]) -> bool:
    """Whether the columns would fill the memory; Arrow unpacks a page, which may hold one value, as a whole."""
    columns = [group.column(number) for number in range(group.num_columns)]
    taken = [column for column in columns if column.path_in_schema.split(".")[0] in names]
    packed = sum(column.total_compressed_size for column in taken)
    return is_bomb(packed, sum(column.total_uncompressed_size for column in taken))


def _rows(file: Any, group: int, columns: list[str]) -> Iterator[dict[str, Any] | str]:
    """The rows of a group; where it is not read (further), a text that says why and how many rows are lost."""
    left = file.metadata.row_group(group).num_rows
    try:
        if _is_bomb(file.metadata.row_group(group), columns):
            yield f"{BEYOND}; {left} rows are lost"
            return
        for batch in file.iter_batches(_BATCH, row_groups=[group], columns=columns, use_threads=False):
            for row in batch.to_pylist():
                left -= 1
                yield row
    except Exception as error:  # see above
        yield f"is damaged, {left} rows are lost: {_line(error)}"


def _line(error: Exception) -> str:
    return clean_text(str(error))[:300] or type(error).__name__


def _paper(row: dict[str, Any], columns: dict[str, list[str]], source: Source) -> Paper | RecordError:
    try:
        return paper_from({name: _value(value) for name, value in row.items()}, columns, source)
    except RecordError as error:
        return error


def _value(value: Any) -> Any:
    """What a table of text would hold."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    return str(value)
