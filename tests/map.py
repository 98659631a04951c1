"""The map of the house, made from its imports and from a projection: `python -m tests.map`; see `make map`.

Writes the picture of the folders, the table of what each holds, and that of which file writes which rows, that stand in
docs/architecture.md.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from unittest import mock

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.vocabulary import PRODUCT_UNITS
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from tests.house import imports_of
from tests.sources import Sources, sources_below, tree_of

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "img" / "architecture.svg"
ROOMS = "<!-- rooms: made by `make map` -->\n", "<!-- end of rooms -->\n"
ROWS = "<!-- rows: made by `make map` -->\n", "<!-- end of rows -->\n"
FLOORS = (
    ("core", "core/formulas", "core/language", "core/trees", "core/problems", "core/program"),
    (
        "model/currency",
        "model/plan",
        "model/returns",
        "model/plants",
        "model/horizon",
        "model/checks",
        "model/uncertain",
    ),
    ("model/loans/clauses", "model/loans/repayment", "model/loans/covenants", "model/loans/events", "model/loans/rows"),
    ("model/loans", "model/funding", "model/cash", "model/income", "model/cover", "model/worth"),
    ("model/measures", "model/laws", "model"),
    (
        "studies",
        "studies/verdict",
        "studies/explaining",
        "studies/chances",
        "studies/what_if",
        "studies/live",
        "studies/bank",
    ),
    ("reading", "reading/schema", "views", "views/terminal", "views/json", "views/files"),
    (
        "views/charts",
        "views/charts/chances",
        "views/report",
        "views/report/live",
        "views/workbook/reading_sheets",
        "views/workbook",
    ),
    ("commands",),
)
"""The folders from the lowest floor up; a folder of the package that is missing here stops the map."""
PLANS = ("fibercore", "fleet_revolver", "jena_in_euro", "two_banks", "soft_market")
RARE_PLANS = (
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD}
rates: {libor: {2000: 5 %/year, 2002: 4 %/year}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}
loans:
  bank: {commitment: 8 million USD, signed: 2001-01-01, matures: 5 years, draws: {2001-01-01: 7 million USD},
         rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year},
                floor: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year},
                cap: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 8 %/year}}, else: 9 %/year}},
         fees: {undrawn: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year},
                guarantee: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year},
                agency: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 USD/year}}, else: 2 USD/year}},
         sweep: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 10 %}}, else: 20 %}}
""",
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: {real: 10 %/year, index: cpi}, discounting: mid_period,
        interest_on_cash: 3 %/year, interest_on_overdraft: {2001: 9 %/year, growth: cpi}}
indices: {cpi: 2 %/year}
exchange: {EUR: {average: {2001: 0.90 USD/EUR, 2002: 0.95 USD/EUR}, closing: {2001-06: 0.88 USD/EUR, 2002-06: 1.04 USD/EUR}}}
products: {fiber: {price: {2001: 40 USD/km, growth: {rate: cpi, every: month}}, serve: cheapest_first,
                  demand: {market: 1 million km/year, share: 40 %, exports: 10_000 km/year}},
           goods: {unit: tonne, price: 900 USD/tonne}}
plants: {mill: {product: goods, capacity: 1_000 tonne/year, cash_cost: 300 USD/tonne}, works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km,
                 purchase: {price: 5 million USD, on: 2001-05-20}}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, complete: 2001-12-31}}
rates: {euribor: {2001: 4 %/year, 2002: 3 %/year}}
loans:
  home: {commitment: 3 million USD, signed: 2001-01-01, matures: 5 years, rate: {2001: 8 %/year, 2002: 7 %/year},
         sweep: {share: {2001: 50 %, 2002: 40 %}, while: {row: accounts.cash, above: {2001: 0 USD, 2002: 1 USD}}},
         draws: {2001-01-01: 3 million USD}, prepayments: {2002-03-15: 0.1 million USD}, prepayment_fee: 2 %, payments: {every: half_year},
         repayment: {style: level, balloon: 1 million USD},
         covenants: {cover: {row: accounts.dscr_12m, at_least: {2001: 1.1, 2002: 1.2}, lock_up: {2001: 1.3, 2002: 1.4}, test: payment}}}
  euro: {commitment: 2 million EUR, signed: 2001-01-31, matures: 4 years, rate: {index: euribor, margin: {2001: 2 %/year, 2002: 1 %/year}, floor: {2001: 2 %/year, 2002: 1 %/year}, cap: {2001: 9 %/year, 2002: 8 %/year}},
         repayment: {style: sculpted, dscr: 1.5, tax: unlevered}, fees: {upfront: 1 %, undrawn: {2001: 50 bp/year, 2001-07: 60 bp/year}, guarantee: {2001: 50 bp/year, 2002: 0 bp/year},
                agency: {2001: 1_000 EUR/year, 2002: 2_000 EUR/year}}}
  last: {rank: 2, commitment: 1 million USD, signed: 2001-01-31, matures: 4 years, rate: 6 %/year, draws: {2001-01-31: 1 million USD},
         repayment: {style: sculpted, dscr: 1.5}}
  mark: {commitment: 1 million EUR, signed: 2001-01-31, matures: 4 years, rate: 6 %/year, after_prepayment: recast,
         repayment: {style: custom, schedule: {2003-01-31: 0.5 million EUR, 2005-01-31: 0.5 million EUR}},
         prepayments: {2002-04-15: 0.1 million EUR}, prepayment_fee: 1 %}
