"""An empty list of datasets to fill in: headings, explanations, and terms to choose from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from publisher.edit.catalogue.list_columns import COLUMNS, ListColumn, ListPart
from publisher.errors import UsageError
from publisher.languages import BY_TAG, written_languages
from publisher.messages import in_language, translate
from publisher.profiles.term_names import terms_of
from publisher.system.files import replace_file

_ROWS = 2_000
_WIDTHS = {"title": 40, "description": 60, "keyword": 30, "link": 40, "endpoint": 40}
_LISTS = "Lists"
_REQUIRED = ("title", "description")


def write_template(file: Path, language: str) -> None:
    """Write a list without rows: CSV with a row of explanations, or a workbook with more.

    Args:
        file: Its name, which ends in ``.csv`` or ``.xlsx``.
        language: Of the headings.

    Raises:
        UsageError: There is such a file, or it has another ending.
        SourceError: It cannot be written.
    """
    if file.exists():
        raise UsageError(
            "There is a file of this name already.",
            where=str(file),
            remedy="Take another name: what is filled in there would be lost.",
        )
    if file.suffix.lower() == ".csv":
        replace_file(file, _as_csv(language))
    elif file.suffix.lower() == ".xlsx":
        replace_file(file, _as_workbook(language))
    else:
        raise UsageError(
            "'{name}' is neither a CSV file nor a workbook.",
            remedy="Name it like datasets.csv or datasets.xlsx.",
            name=file.name,
        )


def _columns(language: str, *parts: ListPart) -> Iterator[tuple[ListColumn, str]]:
    """Yield the columns of a list with the language of each; texts come once in each language.

    Among them is the language of anyone who fills it in.
    """
    for column in COLUMNS:
        if column.part in parts:
            for tag in written_languages([language]) if column.is_text else ("",):
                yield column, tag


def _heading(column: ListColumn, tag: str, language: str) -> str:
    return f"{in_language(column.headings, language)} {tag}".strip()


def _help(column: ListColumn, language: str) -> str:
    required = [translate("Required.", language)] if column.key in _REQUIRED else []
    return " ".join((*required, in_language(column.help, language)))


_OF_DATASETS = (ListPart.DATASET, ListPart.FILE, ListPart.SERVICE)
_OF_FILES = (ListPart.REFERENCE, ListPart.FILE)


def _as_csv(language: str) -> bytes:
    """Return the list as CSV that Excel opens: UTF-8 with a mark, and the language's separator."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=BY_TAG[language].separator)
    columns = list(_columns(language, *_OF_DATASETS))
    writer.writerow([_heading(column, tag, language) for column, tag in columns])
    helps = [_help(column, language) for column, _ in columns]
    writer.writerow([f"# {helps[0]}", *helps[1:]])
    return text.getvalue().encode("utf-8-sig")


def _as_workbook(language: str) -> bytes:
    """Return the list as a workbook: datasets, files, explanations, and lists to choose from."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheets = [
            (
                book.add_worksheet(translate("Datasets", language)),
                list(_columns(language, *_OF_DATASETS)),
            ),
            (
                book.add_worksheet(translate("Files of the datasets", language)),
                list(_columns(language, *_OF_FILES)),
            ),
        ]
        explained = book.add_worksheet(translate("Explanation", language))
        places = _write_lists(book, language)
        for sheet, columns in sheets:
            sheet.freeze_panes(1, 0)
            for number, (column, tag) in enumerate(columns):
                sheet.set_column(number, number, _WIDTHS.get(column.key, 20))
                sheet.write_string(0, number, _heading(column, tag, language), bold)
                sheet.write_comment(0, number, _help(column, language))
                if column.key in places:
                    rule = {
                        "validate": "list",
                        "source": places[column.key],
                        "error_type": "information",
                        # Several values, and other words for them, are right too.
                        "show_error": False,
                    }
                    sheet.data_validation(1, number, _ROWS, number, rule)
        explained.set_column(0, 0, 28)
        explained.set_column(1, 1, 90)
        for row, column in enumerate(COLUMNS, start=1):
            explained.write_string(row, 0, in_language(column.headings, language), bold)
            explained.write_string(row, 1, _help(column, language), wrapped)
    return content.getvalue()


def _write_lists(book: xlsxwriter.Workbook, language: str) -> dict[str, str]:
    """Write the terms of each list into a column of a sheet; return column → where they stand."""
    sheet = book.add_worksheet(translate(_LISTS, language))
    places: dict[str, str] = {}
    written = 0
    for column in COLUMNS:
        if column.key == "kind":
            labels = [translate(kind, language) for kind in ("dataset", "series", "service")]
        else:
            labels = [term.labels.get(language, "") for term in terms_of(column.terms)]
        labels = [label for label in dict.fromkeys(labels) if label]
        if not labels:
            continue
        sheet.write_string(0, written, in_language(column.headings, language))
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, written, label)
        letters = xlsxwriter.utility.xl_col_to_name(written)
        name = sheet.get_name().replace("'", "''")
        places[column.key] = f"='{name}'!${letters}$2:${letters}${len(labels) + 1}"
        sheet.set_column(written, written, 30)
        written += 1
    return places
