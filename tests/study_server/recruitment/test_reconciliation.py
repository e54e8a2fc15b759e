"""A hand-made file with every case (6.6)."""

import csv
import io
from collections.abc import Sequence

import pytest

from study_server.errors import RecruitmentError
from study_server.recruitment.platform_csv import PlatformRow, read_rows
from study_server.recruitment.platforms import PLATFORMS
from study_server.recruitment.prolific_rows import submission_rows
from study_server.recruitment.reconciliation import (
    Finding,
    OwnSession,
    Verdict,
    reconcile,
)

PROLIFIC = PLATFORMS["prolific"]
FILE = b"""\
Submission id,Participant id,Status,Started at,Time taken,Completion code,Age
s-good,p-good,AWAITING REVIEW,x,1,DONE-1,30
s-hand,p-hand,AWAITING REVIEW,x,1,NOCODE,30
s-none,p-none,AWAITING REVIEW,x,1,DONE-1,30
s-stop,p-stop,APPROVED,x,1,done-1,30
s-early,p-early,AWAITING REVIEW,x,1,NOCODE,30
s-nocode,p-nocode,TIMED-OUT,x,1,,30
s-back,p-back,RETURNED,x,1,,30
s-out,p-out,SCREENED OUT,x,1,OUT-1,30
s-wrong,p-wrong,AWAITING REVIEW,x,1,STOLEN,30
s-again,p-good,AWAITING REVIEW,x,1,DONE-1,30
s-good,p-good,AWAITING REVIEW,x,1,DONE-1,30
s-never,p-never,RETURNED,x,1,,30

"""


def own(name: str, outcome: str | None, *, code: str | None = None) -> OwnSession:
    return OwnSession(session_id=name, outcome=outcome, code=code, holds_slot=True)


OURS = {
    "p-good": own("1", "completed", code="DONE-1"),
    "p-hand": own("2", "completed", code="DONE-1"),
    "p-stop": own("3", "withdrawn"),
    "p-early": own("4", None),
    "p-nocode": own("5", "completed", code="DONE-1"),
    "p-back": own("6", None),
    "p-out": own("7", "screened_out", code="OUT-1"),
    "p-wrong": own("8", "completed", code="DONE-1"),
}
ELSEWHERE = own("9", "completed", code="DONE-1")


def judge(content: bytes = FILE) -> list[Finding]:
    return judge_rows(read_rows(content, PROLIFIC))


def judge_rows(rows: Sequence[PlatformRow]) -> list[Finding]:
    def unlisted(seen: set[str]) -> Sequence[OwnSession]:
        return [each for each in (ELSEWHERE,) if each.session_id not in seen]

    return reconcile(
        rows,
        PROLIFIC,
        find=lambda row: OURS.get(row.participant_id),
        unlisted=unlisted,
    )


def test_the_api_says_the_same_as_the_file() -> None:
    """6.6: the cases come from the same table, as the API words them."""
    told = [
        {
            "id": row["Submission id"],
            "participant_id": row["Participant id"],
            "status": row["Status"].replace(" ", "_"),
            "study_code": row["Completion code"] or None,
        }
        for row in csv.DictReader(io.StringIO(FILE.decode()))
    ]

    found = judge_rows(submission_rows(told))

    assert [each.verdict for each in found] == [each.verdict for each in judge()]
    assert found[0].row is not None
    assert (found[0].row.line, found[0].row.code) == (1, "DONE-1")


def test_every_case_has_its_verdict() -> None:
    verdicts = [finding.verdict for finding in judge()]

    assert verdicts == [
        Verdict.FINE,
        Verdict.MANUAL,
        Verdict.NO_DATA,  # nothing is stored of them
        Verdict.NO_DATA,  # they stopped, and gave the code all the same
        Verdict.NO_DATA,  # handed in by hand before the end
        Verdict.NO_CODE,
        Verdict.FINE,  # returned on both sides
        Verdict.FINE,  # screened out, with that code
        Verdict.MANUAL,  # a code that their page did not show
        Verdict.DUPLICATE,  # the same person with another submission
        Verdict.DUPLICATE,  # the same row twice
        Verdict.FINE,  # never began here
        Verdict.NO_CODE,  # complete here, not in the file
    ]


def test_each_finding_says_what_to_do_and_where_the_session_is() -> None:
    findings = judge()

    assert all(finding.act for finding in findings)
    assert "Approve" in findings[0].act
    assert "study-server return" in findings[6].act
    assert "line 2" in findings[9].act
    assert [f.session.session_id for f in findings if f.session][:2] == ["1", "2"]
    assert findings[-1].row is None


@pytest.mark.parametrize(
    "header",
    ["session_id,participant_id,status,entered_code", "Id;PARTICIPANT ID;Status;code"],
)
def test_columns_are_found_whatever_their_spelling(header: str) -> None:
    delimiter = ";" if ";" in header else ","
    row = delimiter.join(["s1", "p1", "APPROVED", "DONE-1"])

    (read,) = read_rows(
        f"\ufeff{header}\r\n{row}\r\n".encode(),
        PROLIFIC,
        named={"code": "code"} if ";" in header else None,
    )

    assert read == PlatformRow(
        line=2,
        participant_id="p1",
        submission_id="s1",
        status="APPROVED",
        code="DONE-1",
    )


def test_mturks_batch_file_is_read() -> None:
    content = (
        b'"HITId","AssignmentId","WorkerId","AssignmentStatus","Answer.surveycode"\n'
        b'"h","a1","w1","Submitted","DONE-1"\n'
    )

    (row,) = read_rows(content, PLATFORMS["mturk"])

    assert (row.submission_id, row.participant_id, row.status, row.code) == (
        "a1",
        "w1",
        "Submitted",
        "DONE-1",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "no column of participants' ids; its columns are 'a', 'b'"),
        (b"", "its columns are none"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_another_file_is_refused_with_its_columns(content: bytes, message: str) -> None:
    with pytest.raises(RecruitmentError, match=message):
        read_rows(content, PROLIFIC)