funding: {line: {mark: 50 %, equity: rest, include_financing_costs: true}, works: {euro: 2 million EUR, equity: rest}}
ratios: {fixed: {numerator: {earned: {add: accounts.ebitda}}, denominator: {service: {add: accounts.debt_service}}}}
company: {equity: {2002-01-15: 0.1 million USD}, dividends: {2002-06-30: 0.3 million USD, 2003-06-30: 0.3 million USD}, payouts: {every: year}}
tax: {rate: 30 %}
opening: {cash: 5 million USD}
""",
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km, demand: 150_000 km/year, serve: cheapest_first}, cable: {price: 50 USD/km}}
plants:
  works: {products: {fiber: 60 %, cable: rest}, capacity: 200_000 km/year, yield: 95 %, costs: {glass: {use: 1 kg/km, price: 9 USD/kg}, crew: {per_year: 9 USD/year}}, closures: {slump: {from: 2001-10, to: 2001-12}}}
  bought: {product: fiber, capacity: 50_000 km/year, opens: 2001-05-20, cash_cost: 20 USD/km,
           purchase: {price: 5 million USD, on: 2001-05-20, depreciation: units, sold: {on: 2003-06-30, price: 1 million USD},
                      working_capital: {receivables: 1 million USD, inventory: 1 million USD, payables: 0.5 million USD}}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, complete: 2002-06-30, residual: 10 %, depreciation: units, cash_cost: 9 USD/km,
                   sold: {on: 2003-06-30, price: 3 million USD}},
           tower: {plant: works, adds: 50_000 km/year, capex: 6 million USD, complete: 2002-12-31, cancelled: 2002-09-30}}
loans:
  bank: {commitment: 3 million USD, signed: 2001-01-01, matures: 5 years, rate: {2001: 8 %/year, 2002: 7 %/year},
         after_prepayment: recast, prepayments: {2002-11-15: 0.1 million USD}, fees: {upfront: 1 %, agency: 10_000 USD/year}}
  shares: {commitment: 1 million USD, signed: 2001-01-01, matures: 3 years, rate: 8 %/year,
           draws: {2001-01-01: 1 million USD}, prepayments: {2001-11-15: 0.1 million USD}, after_prepayment: recast,
           repayment: {style: custom, schedule: {2002-01-01: 40 %, 2004-01-01: 60 %}}}
funding:
  tower: {bank: 10 %, equity: rest, include_financing_costs: true}
  line: {grant: {share: 20 %, after: 6 months}, bank: 2 million USD, cash: 1 million USD, equity: rest,
         include_financing_costs: true}
tax: {rate: 30 %, depreciation: sum_of_years}
opening: {cash: 5 million USD, fixed_assets: {value: 1 million USD, sold: {on: 2002-06-30, price: 1 million USD}}}
""",
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, complete: 2001-12-31}}
loans: {bank: {commitment: 3 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, draw_stop: true,
               covenants: {worth: {row: accounts.net_worth, at_least: 1 USD}}}}
