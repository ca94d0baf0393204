"""Export and import: what was changed is changed, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner

from publisher.cli import main
from tests.edit.filled import (
    DEPTHS,
    FILE,
    LAKES,
    RUNN,
    SILJAN,
    SOURCES,
    STATEMENTS,
    Filled,
    call,
    turtle,
)

pytestmark = pytest.mark.slow

NEEDED = "soffice" in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split()


def test_an_export_that_is_imported_changes_no_byte(book: Filled) -> None:
    """The round trip's first promise."""
    result = book.imported()
    assert (result.exit_code, result.stderr) == (0, "pond.xlsx: inget skiljer sig från källorna.\n")
    assert book.changed() == {}


def test_a_sheet_has_both_headings_and_the_values_of_the_things(book: Filled) -> None:
    """Region staff read Swedish, their partners English."""
    assert book.sheet(LAKES)["B1"].value == "Namn (sv)\nName (sv)"
    assert book.cell(LAKES, RUNN, "Öar").value == 50
    assert book.cell(LAKES, RUNN, "Reglerad").value == "ja"
    assert book.cell(LAKES, RUNN, "Andra namn (sv)").value == "=Runnsjön"
    assert book.cell(LAKES, RUNN, "Andra namn (sv) 2").value == "Lilla Runn"
    assert book.cell(LAKES, RUNN, "Avvattnas till").value == "Siljan"
    assert book.cell(DEPTHS, "id/depth/runn-2015", "Gäller").value == "Runn"
    assert book.cell(DEPTHS, "id/depth/runn-2015", "Meter").value == 32.5
    statement = "id/statement/runn/islands"
    assert book.cell(STATEMENTS, statement, "Om").value == "Runn"
    assert book.cell(STATEMENTS, statement, "Egenskap").value == "Öar"
    assert str(book.cell(STATEMENTS, statement, "Värde").value) == "50"
    assert book.cell(STATEMENTS, statement, "Källa").value == "Kartan"


def test_a_column_of_choices_has_a_drop_down_and_a_note(book: Filled) -> None:
    """Nobody has to know an address by heart."""
    rules = book.sheet(DEPTHS).data_validations.dataValidation
    letter = openpyxl.utils.get_column_letter(book.column(DEPTHS, "Källa"))
    (rule,) = [r for r in rules if str(r.sqref).startswith(f"{letter}2:")]
    assert rule.formula1.startswith("'Listor'!")
    assert book.sheet(LAKES)["A1"].comment.text.startswith("Lämna den tom på en ny rad")


def shuffled(book: Filled) -> None:
    for title in (LAKES, SOURCES, STATEMENTS):
        sheet = book.sheet(title)
        lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
        Random(1).shuffle(lines)
        for row, line in zip(sheet.iter_rows(min_row=2), lines, strict=True):
            for cell, value in zip(row, line, strict=True):
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"


def filtered(book: Filled) -> None:
    for number in range(2, 4):
        book.sheet(LAKES).row_dimensions[number].hidden = True


def with_columns_moved(book: Filled) -> None:
    sheet = book.sheet(LAKES)
    for row in sheet.iter_rows():
        values = [c.value for c in row]
        for cell, value in zip(row, reversed(values), strict=True):
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"


def with_lines_between(book: Filled) -> None:
    book.sheet(LAKES).insert_rows(3)
    book.sheet(LAKES).cell(3, 2).value = "  "


def with_a_column_less(book: Filled) -> None:
    book.sheet(LAKES).delete_cols(book.column(LAKES, "Öar"))


def with_sheets_less(book: Filled) -> None:
    del book.book[DEPTHS]


def without_memory(book: Filled) -> None:
    del book.book["publisher"]


def with_headings_in_one_language(book: Filled) -> None:
    for cell in book.sheet(LAKES)[1]:
        cell.value = cell.value.split("\n")[-1].upper()


def with_an_empty_sheet_more(book: Filled) -> None:
    book.book.create_sheet("Blad1")


@pytest.mark.parametrize(
    "handled",
    [
        shuffled,
        filtered,
        with_columns_moved,
        with_lines_between,
        with_a_column_less,
        with_sheets_less,
        without_memory,
        with_headings_in_one_language,
        with_an_empty_sheet_more,
    ],
)
def test_what_editors_do_to_a_workbook_changes_no_byte(book: Filled, handled: object) -> None:
    """Sorting, filtering and tidying up are not edits."""
    assert callable(handled)
    handled(book)
    result = book.imported()
    assert (result.exit_code, result.stderr) == (0, "pond.xlsx: inget skiljer sig från källorna.\n")
    assert book.changed() == {}


