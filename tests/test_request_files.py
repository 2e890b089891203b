"""Request files as people make them: in Excel, by export, by hand, by mistake."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rpa.request_files import COLUMNS, RequestFileError, read_requests, request_id, write_template

TODAY = dt.date(2026, 11, 23)
HEAD = "account_name,account_number,date,reason,opt_out\n"
GOOD = "12-10 Test,611974,2026-11-23,Too expensive,yes\n"
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path) -> Any:
    return read_requests(path, today=TODAY)


def faults(path: Path) -> list[str]:
    with pytest.raises(RequestFileError) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def written(folder: Path, content: str | bytes, name: str = "requests.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(folder: Path, *rows: tuple[Any, ...], heading: tuple[str, ...] = COLUMNS[:4]) -> Path:
    book = openpyxl.Workbook()
    for row in (heading, *rows):
        book.worksheets[0].append(row)
    book.save(folder / "requests.xlsx")
    return folder / "requests.xlsx"


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    [request] = read(written(tmp_path, HEAD + GOOD)).requests
    assert (request.account_name, request.account_number, request.date) == ("12-10 Test", "611974", TODAY)
    assert (request.opt_out, request.reason) == (True, "Too expensive")
    assert request.id == "611974-20261123-" + request.id[-8:]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_excels_exports_are_read_whatever_the_country(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = (HEAD + "Müller; Söhne,0611974,11/23/2026,Geld,x\n").replace(",", delimiter).replace("Müller; ", "Müller ")
    [request] = read(written(tmp_path, text.encode(encoding))).requests
    assert (request.account_name, request.account_number) == ("Müller Söhne", "0611974")


def test_windows_encoding_is_read_and_said(tmp_path: Path) -> None:
    file = read(written(tmp_path, (HEAD + "Café,611974,2026-11-23,x,\n").encode("cp1252")))
    assert file.requests[0].account_name == "Café"
    assert "Windows-1252" in file.notes[0]
    assert "line 2" in file.notes[0]


def test_headings_may_be_written_as_people_do(tmp_path: Path) -> None:
    head = "Account Name,ACCOUNT_NUMBER,Date:, reason ,Opt Out,Requested-By\n"
    assert read(written(tmp_path, head + GOOD.strip() + ",Ann\n")).requests[0].requested_by == "Ann"


def test_every_fault_of_a_file_is_told_with_row_and_column(tmp_path: Path) -> None:
    rows = [
        "12-10 Test,611974,2026-11-23,Price,maybe",
        "",
        ",61x974,2026-13-23,,",
        "Ring\x07,1,1999-12-31,Price,",
        "Later,2,2029-01-01,Price,",
        "Twin,2,2026-11-23,Price,",
        "Twin,0002,2026-11-23,Price,",
        "Twice,0002,2026-11-23,Other,",
    ]
    told = faults(written(tmp_path, HEAD + "\n".join(rows) + "\n"))
    expected = [
        'row 2, column opt_out: "maybe"', "row 4, column account_name: is empty",
        "row 4, column account_number: must be digits", 'row 4, column date: "2026-13-23" is no date',
        "row 4, column reason: is empty",
        "row 5, column account_name: has a control character (U+0007, place 5)",
        "row 5, column date: 1999-12-31 is out", "row 6, column date: 2029-01-01 is out",
        "row 7, column account_number: 2 stands in row 6 too",
        "row 9, column account_number: 0002 stands in row 8 too",
    ]  # fmt: skip
    assert len(told) == len(expected)
    assert [line[: len(start)] for line, start in zip(told, expected, strict=True)] == expected


def test_a_row_with_a_fault_is_compared_with_the_others_too(tmp_path: Path) -> None:
    rows = "A,0002,2026-11-23,Price,mine\nB,0002,soon,Price,mine\nC,,soon,Price,\nD,,soon,Price,\n"
    told = faults(written(tmp_path, "account_name,account_number,date,reason,id\n" + rows))
    assert [line.split(" too;")[0] for line in told if line.startswith("row 3")] == [
        'row 3, column date: "soon" is no date; write YYYY-MM-DD or the profile\'s date format',
        "row 3, column account_number: 0002 stands in row 2",
        "row 3, column id: mine stands in row 2",
    ]
    assert len(told) == 7


def test_a_row_with_too_many_cells_tells_its_other_faults_too(tmp_path: Path) -> None:
    row = ("A", "61x", "soon", "Price", "x")
    csv_file = written(tmp_path, "account_name,account_number,date,reason\n" + ",".join(row) + "\n")
    for told in (faults(csv_file), faults(workbook(tmp_path, row))):
        places = [line.split(":")[0] for line in told]
        assert places == [places[0], "row 2, column account_number", "row 2, column date"]
        assert places[0].startswith("row 2")


def test_unknown_and_missing_columns_are_named(tmp_path: Path) -> None:
    told = faults(written(tmp_path, "account_name,acount_number,date,colour\nA,1,2026-11-23,red\n"))
    assert "row 1, column acount_number: no such column; did you mean account_number?" in told[0]
    assert "row 1, column colour: no such column; There are" in told[1]
    assert [line.split(":")[0] for line in told[2:]] == [
        "row 1, column account_number",
        "row 1, column reason",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "holds no requests"),
        ("a.csv", HEAD.encode(), "holds no requests"),
        ("a.csv", b"PK\x03\x04rest", "a workbook or zip archive"),
        ("a.csv", b"\x00\x01\x02", "not a text file"),
        ("a.csv", b"a\xff\x81b", "neither UTF-8 nor Windows-1252"),
        ("a.csv", (HEAD + '"12-10 Test,611974,2026-11-23,Price\n').encode(), "check its quotes"),
        ("a.csv", (HEAD + "Doe, Jane,611974,2026-11-23,Price,no\n").encode(), "put quotes"),
        ("a.pdf", b"%PDF", "its name must end in"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "its name must end in"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "old Excel file"),
        ("a.xlsx", b"not a zip", "not a readable .xlsx"),
        ("a.jsonl", b'{"account_name": \n', "row 1: is not JSON"),
        ("a.jsonl", b"[1]\n", "not a JSON object"),
        ("a.jsonl", b'{"date": ["x"]}\n', "must be one value"),
        ("a.jsonl", b'{"reason": "a", "Reason": "b"}\n', "is given twice"),
        ("a.jsonl", b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_wrong_file_is_told_as_such(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert said in "\n".join(faults(written(tmp_path, content, name)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in faults(tmp_path / "none.csv")[0]


def test_too_many_rows_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpa.request_files.rows.MOST_ROWS", 2)
    rows = "".join(GOOD.replace("611974", str(number)) for number in range(4))
    assert "row 4: more than 2 requests" in faults(written(tmp_path, HEAD + rows))[0]
    monkeypatch.setattr("rpa.request_files.reading.MOST_BYTES", 20)
    assert "is larger than" in faults(written(tmp_path, HEAD + GOOD))[0]


def test_a_workbooks_dates_and_numbers_are_taken_as_shown(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("12-10 Test", 611974, dt.datetime(2026, 11, 23), "Price"),  # noqa: DTZ001
        (2024, "0611974", "2026-11-24", "Price"),
        ("Float", 611975.0, dt.date(2026, 11, 25), "Price"),
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append(("Padded", 42, "11/26/2026", "Price"))
    book.worksheets[0]["B5"].number_format = "0000000"
    book.save(path)
    requests = read(path).requests
    assert [request.account_number for request in requests] == ["611974", "0611974", "611975", "0000042"]
    assert [request.date.day for request in requests] == [23, 24, 25, 26]
    assert requests[1].account_name == "2024"


def test_a_workbooks_traps_are_faults(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        (dt.date(2026, 12, 10), "1", "2026-11-23", "=A1"),
        ("B", 1.5, dt.datetime(2026, 11, 23, 14), True),  # noqa: DTZ001
        ("C", 123456789012345678, 46349, "x"),
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("A6:B7")
    book.create_sheet("Old ones")["A1"] = "x"
    book.save(path)
    assert "has 2 sheets with content (Sheet, Old ones)" in faults(path)[0]
    book.remove(book.worksheets[1])
    book.save(path)
    told = "\n".join(faults(path))
    for words in (
        "row 2, column account_name: holds the date 2026-12-10", "row 2, column reason: is a formula",
        "row 3, column account_number: must be digits only", "row 3, column date: is 2026-11-23 14:00",
        "row 3, column reason: holds TRUE", "row 4, column account_number: is a number too long",
        "row 4, column date: is the number 46349", "row 6: cells A6:B7 are merged",
    ):  # fmt: skip
        assert words in told


def test_the_profiles_date_format_decides(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "A,1,03.04.2026,x,\n")
    assert "is no date" in faults(path)[0]

    def german(text: str) -> dt.date:
        return dt.datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007

    assert read_requests(path, read_date=german, today=TODAY).requests[0].date == dt.date(2026, 4, 3)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_each_template_is_a_request_file(tmp_path: Path, kind: str) -> None:
    [request] = read(written(tmp_path, write_template(kind, TODAY), f"template.{kind}")).requests
    assert (request.account_name, request.account_number, request.opt_out) == ("12-10 Test", "611974", True)


# no controls or surrogates (those are faults), and what XML cannot hold is no name either
names = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=80
).filter(lambda name: bool(name.strip()))


@quick
@given(st.lists(names, min_size=1, max_size=5))
def test_any_name_survives_each_kind_of_file(tmp_path: Path, given_names: list[str]) -> None:
    rows = [(name, str(600000 + place), "2026-11-23", "Price") for place, name in enumerate(given_names)]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([COLUMNS[:4], *rows])
    lines = "".join(json.dumps(dict(zip(COLUMNS[:4], row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    for path in (written(tmp_path, text.getvalue()), written(tmp_path, lines, "requests.jsonl")):
        assert [request.account_name for request in read(path).requests] == given_names


@quick
@example(["_x0041_", "=1+1", "\u202eabc", "12-10", "-1", "'quoted"])
@given(st.lists(names, min_size=1, max_size=5))
def test_any_name_survives_a_workbook(tmp_path: Path, given_names: list[str]) -> None:
    path = workbook(tmp_path, *((None, str(place), "2026-11-23", "Price") for place in range(len(given_names))))
    book = openpyxl.load_workbook(path)
    for place, name in enumerate(given_names):
        cell = book.worksheets[0].cell(place + 2, 1)
        cell.value, cell.data_type = name, "s"  # a text, though it may begin with "="
    book.save(path)
    assert [request.account_name for request in read(path).requests] == given_names


@quick
@given(st.binary(max_size=400), st.sampled_from(["csv", "xlsx", "jsonl", "tsv"]), st.booleans())
def test_garbage_is_a_fault_and_never_a_crash(tmp_path: Path, content: bytes, kind: str, good_start: bool) -> None:
    path = written(tmp_path, (HEAD.encode() if good_start else b"") + content, f"garbage.{kind}")
    told: tuple[Any, ...]
    try:
        told = read(path).requests
    except RequestFileError as error:
        told = error.faults
    assert told


@quick
@given(names, st.integers(0, 10**9), st.booleans(), names)
def test_an_id_depends_on_every_field_and_names_a_file(name: str, number: int, opt_out: bool, reason: str) -> None:
    fields: dict[str, Any] = {
        "account_name": name, "account_number": str(number), "date": TODAY,
        "reason": reason, "opt_out": opt_out,
    }  # fmt: skip
    this = request_id(**fields)
    assert this == request_id(**fields)
    assert set(this) <= set("0123456789abcdef-")
    assert len(this) < 60
    others = {
        "account_name": name + "x",
        "reason": reason + "x",
        "opt_out": not opt_out,
        "requested_by": "Ann",
    }
    assert len({this, *(request_id(**{**fields, key: value}) for key, value in others.items())}) == 5