funding: {line: {bank: 2 million USD, cash: available, equity: rest}}
company: {equity_limit: 9 million USD}
opening: {cash: 5 million USD}
""",
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
exchange: {EUR: {average: 0.9 USD/EUR}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 50_000 km/year, capex: 6 million USD, complete: 2001-12-31}}
loans:
  bank: {commitment: 3 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, reserve: {covers: 6 months, filled_from: uses}}
  mark: {outstanding: 2 million EUR, remaining: 5 years, rate: 8 %/year, rank: 2, reserve: {covers: 6 months}}
  third: {outstanding: 2 million USD, remaining: 5 years, rate: 8 %/year, reserve: {covers: 6 months}, repayment: {style: sculpted, dscr: 1.3}}
funding: {line: {bank: 2 million USD, equity: rest}}
company: {payouts: {every: year}}
opening: {cash: 5 million USD}
""",
    """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: month}
money: {report_in: USD}
rates: {libor: {2000: 5 %/year, 2001-07: 4 %/year, 2002-02: 3 %/year}}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  bank: {commitment: 3 million USD, signed: 2001-01-15, matures: 5 years, rate: {index: libor, margin: 1 %/year, reset: any_day}, day_count: ACT/360,
         draws: {2001-02-15: 1 million USD}, payments: {every: half_year}, capitalize_until: 2001-09-30, reserve: {covers: 9 months},
         fees: {undrawn: 1 %/year, guarantee: {2001: 1 %/year, 2002-03-05: 2 %/year}, agency: 10_000 USD/year}}
  level: {commitment: 3 million USD, signed: 2001-01-15, matures: 5 years, draws: {2001-02-15: 1 million USD},
          rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year}},
          reserve: {covers: 9 months}, fees: {agency: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 USD/year}}, else: 2 USD/year}}}
  shares: {commitment: 1 million USD, signed: 2001-01-01, matures: 3 years, rate: 8 %/year, draws: {2001-01-01: 1 million USD},
           repayment: {style: custom, schedule: {2002-05-10: 40 %, 2004-01-01: 60 %}}, reserve: {covers: 9 months}, fees: {agency: 1 USD/year}}
""",
)
"""What no shipped plan has: sweep, balloon, sculpting, another currency, lock-up; costs that funding pays, recasting, sales of assets, closures, cancelling, cost lines."""
WIDE, HIGH, GAP, EDGE = 150, 44, 30, 20


def folder_of(path: str) -> str:
    """Return the folder of a file or module of the package: `views/charts`; the files at its top are `commands`."""
    folder = PurePosixPath(path).parent.as_posix().removeprefix("fibercap").removeprefix("/")
    return folder or "commands"


def arrows(sources: Sources) -> Counter[tuple[str, str]]:
    """Count the imports from one folder into another, each pair of files once."""
    results: set[tuple[str, str]] = set()
    for path, text in sources.items():
        for entry in imports_of(path, text):
            file = entry.module.replace(".", "/")
            for target in (f"{file}/{entry.name}.py", f"{file}.py", f"{file}/__init__.py"):
                if target in sources:
                    results.add((path, target))
                    break
    pairs = Counter((folder_of(path), folder_of(target)) for path, target in results)
    return Counter({pair: count for pair, count in pairs.items() if pair[0] != pair[1]})


def places() -> dict[str, tuple[int, int]]:
    """Return where each folder's box begins, the lowest floor at the bottom."""
    most = max(map(len, FLOORS))
    width = most * WIDE + (most - 1) * GAP
    results = {}
    for floor, folders in enumerate(FLOORS):
        used = len(folders) * WIDE + (len(folders) - 1) * GAP
        for column, folder in enumerate(folders):
            left = EDGE + (width - used) // 2 + column * (WIDE + GAP)
            results[folder] = (left, EDGE + (len(FLOORS) - 1 - floor) * (HIGH + 3 * GAP))
    return results