@pytest.mark.skipif(not NEEDED and not shutil.which("soffice"), reason="needs LibreOffice")
def test_a_workbook_saved_by_libreoffice_changes_no_byte(book: Filled, tmp_path: Path) -> None:
    """It writes types, styles and hidden sheets in its own way."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    book.write(LAKES, SILJAN, Andra__namn_sv="Siljan 2")
    book.save()
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", "lo", FILE]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    result = call("import", f"lo/{FILE}")
    assert result.exit_code == 0, result.output
    assert book.changed() == {
        "data/lakes/lakes.ttl": (set(), {'    skos:altLabel "Siljan 2"@sv ;'}),
    }


def test_a_corrected_number_changes_one_line(book: Filled) -> None:
    """The first correction of a new editor."""
    book.write(DEPTHS, "id/depth/runn-2015", Meter=33.5)
    assert book.imported().exit_code == 0
    assert book.changed() == {
        "data/lakes/pond.ttl": ({"    water:metres 32.5 ;"}, {"    water:metres 33.5 ;"})
    }


def test_a_dry_run_shows_the_difference_and_writes_nothing(book: Filled) -> None:
    """Looking first costs nothing."""
    book.write(DEPTHS, "id/depth/runn-2015", Meter=33.5)
    result = book.imported("--dry-run")
    assert result.exit_code == 0
    assert "-    water:metres 32.5 ;\n+    water:metres 33.5 ;\n" in result.stdout
    assert book.changed() == {}


def test_a_corrected_fact_without_its_source_is_asked_for_it(book: Filled) -> None:
    """Every fact has a source; the cell to choose it in is named."""
    book.write(LAKES, RUNN, Öar=51)
    result = book.imported()
    assert result.exit_code == 1
    assert "varning: Välj källan till det som är nytt här: Öar." in result.stderr
    assert "fel: Ange vem som säger det." in result.stderr
    assert book.changed() == {}


def test_a_corrected_fact_with_the_same_source_keeps_its_statement(book: Filled) -> None:
    """The statement follows the fact."""
    book.write(LAKES, RUNN, Öar=51, Källa__till__det__nya="Kartan")
    assert book.imported().exit_code == 0
    assert book.changed() == {
        "data/lakes/pond.ttl": (
            {"    water:islands 50 ;", "    rdf:object 50 ;"},
            {"    water:islands 51 ;", "    rdf:object 51 ;"},
        )
    }


def test_a_new_thing_with_its_part_and_its_source_comes_from_new_lines(book: Filled) -> None:
    """Names written in one sheet are known in the others, whatever their order."""
    book.add(
        LAKES,
        Namn_sv="Övre Skärsjön",
        Namn_en="Upper Skär Lake",
        Öar=3,
        Slag="shallow",
        Avvattnas__till="Runn",
        Reglerad=False,
        Källa__till__det__nya="SMHI: sjöregistret",
    )
    book.add(
        DEPTHS,
        Benämning_sv="7 meter",
        Benämning_en="7 metres",
        Gäller="Övre Skärsjön",
        Meter=7,
        Tid="2020-05",
        Källa="SMHI: sjöregistret",
    )
    book.add(
        SOURCES,
        Benämning_sv="SMHI: sjöregistret",
        Benämning_en="SMHI: the register of lakes",
        Adress="https://www.example.org/smhi",
    )
    result = book.imported()
    assert result.exit_code == 0, result.output
    came = book.changed()
    assert all(not gone for gone, _come in came.values())
    said = "\n".join(turtle(book.file.parent).values())
    assert (
        "<https://data.example.org/id/lake/ovre-skarsjon>\n"
        "    a water:Lake ;\n"
        "    skos:prefLabel\n"
        '        "Upper Skär Lake"@en ,\n'
        '        "Övre Skärsjön"@sv ;\n'
        "    water:depth <https://data.example.org/id/depth/ovre-skarsjon-7-meter> ;\n"
        "    water:feeds <https://data.example.org/id/lake/runn> ;\n"
        "    water:isRegulated false ;\n"
        "    water:islands 3 ;\n"
        '    water:kind "shallow" ;\n'
        ".\n"
    ) in said
    assert (
        "<https://data.example.org/id/statement/ovre-skarsjon/islands>\n"
        "    a rdf:Statement ;\n"
        "    dcterms:source <https://data.example.org/id/source/smhi-sjoregistret> ;\n"
        "    rdf:object 3 ;\n"
    ) in said
    assert '    dcterms:date "2020-05"^^xsd:gYearMonth ;\n' in said
    assert "    water:metres 7.0 ;\n" in said


def test_the_same_new_line_is_not_added_twice(book: Filled) -> None:
    """An editor goes on in the workbook that was just imported."""
    book.add(SOURCES, Benämning_sv="SMHI", Benämning_en="SMHI")
    book.write(DEPTHS, "id/depth/runn-2015", Källa="SMHI")
    assert book.imported().exit_code == 0
    result = book.imported()
    assert (result.exit_code, result.stderr) == (0, "pond.xlsx: inget skiljer sig från källorna.\n")


def test_a_statement_can_be_added_on_its_own_sheet(book: Filled) -> None:
    """A second source that says otherwise, with a note that says why it does not hold."""
    book.add(
        STATEMENTS,
        Om="Runn",
        Egenskap="Öar",
        Värde=48,
        Källa="Boken om sjöar",
        Anmärkning_sv="Räknar bara de större.",
    )
    assert book.imported().exit_code == 0
    ((gone, come),) = book.changed().values()
    assert gone == set()
    assert come == {
        "<https://data.example.org/id/statement/runn/islands-2>",
        "    rdf:object 48 ;",
        '    skos:note "Räknar bara de större."@sv ;',
        "    dcterms:source <https://data.example.org/id/source/book> ;",
    } - set(book.before["data/lakes/pond.ttl"].splitlines())


def test_what_a_colleague_changed_since_the_export_stays(book: Filled) -> None:
    """The workbook is a week old; the colleague's correction is not undone."""
    pond = book.file.parent / "data" / "lakes" / "pond.ttl"
    text = pond.read_text(encoding="utf-8")
    pond.write_text(text.replace("water:metres 32.5", "water:metres 34.0"), encoding="utf-8")
    book.write(DEPTHS, "id/depth/runn-2015", Tid="2016")
    assert book.imported().exit_code == 0
    said = pond.read_text(encoding="utf-8")
    assert "water:metres 34.0" in said
    assert 'dcterms:date "2016"^^xsd:gYear' in said


