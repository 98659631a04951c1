"""The report's sections on capacity, statements, funding and loans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.language.names import key_in_words
from fibercap.views.report.first_page import front_figure
from fibercap.views.report.parts import Line, Section, Table, Words, figure, figures_of, tables_of
from fibercap.views.sentences import measure_text
from fibercap.views.statement_lines import ORDER_OF_CASH, STATEMENTS
from fibercap.views.statements import capacity_figures, cover_figures, loan_figures, statement_figures

if TYPE_CHECKING:
    from fibercap.views.report.parts import Part
    from fibercap.views.report.subject import Subject


def capacity(subject: Subject) -> Section:
    """Return the section on capacity, output and shipments."""
    tables = [table for figures in capacity_figures(subject.projection, "year") for table in tables_of(figures)]
    return Section("capacity", "Capacity and output", [*figures_of("capacity", subject), *tables])


def statements(subject: Subject, by: str) -> Section:
    """Return the section on income, cash flow and balance sheet, with their charts."""
    parts: list[Part] = [*figures_of("statements", subject)]
    for title in STATEMENTS:
        if title == "Cash flow" and front_figure(subject).name != "cash":
            parts.append(figure("cash"))
        if title == ORDER_OF_CASH:
            parts.append(figure("waterfall"))
        parts += tables_of(statement_figures(subject.projection, title, by))
    parts += [table for figures in cover_figures(subject.projection, by) for table in tables_of(figures)]
    return Section("statements", "Statements", parts)


def funding(subject: Subject) -> Section | None:
    """Return the section on who pays for projects and purchases."""
    plan = subject.projection.scenario
    if not plan.projects and not any(plant.purchase for plant in plan.plants.values()):
        return None
    return Section("funding", "Funding", figures_of("funding", subject))


def loans(subject: Subject) -> Section | None:
    """Return the section on loans: flows by year to maturity, cost and average life."""
    plan = subject.projection.scenario
    if not plan.loans:
        return None
    parts: list[Part] = [*figures_of("loans", subject)]
    for name, terms in ((key, loan) for key, loan in plan.loans.items() if key not in plan.undrawn):
        lender = f", {terms.lender}" if terms.lender else ""
        parts.append(Words(f"{terms.title or key_in_words(name)}{lender}", "head"))
        parts += tables_of(loan_figures(subject.projection, name, "year"))
    lines = []
    for name in plan.loans:
        costs = [subject.measures[f"{key}.{name}"] for key in ("all_in_cost", "average_life")]
        texts = [" ".join(measure_text(m)).strip() if m.value is not None else m.reason for m in costs]
        lines.append(Line(plan.loan_title(name), texts))
    parts.append(Table("What each loan costs", ("Loan", "All-in cost", "Average life"), lines))
    return Section("loans", "Loans", parts)