def picture(sources: Sources) -> str:
    """Return the folders with their files and imports as SVG: thicker lines are more imports."""
    files, boxes = Counter(map(folder_of, sources)), places()
    if missing := sorted(set(files) - set(boxes)):
        raise SystemExit(f"tests/map.py knows no floor for {', '.join(missing)}; add it to FLOORS")
    wide, high = max(x for x, _ in boxes.values()) + WIDE + EDGE, max(y for _, y in boxes.values()) + HIGH + EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif">',
        "<title>The folders of fibercap and what they import</title>",
        f'<rect width="{wide}" height="{high}" fill="white"/>',
    ]
    for (above, below), count in sorted(arrows(sources).items()):
        (x1, y1), (x2, y2) = boxes[above], boxes[below]
        same = y1 == y2
        start = (x1 + WIDE // 2, y1 if same else y1 + HIGH)
        end = (x2 + WIDE // 2, y2)
        bend = f"Q {(start[0] + end[0]) // 2} {y1 - GAP}" if same else f"L {start[0]} {start[1]}"
        lines.append(
            f'<path d="M {start[0]} {start[1]} {bend} {end[0]} {end[1]}" fill="none" stroke="#5b7fa6"'
            f' stroke-opacity="0.55" stroke-width="{1 + min(count, 80) / 16:g}">'
            f"<title>{above} imports {below}: {count} files</title></path>"
        )
    for folder, (left, top) in boxes.items():
        middle, size = left + WIDE // 2, min(14.0, 8 * round(30 / len(folder), 2))
        lines += [
            f'<rect x="{left}" y="{top}" width="{WIDE}" height="{HIGH}" rx="4" fill="#eef3f8" stroke="#2f4b66"/>',
            f'<text x="{middle}" y="{top + 19}" text-anchor="middle" font-size="{size:g}">{folder}</text>',
            f'<text x="{middle}" y="{top + 36}" text-anchor="middle" font-size="11">{files[folder]} files</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def writers() -> dict[str, set[str]]:
    """Return, by file, the rows that it writes in some shipped plans and two rare ones, names left open."""
    rows_by_file: dict[str, set[str]] = defaultdict(set)
    for scenario in (*map(read, PLANS), *map(scenario_of, RARE_PLANS)):
        for file, rows in writers_of(scenario).items():
            rows_by_file[file] |= rows
    return rows_by_file


def writers_of(scenario: Scenario) -> dict[str, set[str]]:
    """Return, by file, the rows that it writes for one plan, names of plants and loans left open."""
    rows_by_file: dict[str, set[str]] = defaultdict(set)
    put = Sheet.put

    def watch(sheet: Sheet, row: Row, value: Any) -> Any:
        rows_by_file[caller()].add(pattern(row.path))
        return put(sheet, row, value)

    with mock.patch.object(Sheet, "put", watch):
        project(scenario)
    return rows_by_file


UNITS = frozenset({*PRODUCT_UNITS, "coil", "pallet"})
"""What the names of rows by unit of products end with, the units of random plans among them."""
HELPERS = frozenset({"sum_row", "series_row", "added", "put", "line", "write_balance", "carry", "until_last"})
"""Functions that write a row for whoever calls them."""
NAMED = frozenset(
    {
        "plants",
        "projects",
        "loans",
        "funding",
        "products",
        "exchange",
        "inputs",
        "company",
        "covenants",
        "closures",
        "indices",
        "costs",
        "ahead",
        "ranks",
        "ratios",
    }
)
OWN = frozenset({"uses", "gap", "grant", "grant_received", "financing_costs", "cash_share", "cash", "equity"})
"""Rows of a project's funding that are not of one source."""


def caller() -> str:
    """Return the file of the model that writes a row: the nearest one that does not write it for another."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        file = Path(frame.f_code.co_filename)
        if "fibercap" in file.parts and "core" not in file.parts and frame.f_code.co_name not in HELPERS:
            return file.relative_to(ROOT / "fibercap").as_posix()
        frame = frame.f_back
    raise AssertionError("a row that nobody wrote")


def pattern(path: str) -> str:
    """Return a row's path with `*` for the name of a plant, loan, project, product, source or currency, or a number."""
    head, _, last = path.rpartition(".")
    path = head if last in UNITS else path
    parts = path.removeprefix("without_projects.").split(".")
    for index, part in enumerate(parts[:-2], start=1):
        if part in NAMED and parts[index] not in NAMED:
            parts[index] = "*"
    if parts[0] == "growth":
        return "growth.*"  # every input over time may grow
    ends = {"indices", "ratios", *(("costs", "products") if "plants" in parts else ())}
    if parts[-2] in ends:
        parts[-1] = "*"
    if parts[0] == "funding" and parts[2] not in OWN:
        kind = next((kind for kind in ("_available", "_to_date") if parts[2].endswith(kind)), "")
        parts[2] = f"*{kind}"
    return re.sub(r"_\d+(?=_|$)", "_*", ".".join(parts))


def table(result: dict[str, set[str]]) -> Iterator[str]:
    """Run over the lines of the table of files and their rows."""
    yield "| file | writes |\n|---|---|\n"
    for file, rows in sorted(result.items()):
        by_head: dict[str, list[str]] = defaultdict(list)
        for row in sorted(rows):
            head, _, last = row.rpartition(".")
            by_head[head].append(last)
        text = "; ".join(f"`{head}.` {', '.join(lasts)}" for head, lasts in by_head.items())
        yield f"| `{file}` | {text} |\n"


def rooms(sources: Sources) -> Iterator[str]:
    """Run over the lines of the table of folders: the first line of each one's `__init__.py` says what it holds."""
    yield "| folder | holds |\n|---|---|\n"
    for path, text in sorted(sources.items()):
        folder = PurePosixPath(path).parent.relative_to("fibercap").as_posix()
        if path.endswith("/__init__.py") and folder != ".":
            first, _, _ = (ast.get_docstring(tree_of(text)) or "").partition("\n")
            yield f"| `{folder}` | {first} |\n"


def renew(text: str, marks: tuple[str, str], lines: Iterator[str]) -> str:
    """Return a text with other lines between two marks."""
    before, _, rest = text.partition(marks[0])
    _, _, after = rest.partition(marks[1])
    return f"{before}{marks[0]}\n{''.join(lines)}\n{marks[1]}{after}"


def page(text: str) -> str:
    """Return the page with its tables made anew."""
    return renew(renew(text, ROOMS, rooms(sources_below(ROOT))), ROWS, table(writers()))


if __name__ == "__main__":
    PICTURE.write_text(picture(sources_below(ROOT)), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