def test_what_both_changed_is_the_editor_s_to_decide(book: Filled) -> None:
    """Neither correction wins by coming last."""
    pond = book.file.parent / "data" / "lakes" / "pond.ttl"
    text = pond.read_text(encoding="utf-8").replace("water:metres 32.5", "water:metres 34.0")
    pond.write_text(text, encoding="utf-8")
    book.write(DEPTHS, "id/depth/runn-2015", Meter=33)
    result = book.imported()
    assert result.exit_code == 1
    assert "Det här har ändrats både här och i källorna, där det nu står ”34”" in result.stderr
    assert pond.read_text(encoding="utf-8") == text


def test_a_line_that_is_gone_takes_nothing_away(book: Filled) -> None:
    """A deleted line is a slip more often than a decision."""
    book.sheet(LAKES).delete_rows(book.line(LAKES, RUNN))
    result = book.imported()
    assert result.exit_code == 1
    assert "1 rader från exporten saknas här: id/lake/runn." in result.stderr
    assert "publisher retire" in result.stderr
    assert book.changed() == {}


def test_an_emptied_sheet_takes_nothing_away(book: Filled) -> None:
    """Select all, delete, save."""
    book.sheet(SOURCES).delete_rows(2, 10)
    result = book.imported()
    assert result.exit_code == 1
    assert "2 rader från exporten saknas här" in result.stderr
    assert book.changed() == {}


def test_a_removal_that_is_allowed_takes_links_and_statements_along(book: Filled) -> None:
    """What never should have been leaves nothing behind that points to it."""
    book.sheet(DEPTHS).delete_rows(2)
    assert book.imported("--allow-removal").exit_code == 0
    text = (book.file.parent / "data" / "lakes" / "pond.ttl").read_text(encoding="utf-8")
    assert "depth/runn-2015" not in text
    assert "id/lake/runn" in text


def test_what_the_shapes_refuse_is_not_written(book: Filled) -> None:
    """The import ends with the same check as everything else."""
    book.write(LAKES, RUNN, Sida="http://www.example.org/runn")
    result = book.imported()
    cell = book.cell(LAKES, RUNN, "Sida").coordinate
    assert result.exit_code == 1
    assert f"Sjö {cell}: fel: Ange adressen från https://." in result.stderr
    assert book.changed() == {}


def test_findings_that_were_there_before_do_not_stop_a_correction(book: Filled) -> None:
    """Whoever mends one thing need not mend all."""
    pond = book.file.parent / "data" / "lakes" / "pond.ttl"
    text = pond.read_text(encoding="utf-8").replace("<https://www.example.org/runn>", "<x:y>")
    pond.write_text(text, encoding="utf-8")
    book.write(DEPTHS, "id/depth/runn-2015", Meter=33)
    assert book.imported().exit_code == 0
    assert "water:metres 33.0" in pond.read_text(encoding="utf-8")


