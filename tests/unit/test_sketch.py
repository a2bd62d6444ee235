"""The sketch: what is told of a file from its first bytes."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.xlsx import Cell, write_book, write_xlsx
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.sketch import HEAD_BYTES, sketch_file
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import Dialect, PlanChoices
from soleflip_desktop.domain.import_sketch import SKETCH_ROWS, ColumnSketch, FileSketch

SAMPLE = Path(__file__).parents[2] / "resources/samples/stockx-sales-sample.csv"
GERMAN = (
    "Artikel;Größe;Einkaufspreis;Kaufdatum;Größe;\n"
    "Schuh;42½;12,50 €;01.02.2024;;x\n;--;;;N/A;y\n\n;;;;;\nSchuh;43;9,00;02.02.2024;null;z\n"
)


def sketched(path: Path, choices: PlanChoices | None = None) -> FileSketch:
    return sketch_file(path, list(builtin().values()), choices or PlanChoices())


def saved(folder: Path, data: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_known_report_is_recognised() -> None:
    sketch = sketched(SAMPLE)
    assert (sketch.candidates[0].profile, sketch.certain) == ("stockx-sales", True)
    assert sketch.dialect == Dialect()
    assert sketch.name == SAMPLE.name
    assert sketch.size == SAMPLE.stat().st_size
    assert sketch.lines[0].startswith("Seller Name,")
    assert len(sketch.header) == len(sketch.columns) == 44
    assert len(sketch.rows) == SKETCH_ROWS


def test_columns_tell_their_states_and_samples(tmp_path: Path) -> None:
    sketch = sketched(saved(tmp_path, GERMAN.encode("cp1252")))
    assert sketch.dialect == Dialect("cp1252", ";", 0)
    assert sketch.header[:2] == ("Artikel", "Größe")
    assert sketch.header[4:] == ("Größe (2)", "Column 6")
    assert len(sketch.rows) == 3
    assert sketch.columns[0] == ColumnSketch("Artikel", ("Schuh",), 2, 1, 0)
    assert sketch.columns[1] == ColumnSketch("Größe", ("42½", "43"), 2, 0, 1)
    assert sketch.columns[4] == ColumnSketch("Größe (2)", (), 0, 1, 2)
    assert sketch.columns[5].samples == ("x", "y", "z")


def test_rows_of_another_width_stay_as_they_are(tmp_path: Path) -> None:
    sketch = sketched(saved(tmp_path, "a;b\n1;2\n3\n4;5;6\n"))
    assert sketch.rows == (("1", "2"), ("3",), ("4", "5", "6"))
    assert [column.filled for column in sketch.columns] == [3, 2]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_only_the_head_is_read_and_the_rest_estimated(
    tmp_path: Path, encoding: str, *, packed: bool
) -> None:
    rows = "".join(f'{n};"Läufer\n{n * 7919 % 100_003}";12,50\n' for n in range(50_000))
    data = ("Nummer;Artikel;Preis\n" + rows).encode(encoding)
    sketch = sketched(saved(tmp_path, gzip.compress(data) if packed else data))
    assert sketch.row_estimate == pytest.approx(50_000, rel=0.1)
    assert len(sketch.rows) == SKETCH_ROWS
    assert sketch.rows[-1][0] == "199"


def test_a_small_file_is_counted(tmp_path: Path) -> None:
    assert sketched(saved(tmp_path, "x\n\nItem;Size\n1;2\n\n3;4\n")).row_estimate == 2


def test_a_foreign_byte_behind_the_head_is_left_to_the_reader(tmp_path: Path) -> None:
    data = b"Item;Size\n" + b"abc;def\n" * (HEAD_BYTES // 4) + b"K\xf6ln;1\n"
    assert sketched(saved(tmp_path, data)).dialect.encoding == "utf-8"


def test_choices_are_obeyed(tmp_path: Path) -> None:
    path = saved(tmp_path, "x,y;z\nItem,a;b\n1,2;3\n".encode("utf-16-le"))
    choices = PlanChoices(encoding="utf-16-le", delimiter=";", header_row=1)
    sketch = sketched(path, choices)
    assert sketch.dialect == Dialect("utf-16-le", ";", 1)
    assert sketch.header == ("Item,a", "b")
    assert sketch.rows == (("1,2", "3"),)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (PlanChoices(delimiter="xy"), "cannot be the delimiter"),
        (PlanChoices(header_row=7), "there is no row 8"),
        (PlanChoices(encoding="klingon"), "no text encoding"),
    ],
)
def test_impossible_choices_are_told(tmp_path: Path, choices: PlanChoices, words: str) -> None:
    with pytest.raises(FileImportError, match=rf"^a\.csv: .*{words}"):
        sketched(saved(tmp_path, "a;b\n1;2\n"), choices)


@pytest.mark.parametrize("data", ["\n", "\n\n\n", " \r\n", "\ufeff", " "])
def test_a_file_of_blanks_is_told(tmp_path: Path, data: str) -> None:
    with pytest.raises(FileImportError, match=r"^a\.csv: the file holds no text"):
        sketched(saved(tmp_path, data))


@pytest.mark.parametrize("data", ["x" * (2 * HEAD_BYTES), '"' + "x\n" * HEAD_BYTES])
def test_a_first_line_without_end_is_told(tmp_path: Path, data: str) -> None:
    with pytest.raises(FileImportError, match=r"^a\.csv: line 1 is longer than 256 KB"):
        sketched(saved(tmp_path, data))


def test_a_workbook_names_its_sheets(tmp_path: Path) -> None:
    stock: list[list[Cell]] = [[None], ["Lager"], ["Artikel", "Größe"], ["Schuh", 42.5], ["B", 43]]
    path = write_book(tmp_path / "a.xlsx", {"Leer": [], "Lager": stock, "Mehr": [["x"]]})
    sketch = sketched(path)
    assert sketch.sheets == ("Leer", "Lager", "Mehr")
    assert sketch.dialect == Dialect("spreadsheet", ",", 2, "Lager")
    assert sketch.rows == (("Schuh", "42.5"), ("B", "43"))
    assert sketched(path, PlanChoices(sheet="Mehr")).header == ("x",)


def test_the_rows_of_a_long_sheet_are_estimated(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Artikel", "Preis"]]
    rows += [[f"Schuh {n}", n] for n in range(60_000)]
    sketch = sketched(write_xlsx(tmp_path / "a.xlsx", rows))
    assert sketch.row_estimate == pytest.approx(60_000, rel=0.1)


def test_a_sketch_needs_no_heavy_library() -> None:
    program = (
        "import sys; import soleflip_desktop.connectors.files.sketch;"
        "print(sorted({'numpy', 'polars', 'charset_normalizer'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
