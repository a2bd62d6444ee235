"""Writes labels as a PDF: a roll's label is a page, a sheet's lie side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from soleflip_desktop.connectors.documents.barcodes import Box
from soleflip_desktop.connectors.documents.labels import MM, draw_label
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.labels import (
    CodeKind,
    LabelContent,
    LabelFormat,
    LabelJob,
    LabelOptions,
    LabelsWritten,
    check_options,
)

#: Told (labels drawn, labels in all) now and then.
Progress = Callable[[int, int], None]
_REPORT_EVERY = 20


def write_labels(
    path: Path, job: LabelJob, token: CancelToken, progress: Progress
) -> LabelsWritten:
    """Writes the file as a whole or not at all.

    Raises UserError for options that the stock cannot have, for no labels, for a code that the
    stock is too small for, and where the file cannot be written; CancelledWork once cancelled.
    """
    check_options(job.form, job.options)
    if not job.contents:
        raise UserError("There are no labels to write: choose at least one unit or place.")
    partial = path.with_name(f".{path.name}.part")
    try:
        written = _write(partial, job, token, progress)
        partial.replace(path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}). Choose another folder or name."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return written


def _write(path: Path, job: LabelJob, token: CancelToken, progress: Progress) -> LabelsWritten:
    form, options = job.form, job.options
    canvas = Canvas(str(path), pagesize=(form.page[0] * MM, form.page[1] * MM), invariant=True)
    canvas.setTitle("Labels")
    canvas.setViewerPreference("PrintScaling", "None")  # "fit to page" would shrink the labels
    dpi = options.dpi or form.dpi
    total = len(job.contents) * options.copies
    position, pages, other_code = options.start - 1, 1, 0
    for done, content in enumerate(_copies(job.contents, options.copies)):
        token.check()
        if position == form.per_page:
            canvas.showPage()
            position, pages = 0, pages + 1
        borne = draw_label(canvas, _box(form, options, position), content, options.code, dpi)
        other_code += _is_other(borne, content, job)
        position += 1
        if done % _REPORT_EVERY == 0:
            progress(done, total)
    canvas.save()
    progress(total, total)
    return LabelsWritten(total, pages, other_code)


def _copies(contents: Sequence[LabelContent], copies: int) -> Iterator[LabelContent]:
    """The copies of a label lie beside each other."""
    for content in contents:
        for _ in range(copies):
            yield content


def _box(form: LabelFormat, options: LabelOptions, position: int) -> Box:
    """Positions run along a row, then down. PDF counts from below."""
    row, column = divmod(position, form.columns)
    width, height = form.label
    left = form.left + column * form.step_x + options.offset_x
    top = form.top + row * form.step_y + options.offset_y
    return Box(left * MM, (form.page[1] - top - height) * MM, width * MM, height * MM)


def _is_other(borne: CodeKind | None, content: LabelContent, job: LabelJob) -> bool:
    """Whether the label bears other codes than asked for."""
    if borne is None:
        raise UserError(
            f"The code {content.code} does not fit on {job.form.title} so that it can be scanned. "
            "Choose a larger format or a shorter code."
        )
    return borne is not job.options.code
