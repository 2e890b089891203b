"""Request files: CSV, XLSX or JSON Lines. Either every row is right, or nothing is returned."""

from rpa.request_files.fields import FieldFaults, cancellation_date, request_from, request_id
from rpa.request_files.reading import RequestFile, read_request_lines, read_requests
from rpa.request_files.rows import COLUMNS, Fault, RequestFileError
from rpa.request_files.template import save_template, write_template

__all__ = [
    "COLUMNS",
    "Fault",
    "FieldFaults",
    "RequestFile",
    "RequestFileError",
    "cancellation_date",
    "read_request_lines",
    "read_requests",
    "request_from",
    "request_id",
    "save_template",
    "write_template",
]
