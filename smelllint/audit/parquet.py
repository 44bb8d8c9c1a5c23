"""Parquet: texts out of it, results into it. The one module that needs PyArrow, the extra `audit`.

texts       the texts of a column, a few rows in memory at a time
packed      records as the bytes of a Parquet file
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from smelllint.audit.texts import BrokenSourceError, Columns, SourceMistakeError, Text, text_of
from smelllint.errors import MistakeError
from smelllint.report.records import Record

try:
    import pyarrow
    from pyarrow import parquet
except ModuleNotFoundError as error:
    raise MistakeError("Parquet needs PyArrow: pip install 'smelllint[audit]'") from error

ROWS = 64  # in memory at a time
BUFFER = 1 << 20  # bytes of a column's pages that are read ahead

_PLACE = pyarrow.struct([("row", pyarrow.int32()), ("column", pyarrow.int32())])
_EDIT = pyarrow.struct(
    [
        ("cell", pyarrow.int32()),
        ("content", pyarrow.string()),
        ("location", _PLACE),
        ("end_location", _PLACE),
    ]
)
_FIX = pyarrow.struct(
    [
        ("applicability", pyarrow.string()),
        ("message", pyarrow.string()),
        ("edits", pyarrow.list_(_EDIT)),
    ]
)
_PROOF = pyarrow.struct(
    [
        *((name, pyarrow.string()) for name in ("device", "verdict")),
        ("saving", pyarrow.float64()),
        ("interval", pyarrow.list_(pyarrow.float64())),
        *((name, pyarrow.string()) for name in ("meter", "level", "agreement", "memory_verdict")),
        ("memory_saving", pyarrow.float64()),
        *((name, pyarrow.string()) for name in ("machine", "taken", "source")),
    ]
)
# The fields of a record, in the order of a table that people read.
SCHEMA = pyarrow.schema(
    [
        ("source", pyarrow.string()),
        ("record", pyarrow.int64()),
        ("filename", pyarrow.string()),
        ("rule", pyarrow.string()),
        ("family", pyarrow.string()),
        ("message", pyarrow.string()),
        ("location", _PLACE),
        ("end_location", _PLACE),
        ("cell", pyarrow.int32()),
        ("device", pyarrow.string()),
        ("proven_saving", pyarrow.float64()),
        ("evidence", pyarrow.list_(_PROOF)),
        ("fix", _FIX),
        ("note", pyarrow.string()),
    ]
)


def packed(records: Sequence[Record]) -> bytes:
    """The records as a Parquet file. Half characters of odd file names are written as escapes: there are none
    in UTF-8."""
    table = pyarrow.Table.from_pylist([_whole(record) for record in records], schema=SCHEMA)
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _whole(record: Record) -> Record:
    return {key: _utf8(value) if isinstance(value, str) else value for key, value in record.items()}


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def texts(path: str, columns: Columns) -> Iterator[Text]:
    """The texts of a file. SourceMistakeError where it is no Parquet file or has no such column of text,
    BrokenSourceError where it cannot be read any further."""
    try:
        file = parquet.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)
    except (OSError, pyarrow.ArrowException) as error:
        raise SourceMistakeError(
            f"`{path}` is no Parquet file that can be read: {_first_line(error)}"
        ) from error
    with file:
        wanted = _columns(path, file.schema_arrow, columns)
        record = 0
        try:
            for batch in file.iter_batches(ROWS, columns=wanted):
                for row in batch.to_pylist():
                    record += 1
                    yield text_of(record, row[columns.text], row.get(columns.path), columns)
        except (OSError, pyarrow.ArrowException) as error:
            raise BrokenSourceError(f"cannot be read after row {record}: {_first_line(error)}") from error


def _columns(path: str, schema: pyarrow.Schema, columns: Columns) -> list[str]:
    """The columns that are to be read."""
    if columns.text not in schema.names:
        raise columns.missing(path, list(schema.names))
    kind = schema.field(columns.text).type
    value = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if str(value) not in ("string", "large_string", "string_view", "binary", "large_binary", "binary_view"):
        raise SourceMistakeError(f"`{path}`: column `{columns.text}` holds `{kind}`, not text")
    return [name for name in (columns.text, columns.path) if name in schema.names]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
