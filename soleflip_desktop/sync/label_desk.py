"""Writes labels: takes what stands on them from the service, and draws them in another thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.labels import (
    LabelContent,
    LabelFormat,
    LabelJob,
    LabelOptions,
    LabelsWritten,
    check_options,
)
from soleflip_desktop.services.labels import LabelsService

#: Told (labels drawn, labels in all) on the event loop.
Progress = Callable[[int, int], None]


class LabelDesk:
    """Labels of units and places as PDF."""

    def __init__(self, service: LabelsService) -> None:
        self._service = service

    async def write_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Progress | None = None,
    ) -> LabelsWritten:
        """Labels of units, in that order. Cancelling the task leaves no file.

        Raises UserError for options that the stock cannot have, for no labels at all, for a code
        that does not fit, and where the file cannot be written.
        """
        check_options(form, options)
        contents = await self._service.units(ids)
        return await _write(LabelJob(form, tuple(contents), options), path, progress)

    async def write_place_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Progress | None = None,
    ) -> LabelsWritten:
        """Labels of places. Raises as `write_labels` does."""
        check_options(form, options)
        contents: list[LabelContent] = await self._service.places(ids)
        return await _write(LabelJob(form, tuple(contents), options), path, progress)


async def _write(job: LabelJob, path: Path, progress: Progress | None) -> LabelsWritten:
    loop, token = asyncio.get_running_loop(), CancelToken()

    def report(done: int, total: int) -> None:
        if progress is not None:
            loop.call_soon_threadsafe(progress, done, total)

    try:
        return await asyncio.to_thread(_draw, path, job, token, report)
    except asyncio.CancelledError:
        token.cancel()
        raise


def _draw(path: Path, job: LabelJob, token: CancelToken, progress: Progress) -> LabelsWritten:
    # reportlab takes half a second to load: whoever prints no labels does not wait for it.
    from soleflip_desktop.connectors.documents.label_sheets import (  # noqa: PLC0415
        write_labels,
    )

    return write_labels(path, job, token, progress)
