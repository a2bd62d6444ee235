"""Prepares imports of files (an `ImportDesk`): the head in a thread, the whole file in a child."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from soleflip_desktop.connectors.files.planning import propose, settle
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.connectors.files.suggestions import suggest
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import ImportPlan, PlanChoices, Profile
from soleflip_desktop.domain.import_sketch import FileScan, FileSketch, Question
from soleflip_desktop.sync.child import ChildRun
from soleflip_desktop.sync.profile_book import ProfileBook, read_profile


class FileDesk:
    """Everything about a file before its import."""

    def __init__(self, book: ProfileBook) -> None:
        self._book = book

    async def sketch(self, path: str, choices: PlanChoices) -> FileSketch:
        profiles = await self._book.profiles()
        return await asyncio.to_thread(sketch_file, Path(path), profiles, choices)

    async def propose(
        self, sketch: FileSketch, choices: PlanChoices
    ) -> tuple[ImportPlan, tuple[Question, ...]]:
        return propose(sketch, await self._book.profiles(), choices)

    async def suggest(self, sketch: FileSketch, target: Target) -> Mapping[int, tuple[str, ...]]:
        return await asyncio.to_thread(suggest, sketch, target)

    async def scan(
        self, path: str, plan: ImportPlan, choices: PlanChoices
    ) -> tuple[FileScan, ImportPlan, tuple[Question, ...]]:
        from soleflip_desktop.sync.jobs.scan_file import (  # noqa: PLC0415  (polars comes with it)
            ScanTask,
            scan_in_child,
        )

        run = ChildRun(scan_in_child, "", ScanTask(path, plan), lambda _progress: None)
        try:
            scan = await run.wait()
        except asyncio.CancelledError:
            run.cancel()
            raise
        plan, questions = settle(plan, scan, choices)
        return scan, plan, questions

    async def profiles(self) -> Sequence[Profile]:
        return await self._book.profiles()

    async def save_profile(self, title: str, plan: ImportPlan) -> Profile:
        return await self._book.save(title, plan)

    async def delete_profile(self, key: str) -> None:
        await self._book.delete(key)

    async def share_profile(self, key: str, path: Path) -> None:
        await self._book.share(key, path)

    async def read_profile(self, path: Path) -> Profile:
        return await asyncio.to_thread(read_profile, path)

    async def add_profile(self, path: Path) -> Profile:
        return await self._book.add(path)

    async def write_template(self, key: str, path: Path, *, example: bool) -> None:
        await self._book.write_template(key, path, example=example)
