"""The report: a single HTML file without links to other files, laid out for printing on A4."""

from __future__ import annotations

import re
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.core.visible_text import visible
from fibercap.views.charts.all_charts import CHARTS, render_strips
from fibercap.views.charts.in_parallel import run_in_parallel
from fibercap.views.charts.sensitivity import sensitivity_chart
from fibercap.views.report import basis, claims_and_covenants, first_page, options, plan
from fibercap.views.report.live.page import LivePart, live_part
from fibercap.views.report.parts import Figure
from fibercap.views.report.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.report.parts import Section
    from fibercap.views.report.subject import Subject

PARTS_OF_SVG: Final = re.compile(
    r"<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>"
    r'|font-family: [^;"]*; | transform="rotate\(-0 [^"]*"',
    re.DOTALL,
)
"""Parts of an SVG that a page does not need: its head, its fonts, which the page sets, and rotations by zero."""
NAMED: Final = re.compile(r'(\bid="|href="#|url\(#)')

LONG: Final = re.compile(r"\S{16}")
SIGNS: Final = re.compile(r"(?<=\w[._/@&,=-])(?=[^\W\d_])")


class Drawing(NamedTuple):
    """A chart as SVG, for a page and for a telephone; the latter may be ""."""

    wide: str
    narrow: str


def report(projection: Projection, comparison: Comparison | None, by: str = "year", *, answers: bool = True) -> bytes:
    """Return the report on a plan as HTML.

    Parameters
    ----------
    projection : Projection
        The plan; if options are compared, the report is about the recommended option instead.
    comparison : Comparison, optional
        The comparison of the plan's options.
    by : str
        The periods of the statements: `year`, `quarter` or `month`.
    answers : bool
        Whether its figures follow sliders and its charts fit a telephone too; paper needs neither.

    Raises
    ------
    ScenarioError
        If a claim or covenant cannot be tested.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    subject = subject_of(projection, comparison)
    listed = list(sections(subject, by))
    charts = _charts(subject, listed, narrow=answers)
    place, live = files("fibercap.views.report"), live_part(subject, by) if answers else LivePart("")
    environment = Environment(
        loader=FunctionLoader(lambda name: place.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    plan = subject.projection.scenario
    html = environment.get_template("report.html.jinja").render(
        plan=plan,
        timeline=subject.projection.timeline,
        name=subject.name,
        sections=listed,
        charts=charts,
        style=Markup(place.joinpath("report.css").read_text(encoding="utf-8") + live.style),  # noqa: S704 - our own files
        live=live if live.data else None,
        why=live.why,
        digest=projection.scenario.digest(),  # of the plan as given, whichever option is shown
        version=dict(_versions())["fibercap"],
    )
    return visible(html).encode()


def sections(subject: Subject, by: str) -> Iterator[Section]:
    """Yield the sections that apply to the plan, the verdict first."""
    possible = (
        first_page.front(subject),
        claims_and_covenants.wrong(subject),
        options.options(subject),
        claims_and_covenants.claims(subject),
        claims_and_covenants.covenants(subject),
        plan.capacity(subject),
        plan.statements(subject, by),
        plan.funding(subject),
        plan.loans(subject),
        basis.sensitivity(subject),
        basis.measures(subject),
        basis.inputs(subject),
        basis.conventions(subject),
        basis.checks(subject, _versions()),
    )
    yield from (section for section in possible if section is not None)


def _charts(subject: Subject, listed: list[Section], *, narrow: bool) -> dict[str, Drawing]:
    """Draw every figure that the sections name: for a page and, if asked for, for a telephone."""
    names = [part.name for section in listed for part in section.parts if isinstance(part, Figure)]
    wanted = [(name, thin) for name in names for thin in ((False, True) if narrow else (False,))]
    drawn = run_in_parallel([partial(_strips, subject, name, narrow=thin) for name, thin in wanted])
    svgs = {
        (name, thin): _inline(strips, f"{name}-narrow" if thin else name)
        for (name, thin), strips in zip(wanted, drawn, strict=True)
    }
    return {name: Drawing(svgs[name, False], svgs.get((name, True), "")) for name in names}


def _strips(subject: Subject, name: str, *, narrow: bool) -> list[bytes]:
    """Draw a chart by name; the sensitivity chart is of the first measure in the effects."""
    chart = CHARTS[name]
    if not chart.moves:
        of = subject.written if chart.compares else subject.projection
        return render_strips(lambda: chart.draw(of, subject.comparison), narrow=narrow)
    measure = subject.measures[next(iter(subject.effects[0].measures))]
    return render_strips(lambda: sensitivity_chart(subject.projection, measure, subject.effects), narrow=narrow)


def _inline(strips: list[bytes], name: str) -> str:
    """Return the strips of a chart, one below the other, with ids that are unique in the page."""
    return "\n".join(inline_svg(svg.decode(), f"{name}-{row}") for row, svg in enumerate(strips))


def inline_svg(svg: str, name: str) -> str:
    """Return an SVG for use inside a page: without XML header and metadata, with unique ids."""
    return NAMED.sub(rf"\g<1>{name}-", PARTS_OF_SVG.sub("", svg)).strip()


def breakable(words: str) -> str:
    """Return words for a cell, in which a line may end after the signs within a long address or formula."""
    from markupsafe import Markup

    return Markup("<wbr>").join(SIGNS.split(words)) if LONG.search(words) else words


def _versions() -> list[tuple[str, str]]:
    """Return the versions of the libraries that made the figures."""
    versions = []
    for name in ("fibercap", "numpy", "matplotlib", "pint", "pydantic"):
        try:
            versions.append((name, version(name)))
        except PackageNotFoundError:
            versions.append((name, "not installed as a package"))
    return versions
