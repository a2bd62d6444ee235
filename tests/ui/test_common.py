from __future__ import annotations

import asyncio
import logging
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.ui.common.change_signals import ChangeSignals
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.error_dialog import BugReporter, ErrorDialog
from soleflip_desktop.ui.common.formatting import Formatter, system_locale
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.notifier import MessageBar, Notifier
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import DARK, LIGHT, Theme, ThemeColors

NOON = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        ("en_GB", "1234567.5", "EUR", "€1,234,567.50"),
        ("en_GB", "-12.345", "GBP", "−£12.34"),
        ("de_DE", "1234.5", "EUR", "1.234,50\xa0€"),
        ("de_DE", "-1234.5", "USD", "−1.234,50\xa0$"),
        ("en_US", "1200", "JPY", "¥1,200"),
        ("en_IN", "1234567.5", "INR", "₹12,34,567.50"),
        ("en_GB", "5", None, "5.00"),
    ],
)
def test_money_in_the_locale(locale: str, amount: str, currency: str | None, text: str) -> None:
    assert Formatter(locale).money(Decimal(amount), currency) == text


def test_blank_is_not_zero() -> None:
    formatter = Formatter("en_GB")
    assert formatter.money(None, "EUR") == ""
    assert formatter.amount(None) == formatter.plain(None) == ""
    assert formatter.day(None) == formatter.moment(None) == formatter.iso(None) == ""
    assert formatter.money(Decimal(0), "EUR") == "€0.00"


def test_clipboard_numbers_are_plain_in_the_locale() -> None:
    assert Formatter("de_DE").plain(Decimal("-1234.5")) == "-1234,50"


def test_times_are_local_when_shown() -> None:
    auckland = Formatter("en_GB", timezone(timedelta(hours=13)))
    assert auckland.day(NOON) == "2 Nov 2026"
    assert auckland.iso(NOON) == "2026-11-02 01:30:00"
    assert Formatter("de_DE", UTC).moment(NOON) == "01.11.2026, 12:30:00"


def test_counts_sizes_and_durations() -> None:
    formatter = Formatter("en_GB")
    assert formatter.count_of(312, 4310) == "312 of 4,310"
    assert formatter.count_of(4310, 4310) == "4,310"
    assert formatter.size(999) == "999 bytes"
    assert formatter.size(5 * 1024**3) == "5.0 GB"
    assert formatter.duration(3725) == "62:05"


def test_unknown_locale_falls_back() -> None:
    assert Formatter("xx_YY").locale == "en_GB"
    assert "_" in system_locale()


def test_bursts_of_changes_arrive_once_in_the_gui_thread(qtbot: QtBot) -> None:
    bus, threads, caught = ChangeBus(), set[int](), list[frozenset[Domain]]()
    signals = ChangeSignals(bus)

    def note(domains: frozenset[Domain]) -> None:
        threads.add(threading.get_ident())
        caught.append(domains)

    signals.changed.connect(note)

    def publish() -> None:
        for domain in (Domain.INVENTORY, Domain.TRANSACTIONS) * 50:
            bus.publish(Change.of(domain))

    workers = [threading.Thread(target=publish) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    qtbot.waitUntil(lambda: bool(caught))
    qtbot.wait(120)
    assert caught == [frozenset({Domain.INVENTORY, Domain.TRANSACTIONS})]
    assert threads == {threading.get_ident()}
    signals.close()
    signals.close()
    bus.publish(Change.of(Domain.SYSTEM))
    qtbot.wait(100)
    assert len(caught) == 1


def test_tasks_are_kept_cancelled_and_refused(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    tasks, ended = TaskRunner(), list[str]()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    tasks.start(work())
    qtbot.wait(5)
    assert tasks.active == 1
    tasks.close()
    closing = loop.create_task(tasks.wait_closed())
    qtbot.waitUntil(closing.done)
    assert ended == ["cancelled"]
    tasks.start(work())()
    assert tasks.active == 0


def test_bugs_are_reported_apart_from_user_errors(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    tasks = TaskRunner()

    async def stumble() -> None:
        msg = "a mistake"
        raise ValueError(msg)

    with qtbot.waitSignal(tasks.bug_raised) as caught:
        tasks.start(stumble())
    assert isinstance(caught.args and caught.args[0], ValueError)


def test_messages_wait_for_the_window_and_stay_until_dismissed(qtbot: QtBot, theme: Theme) -> None:
    notifier = Notifier()
    notifier.error("The database does not answer.")
    notifier.error("The database does not answer.")
    notifier.success("Saved.")
    bar = MessageBar(notifier, IconSet(theme))
    qtbot.addWidget(bar)
    bar.show()
    texts = [label.text() for label in bar.findChildren(QLabel) if label.text()]
    assert texts == ["The database does not answer.", "Saved."]
    for button in bar.findChildren(QToolButton):
        button.click()
    assert notifier.messages == ()
    assert bar.isHidden()


def test_bug_dialog_shows_one_report_at_a_time(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    reporter = BugReporter("0.1.0", window)
    with caplog.at_level(logging.CRITICAL):
        reporter.report(ValueError("first"))
        reporter.report(ValueError("second"))
    qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)))
    qtbot.wait(10)
    (dialog,) = window.findChildren(ErrorDialog)
    assert "ValueError: first" in dialog.report
    for button in dialog.findChildren(QDialogButtonBox)[0].buttons():
        button.click()
    assert "ValueError: first" in QGuiApplication.clipboard().text()
    qtbot.waitUntil(lambda: not window.findChildren(ErrorDialog))


def test_hooks_catch_errors_of_threads_and_are_taken_off(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    reporter = BugReporter("0.1.0", window)
    caught: list[BaseException] = []
    monkeypatch.setattr(reporter, "report", caught.append)
    hooks = (sys.excepthook, threading.excepthook)
    restore = reporter.install_hooks()
    error = ValueError("x")
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
    restore()
    assert caught == [error, error]
    assert hooks == (sys.excepthook, threading.excepthook)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_in_both_themes(colors: ThemeColors) -> None:
    pairs = [
        (text, ground)
        for text in (colors.text, colors.muted, colors.good, colors.bad, colors.warning)
        for ground in (colors.base, colors.window, colors.selection)
    ]
    pairs += [(getattr(colors, tone), getattr(colors, f"{tone}_soft")) for tone in TONES]
    pairs += [(colors.on_accent, colors.accent), (colors.muted, colors.neutral_soft)]
    poor = [(text, ground) for text, ground in pairs if _contrast(text, ground) < 4.5]
    assert poor == []


TONES = [tone.value for tone in (Tone.GOOD, Tone.BAD, Tone.WARNING, Tone.INFO)]
