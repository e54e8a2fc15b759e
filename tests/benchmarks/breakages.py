"""What is broken on purpose, and the test that must notice: one line each.

The lines are quoted as they stand in the product; whoever changes one of them changes
its quotation here.
"""

from dataclasses import dataclass
from pathlib import Path

FAULTS = "tests/study_server/faults"
BROWSER = "tests/browser"


class QuotationError(Exception):
    """The line to break is not there as it is quoted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakage:
    """One line of the product made wrong."""

    fault: str
    """Of the fault tests: F1 to F15."""

    file: str
    """From the root of the repository."""

    text: str
    """Of the line; stands in no other."""

    broken: str
    """What stands in its place."""

    effect: str
    """What the product does wrong then."""

    test: str
    """The test that must fail: file::name, all of its parameters."""

    def line_number(self, root: Path) -> int:
        """Where the line is, from 1.

        Raises:
            QuotationError: it is nowhere, or at several places.
        """
        lines = (root / self.file).read_text(encoding="utf-8").splitlines()
        found = [n for n, line in enumerate(lines, start=1) if self.text in line]
        if len(found) != 1:
            raise QuotationError(
                f"{self.fault}: {len(found)} lines of {self.file}, not one, have the "
                f"text {self.text!r}; quote in tests/benchmarks/breakages.py what "
                "stands there now, and break that"
            )
        return found[0]

    def broken_text(self, root: Path) -> str:
        """The file with the line broken.

        Raises:
            QuotationError: see `line_number`.
        """
        self.line_number(root)
        whole = (root / self.file).read_text(encoding="utf-8")
        return whole.replace(self.text, self.broken)


BREAKAGES = (
    Breakage(
        fault="F1",
        file="study_server/services/responses.py",
        text="return row.acknowledgement",
        broken="return None",
        effect="an answer that comes again, after a kill, is taken for another one",
        test=f"{FAULTS}/test_server.py::"
        "test_f1_a_server_killed_at_any_point_loses_nothing",
    ),
    Breakage(
        fault="F2",
        file="study_server/services/responses.py",
        text="all(getattr(row, name) == value for name, value in answer.items())",
        broken="False",
        effect="an answer whose reply was dropped is refused when it comes again",
        test=f"{FAULTS}/test_server.py::"
        "test_f2_a_reply_dropped_after_the_commit_is_given_again",
    ),
    Breakage(
        fault="F3",
        file="study_server/services/responses.py",
        text="return row.acknowledgement",
        broken="return as_json(_acknowledgement(session, submission, row.received_at))",
        effect="the second acknowledgement tells of the session as it is by then",
        test=f"{FAULTS}/test_server.py::"
        "test_f3_requests_repeated_reordered_and_delayed_are_stored_once",
    ),
    Breakage(
        fault="F4",
        file="study_server/__init__.py",
        text="MAX_CONTENT_LENGTH=64 * 1024,",
        broken="MAX_CONTENT_LENGTH=None,",
        effect="a body of any size is read",
        test=f"{FAULTS}/test_server.py::"
        "test_f4_a_body_too_large_is_refused_and_what_follows_is_stored",
    ),
    Breakage(
        fault="F4",
        file="study_server/static/trial/outbox.js",
        text="if (answer?.response_id === entry.id || told?.is_kept) "
        "return done(entry, answer ?? told);",
        broken="if (answer || status) return done(entry, answer ?? told ?? {});",
        effect="whatever the server says, the answer counts as stored",
        test=f"{BROWSER}/test_faults.py::"
        "test_f4_bursts_of_refusals_delay_answers_and_lose_none",
    ),
    Breakage(
        fault="F5",
        file="study_server/services/leases.py",
        text="for slot_index in range(definition.n_slots_in_all):",
        broken="for slot_index in range(definition.n_slots_in_all + 1):",
        effect="there is one place more than the quota",
        test=f"{FAULTS}/test_at_once.py::"
        "test_f5_more_arrivals_at_once_than_places_overshoot_nothing",
    ),
    Breakage(
        fault="F6",
        file="study_server/static/trial/outbox.js",
        text="const written = shelf ? shelf.put(entry) : Promise.reject();",
        broken="const written = Promise.resolve();",
        effect="unsent answers are in the page's memory and nowhere else",
        test=f"{BROWSER}/test_reopening.py::"
        "test_f6_offline_tab_closed_server_killed_browser_started_again",
    ),
    Breakage(
        fault="F7",
        file="study_server/static/trial/measure.js",
        text="Math.max(0, press.timeStamp - seen.options)",
        broken="Math.max(0, Date.now() - performance.timeOrigin - seen.options)",
        effect="reaction times are taken from the computer's clock",
        test=f"{BROWSER}/test_faults.py::"
        "test_f7_a_clock_that_is_a_day_off_or_jumps_changes_no_time_and_loses_nothing",
    ),
    Breakage(
        fault="F8",
        file="study_server/static/trial/tabs.js",
        text="if (isOpenElsewhere && !isDecided) await ask();",
        broken="",
        effect="a second tab begins without a question",
        test=f"{BROWSER}/test_faults.py::"
        "test_f8_two_tabs_and_a_storm_of_reloads_store_each_answer_once",
    ),
    Breakage(
        fault="F9",
        file="study_server/static/trial/images.js",
        text="await entry.ready;",
        broken="",
        effect="a trial is shown with what has been loaded so far",
        test=f"{BROWSER}/test_network.py::"
        "test_on_a_slow_link_that_fails_every_trial_is_complete",
    ),
    Breakage(
        fault="F10",
        file="study_server/services/responses.py",
        text="arrival = Arrival(received_at, origin)",
        broken="arrival = Arrival(received_at, origin); "
        "as_json.__dict__.setdefault('kept', []).append(submission)",
        effect="the process remembers every answer",
        test=f"{FAULTS}/test_storage.py::"
        "test_f10_memory_and_log_do_not_grow_with_answers",
    ),
    Breakage(
        fault="F11",
        file="study_server/db.py",
        text="self._watch.note_failure(error)",
        broken="return",
        effect="a commit that failed goes unnoticed, and is acknowledged",
        test=f"{FAULTS}/test_storage.py::"
        "test_f11_what_cannot_be_written_is_never_acknowledged",
    ),
    Breakage(
        fault="F11",
        file="study_server/group_commit.py",
        text="self._wait_for(group)",
        broken="return",
        effect="an answer is acknowledged before the commit that it shares",
        test="tests/study_server/test_group_commit.py::"
        "test_nobody_goes_on_before_the_commit",
    ),
    Breakage(
        fault="F12",
        file="study_server/dialects.py",
        text="driver.backup(copy)",
        broken="__import__('shutil').copyfile(str(engine.url.database), path)",
        effect="a backup is a copy of the file, without its log",
        test=f"{FAULTS}/test_backup.py::"
        "test_f12_a_backup_under_load_is_of_one_moment_and_restores_to_it",
    ),
    Breakage(
        fault="F13",
        file="study_server/dialects.py",
        text='_open_sqlite(engine.url, "BEGIN"',
        broken='_open_sqlite(engine.url, "SELECT 1"',
        effect="each table of an export is of a moment of its own (SQLite)",
        test=f"{FAULTS}/test_at_once.py::"
        "test_f13_an_export_shows_one_moment_while_people_answer[sqlite]",
    ),
    Breakage(
        fault="F13",
        file="study_server/dialects.py",
        text='"isolation_level": "REPEATABLE READ"',
        broken='"isolation_level": "READ COMMITTED"',
        effect="each table of an export is of a moment of its own (PostgreSQL)",
        test=f"{FAULTS}/test_at_once.py::"
        "test_f13_an_export_shows_one_moment_while_people_answer[postgresql]",
    ),
    Breakage(
        fault="F14",
        file="study_server/migrations/versions/r0004_chain.py",
        text="chain_responses(connection)",
        broken="connection.exec_driver_sql('SELECT 1')",
        effect="an upgrade leaves the answers of running sessions without their chain",
        test=f"{FAULTS}/test_migration.py::"
        "test_f14_a_session_in_flight_goes_on_behind_an_upgrade",
    ),
    Breakage(
        fault="F15",
        file="study_server/dialects.py",
        text='"synchronous=FULL"',
        broken='"synchronous=NORMAL"',
        effect="a commit is acknowledged before it is on the disk",
        test=f"{FAULTS}/test_power.py::"
        "test_f15_a_power_cut_loses_no_acknowledged_answer",
    ),
)
