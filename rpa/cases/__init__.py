"""The case file: a folder that can be sent to an auditor, and what checks it."""

from rpa.cases.case import CaseFile
from rpa.cases.index import index_page
from rpa.cases.verifying import VerifyReport, verify

__all__ = ["CaseFile", "VerifyReport", "index_page", "verify"]
