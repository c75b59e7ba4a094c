"""Read offers from an XLSX workbook: a wrong row never stops the good ones."""

import asyncio
import io
import zipfile
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.domain import workbook as columns
from catalog.domain.submission import Reading
from catalog.operations.offers import submit_offer
from catalog.tables import Organization
from chassis.errors import DomainError, FieldError

UNPACKED_BYTES_MAX = 60_000_000
XLSX_CELLS_MAX = 60


class UnreadableWorkbook(DomainError):
    """The file is not a workbook that can be read safely."""

    code = "workbook.unreadable"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What became of one row, counted from 1 as the spreadsheet shows it."""

    row: int
    accepted: bool
    offer_id: UUID | None
    errors: tuple[dict[str, str], ...] = ()


async def import_workbook(session: AsyncSession, organization: Organization, content: bytes) -> list[RowVerdict]:
    """Submit every row of the first sheet; raises UnreadableWorkbook when there is no table to read."""
    rows = await asyncio.to_thread(_cells, content)
    headers = columns.read_headers(rows[0] if rows else ())
    if headers.errors:
        problems = tuple(FieldError(one.header, one.error.message, one.error.cure) for one in headers.errors)
        raise UnreadableWorkbook("В таблице нет нужных столбцов.", errors=problems)
    verdicts = []
    for number, cells in enumerate(rows[1:], start=2):
        if columns.is_blank(cells):
            continue
        reading = columns.read_row(number, cells, headers.places)
        errors = tuple(one.error for one in reading.errors)
        verdict = await submit_offer(
            session,
            organization,
            Reading(reading.draft, errors),
            channel="xlsx",
            reference=f"row {number}",
            submission_id=uuid4(),
        )
        found = tuple(_named(number, error) for error in verdict.errors)
        verdicts.append(RowVerdict(number, verdict.accepted, verdict.offer_id, found))
    return verdicts


def _named(row: int, error: FieldError) -> dict[str, str]:
    return {"column": columns.locate(row, error).header, **asdict(error)}


def _cells(content: bytes) -> list[tuple[Any, ...]]:
    refused = UnreadableWorkbook(
        "Файл не читается как XLSX.",
        errors=(FieldError("file", "Это не рабочая книга XLSX.", "Сохраните таблицу в формате XLSX и повторите."),),
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > UNPACKED_BYTES_MAX:
                raise refused
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except DomainError:
        raise
    except Exception as error:  # openpyxl raises many kinds for a broken file
        raise refused from error
    try:
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(max_row=columns.ROWS_MAX + 2, max_col=XLSX_CELLS_MAX, values_only=True))
    finally:
        book.close()
    if len(rows) > columns.ROWS_MAX + 1:
        problem = FieldError("file", f"Строк больше {columns.ROWS_MAX}.", "Разделите таблицу на несколько файлов.")
        raise UnreadableWorkbook("Таблица слишком длинная.", errors=(problem,))
    return rows
