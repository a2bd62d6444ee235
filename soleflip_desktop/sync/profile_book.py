"""All import profiles: the shipped ones and those that somebody saved or was given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from soleflip_desktop.connectors.files.planning import profile_of
from soleflip_desktop.connectors.files.profiles import (
    builtin,
    normalise,
    profile_from_json,
    profile_to_json,
)
from soleflip_desktop.connectors.files.templates import example_path, template_text
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.import_plan import ImportPlan, PlanChoices, Profile
from soleflip_desktop.services.profiles import Document, SavedProfiles


def all_profiles(saved: Sequence[Document]) -> list[Profile]:
    """The shipped ones first. Raises UserError for a saved one that cannot be read any more."""
    return [*builtin().values(), *(_read(document) for document in saved)]


def _read(document: Document) -> Profile:
    return profile_from_json(json.dumps(document), f"profile “{document.get('title', '?')}”")


class ProfileBook:
    """Finds, keeps and shares profiles."""

    def __init__(self, saved: SavedProfiles) -> None:
        self._saved = saved

    def load(self) -> list[Profile]:
        return all_profiles(self._saved.load())

    async def profiles(self) -> list[Profile]:
        return all_profiles(await self._saved.all())

    async def find(self, key: str) -> Profile:
        """Raises NotFoundError."""
        for profile in await self.profiles():
            if profile.key == key:
                return profile
        raise NotFoundError(f"There is no import profile “{key}”.")

    async def save(self, title: str, plan: ImportPlan) -> Profile:
        """Raises UserError for a name that a shipped profile has."""
        key = normalise(title).replace(" ", "-")
        return await self._keep(profile_of(plan, key, title.strip()))

    async def save_file(
        self, title: str, path: Path, profiles: Sequence[Profile], choices: PlanChoices
    ) -> Profile:
        """Keeps how a file is read. Raises UserError for one that leaves something open."""
        # polars comes with it: the window starts without that.
        from soleflip_desktop.connectors.files.decide import plan_file  # noqa: PLC0415

        plan = await asyncio.to_thread(plan_file, path, profiles, choices, CancelToken())
        return await self.save(title, plan)

    async def delete(self, key: str) -> None:
        """Raises UserError for a shipped one, NotFoundError for none."""
        if key in builtin():
            raise UserError(f"“{key}” comes with the app and stays.")
        if not await self._saved.delete(key):
            raise NotFoundError(f"There is no import profile “{key}”.")

    async def share(self, key: str, path: Path) -> None:
        """Writes a file that another installation can add. Raises UserError."""
        _write(path, profile_to_json(await self.find(key)).encode())

    async def add(self, path: Path) -> Profile:
        """Keeps a shared profile. Raises UserError for a file that is none."""
        return await self._keep(read_profile(path))

    async def write_template(self, key: str, path: Path, *, example: bool) -> None:
        """The header alone, or an example that imports as it is. Raises UserError."""
        profile = await self.find(key)
        if not example:
            _write(path, template_text(profile).encode("utf-8-sig"))
            return
        source = example_path(key)
        if not source.exists():
            raise UserError(f"“{profile.title}” has no example; only shipped profiles have one.")
        _write(path, source.read_bytes())

    async def _keep(self, profile: Profile) -> Profile:
        if not profile.key:
            raise UserError("A profile needs a name with letters or digits.")
        if profile.key in builtin():
            raise UserError(f"“{profile.title}” is the name of a shipped profile; choose another.")
        document = json.loads(profile_to_json(profile))
        await self._saved.save(profile.key, profile.title, document)
        return profile


def read_profile(path: Path) -> Profile:
    """Raises UserError for a file that is not readable or no profile."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name}: this is not a readable import profile ({error}).") from error
    return profile_from_json(text, path.name)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}).") from error