def test_a_further_value_goes_into_a_column_that_the_editor_adds(book: Filled) -> None:
    """The same heading with the next number; what was full has room again."""
    sheet = book.sheet(LAKES)
    assert sheet.cell(1, book.column(LAKES, "Andra namn (sv) 3")).value.endswith("(sv) 3")
    book.write(LAKES, RUNN, Andra__namn_sv="=Runnsjön")
    book.cell(LAKES, RUNN, "Andra namn (sv)").data_type = "s"
    book.cell(LAKES, RUNN, "Andra namn (sv) 3").value = "Tredje"
    column = sheet.max_column + 1
    sheet.cell(1, column).value = "Andra namn (sv) 4"
    sheet.cell(book.line(LAKES, RUNN), column).value = "Fjärde"
    assert book.imported().exit_code == 0
    ((gone, come),) = book.changed().values()
    assert (gone, come) == (
        {'        "Lilla Runn"@sv ;'},
        {'        "Fjärde"@sv ,', '        "Lilla Runn"@sv ,', '        "Tredje"@sv ;'},
    )


def test_a_workbook_in_english_is_read_whatever_the_language_of_the_messages(pond: Path) -> None:
    """It remembers the language of its names."""
    runner = CliRunner()
    assert runner.invoke(main, ["sheet", "export", "en.xlsx", "--lang", "en"]).exit_code == 0
    book = openpyxl.load_workbook("en.xlsx")
    assert book.sheetnames[:2] == ["Read me", "Lake"]
    result = call("import", "en.xlsx")
    assert (result.exit_code, result.stderr) == (
        0,
        "en.xlsx: inget skiljer sig från källorna.\n",
    )


def test_new_advice_of_the_shapes_is_shown_and_stops_nothing(book: Filled, pond: Path) -> None:
    """A warning is for the editor to weigh; old ones are not repeated."""
    shapes = pond / "shapes" / "Pond.ttl"
    advice = (
        "shape:Lake sh:property shape:Lake-short . shape:Lake-short sh:path dcterms:description ;"
        ' sh:minLength 10 ; sh:severity sh:Warning ; sh:message "Skriv mer."@sv .'
    )
    shapes.write_text(shapes.read_text(encoding="utf-8") + advice, encoding="utf-8")
    book.write(LAKES, RUNN, Beskrivning_sv="En sjö.")
    result = book.imported()
    assert result.exit_code == 0, result.output
    assert result.stderr.count("varning: Skriv mer.") == 1


def test_without_a_shape_for_the_data_there_is_nothing_to_export(world: Path) -> None:
    """The forms come from the shapes; who has none is told where to begin."""
    lakes = world / "shapes" / "Lake.ttl"
    text = lakes.read_text(encoding="utf-8").replace("sh:targetClass water:Lake", "sh:order 1")
    lakes.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world)
        result = call("export", FILE)
    assert result.exit_code == 2
    assert "Skriv former med sh:targetClass i shapes/" in result.stderr


def test_what_pointed_to_a_removed_thing_may_point_elsewhere_in_the_same_go(book: Filled) -> None:
    """A source that never was: its line is gone, and another source stands in its place."""
    book.sheet(SOURCES).delete_rows(book.line(SOURCES, "id/source/map"))
    book.write(STATEMENTS, "id/statement/runn/islands", Källa="Boken om sjöar")
    result = book.imported("--allow-removal")
    assert result.exit_code == 0, result.output
    text = (book.file.parent / "data" / "lakes" / "pond.ttl").read_text(encoding="utf-8")
    assert "id/source/map" not in text
    assert text.count("    dcterms:source <https://data.example.org/id/source/book> ;\n") == 2


def test_a_statement_taken_off_its_sheet_with_its_fact_goes_along(book: Filled) -> None:
    """Whoever empties a fact and deletes the line of its statement means it."""
    book.write(LAKES, RUNN, Öar=None)
    book.sheet(STATEMENTS).delete_rows(2)
    result = book.imported()
    assert result.exit_code == 0, result.output
    ((gone, come),) = book.changed().values()
    assert come == set()
    assert "<https://data.example.org/id/statement/runn/islands>" in gone
    assert "    water:islands 50 ;" in gone


def test_long_texts_are_wrapped_in_lines_that_stay_low(book: Filled, pond: Path) -> None:
    """Six lines at most, and no column wider than a page."""
    book.write(LAKES, RUNN, Beskrivning_sv="ord " * 400)
    assert book.imported().exit_code == 0
    assert call("export", "wide.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook("wide.xlsx")[LAKES]
    assert max(sheet.row_dimensions[n].height for n in range(1, sheet.max_row + 1)) == 90
    assert max(dimension.width for dimension in sheet.column_dimensions.values()) == 52
