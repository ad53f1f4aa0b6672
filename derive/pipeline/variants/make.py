"""A set in variants: values drawn for each, every problem derived and checked, a sheet and a solution for each, and the key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from derive.documents.collection import Collection
from derive.documents.lecture import Use
from derive.documents.page.document import Document
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError, Position
from derive.language.problems import read as problemfile
from derive.language.problems.variants import said
from derive.pipeline import build, gather, keys, produce
from derive.pipeline.budget import Budget, current, using
from derive.pipeline.examine import Examined, problem_of, read_text
from derive.pipeline.ledger import Ledger
from derive.pipeline.look import Look
from derive.pipeline.processes import pool
from derive.pipeline.project import Project
from derive.pipeline.variants import record
from derive.pipeline.variants.answers import answers, facts
from derive.pipeline.variants.draw import Drawn, Facts, Unknown, Values, draw
from derive.pipeline.variants.key import Row, table
from derive.pipeline.variants.paper import together
from derive.pipeline.variants.roster import Recipient
from derive.values import dataclass

KINDS = ("sheet", "solutions")
"""What each variant has."""
FOLDERS = {"sheet": "sheets", "solutions": "solutions"}


@dataclass(frozen=True)
class Sheet:
    """A set to be made in variants.

    files   of the problems, by the name that the set uses
    texts   of these files; `ids` the problems' names, `counts` how many values each name under `variants` has
    """

    collection: Collection
    files: Mapping[str, str]
    texts: Mapping[str, str]
    ids: Mapping[str, str]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def varied(self) -> tuple[str, ...]:
        """The files of problems that have variants."""
        return tuple(file for file, counts in self.counts.items() if counts)


@dataclass(frozen=True)
class Made:
    """What became of one variant: `made`, `unchanged` or `failed`."""

    recipient: Recipient
    state: str
    error: DeriveError | None = None
    warning: DeriveError | None = None


@dataclass(frozen=True)
class Plan:
    """What was drawn, by the file of a problem, and what was derived on the way."""

    drawn: Mapping[str, Drawn]
    derived: Mapping[tuple[str, Values], Examined]


@dataclass(frozen=True)
class Job:
    """What a worker derives: a problem with these values."""

    file: str
    text: str
    names: tuple[str, ...]
    values: Values
    settings: Settings
    points: int
    budget: Budget


@dataclass(frozen=True)
class Paper:
    """What a worker typesets: the documents of one variant; what is not derived yet has its job."""

    recipient: Recipient
    collection: Collection
    files: Mapping[str, str]
    derived: Mapping[str, Examined | Job]
    settings: Settings
    templates: tuple[Path, ...]
    look: Look
    budget: Budget
    pdf: bool


@dataclass(frozen=True)
class Printed:
    """What a worker hands back: the files of a variant by name, its rows of the key, and what went wrong."""

    recipient: Recipient
    files: dict[str, bytes]
    rows: tuple[Row, ...] = ()
    error: DeriveError | None = None
    warning: DeriveError | None = None


def read_sheet(text: str, file: str) -> Sheet:
    """The set of a file, or a set of the one problem that it is.

    DeriveError: of reading; [variants] for a lecture, and where no problem has any.
    """
    kind = problemfile.kind(text)
    if kind == "lecture":
        raise DeriveError("a lecture has no variants: they are of a set, or of a problem", code="variants", where=Position(file))
    if kind == "problem":
        title = problem_of(text, file).title
        collection = Collection("set", {"title": title}, {}, (Use(file, Position(file)),), file, numbering="none")
        files, texts = {file: file}, {file: text}
    else:
        collection = gather.collection_of(text, file)
        files = gather.references(collection)
        texts = {name: read_text(name) for name in dict.fromkeys(files.values())}
    counts = {name: problemfile.values(words, name) for name, words in texts.items()}
    if not any(counts.values()):
        raise DeriveError(
            "none of its problems has variants" if kind == "set" else "this problem has no variants", code="variants", where=Position(file),
            hint="in a problem: `variants: {c: [2, 3, 5]}`, and c in its function",
        )
    ids = {name: problem_of(words, name).id for name, words in texts.items()}
    return Sheet(collection, files, texts, ids, counts)


def derive_one(job: Job) -> tuple[Examined | None, DeriveError | None]:
    """A problem with the values of a variant, derived and checked; the error names them."""
    from derive.language.markup.macros import with_commands_of

    try:
        with using(job.budget), with_commands_of(job.settings.commands):
            return gather.one_of(job.file, job.text, job.points, job.settings, dict(zip(job.names, job.values, strict=True))), None
    except DeriveError as error:
        return None, _named(error, job)
    except Exception as error:
        return None, _named(build.internal(error, job.file), job)


def _named(error: DeriveError, job: Job) -> DeriveError:
    if error.where is None:
        error.where = Position(job.file)
    if job.names:
        choices = problem_of(job.text, job.file, dict(zip(job.names, job.values, strict=True))).options.variants
        error.message = f"{error.message} (in the variant {said(choices)})"
    return error


def plan(sheet: Sheet, names: Sequence[str], seed: str, settings: Settings, workers: pool.Workers | int, points: int = 3) -> Plan:
    """The values of every variant of every problem.  DeriveError of the first problem that fails with some of its values.

    names    of the variants
    seed     from which values are drawn: the same ones again for the same seed
    workers  how many processes, or those that stand ready
    points   at how many random points a line is checked
    """
    known: dict[str, dict[Values, Facts]] = {file: {} for file in sheet.texts}
    derived: dict[tuple[str, Values], Examined] = {}
    drawn: dict[str, Drawn] = {}
    while len(drawn) < len(sheet.texts):
        wanted: list[Job] = []
        for file, counts in sheet.counts.items():
            if file in drawn:
                continue
            try:
                drawn[file] = draw(tuple(counts.values()), seed, sheet.ids[file], names, known[file])
            except Unknown as unknown:
                texts = (file, sheet.texts[file], tuple(counts))
                wanted += [Job(*texts, values, settings, points, current()) for values in sorted(unknown.values)]
        for job, (one, error) in zip(wanted, _in_order(wanted, workers), strict=True):
            if one is None:
                raise error or AssertionError
            derived[job.file, job.values] = one
            known[job.file][job.values] = facts(one)
    return Plan(drawn, derived)


def _in_order(jobs: Sequence[Job], workers: pool.Workers | int) -> list[tuple[Examined | None, DeriveError | None]]:
    numbered = list(enumerate(jobs))
    done = dict(pool.work(numbered, workers, _numbered, _not_derived))
    return [done[k] for k, _ in numbered]


def _numbered(task: tuple[int, Job]) -> tuple[int, tuple[Examined | None, DeriveError | None]]:
    return task[0], derive_one(task[1])


def _not_derived(task: tuple[int, Job], error: DeriveError) -> tuple[int, tuple[Examined | None, DeriveError | None]]:
    return task[0], (None, _named(error, task[1]))


def _not_printed(paper: Paper, error: DeriveError) -> Printed:
    error.where = Position(paper.collection.file)
    return Printed(paper.recipient, {}, error=error)


def print_one(paper: Paper) -> Printed:
    """The sheet and the solution of one variant, and its rows of the key; errors come back as values."""
    from derive.language.markup.macros import with_commands_of

    try:
        done: dict[str, Examined] = {}
        for file, one in paper.derived.items():
            if isinstance(one, Job):
                found, error = derive_one(one)
                if found is None:
                    return Printed(paper.recipient, {}, error=error)
                one = found
            done[file] = one
        gathered = gather.assembled(paper.collection, paper.files, done)
        files: dict[str, bytes] = {}
        warning: DeriveError | None = None
        with using(paper.budget), with_commands_of(paper.settings.commands):
            for kind in KINDS:
                mode = MODES[kind]
                compose = partial(_document, gathered, kind, paper.recipient.shown, paper.settings)
                name = f"{FOLDERS[kind]}/{paper.recipient.stem}"
                if paper.pdf and warning is None:
                    try:
                        files[f"{name}.pdf"] = produce.make(compose, mode, paper.settings, paper.templates, paper.look).pdf
                        continue
                    except DeriveError as error:
                        if error.code != "missing-program":
                            raise
                        warning = error
                files[f"{name}.tex"] = produce.tex(compose(Fit()), mode, paper.templates).encode()
        return Printed(paper.recipient, files, _rows(gathered, paper.recipient), warning=warning)
    except DeriveError as error:
        if error.where is None:
            error.where = Position(paper.collection.file)
        return Printed(paper.recipient, {}, error=error)
    except Exception as error:
        return Printed(paper.recipient, {}, error=build.internal(error, paper.collection.file))


def _recorded(ledger: Ledger, printed: Printed, key: keys.Key, rows: record.Rows) -> DeriveError | None:
    """Write what was made of a variant, or drop what there was when its problem failed; what went wrong."""
    stem = printed.recipient.stem
    if printed.error is not None:
        if build.is_authors(printed.error):
            ledger.forget(stem)
        return printed.error
    try:
        ledger.record(stem, key if printed.warning is None else {}, printed.files)
    except DeriveError as error:
        return error
    rows[stem] = [list(asdict(row).values()) for row in printed.rows]
    return None


def _document(gathered: gather.Gathered, kind: str, recipient: str, settings: Settings, fit: Fit) -> Document:
    from derive.documents.wording.prose import literal

    document = gather.document(gathered, MODES[kind], settings, fit)
    return replace(document, recipient=literal(recipient, language=settings.notation.language))


def _rows(gathered: gather.Gathered, recipient: Recipient) -> tuple[Row, ...]:
    out = []
    for number, use in enumerate(gather.in_order(gathered), 1):
        if not isinstance(use, Use):
            continue
        one = gathered.examined[use.problem]
        values = said(one.problem.options.variants)
        points = use.points or (one.problem.options.points or "")
        label = gather.label(number, gathered.collection.numbering) or str(number)
        out += [
            Row(recipient.name, recipient.shown, label, one.problem.id, points, values, a.quantity, a.left, a.answer, a.latex, a.conditions)
            for a in answers(one, use.show)
        ]
    return tuple(out)


# --------------------------------------------------------------------------------------------- the whole
def make(
    sheet: Sheet, recipients: Sequence[Recipient], seed: str, output: Path, project: Project, workers: pool.Workers | int, *,
    pdf: bool = True, only: str = "", force: bool = False,
) -> Iterator[Made | Mapping[str, Drawn]]:
    """Every variant, as it is made; first, by file, what was drawn.  Afterwards `key.csv` and `print.pdf` stand beside them.

    recipients  one for each variant
    seed        from which values are drawn
    workers     how many processes, or those that stand ready
    force       what is unchanged is made again too
    only        the name of the one variant to be made again: the others stay, and so do the key and the file for the printer
    What is unchanged since the last run is not made again; what an earlier run made for others is removed.
    """
    ledger = Ledger.load(output)
    settings = gather.settings_of(sheet.collection, project.settings)
    names = [one.name for one in recipients]
    common = build.ingredients(project, pdf)
    plan_key = keys.digest(
        seed, *names, common["engine"], common["options"], *(part for file in sheet.texts for part in (file, sheet.texts[file]))
    )
    remembered = record.drawn(ledger, plan_key, {file: tuple(sheet.counts[file].values()) for file in sheet.texts}, names)
    planned = plan(sheet, names, seed, settings, workers) if remembered is None else Plan(remembered, {})
    rows = record.rows(ledger)
    yield planned.drawn
    wanted: dict[str, keys.Key] = {}
    papers: list[Paper] = []
    for recipient in recipients:
        if only and recipient.name != only:
            continue
        values = {file: planned.drawn[file].values[recipient.name] for file in sheet.texts}
        key = {"problem": _drawn_key(sheet, recipient, values), **common}
        if force or recipient.stem not in rows or ledger.stale(recipient.stem, key):
            wanted[recipient.stem] = key
            papers.append(_paper(sheet, recipient, values, planned, project, settings, pdf))
        else:
            yield Made(recipient, "unchanged")
    failed = False
    for printed in pool.work(papers, workers, print_one, _not_printed):
        error = _recorded(ledger, printed, wanted[printed.recipient.stem], rows)
        failed = failed or error is not None
        record.remember(ledger, plan_key, planned.drawn, rows)
        yield Made(printed.recipient, "failed" if error else "made", error, printed.warning)
    if only or failed:
        return
    for stem in set(ledger.names()) - {one.stem for one in recipients} - {record.NAME}:
        ledger.forget(stem)
        rows.pop(stem, None)
    record.remember(ledger, plan_key, planned.drawn, rows, _for_all(recipients, rows, output))


def _drawn_key(sheet: Sheet, recipient: Recipient, values: Mapping[str, Values]) -> str:
    """What the documents of one variant say, as a hash: the problems with their values (by file), the set, what the page calls the variant."""
    drawn = keys.digest(*(part for file in sheet.texts for part in (file, sheet.texts[file], repr(values[file]))))
    return keys.digest(drawn, keys.digest(repr(sheet.collection), recipient.shown))


def _paper(
    sheet: Sheet, recipient: Recipient, values: Mapping[str, Values], planned: Plan, project: Project, settings: Settings, pdf: bool
) -> Paper:
    """What a worker typesets of one variant; what the plan has derived with these values (by file) is taken from there."""
    derived = {
        file: planned.derived.get((file, values[file]))
        or Job(file, sheet.texts[file], tuple(sheet.counts[file]), values[file], settings, 3, current())
        for file in sheet.texts
    }
    return Paper(recipient, sheet.collection, sheet.files, derived, project.settings, project.templates, project.look, current(), pdf)


def _for_all(recipients: Sequence[Recipient], rows: Mapping[str, Sequence[Sequence[str]]], output: Path) -> dict[str, bytes]:
    """The key of all variants, and all sheets in one file for the printer, where each is there; rows by the stem of a variant."""
    files = {"key.csv": table(Row(*row) for one in recipients for row in rows[one.stem]).encode()}
    sheets = [(one.shown, output / FOLDERS["sheet"] / f"{one.stem}.pdf") for one in recipients]
    if all(path.is_file() for _, path in sheets):
        files["print.pdf"] = together([(name, path.read_bytes()) for name, path in sheets])
    return files
